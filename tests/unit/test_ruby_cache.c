/* SPDX-License-Identifier: MIT */
/* launcher/ruby_cache: which of Bootsnap's caches are known, which go and which stay. */
#include "launcher/ruby_cache.h"

#include <stdint.h>

#include "tests/unit/scratch.h"

/* What Bootsnap 1.13 calls the cache of a source that Ruby was given under this name. */
#define SOURCE	    "app/mod.rb"
#define CACHE	    "/d0/44ecb8cd960f6b"
#define SOURCE_SIZE 7u
#define SOURCE_TIME 1700000000

static struct ruby_caches caches;

static void put_source(const char *name, unsigned second)
{
	const struct timespec times[2] = {{.tv_sec = 1}, {second, 500000000}};

	save(name, "puts 1\n");
	cr_assert(zero(int, utimensat(AT_FDCWD, name, times, 0)));
}

static void enter(void)
{
	scratch_enter();
	caches = (struct ruby_caches){.count = 0};
	cr_assert(zero(int, system("mkdir -p app compile-cache-iseq/d0 compile-cache-yaml/d0")));
	put_source(SOURCE, SOURCE_TIME);
	cr_assert(ruby_cache_note(&caches, in_scratch("compile-cache-iseq" CACHE)));
}

static void leave(void)
{
	ruby_caches_free(&caches);
	cr_expect(zero(sz, caches.count));
	scratch_leave();
}

TestSuite(ruby_cache, .init = enter, .fini = leave);

/* The beginning of what Bootsnap 1.13 has written for that source with Ruby 3.1. */
static void put_cache(const char *name, uint64_t size, uint64_t time, size_t length)
{
	unsigned char bytes[64] = {0x04, 0x00, 0x00, 0x00, 0x9a, 0x04, 0xf0, 0x63,
				   0xa7, 0xf6, 0x84, 0x50, 0x11, 0x1e, 0xe6, 0x72};

	memcpy(bytes + 16, &size, sizeof(size));
	memcpy(bytes + 24, &time, sizeof(time));
	(void)put(name, bytes, length, 0644);
}

static bool is_there(const char *name)
{
	struct stat status;

	return lstat(name, &status) == 0;
}

Test(ruby_cache, header)
{
	static const struct {
		const char *what;
		uint64_t size, time;
		size_t length;
		bool stays;
	} cases[] = {
	    {"equal", SOURCE_SIZE, SOURCE_TIME, 64, false},
	    {"header alone", SOURCE_SIZE, SOURCE_TIME, 32, false},
	    {"another second", SOURCE_SIZE, SOURCE_TIME + 1, 64, true},
	    {"an earlier second", SOURCE_SIZE, SOURCE_TIME - 1, 64, true},
	    {"another size", SOURCE_SIZE + 1, SOURCE_TIME, 64, true},
	    {"more than 32 bits", SOURCE_SIZE + (UINT64_C(1) << 32), SOURCE_TIME, 64, true},
	    {"cut off", SOURCE_SIZE, SOURCE_TIME, 31, true},
	    {"empty", 0, 0, 0, true},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		put_cache("compile-cache-iseq" CACHE, cases[i].size, cases[i].time,
			  cases[i].length);
		ruby_cache_drop(&caches, SOURCE);
		cr_expect(eq(int, is_there("compile-cache-iseq" CACHE), cases[i].stays), "%s",
			  cases[i].what);
	}
}

/* In all folders that were seen, of that source alone. */
Test(ruby_cache, names)
{
	static const char neighbour[] = "compile-cache-iseq/d0/44ecb8cd960f6c";

	put_source("app/mod.rc", SOURCE_TIME);
	put_cache("compile-cache-iseq" CACHE, SOURCE_SIZE, SOURCE_TIME, 64);
	put_cache("compile-cache-yaml" CACHE, SOURCE_SIZE, SOURCE_TIME, 64);
	put_cache(neighbour, SOURCE_SIZE, SOURCE_TIME, 64);
	ruby_cache_drop(&caches, "app/mod.rc");
	ruby_cache_drop(&caches, in_scratch(SOURCE));
	ruby_cache_drop(&caches, "app/absent.rb");
	cr_expect(is_there("compile-cache-iseq" CACHE), "of another name");
	ruby_cache_drop(&caches, SOURCE);
	cr_expect(not(is_there("compile-cache-iseq" CACHE)));
	cr_expect(is_there("compile-cache-yaml" CACHE), "not seen yet");
	cr_assert(ruby_cache_note(&caches, in_scratch("compile-cache-yaml/00/00000000000000")));
	ruby_cache_drop(&caches, SOURCE);
	cr_expect(not(is_there("compile-cache-yaml" CACHE)));
	cr_expect(is_there(neighbour));
	cr_expect(is_there(SOURCE));
}

