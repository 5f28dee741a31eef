#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# When frames are played: their times in the file, over loops, at other speeds and after a pause.
# Runs under: none
# shellcheck disable=SC2154 # clips.sh sets them
. "$(dirname "$0")/lib.sh"
. "$root/tests/cli/clips.sh"

make_clips

# The times, in milliseconds from the first, that frames were queued for: what the trace in ./err says of each QBUF.
due_times() {
	sed -nE 's/.*VIDIOC_QBUF .* timestamp=([0-9]+)\.([0-9]+).* = 0$/\1 \2/p' err |
		awk 'NR == 1 { s = $1; us = $2 } { printf "%.3f ", ($1 - s) * 1000 + ($2 - us) / 1000 }'
}

# Each time queued for is one of those wanted, to within rounding, and in that order. Frames whose time is past are dropped, which a
# busy machine may bring about: as many times may be missing.
are_times() { # WANTED GOT MISSING
	awk -v wanted="$1" -v got="$2" -v missing="$3" 'BEGIN {
		n = split(wanted, w, " "); m = split(got, g, " ")
		for (i = j = 1; i <= m; i++) {
			while (j <= n && w[j] < g[i] - 0.6) j++
			if (j > n || w[j] > g[i] + 0.6) { print "at " g[i] " there is none due"; exit 1 }
			j++
		}
		if (m != n - missing) { print m " times of " n; exit 1 }
	}' || {
		printf 'got:    %s\nwanted: %s\n' "$2" "$1"
		return 1
	}
}

is_due() { # WANTED NAME
	ok "$2" are_times "$1" "$(due_times)" "$(json r.json .frames.dropped)"
}

every() { # MS N
	awk -v ms="$1" -v n="$2" 'BEGIN { for (i = 0; i < n; i++) printf "%.3f ", i * ms }'
}

# Frames of 50, 50 and 100 ms.
encode times.nut -vf "setpts='(N+floor(N/3))/20/TB',settb=1/1000" -fps_mode passthrough -enc_time_base 1:1000 -frames:v 9 -c:v rawvideo
play fps=0 -vv -r 20 times.nut
is_due '0 50 100 200 250 300 400 450 500' 'frames of different durations keep them'
keeps_time 50 100 'frames of different durations'
play fps=0 -vv -r 20 --speed 2 times.nut
is_due '0 25 50 100 125 150 200 225 250' 'at double speed, halved'
play fps=0 -vv -r 20 --speed 0.5 -n 4 times.nut
is_due "$(cut -d ' ' -f "-$((4 + $(json r.json .frames.dropped)))" <<<'0 100 200 400 500 600 800 900 1000')" 'at half speed, doubled'
play fps=0 -vv --start 200ms times.nut
is_due '0 50 100 200 250 300' 'begun in the middle'
# Times that only key frames lead to, or that are counted, and the end of the last frame.
encode seek.ts -c:v mpeg4 -q:v 2 -g 10
encode seek.h264 -c:v libx264 -preset ultrafast -r 30
encode hevc.ts -c:v libx265 -preset ultrafast -x265-params log-level=none:keyint=10
for file in seek.ts hevc.ts seek.h264 h264.mp4; do
	ffmpeg -nostdin -v error -y -i $file -fps_mode passthrough -pix_fmt yuv420p -f rawvideo whole.raw
	for start in '0.399 12' '0.79 1'; do
		play fps=0 --speed 0 -q --start "${start% *}" $file
		is "$(json r.json .frames.played)" "${start#* }" "$file from ${start% *} s: so many frames"
		ok "$file from ${start% *} s: as they are" cmp dump.raw <(tail -c "$(stat -c %s dump.raw)" whole.raw)
	done
	v4l2q play -q -d sim:type=output,fps=0 --speed 0 --start 2 $file 2>err
	like $? '^[26]$' "$file: beyond its end: an error"
	like "$(cat err)" 'past the end' "$file: beyond its end"
done
play fps=0 -vv -t 250ms times.nut
is_due '0 50 100 200' 'ended by --duration'
is "$(json r.json '"\(.end) \(.frames.read)"')" 'duration 4' 'and the report says so'

for rate in '25 40' '30000/1001 33.3666667' '60 16.6666667'; do
	read -r fps ms <<<"$rate"
	ffmpeg -nostdin -v error -y -f lavfi -i "testsrc2=size=320x240:rate=$fps" -frames:v 40 -c:v libx264 -preset veryfast rate.mp4
	play fps=0 -vv rate.mp4
	is_due "$(every "$ms" 40)" "$fps frames a second"
	keeps_time "$ms" "$ms" "$fps frames a second"
	is "$(json r.json '.pace_us | "\(.min >= 0 and .p50 <= .p95 and .p95 <= .p99 and .p99 <= .max)"')" true "$fps: the pace is reported"
	is "$(json r.json '.frames | "\(.read == .played + .dropped) \(.played == .copied + .zero_copy)"')" 'true true' "$fps: the counts add up"
	echo "# $fps fps: $(json r.json '.pace_us | tostring')"
	like "$(cat err)" 'pace +min .* p50 .* p99' "$fps: the closing note tells of it"
