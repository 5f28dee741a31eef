#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# vivid's inputs and outputs: standards, DV timings with and without a signal, EDID, crop, controls; a profile of one vivid set on
# another.
. "$(dirname "$0")/lib.sh"

# Without the device's number, which is in names too.
plain() {
	grep -v '^#' "$job/$1" | sed -E 's/(hdmi|s_video)_00[01]/\1/; s/HDMI 00[01]/HDMI/'
}

listed() { # FILE FILTER
	jq -r "$2" "$job/$1" | paste -sd ' '
}

rectangle='"\(.width)x\(.height)+\(.left)+\(.top)"'
output='(.outputs[] | select(.current).index)'
controls='(.controls[] | select(.name == "boolean" or .name == "integer_32_bits").value)'

# What two devices of a kind tell that are set alike; what the driver changes by itself is left out.
alike='del(.device, .pipeline) | walk(if type == "string" then gsub("00[01]"; "") else . end) |
	.controls |= map(select(.flags | index("volatile") or index("read-only") | not))'

for k in "${kernels[@]}"; do
	ok "the job ran" boot "$k" setup -m 'vivid n_devs=2 node_types=0x101,0x101 vid_cap_nr=0,1 vid_out_nr=20,21' || continue
	for name in tv detected hdmi profile; do
		is "$name: exit status" "$(status $name)" 0
	done
	is "tv: the lines of NTSC" "$(report tv .format.height)" 480
	is "no-timings: exit status" "$(status no-timings)" 4
	ok "no-timings: it is said" says no-timings 'the selected input has no DV timings'
	is "hdmi: the size of the source" "$(report hdmi '"\(.format.width)x\(.format.height)"')" 1280x720
	ok "signal: none" says signal-1 'there is no signal; connect'
	ok "signal: no lock" says signal-2 'the signal is not stable; check'
	ok "signal: out of range" says signal-3 'does not support the signal; set'
	is "signal: exit status" "$(status signal-1)$(status signal-2)$(status signal-3)" 333
	ok "saved: timings, crop and EDID" [ "$(grep -cE '^(dv-timings = 1280x720p60|crop = 640x360\+8\+8|00 ff ff ff ff ff ff 00 31 d8 10 .*)$' "$job/saved")" = 3 ]
	ok "profile: the other one is set alike" diff <(plain saved) <(plain again)
	ok "profile: list tells the same of both" diff <(jq "$alike" "$job/like0.json") <(jq "$alike" "$job/like1.json")
	is "profile: with what was set" "$(listed like1.json '.controls[] | select(.name == "brightness").value')" 500
	for name in analogue digital; do
		is "$name: exit status" "$(status $name)" 0
	done
	is "analogue: output, standard, controls" "$(listed analogue.left "$output, .format.height, $controls")" '0 480 0 7'
	is "digital: output by name, timings, crop" "$(listed digital.left "$output, .dv_timings.current.name, (.selections.crop | $rectangle)")" \
		'1 1280x720p50 640x360+16+8'
	is "no-output, no-crop: exit status" "$(status no-output)$(status no-crop)" 44
	ok "no-output: the others are named" says no-output 'no output 2; available: 0 .*, 1 .*HDMI'
	ok "no-crop: the bounds are told" says no-crop '8000x4000.*720x480'
done
done_testing
