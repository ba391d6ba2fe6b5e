/* SPDX-License-Identifier: MIT */
/* Is what was saved another content at all? See content.h. */
#include "launcher/content.h"

#include <fcntl.h>
#include <limits.h>
#include <unistd.h>
#include <xxhash.h>

static bool digest_file(const char *path, XXH3_state_t *state)
{
	char buffer[16384];
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	ssize_t size;

	if (fd < 0) {
		return false;
	}
	while ((size = read(fd, buffer, sizeof(buffer))) > 0) {
		(void)XXH3_128bits_update(state, buffer, (size_t)size);
	}
	close(fd);
	return size == 0;
}

static bool digest_link(const char *path, XXH3_state_t *state)
{
	char target[PATH_MAX];
	ssize_t size = readlink(path, target, sizeof(target));

	return size > 0 && XXH3_128bits_update(state, target, (size_t)size) == XXH_OK;
}

bool content_digest(const char *path, const struct sight *sight, struct digest *digest)
{
	struct sight after;
	XXH3_state_t *state;
	XXH128_hash_t hash;
	bool done;

	if (!sight->present || (!sight->regular && !sight->link) ||
	    sight->identity.size > CONTENT_SIZE_MAX) {
		return false;
	}
	state = XXH3_createState();
	if (state == NULL) {
		return false;
	}
	(void)XXH3_128bits_reset(state);
	done = sight->link ? digest_link(path, state) : digest_file(path, state);
	hash = XXH3_128bits_digest(state);
	(void)XXH3_freeState(state);
	*digest = (struct digest){{hash.low64, hash.high64}};
	sight_take(&after, path, false);
	return done && after.present && identity_equal(&after.identity, &sight->identity);
}

bool content_equal(const struct digest *left, const struct digest *right)
{
	return left->words[0] == right->words[0] && left->words[1] == right->words[1];
}
