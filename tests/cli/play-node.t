#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Playing through codec nodes: a decoder's or a converter's buffers go to the output device, each frame as libav has it.
# shellcheck disable=SC2154 # clips.sh sets them
. "$(dirname "$0")/lib.sh"
. "$root/tests/cli/clips.sh"

make_clips

# through KIND KEYS FILE PIX_FMT OUTPUT-KEYS OPTIONS...: all of it is shown, to the byte, and how is in the report.
through() {
	local kind=$1 keys=$2 file=$3 pix_fmt=$4 output=$5 name="$1,$2, $3 to $5"
	local -A options=([decoder]="--codec h264_v4l2 --codec-device" [converter]=--convert-device)
	shift 5
	# shellcheck disable=SC2086 # two words
	play "fps=0,$output" --speed 0 ${options[$kind]} "sim:type=$kind,$keys" "$@" "$file" || return
	is "$(json r.json '"\(.frames.read) \(.frames.played) \(.frames.dropped) \(.end)"')" "$clip_frames $clip_frames 0 eos" "$name: all counted"
	make_reference "$file" "$pix_fmt"
	ok "$name: the frames" alike "$pix_fmt" $clip_size dump.raw "$reference"
}

relayed() { # KIND WANTED
	is "$(json r.json "\"\\(.$1.relay), \\(.frames.copied) copied\"")" "$2" "$1: $2"
}

# B-frames come out in the order of presentation.
through decoder '' h264.mp4 nv12 '' -p NV12
relayed decoder 'dmabuf, exported by sim, 0 copied'
is "$(json r.json '"\(.decoder.from) \(.decoder.to) \(.io)"')" 'H264 NV12 dmabuf-import' 'decoder: what it makes of what'
through decoder commands=no h264.mp4 yuv420p '' -p YU12 --loop=1
through decoder '' h264.mp4 nv12 caps=mmap -p NV12
relayed decoder 'dmabuf, exported by sim, 0 copied'
is "$(json r.json '.io + ", " + (.decoder.relay_why | test("dmabuf-import") | tostring)')" 'dmabuf, true' 'the decoder imports where the device cannot'
through decoder caps=mmap h264.mp4 nv12 caps=mmap -p NV12
relayed decoder "copy, $clip_frames copied"
through converter '' clip420.nut yuv420p ''
relayed converter 'dmabuf, exported by sim, 0 copied'
play fps=0 --speed 0 --convert-device sim:type=converter -p YUYV -s 160x120 clip420.nut
is "$(json r.json '"\(.converter.from) \(.converter.to)"') $(stat -c %s dump.raw)" "YU12 YUYV $((clip_frames * 38400))" \
	'the converter changes format and size'

# Paced, with more frames than times are kept for.
play '' --speed 20 --loop=5 --codec h264_v4l2 --codec-device sim:type=decoder h264.mp4
is "$(json r.json '.frames | .played + .dropped == 120 and .read == 120')" true 'paced: each frame has its time'

# The pictures become smaller in the middle of the stream.
for size in 320x240 160x120; do
	ffmpeg -nostdin -v error -y -f lavfi -i "testsrc2=size=$size:rate=30" -frames:v 6 -pix_fmt yuv420p -c:v libx264 -bf 0 -f h264 - || exit 1
done >sizes.h264
play fps=0 --speed 0 --codec h264_v4l2 --codec-device sim:type=decoder -p NV12 sizes.h264
is "$(json r.json '"\(.frames.played) \(.format.width) \(.end)"') $(stat -c %s dump.raw)" "12 160 eos $((6 * (115200 + 28800)))" \
	'a change of the size is followed'

# So does the last picture, once the decoder has been told that no more come, which it then forgets.
{ cat sizes.h264 && ffmpeg -nostdin -v error -f lavfi -i "testsrc2=size=240x160:rate=30" -frames:v 1 -pix_fmt yuv420p -c:v libx264 -f h264 -; } >last.h264
play fps=0 --speed 0 --stall-timeout 3 --codec h264_v4l2 --codec-device sim:type=decoder,fps=20,forgets-drain -p NV12 last.h264
is "$(json r.json '"\(.frames.played) \(.format.width) \(.end)"')" '13 240 eos' 'a change while it drains'

# What the decoder marks as damaged is counted, and shown where there is a picture.
play fps=0 --speed 0 --codec h264_v4l2 --codec-device sim:type=decoder,error=10,empty=3 h264.mp4
is "$(json r.json '"\(.decoder.damaged) \(.frames.played)"')" "3 $((clip_frames - 1))" 'damaged pictures are counted'
play fps=0 --speed 0 -t 0.5 --codec h264_v4l2 --codec-device sim:type=decoder,empty=3 h264.mp4
is "$(json r.json '.frames.played')" 14 'and those after them keep their times'

# Which of the two has gone is said.
wanted_status=5 play fps=0 --speed 0 --codec h264_v4l2 --codec-device sim:type=decoder,node=d,unplug=5 h264.mp4
is "$(json r.json .end) $(grep -c 'device is gone' err) $(grep -c 'repeated' err)" 'disconnect 1 0' 'the decoder unplugged: said once, of both queues'
wanted_status=5 play fps=0,unplug=5 --speed 0 --codec h264_v4l2 --codec-device sim:type=decoder h264.mp4
is "$(json r.json .end)" disconnect 'the output device unplugged'

wanted_status=5 play fps=0 --speed 0 --stall-timeout 200ms --codec h264_v4l2 --codec-device sim:type=decoder,stall=5 h264.mp4
is "$(json r.json '"\(.end) \(.frames.played)"')" 'stall 5' 'the decoder stops answering'
like "$(cat err)" 'the node has stopped responding' 'which is said'
wanted_status=5 play fps=0 --speed 0 --stall-timeout 200ms --codec h264_v4l2 --codec-device sim:type=decoder,stall=11 sizes.h264
is "$(json r.json '"\(.end) \(.frames.played)"')" 'stall 11' 'also when it has all packets'

refused() { # STATUS REGEX OPTIONS...
	run_status "$1" v4l2q play -d sim:type=output "${@:3}"
	one_clear_line "$2" "refused: $2"
}
refused 2 'unknown codec .*expected one of .*h264_v4l2' -c nonsense_v4l2 h264.mp4
refused 2 'codec-device needs' --codec-device sim:type=decoder h264.mp4
refused 2 'leave out one of the two' -c h264_v4l2 --convert-device sim:type=converter h264.mp4
refused 3 'needs a decoder for it, and this is an encoder of' -c h264_v4l2 --codec-device sim:type=encoder h264.mp4
refused 3 'needs a converter of raw frames, and this is a decoder' --convert-device sim:type=decoder clip420.nut
refused 4 'holds mjpeg, which .* h264_v4l2 does not decode' -c h264_v4l2 --codec-device sim:type=decoder mjpeg.avi
refused 4 'its output is .*320x240, and the output device is set to .*160x120' -c h264_v4l2 --codec-device sim:type=decoder -s 160x120 h264.mp4
refused 4 'would stretch 320x240 to 160x240, which --fit does not ask for' --convert-device sim:type=converter -s 160x240 clip420.nut

done_testing
