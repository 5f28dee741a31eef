# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# What the jobs in the emulated machine share.

# v4l2q.real is loaded once, and ./v4l2q runs it from there on (tests/warm/warm.h).
export WARM=/run
LD_PRELOAD=./warm.so exec -a v4l2q ./v4l2q.real 2>warm.err &
disown # it is not one of those that wait waits for

# Without starting a program, which takes a while here.
now_ms() {
	echo "$((${EPOCHREALTIME/./} / 1000))"
}

# What waits here does so without starting a program, which takes the one processor for a tenth of a second.
mkfifo /run/never
exec {never}<>/run/never

pause() { # SECONDS
	read -rt "$1" -u "$never" || true
}

# traced NAME COMMAND OPTION...: a run of v4l2q. Its results are made in the tmpfs, as the shared folder is at times slower than
# the camera.
traced() {
	local name=$1 command=$2 started
	shift 2
	started=$(now_ms)
	./v4l2q "$command" -vv --no-progress --json="/tmp/$name.json" "$@" </dev/null >"/tmp/$name.out" 2>"/tmp/$name.err" &
	echo $! >"/tmp/$name.pid"
	wait $!
	echo $? >"$name.status"
	now_ms >"$name.to"
	echo $(($(now_ms) - started)) >"$name.ms"
	mv /tmp/"$name".* .
	: >"/tmp/$name.done"
}

# record FILE OPTION...: one recording into FILE, whose name up to the first dot is what the results are called (see lib.sh).
record() {
	local file=$1 name=${1%%.*}
	shift
	traced "$name" capture --frame-log "/tmp/$name.frames" -o "/tmp/$file" "$@"
}

a_frame='(VIDIOC_DQBUF .*|read .*) = [0-9]+$'

# record_begin FILE OPTION...: the same in the background; returns when frames come.
record_begin() {
	record "$@" &
	until_traced "${1%%.*}" "$a_frame" 3
}

# until_traced NAME (REGEX N)...: until so many lines of the trace match, and after them so many the next, but not for ever.
until_traced() {
	local trace part line='' n=0 deadline=$((SECONDS + 60)) done=/tmp/$1.done
	until_exists "/tmp/$1.err"
	exec {trace}<"/tmp/$1.err" || return
	shift
	while [ $# -gt 0 ] && [ $SECONDS -lt $deadline ]; do
		if ! read -r -u "$trace" part; then
			line+=$part
			[ ! -e "$done" ] || break
			pause 0.05
			continue
		fi
		line+=$part
		[[ ! $line =~ $1 ]] || n=$((n + 1))
		line=''
		[ $n -lt "$2" ] || { n=0 && shift 2; }
	done
	exec {trace}<&-
}

until_exists() {
	local deadline=$((SECONDS + 60))
	until [ -e "$1" ] || [ $SECONDS -ge $deadline ]; do
		pause 0.05
	done
}

# stop SIGNAL NAME: the run of that name, if it is still there; NAME.from is when.
stop() {
	local pid
	[ ! -e "/tmp/$2.done" ] || return 0
	now_ms >"$2.from"
	read -r pid <"/tmp/$2.pid" && kill "-$1" "$pid"
}

wait_recorder() { # NAME: for one of several things in the background
	until_exists "/tmp/$1.done"
}

until_exists /run/v4l2q
