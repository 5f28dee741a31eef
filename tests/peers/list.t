#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# v4l2q list and v4l2-ctl on the same simulated device: nothing is missing that v4l2-ctl tells. On real drivers: tests/vm/list.t.
. "$(dirname "$0")/../cli/lib.sh"

version=$(v4l2-ctl --version 2>/dev/null | sed -n 's/^v4l2-ctl \([0-9.]*\).*/\1/p')
[[ $version == 1.22.* ]] || skip_all "v4l2-ctl is ${version:-not there}; its words are known of 1.22"

export V4L2Q_SIM

# tells_all KEYS OPTION...: of the device of these keys.
tells_all() {
	V4L2Q_SIM=$1
	shift
	LD_PRELOAD="$build/tests/preload/sim.so" v4l2-ctl -d /dev/video0 --all --list-ctrls-menus "$@" >told 2>&1
	LD_PRELOAD="$build/tests/preload/sim.so" "$build/v4l2q" list -d /dev/video0 --json=list.json
	is "$("$root/tests/tools/compare-v4l2-ctl" list.json told)" '' "$V4L2Q_SIM"
	ok 'and it tells much' [ "$(grep -c : told)" -gt 20 ]
}

tells_all size=320x240,all-controls,inputs=2,crop=160x120,pixel-aspect=1/2 --list-formats-ext --list-inputs
tells_all size=720x576,standard=PAL,inputs=2,crop=160x120 --list-inputs --list-standards
tells_all size=1280x720,source=1920x1080 --list-inputs --get-dv-timings --list-dv-timings --get-edid
tells_all size=1280x720,signal=no-lock --list-inputs --get-dv-timings
tells_all size=320x240,type=output,inputs=2 --list-outputs --list-formats-out
tells_all size=320x240,planes=2 --list-formats
ok 'a difference shows' [ "$(jq '.device.driver = "other"' list.json >other.json; "$root/tests/tools/compare-v4l2-ctl" other.json told | wc -l)" = 1 ]

done_testing
