/* SPDX-License-Identifier: MIT */
/*
 * launcher/watcher: whatever the kernel says, and in whatever order, hints are well-formed, come to
 * an end, and the watcher goes on working.
 *
 * The input is a list of steps (enum step): events of any kind about any of the places that are
 * watched, put in the watcher's buffer as a read would, and between them what really happens in the
 * tree, or is asked of the watcher. Only what the kernel guarantees is kept to: whole events, names
 * that are padded with NULs and have no slash.
 */
#include "tests/fuzz/watched_tree.h"

#define EVENTS_MAX 512
#define HINTS_MAX  200000 /* those that come of real events, too: more than ever, yet an end */

enum step {
	STEP_EVENT,
	STEP_HEAR, /* some of the hints */
	STEP_APPEAR,
	STEP_DISAPPEAR,
	STEP_MOVE,
	STEP_SAVE,
	STEP_PRUNE,
	STEP_REMOUNT,
	STEP_KIND_END,
};

struct storm {
	struct watcher *watcher;
	unsigned hints;
	unsigned events;
	bool moved; /* a is, for now */
	unsigned moves;
	bool forgotten; /* a watch that is still there was said to be gone */
	unsigned keep;	/* bits: what STEP_PRUNE leaves */
	size_t size;
	_Alignas(struct inotify_event) char pending[WATCHER_BUFFER_SIZE];
};

static struct storm storm;

/* Is it a place, or an entry of one? */
static bool is_known(const char *path)
{
	struct place *file;
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');

	HASH_FIND_STR(storm.watcher->files, path, file);
	if (file != NULL || watcher_find_folder(storm.watcher, path) != NULL) {
		return true;
	}
	memcpy(folder, path, (size_t)(slash - path));
	folder[slash - path] = '\0';
	return slash == path || watcher_find_folder(storm.watcher, folder) != NULL;
}

static void check_hint(const struct hint *hint)
{
	must(++storm.hints < HINTS_MAX);
	must(hint->kind == HINT_ENTRY || hint->kind == HINT_BELOW || hint->kind == HINT_ALL);
	if (hint->kind != HINT_ALL) {
		must(memchr(hint->path, '\0', sizeof(hint->path)) != NULL);
		must(hint->path[0] == '/');
		must(is_known(hint->path));
	}
}

/* False when there are none for now. */
static bool next_hint(struct hint *hint)
{
	int result;

	memset(hint, 0xa5, sizeof(*hint));
	result = watcher_next(storm.watcher, hint);
	must(result == 0 || result == 1);
	if (result == 1) {
		check_hint(hint);
	}
	return result == 1;
}

/* All up to now; is one of them the entry? */
static bool hear(const char *path)
{
	struct hint hint;
	bool heard = false;

	while (next_hint(&hint)) {
		heard |= path != NULL && hint.kind == HINT_ENTRY && strcmp(hint.path, path) == 0;
	}
	return heard;
}

/* At the end of the buffer: behind it is what the sanitizer guards. */
static void deliver(void)
{
	struct watcher *watcher = storm.watcher;

	if (storm.size == 0) {
		return;
	}
	(void)hear(NULL);
	watcher->filled = sizeof(watcher->buffer);
	watcher->at = watcher->filled - storm.size;
	memcpy(watcher->buffer + watcher->at, storm.pending, storm.size);
	storm.size = 0;
}

/* One of those that are in use, mostly. */
static int take_wd(struct input *input)
{
	unsigned choice = take_byte(input);
	struct place *place = storm.watcher->by_wd;

	if (choice >= 240) {
		return (int)take_number(input, 4);
	}
	if (choice >= 224) {
		place = watcher_find_folder(storm.watcher, tree_long);
		return place != NULL ? place->wd : -1;
	}
	for (unsigned i = choice % 32; place != NULL && place->hh_wd.next != NULL && i > 0; i--) {
		place = place->hh_wd.next;
	}
	return place != NULL ? place->wd : -1;
}

static uint32_t take_mask(struct input *input)
{
	static const uint32_t masks[] = {IN_CLOSE_WRITE, IN_MOVED_FROM, IN_MOVED_TO,
					 IN_CREATE,	 IN_DELETE,	IN_ATTRIB,
					 IN_DELETE_SELF, IN_MOVE_SELF,	IN_UNMOUNT,
					 IN_Q_OVERFLOW,	 IN_IGNORED,	IN_CREATE | IN_ISDIR};
	unsigned choice = take_byte(input);

	return choice < 192 ? masks[choice % (sizeof(masks) / sizeof(masks[0]))]
			    : take_number(input, 4);
}

/* Returns how long it is; any bytes, but for those that no name has. */
static size_t take_name(struct input *input, char name[NAME_MAX])
{
	static const char *const names[] = {"", "file", "b", "none", "deep", "z", "a", "d"};
	unsigned choice = take_byte(input);
	size_t length;

	if (choice < 128) {
		length = strlen(names[choice % 8]);
		memcpy(name, names[choice % 8], length);
		return length;
	}
	length = take_bytes(input, name, (choice - 127) * 2 - 1);
	for (size_t i = 0; i < length; i++) {
		if (name[i] == '/' || name[i] == '\0') {
			name[i] = 'x';
		}
	}
	return length;
}

