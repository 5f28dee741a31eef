/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The keys of "sim:key=value,…": one table for parsing and for help. */
#include "sim/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "sim/sim_internal.h"

static const struct sim_word odd_words[] = { { "up", SIM_ODD_UP }, { "down", SIM_ODD_DOWN }, { NULL, 0 } };
static const struct sim_word draw_words[] = { { "full", SIM_DRAW_FULL },
					      { "marks", SIM_DRAW_MARKS },
					      { "none", SIM_DRAW_NONE },
					      { "black", SIM_DRAW_BLACK },
					      { NULL, 0 } };
static const struct sim_word signal_words[] = { { "good", SIM_SIGNAL_GOOD },
						{ "none", SIM_SIGNAL_NONE },
						{ "no-lock", SIM_SIGNAL_NO_LOCK },
						{ "range", SIM_SIGNAL_RANGE },
						{ NULL, 0 } };
static const struct sim_word pipeline_words[] = {
	{ "fits", SIM_PIPELINE_FITS },         { "mismatch", SIM_PIPELINE_MISMATCH },
	{ "unlinked", SIM_PIPELINE_UNLINKED }, { "ambiguous", SIM_PIPELINE_AMBIGUOUS },
	{ "stuck", SIM_PIPELINE_STUCK },       { NULL, 0 }
};
static const struct sim_word routing_words[] = { { "new", SIM_ROUTING_NEW },
						 { "old", SIM_ROUTING_OLD },
						 { "off", SIM_ROUTING_OFF },
						 { "dangling", SIM_ROUTING_DANGLING },
						 { "unused", SIM_ROUTING_UNUSED },
						 { "refused", SIM_ROUTING_REFUSED },
						 { NULL, 0 } };
static const struct sim_word times_words[] = { { "good", SIM_TIMES_GOOD },
					       { "zero", SIM_TIMES_ZERO },
					       { "first-zero", SIM_TIMES_FIRST_ZERO },
					       { "alike", SIM_TIMES_ALIKE },
					       { "seconds", SIM_TIMES_SECONDS },
					       { "swapped", SIM_TIMES_SWAPPED },
					       { NULL, 0 } };
static const struct sim_word jpeg_words[] = { { "no-dht", SIM_JPEG_NO_DHT },
					      { "padding", SIM_JPEG_PADDING },
					      { "two-soi", SIM_JPEG_TWO_SOI },
					      { NULL, 0 } };
static const struct sim_word caps_words[] = { { "mmap", SIM_CAP_MMAP },     { "userptr", SIM_CAP_USERPTR },
					      { "dmabuf", SIM_CAP_DMABUF }, { "rw", SIM_CAP_RW },
					      { "orphan", SIM_CAP_ORPHAN }, { NULL, 0 } };
static const struct sim_word adjust_words[] = { { "size", SIM_ADJUST_SIZE },
						{ "format", SIM_ADJUST_FORMAT },
						{ "fps", SIM_ADJUST_FPS },
						{ "source", SIM_ADJUST_SOURCE },
						{ NULL, 0 } };
static const struct sim_word subdevs_words[] = { { "no-rates", SIM_SUBDEVS_NO_RATES },
						 { "compose", SIM_SUBDEVS_COMPOSE },
						 { NULL, 0 } };

#define WORDS_AT(field, words) offsetof(struct sim_options, field), words
#define AT(field) WORDS_AT(field, NULL)

/*
 * One row a key. A fault has a struct sim_schedule as its field and sim_value_every() or sim_value_at() as
 * its parser; faults.c says where it takes effect.
 */
