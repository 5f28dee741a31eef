#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What those are told who watch a run: the status file and socket, and the service manager.
# Runs under: none
. "$(dirname "$0")/lib.sh"

listen() { # the notes of the run after this one
	: >notes
	"$root/tests/tools/notified" notify >notes &
	peer=$!
	wait_until 10 test -S notify
	export NOTIFY_SOCKET=$PWD/notify WATCHDOG_USEC=1000000
}

stop_listening() {
	kill $peer
	wait $peer 2>/dev/null
	rm -f notify
	unset NOTIFY_SOCKET WATCHDOG_USEC
}

holds() { # FILTER: of the status
	jq -e "$1" status.json >/dev/null
}

heard() { # REGEX
	grep -qE "$1" notes
}

n_pings() {
	grep -c '^WATCHDOG=1$' notes
}

more_pings_than() {
	[ "$(n_pings)" -gt "$1" ]
}

valid() { # STATUS NAME
	is "$(jq -r --slurpfile schema "$root/tests/schema/status.json" -f "$root/tests/schema/validate.jq" "$1" 2>&1)" '' "$2: the status is as its schema has it"
}

# A run that goes well.
listen
start capture -d sim:size=64x48,fps=30 -o good.nut --status status.json --status-socket socket --json=r.json
ok 'ready: when frames come' wait_until 10 heard '^READY=1$'
ok 'what it does, in a line' wait_until 10 heard '^STATUS=running: .* frames? .*lost 0'
ok 'it is alive, again and again' wait_until 10 more_pings_than 1
ok 'the file: running' wait_until 10 holds '.state == "running" and .frames.captured > 0 and .file.path == "good.nut"'
"$root/tests/tools/status-reader" socket 2 >lines
is "$(jq -r '"\(.state) \(.command) \(.file.container)"' lines | paste -sd,)" 'running capture nut,running capture nut' 'the socket: a line each second'
valid lines 'running'
ok 'time goes on' jq -se '.[1].uptime_s > .[0].uptime_s and .[1].frames.captured > .[0].frames.captured' lines
is "$(jq -r .pid status.json)" $pid 'whose it is'
kill -INT $pid
wait_for $pid 10
is $? 0 'the end: a good one'
ok 'the end: said' wait_until 10 heard '^STATUS=ended: .* lost 0$'
is "$(grep -cE '^(READY|STOPPING)=1$' notes)" 2 'ready and stopping: said once'
valid status.json 'ended'
is "$(jq -c '[.state, .end, .files, .frames]' status.json)" "$(jq -c '["ended", .end, 1, .frames]' r.json)" 'the last status has what the report has'
is "$(jq -c '[paths(type != "array" and type != "object") | map(tostring) | join(".")] - ["uptime_s", "updated", "pid", "state", "files", "queue.frames", "queue.bytes", "disk_left_s"]' status.json)" \
	"$(jq -c '[del(.output, .encoder) | paths(type != "array" and type != "object") | map(tostring) | join(".")]' r.json)" 'the same keys'
ok 'the socket is gone, nothing else is left' test "$(echo *socket* status*)" = '*socket* status.json'
frames=$(jq -r '"\(.frames.captured) frames .* \(.bytes.written / 1024 | floor)[.][0-9] KiB written .* lost 0"' r.json)
like "$(grep '^STATUS=ended' notes)" "^STATUS=ended: [0-9:]+  $frames\$" 'the end: as in the report'
stop_listening

# A slow start or end has pings, too.
is "$(sed -n '/^READY=1$/,/^STOPPING=1$/p' notes | grep -E '^(READY|WATCHDOG|STOPPING)=1$' | uniq | paste -sd' ')" 'READY=1 WATCHDOG=1 STOPPING=1' 'in this order'

# One from which nothing comes: it is not ready, and not alive, from the start to the end.
listen
start capture -d sim:size=64x48,fps=0.01 -o none.nut --status status.json
ok 'no frame: it is told what it does' wait_until 10 heard '^STATUS=starting'
ok 'no frame: a while' wait_until 10 holds '.uptime_s > 1'
kill -INT $pid
wait_for $pid 10
ok 'no frame: the end is told' wait_until 10 heard '^STOPPING=1$'
is "$(grep -cE '^(READY|WATCHDOG)=1$' notes)" 0 'no frame: it never was ready'
stop_listening

