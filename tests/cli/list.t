#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What list -d says of a device: formats in short, controls of every type.
# Runs under: asan
. "$(dirname "$0")/lib.sh"

has() { # LINE: it is one of the listing's, blanks at its start and within it aside
	ok "list -d says: $1" grep -qxF -- "$1" lines
}

schema_holds() { # WHAT
	is "$(jq -r --slurpfile schema "$root/tests/schema/list.json" -f "$root/tests/schema/validate.jq" out 2>&1)" '' "$1: the JSON is as its schema has it"
}

# both WHAT DEVICE: its JSON is left in ./out.
both() {
	run_status 0 v4l2q list -d "$2"
	mv out text
	run_status 0 v4l2q list -d "$2" --json
	is "$(jq -r --slurpfile schema "$root/tests/schema/list.json" -f "$root/tests/schema/validate.jq" out 2>&1)" '' "$1: the JSON is as its schema has it"
	is "$("$root/tests/tools/compare-text" out text)" '' "$1: the text has all that the JSON has"
}

both 'all controls' sim:all-controls,standard=PAL
sed -E 's/^ +//; s/ +/ /g; s/, id 0x[0-9a-f]+$//' text >lines
has 'UYVY UYVY 4:2:2, same sizes as YUYV'
is "$(grep -cE '^    [0-9]+x[0-9]+' text)" "$(jq '.formats[0].sizes | length' out)" 'sizes are listed once'
has 'power_line_frequency menu, default 1 (50 Hz), now 1 (50 Hz)'
has 'link_frequency int-menu, default 0 (100000000), now 0 (100000000)'
has "title string, 0 to 16 characters, now 'untitled'"
has 'large_number int64, -1099511627776 to 1099511627776, step 1, default 0, now 0'
has 'outputs bitmask, bits of 0xf0f, default 0x1, now 0x1'
has 'gain_table u8, 0 to 200, step 1, default 100, 2x3 values: 100, 100, 100, 100, 100, 100'
has 'sensor_area area, 0, 0'
has 'reset button, write-only, execute-on-write'
has '0x0098f908 int, 0 to 10, step 1, default 5, now 5'
has 'exposure_time int, 1 to 10000, step 1, default 157, now 157, unit 100 us, inactive, volatile'
has 'Camera Controls'
is "$(jq -c '.controls[] | select(.name == "gain_table" or .name == "title") | [.type, .value, .dims, .values]' out | paste -sd ' ')" \
	'["string","untitled",null,null] ["u8",null,[2,3],[100,100,100,100,100,100]]' 'the JSON has strings and arrays'
is "$(jq -r '.device.priority, .io.buffers.max, .io.buffers.timestamp_clock, .format.colorspace, .format.transfer' out | paste -sd ' ')" \
	'interactive 32 monotonic sRGB sRGB' 'the JSON has the priority, the limits of buffers, the clock and the colorspace'
run_status 0 v4l2q list --json
schema_holds 'all devices'
both 'a codec' sim:type=encoder

# A receiver, a cropping device, an output, a codec.
both 'a receiver' sim:event=3:640x480,crop=640x480,pixel-aspect=1/2
is "$(jq -r '.dv_timings.current.name, .dv_timings.detected.name, .selections.crop_default.width, .selections.pixel_aspect, .inputs[0].capabilities[]' out | paste -sd ' ')" \
	'1280x720p30 1280x720p30 640 1/2 DV timings' 'the JSON has timings and selections'
both 'an output' sim:type=output,inputs=2,planes=2
is "$(jq -c '[.outputs[] | .current]' out)" '[true,false]' 'the JSON has outputs'

# Nodes without pictures.
both 'VBI' sim:type=vbi
is "$(jq -c '.data | [.lines, .services, .sliced_bytes]' out)" '[["6-23","318-335"],["teletext B","WSS"],64]' 'the JSON has VBI lines and services'
both 'metadata' sim:type=metadata
is "$(jq -c '[.data, .formats[].pixelformat]' out)" '[{"pixelformat":"UVCH","buffer_bytes":10240},"UVCH"]' 'the JSON has the metadata format'
both 'SDR' sim:type=sdr
both 'a radio' sim:type=radio
is "$(jq -c '.tuners[0] | [.mhz, .bands[0].max_mhz, .bands[0].modulation[]]' out)" '[95.5,108,"FM"]' 'the JSON has the frequency and bands of a radio'

# The media graph that a node is a part of, and what does not fit in it.
both 'a pipeline' sim:pipeline=mismatch
sed -E 's/^ +//; s/ +/ /g' text >lines
has '-> "Debayer A":0 <== does not fit'
has '1 sends YUYV8_1X16 1280x720'
has "Controls of \"Sensor A\" (--set-ctrl \"'Sensor A/NAME'=VALUE\")"
is "$(jq -r '.pipeline | .mismatch, (.links[] | select(.mismatch) | "\(.source):\(.source_pad) \(.sink):\(.sink_pad)")' out)" \
	"$(printf '"Debayer A":0 wants SBGGR8_1X8 640x480, "Sensor A":0 sends RGB888_1X24 640x480\n1:0 3:0')" 'the JSON names the mismatch and the link'
run_status 0 v4l2q list -d sim:pipeline=mismatch --dot
is "$(grep -c -- '->' out) $(grep -c 'style=dashed[]]' out) $(grep -c 'color=red' out)" '7 1 1' '--dot draws the links, one off, one that does not fit'
is "$(grep -oE 'e[0-9]+ -> e[0-9]+ .style=dashed, arrowhead=none' out | cut -d' ' -f1,3 | paste -sd,)" 'e1 e7,e1 e8' '… and those to lens and flash'
both 'routes and streams' sim:pipeline=fits,routing=new
sed -E 's/^ +//; s/ +/ /g' text >lines
has 'route 0/1 -> 1/0'
is "$(jq -c '.pipeline.entities[] | select(.name == "Receiver") | [(.pads[0].streams[] | .stream), (.routes[] | .active)]' out)" \
	'[0,1,false,true,true]' 'the JSON has streams and routes'
run_status 0 v4l2q list -d sim:pipeline=fits --dot --json=dot.json --save dot.profile
is "$(grep -c '^digraph' out) $(jq -r .command dot.json) $(grep -c '^pixelformat' dot.profile)" '1 list 1' 'all that is asked for is written'
run_status 2 v4l2q list -d sim:pipeline=fits --dot --json
one_clear_line 'only one of --dot and --json' 'but not two things to standard output'
run_status 3 v4l2q list -d sim --dot
one_clear_line 'not part of a media graph' '--dot without a graph'

run_status 3 v4l2q list -d sim --edid none.hex
like "$(cat err)" 'presents no EDID' '--edid: of a device that has none'
ok 'no file is left' [ ! -e none.hex ]
run_status 2 v4l2q list --edid none.hex

# What cannot be set is said, what was asked for is put right with --adjust.
run_status 4 v4l2q capture -d sim:all-controls -n 1 -o o.nut --set-ctrl 'title="a,b",stuck=5'
one_clear_line 'control stuck: .*the device sets 3' 'a value that does not take'
run_status 0 v4l2q capture -d sim:all-controls,fps=0 -n 1 -o o.nut --set-ctrl brightness=999,exposure_time=5 --adjust
like "$(cat err)" 'brightness: asked for 999, got 255' '--adjust: the nearest value, said'
like "$(cat err)" 'exposure_time is inactive' 'an inactive control is said'

done_testing
