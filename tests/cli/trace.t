#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The order of calls on the wire, seen in the trace of the binary.
# Runs under: none
. "$(dirname "$0")/lib.sh"

size=320x240
# A rate at which a frame is always written before the next one comes, so that the writer holds none.
slow=fps=20

# capture STATUS KEYS OPTIONS...: a traced run into o.nut; its trace is in ./err, the report in r.json.
capture() {
	local status=$1 keys=$2
	shift 2
	rm -f r.json
	run_status "$status" v4l2q capture -d "sim:size=$size,$keys" -o o.nut -y --json=r.json -vv "$@"
	check_trace "$keys $*"
}

calls() { # REGEX: how many lines of the trace match
	grep -aEc "^v4l2q: sim[^ ]*: $1" err
}

# The calls' names in their order, repeats in a row taken together. G_FMT is left out: CREATE_BUFS takes what it answers.
order() {
	sed -nE 's/^v4l2q: sim[^ ]*: (VIDIOC_)?([A-Za-z_]+)( count=0)?.* = .*/\2\3/p' err | tr -d ' ' | grep -v G_FMT | uniq | paste -sd ' '
}

# --- start ---

# (A queue that can be orphaned is let go with a frame still in the writer's hands, which is unmapped later.)
capture 0 $slow,caps=mmap+userptr+dmabuf -n 5 --io=mmap --min-buffers=4
like "$(order)" 'REQBUFScount=0 CREATE_BUFScount=0 .*REQBUFS QUERYBUF mmap QBUF STREAMON poll DQBUF' 'mmap: the order of a start'
like "$(order)" 'STREAMOFF munmap REQBUFScount=0$' 'mmap: the order of a stop'
is "$(calls 'VIDIOC_REQBUFS count=0 memory=(MMAP|USERPTR|DMABUF) .*granted')" 5 'the queue is idle, every memory is probed, and the queue freed at the end'
is "$(calls 'VIDIOC_REQBUFS count=4 memory=MMAP')" 1 'REQBUFS asks for the clamped minimum'
is "$(calls 'mmap ')" 4 'mmap: one mapping a plane'
is "$(calls VIDIOC_EXPBUF)" 0 'mmap: nothing is exported'
is "$(calls VIDIOC_STREAMOFF)" 1 'one STREAMOFF'
is "$(calls 'VIDIOC_QUERYBUF index=[0-3] ')" 4 'QUERYBUF covers what was granted'

capture 0 $slow,format=NM12,planes=2 -n 5 --io=mmap --min-buffers=4
is "$(calls 'mmap ')" 8 'mmap, two planes: one mapping a plane'

capture 0 $slow,format=NM12,planes=2 -n 5 --io=dmabuf --min-buffers=4
is "$(calls 'VIDIOC_EXPBUF .* flags=0x80002 ')" 8 'dmabuf: one EXPBUF a plane, close-on-exec and for reading and writing'

capture 0 $slow -n 5 --io=userptr --min-buffers=4
is "$(calls 'mmap |VIDIOC_EXPBUF ')" 0 'userptr: nothing of the driver is mapped'
is "$(calls 'VIDIOC_REQBUFS count=4 memory=USERPTR')" 1 'userptr: REQBUFS for that memory'

capture 0 $slow -n 5 --io=rw
is "$(calls 'VIDIOC_(REQBUFS count=[1-9]|QBUF|STREAMON|DQBUF)')" 0 'rw: no buffer call'
is "$(calls 'read .* = 153600$')" 5 'rw: whole frames are read'

capture 0 $slow -n 5 --min-buffers=1
is "$(calls 'VIDIOC_REQBUFS count=2 ')" 1 'a minimum of 1 becomes 2'
like "$(cat err)" 'increasing minimum buffers to 2' 'and that is said'
is "$(json r.json '.pool | "\(.requested_min) \(.min) \(.config_changed)"')" '1 2 true' 'and reported'

