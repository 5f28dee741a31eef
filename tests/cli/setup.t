#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Setting a device up: input, EDID, timings, standard, crop.
# Runs under: none
. "$(dirname "$0")/lib.sh"

# sets WANTED KEYS OPTION...: what the device is left with after a run.
sets() {
	local wanted=$1 keys=$2
	shift 2
	rm -f left
	run_status 0 v4l2q capture -yd "sim:fps=0,settings=left,$keys" -n 1 -o o.nut "$@"
	like "$(tail -n 1 left)" "$wanted" "$*"
}

# refuses STATUS KEYS MESSAGE OPTION...
refuses() {
	local status=$1 keys=$2 message=$3
	shift 3
	run_status "$status" v4l2q capture -yd "sim:fps=0,$keys" -n 1 -o o.nut "$@"
	one_clear_line "$message" "$*"
}

sets '^input=1 ' inputs=2 --input 1
sets '^input=1 ' inputs=2 --input 'test picture 1'
refuses 4 inputs=2 'no input 2; available: 0 .Test picture., 1 .Test picture 1.' --input 2
refuses 4 inputs=2,adjust=source 'asked for input 1, the device has selected 0' --input 1
sets '^input=0 ' inputs=2,adjust=source --input 1 --adjust
sets ' edid=2 ' size=640x480,source=640x480 --edid hdmi-1080p60
refuses 4 source=640x480,adjust=source 'presents another EDID' --edid hdmi-1080p60
refuses 4 inputs=1 'does not support an EDID' --edid hdmi-1080p60
refuses 2 inputs=1 'EDID .hdmi-1080p61.: neither a file nor' --edid hdmi-1080p61
echo 00 ff >damaged
refuses 6 inputs=1 'EDID .damaged.: it is neither whole blocks' --edid damaged

receiver=size=1280x720,source=640x480
sets ' 640x480 ' $receiver --dv-timings auto
sets ' 640x480 .*pixelclock=25175000' $receiver --dv-timings 640x480p59.94
sets ' 640x480 .*pixelclock=25175000' $receiver --dv-timings 0
sets ' 1280x720 ' size=1280x720,source=1280x720 --dv-timings 1280x720p30
sets ' 640x480 ' $receiver,fail=query_dv_timings@1:ENOLCK:2 --dv-timings auto
like "$(cat err)" 'the signal is not stable: waiting' 'a signal that is not stable is waited for'
refuses 4 $receiver 'DV timings 640x480p50: .*available: auto, 0 .640x480p59.94.; ?$|DV timings 640x480p50: .*available: auto, 0 .640x480p59.94.' --dv-timings 640x480p50
refuses 2 $receiver 'expected auto, a number of the list, or a form such as' --dv-timings fast
refuses 4 size=1280x720 'has no DV timings' --dv-timings auto
refuses 4 $receiver,adjust=source 'asked for DV timings 1280x720p50, the device has set 1280x720p' --dv-timings 3
for signal in none no-lock range; do
	run_status 3 v4l2q capture -yd "sim:$receiver,signal=$signal" --dv-timings auto --stall-timeout 1ms -n 1 -o o.nut
done
like "$(cat err)" 'the device does not support the signal; set the source to' 'what to do is said'

analogue=size=720x576,standard=NTSC
sets ' 720x480 .* standard=0xb000' $analogue --standard auto
sets ' standard=0x7 ' $analogue --standard pal-bg
sets ' standard=0x5 ' $analogue --standard PAL-B/G
refuses 4 $analogue 'standard PAL-X: unknown; available: auto, PAL, PAL-BG, NTSC, SECAM' --standard PAL-X
refuses 4 size=720x576 'has no analogue standards' --standard PAL
refuses 4 $analogue,adjust=source 'asked for standard .*NTSC-M.*, the device has set PAL-B' --standard NTSC
refuses 3 $analogue,signal=none 'there is no signal' --standard auto --stall-timeout 1ms

