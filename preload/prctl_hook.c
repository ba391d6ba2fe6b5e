/* SPDX-License-Identifier: MIT */
/* prctl(2): only for the seccomp filters that are installed by it (process.h); all else passes. */
#include <stdarg.h>
#include <stdbool.h>
#include <sys/prctl.h>

#include "preload/hook.h"
#include "preload/next.h"
#include "preload/process.h"

EXPORT int prctl(int option, ...)
{
	__typeof__(&prctl) next = NEXT(prctl);
	unsigned long arguments[4];
	bool silenced = false;
	va_list list;
	int result;

	va_start(list, option);
	for (int i = 0; i < 4; i++) {
		arguments[i] = va_arg(list, unsigned long);
	}
	va_end(list);
	if (next == NULL) {
		errno = ENOSYS;
		return -1;
	}
	if (option == PR_SET_SECCOMP) {
		KEEPING_ERRNO(silenced = process_sandbox((int)arguments[0], (void *)arguments[1]));
	}
	result = next(option, arguments[0], arguments[1], arguments[2], arguments[3]);
	if (result != 0 && silenced) {
		process_sandbox_failed();
	}
	return result;
}
