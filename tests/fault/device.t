#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Every fault of the simulated device in every io mode: no hang, the right status, counts that add up, a file that opens.
. "$(dirname "$0")/../cli/lib.sh"

size=320x240

# fault IO STATUS FRAMES KEYS [CAPTURE OPTIONS...]: FRAMES is how many the file must hold; "some": at least one; 0: there is none. The
# files are looked into by check_files. For dmabuf-import the device of the keys in $lender gives the memory.
n_files=0
lender=size=$size
fault() {
	local io=$1 status=$2 frames=$3 keys=$4 name="$1, $4" how=()
	shift 4

	rm -f o.nut r.json
	use_io "$io" "sim:$lender"
	run_status "$status" v4l2q capture -d "sim:size=$size,fps=100,$keys" "${io_options[@]}" -n 12 -o o.nut \
		--json=r.json --stall-timeout 500ms -vv "$@"
	[ "$io" != dmabuf-import ] || how=(--lender)
	check_trace "$name" "${how[@]}"
	if [ "$frames" = 0 ]; then
		ok "$name: no file is left" [ ! -e o.nut ]
		return
	fi
	n_files=$((n_files + 1))
	mv o.nut $n_files.nut
	mv r.json $n_files.json
	echo "$frames $name" >>names
}

# What the recordings since the last call hold: all files, then all reports, in one process each.
check_files() {
	local names held written lost i
	mapfile -t names <names
	mapfile -t held < <("$tools/packets" $(seq -f '%g.nut' $n_files) | cut -d' ' -f2)
	mapfile -t written < <(jq -r .frames.written $(seq -f '%g.json' $n_files))
	mapfile -t lost < <(jq -r "$unbalanced" $(seq -f '%g.json' $n_files))
	for ((i = 0; i < n_files; i++)); do
		name=${names[i]#* } frames=${names[i]%% *}
		is "${held[i]}" "${written[i]}" "$name: the file holds what the report says"
		[ "$frames" = some ] || is "${held[i]}" "$frames" "$name: so many frames"
		is "${lost[i]}" '' "$name: the counts add up"
	done
	rm -f names [0-9]*.nut [0-9]*.json
	n_files=0
}

# The streaming modes share their faults. Status and frames of those at a start first, then of those during the run.
for io in $(streaming_modes); do
	fault "$io" 3 0 busy
	fault "$io" 3 0 fail=probe@1:EBUSY
	fault "$io" 1 0 grant=0
	fault "$io" 1 0 fail=reqbufs@1:ENOMEM
	fault "$io" 1 0 fail=streamon@1:EIO
	fault "$io" 3 0 fail=streamon@1:ENOSPC
	fault "$io" 1 0 fail=qbuf@2:EINVAL
	fault "$io" 1 0 querybuf-index
	fault "$io" 1 0 short-plane
	fault "$io" 0 12 create=no
	fault "$io" 0 12 buffer-caps=no
	fault "$io" 0 12 fail=create_bufs@1:EINVAL
	fault "$io" 0 12 min-buffers=6
	fault "$io" 0 12 sequence=4294967290
	fault "$io" 0 12 latency=20,jitter=20
	fault "$io" 0 12 error=3
	fault "$io" 0 12 drop=3
	fault "$io" 0 12 repeat=4
	fault "$io" 0 12 empty=3+4
	fault "$io" 0 12 empty-ok=3
	fault "$io" 0 12 short=5
	fault "$io" 0 12 over=5
	fault "$io" 0 12 eagain=2+6
	fault "$io" 0 12 flush=6
	fault "$io" 0 12 eio=6
	fault "$io" 0 12 eio=6+8
	fault "$io" 1 0 fail=dqbuf@*:EIO
	fault "$io" 0 6 last=6
	fault "$io" 0 6 epipe=6
	fault "$io" 5 6 unplug=6
	fault "$io" 5 6 stall=6
	fault "$io" 1 5 bad-index=6
	fault "$io" 1 some fail=dqbuf@6:EINVAL
	fault "$io" 0 12 fail=dqbuf@6:EINTR
	fault "$io" 5 some fail=dqbuf@6:ENODEV
	# (At 25 fps there are four buffers at the start.)
	fault "$io" 0 12 fps=25,fail=qbuf@8:EINVAL
	fault "$io" 1 some fps=25,fail=qbuf@8:ENOBUFS:4000000
	fault "$io" 0 12 fail=streamoff@1:EIO
	fault "$io" 1 some error=4 --bad-frames fail
	fault "$io" 7 12 drop=3 --max-drops 1
	fault "$io" 1 some event=6:640x480
	fault "$io" 0 12 event=6
	fault "$io" 0 12 event=6+9:$size,lock=50
	fault "$io" 5 some event=6:640x480,lock=9000
	fault "$io" 5 some event=6:640x480,fail=query_dv_timings@1:ENODEV
	# All buffers are at the file thread, and the last that came back is refused.
	fault "$io" 0 12 create=no,fps=0,fail=qbuf@20:EINVAL:2 --memory 1
	case $io in
	mmap | dmabuf)
		fault "$io" 0 12 grant=2
		fault "$io" 0 12 grant=2,create=no
		fault "$io" 1 0 grant=1
		fault "$io" 0 12 grant=32
		fault "$io" 1 0 grant=64
		;;
	*) # Memory of our own stands in for buffers that are not there, as long as the minimum is met.
		fault "$io" 1 0 grant=2
		fault "$io" 0 12 grant=6
		fault "$io" 0 12 grant=4,create=no
		;;
	esac
done
check_files

fault dmabuf 1 0 fail=expbuf@2:EINVAL
fault mmap 1 0 fail=mmap@2:ENOMEM
fault mmap 3 0 caps=rw
fault userptr 3 0 caps=mmap
fault dmabuf-import 3 0 caps=mmap
fault rw 3 0 caps=mmap

# read() has neither buffers nor flags to go wrong, nor memory but one copy.
if [ -z "$KIND" ]; then
	fault rw 3 0 busy
	fault rw 0 12 drop=3
	fault rw 0 12 eagain=2+6
	fault rw 0 some last=6
	fault rw 0 some epipe=6
	fault rw 5 6 unplug=6
	fault rw 5 6 stall=6
	fault rw 1 some eio=6
	fault rw 1 some fail=read@6:EIO
	fault rw 0 12 fail=read@6:EAGAIN
	fault rw 0 12 event=6
	fault rw 1 some event=6:640x480
fi

# Several planes: the same way through other structures.
lender=size=$size,format=NM12,planes=2
for io in $(streaming_modes); do
	fault "$io" 0 12 format=NM12,planes=2,error=3,empty=5
	fault "$io" 0 12 format=NM12,planes=2,over=4,short=6
	fault "$io" 5 6 format=NM12,planes=2,unplug=6
done
check_files

done_testing
