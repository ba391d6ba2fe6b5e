/* SPDX-License-Identifier: MIT */
/* What one executable file is: its format, its loader, and what keeps a preload out of it. */
#include "launcher/executable.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <link.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

/* As much of a "#!" line as the kernel reads (BINPRM_BUF_SIZE, execve(2)). */
enum { SCRIPT_LINE_MAX = 256 };

/* Our own ELF header, from the linker: what we run on is what the library is built for. */
/* NOLINTNEXTLINE(bugprone-reserved-identifier) */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

static bool observes_32_bit;

/* What the segments and sections of an ELF file say. */
struct findings {
	bool interpreter;
	bool dynamic;
	bool pie;
	bool raw;
};

static bool starts_with_any(const char *text, const char *const *prefixes)
{
	for (; *prefixes != NULL; prefixes++) {
		if (strncmp(text, *prefixes, strlen(*prefixes)) == 0) {
			return true;
		}
	}
	return false;
}

/* Whether the exec gives the process other ids or capabilities, so that loaders ignore preloads. */
static bool gains_privileges(const char *path, const struct stat *status)
{
	struct statvfs filesystem;

	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ||
	    (statvfs(path, &filesystem) == 0 && (filesystem.f_flag & ST_NOSUID))) {
		return false;
	}
	if ((status->st_mode & S_ISUID) && status->st_uid != geteuid()) {
		return true;
	}
	/* Without the group's x bit it means mandatory locking. */
	if ((status->st_mode & S_ISGID) && (status->st_mode & S_IXGRP) &&
	    status->st_gid != getegid()) {
		return true;
	}
	/* root has them all: nothing is gained (capabilities(7)). */
	return getuid() != 0 && getxattr(path, "security.capability", NULL, 0) > 0;
}

static void read_dynamic(Elf_Data *data, struct findings *findings)
{
	GElf_Dyn entry;

	for (int i = 0; data != NULL && gelf_getdyn(data, i, &entry) != NULL; i++) {
		if (entry.d_tag == DT_NULL) {
			return;
		}
		if (entry.d_tag == DT_FLAGS_1) {
			findings->pie = (entry.d_un.d_val & DF_1_PIE) != 0;
		}
	}
}

static void read_sections(Elf *elf, struct findings *findings)
{
	static const char *const raw[] = {".note.go.buildid", ".go.buildinfo", ".bun", NULL};
	Elf_Scn *section = NULL;
	size_t names;

	if (elf_getshdrstrndx(elf, &names) != 0) {
		return;
	}
	while ((section = elf_nextscn(elf, section)) != NULL) {
		GElf_Shdr header;
		const char *name;

		if (gelf_getshdr(section, &header) == NULL) {
			continue;
		}
		if (header.sh_type == SHT_DYNAMIC) {
			findings->dynamic = true;
			read_dynamic(elf_getdata(section, NULL), findings);
		}
		name = elf_strptr(elf, names, header.sh_name);
		if (name != NULL && starts_with_any(name, raw)) {
			findings->raw = true;
		}
	}
}

/* False when it is damaged. */
static bool read_interpreter(int fd, const GElf_Phdr *segment, struct executable *out)
{
	size_t size = segment->p_filesz;

	if (size < 2 || size > sizeof(out->interpreter)) {
		return size > sizeof(out->interpreter);
	}
	if (pread(fd, out->interpreter, size, (off_t)segment->p_offset) != (ssize_t)size ||
	    out->interpreter[size - 1] != '\0') {
		memset(out->interpreter, 0, sizeof(out->interpreter));
		return false;
	}
	return true;
}

/* False when they are damaged, or there are none. */
static bool read_segments(Elf *elf, int fd, struct findings *findings, struct executable *out)
{
	size_t count;

	if (elf_getphdrnum(elf, &count) != 0 || count == 0) {
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		GElf_Phdr segment;

		if (gelf_getphdr(elf, (int)i, &segment) == NULL) {
			return false;
		}
		if (segment.p_type != PT_INTERP || findings->interpreter) {
			continue;
		}
		findings->interpreter = true;
		if (!read_interpreter(fd, &segment, out)) {
			return false;
		}
	}
	return true;
}

/* elf may be NULL: ELF_K_NONE. */
static enum executable_kind elf_kind_of(Elf *elf, int fd, struct executable *out)
{
	struct findings findings = {.interpreter = false};
	GElf_Ehdr header;
	bool whole;

