/* SPDX-License-Identifier: MIT */
/* Finds where a path really leads; see resolver.h. path_resolution(7) by hand, to see the links. */
#include "launcher/resolver.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launcher/identity.h"
#include "launcher/path.h"
#include "launcher/table.h"

#define LINKS_MAX 40 /* as the kernel: path_resolution(7) */
/* Of what is remembered: one folder can be written in ever other ways. */
#define REMEMBERED_MAX 16384

/* A folder as it was written, where it leads, and the symlinks on the way. */
struct folder {
	char *written;
	char *canonical;
	struct passed_link *links;
	size_t link_count;
	UT_hash_handle hh;
};

/* The path of a symlink that was passed. */
struct known_link {
	char *path;
	UT_hash_handle hh;
};

/* On the way: route.canonical is what has been resolved, the links are in passed. */
struct walk {
	struct resolver *resolver;
	struct route route;
	size_t length;	     /* of what has been resolved */
	char rest[PATH_MAX]; /* what has not */
	bool exists;	     /* so far; behind something missing there is nothing to ask */
	int followed;
	struct passed_link passed[2 * LINKS_MAX]; /* a folder's, and the last name's */
};

struct resolver {
	struct folder *folders;
	struct known_link *links;
	struct walk walk;
};

struct resolver *resolver_new(void)
{
	return calloc(1, sizeof(struct resolver));
}

static void free_folder(struct folder *folder)
{
	free(folder->links);
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

/* One copy of the path for all who pass it, until all is forgotten. */
static const char *know_link(struct resolver *resolver, const char *path)
{
	struct known_link *link;

	HASH_FIND_STR(resolver->links, path, link);
	if (link != NULL) {
		return link->path;
	}
	link = calloc(1, sizeof(*link));
	if (link == NULL || (link->path = strdup(path)) == NULL) {
		memory_exhausted();
	}
	HASH_ADD_KEYPTR(hh, resolver->links, link->path, strlen(path), link);
	return link->path;
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

/* The walk to a folder, kept. */
static void remember_folder(struct resolver *resolver, const char *written, size_t length,
			    const struct route *route)
{
	struct folder *folder = calloc(1, sizeof(*folder));

	if (folder == NULL) {
		return;
	}
	folder->written = strndup(written, length);
	folder->canonical = strdup(route->canonical);
	folder->links = calloc(route->link_count + 1, sizeof(*folder->links));
	if (folder->written == NULL || folder->canonical == NULL || folder->links == NULL) {
		free_folder(folder);
		return;
	}
	memcpy(folder->links, route->links, route->link_count * sizeof(*folder->links));
	folder->link_count = route->link_count;
	HASH_ADD_KEYPTR(hh, resolver->folders, folder->written, length, folder);
}

static void go_up(struct walk *walk)
{
	while (walk->length > 0 && walk->route.canonical[--walk->length] != '/') {
	}
	walk->route.canonical[walk->length] = '\0';
}

static int append(struct walk *walk, const char *name, size_t length)
{
	if (walk->length + 1 + length >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	walk->route.canonical[walk->length++] = '/';
	memcpy(walk->route.canonical + walk->length, name, length);
	walk->length += length;
	walk->route.canonical[walk->length] = '\0';
	return 0;
}

/* Puts the target of a link before what is left to resolve. */
static int follow(struct walk *walk, const struct identity *identity, const char *target,
		  size_t length)
{
	struct passed_link *link = &walk->passed[walk->route.link_count];
	size_t rest = strlen(walk->rest);

	if (walk->followed == LINKS_MAX) {
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
	*link = (struct passed_link){know_link(walk->resolver, walk->route.canonical), *identity};
	if (link->path == NULL) {
		return -1;
	}
	walk->followed++;
	walk->route.link_count++;
	if (target[0] == '/') {
		walk->length = 0;
		walk->route.canonical[0] = '\0';
	} else {
		go_up(walk);
	}
	return 0;
}

/*
 * Follows what has been resolved if it is a link. That a link is there is found by reading it; then
 * it is looked at, and read once more: what it leads to must never be older than its identity, or
 * that it has been replaced in between would go unnoticed for ever.
 */
static int follow_link(struct walk *walk)
{
	const char *canonical = walk->route.canonical;
	char target[PATH_MAX];
	struct identity identity;
	ssize_t size = readlink(canonical, target, sizeof(target));

	if (size > 0 && identity_of_path(canonical, &identity)) {
		size = readlink(canonical, target, sizeof(target));
	}
	if (size > 0) {
		return follow(walk, &identity, target, (size_t)size);
	}
	if (size < 0 && errno != EINVAL) {
		walk->exists = false;
	}
	return 0;
}

/* Takes the next name off the rest, and goes there. */
static int step(struct walk *walk)
{
	size_t slashes = strspn(walk->rest, "/");
	size_t length = strcspn(walk->rest + slashes, "/");
	char name[NAME_MAX + 1];

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
	return walk->exists ? follow_link(walk) : 0;
}

static int walk_all(struct walk *walk)
{
	while (walk->rest[0] != '\0') {
		if (step(walk) != 0) {
			return -1;
		}
	}
	if (walk->length == 0) {
		(void)path_copy(walk->route.canonical, "/");
	}
	return 0;
}

/* Goes to the folder, or where it is known to lead. */
static int walk_folder(struct walk *walk, const char *path, size_t length)
{
	struct route *route = &walk->route;
	const struct folder *folder;

	HASH_FIND(hh, walk->resolver->folders, path, length, folder);
	if (folder == NULL) {
		memcpy(walk->rest, path, length);
		walk->rest[length] = '\0';
		if (walk_all(walk) != 0) {
			return -1;
		}
		if (walk->exists) {
			remember_folder(walk->resolver, path, length, route);
		}
	} else {
		(void)path_copy(route->canonical, folder->canonical);
		memcpy(walk->passed, folder->links, folder->link_count * sizeof(*folder->links));
		route->link_count = folder->link_count;
	}
	walk->length = strcmp(route->canonical, "/") == 0 ? 0 : strlen(route->canonical);
	walk->followed = 0;
	return 0;
}

const struct route *resolver_resolve(struct resolver *resolver, const char *path)
{
	struct walk *walk = &resolver->walk;
	const char *name = strrchr(path, '/');

	if (path[0] != '/') {
		errno = EINVAL;
		return NULL;
	}
	if (strlen(path) >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	if (HASH_COUNT(resolver->folders) > REMEMBERED_MAX ||
	    HASH_COUNT(resolver->links) > REMEMBERED_MAX) {
		resolver_forget(resolver);
	}
	walk->resolver = resolver;
	walk->route.canonical[0] = '\0';
	walk->route.links = walk->passed;
	walk->route.link_count = 0;
	walk->length = 0;
	walk->exists = true;
	walk->followed = 0;
	if (name != path && walk_folder(walk, path, (size_t)(name - path)) != 0) {
		return NULL;
	}
	(void)path_copy(walk->rest, name + 1);
	return walk_all(walk) == 0 ? &walk->route : NULL;
}
