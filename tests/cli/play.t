#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Playing: every frame in every io mode and layout, unaltered to the byte where nothing is converted, and by the rules of the queue.
# shellcheck disable=SC2154 # clips.sh sets them
. "$(dirname "$0")/lib.sh"
. "$root/tests/cli/clips.sh"

make_clips

# shown IO FILE KEYS [OPTIONS...]: plays all of it, by the rules. For dmabuf-import another simulated device lends the memory.
shown() {
	local io=$1 file=$2 keys=$3 name="$1, $2, $3" how=(--clean)
	shift 3
	[ "$io" != dmabuf-import ] || how+=(--lender)
	use_io "$io" "sim:size=$clip_size,$keys"
	play "fps=0,$keys" "${io_options[@]}" --speed 0 -vv "$@" "$file" || return
	is "$(json r.json '"\(.io) \(.frames.read) \(.frames.played) \(.frames.dropped) \(.end)"')" \
		"$io $clip_frames $clip_frames 0 eos" "$name: all counted"
	check_trace "$name" "${how[@]}"
}

# same NAME PIX_FMT FILE [DUMP]
same() {
	make_reference "$3" "$2"
	ok "$1: the frames, to the byte" cmp "${4:-dump.raw}" "$reference"
}

for io in $(streaming_modes) rw; do
	for file in "${clips[@]}"; do
		pix_fmt=yuv420p fourcc=YU12
		[ "$file" != clip422.nut ] || pix_fmt=yuyv422 fourcc=YUYV
		shown "$io" "$file" ''
		same "$io, $file" $pix_fmt "$file"
		is "$(json r.json .format.pixelformat)" $fourcc "$io, $file: in its own pixel format"
	done

	# Rows of the device's own length.
	shown "$io" clip420.nut stride=512
	ffmpeg -nostdin -v error -y -f rawvideo -s 512x240 -pix_fmt yuv420p -i dump.raw -vf crop=320:240:0:0 -f rawvideo packed.raw
	same "$io, padded rows" yuv420p clip420.nut packed.raw

	# Converted, in one pass.
	shown "$io" h264.mp4 adjust=format,format=YUYV
	same "$io, h264.mp4 made YUYV" yuyv422 h264.mp4
done

# write() knows no planes.
for io in $(streaming_modes); do
	shown "$io" h264.mp4 planes=2 -p NM12
	same "$io, two planes" nv12 h264.mp4
	shown "$io" ffv1.mkv planes=3 -p YM12
	same "$io, three planes" yuv420p ffv1.mkv
	shown "$io" clip422.nut planes=1
	same "$io, one plane of the multi-planar API" yuyv422 clip422.nut
	shown "$io" clip420.nut min-buffers=6
	same "$io, a device that needs six buffers" yuv420p clip420.nut
	shown "$io" h264.mp4 create=no,min-buffers=2
	same "$io, a device with as many buffers as it has" yuv420p h264.mp4
done

# What follows is of pictures rather than memory: unit/scaler and unit/frame_padding draw them under AddressSanitizer.
[ -z "$KIND" ] || {
	done_testing
	exit
}

# The pixel format that costs the picture least.
meets() { # FILE FOURCC WHY [KEYS]
	play "fps=0,${4:-}" --speed 0 -n 1 -q "$1"
	is "$(json r.json .format.pixelformat)" "$2" "$3"
}
encode yuv422p.mkv -pix_fmt yuv422p -c:v ffv1
encode rgb.mkv -pix_fmt bgr0 -c:v ffv1
encode grey.mkv -pix_fmt gray -c:v ffv1
meets yuv422p.mkv YUYV '4:2:2 goes to 4:2:2, though there is 4:2:0'
encode yuv444p.mkv -pix_fmt yuv444p -c:v ffv1
meets yuv444p.mkv YUYV '4:4:4 goes to 4:2:2, though there is 4:2:0'
meets rgb.mkv XR24 'RGB stays RGB'
meets grey.mkv GREY 'grey stays grey'