const struct sim_key sim_keys[] = {
	{ "size", "WxH", "initial frame size (1280x720)", sim_value_size, AT(width) },
	{ "format", "F", "initial pixel format (YUYV; with planes=2 NM12, with planes=3 YM12)",
	  sim_value_format, AT(fourcc) },
	{ "fps", "R", "frames per second (30); 0: a frame as soon as a buffer is queued", sim_value_fps,
	  AT(fps) },
	{ "claim", "R", "the rate that the device claims, whatever it delivers; 0: none", sim_value_fps,
	  AT(claim) },
	{ "planes", "N", "a multi-planar device node, with an initial format of N memory planes (1 to 3)",
	  sim_value_planes, AT(planes) },
	{ "type", "capture|output|encoder|decoder|converter|vbi|metadata|sdr|radio",
	  "type of the device node (capture); encoder, decoder and converter are memory-to-memory: format= "
	  "is "
	  "that of the OUTPUT queue; the last four have no pictures and are listed alone",
	  sim_value_type, 0, NULL },
	{ "to", "F", "memory-to-memory: initial pixel format of the CAPTURE queue (H264; raw: as format=)",
	  sim_value_format, AT(to) },
	{ "align", "BYTES",
	  "rows of raw frames are multiples of this many bytes, and the height of memory-to-memory ones of "
	  "16",
	  sim_value_number, AT(align) },
	{ "commands", "no", "no ENCODER_CMD or DECODER_CMD: an empty OUTPUT buffer ends the stream",
	  sim_value_not, AT(no_commands) },
	{ "forgets-drain", NULL,
	  "a decoder that drains goes on without an end after another resolution, as vicodec does",
	  sim_value_bool, AT(forgets_drain) },
	{ "hold", "N", "memory-to-memory: an OUTPUT buffer is returned N frames after it was read (0)",
	  sim_value_number, AT(hold) },
	{ "reorder", NULL, "an encoder makes B-frames, which come after those that follow them",
	  sim_value_bool, AT(reorder) },
	{ "import", "ERRNO", "QBUF of a DMA-BUF fails with ERRNO (EINVAL, EFAULT), as of memory out of reach",
	  sim_value_errno, AT(import_error) },
	{ "dump", "FILE", "an output device writes every frame that it is given to FILE, as raw bytes",
	  sim_value_string, AT(dump) },
	{ "settings", "FILE",
	  "what the device is set to (input, size, rate, controls): a line when it is opened, one when it is "
	  "closed",
	  sim_value_string, AT(settings) },
	{ "node", "NAME",
	  "opens of this NAME in a program are one device, whose queue one has, whose settings outlive them",
	  sim_value_string, AT(node) },
	{ "all-controls", NULL, "controls of every type, also inactive", sim_value_bool, AT(all_controls) },
	{ "long-table", NULL, "a control that is an array of 2048 numbers", sim_value_bool, AT(long_table) },
	{ "ramp-table", NULL, "that control, of which each number is another at first", sim_value_bool,
	  AT(ramp_table) },
	{ "format-resets", NULL,
	  "S_FMT sets the controls, and of a sensor the rate, to their defaults, as where it changes their "
	  "ranges",
	  sim_value_bool, AT(format_resets) },
	{ "inputs", "N", "number of inputs, or outputs (1)", sim_value_number, AT(inputs) },
	{ "draw", "full|marks|none|black",
	  "how much of the test pattern is drawn, which takes processor time; marks: only the frame number "
	  "for programs to read; none: of compressed frames, also an encoder's, the first is given again; "
	  "black: as in the dark (full)",
	  sim_value_word, WORDS_AT(draw, draw_words) },
	{ "pipeline", "fits|mismatch|unlinked|ambiguous|stuck",
	  "the node ends a media pipeline: two sensors, one with a lens and a flash, a debayer, a scaler, "
	  "and a node for raw pictures; the formats along it fit, or differ; a link is off; several could be "
	  "turned on; the sensor has no format that fits",
	  sim_value_word, WORDS_AT(pipeline, pipeline_words) },
	{ "routing", "new|old|off|dangling|unused|refused",
	  "between sensors and debayer are a deserializer and a receiver that have routes and streams, of "
	  "which the node gets that of Sensor B; old: as in Linux 6.3; off: no active route leads to the "
	  "node; dangling: one begins with a stream that Sensor B does not send; unused: the receiver takes "
	  "one stream of two; refused: the kernel keeps streams from programs",
	  sim_value_word, WORDS_AT(routing, routing_words) },
	{ "subdevs", "no-rates+compose",
	  "its sub-devices: the sensors have no frame intervals; the scaler sends the size of its sink's "
	  "compose rectangle",
	  sim_value_flags, WORDS_AT(subdevs, subdevs_words) },
	{ "gop", "N", "compressed formats: a key frame every N frames (30); 0: no others", sim_value_number,
	  AT(codec.key_interval) },
	{ "join", "N", "compressed formats: the stream begins with the Nth frame that the encoder makes",
	  sim_value_number, AT(codec.join) },
	{ "headers", "all|first",
	  "compressed formats: the key frames that have parameter sets before them (all)", sim_value_headers,
	  AT(codec.headers_first) },
	{ "jpeg", "no-dht+padding+two-soi",
	  "JPEGs without Huffman tables, with padding after their end, with a doubled start", sim_value_flags,
	  WORDS_AT(codec.jpeg, jpeg_words) },
	{ "key-flags", "no", "compressed frames are not marked as key frames or others", sim_value_not,
	  AT(no_key_flags) },
	{ "field", "ORDER",
	  "the order of fields: none, top, bottom, interlaced, interlaced-tb, interlaced-bt, seq-tb, seq-bt, "
	  "alternate (none); of top, bottom and alternate size= is that of a field",
	  sim_value_field, AT(field) },
	{ "pixel-aspect", "Y/X", "height to width of a pixel, for CROPCAP", sim_value_fps, AT(pixel_aspect) },
	{ "crop", "WxH",
	  "the source, of which a part can be cropped, or the part of the screen that the frame fills",
	  sim_value_size, AT(crop_width) },
	{ "selection", "no", "only the older calls for that, G_CROP and S_CROP, as before Linux 4.20",
	  sim_value_not, AT(no_selection) },
	{ "stride", "BYTES", "bytes a line, where that is more than the picture needs", sim_value_number,
	  AT(stride) },
	{ "odd", "up|down",
	  "raw frames may have odd sizes, with rows and planes rounded up to whole macropixels, or down to "
	  "so "
	  "many bits a pixel, as v4l2loopback does",
	  sim_value_word, WORDS_AT(odd, odd_words) },
	{ "data-offset", "BYTES", "offset of the payload in each plane (needs planes=)", sim_value_number,
	  AT(data_offset) },
	{ "caps", "mmap+userptr+dmabuf+rw+orphan",
	  "io modes that the device supports; orphan: freeing buffers that are still mapped (all)",
	  sim_value_flags, WORDS_AT(caps, caps_words) },
	{ "buffer-caps", "no", "REQBUFS returns no capabilities, as before Linux 4.20", sim_value_not,
	  AT(no_buffer_caps) },
	{ "create", "no", "no CREATE_BUFS", sim_value_not, AT(no_create_bufs) },
	{ "grant", "N", "REQBUFS grants N buffers, whatever the request (0 to 64)", sim_value_grant,
	  AT(grant) },
	{ "min-buffers", "N", "the driver needs N buffers to stream, which a control reports",
	  sim_value_number, AT(min_buffers) },
	{ "adjust", "size+format+fps+source",
	  "the device has only one of these, and changes requests for others; source: standard, DV timings, "
	  "EDID, crop",
	  sim_value_flags, WORDS_AT(adjust, adjust_words) },
	{ "ring", NULL, "the driver fills its buffers in turn, queued or not, as v4l2loopback",
	  sim_value_bool, AT(ring) },
	{ "driver", "NAME", "name of the driver (sim)", sim_value_string, AT(driver) },
	{ "root", "FOLDER",
	  "the machine is as FOLDER/sys, FOLDER/proc and FOLDER/lib have it: memory, hardware without a "
	  "driver; "
	  "the device is sys/class/video4linux/sim",
	  sim_value_string, AT(root) },
	{ "busy", NULL, "another program is streaming: EBUSY", sim_value_bool, AT(busy) },
	{ "fail", "[QUEUE.]CALL@N:ERRNO[:COUNT]",
	  "the Nth CALL (qbuf, streamon, mmap, …; probe: REQBUFS of 0) fails, COUNT times; N *: always; "
	  "several with +; of a QUEUE (output, capture) alone",
	  sim_value_fail, 0, NULL },
	{ "error", "N", "every Nth frame is marked as damaged", sim_value_every, AT(error) },
	{ "drop", "N", "every Nth frame is dropped by the driver", sim_value_every, AT(drop) },
	{ "repeat", "N", "every Nth frame has the sequence number of the one before", sim_value_every,
	  AT(repeat) },
	{ "empty", "N[+N…]", "the Nth frame is empty and marked as damaged (*: each)", sim_value_at,
	  AT(empty) },
	{ "empty-ok", "N[+N…]", "the Nth frame is empty but not marked (*: each)", sim_value_at,
	  AT(empty_ok) },
	{ "short", "N[:BYTES]", "the Nth frame has only BYTES bytes (half a frame)", sim_value_short,
	  AT(short_frame) },
	{ "over", "N[+N…]", "the Nth frame reports more bytes than its buffer holds", sim_value_at,
	  AT(over) },
	{ "bad-index", "N[+N…]", "the Nth frame is reported as buffer 99", sim_value_at, AT(bad_index) },
	{ "last", "N", "the Nth frame is marked as the last; then DQBUF fails with EPIPE", sim_value_at,
	  AT(last) },
	{ "epipe", "N", "DQBUF fails with EPIPE after N frames", sim_value_at, AT(epipe) },
	{ "flush", "N[+N…]",
	  "at the Nth frame all buffers are returned empty, marked as damaged, without number and timestamp",
	  sim_value_at, AT(flush) },
	{ "eagain", "N[+N…]", "poll() reports the Nth frame once too early: DQBUF fails with EAGAIN",
	  sim_value_at, AT(eagain) },
	{ "eio", "N[+N…]", "QBUF and DQBUF fail with EIO after N frames, until STREAMOFF", sim_value_at,
	  AT(eio) },
	{ "unplug", "N", "the device is unplugged after N frames", sim_value_at, AT(unplug) },
	{ "replug", "MS",
	  "that comes back MS ms after the program has closed it; until then it cannot be opened (0)",
	  sim_value_ms, AT(replug_ns) },
	{ "stall", "N", "no more frames after N, until STREAMOFF", sim_value_at, AT(stall) },
	{ "event", "N[:WxH]", "the video source changes at the Nth frame, to another frame size",
	  sim_value_event, AT(event) },
	{ "lock", "MS", "no stable signal for MS ms after a change of the video source", sim_value_ms,
	  AT(lock_ns) },
	{ "signal", "none|no-lock|range",
	  "a receiver without a signal, with an unstable one, with one that it does not support",
	  sim_value_word, WORDS_AT(signal, signal_words) },
	{ "standard", "PAL|NTSC|SECAM",
	  "a source with analogue standards, and its own; the device is set to PAL", sim_value_standard,
	  AT(standard) },
	{ "tuner", NULL, "the inputs are television tuners", sim_value_bool, AT(tuner) },
	{ "compose", NULL, "a capture device puts the picture into a part of the frame that can be set",
	  sim_value_bool, AT(compose) },
	{ "source", "WxH",
	  "a receiver whose video source has this size, and whose timings are set to size= at first",
	  sim_value_size, AT(source_width) },
	{ "exposure", "MS",
	  "a camera that exposes for MS ms, for which it lowers its rate, with the controls of that",
	  sim_value_ms, AT(exposure_ns) },
	{ "drift", "PPM", "its clock is faster by this much, or slower (-PPM) (0)", sim_value_ppm,
	  AT(drift_ppm) },
	{ "watch", "MS[:N]",
	  "an output device reports its readers, as v4l2loopback: one comes after MS ms, leaves after N "
	  "frames, comes back after MS ms …",
	  sim_value_watch, AT(reader_delay_ns) },
	{ "usr1", "N[+N…]", "the program gets SIGUSR1 at the Nth frame (capture: with --no-confine)",
	  sim_value_at, AT(usr1) },
	{ "querybuf-index", NULL, "QUERYBUF returns another index", sim_value_bool,
	  AT(querybuf_wrong_index) },
	{ "short-plane", NULL, "QUERYBUF returns planes smaller than a frame", sim_value_bool,
	  AT(short_plane) },
	{ "sequence", "N", "sequence number of the first frame (0)", sim_value_number, AT(first_sequence) },
	{ "times", "zero|first-zero|alike|seconds|swapped",
	  "timestamps are all 0; the first is 0; all are alike; whole seconds only; the wrong way round, two "
	  "by two",
	  sim_value_word, WORDS_AT(times, times_words) },
	{ "leap", "N[:MS]", "from the Nth frame on, timestamps are MS ms later (60000)", sim_value_leap,
	  AT(leap) },
	{ "own-times", NULL,
	  "an output device gives frames the time at which it showed them, as vivid, not the program's",
	  sim_value_bool, AT(own_times) },
	{ "latency", "MS", "frames are delivered MS ms after their timestamp, or before it (-MS) (0)",
	  sim_value_signed_ms, AT(latency_ns) },
	{ "jitter", "MS", "and up to MS ms later still (0)", sim_value_ms, AT(jitter_ns) },
	{ .key = NULL },
};

