#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What a memory-to-memory node converts on its way to vivid's output, as vivid's input sees it, and into a file.
. "$(dirname "$0")/lib.sh"

# draw PIXELS FILE OPTION...: four pictures, each unlike the others.
draw() {
	ffmpeg -v error -f lavfi -i testsrc2=s=640x480:r=30 -frames:v 4 -pix_fmt "$1" "${@:3}" -y "$work/$2" || exit 1
}

draw rgb24 rgb.nut -c:v rawvideo
draw rgb24 rgb.raw -f rawvideo
draw yuv420p yuv420.raw -f rawvideo

# pictures BYTES FILE: the MD5 of each.
pictures() {
	split -b "$1" --filter=md5sum "$2" | cut -d' ' -f1 | sort -u
}

# are_decoded SEEN DRAWN: each frame of the one is nearer than 35 dB to one of the other.
are_decoded() {
	python3 - "$@" <<'END'
import math, sys
size = 640 * 480
seen, drawn = (open(name, "rb").read() for name in sys.argv[1:])
def frames(data): return [data[at : at + size] for at in range(0, len(data), size * 3 // 2)]
def psnr(a, b):
    error = sum((x - y) ** 2 for x, y in zip(a[::7], b[::7])) / len(a[::7])
    return 10 * math.log10(255**2 / error) if error else 99
worst = min(max(psnr(a, b) for b in frames(drawn)) for a in frames(seen))
sys.exit(f"{worst:.1f} dB" if worst < 35 else 0)
END
}

# is_like_still DECODED: each picture of the encoder's, in the least like one, is nearer than 35 dB.
is_like_still() {
	ffmpeg -nostdin -f rawvideo -s 640x480 -pix_fmt bgr24 -i "$1" -f rawvideo -s 640x480 -pix_fmt rgb24 -stream_loop 2 -i "$job/still.raw" \
		-lavfi '[0]format=gbrp[a];[1]format=gbrp[b];[a][b]psnr' -f null - 2>&1 |
		sed -n 's/.*PSNR.* min:\([a-z0-9.]*\) .*/\1/p' | awk '$1 == "inf" || $1 > 35 { like = 1 } END { exit !like }'
}

# gone NAME PATH: which of the nodes it was.
gone() {
	is "$1: exit status 5" "$(status "$1") $(report "$1" .end)" '5 disconnect'
	ok "$1: the one that is gone is named" says "$1" "$2: the device is gone"
	ok "$1: and no other" [ "$(grep -c ': the device is gone' "$job/$1.err")" = 1 ]
	ok "$1: the books balance" books_balance "$1"
}

for k in "${kernels[@]}"; do
	[ "$k" != 6.1 ] || continue # its vivid connects no two devices
	drivers=$("$root/scripts/vm-test-drivers" "$k") || exit 1
	ok "the job ran" boot "$k" convert -m 'vivid n_devs=2 node_types=0x101,0x101 vid_cap_nr=0,1 vid_out_nr=10,11 multiplanar=1,1' -f "$drivers" -f "$work/rgb.nut" -f "$work/yuv420.raw" -f "$root/tests/tools/fwht-to-ivf" -f "$build/tests/tools/m2m-answers" -f "$build/tests/tools/decoder-answers" || continue
	for name in converter encoder decoder; do
		is "$name: answers as the simulated one" "$(cat "$job/$name.answers")" "$("$build/tests/tools/m2m-answers" "sim:type=$name,size=640x480" 2>/dev/null)"
	done
	for codec in MJPG H264; do
		is "decoder: packets are decoded as the simulated one decodes $codec" "$(cat "$job/packets.answers")" \
			"$("$build/tests/tools/decoder-answers" "sim:type=decoder,format=$codec,size=640x480" "sim:type=encoder,to=$codec,size=640x480" 2>/dev/null)"
	done
	for name in same yuyv; do
		is "$name: exit status 0" "$(status "$name")" 0
		is "$name: the output imports what the converter exports" "$(report "$name" '.io, .converter.relay' | paste -sd ' ')" \
			"dmabuf-import dmabuf, exported by $(report "$name" .converter.path)"
		is "$name: no frame was copied" "$(report "$name" '.frames.copied, .bytes.copied' | paste -sd ' ')" '0 0'
	done
	is 'same: each frame seen is one of the file' "$(comm -23 <(pictures 921600 "$job/same-seen.raw") <(pictures 921600 "$work/rgb.raw"))" ''
	is 'same: eight of them' "$(stat -c %s "$job/same-seen.raw")" $((8 * 921600))
	is 'yuyv: into another format' "$(report yuyv '.converter.from, .converter.to' | paste -sd ' ')" 'RGB3 YUYV'
	is 'yuyv: eight frames' "$(stat -c %s "$job/yuyv-seen.raw")" $((8 * 614400))
	is 'whole: every frame is shown' "$(status whole) $(report whole '.frames.played, .end' | paste -sd ' ')" '0 4 eos'
	is 'camera: exit status 0' "$(status camera)" 0
	is 'camera: nothing is copied on either side' "$(report camera '.converter.relay, .relay, .frames.copied' | paste -sd ' ')" \
		"dmabuf, exported by /dev/video1 dmabuf, exported by $(report camera .converter.path) 0"
	ok 'camera: three frames, to the byte' cmp <(cat "$job"/still.raw "$job"/still.raw "$job"/still.raw) "$job/camera-seen.raw"
	is 'recorded: nothing is copied' "$(status recorded) $(report recorded '.converter.relay, .frames.written, .frames.copied' | paste -sd ' ')" \
		'0 dmabuf, exported by /dev/video1 3 0'
	ok 'recorded: three frames, to the byte' cmp <(cat "$job"/still.raw "$job"/still.raw "$job"/still.raw) "$job/recorded.raw"
	is 'both: nothing is copied on either way' "$(status both) $(report both '.converter.relay, .encoder.link, .frames.written, .frames.copied' | paste -sd ' ')" \
		"0 dmabuf, exported by /dev/video1 dmabuf, exported by $(report both .converter.path) 3 0"
	ok 'both: the books balance' books_balance both
	is 'both: the log has the numbers in order' "$(frames both 'map(select(.fate == "written") | .seq) | . == sort and length == 3')" true
	is 'both: three pictures are decoded' "$(stat -c %s "$job/both.raw")" $((3 * 921600))
	ok 'both: each is like the camera'\''s' is_like_still "$job/both.raw"
	gone unbound "$(report both .encoder.path)"
	gone gone "$(report both .converter.path)"
	is 'a camera is no converter' "$(status wrong)" 3
	ok 'which is said' says wrong 'is not a codec or converter'
	is 'a format that the converter does not make' "$(status size)" 4

	for name in sizes named looped; do
		is "$name: exit status 0" "$(status "$name")" 0
		is "$name: the output imports what the decoder exports" "$(report "$name" '.io, .decoder.relay' | paste -sd ' ')" \
			"dmabuf-import dmabuf, exported by $(report "$name" .decoder.path)"
		is "$name: no frame was copied" "$(report "$name" .frames.copied)" 0
	done
	is 'sizes: all come out, as the decoder is told again to drain' "$(report sizes '.frames.read, .format.height, .end' | paste -sd ' ')" '5 368 eos'
	is 'named: drained by the command' "$(count_calls named 'VIDIOC_DECODER_CMD = 0')" 1
	is 'named: into the format asked for' "$(report named '.decoder.from, .decoder.to' | paste -sd ' ')" 'FWHT NV12'
	is 'looped: eight frames' "$(stat -c %s "$job/looped-seen.raw")" $((8 * 460800))
	ok 'looped: each is one of those that were encoded' are_decoded "$job/looped-seen.raw" "$work/yuv420.raw"
done
done_testing
