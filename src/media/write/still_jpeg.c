/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Turns JPEGs as cameras deliver them into complete files. Markers: ITU-T T.81, B.1.1. */
#include "media/write/still_jpeg.h"

#include <libavutil/avstring.h>
#include <libavutil/intreadwrite.h>
#include "media/libav.h"

enum { TEM = 0x01, DHT = 0xc4, RST0 = 0xd0, RST7 = 0xd7, SOI = 0xd8, EOI = 0xd9, SOS = 0xda };

bool still_jpeg_wanted(const char *muxer, enum AVCodecID codec)
{
	return codec == AV_CODEC_ID_MJPEG && av_match_name(muxer, "image2,image2pipe,mpjpeg,singlejpeg");
}

int still_jpeg_open(AVBSFContext **tables, const AVCodecParameters *par)
{
	const AVBitStreamFilter *filter = av_bsf_get_by_name("mjpeg2jpeg");

	/* libavcodec may have been built without it. */
	return filter ? libav_bsf_open(tables, filter, par, (AVRational){ 0, 1 }) : 0;
}

static bool is_marker(const uint8_t *data, size_t bytes, size_t at, uint8_t code)
{
	return at + 2 <= bytes && data[at] == 0xff && data[at + 1] == code;
}

/* The marker after the entropy-coded data at `at`. */
static size_t skip_scan(const uint8_t *data, size_t bytes, size_t at)
{
	while (at + 2 <= bytes &&
	       (data[at] != 0xff || !data[at + 1] || (data[at + 1] >= RST0 && data[at + 1] <= RST7)))
		at++;
	return at;
}

/* The position of the next marker; 0: the data are truncated, or not a JPEG. */
static size_t next_marker(const uint8_t *data, size_t bytes, size_t at)
{
	size_t length;

	if (data[at] != 0xff)
		return 0;
	if (data[at + 1] == 0xff)
		return at + 1; /* a fill byte */
	if (data[at + 1] == TEM || (data[at + 1] >= RST0 && data[at + 1] <= SOI))
		return at + 2;
	length = at + 4 <= bytes ? AV_RB16(data + at + 2) : 0;
	if (length < 2 || length > bytes - at - 2)
		return 0;
	return data[at + 1] == SOS ? skip_scan(data, bytes, at + 2 + length) : at + 2 + length;
}

/* The length of the picture, up to its EOI. Data without EOI are unchanged, and so are those with another
 * picture behind it, such as a second field. */
static size_t picture_bytes(const uint8_t *data, size_t bytes, bool *lacks_tables)
{
	bool has_tables = false, has_scan = false;
	size_t at = 2, end;

	while (at && at + 2 <= bytes && data[at + 1] != EOI) {
		has_tables |= is_marker(data, bytes, at, DHT);
		has_scan |= is_marker(data, bytes, at, SOS);
		at = next_marker(data, bytes, at);
	}
	*lacks_tables = has_scan && !has_tables;
	if (!at || !is_marker(data, bytes, at, EOI))
		return bytes;
	for (end = at + 2; end < bytes && !data[end];)
		end++;
	return is_marker(data, bytes, end, SOI) ? bytes : at + 2;
}

static int insert_tables(AVBSFContext *tables, AVPacket *packet, uint64_t *copied_bytes)
{
	int err = av_bsf_send_packet(tables, packet);

	if (err >= 0)
		err = av_bsf_receive_packet(tables, packet);
	if (err >= 0)
		*copied_bytes = (uint64_t)packet->size;
	return err;
}

int still_jpeg_repair(AVBSFContext *tables, AVPacket *packet, uint64_t *copied_bytes)
{
	bool lacks_tables;

	if (!is_marker(packet->data, packet->size, 0, SOI))
		return 0;
	while (is_marker(packet->data, packet->size, 2, SOI)) {
		packet->data += 2;
		packet->size -= 2;
	}
	packet->size = (int)picture_bytes(packet->data, packet->size, &lacks_tables);
	return lacks_tables && tables ? insert_tables(tables, packet, copied_bytes) : 0;
}
