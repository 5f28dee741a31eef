/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Counts the packets of the first video stream of many files: one process where ffprobe would take one a
 * file, each of which loads all of libavcodec.
 *
 *     packets FILE...     prints "FILE N" for each, N being -1 for a file that does not open
 */
#include <inttypes.h>
#include <stdio.h>
#include <libavformat/avformat.h>

static int64_t count(AVFormatContext *demuxer, int stream)
{
	AVPacket *packet = av_packet_alloc();
	int64_t n = 0;

	while (packet && av_read_frame(demuxer, packet) >= 0) {
		n += packet->stream_index == stream;
		av_packet_unref(packet);
	}
	av_packet_free(&packet);
	return n;
}

/* A transport stream of a frame or two is too short to be told by its content. */
static const AVInputFormat *format_of(const char *path)
{
	return av_match_ext(path, "ts") ? av_find_input_format("mpegts") : NULL;
}

static int64_t count_file(const char *path)
{
	AVFormatContext *demuxer = NULL;
	int64_t n = -1;
	int stream;

	if (avformat_open_input(&demuxer, path, format_of(path), NULL) < 0)
		return -1;
	stream = av_find_best_stream(demuxer, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
	if (stream >= 0)
		n = count(demuxer, stream);
	avformat_close_input(&demuxer);
	return n;
}

int main(int argc, char **argv)
{
	av_log_set_level(AV_LOG_ERROR);
	for (int i = 1; i < argc; i++)
		printf("%s %" PRId64 "\n", argv[i], count_file(argv[i]));
	return 0;
}
