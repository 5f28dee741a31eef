/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of what can keep a device from delivering frames. */
#include "device/obstacles.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <linux/videodev2.h>
#include "base/array.h"
#include "base/log.h"
#include "base/text.h"

/* %1 and %2 stand for the details of the case. */
static const struct {
	const char *name, *cause, *cure;
} rows[N_OBSTACLES] = {
	[OBSTACLE_NO_NODES] = { "no-nodes", "no %1 device: there is no /dev/video* node",
				"plug one in, or use the simulated device, %2" },
	[OBSTACLE_NO_ROLE] = { "no-nodes", "no %1 device among the video nodes",
			       "v4l2q list shows them; or use the simulated device, %2" },
	[OBSTACLE_ABSENT] = { "absent", "no such device, and there are no other %1",
			      "check that it is plugged in and its driver loaded, or use the simulated "
			      "device, %2" },
	[OBSTACLE_ABSENT_OTHERS] = { "absent", "no such device", "available %1: %2" },
	[OBSTACLE_NO_DRIVER] = { "no-driver", "no such device, but %1 is present without a driver",
				 "load its module: \"sudo modprobe %2\"" },
	[OBSTACLE_UNBOUND] = { "no-driver",
			       "no such device, but %1 is present, and its driver has not bound it",
			       "\"%2\" binds it to the driver; dmesg tells why it was not bound" },
	[OBSTACLE_GONE] = { "gone", "the device is gone: it was unplugged, or its driver is not loaded",
			    "plug it in again, or load its driver" },
	[OBSTACLE_PERMISSION_GROUP] = { "permission", "no permission: it belongs to group %1",
					"add yourself with \"sudo usermod -aG %1 %2\" and log in again" },
	[OBSTACLE_PERMISSION_ACL] = { "permission", "no permission: its access list names others (%1)",
				      "log in at the seat that the device belongs to (loginctl seat-status), "
				      "or \"sudo setfacl -m u:%2\"" },
	[OBSTACLE_PERMISSION_OWNER] = { "permission", "no permission: only its owner may open it",
					"see ls -l %1" },
	[OBSTACLE_FILE] = { "not-a-device", "a regular file, not a device", "v4l2q list shows the devices" },
	[OBSTACLE_FILE_LEFT] = { "not-a-device",
				 "a regular file, not a device: a program wrote to this name while the "
				 "device was absent",
				 "remove the file and plug the device in again" },
	[OBSTACLE_FOLDER] = { "not-a-device", "a directory, not a device", "v4l2q list shows the devices" },
	[OBSTACLE_NOT_V4L2] = { "not-a-device", "not a V4L2 video device", "v4l2q list shows the devices" },
	[OBSTACLE_OTHER_JOB] = { "other-job", "not %1, and there are no others",
				 "use the simulated device, %2" },
	[OBSTACLE_OTHER_JOB_OTHERS] = { "other-job", "not %1", "available %2" },
	[OBSTACLE_OTHER_TYPE] = { "other-job", "simulates %1 device", "add the key type=%2" },
	[OBSTACLE_CODEC] = { "other-job", "not %1", "it is used by \"%2\"" },
	[OBSTACLE_CODEC_UNUSED] = { "other-job", "not %1", "v4l2q list shows the others" },
	[OBSTACLE_BUSY] = { "busy", "busy: in use by %1", "end that program, or wait for it" },
	[OBSTACLE_BUSY_UNKNOWN] = { "busy", "busy: in use by another program",
				    "\"sudo fuser -v %1\" shows which" },
	[OBSTACLE_NO_SIGNAL] = { "no-signal", "there is no signal",
				 "connect the video source and switch it on, or select another --input" },
	[OBSTACLE_NO_LOCK] = { "no-lock", "the signal is not stable",
			       "check cable and source; a source that has just started needs a moment" },
	[OBSTACLE_SIGNAL_RANGE] = { "signal-range", "the device does not support the signal",
				    "set the source to a size and rate that the device supports" },
	[OBSTACLE_TIMINGS] = { "timings", "its timings are not those of the source: from %1",
			       "--dv-timings auto sets those of the source, as does v4l2q doctor --fix" },
	[OBSTACLE_NO_PRODUCER] = { "no-producer",
				   "no producer feeds it: v4l2loopback only delivers what a producer writes",
				   "start its producer first, such as v4l2q play -d %1" },
	[OBSTACLE_NO_PRODUCER_EXCLUSIVE] = { "no-producer",
					     "no producer feeds it: with exclusive_caps, v4l2loopback is a "
					     "capture device only while one does",
					     "start its producer first, such as v4l2q play -d %1, or load "
					     "the "
					     "module with exclusive_caps=0" },
	[OBSTACLE_NO_FORMAT] = { "no-format",
				 "no format is set: no producer feeds the device (v4l2loopback), or none has "
				 "set it yet",
				 "start its producer first, or ask for size and pixel format" },
	[OBSTACLE_FORMAT_REFUSED] = { "format", "VIDIOC_S_FMT: the device refuses the requested format",
				      "v4l2q list -d %1 shows the formats that it has" },
	[OBSTACLE_FORMAT_CHANGED] = { "format", "asked for %1, got %2",
				      "--adjust accepts what the device gives" },
	[OBSTACLE_NO_RATE] = { "format",
			       "asked for %1, but nothing in its media pipeline has a frame rate to set",
			       "leave --fps out, or add --adjust: frames come as the sensor sends them%2" },
	[OBSTACLE_NO_MEMORY] = { "buffers", "no memory for the buffers%1",
				 "ask for a smaller size or fewer buffers%2" },
	[OBSTACLE_FEW_BUFFERS] = { "buffers", "%1 buffers granted, %2 needed",
				   "ask for a smaller size, or another --io" },
	[OBSTACLE_BUFFERS_REFUSED] = { "buffers", "the driver refuses to allocate buffers%1",
				       "try another --io (v4l2q list -d %2 shows which work), or other "
				       "frames; "
				       "dmesg may tell why" },
	[OBSTACLE_BUFFER_REFUSED] = { "buffers", "the driver refuses a buffer%1",
				      "try another --io (v4l2q list -d %2 shows which work); dmesg may tell "
				      "why" },
	[OBSTACLE_IMPORT_REFUSED] = { "buffers", "the driver cannot use memory from %1",
				      "try another --import-from, or --io=dmabuf" },
	[OBSTACLE_START_REFUSED] = { "start", "the driver refuses to start the stream%1",
				     "try another size or pixel format (v4l2q list -d %2 shows them), or "
				     "another "
				     "--io; dmesg may tell why" },
	[OBSTACLE_BANDWIDTH] = { "bandwidth", "not enough USB bandwidth (not disk space)%1",
				 "try a compressed format (-p MJPG), a smaller size or rate, or another USB "
				 "port or hub" },
	[OBSTACLE_PIPELINE] = { "pipeline", "its media pipeline is not set up, or formats along it differ%1",
				"v4l2q list -d %2 shows where; --pipeline auto sets them" },
	[OBSTACLE_PIPELINE_UNSEEN] = { "pipeline",
				       "the driver says that its media pipeline does not fit together%1",
				       "dmesg may tell where; v4l2q list -d %2 shows what its pads are set "
				       "to" },
	[OBSTACLE_PIPELINE_MISMATCH] = { "pipeline", "its media pipeline does not fit together: %1",
					 "v4l2q list -d %2 shows it" },
	[OBSTACLE_PIPELINE_LINK] = { "pipeline", "its media pipeline is incomplete: %1",
				     "enable one of them (media-ctl -l); v4l2q list -d %2 shows it" },
	[OBSTACLE_PIPELINE_ROUTE] = { "pipeline", "its media pipeline is incomplete: %1",
				      "set the routes inside it, such as by %2" },
	[OBSTACLE_PIPELINE_UNSET] = { "pipeline", "its media pipeline was not set up: %1",
				      "v4l2q sets it for each run, and v4l2q doctor --fix permanently, as "
				      "does %2" },
	[OBSTACLE_NO_LINK] = { "pipeline", "its media pipeline is not set up, or there is no signal%1",
			       "enable the links to the video source (media-ctl), or connect it" },
	[OBSTACLE_UNRESPONSIVE] = { "unresponsive", "the device does not respond properly%1",
				    "try plugging it in again" },
	[OBSTACLE_NO_FRAMES] = { "no-frames", "no frame for %1: the device has stopped delivering",
				 "plug it in again or reset it; --stall-timeout sets how long to wait" },
	[OBSTACLE_UNUSABLE_FRAMES] = { "unusable-frames", "none of the %1 could be used: %2",
				       "try another cable or port, a smaller size or rate; --stall-timeout "
				       "sets how long to wait" },
	[OBSTACLE_TAKES_NONE] = { "no-frames", "the device takes no more frames",
				  "check that it is still connected, and that what it feeds is running" },
	[OBSTACLE_DAMAGED] = { "damaged", "%1 of %2 frames were damaged or empty",
			       "try another cable or port, a smaller size or rate" },
	[OBSTACLE_USB2] = { "usb2", "it runs at USB 2 speed, %1, though it supports USB 3",
			    "plug it into a USB 3 port, with a USB 3 cable and hub" },
	[OBSTACLE_SUSPENDED] = { "autosuspend", "%1",
				 "\"echo on | sudo tee %2/power/control\" keeps it awake" },
	[OBSTACLE_DARK] = { "dark", "the pictures are dark: %1",
			    "remove the lens cap, add light, or raise exposure and gain (v4l2q list -d %2 "
			    "shows the controls)" },
	[OBSTACLE_RATE] = { "rate", "%1",
			    "ask for a rate that the device supports (v4l2q list -d shows them), or for "
			    "smaller or compressed frames" },
	[OBSTACLE_EXPOSURE] = { "exposure", "%1", "%2, or more light" },
	[OBSTACLE_TIMESTAMPS] = { "timestamps", "%1 timestamps are wrong: %2",
				  "v4l2q uses the time of arrival instead; the driver of a newer kernel may "
				  "be fixed" },
	[OBSTACLE_KERNEL] = { "kernel", "the kernel reports: %1", "see dmesg for details" },
};