sets ' crop=320x240[+]16[+]8 ' crop=640x480 --crop 320x240+16+8
refuses 4 crop=640x480 'asked for the part 324x240.16.8, got 320x240.16.8 .of 640x480' --crop 324x240+16+8
sets ' crop=320x240[+]16[+]8 ' crop=640x480 --crop 324x240+16+8 --adjust
refuses 4 inputs=1 'cannot crop' --crop 320x240+16+8
# a driver without selections
sets ' crop=320x240[+]16[+]8 ' crop=640x480,selection=no --crop 320x240+16+8
refuses 4 crop=640x480,selection=no 'asked for the part 324x240.16.8, got 320x240.16.8 .of 640x480' --crop 324x240+16+8
run_status 1 v4l2q capture -yd sim:fps=0,settings=left,crop=640x480,selection=no,fail=streamon@1:EIO --crop 320x240+16+8 -n 1 -o o.nut
like "$(tail -n 1 left)" ' crop=640x480[+]0[+]0 ' 'and is put back where the run is refused'
refuses 2 inputs=1 'invalid value .320x240. for --crop: expected' --crop 320x240

# What the format changes is set again; not what stayed as it was, nor a button.
resets=size=64x48,all-controls,format-resets
sets ' Brightness=7 Contrast=-4 ' $resets -s 80x60 --set-ctrl 'reset,contrast=-4,brightness=7,title=a' -vv
is "$(grep -c 'VIDIOC_S_CTRL id=0x98f900 ' err)$(grep -c 'VIDIOC_S_CTRL id=0x980900 ' err)" 12 'a button is pressed once'
sets ' Brightness=7 Contrast=4 ' size=64x48,all-controls --set-ctrl 'brightness=7,contrast=4' -vv
is "$(grep -c VIDIOC_S_CTRL err)" 2 'what stays is set once'

# --want, of lists and of ranges
sets ' 64x48 ' size=64x48,adjust=size+format --want quality,64x48,15fps
like "$(cat err)" 'want quality,64x48,15fps: YUYV 64x48 at 1000 fps, the only mode' 'the choice is told'
sets ' 320x240 ' size=64x48 --want fps -s 320x240 -p NV12
like "$(cat err)" 'want fps: NV12 320x240 at 1000 fps' 'the options restrict the choice'
refuses 4 size=64x48,adjust=size+format 'want size,80x60: none of 1 modes meets it; nearest: YUYV 64x48' --want size,80x60
refuses 4 size=64x48,adjust=size+format 'want size: none of its 1 modes has the size, pixel format and rate' --want size -p NV12
sets ' 64x48 ' size=64x48,adjust=size+format,fail=g_parm@*:ENOTTY --want fps
like "$(cat err)" 'at 1000 fps, the only mode' 'a rate that is listed, but cannot be set, is not asked for'
refuses 2 size=64x48 "want 'speed': expected fps, size or quality" --want speed

# The others have the same options.
run_status 0 v4l2q bench -d "sim:fps=0,settings=left,$analogue,crop=640x480" --standard NTSC --crop 320x240+0+0 -n 3 --warmup 1 --io mmap
like "$(tail -n 1 left)" '720x480 .*standard=0xb000 crop=320x240' bench
rm left
run_status 0 v4l2q bench -d sim:fps=0,settings=left --want fps,30 -s 320x240 -p NV12 -n 3 --warmup 1 --io mmap
like "$(tail -n 1 left)" ' 320x240 ' 'bench --want'
run_status 4 v4l2q doctor -d sim:size=64x48,adjust=size+format --want size,80x60
like "$(cat out err)" 'nearest: YUYV 64x48' 'doctor --want'
ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=320x240 -frames:v 2 -pix_fmt yuyv422 -c:v rawvideo clip.nut
rm left
run_status 0 v4l2q play -d sim:type=output,fps=0,inputs=2,settings=left --output-number "nobody's screen 1" clip.nut
like "$(tail -n 1 left)" '^input=1 ' play

done_testing
