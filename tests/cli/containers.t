#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What players and ffprobe make of the files: number of frames, size, pixel format, times.
# Runs under: none
. "$(dirname "$0")/lib.sh"

size=320x240 n=30

# The farthest that a packet's time lies from its frame's driver timestamp, in ms, both counted from the first.
farthest_ms() { # FILE FRAME-LOG
	paste -d ' ' \
		<(ffprobe -v error -select_streams v:0 -show_entries packet=pts_time -of csv=p=0 "$1" | tr -d ,) \
		<(jq -r 'select(.fate == "written") | .ts_ns' "$2") |
		awk 'NF != 2 { print "packets and log differ in number"; exit }
			NR == 1 { pts = $1; ns = $2 }
			{ d = ($1 - pts) * 1e3 - ($2 - ns) / 1e6; if (d < 0) d = -d; if (d > most) most = d }
			END { printf "%d\n", most + 0.999 }'
}

legible_numbers() { # FILE
	ffmpeg -nostdin -v error -i "$1" -fps_mode passthrough -pix_fmt gray -f rawvideo - | "$tools/frames" -m GREY $size
}

# container NAME FORMAT CODEC PIX_FMT WITHIN_MS [CAPTURE OPTIONS...]
container() {
	local name=$1 format=$2 codec=$3 pix_fmt=$4 within=$5 file="o.$1" got
	shift 5

	rm -f log r.json
	# So many buffers that a busy machine loses none: a gap would leave the files without times behind.
	run_status 0 v4l2q capture -d "sim:size=$size,fps=60,format=$format" --min-buffers 24 -n $n -y -o "$file" --frame-log log \
		--json=r.json "$@" ||
		return
	is "$(probe "$file" codec_name)" "$codec" "$name, $format: codec"
	is "$(probe "$file" pix_fmt)" "$pix_fmt" "$name, $format: pixel format"
	is "$(probe "$file" width)x$(probe "$file" height)" $size "$name, $format: size"
	is "$(probe "$file" nb_read_packets)" $n "$name, $format: frames"
	is "$(json r.json '.output[0].frames')" $n "$name, $format: the report counts them"
	is "$(json r.json '.output[0].bytes')" "$(stat -c %s "$file")" "$name, $format: and the file's bytes"
	got=$(farthest_ms "$file" log)
	ok "$name, $format: times within $within ms of the driver's (off by $got)" [ "$got" -le "$within" ]
}

# A 1 ms clock (mkv) may be off by one; containers without times of their own keep the nominal rate, which jitter leaves by a frame.
container nut YUYV rawvideo yuyv422 1
container mkv YUYV rawvideo yuyv422 1
container mov YUYV rawvideo yuyv422 1
container avi YUYV rawvideo yuyv422 17
container nut NV12 rawvideo nv12 1
container mkv NV12 rawvideo nv12 1
container y4m YU12 rawvideo yuv420p 17
container nut MJPG mjpeg yuvj420p 1
container mkv MJPG mjpeg yuvj420p 1
container avi MJPG mjpeg yuvj420p 17
container mov MJPG mjpeg yuvj420p 1
container mkv H264 h264 yuv420p 1
container mov H264 h264 yuv420p 1
container mkv YUYV ffv1 yuv422p 1 -c ffv1

# The pictures where a codec may have changed them, by their legible numbers.
for file in o.mkv o.mov; do
	is "$(legible_numbers $file)" "$(all_frames $n)" "$file: every frame decodes, in order"
done

# Raw bytes have no header to tell.
run_status 0 v4l2q capture -d "sim:size=$size,fps=0,format=YUYV" -n $n -f rawvideo -o o.raw
is "$("$tools/frames" YUYV $size <o.raw)" "$(all_frames $n)" "raw: the frames, nothing else"
run_status 0 v4l2q capture -d "sim:size=$size,fps=0,format=NM12,planes=2" -n $n -o o.yuv --json=r.json
ok 'repacked frames are copied bytes' jq -e '.frames.copied == .frames.written and .bytes.copied == .bytes.written' r.json
is "$("$tools/frames" NV12 $size <o.yuv)" "$(all_frames $n)" "raw, two planes: gathered into one picture"

# y4m holds only planar formats: YUYV becomes one of them.
run_status 0 v4l2q capture -d "sim:size=$size,fps=0,format=YUYV" -n $n -o p.y4m
is "$(probe p.y4m nb_read_packets)" $n "y4m from YUYV: frames"
is "$(legible_numbers p.y4m)" "$(all_frames $n)" "y4m from YUYV: every frame, in order"

# The driver tells height to width before scaling, containers width to height: 10/11 * 720/640.
for name in mkv nut mov mp4 avi y4m; do
	run_status 0 v4l2q capture -q -d sim:size=640x480,fps=0,draw=marks,pixel-aspect=11/10,crop=720x480 -n 2 -o aspect.$name
	is "$(probe aspect.$name sample_aspect_ratio)" 45:44 "$name: the shape of a pixel"
done
run_status 0 v4l2q capture -q -d sim:size=640x480,fps=0,draw=marks,crop=1280x720 -n 1 -o crop.mkv
is "$(probe crop.mkv sample_aspect_ratio)" 4:3 'a driver without CROPCAP: by what it scales'
run_status 0 v4l2q capture -q -d sim:size=640x480,fps=0,draw=marks,pixel-aspect=0 -n 1 -o none.mkv
is "$(probe none.mkv sample_aspect_ratio)" 1:1 'a driver that leaves the ratio empty'

# A sequence of pictures is numbered by its muxer.
run_status 0 v4l2q capture -d "sim:size=$size,fps=0" -n 3 -o 'still%03d.png'
is "$(echo still*.png)" 'still001.png still002.png still003.png' 'a sequence of pictures'

done_testing
