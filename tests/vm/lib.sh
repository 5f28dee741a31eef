# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# What the tests in the emulated machine share, on the host's side.
#
# A test (x.t) boots each kernel once with its job (x.job), which only records and keeps what came of it; everything is judged
# here, where ffprobe starts in no time. The job's folder holds, for each recording NAME: NAME.status, NAME.json (the report),
# NAME.frames (the frame log), NAME.err (the trace), NAME.ms (how long it ran) and the file itself.
set -u

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
build=${BUILD:-$root/build}
# shellcheck disable=SC2034 # the tests go through them
read -ra kernels <<<"${V4L2Q_KERNELS:-6.12 6.1}"
n_tests=0 n_failed=0 kernel='' job=''
. "$root/tests/warm/loaded.sh"

# V4L2Q_KEEP=FOLDER keeps the jobs' folders there, and takes those that are there already for this run's.
work=${V4L2Q_KEEP:-$(mktemp -d)}
mkdir -p "$work"
[ -n "${V4L2Q_KEEP-}" ] || trap 'rm -rf "$work"' EXIT

# ok WHAT COMMAND...: one test, passed when the command is true, which it returns.
ok() {
	local what=$1
	shift
	n_tests=$((n_tests + 1))
	if "$@"; then
		echo "ok $n_tests - $kernel: $what"
		return 0
	else
		n_failed=$((n_failed + 1))
		echo "not ok $n_tests - $kernel: $what"
		echo "# failed: $*" >&2
		return 1
	fi
}

# is WHAT GOT WANTED
is() {
	ok "$1" [ "$2" = "$3" ]
}

# between NUMBER LEAST MOST
between() {
	[ "$1" -ge "$2" ] && [ "$1" -le "$3" ]
}

done_testing() {
	echo "1..$n_tests"
	[ "$n_failed" = 0 ]
}

# boot KERNEL JOB [RUN-VM-OPTION]...: sets $kernel and $job for what follows; false when the machine or the job failed.
boot() {
	local script=$here/$2.job
	kernel=$1 job=$work/$1-$2
	shift 2
	[ ! -e "$job/.status" ] || return 0
	cp "$build/v4l2q" "$work/v4l2q.real"
	cp "$build/tests/warm" "$work/v4l2q"
	"$root/scripts/run-vm" -v -j "$job" -f "$work/v4l2q.real" -f "$work/v4l2q" -f "$build/tests/warm.so" \
		-f "$here/guest.sh" -t 450 "$@" "$kernel" "$script" "$kernel" >"$work/console" 2>&1
	set -- $?
	[ "$1" = 0 ] || sed 's/^/# /' "$work/console" >&2
	return "$1"
}

# report NAME FILTER: what the report says.
report() {
	jq -r "$2" "$job/$1.json" 2>/dev/null
}

status() {
	cat "$job/$1.status" 2>/dev/null
}

says() {
	grep -qEe "$2" "$job/$1.err"
}

# calls NAME: the trace without what came before and after it, one call a line, without the device's name.
calls() {
	grep -oE ': (VIDIOC_[A-Z_]+|mmap|munmap|close|open|poll|read) ?.*' "$job/$1.err" | cut -c3-
}

# How many calls of a kind the trace holds.
count_calls() {
	calls "$1" | grep -cE "^$2( |$)"
}

# calls_end_with NAME REGEX: their names, those in a row folded into one.
calls_end_with() {
	calls "$1" | cut -d' ' -f1 | uniq | paste -sd' ' | grep -qE " $2\$"
}

# For calls_end_with: how a device is left as it was found.
# shellcheck disable=SC2034 # for the tests
put_back='(VIDIOC_[GS]_[A-Z_]+ )'

# frames NAME FILTER: a sum over the frame log, given as one array.
frames() {
	jq -rs "$2" "$job/$1.frames" 2>/dev/null
}

