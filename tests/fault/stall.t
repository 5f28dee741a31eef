#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# File systems that do not answer any more, beside the one that is written to, or at the end: the recording goes on, and its end is
# not held up, or with a word.
. "$(dirname "$0")/../cli/lib.sh"

ever=1000000 # ms: longer than the test may take
more=

# stalls NAME RULES OPTIONS...: a recording in a folder of that name, in the background, as the runs wait for most of their time.
stalls() {
	local name=$1 rules=$2
	shift 2
	mkdir -p "$name"/{main,other,share}
	(
		cd "$name" || exit
		env ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0" LD_PRELOAD="$build/tests/preload/failing_disk.so" FAIL_DISK="$rules" \
			timeout -k 5 "$limit" "${program[@]}" capture -d "sim:size=64x48,fps=0$more" -n 24 --json=share/r.json "$@" >out 2>err
		echo $? >status
	) &
}

# The report's figures, the exit status, and what is said.
came_to() { # NAME STATUS FILTER WANTED REGEX
	is "$(cat "$1/status") $(json "$1/share/r.json" "$3")" "$2 $4" "$1: what it comes to"
	like "$(cat "$1/err")" "$5" "$1: it is said"
	balanced "$1/share/r.json" "$1"
}

# A trigger of another kind is followed while the folder of --trigger-file hangs.
more=,usr1=8 stalls trigger "unlink@2+:$ever share" -o 'main/a%d.mkv' --pre-roll 60s --trigger-file share/go --no-confine
# Old segments are in a folder that failed, and now hangs.
stalls lost-share "write@16+:EIO main,lstat@1+:$ever main/a0" -o 'main/a%d.mkv' --segment 37k --keep 2 --fallback other
# A disk is full, and no old segment can be removed.
stalls full "write@30:ENOSPC main,unlink@1+:$ever main/a0" -o 'main/a%d.mkv' --segment 86k --min-free 1k --on-write-error next
# The end of the file, its log, the report.
stalls close 'close@1:11000 main/a.mkv' -o main/a.mkv
stalls log 'close@1:11000 share/log' -o main/a.mkv --frame-log share/log
stalls report 'close@1:11000 share/r.json' -o main/a.mkv
wait

came_to trigger 0 '"\(.frames.written) \(.output[0].frames)"' '24 24' '--trigger-file: share/go: its folder does not answer'
came_to lost-share 0 '"\(.frames.written) \(.output[-1].path[:7])"' '24 other/a' 'main/a%d.mkv: its disk does not answer'
came_to full 0 '"\(.frames.written) \(.output[-1].path)"' '24 main/a3.mkv' 'main/a0.mkv: its disk does not answer'
while read -r name file; do
	came_to "$name" 0 .frames.written 24 "warning: $file: has not responded for 5 s; still waiting"
done <<-END
	close main/a.mkv
	log share/log
	report share/r.json
END
done_testing
