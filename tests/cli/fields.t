#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The two fields of a frame, wherever the device puts them: whole frames in the file, which says which field is first, and books that
# balance. The picture is one whose lines show their field.
# Runs under: none
. "$(dirname "$0")/lib.sh"

n=5

woven_numbers() { # FILE FOURCC WxH: as picture_numbers()
	ffmpeg -nostdin -v error -i "$1" -map 0:v -fps_mode passthrough -f rawvideo - 2>/dev/null | "$tools/frames" -i "$2" "$3"
}

record() { # KEYS FILE OPTIONS...
	local keys=$1 file=$2
	shift 2
	run_status 0 v4l2q capture -y -d "sim:fps=0,$keys" -n $n -o "$file" --json=r.json "$@"
	balanced r.json "$keys"
}

while read -r field size order; do
	record "field=$field,size=$size" o.mkv
	is "$(woven_numbers o.mkv YUYV "336x${order#* }")" "$(all_frames $n)" "$field: whole frames, each line in its place"
	is "$(probe o.mkv height,field_order | tac | paste -sd ' ')" "$order" "$field: the order of the fields, and the lines"
	is "$(jq -r .format.field r.json)" "$field" "$field: the report has it"
	is "$(grep -c warning err)" 0 "$field: no warning"
done <<END
interlaced 336x240 tt 240
interlaced 336x480 bb 480
interlaced-tb 336x480 tt 480
interlaced-bt 336x240 bb 240
seq-tb 336x480 tt 480
seq-bt 336x240 bb 240
alternate 336x120 tt 240
alternate 336x240 bb 480
END

# Other formats, encoders and io.
for format in NV12 YU12 GREY NM12,planes=2; do
	record "field=alternate,size=336x120,format=$format" o.nut
	fourcc=${format%,*}
	is "$(woven_numbers o.nut "${fourcc/NM12/NV12}" 336x240)" "$(all_frames $n)" "$format: whole frames"
	ok "$format: each was copied once" jq -e '.frames.copied == .frames.written and .bytes.copied == .bytes.captured' r.json
done
record field=alternate,size=336x240 o.mkv -c libx264 --codec-opt qp=0
is "$(woven_numbers o.mkv 422P 336x480 | sed 's/torn=.* m/m/')" 'frames=5 first=0 last=4 missing=0 repeated=0 trailing=0' 'encoded: in order'
is "$(probe o.mkv field_order)" bb 'encoded: as interlaced'
record field=alternate,size=336x120,caps=rw o.mkv
is "$(woven_numbers o.mkv YUYV 336x240)" "$(all_frames $n)" 'read(), which does not tell top from bottom'
record field=alternate,size=336x120,pixel-aspect=1/1,crop=336x240 o.mkv
is "$(probe o.mkv sample_aspect_ratio)" 1:1 'the shape of a pixel is that of the frame'

# A field that is lost, by the driver or as a damaged one: the other one's lines are there twice, which is said once and counted.
for fault in drop error; do
	record "field=alternate,size=336x120,$fault=3" o.mkv --frame-log log
	is "$(jq -c '[.frames.captured, .frames.missing_fields]' r.json)" '[5,3]' "$fault: frames of one field are counted"
	is "$(grep -c 'frame 1 has only its bottom field: its lines are doubled' err) $(grep -c warning err)" '1 1' "$fault: and said once"
	is "$(jq -r .field log | paste -sd ' ')" 'alternate bottom top alternate bottom' "$fault: the frame log has a line a frame"
done
ffmpeg -nostdin -v error -i o.mkv -frames:v 3 -fps_mode passthrough -f rawvideo -pix_fmt gray o.gray 2>/dev/null
line() { # FRAME LINE: its last byte, in hexadecimal
	tail -c +$((336 * (240 * $1 + $2 + 1))) o.gray | head -c 1 | xxd -p
}
is "$(line 0 100) $(line 0 101)" "$(line 2 100) $(line 1 100)" 'a frame of two fields has the lines of both'
is "$(line 1 100) $(line 2 100)" "$(line 1 101) $(line 2 101)" 'one of a single field has each line twice'
run_status 1 v4l2q capture -y -d sim:fps=0,field=alternate,size=336x120,error=3 --bad-frames=fail -o o.mkv -t 20
like "$(cat err)" 'frame 1 is damaged' 'a damaged field is a damaged frame, where those fail'

# A run that ends between two fields has whole frames.
record field=alternate,size=336x120,epipe=5 o.mkv -n 9
is "$(jq -c '[.frames.captured, .frames.written, .frames.skipped, .frames.missing_fields]' r.json)" '[3,2,1,null]' \
	'a last frame without its second field is left out'

# What cannot be woven is named.
record field=alternate,size=336x120,format=MJPG o.mkv
like "$(cat err)" 'warning: .*top and bottom fields in turn.*each is a picture in the file' 'compressed fields: said'
is "$(jq -c '[.frames.captured, .frames.second_fields, .frames.repeated, .frames.lost.driver]' r.json)" '[5,2,null,0]' \
	'compressed fields: two share a number, which is no fault'
is "$(probe o.mkv height,field_order | paste -sd ' ')" '120 tt' 'compressed fields: the order is in the file'
record field=bottom,size=336x120 o.mkv
like "$(cat err)" 'warning: .*the bottom field of each frame alone' 'one field of each frame: said'
is "$(probe o.mkv field_order)" progressive 'one field of each frame: its lines are of one time'

done_testing
