/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tuners, modulators, and the audio inputs and outputs of television devices. Nothing here logs except
 * tuner_tune(). */
#ifndef DEVICE_INPUTS_TUNER_H
#define DEVICE_INPUTS_TUNER_H

#include "base/flags.h"
#include "device/device.h"

/* type, signal and afc are 0 for a modulator. */
struct tuner {
	char name[33];
	uint32_t type;             /* V4L2_TUNER_* */
	uint32_t capabilities;     /* V4L2_TUNER_CAP_*, see tuner_capability_names[] */
	double min_hz, max_hz, hz; /* hz 0: not known */
	uint32_t subchannels;      /* V4L2_TUNER_SUB_* */
	uint32_t audio_mode;       /* V4L2_TUNER_MODE_* */
	uint32_t signal;           /* 0 to 65535 */
	int32_t afc; /* automatic frequency control: the direction in which the frequency is off; 0: none */
};

/* Whether the device transmits: an output, or a radio transmitter. */
bool tuner_is_modulator(const struct device *device);
/* The tuner, or of an output device the modulator, at that index. Returns false past the last one. */
bool tuner_get(struct device *device, uint32_t index, struct tuner *tuner);
/* The tuner or modulator of the selected input or output; -1: it has none. */
int tuner_current(struct device *device);
/* By VIDIOC_S_FREQUENCY. Returns 0 or a negative errno, not logged. */
int tuner_put(struct device *device, uint32_t index, double hz);
/* Tunes the tuner of the selected input or output, and reads the frequency back. Returns 0 or a negative
 * errno, logged: -ERANGE where there is no tuner, or, without adjust, where the driver sets another
 * frequency. */
int tuner_tune(struct device *device, double hz, bool adjust);
struct tuner_band {
	uint32_t capabilities, modulation; /* V4L2_TUNER_CAP_*, V4L2_BAND_MODULATION_* */
	double min_hz, max_hz;
};
/* A frequency band of the tuner. Returns false past the last one. */
bool tuner_band(struct device *device, const struct tuner *tuner, uint32_t tuner_index, uint32_t index,
		struct tuner_band *band);
extern const struct flag_name tuner_modulation_names[];
/* The name of an audio input, or output. Returns name, filled in, or NULL past the last one. */
#define TUNER_AUDIO_NAME_MAX 33
const char *tuner_audio_name(struct device *device, uint32_t index, char name[TUNER_AUDIO_NAME_MAX]);
int tuner_audio_current(struct device *device); /* -1: the selected input has none */

const char *tuner_type_name(uint32_t type);
const char *tuner_audio_mode_name(uint32_t mode);
extern const struct flag_name tuner_capability_names[], tuner_subchannel_names[];

#endif
