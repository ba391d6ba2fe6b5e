/* SPDX-License-Identifier: MIT */
/* The system call of 32-bit x86; see raw.h. Empty elsewhere. */
#include "preload/raw.h"

#ifdef __i386__
__asm__(".globl raw_call6\n"
	".hidden raw_call6\n"
	".type raw_call6, @function\n"
	"raw_call6:\n"
	"	push %ebp\n"
	"	push %ebx\n"
	"	push %esi\n"
	"	push %edi\n"
	"	mov 20(%esp), %eax\n"
	"	mov 24(%esp), %ebx\n"
	"	mov 28(%esp), %ecx\n"
	"	mov 32(%esp), %edx\n"
	"	mov 36(%esp), %esi\n"
	"	mov 40(%esp), %edi\n"
	"	mov 44(%esp), %ebp\n"
	"	int $0x80\n"
	"	pop %edi\n"
	"	pop %esi\n"
	"	pop %ebx\n"
	"	pop %ebp\n"
	"	ret\n"
	".size raw_call6, . - raw_call6\n");
#endif
