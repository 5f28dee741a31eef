/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Built-in EDIDs: of an HDMI receiver that supports one video mode, and 640x480, which is mandatory. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/v4l2-dv-timings.h>
#include "base/array.h"
#include "base/log.h"
#include "device/inputs/edid.h"

#define DESCRIPTOR_BYTES 18
#define VIC_640X480 1
#define TMDS_HDMI_14 340000000 /* Hz, the maximum of HDMI 1.4 */

/* 2160p24, 25 and 50 are not among them: their front porch does not fit into a timing's ten bits. */
static const struct mode {
	const char *name;
	struct v4l2_dv_timings timings;
} modes[] = {
	{ "hdmi-480p60", V4L2_DV_BT_CEA_720X480P59_94 }, { "hdmi-576p50", V4L2_DV_BT_CEA_720X576P50 },
	{ "hdmi-720p50", V4L2_DV_BT_CEA_1280X720P50 },   { "hdmi-720p60", V4L2_DV_BT_CEA_1280X720P60 },
	{ "hdmi-1080i50", V4L2_DV_BT_CEA_1920X1080I50 }, { "hdmi-1080i60", V4L2_DV_BT_CEA_1920X1080I60 },
	{ "hdmi-1080p24", V4L2_DV_BT_CEA_1920X1080P24 }, { "hdmi-1080p25", V4L2_DV_BT_CEA_1920X1080P25 },
	{ "hdmi-1080p30", V4L2_DV_BT_CEA_1920X1080P30 }, { "hdmi-1080p50", V4L2_DV_BT_CEA_1920X1080P50 },
	{ "hdmi-1080p60", V4L2_DV_BT_CEA_1920X1080P60 }, { "hdmi-2160p30", V4L2_DV_BT_CEA_3840X2160P30 },
	{ "hdmi-2160p60", V4L2_DV_BT_CEA_3840X2160P60 },
};

const char *edid_builtin_name(unsigned index)
{
	return index < ARRAY_SIZE(modes) ? modes[index].name : NULL;
}

static void set_checksum(uint8_t *block)
{
	uint8_t sum = 0;

	for (unsigned i = 0; i < EDID_BLOCK_BYTES - 1; i++)
		sum = (uint8_t)(sum + block[i]);
	block[EDID_BLOCK_BYTES - 1] = (uint8_t)-sum;
}

/* The 18 bytes of a Detailed Timing Definition (E-EDID, 3.10.2). Lines are those of a field. */
static void write_timing(uint8_t *at, const struct v4l2_bt_timings *bt)
{
	uint32_t lines = bt->interlaced ? bt->height / 2 : bt->height;
	uint32_t h_blank = bt->hfrontporch + bt->hsync + bt->hbackporch;
	uint32_t v_blank = bt->vfrontporch + bt->vsync + bt->vbackporch;
	uint32_t clock = (uint32_t)(bt->pixelclock / 10000);
	const uint8_t bytes[DESCRIPTOR_BYTES] = {
		[0] = (uint8_t)clock,
		[1] = (uint8_t)(clock >> 8),
		[2] = (uint8_t)bt->width,
		[3] = (uint8_t)h_blank,
		[4] = (uint8_t)(bt->width >> 8 << 4 | h_blank >> 8),
		[5] = (uint8_t)lines,
		[6] = (uint8_t)v_blank,
		[7] = (uint8_t)(lines >> 8 << 4 | v_blank >> 8),
		[8] = (uint8_t)bt->hfrontporch,
		[9] = (uint8_t)bt->hsync,
		[10] = (uint8_t)((bt->vfrontporch & 15) << 4 | (bt->vsync & 15)),
		[11] = (uint8_t)(bt->hfrontporch >> 8 << 6 | bt->hsync >> 8 << 4 | bt->vfrontporch >> 4 << 2 |
				 bt->vsync >> 4),
		[12] = bt->picture_aspect.numerator == 4 ? 240 : 320 - 256, /* mm */
		[13] = 180,
		[14] = bt->picture_aspect.numerator == 4 ? 0 : 1 << 4,
		[17] = (uint8_t)(0x18 /* separate digital sync */ | (bt->interlaced ? 0x80 : 0) |
				 (bt->polarities & V4L2_DV_VSYNC_POS_POL ? 4 : 0) |
				 (bt->polarities & V4L2_DV_HSYNC_POS_POL ? 2 : 0)),
	};

	memcpy(at, bytes, sizeof bytes);
}

