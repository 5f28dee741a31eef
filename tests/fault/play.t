#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Every fault of the simulated display in every io mode: no hang, the right status, and the rules of the queue kept to the end.
# Runs under: asan tsan
# shellcheck disable=SC2154 # clips.sh sets them
. "$(dirname "$0")/../cli/lib.sh"
. "$root/tests/cli/clips.sh"

make_clips
n=$clip_frames
lender=size=$clip_size # of memory, for dmabuf-import

# fault IO STATUS PLAYED END KEYS [PLAY OPTIONS...]: PLAYED is how many frames the device took ("some": at least one), END why it ended
# ("-": there is no report).
fault() {
	local io=$1 status=$2 played=$3 end=$4 keys=$5 name="$1, $5" how=() got
	shift 5

	rm -f r.json
	use_io "$io" "sim:$lender"
	run_status "$status" v4l2q play -d "sim:type=output,fps=0,$keys" "${io_options[@]}" --speed 0 \
		--json=r.json -vv "$@" clip420.nut
	[ "$io" != dmabuf-import ] || how+=(--lender)
	check_trace "$name" "${how[@]}"
	[ "$status" -eq 0 ] || ok "$name: said why" grep -avqE '^v4l2q: (warning|[^ ]*: (VIDIOC_|poll|mmap|munmap|write).* = )|^[a-u]' err
	if [ "$end" = - ]; then
		ok "$name: nothing to report" [ ! -s r.json ]
		return
	fi
	read -ra got < <(json r.json '[.end, .frames.played, (.frames | .played == .copied + .zero_copy and
		.read >= .played + .dropped and .read <= .played + .dropped + 1)] | map(tostring) | join(" ")')
	is "${got[0]-}" "$end" "$name: why it ended"
	if [ "$played" = some ]; then
		ok "$name: some frames" [ "${got[1]-0}" -gt 0 ]
	else
		is "${got[1]-}" "$played" "$name: so many frames"
	fi
	is "${got[2]-}" true "$name: the counts add up"
}

# A device that takes no more is waited for, but not for ever: all modes at once and meanwhile, as they take ten seconds each.
read -ra modes <<<"$(streaming_modes) rw"
for io in "${modes[@]}"; do
	use_io "$io" "sim:size=$clip_size"
	v4l2q play -d sim:type=output,fps=0,stall=6 "${io_options[@]}" --speed 0 --json="$io".json -vv clip420.nut \
		>"$io".out 2>"$io".err </dev/null &
	pids+=($!)
done

# The faults at a start: before there are threads.
for io in $(streaming_modes); do
	[ "$KIND" != tsan ] || break
	fault "$io" 3 0 - busy
	fault "$io" 3 0 - fail=probe@1:EBUSY
	fault "$io" 3 0 - fail=s_fmt@1:EBUSY
	fault "$io" 4 0 - fail=s_fmt@1:EINVAL
	fault "$io" 1 0 error grant=0
	fault "$io" 1 0 error fail=reqbufs@1:ENOMEM
	fault "$io" 1 0 error querybuf-index
	fault "$io" 1 0 error short-plane
done
if [ "$KIND" = asan ]; then
	fault dmabuf 1 0 error fail=expbuf@2:EINVAL
	fault mmap 1 0 error fail=mmap@2:ENOMEM
fi

