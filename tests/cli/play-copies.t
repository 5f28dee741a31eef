#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# How many frames are copied on their way to the device, and what the report says of it.
# Runs under: none
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
	use_io $io sim:size=$clip_size
	play fps=0 --speed 0 -q "${io_options[@]}" clip420.nut
	is "$(copies)" "0 $clip_frames 0" "$io, a raw file: read into the queue's memory"
	for file in h264.mp4 ffv1.mkv mjpeg.avi; do
		play fps=0 --speed 0 -q "${io_options[@]}" $file
		# All of them, but where the decoder runs ahead of the empty buffers.
		ok "$io, $file: decoded into the queue's memory ($(copies))" jq -e ".frames.zero_copy >= $clip_frames * 3 / 4" r.json
		ok "$io, $file: copies are of whole frames" jq -e ".bytes.copied == .frames.copied * $frame_bytes" r.json
	done
	play fps=0,adjust=format,format=YUYV --speed 0 -q "${io_options[@]}" h264.mp4
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

# Raw files of other kinds, with something to read beside the pictures: sound that comes in large pieces.
same_pictures() { # FILE PIXELS
	ffmpeg -nostdin -v error -y -i "$1" -map 0:v -fps_mode passthrough -pix_fmt "$2" -f rawvideo wanted.raw
	ok "$1: the frames, to the byte" cmp dump.raw wanted.raw
}
with_sound() { # FILE SAMPLES-A-PACKET, of 32 bytes
	ffmpeg -nostdin -v error -y -i clip422.nut -f lavfi -i sine=r=192000,aformat=s32:channel_layouts=7.1 -shortest -c:v rawvideo \
		-c:a pcm_s32le -af asetnsamples="$2" "$1"
	play fps=0,dump=dump.raw --speed 0 -q --io=userptr "$1"
	same_pictures "$1" yuyv422
}
for file in sound.mkv sound.nut sound.avi sound.mov; do
	with_sound $file 10000
	is "$(copies)" "0 $clip_frames 0" "$file: read into the queue's memory"
done
with_sound alike.mkv 19200 # as large as a picture
ffmpeg -nostdin -v error -y -i clip420.nut -pix_fmt bgr24 -c:v rawvideo -flipped_raw_rgb 1 flipped.avi
play fps=0,dump=dump.raw --speed 0 -q flipped.avi
is "$(json r.json .frames.zero_copy)" 0 'upside down: copied'
same_pictures flipped.avi bgr24
rm -f r.json
dd if=clip422.nut status=none | v4l2q play -d sim:type=output,fps=0,dump=dump.raw --speed 0 -q --io=userptr --json=r.json -
ok 'a pipe: all but the first frames' jq -e ".frames | .played == $clip_frames and .zero_copy >= $clip_frames - 8" r.json
same_pictures clip422.nut yuyv422

# The progress line, where it is asked for.
run_status 0 v4l2q play -d sim:type=output --progress h264.mp4
like "$(tr '\r' '\n' <err)" '00:00:0[01]  [0-9]+ frames' '--progress: a line that lives'
run_status 0 v4l2q play -d sim:type=output -n 20 --no-progress h264.mp4
unlike "$(cat err)" '00:00:0' '--no-progress: none'

done_testing