meets h264.mp4 YU12 'a device that keeps no list is asked for the own format' 'fail=enum_fmt@*:EINVAL'
meets h264.mp4 YU12 'a device without a format yet, as a loopback' 'fail=g_fmt@1:EINVAL:2'
meets h264.mp4 YU12 'a device without rates' 'fail=g_parm@*:ENOTTY+s_parm@*:ENOTTY'

# What is converted or scaled is as libswscale makes it for ffmpeg, with the same flags.
for to in 'YUYV yuyv422' 'NV12 nv12' 'RGB3 rgb24' 'UYVY uyvy422'; do
	read -r fourcc pix_fmt <<<"$to"
	for file in clip420.nut clip422.nut mjpeg.avi; do
		[ "$file $fourcc" != "clip422.nut YUYV" ] || continue
		play fps=0 --speed 0 -q -p "$fourcc" "$file"
		make_reference "$file" "$pix_fmt"
		ok "$file made $fourcc" alike "$pix_fmt" "$clip_size" dump.raw "$reference"
	done
done
for fit in 'scale scale=400:300' 'letterbox scale=400:300' 'crop scale=400:300'; do
	play size=400x300,adjust=size,fps=0 --speed 0 -q --fit "${fit% *}" clip420.nut
	make_reference clip420.nut yuv420p "${fit#* }:flags=bicubic"
	ok "the same shape, ${fit% *}: scaled" alike yuv420p 400x300 dump.raw "$reference"
done
play size=640x240,adjust=size,fps=0 --speed 0 -q clip420.nut
make_reference clip420.nut yuv420p pad=640:240:160:0
ok 'letterbox: black at both sides' alike yuv420p 640x240 dump.raw "$reference"
play size=160x240,adjust=size,fps=0 --speed 0 -q --fit crop clip420.nut
make_reference clip420.nut yuv420p crop=160:240
ok 'crop: the middle' alike yuv420p 160x240 dump.raw "$reference"
wanted_status=4 play size=160x240,adjust=size,fps=0 --speed 0 -q --fit none clip420.nut

# Turned as the display matrix in the track's header says: here by a quarter, as a telephone stores it.
cp h264.mp4 turned.mp4
tkhd=$(grep -abom1 tkhd turned.mp4 | cut -d: -f1)
printf '\0\0\0\0\0\1\0\0\0\0\0\0\xff\xff\0\0\0\0\0\0' | dd of=turned.mp4 bs=1 seek=$((tkhd + 44)) conv=notrunc status=none
for how in 'auto transpose=clock' 'none null' '180 hflip,vflip' '270 transpose=cclock'; do
	play fps=0 --speed 0 -q --rotate "${how% *}" turned.mp4
	make_reference h264.mp4 yuv420p "${how#* }"
	ok "--rotate ${how% *}" cmp dump.raw "$reference"
done
wanted_status=2 play fps=0 -q -c copy --rotate 90 turned.mp4

# A device that takes any size shows square samples, and one that has its own shows the whole picture in proportion.
encode wide.nut -vf setsar=2 -c:v rawvideo
encode narrow.nut -vf setsar=1/2 -c:v rawvideo
for how in 'wide 640x240 scale=640:240' 'narrow 320x480 scale=320:480' \
	'wide 320x240 scale=320:120,pad=320:240:0:60 size=320x240,adjust=size' \
	'wide 320x240 crop=160:240,scale=320:240 size=320x240,adjust=size --fit=crop' 'wide 320x240 null fps=0 --fit=none' \
	'wide 320x240 null pixel-aspect=1/2' 'wide 320x240 null size=320x240,adjust=size,crop=640x240' \
	'wide 320x240 scale=160:240,pad=320:240:80:0 size=320x240,adjust=size,pixel-aspect=1/4' \
	'narrow 640x480 scale=160:480,pad=640:480:240:0 size=640x480,adjust=size,pixel-aspect=1/2'; do
	read -r file size filter keys fit <<<"$how"
	# shellcheck disable=SC2086 # none, or one
	play "fps=0,${keys:-fps=0}" --speed 0 -q $fit $file.nut
	make_reference clip420.nut yuv420p "$filter"
	ok "samples that are not square: $how" alike yuv420p "$size" dump.raw "$reference"
