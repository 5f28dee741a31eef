#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SIGINT and SIGTERM end a run in good order, as do those of a power failure and of RLIMIT_CPU; a second one within a second is the same request, a later one ends at once.
# Runs under: tsan
. "$(dirname "$0")/lib.sh"

size=320x240

for run in 'mmap INT' 'userptr TERM' 'dmabuf PWR' 'rw XCPU'; do
	read -r io signal <<<"$run"
	rm -f o.mkv r.json
	start capture -d sim:size=$size,fps=5 --io="$io" -o o.mkv --json=r.json -vv
	wait_until 20 has_traced 4
	interrupt "$signal" "$io, SIG$signal"
	is "$(json r.json .end)" signal "$io, SIG$signal: the report says so"
	is "$(probe o.mkv nb_read_packets)" "$(json r.json .frames.written)" "$io, SIG$signal: the file is finalised"
	balanced r.json "$io, SIG$signal"
	check_trace "$io, SIG$signal"
done

# While no frame comes, the wait is in poll.
start capture -d sim:size=$size,stall=5 -o stalled.mkv --json=r.json -vv
wait_until 20 has_traced 5
interrupt INT 'SIGINT while no frame comes'
is "$(json r.json .end)" signal 'SIGINT while no frame comes: that is what ended it'
check_trace 'SIGINT while no frame comes'
is "$(probe stalled.mkv nb_read_packets)" 5 'and the five frames are in the file'

# One request may come as several signals: timeout(1) sends SIGTERM twice, systemd SIGTERM and SIGHUP. The stopped program gets them at
# the same time; then another, while it is still busy with the first or has ended.
at_once() { # SIGNAL...
	local signal
	kill -STOP "$pid"
	wait_until 20 grep -q '^State:[[:space:]]T' "/proc/$pid/status"
	for signal; do kill "-$signal" "$pid"; done
	kill -CONT "$pid"
}
together() { # NAME
	at_once TERM INT HUP
	kill -TERM "$pid"
	wait_for "$pid" 20
	is $? 0 "$1: several signals together are one request"
}
# Signals that have no meaning for a run do not end it, and are told once.
send_meaningless() {
	local signal
	for signal in USR1 USR2 ALRM VTALRM PROF IO STKFLT USR1; do kill "-$signal" "$pid"; done
}
told_meaningless() { # NAME
	is "$(grep -oE 'SIG[0-9A-Z]+ is ignored' err | sort | uniq -c | awk '{ print $1 $2 }' | paste -sd ' ')" \
		'1SIGALRM 1SIGPOLL 1SIGPROF 1SIGSTKFLT 1SIGUSR1 1SIGUSR2 1SIGVTALRM' "$1: signals without a meaning are told, each once"
}
start capture -d sim:size=$size,fps=60 -o several.mp4 --json=r.json -vv
wait_until 20 has_traced 4
send_meaningless
ok 'SIGUSR1 without --pre-roll: told at once' wait_until 20 grep -q 'warning: SIGUSR1 is ignored: there is nothing to trigger' err
together capture
told_meaningless capture
is "$(json r.json .end)" signal 'several signals: the report says so'
is "$(probe several.mp4 nb_read_packets)" "$(json r.json .frames.written)" 'several signals: the file has its index'
start bench -d sim:size=$size,fps=5 --io=mmap --json=r.json -vv
wait_until 20 has_traced 4
send_meaningless
together bench
told_meaningless bench
start play -d sim:size=$size,type=output several.mp4 --hold -vv
wait_until 20 has_traced 4
send_meaningless
together play
told_meaningless play

# A writer that is stuck holds the first signal up, not one that comes more than a second later.
mkfifo fifo
(exec sleep 300) <fifo >/dev/null &
reader=$!
start capture -d sim:size=1280x720 -f nut -o fifo --memory 64M -vv
wait_until 20 has_traced 1 # which the pipe does not hold
at_once INT TERM
ok 'the first SIGINT ends the stream' wait_until 20 grep -aq VIDIOC_STREAMOFF err
ok 'and leaves the program to wait for the reader, as does another at once' wait_until 20 waits "$pid"
ended_by_another() {
	kill -INT "$pid"
	ended "$pid"
}
wait_until 20 ended_by_another
wait_for "$pid" 20
status=$?
ok "a later SIGINT ends it whatever it waits for (status $status)" [ $status -ne 124 ]
kill "$reader"

# Stopped, as by ^Z, for longer than the buffers last and than a device may be silent.
start capture -d sim:size=64x48,fps=100 -o stopped.nut --json=r.json --stall-timeout=1s
wait_until 20 has_bytes stopped.nut 50000
kill -STOP "$pid"
wait_until 20 grep -q '^State:[[:space:]]T' "/proc/$pid/status"
sleep 1.2 # or more
kill -CONT "$pid"
ok 'stopped: told' wait_until 20 grep -q 'sim: stopped for .* s: [1-9][0-9]* lost by the driver' err
kill -TERM "$pid"
wait_for "$pid" 20
is "$? $(json r.json .end)" '0 signal' 'stopped: it goes on'
is "$(grep -c 'stopped for' err)" 1 'stopped: told once'
told=$(sed -n 's/.* \([0-9]*\) lost by the driver/\1/p' err)
ok "stopped: the report counts the $told frames" [ "$(json r.json .frames.lost.driver)" -ge "${told:-0}" ]

