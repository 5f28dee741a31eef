#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What capture and play give up: code in a decoder or an encoder finds no other file, no program, no socket.
# Runs under: none
. "$(dirname "$0")/lib.sh"

sim=sim:size=64x48,fps=0
free=("${program[@]}")
export TAKEOVER=$PWD/elsewhere
taken=(env "LD_PRELOAD=$build/tests/preload/takeover.so" "${program[@]}")
mkdir elsewhere work
cd work || exit

# attempts: what the code that took over could do, and how many it tried.
attempts() {
	sed -n 's/: possible$//p' err | tr '\n' ' '
	grep -cE ': (possible|denied)$' err
}

reset() {
	rm -rf ../elsewhere
	mkdir ../elsewhere
	echo secret >../elsewhere/secret
}

run_status 0 v4l2q capture -d $sim -n 5 -o clip.mkv -c mjpeg
for run in "play -d sim:type=output,size=64x48,fps=0 clip.mkv" "capture -d $sim -n 5 -y -o out.mkv -c mjpeg --frame-log log"; do
	program=("${taken[@]}")
	reset
	# shellcheck disable=SC2086 # words
	run_status 0 v4l2q $run -v
	case $(cat err) in
	*'has no landlock'* | *'has no seccomp'*) is "$(uname -r)" 'with landlock' "${run%% *}: this kernel cannot confine: nothing to show" ;;
	esac
	is "$(attempts)" 33 "${run%% *}: nothing of all that is possible"
	is "$(ls ../elsewhere; cat ../elsewhere/secret)" "$(printf 'secret\nsecret')" '... and nothing happened'
	reset
	# shellcheck disable=SC2086
	run_status 0 v4l2q $run --no-confine
	is "$(attempts | wc -w)" 34 '--no-confine: all of it is'
done

# What a run needs later it still can do: segments, by links and in folders that fields name.
program=("${free[@]}")
mkdir a b
ln -s ../b/linked.mkv a/link.mkv
touch b/linked.mkv
run_status 0 v4l2q capture -q -d $sim -n 5 -y -o a/link.mkv
is "$(probe b/linked.mkv nb_read_packets)" 5 'capture: a link into another folder is written'
run_status 0 v4l2q capture -q -d $sim -n 20 -c mjpeg -o a/%d.mkv --segment 4k
ok 'capture: segments' [ -e a/2.mkv ]
run_status 0 v4l2q capture -q -d $sim -n 5 -o %03d.png --frame-log ../elsewhere/log
is "$(grep -c written ../elsewhere/log)" 5 'capture: a frame log elsewhere'
run_status 0 v4l2q play -q -d sim:type=output,size=64x48,fps=0 %03d.png

# --user: for root alone.
if [ "$(id -u)" -eq 0 ]; then
	chmod 777 .
	run_status 0 v4l2q capture -q -d $sim -n 5 -o nobody.mkv --user nobody
	is "$(stat -c %U nobody.mkv)" nobody '--user: the file is of that user'
	mkdir -m 733 drop
	run_status 0 v4l2q capture -d $sim -n 20 -o drop/%d.mkv --segment 30k --sync 1ms --frame-log drop/%d.log --user nobody
	is "$(grep -c '^v4l2q: warning: .*drop: cannot be opened (Permission denied): after a power failure' err)" 1 \
		'--sync: in a folder that cannot be read, said once'
	chmod 700 clip.mkv
	run_status 6 v4l2q play -q -d sim:type=output,size=64x48,fps=0 clip.mkv --user nobody
	one_clear_line '^v4l2q: clip.mkv: Permission denied' '--user: what that user may not read'
else
	run_status 2 v4l2q capture -d $sim -n 5 -o x.mkv --user nobody
	one_clear_line '^v4l2q: --user nobody: only root can switch to another user' '--user: not root'
fi
run_status 2 v4l2q capture -d $sim -n 5 -o x.mkv --user nobody-at-all
one_clear_line "^v4l2q: --user nobody-at-all: there is no such user" '--user: nobody'

done_testing
