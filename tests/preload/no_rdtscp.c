/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * For runs under valgrind, which passes the host's answer to CPUID on and then refuses RDTSCP on hosts that
 * do not list it in /proc/cpuinfo (virtual machines). libhwy, which libavcodec loads by way of libjxl,
 * executes it in a constructor to measure the timer's resolution; this definition of that function comes
 * first in symbol lookup. Nothing here depends on the value.
 */
#include <stdint.h>

uint64_t timer_resolution(void) __asm__("_ZN3hwy8platform15TimerResolutionEv");

uint64_t timer_resolution(void)
{
	return 1;
}
