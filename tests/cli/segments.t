#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What becomes of segments: which are removed, what their names are until they are whole, what is run for them, SIGHUP.
# Runs under: tsan
. "$(dirname "$0")/lib.sh"

sim=sim:size=64x48,fps=0 # a frame is 6 KiB, a segment of 25k has four

segments() { # N OPTIONS...: of four frames each
	v4l2q capture -q -d $sim -n $(($1 * 4)) --segment 25k --json=r.json "${@:2}"
}

# --- all at once: the oldest are removed, of this run and of an earlier one, and nothing that only looks alike ---
cat >run <<'END'
#!/bin/sh
[ -s "$2" ] && echo "$1 $2 $(readlink /proc/self/fd/0) $(find /proc/self/fd -lname '*nut*')" >>ran
exit 3
END
chmod +x run
alike='a01.nut a0001.nut a001.nut.bak a001.log'
# shellcheck disable=SC2086 # names
touch $alike a007.nut a-7.log a008.nut.part a-8.log.part
mkdir a900.nut
ln -s a004.nut a901.nut
touch -d '-1 hour' a007.nut a008.nut.part
run_status 0 segments 6 -o 'a%03d.nut' --frame-log 'a-%d.log' --keep 3 --partial-suffix .part --on-segment './run "a  b"' -v
is "$(echo a*)" "$(echo a-{3,4,5}.log a0001.nut a001.{log,nut.bak} a003.nut a004.nut a005.nut a01.nut a900.nut a901.nut)" \
	'--keep N: so many segments, with their logs, and what only looks alike'
is "$(json r.json '"\(.segments_removed) \(.frames.written) \(.output | length)"')" '5 24 6' '--keep N: what the report says'
balanced r.json '--keep N'
is "$(jq -sc 'map(select(.fate == "written").seq)' a-3.log a-5.log)" '[12,13,14,15,20,21,22,23]' 'a log a segment: a line for each of its frames'
is "$(grep -cvE '^a  b a00[0-5]\.nut /dev/null $' ran) $(tail -n 1 ran)" '0 a  b a005.nut /dev/null ' '--on-segment: words, the final name, and no descriptor of ours'
is "$(grep -c 'warning: --on-segment: ./run, for a00[0-5].nut, ended with status 3' err)" 6 '--on-segment: a failure is warned of'
rm -r a* ran

done_under tsan

run_status 0 segments 8 -o '%H%M%S.nut' --keep 60k --frame-log one.log
is "$(json r.json .segments_removed) $(wc -l <one.log)" '6 32' '--keep SIZE, and one log'
touch -d '-2 hours' b1.nut
touch -d '-30 minutes' b2.nut b3.nut.part
touch -d '-90 minutes' b4.nut.part
run_status 0 segments 1 -o 'b%d.nut' --keep 1h --partial-suffix .part
is "$(echo b*)" 'b0.nut b2.nut b3.nut.part' '--keep T: by age, also what a killed run has left'

# --- --min-free: there is never so much, so all go but the present one, and what another run is writing ---
touch c7.nut
exec 9<>c8.nut
flock 9
run_status 0 segments 3 -o 'c%d.nut' --min-free 99.9999%
exec 9>&-
is "$(echo c*)" 'c2.nut c8.nut' '--min-free: earlier segments make room'

# --- options that do not fit ---
while IFS='|' read -r options text; do
	# shellcheck disable=SC2086 # words
	run_status 2 v4l2q capture -q -d $sim -n 1 $options
	one_clear_line "$text" "$options"
done <<'END'
-o x.nut --keep 3|^v4l2q: --keep removes earlier files of the same name: put %d or strftime fields into the name 'x.nut'
-o x%d.png --min-free 1G|^v4l2q: --min-free needs files that each are a recording
-o x%d.png --partial-suffix .x|--partial-suffix is for files that can be renamed: leave it out for image2
-o udp://127.0.0.1:9 --sync 1s|--sync is for files and pictures: leave it out for an address
-o x%d.nut --fallback c8.nut|--fallback c8.nut: not a folder; name one on another disk
-o x.m3u8 --sync 1s|--sync is for files and pictures: leave it out for hls
-o x%H%d.nut --frame-log %H|--frame-log '%H' has fields, so each file gets a log: they must be the fields of 'x%H%d.nut'
END
is "$(echo x*)" 'x*' 'options that do not fit: no file'
"${program[@]}" capture -q -d $sim -n 2 -o - --sync 1ms >out.nut 2>err
is "$(cat err)" '' '--sync: standard output has no folder'

# --- --partial-suffix ---
start capture -q -d sim:size=64x48,fps=50 -o 'p%d.mkv' --partial-suffix .part --frame-log 'p%d.log'
wait_until 20 [ -e p0.log.part ]
kill -HUP "$pid"
wait_until 20 [ -e p1.log.part ]
kill -KILL "$pid"
wait "$pid" 2>/dev/null
is "$(echo p?.*)" 'p0.log p0.mkv p1.log.part p1.mkv.part' '--partial-suffix: kill -9 leaves what is not whole with it'
run_status 6 v4l2q capture -q -d $sim -n 2 -o p0.mkv --partial-suffix .part
one_clear_line '^v4l2q: p0.mkv: exists: use -y' '--partial-suffix: a final name that exists'
ok '--partial-suffix: and nothing else is made' [ ! -e p0.mkv.part ]
touch q.mov q.mov.part
run_status 0 v4l2q capture -q -d $sim -n 2 -y --faststart -o q.mov --partial-suffix .part
is "$(probe q.mov nb_read_packets) $(echo q*)" '2 q.mov' '--partial-suffix: -y replaces it, --faststart finds it'

# --- SIGHUP, at a key frame ---
start capture -q -d sim:size=64x48,format=H264,fps=50,gop=10 -o 'h%d.mkv' --json=r.json -vv
wait_until 20 has_traced 12
kill -HUP "$pid"
wait_until 20 [ -e h1.mkv ]
interrupt TERM 'SIGHUP goes on'
is "$(json r.json '.output | length')" 2 'SIGHUP: begins a segment'
is "$(($(json r.json '.output[0].frames') % 10)) $(probe h1.mkv nb_read_packets)" "0 $(json r.json '.output[1].frames')" 'SIGHUP: at a key frame'
balanced r.json SIGHUP

start capture -q -d sim:size=64x48,signal=none --stall-timeout 1s -o 'o%d.nut'
wait_until 20 catches "$pid" HUP
kill -HUP "$pid"
wait_for "$pid" 20
is $? 5 'SIGHUP: ends nothing, also before the first frame'

# --- --on-segment: one that waits for the end of the recording holds up neither it nor the frames: later ones are queued ---
# shellcheck disable=SC2016 # expanded by that shell
start capture -q -d sim:size=64x48,fps=100 --segment 25k -o 's%d.nut' --on-segment 'sh -c "until [ -e go ]; do sleep 0.1; done; echo $1 >>did" sh' --json=r.json
wait_until 20 [ -e s4.nut ]
ok '--on-segment: does not hold up the recording' [ ! -e did ]
kill -TERM "$pid"
touch go
wait_for "$pid" 60
is $? 0 '--on-segment: ends'
is "$(cat did)" "$(json r.json '.output[].path')" '--on-segment: none is left out'

done_testing
