#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# v4l2q bench: what it prints and reports, with which status.
# shellcheck disable=SC2016,SC2054 # jq has variables too; commas are for v4l2q
. "$(dirname "$0")/lib.sh"

valid() { # REPORT NAME
	is "$(jq -r --slurpfile schema "$root/tests/schema/bench.json" -f "$root/tests/schema/validate.jq" "$1" 2>&1)" '' "$2: the report is as its schema has it"
}

sim=sim:size=64x48,fps=200
quick=(-n 40 --warmup 2)

# --- the table and the report ---

run_status 0 v4l2q bench -d $sim "${quick[@]}" --buffers 2,6 --json=r.json
valid r.json 'all modes'
cp out table
ok 'the table is at most 120 columns wide' awk 'length > 120 { print; bad = 1 } END { exit bad }' table
for mode in mmap userptr dmabuf; do
	is "$(grep -cE "^$mode +[26] +[0-9.]+\*? " table)" 2 "$mode: two rows of figures"
	ok "$mode: two runs" jq -e --arg io $mode '[.runs[] | select(.io == $io and .frames == 40 and .lost >= 0) | .buffers] == [2, 6]' r.json
done
like "$(cat table)" $'\ndmabuf-import .*(not supported: |[0-9])' 'a mode that the device lacks has its reason in the table'
ok '… and in the report' jq -e '[.runs[] | select(.io == "dmabuf-import")] | length == 2 and all(.unsupported // "" | length > 10 or .frames)' r.json
is "$(json r.json '[.runs[] | select(.io == "rw")] | "\(length) \(.[0].buffers) \(.[0].lost) \(.[0].latency_us) \(.[0].copied_bytes_per_frame)"')" \
	'1 null null null 6144' 'rw: one run, without buffers, losses and latency, and each frame copied'
like "$(cat table)" $'\nRecommended: (mmap|userptr|dmabuf), [26] buffers: ' 'a sentence recommends a run'
ok '… as does the report' jq -e '.recommended.io as $io | any(.runs[]; .io == $io)' r.json
like "$(cat table)" '\*: the best of its column' 'the best of a column is marked'
# A busy machine makes some longer, after which come shorter ones, but the first frame and the last are no nearer to each other.
ok 'intervals are a frame period' jq -e 'all(.runs[] | select(.lost == 0); .interval_us.min < 5100 and .interval_us.max > 4900)' r.json
ok 'three calls a frame, two with read()' jq -e 'all(.runs[] | select(.frames); .syscalls_per_frame >= (if .io == "rw" then 1.5 else 2.5 end) and .syscalls_per_frame < 3.6)' r.json

run_status 0 v4l2q bench -d "$sim,planes=2" "${quick[@]}" --io=mmap,rw --json=p.json
valid p.json 'multi-planar'
is "$(json p.json '.runs[] | select(.io == "rw").unsupported')" 'read() carries one plane, the format has several' 'multi-planar: why not rw'

run_status 0 v4l2q bench -d "$sim,type=output" "${quick[@]}" --touch --json=o.json
valid o.json output
like "$(cat out)" ' switch touch .*touch: us to write every byte' 'output, touched: a column for that'
ok 'output: frames of all modes' jq -e '[.runs[] | select(.frames == 40) | .io] | contains(["mmap", "userptr", "dmabuf", "rw"])' o.json
is "$(json o.json .direction)" output 'output: the report says so'

run_status 0 v4l2q bench -d $sim "${quick[@]}" --io dmabuf --histogram --csv=r.csv --repeat 3 --json=h.json
valid h.json repeats
like "$(cat out)" 'latency of dmabuf, 4 buffers, ms.*\| *#+ [0-9]+' 'a histogram'
like "$(cat out)" '\+-' 'repeats: the spread'
is "$(awk -F, 'NR == 1 { n = NF } NF != n { bad = 1 } END { print NR, n, bad + 0 }' r.csv)" '2 36 0' 'csv: a heading and a line'
is "$(awk -F, 'NR == 1 { for (i in f) delete f; for (i = 1; i <= NF; i++) f[$i] = i } NR == 2 { print $f["io"], $f["buffers"], $f["frames"], $f["copied_bytes_per_frame"], $f["device"], $f["width"], substr($f["date"], 1, 1) }' r.csv)" \
	'dmabuf 4 120 0 "sim" 64 2' 'csv: the values'
