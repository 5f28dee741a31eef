#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Random faults together, in random runs: no crash, no hang, a status that is documented, calls that keep the rules, counts that add
# up, a file that holds the frames that the frame log says it does, byte for byte.
#
#     RUNS=5000 SEED=7 BUILD=build tests/fault/random.t     as many runs, of other faults; run N of SEED is run 1 of SEED + N - 1
. "$(dirname "$0")/../cli/lib.sh"

RUNS=${RUNS:-$([ -z "$KIND" ] && echo 150 || echo 30)} SEED=${SEED:-1}
size=64x48 n=12

# one WORD...: one of them. below N: a number from 1 to N. Both set $word: a subshell would draw from numbers of its own.
one() { word=${*:RANDOM % $# + 1:1}; }
below() { word=$((RANDOM % $1 + 1)); }

# Sets $fault to one that a device may show at any time ("N" stands for a frame's or a call's number, "E" for an error).
any_fault() {
	one grant=N create=no buffer-caps=no min-buffers=N querybuf-index short-plane busy bad-index=N eagain=N+N eio=N eio=N+N unplug=N \
		stall=N watch=N fail=qbuf@N:E fail=dqbuf@N:E fail=dqbuf@N:E:N fail=streamon@1:E fail=streamoff@1:E fail=reqbufs@N:E \
		fail=create_bufs@N:E fail=querybuf@N:E fail=mmap@N:E fail=munmap@N:E fail=expbuf@N:E fail=g_fmt@N:E fail=s_fmt@1:E \
		fail=g_parm@N:E fail=s_parm@1:E fail=probe@1:E fail=read@N:E fail=write@N:E caps=mmap caps=userptr caps=dmabuf caps=rw \
		caps=mmap+userptr+dmabuf
	fault=$word
	fill_in
}

# One of those that a captured frame may show.
frame_fault() {
	one error=N drop=N repeat=N empty=N+N empty-ok=N short=N short=N:N over=N last=N epipe=N flush=N sequence=429496729N event=N \
		event=N:128x64
	fault=$word
	fill_in
}

fill_in() {
	while [[ $fault == *[=+@:]N* || $fault == *429496729N ]]; do
		below 14
		[[ $fault != *429496729N ]] || word=$((word % 6))
		fault=${fault/N/$word}
	done
	one EIO EINVAL EBUSY ENOMEM ENODEV EAGAIN EINTR ENOSPC ENOTTY EPIPE
	fault=${fault/:E/:$word}
}

io_mode() {
	one mmap mmap userptr dmabuf dmabuf-import rw auto
	use_io "$word" "sim:size=$size"
}

# Sets $command and $content: what file it makes, and of what kind.
random_capture() {
	local keys=size=$size,fps=0
	for ((k = RANDOM % 4; k > 0; k--)); do
		if ((RANDOM % 3)); then frame_fault; else any_fault; fi
		keys+=,$fault
	done
	one YUYV YUYV YUYV,planes=1 YUYV,planes=1,data-offset=64 YUYV,stride=192 MJPG H264 YUYV,field=alternate MJPG,field=alternate
	keys+=,format=$word content=raw
	[[ $word == YUYV* && $word != *field* ]] || content=mkv
	io_mode
	command=(v4l2q capture -d "sim:$keys" -n "$n" "${io_options[@]}" --stall-timeout=300ms -o "$run.$content" --frame-log "$run.log")
	[ $content = mkv ] || command+=(-f rawvideo)
	one '' '' '--skip 2' '--bad-frames fail' '--memory 64k' '--max-drops 1' '--min-buffers 2' '--direct on' '--min-buffers 8 --max-buffers 8'
	# shellcheck disable=SC2206 # an option and its value
	command+=($word)
}

random_playback() {
	local keys=type=output,fps=0,dump=$run.dump
	for ((k = RANDOM % 4; k > 0; k--)); do
		any_fault
		keys+=,$fault
	done
	content=dump
	io_mode
	command=(v4l2q play -d "sim:$keys" --speed 0 "${io_options[@]}")
	one '' '' '--min-buffers 2' '--start 0.02' '--loop=2' '--min-buffers 8 --max-buffers 8'
	# shellcheck disable=SC2206
	command+=($word clip.nut)
}

# Judges one run by its status and its calls. Prints what is wrong.
judge() { # STATUS
	local how=()
	case $1 in
	0 | 1 | 3 | 4 | 5 | 6 | 7) ;;
	124 | 137) echo "does not end" ;;
	*) echo "status $1" ;;
	esac
	[ ${#io_options[@]} -eq 1 ] || how=(--lender)
	[ "$1" -eq 3 ] || [ "$1" -eq 1 ] || "$root/tests/cli/trace-check" "${how[@]}" "$run.err"
	grep -aE 'Sanitizer|runtime error|Assertion' "$run.err"
	[ "$1" -eq 0 ] || grep -aqE '^v4l2q: ' "$run.err" || echo 'says nothing'
}

# The frames in the raw files, and those that the frame logs say they hold, of these runs. read() does not tell the sequence number.
held() { # RUN...
	for run; do
		[ ! -e "$run.raw" ] || cat "$run.raw"
	done | "$tools/frames" -l YUYV $size | head -n -1
}
logged() { # RUN...
	local logs=()
	for run; do
		[ ! -e "$run.log" ] || logs+=("$run.log")
	done
	cat /dev/null "${logs[@]}" | jq -r 'select(.fate == "written") | "\(.seq) ok"'
}

run_status 0 v4l2q capture -q -d sim:size=$size,fps=200 -n $n -o clip.nut
: >wrong
raw=() unnumbered=()
for ((i = 0; i < RUNS; i++)); do
	RANDOM=$(((SEED + i) % 32768)) run=$((SEED + i))
	if ((RANDOM % 3)); then random_capture; else random_playback; fi
	timeout -k 5 $((20 * SLOW)) "${wrapper[@]}" "$build/v4l2q" "${command[@]:1}" --json=$run.json -vv \
		</dev/null >/dev/null 2>$run.err
	status=$?
	what=$(judge $status)
	if [ $content = raw ] && [[ ${io_options[0]} == *rw || ${command[*]} == *caps=rw* ]]; then
		unnumbered+=("$run")
	elif [ $content = raw ]; then
		raw+=("$run")
	fi
	echo "$run $status ${command[*]}" >>commands
	[ -z "$what" ] || printf 'run %s, status %s: %s\n%s\n' $run $status "${command[*]}" "$what" >>wrong
	[ -s $run.json ] || rm -f $run.json
	rm -f $run.err
done
is "$(head -n 60 wrong)" '' "$RUNS runs from seed $SEED: each ends as it should"

# All together, and where they differ, one by one.
if [ "$(held "${raw[@]}")" != "$(logged "${raw[@]}")" ]; then
	for run in "${raw[@]}"; do
		diff <(held "$run") <(logged "$run") >differs || { grep "^$run " commands && cat differs; }
	done
fi >out
if [ "$(held "${unnumbered[@]}" | cut -d' ' -f2)" != "$(logged "${unnumbered[@]}" | cut -d' ' -f2)" ]; then
	for run in "${unnumbered[@]}"; do
		[ "$(held "$run" | grep -c ok)" = "$(logged "$run" | wc -l)" ] || grep "^$run " commands
	done
fi >>out
is "$(head -n 60 out)" '' 'each raw recording holds the frames that its log says are written'

# The reports together, in one process each.
if compgen -G '*.json' >/dev/null; then
	jq -r "select(.command == \"capture\") | ($unbalanced) as \$wrong | select(\$wrong != \"\") | \"\(input_filename): \(\$wrong)\"" ./*.json >out
	is "$(cat out)" '' 'the counts of each recording add up'
	jq -r 'select(.command == "play") | .frames | select((.played == .copied + .zero_copy and .read >= .played + (.dropped // 0)) | not) |
		"\(input_filename): \(.)"' ./*.json >out
	is "$(cat out)" '' 'the counts of each playback add up'
fi

# What a display was given is intact.
if compgen -G '*.dump' >/dev/null; then
	is "$(cat ./*.dump | "$tools/frames" -l YUYV $size | grep -c TORN)" 0 'no frame that was played is torn'
fi

# Encoded recordings hold what the report says.
if compgen -G '*.mkv' >/dev/null; then
	"$tools/packets" ./*.mkv | while read -r file held; do
		said=$(jq -r .frames.written "${file%.mkv}.json" 2>/dev/null)
		[ "$held" = "${said:-0}" ] || echo "$file: $held frames, $said written: $(grep "^$(basename "$file" .mkv) " commands)"
	done >out
	is "$(cat out)" '' 'each file holds as many frames as were written'
fi

done_testing
