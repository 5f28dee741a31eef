#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# kill -9 in the middle of a recording, at a moment that is another each time, leaves a file that plays: with all frames that were
# told to be written, but for the last second of mp4 and mov, or what --sync allows.
# Runs under: none
. "$(dirname "$0")/../cli/lib.sh"

# MOMENTS=100 tests/fault/kill.t: at so many moments each.
moments=${MOMENTS:-1}
size=64x48
fps=100
# File, how much of it may be missing in milliseconds, and how it is recorded.
cases='
raw.mkv 0
raw.nut 0
raw.avi 0
raw.raw 0
raw.mov 1000
synced.mov 100 --sync 100ms
mjpeg.mkv 0 -p MJPG -c copy
mjpeg.nut 0 -p MJPG -c copy
mjpeg.avi 0 -p MJPG -c copy
mjpeg.mov 1000 -p MJPG -c copy
mjpeg.mp4 1000 -p MJPG -c copy
x264.mkv 0 -c libx264
x264.nut 0 -c libx264
x264.avi 0 -c libx264
x264.ts 0 -c libx264
x264.mov 1000 -c libx264
x264.mp4 1000 -c libx264
synced.mp4 100 -c libx264 --sync 100ms
'

record() { # FILE OPTIONS...
	"${program[@]}" capture -q -y -d sim:size=$size,fps=$fps -o "$1" --frame-log "$1.log" "${@:2}" >"$1.err" 2>&1 </dev/null &
}

# More than two seconds, of what the C library has passed on of the frame log.
logged() {
	[ "$(wc -l <"$1.log")" -ge 220 ]
}

# How many frames the log tells to be written, up to so many milliseconds before the last one.
told() { # FILE MS
	jq -Rn --argjson ms "$2" '[inputs | fromjson? | select(.fate == "written") | .ts_ns] | max as $last | map(select(. <= $last - $ms * 1.2e6)) | length' "$1.log"
}

in_file() { # FILE
	case $1 in
	*.raw) echo $(($(stat -c %s "$1") / (64 * 48 * 2))) ;;
	*) "$tools/packets" "$1" | cut -d' ' -f2 ;;
	esac
}

for _ in $(seq "$moments"); do
	pids=()
	while read -r file _ options; do
		# shellcheck disable=SC2086 # words
		[ -z "$file" ] || { record "$file" $options; pids+=($!); }
	done <<<"$cases"
	while read -r file _; do
		[ -z "$file" ] || wait_until 60 logged "$file"
	done <<<"$cases"
	sleep "0.$RANDOM"
	kill -KILL "${pids[@]}"
	wait "${pids[@]}" 2>/dev/null
	while read -r file ms _; do
		[ -n "$file" ] || continue
		least=$(told "$file" "$ms")
		n=$(in_file "$file")
		ok "$file: $n frames, of at least $least" [ "$least" -gt 50 -a "$n" -ge "$least" ]
	done <<<"$cases"
	for file in raw.mkv raw.nut raw.avi raw.mov; do
		like "$(picture_numbers $file YUYV $size)" '^frames=[0-9]+ first=0 .* torn=0 .* repeated=0' "$file: they are whole and in order"
	done
	for file in mjpeg.mov x264.mp4 x264.mkv; do
		ok "$file: they decode" ffmpeg -nostdin -v error -xerror -i $file -f null -
	done
	rm -f ./*.*
done

done_testing
