#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A run that is refused leaves the device as it was: input, format, rate and controls.
# Runs under: none
. "$(dirname "$0")/lib.sh"

base=size=320x240,fps=30,inputs=2,settings=left
camera=sim:$base
display=sim:$base,type=output
ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=320x240:rate=30 -frames:v 5 -pix_fmt yuyv422 -c:v rawvideo clip.nut

# unchanged STATUS COMMAND...: it ends so, and the device closes with the settings that it opened with.
unchanged() {
	rm -f left
	run_status "$@"
	is "$(wc -l <left) $(sort -u left | wc -l)" '2 1' "${*:3}: all is as it was"
}

set=(--input 1 --set-ctrl 'brightness=1,contrast=4' -s 640x480 -p NV12 -r 25)

# A device that another program streams from is not even touched.
for io in auto mmap userptr dmabuf; do
	unchanged 3 v4l2q capture -d $camera,busy --io=$io "${set[@]}" -n 3 -o o.nut -vv
	is "$(grep -cE 'VIDIOC_S_(INPUT|CTRL|EXT_CTRLS|FMT|PARM)' err)" 0 "capture, busy, $io: nothing was set"
done
unchanged 3 v4l2q play -d $display,busy "${set[@]}" clip.nut -vv
is "$(grep -cE 'VIDIOC_S_(OUTPUT|CTRL|EXT_CTRLS|FMT|PARM)' err)" 0 'play, busy: nothing was set'
unchanged 3 v4l2q bench -d $camera,busy "${set[@]}" -n 3 -vv
is "$(grep -cE 'VIDIOC_S_(INPUT|CTRL|EXT_CTRLS|FMT|PARM)' err)" 0 'bench, busy: nothing was set'
# Only read() itself tells.
unchanged 3 v4l2q capture -d $camera,busy --io=rw --input 1 --set-ctrl brightness=1 -r 25 -n 3 -o o.nut

# What is refused later is put back, whatever had been set by then.
unchanged 4 v4l2q capture -d $camera --input 1 --set-ctrl brightness=1,no_such=1 -n 3 -o o.nut
unchanged 4 v4l2q capture -d $camera,fail=s_ctrl@2:EIO "${set[@]}" -n 3 -o o.nut
unchanged 4 v4l2q capture -d $camera,adjust=size "${set[@]}" -n 3 -o o.nut
unchanged 4 v4l2q capture -d $camera,adjust=fps "${set[@]}" -n 3 -o o.nut
unchanged 3 v4l2q capture -d $camera,caps=mmap "${set[@]}" --io=userptr -n 3 -o o.nut
unchanged 2 v4l2q capture -d $camera "${set[@]}" --max-buffers 1 -n 3 -o o.nut
unchanged 6 v4l2q capture -d $camera "${set[@]}" -n 3 -o nowhere/o.nut
unchanged 6 v4l2q capture -d $camera "${set[@]}" -n 3 -o o.nut --frame-log nowhere/log
unchanged 2 v4l2q capture -d $camera "${set[@]}" -n 3 -c copy -o o.webm
unchanged 1 v4l2q capture -d $camera,fail=streamon@1:EINVAL "${set[@]}" -n 3 -o o.nut
unchanged 4 v4l2q play -d $display,adjust=size "${set[@]}" clip.nut
unchanged 3 v4l2q play -d $display,caps=mmap "${set[@]}" --io=userptr clip.nut
unchanged 1 v4l2q play -d $display,fail=streamon@1:EINVAL "${set[@]}" clip.nut
unchanged 4 v4l2q bench -d $camera,adjust=size "${set[@]}" -n 3
unchanged 3 v4l2q bench -d $camera,caps=mmap "${set[@]}" --io=userptr -n 3

# A media pipeline is set up, or said to be what is in the way.
run_status 0 v4l2q capture -d $camera,fps=0,pipeline=mismatch -s 640x480 -n 2 -o pipeline.nut --set-ctrl 'exposure=5,Sensor A/gain=3'
is "$(ffprobe -v error -show_entries stream=width,height -of csv=p=0 pipeline.nut)" 640,480 'pipeline=mismatch: records what was asked for'
unchanged 3 v4l2q capture -d $camera,pipeline=mismatch --pipeline none --set-ctrl exposure=5 -n 3 -o o.nut
one_clear_line 'formats along it differ .*"Debayer A":0 wants SBGGR8_1X8 640x480, "Sensor A":0 sends RGB888_1X24 640x480' '--pipeline none: the pads are named'
unchanged 3 v4l2q capture -d $camera,pipeline=unlinked --pipeline none -n 3 -o o.nut
one_clear_line 'not set up.*link from "Debayer A":1 to "Scaler":0 is not enabled' '--pipeline none: the link is named'
unchanged 3 v4l2q capture -d $camera,fail=streamon@1:ETIMEDOUT -n 3 -o o.nut
unchanged 3 v4l2q capture -d $camera,pipeline=stuck -n 3 -o o.nut
one_clear_line '"Debayer A":0 wants SRGGB8_1X8 640x480, "Sensor A":0 sends RGB888_1X24 640x480' 'pipeline=stuck: the pads are named'
unchanged 4 v4l2q capture -d $camera,pipeline=fits -s 5000x240 -n 3 -o o.nut
one_clear_line '"Scaler":1 sends YUYV8_1X16 4096x240' 'a size that cannot come out: what would'

# So is what belongs to the video source.
receiver=sim:size=1280x720,fps=30,source=640x480,inputs=2,settings=left
unchanged 4 v4l2q capture -d $receiver --input 1 --edid hdmi-720p50 --dv-timings 640x480 -s 320x240 -n 3 -o o.nut
unchanged 3 v4l2q capture -d $receiver,signal=none --edid hdmi-720p50 --dv-timings auto --stall-timeout 1ms -n 3 -o o.nut
unchanged 1 v4l2q capture -yd sim:size=720x576,standard=NTSC,settings=left,fail=streamon@1:EINVAL --standard auto -n 3 -o o.nut
unchanged 1 v4l2q capture -yd $camera,crop=640x480,fail=streamon@1:EINVAL --crop 320x240+8+8 -n 3 -o o.nut

# A run that begins keeps what was asked for.
rm -f left
run_status 0 v4l2q capture -d $camera "${set[@]}" -n 3 -o kept.nut
like "$(tail -n 1 left)" '^input=1 NV12 640x480 25/1 fps Brightness=1 Contrast=4' 'a run that begins: the device stays as it was set'

done_testing