static struct {
	obstacle_sink *call;
	void *opaque;
} chosen;

/* Expands %1 and %2. */
static void insert_facts(char *text, const char *row, const char *a, const char *b)
{
	*text = '\0';
	for (const char *percent; (percent = strchr(row, '%')); row = percent + 2) {
		const char *fact = percent[1] == '1' ? a : b;

		text_add(text, OBSTACLE_TEXT_MAX, "%.*s%s", (int)(percent - row), row, fact ? fact : "");
	}
	text_add(text, OBSTACLE_TEXT_MAX, "%s", row);
}

void obstacle_set(struct obstacle *obstacle, enum obstacle_kind kind, const char *a, const char *b)
{
	obstacle->kind = kind;
	insert_facts(obstacle->cause, rows[kind].cause, a, b);
	insert_facts(obstacle->cure, rows[kind].cure, a, b);
}

void obstacle_report(const char *device, enum obstacle_kind kind, const char *a, const char *b)
{
	struct obstacle obstacle;

	obstacle_set(&obstacle, kind, a, b);
	obstacle_pass(device, &obstacle);
}

void obstacle_pass(const char *device, const struct obstacle *obstacle)
{
	if (chosen.call)
		chosen.call(chosen.opaque, obstacle);
	else
		log_error("%s%s%s; %s", device ? device : "", device ? ": " : "", obstacle->cause,
			  obstacle->cure);
}