# A reader that leaves.
mkfifo pipe
head -c 100000 <pipe >/dev/null &
run_status 6 v4l2q capture -d sim:size=$size -n 300 -f nut -o pipe --json=r.json --frame-log log
is "$(json r.json .end)" write-error 'a reader that leaves is an error of the file, not of the device'
balanced r.json 'a reader that leaves'
is "$(grep -c '"fate"' log)" "$(json r.json .frames.captured)" 'a reader that leaves: every frame has its line in the log'

# A reader that takes nothing any more, and a device that is lost.
(exec sleep 300) <pipe >/dev/null &
reader=$!
run_status 5 v4l2q capture -d sim:size=$size,fps=0,unplug=20 -n 300 -f nut -o pipe --json=r.json --frame-log log
like "$(cat err)" 'pipe: its reader has taken nothing for 5 s after' 'a reader that stopped: said'
kill "$reader"
is "$(json r.json .end)" disconnect 'a reader that stopped: what ended the run'
balanced r.json 'a reader that stopped'
ok 'a reader that stopped: what could not be written is counted' [ "$(json r.json .frames.lost.writer)" -gt 0 ]
is "$(grep -c '"fate"' log)" "$(json r.json .frames.captured)" 'a reader that stopped: every frame has its line in the log'

# A FIFO without a reader.
for options in '-o lonely -f nut' '-o o.nut -y --frame-log lonely'; do
	mkfifo lonely
	# shellcheck disable=SC2086 # the words of a command
	start capture -d sim:size=$size $options
	wait_until 20 waits "$pid"
	kill -TERM "$pid"
	wait_for "$pid" 20
	ok "$options, a FIFO without a reader: SIGTERM ends it" [ $? -ne 124 ]
	rm lonely
done

# --- addresses that do not answer: a server that waits for its client, and one that takes no more clients ---
has_socket() { # STATE PORT: of /proc/net/tcp, with the port at one of its ends
	grep -qE "^ *[0-9]+: ([0-9A-F]+:$(printf %04X "$2") [0-9A-F:]+|[0-9A-F:]+ [0-9A-F]+:$(printf %04X "$2")) $1 " /proc/net/tcp
}
listens_or_ended() {
	has_socket 0A $port || ended $pid
}
for ((port = 20000 + RANDOM % 20000; ; port++)); do
	start play -d sim:type=output "tcp://127.0.0.1:$port?listen=1"
	server=$pid
	ok 'a server is waited for' wait_until 20 listens_or_ended
	! has_socket 0A $port || break
done
kill -STOP "$server"
exec {first}<>/dev/tcp/127.0.0.1/$port {second}<>/dev/tcp/127.0.0.1/$port # as many as wait to be accepted
for command in "play -d sim:type=output tcp://127.0.0.1:$port" "capture -d sim:size=$size,fps=0 -f nut -o tcp://127.0.0.1:$port"; do
	# shellcheck disable=SC2086 # the words of a command
	start $command
	ok "${command%% *}: the address does not answer" wait_until 20 has_socket 02 $port
	kill -TERM "$pid"
	wait_for "$pid" 20
	status=$?
	ok "${command%% *}: SIGTERM ends it (status $status)" [ $status -ne 124 ]
done
like "$(cat err)" "$port: the run ended before it answered" 'capture: said'
exec {first}>&- {second}>&-
kill -TERM "$server"
kill -CONT "$server"
wait_for "$server" 20
ok 'a server without a client: SIGTERM ends it' [ $? -ne 124 ]

# --- closed standard descriptors ---
done_under tsan
v4l2q play -q -d sim:type=output <&- 2>err
is "$? $(cat err)" '6 v4l2q: standard input: Bad file descriptor' 'play <&-'
v4l2q capture -q -d sim:size=$size,fps=0 -n 3 -o - >&- 2>err
is "$? $(cat err)" '6 v4l2q: standard output: cannot be opened for writing: Bad file descriptor' 'capture -o - >&-'
v4l2q capture -q -d sim:size=$size,fps=0 -n 3 -o o.nut -y --json >&- 2>err
is "$? $(cat err)" '6 v4l2q: standard output: Bad file descriptor' 'capture --json >&-'
v4l2q list -d sim >&- 2>err
is "$? $(cat err)" '6 v4l2q: standard output: Bad file descriptor' 'list >&-'
v4l2q capture -d sim:size=$size,fps=0 -n 3 -o o.nut -y <&- >&- 2>&-
is "$? $(probe o.nut nb_read_packets)" '0 3' 'all three closed: nothing is written to what stands in their places'

done_testing
