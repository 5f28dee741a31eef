#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# v4l2q doctor: each obstacle has its cause and its cure, and the exit status is that of a recording.
# Runs under: none
. "$(dirname "$0")/lib.sh"

sim=sim:size=64x48

# obstacle STATUS NAME CAUSE CURE OPTIONS...: the first obstacle is this one.
obstacle() {
	run_status "$1" v4l2q doctor "${@:5}" --json=r.json
	first=$(json r.json 'first(.checks[] | select(.result == "obstacle")) | "\(.check) \(.cause); \(.cure)"')
	like "$first" "^$2 .*$3.*; .*$4" "${*:6:1}: $2: $3"
	is "$(json r.json .status)" "$1" "${*:6:1}: the report has the status"
}

run_status 0 v4l2q doctor -d $sim,fps=100 -r 100 -n 12
is "$(grep -c '^[a-z]* *ok:' out) $(grep -c OBSTACLE out) $(wc -c <err)" '9 0 0' 'a good device: all is well'
like "$(cat out)" 'rate +ok: 100 fps negotiated, [0-9.]+ measured; its clock is' 'a good device: the rate and the clock'
run_status 0 v4l2q doctor -d $sim,fps=100,drift=5000 -n 12 --json=r.json
ok 'a fast clock: so many ppm' jq -e '.fps.drift_ppm > 4500 and .fps.drift_ppm < 5500 and .fps.drift_error_ppm < 300' r.json

obstacle 3 node 'no such device' '(available|check that it is plugged in)' -d /dev/video9999
obstacle 3 node 'a regular file' 'v4l2q list' -d "$root/Makefile"
obstacle 3 node 'memory-to-memory device, a[n ]' '' -d $sim,type=converter
obstacle 3 idle 'busy' '[a-z]' -d $sim,busy
is "$(json r.json '[.checks[] | select(.check == "node" or .check == "setup").result] | join(" ")')" 'ok skipped' \
	'busy: the node is good, and nothing is set'
obstacle 0 pipeline 'was not set up: "Debayer A":0 wants .*, "Sensor A":0 sends' "media-ctl -d .* -V '\"Sensor A\":0 .fmt:SBGGR8_1X8/640x480.'" \
	-d sim:fps=0,pipeline=mismatch -n 3
obstacle 0 pipeline 'was not set up' '' -d sim:fps=0,pipeline=mismatch -n 3 --fix
is "$(json r.json '.checks[] | select(.fixed).check')" pipeline '--fix: leaves the pipeline set'
obstacle 4 setup 'brightness' 'null' -d $sim --set-ctrl brightness=9999
obstacle 5 signal 'there is no signal' 'connect the video source' -d $sim,signal=none --stall-timeout 100ms
obstacle 5 signal 'not stable' 'check cable and source' -d $sim,signal=no-lock --stall-timeout 100ms
obstacle 5 signal 'does not support the signal' 'set the source' -d $sim,signal=range --stall-timeout 100ms
obstacle 5 timings 'from 64x48 at 30 fps to 128x96 at 30 fps' '--fix' -d $sim,source=128x96 --stall-timeout 100ms
obstacle 0 timings 'not those of the source' '' -d $sim,fps=0,source=128x96 --fix -n 3
is "$(json r.json '.format.width, (.checks[] | select(.fixed).check)' | paste -sd' ')" '128 timings' '--fix: sets the timings of the source'
obstacle 4 format 'asked for 640x480, got 64x48' '--adjust' -d $sim,adjust=size -s 640x480
obstacle 1 buffers 'no memory for the buffers' 'fewer buffers' -d $sim,fail=reqbufs@1:ENOMEM
obstacle 1 buffers 'refuses to give buffers .VIDIOC_REQBUFS: Invalid argument' 'another --io' -d $sim,fail=reqbufs@1:EINVAL
obstacle 1 buffers 'refuses to start the stream .VIDIOC_STREAMON: Invalid argument' 'another size or pixel format' \
	-d $sim,fail=streamon@1:EINVAL
obstacle 1 buffers '0 buffers granted' '--io' -d $sim,grant=0 --io mmap
obstacle 3 buffers 'USB bandwidth' 'compressed format' -d $sim,fail=streamon@1:ENOSPC
obstacle 3 buffers 'media pipeline is not set up, or formats' '--pipeline auto' -d $sim,fail=streamon@1:EPIPE
obstacle 3 buffers 'not set up, or there is no signal' 'links' -d $sim,fail=streamon@1:ENOLINK
obstacle 5 frames 'no frame for 0.1 s' 'plug it in again' -d $sim,fps=0,stall=3 --stall-timeout 100ms
obstacle 5 frames 'none of the [0-9]+ frames of 0.1 s could be used: damaged or empty' 'another cable' \
	-d "$sim,fps=0,empty=*" --stall-timeout 100ms
obstacle 0 frames '[0-9]+ of 1[0-9] frames were damaged' 'another cable' -d $sim,fps=0,error=3 -n 9
obstacle 0 picture 'dark: 0 % of white' 'cap off the lens' -d $sim,fps=0,draw=black -n 3
obstacle 0 picture 'dark: 0 % of white' 'cap off the lens' -d $sim,format=MJPG,fps=0,draw=black -n 3
run_status 0 v4l2q doctor -d $sim,format=MJPG,fps=0 -n 3
like "$(cat out)" 'picture +ok: [1-9][0-9]* % of white' 'a compressed picture is decoded'
obstacle 4 rate '50 fps came in place of the 100 negotiated.*exposure_dynamic_framerate' 'exposure_dynamic_framerate=0, or more light' \
	-d $sim,fps=100,exposure=15 -r 100 -n 12
obstacle 0 rate '50 fps came' 'exposure_dynamic_framerate=0' -d $sim,fps=100,exposure=15 -n 12
obstacle 0 times '9 timestamps are wrong: missing' 'time of arrival' -d $sim,fps=0,times=zero -n 9

# A recording says the same.
run_status 3 v4l2q capture -d $sim,fail=streamon@1:ENOSPC -n 3 -o o.nut
like "$(cat err)" 'not enough USB bandwidth .*; try a compressed format' 'capture: the same cause and cure'
run_status 0 v4l2q capture -d $sim,fps=100,exposure=15 -n 12 -y -o o.nut --json=r.json
like "$(json r.json '"\(.fps.cause); \(.fps.cure)"')" 'exposure_dynamic_framerate lets the camera lower its rate in the dark; --set-ctrl' \
	'capture: its report too'
like "$(tr -s ' \n' ' ' <err)" 'rate 100 fps negotiated, 50[.0-9]+ fps measured 50 fps came in place' 'and its text'

# The device is left as it was.
run_status 0 v4l2q doctor -d sim:settings=left,fps=0 -s 320x240 --set-ctrl brightness=1 -n 3
is "$(sort -u left | wc -l)" 1 'the device is set back'

done_testing