static int set_key(struct sim_options *options, char *text)
{
	const char *key = strsep(&text, "="), *value = text ? text : "";
	const struct sim_key *row = sim_keys;
	int err;

	while (row->key && strcmp(row->key, key) != 0)
		row++;
	if (!row->key) {
		log_error("sim: unknown key '%s'; `v4l2q list -d sim` lists the keys", key);
		return -EINVAL;
	}
	err = row->parse(options, row, value);
	if (err < 0) {
		log_error("sim: invalid value '%s' for %s=: expected %s (%s)", value, key,
			  row->argument ? row->argument : "yes or no", row->help);
		return err == -ENOMEM ? err : -EINVAL;
	}
	return 0;
}

int sim_options_parse(struct sim_options *options, const char *text)
{
	char *copy = strdup(text ? text : ""), *rest = copy, *one;
	int err = copy ? 0 : -ENOMEM;

	*options = (struct sim_options){ .width = 1280,
					 .height = 720,
					 .field = V4L2_FIELD_NONE,
					 .grant = -1,
					 .codec.key_interval = 30,
					 .inputs = 1,
					 .caps = SIM_CAP_MMAP | SIM_CAP_USERPTR | SIM_CAP_DMABUF |
						 SIM_CAP_RW | SIM_CAP_ORPHAN };
	while (!err && (one = strsep(&rest, ","))) {
		if (*one)
			err = set_key(options, one);
	}
	if (!options->fps.den)
		options->fps = options->m2m ? (struct fraction){ 0, 1 } : (struct fraction){ 30, 1 };
	if (options->m2m) /* v4l2-mem2mem has no read() and write() */
		options->caps &= ~(uint32_t)SIM_CAP_RW;
	if (!err && options->data_offset && !options->planes) {
		log_error("sim: data-offset= needs planes=: the single-planar API has no data_offset");
		err = -EINVAL;
	}
	free(copy);
	if (err)
		sim_options_close(options);
	return err;
}

void sim_options_close(struct sim_options *options)
{
	free(options->dump);
	free(options->settings);
	free(options->driver);
	free(options->node);
	free(options->root);
	options->dump = options->settings = options->driver = options->node = options->root = NULL;
}
