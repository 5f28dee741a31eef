#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The report's keys and what they say.
# Runs under: none
. "$(dirname "$0")/lib.sh"

run_status 0 v4l2q capture -d sim:size=320x240,fps=30 -r 30 -n 30 -o o.nut --json=r.json

keys() { # FILTER
	jq -r "$1 | keys_unsorted | sort | join(\" \")" r.json
}

sorted() {
	tr ' ' '\n' <<<"$1" | sort | paste -sd ' '
}

has_keys() { # FILTER KEYS
	is "$(keys "$1")" "$(sorted "$2")" "the keys of $1"
}

has_keys . 'version command device format io pool frames bytes time fps latency_us interval_us queue output end'
has_keys .device 'path driver card bus'
has_keys .format 'pixelformat width height fps planes bytesperline sizeimage'
has_keys .pool 'requested_min requested_max min max granted allocated can_allocate driver_min copy_threshold min_latency max_latency config_changed'
has_keys '.frames | del(.skipped)' 'captured written copied zero_copy lost'
has_keys .frames.lost 'driver error queue writer'
has_keys .bytes 'captured written copied'
has_keys .time 'wall_s user_s sys_s first_frame_ms'
has_keys .fps 'requested negotiated measured drift_ppm drift_error_ppm'
has_keys .latency_us 'min p50 p95 p99 max'
has_keys .interval_us 'min p50 p95 p99 max'
has_keys .queue 'high_water_frames high_water_bytes'
has_keys '.output[0]' 'path container codec frames bytes'

is "$(json r.json '.format | "\(.pixelformat) \(.width) \(.height) \(.fps) \(.planes) \(.bytesperline) \(.sizeimage)"')" \
	'YUYV 320 240 30/1 1 [640] [153600]' 'the format'
is "$(json r.json '"\(.command) \(.io) \(.end)"')" 'capture mmap count' 'what was done, how, and why it ended'
is "$(json r.json '.output[0] | "\(.path) \(.container) \(.codec) \(.frames)"')" 'o.nut nut rawvideo 30' 'the file'
is "$(json r.json .bytes.captured)" $((30 * 153600)) 'the bytes'
is "$(json r.json .bytes.written)" "$(stat -c %s o.nut)" 'the bytes of the file'
ok 'the measured rate is that of the intervals' jq -e \
	'[.interval_us.min <= 1.01e6 / .fps.measured, .interval_us.max >= 0.99e6 / .fps.measured] | all' r.json
ok 'the distributions rise' jq -e '[.latency_us, .interval_us][] | .min <= .p50 and .p50 <= .p95 and .p95 <= .p99 and .p99 <= .max' r.json
ok 'one at least is a frame period, and the longer half of them fits into the run' jq -e \
	'.interval_us.max > 33000 and .interval_us.p50 * 29 / 2 < .time.wall_s * 1e6' r.json
balanced r.json report
ok 'the run took as long as its frames' jq -e '.time.wall_s > 0.9 and .time.wall_s > 28 / .fps.measured' r.json

like "$(cat err)" '30' 'the text report counts the frames'
like "$(cat err)" 'o\.nut' 'and names the file'

# What is for people fits their terminal.
run_status 0 env COLUMNS=40 "${program[@]}" capture -d sim:size=320x240,fps=100,drop=3 -n 60 -y -o o.nut --progress
tr '\r' '\n' <err | sed 's/\x1b\[K//g' >lines
is "$(awk 'length >= 40' lines)" '' 'no line reaches the last of 40 columns'
like "$(cat lines)" 'lost +[0-9]+: [0-9]+ by the driver \(gaps in'$'\n          its sequence' 'the report goes on beside its label'
like "$(grep '^00:' lines | tail -n 1)" '^00:00:0[0-9]  [0-9]+ frames  (- fps  )?lost [0-9]+$' 'the progress line leaves out whole fields, and keeps what was lost'
is "$(tr -dc '\033' <err | wc -c)" 0 'no escape sequences where standard error is no terminal'
run_status 5 env COLUMNS=80 "${program[@]}" capture -d sim:size=320x240,fps=0.1 -n 60 -y -o stall.nut --stall-timeout 3 --progress
like "$(tr '\r' '\n' <err)" '0 frames  no frame for 2 s  60 to go .* lost 0' 'the progress line tells a stall, and what remains'

# The span of sequence numbers = captured + lost by the driver.
run_status 0 v4l2q capture -d sim:size=320x240,fps=100,drop=3,error=5,empty=7,repeat=11 -n 40 -o p.nut --json=r.json --frame-log log
balanced r.json 'faults'
ok 'the driver lost some' jq -e '.frames.lost.driver > 5' r.json

run_status 0 v4l2q capture -q -d sim:size=64x48,fps=0 -n 1 -o one.nut --json=one.json
is "$(json one.json 'has("fps")')" false 'no rate is known of one frame without a rate: the key is left out'

done_testing
