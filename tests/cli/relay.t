#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A capture device straight to an output: the way and the format that are chosen, every frame to the byte, and each end of the run.
# Runs under: none
. "$(dirname "$0")/lib.sh"

# relay STATUS OUTPUT-KEYS SOURCE-KEYS [OPTIONS...]
relay() {
	local status=$1 output=$2 source=$3
	shift 3
	rm -f dump.raw r.json
	run_status "$status" v4l2q play -d "sim:type=output,dump=dump.raw,size=320x240,$output" --json=r.json "$@" "sim:size=320x240,$source"
}

shown() { # FOURCC SIZE N NAME
	like "$("$tools/frames" "$1" "$2" <dump.raw)" "^frames=$3 .* torn=0 .*repeated=0 trailing=0" "$4: the frames, whole and in order"
}

# pictures_of FILE OTHER BYTES: each picture of the one is in the other, in order.
pictures_of() {
	cmp -s <(split -b "$3" --filter=md5sum "$1") <(split -b "$3" --filter=md5sum "$2" | grep -xF -f <(split -b "$3" --filter=md5sum "$1"))
}

# --- the ways; a busy machine may be late, and a frame be dropped for a newer one ---
ways() {
	while IFS='|' read -r output source options way; do
		read -ra more <<<"$options"
		relay 0 "fps=0,$output" "fps=30,drift=5000,$source" -n 12 "${more[@]}"
		is "$(json r.json .relay)" "$way" "$output, $source $options: the way"
		copied=0
		[[ $way != copy ]] || copied=12
		is "$(json r.json '"\(.frames.read - .frames.dropped) \(.frames.played) \(.frames.copied) \(.end)"')" "12 12 $copied count" "$way: counted"
		shown YUYV 320x240 12 "$way, $output, $source"
	done
}
ways <<-'EOF'
	|||dmabuf, exported by sim
	caps=mmap|||dmabuf, exported by sim
	|fail=expbuf@*:EINVAL||dmabuf, exported by sim
	caps=mmap+userptr|caps=mmap+userptr||userptr
	caps=mmap|caps=mmap||copy
	||--from-io mmap --io userptr|copy
	caps=rw|caps=rw||copy
	adjust=fps,fps=60,drift=-5000,own-times||--import-from sim:size=320x240|dmabuf, memory from sim:size=320x240
EOF
ok "the camera's clock is fast: so many ppm" jq -e '.input.rate | .drift_ppm > 4500 and .drift_ppm < 5500 and .drift_error_ppm < 300' r.json
like "$(cat out err | tr -s '\n ' ' ')" 'its clock is .* ppm fast' '… in words'
ok "the display's is slow" jq -e '.fps | .drift_ppm < -4500 and .drift_ppm > -5500 and .drift_error_ppm < 300' r.json

# --- one format, before any conversion ---
meets() { # OUTPUT-KEYS SOURCE-KEYS WANTED NAME [OPTIONS...]
	local output=$1 source=$2 wanted=$3 name=$4
	shift 4
	relay 0 "fps=0,$output" "$source" -n 2 -q "$@"
	is "$(json r.json '[.input.format, .format | "\(.pixelformat) \(.width)x\(.height)"] | join(" to ")')" "$wanted" "$name"
}
meets '' 'size=64x48' 'YUYV 64x48 to YUYV 64x48' "the source's size and format"
meets 'format=NV12,adjust=format' '' 'NV12 320x240 to NV12 320x240' 'the format that both have'
meets 'adjust=size' 'size=640x480' 'YUYV 320x240 to YUYV 320x240' 'the size that both have'
meets '' '' 'NV12 320x240 to NV12 320x240' "the output's wish" -p NV12
meets '' '' 'UYVY 64x48 to UYVY 64x48' "the source's" --from-pixelformat UYVY --from-size 64x48
meets 'format=NV12,adjust=format+size' 'size=64x48,adjust=format+size' 'YUYV 64x48 to NV12 320x240' 'neither: converted'
is "$(json r.json .relay)" 'conversion, YUYV 64x48 to NV12 320x240' 'neither: said'
is "$(json r.json '"\(.frames.copied) \(.frames.zero_copy) \(.bytes.copied)"')" '2 0 230400' 'neither: counted'
meets 'stride=1024' '' 'YUYV 320x240 to YUYV 320x240' 'rows of another length'
like "$(json r.json .relay_why)" 'rows of 640 bytes in 1 plane.s., there of 1024' 'rows of another length: said'
meets '' 'format=MJPG' 'MJPG 320x240 to MJPG 320x240' 'a compressed format that both have'
meets 'adjust=size' 'format=MJPG,adjust=format,size=640x480' 'MJPG 320x240 to MJPG 320x240' 'a compressed one, in the size that both have'
meets 'format=NV12,adjust=format' 'format=MJPG' 'NV12 320x240 to NV12 320x240' 'a raw format, before one that has to be decoded'
meets 'format=VYUY,adjust=format+size,size=64x48' 'format=MJPG' 'VYUY 64x48 to VYUY 64x48' '… and the size'

