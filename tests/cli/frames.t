#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Every frame's content, in every io mode and layout: frames 0..N-1, unaltered to the byte, none twice, none torn.
# Runs under: asan tsan valgrind
. "$(dirname "$0")/lib.sh"

size=320x240 n=60
# The slow tools see each way once, with fewer frames.
[[ $KIND != @(tsan|valgrind) ]] || n=12

# record IO KEYS FOURCC: FOURCC as the packed picture reads once the planes are gathered.
record() {
	local io=$1 keys=$2 fourcc=$3 name="$1, $2" how=(--clean) got

	rm -f o.nut r.json
	use_io "$io" "sim:size=$size,$keys"
	run_status 0 v4l2q capture -d "sim:size=$size,fps=0,$keys" "${io_options[@]}" -n $n -o o.nut --json=r.json -vv || return
	is "$(picture_numbers o.nut "$fourcc" "$size")" "$(all_frames $n)" "$name: the frames, unaltered"
	read -ra got < <(json r.json "[.io, .frames.written, ($unbalanced)] | map(tostring) | join(\" \")")
	is "${got[0]-}" "$io" "$name: by the io mode that was asked for"
	is "${got[1]-}" $n "$name: all counted"
	is "${got[*]:2}" '' "$name: the counts add up"
	[ "$io" != dmabuf-import ] || how+=(--lender)
	check_trace "$name" "${how[@]}"
}

for io in $(streaming_modes) rw; do
	record "$io" format=YUYV YUYV
	[ $n -eq 60 ] || continue
	record "$io" format=NV12 NV12
	record "$io" format=YUYV,stride=704 YUYV
	record "$io" format=NV12,stride=384 NV12
done

# read() knows no planes.
for io in $(streaming_modes); do
	record "$io" format=NM12,planes=2 NV12
	[ $n -eq 60 ] || continue
	record "$io" format=NM12,planes=2,stride=384 NV12
	record "$io" format=YUYV,planes=1 YUYV
	[[ $io != @(mmap|dmabuf) ]] || record "$io" format=YUYV,planes=1,data-offset=128 YUYV
done

done_testing
