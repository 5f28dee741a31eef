#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# vimc: a sensor, a debayer and a scaler in front of a node, which fit each other only once v4l2q has set them.
. "$(dirname "$0")/lib.sh"

debayer='"Debayer A":0 wants SRGGB8_1X8 640x480, "Sensor A":0 sends RGB888_1X24 640x480'

listed() { # NAME FILTER
	jq -r "$2" "$job/$1.json" 2>/dev/null
}

sensor_controls() { # NAME
	listed "$1" '[.pipeline.entities[] | select(.name == "Sensor A" or .name == "Lens A").controls[] |
		select(.name == "test_pattern" or .name == "hue" or .name == "focus_absolute").value] | sort | tostring'
}

# set_pads NAME: how often a run sets a pad.
set_pads() {
	grep -c 'VIDIOC_SUBDEV_S_[A-Z]* which=1' "$job/$1.err"
}

for k in "${kernels[@]}"; do
	[ "$k" != 6.1 ] || continue # it has the same driver
	drivers=$("$root/scripts/vm-test-drivers" "$k") || exit 1
	ok "the job ran" boot "$k" vimc -f "$drivers" || continue
	is "list: says what does not fit" "$(listed unset .pipeline.mismatch)" "$debayer"
	is "list: marks the link" "$(listed unset '.pipeline.links[] | select(.mismatch) | .sink_pad')" 0
	ok "list: marks it in text" grep -q '"Debayer A":0, immutable .*does not fit' "$job/unset.text"
	is "untouched: exit status 3" "$(status untouched)" 3
	ok "untouched: says that the pipeline is not set up" says untouched 'its media pipeline is not set up'
	is "untouched: sets no pad" "$(set_pads untouched)" 0
	recorded first 3 rawvideo,640,480,rgb24
	recorded again 3 rawvideo,640,480,rgb24
	is "again: sets no pad" "$(set_pads again)" 0
	recorded small 3 rawvideo,320,240,rgb24
	recorded large 3 rawvideo,1280,720,rgb24
	for io in userptr dmabuf dmabuf-import; do
		recorded "$io" 3 rawvideo,320,240,rgb24
	done
	recorded wish 3 rawvideo,320,240,rgb24
	ok "wish: says which mode" says wish 'want fps: RGB3 320x240, the only mode'
	is "list: all fits" "$(listed set '.pipeline.mismatch // "" | length')" 0
	# shellcheck disable=SC2016 # the variable is jq's
	is "list: the lens of each sensor" "$(listed set '.pipeline | (.entities | map({(.id | tostring): .name}) | add) as $names |
		.ancillary_links[] | "\($names[.source | tostring]): \($names[.sink | tostring])"' | paste -sd,)" 'Sensor A: Lens A,Sensor B: Lens B'
	ok "list: a graph for graphviz" grep -q '^digraph' "$job/set.dot"
	is "refused: exit status 4" "$(status refused)" 4
	ok "refused: names both pads" says refused '"RGB/YUV Capture":0 takes .*"Scaler":1 sends RGB888_1X24'
	is "refused: all is as it was" "$(listed after '.pipeline.entities | map(.pads)')" "$(listed set '.pipeline.entities | map(.pads)')"
	is "raw: 640x480" "$(probe raw | cut -d, -f2,3,5)" 640,480,3
	is "raw-large: 1280x720" "$(probe raw-large | cut -d, -f2,3,5)" 1280,720,3
	ok "raw: Bayer from the sensor" says raw 'VIDIOC_S_FMT .*RGGB'
	is "controls: exit status 0" "$(status controls)" 0
	is "controls: of the sensor, named and not, and of its lens" "$(sensor_controls controls)" "[3,5,70]"
	is "profile: exit status 0" "$(status profile)" 0
	is "profile: sets the controls of sensor and lens" "$(sensor_controls profile-set)" "[3,5,70]"
	is "no-entity: exit status 4" "$(status no-entity)" 4
	ok "no-entity: names those that there are" says no-entity 'no such entity.*"Sensor A"'
done
done_testing
