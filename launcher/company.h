/* SPDX-License-Identifier: MIT */
/*
 * Who else may be using our terminal: the other members of our process group, as a pager behind us
 * in a pipeline. What it has set is not for us to set back.
 */
#ifndef LAUNCHER_COMPANY_H
#define LAUNCHER_COMPANY_H

#include <stdbool.h>

#include "launcher/kin.h"

/*
 * Is there another process in our group that can read the terminal? ours: who does not count, the
 * command's processes and those that wait for us (kin_add_ancestors).
 */
bool company_reads_terminal(const struct kin *ours);

#endif