done

# Never an alpha plane, though it be the default stream, nor cover art.
ffmpeg -nostdin -v error -y -i clip420.nut -i clip420.nut -map 0 -map 1 -c:v ffv1 -pix_fmt:v:0 gray -pix_fmt:v:1 yuv420p \
	-disposition:v:0 default alpha.mkv
play fps=0 --speed 0 -q alpha.mkv
make_reference clip420.nut yuv420p
ok 'the picture rather than its alpha plane' cmp dump.raw "$reference"
play fps=0 --speed 0 -q --stream 0 alpha.mkv
is "$(json r.json .format.pixelformat)" GREY '--stream 0'
ffmpeg -nostdin -v error -y -i clip420.nut -frames:v 1 cover.jpg
ffmpeg -nostdin -v error -y -i cover.jpg -i h264.mp4 -map 0 -map 1 -c copy \
	-disposition:v:0 attached_pic -disposition:v:1 0 cover.mp4
play fps=0 --speed 0 -q cover.mp4
is "$(json r.json .frames.played)" $clip_frames 'the film rather than its cover'
wanted_status=2 play fps=0 -q --stream 7 cover.mp4
like "$(cat err)" 'stream 7 .* 0, 1' '--stream 7: what there is'

# Colours: the container's word against the codec's; RGB becomes what a device expects that is not asked.
encode vp8.webm -c:v libvpx -deadline realtime -colorspace bt709 -color_range tv -frames:v 4
play fps=0 --speed 0 -q vp8.webm
ffmpeg -nostdin -v error -y -i vp8.webm -fps_mode passthrough -f rawvideo vp8.raw
ok 'VP8 marked as BT.709: nothing is converted' cmp dump.raw vp8.raw
encode png.mkv -c:v png -pix_fmt rgb24 -frames:v 4
play fps=0 --speed 0 -q -p UYVY png.mkv
ffmpeg -nostdin -v error -y -i png.mkv -vf scale=out_range=tv:flags=bicubic,format=uyvy422 -f rawvideo limited.raw
ok 'RGB becomes limited range' alike uyvy422 $clip_size dump.raw limited.raw

# Fields, and rates that are not the resolution of the container's times.
for order in 'tff 8' 'bff 9'; do
	encode fields.mkv -vf "setfield=${order% *}" -c:v ffv1 -frames:v 2
	play fps=0 --speed 0 -vv fields.mkv
	like "$(grep -a VIDIOC_QBUF err)" "field=${order#* }" "${order% *}: buffers say so"
done
encode ten.gif -r 10 -frames:v 5
play fps=0 --speed 0 -q ten.gif
is "$(json r.json '.input.fps | split("/") | (.[0] | tonumber) / (.[1] | tonumber) | round')" 10 'GIF: its mean rate'

# Packets as they are.
for file in mjpeg.avi h264.mp4; do
	play fps=0 --speed 0 -q -c copy "$file"
	is "$(json r.json .frames.played)" "$clip_frames" "$file, copied: all packets"
	mv dump.raw "dump.${file%.*}"
	ffmpeg -nostdin -v error -y -i "dump.${file%.*}" -fps_mode passthrough -f rawvideo copied.raw
	ffmpeg -nostdin -v error -y -i "$file" -fps_mode passthrough -f rawvideo decoded.raw
	ok "$file, copied: the same pictures" cmp copied.raw decoded.raw
done

done_testing
