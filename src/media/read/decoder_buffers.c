/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Memory for a decoder's pictures: blanks of the target where it can decode into them. Each picture
 * carries a loan in its opaque_ref, which libavcodec hands from reference to reference and lets go
 * with the last: so it is known how many blanks, and how many bytes, the decoder keeps.
 */
#include "media/read/decoder_buffers.h"

#include <errno.h>
#include <libavutil/imgutils.h>
#include <libavutil/mem.h>
#include <libavutil/pixdesc.h>
#include "media/read/limits.h"
#include "base/array.h"

/* What vector instructions may fetch or store beyond the last row. */
#define SLACK_BYTES 64

struct loan {
	struct lease *lease;
	int64_t bytes;      /* of libavcodec's memory */
	struct frame blank; /* memory: our reference; NULL: none of the target's */
	bool counted;       /* among lease->n_blanks */
	bool handed_on;     /* by the thread that reads */
};

/* Into how many rows and columns of a component plane a decoder may write: rounded up to these. Decoders that
 * are not listed may need all that avcodec_align_dimensions2() says, which is the most that any of them may
 * touch. */
static const struct habits {
	enum AVCodecID codec;
	int rows, columns; /* units of a plane */
	int rows_read;     /* read beyond the last one */
} habits[] = {
	{ AV_CODEC_ID_H264, 1, 1, 2 },   /* is given the coded size, which is whole macroblocks */
	{ AV_CODEC_ID_HEVC, 1, 1, 0 },   /* the same */
	{ AV_CODEC_ID_MJPEG, 16, 8, 0 }, /* whole blocks of each of two fields */
	{ AV_CODEC_ID_FFV1, 1, 1, 0 },     { AV_CODEC_ID_HUFFYUV, 1, 16, 0 },
	{ AV_CODEC_ID_FFVHUFF, 1, 16, 0 }, { AV_CODEC_ID_UTVIDEO, 1, 16, 0 },
};

static const struct habits *find_habits(enum AVCodecID codec)
{
	for (size_t i = 0; i < ARRAY_SIZE(habits); i++) {
		if (habits[i].codec == codec)
			return &habits[i];
	}
	return NULL;
}

static int round_up(int n, int unit)
{
	return (n + unit - 1) / unit * unit;
}

/* The part of one plane that the decoder may touch. */
struct reach {
	int row_bytes, rows, rows_read;
};

static struct reach find_reach(AVCodecContext *decoder, const AVFrame *frame, int plane)
{
	const struct habits *h = find_habits(decoder->codec_id);
	const AVPixFmtDescriptor *description = av_pix_fmt_desc_get((enum AVPixelFormat)frame->format);
	int log2_h = plane == 1 || plane == 2 ? description->log2_chroma_h : 0;
	int width = frame->width, height = frame->height, alignment[AV_NUM_DATA_POINTERS];
	struct reach reach = { 0 };

	if (!h)
		avcodec_align_dimensions2(decoder, &width, &height, alignment);
	reach.row_bytes = av_image_get_linesize((enum AVPixelFormat)frame->format, width, plane);
	reach.rows = AV_CEIL_RSHIFT(height, log2_h);
	if (h) {
		/* A sample takes a byte or two: in doubt more is asked for than needed. */
		reach.row_bytes = round_up(reach.row_bytes, h->columns * 2);
		reach.rows = round_up(reach.rows, h->rows);
		reach.rows_read = h->rows_read;
	}
	return reach;
}

/* How far a plane reaches before another one begins, or its memory ends. */
static size_t room_of(const struct fit *fit, const struct frame *blank, unsigned plane, bool *is_last)
{
	const struct picture_layout *l = &fit->layout;
	size_t end = blank->planes[l->planes[plane].memory_plane].bytes;

	*is_last = true;
	for (unsigned i = 0; i < l->n_planes; i++) {
		if (l->planes[i].memory_plane == l->planes[plane].memory_plane &&
		    l->planes[i].offset > l->planes[plane].offset && l->planes[i].offset < end) {
			end = l->planes[i].offset;
			*is_last = false;
		}
	}
	return end - l->planes[plane].offset;
}

static bool planes_suit(const struct fit *fit, AVCodecContext *decoder, const AVFrame *frame,
			const struct frame *blank)
{
	int width = frame->width, height = frame->height, alignment[AV_NUM_DATA_POINTERS], linesize[4];
	uint8_t *data[4];

	avcodec_align_dimensions2(decoder, &width, &height, alignment);
	fit_planes(fit, blank, data, linesize);
	for (unsigned i = 0; i < fit->layout.n_planes; i++) {
		struct reach reach = find_reach(decoder, frame, (int)i);
		bool is_last;
		size_t room = room_of(fit, blank, i, &is_last), needed = (size_t)linesize[i] * reach.rows;

		if (is_last)
			needed += (size_t)linesize[i] * reach.rows_read + SLACK_BYTES;
		if (linesize[i] % alignment[i] || (uintptr_t)data[i] % alignment[i] ||
		    reach.row_bytes > linesize[i] || needed > room)
			return false;
	}
	return true;
}