capture 0 $slow,min-buffers=6 -n 5 --min-buffers=2
is "$(calls 'VIDIOC_REQBUFS count=6 ')" 1 "the driver's minimum is kept"

capture 0 $slow -n 5 --min-buffers=40
is "$(calls 'VIDIOC_REQBUFS count=32 ')" 1 'a minimum of 40 becomes 32'

capture 2 $slow -n 5 --max-buffers=1 || true
is "$(calls 'VIDIOC_REQBUFS count=[1-9]')" 0 'a maximum of 1: no REQBUFS'

# --- probes ---

capture 0 "$slow,fail=probe@*:EINVAL" -n 5
is "$(calls 'VIDIOC_CREATE_BUFS')" 0 'no CREATE_BUFS(0) without a REQBUFS(0) that worked'
is "$(calls 'VIDIOC_REQBUFS count=[1-9][0-9]* memory=MMAP .* = 0')" 1 'all probes fail: REQBUFS for mmap is tried nevertheless'
capture 3 "$slow,fail=probe@1:EBUSY" -n 5
is "$(calls 'VIDIOC_REQBUFS count=[1-9]')" 0 'a probe says busy: no REQBUFS'
is "$(find . -name o.nut -newer r.json | wc -l)" 0 'and no file'

# --- starts that fail leave nothing behind: trace-check looks at the end of each ---

for keys in querybuf-index short-plane fail=streamon@1:EINVAL fail=qbuf@1:EINVAL fail=qbuf@3:EIO fail=reqbufs@1:EINVAL \
	fail=querybuf@2:EINVAL fail=mmap@2:ENOMEM grant=1 grant=0; do
	rm -f o.nut
	"${program[@]}" capture -d "sim:size=$size,$slow,$keys" -o o.nut -n 5 --io=mmap -vv >out 2>err </dev/null
	status=$?
	ok "$keys: an error status ($status)" [ $status -ge 1 -a $status -le 6 ]
	check_trace "$keys"
	ok "$keys: no file is left" [ ! -e o.nut ]
done
is "$(calls 'VIDIOC_STREAMON')" 0 'grant=0: no STREAMON'

# --- copying and growing ---

# After how many DQBUFs fewer than two buffers were with the driver: those are the frames to be copied, and no others.
short_queues() {
	sed -nE 's/^v4l2q: sim[^ ]*: VIDIOC_(D?QBUF) .* = 0$/\1/p' err |
		awk '/^QBUF/ { queued++ } /^DQBUF/ { n += --queued < 2 } END { print n + 0 }'
}

capture 0 "$slow,grant=3,create=no" -n 10 --min-buffers=4
is "$(json r.json '"\(.frames.copied) \(.frames.copied + .frames.zero_copy) \(.pool.copy_threshold)"')" "$(short_queues) 10 2" \
	'3 of 4 granted: no copy but while one is held'
capture 0 fps=0,grant=3,create=no -n 60 --min-buffers=4
is "$(json r.json '"\(.frames.copied) \(.frames.copied + .frames.zero_copy)"')" "$(short_queues) 60" \
	'3 of 4 granted, frame upon frame: as many copies as times that the queue ran short'
capture 0 "$slow,grant=2,create=no" -n 10 --min-buffers=4
is "$(json r.json '"\(.frames.copied) \(.frames.zero_copy) \(.pool.copy_threshold)"')" '10 0 2' '2 of 4 granted: every frame is copied'
is "$(picture_numbers o.nut YUYV $size)" "$(all_frames 10)" 'and none the worse for it'
is "$(calls 'VIDIOC_CREATE_BUFS count=1 ')" 0 'and no CREATE_BUFS where there is none'
# shellcheck disable=SC2016 # those are perl's
ok 'a copied frame is queued again at once' perl -ne '
	next unless /: (?:VIDIOC_)?(\w+)(?: index=(\d+))?.* = (\S+)$/;
	push @c, [$1, /DQBUF/ && /index=(\d+)/ ? $1 : $2] if $1 =~ /^(DQBUF|QBUF|STREAMON|STREAMOFF|poll)$/ && $3 ne "-EAGAIN";
	END { for my $i (0 .. $#c - 1) {
		next unless $c[$i][0] eq "DQBUF";
		die "DQBUF followed by $c[$i + 1][0]\n" unless $c[$i + 1][0] =~ /^(QBUF|STREAMOFF)$/; } }' err

