#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# v4l2q bench as a gate: --fail-if and --compare.
# Runs under: none
# shellcheck disable=SC2016,SC2054 # jq has variables too; commas are for v4l2q
. "$(dirname "$0")/lib.sh"

good=(bench -d sim:size=64x48,fps=200 -n 40 --io mmap)
late=(bench -d sim:size=64x48,fps=50,latency=60 -n 40 --io mmap --buffers 8)
# fps=0: a frame for each buffer, so that a busy machine loses no more than the device does.
lossy=(bench -d sim:size=64x48,fps=0,drop=4 -n 40 --io mmap,rw --buffers 4)

run_status 0 v4l2q "${good[@]}" --fail-if 'p50>1s' --fail-if 'lost>1000,fps<10%' --json=g.json
is "$(json g.json '[.fail_if[] | .held, .expression] | join(" ")')" 'false p50>1s false lost>1000 false fps<10%' 'none holds: the report says so'

run_status 8 v4l2q "${late[@]}" --fail-if 'p99>12ms,max>10s' --json=l.json
one_clear_line "p99>12ms: it is [0-9.]+ ms with mmap, 8 buffers" 'a latency'
ok 'the report says which holds, where, and with what value' jq -e '.fail_if | .[0].held and .[0].runs[0].io == "mmap" and .[0].runs[0].value > 60000 and (.[1].held | not)' l.json
run_status 8 v4l2q "${late[@]}" --fail-if 'p50>=200%'
run_status 0 v4l2q "${late[@]}" --fail-if 'latency_us.min<60ms'

run_status 8 v4l2q "${lossy[@]}" --fail-if 'lost>0'
one_clear_line 'lost>0: it is 1[34] with mmap, 4 buffers' 'losses'
run_status 8 v4l2q "${lossy[@]}" --fail-if 'lost>20%'
run_status 8 v4l2q "${lossy[@]}" --fail-if 'copy>0'
one_clear_line 'copy>0: it is .* with rw' 'copies'
run_status 1 v4l2q bench -d sim:size=64x48,fps=200 -n 20 --io rw --fail-if 'lost>0'
one_clear_line 'lost>0: not known for any run' 'a gate that cannot be judged is not passed'
run_status 2 v4l2q "${good[@]}" --fail-if 'p100>1ms'
one_clear_line 'the metrics are fps, lost, min, p50' 'an unknown key: those that there are'
run_status 5 v4l2q bench -d sim:size=64x48,fps=200,unplug=30 -n 40 --io mmap --fail-if 'lost>0'

# Against an earlier report.
run_status 0 v4l2q "${good[@]}" --repeat 3 --json=old.json
run_status 0 v4l2q "${good[@]}" --repeat 3 --compare old.json
like "$(cat out)" 'mmap, 4 buffers +before +now +change' 'compare: a column each'
like "$(cat out)" 'the spread of the repeats on both sides' 'compare: the noise is measured'
run_status 8 v4l2q bench -d sim:size=64x48,fps=200,latency=400,drop=4 -n 40 --io mmap --compare old.json --buffers 4,16 --fail-if worse --json=worse.json
unlike "$(cat out)" 'measure different things' 'compare: the same device and format'
like "$(cat out)" 'frames lost .*\* worse' 'compare: losses are marked'
like "$(cat out)" 'latency p50 .*\* worse' 'compare: so is a higher latency'
ok 'compare: the report counts what is worse' jq -e '.runs[0].worse > 0 and (.runs[1] | has("worse") | not) and .fail_if[0].held' worse.json
like "$(cat out)" 'assumed to be a tenth' 'compare: what noise is assumed'
run_status 0 v4l2q bench -d sim:size=80x60,fps=200 -n 20 --io mmap --touch --compare old.json
like "$(cat out)" 'size +64x48, now 80x60.*--touch +-, now on' 'compare: what differs is named'
unlike "$(cat out)" '\* (worse|better)' 'compare: unlike things are not judged'
run_status 1 v4l2q bench -d sim:size=80x60,fps=200 -n 20 --io mmap --compare old.json --fail-if worse
one_clear_line 'worse>0: not known for any run' 'a gate over unlike things is not passed'
run_status 2 v4l2q "${good[@]}" --fail-if worse
one_clear_line 'needs an earlier report: --compare' 'worse than what'
run_status 0 v4l2q bench -d sim:size=64x48,fps=200 -n 20 --io userptr --compare old.json
like "$(cat out)" 'no run in the same io mode' 'compare: nothing in common'
run_status 0 v4l2q "${late[@]}" --repeat 2 --json=late.json
jq '.runs[0].latency_us |= map_values(. / 1000)' late.json >better.json
run_status 0 v4l2q "${late[@]}" --repeat 2 --compare better.json
like "$(cat out)" 'latency (p50|p99|max) .*\* worse' 'compare: a latency of a thousandth was better'
run_status 6 v4l2q "${good[@]}" --compare missing.json
one_clear_line 'missing\.json' 'compare: no such file'
cat >odd.json <<'END'
{"runs": [1, {"io": 3, "buffers": -1, "fps": "x", "latency_us": [], "repeats": -3}], "command": "bench", "device": {"card": null, "driver": "\u001b[2J\n\u009b"}, "format": 7}
END
run_status 0 v4l2q "${good[@]}" --compare odd.json
like "$(cat out)" 'driver +\?\[2J\?\?\?, now sim' 'compare: a report by somebody else does not steer the terminal'
for other in '{"command": "capture"}' '{"command": null, "runs": []}' '{"command": "bench", "runs": 5}' '{"runs": []}' '[]'; do
	echo "$other" >other.json
	run_status 6 v4l2q "${good[@]}" --compare other.json
	one_clear_line 'not a report of v4l2q bench' "compare: $other"
done

done_testing
