# SPDX-License-Identifier: LGPL-2.1-or-later
# What the shell tests share: TAP, running v4l2q, looking at what it made.
# shellcheck shell=bash
#
# Each test runs in an empty folder of its own. BUILD names the build to test; SLOW stretches time limits where the program runs
# under a sanitizer or valgrind; WRAPPER is put before the program's name.
set -u
export LC_ALL=C.UTF-8
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$(realpath -m "${BUILD:-$root/build}")
tools=$build/tests/tools
SLOW=${SLOW:-1}
KIND=${KIND:-}
limit=$((60 * (SLOW < 5 ? SLOW : 5))) # seconds: longer than that is a hang
read -ra wrapper <<<"${WRAPPER:-}"
program=("${wrapper[@]}" "$build/v4l2q")

. "$root/tests/warm/loaded.sh"

if [ ! -x "$build/v4l2q" ] && [ "${needs_program:-yes}" = yes ]; then
	echo "Bail out! There is no $build/v4l2q: make tests BUILD=$build"
	exit 1
fi

n_tests=0
n_failed=0
folder=$(mktemp -d "${TMPDIR:-/tmp}/v4l2q-test.XXXXXX")
cd "$folder" || exit 1

finish() {
	local status=$?
	cd / && rm -rf "$folder"
	if [ "$status" -ne 0 ]; then
		echo "Bail out! $0 ended early with status $status"
	fi
}
trap finish EXIT

# --- TAP ---

# Prints what is on standard input as a diagnostic, where prove lets it through.
note() {
	head -n 40 | sed "s/^/# /" >&2
}

