/* SPDX-License-Identifier: MIT */
/* A device's number as stat(2) gives it, from the two halves that statx(2) gives. */
#ifndef PRELOAD_DEVICE_H
#define PRELOAD_DEVICE_H

#include <stdint.h>

/* glibc's makedev, without calling it. */
static inline uint64_t device_number(uint32_t major, uint32_t minor)
{
	return (uint64_t)(major & 0xfffu) << 8 | (uint64_t)(major & ~0xfffu) << 32 |
	       (minor & 0xffu) | (uint64_t)(minor & ~0xffu) << 12;
}

#endif
