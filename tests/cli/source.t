#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A source that changes, blinks or goes silent under a recording.
# Runs under: asan tsan
. "$(dirname "$0")/lib.sh"

source=sim:size=320x240,fps=60,event=20
changing=$source:640x480

# follows NAME FRAMES: a file for each size, NAME0.nut and NAME1.nut, all frames in the two.
follows() {
	local first second
	first=$(json r.json '.output[0].frames')
	second=$(json r.json '.output[1].frames')
	is "$((first + second)) $(json r.json .frames.written)" "$2 $2" "$1: all frames are in two files"
	is "$(json r.json '"\(.source.changes) \(.end)"')" '1 count' "$1: a change that did not end it"
	like "$(picture_numbers "${1}0.nut" YUYV 320x240)" "^frames=$first first=0 .*torn=0 .*repeated=0" "$1: the first is whole"
	like "$(picture_numbers "${1}1.nut" YUYV 640x480)" "^frames=$second first=0 .*torn=0 .*repeated=0" "$1: the second is whole"
	is "$(probe "${1}0.nut" width,height | paste -sd' ') $(probe "${1}1.nut" width,height | paste -sd' ')" '320 240 640 480' \
		"$1: each has its size"
	balanced r.json "$1"
}

# --- another size: the next file ---
run_status 0 v4l2q capture -d $changing -n 50 -o 'part%d.nut' --json=r.json --frame-log log -vv
follows part 50
is "$(json r.json '"\(.format.width)x\(.format.height)"')" 640x480 'change: the report tells the last format'
is "$(jq -s 'map(select(.fate == "written")) | length' log)" 50 'change: each frame is in the frame log'
is "$(jq -s 'map(.lost // 0) | add' log)" "$(json r.json .frames.lost.driver)" 'change: that the numbers begin anew is no loss'
check_trace 'change'
like "$(cat err)" 'the video source changed from 320x240 at 60 fps to 640x480 at 60 fps' 'change: it is said'

for io in $(streaming_modes); do
	use_io "$io" sim:size=320x240
	run_status 0 v4l2q capture -d $changing -n 35 -o "$io%d.nut" "${io_options[@]}" --json=r.json
	follows "$io" 35
done
# read() ends when the device is closed, and another simulated one has the source that it began with.
run_status 0 v4l2q capture -d $changing -n 30 -o 'rw%d.nut' --io=rw --json=r.json
is "$(json r.json '"\(.output | length) \(.frames.written) \(.source.changes)"')" '2 30 1' 'rw: goes on with the device opened anew'

# The file thread is far behind: what it has in hand is neither lost nor in the way.
for caps in caps=mmap caps=mmap+orphan; do
	run_status 0 v4l2q capture -d sim:size=640x480,fps=0,event=60:320x240,$caps -n 100 -c mjpeg -o "$caps-%d.mkv" --json=r.json -vv
	is "$(json r.json '"\(.frames.written) \(.frames.lost | add)"')" '100 0' "$caps: nothing is lost on the way to the file"
	is "$(probe $caps-0.mkv nb_read_packets,width | paste -sd' ') $(probe $caps-1.mkv nb_read_packets,width | paste -sd' ')" \
		"$(json r.json '.output | "640 \(.[0].frames) 320 \(.[1].frames)"')" "$caps: each frame is in its file"
	ok "$caps: all frames before the change but those in the device's 32 buffers" [ "$(json r.json '.output[0].frames + .frames.lost.driver')" -ge $((60 - 32)) ]
	ok "$caps: some waited for the file" [ "$(json r.json .queue.high_water_frames)" -gt 4 ]
	check_trace "$caps"
done

