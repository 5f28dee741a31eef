# SPDX-License-Identifier: LGPL-2.1-or-later
# What scripts/compare-peers gives the programs to do.
#
# A work has the devices' size, format and rate, and what each program is told: {n} frames of {w}x{h} at {fps} a second into
# {file}, or out of what the commands under "sources" made once, {source} with an ending; and under "absent" why others cannot.

FFMPEG_FROM = "ffmpeg -nostdin -v error -y -f v4l2 -input_format {ff} -video_size {w}x{h} -i /dev/video0 -frames:v {n} "
FFMPEG = FFMPEG_FROM + "-c copy "
GST = "gst-launch-1.0 -q v4l2src num-buffers={n} ! {caps},width={w},height={h},framerate={fps}/1 ! "
GST_SHARING = GST.replace("num-buffers", "io-mode=dmabuf num-buffers")
CTL = "v4l2-ctl -d /dev/video0 --set-fmt-video=width={w},height={h},pixelformat={fourcc} --stream-mmap=4 --stream-count={n} "
YAVTA = "yavta -f{fourcc} -s{w}x{h} -n4 -c{n} "
CAPTURE = "{v4l2q} capture -q -d /dev/video0 -p {fourcc} -n {n} -y --no-confine --json={report} "

BARE = {
    "v4l2q": CAPTURE + "-f rawvideo -o {file}",
    "gst-launch": GST + "filesink location={file}",
    "ffmpeg": FFMPEG + "-f rawvideo {file}",
    "v4l2-ctl": CTL + "--stream-to={file}",
    "yavta": YAVTA + "--file={file} /dev/video0",
}
# yavta knows no container; its bare dump is the least that any program can do. It opens its file anew for every frame, which a pipe
# does not outlive.
YAVTA_BARE = {"yavta-bare": BARE["yavta"]}
PIPED = {name: command for name, command in BARE.items() if name != "yavta"}
# At a gigabyte a second four buffers are gone before another one is made; all that can be told so have eight.
EIGHT = {name: command.replace("mmap=4", "mmap=8").replace("-n4", "-n8").replace(" capture", " capture --min-buffers 8")
         for name, command in BARE.items()}

# The simulated node notes in a file of its own what became of its frames: hence --no-confine.
# Onto an output device. yavta waits at the end for the last frame, which a screen keeps; v4l2q wants a file to say what is in it.
PLAY = "{v4l2q} play -q -d /dev/video1 -p {fourcc} --no-confine --json={report} "
GST_PLAY = ("gst-launch-1.0 -q filesrc location={source}.yuv blocksize=1843200 ! rawvideoparse format=yuy2 width={w} height={h} "
            "framerate={rate}/1 ! capssetter caps=video/x-raw,colorimetry=2:4:7:1 ! "
            "v4l2sink device=/dev/video1 show-preroll-frame=false ")
CTL_PLAY = ("v4l2-ctl -d /dev/video1 --set-fmt-video-out=width={w},height={h},pixelformat={fourcc} --stream-out-mmap=4 "
            "--stream-from={source}.yuv --stream-count={n}")
FFMPEG_PLAY = "ffmpeg -nostdin -v error {pace} -i {source}"

CLIP = "ffmpeg -nostdin -v error -y -f lavfi -i testsrc2=size={w}x{h}:rate={rate} -frames:v {n} "
RAW_CLIP = {"nut": CLIP + "-pix_fmt {ff} -c:v rawvideo {source}.nut", "yuv": CLIP + "-pix_fmt {ff} -f rawvideo {source}.yuv"}
H264_CLIP = {"mp4": CLIP + "-pix_fmt yuv420p -c:v libx264 {source}.mp4"}

HD = {"devices": ["capture"], "w": 1280, "h": 720, "fps": 100, "fourcc": "YUYV", "ff": "yuyv422", "caps": "video/x-raw,format=YUY2"}
FULL_HD = dict(HD, w=1920, h=1080, fourcc="MJPG", ff="mjpeg", caps="image/jpeg")
# A device that takes a frame as soon as it is there: whoever keeps a pace keeps its own. {rate} is the file's.
OUTPUT = dict(HD, devices=["output"], fps=0, rate=30)
PACED = dict(OUTPUT, frames=300, pace="-re")
UNPACED = dict(OUTPUT, pace="")
# An encoder that makes the same of every frame, which costs nothing.
CODED = dict(HD, devices=["capture", "encoder"], fourcc="NV12", ff="nv12", caps="video/x-raw,format=NV12")
NO_CODEC_NODE = {"v4l2-ctl": "encodes what is in a file, not a camera's frames", "yavta": "uses no codec node"}

