#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The uvcvideo driver, with a USB camera that misbehaves.
. "$(dirname "$0")/lib.sh"

raw=rawvideo,320,180,yuyv422

build_camera() {
	${CC:-cc} -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -o "$work/uvcemu" "$here"/uvcemu/*.c
}

# Three pictures of unlike size, so that frames are, too.
draw_pictures() {
	local number
	for number in 1 2 3; do
		ffmpeg -v error -f lavfi -i testsrc2=s=640x360 -frames:v 1 -pix_fmt yuvj422p -q:v $((number * 6)) -y "$work/$number.jpg"
	done
}

# The camera writes the frame's number into its first four bytes, which are its first two pixels.
numbers_ascend() {
	ffmpeg -v error -i "$(recording "$1")" -fps_mode passthrough -vf crop=2:1:0:0 -f rawvideo - | od -An -v -w4 -tu4 |
		awk 'NR > 1 && $1 <= last { bad = 1 } { last = $1 } END { exit bad || NR < 2 }'
}

# Stream copy: each packet is, to the byte, one of the pictures that the camera sent.
are_the_pictures() {
	local wanted got
	wanted=$(for number in 1 2 3; do md5sum <"$work/$number.jpg" | cut -d' ' -f1; done | sort)
	got=$(ffmpeg -v error -i "$(recording "$1")" -c copy -fps_mode passthrough -f framemd5 - | grep -v '^#' |
		awk '{ print $NF }' | sort -u)
	[ "$wanted" = "$got" ]
}

check_good() {
	recorded yuyv 30 $raw
	ok "yuyv: the camera's numbers ascend" numbers_ascend yuyv
	recorded userptr 30 $raw
	is "userptr: the report says so" "$(report userptr .io)" userptr
	for name in mjpeg mjpeg-avi; do
		recorded $name 30 mjpeg,640,360,yuvj422p
		ok "$name: the camera's own pictures" are_the_pictures $name
	done
}

check_faults() {
	ok "no-read: an io mode that the driver lacks is an error" between "$(status no-read)" 2 4
	ok "no-read: no file is left" [ ! -e "$job/no-read.nut" ]
	recorded damaged 40 $raw
	is "damaged: two frames lost" "$(report damaged .frames.lost.error)" 2
	ok "damaged: the camera's numbers ascend" numbers_ascend damaged
	recorded short 40 $raw
	is "short: one frame lost" "$(report short .frames.lost.error)" 1
	recorded returned 40 mjpeg,640,360,yuvj422p
	ok "returned: buffers came back with no bytes" says returned 'VIDIOC_DQBUF .*bytesused=0 .* = 0'
	ok "returned: they count as lost by error" [ "$(report returned .frames.lost.error)" -ge 1 ]
	recorded stall-once 40 $raw
	is "pause: exit status 5" "$(status pause)" 5
	is "pause: the report says so" "$(report pause .end)" stall
	ok "pause: the books balance" books_balance pause
	ok "pause: what was captured decodes" decodes_cleanly pause "$(report pause .frames.written)"
}

check_unplugged() {
	is "unplugged: exit status 5" "$(status unplugged)" 5
	is "unplugged: the report says so" "$(report unplugged .end)" disconnect
	ok "unplugged: the books balance" books_balance unplugged
	ok "unplugged: what was captured decodes" decodes_cleanly unplugged "$(report unplugged .frames.written)"
}

build_camera && draw_pictures || exit 1
for k in "${kernels[@]}"; do
	ok "the job ran" boot "$k" uvc -m vhci-hcd -m 'uvcvideo nodrop=1' \
		-f "$work/uvcemu" -f "$work/1.jpg" -f "$work/2.jpg" -f "$work/3.jpg" || continue
	check_good
	[ "$k" = 6.1 ] || check_faults
	check_unplugged
done
done_testing
