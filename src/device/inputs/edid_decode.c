/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Decodes and checks EDIDs. */
#include <string.h>
#include "base/text.h"
#include "device/inputs/edid.h"

#define DESCRIPTORS 54 /* four of 18 bytes in the base block */
#define DESCRIPTOR_BYTES 18

/* The sum of all bytes of a block must be 0 modulo 256. */
static uint8_t block_sum(const uint8_t *block)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < EDID_BLOCK_BYTES; i++)
		sum += block[i];
	return (uint8_t)sum;
}

const char *edid_check(const struct edid *edid, char text[EDID_TEXT_MAX])
{
	static const uint8_t header[8] = { 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00 };
	const uint8_t *data = edid->data;

	*text = '\0';
	if (!edid->n_blocks || memcmp(data, header, sizeof header) != 0) {
		text_add(text, EDID_TEXT_MAX, "it does not begin with 00 ff ff ff ff ff ff 00");
		return text;
	}
	for (uint32_t i = 0; i < edid->n_blocks; i++) {
		const uint8_t *block = data + (size_t)i * EDID_BLOCK_BYTES;
		uint8_t sum = block_sum(block), last = block[EDID_BLOCK_BYTES - 1];

		if (sum) {
			text_add(text, EDID_TEXT_MAX,
				 "the checksum of block %u, its last byte, is %02x and should be %02x", i,
				 last, (uint8_t)(last - sum));
			return text;
		}
	}
	if (data[126] + 1u != edid->n_blocks) {
		text_add(text, EDID_TEXT_MAX, "byte 126 tells of %u blocks, and there are %u", data[126] + 1u,
			 edid->n_blocks);
		return text;
	}
	return NULL;
}

/* Three letters of five bits, A is 1. */
static void decode_manufacturer(const uint8_t *bytes, char text[4])
{
	unsigned code = (unsigned)bytes[0] << 8 | bytes[1];

	for (unsigned i = 0; i < 3; i++) {
		unsigned letter = code >> (10 - 5 * i) & 31;

		text[i] = letter >= 1 && letter <= 26 ? (char)('A' - 1 + letter) : '?';
	}
	text[3] = '\0';
}

/* At most 13 characters, ended by a line feed where there are fewer. */
static void decode_text(const uint8_t *bytes, char text[14])
{
	unsigned n = 0;

	for (; n < 13 && bytes[n] != '\n' && bytes[n]; n++)
		text[n] = bytes[n] >= ' ' && bytes[n] < 0x7f ? (char)bytes[n] : '?';
	while (n && text[n - 1] == ' ')
		n--;
	text[n] = '\0';
}

/* Detailed Timing Definition (E-EDID, 3.10.2); of an interlaced one the lines are a field's. */
static struct v4l2_bt_timings decode_timing(const uint8_t *b)
{
	uint32_t h_blank = b[3] | (b[4] & 15u) << 8, v_blank = b[6] | (b[7] & 15u) << 8;
	struct v4l2_bt_timings bt = {
		.width = b[2] | (b[4] >> 4u) << 8,
		.height = b[5] | (b[7] >> 4u) << 8,
		.interlaced = b[17] >> 7,
		.pixelclock = UINT64_C(10000) * (b[0] | (uint32_t)b[1] << 8),
		.hfrontporch = b[8] | (b[11] >> 6u) << 8,
		.hsync = b[9] | (b[11] >> 4 & 3u) << 8,
		.vfrontporch = b[10] >> 4 | (b[11] >> 2 & 3u) << 4,
		.vsync = (b[10] & 15u) | (b[11] & 3u) << 4,
	};
	bool is_separate = (b[17] & 0x18) == 0x18;

	bt.hbackporch = h_blank - bt.hfrontporch - bt.hsync;
	bt.vbackporch = v_blank - bt.vfrontporch - bt.vsync;
	bt.polarities = (is_separate && b[17] & 4 ? V4L2_DV_VSYNC_POS_POL : 0) |
			(is_separate && b[17] & 2 ? V4L2_DV_HSYNC_POS_POL : 0);
	if (bt.interlaced) {
		bt.height *= 2;
		bt.il_vfrontporch = bt.vfrontporch;
		bt.il_vsync = bt.vsync;
		bt.il_vbackporch = bt.vbackporch + 1;
	}
	return bt;
}

static void decode_descriptor(const uint8_t *bytes, struct edid_info *info)
{
	if (bytes[0] || bytes[1]) {
		if (!info->preferred.width) /* the first is the preferred one */
			info->preferred = decode_timing(bytes);
	} else if (bytes[3] == 0xfc) {
		decode_text(bytes + 5, info->name);
	} else if (bytes[3] == 0xff) {
		decode_text(bytes + 5, info->serial);
	}
}

/* The offset of HDMI's data block in a CTA-861 extension; 0: there is none. */
static unsigned find_hdmi(const uint8_t *block)
{
	if (block[0] != 0x02 || block[1] < 3 || block[2] < 4 || block[2] >= EDID_BLOCK_BYTES)
		return 0;
	for (unsigned i = 4; i < block[2]; i += 1 + (block[i] & 31u))
		if (block[i] >> 5 == 3 && (block[i] & 31) >= 5 && i + 5 < block[2] && block[i + 1] == 0x03 &&
		    block[i + 2] == 0x0c && block[i + 3] == 0x00)
			return i;
	return 0;
}

static bool blocks_equal(const uint8_t *a, const uint8_t *b)
{
	unsigned hdmi = find_hdmi(a);
	uint8_t with_address[EDID_BLOCK_BYTES];

	memcpy(with_address, b, sizeof with_address);
	if (hdmi) {
		memcpy(with_address + hdmi + 4, a + hdmi + 4, 2);
		with_address[EDID_BLOCK_BYTES - 1] = a[EDID_BLOCK_BYTES - 1];
	}
	return memcmp(a, with_address, sizeof with_address) == 0;
}

bool edid_equal(const struct edid *a, const struct edid *b)
{
	if (a->n_blocks != b->n_blocks)
		return false;
	for (size_t i = 0; i < a->n_blocks; i++)
		if (!blocks_equal(a->data + i * EDID_BLOCK_BYTES, b->data + i * EDID_BLOCK_BYTES))
			return false;
	return true;
}

bool edid_decode(const struct edid *edid, struct edid_info *info)
{
	const uint8_t *data = edid->data;
	char why[EDID_TEXT_MAX];

	*info = (struct edid_info){ .name = "" };
	if (edid_check(edid, why))
		return false;
	decode_manufacturer(data + 8, info->manufacturer);
	info->product = (uint16_t)(data[10] | data[11] << 8);
	info->serial_number =
		data[12] | (uint32_t)data[13] << 8 | (uint32_t)data[14] << 16 | (uint32_t)data[15] << 24;
	info->week = data[16] >= 1 && data[16] <= 54 ? data[16] : 0;
	info->year = data[17] ? 1990u + data[17] : 0;
	info->version = data[18];
	info->revision = data[19];
	for (unsigned i = 0; i < 4; i++)
		decode_descriptor(data + DESCRIPTORS + i * DESCRIPTOR_BYTES, info);
	for (uint32_t i = 1; i < edid->n_blocks; i++)
		info->is_hdmi |= find_hdmi(data + (size_t)i * EDID_BLOCK_BYTES) != 0;
	return true;
}
