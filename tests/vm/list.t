#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# v4l2q list on vivid: nothing is missing that v4l2-ctl tells, and nodes stand by the device that they belong to.
. "$(dirname "$0")/lib.sh"

vivid='vivid n_devs=2 multiplanar=1,2 vid_cap_nr=0,20 vid_out_nr=10,30'

# has FILE FILTER: it is true of the JSON.
has() {
	jq -e "$2" "$job/$1.json" >/dev/null
}

schema_holds() {
	[ ! -e "$job/$1.txt" ] || is "$1: the text has all that the JSON has" "$("$root/tests/tools/compare-text" "$job/$1.json" "$job/$1.txt" 2>&1)" ''
	is "$1: the JSON is as its schema has it" '' \
		"$(jq -r --slurpfile schema "$root/tests/schema/list.json" -f "$root/tests/schema/validate.jq" "$job/$1.json" 2>&1)"
}

for k in "${kernels[@]}"; do
	[ "$k" != 6.1 ] || continue # its vivid has overlays too, which v4l2q does not list
	drivers=$("$root/scripts/vm-test-drivers" "$k") || exit 1
	ok "the job ran" boot "$k" list -m "$vivid" -f "$drivers" || continue
	for name in input0 input1 input2 input3 output0 output1 planes; do
		is "$name: exit status 0" "$(status "$name")" 0
		schema_holds "$name"
		is "$name: nothing that v4l2-ctl tells is missing" "$("$root/tests/tools/compare-v4l2-ctl" "$job/$name.json" "$job/$name.ctl")" ''
	done
	for name in vbi-cap vbi-out rad-rx rad-tx sdr-cap meta-cap meta-out touch-cap; do
		is "$name: exit status 0, and nothing is wrong" "$(status "vivid-000-$name")$(<"$job/vivid-000-$name.err")" 0
		schema_holds "vivid-000-$name"
	done
	ok 'VBI: lines and services' has vivid-000-vbi-cap '(.data.lines | length) == 2 and (.data.services | length) > 0 and .data.sampling_hz == 27000000'
	ok 'SDR: format, size, bands' has vivid-000-sdr-cap '.data.buffer_bytes > 0 and (.formats | length) > 1 and ([.tuners[].bands | length] == [3, 1])'
	ok 'metadata: format and size' has vivid-000-meta-cap '.data.buffer_bytes > 0 and .data.pixelformat == .formats[0].pixelformat'
	ok 'touch: formats' has vivid-000-touch-cap '[.formats[].pixelformat] | index("TD16")'
	ok 'a radio, and a transmitter' has vivid-000-rad-rx '.tuners[0].mhz > 0 and (.tuners[0].bands | length) > 1'
	ok 'a radio transmitter' has vivid-000-rad-tx '.tuners[0].mhz > 0'
	is 'the EDID is written out whole' "$(tr -d ' \n' <"$job/edid.hex")" "$(jq -r '.edid.data | add' "$job/input3.json")"
	ok 'a lost signal shows at the input' grep -qE '^  3  HDMI .*\(selected\).*: no signal$' "$job/no-signal.txt"
	ok 'and at the timings' grep -qE '^  detected  none: there is no signal$' "$job/no-signal.txt"

	schema_holds devices
	is 'two devices with ten nodes each, though sysfs has them in one' "$(jq -c '.devices | map([.bus, (.nodes | length)])' "$job/devices.json")" \
		'[["platform vivid.0",10],["platform vivid.0",10]]'
	ok 'each with its media device' has devices '[.devices[].nodes | map(.media) | unique] == [["/dev/media0"], ["/dev/media1"]]'
	ok 'nodes are what they are' has devices '[.devices[0].nodes[].kind] | sort | unique == ["metadata", "radio", "sdr", "touch", "vbi", "video"]'
	ok 'a link is named' has devices '.devices[0].nodes[0].by_id == ["/dev/v4l/by-id/platform-vivid-index0"]'
	ok 'the program that holds a node is named' has devices \
		"[.devices[].nodes[] | select(.held_by) | {path, pid: .held_by[0].pid}] == [{path: \"/dev/video20\", pid: $(cat "$job/holder")}]"
	ok 'in the text as well' grep -qE "^ +in use by bash \(PID $(cat "$job/holder")\)" "$job/devices.txt"

	schema_holds others
	is 'codec nodes are what they make of what' "$(jq -r '.devices[].nodes[].converts | select(.) | .job' "$job/others.json" | sort | paste -sd ' ')" \
		'converter decoder encoder stateless decoder'
	ok 'an encoder in the text' grep -qE '^  /dev/video[0-9]+ +encoder of .*' "$job/others.txt"
	ok 'an encoder makes FWHT' has others '.devices[].nodes[].converts | select(.job? == "encoder") | .to == ["FWHT"] and (.from | length) > 10'
	for name in converter decoder encoder stateless-decoder; do
		schema_holds "$name"
		is "capture -d of one: not for this job ($name)" "$(status "$name")" 3
	done
	ok 'both queues of one are listed' has encoder '.format.pixelformat == "FWHT" and .source_format.pixelformat != "FWHT" and
		.io.modes.dmabuf and .source_io.modes["dmabuf-import"] and (.source_formats | length) > 10 and (.formats | length) == 1'
	ok 'and how it is used' has encoder '.converts.usage | test("^v4l2q capture -c fwht_v4l2 --codec-device /dev/video[0-9]+$")'
	ok 'capture -d says so too' grep -qE 'not a capture device: it is a memory-to-memory device, an encoder of .* into FWHT; it is used by "v4l2q capture -c fwht_v4l2' "$job/encoder.err"
	ok 'of a decoder' grep -qE 'a decoder of FWHT into .*; it is used by "v4l2q play -c fwht_v4l2 --codec-device' "$job/decoder.err"
	ok 'of a converter' grep -qE 'a converter of .*; it is used by "v4l2q play --convert-device' "$job/converter.err"
	ok 'a stateless decoder is not used' grep -qE 'a stateless decoder of SFWH into' "$job/stateless-decoder.err"
	ok 'sub-devices stand with the nodes of their pipeline' has others '[.devices[] | select(.driver == "vimc").nodes[] | .kind] |
		(map(select(. == "sub-device")) | length) >= 4 and (map(select(. == "video")) | length) == 3'
	ok 'by their names' grep -qE '^  /dev/v4l-subdev[0-9]+ +sub-device "Sensor A"$' "$job/others.txt"
done
done_testing
