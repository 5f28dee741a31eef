/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What kind of control an id, a type or a flag stands for, and the unit of its value. */
#include "device/controls/control_class.h"

#include "base/array.h"
#include "base/text.h"

const struct flag_name control_class_flags[] = {
	{ V4L2_CTRL_FLAG_READ_ONLY, "read-only" },
	{ V4L2_CTRL_FLAG_WRITE_ONLY, "write-only" },
	{ V4L2_CTRL_FLAG_INACTIVE, "inactive" },
	{ V4L2_CTRL_FLAG_VOLATILE, "volatile" },
	{ V4L2_CTRL_FLAG_GRABBED, "grabbed" },
	{ V4L2_CTRL_FLAG_UPDATE, "update" },
	{ V4L2_CTRL_FLAG_SLIDER, "slider" },
	{ V4L2_CTRL_FLAG_HAS_PAYLOAD, "has-payload" },
	{ V4L2_CTRL_FLAG_EXECUTE_ON_WRITE, "execute-on-write" },
	{ V4L2_CTRL_FLAG_MODIFY_LAYOUT, "modify-layout" },
	{ 0x0800, "dynamic-array" },     /* V4L2_CTRL_FLAG_DYNAMIC_ARRAY, since Linux 6.0 */
	{ 0x1000, "has-which-min-max" }, /* V4L2_CTRL_FLAG_HAS_WHICH_MIN_MAX, since Linux 6.14 */
	{ 0, NULL },
};

struct name {
	uint32_t value;
	const char *name;
};

static const char *find_value_name(const struct name *names, size_t n, uint32_t value)
{
	for (size_t i = 0; i < n; i++)
		if (names[i].value == value)
			return names[i].name;
	return NULL;
}

const char *control_class_type(uint32_t type)
{
	static const struct name types[] = {
		{ V4L2_CTRL_TYPE_INTEGER, "int" },
		{ V4L2_CTRL_TYPE_BOOLEAN, "bool" },
		{ V4L2_CTRL_TYPE_MENU, "menu" },
		{ V4L2_CTRL_TYPE_BUTTON, "button" },
		{ V4L2_CTRL_TYPE_INTEGER64, "int64" },
		{ V4L2_CTRL_TYPE_BITMASK, "bitmask" },
		{ V4L2_CTRL_TYPE_INTEGER_MENU, "int-menu" },
		{ V4L2_CTRL_TYPE_STRING, "string" },
		{ V4L2_CTRL_TYPE_U8, "u8" },
		{ V4L2_CTRL_TYPE_U16, "u16" },
		{ V4L2_CTRL_TYPE_U32, "u32" },
		{ V4L2_CTRL_TYPE_AREA, "area" },
		{ 0x0107, "rect" }, /* V4L2_CTRL_TYPE_RECT, since Linux 6.14 */
		{ 0x0110, "hdr10-cll-info" },
		{ 0x0111, "hdr10-mastering-display" },
		{ 0x0200, "h264-sps" },
		{ 0x0201, "h264-pps" },
		{ 0x0202, "h264-scaling-matrix" },
		{ 0x0203, "h264-slice-params" },
		{ 0x0204, "h264-decode-params" },
		{ 0x0205, "h264-pred-weights" },
		{ 0x0220, "fwht-params" },
		{ 0x0240, "vp8-frame" },
		{ 0x0250, "mpeg2-quantisation" },
		{ 0x0251, "mpeg2-sequence" },
		{ 0x0252, "mpeg2-picture" },
		{ 0x0260, "vp9-compressed-hdr" },
		{ 0x0261, "vp9-frame" },
		{ 0x0270, "hevc-sps" },
		{ 0x0271, "hevc-pps" },
		{ 0x0272, "hevc-slice-params" },
		{ 0x0273, "hevc-scaling-matrix" },
		{ 0x0274, "hevc-decode-params" },
		{ 0x0280, "av1-sequence" },
		{ 0x0281, "av1-tile-group-entry" },
		{ 0x0282, "av1-frame" },
		{ 0x0283, "av1-film-grain" },
	};
	const char *name = find_value_name(types, ARRAY_SIZE(types), type);

	return name ? name : "compound";
}

