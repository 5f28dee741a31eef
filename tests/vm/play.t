#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What is played to vivid and v4l2loopback, as their other side sees it.
. "$(dirname "$0")/lib.sh"

vivid='vivid n_devs=5 node_types=0x101,0x101,0x101,0x101,0x101 vid_cap_nr=0,1,2,3,4 vid_out_nr=10,11,12,13,14 multiplanar=1,2,1,2,1'
files=()

# draw NAME PIXELS SUFFIX ENCODER-OPTION...: four pictures, each unlike the others.
draw() {
	local file=$work/$1.$3 pixels=$2
	shift 3
	ffmpeg -v error -f lavfi -i testsrc2=s=640x480:r=30 -frames:v 4 -pix_fmt "$pixels" "$@" -y "$file" || exit 1
	files+=(-f "$file")
}

draw_all() {
	draw yuyv yuyv422 nut -c:v rawvideo
	draw nv12 nv12 nut -c:v rawvideo
	draw yuv420 yuv420p nut -c:v rawvideo
	draw clip yuv420p mp4 -c:v libx264 -g 4
	draw jpegs yuvj422p mkv -c:v mjpeg -q:v 5
}

# pictures BYTES FILE: the MD5 of each.
pictures() {
	split -b "$1" --filter=md5sum "$2" | cut -d' ' -f1 | sort -u
}

# drawn PIXELS BYTES FILE: of what was played, converted as v4l2q asks libswscale to.
drawn() {
	ffmpeg -v error -i "$work/$3" -sws_flags fast_bilinear -pix_fmt "$1" -f rawvideo -y "$work/drawn" && pictures "$2" "$work/drawn"
}

# are_of SEEN FRAMES PIXELS BYTES FILE: so many frames, each of them, to the byte, one of the file's.
are_of() {
	[ "$(stat -c %s "$job/$1" 2>/dev/null)" = $(($2 * $4)) ] &&
		[ -z "$(comm -23 <(pictures "$4" "$job/$1") <(drawn "$3" "$4" "$5"))" ]
}

# The frame counts of the report agree with each other; one frame may have waited for its time when the end came.
adds_up() {
	report "$1" '.frames | (.read - .played - .dropped | . == 0 or . == 1) and .played == .copied + .zero_copy' | grep -qx true
}

# ended NAME STATUS END
ended() {
	is "$1: exit status $2" "$(status "$1")" "$2"
	is "$1: the report says $3" "$(report "$1" .end)" "$3"
	ok "$1: the books balance" adds_up "$1"
}

# seen NAME PIXELS BYTES FILE MODE: played through, and seen at the other side.
seen() {
	ended "$1" 0 signal
	is "$1: the report says $5" "$(report "$1" .io)" "$5"
	ok "$1: eight frames are seen, each a picture of the file" are_of "$1-seen.raw" 8 "$2" "$3" "$4"
	is "$1: one STREAMOFF, and no QBUF after it" "$(calls "$1" | cut -d' ' -f1 | sed '1,/VIDIOC_STREAMOFF/d' | grep -cE '_(STREAMOFF|QBUF)$')" 0
}

memory_of() {
	case $1 in
	*-userptr) echo userptr USERPTR ;;
	*-dmabuf) echo dmabuf MMAP ;;
	*-import-*) echo dmabuf-import DMABUF ;;
	*) echo mmap MMAP ;;
	esac
}

check_modes() {
	local layout=$1 pixels=$2 bytes=$3 file=$4 name mode memory
	shift 4
	for name in "${@/#/$layout-}"; do
		read -r mode memory <<<"$(memory_of "$name")"
		seen "$name" "$pixels" "$bytes" "$file" "$mode"
		ok "$name: buffers are of memory $memory" says "$name" "VIDIOC_QBUF .*memory=$memory"
		ok "$name: no byte was copied twice" [ "$(report "$name" '.bytes.copied <= .bytes.played')" = true ]
		is "$name: one frame is queued before the stream begins" \
			"$(calls "$name" | sed '/VIDIOC_STREAMON/q' | grep -c VIDIOC_QBUF)" 1
	done
}

check_loops() {
	check_modes single yuyv422 614400 yuyv.nut mmap userptr dmabuf import-video12
	check_modes planes nv12 460800 nv12.nut mmap import-video13
	is "single-userptr: not a byte was copied, as the driver reads the file's own memory" "$(report single-userptr .bytes.copied)" 0
	is "planes-mmap: two planes" "$(report planes-mmap .format.planes)" 2
	[ "$kernel" != 6.1 ] || return
	check_modes single yuyv422 614400 yuyv.nut import-udmabuf import-heap
	check_modes planes nv12 460800 nv12.nut userptr dmabuf import-udmabuf import-heap
	seen three yuv420p 460800 yuv420.nut mmap
	is "three: three planes" "$(report three .format.planes)" 3
	seen h264 yuyv422 614400 clip.mp4 mmap
}

# No wait ended by its own limit.
never_in_vain() {
	! says "$1" 'poll timeout_ns=[1-9].* = 0$'
}

# Of four frames vivid keeps the last. It is on show for a frame's time before the stream ends.
check_drain() {
	ended drained 0 eos
	is "drained: four frames played" "$(report drained .frames.played)" 4
	is "drained: four were queued, and one never came back" \
		"$(count_calls drained VIDIOC_QBUF)/$(count_calls drained 'VIDIOC_DQBUF .* = 0')" 4/3
	is "drained: one STREAMOFF" "$(count_calls drained VIDIOC_STREAMOFF)" 1
	ok "drained: nothing was waited for in vain" never_in_vain drained
	ok "drained: then all was undone in order" calls_end_with drained "VIDIOC_STREAMOFF munmap VIDIOC_REQBUFS close"
}

