/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of the simulated device's controls. */
#include "sim/control_table.h"

#include <stddef.h>
#include "base/array.h"
#include "sim/sim_internal.h"

static const char *const power_line_frequencies[] = { "Disabled", "50 Hz", "60 Hz" };
/* The kernel's words, v4l2_ctrl_get_menu(). */
static const char *const bitrate_modes[] = { "Variable Bitrate", "Constant Bitrate" };
static const char *const header_modes[] = { "Separate Buffer", "Joined With 1st Frame" };
static const char *const h264_levels[] = { "1", "1b",  "1.1", "1.2", "1.3", "2",   "2.1", "2.2",
					   "3", "3.1", "3.2", "4",   "4.1", "4.2", "5",   "5.1" };
static const char *const h264_profiles[] = { "Baseline", "Constrained Baseline", "Main", NULL, "High" };
static const char *const exposure_modes[] = { "Auto Mode", "Manual Mode" };

const struct sim_control sim_controls[] = {
	{ V4L2_CID_USER_CLASS, V4L2_CTRL_TYPE_CTRL_CLASS,
	  V4L2_CTRL_FLAG_READ_ONLY | V4L2_CTRL_FLAG_WRITE_ONLY, "User Controls", 0, 0, 0, 0, .menu = NULL },
	{ V4L2_CID_BRIGHTNESS, V4L2_CTRL_TYPE_INTEGER, V4L2_CTRL_FLAG_SLIDER, "Brightness", 0, 255, 1, 128,
	  .menu = NULL },
	{ V4L2_CID_CONTRAST, V4L2_CTRL_TYPE_INTEGER, V4L2_CTRL_FLAG_SLIDER, "Contrast", -64, 64, 2, 0,
	  .menu = NULL },
	{ V4L2_CID_HFLIP, V4L2_CTRL_TYPE_BOOLEAN, 0, "Horizontal Flip", 0, 1, 1, 0, .menu = NULL },
	{ V4L2_CID_POWER_LINE_FREQUENCY, V4L2_CTRL_TYPE_MENU, 0, "Power Line Frequency", 0, 2, 1, 1,
	  .menu = power_line_frequencies },
	{ V4L2_CID_MIN_BUFFERS_FOR_CAPTURE, V4L2_CTRL_TYPE_INTEGER, V4L2_CTRL_FLAG_READ_ONLY,
	  "Min Number of Capture Buffers", 1, 32, 1, 1, .menu = NULL },
	{ V4L2_CID_MIN_BUFFERS_FOR_OUTPUT, V4L2_CTRL_TYPE_INTEGER, V4L2_CTRL_FLAG_READ_ONLY,
	  "Min Number of Output Buffers", 1, 32, 1, 1, .menu = NULL },
	{ CID_RESET, V4L2_CTRL_TYPE_BUTTON, V4L2_CTRL_FLAG_WRITE_ONLY | V4L2_CTRL_FLAG_EXECUTE_ON_WRITE,
	  "Reset", 0, 0, 0, 0, .extra = true },
	{ CID_TITLE, V4L2_CTRL_TYPE_STRING, V4L2_CTRL_FLAG_HAS_PAYLOAD, "Title", 0, 16, 1, 0, .extra = true,
	  .elem_size = 17 },
	{ CID_NUMBER, V4L2_CTRL_TYPE_INTEGER64, 0, "Large Number", -(INT64_C(1) << 40), INT64_C(1) << 40, 1,
	  0, .extra = true, .elem_size = 8 },
	{ CID_OUTPUTS, V4L2_CTRL_TYPE_BITMASK, 0, "Outputs", 0, 0xf0f, 0, 1, .extra = true },
	{ CID_FREQUENCY, V4L2_CTRL_TYPE_INTEGER_MENU, 0, "Link Frequency", 0, 2, 1, 0, .extra = true },
	{ CID_TABLE, V4L2_CTRL_TYPE_U8, V4L2_CTRL_FLAG_HAS_PAYLOAD, "Gain Table", 0, 200, 1, 100,
	  .extra = true, .elem_size = 1, .dims = { 2, 3 } },
	{ CID_AREA, V4L2_CTRL_TYPE_AREA, V4L2_CTRL_FLAG_HAS_PAYLOAD, "Sensor Area", 0, 0, 0, 0, .extra = true,
	  .elem_size = sizeof(struct v4l2_area) },
	{ CID_STUCK, V4L2_CTRL_TYPE_INTEGER, 0, "Stuck", 0, 10, 1, 3, .extra = true },
	{ CID_NAMELESS, V4L2_CTRL_TYPE_INTEGER, 0, "***", 0, 10, 1, 5, .extra = true },
	{ CID_LONG_TABLE, V4L2_CTRL_TYPE_U16, V4L2_CTRL_FLAG_HAS_PAYLOAD, "Shading Table", 0, 4095, 1, 256,
	  .elem_size = sizeof(uint16_t), .dims = { 32, 64 } },
	{ V4L2_CID_CODEC_CLASS, V4L2_CTRL_TYPE_CTRL_CLASS,
	  V4L2_CTRL_FLAG_READ_ONLY | V4L2_CTRL_FLAG_WRITE_ONLY, "Codec Controls", 0, 0, 0, 0,
	  .m2m = SIM_ENCODER },
	{ V4L2_CID_MPEG_VIDEO_B_FRAMES, V4L2_CTRL_TYPE_INTEGER, 0, "Video B Frames", 0, 3, 1, 0,
	  .m2m = SIM_ENCODER },
	{ V4L2_CID_MPEG_VIDEO_GOP_SIZE, V4L2_CTRL_TYPE_INTEGER, 0, "Video GOP Size", 0, 600, 1, 30,
	  .m2m = SIM_ENCODER },
	{ V4L2_CID_MPEG_VIDEO_BITRATE_MODE, V4L2_CTRL_TYPE_MENU, 0, "Video Bitrate Mode", 0, 1, 1, 0,
	  .menu = bitrate_modes, .m2m = SIM_ENCODER },
	{ V4L2_CID_MPEG_VIDEO_BITRATE, V4L2_CTRL_TYPE_INTEGER, 0, "Video Bitrate", 25000, 200000000, 1,
	  10000000, .m2m = SIM_ENCODER },
	{ V4L2_CID_MPEG_VIDEO_HEADER_MODE, V4L2_CTRL_TYPE_MENU, 0, "Sequence Header Mode", 0, 1, 1,
	  V4L2_MPEG_VIDEO_HEADER_MODE_JOINED_WITH_1ST_FRAME, .menu = header_modes, .m2m = SIM_ENCODER },
	{ V4L2_CID_MPEG_VIDEO_FORCE_KEY_FRAME, V4L2_CTRL_TYPE_BUTTON,
	  V4L2_CTRL_FLAG_WRITE_ONLY | V4L2_CTRL_FLAG_EXECUTE_ON_WRITE, "Force Key Frame", 0, 0, 0, 0,
	  .m2m = SIM_ENCODER },
	{ V4L2_CID_MPEG_VIDEO_H264_I_FRAME_QP, V4L2_CTRL_TYPE_INTEGER, 0, "H264 I-Frame QP Value", 0, 51, 1,
	  20, .m2m = SIM_ENCODER },
	{ V4L2_CID_MPEG_VIDEO_H264_P_FRAME_QP, V4L2_CTRL_TYPE_INTEGER, 0, "H264 P-Frame QP Value", 0, 51, 1,
	  20, .m2m = SIM_ENCODER },
	{ V4L2_CID_MPEG_VIDEO_H264_MIN_QP, V4L2_CTRL_TYPE_INTEGER, 0, "H264 Minimum QP Value", 0, 51, 1, 0,
	  .m2m = SIM_ENCODER },
	{ V4L2_CID_MPEG_VIDEO_H264_MAX_QP, V4L2_CTRL_TYPE_INTEGER, 0, "H264 Maximum QP Value", 0, 51, 1, 51,
	  .m2m = SIM_ENCODER },
	{ V4L2_CID_MPEG_VIDEO_H264_LEVEL, V4L2_CTRL_TYPE_MENU, 0, "H264 Level", 0,
	  V4L2_MPEG_VIDEO_H264_LEVEL_5_1, 1, V4L2_MPEG_VIDEO_H264_LEVEL_4_0, .menu = h264_levels,
	  .m2m = SIM_ENCODER },
	{ V4L2_CID_MPEG_VIDEO_H264_PROFILE, V4L2_CTRL_TYPE_MENU, 0, "H264 Profile", 0,
	  V4L2_MPEG_VIDEO_H264_PROFILE_HIGH, 1, V4L2_MPEG_VIDEO_H264_PROFILE_HIGH, .menu = h264_profiles,
	  .m2m = SIM_ENCODER },
	{ V4L2_CID_CAMERA_CLASS, V4L2_CTRL_TYPE_CTRL_CLASS,
	  V4L2_CTRL_FLAG_READ_ONLY | V4L2_CTRL_FLAG_WRITE_ONLY, "Camera Controls", 0, 0, 0, 0,
	  .extra = true },
	{ V4L2_CID_EXPOSURE_AUTO, V4L2_CTRL_TYPE_MENU, V4L2_CTRL_FLAG_UPDATE, "Auto Exposure", 0, 1, 1,
	  EXPOSURE_AUTO, .menu = exposure_modes, .extra = true },
	{ V4L2_CID_EXPOSURE_ABSOLUTE, V4L2_CTRL_TYPE_INTEGER, 0, "Exposure Time", 1, 10000, 1, 157,
	  .extra = true },
	{ V4L2_CID_EXPOSURE_AUTO_PRIORITY, V4L2_CTRL_TYPE_BOOLEAN, 0, "Exposure, Dynamic Framerate", 0, 1, 1,
	  1, .menu = NULL },
	{ V4L2_CID_JPEG_CLASS, V4L2_CTRL_TYPE_CTRL_CLASS,
	  V4L2_CTRL_FLAG_READ_ONLY | V4L2_CTRL_FLAG_WRITE_ONLY, "JPEG Compression Controls", 0, 0, 0, 0,
	  .m2m = SIM_ENCODER },
	{ V4L2_CID_JPEG_COMPRESSION_QUALITY, V4L2_CTRL_TYPE_INTEGER, 0, "Compression Quality", 1, 100, 1, 95,
	  .m2m = SIM_ENCODER },
};
const int sim_n_controls = ARRAY_SIZE(sim_controls);
_Static_assert(sizeof(((struct sim *)0)->control_values) >= ARRAY_SIZE(sim_controls) * SIM_CONTROL_BYTES,
	       "struct sim has room for the value of each control");
_Static_assert(sizeof(((struct sim *)0)->long_table) >= 32 * 64 * sizeof(uint16_t), "and of the longest");