/* A link in a cache's place is not Bootsnap's; a FIFO does not keep us. */
Test(ruby_cache, links)
{
	put_cache("target", SOURCE_SIZE, SOURCE_TIME, 64);
	cr_assert(zero(int, symlink("../../target", "compile-cache-iseq" CACHE)));
	ruby_cache_drop(&caches, SOURCE);
	cr_expect(is_there("compile-cache-iseq" CACHE));
	cr_expect(is_there("target"));
	cr_assert(zero(int, unlink("compile-cache-iseq" CACHE)));
	cr_assert(zero(int, mkfifo("compile-cache-iseq" CACHE, 0600)));
	ruby_cache_drop(&caches, SOURCE);
	cr_expect(is_there("compile-cache-iseq" CACHE));
	cr_assert(zero(int, unlink("compile-cache-iseq" CACHE)));
	make_folder("compile-cache-iseq" CACHE);
	ruby_cache_drop(&caches, SOURCE);
	cr_expect(is_there("compile-cache-iseq" CACHE));
	/* The source may be one: Bootsnap looks at what it leads to. */
	cr_assert(zero(int, rmdir("compile-cache-iseq" CACHE)));
	cr_assert(zero(int, rename(SOURCE, "app/real.rb")));
	cr_assert(zero(int, symlink("real.rb", SOURCE)));
	put_cache("compile-cache-iseq" CACHE, SOURCE_SIZE, SOURCE_TIME, 64);
	ruby_cache_drop(&caches, SOURCE);
	cr_expect(not(is_there("compile-cache-iseq" CACHE)));
}

/* What is none of Bootsnap's names. */
Test(ruby_cache, note)
{
	static const struct {
		const char *path;
		bool is_cache;
	} cases[] = {
	    {"/app/tmp/cache/bootsnap/compile-cache-iseq/d0/44ecb8cd960f6b", true},
	    {"/app/tmp/cache/bootsnap/compile-cache-yaml/00/00000000000000", true},
	    {"/app/tmp/cache/bootsnap/compile-cache-json/ff/ffffffffffffff", true},
	    {"/compile-cache-iseq/d0/44ecb8cd960f6b", true},
	    {"/app/compile-cache-iseq/d0/44ecb8cd960f6", false},
	    {"/app/compile-cache-iseq/d0/44ecb8cd960f6b0", false},
	    {"/app/compile-cache-iseq/d0/44ECB8CD960F6B", false},
	    {"/app/compile-cache-iseq/d0/44ecb8cd960f6g", false},
	    {"/app/compile-cache-iseq/d0/44ecb8cd960f6b.tmp.x", false},
	    {"/app/compile-cache-iseq/d/44ecb8cd960f6b", false},
	    {"/app/compile-cache-iseq/d00/44ecb8cd960f6b", false},
	    {"/app/compile-cache-iseq/xx/44ecb8cd960f6b", false},
	    {"/app/compile-cache-iseq/44ecb8cd960f6b", false},
	    {"/app/compile-cache-iseq/d0", false},
	    {"/app/compile-cache-iseq2/d0/44ecb8cd960f6b", false},
	    {"/app/my-compile-cache-iseq/d0/44ecb8cd960f6b", false},
	    {"/app/.git/objects/d0/44ecb8cd960f6b", false},
	    {"/d0/44ecb8cd960f6b", false},
	    {"/44ecb8cd960f6b", false},
	    {"/", false},
	};
	size_t count = caches.count;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cr_expect(eq(int, ruby_cache_note(&caches, cases[i].path), cases[i].is_cache), "%s",
			  cases[i].path);
		count += cases[i].is_cache;
		cr_expect(eq(sz, caches.count, count), "%s", cases[i].path);
		/* Again, or another of its files, is nothing new. */
		(void)ruby_cache_note(&caches, cases[i].path);
		cr_expect(eq(sz, caches.count, count), "%s again", cases[i].path);
	}
	cr_expect(eq(str, caches.folders[1], "/app/tmp/cache/bootsnap/compile-cache-iseq"));
}

/* More folders than are remembered are known as caches still. */
Test(ruby_cache, many)
{
	char name[PATH_MAX];

	for (int i = 0; i < 2 * RUBY_CACHES_MAX; i++) {
		(void)snprintf(name, sizeof(name), "/app-%d/compile-cache-json" CACHE, i);
		cr_assert(ruby_cache_note(&caches, name));
	}
	cr_assert(eq(sz, caches.count, RUBY_CACHES_MAX));
	cr_assert(eq(str, caches.folders[RUBY_CACHES_MAX - 1], "/app-6/compile-cache-json"));
}

/* Nobody uses Bootsnap. */
Test(ruby_cache, none)
{
	struct ruby_caches no_caches = {.count = 0};

	put_cache("compile-cache-iseq" CACHE, SOURCE_SIZE, SOURCE_TIME, 64);
	ruby_cache_drop(&no_caches, SOURCE);
	cr_expect(is_there("compile-cache-iseq" CACHE));
	ruby_caches_free(&no_caches);
}
