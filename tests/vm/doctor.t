#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The doctor, before each obstacle that real drivers can be brought to put up.
. "$(dirname "$0")/lib.sh"

# obstacle NAME STATUS CHECK CAUSE [CURE]: that check met it, and the walk ended so.
obstacle() {
	local found
	found=$(report "$1" ".checks[] | select(.check == \"$3\" and .result == \"obstacle\") | \"\(.cause); \(.cure)\"")
	ok "$1: $4" grep -qE "$4.*; .*${5-}" <<<"$found" || echo "# $found" >&2
	is "$1: exit status $2" "$(status "$1")" "$2"
}

obstacles() { # NAME: the checks that met one; and what, for who reads the log
	report "$1" '.checks[] | select(.result == "obstacle") | "# \(.check): \(.cause)"' >&2
	report "$1" '[.checks[] | select(.result == "obstacle").check] | join(" ")'
}

check_vivid() {
	local sleeper streamer
	read -r sleeper streamer <"$job/holders"
	obstacle signal-1 0 signal 'there is no signal' 'connect the video source'
	obstacle signal-2 0 signal 'the signal is not stable' 'check cable'
	obstacle signal-3 0 signal 'does not support the signal' 'set the source'
	obstacle timings 0 timings 'from 1280x720 at 60 fps to 1920x1080 at 60 fps' '--dv-timings auto'
	is "timings-fix: they are set" "$(report timings-fix '.checks[] | select(.fixed).check')" timings
	is "timings-fixed: all is well" "$(obstacles timings-fixed)" ''
	obstacle analogue 0 signal 'there is no signal'
	obstacle metadata 3 node 'carries metadata of the pictures' '/dev/video10 \(of the same device\)'
	obstacle buffers 1 buffers 'refuses to allocate buffers .*REQBUFS' 'another --io'
	obstacle start 1 buffers 'refuses to start the stream .*STREAMON' 'another size'
	obstacle no-frames 5 frames 'no frame for 0.5 s' 'plug it in again'
	obstacle no-format 4 format 'asked for 17x33, got ' '--adjust'
	obstacle owner 3 node 'only its owner may open it' 'ls -l /dev/video10'
	obstacle group 3 node 'it belongs to group video' 'usermod -aG video'
	obstacle list 3 node 'its access list names others \(user 1000\)' 'setfacl -m u:nobody:rw /dev/video'
	is "held: that is no obstacle" "$(obstacles held)" ''
	ok "held: but told" grep -q "open in PID $sleeper (sleep)" <<<"$(report held '.checks[] | select(.check == "idle").found')"
	obstacle busy 3 idle "in use by PID $sleeper \(sleep, only open\), PID $streamer \(v4l2-ctl, streaming\)" 'end that program'
	is "busy: the node is good" "$(report busy '.checks[0] | "\(.check) \(.result)"')" 'node ok'
}

check_vimc() {
	local pads='"Debayer A":0 wants SRGGB8_1X8 640x480, "Sensor A":0 sends RGB888_1X24 640x480'
	obstacle pipeline-none 3 buffers 'media pipeline is not set up' '--pipeline auto'
	obstacle pipeline 0 pipeline "$pads" 'media-ctl -d /dev/media[0-9] -V .*"Sensor A":0 \[fmt:'
	is "pipeline-fix: it is set" "$(report pipeline-fix '.checks[] | select(.fixed).check')" pipeline
	is "pipeline-fixed: all is well" "$(obstacles pipeline-fixed)" ''
}

check_loopback() {
	obstacle exclusive 3 node 'with exclusive_caps' 'start its producer first.*exclusive_caps=0'
	obstacle no-producer 1 buffers 'no producer feeds it' 'v4l2q play -d /dev/video51'
	ok "no-producer: a recording ends so, too" says loopback 'no producer feeds it.*; start its producer first'
}

check_uvc() {
	obstacle no-driver 3 node 'USB device 1-1 \(uvcemu camera\) is present without a driver' 'modprobe uvcvideo'
	obstacle unbound 3 node 'is present, and its driver has not bound it' 'echo 1-1:1.0 .*drivers/uvcvideo/bind'
	obstacle exposure 4 rate 'exposure_dynamic_framerate lets the camera lower its rate' 'exposure_dynamic_framerate=0'
	obstacle exposure 4 picture 'dark' 'add light'
	is "fixed: the camera is as fast as it was asked" "$(obstacles fixed)" picture
	obstacle damaged 0 frames '2 of 14 frames were damaged' 'another cable'
	obstacle kernel 0 kernel 'the kernel reports: uvcvideo 1-1:1.1: Non-zero status' dmesg
	obstacle asleep 5 frames 'no frame for 0.5 s'
	obstacle asleep 5 power 'it may not have woken up' '/1-1/power/control'
	obstacle bandwidth 3 usb 'at USB 2 speed, 480 Mbit/s, though it supports USB 3' 'USB 3 port'
	obstacle bandwidth 3 buffers 'the frames take 55.3 MB/s; its alternate settings carry 8.19 to 8.19 MB/s' 'compressed format'
	ok "bandwidth: a recording ends so, too" says bandwidth-capture 'the frames take 55.3 MB/s'
}

${CC:-cc} -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -o "$work/uvcemu" "$here"/uvcemu/*.c || exit 1
for k in "${kernels[@]}"; do
	[ "$k" != 6.1 ] || continue # it tells less of USB, and v4l2loopback is an older one there
	drivers=$("$root/scripts/vm-test-drivers" "$k") && module=$("$root/scripts/vm-v4l2loopback" "$k") || exit 1
	ok "the job ran" boot "$k" doctor -m 'vivid n_devs=1 node_types=0x20001 vid_cap_nr=10' -m videodev -m vhci-hcd \
		-f "$drivers" -f "$module" -f "$work/uvcemu" || continue
	check_vivid
	check_vimc
	check_loopback
	check_uvc
done
done_testing
