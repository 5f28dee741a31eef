#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The names of a recording's files: fields, names that exist already, pictures in a series.
# Runs under: none
. "$(dirname "$0")/lib.sh"

size=160x120 # 38400 bytes of YUYV
sim=sim:size=$size,fps=0
year=$(date +%Y)

# files: those there are, in a line.
files() {
	find . -type f -printf '%P\n' | grep -vE '^(ok\.)?(out|err)$|\.json$' | LC_ALL=C sort | paste -sd' '
}

# in_folder NAME: goes on in an empty one.
in_folder() {
	mkdir -p "$folder/$1"
	cd "$folder/$1" || exit 1
}

# whole FRAMES FILE...: so many frames in the files, in this order, none missing.
whole() {
	local n=$1
	shift
	is "$(for file in "$@"; do ffmpeg -nostdin -v error -i "$file" -map 0:v -fps_mode passthrough -f rawvideo -; done |
		"$tools/frames" YUYV $size)" "$(all_frames "$n")" "every frame is in $*"
}

# paths: the files of the report.
paths() {
	json r.json '[.output[].path] | join(" ")'
}

# --- a name means the same with and without --segment, and where the device may be plugged in again ---
for options in '' '--segment 1h' --on-disconnect=wait; do
	in_folder "fields$options"
	# shellcheck disable=SC2086 # the words of the options
	run_status 0 v4l2q capture -q -d $sim -n 3 -o 'file:%Y-c%2d%03d.nut' $options
	is "$(files)" "$year-c%2d000.nut" "${options:-alone}: a number, the time, and what is no field"
done

in_folder lint
run_status 2 v4l2q capture -q -d $sim -n 3 -o 'a%2db.nut' --segment 1h
one_clear_line "put %d or strftime fields into the name 'a%2db.nut'" 'a name without a field, and --segment'
run_status 2 v4l2q capture -q -d $sim -n 3 -o 'a%%d.nut' --on-disconnect=wait
one_clear_line 'put %d or strftime fields into the name' 'a name without a field, and --on-disconnect=wait'

# --- a first file that exists is refused ---
touch "$year.nut"
run_status 6 v4l2q capture -q -d $sim -n 3 -o '%Y.nut' --segment 100k
one_clear_line "^v4l2q: $year.nut: exists: use -y" 'the first segment exists'
is "$(files) $(cat ./*.nut)" "$year.nut " 'it is left as it was'

# --- a segment that exists does not end the recording ---
for y in '' -y; do
	in_folder "same$y"
	# shellcheck disable=SC2086 # no word where it is empty
	run_status 0 v4l2q capture -d $sim -n 6 -o '%Y.nut' --segment 100k $y --json=r.json
	is "$(paths)" "$year.nut $year-1.nut $year-2.nut" "segments of one second ${y}: a suffix before the extension"
	is "$(grep -c 'exists already' err)" 1 "segments of one second ${y}: said once"
	like "$(grep 'exists already' err)" "^v4l2q: warning: $year.nut exists already: this segment is $year-1.nut" "segments of one second ${y}: what is said"
	whole 6 "$year.nut" "$year-1.nut" "$year-2.nut"
done

in_folder earlier # an earlier recording's, which a clock that goes back names again
echo precious >part1.nut
echo precious >part1-1.nut
mkdir part2.nut
run_status 0 v4l2q capture -q -d $sim -n 6 -o 'part%d.nut' --segment 100k --json=r.json
is "$(paths)" 'part0.nut part1-2.nut part2-1.nut' 'names of an earlier recording'
is "$(cat part1.nut part1-1.nut)" "$(printf 'precious\nprecious')" 'its files are left as they were'
rm part0.nut
run_status 0 v4l2q capture -q -d $sim -n 6 -o 'part%d.nut' --segment 100k -y --json=r.json
is "$(paths)" 'part0.nut part1.nut part2-1.nut' '-y: an earlier recording is overwritten'
whole 6 part0.nut part1.nut part2-1.nut

in_folder written # by another run, at this moment
exec 9>p1.nut
flock 9
run_status 0 v4l2q capture -q -d $sim -n 4 -o 'p%d.nut' --segment 100k -y --json=r.json
exec 9>&-
is "$(paths) $(cat err)" 'p0.nut p1-1.nut ' 'another run is writing it'

