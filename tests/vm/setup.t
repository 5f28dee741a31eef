#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# vivid's inputs: standards, DV timings with and without a signal, EDID, crop; a profile of one vivid set on another.
. "$(dirname "$0")/lib.sh"

# Without the device's number, which is in names too.
plain() {
	grep -v '^#' "$job/$1" | sed -E 's/(hdmi|s_video)_00[01]/\1/; s/HDMI 00[01]/HDMI/'
}

for k in "${kernels[@]}"; do
	ok "the job ran" boot "$k" setup -m 'vivid n_devs=2 node_types=0x1,0x1 vid_cap_nr=0,1' || continue
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
done
done_testing