/* Display Range Limits (E-EDID, 3.10.3.3): the minimum of any mode to the pixel clock of this one. */
static void write_limits(uint8_t *at, const struct v4l2_bt_timings *bt)
{
	const uint8_t bytes[] = { 0, 0, 0, 0xfd, 0, 23, 61, 15, 140, (uint8_t)(bt->pixelclock / 10000000 + 1),
				  0 };

	memcpy(at, bytes, sizeof bytes);
	memcpy(at + sizeof bytes, "\n      ", 7);
}

/* The base block, EDID 1.3 as HDMI 1.4 requires. The manufacturer is that of the kernel's own EDIDs. */
static void write_base(uint8_t *block, const struct mode *mode)
{
	static const uint8_t start[] = {
		0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00, /* header */
		0x31, 0xd8, 0,    0,    0,    0,    0,    0,    /* "LNX", product, serial number */
		0,    30,   1,    3,                            /* made in 2020; version 1.3 */
		0x80, 32,   18,   120,  0x0e, /* digital; 32 x 18 cm; gamma 2.2; RGB, sRGB, preferred timing
					       */
		0xee, 0x91, 0xa3, 0x54, 0x4c, 0x99, 0x26, 0x0f, 0x50, 0x54, /* primaries of sRGB */
		0x20, 0,    0,                                              /* 640x480 at 60 Hz */
	};
	uint8_t *name = block + 72;

	memcpy(block, start, sizeof start);
	memset(block + sizeof start, 1, 16); /* no standard timings */
	block[10] = mode->timings.bt.cea861_vic;
	write_timing(block + 54, &mode->timings.bt);
	snprintf((char *)name + 5, DESCRIPTOR_BYTES - 4, "v4l2q %s\n      ", mode->name + strlen("hdmi-"));
	name[3] = 0xfc; /* monitor name */
	write_limits(block + 90, &mode->timings.bt);
	memset(block + 108, 0, DESCRIPTOR_BYTES);
	block[108 + 3] = 0x10; /* dummy */
	block[126] = 1;        /* extension blocks */
	set_checksum(block);
}

/* The CTA-861 extension: video modes by their codes, HDMI's mandatory data blocks, selectable quantization
 * range. */
static void write_extension(uint8_t *block, const struct v4l2_bt_timings *bt)
{
	bool is_fast = bt->pixelclock > TMDS_HDMI_14;
	uint64_t clock = is_fast ? TMDS_HDMI_14 : bt->pixelclock;
	/* Revision 3; underscanned; how many timings are native. */
	const uint8_t start[] = { 0x02, 0x03, 0, 0x80 | !bt->interlaced };
	const uint8_t video[] = { 0x40 | 2, bt->cea861_vic, VIC_640X480 };
	/* OUI 00-0C-03, physical address 1.0.0.0, the greatest clock in 5 MHz; and its 4K modes. */
	const uint8_t hdmi[] = {
		0x60 | (bt->hdmi_vic ? 11 : 7),         0x03, 0x0c, 0x00, 0x10,        0x00, 0x00,
		(uint8_t)((clock + 4999999) / 5000000), 0x20, 0x00, 0x20, bt->hdmi_vic
	};
	/* OUI C4-5D-D8, version 1, the greatest clock, SCDC. */
	const uint8_t forum[] = { 0x60 | 7, 0xd8, 0x5d, 0xc4, 1, (uint8_t)(bt->pixelclock / 5000000 + 1),
				  0x80,     0 };
	const uint8_t range[] = { 0xe0 | 2, 0, 0x4a };
	uint8_t *at = block;

	at = mempcpy(at, start, sizeof start);
	at = mempcpy(at, video, sizeof video);
	at = mempcpy(at, hdmi, 1 + (hdmi[0] & 31u));
	if (is_fast)
		at = mempcpy(at, forum, sizeof forum);
	at = mempcpy(at, range, sizeof range);
	block[2] = (uint8_t)(at - block);
	set_checksum(block);
}

int edid_make(struct edid *edid, const char *name)
{
	*edid = (struct edid){ 0 };
	for (unsigned i = 0; i < ARRAY_SIZE(modes); i++) {
		if (strcmp(modes[i].name, name) != 0)
			continue;
		edid->data = calloc(2, EDID_BLOCK_BYTES);
		if (!edid->data)
			return log_no_memory();
		edid->n_blocks = 2;
		write_base(edid->data, &modes[i]);
		write_extension(edid->data + EDID_BLOCK_BYTES, &modes[i].timings.bt);
		return 0;
	}
	return -ENOENT;
}