WORKS = {
    "mkv": dict(HD, title="720p YUYV into Matroska", ending=".mkv", commands={
        "v4l2q": CAPTURE + "-o {file}",
        "gst-launch": GST + "matroskamux ! filesink location={file}",
        "ffmpeg": FFMPEG + "{file}",
        **YAVTA_BARE}),
    "nut": dict(HD, title="720p YUYV into NUT", ending=".nut", commands={
        "v4l2q": CAPTURE + "-o {file}",
        "ffmpeg": FFMPEG + "{file}",
        **YAVTA_BARE}),
    "avi": dict(HD, title="720p YUYV into AVI", ending=".avi", commands={
        "v4l2q": CAPTURE + "-o {file}",
        "gst-launch": GST + "avimux ! filesink location={file}",
        "ffmpeg": FFMPEG + "{file}",
        **YAVTA_BARE}),
    "bare": dict(HD, title="720p YUYV into a bare file", ending=".yuv", commands=BARE),
    "mjpeg": dict(FULL_HD, title="1080p MJPEG, copied into Matroska", ending=".mkv", commands={
        "v4l2q": CAPTURE + "-o {file}",
        "gst-launch": GST + "matroskamux ! filesink location={file}",
        "ffmpeg": FFMPEG + "{file}"}),
    "4k60": dict(HD, title="4K60 YUYV (1 GB/s) to the disk, 8 buffers", ending=".yuv", w=3840, h=2160, fps=60, frames=300,
                 commands=EIGHT),
    "stall": dict(HD, title="720p30 YUYV into a pipe whose reader stops for 5 s", ending=".pipe", fps=30, frames=300, stall=5,
                  commands=PIPED),
    "start": dict(HD, title="from the start to the first frame of 720p YUYV out of a pipe", ending=".pipe", fps=0, frames=10,
                  commands=dict(PIPED, **{"gst-launch": BARE["gst-launch"].replace("{fps}/1", "[1/1,1000/1]")})),
    "relay": dict(HD, devices=["capture", "output"],
                  title="720p YUYV from a capture device to an output device, by dmabuf (ffmpeg: copied)", commands={
        "v4l2q": PLAY + "-n {n} /dev/video0",
        "gst-launch": GST_SHARING + "v4l2sink device=/dev/video1 io-mode=dmabuf-import sync=false show-preroll-frame=false",
        "ffmpeg": FFMPEG + "-f v4l2 /dev/video1",
        "v4l2-ctl": CTL + "-e /dev/video1 --stream-out-dmabuf"}),
    "encode": dict(CODED, codec="H264", title="720p NV12 by a codec node into H.264, by dmabuf (ffmpeg: copied)", ending=".h264", commands={
        "v4l2q": CAPTURE + "-c h264_v4l2 --codec-device /dev/video2 -o {file}",
        "gst-launch": GST_SHARING + "v4l2h264enc output-io-mode=dmabuf-import ! filesink location={file}",
        "ffmpeg": FFMPEG_FROM + "-c:v h264_v4l2m2m {file}"}, absent=NO_CODEC_NODE),
    "encode-jpeg": dict(CODED, codec="MJPG", title="720p NV12 by a codec node into JPEG, by dmabuf", ending=".mjpeg", commands={
        "v4l2q": CAPTURE + "-c mjpeg_v4l2 --codec-device /dev/video2 -o {file}",
        "gst-launch": GST_SHARING + "v4l2jpegenc output-io-mode=dmabuf-import ! filesink location={file}"},
                        absent=dict(NO_CODEC_NODE, ffmpeg="has no mjpeg_v4l2m2m")),
    "play": dict(UNPACED, title="720p YUYV from a file (v4l2q, ffmpeg: NUT, others: bare) to an output device, unpaced",
                 sources=RAW_CLIP, commands={
        "v4l2q": PLAY + "--speed 0 {source}.nut",
        "gst-launch": GST_PLAY + "sync=false",
        "ffmpeg": FFMPEG_PLAY + ".nut -f v4l2 /dev/video1",
        "ffmpeg-copy": FFMPEG_PLAY + ".nut -c copy -f v4l2 /dev/video1",
        "v4l2-ctl": CTL_PLAY}),
    "decode": dict(UNPACED, title="720p H.264, 4:2:0, to a YUYV output device, unpaced", sources=H264_CLIP, commands={
        "v4l2q": PLAY + "--speed 0 {source}.mp4",
        "ffmpeg": FFMPEG_PLAY + ".mp4 -pix_fmt {ff} -f v4l2 /dev/video1"}),
    "pace": dict(PACED, title="pace of 720p30 YUYV from a file (v4l2q, ffmpeg: NUT, gst-launch: bare)", sources=RAW_CLIP, commands={
        "v4l2q": PLAY + "{source}.nut",
        "gst-launch": GST_PLAY + "sync=true",
        "ffmpeg": FFMPEG_PLAY + ".nut -f v4l2 /dev/video1"}),
    "pace-h264": dict(PACED, title="pace of 720p30 H.264, 4:2:0, to a YUYV output device", sources=H264_CLIP, commands={
        "v4l2q": PLAY + "{source}.mp4",
        "ffmpeg": FFMPEG_PLAY + ".mp4 -pix_fmt {ff} -f v4l2 /dev/video1"}),
}
