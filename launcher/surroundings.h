/* SPDX-License-Identifier: MIT */
/* What we need of the system around us, looked at before anything begins. All of these print. */
#ifndef LAUNCHER_SURROUNDINGS_H
#define LAUNCHER_SURROUNDINGS_H

#include <stdbool.h>

/* Have we rights that our caller has not (AT_SECURE, getauxval(3))? Then that is said. */
bool surroundings_grant_rights(void);

/* Are there as many descriptors left as we may need? If not, that is said. */
bool surroundings_have_descriptors(void);

/* Says what is not to be had where there is no /proc. */
void surroundings_tell_lacking(void);

#endif