# The two equations of the report, and the frame log's own count of the same things.
books_balance() {
	jq -e --slurpfile log "$job/$1.frames" '.frames |
		.captured == .written + .lost.error + .lost.queue + .lost.writer + (.lost.codec // 0) + (.skipped // 0) and
		.lost.driver == ($log | map(.lost // 0) | add // 0) and
		.written == ($log | map(select(.fate == "written")) | length)' "$job/$1.json" >/dev/null 2>&1
}

# Gaps as the sequence numbers themselves show them, not as the program counted them.
sequence_gaps() {
	frames "$1" '[.[] | select(.seq != null and .bytes > 0) | .seq] | [.[1:], .[:-1]] | transpose |
		map(if .[0] > .[1] then .[0] - .[1] - 1 else 0 end) | add // 0'
}

# probe NAME: "codec,width,height,pix_fmt,packets", as a player sees the file.
probe() {
	ffprobe -v error -count_packets -select_streams v:0 -of csv=p=0 \
		-show_entries stream=codec_name,width,height,pix_fmt,nb_read_packets "$(recording "$1")" 2>&1
}

recording() {
	find "$job" -maxdepth 1 \( -name "$1.nut" -o -name "$1.mkv" -o -name "$1.avi" -o -name "$1.mov" -o -name "$1.mjpeg" \) |
		head -n 1
}

# The MD5 of each decoded frame; decoding errors go to $work/decode.
frame_hashes() {
	ffmpeg -v error -i "$(recording "$1")" -fps_mode passthrough -f framemd5 - 2>"$work/decode" | grep -v '^#' | awk '{ print $NF }'
}

decodes_cleanly() {
	[ "$(frame_hashes "$1" | wc -l)" = "$2" ] && [ ! -s "$work/decode" ]
}

# timestamps_hold NAME [KEY APART_NS STEP_NS]: the file's timestamps against the frame log's KEY, both from the first frame on.
# Against the driver's (ts_ns) they are never further apart than 2 ms, as Matroska's are whole milliseconds. Frames that come in a
# bunch may be a step apart each, where the container's times have to differ.
timestamps_hold() {
	paste <(ffprobe -v error -select_streams v:0 -show_entries packet=pts_time -of csv=p=0 "$(recording "$1")" | tr -d ,) \
		<(jq -r "select(.fate == \"written\") | .${2:-ts_ns}" "$job/$1.frames") |
		awk -v limit="${3:-2e6}" -v step="${4:-1e6}" 'NR == 1 { file = $1; driver = $2 }
			{ apart = ($1 - file) * 1e9 - ($2 - driver); latest = $2 - driver > latest + step || NR == 1 ? $2 - driver : latest + step }
			NF != 2 || apart < -limit || ($1 - file) * 1e9 > latest + limit { print "# line " NR ": " $0 >"/dev/stderr"; bad = 1 }
			END { exit bad || NR == 0 }'
}

# recorded NAME FRAMES CODEC,WIDTH,HEIGHT,PIX_FMT: a run that ended well, and its file.
recorded() {
	local written container io
	read -r written container io < <(report "$1" '"\(.frames.written) \(.output[0].container) \(.io)"')
	is "$1: exit status 0" "$(status "$1")" 0
	is "$1: wrote $2 frames" "$written" "$2"
	ok "$1: the books balance" books_balance "$1"
	is "$1: the file is $3 with $2 frames" "$(probe "$1")" "$3,$2"
	ok "$1: every frame decodes" decodes_cleanly "$1" "$2"
	if [ "$container" = avi ]; then
		# AVI counts in frames, and two of them cannot have the same number.
		ok "$1: timestamps are within two frames of the driver's" timestamps_hold "$1" ts_ns 67e6 33.4e6
	elif [ "$io" = rw ]; then
		# read() has no timestamps: the time of reading is all there is.
		ok "$1: timestamps are within a frame of the reading" timestamps_hold "$1" dequeue_ns 33e6
	else
		ok "$1: timestamps are the driver's" timestamps_hold "$1"
	fi
}
