/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names of media bus codes (linux/media-bus-format.h). */
#ifndef PIPELINE_BUS_CODE_H
#define PIPELINE_BUS_CODE_H

#include <stdbool.h>
#include <stdint.h>

/* "SRGGB8_1X8" into text, which is returned; "0x1234" where the code is not known. */
#define BUS_CODE_TEXT_MAX 32
char *bus_code_text(uint32_t code, char text[BUS_CODE_TEXT_MAX]);
/* Sets *code to a known bus code. Returns false for an index past the last one. */
bool bus_code_known(unsigned index, uint32_t *code);

#endif
