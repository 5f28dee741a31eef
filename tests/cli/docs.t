#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# --help, the manual pages, completion and the table beside this test name the same options, statuses and defaults.
# Runs under: none
. "$(dirname "$0")/lib.sh"

contract=$root/tests/cli/contract

# The long options that a text defines: those at the start of a line, alone or behind a letter.
defined() {
	sed -nE 's/^[[:space:]]*(-[a-zA-Z],? ?([^-[:space:]]*,? )?)?(--[a-z-]+).*/\3/p' | sort -u
}

for command in $(awk '!/^#/ { print $1 }' "$contract" | uniq); do
	wanted=$(awk -v c="$command" '$1 == c { print "--" $2 }' "$contract" | sort -u)
	run_status 0 v4l2q "$command" --help
	is "$(wc -c <err)" 0 "$command --help: on standard output alone"
	cp out help
	is "$(defined <help)" "$wanted" "$command --help: the options of the contract"
	ok "$command --help: within 80 columns" awk 'length > 80 { print; bad = 1 } END { exit bad }' help
	while read -r _ name letter _; do
		[ "$letter" = - ] || like "$(cat help)" "-$letter,? --$name" "$command --help: -$letter is --$name"
	done < <(grep "^$command " "$contract")

	page=$root/man/v4l2q-$command.1
	if [ ! -e "$page" ]; then
		grep -qE "^v4l2q .*$command|$command" "$root/man/v4l2q.1" && page=$root/man/v4l2q.1
	fi
	if command -v mandoc >/dev/null; then
		mandoc -T ascii -O width=78 "$page" | sed 's/.\x08//g' >page.txt
		is "$(comm -23 <(echo "$wanted") <(grep -oE -- '--[a-z-]+' page.txt | sort -u))" '' "$(basename "$page"): no option of $command is missing"
	fi
done

is "$(comm -13 <(awk '!/^#/ { print "--" $2 }' "$contract" | sort -u) <(defined <page.txt))" '' 'no manual page has options of its own'

# Completion: the words of an option that takes one of a few, and the commands.
# shellcheck source-path=SCRIPTDIR/../..
. "$root/scripts/completion.bash"
completed() { # WORDS...: what there is behind them, joined by |
	COMP_WORDS=(v4l2q "$@" '')
	COMP_CWORD=$(($# + 1))
	COMPREPLY=()
	_v4l2q
	printf '%s\n' "${COMPREPLY[@]}" | paste -sd '|'
}
while read -r command name words; do
	is "$(completed "$command" "--$name")" "$words" "completion of $command --$name"
done < <(awk '$4 ~ /^[a-z0-9-]+(\|[a-z0-9-]+)+$/ { print $1, $2, $4 }' "$contract")
is "$(completed) $(completed help)" 'capture|play|bench|list|doctor|help|--help|--version capture|play|bench|list|doctor' 'completion of commands'

# The statuses, in the page that the others point to.
mandoc -T ascii -O width=78 "$root/man/v4l2q.1" | sed 's/.\x08//g' >page.txt
for status in 0 1 2 3 4 5 6 7 8; do
	ok "v4l2q(1) tells of status $status" grep -qE "^ +$status +[A-Za-z-]" page.txt
done
for page in "$root"/man/v4l2q-*.1; do
	ok "$(basename "$page") points to it" grep -qE '^\.(Sh EXIT STATUS|Ex|Xr v4l2q 1)' "$page"
done

# Defaults, which people look for in the help.
v4l2q capture --help >help
for default in 'drop' '10 ?s' '1 ?G' 'mmap'; do
	ok "capture --help tells the default $default" grep -qE "$default" help
done

# The README's commands are those that there are.
for word in 'scripts/demo' 'scripts/test' 'v4l2q capture' 'v4l2q play' 'v4l2q list' '-d sim' 'make install'; do
	ok "README.md speaks of $word" grep -qF -- "$word" "$root/README.md"
done
while read -r command; do
	ok "README.md: $command exists" grep -qE "^(capture|play|bench|list|doctor)$" <<<"$command"
done < <(grep -oE '^ +(\$ )?v4l2q [a-z]+' "$root/README.md" | awk '{ print $NF }' | sort -u)

done_testing
