/* SPDX-License-Identifier: MIT */
/* launcher/executable: hand-made ELF files and "#!" lines. */
#include "launcher/executable.h"
#include "tests/unit/elf_image.h"
#include "tests/unit/scratch.h"

#include <errno.h>
#include <sys/xattr.h>

enum {
	NOBODY = 65534,
};

static struct executable got;

TestSuite(executable, .init = scratch_enter, .fini = scratch_leave);

static void inspect(const char *file)
{
	memset(&got, 0xff, sizeof(got));
	cr_assert(zero(int, executable_inspect(file, &got)), "%s", strerror(errno));
}

static void inspect_image(const struct image *image)
{
	inspect(put("elf", image->bytes, image->size, 0755));
}

#define LOADER "/lib64/ld-linux-x86-64.so.2"

static const struct recipe dynamic_recipe = {
    .type = ET_DYN, .interpreter = LOADER, .needed = "libc.so.6"};

Test(executable, elf_kinds)
{
	const uint16_t foreign = own_header().e_machine == EM_AARCH64 ? EM_X86_64 : EM_AARCH64;
	const struct {
		struct recipe recipe;
		enum executable_kind kind;
	} cases[] = {
	    {dynamic_recipe, EXECUTABLE_DYNAMIC},
	    {{.type = ET_EXEC, .interpreter = LOADER}, EXECUTABLE_DYNAMIC},
	    {{.type = ET_EXEC}, EXECUTABLE_STATIC},
	    /* static PIE: a dynamic section, no interpreter */
	    {{.type = ET_DYN, .pie = true}, EXECUTABLE_STATIC},
	    /* a loader */
	    {{.type = ET_DYN}, EXECUTABLE_DYNAMIC},
	    {{.type = ET_EXEC, .machine = foreign, .interpreter = "/lib/ld"},
	     EXECUTABLE_OTHER_MACHINE},
	    {{.type = ET_EXEC, .machine = foreign}, EXECUTABLE_OTHER_MACHINE},
	    {{.type = ET_EXEC, .interpreter = LOADER, .section = ".note.go.buildid"},
	     EXECUTABLE_RAW},
	    {{.type = ET_DYN, .interpreter = LOADER, .section = ".go.buildinfo"}, EXECUTABLE_RAW},
	    {{.type = ET_EXEC, .interpreter = LOADER, .section = ".bun"}, EXECUTABLE_RAW},
	    {{.type = ET_EXEC, .section = ".note.go.buildid"}, EXECUTABLE_STATIC},
	    {{.type = ET_REL}, EXECUTABLE_UNREADABLE},
	    {{.type = ET_CORE}, EXECUTABLE_UNREADABLE},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct image image = make(&cases[i].recipe);
		const char *interpreter = cases[i].recipe.interpreter;

		inspect_image(&image);
		cr_expect(eq(int, (int)got.kind, (int)cases[i].kind), "%zu", i);
		cr_expect(eq(str, got.interpreter, (char *)(interpreter ? interpreter : "")), "%zu",
			  i);
		cr_expect(eq(str, got.argument, ""), "%zu", i);
	}
}

/* Stripped of its sections (sstrip, UPX) a static PIE is still one. */
Test(executable, no_sections)
{
	const struct recipe recipe = {.type = ET_DYN};
	struct image image = make(&recipe);
	ElfW(Ehdr) header;

	memcpy(&header, image.bytes, sizeof(header));
	header.e_shoff = 0;
	header.e_shnum = header.e_shstrndx = 0;
	memcpy(image.bytes, &header, sizeof(header));
	inspect_image(&image);
	cr_assert(eq(int, (int)got.kind, EXECUTABLE_STATIC));
}

