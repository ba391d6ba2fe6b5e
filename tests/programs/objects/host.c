/* SPDX-License-Identifier: MIT */
/* A library that finds its plug-in by its own RUNPATH, as only the caller of dlopen can. */
#include <dlfcn.h>
#include <stddef.h>

const char *host_word(void)
{
	void *plugin = dlopen("plugin.so", RTLD_NOW);
	const char *(*word)(void) = NULL;

	if (plugin != NULL) {
		*(void **)&word = dlsym(plugin, "plugin_word");
	}
	return word != NULL ? word() : dlerror();
}
