/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pixel formats that libswscale cannot read or write, by way of ones that it can. */
#ifndef MEDIA_SEMIPLANAR_H
#define MEDIA_SEMIPLANAR_H

#include <libavutil/frame.h>

/* The planar format that says the same as NV16 and the like; AV_PIX_FMT_NONE where none is needed. */
enum AVPixelFormat semiplanar_stand_in(enum AVPixelFormat format);
/* From pairs of chroma samples to planes of their own, and back. Both pictures have memory and the same size.
 */
void semiplanar_split(const AVFrame *semiplanar, const AVFrame *planar);
void semiplanar_join(const AVFrame *planar, const AVFrame *semiplanar);

#endif
