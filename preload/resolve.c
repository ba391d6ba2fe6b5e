/* SPDX-License-Identifier: MIT */
/* Finds a function in the objects behind ours; see resolve.h. The format: elf(5), gABI, gnu hash.
 */
#include "preload/resolve.h"

#include <elf.h>
#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "preload/loader.h"
#include "preload/text.h"

#define HIDDEN_VERSION 0x8000u /* of a symbol that only who asks for its version may have */
#define OBJECTS_MAX    256     /* those of the start come first; the loaded ones may go away */

extern ElfW(Dyn) _DYNAMIC[] __attribute__((visibility("hidden")));

struct tables {
	const uint32_t *hash; /* DT_GNU_HASH */
	const ElfW(Sym) * symbols;
	const char *names;
	const ElfW(Half) * versions; /* may be NULL */
};

/* glibc has relocated the addresses in place, musl has not. */
static const void *address_in(const struct link_map *map, ElfW(Addr) value)
{
	return (const void *)(value < map->l_addr ? map->l_addr + value : value);
}

static bool find_tables(const struct link_map *map, struct tables *tables)
{
	*tables = (struct tables){0};
	for (const ElfW(Dyn) *entry = map->l_ld; entry != NULL && entry->d_tag != DT_NULL;
	     entry++) {
		const void *address = address_in(map, entry->d_un.d_ptr);

		switch (entry->d_tag) {
		case DT_GNU_HASH:
			tables->hash = address;
			break;
		case DT_SYMTAB:
			tables->symbols = address;
			break;
		case DT_STRTAB:
			tables->names = address;
			break;
		case DT_VERSYM:
			tables->versions = address;
			break;
		default:
			break;
		}
	}
	return tables->hash != NULL && tables->symbols != NULL && tables->names != NULL;
}

static uint32_t gnu_hash(const char *name)
{
	uint32_t hash = 5381;

	for (; *name != '\0'; name++) {
		hash = hash * 33 + (unsigned char)*name;
	}
	return hash;
}

static bool is_it(const struct tables *tables, uint32_t index, const char *name)
{
	const ElfW(Sym) *symbol = &tables->symbols[index];

	return symbol->st_shndx != SHN_UNDEF && (symbol->st_info & 0xf) == STT_FUNC &&
	       (tables->versions == NULL || (tables->versions[index] & HIDDEN_VERSION) == 0) &&
	       text_equal(tables->names + symbol->st_name, name);
}

/* Header: buckets, first symbol, words of the filter, its shift; filter; buckets; chains. */
static const ElfW(Sym) * find_symbol(const struct tables *tables, const char *name, uint32_t hash)
{
	uint32_t bucket_count = tables->hash[0];
	uint32_t first = tables->hash[1];
	uint32_t filter_words = tables->hash[2];
	const uint32_t *buckets = tables->hash + 4 + filter_words * (sizeof(ElfW(Addr)) / 4);
	const uint32_t *chains = buckets + bucket_count;
	uint32_t index = bucket_count > 0 ? buckets[hash % bucket_count] : 0;

	if (index < first) {
		return NULL;
	}
	for (;; index++) {
		uint32_t link = chains[index - first];

		if ((link | 1) == (hash | 1) && is_it(tables, index, name)) {
			return &tables->symbols[index];
		}
		if ((link & 1) != 0) {
			return NULL;
		}
	}
}

void *resolve_next(const char *name)
{
	const struct r_debug *list = loader_list();
	const struct link_map *map = list != NULL ? list->r_map : NULL;
	uint32_t hash = gnu_hash(name);

	while (map != NULL && map->l_ld != _DYNAMIC) {
		map = map->l_next;
	}
	map = map != NULL ? map->l_next : NULL;
	for (int count = 0; map != NULL && count < OBJECTS_MAX; map = map->l_next, count++) {
		struct tables tables;
		const ElfW(Sym) *symbol =
		    find_tables(map, &tables) ? find_symbol(&tables, name, hash) : NULL;

		if (symbol != NULL) {
			return (void *)(map->l_addr + symbol->st_value);
		}
	}
	return NULL;
}