in_folder unplugged
run_status 0 v4l2q capture -d sim:size=$size,fps=0,unplug=20 -n 50 -o '%Y.nut' --on-disconnect=wait --frame-log log --json=r.json
is "$(files) $(json r.json .frames.written)" "$year-1.nut $year-2.nut $year.nut log 50" '--on-disconnect=wait'

in_folder fifo # is opened as it is
mkfifo p1.nut
cat p1.nut >piped &
run_status 0 v4l2q capture -q -d $sim -n 4 -o 'p%d.nut' --segment 100k --json=r.json
wait $!
is "$(paths)" 'p0.nut p1.nut' 'a FIFO is no file that exists'

# --- pictures in a series are one a file ---
for options in '' '--segment 50k' --on-disconnect=wait; do
	in_folder "series$options"
	# shellcheck disable=SC2086 # the words of the options
	run_status 0 v4l2q capture -q -d $sim -n 3 -o '%Y%%-%m-%d_%02d.png' $options --json=r.json
	is "$(files)" "$(for n in 01 02 03; do date "+%Y%%-%m-%d_$n.png"; done | paste -sd' ')" "pictures, ${options:-alone}: one a file"
	is "$(json r.json '[.output[].frames] | add')" 3 "pictures, ${options:-alone}: all are counted"
	# shellcheck disable=SC2086
	run_status 6 v4l2q capture -q -d $sim -n 3 -o '%Y%%-%m-%d_%02d.png' $options
	one_clear_line '01.png: exists: use -y' "pictures, ${options:-alone}: they are not overwritten"
done
for options in '' '--segment 50k'; do
	in_folder "taken$options"
	echo precious | tee p2.png >p5.png
	# shellcheck disable=SC2086
	run_status 0 v4l2q capture -d $sim -n 4 -o 'p%d.png' $options --json=r.json
	is "$(files) $(head -qn 1 p2.png p5.png | paste -sd' ')" 'p1.png p2.png p3.png p4.png p5.png p6.png precious precious' \
		"pictures, ${options:-alone}: a number that is taken is left out"
	is "$(json r.json .frames.written)" 4 "pictures, ${options:-alone}: all are written"
	like "$(cat err)" 'p2.png exists already: its number is skipped' "pictures, ${options:-alone}: which is said"
done
run_status 0 v4l2q capture -q -d $sim -n 4 -o 'p%d.png' -y
is "$(files) $(cat err)$(grep -l precious -- *.png)" 'p1.png p2.png p3.png p4.png p5.png p6.png p5.png' 'pictures, -y: no number is left out'
run_status 2 v4l2q capture -q -d $sim -n 2 -o 'q%d.png' --frame-log q1.png
one_clear_line 'q1.png' 'the first picture is no other file of the run'
in_folder pictures
run_status 0 v4l2q capture -q -d $sim -n 3 -o '%Y-%m-%d.gif'
is "$(probe "$(date +%Y-%m-%d).gif" nb_read_packets)" 3 'the day in the name of an animation is no number'
run_status 2 v4l2q capture -q -d $sim -n 3 -o '%Y-%m-%d-%H%M%S.png'
one_clear_line 'holds a single image: put %03d into the name' 'several pictures in a name without a number'
run_status 0 v4l2q capture -q -d $sim -n 1 -o '%Y-%m-%d.png'
ok 'one picture needs no number' opens "$(date +%Y-%m-%d).png"
run_status 0 v4l2q capture -q -d $sim -n 4 -o 'p%d.png' --segment 50k --format-opt start_number=7
is "$(echo p*)" 'p10.png p7.png p8.png p9.png' 'start_number, and segments'
touch q3.bmp # whose encoder keeps no picture back
run_status 0 v4l2q capture -q -d $sim -n 4 -o 'q%d.bmp' --segment 100k
is "$(echo q*) $(stat -c %s q3.bmp)" 'q1.bmp q2.bmp q3.bmp q4.bmp q5.bmp 0' 'a segment of pictures whose first exists'

done_testing
