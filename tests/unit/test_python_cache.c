/* SPDX-License-Identifier: MIT */
/* launcher/python_cache: which caches would be trusted, and go; which stay. */
#include "launcher/python_cache.h"

#include "launcher/identity.h"

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "tests/unit/scratch.h"

#define SOURCE_TIME 1700000000
#define SOURCE	    "app/mod.py"
#define SOURCE_SIZE 10u

static void enter(void)
{
	const struct timespec times[2] = {{.tv_sec = 1}, {SOURCE_TIME, 987654321}};

	scratch_enter();
	cr_assert(zero(int, system("mkdir -p app/__pycache__")));
	save(SOURCE, "print(1)\n\n");
	cr_assert(zero(int, utimensat(AT_FDCWD, SOURCE, times, 0)));
}

TestSuite(python_cache, .init = enter, .fini = scratch_leave);

static void little_endian(unsigned char *to, uint32_t number)
{
	for (int i = 0; i < 4; i++) {
		to[i] = (unsigned char)(number >> 8 * i);
	}
}

/* A .pyc as in PEP 552; length: how much of it there is. */
static void put_cache(const char *name, uint32_t flags, uint32_t time, uint32_t size, size_t length)
{
	unsigned char bytes[20] = {0xa7, 0x0d, 0x0d, 0x0a};
	int fd;

	little_endian(bytes + 4, flags);
	little_endian(bytes + 8, time);
	little_endian(bytes + 12, size);
	fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	cr_assert(fd >= 0);
	cr_assert(eq(i64, write(fd, bytes, length), (ssize_t)length));
	cr_assert(zero(int, close(fd)));
}

/* One that CPython would take for the source as it is. */
static void put_trusted(const char *name)
{
	put_cache(name, 0, SOURCE_TIME, SOURCE_SIZE, 20);
}

static bool is_there(const char *name)
{
	struct stat status;

	return lstat(name, &status) == 0;
}

static void drop(const char *source, const char *cache_prefix)
{
	struct python_caches caches = {0};

	python_cache_drop(&caches, source, cache_prefix);
	python_caches_forget(&caches);
}

Test(python_cache, header)
{
	static const struct {
		const char *what;
		uint32_t flags, time, size;
		size_t length;
		bool stays;
	} cases[] = {
	    {"equal", 0, SOURCE_TIME, SOURCE_SIZE, 20, false},
	    {"header alone", 0, SOURCE_TIME, SOURCE_SIZE, 16, false},
	    {"another second", 0, SOURCE_TIME + 1, SOURCE_SIZE, 20, true},
	    {"an earlier second", 0, SOURCE_TIME - 1, SOURCE_SIZE, 20, true},
	    {"another size", 0, SOURCE_TIME, SOURCE_SIZE + 1, 20, true},
	    {"checked by hash", 3, SOURCE_TIME, SOURCE_SIZE, 20, true},
	    {"not checked at all", 1, SOURCE_TIME, SOURCE_SIZE, 20, true},
	    {"cut off", 0, SOURCE_TIME, SOURCE_SIZE, 15, true},
	    {"empty", 0, 0, 0, 0, true},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		put_cache("app/__pycache__/mod.cpython-311.pyc", cases[i].flags, cases[i].time,
			  cases[i].size, cases[i].length);
		drop(in_scratch(SOURCE), NULL);
		cr_expect(eq(int, is_there("app/__pycache__/mod.cpython-311.pyc"), cases[i].stays),
			  "%s", cases[i].what);
	}
}

/* All of a source's, and nobody else's, though their headers are the same. */
Test(python_cache, names)
{
	static const struct {
		const char *name;
		bool stays;
	} cases[] = {
	    {"app/__pycache__/mod.cpython-311.pyc", false},
	    {"app/__pycache__/mod.cpython-311.opt-1.pyc", false},
	    {"app/__pycache__/mod.cpython-312.pyc", false},
	    {"app/__pycache__/mod.pypy39.pyc", false},
	    {"app/__pycache__/model.cpython-311.pyc", true},
	    {"app/__pycache__/mo.cpython-311.pyc", true},
	    {"app/__pycache__/mod.pyc", true},
	    {"app/__pycache__/mod.cpython-311.pyc.140737", true},
	    {"app/__pycache__/mod.cpython-311.txt", true},
	    {"app/mod.cpython-311.pyc", true},
	    {"app/mod.pyc", true},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		put_trusted(cases[i].name);
	}
	drop(in_scratch(SOURCE), NULL);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cr_expect(eq(int, is_there(cases[i].name), cases[i].stays), "%s", cases[i].name);
	}
	cr_expect(is_there(SOURCE));
}