# --- where it cannot go on ---
done_under tsan
run_status 1 v4l2q capture -d $changing -n 50 -o one.nut --json=r.json
one_clear_line 'changed from 320x240 .* to 640x480 .*%03d in the name' 'one name'
is "$(json r.json .end) $(probe one.nut nb_read_packets)" "error $(json r.json .frames.written)" 'one name: the file is finalised'
run_status 4 v4l2q capture -d $changing -n 50 -s 320x240 -o 'size%d.nut'
one_clear_line 'asked for 320x240 .* got 640x480' 'a size that was asked for'
run_status 0 v4l2q capture -d $changing -n 50 -s 320x240 --adjust -o 'adjust%d.nut'
is "$(probe adjust1.nut width)" 640 'a size that was asked for: --adjust goes on'
run_status 1 v4l2q capture -d $changing,fail=s_dv_timings@1:EIO -n 50 -o 'refused%d.nut'
one_clear_line 'VIDIOC_S_DV_TIMINGS' 'timings that the device refuses'
run_status 5 v4l2q capture -d $changing,fail=query_dv_timings@1:ENODEV -n 50 -o 'gone%d.nut'
# Another program takes the queue in the moment it is free.
run_status 3 v4l2q capture -d $changing,fail=probe@6:EBUSY -n 50 -o 'taken%d.nut' --json=r.json
one_clear_line 'busy' 'a queue that is taken meanwhile'
is "$(json r.json '"\(.device.path) \(.frames.written) \(.end)"')" "sim $(probe taken0.nut nb_read_packets) error" \
	'a queue that is taken meanwhile: there is a report even so'
run_status 5 v4l2q capture -d $changing,node=camera,fail=open@2:EMFILE --io=rw -n 50 -o 'closed%d.nut' --json=r.json
is "$(json r.json '"\(.device.path) \(.device.driver) \(.end)"')" 'sim sim error' 'a device that cannot be opened anew: the report names it'
like "$(cat err)" 'device +sim \(sim' 'a device that cannot be opened anew: to people too'
run_status 2 v4l2q capture -d $changing -n 50 -o 'no/such/folder%d.nut' -f nothing
run_status 1 v4l2q bench -d $changing -n 50 --io=mmap
one_clear_line 'the video source changed during the measurement' 'bench'

mkdir full0 # the last frame before the change is to open the file in full1, which the device loop does not see
run_status 6 v4l2q capture -d sim:size=640x480,fps=8,event=3:320x240 -n 4 -o 'full%d/o.nut' --segment 1M -vv
unlike "$(cat err)" 'VIDIOC_S_DV_TIMINGS' 'a file that failed meanwhile: nothing is followed'

# --- the same again: the same file ---
for keys in event=20+30:320x240 event=20+30; do
	run_status 0 v4l2q capture -d sim:size=320x240,fps=60,$keys -n 50 -o blink.nut -y --json=r.json -vv
	is "$(json r.json '"\(.frames.written) \(.source.changes) \(.source.interruptions)"') $(probe blink.nut nb_read_packets)" \
		'50 0 2 50' "$keys: goes on in the same file"
	check_trace "$keys"
done

run_status 0 v4l2q capture -yd sim:size=64x48,adjust=size+format,event=3:32x24 --want fps -n 6 -o 'wish%d.nut'
like "$(cat err)" 'want fps: YUYV 32x24 at 1000 fps' 'the wish is for the new source too'

run_status 0 v4l2q capture -d sim:size=320x240,fps=60,event=20 -n 50 -o blink.nut -y --io=rw --json=r.json
is "$(json r.json '"\(.frames.written) \(.source.interruptions)"')" '50 1' 'rw: goes on in the same file'
like "$(cat err)" 'interrupted: continuing to read' 'rw: says no more than it does'

# --- no signal ---
run_status 0 v4l2q capture -d $changing,lock=300 -n 50 -o 'lock%d.nut'
like "$(cat err)" 'not stable: waiting for the video source' 'no signal for a while: it is waited for'
run_status 5 v4l2q capture -d $changing,lock=60000 -n 50 -o 'dark%d.nut' --stall-timeout 500ms --json=r.json
is "$(json r.json .end) $(probe dark0.nut nb_read_packets)" "stall $(json r.json .frames.written)" 'no signal any more: the stall timeout ends it'
run_status 0 v4l2q capture -d $changing,lock=60000 -t 500ms -o 'time%d.nut' --json=r.json
is "$(json r.json .end)" duration 'no signal any more: or the duration'
start capture -d $changing,lock=60000 -o 'signal%d.nut'
ok 'a signal while there is none' wait_until 10 grep -q waiting err
kill -INT $pid
wait_for $pid 10
is $? 0 'ends it in good order'

# --- names ---
run_status 0 v4l2q capture -d sim:size=320x240,fps=0 -n 3 -o 'plain%03d.nut'
ok '%03d is a number though nothing changed' opens plain000.nut
# The server that nobody is names the address that it was asked for.
run_status 6 v4l2q capture -d sim:size=320x240,fps=0 -n 3 -o 'http://127.0.0.1:1/a%2db%d' -f nut
like "$(cat err)" 'a%2db%d' 'an address is left as it is'

done_testing
