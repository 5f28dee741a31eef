#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Compressed streams as encoders in cameras make them: joined between key frames, key frames not marked, parameter sets once.
# Runs under: none
. "$(dirname "$0")/lib.sh"

size=320x240
sim=sim:size=$size,fps=0,key-flags=no,headers=first

# record FILE FORMAT KEYS [OPTIONS...]
record() {
	local file=$1 format=$2 keys=$3
	shift 3
	run_status 0 v4l2q capture -q -d "$sim,format=$format,$keys" -y -o "$file" --json=r.json "$@"
	balanced r.json "$format, $file"
}

# What each picture shows, after a codec may have changed it.
shows() { # FILE FRAMES FIRST NAME
	is "$(ffmpeg -nostdin -v error -i "$1" -fps_mode passthrough -pix_fmt gray -f rawvideo - 2>ffmpeg.err | "$tools/frames" -m GREY $size)" \
		"frames=$2 first=$3 last=$(($3 + $2 - 1)) torn=0 missing=0 repeated=0 trailing=0" "$4: the pictures"
	# Which is about times in files that have none.
	is "$(grep -v 'non monotonically\|message repeated' ffmpeg.err)" '' "$4: no decoder complains"
}

for format in H264 HEVC MPG4 MPG2 VP80 VP90; do
	record "$format.mkv" $format gop=10,join=4 -n 25
	is "$(json r.json '.frames | "\(.written) \(.skipped) \(.before_key) \(.lost.writer)"')" '25 7 7 0' \
		"$format: what comes before the first key frame is skipped, and does not count"
	shows $format.mkv 25 7 "$format, joined in its middle"
done

# Each segment begins with a key frame and its parameter sets.
for part in H264:mkv HEVC:mp4 MPG4:mkv MPG2:ts H264:ts; do
	format=${part%:*} name=$format-%d.${part#*:}
	record "$name" "$format" gop=5 -n 15 --segment 1k
	is "$(json r.json '[.output[].frames] | join(" ")')" '5 5 5' "$name: a segment for each key frame"
	shows "$(json r.json '.output[1].path')" 5 5 "$name, the second segment"
done

# --skip leaves out the only parameter sets, which all that comes later needs.
for name in w.y4m w.h264 w.ts w.mkv; do
	record $name H264 gop=10 --skip 8 -n 19
	is "$(json r.json '.frames | "\(.written) \(.skipped) \(.before_key)"')" '19 10 2' "--skip, $name: from the first key frame on"
	shows $name 19 10 "--skip, $name"
done

# Frames that cannot be decoded are lost, and not those around them: decoders have several in work, also at the end.
for codec in ffv1 libx264; do
	run_status 7 v4l2q capture -d sim:size=$size,fps=0,format=MJPG,short=4:40,short=18:40 -n 20 -c $codec -y -o torn.mkv --json=r.json --max-drops 1 \
		--frame-log log
	is "$(json r.json '.frames | "\(.written) \(.lost.codec) \(.lost.writer)"')" '18 2 0' "torn JPEGs, $codec: lost, with the cause"
	is "$(probe torn.mkv nb_read_packets)" 18 "torn JPEGs, $codec: the file has the others"
	is "$(jq -r .seq log | xargs) $(jq -r 'select(.fate == "codec") | .seq' log | xargs)" "$(echo {0..19}) 3 17" \
		"torn JPEGs, $codec: the log says which, in order"
	like "$(cat err)" '2 damaged so that they could not be decoded' "torn JPEGs, $codec: the report says so"
	balanced r.json "torn JPEGs, $codec"
done

# Where the decoder says nothing of it, or later.
run_status 0 v4l2q capture -q -d $sim,format=H264,short=18:5 -n 20 -c libx264 -y -o torn.mkv --json=r.json --frame-log log
is "$(json r.json '.frames | "\(.written) \(.lost.codec)"') $(jq -r 'select(.fate == "codec") | .seq' log | xargs)" '19 1 17' \
	'a torn H.264 frame: lost, and the log says which'

# A frame without a NAL unit is a packet without data to muxers, and no packet to those who read the file.
for name in H264:n.mkv HEVC:n.mp4 H264:n.ts; do
	run_status 0 v4l2q capture -q -d $sim,format=${name%:*},short=4:3,short=6:4 -n 12 -y -o ${name#*:} --json=r.json --frame-log log \
		--bad-frames=keep
	is "$(json r.json '.frames | "\(.written) \(.lost.error)"') $(probe ${name#*:} nb_read_packets | head -1)" '12 2 12' "$name, no NAL unit: lost"
	is "$(jq -r 'select(.fate == "error") | .seq' log | xargs)" '3 5' "$name, no NAL unit: the log says which"
done

# JPEGs as some cameras deliver them, made whole where each is a file of its own; the bytes of others are not touched.
markers() { # FILE CODE: how many times the marker occurs
	od -An -v -tx1 "$1" | tr -d '\n' | grep -o "ff $2" | wc -l
}
jpeg=$sim,format=MJPG,jpeg
run_status 0 v4l2q capture -q -d $jpeg=no-dht+padding+two-soi -n 2 -o 'bad%d.jpg' --json=r.json
run_status 0 v4l2q capture -q -d $sim,format=MJPG -n 2 -o 'good%d.jpg'
is "$(markers bad2.jpg c4) $(markers bad2.jpg d8) $(markers bad2.jpg d9)" '1 1 1' 'a still JPEG: tables, one start, one end'
is "$(tail -c 2 bad2.jpg | od -An -tx1)" ' ff d9' 'a still JPEG: nothing after its end'
shows bad2.jpg 1 1 'a still JPEG'
ok 'a still JPEG that is whole is left as it is' cmp good1.jpg <(v4l2q capture -q -d $sim,format=MJPG -n 1 -f rawvideo -o -)
run_status 0 v4l2q capture -q -d $jpeg=padding+two-soi -n 1 -o untouched.raw
is "$(head -c 4 untouched.raw | od -An -tx1) $(tail -c 4 untouched.raw | od -An -tx1)" ' ff d8 ff d8  00 00 ff d9' 'other files: the bytes of the camera'
run_status 1 v4l2q capture -q -d $sim,format=H264,gop=99,join=2,last=20 -o none.mkv --json=r.json
one_clear_line 'no frame was recorded: 20 came from the device, 20 before the first key frame' 'a stream without a key frame'
ok 'a stream without a key frame: no file is left' [ ! -e none.mkv ]

done_testing
