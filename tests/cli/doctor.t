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
obstacle 3 node 'no such device, and there are no other' 'use the simulated device' -d sim:fail=open@1:ENOENT
obstacle 3 node 'the device is gone' 'plug it in again' -d sim:fail=open@1:ENXIO
obstacle 3 node 'only its owner may open it' 'ls -l' -d sim:fail=open@1:EACCES
obstacle 3 node 'a directory, not a device' 'v4l2q list' -d "$root/tests"
obstacle 3 node 'not a V4L2 video device' 'v4l2q list' -d /dev/null
compgen -G '/dev/video[0-9]*' >/dev/null || obstacle 3 node 'there is no /dev/video. node' 'plug one in'
obstacle 3 node 'a regular file' 'v4l2q list' -d "$root/Makefile"
obstacle 3 node 'memory-to-memory device, a[n ]' 'it is used by' -d $sim,type=converter
obstacle 3 node 'simulates an output device' 'type=capture' -d $sim,type=output
obstacle 3 idle 'busy: in use by another program' 'fuser -v sim' -d $sim,busy
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
for pipeline in auto none; do # which of the two makes no difference to what the user has to set
	where=setup
	[ $pipeline = auto ] || where=buffers
	obstacle 3 $where 'incomplete: no active route inside "Receiver" leads to "Receiver":1' "media-ctl -d .* -R '\"Receiver\" .*0/1 -> 1/0 .1..'" \
		--pipeline $pipeline -d sim:pipeline=fits,routing=off
	obstacle 3 $where 'incomplete: a route inside "Deserializer" begins at .*, a stream that "Sensor B":0 does not send' "media-ctl -d .*1/0 -> 2/1 .1..'" \
		--pipeline $pipeline -d sim:pipeline=fits,routing=dangling
	obstacle 3 $where 'media pipeline is incomplete' 'media-ctl -l' --pipeline $pipeline -d sim:pipeline=ambiguous
	obstacle 3 $where 'media pipeline does not fit together: "Debayer A":0 wants' 'shows it' --pipeline $pipeline -d sim:pipeline=stuck
done
obstacle 3 buffers 'not set up, or formats along it differ .VIDIOC_STREAMON: Broken pipe.: "Debayer A":0 wants' '--pipeline auto sets them' \
	--pipeline none -d sim:fps=0,pipeline=mismatch
run_status 0 v4l2q doctor --pipeline auto -d sim:fps=0,pipeline=mismatch -n 3
obstacle 3 buffers 'the link from "Debayer A":1 to "Scaler":0 is not enabled' '--pipeline auto' --pipeline none -d sim:fps=0,pipeline=unlinked
obstacle 0 pipeline '"Deserializer":0 wants .*, "Sensor A":0 sends' '"Deserializer":2 .fmt:RGB888_1X24/640x480.' -d sim:fps=0,pipeline=mismatch,routing=new -n 3
obstacle 4 format 'no format is set' 'start its producer' -d $sim,fail=g_fmt@2:EINVAL
obstacle 4 format 'the device refuses the requested format' 'v4l2q list' -d $sim,fail=s_fmt@1:EINVAL -s 64x64
obstacle 4 format 'asked for 640x480, got 64x48' '--adjust' -d $sim,adjust=size -s 640x480
obstacle 4 setup 'nothing in its media pipeline has a frame rate' 'leave --fps out' -d $sim,pipeline=fits,subdevs=no-rates -r 30
obstacle 1 buffers 'no memory for the buffers' 'fewer buffers' -d $sim,fail=reqbufs@1:ENOMEM
obstacle 1 buffers 'refuses to allocate buffers .VIDIOC_REQBUFS: Invalid argument' 'another --io' -d $sim,fail=reqbufs@1:EINVAL
obstacle 1 buffers 'refuses to start the stream .VIDIOC_STREAMON: Invalid argument' 'another size or pixel format' \
	-d $sim,fail=streamon@1:EINVAL
obstacle 1 buffers '0 buffers granted' '--io' -d $sim,grant=0 --io mmap
obstacle 3 buffers 'USB bandwidth' 'compressed format' -d $sim,fail=streamon@1:ENOSPC
obstacle 3 buffers 'the driver says that its media pipeline does not fit together .VIDIOC_STREAMON: Broken pipe' 'dmesg' -d $sim,fail=streamon@1:EPIPE
obstacle 3 buffers 'not set up, or there is no signal' 'links' -d $sim,fail=streamon@1:ENOLINK
obstacle 3 buffers 'the device does not respond' 'plugging it in again' -d $sim,fail=streamon@1:EPROTO
obstacle 1 buffers 'the driver refuses a buffer .VIDIOC_QBUF: Input/output error' 'another --io' -d $sim,fail=qbuf@1:EIO
obstacle 1 buffers 'the driver cannot use memory from .* .VIDIOC_QBUF: Invalid argument' 'another --import-from' \
	-d $sim,import=EINVAL --io dmabuf-import --import-from $sim
obstacle 1 buffers 'no producer feeds it' 'v4l2q play -d' -d "$sim,driver=v4l2 loopback,fail=streamon@1:EIO"
obstacle 5 frames 'no frame for 0.1 s' 'plug it in again' -d $sim,fps=0,stall=3 --stall-timeout 100ms
obstacle 5 frames 'none of the [0-9]+ frames of 0.1 s could be used: damaged or empty' 'another cable' \
	-d "$sim,fps=0,empty=*" --stall-timeout 100ms
