#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# --pre-roll: what is kept, what triggers, and that no frame is missing or double where the two meet.
# Runs under: tsan
. "$(dirname "$0")/lib.sh"

size=320x240

written_log() { # the numbers of the frames that the log says are written
	jq -r 'select(.fate == "written") | .seq' log
}

# The pictures in the file are all those that the log has from the first to the last, the pre-roll among them, and times begin at 0.
joined() { # FILE NAME
	local first last torn missing repeated ms lost
	if [[ $1 == *.nut ]]; then
		read -r _ first last torn missing repeated _ < <(picture_numbers "$1" YUYV $size)
	else
		read -r _ first last torn missing repeated _ < <(ffmpeg -nostdin -v error -i "$1" -fps_mode passthrough -pix_fmt gray \
			-f rawvideo - 2>ffmpeg.err | "$tools/frames" -m GREY $size)
	fi
	read -r lost ms < <(jq -sr --argjson first "${first#*=}" --argjson last "${last#*=}" 'map(select(.seq >= $first and .seq <= $last)) |
		"\(map(.lost // 0) | add) \((.[-1].ts_ns - .[0].ts_ns) / 1000000 | floor)"' log)
	is "$torn $missing $repeated" "torn=0 missing=$lost repeated=0" "$2: each frame, once"
	ok "$2: those before the trigger" [ "${first#*=}" -gt 0 -a "$ms" -ge 100 ]
	is "$(ffprobe -v error -show_entries packet=pts_time -of csv=p=0 "$1" | sort -n | head -1 | cut -c 1-4)" 0.00 "$2: times begin at 0"
}

triggered() { # NAME DEVICE [OPTIONS...]: two files
	local name=$1 device=$2
	shift 2
	run_status 0 v4l2q capture -q -d "sim:size=$size,fps=200,usr1=60+110,$device" --no-confine -n 160 --pre-roll 100ms --post-roll 20ms \
		-o "${name/./-%d.}" -y --json=r.json --frame-log log "$@"
	is "$(json r.json '[.output[].path] | join(" ")')" "${name/./-0.} ${name/./-1.}" "$name: a file for each trigger"
	balanced r.json "$name"
	is "$(written_log | sort -un | wc -l) $(written_log | wc -l)" "$(json r.json '.frames.written | "\(.) \(.)"')" "$name: nothing twice"
	joined "${name/./-1.}" "$name, the second"
}

triggered raw.nut format=YUYV
joined raw-0.nut 'raw.nut, the first'
done_under tsan
# A disk that holds up the file until both triggers have come.
prompt=("${program[@]}")
program=(env "LD_PRELOAD=$build/tests/preload/failing_disk.so" 'FAIL_DISK=write@2:1000 late-' "${prompt[@]}")
triggered late.nut format=YUYV
program=("${prompt[@]}")
triggered node.mkv format=YU12 -c h264_v4l2 --codec-device sim:type=encoder,size=$size --codec-opt gop=10
triggered h264.mkv format=H264,gop=10
triggered x264.mp4 format=YUYV -c libx264 --codec-opt g=10,preset=ultrafast,bf=2
triggered mpeg4.avi format=YU12 -c mpeg4 --codec-opt g=10,qmax=2

# Lines in a FIFO: names, which become part of the file's, and the end. It is there while the program is.
touch ev-0-old.nut ev-0-old.log
start capture -d sim:size=64x48,fps=100 --pre-roll 50ms --trigger ctl -o 'ev-%d.nut' --frame-log 'ev-%d.log' --keep 2 --json=r.json
wait_until 30 test -p ctl
printf 'stop\nhello  you\n%0200d\nstart door \n' 0 >ctl
wait_until 30 has_bytes ev-0-door.nut 30000
printf 'start ignored\nstop\n' >ctl
printf 'start a/b\n' >ctl
wait_until 30 has_bytes ev-1.nut 30000
kill -TERM $pid
wait_for $pid 30
is "$? $(json r.json '[.output[].path] | join(" ")') $(compgen -G ctl)" '0 ev-0-door.nut ev-1.nut ' 'FIFO: files and their names'
is "$(grep -c "ctl: 'hello ...' is not understood: expected start, start NAME or stop" err)" 1 'FIFO: other words'
is "$(grep -c "ctl: a line of more than 127 characters" err)" 1 'FIFO: a long line'
is "$(grep -c "ctl: 'a/b' cannot be part of a file name" err)" 1 'FIFO: a name that is none'
balanced r.json FIFO
is "$(echo ev-*)" 'ev-0-door.log ev-0-door.nut ev-1.log ev-1.nut' 'FIFO: --keep removes what an earlier trigger has named'

# A file that is there: at once, all of it, and its segments.
sim=sim:size=64x48,fps=0
touch go
run_status 0 v4l2q capture -q -d $sim -n 30 --pre-roll 1s --trigger-file go -o 'f%d.nut' --segment 64k --json=r.json
is "$(json r.json '"\(.frames.written) \(.frames.not_triggered) \(.output | length)"') $(compgen -G go)" '30 null 3 ' \
	'--trigger-file: removed, and all is written, in segments'
touch go
run_status 0 v4l2q capture -q -d $sim -n 99 --pre-roll 1s --trigger-file go -o 'm%d.nut' --max-size 64k --json=r.json
is "$(json r.json '"\(.frames.written) \(.end)"')" '10 size' '--max-size: of what is written'
balanced r.json '--max-size'
run_status 1 v4l2q capture -q -d $sim,usr1=25 --no-confine -n 99 --pre-roll 10s -o 'k%d.nut' --max-size 64k --json=r.json
is "$(json r.json '"\(.frames.written) \(.end)"') $(compgen -G 'k*')" '0 size ' '--max-size: no file that begins beyond it'

# Without a trigger.
run_status 1 v4l2q capture -d $sim -n 50 --pre-roll 10ms -o 'n%d.nut' --json=r.json --frame-log log
is "$(json r.json '"\(.frames.written) \(.frames.not_triggered) \(.output | length) \(.bytes.written)"') $(wc -c <log)" '0 50 0 0 0' 'no trigger: nothing'
like "$(cat err)" 'no frame was recorded: 50 came from the device, 50 for which no trigger came' 'no trigger: which is said'
is "$(compgen -G 'n*.nut')" '' 'no trigger: no file'

# An unplugged device: what is kept of before is dropped, or written where a trigger came.
unplug=sim:size=64x48,fps=60,unplug=20
run_status 0 v4l2q capture -q -d $unplug,usr1=20 --no-confine -n 50 --pre-roll 10s -o 'w%d.nut' --on-disconnect=wait --json=r.json
is "$(json r.json '[.output[].frames] | join(" ")')" '20 20 10' 'unplugged as the trigger comes: all is written, and it goes on'
run_status 1 v4l2q capture -q -d $unplug -n 50 -c ffv1 --pre-roll 10s -o 'v%d.mkv' --on-disconnect=wait --json=r.json
is "$(json r.json '"\(.frames.not_triggered) \(.output | length)"')" '50 0' 'unplugged before: nothing is written'
touch go
run_status 0 v4l2q capture -q -d sim:size=320x240,fps=0,event=20:160x120 -n 50 --pre-roll 1s --trigger-file go -o 's%d.nut' --json=r.json
is "$(json r.json '[.output[].frames] | "\(length) \(add)"')" '2 50' 'another video source: goes on in the next file'

# What cannot be.
refused() { # STATUS REGEX OPTIONS...
	local status=$1 regex=$2
	shift 2
	run_status "$status" v4l2q capture -d sim:size=1920x1080,format=YUYV,fps=60 "$@" -n 1
	one_clear_line "$regex" "$*"
}
refused 2 '^v4l2q: --pre-roll 10s of 1920x1080 YUYV at 60 fps takes 2.3 GiB, and three quarters of --memory 1.0 GiB are 768.0 MiB: give it --memory 3175M,' \
	--pre-roll 10 --memory 1G -o 'r%d.nut'
refused 2 '--post-roll needs --pre-roll' --post-roll 10 -o 'r%d.nut'
refused 2 '--pre-roll writes several files: put %d or strftime fields' --pre-roll 10 -o r.nut
for name in - 'x%03d.png' x-%H.jpg; do
	refused 2 "--pre-roll needs files that each are a recording, which '$name' is not" --pre-roll 10 -o "$name"
done
refused 2 '--pre-roll keeps a copy of each frame: leave --require-zero-copy out' --pre-roll 1 --require-zero-copy -o 'r%d.nut'
touch r0.nut
refused 2 '--trigger: r0.nut is not a FIFO: name a FIFO' --pre-roll 1 --trigger r0.nut -o 'q%d.nut'
refused 6 '--trigger-file: no/go: the file is removed when it appears, which its folder does not permit: No such file' --pre-roll 1 --trigger-file no/go -o 'q%d.nut'
refused 6 '^v4l2q: r0.nut: exists: use -y' --pre-roll 100ms -o 'r%d.nut'

done_testing