capture 0 "$slow,grant=2" -n 10 --min-buffers=4
ok 'with CREATE_BUFS the same shortage grows the queue' [ "$(calls 'VIDIOC_CREATE_BUFS count=1 .* = 0')" -ge 1 ]
like "$(order)" 'DQBUF CREATE_BUFS QUERYBUF mmap QBUF' 'in this order: DQBUF, CREATE_BUFS, QUERYBUF, mmap, QBUF'
is "$(json r.json .frames.copied)" 0 'and copies nothing'

capture 0 "$slow,grant=2,caps=mmap,fail=create_bufs@2:ENOMEM" -n 10 --min-buffers=4
is "$(calls 'VIDIOC_CREATE_BUFS count=1 ')" 1 'CREATE_BUFS that failed is not called again'
is "$(json r.json .frames.written)" 10 'and copies take its place'

capture 0 fps=0,grant=2 -n 200 --min-buffers=2 --max-buffers=4
ok 'growth stops at the maximum' [ "$(json r.json .pool.allocated)" -le 4 ]

# --- frames that are not as they should be ---

capture 0 "$slow,empty=3" -n 10
is "$(json r.json '"\(.frames.written) \(.frames.lost.error) \(.end)"')" '10 1 count' 'an empty damaged frame is queued again, not the end'
capture 0 "$slow,error=4" -n 10
ok 'damaged frames: the stream goes on' [ "$(json r.json .frames.lost.error)" -ge 2 ]
capture 0 "$slow,last=5" -n 10
is "$(json r.json '"\(.frames.written) \(.end)"')" '5 eos' 'the last frame is delivered, then it ends'
capture 0 "$slow,epipe=5" -n 10
is "$(json r.json '"\(.frames.written) \(.end)"')" '5 eos' 'EPIPE ends the stream'
is "$(calls 'VIDIOC_DQBUF .* = -EPIPE')" 1 'after one DQBUF that failed'
capture 0 "$slow,eagain=3+5" -n 10
is "$(json r.json '"\(.frames.written) \(.frames.captured)"')" '10 10' 'EAGAIN after poll: polled again'
capture 1 "$slow,bad-index=5" -n 10
like "$(cat err)" '99' 'buffer 99 is refused by name'
capture 0 "$slow,over=4" -n 10
like "$(cat err)" 'v4l2q: warning: .*bytes' 'more bytes than the plane holds: warned, and cut off'
is "$(picture_numbers o.nut YUYV $size)" "$(all_frames 10)" 'and the frame is whole'
capture 0 "$slow,planes=1,data-offset=64" -n 5
is "$(picture_numbers o.nut YUYV $size)" "$(all_frames 5)" 'data_offset 64: the payload starts behind it'
is "$(json r.json .bytes.captured)" $((5 * 153600)) 'and does not count it'
capture 0 "$slow,drop=5" -n 20
is "$(json r.json .frames.lost.driver)" "$(picture_numbers o.nut YUYV $size | sed 's/.*missing=\([0-9]*\).*/\1/')" \
	'gaps in the sequence are counted as lost by the driver'
capture 0 "$slow,eio=4" -n 10
is "$(calls VIDIOC_STREAMON)" 2 'EIO: one restart'
is "$(json r.json .frames.written)" 10 'and on it goes'
capture 5 "$slow,unplug=4" -n 10
is "$(json r.json '"\(.frames.written) \(.end)"')" '4 disconnect' 'unplugged: what was captured is written'
ok 'no spinning after it' [ "$(calls 'poll')" -le 40 ]

done_testing
