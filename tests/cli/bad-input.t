#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What a user may get wrong: the documented exit status, one clear line, and no leftover file.
. "$(dirname "$0")/lib.sh"

sim=sim:size=320x240,fps=0

# wrong STATUS REGEX OPTIONS...: what `v4l2q capture OPTIONS` must come to. Whatever o.* it made must be gone.
wrong() {
	local status=$1 regex=$2
	shift 2
	run_status "$status" v4l2q capture -q "$@"
	is "$(wc -l <err)" 1 "$*: one line"
	like "$(cat err)" "$regex" "$*: a clear one"
	is "$(wc -c <out)" 0 "$*: nothing on standard output"
	is "$(find . -name 'o.*')" '' "$*: no file"
}

# --- usage ---
wrong 2 '--frobnicate' -d $sim --frobnicate -o o.mkv
wrong 2 '-Z|Z' -d $sim -Z -o o.mkv
wrong 2 'output|-o' -d $sim -n 5
wrong 2 '0x240' -d $sim -s 0x240 -o o.mkv
wrong 2 '320' -d $sim -s 320 -o o.mkv
wrong 2 '-5' -d $sim -n -5 -o o.mkv
wrong 2 'ten' -d $sim -t ten -o o.mkv
wrong 2 'lots' -d $sim --memory lots -o o.mkv
wrong 2 'teleport' -d $sim --io=teleport -o o.mkv
wrong 2 'maybe' -d $sim --bad-frames maybe -o o.mkv
wrong 2 'colour|color' -d sim:colour=blue -o o.mkv
wrong 2 'fps' -d sim:fps=fast -o o.mkv
wrong 2 'surplus' -d $sim -n 5 -o o.mkv surplus
wrong 2 'nosuch' -d $sim -n 5 -f nosuch -o o.mkv
wrong 2 'nosuch' -d $sim -n 5 -c nosuch -o o.mkv
wrong 2 'buffer' -d $sim -n 5 --max-buffers 1 -o o.mkv
wrong 2 "^v4l2q: --output is given twice, 'o.mkv' and 'o.nut': it takes one FILE$" -d $sim -n 5 -o o.mkv -o o.nut
wrong 2 "--device is given twice, 'sim' and '$sim'" -d sim -d $sim -n 5 -o o.mkv
wrong 2 '--json is given twice' -d $sim -n 5 -o o.mkv --json --json=o.json
wrong 2 '--frame-log is given twice' -d $sim -n 5 -o o.mkv --frame-log o.log --frame-log o.log2
wrong 2 '--import-from is given twice' -d $sim -n 5 -o o.mkv --io=dmabuf-import --import-from udmabuf --import-from sim
for command in "play -d sim:type=output -d $sim o.mkv" 'bench --csv=o.csv --csv' 'bench --compare old --compare o.json' "list -d sim -d $sim"; do
	# shellcheck disable=SC2086 # the words of a command
	run_status 2 v4l2q $command
	one_clear_line 'is given twice' "$command"
done
wrong 2 "'o.json' is not taken for the argument of --json: write --json=o.json" -d $sim -n 5 -o o.mkv --json o.json
wrong 2 "'99999x2' for --size: .*65535" -d $sim -s 99999x2 -o o.mkv
wrong 2 "'' for --device: expected a name" -d '' -o o.mkv
wrong 2 "'' for --input: expected a text that is not empty" -d $sim --input '' -o o.mkv
wrong 2 'buffer: the queue needs at least 2; ask for so many' -d $sim --max-buffers 1 -o o.mkv
# --- what has nothing to do, and names that there are not, whichever command takes them ---
v4l2q capture -q -d $sim -n 3 -o three.nut
while read -r status regex words; do
	# shellcheck disable=SC2086 # the words of a command
	run_status "$status" v4l2q $words
	one_clear_line "$regex" "$words"
done <<-END
	2 --import-from.is.for.--io.dmabuf-import:.give capture -d $sim -o o.mkv --import-from udmabuf
	2 --import-from.is.for.--io.dmabuf-import:.give play -d sim:type=output --io mmap --import-from udmabuf three.nut
	2 --import-from.is.for.--io.dmabuf-import:.give play -d sim:type=output --io mmap --from-io rw --import-from udmabuf sim
	2 --import-from.is.for.--io.dmabuf-import:.give bench -d $sim --io mmap,rw --import-from udmabuf
	2 give.--warmup.1.or.more bench --relay --warmup 0 -d sim:type=output sim
	2 --import-from.is.for.--io.dmabuf-import:.give doctor -d $sim --import-from udmabuf
	2 format.'none-such':.expected.a.FourCC capture -d $sim -p none-such -o o.mkv
	2 format.'none-such':.expected.a.FourCC capture -d $sim -o o.mkv --convert-device sim:type=converter --convert-pixelformat none-such
	2 format.'none-such':.expected.a.FourCC play -d sim:type=output -p none-such three.nut
	2 format.'none-such':.expected.a.FourCC play -d sim:type=output --from-pixelformat none-such sim
	2 format.'none-such':.expected.a.FourCC bench -d $sim -p none-such
	2 format.'none-such':.expected.a.FourCC bench --relay -d sim:type=output --from-pixelformat none-such sim
	2 format.'none-such':.expected.a.FourCC doctor -d $sim -p none-such
	6 'v4l2q.list.-d.DEV.--save.FILE' capture -d $sim -o o.mkv --profile no-such-file
	6 --profile:..:.Is.a.directory bench -d $sim --profile .
	6 status.another.name capture -d $sim -o o.mkv --status .
	6 not.JSON:.expected.a.report bench -d $sim --compare .