is "$(json h.json '.runs[0] | "\(.repeats) \(.frames) \([.latency_counts_us[][1]] | add)"')" '3 120 120' 'repeats: all frames are in the distribution'

run_status 0 v4l2q bench -d $sim "${quick[@]}" --io rw --histogram
like "$(cat out)" 'no histogram, as the latency is not known' 'a histogram of what is not known'

# Virtual cameras count time in ticks of the kernel's, and may be ahead by one; by more, it is another clock.
run_status 0 v4l2q bench -d $sim,latency=-1 "${quick[@]}" --io mmap --json=r.json
is "$(json r.json '.runs[0] | "\(.latency_us.min) \(.timestamps.ahead)"')" '0 null' 'timestamps ahead by less than a tick: no latency'
run_status 0 v4l2q bench -d $sim,latency=-2000 "${quick[@]}" --io mmap --json=r.json
is "$(json r.json '.runs[0].latency_us')" null 'timestamps ahead by more: the latency is not known'
run_status 0 v4l2q capture -q -d $sim,latency=-1 -n 10 -o ahead.nut --json=r.json
is "$(json r.json .latency_us.min)" 0 'capture: the same'

# --- standard output is for one thing ---

run_status 0 v4l2q bench -d $sim "${quick[@]}" --io mmap --json
ok 'JSON on standard output, and nothing else' jq -e .runs out
like "$(cat err)" 'Recommended' '… and the table on standard error'
run_status 0 v4l2q bench -d $sim "${quick[@]}" --io mmap --csv -q
like "$(head -n 1 out)" '^io,buffers,frames,fps,lost,latency_us.min' 'CSV on standard output'
is "$(wc -c <err)" 0 '… and with -q nothing else'
run_status 2 v4l2q bench -d $sim --csv --json
one_clear_line 'standard output' '--csv and --json'

# --- what cannot be ---

