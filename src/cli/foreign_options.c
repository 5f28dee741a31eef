/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Options of ffmpeg, v4l2-ctl and GStreamer, with advice on the v4l2q equivalent. Foreign names that v4l2q
 * accepts are hidden rows of the option tables. */
#include "cli/foreign_options.h"

#include <string.h>
#include "base/array.h"

static const struct {
	const char *name, *hint;
} foreign_options[] = {
	/* ffmpeg */
	{ "-an", "there is no sound to leave out: only video is recorded and played" },
	{ "-b:v", "capture takes --codec-opt b=4M" },
	{ "-c:v", "use --codec" },
	{ "-codec:v", "use --codec" },
	{ "-crf", "capture takes --codec-opt crf=20" },
	{ "-frames", "use --count" },
	{ "-frames:v", "use --count" },
	{ "-framerate", "use --fps" },
	{ "-hide_banner", "leave it out: there is no banner" },
	{ "-i", "capture takes --device DEV, play the name of the file by itself" },
	{ "-input_format", "use --pixelformat" },
	{ "-loglevel", "use --verbose or --quiet" },
	{ "-movflags", "capture takes --format-opt movflags=…" },
	{ "-pix_fmt", "use --pixelformat; for the encoder's format, --codec-opt pixel_format=yuv420p" },
	{ "-preset", "capture takes --codec-opt preset=fast" },
	{ "-re", "leave it out: play shows each frame at its time; --speed 0 does not wait" },
	{ "-s:v", "use --size" },
	{ "-segment_time", "capture takes --segment T" },
	{ "-ss", "play takes --start T, capture --skip N" },
	{ "-stream_loop", "play takes --loop, or --loop=N" },
	{ "-vcodec", "use --codec" },
	{ "-vf",
	  "there are no filters; play takes --fit, --rotate and --size (-v and -f are written apart)" },
	{ "-vframes", "use --count" },
	{ "-video_size", "use --size" },
	{ "-vsync", "leave it out: capture keeps each frame and its time" },
	/* v4l2-ctl */
	{ "--all", "'v4l2q list -d DEV' prints everything about a device" },
	{ "--get-ctrl", "'v4l2q list -d DEV' prints the controls" },
	{ "--get-fmt-video", "'v4l2q list -d DEV' prints the formats" },
	{ "--info", "'v4l2q list -d DEV' prints everything about a device" },
	{ "--list-ctrls", "'v4l2q list -d DEV' prints the controls" },
	{ "--list-ctrls-menus", "'v4l2q list -d DEV' prints the controls" },
	{ "--list-devices", "'v4l2q list' prints the devices" },
	{ "--list-formats", "'v4l2q list -d DEV' prints the formats" },
	{ "--list-formats-ext", "'v4l2q list -d DEV' prints the formats" },
	{ "--set-fmt-video", "use --size and --pixelformat" },
	{ "--set-fmt-video-out", "use --size and --pixelformat" },
	{ "--set-input", "use --input" },
	{ "--set-output", "play takes --input" },
	{ "--set-parm", "use --fps" },
	{ "--stream-dmabuf", "use --io dmabuf-import" },
	{ "--stream-from", "'v4l2q play FILE' plays a file" },
	{ "--stream-loop", "play takes --loop" },
	{ "--stream-lossless", "leave it out: lost frames are always counted" },
	{ "--stream-mmap", "use --io mmap" },
	{ "--stream-out-dmabuf", "use --io dmabuf-import" },
	{ "--stream-out-mmap", "use --io mmap" },
	{ "--stream-out-user", "use --io userptr" },
	{ "--stream-poll", "leave it out: the device is always polled" },
	{ "--stream-to", "capture takes --output FILE" },
	{ "--stream-user", "use --io userptr" },
	/* mpv, GStreamer */
	{ "--extra-controls", "use --set-ctrl" },
	{ "--io-mode", "use --io" },
	{ "--num-buffers", "use --count" },
	{ "--seek", "play takes --start T" },
	/* v4l2q without a command */
	{ "--version", "'v4l2q --version' prints the versions" },
};

const char *foreign_option_hint(const char *argument)
{
	size_t length = strcspn(argument, "=");

	for (size_t i = 0; i < ARRAY_SIZE(foreign_options); i++)
		if (strncmp(foreign_options[i].name, argument, length) == 0 &&
		    !foreign_options[i].name[length])
			return foreign_options[i].hint;
	return NULL;
}
