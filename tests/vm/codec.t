#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# vicodec's encoder on the frames of vivid, whose buffers it imports; what its decoder makes of them is compared with raw frames.
. "$(dirname "$0")/lib.sh"

# For each format: what it is for ffmpeg, once v4l2q has put its chroma into the usual order; what vicodec's decoder makes of it;
# what both are compared as; and another format's raw picture to compare with, where libswscale does not take this one. The
# components of HSV are taken for those of RGB.
declare -A formats=(
	[GREY]='gray gray gray'
	[YU12]='yuv420p yuv420p yuv420p' [YV12]='yuv420p yuv420p yuv420p'
	[NV12]='nv12 yuv420p yuv420p' [NV21]='nv21 yuv420p yuv420p'
	[422P]='yuv422p yuv422p yuv422p' [NV16]='yuv422p yuv422p yuv422p 422P' [NV61]='yuv422p yuv422p yuv422p 422P'
	[YUYV]='yuyv422 yuv422p yuv422p' [YVYU]='yvyu422 yuv422p yuv422p'
	[UYVY]='uyvy422 yuv422p yuv422p' [VYUY]='uyvy422 yuv422p yuv422p'
	[NV24]='nv24 nv24 yuv444p' [NV42]='nv42 nv24 yuv444p'
	[BGR3]='bgr24 bgr24 gbrp' [RGB3]='rgb24 bgr24 gbrp' [HSV3]='bgr24 bgr24 gbrp'
	[BGR4]='bgr0 bgr0 gbrp' [XR24]='bgr0 bgr0 gbrp' [AR24]='bgra bgr0 gbrp' [HSV4]='0rgb 0rgb gbrp'
	[RGB4]='0rgb bgr0 gbrp' [BX24]='0rgb bgr0 gbrp' [BA24]='argb bgr0 gbrp'
	[RX24]='0bgr bgr0 gbrp' [RA24]='abgr bgr0 gbrp' [XB24]='rgb0 bgr0 gbrp' [AB24]='rgba bgr0 gbrp'
)

# decibels FORMAT: how near the decoded picture that is least like the raw one comes to it.
decibels() {
	local drawn decoded compared other
	read -r drawn decoded compared other <<<"${formats[$1]}"
	ffmpeg -nostdin -f rawvideo -s 640x480 -pix_fmt "$decoded" -i "$job/$1.raw" \
		-f rawvideo -s 640x480 -pix_fmt "$drawn" -i "$job/still-${other:-$1}.raw" \
		-lavfi "[0]format=${compared}[a];[1]format=${compared}[b];[a][b]psnr" -f null - 2>&1 |
		sed -n 's/.*PSNR.* min:\([a-z0-9.]*\) .*/\1/p'
}

is_like() { # FORMAT
	decibels "$1" | awk '$1 == "inf" || $1 > 35 { like = 1 } END { exit !like }'
}

# n_decoded FORMAT: how many pictures the decoder made.
n_decoded() {
	local decoded
	read -r _ decoded _ <<<"${formats[$1]}"
	ffprobe -v error -f rawvideo -video_size 640x480 -pixel_format "$decoded" -count_packets \
		-show_entries stream=nb_read_packets -of csv=p=0 "$job/$1.raw"
}

# coded_times NAME: the timestamps of what the encoder gives, in microseconds.
coded_times() {
	grep -F "$(report "$1" .encoder.path): VIDIOC_DQBUF type=capture " "$job/$1.err" |
		sed -n 's/.* bytesused=[1-9].* timestamp=\([0-9]*\)\.\([0-9]*\) .*/\1\2/p'
}

# encoded NAME FRAMES: all are in the file, in order.
encoded() {
	is "$1: exit status 0, $2 frames" "$(status "$1") $(report "$1" .frames.written)" "0 $2"
	ok "$1: the books balance" books_balance "$1"
	is "$1: drained by the command" "$(count_calls "$1" 'VIDIOC_ENCODER_CMD.* = 0')" 1
	is "$1: coded in the camera's order" "$(coded_times "$1")" "$(frames "$1" 'map(select(.fate == "written") | .ts_ns / 1000 | floor)[]')"
}

# is_shared NAME: neither copied nor mapped.
is_shared() {
	local allocated copied
	read -r allocated copied < <(report "$1" '"\(.encoder.pool.allocated) \(.encoder.imported) \(.frames.copied) \(.bytes.copied)"')
	is "$1: imported, no frame is copied" "$copied" 'true 0 0'
	is "$1: only the coded buffers are mapped" "$(count_calls "$1" mmap)" "$allocated"
}

# gone NAME PATH OTHER: which of the two it was.
gone() {
	is "$1: exit status 5, as the device is gone" "$(status "$1") $(report "$1" .end)" '5 disconnect'
	ok "$1: names the one that is gone" says "$1" "$2: the device is gone"
	ok "$1: and not the other" [ "$(grep -c "$3: the device is gone" "$job/$1.err")" = 0 ]
	ok "$1: the books balance" books_balance "$1"
	ok "$1: the file has whole frames" "$root/tests/tools/fwht-to-ivf" "$job/$1.fwht" "$work/$1.ivf"
	is "$1: as many as the report says" "$(ffprobe -v error -count_packets -show_entries stream=nb_read_packets -of csv=p=0 "$work/$1.ivf")" \
		"$(report "$1" .frames.written)"
}

for k in "${kernels[@]}"; do
	[ "$k" != 6.1 ] || continue # it has the same drivers
	drivers=$("$root/scripts/vm-test-drivers" "$k") || exit 1
	ok "the job ran" boot "$k" codec -m 'vivid n_devs=1 vid_cap_nr=0' -f "$drivers" || continue
	is 'formats: all that are known' "$(xargs <"$job/common.formats")" "$(printf '%s\n' "${!formats[@]}" | LC_ALL=C sort | xargs)"
	while read -r format; do
		encoded "$format" 3
		is "$format: the codec of the file" "$(report "$format" '.output[0].codec')" fwht
		is_shared "$format"
		is "$format: each is decoded again" "$(n_decoded "$format")" 3
		ok "$format: each is like the camera's picture" is_like "$format"
	done <"$job/common.formats"

	for name in padded converted lent copied; do
		encoded "$name" 3
	done
	is_shared lent
	is 'lent: by the encoder' "$(report lent '"\(.io), \(.encoder.link)"')" "dmabuf-import, dmabuf, exported by $(report lent .encoder.path)"
	is 'padded: copied once, as the rows are others' "$(report padded '"\(.frames.copied) \(.encoder.why)"')" '3 the node pads the picture'
	is 'padded: what is visible is decoded' "$(stat -c %s "$job/padded.raw")" $((3 * 640 * 360 * 3 / 2))
	is 'converted: as the encoder lacks the format' "$(report converted .encoder.why)" 'the formats differ'
	is 'copied: once' "$(report copied '"\(.frames.copied) \(.encoder.imported)"')" '3 false'

	gone unplugged "$(report after .device.path)" "$(report after .encoder.path)"
	encoded after 3
	gone unbound "$(report after .encoder.path)" "$(report after .device.path)"
done
done_testing
