#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Memory that is not to be had: an error, no crash, no hang, wherever it strikes.
# Runs under: none
. "$(dirname "$0")/../cli/lib.sh"

if [ -n "$KIND" ]; then
	skip_all 'the checking tools have allocators of their own'
fi

. "$root/tests/fault/failing.sh"

for options in --io=mmap --io=userptr '--io=dmabuf-import --import-from=sim' --io=rw; do
	read -ra option_list <<<"$options"
	each_allocation_fails "$options" capture -q -d sim:size=320x240,fps=0,grant=2 --min-buffers=2 -n 5 -o o.nut --json=r.json \
		--frame-log log "${option_list[@]}"
done

# What comes in the middle of a recording: segments that rotate, a device that comes back, a trigger.
export FAIL_STEP=10
small=sim:size=64x48,fps=0
each_allocation_fails segments capture -q -d $small -n 12 --segment 25k --keep 2 --partial-suffix .part --on-segment true \
	--on-write-error next -o 'a%d.nut' --frame-log 'a%d.log' --status st --json=r.json
each_allocation_fails replug capture -q -d $small,unplug=4 -n 10 --on-disconnect wait --on-write-error next -o 'a%d.mkv' --frame-log log
each_allocation_fails trigger capture -q -d $small,usr1=3+9 --no-confine -n 12 --pre-roll 1s -c mpeg4 -o 'a%d.mkv' --json=r.json

done_testing
