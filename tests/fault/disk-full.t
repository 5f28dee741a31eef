#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A disk that fills up: status 6, one clear line, and what fitted is a file that opens.
. "$(dirname "$0")/../cli/lib.sh"

size=320x240

# what_fitted FILE NAME: opens, and is what the report says.
what_fitted() {
	is "$(probe "$1" nb_read_packets) $(stat -c %s "$1")" "$(json r.json '"\(.frames.written) \(.output[0].bytes)"')" "$2: what fitted, no more"
	ok "$2: every frame decodes" ffmpeg -nostdin -v error -xerror -i "$1" -f null -
}

# A device that is always full takes no byte; what cannot be a file is not removed.
run_status 6 v4l2q capture -q -d sim:size=$size,fps=0 -n 50 -f nut -o /dev/full --json=r.json
like "$(cat err)" 'No space left on device' '/dev/full: says why'
is "$(wc -l <err)" 1 '/dev/full: in one line'
is "$(json r.json .end)" write-error '/dev/full: and the report says so'
balanced r.json '/dev/full'
ok '/dev/full is still there' [ -c /dev/full ]

# The file's own limit is what a user without rights can set.
for container in nut mkv avi mov; do
	rm -f "o.$container" r.json
	(
		ulimit -f 1024 # KiB
		v4l2q capture -q -d sim:size=$size,fps=0 -n 50 -o "o.$container" --json=r.json >out 2>err
	)
	is $? 6 "$container, a limit on the file's size: status 6"
	is "$(wc -l <err)" 1 "$container: one line"
	like "$(cat err)" "o\.$container.*(too large|No space)" "$container: a clear one"
	balanced r.json "$container"
	what_fitted "o.$container" "$container"
done

# A real file system, where one may be mounted.
mkdir small
if mount -t tmpfs -o size=2m none small 2>/dev/null; then
	for container in nut mkv avi mov; do
		rm -f r.json
		run_status 6 v4l2q capture -q -d sim:size=$size,fps=0 -n 50 -o "small/o.$container" --json=r.json
		like "$(cat err)" "small/o\.$container.*No space left on device" "$container, a full disk: says why"
		is "$(wc -l <err)" 1 "$container, a full disk: in one line"
		balanced r.json "$container, a full disk"
		what_fitted "small/o.$container" "$container, a full disk"
		rm -f small/o.*
	done
	head -c 2m /dev/zero >small/filler 2>/dev/null
	run_status 6 v4l2q capture -q -d sim:size=$size,fps=0 -n 50 -o small/none.nut
	ok 'no room for a single frame: no file' [ ! -e small/none.nut ]
	rm -f small/*

	# The first folder cannot be written: the other's disk is the one that is watched, and its segments make room.
	mkdir main
	mount -t tmpfs none main
	touch main/a8.nut
	mount -o remount,ro main
	touch -d '-1 hour' small/a9.nut
	run_status 0 v4l2q capture -q -d sim:size=$size,fps=100 -n 50 -o 'main/a%d.nut' --segment 320k --min-free 1m --fallback small --json=r.json
	is "$(json r.json '"\(.frames.written) \([.output[].path | split("/")[0]] | unique[])"') $(echo main/* small/a9*)" '50 small main/a8.nut small/a9*' \
		'--min-free on the disk of --fallback: its own segments go, the others stay'
	ok '... as many as it takes' [ "$(json r.json .segments_removed)" -ge 20 -a "$(df --output=avail -k small | tail -1)" -ge 1024 ]
	rm -f small/*
	run_status 6 v4l2q capture -q -d sim:size=$size,fps=0 -n 50 -o 'main/a%d.nut' --segment 320k --fallback small --json=r.json
	balanced r.json 'the disk of --fallback is full, too'
	is "$(for file in small/*; do probe "$file" nb_read_packets; done | awk '{ n += $1 } END { print n }')" "$(json r.json .frames.written)" 'the disk of --fallback is full, too: what fitted is there'
	umount small main
else
	skip 'a full disk' 'mounting one takes root'
fi

done_testing
