#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# --on-disconnect: what is done when the device is unplugged.
. "$(dirname "$0")/lib.sh"

device=sim:size=320x240,fps=60,unplug=20

run_status 5 v4l2q capture -d $device -n 50 -o exit.mkv --json=r.json
is "$(json r.json '"\(.frames.written) \(.end)"')" '20 disconnect' 'exit: status 5, what came before is written'
is "$(probe exit.mkv nb_read_packets)" 20 'exit: the file is finalised'

run_status 0 v4l2q capture -d $device -n 50 -o 'wait%02d.mkv' --on-disconnect=wait --json=r.json -vv
is "$(json r.json '"\(.frames.written) \(.end)"')" '50 count' 'wait: goes on until the count'
is "$(json r.json '[.output[].frames] | join(" ")')" '20 20 10' 'wait: each stretch has its file'
is "$(probe wait00.mkv nb_read_packets) $(probe wait02.mkv nb_read_packets)" '20 10' 'wait: the files are finalised'
balanced r.json 'wait'

# One that is away for a while, and its settings with it.
run_status 0 v4l2q capture -d $device,replug=300 -n 30 -o 'away%d.nut' --on-disconnect=wait --json=r.json
is "$(json r.json '"\(.frames.written) \(.end)"')" '30 count' 'away for a while: waited for'
run_status 5 v4l2q capture -d $device,replug=60000 -n 30 -o 'late%d.nut' --on-disconnect=wait=200ms --json=r.json
is "$(json r.json '"\(.frames.written) \(.end)"')" '20 disconnect' 'away for too long: what came before is written'

# One that comes back only to go again is waited for, until somebody has enough of it.
start capture -d sim:size=320x240,fail=streamon@1:ENODEV -n 9 -o 'again%d.nut' --on-disconnect=wait --json=r.json
ok 'gone at the start: it is waited for' wait_until 10 grep -q 'to come back' err
kill -INT $pid
wait_for $pid 10
is "$? $(json r.json .end)" '1 signal' 'gone at the start: a signal ends it, with nothing recorded'
like "$(cat err)" 'no frame was recorded: 0 came from the device' 'which is said'

# What the driver calls an error is none of the queue's own words, whatever its number.
for errno in ETIMEDOUT ENODATA ENOBUFS; do
	run_status 1 v4l2q capture -d sim:size=320x240,fps=0,fail=dqbuf@3:$errno -n 9 -y -o errno.nut --json=r.json
	is "$(json r.json '"\(.end) \(.frames.captured)"')" 'error 2' "$errno from the driver is an error"
done
for call in reqbufs@1:EBUSY=3 reqbufs@1:ENODEV=5 querybuf@2:ENODEV=5 streamon@1:EINVAL+querycap@2:ENODEV=5 \
	streamon@1:ENOSPC=3 streamon@1:EBUSY=3 streamon@1:EPIPE=3 streamon@1:ENOLINK=3 reqbufs@1:ENOSPC=3; do
	run_status ${call#*=} v4l2q capture -d sim:size=320x240,fail=${call%=*} -n 9 -y -o errno.nut
done

run_status 1 v4l2q capture -q -d sim:size=320x240,fps=60,error=1 -t 300ms -y -o damaged.nut --json=r.json
is "$(json r.json '"\(.end) \(.frames.written)"')" 'duration 0' 'nothing but damaged frames: the time passes all the same'
one_clear_line 'no frame was recorded: [0-9]+ came from the device; lost: [0-9]+ damaged or empty' 'nothing but damaged frames, -q'

# A device that delivers only what cannot be used has stalled too, however fast it is.
for keys in fps=0,error=1 fps=0,empty=* fps=20,empty-ok=* fps=0,fail=dqbuf@*:EAGAIN fps=0,format=H264,gop=99999,join=2; do
	run_status 5 v4l2q capture -q -d "sim:size=320x240,$keys" --stall-timeout 200ms -n 9 -y -o none.nut --json=r.json
	is "$(json r.json .end)" stall "$keys: a stall"
	balanced r.json "$keys"
done
like "$(cat err)" 'none of the [0-9]+ frames of 0.2 s could be used: damaged, empty, or before the first key frame' 'a stall says what came'
run_status 5 v4l2q capture -q -d 'sim:size=320x240,fps=0,fail=read@*:EAGAIN' --io rw --stall-timeout 200ms -n 9 -y -o none.nut

run_status 0 v4l2q capture -d $device -n 30 -o 'limit%d.nut' --on-disconnect=wait=5s
run_status 2 v4l2q capture -d $device -n 30 -o alike.mkv --on-disconnect=wait
like "$(cat err)" "put %d or strftime fields into the name" 'a name that cannot change is refused'
run_status 2 v4l2q capture -d $device -n 30 -o 'x%d.mkv' --on-disconnect=perhaps
like "$(cat err)" 'exit, wait, or wait=T' 'an unknown choice names the ones there are'

done_testing
