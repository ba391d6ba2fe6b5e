/* SPDX-License-Identifier: MIT */
/* ELF files of this machine's kind, put together byte by byte. */
#ifndef TESTS_UNIT_ELF_IMAGE_H
#define TESTS_UNIT_ELF_IMAGE_H

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

enum {
	IMAGE_MAX = 8192,
};

/* An ELF file as it is being put together. */
struct image {
	unsigned char bytes[IMAGE_MAX];
	size_t size;
};

/* What to put in; NULL or 0: not there. */
struct recipe {
	uint16_t type;
	uint16_t machine;
	const char *interpreter;
	const char *needed;
	const char *section;
	bool pie;
};

static ElfW(Ehdr) own_header(void)
{
	ElfW(Ehdr) header;
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	cr_assert(fd >= 0 && read(fd, &header, sizeof(header)) == (ssize_t)sizeof(header));
	(void)close(fd);
	return header;
}

static size_t append(struct image *image, const void *data, size_t size)
{
	size_t at = (image->size + 15) & ~(size_t)15;

	cr_assert(at + size <= IMAGE_MAX);
	memcpy(image->bytes + at, data, size);
	image->size = at + size;
	return at;
}

static size_t append_segments(struct image *image, const struct recipe *recipe)
{
	ElfW(Phdr) segments[2] = {{.p_type = PT_LOAD, .p_flags = PF_R | PF_X}};
	size_t at = append(image, segments,
			   recipe->interpreter != NULL ? sizeof(segments) : sizeof(segments[0]));

	if (recipe->interpreter != NULL) {
		size_t size = strlen(recipe->interpreter) + 1;

		segments[1].p_type = PT_INTERP;
		segments[1].p_offset = append(image, recipe->interpreter, size);
		segments[1].p_filesz = segments[1].p_memsz = size;
		memcpy(image->bytes + at, segments, sizeof(segments));
	}
	return at;
}

/* Sections: null, names, dynamic with its strings, and one of any name. */
static void append_sections(struct image *image, const struct recipe *recipe, ElfW(Ehdr) * header)
{
	char strings[256] = "", names[256] = "";
	ElfW(Dyn) dynamic[3] = {{.d_tag = DT_NULL}};
	ElfW(Shdr) sections[5] = {{.sh_type = SHT_NULL}};
	size_t count = 0;

	if (recipe->needed != NULL) {
		strcpy(strings + 1, recipe->needed);
		dynamic[count].d_tag = DT_NEEDED;
		dynamic[count++].d_un.d_val = 1;
	}
	if (recipe->pie) {
		dynamic[count].d_tag = DT_FLAGS_1;
		dynamic[count++].d_un.d_val = DF_1_NOW | DF_1_PIE;
	}
	strcpy(names + 1, recipe->section != NULL ? recipe->section : ".text");
	sections[1].sh_type = sections[3].sh_type = SHT_STRTAB;
	sections[1].sh_offset = append(image, names, sizeof(names));
	sections[1].sh_size = sizeof(names);
	sections[2].sh_type = SHT_DYNAMIC;
	sections[2].sh_offset = append(image, dynamic, sizeof(dynamic));
	sections[2].sh_size = sizeof(dynamic);
	sections[2].sh_entsize = sizeof(dynamic[0]);
	sections[2].sh_link = 3;
	sections[3].sh_offset = append(image, strings, sizeof(strings));
	sections[3].sh_size = sizeof(strings);
	sections[4].sh_type = SHT_PROGBITS;
	sections[4].sh_name = 1;
	header->e_shoff = append(image, sections, sizeof(sections));
	header->e_shentsize = sizeof(sections[0]);
	header->e_shnum = sizeof(sections) / sizeof(sections[0]);
	header->e_shstrndx = 1;
}

static struct image make(const struct recipe *recipe)
{
	struct image image = {.size = 0};
	ElfW(Ehdr) own = own_header();
	ElfW(Ehdr) header = {
	    .e_type = recipe->type,
	    .e_machine = recipe->machine != 0 ? recipe->machine : own.e_machine,
	    .e_version = EV_CURRENT,
	    .e_ehsize = sizeof(header),
	    .e_phentsize = sizeof(ElfW(Phdr)),
	    .e_phnum = recipe->interpreter != NULL ? 2 : 1,
	};

	memcpy(header.e_ident, own.e_ident, sizeof(header.e_ident));
	(void)append(&image, &header, sizeof(header));
	header.e_phoff = append_segments(&image, recipe);
	append_sections(&image, recipe, &header);
	memcpy(image.bytes, &header, sizeof(header));
	return image;
}

#endif
