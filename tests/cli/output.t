#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Where frames go and when it stops: -o -, -n, -t, --skip, --max-size, --segment, --frame-log.
# Runs under: asan tsan
. "$(dirname "$0")/lib.sh"

size=320x240 frame_bytes=$((320 * 240 * 2))
sim=sim:size=$size,fps=0

# --- standard output ---
run_status 0 v4l2q capture -d $sim -n 5 -o - --json=r.json
mv out piped.mkv
is "$(probe piped.mkv nb_read_packets)" 5 '-o -: Matroska, and nothing else in it'
is "$(json r.json '.output[0].container')" matroska '-o -: the report says so'
run_status 0 v4l2q capture -d $sim -n 5 -f rawvideo -o -
is "$("$tools/frames" YUYV $size <out)" "$(all_frames 5)" '-f rawvideo -o -: the frames alone'
v4l2q capture -q -d $sim -n 20 -f nut -o - | ffmpeg -v error -i - -map 0:v -fps_mode passthrough -f rawvideo - | "$tools/frames" YUYV $size >piped
is "$(cat piped)" "$(all_frames 20)" 'through a pipe into a player'
run_status 0 v4l2q capture -d $sim -n 5 -o o.nut --json
is "$(jq -r .command out)" capture '--json: standard output is the report and nothing else'
run_status 0 v4l2q capture -q -d $sim -n 5 -o q.nut
is "$(cat out err)" '' '-q: not a word'

# --- when to stop ---
run_status 0 v4l2q capture -d $sim -n 7 --skip 3 -o skip.nut --json=r.json
is "$(picture_numbers skip.nut YUYV $size)" 'frames=7 first=3 last=9 torn=0 missing=0 repeated=0 trailing=0' '--skip leaves out the first'
is "$(json r.json .frames.written)" 7 '--skip: -n counts those that are written'
balanced r.json '--skip'
run_status 0 v4l2q capture -d sim:size=$size,fps=50 -t 0.5 -o duration.nut --json=r.json
like "$(cat err)" ', 1 after the end;.*at most [0-9]+ frames? ' '-t: the frame that shows that the end has come'
is "$(json r.json '"\(.end) \(.frames.written + .frames.lost.driver)"')" 'duration 25' '-t: so long by the timestamps'
run_status 0 v4l2q capture -d $sim --max-size 1M -o limit.nut --json=r.json
is "$(json r.json .end)" size '--max-size ends it'
ok '--max-size: the file is at most that' [ "$(stat -c %s limit.nut)" -le $((1 << 20)) ]
ok '--max-size: and not much less' [ "$(stat -c %s limit.nut)" -gt $(((1 << 20) - 2 * frame_bytes)) ]
is "$(probe limit.nut nb_read_packets)" "$(json r.json .frames.written)" '--max-size: whole frames'

run_status 1 v4l2q capture -q -d $sim --max-size $((frame_bytes - 1)) -o small.nut
one_clear_line 'no frame was recorded: 1 came from the device, the first larger than --max-size allows' '--max-size below one frame'
run_status 1 v4l2q capture -q -d $sim,last=5 --skip 9 -n 3 -o nothing.nut
one_clear_line 'no frame was recorded: 5 came from the device, 5 left out as requested' '--skip beyond the end'
run_status 1 v4l2q capture -q -d $sim --io rw --memory $((frame_bytes * 3 / 2)) -n 3 -o nothing.nut
one_clear_line "no memory for two frames of $frame_bytes bytes" '--io rw --memory below two frames'
run_status 0 v4l2q capture -q -d $sim --io rw --memory $((frame_bytes * 2 + 8192)) -n 3 -o two.nut

# --- frame log ---
run_status 0 v4l2q capture -d sim:size=$size,fps=50,error=4,drop=7 -n 20 -o log.nut --frame-log log --json=r.json
ok 'every line of the log is an object' jq -e . log
for n in 30 31; do # noticed at the end, or on the way
	run_status 6 v4l2q capture -d sim:size=64x48,fps=0 -n $n -y -o full.nut --frame-log /dev/full
	one_clear_line 'the frame log: No space left on device' "a frame log that cannot be written, $n frames"
done
is "$(jq -r 'select(.fate == "written") | .seq' log | wc -l)" 20 'the log: frames that were written'
is "$(jq -r 'select(.fate == "error") | .seq' log | wc -l)" "$(json r.json .frames.lost.error)" 'the log: damaged frames'
is "$(jq -s 'map(.lost // 0) | add' log)" "$(json r.json .frames.lost.driver)" 'the log: gaps'
is "$(jq -r 'select(.fate == "written") | keys_unsorted - ["fate"] | join(" ")' log | sort -u)" \
	'seq ts_ns clock dequeue_ns bytes flags field' 'the log: its keys'
is "$(jq -r 'select(.fate == "written") | .seq' log | paste -sd ' ')" \
	"$(ffmpeg -v error -i log.nut -map 0:v -fps_mode passthrough -f rawvideo - | "$tools/frames" -l YUYV $size | sed -n 's/ ok$//p' | paste -sd ' ')" \
	'the log: sequence numbers are those in the pictures'

# --- damaged frames ---
run_status 0 v4l2q capture -d sim:size=$size,fps=0,error=4 -n 20 -o keep.nut --bad-frames keep --json=r.json
is "$(json r.json '.frames | "\(.written) \(.lost.error)"')" '20 0' '--bad-frames keep: none is lost'
is "$(picture_numbers keep.nut YUYV $size)" "$(all_frames 20)" '--bad-frames keep: they are in the file'
balanced r.json '--bad-frames keep'
run_status 1 v4l2q capture -d sim:size=$size,fps=0,error=4 -n 20 -o fail.nut --bad-frames fail --json=r.json
is "$(probe fail.nut nb_read_packets)" 3 '--bad-frames fail: ends at the first, what came before is in the file'

# --- segments ---
run_status 0 v4l2q capture -d $sim -n 20 --segment 1M -o 'part%03d.nut' --json=r.json
is "$(json r.json '[.output[].frames] | add')" 20 '--segment: all frames, in several files'
ok '--segment: there are several' [ "$(json r.json '.output | length')" -ge 3 ]
for part in part*.nut; do
	ok "--segment: $part opens" opens "$part"
done

done_testing
