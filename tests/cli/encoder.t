#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Encoding or converting by a node: the way into it, its options, the end of its stream, and its faults, with and without a copy.
# Runs under: asan
. "$(dirname "$0")/lib.sh"

size=320x240
camera=sim:size=$size,fps=0,format=YU12
node=sim:type=encoder,size=$size

# encode STATUS NODE-KEYS [OPTIONS...]: records into out.mkv, with the report in r.json.
out=out.mkv
encode() {
	local status=$1 keys=$2
	shift 2
	rm -f out.mkv
	run_status "$status" v4l2q capture -d "$camera" -c h264_v4l2 --codec-device "$node$keys" -y -o "$out" --json=r.json "$@"
	balanced r.json "encoder$keys"
}

# What each picture shows, after the codec has changed it.
shows() { # FILE FRAMES FIRST NAME
	is "$(ffmpeg -nostdin -v error -i "$1" -fps_mode passthrough -pix_fmt gray -f rawvideo - 2>ffmpeg.err | "$tools/frames" -m GREY $size)" \
		"frames=$2 first=$3 last=$(($3 + $2 - 1)) torn=0 missing=0 repeated=0 trailing=0" "$4: the pictures"
}

encode 0 '' -n 20 --frame-log log -vv
is "$(json r.json '"\(.frames.written) \(.frames.copied) \(.frames.zero_copy) \(.encoder.imported) \(.encoder.codec) \(.output[0].codec)"')" \
	'20 0 20 true h264_v4l2 h264' 'imported: no frame is copied'
is "$(jq -r '"\(.seq) \(.fate)"' log | sort -u | wc -l) $(jq -r .seq log | xargs)" "20 $(echo {0..19})" 'the log has the camera'\''s frames'
shows out.mkv 20 0 imported
ok 'no processor access to the shared memory' grep -qv DMA_BUF_IOCTL_SYNC err

encode 0 '' -n 20 --codec-opt bitrate=1M,gop=5,profile=high
is "$(json r.json '.encoder.controls | "\(.video_bitrate) \(.video_gop_size)"')" '1000000 5' 'options: the short names'
is "$(ffprobe -v error -show_entries packet=flags -of csv=p=0 out.mkv | grep -c K)" 4 'options: key frames'

# Frames behind a lost one are decoded from the next key frame on, which is asked for.
encode 0 ,empty=5 -n 20 --codec-opt gop=600
is "$(ffprobe -v error -show_entries packet=flags -of csv=p=0 out.mkv | grep -c K)" 2 'a key frame after a loss'
encode 0 ,empty=1 -n 20 --codec-opt gop=600
is "$(json r.json '.frames | .written == 20 and .skipped < 60')" true 'also where the first was lost'

# Where the layouts differ.
run_status 0 v4l2q capture -d sim:size=312x232,fps=0,format=NV12 -c h264_v4l2 --codec-device sim:type=encoder,align=64 -n 10 -y -o out.mkv --json=r.json
like "$(json r.json '"\(.encoder.imported) \(.frames.copied) \(.encoder.why)"')" 'false 10 the node pads the picture' 'padded: copied'
is "$(probe out.mkv width)x$(probe out.mkv height)" 312x232 'padded: what is visible is in the file'

# Another format, which the encoder lacks.
camera=sim:size=$size,fps=0,planes=2,format=NM12
encode 0 "" -n 10 -p NM12
is "$(json r.json '"\(.encoder.imported) \(.encoder.why)"')" 'false the formats differ' 'another format: converted'
shows out.mkv 10 0 'another format'
camera=sim:size=$size,fps=0,format=YU12

# A camera that compresses: libavcodec decodes into the encoder's memory.
for format in MJPG H264; do
	camera=sim:size=$size,fps=0,format=$format
	encode 0 '' -n 10 -p $format --frame-log log
	is "$(json r.json '"\(.encoder.imported) \(.encoder.why) \(.frames.written)"') $(jq -r .seq log | xargs)" \
		"false compressed frames are decoded 10 $(echo {0..9})" "a camera that gives $format: decoded"
	shows out.mkv 10 0 "a camera that gives $format"
done
run_status 4 v4l2q capture -q -d "sim:size=$size,format=MJPG" -p MJPG -c h264_v4l2 --codec-device "$node" --require-zero-copy -y -o refused.mkv
camera=sim:size=$size,fps=0,format=YU12

