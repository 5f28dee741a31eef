# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# What the jobs in the emulated machine share.

# v4l2q.real is loaded once, and ./v4l2q runs it from there on (warm/warm.h).
(LD_PRELOAD=./warm.so ./v4l2q.real 2>warm.err &) # not one of those that wait waits for

# Without starting a program, which takes a while here.
now_ms() {
	echo "$((${EPOCHREALTIME/./} / 1000))"
}

# record FILE OPTION...: one recording into FILE, whose name without its suffix is what the results are called (see lib.sh).
# It is made in the tmpfs, as the shared folder is at times slower than the camera.
record() {
	local file=$1 name=${1%.*} started
	shift
	started=$(now_ms)
	./v4l2q capture -vv --no-progress --json="/tmp/$name.json" --frame-log "/tmp/$name.frames" -o "/tmp/$file" "$@" \
		</dev/null >"/tmp/$name.out" 2>"/tmp/$name.err"
	echo $? >"$name.status"
	now_ms >"$name.to"
	echo $(($(now_ms) - started)) >"$name.ms"
	mv /tmp/"$name".* .
	touch "/tmp/$name.done"
}

a_frame='(VIDIOC_DQBUF .*|read .*) = [0-9]+$'

# record_begin FILE OPTION...: the same in the background; returns when frames come.
record_begin() {
	record "$@" &
	until_traced "${1%.*}" "$a_frame" 3
}

# until_traced NAME REGEX N: until so many lines of the trace match, but not for ever.
until_traced() {
	local i n
	for ((i = 0; i < 300; i++)); do
		n=$(grep -cE "$2" "/tmp/$1.err" 2>/dev/null)
		[ "${n:-0}" -ge "$3" ] && return
		[ -e "/tmp/$1.done" ] && return
		sleep 0.1
	done
}

until_exists() {
	local i
	for ((i = 0; i < 300; i++)); do
		[ -e "$1" ] && return
		sleep 0.05
	done
}

# kill_recorder SIGNAL FILE: the one that writes FILE, if it is still there; NAME.from is when.
kill_recorder() {
	local pid recorder=''
	for pid in $(pidof v4l2q); do
		! grep -qszxFe "/tmp/$2" "/proc/$pid/cmdline" || recorder=$pid
	done
	now_ms >"${2%.*}.from"
	[ -z "$recorder" ] || kill "-$1" "$recorder"
}

# wait_recorder NAME: for one of several things in the background.
wait_recorder() {
	local i
	for ((i = 0; i < 600; i++)); do
		[ -e "/tmp/$1.done" ] && return
		sleep 0.05
	done
}