result() { # STATUS NAME
	n_tests=$((n_tests + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n_tests - $2"
		return 0
	fi
	n_failed=$((n_failed + 1))
	echo "not ok $n_tests - $2"
	return 1
}

# ok NAME COMMAND...: the command succeeds. What it says is shown when it does not.
ok() {
	local name=$1
	shift
	if "$@" >"$folder/ok.out" 2>&1; then
		result 0 "$name"
	else
		result 1 "$name"
		note <"$folder/ok.out"
	fi
}

is() { # GOT WANTED NAME
	if [ "$1" = "$2" ]; then
		result 0 "$3"
	else
		result 1 "$3"
		printf 'got:    %s\nwanted: %s\n' "$1" "$2" | note
	fi
}

like() { # TEXT REGEX NAME
	if [[ $1 =~ $2 ]]; then
		result 0 "$3"
	else
		result 1 "$3"
		printf 'got:    %s\nwanted: %s\n' "$1" "$2" | note
	fi
}

unlike() { # TEXT REGEX NAME
	if [[ ! $1 =~ $2 ]]; then
		result 0 "$3"
	else
		result 1 "$3"
		printf 'got:      %s\nunwanted: %s\n' "$1" "$2" | note
	fi
}

skip() { # NAME WHY
	n_tests=$((n_tests + 1))
	echo "ok $n_tests - $1 # SKIP $2"
}

skip_all() { # WHY
	echo "1..0 # SKIP $1"
	exit 0
}

done_testing() {
	echo "1..$n_tests"
	[ "$n_failed" -eq 0 ] || exit 0 # prove counts them
}

# done_under TOOL: what follows shows that tool nothing new.
done_under() {
	[ "$KIND" != "$1" ] || { done_testing && exit; }
}

# --- running v4l2q ---

# With a limit that is only there to end a hang; to be used as a command by the helpers below.
v4l2q() {
	timeout --foreground -k 5 "$limit" "${warm[@]}" "${program[@]}" "$@"
}

# run_status STATUS COMMAND...: the exit status is that. Standard output is left in ./out, standard error in ./err.
run_status() {
	local wanted=$1 got
	shift
	"$@" >out 2>err </dev/null
	got=$?
	if [ "$got" -eq "$wanted" ]; then
		result 0 "status $wanted: $*"
	else
		result 1 "status $wanted: $*"
		{
			echo "status $got"
			tail -n 20 err
		} | note
		return 1
	fi
}

# Lines of ./err that are errors, where nothing is said but those and warnings; a sanitizer says more.
errors() {
	grep -a '^v4l2q: ' err | grep -av '^v4l2q: warning: '
}

one_clear_line() { # REGEX NAME
	local text
	text=$(errors)
	is "$(grep -c . <<<"$text")" 1 "$2: one line"
	like "$text" "$1" "$2: a clear one"
}

# use_io IO SRC: sets $io_options, for the io mode, with memory from SRC where it imports.
use_io() {
	io_options=(--io="$1")
	[ "$1" != dmabuf-import ] || io_options+=(--import-from "$2")
}

# What grew in the background: started PID-true, so that a signal reaches the program itself, and once.
start() { # COMMAND... ; sets $pid; output to ./out, ./err
	"${program[@]}" "$@" >out 2>err </dev/null &
	# shellcheck disable=SC2034 # for the caller
	pid=$!
}

now_ms() {
	date +%s%3N
}

# Waits until the command holds, at most SECONDS (stretched by SLOW).
wait_until() { # SECONDS COMMAND...
	local deadline=$(($(now_ms) + $1 * 1000 * SLOW))
	shift
	until "$@" 2>/dev/null; do
		[ "$(now_ms)" -lt $deadline ] || return 1
		sleep 0.05
	done
}

ended() { # PID: it is gone, or waits only to be waited for
	! kill -0 "$1" 2>/dev/null || grep -q '^State:[[:space:]]Z' "/proc/$1/status"
}

# Waits for a background process; its status, or 124 after SECONDS, having killed it.
wait_for() { # PID SECONDS
	if ! wait_until "$2" ended "$1"; then
		kill -KILL "$1" 2>/dev/null
		wait "$1" 2>/dev/null
		return 124
	fi
	wait "$1"
}

# Whether the program holds so many bytes in the file: the run is under way.
has_bytes() { # FILE BYTES
	[ "$(stat -c %s "$1" 2>/dev/null || echo 0)" -ge "$2" ]
}

# Whether a process has a handler for the signal.
catches() { # PID SIGNAL
	local mask
	mask=$(awk '/^SigCgt:/ { print $2 }' "/proc/$1/status")
	[ $((0x${mask:-0} >> ($(kill -l "$2") - 1) & 1)) -eq 1 ]
}

# Whether a process's first thread waits for something.
waits() { # PID
	grep -q '^State:[[:space:]]S' "/proc/$1/status"
}

# How many frames the trace in ./err shows to have passed between the program and the device.
frames_traced() {
	grep -aEc '(VIDIOC_DQBUF.* = 0|: (read|write) .* = [1-9][0-9]*)$' err
}

has_traced() { # N
	[ "$(frames_traced)" -ge "$1" ]
}

# interrupt SIGNAL NAME: the process $pid, which is traced in ./err, takes the signal, ends with status 0, and no more frames pass than
# the one at hand and the next. (So that the thread which takes the signal has time to tell the other: let frames come slowly.)
interrupt() {
	local before
	kill -STOP "$pid"
	wait_until 20 grep -q '^State:[[:space:]]T' "/proc/$pid/status"
	before=$(frames_traced)
	kill "-$1" "$pid"
	kill -CONT "$pid"
	wait_for "$pid" 20
	is $? 0 "$2: status 0"
	ok "$2: it ends within two frames" [ "$(frames_traced)" -le $((before + 2)) ]
}

# --- looking at what it made ---

json() { # FILE FILTER
	jq -r "$2" "$1"
}

# A jq filter: the frames of a report as text where they do not add up, nothing where they do.
# shellcheck disable=SC2034 # for the caller
unbalanced='.frames | if .captured == .written + .lost.error + .lost.queue + .lost.writer + (.lost.codec // 0) + (.skipped // 0) then "" else tostring end'

# captured = written + what was lost on the way + what was to be skipped.
balanced() { # REPORT NAME
	is "$(jq -r "$unbalanced" "$1")" '' "$2: the counts add up"
}

# The io modes in which buffers are queued, shared out: a test that runs under AddressSanitizer too shows there those whose memory is
# the program's own or another device's. To threads they are all alike.
streaming_modes() {
	case $KIND in
	'') echo mmap dmabuf ;;
	tsan) echo mmap ;;
	*) echo userptr dmabuf-import ;;
	esac
}

# "frames first last torn missing repeated" of a file that holds the simulated device's picture.
picture_numbers() { # FILE FOURCC WxH [FFMPEG INPUT OPTIONS...]
	local file=$1 fourcc=$2 size=$3
	shift 3
	ffmpeg -nostdin -v error "$@" -i "$file" -map 0:v -fps_mode passthrough -f rawvideo - 2>ffmpeg.err |
		"$tools/frames" "$fourcc" "$size"
}

all_frames() { # N: what the tool says when frames 0..N-1 are there, whole
	echo "frames=$1 first=0 last=$(($1 - 1)) torn=0 missing=0 repeated=0 trailing=0"
}

# The file's first video stream, one value a name: "nb_read_packets", "width", "pix_fmt", "codec_name"…
probe() { # FILE NAME
	ffprobe -v error -count_packets -select_streams v:0 -show_entries "stream=$2" -of default=nw=1:nk=1 "$1"
}

opens() { # FILE: a player opens it and finds at least a frame
	[ "$(probe "$1" nb_read_packets)" -gt 0 ]
}

# check_trace NAME [OPTIONS...]: the trace in ./err breaks no rule.
check_trace() {
	local name=$1
	shift
	ok "$name: the calls keep the rules" "$root/tests/cli/trace-check" "$@" err
}