# The faults, each where the camera's memory is shared and where it is copied.
for io in auto mmap; do
	while IFS='|' read -r keys status frames lost end; do
		encode "$status" "$keys" -n 20 --stall-timeout 1s --io=$io
		is "$(json r.json '"\(.frames.written) \(.frames.lost.codec // 0) \(.encoder.imported) \(.end)"')" \
			"$frames $lost $([ $io = auto ] && echo true || echo false) $end" "$io, encoder$keys: the books"
		is "$(probe out.mkv nb_read_packets)" "$frames" "$io, encoder$keys: the file is playable"
	done <<-'END'
		,hold=3|0|20|0|count
		,commands=no|0|20|0|count
		,grant=2,create=no|0|20|0|count
		,import=EFAULT|0|20|0|count
		,error=7|0|20|3|count
		,empty=5|0|20|1|count
		,empty-ok=5|0|20|1|count
		,last=10|0|20|0|count
		,epipe=8|0|20|0|count
		,reorder|0|19|15|count
		,unplug=10|5|10|1|disconnect
		,stall=10|5|10|10|stall
	END
done

# A converter in place of the encoder: raw frames come out of it, as they went in.
convert() { # STATUS NODE-KEYS OPTIONS...
	run_status "$1" v4l2q capture -d "sim:size=$size,fps=0,format=YUYV" --convert-device "sim:type=converter$2" -n 20 -y -f rawvideo -o out.raw --json=r.json "${@:3}"
	balanced r.json "converter$2"
}
convert 0 '' --convert-pixelformat UYVY --require-zero-copy --frame-log log
is "$(json r.json '"\(.converter.from) \(.converter.to), \(.converter.relay), \(.frames.copied) \(.frames.zero_copy)"') $(jq -r .seq log | xargs)" \
	"YUYV UYVY, dmabuf, exported by sim, 0 20 $(echo {0..19})" 'a converter imports: no frame is copied'
is "$("$tools/frames" UYVY $size <out.raw)" 'frames=20 first=0 last=19 torn=0 missing=0 repeated=0 trailing=0' 'a converter: the pictures'
convert 0 '' --convert-size 160x120 --io mmap
is "$(json r.json '"\(.converter.to) \(.converter.relay) \(.frames.copied) \(.bytes.written)"')" "NV12 copy 20 $((20 * 160 * 120 * 3 / 2))" 'a converter: copied, counted, and another size'
while IFS='|' read -r keys status books; do
	convert "$status" "$keys" --stall-timeout 300ms
	is "$(json r.json '"\(.frames.written) \(.frames.lost.codec // 0) \(.end)"')" "$books" "a converter$keys: the books"
	is "$(stat -c %s out.raw)" $((${books%% *} * 115200)) "a converter$keys: the file"
done <<-'END'
	,reorder,hold=3|0|20 0 count
	,empty=5|0|20 1 count
	,unplug=10|5|10 1 disconnect
	,stall=10|5|10 10 stall
END
like "$(errors)" 'the converter gave no frame for 0.3 s' 'a converter that stands still: named'

# A converter and an encoder behind it, which takes its buffers as they are.
# through STATUS CONVERTER-KEYS ENCODER-KEYS [OPTIONS...]
through() {
	rm -f out.mkv
	run_status "$1" v4l2q capture -d "sim:size=$size,fps=0,format=${camera_format:-YUYV}" --convert-device "sim:type=converter$2" -c h264_v4l2 --codec-device "sim:type=encoder$3" \
		-n 20 -y -o out.mkv --json=r.json "${@:4}"
	balanced r.json "converter$2, encoder$3"
}
ways='"\(.converter.to), \(.converter.relay), \(.encoder.link), \(.frames.written) \(.frames.copied)"'
through 0 '' '' --require-zero-copy --frame-log log -vv
is "$(json r.json "$ways") $(jq -r .seq log | xargs)" "NV12, dmabuf, exported by sim, dmabuf, exported by sim, 20 0 $(echo {0..19})" 'through both: no frame is copied'
shows out.mkv 20 0 'through both'
ok 'through both: no processor access to the shared memory' grep -qv DMA_BUF_IOCTL_SYNC err
for keys in ',stride=400|' '|,stride=448'; do
	through 0 "${keys%|*}" "${keys#*|}"
	is "$(json r.json '"\(.encoder.link), \(.frames.written) \(.frames.copied), \(.encoder.why | test("rows of"))"')" 'copy, 20 20, true' \
		"through both, with other strides ($keys): copied by rows"
	shows out.mkv 20 0 "through both, with other strides ($keys)"
done
camera_format=MJPG through 0 '' ,import=EFAULT -p MJPG --convert-size 160x120 --convert-pixelformat YU12
is "$(json r.json "$ways") $(json r.json .converter.relay_why) $(probe out.mkv width)" 'YU12, copy, dmabuf, exported by sim, 20 0 compressed frames are decoded 160' \
	'decoded, then scaled into memory of the encoder'
like "$(sed -n '/^converter/,/^output/p' err | xargs)" '^converter sim: NV12 into YU12; from the device: copy \(compressed .* encoder sim \(sim\): h264_v4l2; frames: dmabuf, exported by sim \(' 'both are in the text'
run_status 4 v4l2q capture -q -d "sim:size=$size,format=YUYV" -n 2 --convert-device sim:type=converter,caps=mmap -c h264_v4l2 --codec-device sim:type=encoder,caps=mmap --require-zero-copy -y -o refused.mkv
like "$(errors)" '--require-zero-copy: frames get into sim only by a copy: ' 'a copy between the two: refused'
while IFS='|' read -r converter encoder status books blamed; do
	through "$status" "$converter" "$encoder" --stall-timeout 500ms
	is "$(json r.json '"\(.frames.written) \(.frames.lost.codec // 0) \(.end)"') $(probe out.mkv nb_read_packets)" "$books ${books%% *}" "converter$converter, encoder$encoder: the books and the file"
	[ -z "$blamed" ] || like "$(errors)" "the $blamed gave no frame" "converter$converter, encoder$encoder: which of the two"
done <<-'END'
	,reorder,hold=3|,hold=3,commands=no|0|20 0 count
	,empty=5|,empty-ok=5,create=no,grant=2|0|20 2 count
	,last=10,caps=mmap|,last=5,caps=mmap|0|20 0 count
	,unplug=10||5|10 1 disconnect
	|,unplug=10|5|10 1 disconnect
	,stall=10||5|10 10 stall|converter
	|,stall=10|5|10 10 stall|encoder
END

# What is copied or converted on the way into a node is refused.
for keys in "$camera|--io mmap -c h264_v4l2 --codec-device $node|copy" "sim:planes=2,format=NM12,size=$size|-p NM12 -c h264_v4l2 --codec-device $node|conversion" \
	"$camera|--io mmap --convert-device sim:type=converter|copy"; do
	IFS='|' read -r from options what <<<"$keys"
	read -ra more <<<"$options"
	run_status 4 v4l2q capture -q -d "$from" -n 2 --require-zero-copy -y -o refused.nut "${more[@]}"
	like "$(errors)" "--require-zero-copy: frames get into sim only by a $what: " "$options: refused"
done

# Segments begin with key frames that are asked for.
out='s-%d.mkv' encode 0 '' -n 30 --codec-opt gop=600 --segment 5k
ok 'segments: several' [ "$(json r.json '.output | length')" -gt 1 ]
is "$(for f in s-*.mkv; do ffprobe -v error -show_entries packet=flags -of csv=p=0 "$f" | head -n 1; done | cut -c 1 | sort -u)" K \
	'segments: each begins with a key frame'

# Bad input.
run_status 2 v4l2q capture -d "$camera" -c h265_v4l2 -y -o out.mkv
one_clear_line "unknown codec 'h265_v4l2': expected one of .*hevc_v4l2" 'an unknown codec'
run_status 2 v4l2q capture -d "$camera" -c libx264 --codec-device "$node" -y -o out.mkv
one_clear_line '--codec-device needs --codec' 'a node without its codec'
run_status 3 v4l2q capture -d "$camera" -c vp8_v4l2 --codec-device sim -y -o out.mkv
run_status 3 v4l2q capture -d "$camera" --convert-device "$node" -y -o out.mkv
one_clear_line 'needs a converter of raw frames, and this is an encoder' 'an encoder as converter'
run_status 2 v4l2q capture -d "$camera" --convert-size 64x48 -y -o out.mkv
run_status 3 v4l2q capture -d "$camera" -c h264_v4l2 --codec-device sim:type=converter --convert-device sim:type=converter -y -o out.mkv
one_clear_line 'this node does not encode h264_v4l2: it is a converter' 'a converter as encoder, behind another'
run_status 4 v4l2q capture -d "$camera" --convert-device sim:type=converter --convert-pixelformat H264 -y -o out.mkv
one_clear_line 'the converter cannot output H264' 'a converter that is to encode'
run_status 4 v4l2q capture -d "$camera" -c h264_v4l2 --codec-device "$node" --codec-opt speed=1 -y -o out.mkv
one_clear_line "unknown control 'speed'" 'an unknown option'
done_testing