#if __SIZEOF_POINTER__ == 8
Test(executable, other_class)
{
	struct image image = {.size = 0};
	Elf32_Ehdr header = {
	    .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS32, ELFDATA2LSB, EV_CURRENT},
	    .e_type = ET_EXEC,
	    .e_machine = EM_386,
	    .e_version = EV_CURRENT,
	    .e_ehsize = sizeof(header),
	    .e_phentsize = sizeof(Elf32_Phdr),
	    .e_phnum = 1,
	};
	Elf32_Phdr segment = {.p_type = PT_INTERP, .p_filesz = sizeof("/lib/ld-linux.so.2")};

	(void)append(&image, &header, sizeof(header));
	header.e_phoff = (Elf32_Off)append(&image, &segment, sizeof(segment));
	segment.p_offset = (Elf32_Off)append(&image, "/lib/ld-linux.so.2", segment.p_filesz);
	memcpy(image.bytes, &header, sizeof(header));
	memcpy(image.bytes + header.e_phoff, &segment, sizeof(segment));
	inspect_image(&image);
	cr_assert(eq(int, (int)got.kind, EXECUTABLE_OTHER_CLASS));
	cr_assert(eq(str, got.interpreter, "/lib/ld-linux.so.2"));
	cr_assert(eq(str, (char *)executable_reason(got.kind), "is a 32-bit program"));
	/* With a library for it, it is like any other. */
	executable_observe_32_bit();
	inspect_image(&image);
	cr_assert(eq(int, (int)got.kind, EXECUTABLE_DYNAMIC));
}
#endif

Test(executable, big_endian)
{
	struct image image = make(&dynamic_recipe);

	/* Every number in it is then the wrong way round: damaged is as good an answer. */
	image.bytes[EI_DATA] = image.bytes[EI_DATA] == ELFDATA2LSB ? ELFDATA2MSB : ELFDATA2LSB;
	inspect_image(&image);
	cr_assert(got.kind == EXECUTABLE_OTHER_MACHINE || got.kind == EXECUTABLE_UNREADABLE);
}

/* Cut off anywhere: an answer, and never one that is worse than "do not know". */
Test(executable, truncated, .timeout = 120)
{
	struct image image = make(&dynamic_recipe);
	size_t headers = sizeof(ElfW(Ehdr)) + 2 * sizeof(ElfW(Phdr));

	for (size_t size = 0; size < image.size; size++) {
		inspect(put("elf", image.bytes, size, 0755));
		if (size < SELFMAG) {
			cr_expect(eq(int, (int)got.kind, EXECUTABLE_UNKNOWN), "%zu", size);
		} else if (size < headers + sizeof(LOADER)) {
			cr_expect(eq(int, (int)got.kind, EXECUTABLE_UNREADABLE), "%zu", size);
		} else {
			cr_expect(got.kind == EXECUTABLE_DYNAMIC ||
				      got.kind == EXECUTABLE_UNREADABLE,
				  "%zu", size);
		}
	}
}

/* Each byte of the file with each of a few wrong values. */
Test(executable, corrupt, .timeout = 300)
{
	static const unsigned char values[] = {0x00, 0x01, 0x7f, 0x80, 0xff};
	struct recipe recipe = dynamic_recipe;
	struct image image;

	recipe.pie = true;
	image = make(&recipe);
	for (size_t at = SELFMAG; at < image.size; at++) {
		unsigned char right = image.bytes[at];

		for (size_t i = 0; i < sizeof(values); i++) {
			image.bytes[at] = values[i];
			inspect_image(&image);
			cr_assert(le(int, (int)got.kind, EXECUTABLE_UNREADABLE));
			cr_assert(lt(sz, strnlen(got.interpreter, sizeof(got.interpreter)),
				     sizeof(got.interpreter)));
		}
		image.bytes[at] = right;
	}
}

