/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the machine's /sys, /proc and /lib are read: in the root folder, unless the simulated device stands
 * in another machine (its key root=). */
#ifndef BASE_MACHINE_ROOT_H
#define BASE_MACHINE_ROOT_H

/* "", or a folder that stands in front of their paths. */
const char *machine_root(void);
/* A copy of the folder's name is kept until the program ends. */
void machine_root_set(const char *folder);

#endif
