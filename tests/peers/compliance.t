#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# v4l2-compliance on the simulated device as a node: what it asks of a driver, in each kind of device and by each way of streaming.
. "$(dirname "$0")/../cli/lib.sh"

version=$(v4l2-compliance --version 2>/dev/null | sed -n 's/^v4l2-compliance \([0-9.]*\).*/\1/p')
[[ $version == 1.22.* ]] || skip_all "v4l2-compliance is ${version:-not there}; what is expected here is 1.22's"

export V4L2Q_SIM V4L2Q_SIM_OUTPUT

# complies NAME ARGUMENT...: nothing fails, and so many tests were run that none was left out for want of something. Of vivid none
# fails either; a failure that is to be is given as $excused, with its reason.
complies() {
	local name=$1 expected='^ Total for sim device .* Succeeded: [5-9][0-9], Failed: 0,'
	shift
	[ -z "${excused-}" ] || expected="^[^:]*fail: [^:]*: ${excused}[^:]* Total for sim device [^:]*: .* Succeeded: 4[4-9], Failed: 1,"
	# A frame's number that leaps is only a warning: the device keeps time, however slow this machine is.
	timeout "$limit" env LD_PRELOAD="$build/tests/preload/sim.so" v4l2-compliance "$@" >out 2>err
	like "$(grep -a fail: out) $(tail -n 1 out)" "$expected" "$name" ||
		grep -aE 'fail:|FAIL' out err | note
}

small=size=64x48,fps=1000
for keys in '' ,planes=1 ,planes=2 ,planes=3; do
	V4L2Q_SIM=$small$keys V4L2Q_SIM_OUTPUT=$small$keys
	complies "capture$keys: mmap, userptr, dmabuf, read()" -d /dev/video0 -e /dev/video1 -s5
	complies "output$keys: mmap, userptr, dmabuf, write()" -d /dev/video1 -e /dev/video0 -s5
done
V4L2Q_SIM=$small,caps=rw V4L2Q_SIM_OUTPUT=$small,caps=rw
complies 'capture: read() alone' -d /dev/video0 -s5
complies 'output: write() alone' -d /dev/video1 -s5
V4L2Q_SIM=$small,format=MJPG,min-buffers=3,inputs=2
complies 'compressed frames, two inputs, a driver that needs three buffers' -d /dev/video0 -s5
for keys in converter converter,planes=2; do
	V4L2Q_SIM=size=64x48,type=$keys
	complies "$keys" -d /dev/video0 -s5
done
# It looks in /sys for the codec's media device, which says what it is, and has no stream to decode.
for keys in encoder encoder,to=MJPG decoder,align=32; do
	V4L2Q_SIM=size=64x48,type=$keys
	excused='node->function' complies "$keys" -d /dev/video0
done

done_testing
