#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# vivid in every io mode, one and several planes, and its memory from elsewhere.
. "$(dirname "$0")/lib.sh"

five='n_devs=5 node_types=0x101,0x101,0x101,0x101,0x101 vid_cap_nr=0,1,2,3,4 vid_out_nr=10,11,12,13,14'
vivid="vivid $five multiplanar=1,2,1,2,1 allocators=0,0,0,0,1"

# same_picture NAME...: all frames of all files are one picture.
same_picture() {
	local name
	[ "$(for name in "$@"; do frame_hashes "$name"; done | sort -u | wc -l)" = 1 ]
}

# uses NAME MODE MEMORY: the report's io mode, and the memory that the trace shows in the calls.
uses() {
	is "$1: the report says $2" "$(report "$1" .io)" "$2"
	[ "$3" = none ] || ok "$1: buffers are of memory $3" says "$1" "VIDIOC_QBUF .*memory=$3"
	is "$1: no frame was copied" "$(report "$1" .frames.copied)" 0
}

# Of the recording device; the one whose buffers were borrowed closes before it.
undone_in_order() {
	[ "$(grep -oE 'video4: (VIDIOC_REQBUFS count=0 memory=DMABUF|close)' "$job/refused.err" | tail -n 2 | paste -sd' ')" = \
		"video4: VIDIOC_REQBUFS count=0 memory=DMABUF video4: close" ]
}

check_refusal() {
	is "refused: exit status" "$(status refused)" 1
	ok "refused: the message has the call and the reason" says refused '^v4l2q: .*memory from .dev.video3 .VIDIOC_QBUF: Bad address.; try'
	ok "refused: no file is left" [ ! -e "$job/refused.nut" ]
	ok "refused: all was undone in order" undone_in_order
}

check_modes() {
	local layout=$1 name
	shift
	for name in "$@"; do
		recorded "$layout-$name" 15 rawvideo,320,180,yuyv422
		case $name in
		mmap) uses "$layout-$name" mmap MMAP ;;
		userptr) uses "$layout-$name" userptr USERPTR ;;
		dmabuf) uses "$layout-$name" dmabuf MMAP ;;
		import-*) uses "$layout-$name" dmabuf-import DMABUF ;;
		esac
	done
	ok "$layout-planar: the same picture in all modes" same_picture "${@/#/$layout-}"
}

check_planes() {
	local name
	for name in "$@"; do
		recorded "planes-$name" 15 rawvideo,320,180,nv12
		is "planes-$name: two planes" "$(report "planes-$name" .format.planes)" 2
	done
	ok "several planes: the same picture in all modes" same_picture "${@/#/planes-}"
}

# Of YUYV every other byte is luma, of NV16 the first plane; the first line of the picture has it all.
same_luma() {
	cmp -s <(ffmpeg -v error -i "$(recording "$1")" -frames:v 1 -f rawvideo - | od -An -v -w2 -tu1 | awk 'NR <= 320 { print $1 }') \
		<(head -c 320 "$job/$2.raw" | od -An -v -w1 -tu1 | awk '{ print $1 }')
}

# A format that few containers hold, and whose first plane lies behind a data_offset.
check_offset_of_planes() {
	is "planes-16: exit status 0" "$(status planes-16)" 0
	ok "planes-16: the books balance" books_balance planes-16
	ok "planes-16: the driver put the first plane at an offset" says planes-16 'VIDIOC_DQBUF .*data_offset=128,0 '
	is "planes-16: 15 frames, without the offset" "$(wc -c <"$job/planes-16.raw" 2>/dev/null)" $((15 * 320 * 180 * 2))
	is "planes-16: all the same" "$(split -b 115200 --filter=md5sum "$job/planes-16.raw" | sort -u | wc -l)" 1
	ok "planes-16: the same picture as in YUYV" same_luma single-mmap planes-16
}

# A file for each size that the source had.
check_source_files() {
	is "$1: exit status 0" "$(status "$1")" 0
	ok "$1: the books balance" books_balance "$1"
	is "$1: the first file" "$(probe "$1.0")" "rawvideo,640,480,yuyv422,$(report "$1" .output[0].frames)"
	is "$1: the second file" "$(probe "$1.1")" "rawvideo,720,480,yuyv422,$(report "$1" .output[1].frames)"
	is "$1: all frames are in the two" "$(report "$1" '[.output[].frames] | add')" "$(report "$1" .frames.written)"
}

