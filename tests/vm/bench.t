#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# v4l2q bench on vivid and on uvcvideo: io modes, the report, the books, gates.
# shellcheck disable=SC2016 # jq has variables too
. "$(dirname "$0")/lib.sh"

vivid='vivid n_devs=3 node_types=0x101,0x101,0x101 multiplanar=1,2,1 vid_cap_nr=0,1,2 vid_out_nr=10,11,12'

prepare() {
	${CC:-cc} -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -o "$work/uvcemu" "$here"/uvcemu/*.c &&
		ffmpeg -v error -f lavfi -i testsrc2=s=320x180 -frames:v 1 -pix_fmt yuvj420p -y "$work/picture.jpg"
}

# measured NAME STATUS: the report is there and is as its schema has it.
measured() {
	is "$1: exit status $2" "$(status "$1")" "$2"
	is "$1: the report is as its schema has it" "" \
		"$(jq -r --slurpfile schema "$root/tests/schema/bench.json" -f "$root/tests/schema/validate.jq" "$job/$1.json" 2>&1)"
}

# holds NAME FILTER: what is true of the report.
holds() {
	report "$1" "$2" | grep -qx true
}

# modes NAME FRAMES MODES: of every mode either figures, or a reason.
modes() {
	is "$1: every mode is listed" "$(report "$1" '.runs | map(.io) | join(" ")')" 'mmap userptr dmabuf dmabuf-import rw'
	ok "$1: with its figures, or why not" holds "$1" "all(.runs[];
		if .unsupported then .unsupported | length > 15 else .frames == $2 and .fps > 0 and .cpu_us_per_frame > 0 end)"
	is "$1: the modes that it has" "$(report "$1" '[.runs[] | select(.frames) | .io] | join(" ")')" "$3"
}

# A row for each mode, and in it a column for each figure.
table_is_whole() {
	tr '*' ' ' <"$job/$1.table" | awk '!NF { n = 0 } n && /^[a-z]/ { rows++; if (!/not supported: / && NF != n) bad = 1 }
		$1 == "io" { n = NF } length > 120 { bad = 1 } END { exit bad || rows != 5 }' &&
		grep -q '^Recommended: ' "$job/$1.table"
}

check_table() { # NAME FRAMES MODES
	measured "$1" 0
	modes "$@"
	ok "$1: the table is whole" table_is_whole "$1"
	ok "$1: a mode that it has is recommended" holds "$1" '.recommended.io as $io | any(.runs[]; .io == $io and .frames)'
	ok "$1: nothing is copied, but by read()" holds "$1" 'all(.runs[] | select(.frames);
		(.copied_bytes_per_frame > 0) == (.io == "rw"))'
}

check_latency() { # NAME
	ok "$1: latencies, from the start of exposure" holds "$1" 'all(.runs[] | select(.frames and .buffers);
		.timestamp == { "clock": "monotonic", "moment": "soe" } and (.latency_us |
		.min >= 0 and .min <= .p50 and .p50 <= .p95 and .p95 <= .p99 and .p99 <= .max))'
	ok "$1: not by read(), which has no timestamps" holds "$1" 'all(.runs[] | select(.io == "rw"); .latency_us == null)'
	ok "$1: the table says from when they are" grep -q '^latency: from the start of exposure' "$job/$1.table"
}

# gaps_in_trace NAME N: before each of the last N frames, as the driver numbered them.
gaps_in_trace() {
	calls "$1" | sed -nE 's/^VIDIOC_DQBUF .* sequence=([0-9]+) .* = 0$/\1/p' | tail -n "$(($2 + 1))" |
		awk 'NR > 1 && $1 > last { gaps += $1 - last - 1 } { last = $1 } END { print gaps + 0 }'
}

# Those that the driver marked, by V4L2_BUF_FLAG_ERROR, 0x40.
damaged_in_trace() {
	calls "$1" | grep '^VIDIOC_DQBUF .* = 0$' | tail -n "$2" | grep -cE 'flags=0x[0-9a-f]*[4-7c-f][0-9a-f] '
}

# books_hold NAME N: lost and good frames are what the trace has of each.
books_hold() {
	local damaged
	damaged=$(damaged_in_trace "$1" "$2")
	is "$1: as many are lost as the driver lost and damaged" "$(report "$1" '.runs[0].lost')" \
		$(($(gaps_in_trace "$1" "$2") + damaged))
	is "$1: the others are good" "$(report "$1" '.runs[0].frames')" $(($2 - damaged))
}

# What happens to frames is the driver's doing, or the camera's, and not this machine's.
check_gates() {
	measured gate 0
	ok "gate: nothing holds" holds gate '[.fail_if[].held] == [false, false, false, false]'
	measured drops 8
	ok "drops: one holds, and is named" says drops 'fail-if: lost>0: it is [1-9][0-9]* with mmap, 4 buffers'
	ok "drops: the other does not" holds drops '[.fail_if[].held] == [true, false]'
	books_hold drops 30
	measured damaged 0
	books_hold damaged 120
	is "damaged: as many as the camera damaged" "$(damaged_in_trace damaged 120)" 3
	measured unknown 1
	ok "unknown: a latency from a time to come is none" holds unknown '.runs[0] | .timestamp.ahead and .latency_us == null'
	ok "unknown: a gate that cannot be judged is not passed" says unknown 'fail-if: p99>1000s: not known for any run'
}

prepare || exit 1
for k in "${kernels[@]::1}"; do # what another kernel has to say of the io modes, io.t hears
	ok "the job ran" boot "$k" bench -m "$vivid" -m vhci-hcd -m 'uvcvideo nodrop=1' \
		-f "$work/uvcemu" -f "$work/picture.jpg" || continue
	imports=' dmabuf-import'
	[ "$k" != 6.1 ] || imports=''
	check_table single 30 "mmap userptr dmabuf$imports rw"
	check_table multi 30 "mmap userptr dmabuf$imports"
	check_table camera 30 "mmap userptr dmabuf$imports"
	for name in single multi camera; do
		check_latency $name
	done
	check_table output 20 "mmap userptr dmabuf$imports"
	measured dmabuf 0
	ok "dmabuf: alone, and every byte of it read" holds dmabuf \
		'.runs | map([.io, .frames, .touch_us_per_frame > 0]) == [["dmabuf", 30, true]]'
	ok "single: without tracefs it counts the calls to the device" holds single 'all(.runs[].syscalls_seen // "device"; . == "device")'
	ok "multi: with it all system calls" holds multi 'all(.runs[].syscalls_seen // "all"; . == "all")'
	check_gates
done
done_testing