run_status 3 v4l2q bench -d sim:caps=rw --io mmap,dmabuf
one_clear_line 'no io mode could be measured: the driver does not stream' 'no mode at all'
run_status 2 v4l2q bench -d sim:min-buffers=6 --io mmap --buffers 3 -n 10
one_clear_line 'at least 6' 'too few buffers for the driver'
run_status 0 v4l2q bench -d "$sim,min-buffers=6" "${quick[@]}" --io mmap --buffers 3,6 --json=m.json
valid m.json 'one number too small'
ok 'the number that can be is measured' jq -e '.runs[0].unsupported and .runs[1].frames == 40' m.json
run_status 3 v4l2q bench -d sim:busy
run_status 3 v4l2q bench -d sim --direction output
run_status 5 v4l2q bench -d "$sim,unplug=30" "${quick[@]}" --json=u.json
valid u.json 'the device goes'
is "$(json u.json '.end, .runs[0].end' | paste -sd' ')" 'error disconnect' 'the device goes: the report says so'
run_status 5 v4l2q bench -d sim:size=64x48,fps=0,stall=30 "${quick[@]}" --io mmap --stall-timeout 300ms --json=s.json
valid s.json 'the device falls silent'
ok '… and what was measured until then is there' jq -e '.runs[0] | .end == "stall" and .frames == 28 and (.error | length > 0)' s.json
run_status 0 v4l2q bench -d sim:size=64x48,fps=100,exposure=15 -n 12 --warmup 0 --buffers 4 --io mmap --json=r.json
valid r.json 'a rate that the exposure lowers'
like "$(json r.json '.runs[0].rate | "\(.cause); \(.cure)"')" '50 fps came in place of the 100 negotiated.*; --set-ctrl exposure_dynamic_framerate=0' '… has its cause and its cure'
run_status 0 v4l2q bench -d sim:size=64x48,fps=100,exposure=15 -n 12 --warmup 2 --buffers 4 --io mmap
like "$(cat out)" 'rate: 50 fps came in place .*exposure_dynamic_framerate=0' '… under the table, too'
run_status 0 v4l2q bench -d sim:size=64x48,fps=100,drift=5000 -n 12 --warmup 2 --buffers 4 --io mmap --json=r.json
valid r.json 'a fast clock'
ok 'a fast clock: so many ppm' jq -e '.runs[0].rate | .drift_ppm > 4500 and .drift_ppm < 5500 and .drift_error_ppm < 300' r.json
like "$(cat out)" 'rate: its clock is .* ppm fast' '… under the table, too'
run_status 0 v4l2q bench -d sim:type=output,size=64x48,fps=100,drift=5000,own-times -n 12 --warmup 2 --consumer-delay 15ms --buffers 4 --io mmap --json=r.json
ok 'a fast display, too' jq -e '.runs[0].rate | .drift_ppm > 4500 and .drift_ppm < 5500 and .drift_error_ppm < 300' r.json
run_status 1 v4l2q bench -d "$sim,fail=dqbuf@30:EIO:99" "${quick[@]}" --io mmap --json=b.json
ok 'a mode that fails later is no mode that is lacking' jq -e '.runs[0] | .end == "error" and (.unsupported | not)' b.json
run_status 0 v4l2q bench -d "sim:type=output,size=64x48,fps=200,fail=qbuf@20:EIO" "${quick[@]}" --io mmap --json=o.json
is "$(json o.json '.runs[0] | "\(.end) \(.frames)"')" 'count 39' 'an output that recovers is measured on'
run_status 0 v4l2q bench -d "$sim,fail=streamon@1:EIO" "${quick[@]}" --io mmap,userptr --json=f.json
is "$(json f.json '.runs[] | "\(.io) \(.unsupported) \(.frames)"' | paste -sd';')" 'mmap the driver refuses to start the stream (VIDIOC_STREAMON: Input/output error); try another size or pixel format (v4l2q list -d sim shows them), or another --io; dmesg may tell why null;userptr null 40' \
	'a mode that fails at the start is listed with the reason'
for bad in '--io=mmap,foo' '--buffers=0' '--buffers=33' '--buffers=x' '--consumer-delay=5xs' '--consumer-delay=5' '--consumer-stall=5s' '--repeat=0' '-n 0' \
	'--fail-if=p98>1' '--fail-if=' '--direction=up'; do
	# shellcheck disable=SC2086
	run_status 2 v4l2q bench -d sim $bad
	one_clear_line "${bad%%[= ]*}|count" "$bad"
done

# --- from one device to another ---

relay=(bench --relay -n 12 --warmup 2)
run_status 0 v4l2q "${relay[@]}" -d sim:type=output,size=64x48,fps=0 sim:size=64x48,fps=200 --json=r.json
valid r.json 'a relay'
cp out table
like "$(cat table)" '^sim \(sim, Simulated camera\) to sim \(sim, Simulated display\): YUYV 64x48 at 200 fps, relay; 12 frames' 'a relay: both devices'
is "$(sed -nE 's/^(dmabuf-[a-z]*|userptr|copy) .*/\1/p' table | head -5 | paste -sd' ')" 'dmabuf-source dmabuf-output dmabuf-import userptr copy' 'a relay: a row a way'
is "$(json r.json '[.runs[] | select(.frames) | "\(.io) \(.frames) \(.copied_bytes_per_frame)"] | map(select(startswith("dmabuf-import") | not)) | join(", ")')" \
	'dmabuf-source 12 0, dmabuf-output 12 0, userptr 12 0, copy 12 6144' 'a relay: frames and copies of each way'
