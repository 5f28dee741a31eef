#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A file that fails while it is opened, written, synced, closed or renamed, and a disk that does not answer: with
# --on-write-error=next the recording goes on, what there is of each file plays, and the books say what was lost.
. "$(dirname "$0")/../cli/lib.sh"

mkdir main other
log='--frame-log l.log'

# failing WHAT OPTIONS...: records 24 frames while that call fails for files in main/.
failing() {
	rm -f main/* other/* r.json l.log
	# shellcheck disable=SC2086 # words
	env ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0" LD_PRELOAD="$build/tests/preload/failing_disk.so" FAIL_DISK="$1 main" \
		timeout -k 5 "$limit" "${program[@]}" capture -d "$sim" -n 24 --json=r.json $log "${@:2}"
}

# Frames of each file by the report, and whether they are in it; what the log says of them all.
books() { # NAME
	local file frames
	balanced r.json "$1"
	while read -r file frames; do
		is "$("$tools/packets" "$file" | cut -d' ' -f2)" "$frames" "$1: $file has its frames"
	done < <(json r.json '.output[] | "\(.path) \(.frames)"')
	is "$(jq -sc 'group_by(.fate) | map({ (.[0].fate): length }) | add' l.log)" \
		"$(json r.json '.frames | { writer: .lost.writer, written } | with_entries(select(.value > 0)) | tojson')" "$1: the log agrees"
}

for case in 'nut write@9:EIO 8,16 0' 'mkv write@12:ESTALE 8,16 0' 'avi write@9:EROFS 8,16 0' 'mov write@3:EDQUOT [1-9][0-9]*,[1-9][0-9]* [1-9][0-9]*' 'mkv close@1:EDQUOT 24 0' \
	'mkv sync@1:EIO 24 0'; do
	read -r container fault files lost <<<"$case"
	# Several fragments of a megabyte.
	sim=sim:size=$([ "$container" = mov ] && echo 320x240 || echo 64x48),fps=0
	failing "$fault" -o "main/a%d.$container" --on-write-error next >out 2>err
	status=$?
	is "$status" "$([[ $fault =~ (close|sync) ]] && echo 6 || echo 0)" "$case: the status"
	like "$(json r.json '"\([.output[].frames] | join(",")) \(.frames.lost.writer)"')" "^$files $lost\$" "$case: goes on in the next file"
	like "$(json r.json '.output[0].error')" '[a-z]' "$case: the report says of which file"
	books "$case"
done

sim=sim:size=64x48,fps=0
# A folder that fails for good, from the first file on or later.
for case in 'open@1+:EROFS 1' 'write@11+:EIO 2'; do
	read -r fault n <<<"$case"
	run_status 0 failing "$fault" -o 'main/a%d.mkv' --fallback other
	is "$(json r.json '"\(.output | length) \(.output[-1].path | split("/")[0]) \(.frames.written)"')" "$n other 24" "$case: --fallback"
	books "$case, --fallback"
done
# --keep counts the files of both folders, and removes the oldest from either.
run_status 0 failing 'write@8+:EIO' -o 'main/a%d.nut' --segment 25k --keep 2 --fallback other
is "$(json r.json '"\(.output | length) \(.segments_removed) \(.frames.written)"') $(cd main && echo *) $(cd other && echo *)" '7 5 24 * a5.nut a6.nut' '--keep with --fallback'
# What the encoder has not given back is lost with the file, as the pictures that follow need the earlier ones.
run_status 0 failing write@9:EIO -o 'main/a%d.avi' -c mpeg4 --codec-opt bf=2,threads=1 --on-write-error next
is "$(json r.json '[.output[].frames, .frames.lost.writer] | join(" ")')" '8 14 2' "what an encoder holds is lost with the file's error"
books 'an encoder'
log='' run_status 0 failing write@12:EIO -o main/a.mkv --on-write-error next
is "$(json r.json '[.output[] | .path, .frames] | join(" ")')" 'main/a.mkv 8 main/a-1.mkv 16' 'a name without fields gets a suffix'
run_status 6 failing 'write@12+:EIO' -o 'main/a%d.mkv' --on-write-error next
is "$(json r.json '"\(.output | length) \(.frames.written) \(.frames.lost.writer)"')" '1 8 16' 'no file can be written any more: all is counted'
books 'no file can be written any more'
run_status 6 failing write@12:EIO -o main/a.mkv
is "$(json r.json '"\(.end) \(.frames.written)"')" 'write-error 8' 'without --on-write-error the recording ends'

# What was kept before a trigger waits for a file that can be opened, and is lost where there is none until the end.
sim=sim:size=64x48,fps=0,usr1=8
for case in 'open@1:EIO 0 24 main' 'open@1+:EIO 6 0' 'open@1+:EROFS 0 24 other --fallback other'; do
	read -r fault status written folder options <<<"$case"
	for codec in copy ffv1; do
		# shellcheck disable=SC2086 # words
		run_status "$status" failing "$fault" -o 'main/a%d.mkv' -c $codec --pre-roll 60s --no-confine --on-write-error next $options
		is "$(json r.json '"\(.frames.written) \(.frames.lost.writer) \(.output[-1].path // "" | split("/")[0] // "")"')" \
			"$written $((24 - written)) $folder" "$codec, $case: all or nothing"
		books "$codec, $case"
	done
done
sim=sim:size=64x48,fps=0

# A file keeps its partial name where the final one cannot be had.
run_status 0 failing rename@1:EIO -o 'main/a%d.mkv' --segment 86k --on-write-error next --partial-suffix .part
is "$(cd main && echo *)" 'a0.mkv.part a1.mkv a2.mkv' 'a name that cannot be given'

# Old segments make room for a write that finds the disk full: nothing is lost.
for fault in write@30:ENOSPC open@3:EDQUOT; do
	run_status 0 failing $fault -o 'main/a%d.mkv' --segment 86k --min-free 1k
	is "$(json r.json '"\(.frames.written) \(.segments_removed)"')" '24 1' "$fault: an old segment makes room"
done
run_status 0 failing 'statvfs@1+:EIO' -o 'main/a%d.mkv' --segment 86k --min-free 1k
is "$(cd main && echo *)" a2.mkv 'the disk runs short: old segments go in time'

# While the disk stalls, the device goes on.
sim=sim:size=64x48,fps=20
COLUMNS=132 run_status 0 failing 'write@3:1000' -o main/a.nut -n 60 --progress
like "$(cat err)" ' [0-9]+ min of disk ' 'the progress line tells how long the disk will do'
is "$(json r.json '"\(.frames.written - .frames.captured) \(.frames.lost | .queue + .writer)"')" '0 0' 'a disk that stalls: nothing is lost'
ok 'a disk that stalls: frames wait in memory' [ "$(json r.json .queue.high_water_frames)" -gt 5 ]

done_testing
