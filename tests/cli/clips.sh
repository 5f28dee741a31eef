# SPDX-License-Identifier: LGPL-2.1-or-later
# Files to be played, and what a player is to make of them.
# shellcheck shell=bash disable=SC2034 # for the caller
#
# To be sourced after lib.sh.

clip_size=320x240
clip_frames=24
clips=(clip420.nut clip422.nut mjpeg.avi h264.mp4 ffv1.mkv)

encode() { # FILE FFMPEG OUTPUT OPTIONS...: from clip420.nut
	local file=$1
	shift
	ffmpeg -nostdin -v error -y -i clip420.nut -map_metadata -1 "$@" "$file"
}

# A moving picture in the five kinds that matter: raw 4:2:0 and 4:2:2, and three codecs.
make_clips() {
	ffmpeg -nostdin -v error -y -f lavfi -i "testsrc2=size=$clip_size:rate=30" -frames:v "$clip_frames" -pix_fmt yuv420p \
		-c:v rawvideo clip420.nut
	encode clip422.nut -pix_fmt yuyv422 -c:v rawvideo
	encode mjpeg.avi -c:v mjpeg -q:v 3
	encode h264.mp4 -c:v libx264 -preset veryfast -bf 2
	encode ffv1.mkv -c:v ffv1 -level 3 -slices 4
}

range_of() { # FILE
	[ "$(probe "$1" color_range)" = pc ] && echo pc || echo tv
}

# What ffmpeg makes of a file: its frames, all of them and each once, as raw bytes. Sets $reference, the file that holds them.
make_reference() { # FILE PIX_FMT [FILTER]
	local flags=bicubic
	[[ $2${3:-} != @(yuyv|uyvy)422 ]] || flags=fast_bilinear # the direct way, see src/media/read/scaler.c
	reference=$1.$2.${3:-}.raw
	reference=${reference//[:\/]/_}
	[ -e "$reference" ] && return
	# The range is carried over, as it is to a device.
	ffmpeg -nostdin -v error -y -i "$1" -map 0:v -fps_mode passthrough \
		-vf "${3:-null},scale=out_range=$(range_of "$1"):flags=$flags,format=$2" -f rawvideo "$reference"
}

# Plays onto the simulated display, which writes down what it was given.
play() { # KEYS OPTIONS...
	local keys=$1
	shift
	rm -f dump.raw r.json
	run_status "${wanted_status:-0}" v4l2q play -d "sim:type=output,dump=dump.raw,$keys" --json=r.json "$@"
}

# Frames were queued as far apart as they are due, but for how late they were queued, which pace_us says, and the millisecond by which
# the first one goes out early: whatever the machine was busy with. The frames dropped leave gaps.
keeps_time() { # LEAST-MS MOST-MS NAME
	# shellcheck disable=SC2016 # those are jq's
	ok "$3: queued as they are due" jq -e --argjson least "$1" --argjson most "$2" '
		(.pace_us.max + 1001) as $off | (1 + .frames.dropped) as $gap |
		(.pace_us.min >= 0 and .interval_us.min >= 1000 * $least - $off and .interval_us.max <= 1000 * $most * $gap + $off) or
			error("\(.pace_us) \(.interval_us) \(.frames)")' r.json
}

# Whether two files of raw frames differ by no more than rounding: libswscale does not promise which of its ways it takes.
alike() { # PIX_FMT SIZE FILE FILE
	local psnr
	cmp -s "$3" "$4" && return
	[ "$(stat -c %s "$3")" = "$(stat -c %s "$4")" ] || return 1
	psnr=$(ffmpeg -nostdin -hide_banner -f rawvideo -s "$2" -pix_fmt "$1" -i "$3" -f rawvideo -s "$2" -pix_fmt "$1" -i "$4" \
		-lavfi psnr -f null - 2>&1 | sed -nE 's/.*min:([0-9.]+|inf) .*/\1/p')
	echo "psnr of the worst frame: $psnr"
	[ "$psnr" = inf ] || awk "BEGIN { exit !($psnr > 50) }"
}
