#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Playing while somebody watches, and only then.
# Runs under: none
# shellcheck disable=SC2154 # clips.sh sets them
. "$(dirname "$0")/lib.sh"
. "$root/tests/cli/clips.sh"

make_clips

# The trace in ./err in short: how many frames were queued before anybody watched, then while somebody did and after that, in turn.
turns() {
	sed -nE 's/.*VIDIOC_QBUF .* = 0$/q/p; s/.*VIDIOC_DQEVENT .* readers=([01]) = 0$/\1/p; s/.*: write .* = [1-9].*/q/p' err |
		awk 'BEGIN { before = "-" } { if ($1 == "q") n++; else if ($1 != before) { printf "%d ", n; n = 0; before = $1 } } END { print n + 0 }'
}

# It begins with one frame and the news that nobody watches, or the other way round where poll() comes before write().
in_turns() { # LATE: so many frames may still be for somebody who has just left
	turns | awk -v late="$1" '{
		if ($1 + $2 != 1) { print "begins with " $1 ", " $2; exit 1 }
		for (i = 3; i <= NF; i++) {
			sum += $i
			if (i % 2 == 0 && $i > late) { print $i " frames for nobody"; exit 1 }
			if (i % 2 == 1 && i < NF && ($i < 8 || $i > 10)) { print $i " frames in a turn"; exit 1 }
		}
		if (NF < 5) { print NF " turns"; exit 1 }
	}'
}

# The least time between two frames, as they were due, in microseconds.
least_gap() {
	sed -nE 's/.*VIDIOC_QBUF .* timestamp=([0-9]+)\.([0-9]+).* = 0$/\1\2/p' err |
		awk 'NR > 1 && (!least || $1 - last < least) { least = $1 - last } { last = $1 } END { print least }'
}

for io in mmap userptr dmabuf dmabuf-import rw; do
	how=()
	[ $io != dmabuf-import ] || how=(--lender)
	use_io $io "sim:size=$clip_size"
	play fps=0,watch=200:8 --on-demand -vv "${io_options[@]}" clip420.nut
	# The news comes with poll(), which is called after QBUF, but before write().
	late=0
	[ $io != rw ] || late=1
	ok "$io: one frame at first, then as many as are watched" in_turns $late
	is "$(json r.json '"\(.frames.read) \(.end)"')" "$clip_frames eos" "$io: it goes on where it stood, to the end"
	check_trace "$io" "${how[@]}"
	[ $io = rw ] || ok "$io: and without a burst ($(least_gap) us)" [ "$(least_gap)" -ge 33000 ]
done
play fps=0,watch=1 --on-demand -q h264.mp4
is "$(json r.json .frames.read)" "$clip_frames" 'somebody who stays sees all of it'
play watch=500:12 --on-demand -vv clip420.nut
ok 'it waits' [ "$(grep -ac 'readers=0' err)" -ge 2 ]
keeps_time 33.3333333 33.3333333 'to wait is no interval between frames'

# Nobody comes: nothing is read any more, and a signal ends it.
start play -d sim:type=output,watch=600000 --on-demand --loop --json=r.json -vv clip420.nut
wait_until 20 grep -aq 'readers=0' err
# Once it has read ahead, nothing more in the time that another takes to play the whole file.
reads_nothing() {
	local before
	before=$(grep -E '^(rchar|syscr)' "/proc/$pid/io")
	v4l2q play -q -d sim:type=output clip420.nut
	[ "$(grep -E '^(rchar|syscr)' "/proc/$pid/io")" = "$before" ]
}
ok 'nobody comes: nothing is read' wait_until 20 reads_nothing
kill -INT "$pid"
wait_for "$pid" 20
is $? 0 'nobody comes: a signal ends it'
is "$(json r.json '"\(.frames.played) \(.end)"')" '1 signal' 'nobody comes: one frame'
check_trace 'nobody comes'

run_status 5 v4l2q play -d sim:type=output,watch=200,fail=dqevent@3:ENODEV --on-demand clip420.nut
one_clear_line 'gone' 'unplugged meanwhile'
run_status 3 v4l2q play -q -d sim:type=output --on-demand clip420.nut
one_clear_line 'v4l2loopback.*--on-demand' 'a device that does not tell'

done_testing
