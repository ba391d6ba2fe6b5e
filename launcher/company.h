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
 * Is there a process in our group that is neither one of ours, nor one that we descend from and
 * that waits for us (a shell's script, make, npm), and that can read the terminal? ours: listed.
 */
bool company_reads_terminal(const struct kin *ours);

#endif
