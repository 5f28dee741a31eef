#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Shell scripts and manual pages.
# shellcheck disable=SC2034,SC2016 # the library asks; backquotes and perl's variables
needs_program=no
. "$(dirname "$0")/../cli/lib.sh"
cd "$root" || exit

# What is sourced is read once here, and again for each script that sources it: half of the time. So it stands there for its variables
# alone, which are numbers, arrays, or may be anything.
mapfile -t scripts < <(find scripts tests .ci -type f -exec grep -lE -m 1 '^#!.*[/ ](ba)?sh' {} + | sort)
mapfile -t sourced < <(find scripts tests -name '*.bash' -o -name '*.sh' | sort)
variables='/^\s*(local|#)/ and next; /^\. / and print; print "$2=", $4 ne "" ? 1 : $3 eq "=" ? "\$(:)" : "(\"\$\@\")", "\n"
	while /(^|\s)(\w+)(=\(?| <<<)(\d\w*(?=\s|$)|\$\(\(|\$!)?/g'
cp --parents .shellcheckrc "${scripts[@]}" "${sourced[@]}" "$folder"
for file in "${sourced[@]}"; do
	perl -ne "$variables" "$file" >"$folder/$file"
done
check_scripts() {
	shellcheck "${sourced[@]}" && cd "$folder" && shellcheck "${scripts[@]}"
}
ok "shellcheck finds nothing in ${#scripts[@]} scripts" check_scripts
cd "$root" || exit
is "$(find tests -name '*.t' ! -perm -u+x)" '' 'every test can be run'
ok 'tests/cli/trace-check compiles' perl -wc tests/cli/trace-check

for page in man/*.[1-9]; do
	ok "mandoc finds nothing in $page" mandoc -T lint -W warning "$page"
done

# Prints what a page calls a source, a test or a function, and what is none.
find_unknown() { # PAGE...
	grep -ohE '\b[a-z][a-z_0-9]*(\.([cht]|sh|job)\b|\(\))' "$@" | sort -u |
		comm -23 - <({
			find src tests -type f -printf '%f\n' | sed -E 'p; s/^(test_.*)\.c$/\1.t/'
			grep -rhoE '\b[a-z][a-z_0-9]*\(' src tests/unit tests/fuzz tests/cli/lib.sh tests/vm/lib.sh | sed 's/$/)/'
		} | sort -u)
}
is "$(find_unknown src/README.md tests/README.md)" '' 'what the READMEs of the sources and the tests name is there'
echo 'See `gone()` in `queue/gone.c`, and poll().' >"$folder/page.md"
is "$(find_unknown "$folder/page.md" | paste -sd' ')" 'gone() gone.c' 'a name that is nowhere is seen'

# Which tools a test runs under is written in it: a mark that is not one is no use unless it is seen.
mkdir -p "$folder/tests/"{unit,cli,fault}
echo '/* Runs under: asan valgrnd */' >"$folder/tests/unit/test_wrong.c"
touch "$folder/tests/"{cli,fault}/none.t
tests/list asan "$folder/tests" 2>"$folder/err"
is $? 2 'a wrong mark in a test is refused'
like "$(cat "$folder/err")" 'unit/test_wrong.c:1: not a mark' 'a wrong mark in a test is named'

done_testing