check_faults() {
	ok "refused: write() that the driver refuses is an error" [ "$(status refused)" != 0 ]
	ok "refused: the message has the call and the reason" says refused '^v4l2q: .*write.*(Invalid argument|not)'
	is "streamon error: exit status 1" "$(status streamon)" 1
	ok "streamon error: the message names the call" says streamon '^v4l2q: .*VIDIOC_STREAMON: '
	ok "streamon error: STREAMOFF follows, and all is undone" calls_end_with streamon \
		"VIDIOC_QBUF VIDIOC_STREAMON .*VIDIOC_STREAMOFF munmap VIDIOC_REQBUFS $put_back*close"
	ended again 0 eos
	is "qbuf error: exit status 1" "$(status qbuf)" 1
	ok "qbuf error: the message names the call" says qbuf '^v4l2q: .*VIDIOC_QBUF: '
	ended fatal 0 signal
	is "fatal: one recovery" "$(count_calls fatal VIDIOC_STREAMON)/$(count_calls fatal VIDIOC_STREAMOFF)" 2/2
	ended disconnect 5 disconnect
	ok "disconnect: no spinning" [ "$(calls disconnect | grep -A 1000 ENODEV | grep -c '^poll')" -le 1 ]
	ok "disconnect: nothing was waited for in vain" never_in_vain disconnect
	ok "disconnect: the node is closed" says disconnect ': close'
}

# check_camera NAME MODE READER...: one producer, and what each of its readers saw.
check_camera() {
	local reader
	ended "$1" 0 signal
	is "$1: the report says $2" "$(report "$1" .io)" "$2"
	for reader in "${@:3}"; do
		ok "$1: $reader reads the file's pictures" are_of "$1-$reader.raw" 6 yuyv422 614400 yuyv.nut
	done
}

check_cameras() {
	check_camera open-mmap-first mmap ffmpeg v4l2-ctl
	check_camera open-rw-second rw v4l2-ctl
	check_camera open-mmap-third mmap v4l2-ctl
	ok "open-rw-second: write() once a frame, and no streaming" \
		[ "$(grep -cE ': write .* = 614400$' "$job/open-rw-second.err")/$(count_calls open-rw-second VIDIOC_STREAMON)" = \
		"$(report open-rw-second .frames.played)/0" ]
	[ "$kernel" != 6.1 ] || return
	check_camera exclusive-mmap-first mmap v4l2-ctl
	check_camera exclusive-mmap-second mmap v4l2-ctl
}

# The packets themselves, to the byte.
packets() {
	ffmpeg -v error "${@:2}" -i "$1" -c copy -f framemd5 - | grep -v '^#' | awk '{ print $NF }' | sort -u
}

check_jpegs() {
	ended jpeg 0 signal
	is "jpeg: the device's format" "$(report jpeg .format.pixelformat)" MJPG
	is "jpeg: v4l2-ctl reads the file's packets" \
		"$(comm -23 <(packets "$job/jpeg-ctl.mjpeg" -f mjpeg) <(packets "$work/jpegs.mkv") | wc -l)" 0
	ok "jpeg: it did read some" [ -s "$job/jpeg-ctl.mjpeg" ]
}

# Of two counts each: before anybody watched, after the first reader and after the second.
check_demand() {
	local counts
	if [ "$kernel" = 6.1 ]; then
		is "demand: a version that does not tell who watches: exit status 3" "$(status demand)" 3
		ok "demand: the message has the way out" says demand '^v4l2q: .*0\.13.*--on-demand'
		return
	fi
	ended demand 0 signal
	mapfile -t counts <"$job/demand.queued"
	is "demand: one frame before anybody watches" "${counts[0]} ${counts[1]}" '1 1'
	ok "demand: by which the node is a camera" grep -q 'Video Capture' "$job/demand.caps"
	ok "demand: frames for the first reader (${counts[*]})" [ "${counts[2]}" -ge 10 ]
	ok "demand: and for the second" [ "${counts[4]}" -ge $((counts[2] + 9)) ]
	is "demand: and none while nobody watches" "${counts[2]} ${counts[4]}" "${counts[3]} ${counts[5]}"
	ok "demand: the first sees the file's pictures" are_of demand-first.raw 10 yuyv422 614400 yuyv.nut
	ok "demand: and so does the second" are_of demand-second.raw 10 yuyv422 614400 yuyv.nut
}

draw_all
for k in "${kernels[@]}"; do
	module=$("$root/scripts/vm-v4l2loopback" "$k") || exit 1
	ok "the job ran" boot "$k" play -m "$vivid" -m videodev -f "$module" "${files[@]}" || continue
	check_loops
	[ "$k" = 6.1 ] || check_drain
	[ "$k" = 6.1 ] || check_faults
	# Which is older there, and busy until its format is set.
	[ "$k" != 6.1 ] || ok "unfed: v4l2loopback waits for a producer" says unfed 'no producer feeds it.*; start its producer first'
	check_cameras
	check_jpegs
	check_demand
	is "every run was confined, by landlock and seccomp" "$(grep -l 'the kernel has no' "$job"/*.err)" ''
done
done_testing