obstacle 0 frames '[0-9]+ of 1[0-9] frames were damaged' 'another cable' -d $sim,fps=0,error=3 -n 9
obstacle 0 picture 'the pictures are dark: 0 % of white' 'remove the lens cap' -d $sim,fps=0,draw=black -n 3
obstacle 0 picture 'dark: 0 % of white' 'remove the lens cap' -d $sim,format=MJPG,fps=0,draw=black -n 3
run_status 0 v4l2q doctor -d $sim,format=MJPG,fps=0 -n 3
like "$(cat out)" 'picture +ok: [1-9][0-9]* % of white' 'a compressed picture is decoded'
obstacle 4 rate '50 fps came in place of the 100 negotiated.*exposure_dynamic_framerate' 'exposure_dynamic_framerate=0, or more light' \
	-d $sim,fps=100,exposure=15 -r 100 -n 12
obstacle 0 rate '50 fps came in place of' 'a rate that the device supports' -d $sim,fps=50,claim=100 -n 12
obstacle 0 rate '50 fps came' 'exposure_dynamic_framerate=0' -d $sim,fps=100,exposure=15 -n 12
obstacle 0 times '9 timestamps are wrong: missing' 'time of arrival' -d $sim,fps=0,times=zero -n 9

# What is read of the machine: contiguous memory, a USB camera that no driver has taken, or that is not connected as it could be.
mkdir -p m/proc "m/lib/modules/$(uname -r)" m/sys/bus/usb/devices/1-4 m/sys/bus/usb/devices/1-4:1.0
printf 'CmaTotal: 65536 kB\nCmaFree: 512 kB\n' >m/proc/meminfo
obstacle 1 buffers 'of 64.0 MiB contiguous memory .CMA. 512.0 KiB are free' 'cma=256M' -d $sim,root=m,fail=reqbufs@1:ENOMEM
echo 0e >m/sys/bus/usb/devices/1-4:1.0/bInterfaceClass
obstacle 3 node 'USB device 1-4 .* is present without a driver' 'modprobe uvcvideo' -d sim:root=m,fail=open@1:ENOENT
mkdir -p m/sys/bus/usb/drivers/uvcvideo
obstacle 3 node 'and its driver has not bound it' 'echo 1-4:1.0 .*bind' -d sim:root=m,fail=open@1:ENOENT
mkdir -p m/sys/class/video4linux/sim m/usb/power
ln -s ../../../../usb m/sys/class/video4linux/sim/device
ln -s /sys/bus/usb m/usb/subsystem
echo 480 >m/usb/speed
echo auto >m/usb/power/control
printf '\5\17\17\0\1\12\20\3\0\16\0\1\12\0\0' >m/usb/bos_descriptors
obstacle 5 usb 'at USB 2 speed, 480 Mbit/s' 'USB 3 port' -d $sim,root=m,fps=0,stall=1 --stall-timeout 100ms -n 3
like "$(json r.json '.checks[] | select(.check == "power") | "\(.cause); \(.cure)"')" 'may not have woken up.*; "echo on .*usb/power/control' 'power: suspended'

# All commands say the same of what is in the way: a line for each, "COMMAND: CAUSE; CURE".
run_status 0 v4l2q capture -d $sim,fps=0 -n 3 -o in.nut
said() { grep -m1 -E '; ' err | sed -E 's/^v4l2q: sim: (no io mode could be measured: )?//; s/[0-9]+ (of [0-9.]+ KiB|granted|needed)//g'; }
for fault in fail=reqbufs@*:ENOMEM fail=reqbufs@*:EINVAL fail=streamon@1:EINVAL fail=streamon@1:ENOSPC fail=streamon@1:EPIPE fail=open@1:EACCES busy; do
	v4l2q capture -yd "$sim,$fault" -n 3 -o o.nut 2>err
	capture=$? words=$(said)
	v4l2q play -d "$sim,type=output,$fault" in.nut 2>err
	is "$? $(said)" "$capture $words" "$fault: play ends as capture"
	v4l2q play -n 3 -d $sim,type=output "$sim,$fault" 2>err
	is "$? $(said)" "$capture $words" "$fault: a relay ends as capture"
	v4l2q bench -d "$sim,$fault" -n 3 --io mmap >/dev/null 2>err
	is "$? $(said)" "$capture $words" "$fault: bench ends as capture"
	like "$words" '.; .' "$fault: with cause and cure"
done
run_status 4 v4l2q play -d $sim,type=output,adjust=size -s 640x480 in.nut
like "$(cat err)" 'asked for 640x480.*, got 64x48.*; --adjust accepts' 'play: a format that is changed'
run_status 0 v4l2q capture -d $sim,fps=100,exposure=15 -n 12 -y -o o.nut --json=r.json
like "$(json r.json '"\(.fps.cause); \(.fps.cure)"')" 'exposure_dynamic_framerate lets the camera lower its rate in the dark; --set-ctrl' \
	'capture: its report too'
like "$(tr -s ' \n' ' ' <err)" 'rate 100 fps negotiated, 50[.0-9]+ fps measured 50 fps came in place' 'and its text'

# The device is left as it was.
run_status 0 v4l2q doctor -d sim:settings=left,fps=0 -s 320x240 --set-ctrl brightness=1 -n 3
is "$(sort -u left | wc -l)" 1 'the device is set back'

done_testing