# A device that is away is waited for; one that stands still is not alive.
listen
start capture -d sim:size=64x48,fps=30,unplug=9,replug=60000 -o 'away%d.nut' --on-disconnect=wait --status status.json
ok 'away: waiting' wait_until 10 holds '.state == "waiting" and .frames.captured == 9'
ok 'away: alive' wait_until 10 more_pings_than "$(n_pings)"
kill -INT $pid
wait_for $pid 10
stop_listening
listen
start capture -d sim:size=64x48,fps=30,stall=9 -o still.nut --stall-timeout 0 --status status.json
ok 'it stands still' wait_until 10 holds '.frames.captured == 9 and .uptime_s > 2.5'
n=$(n_pings)
at=$(jq .uptime_s status.json)
ok 'the status is told all the same' wait_until 10 holds ".uptime_s > $at + 1.5"
is "$(n_pings)" "$n" 'but nothing says that it is alive'
kill -INT $pid
wait_for $pid 10
stop_listening

# Playing: a file, whose last frame is held, and a camera.
run_status 0 v4l2q capture -q -d sim:size=64x48,fps=0 -n 9 -o clip.nut
display=sim:type=output,size=64x48
listen
start play -d $display clip.nut --hold --status play.json
ok 'play: ready' wait_until 10 heard '^READY=1$'
ok 'play: what it does, in a line' wait_until 10 heard '^STATUS=waiting: .* frames? .*dropped '
ok 'play: alive while nothing moves' wait_until 10 more_pings_than "$(n_pings)"
kill -INT $pid
wait_for $pid 10
ok 'play: the end' wait_until 10 heard '^STOPPING=1$'
valid play.json 'play'
is "$(jq -r '"\(.state) \(.input.path) \(.frames.read)"' play.json)" 'ended clip.nut 9' 'play: the last status'
stop_listening
listen
start play -d $display sim:size=64x48,fps=30 --status-socket socket --json=r.json
ok 'relay: ready' wait_until 10 heard '^READY=1$'
ok 'relay: alive' wait_until 10 more_pings_than 1
"$root/tests/tools/status-reader" socket 2 >lines
valid lines 'relay'
is "$(jq -r '"\(.state) \(.input.path) \(.frames.played > 0)"' lines | tail -1)" 'running sim true' 'relay: a line of the socket'
kill -INT $pid
wait_for $pid 10
ok 'relay: the end' wait_until 10 heard '^STOPPING=1$'
ok 'relay: the socket is gone' test ! -e socket
stop_listening

