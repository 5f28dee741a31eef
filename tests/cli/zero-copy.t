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
	use_io $io "sim:size=$size"
	for output in 'o.nut nut' 'o.avi avi' 'o.raw rawvideo'; do
		read -r file container <<<"$output"
		rm -f "$file" r.json calls
		run_status 0 v4l2q capture -d "sim:size=$size,fps=30" "${io_options[@]}" -n $n -f "$container" \
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

# --require-zero-copy: what would be copied is refused, and leaves no file.
run_status 0 v4l2q capture -d sim:size=320x240,fps=0 -n 3 --require-zero-copy -y -o z.nut
while IFS='|' read -r keys options why; do
	read -ra more <<<"$options"
	run_status 4 v4l2q capture -d "sim:size=320x240,fps=0,$keys" -n 3 --require-zero-copy -y -o refused.nut "${more[@]}"
	one_clear_line "--require-zero-copy: .*$why" "$keys $options"
	ok "$keys $options: no file" [ ! -e refused.nut ]
done <<-'EOF'
	stride=1024||rows or planes
	planes=2||rows or planes
	|--io rw|read.. copies
	|-c ffv1|encoded
	driver=v4l2 loopback||overwrites
EOF
run_status 0 v4l2q play -q -d sim:type=output,fps=0 --speed 0 --require-zero-copy z.nut
run_status 4 v4l2q play -q -d sim:type=output,fps=0,stride=1024 --speed 0 --require-zero-copy z.nut
run_status 4 v4l2q play -q -d sim:type=output,fps=0 -p NV12 --speed 0 --require-zero-copy z.nut
one_clear_line "--require-zero-copy: the file's yuyv422 320x240 is converted to sim's NV12 320x240" 'play, converted'
run_status 4 v4l2q play -q -d sim:type=output,fps=0 --rotate 180 --speed 0 --require-zero-copy z.nut
one_clear_line "--require-zero-copy: the file's yuyv422 320x240 is rotated and converted to sim's YUYV 320x240" 'play, turned'
for size in 64x64 64x62; do # 8 KiB, and less
	[ $size = 64x64 ] && status=0 || status=4
	run_status 0 v4l2q capture -q -d sim:size=$size,fps=0 -n 3 -y -o small.nut
	run_status "$status" v4l2q play -q -d sim:type=output,fps=0 --speed 0 --require-zero-copy small.nut
done
one_clear_line '--require-zero-copy: sim: frames are copied: they have less than 8 KiB' 'play, small frames'
run_status 2 v4l2q play -d sim:type=output --from-io mmap z.nut

done_testing
