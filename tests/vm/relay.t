#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A vivid camera passed on to vivid's outputs, in each way that memory can be shared, and to v4l2loopback, as their other side sees it.
. "$(dirname "$0")/lib.sh"

vivid='vivid n_devs=4 node_types=0x101,0x101,0x101,0x101 vid_cap_nr=0,1,2,3 vid_out_nr=10,11,12,13 multiplanar=1,2,1,2'

# is_still FILE FRAMES FORMAT: so many times the camera's picture, to the byte.
is_still() {
	local i
	for ((i = 0; i < $2; i++)); do
		cat "$job/still-$3.raw"
	done | cmp - "$job/$1"
}

# is_near SEEN STILL: 4 frames of YUYV, each above 35 dB against the still one, but not the same: they were JPEG.
is_near() {
	local size=$((640 * 480 * 2)) i
	for ((i = 0; i < 4; i++)); do
		dd if="$job/$1" of="$job/one.raw" bs=$size skip=$i count=1 status=none
		ffmpeg -hide_banner -f rawvideo -pix_fmt yuyv422 -s 640x480 -i "$job/one.raw" -f rawvideo -pix_fmt yuyv422 -s 640x480 -i "$job/$2" \
			-lavfi psnr -f null - 2>&1 | grep -oP 'average:\K\S+' | awk '$1 == "inf" || $1 < 35 { exit 1 } END { exit !NR }' || return
	done
}

# relayed NAME WAY FORMAT COPIED
relayed() {
	is "$1: exit status 0" "$(status "$1")" 0
	is "$1: the way" "$(report "$1" .relay)" "$2"
	ok "$1: the picture is seen, to the byte" is_still "$1-seen.raw" 4 "$3"
	is "$1: copies" "$(report "$1" ".frames | .played > 0 and .read == .played + .dropped and (.copied == 0) == ($4 == 0)")" true
	ok "$1: the latency is told" [ "$(report "$1" .latency_us.p50)" != null ]
}

for k in "${kernels[@]}"; do
	[ "$k" != 6.1 ] || continue # it has the same queue
	module=$("$root/scripts/vm-v4l2loopback" "$k") || exit 1
	ok "the job ran" boot "$k" relay -m "$vivid" -m videodev -f "$module" || continue
	relayed exported 'dmabuf, exported by /dev/video2' YUYV 0
	relayed lent 'dmabuf, exported by /dev/video10' YUYV 0
	relayed userptr userptr YUYV 0
	relayed copied copy YUYV 1
	relayed planes 'dmabuf, exported by /dev/video3' NM12 0
	relayed planes-lent 'dmabuf, exported by /dev/video11' NM12 0
	is "converted: the way" "$(report converted .relay)" 'conversion, YUYV 640x480 to NV12 640x480'
	is "bench: each way, and what it copies" "$(report bench '[.runs[] | select(.frames) | "\(.io) \(.frames) \(.copied_bytes_per_frame)"] | join(", ")')" \
		'dmabuf-source 12 0, dmabuf-output 12 0, dmabuf-import 12 0, userptr 12 0, copy 12 614400'
	is "bench: at most 8 system calls a frame" "$(report bench 'all(.runs[]; .syscalls_per_frame <= 8)')" true
	is "camera: one copy, to v4l2loopback" "$(report camera '"\(.relay) \(.end)"')" 'copy signal'
	ok "camera: v4l2-ctl sees the picture" is_still camera-v4l2-ctl.raw 3 YUYV
	ok "camera: ffmpeg sees the picture" is_still camera-ffmpeg.raw 3 YUYV
	is "compressed alone: decoded on the way" "$(report decoded '"\(.relay) \(.frames | .played > 3 and .copied == .played) \(.frames.lost.codec // 0)"')" 'conversion, MJPG 640x480 to YUYV 640x480 true 0'
	ok "compressed alone: the picture is seen" is_near decoded-seen.raw still-YUYV.raw
	for end in output source; do
		is "the $end unplugged: exit status 5" "$(status unplugged-$end)" 5
		is "the $end unplugged: the report says so" "$(report unplugged-$end .end)" disconnect
	done
	ok "the output unplugged: named" grep -q '^v4l2q: /dev/video10: .*gone' "$job/unplugged-output.err"
	ok "the source unplugged: named" grep -q '^v4l2q: /dev/video3: .*gone' "$job/unplugged-source.err"
done

done_testing