void obstacle_report_buffers(const char *device, unsigned granted, unsigned needed)
{
	char numbers[2][16];

	snprintf(numbers[0], sizeof numbers[0], "%u", granted);
	snprintf(numbers[1], sizeof numbers[1], "%u", needed);
	obstacle_report(device, OBSTACLE_FEW_BUFFERS, numbers[0], numbers[1]);
}

const char *obstacle_name(enum obstacle_kind kind)
{
	return rows[kind].name;
}

const char *obstacle_cause(enum obstacle_kind kind)
{
	return rows[kind].cause;
}

void obstacle_set_sink(obstacle_sink *sink, void *opaque)
{
	chosen.call = sink;
	chosen.opaque = opaque;
}

struct meaning {
	int err;
	enum obstacle_kind kind;
};

static enum obstacle_kind meaning_of(const struct meaning *meanings, size_t n, int err)
{
	for (size_t i = 0; i < n; i++)
		if (meanings[i].err == err)
			return meanings[i].kind;
	return N_OBSTACLES;
}

enum obstacle_kind obstacle_of_streamon(int err, unsigned caps)
{
	static const struct meaning meanings[] = {
		{ -ENOSPC, OBSTACLE_BANDWIDTH },
		{ -EPIPE, OBSTACLE_PIPELINE_UNSEEN },
		{ -ENOLINK, OBSTACLE_NO_LINK },
		{ -ENOMEM, OBSTACLE_NO_MEMORY },
		/* Kernel documentation, "USB Error codes" */
		{ -EPROTO, OBSTACLE_UNRESPONSIVE },
		{ -EILSEQ, OBSTACLE_UNRESPONSIVE },
		{ -ETIME, OBSTACLE_UNRESPONSIVE },
		{ -ETIMEDOUT, OBSTACLE_UNRESPONSIVE },
		{ -ESHUTDOWN, OBSTACLE_UNRESPONSIVE },
		/* "I2C/SMBUS Fault Codes", of a sensor; some adapters say EREMOTEIO for ENXIO */
		{ -ENXIO, OBSTACLE_UNRESPONSIVE },
		{ -EREMOTEIO, OBSTACLE_UNRESPONSIVE },
		{ -EBADMSG, OBSTACLE_UNRESPONSIVE },
	};

	/* Some drivers of media pipelines return EINVAL for a format that differs from that of the link. */
	if (err == -EINVAL && caps & V4L2_CAP_IO_MC)
		err = -EPIPE;
	return meaning_of(meanings, ARRAY_SIZE(meanings), err);
}

enum obstacle_kind obstacle_of_signal(int err)
{
	static const struct meaning meanings[] = {
		{ -ENOLINK, OBSTACLE_NO_SIGNAL },
		{ -ENOLCK, OBSTACLE_NO_LOCK },
		{ -ERANGE, OBSTACLE_SIGNAL_RANGE },
	};

	return meaning_of(meanings, ARRAY_SIZE(meanings), err);
}
