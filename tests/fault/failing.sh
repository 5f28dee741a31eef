# SPDX-License-Identifier: LGPL-2.1-or-later
# Each allocation of the program fails once. To be sourced after lib.sh, in a plain build alone: the checking tools have allocators
# of their own.
# shellcheck shell=bash disable=SC2154 # lib.sh sets them

# each_allocation_fails NAME COMMAND...: whichever fails (with FAIL_STEP=K each Kth of them), the run ends with a status and a word, or does
# without that part.
each_allocation_fails() {
	local name=$1 n status total bad=''
	shift
	rm -rf each
	mkdir each
	timeout -k 5 $((limit * 10)) env FAIL_MALLOC="$folder/each" LD_PRELOAD="$build/tests/preload/failmalloc.so" "${program[@]}" "$@" \
		</dev/null
	for ((n = 0; ; n += ${FAIL_STEP:-1})); do
		read -r status <each/$n/status || break
		case $status in
		0) ;; # a part that can be done without
		[1-6]) [ -s each/$n/err ] || bad+="allocation $n: status $status, and not a word"$'\n' ;;
		*) bad+="allocation $n: status $status: $(tail -n 1 each/$n/err)"$'\n' ;;
		esac
	done 2>/dev/null
	total=$((n / ${FAIL_STEP:-1} - 1))
	is "$(cat each/0/status)" 0 "$name: none of $total allocations fails"
	ok "$name: there are allocations to fail" [ "$total" -gt 5 ]
	is "$bad" '' "$name: each of them fails once, and it ends with a status and a word"
}
