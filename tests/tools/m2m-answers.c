/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Shows what a memory-to-memory node answers: m2m-answers NODE
 *
 * Makes the same calls on a node of the kernel's or of the simulated device, in the right order and in wrong
 * ones, and prints a line for each answer that the kernel's rules decide: two nodes that do the same job
 * print the same. Of decoders only what needs no packets: see decoder-answers.c. Exit status 1 when the node
 * cannot be opened or set up.
 */
#include "m2m/m2m.h"
#include "m2m_calls.h"

static struct m2m m2m;

/* --- what is asked --- */

static void ask_without_buffers(struct device *queue)
{
	struct v4l2_buffer buffer;

	say(queue, "QBUF without buffers", queue_buffer(queue, 0, 0, 0));
	say(queue, "DQBUF without buffers", dequeue_buffer(queue, &buffer));
	say(queue, "STREAMON without buffers", stream(queue, true));
	say(queue, "STREAMOFF of what does not stream", stream(queue, false));
}

static void ask_with_buffers(struct device *queue, const struct video_format *format)
{
	struct video_format other = *format, got;
	struct v4l2_buffer buffer = { .index = N_BUFFERS };

	say(queue, "REQBUFS", request_buffers(queue, N_BUFFERS));
	other.width *= 2;
	say(queue, "S_FMT of another size with buffers", m2m_set_format(queue, &other, &got));
	say(queue, "QUERYBUF beyond the last", call_buffer(queue, VIDIOC_QUERYBUF, &buffer, 0));
	say(queue, "DQBUF of what does not stream", dequeue_buffer(queue, &buffer));
	say(queue, "QBUF beyond the last", queue_buffer(queue, N_BUFFERS, 0, 0));
}

static void take_frame(const char *what, uint32_t bytes, uint32_t number)
{
	struct v4l2_buffer in, out;
	int err = queue_buffer(&m2m.output, number % N_BUFFERS, bytes, number);

	say(&m2m.output, what, err);
	if (err < 0 || next_buffer(&m2m.output, &in) < 0 || next_buffer(&m2m.capture, &out) < 0) {
		printf("no frame\n");
		return;
	}
	printf("OUTPUT buffer %u, CAPTURE sequence %u, of second %ld, timestamp %s, %s bytes, %s%s%s\n",
	       in.index, out.sequence, (long)out.timestamp.tv_sec, device_clock_name(out.flags),
	       out.bytesused ? "some" : "no", out.flags & V4L2_BUF_FLAG_ERROR ? "damaged, " : "",
	       out.flags & V4L2_BUF_FLAG_LAST ? "last, " : "",
	       out.field == V4L2_FIELD_NONE ? "whole" : "fields");
	say(&m2m.capture, "QBUF", queue_buffer(&m2m.capture, out.index, 0, 0));
}

static int command(uint32_t cmd)
{
	struct v4l2_encoder_cmd encoder = { .cmd = cmd };

	return device_ioctl(&m2m.node, VIDIOC_ENCODER_CMD, &encoder);
}

/* Not START: vicodec (6.12) has DQBUF fail with EPIPE after it, for ever. */
static void ask_for_the_end(uint32_t bytes)
{
	struct v4l2_buffer buffer;

	say(&m2m.capture, "ENCODER_CMD 99", command(99));
	say(&m2m.capture, "ENCODER_CMD STOP", command(V4L2_ENC_CMD_STOP));
	say(&m2m.capture, "DQBUF of the last", next_buffer(&m2m.capture, &buffer));
	printf("%s, %s bytes\n", buffer.flags & V4L2_BUF_FLAG_LAST ? "last" : "not last",
	       buffer.bytesused ? "some" : "no");
	say(&m2m.capture, "DQBUF after the last", dequeue_buffer(&m2m.capture, &(struct v4l2_buffer){ 0 }));
	say(&m2m.capture, "STREAMOFF", stream(&m2m.capture, false));
	for (uint32_t i = 0; i < N_BUFFERS; i++)
		say(&m2m.capture, "QBUF", queue_buffer(&m2m.capture, i, 0, 0));
	say(&m2m.capture, "STREAMON", stream(&m2m.capture, true));
	take_frame("QBUF after the end", bytes, 10);
}

