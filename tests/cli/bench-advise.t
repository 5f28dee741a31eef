#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# v4l2q bench --advise, and what measuring costs.
# Runs under: none
# shellcheck disable=SC2016,SC2054 # jq has variables too; commas are for v4l2q
. "$(dirname "$0")/lib.sh"

# A frame each 40 ms, and more than once in three seconds nobody takes one for 320 ms: eight come meanwhile, and one is at hand. So many
# it takes at least; a busy machine may make it more, but never more than those with which frames were lost.
run_status 0 v4l2q bench -d sim:size=64x48,fps=25 -n 60 --advise --json=a.json --consumer-stall 320ms/1200ms
n=$(json a.json '.advice[0].buffers // 32')
ok "stalls of 320 ms: at least 9 buffers (it says $n)" [ "$n" -ge 9 ]
ok '… and frames were lost with one fewer' jq -e '.advice[0] | .buffers as $n | any(.tried[]; .buffers == $n - 1 and .lost > 0)' a.json
like "$(cat out)" "$n buffers are the fewest with which no frame of 60 was lost, with .*320ms/1200ms" 'the sentence says so'
ok 'fewer lost frames, as the report shows' jq -e '.advice[0] | .buffers as $n | [.tried[] | if .buffers < $n then .lost > 0 else .lost == 0 or .buffers != $n end] | all' a.json
is "$(jq -r --slurpfile schema "$root/tests/schema/bench.json" -f "$root/tests/schema/validate.jq" a.json)" '' 'the report is as its schema has it'

run_status 0 v4l2q bench -d sim:size=64x48,fps=25 -n 25 --io mmap,userptr --advise
is "$(grep -c 'fewest' out)" 2 'without a delay: each mode asked for'

run_status 1 v4l2q bench -d sim:size=64x48,fps=200 -n 200 --advise --consumer-delay 15ms+-2ms
like "$(cat out)" 'lost even with 32 buffers' 'a consumer that is too slow for any number'
run_status 0 v4l2q bench -d sim:size=64x48,fps=25 -n 5 --io mmap --advise --json -q
is "$(jq '.advice | length' out) $(cat err)" '1 ' '--json -q: only the report'
run_status 3 v4l2q bench -d sim:caps=rw --advise
one_clear_line 'no io mode with buffers' 'rw alone'
run_status 3 v4l2q bench -d sim:type=output --advise
one_clear_line 'output devices do not report' 'an output device'
run_status 2 v4l2q bench -d sim --advise --fail-if 'lost>0'

# What keeping the distributions costs: instructions a frame, from two lengths of run, so that starting and ending drop out.
if ! command -v valgrind >/dev/null || [ "$KIND" ]; then
	skip 'what measuring costs' 'it takes valgrind and a plain build'
	done_testing
	exit
fi

instructions() { # OPTIONS...: of a frame
	local n counts=()
	for n in 100 600; do
		LD_PRELOAD=$build/tests/preload/no_rdtscp.so valgrind --tool=callgrind --callgrind-out-file=/dev/null --log-file=count \
			"$build/v4l2q" bench -d sim:size=64x48,fps=0 \
			--io mmap -n $n -q "$@" >/dev/null
		counts+=("$(sed -n 's/.*Collected : \([0-9]*\).*/\1/p' count)")
	done
	echo $(((counts[1] - counts[0]) / 500))
}

with=$(instructions)
without=$(instructions --bare)
echo "# instructions a frame, with the simulated device's own: $with measuring, $without not"
ok 'the instructions were counted' [ "$without" -gt 0 ]
ok "measuring costs at most 2000 instructions a frame ($((with - without)))" [ $((with - without)) -le 2000 ]

done_testing
