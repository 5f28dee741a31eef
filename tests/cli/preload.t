#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# src/device/v4l2.c against a node: the simulated device as /dev/video0, by way of libv4l2.
. "$(dirname "$0")/lib.sh"

size=320x240 n=40
preload=$build/tests/preload/sim.so
# A sanitizer's library will not be loaded after another one.
sanitizer=$(ldd "$build/v4l2q" | awk '/lib[at]san/ { print $3 }')
program=(env "LD_PRELOAD=${sanitizer:+$sanitizer }$preload" "${program[@]}")

export V4L2Q_SIM=size=$size,fps=0

run_status 0 v4l2q list -d /dev/video0
like "$(cat out)" 'Simulated camera' 'list -d /dev/video0: the card'
like "$(cat out)" 'mmap, userptr, dmabuf' 'list -d /dev/video0: the io modes'
run_status 3 v4l2q capture -q -d /dev/video7 -n 1 -o none.nut
like "$(cat err)" 'video7' 'another node is not there'

for io in mmap userptr dmabuf rw; do
	run_status 0 v4l2q capture -d /dev/video0 --io=$io -n $n -o $io.nut --json=r.json
	balanced r.json "$io"
	is "$(json r.json .io)" $io "$io: is what was used"
	is "$(picture_numbers $io.nut YUYV $size)" "$(all_frames $n)" "$io: every frame is whole"
done

run_status 0 v4l2q capture -vv -d 0 -n 5 -o trace.nut
check_trace 'a node' --clean

# Multi-planar nodes are kept from libv4l2.
export V4L2Q_SIM=size=$size,fps=0,planes=2
run_status 0 v4l2q capture -d /dev/video0 -n $n -o planes.nut
is "$(picture_numbers planes.nut NV12 $size)" "$(all_frames $n)" 'two planes: every frame is whole'

# What the device lacks libv4l2 makes of what it has.
export V4L2Q_SIM=size=$size,fps=0,format=YUYV,adjust=format
run_status 0 v4l2q list -d /dev/video0
like "$(cat out)" 'YU12, made by libv4l2' 'list -d: formats that libv4l2 makes'
for fourcc in RGB3 YU12; do
	run_status 0 v4l2q capture -d /dev/video0 -p $fourcc -n $n -o "$fourcc.nut" --json=r.json -v
	like "$(cat err)" "no $fourcc; libv4l2 converts" "$fourcc: says that it is converted"
	is "$(json r.json .format.pixelformat)" $fourcc "$fourcc: is what was captured"
	ffmpeg -nostdin -v error -i "$fourcc.nut" -fps_mode passthrough -f rawvideo - | "$tools/frames" -m $fourcc $size >out
	is "$(cat out)" "$(all_frames $n)" "$fourcc: every frame is there, once"
done
run_status 4 v4l2q capture -d /dev/video0 -p NV16 -n 1 -o none.nut
run_status 3 v4l2q capture -d /dev/video0 -p RGB3 --io=dmabuf -n 1 -o none.nut
ok 'nothing was made for what cannot be' [ ! -e none.nut ]

# Devices that cost little: the marks alone, and one compressed frame for all.
export V4L2Q_SIM=size=$size,fps=0,draw=marks
run_status 0 v4l2q capture -d /dev/video0 -n $n -o marks.nut
ffmpeg -nostdin -v error -i marks.nut -fps_mode passthrough -f rawvideo - | "$tools/frames" -m YUYV $size >out
is "$(cat out)" "$(all_frames $n)" 'draw=marks: every frame is there, once'
export V4L2Q_SIM=size=$size,fps=0,draw=none,format=MJPG
run_status 0 v4l2q capture -d /dev/video0 -n $n -o still.mkv --no-confine
is "$(probe still.mkv codec_name) $(probe still.mkv nb_read_packets)" "mjpeg $n" 'draw=none: as many frames'
is "$(ffprobe -v error -show_entries packet=size -of csv=p=0 still.mkv | sort -u | wc -l)" 1 'draw=none: of one size'

# An output node.
ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=$size:rate=30 -frames:v $n -pix_fmt yuyv422 -c:v rawvideo clip.nut
ffmpeg -nostdin -v error -i clip.nut -f rawvideo clip.raw
for io in mmap userptr dmabuf rw; do
	export V4L2Q_SIM=size=$size,fps=0,type=output,dump=$io.raw
	run_status 0 v4l2q play -d /dev/video0 --io=$io --speed 0 -q clip.nut
	ok "played to a node by $io: every frame, to the byte" cmp $io.raw clip.raw
done
run_status 3 v4l2q capture -q -d /dev/video0 -n 1 -o none.nut
like "$(cat err)" 'output' 'recording from an output node: said what it is'

# A node's faults come in libv4l2's words.
export V4L2Q_SIM=size=$size,fps=0,unplug=10
run_status 5 v4l2q capture -q -d /dev/video0 -n $n -o unplug.nut --json=r.json
is "$(json r.json '"\(.end) \(.frames.written)"')" 'disconnect 10' 'unplugged: what came before is written'
# A node that comes back is the one that was named, however it was named.
export V4L2Q_SIM=size=$size,fps=0,unplug=10,replug=300
for name in 0 /dev/video0; do
	run_status 0 v4l2q capture -d $name -n 15 -o "back-${name##*/}-%d.nut" --on-disconnect=wait --json=r.json
	is "$(json r.json '"\(.frames.written) \(.end) \(.device.path)"')" '15 count /dev/video0' "-d $name: waited for"
	like "$(cat err)" 'waiting for /dev/video0 to come back' "-d $name: by its path"
done
export V4L2Q_SIM=size=$size,busy
run_status 3 v4l2q capture -q -d /dev/video0 -n 1 -o busy.nut
export V4L2Q_SIM=size=$size,fps=60,stall=10
run_status 5 v4l2q capture -q -d /dev/video0 -n $n --stall-timeout=300ms -o stall.nut

done_testing
