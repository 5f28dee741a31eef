#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Memory that is not to be had: an error, no crash, no hang, wherever it strikes.
# Runs under: none
. "$(dirname "$0")/../cli/lib.sh"

if [ -n "$KIND" ]; then
	skip_all 'the checking tools have allocators of their own'
fi

size=320x240
preload=$build/tests/preload/failmalloc.so

# run_failing N OPTIONS...: the Nth allocation of the program fails. The status is left in $status.
run_failing() {
	local n=$1
	shift
	rm -f o.nut r.json
	timeout -k 5 60 env FAIL_MALLOC="$n" FAIL_MALLOC_COUNT="$folder/count" LD_PRELOAD="$preload" \
		"${program[@]}" capture -q -d sim:size=$size,fps=0,grant=2 --min-buffers=2 -n 5 -o o.nut --json=r.json --frame-log log "$@" \
		>out 2>err </dev/null
	status=$?
}

for options in --io=mmap --io=userptr '--io=dmabuf-import --import-from=sim' --io=rw; do
	read -ra option_list <<<"$options"
	run_failing 0 "${option_list[@]}"
	total=$(cat count)
	is "$status" 0 "$options: none of $total allocations fails"
	ok "$options: there are allocations to fail" [ "$total" -gt 5 ]
	bad=''
	for ((n = 1; n <= total; n++)); do
		run_failing "$n" "${option_list[@]}"
		case $status in
		0) ;; # a part that can be done without
		[1-6]) [ -s err ] || bad+="allocation $n: status $status, and not a word"$'\n' ;;
		*) bad+="allocation $n: status $status: $(tail -n 1 err)"$'\n' ;;
		esac
	done
	is "$bad" '' "$options: each of them fails once, and it ends with a status and a word"
done

done_testing
