/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Values as users write them, and fractions. Parsers accept the whole string only, write the result on
 * success only, and return 0, -EINVAL, or -ERANGE for a value that is too large.
 */
#ifndef BASE_UNITS_H
#define BASE_UNITS_H

#include <stddef.h>
#include <stdint.h>

struct fraction {
	uint32_t num, den; /* 0/0: unknown */
};

int parse_uint(const char *text, uint64_t max, uint64_t *value);
/* "1280x720"; neither may be 0 or above 65535. */
int parse_size(const char *text, uint32_t *width, uint32_t *height);
/* "640x480+320+120": neither side is 0, nothing is above 65535. */
int parse_crop(const char *text, uint32_t *width, uint32_t *height, int32_t *left, int32_t *top);
/* Frames a second: "30", "29.97" (NTSC rates become n/1001), "30000/1001"; not 0. */
int parse_rate(const char *text, struct fraction *rate);
/* "2", "0.5": not negative. */
int parse_factor(const char *text, double *factor);
/* Seconds with a fraction, or with a unit ("1.5", "10s", "500ms", "200us", "2m", "1h", "7d", "1:30",
 * "1:02:03"), in nanoseconds. */
int parse_duration(const char *text, int64_t *ns);
/* "4096", "64k", "16M", "2G", "1.5G", with or without "B" or "iB": powers of 1024. */
int parse_bytes(const char *text, uint64_t *bytes);

double fraction_value(struct fraction f); /* 0: unknown */
/* Whether two rates differ by no more than 1 %. */
int fraction_close(struct fraction a, struct fraction b);
struct fraction fraction_reduce(uint64_t num, uint64_t den);
/* The frame rate that is meant by an interval of num/den seconds, which may be rounded to a whole num;
 * 0/0: unknown. 333333/10000000 is 30/1, 166833/10000000 is 60000/1001. */
struct fraction rate_of_interval(uint32_t num, uint32_t den);
/* "30/1" into text, which is returned. */
#define FRACTION_TEXT_MAX 24
char *fraction_text(struct fraction f, char text[FRACTION_TEXT_MAX]);
/* "16.0 MiB" into text, which is returned. */
#define BYTES_TEXT_MAX 24
char *bytes_text(uint64_t bytes, char text[BYTES_TEXT_MAX]);
/* "5030", "0.52": of so many significant digits, and all of those before the point, without an exponent or
 * zeros at the end; into text, which is returned. */
#define NUMBER_TEXT_MAX 32
char *number_text(double value, int digits, char text[NUMBER_TEXT_MAX]);
/* The same, for an argument of printf(). */
#define PLAIN_NUMBER(value, digits) number_text(value, digits, (char[NUMBER_TEXT_MAX]){ 0 })

#endif
