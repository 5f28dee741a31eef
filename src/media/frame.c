/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media/frame.h"

void frame_unref(struct frame *frame)
{
	av_buffer_unref(&frame->memory);
	av_buffer_unref(&frame->second_memory);
	av_buffer_unref(&frame->parameter_sets);
}