check_source() {
	local order
	check_source_files source
	check_source_files source-rw
	is "source: one change, one interruption" "$(report source '"\(.source.changes) \(.source.interruptions)"')" "1 1"
	order=$(calls source | grep -E '^VIDIOC_(STREAM|S_DV|S_FMT|REQBUFS count=[1-9])' | cut -d' ' -f1 | paste -sd' ')
	ok "source: stopped, told the timings and the format, started" \
		grep -q 'STREAMOFF VIDIOC_S_DV_TIMINGS VIDIOC_S_FMT VIDIOC_REQBUFS VIDIOC_STREAMON VIDIOC_STREAMOFF VIDIOC_STREAMON' <<<"$order"
	is "one-name: exit status 1" "$(status one-name)" 1
	ok "one-name: it is said what changed, and what to do" says one-name '^v4l2q: .*from 720x480 .* to 640x480 .*%03d in the name'
	ok "one-name: the file is finalised" decodes_cleanly one-name "$(report one-name .frames.written)"
}

# check_fields ORDER HEIGHT FIELD_ORDER, of the file.
check_fields() {
	recorded "field-$1" 8 "rawvideo,160,$2,yuyv422"
	is "field-$1: the order of the fields" "$(ffprobe -v error -show_entries stream=field_order -of csv=p=0 "$(recording "field-$1")")" "$3"
}

# Whichever way the fields come, the frames are the same; but for those of which a busy driver dropped a field.
check_orders_of_fields() {
	local order whole
	check_fields interlaced 480 bb
	check_fields interlaced_tb 480 tt
	check_fields interlaced_bt 480 bb
	check_fields seq_tb 480 tt
	check_fields seq_bt 480 bb
	check_fields alternate 480 bb
	check_fields top 240 progressive
	check_fields bottom 240 progressive
	whole=$(frame_hashes field-interlaced | sort -u)
	for order in interlaced_tb interlaced_bt seq_tb seq_bt; do
		is "field-$order: the picture of interlaced frames" "$(frame_hashes "field-$order" | sort -u)" "$whole"
	done
	is "field-alternate: that picture, but for fields that were dropped" "$(frame_hashes field-alternate | grep -cvx "$whole")" \
		"$(report field-alternate '.frames.missing_fields // 0')"
	ok "field-top, field-bottom: other lines" [ "$(frame_hashes field-top | head -n 1)" != "$(frame_hashes field-bottom | head -n 1)" ]
	ok "field-top: said to be half a frame" says field-top 'warning: .*the top field of each frame alone'
}

check_armed() {
	is "armed: exit status 0" "$(status armed)" 0
	ok "armed: the books balance" jq -e '.frames | .captured == .written + .skipped' "$job/armed.json"
	is "armed: one file" "$(probe armed.0)" "rawvideo,320,180,yuyv422,$(report armed .frames.written)"
	# shellcheck disable=SC2016 # jq's $
	ok "armed: frames from before the trigger and after it" jq -se --argjson trigger "$(<"$job/armed.trigger")" '
		map(select(.fate == "written").ts_ns / 1e9) | .[0] < $trigger and .[-1] > $trigger' "$job/armed.frames"
	ok "armed: none is missing at the joint, nor there twice" jq -se '
		[.[] | if .fate then .seq else range(.seq; .seq + .lost) end] | . == [range(.[0]; .[0] + length)]' "$job/armed.frames"
}

for k in "${kernels[@]}"; do
	ok "the job ran" boot "$k" io -m "$vivid" || continue
	imports=(import-video2)
	[ "$k" = 6.1 ] || imports+=(import-udmabuf import-heap)
	check_modes single mmap userptr dmabuf rw "${imports[@]}"
	ok "single-rw: nothing but read()" [ "$(count_calls single-rw VIDIOC_STREAMON)" = 0 ]
	check_modes multi mmap userptr dmabuf "${imports[@]}"
	ok "multi-mmap: the driver put its frames at an offset" says multi-mmap 'VIDIOC_DQBUF .*data_offset=128 '
	ok "single- and multi-planar: the same picture" same_picture single-mmap multi-mmap
	check_planes mmap userptr dmabuf "${imports[@]:1}"
	check_offset_of_planes

	recorded contiguous 15 rawvideo,320,180,yuyv422
	check_refusal
	[ "$k" != 6.1 ] || continue
	recorded counted 15 rawvideo,320,180,yuyv422
	is "counted: every frame is another" "$(frame_hashes counted | sort -u | wc -l)" 15
	recorded single-mkv 15 rawvideo,320,180,yuyv422
	recorded rgb 15 rawvideo,320,180,rgb24
	recorded nv12 15 rawvideo,320,180,nv12
	check_source
	check_orders_of_fields
	check_armed
done
done_testing
