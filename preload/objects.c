/* SPDX-License-Identifier: MIT */
/* The shared objects of the process; see objects.h. */
#include "preload/objects.h"

#include <elf.h>
#include <link.h>
#include <linux/fcntl.h>

#include "preload/guest.h"
#include "preload/hook.h"
#include "preload/loader.h"
#include "preload/next.h"
#include "preload/observe.h"
#include "preload/peek.h"
#include "preload/tell.h"
#include "preload/text.h"

#define OBJECTS_MAX 4096 /* a list that has become a circle must end */
#define NAME_MAX    512

/* The identity is taken later than the loader's open; a change within these microseconds is not
 * to be told from none. */
static void tell_object(const char *name)
{
	struct report_header header = {.kind = REPORT_LOAD};
	const char *ours = text_after(name, guest_folder());

	/* Without a slash: the vdso. Ours is in every process. */
	if (text_has_slash(name) && !(ours != NULL && *ours == '/') &&
	    tell_is_news(AT_FDCWD, name, REPORT_LOAD) &&
	    tell_identify(AT_FDCWD, name, 0, &header) == 0) {
		tell_fact(&header, AT_FDCWD, name, 0);
	}
}

void objects_tell_initial(void)
{
	const struct r_debug *list = loader_list();

	if (list == NULL) {
		return;
	}
	/* The first is the program itself, which was executed. */
	for (const struct link_map *map = list->r_map != NULL ? list->r_map->l_next : NULL;
	     map != NULL; map = map->l_next) {
		tell_object(map->l_name);
	}
}

/* Copies a string that may vanish; false if it has, or is too long. */
static bool peek_text(char text[NAME_MAX], const char *from)
{
	long length = peek(text, from, NAME_MAX);

	for (long i = 0; i < length; i++) {
		if (text[i] == '\0') {
			return true;
		}
	}
	return false;
}

/* The start of struct link_map, which is all that is documented of it. */
struct node {
	ElfW(Addr) address;
	char *name;
	ElfW(Dyn) * dynamic;
	struct link_map *next;
};

void objects_tell_new(void)
{
	const struct r_debug *list = loader_list();
	const struct link_map *map;
	struct node node;
	char name[NAME_MAX];

	if (list == NULL || list->r_state != RT_CONSISTENT) {
		guest_expect_objects(); /* the loader is at work on it: later */
		return;
	}
	map = list->r_map;
	for (int count = 0; map != NULL && count < OBJECTS_MAX; count++) {
		if (peek(&node, map, sizeof(node)) != sizeof(node)) {
			return;
		}
		if (count > 0 && peek_text(name, node.name)) {
			tell_object(name);
		}
		map = node.next;
	}
}

/*
 * Called by the hooks of dlopen and dlmopen, below, with what they were called with; returns the
 * function behind them.
 */
void *objects_before_dlopen(const char *name) __attribute__((visibility("hidden"), used));
void *objects_before_hook_of_dlmopen(const char *name) __attribute__((visibility("hidden"), used));

/* Names that the loader searches for are only known afterwards, from its list. */
static void before_load(const char *name)
{
	struct report_header header = {.kind = REPORT_LOAD};

	if (name == NULL || !guest_enter()) {
		return;
	}
	guest_expect_objects();
	if (!text_has_slash(name)) {
		return;
	}
	switch (tell_identify(AT_FDCWD, name, 0, &header)) {
	case 0:
		if (!tell_is_beneath_notice(name)) {
			tell_fact(&header, AT_FDCWD, name, 0);
		}
		break;
	case -ENOENT:
		observe_access(AT_FDCWD, name, ENOENT);
		break;
	default:
		break;
	}
}

void *objects_before_dlopen(const char *name)
{
	KEEPING_ERRNO(before_load(name));
	return next_function(NEXT_dlopen);
}

void *objects_before_hook_of_dlmopen(const char *name)
{
	KEEPING_ERRNO(before_load(name));
	return next_function(NEXT_dlmopen);
}

/*
 * Both look at who called them: a library's RUNPATH and $ORIGIN decide where the object is searched
 * for (dlopen(3)). So they are left by a jump, with the caller's return address and registers as
 * they were.
 *
 * dlmopen is glibc's alone: exported as hidden symbols of the versions that programs ask for, so
 * that nobody else finds it.
 */
#define DLMOPEN(first)                                                                             \
	__asm__(".symver hook_of_dlmopen, dlmopen@" first "\n"                                     \
		".set hook_of_dlmopen_2, hook_of_dlmopen\n"                                        \
		".globl hook_of_dlmopen_2\n"                                                       \
		".symver hook_of_dlmopen_2, dlmopen@GLIBC_2.34\n")

#if defined(__x86_64__)
#define TAIL_HOOK(name, name_register)                                                             \
	__asm__(".globl " #name "\n"                                                               \
		".type " #name ", @function\n" #name ":\n"                                         \
		"	push %rdi\n"                                                                     \
		"	push %rsi\n"                                                                     \
		"	push %rdx\n"                                                                     \
		"	mov " name_register ", %rdi\n"                                             \
		"	call objects_before_" #name "\n"                                           \
		"	pop %rdx\n"                                                                      \
		"	pop %rsi\n"                                                                      \
		"	pop %rdi\n"                                                                      \
		"	test %rax, %rax\n"                                                               \
		"	jz 1f\n"                                                                         \
		"	jmp *%rax\n"                                                                     \
		"1:	ret\n"                                                                         \
		".size " #name ", . - " #name "\n")
TAIL_HOOK(dlopen, "%rdi");
TAIL_HOOK(hook_of_dlmopen, "%rsi");
DLMOPEN("GLIBC_2.3.4");
#elif defined(__i386__)
#define TAIL_HOOK(name, name_offset)                                                               \
	__asm__(".globl " #name "\n"                                                               \
		".type " #name ", @function\n" #name ":\n"                                         \
		"	sub $8, %esp\n"                                                                  \
		"	push 8+" name_offset "(%esp)\n"                                            \
		"	call objects_before_" #name "\n"                                           \
		"	add $12, %esp\n"                                                                 \
		"	test %eax, %eax\n"                                                               \
		"	jz 1f\n"                                                                         \
		"	jmp *%eax\n"                                                                     \
		"1:	ret\n"                                                                         \
		".size " #name ", . - " #name "\n")
TAIL_HOOK(dlopen, "4");
TAIL_HOOK(hook_of_dlmopen, "8");
DLMOPEN("GLIBC_2.3.4");
#elif defined(__aarch64__)
#define TAIL_HOOK(name, name_register)                                                             \
	__asm__(".globl " #name "\n"                                                               \
		".type " #name ", %function\n" #name ":\n"                                         \
		"	stp x29, x30, [sp, #-48]!\n"                                                     \
		"	stp x0, x1, [sp, #16]\n"                                                         \
		"	str x2, [sp, #32]\n"                                                             \
		"	mov x0, " name_register "\n"                                               \
		"	bl objects_before_" #name "\n"                                             \
		"	mov x16, x0\n"                                                                   \
		"	ldr x2, [sp, #32]\n"                                                             \
		"	ldp x0, x1, [sp, #16]\n"                                                         \
		"	ldp x29, x30, [sp], #48\n"                                                       \
		"	cbz x16, 1f\n"                                                                   \
		"	br x16\n"                                                                        \
		"1:	mov x0, #0\n"                                                                  \
		"	ret\n"                                                                           \
		".size " #name ", . - " #name "\n")
TAIL_HOOK(dlopen, "x0");
TAIL_HOOK(hook_of_dlmopen, "x1");
DLMOPEN("GLIBC_2.17");
#endif
