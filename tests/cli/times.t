#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A file lasts as long as what was filmed, whatever the driver says of its rate and in its timestamps.
# Runs under: none
. "$(dirname "$0")/lib.sh"

tiny=sim:size=64x48,draw=marks,fps=50
n=25

# The farthest that a frame's time in the file lies from the driver's, in us, both counted from the first.
farthest_us() { # FILE FRAME-LOG
	paste -d ' ' <(ffprobe -v error -select_streams v:0 -show_entries frame=pts_time -of csv=p=0 "$1" | grep -o '^[0-9.]\+') \
		<(jq -r 'select(.fate == "written") | .ts_ns' "$2") |
		awk 'NF != 2 { print "frames and log differ in number"; exit }
			NR == 1 { pts = $1; ns = $2 }
			{ d = ($1 - pts) * 1e6 - ($2 - ns) / 1e3; if (d < 0) d = -d; if (d > most) most = d }
			END { printf "%d\n", most }'
}

# Whether from the first packet to the last as much time passes as between the arrivals of those frames, but for what they waited for a
# busy program, and a frame for where the times come from.
lasts_as_filmed() { # FILE FRAME-LOG MS-A-FRAME
	local span_s
	span_s=$(ffprobe -v error -select_streams v:0 -show_entries packet=pts_time -of csv=p=0 "$1" |
		awk -F, 'NR == 1 { first = $1 } { last = $1 } END { print last - first }')
	jq -se --argjson span "$span_s" --argjson frame "$3" 'map(select(.fate == "written")) | map(.dequeue_ns / 1e6 - .seq * $frame) as $waits |
		((.[-1].dequeue_ns - .[0].dequeue_ns) / 1e6 - $span * 1e3 | fabs) as $off |
		($waits | max - min) as $waited | $off <= $waited + $frame or error("off by \($off) ms, frames waited up to \($waited)")' "$2"
}

# Whatever rate the device claims: frame times within half a tick of the container, and a few us in which both are rounded.
while read -r file claims within codec; do
	for claim in ${claims//,/ }; do
		rm -f log "$file"
		run_status 0 v4l2q capture -d "sim:size=64x48,draw=marks,fps=100,claim=$claim" --min-buffers 24 -n $n -o "$file" \
			-c "$codec" --frame-log log
		off=$(farthest_us "$file" log)
		ok "$file, $codec, the device claims $claim of 100 fps: times within $within us (off by $off)" [ "$off" -le "$within" ]
		is "$(grep -c warning: err)" 0 "$file: no warning"
	done
done <<END
o.mp4 40,250 5 libx264
o.mov 0 5 copy
o.ts 40,0 10 mpeg2video
o.mkv 40 501 mpeg4
o.avi 40,250,0 5001 auto
o.y4m 40,250,0 5001 auto
END

# A bare stream has the rate in its header.
run_status 0 v4l2q capture -d "sim:size=64x48,draw=marks,fps=100,claim=30" --min-buffers 24 -n $n -y -o o.h264
is "$(ffprobe -v error -show_entries packet=duration_time -of csv=p=0 o.h264 | sort -u)" 0.010000 'h264: the rate that the frames show'

# Every frame has a duration, or a player leaves out the last one.
for claim in 0 100; do
	run_status 0 v4l2q capture -d "sim:size=64x48,draw=marks,fps=100,claim=$claim" -n 1 -y -o one.mp4
	is "$(ffprobe -v error -count_frames -show_entries stream=nb_read_frames -of csv=p=0 one.mp4)" 1 "mp4 of a frame, $claim fps claimed: it is shown"
done

# Timestamps that make no sense: the time of arrival, which a busy machine makes later, takes their place.
while read -r times replaced why; do
	rm -f log
	run_status 0 v4l2q capture -d "$tiny,$times" --min-buffers 24 -n $n -y -o o.mkv --frame-log log --json=r.json
	is "$(json r.json '.timestamps | "\(.replaced) \(.why)"')" "$replaced $why" "$times: told in the report"
	is "$(grep -c 'warning: frame' err)" 1 "$times: one warning"
	ok "$times: the file lasts as long" lasts_as_filmed o.mkv log 20
done <<END
times=alike $((n - 1)) repeated
times=first-zero 1 missing
times=swapped $((n / 2)) backward
leap=10 1 leap
END
is "$(jq -s '.[9].ts_ns - .[8].ts_ns > 60e9' log)" true "the frame log has the driver's own"
v4l2q bench -d "$tiny,leap=10" -n $n --warmup 2 --io mmap --buffers 4 --json=r.json -q >out 2>err
# The leap is of a minute, in which no machine takes 25 frames.
ok 'bench: the rate is that of the frames' jq -e ".runs[0].fps > $n / 60" r.json

done_testing
