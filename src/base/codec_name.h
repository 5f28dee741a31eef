/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names of what codec nodes make and take: "h264_v4l2", libavcodec's name of the format with a suffix. */
#ifndef BASE_CODEC_NAME_H
#define BASE_CODEC_NAME_H

#include <stdbool.h>
#include <stdint.h>

#define CODEC_NAME_MAX 40
#define CODEC_FOURCCS_MAX 4

/* Whether the name is that of a codec node's codec, known or not. NULL: no. */
bool codec_name_is_node(const char *name);
/* Fills in the FourCCs that drivers use for the codec, the most common first, and returns their number. 0:
 * unknown name, logged with the known ones. */
unsigned codec_name_parse(const char *name, uint32_t fourccs[CODEC_FOURCCS_MAX]);
/* The name without its suffix, "h264"; NULL for a raw or an unknown format. */
const char *codec_name_bare(uint32_t fourcc);
/* The name for a compressed format, into text, which is returned; NULL for one that has none. */
char *codec_name_text(uint32_t fourcc, char text[CODEC_NAME_MAX]);

#endif