# As metrics: a page that Prometheus reads, of all runs.
prometheus=$root/scripts/status-to-prometheus
if command -v python3 >/dev/null; then
	jq '.device.path = "a \"b\"" | .frames.lost.queue = 7' status.json >second.json
	run_status 0 "$prometheus" status.json second.json
	is "$(grep -cvE '^# (HELP v4l2q_[a-z0-9_]+ [A-Z].*\.|TYPE v4l2q_([a-z0-9_]+_total counter|[a-z0-9_]+ gauge))$|^v4l2q_[a-z0-9_]+\{[a-z]+="([^"\\]|\\.)*"(,[a-z]+="([^"\\]|\\.)*")*\} [0-9.e+-]+$' out)" 0 'metrics: each line is well-formed'
	is "$(grep -c ^v4l2q_frames_captured_total out) $(grep -c '^# TYPE v4l2q_frames_captured_total' out)" '2 1' 'metrics: those of one name together'
	is "$(grep -E '^v4l2q_frames_(captured_total|lost_total.*second.*queue)' out)" 'v4l2q_frames_captured_total{device="sim",status="status.json"} 9
v4l2q_frames_captured_total{device="a \"b\"",status="second.json"} 9
v4l2q_frames_lost_total{device="a \"b\"",status="second.json",cause="queue"} 7' 'metrics: the values'
	is "$(grep 'v4l2q_state.*status="status.json".* 1$' out)" 'v4l2q_state{device="sim",status="status.json",state="ended"} 1' 'metrics: the state'
	# shellcheck disable=SC2016 # awk's $
	ok 'metrics: when it was' awk -v now="$(date +%s)" '/^v4l2q_updated/ { old = now - $NF; n++ } END { exit !(n == 2 && old >= -1 && old < 600) }' out
	run_status 0 "$prometheus" play.json
	is "$(grep '^v4l2q_frames_read' out)" 'v4l2q_frames_read_total{device="sim",status="play.json"} 9' 'metrics: of a playback'
	run_status 1 "$prometheus" good.nut
	echo '{}' >empty.json
	run_status 1 "$prometheus" empty.json
	is "$(cat err)" 'status-to-prometheus: not a status that v4l2q --status writes' 'metrics: of what is none'
else
	skip 'metrics' 'there is no python3 here'
fi

# The example of a service.
unit=$root/scripts/examples/v4l2q@.service
if command -v systemd-analyze >/dev/null; then
	sed 's,/usr/local/bin/v4l2q,/bin/true,' "$unit" >v4l2q@video0.service
	mkdir v4l2q@video0.service.d
	cp "$root/scripts/examples/pre-roll.conf" v4l2q@video0.service.d
	# Of a key that it does not know it warns, with status 0.
	is "$(systemd-analyze verify --man=no ./v4l2q@video0.service 2>&1) $?" ' 0' 'the unit is one, with the pre-roll'
else
	skip 'the unit is one' 'there is no systemd-analyze here'
fi
mkdir -p state/v4l2q/video0 run/v4l2q-video0
# shellcheck disable=SC2016 # the unit's $
read -ra command < <(sed -nE '/^ExecStart=/,/[^\\]$/p' "$unit" | tr -d '\\\n' | sed 's/^ExecStart=[^ ]*//; s,%S,state,; s,%t,run,g; s/%i/video0/g; s/%%/%/g; s/\$OPTIONS/-n 5/')
is "${command[0]} ${command[2]}" 'capture /dev/video0' 'the unit: what it executes'
command[2]=sim:size=64x48
listen
run_status 0 v4l2q "${command[@]}"
is "$(jq -r '"\(.state) \(.frames.written)"' run/v4l2q-video0/status.json) $(set -- state/v4l2q/video0/*.mkv; echo $#)" 'ended 5 1' 'the unit: records'
ok 'the unit: is ready' wait_until 10 heard '^READY=1$'
stop_listening

# With the example of a pre-roll: that nothing happened is no failure.
preroll=$root/scripts/examples/pre-roll.conf
rm state/v4l2q/video0/* # of this second, perhaps
options=$(sed -n 's/^Environment="OPTIONS=\(.*\)"$/\1/p' "$preroll")
# shellcheck disable=SC2086 # words
start "${command[@]::${#command[@]}-2}" $options
ok 'the pre-roll of the unit: armed' wait_until 10 jq -e '.state == "armed" and .frames.captured > 0' run/v4l2q-video0/status.json
kill -TERM $pid
wait_for $pid 10
is $? "$(sed -n 's/^SuccessExitStatus=//p' "$preroll")" '... and stopped without a trigger'

# One that waits for a trigger.
start capture -d sim:size=64x48,fps=30 -o 'event%d.nut' --pre-roll 1s --status status.json
ok 'armed, with frames and no file' wait_until 10 holds '.state == "armed" and .frames.captured > 0 and .file == null'
valid status.json 'armed'
kill -USR1 $pid
ok 'triggered: running' wait_until 10 holds '.state == "running" and .file.path == "event0.nut"'
kill -INT $pid
wait_for $pid 10

# Each line of standard error has its level, or time and level, whoever prints it and wherever the option stands.
for run in '2 recorded --log-format journal' '2 --log-format=journal' '2 capture --log-format journal --nonsense' '2 capture --nonsense --log-format journal' '2 play --loop 2 x --log-f=journal' \
	'0 capture -d sim:size=64x64,fps=0 -n 2 -yo x.mkv -c libx265 --log-format journal' \
	'0 capture -d sim:size=64x64,fps=0 -n 2 -yo x.mkv -c libsvtav1 --log-format journal' \
	"0 play -d $display clip.nut --log-format journal" "0 play -d $display sim:size=64x48,fps=0 -n 2 --log-format journal" \
	'0 bench -d sim:size=64x48,fps=0 -n 5 --io mmap --json --log-format journal'; do
	# shellcheck disable=SC2086 # words
	run_status ${run%% *} v4l2q ${run#* }
	ok '... with levels' eval 'test -s err && ! grep -v "^<[3-7]>" err'
done
run_status 0 v4l2q capture -d sim:size=64x48,fps=0 -n 2 -yo x.nut --log-format iso
ok '... with times' eval 'test -s err && ! grep -vE "^[0-9-]{10}T[0-9:.]{12}Z v4l2q: info: " err'
rm -f x.nut

# What cannot be.
run_status 6 v4l2q capture -d sim -n 1 -o x.nut --status /nonexistent/status.json
one_clear_line '/nonexistent/status.json: No such file' 'no such folder'
run_status 6 v4l2q capture -d sim -n 1 -o x.nut --status-socket status.json
one_clear_line 'not a socket' 'a file in the place of the socket'
run_status 2 v4l2q capture -d sim -n 1 -o x.nut --status x.nut
run_status 2 v4l2q play -d $display clip.nut --status clip.nut
one_clear_line 'would overwrite the input' 'play: the status in the place of the file'
run_status 2 v4l2q play -d $display sim --status s.json --json=s.json
ok 'nothing was written' test ! -e x.nut
done_testing
