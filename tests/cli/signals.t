#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SIGINT and SIGTERM end a run in good order; a second one at once.
# Runs under: asan tsan
. "$(dirname "$0")/lib.sh"

size=320x240

for io in mmap userptr dmabuf rw; do
	for signal in INT TERM; do
		rm -f o.mkv r.json
		start capture -d sim:size=$size --io=$io -o o.mkv --json=r.json -vv
		wait_until 20 grep -aq 'DQBUF.* = 0$\|read .* = [1-9]' err
		sleep 0.2
		began=$(now_ms)
		kill -$signal "$pid"
		wait_for "$pid" 20
		is $? 0 "$io, SIG$signal: status 0"
		took=$(($(now_ms) - began))
		ok "$io, SIG$signal: within a second ($took ms)" [ $took -le $((1000 * SLOW)) ]
		is "$(json r.json .end)" signal "$io, SIG$signal: the report says so"
		is "$(probe o.mkv nb_read_packets)" "$(json r.json .frames.written)" "$io, SIG$signal: the file is finalised"
		balanced r.json "$io, SIG$signal"
		check_trace "$io, SIG$signal"
	done
done

# While no frame comes, the wait is in poll.
start capture -d sim:size=$size,stall=5 -o stalled.mkv --json=r.json -vv
wait_until 20 grep -aq 'sequence=4' err
sleep 0.3
began=$(now_ms)
kill -INT "$pid"
wait_for "$pid" 20
is $? 0 'SIGINT while no frame comes: status 0'
ok 'SIGINT while no frame comes: within a second' [ $(($(now_ms) - began)) -le $((1000 * SLOW)) ]
check_trace 'SIGINT while no frame comes'
is "$(probe stalled.mkv nb_read_packets)" 5 'and the five frames are in the file'

# A writer that is stuck holds the first signal up, not the second.
mkfifo fifo
(exec sleep 300) <fifo >/dev/null &
reader=$!
start capture -d sim:size=1280x720 -f nut -o fifo --memory 64M
sleep 2
kill -INT "$pid"
sleep 0.5
began=$(now_ms)
kill -INT "$pid"
wait_for "$pid" 20
status=$?
ok "a second SIGINT ends it whatever it waits for (status $status)" [ $status -ne 124 ]
ok 'and at once' [ $(($(now_ms) - began)) -le $((1000 * SLOW)) ]
kill "$reader"

# A reader that leaves.
mkfifo pipe
head -c 100000 <pipe >/dev/null &
run_status 6 v4l2q capture -d sim:size=$size -n 300 -f nut -o pipe --json=r.json
is "$(json r.json .end)" write-error 'a reader that leaves is an error of the file, not of the device'
balanced r.json 'a reader that leaves'

done_testing
