/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * EDID: the description of supported video modes that a receiver gives its source, and a display its
 * transmitter (VESA E-EDID Standard, release A, revision 2; CTA-861).
 */
#ifndef DEVICE_INPUTS_EDID_H
#define DEVICE_INPUTS_EDID_H

#include "device/device.h"

#define EDID_BLOCK_BYTES 128
#define EDID_BLOCKS_MAX 256

struct edid {
	uint32_t n_blocks; /* 0: none */
	uint8_t *data;     /* of n_blocks * EDID_BLOCK_BYTES */
};

void edid_free(struct edid *edid);

/* Reads the EDID of the selected input or output. Returns 0, with no blocks where the device presents none,
 * or a negative errno, not logged: -ENOTTY or -EINVAL where the device or the input has no EDID. */
int edid_get(struct device *device, struct edid *edid);
/* Writes the EDID, so that a source at the input reads it again. Returns as edid_get(). */
int edid_put(struct device *device, const struct edid *edid);
/* Writes the EDID and reads it back. adjust: accept what the device makes of it. Returns 0 or a negative
 * errno, logged: -ERANGE where the device takes none or changes it. */
int edid_set(struct device *device, const struct edid *edid, bool adjust);

/* Makes the built-in EDID of that name, or reads one from a file, binary or hexadecimal. Returns 0 or a
 * negative errno, logged: -EINVAL where there is neither, -EILSEQ where the file holds no EDID. */
int edid_load(struct edid *edid, const char *name);
/* Parses hexadecimal text, with or without 0x, commas and comments after #. Returns 0, -EILSEQ for other
 * text, or -ENOMEM. Does not check the content, see edid_check(). */
int edid_parse_hex(struct edid *edid, const char *text, size_t length);
/* edid_builtin.c: "hdmi-1080p60" and the like, a receiver for that one mode. Returns 0, -ENOENT, not logged,
 * or -ENOMEM. */
int edid_make(struct edid *edid, const char *name);
const char *edid_builtin_name(unsigned index); /* NULL: index is past the last one */

/* edid_decode.c: returns why the blocks are not a valid EDID, in text, or NULL. */
#define EDID_TEXT_MAX 160
const char *edid_check(const struct edid *edid, char text[EDID_TEXT_MAX]);
struct edid_info {
	char manufacturer[4], name[14], serial[14]; /* "": none */
	uint16_t product;
	uint32_t serial_number;
	unsigned version, revision, year, week; /* year 0: not told */
	struct v4l2_bt_timings preferred;       /* width 0: none */
	bool is_hdmi;
};
/* Whether both are equal except for the physical address in HDMI's data block, which drivers set. */
bool edid_equal(const struct edid *a, const struct edid *b);
/* Returns false for an EDID that edid_check() rejects. */
bool edid_decode(const struct edid *edid, struct edid_info *info);

#endif
