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

done_testing