END
rm three.nut
run_status 2 v4l2q play --loop 2 o.mkv
one_clear_line "write --loop=2" '--loop 2'
run_status 0 v4l2q capture -q -d $sim -n 99 -n 5 -o last.mkv
is "$(probe last.mkv nb_read_packets)" 5 'of numbers given twice the last counts'
# --- options of ffmpeg and v4l2-ctl, wherever they stand ---
for words in 'play o.mkv -ss 3=--start' 'play -re o.mkv=--speed' 'play --seek=3 o.mkv=--start' 'capture -i /dev/video0=--device' \
	'capture -vf scale o.mkv=--fit' 'capture -pix_fmt yuyv422 -o o.mkv=--pixelformat' 'capture --stream-mmap=4=--io mmap' \
	'bench --stream-user=--io userptr' 'list --list-formats-ext=v4l2q list -d' 'list --all=v4l2q list -d'; do
	# shellcheck disable=SC2086 # the words of a command
	run_status 2 v4l2q ${words%=*}
	one_clear_line "unknown option '-.*${words##*=}" "${words%=*}"
done
run_status 2 v4l2q frobnicate
like "$(cat err)" 'frobnicate' 'an unknown command is named'
run_status 2 v4l2q
for words in --json '-d sim list' -V; do
	# shellcheck disable=SC2086 # the words of a command
	run_status 2 v4l2q $words
	one_clear_line 'before the command: options come after it.*capture, play' "$words"
done
run_status 2 v4l2q bench --version
one_clear_line "'v4l2q --version' prints" 'bench --version'
for words in 'help list' '--help list' '-h list' 'list -h' 'list --help'; do
	# shellcheck disable=SC2086 # the words of a command
	run_status 0 v4l2q $words
	like "$(cat out)" '^Usage: v4l2q list ' "$words: that of the command"
done
run_status 2 v4l2q help frobnicate
one_clear_line "unknown command 'frobnicate'" 'help of what there is not'
run_status 0 v4l2q --help
like "$(cat out)" 'capture' '--help lists the commands'
run_status 0 v4l2q --version
like "$(cat out)" '^v4l2q [0-9]+\.[0-9]+' '--version'
for library in libavformat libavcodec libavutil libswscale json-c; do
	ok "--version: $library, built with and running" grep -qE "^$library +[0-9.]+ +[0-9.]+$" out
done

# --- a container that cannot hold the codec ---
wrong 2 'webm.*(rawvideo|raw)|(rawvideo|raw).*webm' -d $sim -n 5 -c copy -o o.webm
wrong 2 'y4m|yuv4mpeg' -d $sim,format=MJPG -n 5 -c copy -o o.y4m

# --- what the device refuses ---
wrong 4 '320x240.*640x480|640x480.*320x240' -d $sim,adjust=size -n 5 -s 640x480 -o o.mkv
wrong 4 'NV12' -d $sim,adjust=format -n 5 -p NV12 -o o.mkv
wrong 4 '60' -d sim:size=320x240,fps=30,adjust=fps -n 5 -r 60 -o o.mkv
wrong 4 'no_such' -d $sim -n 5 --set-ctrl no_such=1 -o o.mkv
wrong 4 '99' -d $sim -n 5 --input 99 -o o.mkv
run_status 0 v4l2q capture -d $sim,adjust=size -n 5 -s 640x480 --adjust -o adjusted.mkv
is "$(probe adjusted.mkv width)" 320 '--adjust accepts what the driver made of it'

# --- the device ---
wrong 3 '/dev/video97' -d /dev/video97 -n 5 -o o.mkv
wrong 3 '/dev/video97' -d 97 -n 5 -o o.mkv
touch regular
wrong 3 'regular file, not a device; v4l2q list' -d ./regular -n 5 -o o.mkv
wrong 3 'regular file, not a device; v4l2q list' -d /etc/passwd -n 5 -o o.mkv
mkdir directory
wrong 3 'directory' -d ./directory -n 5 -o o.mkv
wrong 3 '/dev/null' -d /dev/null -n 5 -o o.mkv
wrong 3 'busy|another' -d $sim,busy -n 5 -o o.mkv
wrong 3 'userptr.*v4l2q list -d .* shows which work' -d $sim,caps=mmap -n 5 --io=userptr -o o.mkv
wrong 3 'output' -d $sim,type=output -n 5 -o o.mkv
if [ -e /dev/video0 ]; then
	skip 'no device at all' 'this machine has one'
