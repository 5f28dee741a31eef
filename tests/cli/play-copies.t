#!/bin/bash
# How many frames are copied on their way to the device, and what the report says of it. SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck disable=SC2154 # clips.sh sets them
. "$(dirname "$0")/lib.sh"
. "$root/tests/cli/clips.sh"

# A size whose rows and columns are whole blocks of every codec, so that layouts can be the same.
clip_size=640x480 clip_frames=40
make_clips
frame_bytes=$((640 * 480 * 3 / 2))

# Onto a display that writes nothing down: hundreds of megabytes, which nobody looks at.
play() { # KEYS OPTIONS...
	local keys=$1
	shift
	rm -f r.json
	run_status 0 v4l2q play -d "sim:type=output,$keys" --json=r.json "$@"
}

copies() { # "COPIED ZERO_COPY BYTES_COPIED"
	json r.json '"\(.frames.copied) \(.frames.zero_copy) \(.bytes.copied)"'
}

for io in mmap userptr dmabuf dmabuf-import rw; do
	play fps=0 --speed 0 -q --io=$io --import-from sim:size=$clip_size clip420.nut
	if [ $io = userptr ]; then
		is "$(copies)" "0 $clip_frames 0" 'userptr, a raw file: its own memory goes out'
	else
		is "$(copies)" "$clip_frames 0 $((clip_frames * frame_bytes))" "$io, a raw file: one copy, into the queue's memory"
	fi
	for file in h264.mp4 ffv1.mkv mjpeg.avi; do
		play fps=0 --speed 0 -q --io=$io --import-from sim:size=$clip_size $file
		# All of them, but where the decoder runs ahead of the blanks.
		ok "$io, $file: decoded into the queue's memory ($(copies))" jq -e ".frames.zero_copy >= $clip_frames * 3 / 4" r.json
		ok "$io, $file: copies are of whole frames" jq -e ".bytes.copied == .frames.copied * $frame_bytes" r.json
	done
	play fps=0,adjust=format,format=YUYV --speed 0 -q --io=$io --import-from sim:size=$clip_size h264.mp4
	is "$(copies)" "0 $clip_frames 0" "$io, converted: one pass, and no copy besides"
done

# The keys that the manual promises.
is "$(jq -r 'keys | join(" ")' r.json)" \
	'bytes command device end format fps frames input interval_us io pool time version' 'the report: its keys, unpaced'
play fps=0 -q -n 5 h264.mp4
is "$(jq -r '.frames, .pace_us, .input, .bytes | keys | join(" ")' r.json | paste -sd '|')" \
	'copied dropped late played read repeated zero_copy|max min p50 p95 p99|codec container damaged duration_s fps frames height path pixels width|copied played' \
	'the report: the keys of its parts'
is "$(json r.json '"\(.command) \(.input.path) \(.input.codec) \(.input.pixels) \(.bytes.played)"')" \
	"play h264.mp4 h264 yuv420p $((5 * frame_bytes))" 'the report: their values'

# The live line, where it is asked for.
run_status 0 v4l2q play -d sim:type=output --progress h264.mp4
like "$(tr '\r' '\n' <err)" '00:00:0[01]  [0-9]+ frames' '--progress: a line that lives'
run_status 0 v4l2q play -d sim:type=output -n 20 --no-progress h264.mp4
unlike "$(cat err)" '00:00:0' '--no-progress: none'

done_testing
