#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# vivid made to fail, and a disk cut off: what becomes of the run, its file and its books.
. "$(dirname "$0")/lib.sh"

four='n_devs=4 node_types=0x101,0x101,0x101,0x101 vid_cap_nr=0,1,2,3 vid_out_nr=10,11,12,13'
raw=rawvideo,320,180,yuyv422

elapsed_ms() {
	echo $(($(cat "$job/$1.to") - $(cat "$job/$1.from")))
}

check_start() {
	local name
	for name in reqbufs qbuf streamon; do
		is "$name error: exit status 1" "$(status $name)" 1
		ok "$name error: the message names the call" says "$name" "^v4l2q: .*VIDIOC_${name^^}: "
		ok "$name error: no file is left" [ ! -e "$job/$name.nut" ]
	done
	ok "reqbufs error: nothing was queued" [ "$(count_calls reqbufs VIDIOC_QBUF)" = 0 ]
	ok "qbuf error: all was undone in order" calls_end_with qbuf "munmap VIDIOC_REQBUFS $put_back*close"
	ok "streamon error: all was undone in order" calls_end_with streamon "VIDIOC_STREAMOFF munmap VIDIOC_REQBUFS $put_back*close"
	recorded after 5 $raw
	is "an output node: exit status 3" "$(status output-node)" 3
	ok "an output node: the one that would do is named" says output-node '^v4l2q: .*/dev/video0'
}

check_losses() {
	recorded dropped 40 $raw
	ok "dropped: the driver lost about as many as it delivered" between "$(report dropped .frames.lost.driver)" 15 90
	is "dropped: lost.driver is what the sequence numbers say" "$(report dropped .frames.lost.driver)" "$(sequence_gaps dropped)"
	recorded wrapped 150 $raw
	ok "wrapped: the numbers did wrap" between "$(frames wrapped 'map(.seq // empty) | min')" 0 150
	ok "wrapped: that is no loss" between "$(report wrapped .frames.lost.driver)" 0 150
	is "stalled: exit status 5" "$(status stalled)" 5
	is "stalled: the report says so" "$(report stalled .end)" stall
	ok "stalled: it took the time given" between "$(report stalled '.time.wall_s * 1000 | floor')" 1000 $(($(a_second_ms) * 5 / 2))
}

# A run that went on after the failure, until it was told to stop.
went_on() {
	recorded "$1" "$(report "$1" .frames.written)" $raw
	is "$1: it ended when told to" "$(report "$1" .end)" signal
	ok "$1: frames came after the failure" [ "$(grep -E -A 1000 "$2" "$job/$1.err" | grep -c 'VIDIOC_DQBUF .* = 0$')" -ge 2 ]
}

check_damage() {
	went_on damaged-drop 'flags=0x2041 '
	is "damaged-drop: one frame lost" "$(report damaged-drop .frames.lost.error)" 1
	is "damaged-drop: its fate is in the log" "$(frames damaged-drop 'map(select(.fate == "error")) | length')" 1
	went_on damaged-keep 'flags=0x2041 '
	is "damaged-keep: no frame lost" "$(report damaged-keep .frames.lost.error)" 0
	ok "damaged-keep: the driver did mark one" says damaged-keep 'VIDIOC_DQBUF .*flags=0x2041 '
	ok "damaged-fail: not a success" [ "$(status damaged-fail)" != 0 ]
	ok "damaged-fail: the books balance" books_balance damaged-fail
	ok "damaged-fail: what came before was written" between "$(report damaged-fail .frames.written)" 3 900
	ok "damaged-fail: what was captured decodes" decodes_cleanly damaged-fail "$(report damaged-fail .frames.written)"
	went_on qbuf-later 'VIDIOC_QBUF .*= -EINVAL$'
}

check_fatal() {
	went_on fatal '= -EIO$'
	is "fatal: one recovery" "$(count_calls fatal VIDIOC_STREAMON)/$(count_calls fatal VIDIOC_STREAMOFF)" 2/2
}

