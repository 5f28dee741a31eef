#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# scripts/compare-peers: what it says of v4l2q alone, and how it measures pace.
# Runs under: none
# shellcheck disable=SC2016 # jq has variables too
. "$(dirname "$0")/lib.sh"

command -v python3 >/dev/null || skip_all 'there is no python3 here'
[ -z "$KIND" ] || skip_all 'what programs cost is compared in a plain build'
compare=$root/scripts/compare-peers

run_status 0 env BUILD="$build" "$compare" --runs 1 --frames 20 --only v4l2q --dir . --json r.json mkv relay play decode pace pace-h264
for work in mkv relay play decode pace pace-h264; do
	ok "$work: figures" jq -e --arg work $work '.works[$work].programs["v4l2q"] | .cpu_ms_per_frame.median > 0 and .peak_mib.median > 0 and .lost.median >= 0' r.json
done
ok 'no frame is lost where no time presses' jq -e '[.works.play, .works.decode | .programs["v4l2q"].lost.max] == [0, 0]' r.json
like "$(cat out)" 'off p50 ms +off p99 ms +off max ms.*x1\.00' 'pace: its columns'
ok 'pace: in order' jq -e '.works.pace.programs["v4l2q"] | .off_p50_ms.median <= .off_p99_ms.median and .off_p99_ms.median <= .off_max_ms.median' r.json

# Of those that encode by a node the others must find it first; who does not encode says why.
run_status 0 env BUILD="$build" "$compare" --runs 1 --frames 8 --only v4l2q,ffmpeg,gst-launch --dir . --json r.json encode encode-jpeg
for name in v4l2q ffmpeg gst-launch; do
	ok "encode: $name" jq -e --arg name $name '.works.encode | .programs[$name].lost.max >= 0 or .absent[$name] == "is not installed"' r.json
done
ok 'encode-jpeg: ffmpeg cannot' jq -e '.works["encode-jpeg"] | .absent.ffmpeg == "has no mjpeg_v4l2m2m" and .programs["v4l2q"].lost.max >= 0' r.json
like "$(cat out)" 'ffmpeg +has no mjpeg_v4l2m2m' 'encode-jpeg: which is said'
run_status 2 env BUILD="$build" "$compare" nothing
run_status 2 env BUILD=/nowhere "$compare" mkv
is "$(find . -name 'compare-peers.*' | wc -l)" 0 'it cleans up'

# The device's own notes, by each way of giving it frames.
ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=64x48 -frames:v 20 -pix_fmt yuyv422 -c:v rawvideo clip.nut
export V4L2Q_SIM_OUTPUT=size=64x48,fps=0 V4L2Q_SIM_STATS=stats
for io in mmap userptr rw; do
	rm -f stats
	run_status 0 env LD_PRELOAD="$build/tests/preload/sim.so" "${program[@]}" play --no-confine -q -d /dev/video1 --speed 0 --io=$io clip.nut
	ok "$io: the device notes when each frame came" jq -e '.came_ns | length == 20 and . == sort and .[0] > 0' stats
done

# A grid of 100 frames a second from 1234 ms on; number 7 never comes, 3 is 2 ms early, 12 is 5 ms late.
cat >grid.py <<-'END'
	import sys
	from importlib.machinery import SourceFileLoader

	sys.dont_write_bytecode = True
	sys.path.insert(0, sys.argv[1])
	script = SourceFileLoader("compare_peers", sys.argv[1] + "/compare-peers").load_module()
	came = [(1234 + 10 * n + {3: -2, 12: 5}.get(n, 0)) * 1000000 for n in range(20) if n != 7]
	print([round(off, 6) for off in script.off_grid_ms(came, 1, 100)][-4:])
END
is "$(python3 -W ignore grid.py "$root/scripts")" '[0.0, 0.0, 2.0, 5.0]' 'pace: how far off the grid, around a frame that never came'

done_testing