/* Counts, offsets and sizes that lead far out of the file. */
Test(executable, corrupt_counts)
{
	const struct image good = make(&dynamic_recipe);
	const ElfW(Ehdr) *header = (const ElfW(Ehdr) *)(const void *)good.bytes;
	const size_t sections = header->e_shoff, segments = header->e_phoff;
	const struct {
		size_t at;
		size_t size;
	} fields[] = {
	    {offsetof(ElfW(Ehdr), e_phnum), 2},
	    {offsetof(ElfW(Ehdr), e_phoff), sizeof(header->e_phoff)},
	    {offsetof(ElfW(Ehdr), e_phentsize), 2},
	    {offsetof(ElfW(Ehdr), e_shnum), 2},
	    {offsetof(ElfW(Ehdr), e_shoff), sizeof(header->e_shoff)},
	    {offsetof(ElfW(Ehdr), e_shentsize), 2},
	    {offsetof(ElfW(Ehdr), e_shstrndx), 2},
	    {segments + sizeof(ElfW(Phdr)) + offsetof(ElfW(Phdr), p_filesz), 8},
	    {segments + sizeof(ElfW(Phdr)) + offsetof(ElfW(Phdr), p_offset), 8},
	    {sections + 2 * sizeof(ElfW(Shdr)) + offsetof(ElfW(Shdr), sh_size), 8},
	    {sections + 2 * sizeof(ElfW(Shdr)) + offsetof(ElfW(Shdr), sh_offset), 8},
	    {sections + 2 * sizeof(ElfW(Shdr)) + offsetof(ElfW(Shdr), sh_entsize), 8},
	    {sections + 2 * sizeof(ElfW(Shdr)) + offsetof(ElfW(Shdr), sh_link), 4},
	    {sections + 4 * sizeof(ElfW(Shdr)) + offsetof(ElfW(Shdr), sh_name), 4},
	};
	static const uint64_t values[] = {0,	      1,
					  3,	      0x7f,
					  0xff,	      0xffff,
					  0x7fffffff, UINT64_C(0x7fffffffffffffff),
					  UINT64_MAX, UINT64_C(0xfffffffffffff000)};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		for (size_t j = 0; j < sizeof(values) / sizeof(values[0]); j++) {
			struct image image = good;

			memcpy(image.bytes + fields[i].at, &values[j], fields[i].size);
			inspect_image(&image);
			cr_expect(le(int, (int)got.kind, EXECUTABLE_UNREADABLE), "%zu %zu", i, j);
		}
	}
	inspect_image(&good);
	cr_assert(eq(int, (int)got.kind, EXECUTABLE_DYNAMIC));
}

Test(executable, long_elf_interpreter)
{
	char name[400];
	struct recipe recipe = {.type = ET_EXEC, .interpreter = name};
	struct image image;

	for (size_t length = 253; length < 258; length++) {
		memset(name, 'x', sizeof(name));
		name[0] = '/';
		name[length] = '\0';
		image = make(&recipe);
		inspect_image(&image);
		cr_expect(eq(int, (int)got.kind, EXECUTABLE_DYNAMIC), "%zu", length);
		cr_expect(eq(sz, strlen(got.interpreter), length < 256 ? length : 0), "%zu",
			  length);
	}
	/* Without its NUL the kernel refuses it. */
	strcpy(name, "/lib/ld.so");
	image = make(&recipe);
	memcpy(memmem(image.bytes, image.size, name, strlen(name) + 1), "/lib/ld.soX", 11);
	inspect_image(&image);
	cr_assert(eq(int, (int)got.kind, EXECUTABLE_UNREADABLE));
}

Test(executable, real_programs)
{
	inspect("/bin/sh");
	cr_assert(eq(int, (int)got.kind, EXECUTABLE_DYNAMIC));
	cr_assert(got.interpreter[0] == '/');
	cr_assert(zero(int, access(got.interpreter, F_OK)));
	inspect("/proc/self/exe");
	cr_assert(eq(int, (int)got.kind, EXECUTABLE_DYNAMIC));
	/* The loader itself, run as a program. */
	strcpy(path, got.interpreter);
	inspect(path);
	cr_assert(eq(int, (int)got.kind, EXECUTABLE_DYNAMIC));
	cr_assert(eq(str, got.interpreter, ""));
}