/* Below PYTHONPYCACHEPREFIX, as CPython lays it out; and beside the source still. */
Test(python_cache, prefix)
{
	char folder[2 * PATH_MAX], name[2 * PATH_MAX + 64];
	static const char *const slashes[] = {"", "/"};

	for (size_t i = 0; i < sizeof(slashes) / sizeof(slashes[0]); i++) {
		(void)snprintf(folder, sizeof(folder), "mkdir -p prefix%s/app", directory);
		cr_assert(zero(int, system(folder)));
		(void)snprintf(name, sizeof(name), "prefix%s/app/mod.cpython-311.pyc", directory);
		put_trusted(name);
		put_trusted("app/__pycache__/mod.cpython-311.pyc");
		(void)snprintf(folder, sizeof(folder), "%s%s", in_scratch("prefix"), slashes[i]);
		drop(in_scratch(SOURCE), folder);
		cr_expect(not(is_there(name)), "%zu", i);
		cr_expect(not(is_there("app/__pycache__/mod.cpython-311.pyc")), "%zu", i);
	}
	put_trusted(name);
	drop(in_scratch(SOURCE), in_scratch("absent"));
	cr_expect(is_there(name));
}

/* Of many sources that share folders, each one's; a name may be the beginning of the next. */
Test(python_cache, many)
{
	static const char *const names[] = {"a", "aa", "ab", "mod", "mod_", "mod0", "z"};
	static const char *const folders[] = {"app", "lib"};
	struct python_caches caches = {0};
	char name[PATH_MAX];

	cr_assert(zero(int, system("mkdir -p lib/__pycache__")));
	for (size_t i = 0; i < 2 * sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(name, sizeof(name), "cp -p " SOURCE " %s/%s.py 2>/dev/null",
			       folders[i % 2], names[i / 2]);
		(void)system(name); /* app/mod.py is there */
		(void)snprintf(name, sizeof(name), "%s/__pycache__/%s.x.pyc", folders[i % 2],
			       names[i / 2]);
		put_trusted(name);
	}
	for (size_t i = 0; i < 2 * sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(name, sizeof(name), "%s/%s.py", folders[i % 2], names[i / 2]);
		if (i % 3 != 0) {
			python_cache_drop(&caches, in_scratch(name), NULL);
		}
	}
	for (size_t i = 0; i < 2 * sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(name, sizeof(name), "%s/__pycache__/%s.x.pyc", folders[i % 2],
			       names[i / 2]);
		cr_expect(eq(int, is_there(name), i % 3 == 0), "%s", name);
	}
	python_caches_forget(&caches);
}

/* A link may lead to a file that is none of ours. */
Test(python_cache, links)
{
	cr_assert(zero(int, system("mkdir -p other elsewhere/__pycache__ linked")));
	put_trusted("other/target.pyc");
	cr_assert(zero(int, symlink("../../other/target.pyc", "app/__pycache__/mod.link.pyc")));
	drop(in_scratch(SOURCE), NULL);
	cr_expect(is_there("app/__pycache__/mod.link.pyc"));
	cr_expect(is_there("other/target.pyc"));
	put_trusted("elsewhere/__pycache__/mod.x.pyc");
	cr_assert(zero(int, symlink("../elsewhere/__pycache__", "linked/__pycache__")));
	cr_assert(zero(int, system("cp -p app/mod.py linked/mod.py")));
	drop(in_scratch("linked/mod.py"), NULL);
	cr_expect(is_there("elsewhere/__pycache__/mod.x.pyc"));
	/* What is no file does not keep us. */
	cr_assert(zero(int, mkfifo("app/__pycache__/mod.fifo.pyc", 0600)));
	make_folder("app/__pycache__/mod.folder.pyc");
	put_trusted("app/__pycache__/mod.x.pyc");
	drop(in_scratch(SOURCE), NULL);
	cr_expect(is_there("app/__pycache__/mod.fifo.pyc"));
	cr_expect(is_there("app/__pycache__/mod.folder.pyc"));
	cr_expect(not(is_there("app/__pycache__/mod.x.pyc")));
}

