#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What play is given: standard input, files that are damaged or none at all, playlists, and what a user may get wrong.
# shellcheck disable=SC2154 # clips.sh sets them
. "$(dirname "$0")/lib.sh"
. "$root/tests/cli/clips.sh"

make_clips
display=sim:type=output,fps=0

# wrong STATUS REGEX OPTIONS...: what `v4l2q play OPTIONS` must come to: that status, and one clear line.
wrong() {
	local status=$1 regex=$2
	shift 2
	run_status "$status" v4l2q play -q --speed 0 "$@"
	is "$(wc -l <err)" 1 "$*: one line"
	like "$(cat err)" "$regex" "$*: a clear one"
	is "$(wc -c <out)" 0 "$*: nothing on standard output"
}

# --- usage ---
wrong 2 '--frobnicate' -d $display --frobnicate clip420.nut
wrong 2 'surplus' -d $display clip420.nut surplus
wrong 2 'sideways' -d $display --fit sideways clip420.nut
wrong 2 'fast' -d $display --speed fast clip420.nut
wrong 2 "'twice' for --loop" -d $display --loop=twice clip420.nut
wrong 2 'nosuch' -d $display -c nosuch clip420.nut
wrong 2 '--start is past the end' -d $display --start 1h clip420.nut
wrong 2 'buffer' -d $display --max-buffers 1 clip420.nut
wrong 2 'teleport' -d $display --io=teleport clip420.nut
wrong 2 'colour|color' -d sim:type=output,colour=blue clip420.nut

# --- the device ---
wrong 3 '/dev/video97' -d 97 clip420.nut
wrong 3 'capture' -d sim clip420.nut
wrong 3 'busy|another' -d $display,busy clip420.nut
wrong 3 'userptr' -d $display,caps=mmap --io=userptr clip420.nut
if [ -e /dev/video0 ]; then
	skip 'no device at all' 'this machine has one'
else
	wrong 3 '-d sim' clip420.nut
fi

# --- what the device refuses ---
wrong 4 '640x480' -d $display,size=320x240,adjust=size -s 640x480 clip420.nut
wrong 4 'NV12' -d $display,adjust=format -p NV12 clip420.nut
wrong 4 '60' -d sim:type=output,fps=30,adjust=fps -r 60 clip420.nut
wrong 4 'fit' -d $display,size=640x480,adjust=size --fit none clip420.nut
wrong 2 'ffv1' -d $display -c copy ffv1.mkv
run_status 0 v4l2q play -q --speed 0 -d $display,size=640x480,adjust=size -s 320x240 --adjust clip420.nut

# --- the file: a bad one costs no device ---
wrong 6 'nowhere.mp4' -d $display nowhere.mp4
wrong 6 'directory' -d $display .
seq 1000 >text
wrong 6 'text' -d $display text
: >empty.mkv
for empty in empty.mkv empty.h264 empty.mp4 empty.txt; do
	: >$empty
	wrong 6 "$empty: the file is empty" -d $display $empty
done
cp "$root/README.md" text.txt
wrong 6 'text.txt: is text' -d $display text.txt
sed 's/avc1/zzzz/g; s/avcC/zzzC/g' h264.mp4 >unknown.mp4
wrong 6 'unknown.mp4: .*zzzz' -d $display unknown.mp4
ffmpeg -nostdin -v error -y -f lavfi -i sine=duration=1 sound.wav
wrong 6 'video' -d $display sound.wav
wrong 6 'nowhere' -d $display --json=nowhere/r.json clip420.nut
run_status 6 v4l2q play -d $display -vv nowhere.mp4
unlike "$(cat err)" 'VIDIOC|: open ' 'a file that is not there: no device is touched'

# --- containers that open others ---
printf '#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nh264.mp4\n' >list.m3u8
printf 'ffconcat version 1.0\nfile h264.mp4\n' >list.ffconcat
printf 'v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n' >list.sdp
for list in list.m3u8 list.ffconcat list.sdp; do
	wrong 6 "$list.*--allow-playlists" -d $display $list
	v4l2q play -q -d $display - <$list >out 2>err
	is $? 6 "$list on standard input: status 6"
	is "$(wc -l <err)" 1 "$list on standard input: one line"
done
play fps=0 --speed 0 -q --allow-playlists list.ffconcat
is "$(json r.json .frames.played)" "$clip_frames" '--allow-playlists lets it through'