# Those during the run.
for io in $(streaming_modes); do
	fault "$io" 1 0 error fail=streamon@1:EIO
	fault "$io" 3 0 error fail=streamon@1:ENOSPC
	fault "$io" 1 0 error fail=qbuf@1:EINVAL
	fault "$io" 0 $n eos create=no
	fault "$io" 0 $n eos buffer-caps=no
	fault "$io" 0 $n eos fail=create_bufs@1:EINVAL
	fault "$io" 0 $n eos min-buffers=6
	fault "$io" 0 $n eos drop=3
	fault "$io" 0 $n eos eagain=2+6
	fault "$io" 0 $((n - 1)) eos eio=6
	fault "$io" 0 $((n - 2)) eos eio=6+9
	fault "$io" 0 $((n - 1)) eos fail=qbuf@5:EIO
	fault "$io" 0 $n eos fail=dqbuf@6:EIO
	fault "$io" 1 some error fail=dqbuf@*:EIO
	fault "$io" 1 some error epipe=6
	fault "$io" 1 some error bad-index=6
	fault "$io" 1 4 error fail=qbuf@5:EINVAL
	fault "$io" 1 some error fail=dqbuf@6:EINVAL
	fault "$io" 0 $n eos fail=dqbuf@6:EINTR
	fault "$io" 5 some disconnect fail=dqbuf@6:ENODEV
	fault "$io" 5 some disconnect unplug=6
	fault "$io" 0 $n eos fail=streamoff@1:EIO
	case $io in
	mmap | dmabuf)
		fault "$io" 0 $n eos grant=2
		fault "$io" 0 $n eos grant=2,create=no
		fault "$io" 1 0 error grant=1
		fault "$io" 0 $n eos grant=32
		fault "$io" 1 0 error grant=64
		;;
	*) # Memory of our own stands in for the driver's, as long as the minimum is met.
		fault "$io" 1 0 error grant=2
		fault "$io" 0 $n eos grant=6
		fault "$io" 0 $n eos grant=4,create=no
		;;
	esac
done

# write() has neither buffers nor numbers to go wrong, nor memory but one copy.
if [ "$KIND" != asan ]; then
	fault rw 3 0 - busy
	fault rw 0 $n eos drop=3
	fault rw 0 $n eos eagain=2+6
	fault rw 0 $n eos fail=write@6:EAGAIN
	fault rw 1 5 error fail=write@6:EIO
	fault rw 1 some error eio=6
	fault rw 1 some error epipe=6
	fault rw 5 some disconnect unplug=6
	fault rw 5 5 disconnect fail=write@6:ENODEV
fi

if [ -z "$KIND" ]; then
	fault mmap 3 0 - caps=rw
	fault userptr 3 0 - caps=mmap
	fault dmabuf-import 3 0 - caps=mmap
	fault rw 3 0 - caps=mmap
fi

# Several planes: the same way through other structures.
lender=size=$clip_size,format=NM12,planes=2
for io in $(streaming_modes); do
	fault "$io" 0 $n eos planes=2 -p NM12
	fault "$io" 5 some disconnect planes=2,unplug=6 -p NM12
	fault "$io" 0 $((n - 1)) eos planes=2,eio=6 -p NM12
done

# How those that waited for the device ended.
for io in "${modes[@]}"; do
	wait "${pids[0]}"
	is $? 5 "$io, stall=6: status 5"
	pids=("${pids[@]:1}")
	is "$(json "$io".json .end)" stall "$io, stall=6: why it ended"
	how=()
	[ "$io" != dmabuf-import ] || how+=(--lender)
	mv "$io".err err
	check_trace "$io, stall=6" "${how[@]}"
done

# Decoders and their references, with few buffers and a device that goes. How libavcodec's own threads go about it is theirs.
for keys in grant=2,create=no grant=3,create=no min-buffers=6,create=no unplug=9 eio=9; do
	[ "$KIND" != tsan ] || continue
	rm -f r.json
	v4l2q play -q -d "sim:type=output,fps=0,$keys" --speed 0 --json=r.json h264.mp4 >out 2>err </dev/null
	status=$?
	wanted=0
	[ $keys != unplug=9 ] || wanted=5
	is $status $wanted "h264.mp4, $keys: status $wanted"
done

if [ -n "$KIND" ]; then
	skip 'failing allocations' 'the checking tools have allocators of their own'
else
	. "$root/tests/fault/failing.sh"
	for options in '--io=mmap h264.mp4' '--io=userptr clip420.nut' '--io=rw clip422.nut'; do
		read -r io file <<<"$options"
		each_allocation_fails "$options" play -q -d sim:type=output,fps=0 --speed 0 -n 5 "$io" "$folder/$file"
	done
fi

done_testing
