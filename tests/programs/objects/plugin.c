/* SPDX-License-Identifier: MIT */
/* A plug-in, which needs a library itself. */
const char *part_word(void);
const char *plugin_word(void);

const char *plugin_word(void)
{
	return part_word();
}