Test(executable, script_lines)
{
	static const struct {
		const char *text;
		const char *interpreter; /* NULL: no script that the kernel would run */
		const char *argument;
	} cases[] = {
	    {"#!/bin/sh\n", "/bin/sh", ""},
	    {"#!/bin/sh", "/bin/sh", ""},
	    {"#! \t/bin/sh \t\n", "/bin/sh", ""},
	    {"#!/bin/sh -e\n", "/bin/sh", "-e"},
	    {"#!/bin/sh\t-e -x \t\nfoo", "/bin/sh", "-e -x"},
	    {"#!/usr/bin/env -S a b", "/usr/bin/env", "-S a b"},
	    {"#!/bin/sh\r\n", "/bin/sh\r", ""},
	    {"#!/bin/sh -e\r\n", "/bin/sh", "-e\r"},
	    {"#!bin/python\n", "bin/python", ""},
	    {"#!\n/bin/sh\n", NULL, ""},
	    {"#!", NULL, ""},
	    {"#!  \t \n", NULL, ""},
	    {"#!  \t ", NULL, ""},
	    {"# !/bin/sh\n", NULL, ""},
	    {"echo hello\n", NULL, ""},
	    {"\xef\xbb\xbf#!/bin/sh\n", NULL, ""},
	    {"", NULL, ""},
	    {"#", NULL, ""},
	    {"\x7f"
	     "EL",
	     NULL, ""},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *interpreter = cases[i].interpreter;

		inspect(put_text("script", cases[i].text));
		cr_expect(eq(int, (int)got.kind,
			     (int)(interpreter != NULL ? EXECUTABLE_SCRIPT : EXECUTABLE_UNKNOWN)),
			  "%zu", i);
		cr_expect(eq(str, got.interpreter, (char *)(interpreter ? interpreter : "")), "%zu",
			  i);
		cr_expect(eq(str, got.argument, (char *)cases[i].argument), "%zu", i);
	}
}

/* The line as the kernel's 256 bytes hold it. */
Test(executable, long_script_lines)
{
	static const struct {
		size_t name;	 /* length of the interpreter */
		const char *end; /* what follows */
		bool script;
	} cases[] = {
	    {200, "\n", true}, {253, "\n", true},    {254, "\n", false},
	    {253, "", true},   {254, "", false},     {300, "\n", false},
	    {253, " x", true}, {300, " x\n", false}, {252, " xyz", true},
	};
	char line[512];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(line, 'x', sizeof(line));
		memcpy(line, "#!/", 3);
		strcpy(line + 2 + cases[i].name, cases[i].end);
		inspect(put_text("script", line));
		cr_expect(eq(int, got.kind == EXECUTABLE_SCRIPT, cases[i].script), "%zu", i);
		cr_expect(eq(sz, strlen(got.interpreter), cases[i].script ? cases[i].name : 0),
			  "%zu", i);
	}
	/* A long argument is cut, not refused. */
	memset(line, 'x', sizeof(line));
	memcpy(line, "#!/bin/sh ", 10);
	strcpy(line + 500, "\n");
	inspect(put_text("script", line));
	cr_assert(eq(int, (int)got.kind, EXECUTABLE_SCRIPT));
	cr_assert(eq(str, got.interpreter, "/bin/sh"));
	cr_assert(gt(sz, strlen(got.argument), 240));
}

Test(executable, not_a_file)
{
	char loop[PATH_MAX + 16];

	cr_assert(eq(int, executable_inspect(directory, &got), -1));
	cr_assert(eq(int, errno, EACCES));
	cr_assert(eq(int, executable_inspect("/nonexistent/x", &got), -1));
	cr_assert(eq(int, errno, ENOENT));
	cr_assert(eq(int, executable_inspect("/dev/null", &got), -1));
	cr_assert(eq(int, errno, EACCES));
	/* Must not wait for a writer. */
	cr_assert(zero(int, mkfifo("fifo", 0777)));
	cr_assert(eq(int, executable_inspect("fifo", &got), -1));
	cr_assert(eq(int, errno, EACCES));
	(void)snprintf(loop, sizeof(loop), "%s/loop", directory);
	cr_assert(zero(int, symlink(loop, loop)));
	cr_assert(eq(int, executable_inspect(loop, &got), -1));
	cr_assert(eq(int, errno, ELOOP));
}

static void become_ordinary(void)
{
	if (geteuid() == 0) {
		cr_assert(zero(int, chown(directory, NOBODY, NOBODY)));
		cr_assert(zero(int, setresgid(NOBODY, NOBODY, NOBODY)));
		cr_assert(zero(int, setresuid(NOBODY, NOBODY, NOBODY)));
	}
}

Test(executable, unreadable)
{
	struct image image = make(&dynamic_recipe);

	become_ordinary();
	inspect(put("elf", image.bytes, image.size, 0111));
	cr_assert(eq(int, (int)got.kind, EXECUTABLE_UNREADABLE));
	cr_assert(executable_reason(got.kind) == NULL);
}

