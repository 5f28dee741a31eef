#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Encoding by a codec node in several streams: the camera or the node away for a while, a source that changes, segments; and a node too slow.
# Runs under: none
. "$(dirname "$0")/lib.sh"

# encode STATUS IO CAMERA-KEYS NODE-KEYS OPTIONS...: records 25 frames into s-*.mkv, with the report in r.json.
encode() {
	rm -f s-*.mkv
	run_status "$1" v4l2q capture -d "sim:size=320x240,format=YU12,fps=0$3" -c h264_v4l2 --codec-device "sim:type=encoder,size=320x240$4" \
		-o 's-%d.mkv' --json=r.json -n 25 --io="$2" --stall-timeout 5s "${@:5}"
	balanced r.json "$*"
}
summary='"\([.output[].frames] | join(" ")), \(.frames.lost.queue) \(.frames.lost.codec // 0) lost, \(.end)"'

for io in auto mmap; do
	encode 0 $io ,unplug=10,replug=50 ,fps=100 --on-disconnect=wait
	is "$(json r.json "$summary")" '10 10 5, 0 0 lost, count' "$io: the camera comes back, once a slow encoder has given what it had"
	is "$(grep -c 'frames are copied' err)" "$([ $io = auto ]; echo $?)" "$io: a copy is said once"
	encode 0 $io '' ,unplug=10,replug=50 --on-disconnect=wait
	like "$(json r.json "$summary")" '^10 10 5, 0 [0-9]+ lost, count' "$io: the encoder comes back"
	encode 0 $io ,unplug=10,replug=50 ,unplug=10,replug=50 --on-disconnect=wait
	like "$(json r.json "$summary")" '^10 10 5, 0 [0-9]+ lost, count' "$io: both go, and come back"
	encode 0 $io ,event=10:160x120 ,fps=100
	is "$(json r.json '"\(.source.changes) \(.output | length) \(.frames.written)"') $(probe s-1.mkv width)" '1 2 25 160' "$io: a source of another size"
	encode 0 $io ,event=10 ,fps=100
	is "$(json r.json "$summary") $(json r.json .source.interruptions)" '25, 0 0 lost, count 1' "$io: the source is interrupted"

	# Without FORCE_KEY_FRAME the encoder is drained for each segment.
	encode 0 $io '' ',fail=s_ctrl@*:EINVAL' --segment 5k
	is "$(for f in s-*.mkv; do ffprobe -v error -show_entries packet=flags -of csv=p=0 "$f" | grep -nc K; done | sort -u)" 1 \
		"$io: no key frames on demand: segments all the same"
	ok "$io: several" [ -e s-2.mkv ]

	# Too slow: the camera's driver always has a buffer.
	encode 0 $io '' ,fps=100 --max-buffers 12 --memory 1M
	is "$(json r.json '"\(.frames.written) \(.frames.lost.queue > 0) \(.frames.lost.driver) \(.end)"')" '25 true 0 count' "$io: too slow: lost by the queue"
	# Whose fault it is that no frame comes, where all of the camera's buffers are in the encoder.
	for keys in stall=10 hold=30; do
		encode 5 $io ,fps=100 ,$keys --max-buffers 12 --stall-timeout 300ms
		like "$(grep -v copied err)" '^v4l2q: sim: the encoder gave no frame for 0.3 s; it has [0-9]+, and [0-9]+ wait' "$io, $keys: the encoder is to blame"
	done
done

# A file that is slower than the node, and little memory: what the node gave is lost by the queue.
mkfifo slow
exec {both}<>slow
start capture -d sim:size=320x240,format=YUYV,fps=100 --convert-device sim:type=converter -f rawvideo -y -o slow --memory 1M --max-buffers 8 \
	--json=r.json --status status.json
has_lost() {
	[ "$(jq '.frames.lost.queue > 9' status.json)" = true ]
}
wait_until 30 has_lost
exec {reader}<slow {both}>&-
kill -INT "$pid"
cat <&$reader >seen
wait_for "$pid" 20
is "$? $(json r.json '"\(.frames.lost.queue > 9) \(.frames.lost.codec // 0) \(.end)"') $(stat -c %s seen)" "0 true 0 signal $((115200 * $(json r.json .frames.written)))" 'a slow file: lost by the queue, not by the node'
balanced r.json 'a slow file'

# Through a converter and the encoder behind it.
for node in converter encoder; do
	declare -A keys=([converter]='' [encoder]='') && keys[$node]=,unplug=10,replug=50
	encode 0 auto '' "${keys[encoder]}" --on-disconnect=wait --convert-device "sim:type=converter${keys[converter]}"
	like "$(json r.json "$summary")" '^10 10 5, 0 [0-9]+ lost, count' "a converter in front: the $node comes back"
done
encode 0 auto ,event=10:160x120 ,fps=100 --convert-device sim:type=converter --frame-log log
is "$(json r.json '"\(.source.changes) \(.output | length) \(.frames.written) \(.frames.copied)"') $(probe s-1.mkv width)" '1 2 25 0 160' 'a converter in front: a source of another size'
encode 0 auto '' ',fail=s_ctrl@*:EINVAL' --segment 5k --convert-device sim:type=converter
is "$(for f in s-*.mkv; do ffprobe -v error -show_entries packet=flags -of csv=p=0 "$f" | grep -nc K; done | sort -u) $(json r.json '"\(.frames.written) \(.frames.lost.codec // 0)"')" \
	'1 25 0' 'a converter in front: segments without key frames on demand'
ok 'a converter in front: several' [ -e s-2.mkv ]
encode 0 auto '' ,fps=40 --max-buffers 8 --memory 1M --convert-device sim:type=converter -n 40
is "$(json r.json '"\(.frames.written) \(.frames.lost.queue > 0) \(.frames.lost.driver) \(.frames.lost.codec // 0) \(.end)"')" '40 true 0 0 count' 'a converter in front: the encoder is too slow'
encode 5 auto ,fps=100 ,hold=30 --max-buffers 12 --stall-timeout 300ms --convert-device sim:type=converter
like "$(errors)" 'the encoder gave no frame for 0.3 s' 'a converter in front: it is held up by the encoder, which is to blame'

encode 5 auto '' ,unplug=10,replug=60000 --on-disconnect=wait=100ms
like "$(json r.json "$summary")" '^10, 0 [0-9]+ lost, disconnect' 'the encoder is away for too long'
done_testing
