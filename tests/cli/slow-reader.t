#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A reader that stops for a while: its frames are kept in memory, or lost and counted.
# Runs under: none
. "$(dirname "$0")/lib.sh"

size=640x480 n=240

captured() { # N: so many frames have come from the device
	[ "$(grep -ac 'VIDIOC_DQBUF.* = 0$' err)" -ge "$1" ]
}

# run_into_slow_reader N CAPTURE OPTIONS...: the reader takes two frames, then nothing until N frames have been captured.
run_into_slow_reader() {
	local until=$1 name="${*:2}" reader
	name=${name:-default --memory}
	shift
	rm -f fifo resume o.nut r.json
	mkfifo fifo resume
	{
		head -c 1500000
		read -r _ <resume
		cat
	} <fifo >o.nut &
	reader=$!
	start capture -d "sim:size=$size,fps=0" -n $n -f nut -o fifo --json=r.json -vv "$@"
	ok "$name: the recording goes on while nobody reads" wait_until 60 captured "$until"
	echo >resume
	wait_for "$pid" 60
	is $? 0 "$name: status 0"
	wait $reader
}

available_kib=$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo)
if [ "$available_kib" -lt 1000000 ]; then
	skip 'default --memory: nothing is lost' 'a quarter of the memory available is less than 240 frames'
else
	run_into_slow_reader $n
	is "$(json r.json '.frames | "\(.written) \(.lost.queue) \(.lost.writer) \(.lost.driver)"')" "$n 0 0 0" 'default --memory: nothing is lost'
	is "$(picture_numbers o.nut YUYV $size)" "$(all_frames $n)" 'default --memory: every frame arrives, unaltered'
	balanced r.json 'default --memory'
	ok 'default --memory: frames did wait in memory' [ "$(json r.json .queue.high_water_frames)" -gt 200 ]
fi

run_into_slow_reader $((n / 2)) --memory 16M
lost=$(json r.json .frames.lost.queue)
ok "--memory 16M: frames are lost by the queue ($lost)" [ "$lost" -gt 50 ]
is "$(json r.json '.frames.lost | "\(.writer) \(.error) \(.driver)"')" '0 0 0' '--memory 16M: and by nothing else'
balanced r.json '--memory 16M'
ok "--memory 16M: no more than that was held" [ "$(json r.json .queue.high_water_bytes)" -le $((16 << 20)) ]
numbers=$(picture_numbers o.nut YUYV $size)
like "$numbers" "^frames=$n first=0 .* torn=0 .* repeated=0 trailing=0" '--memory 16M: what arrives is whole and in order'
missing=${numbers##*missing=}
ok '--memory 16M: what is missing in the file was counted' [ "${missing%% *}" -le "$lost" ]

run_status 7 v4l2q capture -d "sim:size=$size,fps=0,drop=5" -n 20 -o drops.nut --max-drops 2
is "$(probe drops.nut nb_read_packets)" 20 '--max-drops: all is written before it says so'

done_testing