done

# A picture stays until the next one's time, whatever the file says of its duration: here a thousandth of a second of 200.
encode sparse.nut -vf 'setpts=200*N/TB,settb=1/1000' -fps_mode passthrough -enc_time_base 1:1000 -frames:v 6 -c:v rawvideo
play fps=0 --speed 1000 -q sparse.nut
ok 'wrong durations: shown until the next' jq -e '
	.frames.repeated <= .time.wall_s / 0.2 and (.frames.late < 4 or .pace_us.max > 1e5)' r.json

# Over the seam of two rounds lies the duration of the last frame.
for file in clip420.nut h264.mp4; do
	play fps=0 -vv --loop=3 "$file"
	is "$(json r.json .frames.read)" $((3 * clip_frames)) "$file: three rounds"
	is_due "$(every 33.3333333 $((3 * clip_frames)))" "$file: the seams have the same interval"
	keeps_time 33.3333333 33.3333333 "$file: over the seams"
done
play fps=0 --speed 0 -q --loop -n 100 clip420.nut
is "$(json r.json '"\(.frames.played) \(.end)"')" '100 count' 'for ever, until --count'
make_reference clip420.nut yuv420p
cat "$reference" "$reference" "$reference" "$reference" "$reference" | head -c "$(stat -c %s dump.raw)" >rounds.raw
ok 'and each round is the whole file' cmp dump.raw rounds.raw

# A device that keeps its own time has the last word: all frames, none faster than it takes them.
play adjust=fps,fps=50 -q --speed 0 clip420.nut
is "$(json r.json .frames.played)" "$clip_frames" 'as fast as the device takes frames'
ok 'and not faster' jq -e '.fps.measured < 60' r.json

# What that time is, the driver's timestamps tell, where they are its own: here of every second interval.
play adjust=fps,fps=100,drift=5000,own-times -n 12 --speed 1.66666 clip420.nut
ok 'a fast display: so many ppm' jq -e '.fps | .drift_ppm > 4500 and .drift_ppm < 5500 and .drift_error_ppm < 300' r.json
like "$(cat out err)" '100 fps negotiated, .*; its clock is .* ppm fast' '… in words'
play adjust=fps,fps=100,drift=5000 -n 2 -q clip420.nut
is "$(json r.json .fps.drift_ppm)" null "… and where they are the program's, nothing"

# Stopped for a second, as by ^Z (whose SIGTSTP stops nothing where there is no terminal): what was due meanwhile is neither
# skipped nor played in a burst.
start play -d sim:type=output --json=r.json -vv --loop=3 clip420.nut
wait_until 20 has_traced 10
kill -STOP "$pid"
wait_until 20 grep -q '^State:[[:space:]]T' "/proc/$pid/status"
before=$(grep -ac 'VIDIOC_QBUF .* = 0$' err)
paused=$(now_ms)
sleep 1 # or more
paused=$(($(now_ms) - paused))
kill -CONT "$pid"
wait_for "$pid" 60
is $? 0 'after a pause: status 0'
is "$(json r.json '"\(.frames.read) \(.end)"')" "$((3 * clip_frames)) eos" 'after a pause: all frames'
# A frame dropped as a busy machine is late leaves a gap in the times. After the pause, which begins after so many frames or one more,
# they begin anew.
skipped=$(due_times | awk -v n="$before" -v skipped="$(json r.json .frames.dropped)" '{
	pause = $(n + 1) - $n > $(n + 2) - $(n + 1) ? n : n + 1
	for (i = 1; i < NF; i++) if (i != pause) skipped -= int(($(i + 1) - $i) / 33.3333333 + 0.5) - 1
	print skipped
}')
ok "after a pause: no skipping ($skipped)" [ "$skipped" -le 1 ]
# But for the frame that was waited for and the next.
ok 'after a pause: time was moved' jq -e ".time.wall_s * 1000 > $paused + 33 * (.frames.read - 2)" r.json
keeps_time 33.3333333 33.3333333 'after a pause, which is no interval'
check_trace 'after a pause'

# A signal ends the hold, and nothing else does.
is_there() {
	! ended "$pid"
}
start play -d sim:type=output,fps=0 --speed 0 --hold --json=r.json -vv clip420.nut
wait_until 20 grep -aq "timestamp.*sequence=$((clip_frames - 2)) " err
v4l2q play -q -d sim:type=output,fps=0 --speed 0 clip420.nut # which takes longer than only to end
ok '--hold: still there after the end' is_there
kill -INT "$pid"
wait_for "$pid" 20
is $? 0 '--hold: until a signal'
is "$(json r.json '"\(.frames.played) \(.end)"')" "$clip_frames signal" '--hold: all frames, and what ended it'

done_testing