Test(executable, set_id_to_ourselves)
{
	struct image image = make(&dynamic_recipe);

	(void)put("elf", image.bytes, image.size, 0755);
	cr_assert(zero(int, chown(path, geteuid(), getegid())));
	cr_assert(zero(int, chmod(path, 06755)));
	inspect(path);
	cr_assert(eq(int, (int)got.kind, EXECUTABLE_DYNAMIC));
}

Test(executable, set_id_to_others)
{
	struct image image = make(&dynamic_recipe);

	if (geteuid() != 0) {
		cr_skip_test("only root can give a file away");
	}
	(void)put("elf", image.bytes, image.size, 0755);
	cr_assert(zero(int, chown(path, NOBODY, 0)));
	cr_assert(zero(int, chmod(path, 04755)));
	inspect(path);
	cr_expect(eq(int, (int)got.kind, EXECUTABLE_PRIVILEGED), "set-user-ID");
	cr_assert(zero(int, chown(path, 0, NOBODY)));
	cr_assert(zero(int, chmod(path, 02755)));
	inspect(path);
	cr_expect(eq(int, (int)got.kind, EXECUTABLE_PRIVILEGED), "set-group-ID");
	cr_assert(zero(int, chmod(path, 02745)));
	inspect(path);
	cr_expect(eq(int, (int)got.kind, EXECUTABLE_DYNAMIC), "mandatory locking");
	/* The kernel ignores it on a script. */
	(void)put_text("script", "#!/bin/sh\n");
	cr_assert(zero(int, chown(path, NOBODY, 0)));
	cr_assert(zero(int, chmod(path, 04755)));
	inspect(path);
	cr_expect(eq(int, (int)got.kind, EXECUTABLE_SCRIPT), "script");
	/* Seen also where the file cannot be read, as sudo is on some systems. */
	(void)put("elf", image.bytes, image.size, 0755);
	cr_assert(zero(int, chmod(path, 04111)));
	become_ordinary();
	inspect(path);
	cr_expect(eq(int, (int)got.kind, EXECUTABLE_PRIVILEGED), "unreadable");
}

Test(executable, capabilities)
{
	struct image image = make(&dynamic_recipe);
	/* struct vfs_cap_data of revision 2 with CAP_NET_BIND_SERVICE, effective (little-endian).
	 */
	static const unsigned char data[20] = {1, 0, 0, 2, 0, 4};

	(void)put("elf", image.bytes, image.size, 0755);
	if (setxattr(path, "security.capability", data, sizeof(data), 0) != 0) {
		cr_skip_test("file capabilities cannot be set here");
	}
	inspect(path);
	cr_assert(eq(int, (int)got.kind, EXECUTABLE_DYNAMIC), "root gains nothing by it");
	become_ordinary();
	inspect(path);
	cr_assert(eq(int, (int)got.kind, EXECUTABLE_PRIVILEGED));
}

Test(executable, resolve_missing_loader)
{
	struct recipe recipe = {.type = ET_DYN, .interpreter = "/nonexistent/ld-musl.so.1"};
	struct image image = make(&recipe);
	char final[PATH_MAX];

	(void)put("elf", image.bytes, image.size, 0755);
	cr_assert(eq(int, executable_resolve(path, &got, final, sizeof(final)), -1));
	cr_assert(eq(int, errno, ENOENT));
	cr_assert(eq(str, final, "/nonexistent/ld-musl.so.1"));
	cr_assert(eq(int, executable_resolve("./absent", &got, final, sizeof(final)), -1));
	cr_assert(eq(int, errno, ENOENT));
	cr_assert(eq(str, final, "./absent"));
	cr_assert(eq(int, executable_resolve(path, &got, final, 5), -1));
	cr_assert(eq(int, errno, ENAMETOOLONG));
}

Test(executable, reasons)
{
	for (int kind = EXECUTABLE_DYNAMIC; kind <= EXECUTABLE_UNREADABLE; kind++) {
		bool observable = kind == EXECUTABLE_DYNAMIC || kind == EXECUTABLE_SCRIPT ||
				  kind == EXECUTABLE_UNKNOWN || kind == EXECUTABLE_UNREADABLE;

		cr_expect(
		    eq(int, executable_reason((enum executable_kind)kind) == NULL, observable),
		    "%d", kind);
	}
	cr_assert(eq(str, (char *)executable_reason(EXECUTABLE_STATIC), "is statically linked"));
}
