#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What a device is set to, saved, and set again on another one.
# Runs under: none
. "$(dirname "$0")/lib.sh"

receiver=sim:fps=0,size=1280x720,source=1280x720,inputs=2,crop=640x480,compose,tuner,all-controls,node=saved
same=sim:fps=0,size=640x480,source=1280x720,inputs=2,crop=640x480,compose,tuner,all-controls,settings=left

# A device that a run has set up ends with it: what it is set to at first is saved, and changed as a user would.
run_status 0 v4l2q list -d "$receiver" --save saved
for line in 'input = 0  # Test picture' 'size = 1280x720' 'pixelformat = YUYV' 'crop = 640x480[+]0[+]0' 'dv-timings = 1280x720p' \
	'frequency = 44000000  # Hz' 'brightness = 128' 'power_line_frequency = 1  # 50 Hz' 'title = "untitled"' 'gain_table.5. = 100'; do
	like "$(cat saved)" "$line" "saved: $line"
done
is "$(grep -c compose saved)" 0 'a picture that fills the frame has no place in it'
sed -i -e 's/^frequency = .*/frequency = 591250000\ncompose = 640x360+320+8/' -e 's/^input = .*/input = test picture 1 # the other one/' -e 's/^crop = .*/crop = 320x240+8+8/' -e 's/^dv-timings = .*/dv-timings = 1280x720p60/' \
	-e 's/^brightness = .*/brightness = 7/' -e 's/^title = .*/title = "a, # b"/' -e 's/gain_table.5. = .*/gain_table[5] = 9/' \
	-e '1i edid = hdmi-720p60' -e '$a no_such = 1' saved

run_status 0 v4l2q capture -d "$same" --profile saved -n 1 -o o.nut
like "$(tail -n 1 left)" '^input=1 YUYV 1280x720 .*pixelclock=74250000 edid=2 crop=320x240[+]8[+]8 compose=640x360[+]320[+]8 frequency=9460 Brightness=7 ' 'all is set'
like "$(cat err)" "profile: cannot be set: sim: unknown control 'no_such'" 'what cannot be set is told'
is "$(grep -c 'cannot be set' err)" 1 'the others can'

run_status 0 v4l2q list -d "sim:fps=0,size=640x480,all-controls" --save -
like "$(cat out)" 'size = 640x480' 'saved to standard output'

# Options go before it.
run_status 0 v4l2q capture -yd "$same" --profile saved --input 0 --set-ctrl brightness=9 --crop 160x120+0+0 -n 1 -o o.nut
like "$(tail -n 1 left)" '^input=0 YUYV 1280x720 .*edid=2 crop=160x120[+]0[+]0 compose=640x360[+]320[+]8 frequency=9460 Brightness=9 ' 'options go before it'
run_status 0 v4l2q bench -d "$same" --profile saved -n 2 --warmup 1 --io mmap
like "$(tail -n 1 left)" '^input=1 .*Brightness=7 ' bench

printf 'size = 1280x720\nfps = 5\ncrop = 320x240+0+0\n' >mode
run_status 0 v4l2q capture -yd sim:fps=0,size=64x48,adjust=size+format,crop=640x480,settings=left --profile mode --want fps -n 1 -o o.nut
like "$(tail -n 1 left)" ' 64x48 1000/1 fps crop=320x240' 'a mode is chosen by --want instead'

# A pipeline's rate, the controls of its sub-devices, and a long array.
run_status 0 v4l2q list -d sim:pipeline=fits,size=640x480,fps=30,long-table --save sensor
is "$(grep -E "^(fps|shading|'(Sensor A/gain|Lens|Flash))" sensor | paste -sd,)" \
	"fps = 30/1,shading_table[0-2047] = 256,'Sensor A/gain' = 0,'Lens A/focus_absolute' = 0,'Flash A/torch_intensity' = 0" \
	"saved: the sensor's rate and control, those of its lens and flash, and an array by its runs"
sed -i -e 's/^fps = .*/fps = 60/' -e "s|^\('Sensor A/gain' = \).*|\15|" -e "s|^\('Lens A/.* = \).*|\1300|" -e 's/^shading.*/shading_table[0-99] = 7\nshading_table[100-2047] = 8/' sensor
run_status 0 v4l2q capture -yd sim:pipeline=mismatch,size=64x48,long-table,settings=left --profile sensor -n 1 -o o.nut -v
like "$(tail -n 1 left)" ' 640x480 60/1 fps ' 'the sensor is set to the rate'
like "$(cat err)" 'sim-part0: control gain is 5' 'and to the value of its control'
like "$(cat err)" 'sim-part6: control focus_absolute is 300' 'as is its lens'
is "$(tail -n 1 left | grep -o 'Shading Table=[0-9a-f]*' | cut -d= -f2 | fold -w 4 | uniq -c | xargs)" '100 0700 1948 0800' 'the array is set by its runs'
run_status 0 v4l2q capture -yd sim:pipeline=fits,size=640x480,long-table --profile sensor --pipeline none --adjust -n 1 -o o.nut
is "$(grep 'cannot be set' err)" '' 'without its formats, too, the sensor has its control'


# An array of as many values as items.
run_status 0 v4l2q list -d sim:ramp-table --save ramp
is "$(grep -c '^shading_table' ramp) $(grep -c '^#' ramp) $(grep -m1 shading_table.16 ramp)" \
	"128 2 shading_table[16-31] = $(seq -s' ' 16 31)" 'saved: several items on a line'
run_status 0 v4l2q capture -yd sim:fps=0,long-table,settings=left --profile ramp -n 1 -o o.nut
is "$(tail -n 1 left | grep -o 'Shading Table=[0-9a-f]*' | cut -d= -f2 | fold -w 4 | tail -n 2 | paste -sd,)" 'fe07,ff07' '… and set'

printf 'frequency = 1000000\n' >mode
rm left
run_status 4 v4l2q capture -yd sim:fps=0 --profile mode -n 1 -o o.nut
one_clear_line 'frequency: the selected input has no tuner' 'a frequency, and no tuner'
run_status 4 v4l2q capture -yd sim:fps=0,tuner,settings=left --profile mode -n 1 -o o.nut
one_clear_line 'asked for 1 MHz, got 44 .of 44 to 958.; --adjust' 'a frequency that it cannot have'
is "$(sort -u left | wc -l)" 1 '… and all is as it was'

printf 'size = big\n' >wrong
run_status 2 v4l2q capture -yd sim:fps=0 --profile wrong -n 1 -o o.nut
like "$(cat err)" "invalid value 'big' for --size" 'a value that is none'
printf '\nbrightness = 1\n' >wrong
run_status 2 v4l2q capture -yd sim:fps=0 --profile wrong -n 1 -o o.nut
one_clear_line "wrong:2: 'brightness': expected input, dv-timings" 'a name that is none'
printf '[edid]\n00 01\n' >wrong
run_status 2 v4l2q capture -yd sim:fps=0 --profile wrong -n 1 -o o.nut
one_clear_line 'wrong: .edid.: it is not hexadecimal text of whole blocks' 'an EDID that is none'
run_status 6 v4l2q capture -yd sim:fps=0 --profile nowhere -n 1 -o o.nut
run_status 2 v4l2q list --save x

done_testing
