/* SPDX-License-Identifier: MIT */
/* Where our variable is found: in the environment, however early. */
#ifndef PRELOAD_SETTING_H
#define PRELOAD_SETTING_H

#include <stdbool.h>

#include "preload/guest.h"

/*
 * Copies the variable's whole entry, NAME=VALUE. False if there is none: *final then tells that
 * there will be none later either. Before libc has set environ (a library may be initialised first,
 * DF_1_INITFIRST), it is read from /proc/self/environ.
 */
bool setting_find(char setting[GUEST_SETTING_MAX], bool *final);

#endif
