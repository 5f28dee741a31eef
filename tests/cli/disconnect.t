#!/bin/bash
# --on-disconnect: what is done when the device is unplugged. SPDX-License-Identifier: LGPL-2.1-or-later
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

run_status 0 v4l2q capture -d $device -n 30 -o 'limit%d.nut' --on-disconnect=wait=5s
run_status 2 v4l2q capture -d $device -n 30 -o alike.mkv --on-disconnect=wait
like "$(cat err)" "put %d or strftime fields into it" 'a name that cannot change is refused'
run_status 2 v4l2q capture -d $device -n 30 -o 'x%d.mkv' --on-disconnect=perhaps
like "$(cat err)" 'exit, wait, or wait=T' 'an unknown choice names the ones there are'

done_testing
