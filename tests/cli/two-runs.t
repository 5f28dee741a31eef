#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Two runs that write one file: the second is refused, and the first has its file whole.
# Runs under: none
. "$(dirname "$0")/lib.sh"

size=320x240
sim=sim:size=$size,fps=0
frame_bytes=$((320 * 240 * 2))

start capture -d sim:size=$size,fps=50 -o first.nut --frame-log first.log --json=first.json
first=$pid
ok 'the first run records' wait_until 10 has_bytes first.nut $((5 * frame_bytes))
ln -s first.nut link.nut
ln first.nut hard.nut
for name in first.nut link.nut hard.nut; do
	run_status 6 v4l2q capture -q -d $sim -n 5 -y -o "$name"
	one_clear_line "^v4l2q: $name: .*another run is writing it" "-y -o $name"
done
run_status 6 v4l2q capture -q -d $sim -n 5 -y -o first.log -f nut
run_status 6 v4l2q capture -q -d $sim -n 5 -o second.nut --frame-log first.log
one_clear_line '^v4l2q: first.log: another run is writing it' '--frame-log'
for options in '--frame-log first.nut' --json=first.json --json=first.nut; do
	# shellcheck disable=SC2086 # words
	run_status 6 v4l2q capture -q -d $sim -n 5 -o second.nut $options
	one_clear_line 'another run is writing it' "$options"
done
ok 'a run that was refused leaves nothing' [ ! -e second.nut ]
run_status 6 v4l2q bench -q -d $sim -n 20 --io mmap --csv=first.nut
run_status 6 v4l2q play -q -d sim:type=output first.nut --json=first.json
run_status 6 v4l2q list -q -d sim --json=first.json
kill -INT $first
wait_for $first 10
is "$?" 0 'the first run ends in good order'
n=$(json first.json .frames.written)
like "$(picture_numbers first.nut YUYV $size)" "^frames=$n first=0 .*torn=0 .*repeated=0" 'and its file is whole'
is "$(jq -r 'select(.fate == "written") | .seq' first.log | wc -l)" "$n" 'and in its log'

# When it has ended, its files can be written again.
run_status 0 v4l2q capture -q -d $sim -n 5 -y -o first.nut --frame-log first.log --json=first.json
is "$(picture_numbers first.nut YUYV $size)" "$(all_frames 5)" 'afterwards: overwritten as -y says, nothing of the old one left'

# What is not a regular file is nobody's, and a file system without locks is no reason to refuse.
mkfifo pipe
cat pipe >piped.mkv &
run_status 0 v4l2q capture -q -d $sim -n 5 -o pipe -f matroska --json=/dev/null --frame-log /dev/null
wait $!
is "$(probe piped.mkv nb_read_packets)" 5 'a FIFO is written as it is'
program=(env "LD_PRELOAD=$build/tests/preload/no_flock.so" "${program[@]}")
run_status 0 v4l2q capture -q -d $sim -n 5 -y -o first.nut --frame-log first.log --json=first.json
is "$(picture_numbers first.nut YUYV $size)" "$(all_frames 5)" 'no locks: goes on without'

done_testing