const char *control_class_unit(uint32_t id)
{
	static const struct name units[] = {
		{ V4L2_CID_WHITE_BALANCE_TEMPERATURE, "K" },
		{ V4L2_CID_EXPOSURE_ABSOLUTE, "100 us" },
		{ V4L2_CID_PAN_ABSOLUTE, "arc seconds" },
		{ V4L2_CID_PAN_RELATIVE, "arc seconds" },
		{ V4L2_CID_TILT_ABSOLUTE, "arc seconds" },
		{ V4L2_CID_TILT_RELATIVE, "arc seconds" },
		{ V4L2_CID_VBLANK, "lines" },
		{ V4L2_CID_HBLANK, "pixels" },
		{ V4L2_CID_LINK_FREQ, "Hz" },
		{ V4L2_CID_PIXEL_RATE, "pixels/s" },
		{ V4L2_CID_FLASH_TIMEOUT, "us" },
		{ V4L2_CID_FLASH_INTENSITY, "mA" },
		{ V4L2_CID_FLASH_TORCH_INTENSITY, "mA" },
		{ V4L2_CID_FLASH_INDICATOR_INTENSITY, "uA" },
		{ V4L2_CID_MPEG_VIDEO_BITRATE, "bit/s" },
		{ V4L2_CID_MPEG_VIDEO_BITRATE_PEAK, "bit/s" },
		{ V4L2_CID_MPEG_VIDEO_GOP_SIZE, "frames" },
		{ V4L2_CID_RDS_TX_DEVIATION, "Hz" },
		{ V4L2_CID_AUDIO_LIMITER_RELEASE_TIME, "us" },
		{ V4L2_CID_AUDIO_LIMITER_DEVIATION, "Hz" },
		{ V4L2_CID_AUDIO_COMPRESSION_GAIN, "dB" },
		{ V4L2_CID_AUDIO_COMPRESSION_THRESHOLD, "dB" },
		{ V4L2_CID_AUDIO_COMPRESSION_ATTACK_TIME, "us" },
		{ V4L2_CID_AUDIO_COMPRESSION_RELEASE_TIME, "us" },
		{ V4L2_CID_PILOT_TONE_DEVIATION, "Hz" },
		{ V4L2_CID_PILOT_TONE_FREQUENCY, "Hz" },
		{ V4L2_CID_TUNE_POWER_LEVEL, "dBuV" },
	};

	return find_value_name(units, ARRAY_SIZE(units), id);
}

/* The name of a class is that of a control of its own (V4L2_CTRL_TYPE_CTRL_CLASS). */
const char *control_class_name(struct device *device, uint32_t id, char text[CONTROL_CLASS_MAX])
{
	static const struct name classes[] = {
		{ V4L2_CTRL_CLASS_USER, "User Controls" },
		{ V4L2_CTRL_CLASS_CODEC, "Codec Controls" },
		{ V4L2_CTRL_CLASS_CAMERA, "Camera Controls" },
		{ V4L2_CTRL_CLASS_FM_TX, "FM Radio Modulator Controls" },
		{ V4L2_CTRL_CLASS_FLASH, "Flash Controls" },
		{ V4L2_CTRL_CLASS_JPEG, "JPEG Compression Controls" },
		{ V4L2_CTRL_CLASS_IMAGE_SOURCE, "Image Source Controls" },
		{ V4L2_CTRL_CLASS_IMAGE_PROC, "Image Processing Controls" },
		{ V4L2_CTRL_CLASS_DV, "Digital Video Controls" },
		{ V4L2_CTRL_CLASS_FM_RX, "FM Radio Receiver Controls" },
		{ V4L2_CTRL_CLASS_RF_TUNER, "RF Tuner Controls" },
		{ V4L2_CTRL_CLASS_DETECT, "Detection Controls" },
		{ V4L2_CTRL_CLASS_CODEC_STATELESS, "Stateless Codec Controls" },
		{ V4L2_CTRL_CLASS_COLORIMETRY, "Colorimetry Controls" },
	};
	uint32_t class = V4L2_CTRL_ID2WHICH(id);
	struct v4l2_queryctrl query = { .id = class | 1 };
	const char *known = find_value_name(classes, ARRAY_SIZE(classes), class);

	*text = '\0';
	if (device_ioctl(device, VIDIOC_QUERYCTRL, &query) == 0 && query.type == V4L2_CTRL_TYPE_CTRL_CLASS)
		text_add(text, CONTROL_CLASS_MAX, "%.31s", (const char *)query.name);
	else
		text_add(text, CONTROL_CLASS_MAX, "%s", known ? known : "Other Controls");
	text_clean(text, "");
	return text;
}