/* Whether the decoder's picture is the target's, as far as can be said before a blank is at hand. */
static bool picture_suits(const struct fit *fit, const AVCodecContext *decoder, const AVFrame *frame)
{
	struct frame_shape shown = { (enum AVPixelFormat)frame->format, decoder->width, decoder->height };

	return fit && fit->target.n_direct > 0 && decoder->codec->capabilities & AV_CODEC_CAP_DR1 &&
	       decoder->lowres == 0 && fit_is_idle(fit, shown, decoder->color_range, decoder->colorspace);
}

static void end_loan(void *opaque, uint8_t *data)
{
	struct loan *loan = (struct loan *)data;

	(void)opaque;
	atomic_fetch_sub(&loan->lease->bytes, loan->bytes);
	if (loan->counted)
		atomic_fetch_sub(&loan->lease->n_blanks, 1);
	av_buffer_unref(&loan->blank.memory);
	av_free(loan);
}

static struct loan *begin_loan(struct lease *lease, AVFrame *frame)
{
	struct loan *loan = av_mallocz(sizeof *loan);

	if (!loan)
		return NULL;
	loan->lease = lease;
	frame->opaque_ref = av_buffer_create((uint8_t *)loan, sizeof *loan, end_loan, NULL, 0);
	if (frame->opaque_ref)
		return loan;
	av_free(loan);
	return NULL;
}

static int fill_loan(struct loan *loan, const struct fit *fit, AVCodecContext *decoder, AVFrame *frame)
{
	struct frame *blank = &loan->blank;

	if (fit->target.acquire(fit->target.opaque, false, blank) < 0 || !blank->memory) {
		*blank = (struct frame){ 0 };
		return -EAGAIN;
	}
	if (!fit_has_room(fit, blank) || !planes_suit(fit, decoder, frame, blank)) {
		atomic_store(&loan->lease->unsuited, true);
		return -EAGAIN;
	}
	frame->buf[0] = av_buffer_ref(blank->memory);
	return frame->buf[0] ? 0 : -ENOMEM;
}

static int lend_blank(struct lease *lease, const struct fit *fit, AVCodecContext *decoder, AVFrame *frame)
{
	struct loan *loan = NULL;
	int err;

	if (atomic_fetch_add(&lease->n_blanks, 1) < fit->target.n_direct)
		loan = begin_loan(lease, frame);
	if (!loan) {
		atomic_fetch_sub(&lease->n_blanks, 1);
		return -EAGAIN;
	}
	loan->counted = true;
	err = fill_loan(loan, fit, decoder, frame);
	if (err < 0) {
		av_buffer_unref(&frame->opaque_ref);
		return err;
	}
	fit_planes(fit, &loan->blank, frame->data, frame->linesize);
	frame->extended_data = frame->data;
	return 0;
}

static int lend_memory(struct lease *lease, AVCodecContext *decoder, AVFrame *frame, int flags)
{
	int64_t bytes =
		av_image_get_buffer_size((enum AVPixelFormat)frame->format, frame->width, frame->height, 1);
	struct loan *loan;
	int err;

	if (bytes < 0 || atomic_load(&lease->bytes) + bytes > lease->max_bytes)
		return -ENOMEM;
	if (!(loan = begin_loan(lease, frame)))
		return -ENOMEM;
	loan->bytes = bytes;
	atomic_fetch_add(&lease->bytes, bytes);
	err = avcodec_default_get_buffer2(decoder, frame, flags);
	if (err < 0)
		av_buffer_unref(&frame->opaque_ref);
	return err;
}

/* May be called from the decoder's own threads. */
static int get_buffer(AVCodecContext *decoder, AVFrame *frame, int flags)
{
	struct lease *lease = decoder->opaque;
	const struct fit *fit = atomic_load(&lease->fit);

	if (picture_suits(fit, decoder, frame) && !atomic_load(&lease->unsuited) &&
	    lend_blank(lease, fit, decoder, frame) == 0)
		return 0;
	return lend_memory(lease, decoder, frame, flags);
}

void lease_open(struct lease *lease, AVCodecContext *decoder)
{
	lease->max_bytes = guard_picture_bytes();
	decoder->opaque = lease;
	decoder->get_buffer2 = get_buffer;
#if LIBAVCODEC_VERSION_MAJOR < 60
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
	/* Otherwise libavcodec's threads would wait for each other. */
	decoder->thread_safe_callbacks = 1;
#pragma GCC diagnostic pop
#endif
}

void lease_start(struct lease *lease, const struct fit *fit)
{
	atomic_store(&lease->fit, fit);
}

bool lease_take_picture(const struct lease *lease, const AVFrame *frame, struct frame *picture)
{
	const struct fit *fit = atomic_load(&((struct lease *)lease)->fit);
	struct loan *loan = frame->opaque_ref ? (struct loan *)frame->opaque_ref->data : NULL;

	/* A decoder may show a picture twice, or with its edges cropped off. */
	if (!loan || !loan->blank.memory || loan->handed_on || !fit_lies_in(fit, &loan->blank, frame))
		return false;
	*picture = loan->blank;
	if (!(picture->memory = av_buffer_ref(loan->blank.memory)))
		return false;
	loan->handed_on = true;
	fit_set_payload(fit, picture);
	return true;
}