# A run that the device's end ended.
check_disconnect() {
	is "$1: exit status 5" "$(status "$1")" 5
	is "$1: the report says so" "$(report "$1" .end)" disconnect
	ok "$1: the books balance" books_balance "$1"
	ok "$1: what was captured decodes" decodes_cleanly "$1" "$(report "$1" .frames.written)"
	ok "$1: frames were captured" [ "$(report "$1" .frames.written)" -ge 3 ]
	ok "$1: no further DQBUF after the device was gone" [ "$(calls "$1" | grep -c 'VIDIOC_DQBUF.*ENODEV')" -le 1 ]
	ok "$1: the end came within a second" [ "$(elapsed_ms "$1")" -le "$(a_second_ms)" ]
	ok "$1: no spinning" [ "$(calls "$1" | grep -A 1000 ENODEV | grep -c '^poll')" -le 1 ]
	ok "$1: the node is closed" says "$1" ': close'
}

# A second, and more where the emulator has to share its processors: alone it starts the program in about two.
a_second_ms() {
	local start
	start=$(cat "$job/version.ms")
	echo $((start > 2000 ? start / 2 : 1000))
}

check_signals() {
	local name
	for name in sigint sigterm; do
		is "$name: exit status 0" "$(status $name)" 0
		is "$name: the report says so" "$(report $name .end)" signal
		ok "$name: within a second" between "$(elapsed_ms $name)" 0 "$(a_second_ms)"
		ok "$name: the books balance" books_balance $name
		ok "$name: the file decodes" decodes_cleanly $name "$(report $name .frames.written)"
	done
	# A frame that the writer still holds is unmapped when it lets go.
	ok "sigint: STREAMOFF, munmap, REQBUFS(0), close in that order" \
		calls_end_with sigint "VIDIOC_STREAMOFF munmap VIDIOC_REQBUFS( munmap)? close"
	is "sigint: one STREAMOFF" "$(count_calls sigint VIDIOC_STREAMOFF)" 1
	is "busy: exit status 3" "$(status busy)" 3
	ok "busy: the one who holds it is named" says busy '^v4l2q: .*[0-9]+.*v4l2q'
}

# cut_frames N FILE: how many frames it had when it was last synced before the Nth cut, and has after it.
cut_frames() {
	local cut=$job/cut$1
	"$root/tests/tools/power-cut" "$cut/$2.writes" 0 1 "$cut" >"$cut/$2.synced"
	"$build/tests/tools/packets" "$cut"/0-*-synced."${2##*.}" "$cut/$2" 2>/dev/null | cut -d' ' -f2 | paste -sd' '
}

check_cuts() {
	local n file synced found most=0
	for n in 1 2 3 4 5; do
		for file in a.mkv a.mp4; do
			read -r synced found < <(cut_frames $n $file)
			ok "$file, cut $n: the ${synced:-no} frames that were synced are there: ${found:-none}" [ "${found:--1}" -ge "${synced:-0}" ]
			most=$((synced > most ? synced : most))
		done
	done
	ok "cuts: some were synced" [ "$most" -gt 20 ]
}

total_calls() {
	awk '$NF == "total" { print $(NF > 4 ? 4 : 3) }' "$job/$1.strace"
}

# The difference of two runs leaves out what starting a program takes.
check_calls() {
	local each_hundred
	is "strace: exit status 0" "$(status strace)" 0
	each_hundred=$((($(total_calls calls) - $(total_calls short)) * 100 / 120))
	ok "strace: at most 6 system calls a frame (it is $each_hundred/100)" between "$each_hundred" 100 600
	is "strace: no frame was copied" "$(report strace .frames.copied)" 0
}

for k in "${kernels[@]}"; do
	ok "the job ran" boot "$k" faults -m "vivid $four" -f "$build/tests/preload/write_log.so" || continue
	check_fatal
	check_disconnect disconnect
	check_disconnect unbound
	check_signals
	[ "$k" != 6.1 ] || continue
	check_start
	check_losses
	check_damage
	check_calls
	check_cuts
done
done_testing
