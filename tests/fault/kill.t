#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# kill -9 in the middle of a recording leaves a file that opens.
# Runs under: none
. "$(dirname "$0")/../cli/lib.sh"

size=320x240

for file in o.mkv o.nut o.avi; do
	start capture -d sim:size=$size,fps=100 -o $file
	wait_until 20 has_bytes $file 6000000
	kill -KILL "$pid"
	wait "$pid" 2>/dev/null
	n=$(ffprobe -v quiet -count_packets -select_streams v:0 -show_entries stream=nb_read_packets -of default=nw=1:nk=1 $file)
	ok "$file: opens, with $n frames" [ "${n:-0}" -ge 25 ]
	numbers=$(ffmpeg -nostdin -v quiet -i $file -map 0:v -fps_mode passthrough -f rawvideo - | "$tools/frames" YUYV $size)
	like "$numbers" '^frames=[0-9]+ first=0 .* torn=0 .* repeated=0' "$file: they are whole and in order"
done

done_testing