	if (elf_kind(elf) != ELF_K_ELF || gelf_getehdr(elf, &header) == NULL ||
	    (header.e_type != ET_EXEC && header.e_type != ET_DYN)) {
		return EXECUTABLE_UNREADABLE;
	}
	whole = read_segments(elf, fd, &findings, out);
	if (header.e_ident[EI_DATA] != __ehdr_start.e_ident[EI_DATA]) {
		return EXECUTABLE_OTHER_MACHINE;
	}
	if (header.e_ident[EI_CLASS] != __ehdr_start.e_ident[EI_CLASS]) {
		if (!observes_32_bit || header.e_machine != EM_386 ||
		    strstr(out->interpreter, "/ld-linux") == NULL) {
			return EXECUTABLE_OTHER_CLASS;
		}
	} else if (header.e_machine != __ehdr_start.e_machine) {
		return EXECUTABLE_OTHER_MACHINE;
	}
	if (!whole) {
		return EXECUTABLE_UNREADABLE;
	}
	read_sections(elf, &findings);
	/* A library without PT_INTERP that is run as a program is a loader; a static PIE is none.
	 */
	if (!findings.interpreter &&
	    (header.e_type == ET_EXEC || !findings.dynamic || findings.pie)) {
		return EXECUTABLE_STATIC;
	}
	return findings.raw ? EXECUTABLE_RAW : EXECUTABLE_DYNAMIC;
}

static void inspect_elf(int fd, struct executable *out)
{
	Elf *elf;

	(void)elf_version(EV_CURRENT);
	/* By read, not mmap: a file that shrinks meanwhile must not raise SIGBUS. */
	elf = elf_begin(fd, ELF_C_READ, NULL);
	out->kind = elf_kind_of(elf, fd, out);
	(void)elf_end(elf);
}

/*
 * As fs/binfmt_script.c reads it: blanks are spaces and tabs, a NUL ends the line too, and a '\r'
 * is part of what it stands in.
 */
static void inspect_script(const char *line, size_t size, struct executable *out)
{
	const char *newline = memchr(line, '\n', size);
	size_t length = strnlen(line, newline != NULL ? (size_t)(newline - line) : size);
	const char *end = line + length;
	const char *name = line + 2;
	const char *rest;

	out->kind = EXECUTABLE_UNKNOWN;
	while (end > name && (end[-1] == ' ' || end[-1] == '\t')) {
		end--;
	}
	name += strspn(name, " \t");
	rest = name + strcspn(name, " \t");
	if (name >= end) {
		return;
	}
	if (rest >= end) {
		/* A name that the kernel's buffer cuts off is refused; a cut argument is not. */
		if (length == SCRIPT_LINE_MAX && newline == NULL && end == line + length) {
			return;
		}
		rest = end;
	}
	out->kind = EXECUTABLE_SCRIPT;
	memcpy(out->interpreter, name, (size_t)(rest - name));
	rest += strspn(rest, " \t");
	if (rest < end) {
		memcpy(out->argument, rest, (size_t)(end - rest));
	}
}

static void inspect_content(int fd, struct executable *out)
{
	char start[SCRIPT_LINE_MAX + 1] = {0};
	ssize_t size = pread(fd, start, SCRIPT_LINE_MAX, 0);

	if (size < 0) {
		out->kind = EXECUTABLE_UNREADABLE;
	} else if (memcmp(start, ELFMAG, SELFMAG) == 0) {
		inspect_elf(fd, out);
	} else if (memcmp(start, "#!", 2) == 0) {
		inspect_script(start, (size_t)size, out);
	} else {
		out->kind = EXECUTABLE_UNKNOWN;
	}
}

void executable_observe_32_bit(void)
{
	observes_32_bit = true;
}

bool executable_is_elf(const char *path)
{
	char magic[SELFMAG];
	int fd = open(path, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	ssize_t size = fd >= 0 ? read(fd, magic, sizeof(magic)) : 0;

	if (fd >= 0) {
		close(fd);
	}
	return size == (ssize_t)sizeof(magic) && memcmp(magic, ELFMAG, sizeof(magic)) == 0;
}

int executable_inspect(const char *path, struct executable *out)
{
	struct stat status;
	int fd;

	*out = (struct executable){.kind = EXECUTABLE_UNREADABLE};
	if (stat(path, &status) != 0) {
		return -1;
	}
	if (!S_ISREG(status.st_mode)) {
		errno = EACCES;
		return -1;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 && errno != EACCES) {
		return -1;
	}
	if (fd >= 0) {
		inspect_content(fd, out);
		(void)close(fd);
	}
	/* The kernel heeds these bits on what it loads itself, never on a script. */
	if (out->kind != EXECUTABLE_SCRIPT && out->kind != EXECUTABLE_UNKNOWN &&
	    gains_privileges(path, &status)) {
		out->kind = EXECUTABLE_PRIVILEGED;
	}
	return 0;
}

const char *executable_reason(enum executable_kind kind)
{
	switch (kind) {
	case EXECUTABLE_STATIC:
		return "is statically linked";
	case EXECUTABLE_OTHER_CLASS:
		return sizeof(void *) == 8 ? "is a 32-bit program" : "is a 64-bit program";
	case EXECUTABLE_OTHER_MACHINE:
		return "is built for another processor";
	case EXECUTABLE_PRIVILEGED:
		return "runs with privileges of its own (set-user-ID, set-group-ID or "
		       "capabilities)";
	case EXECUTABLE_RAW:
		return "makes its system calls without the C library (as Go and Bun programs do)";
	case EXECUTABLE_DYNAMIC:
	case EXECUTABLE_SCRIPT:
	case EXECUTABLE_UNKNOWN:
	case EXECUTABLE_UNREADABLE:
		return NULL;
	}
	return NULL;
}
