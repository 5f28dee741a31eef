#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A file lasts as long as what was filmed, whatever the driver says of its rate and in its timestamps.
# Runs under: none
. "$(dirname "$0")/lib.sh"

tiny=sim:size=64x48,draw=marks,fps=50
n=25

# Prints what lies between the first and the last packet, in ms.
span_ms() { # FILE
	ffprobe -v error -select_streams v:0 -show_entries packet=pts_time -of csv=p=0 "$1" |
		awk -F, 'NR == 1 { first = $1 } { last = $1 } END { printf "%.0f\n", (last - first) * 1e3 }'
}

# Timestamps that make no sense: the time of arrival, which a busy machine makes later, takes their place.
while read -r times replaced why; do
	rm -f log
	run_status 0 v4l2q capture -d "$tiny,$times" --min-buffers 24 -n $n -y -o o.mkv --frame-log log --json=r.json
	is "$(json r.json '.timestamps | "\(.replaced) \(.why)"')" "$replaced $why" "$times: told in the report"
	is "$(grep -c 'warning: frame' err)" 1 "$times: one warning"
	span=$(span_ms o.mkv)
	ok "$times: the file lasts as long ($span ms)" [ "$span" -ge 450 ] && [ "$span" -lt 10000 ]
done <<END
times=alike $((n - 1)) repeated
times=first-zero 1 missing
times=swapped $((n / 2)) backward
leap=10 1 leap
END
is "$(jq -s '.[9].ts_ns - .[8].ts_ns > 60e9' log)" true "the frame log has the driver's own"
v4l2q bench -d "$tiny,leap=10" -n $n --warmup 2 --io mmap --buffers 4 --json=r.json -q >out 2>err
ok 'bench: the rate is that of the frames' jq -e '.runs[0].fps > 5' r.json

done_testing