static void add_event(struct input *input)
{
	struct inotify_event event = {.wd = take_wd(input), .mask = take_mask(input)};
	char name[NAME_MAX];
	size_t length = take_name(input, name);
	char *at = storm.pending + storm.size;

	/* Room for a NUL, and up to a multiple of the event's own size; none for no name. */
	event.len = (uint32_t)(length > 0 ? (length / sizeof(event) + 1) * sizeof(event) : 0);
	event.cookie = event.mask & IN_MOVE ? take_byte(input) : 0;
	if (++storm.events > EVENTS_MAX ||
	    storm.size + sizeof(event) + event.len > sizeof(storm.pending)) {
		return;
	}
	memcpy(at, &event, sizeof(event));
	memset(at + sizeof(event), 0, event.len);
	memcpy(at + sizeof(event), name, length);
	storm.size += sizeof(event) + event.len;
	storm.forgotten |= (event.mask & IN_IGNORED) != 0;
}

static bool keeps(const char *path, void *context)
{
	(void)context;
	for (size_t i = 0; i < TREE_FOLDERS; i++) {
		if (strcmp(path, tree_path(tree_folders[i])) == 0) {
			return (storm.keep >> i & 1) != 0;
		}
	}
	return strcmp(path, tree_path(tree_files[0])) == 0 && (storm.keep & 1) != 0;
}

static void move(struct input *input)
{
	if (storm.moved) {
		tree_return_a(storm.moves, (take_byte(input) & 1) != 0);
	} else {
		must(rename("a", tree_moved(++storm.moves)) == 0);
	}
	storm.moved = !storm.moved;
}

static void play_step(struct input *input)
{
	enum step step = take_byte(input) % STEP_KIND_END;
	struct hint hint;

	if (step == STEP_EVENT) {
		add_event(input);
		return;
	}
	deliver();
	switch (step) {
	case STEP_HEAR:
		for (unsigned left = take_byte(input); left > 0 && next_hint(&hint); left--) {
		}
		break;
	case STEP_APPEAR:
		(void)mkdir("none", 0755);
		(void)mkdir("none/deep", 0755);
		break;
	case STEP_DISAPPEAR:
		(void)rmdir("none/deep");
		(void)rmdir("none");
		break;
	case STEP_MOVE:
		move(input);
		break;
	case STEP_SAVE:
		if (!storm.moved) {
			tree_save("a/file");
		}
		break;
	case STEP_PRUNE:
		storm.keep = take_byte(input);
		watcher_prune(storm.watcher, &(struct watcher_keep){keeps, keeps, NULL});
		if (!storm.moved) {
			tree_watch(storm.watcher);
		}
		break;
	case STEP_REMOUNT:
		watcher_remounted(storm.watcher);
		break;
	case STEP_EVENT:
	case STEP_KIND_END:
		break;
	}
}

static void expect_heard(const char *name)
{
	bool heard;

	tree_save(name);
	heard = hear(tree_path(name));
	if (!heard) {
		(void)fprintf(stderr, "%s: a save that was not heard\n", name);
	}
	must(heard);
}

/* The tree is as it was, and all that changes in it is heard. */
static void check_watcher(void)
{
	(void)hear(NULL);
	/* As a new generation does: it looks whether each watch is on what stands there now. */
	watcher_begin_round(storm.watcher);
	tree_watch(storm.watcher);
	if (storm.forgotten) {
		watcher_remounted(storm.watcher);
	}
	(void)hear(NULL);
	expect_heard("a/file");
	expect_heard("a/b/file");
	tree_save("a/b/file");
	must(hear(TREE_ALIAS "a/b/file"));
	expect_heard("c/d/file");
	must(mkdir("none", 0755) == 0 && mkdir("none/deep", 0755) == 0);
	(void)hear(NULL);
	expect_heard("none/deep/file");
	must(unlink("none/deep/file") == 0);
	must(rmdir("none/deep") == 0 && rmdir("none") == 0);
	must(watcher_count(storm.watcher) >= 5);
}

int LLVMFuzzerInitialize(int *count, char ***arguments)
{
	(void)count;
	(void)arguments;
	tree_make();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct input input = {bytes, size};

	storm.watcher = tree_open();
	storm.hints = 0;
	storm.events = 0;
	storm.forgotten = false;
	storm.size = 0;
	while (input.left > 0) {
		play_step(&input);
	}
	deliver();
	if (storm.moved) {
		move(&input);
	}
	(void)rmdir("none/deep");
	(void)rmdir("none");
	check_watcher();
	tree_close(storm.watcher);
	while (storm.moves > 0) {
		tree_remove_moved(storm.moves--);
	}
	return 0;
}
