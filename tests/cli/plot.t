#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# scripts/plot-bench: a picture for each kind of file, from one report and from several.
# Runs under: none
. "$(dirname "$0")/lib.sh"

command -v gnuplot >/dev/null || skip_all 'there is no gnuplot here'
plot=$root/scripts/plot-bench

v4l2q bench -d sim:size=64x48,fps=200 -n 30 --json=one.json >/dev/null
jq '.device.card = "a \"card\" `id` $(id)\\\n!id"' one.json >two.json

run_status 0 "$plot" one.json
for run in mmap userptr dmabuf; do
	like "$(cat bench.svg)" "$run, 4 buffers" "a line for $run"
done
like "$(cat bench.svg)" 'Simulated camera \(sim\), YUYV 64x48 at 200 fps' 'the title is the device and its format'
is "$(head -c 4 bench.png | tail -c 3)" PNG 'a PNG too'

run_status 0 "$plot" -o both two.json one.json
like "$(cat both.svg)" 'one: mmap, 4 buffers' 'several reports: each line has its report'
unlike "$(cat both.svg)" 'uid=' 'a card with an odd name is no command'
run_status 0 "$plot" -o named -t 'My board' one.json
like "$(cat named.svg)" 'My board' 'a title of ones own'

run_status 2 "$plot"
run_status 1 "$plot" missing.json
jq '.runs = []' one.json >none.json
run_status 1 "$plot" none.json
like "$(cat err)" 'no run with a latency' 'nothing to draw: it says so'

done_testing
