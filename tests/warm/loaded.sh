# SPDX-License-Identifier: LGPL-2.1-or-later
# What tests/run keeps loaded need not be started each time (warm.h). To be sourced.
# shellcheck shell=bash
warm=()
if [ -x "${WARM-}/warm" ]; then
	warm=("$WARM/warm")
	ffmpeg() { "${warm[@]}" ffmpeg "$@"; }
	ffprobe() { "${warm[@]}" ffprobe "$@"; }
fi
