#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Shell scripts and manual pages.
# shellcheck disable=SC2034 # the library asks
needs_program=no
. "$(dirname "$0")/../cli/lib.sh"
cd "$root" || exit

mapfile -t scripts < <(find scripts tests .ci -type f -exec grep -lE -m 1 '^#!.*[/ ](ba)?sh' {} + | sort)
ok "shellcheck finds nothing in ${#scripts[@]} scripts" shellcheck "${scripts[@]}"
is "$(find tests -name '*.t' ! -perm -u+x)" '' 'every test can be run'
ok 'tests/cli/trace-check compiles' perl -wc tests/cli/trace-check

for page in man/*.[1-9]; do
	ok "mandoc finds nothing in $page" mandoc -T lint -W warning "$page"
done

# Which tools a test runs under is written in it: a mark that is not one is no use unless it is seen.
mkdir -p "$folder/tests/"{unit,cli,fault}
echo '/* Runs under: asan valgrnd */' >"$folder/tests/unit/test_wrong.c"
touch "$folder/tests/"{cli,fault}/none.t
tests/list asan "$folder/tests" 2>"$folder/err"
is $? 2 'a wrong mark in a test is refused'
like "$(cat "$folder/err")" 'unit/test_wrong.c:1: not a mark' 'a wrong mark in a test is named'

done_testing
