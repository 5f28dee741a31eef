#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# --format-opt: the options of the container's muxer, and those of the protocol of a URL.
# Runs under: none
. "$(dirname "$0")/lib.sh"

size=320x240
sim=sim:size=$size,fps=0

# The boxes of an mp4 file, in their order.
boxes() {
	ffprobe -v trace "$1" 2>&1 | grep -oE "type:'(moov|mdat|moof)' parent:'root'" | cut -d"'" -f2 | uniq | paste -sd' '
}

run_status 0 v4l2q capture -q -d $sim -n 5 -c mpeg4 -o front.mp4 --format-opt movflags=+faststart
is "$(boxes front.mp4)" 'moov mdat' 'movflags=+faststart: the index is in front'
is "$(probe front.mp4 nb_read_packets)" 5 'movflags=+faststart: all frames'
run_status 0 v4l2q capture -q -d $sim -n 5 -c mpeg4 -y -o front.mp4 --faststart
is "$(boxes front.mp4)" 'moov mdat' '--faststart: the same'
run_status 2 v4l2q capture -q -d $sim -n 5 -o front.nut --faststart
one_clear_line 'faststart is for mp4 and mov' '--faststart: not of others'
v4l2q capture -q -d $sim -n 5 -c mpeg4 -f mp4 -o - --format-opt movflags=+skip_sidx | cat >piped.mp4
is "$(probe piped.mp4 nb_read_packets)" 5 'to a pipe: a flag more, beside those that a pipe needs'
like "$(boxes piped.mp4)" 'moov moof' 'to a pipe: in fragments'
run_status 0 v4l2q capture -q -d $sim -n 5 -c mpeg4 -o t.mp4 --format-opt video_track_timescale=30000
is "$(probe t.mp4 time_base)" 1/30000 'what the program sets itself is overridden'
run_status 0 v4l2q capture -q -d $sim,format=H264 -n 5 -o two.ts --format-opt mpegts_service_id=7 --format-opt mpegts_transport_stream_id=9
is "$(ffprobe -v error -show_entries program=program_id -of default=nw=1:nk=1 two.ts | head -n 1)" 7 'given twice: both count'
run_status 0 v4l2q capture -q -d $sim -n 2 -o 'still%d.png' --format-opt start_number=7
is "$(echo still*)" 'still7.png still8.png' 'pictures: start_number'
run_status 0 v4l2q capture -q -d $sim -n 9 --segment 1M -o 'part%d.mkv' --format-opt write_crc32=1
for part in part0.mkv part1.mkv; do
	ok "segments: $part has checksums" env LC_ALL=C grep -qaP '\x1f\x43\xb6\x75[\s\S]{1,8}?\xbf\x84' $part
done

# The protocol's options, of which nobody needs to listen.
run_status 0 v4l2q capture -q -d $sim,format=H264 -n 5 -o udp://127.0.0.1:9 --format-opt pkt_size=1316,mpegts_service_id=5

# --- wrong ones ---
echo precious >kept.mkv
echo precious >kept.mp4
wrong() { # REGEX FILE OPTIONS
	run_status 2 v4l2q capture -q -d "$sim${4:-}" -n 5 -y -o "$2" --format-opt "$3"
	one_clear_line "$1" "$3"
}
wrong "^v4l2q: matroska: has no option 'nosuch': 'ffmpeg -h muxer=matroska' lists them$" kept.mkv nosuch=1
wrong "has no option 'nosuch'" kept.mkv write_crc32=1,nosuch=1
wrong "has no option 'movflags'" kept.mkv movflags=+faststart
wrong "has no option 'probesize'" kept.mkv probesize=5000 # a demuxer's
wrong "has no option 'nosuch'" kept.mkv nosuch=1 ,format=H264 # whose header waits for a key frame
wrong "has no option 'pkt_size'" kept.mp4 pkt_size=1316
wrong "has no option 'nosuch'" udp://127.0.0.1:9 nosuch=1 ,format=H264
wrong "has no option 'nosuch'" 'wrong%d.png' nosuch=1
wrong 'mp4: --format-opt movflags=\+wrong: ' kept.mp4 movflags=+wrong
wrong 'matroska: --format-opt cluster_time_limit=soon: ' kept.mkv cluster_time_limit=soon
wrong "invalid value 'write_crc32' for --format-opt: expected key=value" kept.mkv write_crc32
is "$(cat kept.mkv kept.mp4; echo wrong*)" "$(printf 'precious\nprecious\nwrong*')" 'a file whose options are wrong is left as it was'

done_testing
