/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mmap() of the whole test: a page that cannot be accessed follows each mapping, so that the first byte that
 * is read or written behind it ends the test with SIGSEGV. */
#ifndef TESTS_GUARDED_MMAP_H
#define TESTS_GUARDED_MMAP_H

/* A test that calls it has that mmap(). Returns how many mappings there are. */
unsigned guarded_mmap_count(void);

#endif
