/* SPDX-License-Identifier: MIT */
/* Finds where a path really leads; see resolver.h. path_resolution(7) by hand, to see the links. */
#include "launcher/resolver.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uthash.h>

#include "launcher/path.h"

#define LINKS_MAX 40 /* as the kernel: path_resolution(7) */

/* A folder as it was written, where it leads, and the symlinks on the way. */
struct folder {
	char *written;
	char *canonical;
	char **links;
	size_t link_count;
	UT_hash_handle hh;
};

/* A symlink that some folder was reached by. */
struct known_link {
	char *path;
	UT_hash_handle hh;
};

struct resolver {
	struct folder *folders;
	struct known_link *links;
};

struct walk {
	char *canonical; /* PATH_MAX, what has been resolved */
	size_t length;
	char rest[PATH_MAX]; /* what has not */
	int links;
	bool exists;		 /* so far; behind something missing there is nothing to ask */
	char *passed[LINKS_MAX]; /* the symlinks, in the order they were met */
};

struct resolver *resolver_new(void)
{
	return calloc(1, sizeof(struct resolver));
}

static void free_folder(struct folder *folder)
{
	for (size_t i = 0; i < folder->link_count; i++) {
		free(folder->links[i]);
	}
	free((void *)folder->links);
	free(folder->written);
	free(folder->canonical);
	free(folder);
}

static void forget_links(struct resolver *resolver)
{
	struct known_link *link = resolver->links;

	HASH_CLEAR(hh, resolver->links); /* its links stay */
	while (link != NULL) {
		struct known_link *next = link->hh.next;

		free(link->path);
		free(link);
		link = next;
	}
}

static void know_link(struct resolver *resolver, const char *path)
{
	struct known_link *link;

	HASH_FIND_STR(resolver->links, path, link);
	if (link != NULL) {
		return;
	}
	link = calloc(1, sizeof(*link));
	if (link == NULL || (link->path = strdup(path)) == NULL) {
		free(link);
		return;
	}
	HASH_ADD_KEYPTR(hh, resolver->links, link->path, strlen(path), link);
}

void resolver_changed(struct resolver *resolver, const char *path)
{
	const struct known_link *link;
	const struct folder *folder;

	HASH_FIND_STR(resolver->links, path, link);
	HASH_FIND_STR(resolver->folders, path, folder);
	if (link != NULL || folder != NULL) {
		resolver_forget(resolver);
	}
}

void resolver_forget(struct resolver *resolver)
{
	struct folder *folder;
	struct folder *next;

	forget_links(resolver);

	folder = resolver->folders;
	HASH_CLEAR(hh, resolver->folders); /* its links stay */
	while (folder != NULL) {
		next = folder->hh.next;
		free_folder(folder);
		folder = next;
	}
}

void resolver_free(struct resolver *resolver)
{
	if (resolver != NULL) {
		resolver_forget(resolver);
		free(resolver);
	}
}

/* The walk to a folder, kept: its links go to the folder. */
static void remember_folder(struct resolver *resolver, const char *written, size_t length,
			    struct walk *walk)
{
	struct folder *folder = calloc(1, sizeof(*folder));

	if (folder == NULL) {
		return;
	}
	folder->written = strndup(written, length);
	folder->canonical = strdup(walk->canonical);
	folder->links = calloc((size_t)walk->links + 1, sizeof(*folder->links));
	if (folder->written == NULL || folder->canonical == NULL || folder->links == NULL) {
		free_folder(folder);
		return;
	}
	for (int i = 0; i < walk->links; i++) {
		folder->links[folder->link_count] = strdup(walk->passed[i]);
		folder->link_count += folder->links[folder->link_count] != NULL;
		know_link(resolver, walk->passed[i]);
	}
	HASH_ADD_KEYPTR(hh, resolver->folders, folder->written, length, folder);
}

static void go_up(struct walk *walk)
{
	while (walk->length > 0 && walk->canonical[--walk->length] != '/') {
	}
	walk->canonical[walk->length] = '\0';
}

