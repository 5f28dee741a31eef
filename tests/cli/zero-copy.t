#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# No copy of a frame in user space while the writer keeps up.
# Runs under: none
. "$(dirname "$0")/lib.sh"

size=640x360 frame_bytes=$((640 * 360 * 2)) n=30
strace=(strace -f -e 'trace=write,writev,pwrite64' -e status=successful -o calls)
if ! "${strace[@]}" true 2>/dev/null; then
	strace=()
fi

for io in mmap userptr dmabuf dmabuf-import; do
	for output in 'o.nut nut' 'o.avi avi' 'o.raw rawvideo'; do
		read -r file container <<<"$output"
		rm -f "$file" r.json calls
		run_status 0 v4l2q capture -d "sim:size=$size,fps=30" --io=$io --import-from "sim:size=$size" -n $n -f "$container" \
			-o "$file" --json=r.json
		is "$(json r.json '"\(.frames.copied) \(.frames.zero_copy) \(.bytes.copied)"')" "0 $n 0" "$io, $container: nothing is copied"
	done
done

for output in 'p.nut nut' 'p.avi avi' 'p.raw rawvideo'; do
	read -r file container <<<"$output"
	if [ ${#strace[@]} -eq 0 ] || [ -n "${WRAPPER:-}" ] || [ -n "$KIND" ]; then
		skip "$container: whole frames reach write()" 'nothing to trace system calls with'
		continue
	fi
	run_status 0 "${strace[@]}" "${program[@]}" capture -d "sim:size=$size,fps=30" -n $n -f "$container" -o "$file"
	# A frame goes alone, or behind its header as a piece of its own.
	is "$(grep -cE "(iov_len=$frame_bytes\}| = $frame_bytes\$)" calls)" $n "$container: whole frames reach write()"
done

done_testing
