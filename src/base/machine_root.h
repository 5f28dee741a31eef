/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The folder in which the machine's /sys, /proc and /lib are read: the root folder, unless the key root= of
 * the simulated device names another. */
#ifndef BASE_MACHINE_ROOT_H
#define BASE_MACHINE_ROOT_H

/* A prefix for these paths; "" for the root folder. */
const char *machine_root(void);
/* Copies the name. The copy is kept until the program ends. */
void machine_root_set(const char *folder);

#endif