else
	wrong 3 '-d sim' -n 5 -o o.mkv
fi
if [ "$(id -u)" -eq 0 ]; then
	skip 'a device without permission' 'root may do anything'
else
	wrong 3 'ermission' -d /dev/mem -n 5 -o o.mkv
fi

# --- the file ---
wrong 2 'container|format' -d $sim -n 5 -o o.unheardof
echo precious >kept.mkv
run_status 6 v4l2q capture -q -d $sim -n 5 -o kept.mkv
like "$(cat err)" 'kept.mkv.*(-y|--overwrite)' 'an existing file: the line tells of -y'
is "$(cat kept.mkv)" precious 'an existing file is left as it was'
run_status 0 v4l2q capture -q -d $sim -n 5 -o kept.mkv -y
is "$(probe kept.mkv nb_read_packets)" 5 'unless -y says otherwise'
wrong 6 'nowhere' -d $sim -n 5 -o nowhere/o.mkv
wrong 2 'a single image: put %03d' -d $sim -n 5 -o o.png
wrong 2 'only one of .* can go to o.mkv' -d $sim -n 5 -o o.mkv --json=o.mkv
wrong 2 'only one of .* can go to log' -d $sim -n 5 -o o.mkv --json=log --frame-log log
# Whatever they are called.
echo precious >kept.mkv
ln -s kept.mkv link
ln kept.mkv hard
for one in "-o kept.mkv --json=./kept.mkv" '-o kept.mkv --json=link' '-o file:kept.mkv --frame-log hard' '-o link --json=hard' \
	'-o kept%d.mkv --segment 1M --json=./kept0.mkv' '-o o.mkv --json=log --frame-log ././log' '-o /dev/stdout --json'; do
	# shellcheck disable=SC2086 # the words of a command
	wrong 2 "only one of .* can go to" -d $sim -n 5 -y $one
done
run_status 2 v4l2q bench -q -d $sim --csv=./both --json=both
is "$(echo *both* *kept0*) $(cat kept.mkv)" '*both* *kept0* precious' 'none of them was written'
# shellcheck disable=SC2094 # on purpose
v4l2q capture -q -d $sim -n 5 -y -o - --frame-log kept.mkv >>kept.mkv 2>err
is "$? $(cat kept.mkv)" '2 precious' 'standard output and --frame-log'
run_status 2 v4l2q play -q -d sim:type=output --json=./kept.mkv hard
one_clear_line '--json would overwrite the input' 'play: --json, and the file to play'
# shellcheck disable=SC2094
v4l2q play -q -d sim:type=output --json=kept.mkv - <kept.mkv 2>err
is "$? $(cat kept.mkv)" '2 precious' 'play: --json, and standard input'
run_status 0 v4l2q capture -q -d $sim -n 5 -y -o o.mkv --json=/dev/null --frame-log /dev/null
rm link hard o.mkv
# -y: the old file lives until the first frame.
wrong 1 STREAMON -d $sim,fail=streamon@1:EINVAL -n 5 -y -o kept.mkv
is "$(cat kept.mkv)" precious '-y: a run without a frame leaves the old file'
mkdir directory.mkv
run_status 6 v4l2q capture -q -d $sim -n 5 -o directory.mkv
like "$(cat err)" 'directory' 'a directory as output'
is "$(wc -l <err)" 1 'a directory as output: one line'
if [ "$(id -u)" -ne 0 ]; then
	mkdir -m 555 locked
	wrong 6 'locked.*ermission' -d $sim -n 5 -o locked/o.mkv
fi
wrong 6 'nowhere' -d $sim -n 5 -o o.mkv --json=nowhere/r.json
wrong 6 'nowhere' -d $sim -n 5 -o o.mkv --frame-log nowhere/log

# --- binary data and terminals ---
if command -v script >/dev/null && script -qec true /dev/null >/dev/null 2>&1 </dev/null; then
	# What is written to the terminal: standard output and standard error alike.
	printf '%q ' "${program[@]}" capture -q -d $sim -n 5 -o - >run.sh
	script -qec "sh ./run.sh" typescript >/dev/null </dev/null
	is $? 2 '-o - to a terminal: status 2'
	like "$(tr -d '\0' <typescript)" 'terminal' '-o - to a terminal: refused'
	ok '-o - to a terminal: no data' [ "$(wc -c <typescript)" -lt 1000 ]
else
	skip '-o - to a terminal' 'no script(1) here'
fi

done_testing