# --- what is only compressed is decoded; a camera that has a raw format as well is in tests/unit/test_relay_format.c ---
decode() { # STATUS OUTPUT-KEYS SOURCE-KEYS [OPTIONS...]
	relay "$1" "fps=0,adjust=format,$2" "fps=100,adjust=format,$3" "${@:4}"
}
all_counted='.frames | .read == .played + .dropped + (.lost.codec // 0)'
for format in MJPG H264; do
	decode 0 format=NV12 format=$format -n 8
	is "$(json r.json '"\(.relay); \(.relay_why)"')" "conversion, $format 320x240 to NV12 320x240; the capture device has no raw format" "$format: said"
	is "$(json r.json '"\(.frames.copied) \(.frames.zero_copy) \(.bytes.copied == 8 * 115200) \(.latency_us.min > 0)"')" '8 0 true true' "$format: counted"
	like "$("$tools/frames" -m NV12 320x240 <dump.raw)" '^frames=8 .* torn=0 .*repeated=0 trailing=0' "$format: the pictures, in order"
	ok "$format: all are counted" jq -e "$all_counted" r.json
done
# A camera that is never late, of whose pictures many are dropped for newer ones, which in H.264 depend on them.
for formats in MJPG:NV12 MJPG:YU12 H264:NV12; do
	camera=size=64x48,format=${formats%:*},fps=0 format=${formats#*:}
	run_status 0 v4l2q capture -q -d "sim:$camera" -n 150 -y -o camera.nut
	run_status 0 v4l2q play -q --speed 0 -d "sim:type=output,dump=dump.raw,size=64x48,fps=0,format=$format,adjust=format" camera.nut
	mv dump.raw played.raw
	decode 0 "format=$format,size=64x48" "$camera,jpeg=no-dht+padding+two-soi" -n 6 -q
	ok "$formats: each is what play makes of it, to the byte" pictures_of dump.raw played.raw 4608
	is "$(json r.json '.frames | .dropped > 3 * .played') $(json r.json "$all_counted")" 'true true' "$formats: of those that are there the newest is decoded"
done
decode 4 format=NV12 format=MJPG --require-zero-copy
like "$(errors)" '--require-zero-copy: from sim to sim there is only a conversion, MJPG .*no raw format' 'refused where nothing may be converted'
decode 0 format=NV12,size=160x120,adjust=size+format format=MJPG,adjust=size+format -n 2 -q
is "$(json r.json .relay)" 'conversion, MJPG 320x240 to NV12 160x120' 'decoded and scaled'
relay 0 fps=0,size=160x120,adjust=size format=MJPG,adjust=format+size -n 2 -q
is "$(json r.json .relay)" 'conversion, MJPG 320x240 to YUYV 160x120' 'what both have in another size each'
decode 0 format=NV12 "format=MJPG$(printf ',short=%s' {1..8})" -n 8
is "$(json r.json '"\(.frames.lost.codec > 0) \(.frames.played)"') $(grep -c 'warning: a frame cannot be decoded and is dropped: ' err)" 'true 8 1' 'half JPEGs: skipped, counted, said once'
like "$(tr -s '\n ' ' ' <err)" '[1-9][0-9]* that could not be decoded' '… in words'
ok '… and not dropped' jq -e "$all_counted" r.json
like "$("$tools/frames" -m NV12 320x240 <dump.raw)" '^frames=8 first=([89]|[1-9][0-9]+) .* torn=0 ' '… and not shown'
decode 0 format=NV12 format=MJPG,event=4:160x120 -n 8
is "$(json r.json '"\(.source.changes) \(.input.format.width) \(.format.width)"')" '1 160 160' 'another source: decoded in its size'
decode 5 format=NV12 format=MJPG,unplug=5
is "$(json r.json .end) $(json r.json "$all_counted")" 'disconnect true' 'the source unplugged'
decode 5 format=NV12,unplug=5 format=MJPG
is "$(json r.json .end) $(json r.json "$all_counted")" 'disconnect true' 'the output unplugged'
decode 0 format=NV12 format=MJPG -n 6 -r 10
is "$(json r.json '.frames | .dropped > 0') $(json r.json "$all_counted")" 'true true' 'a slow output: frames are dropped, and counted'

# --- nothing copied, or nothing at all ---
relay 0 '' 'fps=30' -n 2 --require-zero-copy
for keys in 'caps=mmap|caps=mmap' 'adjust=size+format,format=NV12|adjust=size+format,size=64x48'; do
	relay 4 "${keys%|*}" "${keys#*|}" --require-zero-copy
	like "$(errors)" '--require-zero-copy: from sim to sim there is only a (copy|conversion.*): ' "$keys: refused"
	is "$(stat -c %s dump.raw 2>/dev/null || echo 0)" 0 "$keys: before the first frame"
done

# --- a converter between the two ---
through() { # STATUS OUTPUT-KEYS NODE-KEYS SOURCE-KEYS [OPTIONS...]
	relay "$1" "fps=0,format=UYVY,adjust=format,$2" "fps=50,format=YUYV,adjust=format,$4" --convert-device "sim:type=converter,$3" "${@:5}"
}
through 0 '' '' '' -n 8 --require-zero-copy
is "$(json r.json '"\(.converter.from) \(.converter.to), \(.converter.relay), \(.relay), \(.frames.copied) \(.frames.played == .frames.zero_copy)"')" \
	'YUYV UYVY, dmabuf, exported by sim, dmabuf, exported by sim, 0 true' 'a converter: nothing is copied'
shown UYVY 320x240 8 'a converter'
through 0 caps=mmap caps=mmap caps=mmap -n 8
is "$(json r.json '"\(.converter.relay) \(.relay) \(.frames.copied) \(.frames.zero_copy) \(.bytes.copied >= 8 * (153600 + 153600))"')" 'copy copy 8 0 true' 'a converter: frames that are copied twice count once'
shown UYVY 320x240 8 'a converter that shares nothing'
through 4 '' '' caps=mmap,fail=expbuf@*:EINVAL -n 8 --require-zero-copy
one_clear_line '--require-zero-copy: from sim to sim there is only a copy: ' 'a converter that shares nothing: refused'
for keys in unplug=5 fail=output.qbuf@5:ENODEV; do
	through 5 '' $keys ''
	is "$(errors | grep -c 'device is gone') $(json r.json '"\(.end) \(.frames.read == .frames.played + .frames.dropped)"')" '1 disconnect true' "the converter is gone, $keys: said once, and all counted"
done
through 5 '' stall=5 '' --stall-timeout 300ms
like "$(errors)" 'the converter gave no frame for 0.3 s, and has [1-9]' 'the converter stands still'
through 0 '' '' last=7
is "$(json r.json '"\(.end) \(.frames.played + .frames.dropped)"')" 'eos 7' 'the source ends: what the converter has is shown'
through 4 adjust=size+format,size=160x240 '' '' -n 2
like "$(errors)" 'the converter would stretch 320x240 to 160x240, which --fit does not ask for: use --fit scale' 'a converter has no bars'
through 0 adjust=size+format,size=160x240 '' '' -n 2 --fit scale
is "$(json r.json '"\(.input.format.width) \(.format.width)"')" '320 160' 'a converter that is to stretch'
relay 3 '' '' --convert-device sim:type=decoder
one_clear_line 'needs a converter of raw frames, and this is a decoder' 'no converter'

# --- the output is slower: the newest frame wins, nothing waits behind it ---
relay 0 '' 'fps=50' -n 6 -r 5
is "$(json r.json '.frames | "\(.dropped > 0) \(.read == .played + .dropped)"')" 'true true' 'a slow output: frames are dropped, and counted'
like "$("$tools/frames" YUYV 320x240 <dump.raw)" '^frames=6 .* torn=0 missing=[1-9][0-9]* repeated=0' 'a slow output: fewer, newer, in order'

relay 0 'fps=0' 'fps=1,latency=-9000' -n 2
ok 'timestamps ahead of the clock, by seconds: the latency is not known' jq -e '.timestamps.ahead >= 1 and (.latency_us.min // 1) > 0' r.json
like "$(cat err)" 'of [12] frames not known: their timestamps were ahead of the clock' 'which is said'

# --- the ends ---
for keys in unplug=5 fail=qbuf@5:ENODEV; do
	relay 5 fps=0,$keys 'fps=50'
	is "$(json r.json '"\(.end) \(.frames.read == .frames.played + .frames.dropped)"')" 'disconnect true' "the output is gone, $keys: all counted"
done
relay 5 'fps=0' 'fps=50,unplug=5'
is "$(json r.json '"\(.end) \(.frames.read) \(.frames.played + .frames.dropped)"')" 'disconnect 5 5' 'the source unplugged'
relay 5 'fps=0' 'fps=50,stall=5' --stall-timeout 300ms
like "$(errors)" 'no frame for 0.3 s: the device has stopped delivering' 'the source stands still'
relay 5 'stall=3' 'fps=50' --stall-timeout 300ms
like "$(errors)" 'the device takes no more frames' 'the output stands still'
relay 0 'fps=0' 'fps=50,last=5'
is "$(json r.json '"\(.end) \(.frames.played + .frames.dropped)"')" 'eos 5' 'the source ends'
relay 0 'fps=0' 'fps=50' -t 200ms
is "$(json r.json .end)" duration 'after a time'
relay 0 'fps=0' 'fps=50,error=3' -n 6
is "$(json r.json '"\(.frames.lost.error >= 2) \(.frames.played)"')" 'true 6' 'damaged frames are not shown'
relay 0 'fps=0' 'fps=50,event=5:160x120' -n 8
is "$(json r.json '"\(.source.changes) \(.input.format.width) \(.format.width)"')" '1 160 160' 'another source: both are set up anew'
for keys in '|caps=rw' 'caps=rw|caps=mmap' 'caps=rw|caps=rw'; do
	run_status 0 v4l2q play -d "sim:type=output,size=320x240,fps=0,${keys%|*}" -n 8 --json=r.json "sim:node=source,size=320x240,fps=50,event=5:160x120,${keys#*|}"
	is "$(json r.json '"\(.source.changes) \(.input.format.width) \(.format.width)"')" '1 160 160' "another source, $keys: opened anew after read() and write()"
done
relay 2 '' '' --loop
one_clear_line '--loop is for files, and sim:.* is a capture device' 'an option for files'
start play -d sim:type=output,size=64x48 --json=r.json sim:size=64x48,fps=20 -vv
wait_until 20 has_traced 20
kill -INT "$pid"
wait_for "$pid" 20
is $? 0 'SIGINT: status 0'
is "$(json r.json .end)" signal 'SIGINT: reported'

# --- calls to the devices, a frame: two polls, two DQBUF, two QBUF ---
run_status 0 v4l2q play -d sim:type=output,size=64x48,fps=0 -n 40 sim:size=64x48,fps=50 -vv --json=r.json
calls=$(grep -acE ': (poll|VIDIOC_(QBUF|DQBUF|DQEVENT|EXPBUF)) ' err)
frames=$(json r.json .frames.read) # those that were dropped, too
ok "at most 8 calls a frame ($calls for $frames, with those of the start)" [ "$calls" -le $((8 * frames + 20)) ]

done_testing
