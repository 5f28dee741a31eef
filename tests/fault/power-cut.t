#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A disk that is cut off while a recording goes on: each file is there, plays, and has all that it had when it was last synced,
# as does the frame log. What was written after that may be missing in any part.
# Runs under: none
. "$(dirname "$0")/../cli/lib.sh"

# CUTS=1000 tests/fault/power-cut.t: so many of each recording.
cuts=${CUTS:-15}
disk=$(realpath .)/disk
while read -r name n options; do
	rm -rf disk cut
	mkdir disk cut
	# shellcheck disable=SC2086 # words
	run_status 0 env LD_PRELOAD="$build/tests/preload/write_log.so" WRITE_LOG=writes WRITE_LOG_PATH="$disk" "${program[@]}" capture -q \
		-d sim:size=64x48,fps=0 -n "$n" -o "$disk/$name" --sync 2ms ${options//disk/$disk}
	"$root/tests/tools/power-cut" writes "$cuts" "${SEED:-$RANDOM}" cut >files
	tr ' ' '\n' <files | grep -v '^-$' >names
	{
		grep '\.log' names | xargs -r grep -c '"fate"' /dev/null | tr : ' '
		grep -v '\.log' names | xargs -r "$tools/packets"
	} >frames 2>/dev/null
	is "$(awk 'NR == FNR { frames[$1] = $2; next } $2 == "-" || frames[$2] < frames[$1] || frames[$1] < 1 { print $1, frames[$1], $2, frames[$2] }' frames files)" '' \
		"$name $options: what was synced is there, $(wc -l <files) times"
	ok "$name $options: some was" [ -s files ]
done <<'END'
a.mkv 100
a.avi 100
a.mov 100 --frame-log disk/a.log
a.mp4 50 -c libx264
a.ts 50 -c libx264
a%03d.png 40 --frame-log disk/a.log
a%d.nut 100 --segment 100k --partial-suffix .part --frame-log disk/a%d.log
END

done_testing
