#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Odd sizes, of which drivers have less than libav, and formats whose bytes libav has in another order: from the device into files and back.
# Runs under: none
. "$(dirname "$0")/lib.sh"

size=203x135 n=3

legible_numbers() { # FILE
	ffmpeg -nostdin -v error -i "$1" -fps_mode passthrough -pix_fmt gray -f rawvideo - | "$tools/frames" -m GREY $size
}

# there_and_back FORMAT PIX_FMT KEYS: what is captured is played to a device alike, which gets the bytes that the first one gave.
there_and_back() {
	local format=$1 keys="size=$size,format=$1,fps=0,$3"

	run_status 0 v4l2q capture -q -d "sim:$keys" -n $n -y -o a.nut --json=r.json || return
	is "$(probe a.nut pix_fmt) $(probe a.nut width)x$(probe a.nut height)" "$2 $size" "$format: what the file says"
	is "$(legible_numbers a.nut)" "$(all_frames $n)" "$format: the frames that it has"
	ok "$format: they are copied, and counted" jq -e ".frames.copied == $n and .bytes.copied > 0" r.json
	run_status 0 v4l2q play -q -d "sim:type=output,adjust=format,dump=dump.raw,$keys" --speed 0 --json=r.json a.nut
	is "$("$tools/frames" "$format" $size <dump.raw)" "$(all_frames $n)" "$format: what the other device gets"
	ok "$format: copies, too" jq -e ".frames.copied == $n" r.json
}

there_and_back YUYV yuyv422 odd=down
there_and_back UYVY uyvy422 odd=down
there_and_back NV12 nv12 odd=down
there_and_back YU12 yuv420p odd=down
there_and_back VYUY uyvy422 odd=down
size=204x136
there_and_back VYUY uyvy422 odd=up
run_status 0 v4l2q capture -q -d sim:size=$size,format=NV61,fps=0 -n $n -o a.raw
is "$("$tools/frames" NV16 $size <a.raw)" "$(all_frames $n)" 'NV61: NV16'
run_status 0 v4l2q play -q -d sim:type=output,format=NV61,adjust=format,dump=dump.raw,fps=0 --speed 0 -f rawvideo -s $size -p nv16 a.raw
is "$("$tools/frames" NV61 $size <dump.raw)" "$(all_frames $n)" 'NV16: NV61'
run_status 0 v4l2q capture -q -d sim:size=$size,format=M420,fps=0 -n $n -y -o a.mkv
is "$(picture_numbers a.mkv NV12 $size)" "$(all_frames $n)" 'M420: NV12'
size=203x135

# Rounded up, the bytes are libav's.
run_status 0 v4l2q capture -q -d sim:size=$size,odd=up,fps=0 -n $n -o up.mkv --json=r.json
is "$(json r.json .frames.copied)" 0 'rounded up: not copied'
run_status 0 v4l2q capture -q -d sim:size=$size,odd=down,fps=0 -n $n -o down.mkv
run_status 0 v4l2q capture -q -d sim:size=$size,odd=down,fps=0 -n $n -o down.raw
ffmpeg -nostdin -v error -i up.mkv -fps_mode passthrough -pix_fmt yuv422p -f rawvideo up.yuv
ffmpeg -nostdin -v error -i down.mkv -fps_mode passthrough -pix_fmt yuv422p -f rawvideo down.yuv
is "$(stat -c %s down.raw)" $((n * 204 * 2 * 135)) 'raw: rows of whole macropixels'
ok 'rounded down: the same pictures' cmp up.yuv down.yuv

# Encoded, and decoded for a device of another format.
run_status 0 v4l2q capture -q -d sim:size=$size,format=NV12,odd=down,fps=0 -n $n -c ffv1 -o coded.mkv
is "$(legible_numbers coded.mkv)" "$(all_frames $n)" 'encoded'
run_status 0 v4l2q play -q -d sim:type=output,dump=dump.raw,fps=0,format=VYUY,adjust=format,odd=down --speed 0 coded.mkv
is "$("$tools/frames" -m VYUY $size <dump.raw)" "$(all_frames $n)" 'converted'
run_status 0 v4l2q play -q -d sim:type=output,dump=dump.raw,fps=0,format=VYUY,adjust=format+size,size=405x271,odd=down --fit letterbox \
	--speed 0 coded.mkv
is "$("$tools/frames" -m VYUY 405x271 <dump.raw | cut -d ' ' -f 1)" "frames=$n" 'scaled: whole frames'

done_testing
