#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A v4l2loopback node, fed by ffmpeg.
. "$(dirname "$0")/lib.sh"

raw=rawvideo,320,240,yuyv422

ffmpeg -v error -f lavfi -i testsrc2=s=320x240:r=30 -frames:v 30 -pix_fmt yuyv422 -f rawvideo -y "$work/picture.yuv" || exit 1

# is_whole NAME FRAMES: so many frames of the simulated picture; the player went round.
is_whole() {
	ffmpeg -nostdin -v error -i "$job/$1.nut" -fps_mode passthrough -f rawvideo - | "$build/tests/tools/frames" YUYV 320x240 |
		grep -qE "^frames=$2 .* torn=0 "
}

"$build/v4l2q" capture -q -d sim:size=320x240,fps=30 -n 90 -y -o "$work/numbered.nut" || exit 1

# One frame, repeated, and what the driver makes of it.
"$build/v4l2q" capture -q -d sim:size=853x480,fps=30,odd=down -n 1 -y -o "$work/odd.nut" &&
	"$build/v4l2q" play -q -d "sim:type=output,size=853x480,odd=down,dump=$work/odd.raw" "$work/odd.nut" || exit 1

# Version 0.12.7 tells the length of the whole buffer, which ends at a page, as the frame's.
is_odd() {
	cmp -n "$(stat -c %s "$work/odd.raw")" "$job/odd.raw" "$work/odd.raw"
}

for k in "${kernels[@]}"; do
	module=$("$root/scripts/vm-v4l2loopback" "$k") || exit 1
	ok "the job ran" boot "$k" loopback -m videodev -f "$module" -f "$work/picture.yuv" -f "$work/numbered.nut" -f "$work/odd.nut" || continue
	recorded mmap 30 $raw
	is "mmap: the report says so" "$(report mmap .io)" mmap
	recorded rw 30 $raw
	is "rw: the report says so" "$(report rw .io)" rw
	ok "rw: nothing but read()" [ "$(count_calls rw VIDIOC_STREAMON)" = 0 ]
	ok "no-userptr: an io mode that the driver lacks is an error" [ "$(status no-userptr)" != 0 ]
	ok "no-userptr: no file is left" [ ! -e "$job/no-userptr.nut" ]
	is "starved: exit status 5 when the feeder is gone" "$(status starved)" 5
	is "starved: the report says so" "$(report starved .end)" stall
	ok "starved: what was captured decodes" decodes_cleanly starved "$(report starved .frames.written)"
	recorded fed 60 $raw
	is "fed: every frame is copied, as the driver overwrites its buffers" "$(report fed .frames.zero_copy)" 0
	ok "fed: none of them is torn" is_whole fed 60
	is "odd: exit status 0" "$(status odd)" 0
	ok "odd: what v4l2-ctl reads is what was played" is_odd
	recorded back 3 rawvideo,853,480,yuyv422
	is "back: what was played" "$(frame_hashes back | sort -u)" "$(ffmpeg -v error -i "$work/odd.nut" -f framemd5 - | awk '!/^#/ { print $NF }')"
done
done_testing