/* The source itself may be a link: its target's time and size are what CPython compares. */
Test(python_cache, linked_source)
{
	cr_assert(zero(int, symlink("mod.py", "app/alias.py")));
	put_trusted("app/__pycache__/alias.cpython-311.pyc");
	drop(in_scratch("app/alias.py"), NULL);
	cr_expect(not(is_there("app/__pycache__/alias.cpython-311.pyc")));
}

Test(python_cache, passed_over)
{
	static const char *const sources[] = {"app/mod.txt", "app/mod.pyc",  "app/.py",
					      "app/mod",     "app/mod.py.x", "app/absent.py"};

	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		if (strcmp(sources[i], "app/absent.py") != 0) {
			cr_assert(zero(int, link(SOURCE, sources[i])));
		}
	}
	put_trusted("app/__pycache__/mod.x.pyc");
	put_trusted("app/__pycache__/absent.x.pyc");
	put_trusted("app/__pycache__/.x.pyc");
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		drop(in_scratch(sources[i]), NULL);
	}
	drop("mod.py", NULL);
	cr_expect(is_there("app/__pycache__/mod.x.pyc"));
	cr_expect(is_there("app/__pycache__/absent.x.pyc"));
	cr_expect(is_there("app/__pycache__/.x.pyc"));
	/* No folder of caches at all. */
	make_folder("bare");
	cr_assert(zero(int, link(SOURCE, "bare/mod.py")));
	drop(in_scratch("bare/mod.py"), NULL);
}

/* A cache that was read: does it hide that its source has just been saved? */
Test(python_cache, hides_change)
{
	static const struct {
		const char *what;
		int64_t source_s, cache_s; /* before now */
		uint32_t flags, size;
		bool hides;
	} cases[] = {
	    {"saved after it", 1, 2, 0, SOURCE_SIZE, true},
	    {"saved in the same moment", 1, 1, 0, SOURCE_SIZE, true},
	    {"made after the save", 2, 1, 0, SOURCE_SIZE, false},
	    {"of another size", 1, 2, 0, SOURCE_SIZE + 1, false},
	    {"checked by hash", 1, 2, 3, SOURCE_SIZE, false},
	    /* in a package, the times of both mean nothing */
	    {"long ago", 3600, 3601, 0, SOURCE_SIZE, false},
	};
	static const char cache[] = "app/__pycache__/mod.cpython-311.pyc";
	struct identity read = {0};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t now = time(NULL);
		const struct timespec times[2] = {{.tv_sec = 1}, {now - cases[i].source_s, 5000}};
		struct timespec made[2] = {{.tv_sec = 1}, {.tv_nsec = 5000}};

		cr_assert(zero(int, utimensat(AT_FDCWD, SOURCE, times, 0)));
		put_cache(cache, cases[i].flags, (uint32_t)(now - cases[i].source_s), cases[i].size,
			  20);
		made[1].tv_sec = now - cases[i].cache_s;
		cr_assert(zero(int, utimensat(AT_FDCWD, cache, made, 0)));
		cr_assert(identity_of_path(cache, &read));
		cr_expect(
		    eq(int, python_cache_hides_change(in_scratch(cache), &read, in_scratch(SOURCE)),
		       cases[i].hides),
		    "%s", cases[i].what);
		/* Another than was read: the command has made it since, from the source. */
		read.inode++;
		cr_expect(
		    not(python_cache_hides_change(in_scratch(cache), &read, in_scratch(SOURCE))));
	}
	cr_expect(not(
	    python_cache_hides_change(in_scratch("app/absent.pyc"), &read, in_scratch(SOURCE))));
	cr_expect(
	    not(python_cache_hides_change(in_scratch(cache), &read, in_scratch("app/absent.py"))));
}
