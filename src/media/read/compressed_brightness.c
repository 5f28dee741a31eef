/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The brightness of compressed pictures, which are decoded. */
#include "media/read/compressed_brightness.h"

#include <errno.h>
#include <string.h>
#include <libavcodec/avcodec.h>
#include "base/brightness.h"
#include "media/libav.h"

int compressed_brightness_open(struct compressed_brightness *brightness, enum AVCodecID codec)
{
	const AVCodec *found = avcodec_find_decoder(codec);
	int err;

	if (!found)
		return -ENOSYS;
	brightness->is_intra = libav_is_intra_only(codec);
	brightness->decoder = avcodec_alloc_context3(found);
	brightness->packet = av_packet_alloc();
	brightness->frame = av_frame_alloc();
	if (!brightness->decoder || !brightness->packet || !brightness->frame)
		return -ENOMEM;
	err = avcodec_open2(brightness->decoder, found, NULL);
	return err < 0 ? -ENOSYS : 0;
}

void compressed_brightness_close(struct compressed_brightness *brightness)
{
	avcodec_free_context(&brightness->decoder);
	av_packet_free(&brightness->packet);
	av_frame_free(&brightness->frame);
}

double compressed_brightness_add(struct compressed_brightness *brightness, const void *bytes, size_t n)
{
	AVFrame *frame = brightness->frame;
	double mean = -1;

	if (n > INT32_MAX - AV_INPUT_BUFFER_PADDING_SIZE || av_new_packet(brightness->packet, (int)n) < 0)
		return -1;
	memcpy(brightness->packet->data, bytes, n);
	if (avcodec_send_packet(brightness->decoder, brightness->packet) == 0)
		while (avcodec_receive_frame(brightness->decoder, frame) == 0)
			mean = brightness_of_picture(frame->format, frame->color_range == AVCOL_RANGE_JPEG,
						     (uint32_t)frame->width, (uint32_t)frame->height,
						     (const uint8_t *const *)frame->data, frame->linesize);
	av_packet_unref(brightness->packet);
	return mean;
}