ok 'a relay: calls, processor time and latency' jq -e 'all(.runs[] | select(.frames); .syscalls_per_frame > 3 and .cpu_us_per_frame > 0 and .latency_us.p99 >= .latency_us.p50)' r.json
is "$(json r.json '"\(.direction) \(.output.driver) \(.runs[0].relay)"')" 'relay sim dmabuf, exported by sim' 'a relay: its report'
run_status 0 v4l2q "${relay[@]}" -d sim:type=output,caps=mmap,fps=0 sim:size=64x48,fps=200,caps=mmap --csv --compare r.json
like "$(cat out)" $'\nuserptr,.*,"userptr: sim: userptr: .*\ncopy,[0-9]+,12,' 'a way that the devices lack has its reason'
run_status 0 v4l2q "${relay[@]}" -d sim:type=output,size=64x48,adjust=fps,fps=60,drift=-5000,own-times,caps=mmap sim:size=64x48,fps=30,drift=5000,caps=mmap --json=r.json
ok "a relay: a fast input's clock, and a slow output's" jq -e '.runs | map(select(.frames))[0] |
	(.rate | .drift_ppm > 4500 and .drift_ppm < 5500) and (.output_rate | .drift_ppm < -4500 and .drift_ppm > -5500)' r.json
like "$(cat out err)" 'rate of the output: its clock is .* ppm slow' '… in words'
run_status 0 v4l2q "${relay[@]}" -d sim:type=output,adjust=format,format=NV12,fps=0 sim:size=64x48,fps=200,format=YUYV,adjust=format --json=r.json
valid r.json 'a conversion'
is "$(json r.json '.runs[] | "\(.io) \(.frames) \(.copied_bytes_per_frame) \(.relay)"')" 'conversion 12 4608 conversion, YUYV 64x48 to NV12 64x48' 'no format in common: converted'
run_status 0 v4l2q "${relay[@]}" -d sim:type=output,size=64x48,fps=0 --convert-device sim:type=converter,caps=mmap+dmabuf sim:size=64x48,fps=200 --json=r.json
valid r.json 'a converter'
# Frames that are dropped for newer ones have been copied, too.
is "$(json r.json '[.runs[] | select(.frames) | "\(.io) \(.frames) \(.copied_bytes_per_frame >= 12288) \(.relay)"] | map(select(startswith("dmabuf-import") | not)) | join("; ")')" \
	'dmabuf-source 12 false dmabuf, exported by sim, then dmabuf, exported by sim; dmabuf-output 12 false dmabuf, exported by sim, then dmabuf, exported by sim; copy 12 true copy, then copy' \
	'a converter: a row a way, in and out of it'
run_status 5 v4l2q "${relay[@]}" -d sim:type=output,fps=0 sim:size=64x48,fps=200,unplug=8 --json=r.json
valid r.json 'a source that is unplugged'
is "$(json r.json '"\(.runs | length) \(.runs[0].frames > 0) \(.runs[0].error)"')" '1 true disconnect' 'a source that is unplugged: what was measured'
while read -r options; do
	# shellcheck disable=SC2086
	run_status 2 v4l2q bench -d sim:type=output $options
	one_clear_line "${options%%[ =]*}" "$options"
done <<-'EOF'
	--relay
	sim
	--from-size=64x48
	--convert-device=sim:type=converter
	--from-io=mmap --relay sim
	--io=mmap --relay sim
	--buffers=4 --relay sim
	--max-buffers=9 --relay sim
	--touch --relay sim
	--advise --relay sim
	--consumer-delay=5ms --relay sim
	--direction=output --relay sim
EOF

# --- signals ---

start bench -d sim:size=64x48,fps=20 --io mmap,dmabuf --warmup 2 --json=i.json -vv
ok 'it is under way' wait_until 20 has_traced 10
kill -INT "$pid"
wait_for "$pid" 20
is $? 0 'SIGINT: exit status 0'
valid i.json SIGINT
is "$(json i.json '.end, .runs[0].end' | paste -sd' ')" 'signal signal' 'SIGINT: what was measured is reported'

done_testing