# --- files that end too early or are spoilt: all that can be shown, then status 6 ---
for file in clip420.nut ffv1.mkv h264.mp4 mjpeg.avi; do
	head -c $(($(stat -c %s $file) * 6 / 10)) $file >cut.${file#*.}
	rm -f dump.raw r.json
	run_status 6 v4l2q play -q --speed 0 -d $display,dump=dump.raw --json=r.json cut.${file#*.}
	ok "$file, cut short: said so" grep -q "cut.${file#*.}" err
	[ $file != h264.mp4 ] || continue # its index is at the end
	is "$(json r.json .end)" read-error "$file, cut short: the end says so"
	make_reference $file yuv420p
	whole=$(($(json r.json .frames.played) * 320 * 240 * 3 / 2))
	ok "$file, cut short: half of it and more was shown" [ "$(json r.json .frames.played)" -ge $((clip_frames / 2)) ]
	ok "$file, cut short: as it is" cmp -n $((whole - 320 * 240 * 3 / 2)) dump.raw "$reference"
done

# --- standard input ---
rm -f dump.raw
v4l2q play -q --speed 0 -d $display,dump=dump.raw <clip420.nut >out 2>err
is $? 0 'without FILE: standard input'
make_reference clip420.nut yuv420p
ok 'and all of it' cmp dump.raw "$reference"
# Its index is at the end, farther than the reader looks ahead.
encode large.mp4 -c:v mpeg4 -q:v 1 -vf scale=1280:960 -frames:v 8
dd if=large.mp4 status=none | v4l2q play -q --speed 0 -d $display - >out 2>err
is $? 6 'an mp4 whose index comes last, from a pipe: status 6'
like "$(cat err)" 'index.* by name' 'an mp4 whose index comes last, from a pipe: what to do'
dd if=h264.mp4 status=none | v4l2q play -q --speed 0 -d $display --json=r.json - >out 2>err
like $? '^[06]$' 'a pipe that cannot be wound'
v4l2q capture -q -d sim:size=320x240,fps=60,format=NV12 -n 40 -o - 2>capture.err |
	v4l2q play -q -d sim:type=output,dump=dump.raw --json=r.json - >out 2>err
is "${PIPESTATUS[*]}" '0 0' 'capture -o - | play: both end well'
is "$(json r.json '.frames | .read')" 40 'capture -o - | play: all frames come through'
is "$("$tools/frames" NV12 320x240 <dump.raw | sed -E 's/.*torn=([0-9]*) .*repeated=([0-9]*).*/\1 \2/')" '0 0' \
	'capture -o - | play: none torn, none twice'
# Without times: as they arrive, or at the rate given.
encode bare.mjpeg -c:v mjpeg -frames:v 8 # 0.3 s at the rate that libavformat assumes
mkfifo slow
{
	head -c 100000 bare.mjpeg
	while [ ! -e more ]; do sleep 0.05; done
	tail -c +100001 bare.mjpeg
} >slow &
v4l2q play -q -d sim:type=output,fps=0 --json=r.json - <slow >out 2>err &
pid=$!
touch more
wait $pid
is "$(json r.json '"\(.frames.played) \(.frames.dropped) \(.input.fps)"')" '8 0 null' 'bare Motion-JPEG from a pipe: all frames, and no rate'
v4l2q play -q -d $display -r 20 --json=r.json - <bare.mjpeg >out 2>err
is "$(json r.json .input.fps)" 20/1 'bare Motion-JPEG at a rate of ones own'

# Raw frames without a header.
ffmpeg -nostdin -v error -y -i clip420.nut -pix_fmt yuyv422 -f rawvideo -frames:v 6 frames.raw
play fps=0 --speed 0 -q -f rawvideo -s $clip_size -p YUYV -r 15 frames.raw
ok 'raw frames: all of them' cmp dump.raw frames.raw
is "$(json r.json .input.fps)" 15/1 'raw frames: at their rate'
rm dump.raw
v4l2q play -q -d $display,dump=dump.raw -f rawvideo -s $clip_size -p YUYV - <frames.raw >out 2>err
ok 'raw frames from a pipe' cmp dump.raw frames.raw
for given in '' '-f rawvideo' "-f rawvideo -s $clip_size"; do
	# shellcheck disable=SC2086 # options
	wrong 6 '-f rawvideo.*-s.*-p' -d $display $given frames.raw
done
wrong 2 'MJPG' -d $display -f rawvideo -s $clip_size -p MJPG frames.raw

if command -v script >/dev/null && script -qec true /dev/null >/dev/null 2>&1 </dev/null; then
	for file in '' -; do
		printf '%q ' "${program[@]}" play -q -d $display $file >run.sh
		script -qec "sh ./run.sh" typescript >/dev/null </dev/null
		is $? 2 "play $file from a terminal: status 2"
		like "$(cat typescript)" 'terminal' "play $file from a terminal: said so"
	done
else
	skip 'standard input is a terminal' 'no script(1) here'
fi

# --- signals ---
for run in 'mmap INT' 'userptr TERM' 'dmabuf INT' 'rw TERM'; do
	read -r io signal <<<"$run"
	start play -d sim:type=output --io="$io" --loop --speed 0.2 --json=r.json -vv h264.mp4
	wait_until 20 has_traced 4
	interrupt "$signal" "$io, SIG$signal"
	is "$(json r.json .end)" signal "$io, SIG$signal: the report says so"
	check_trace "$io, SIG$signal"
done

# Whatever it waits for: the first bytes of a pipe, more of them, or a device that takes no more.
mkfifo fifo
sleep 1000 >fifo &
writer=$!
for given in nothing something; do
	"${program[@]}" play -d sim:type=output --json=r.json - <fifo >out 2>err &
	pid=$!
	wait_until 20 catches "$pid" TERM
	[ $given = nothing ] || head -c 1000000 clip420.nut >fifo # which is far more than a pipe holds
	wait_until 20 waits "$pid"
	kill -TERM "$pid"
	wait_for "$pid" 20
	is $? 0 "a pipe that brought $given: status 0"
done
kill $writer
# The device is gone with the last frame but one that it gives back.
wanted_status=5 play "fps=0,unplug=$((clip_frames - 1))" --speed 0 -q --hold clip420.nut
is "$(json r.json .end)" disconnect '--hold: the device is missed'
start play -d sim:type=output,stall=5 --json=r.json -vv clip420.nut
wait_until 20 has_traced 4
interrupt INT 'a device that takes no more'
is "$(json r.json .end)" signal 'a device that takes no more: that is what ended it'
check_trace 'a device that takes no more'

done_testing
