#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A reader that stops for five seconds: kept in memory, or lost and counted.
# Runs under: none
. "$(dirname "$0")/lib.sh"

size=1280x720 n=240

# run_into_slow_reader CAPTURE OPTIONS...: seven seconds and more of 720p30, of which the reader sleeps five.
run_into_slow_reader() {
	local reader
	rm -f fifo o.nut r.json
	mkfifo fifo
	{
		head -c 4000000
		sleep 5
		cat
	} <fifo >o.nut &
	reader=$!
	run_status 0 v4l2q capture -d "sim:size=$size,fps=30" -n $n -f nut -o fifo --json=r.json "$@"
	wait $reader
}

available_kib=$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo)
if [ "$available_kib" -lt 2000000 ]; then
	skip 'nothing is lost with the default --memory' 'less than 2 GB of memory available'
else
	# On a machine that is busy with other things the program may find no time for the driver: that is not what
	# is tried here, so the driver has buffers for most of a second.
	for _ in 1 2 3; do
		run_into_slow_reader --min-buffers 24
		[ "$(json r.json .frames.lost.driver)" != 0 ] || break
	done
	is "$(json r.json '.frames | "\(.written) \(.lost.queue) \(.lost.writer) \(.lost.driver)"')" "$n 0 0 0" \
		'nothing is lost with the default --memory'
	is "$(picture_numbers o.nut YUYV $size)" "$(all_frames $n)" 'every frame arrives, unaltered'
	balanced r.json 'default --memory'
	ok 'frames did wait in memory' [ "$(json r.json .queue.high_water_frames)" -gt 60 ]
fi

run_into_slow_reader --memory 16M
lost=$(json r.json .frames.lost.queue)
ok "--memory 16M: frames are lost by the queue ($lost)" [ "$lost" -gt 50 ]
is "$(json r.json '.frames.lost | "\(.writer) \(.error)"')" '0 0' '--memory 16M: and by nothing else'
balanced r.json '--memory 16M'
ok "--memory 16M: no more than that was held" [ "$(json r.json .queue.high_water_bytes)" -le $((16 << 20)) ]
numbers=$(picture_numbers o.nut YUYV $size)
like "$numbers" "^frames=$(json r.json .frames.written) first=0 .* torn=0 .* repeated=0 trailing=0" \
	'--memory 16M: what arrives is whole and in order'
missing=${numbers##*missing=}
ok '--memory 16M: what is missing in the file was counted' [ "${missing%% *}" -le $((lost + $(json r.json .frames.lost.driver))) ]

run_status 7 v4l2q capture -d "sim:size=$size,fps=30,drop=5" -n 20 -o drops.nut --max-drops 2
is "$(probe drops.nut nb_read_packets)" 20 '--max-drops: all is written before it says so'

done_testing