static int append(struct walk *walk, const char *name, size_t length)
{
	if (walk->length + 1 + length >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	walk->canonical[walk->length++] = '/';
	memcpy(walk->canonical + walk->length, name, length);
	walk->length += length;
	walk->canonical[walk->length] = '\0';
	return 0;
}

/* Puts the target of a link before what is left to resolve. */
static int follow(struct walk *walk, const char *target, size_t length)
{
	size_t rest = strlen(walk->rest);

	if (walk->links == LINKS_MAX) {
		errno = ELOOP;
		return -1;
	}
	if (length + 1 + rest >= sizeof(walk->rest)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memmove(walk->rest + length + 1, walk->rest, rest + 1);
	memcpy(walk->rest, target, length);
	walk->rest[length] = '/';
	walk->passed[walk->links] = strdup(walk->canonical);
	if (walk->passed[walk->links] == NULL) {
		return -1;
	}
	walk->links++;
	if (target[0] == '/') {
		walk->length = 0;
		walk->canonical[0] = '\0';
	} else {
		go_up(walk);
	}
	return 0;
}

/* Takes the next name off the rest, and goes there. */
static int step(struct walk *walk)
{
	size_t slashes = strspn(walk->rest, "/");
	size_t length = strcspn(walk->rest + slashes, "/");
	char name[NAME_MAX + 1];
	char target[PATH_MAX];
	ssize_t size;

	if (length > NAME_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(name, walk->rest + slashes, length);
	name[length] = '\0';
	memmove(walk->rest, walk->rest + slashes + length,
		strlen(walk->rest + slashes + length) + 1);
	if (length == 0 || strcmp(name, ".") == 0) {
		return 0;
	}
	if (strcmp(name, "..") == 0) {
		go_up(walk);
		return 0;
	}
	if (append(walk, name, length) != 0) {
		return -1;
	}
	size = walk->exists ? readlink(walk->canonical, target, sizeof(target)) : -1;
	if (size > 0) {
		return follow(walk, target, (size_t)size);
	}
	if (size < 0 && errno != EINVAL) {
		walk->exists = false;
	}
	return 0;
}

static int walk_all(struct walk *walk)
{
	while (walk->rest[0] != '\0') {
		if (step(walk) != 0) {
			return -1;
		}
	}
	if (walk->length == 0) {
		(void)path_copy(walk->canonical, "/");
		walk->length = 0;
	}
	return 0;
}

/* Goes to the folder, or where it is known to lead, and tells the links on the way. */
static int walk_folder(struct resolver *resolver, struct walk *walk, const char *path,
		       size_t length, resolver_link *link, void *context)
{
	struct folder *folder;

	HASH_FIND(hh, resolver->folders, path, length, folder);
	if (folder == NULL) {
		memcpy(walk->rest, path, length);
		walk->rest[length] = '\0';
		if (walk_all(walk) != 0) {
			return -1;
		}
		if (walk->exists) {
			remember_folder(resolver, path, length, walk);
		}
	} else {
		(void)path_copy(walk->canonical, folder->canonical);
		for (size_t i = 0; link != NULL && i < folder->link_count; i++) {
			link(folder->links[i], context);
		}
	}
	walk->length = strcmp(walk->canonical, "/") == 0 ? 0 : strlen(walk->canonical);
	return 0;
}

static int resolve(struct resolver *resolver, struct walk *walk, const char *path,
		   resolver_link *link, void *context)
{
	const char *name = strrchr(path, '/');

	if (name != path &&
	    walk_folder(resolver, walk, path, (size_t)(name - path), link, context) != 0) {
		return -1;
	}
	(void)path_copy(walk->rest, name + 1);
	return walk_all(walk);
}

int resolver_resolve(struct resolver *resolver, const char *path, char canonical[PATH_MAX],
		     resolver_link *link, void *context)
{
	struct walk walk = {.canonical = canonical, .exists = true};
	int result;
	int saved_errno;

	canonical[0] = '\0';
	if (path[0] != '/') {
		errno = EINVAL;
		return -1;
	}
	if (strlen(path) >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	result = resolve(resolver, &walk, path, link, context);
	saved_errno = errno;
	for (int i = 0; i < walk.links; i++) {
		if (link != NULL && result == 0) {
			link(walk.passed[i], context);
		}
		free(walk.passed[i]);
	}
	/* All of passed[] has been freed: the analyzer gives up counting after some rounds. */
	errno = saved_errno; /* NOLINT(clang-analyzer-unix.Malloc) */
	return result;
}