static void ask_while_streaming(const struct video_format *taken)
{
	uint32_t bytes = taken->sizeimage[0];
	struct v4l2_buffer buffer;

	say(&m2m.capture, "QBUF", queue_buffer(&m2m.capture, 0, 0, 0));
	say(&m2m.capture, "QBUF twice", queue_buffer(&m2m.capture, 0, 0, 0));
	say(&m2m.capture, "QBUF", queue_buffer(&m2m.capture, 1, 0, 0));
	say(&m2m.output, "STREAMON", stream(&m2m.output, true));
	say(&m2m.capture, "STREAMON", stream(&m2m.capture, true));
	say(&m2m.capture, "STREAMON twice", stream(&m2m.capture, true));
	say(&m2m.output, "DQBUF of nothing", dequeue_buffer(&m2m.output, &buffer));
	say(&m2m.capture, "DQBUF of nothing", dequeue_buffer(&m2m.capture, &buffer));
	for (uint32_t i = 0; i < 3; i++)
		take_frame("QBUF of a frame", bytes, i);
	if (m2m.conversion.job == JOB_ENCODER)
		ask_for_the_end(bytes);
	say(&m2m.output, "REQBUFS 0 while it streams", request_buffers(&m2m.output, 0));
	say(&m2m.output, "STREAMOFF", stream(&m2m.output, false));
	say(&m2m.capture, "DQBUF of nothing", dequeue_buffer(&m2m.capture, &buffer));
	say(&m2m.output, "STREAMON again", stream(&m2m.output, true));
	take_frame("QBUF of a frame", bytes, 20);
	say(&m2m.capture, "STREAMOFF", stream(&m2m.capture, false));
	say(&m2m.capture, "DQBUF of what does not stream", dequeue_buffer(&m2m.capture, &buffer));
}

static int set_formats(struct video_format *taken, struct video_format *given)
{
	bool codes = m2m.conversion.job == JOB_ENCODER;
	struct video_format wanted = { .width = 640, .height = 480, .n_planes = 1, .field = V4L2_FIELD_NONE };
	int err;

	wanted.fourcc = m2m.conversion.job == JOB_DECODER ? m2m.conversion.from.fourccs[0]
			: codes                           ? V4L2_PIX_FMT_YUV420
							  : V4L2_PIX_FMT_RGB24;
	wanted.sizeimage[0] = m2m.conversion.job == JOB_DECODER ? 1 << 20 : 0;
	err = m2m_set_format(&m2m.output, &wanted, taken);
	wanted.fourcc = codes ? m2m.conversion.to.fourccs[0] : V4L2_PIX_FMT_YUYV;
	if (err == 0 && m2m.conversion.job != JOB_DECODER)
		err = m2m_set_format(&m2m.capture, &wanted, given);
	return err;
}

int main(int argc, char **argv)
{
	struct video_format taken, given;

	if (argc != 2 || m2m_open(&m2m, argv[1]) < 0 || set_formats(&taken, &given) < 0)
		return 1;
	printf("%s\n", conversion_job_name(m2m.conversion.job));
	ask_without_buffers(&m2m.output);
	ask_with_buffers(&m2m.output, &taken);
	if (m2m.conversion.job != JOB_DECODER) {
		ask_without_buffers(&m2m.capture);
		ask_with_buffers(&m2m.capture, &given);
		ask_while_streaming(&taken);
		say(&m2m.capture, "REQBUFS 0", request_buffers(&m2m.capture, 0));
	}
	stream(&m2m.output, false);
	say(&m2m.output, "REQBUFS 0", request_buffers(&m2m.output, 0));
	m2m_close(&m2m);
	return 0;
}
