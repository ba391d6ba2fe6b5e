/* SPDX-License-Identifier: MIT */
/* Will the loader of an image that this process executes be able to open our library? */
#ifndef PRELOAD_REACH_H
#define PRELOAD_REACH_H

#include <stdbool.h>

/*
 * Found out by opening the folder that it lies in: not in another root or mount namespace, not with
 * other privileges, not after the launcher's end. Two to six system calls.
 */
bool reach_library(void);

#endif
