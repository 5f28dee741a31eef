#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Writing past the page cache: the same bytes, in frames of any size, and the ordinary way where it cannot be.
# Runs under: none
. "$(dirname "$0")/lib.sh"

n=6
flags() { # OPTIONS...: how often a file was told to go past the page cache
	strace -f -e trace=fcntl -o calls "${program[@]}" capture -q -y "$@" >out 2>err </dev/null
	grep -c 'F_SETFL.*O_DIRECT' calls
}

# Frames of one block and a bit, of less than the staging, of the whole of it, and of several times as much.
for case in 128x98,nut 320x242,mkv 1366x768,nut 1366x768,avi 1366x768,mov 2562x1440,nut 2562x1440,mkv 2048x1024,rawvideo; do
	IFS=, read -r size container <<<"$case"
	for mode in on off; do
		run_status 0 v4l2q capture -q -d "sim:size=$size,fps=0" -n $n --direct=$mode -f "$container" -o $mode --json=$mode.json
		balanced $mode.json "$size, $container, $mode"
		is "$(json $mode.json '.output[0].bytes')" "$(stat -c %s $mode)" "$size, $container, $mode: the file's size is told"
		input=()
		[ "$container" != rawvideo ] || input=(-f rawvideo -pixel_format yuyv422 -video_size "$size")
		is "$(picture_numbers $mode YUYV "$size" "${input[@]}")" "$(all_frames $n)" "$size, $container, $mode: every frame is whole"
	done
	rm -f on off
done
for size in 128x98 1366x768 2562x1440; do
	for mode in on off; do
		run_status 0 v4l2q capture -q -d "sim:size=$size,fps=0" -n $n --direct=$mode -f rawvideo -o $mode
	done
	ok "$size: the same bytes either way" cmp on off
	rm -f on off
done

# Which files go that way.
if [ ${#wrapper[@]} -gt 0 ] || [ -n "$KIND" ] || ! strace true 2>/dev/null; then
	skip 'large frames alone go that way' 'nothing to trace system calls with'
else
	is "$(flags --direct=off -d sim:size=1366x768,fps=0 -n 3 -o off.nut)" 0 'off: none goes that way'
	is "$(flags --direct=auto -d sim:size=640x480,fps=0 -n 3 -o small.nut)" 0 'auto: small frames do not'
	is "$(flags --direct=on -d sim:size=1366x768,fps=0 -n 3 -f nut -o -)" 0 'on: standard output does not'
	ok 'on: small frames do' [ "$(flags --direct=on -d sim:size=640x480,fps=0 -n 3 -o small.nut)" -gt 0 ]
	case $(stat -f -c %T .) in
	ext2/ext3 | xfs | f2fs) ok 'auto: large frames do' [ "$(flags --direct=auto -d sim:size=1366x768,fps=0 -n 3 -o large.nut)" -gt 0 ] ;;
	*) is "$(flags --direct=auto -d sim:size=1366x768,fps=0 -n 3 -o large.nut)" 0 'auto: not on this file system' ;;
	esac
fi

# When the disk is waited for: at the end, or with --sync meanwhile; a fragment in memory is written for it.
synced() { # OPTIONS...: how often
	strace -f -e trace=fdatasync -o calls "${program[@]}" capture -q -y -d sim:size=64x48,fps=20 -n 4 "$@" >out 2>err </dev/null
	grep -c 'fdatasync(.*= 0' calls
}
if [ ${#wrapper[@]} -gt 0 ] || [ -n "$KIND" ] || ! strace true 2>/dev/null; then
	skip 'the disk is waited for' 'nothing to trace system calls with'
else
	is "$(synced -o end.nut)" 1 'the disk is waited for at the end'
	is "$(synced -o end%d.nut --segment 1k)" 1 'the disk is not waited for between segments'
	is "$(synced -o end%d.mov --segment 1k --sync 1h)" 4 '--sync: at the end of each segment'
	ok '--sync: meanwhile too' [ "$(synced -o synced.mov --sync 1ms)" -gt 2 ]
fi

# A file system that takes back its word, and one that is full.
if [ ${#wrapper[@]} -gt 0 ] || [ -n "$KIND" ] || ! strace true 2>/dev/null; then
	skip 'a word taken back' 'nothing to make system calls fail with'
else
	run_status 0 strace -f -o calls -e inject=pwrite64:error=EINVAL:when=1 "${program[@]}" capture -q -d sim:size=2562x1440,fps=0 -n $n \
		--direct=on -o o.nut
	is "$(picture_numbers o.nut YUYV 2562x1440)" "$(all_frames $n)" 'a word taken back: every frame is whole all the same'
fi
mkdir other
truncate -s 24M image
if mkfs.ext4 -q -m 0 image 2>/dev/null && mount -o loop image other 2>/dev/null; then
	for container in nut mkv avi; do
		rm -f r.json
		run_status 6 v4l2q capture -q -d sim:size=1920x1080,fps=0 -n 50 -o "other/o.$container" --json=r.json
		like "$(cat err)" "o\.$container.*No space left" "$container, a full disk: says why"
		balanced r.json "$container, a full disk"
		is "$(probe "other/o.$container" nb_read_packets)" "$(json r.json .frames.written)" "$container, a full disk: what is counted is there"
		rm -f other/o.*
	done
	umount other
else
	skip 'a full disk' 'a disk in a file takes root and mkfs.ext4'
fi

done_testing
