/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values as users write them, and fractions. */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include "base/array.h"
#include "base/clock.h"
#include "base/units.h"

#define NANO UINT32_C(1000000000)
#define SIDE_MAX 65535
#define USUAL_NUM_MAX 240000 /* of 240000/1001; a numerator above is a clock's unit */

/* A decimal number; a double would not be exact. */
struct decimal {
	uint64_t whole;
	uint32_t nano; /* the fraction, in units of 1e-9; further digits are ignored */
};

/* Reads digits at *text and advances it past them. */
static int read_uint(const char **text, uint64_t max, uint64_t *value)
{
	const char *p = *text;
	uint64_t sum = 0;

	if (!isdigit((unsigned char)*p))
		return -EINVAL;
	for (; isdigit((unsigned char)*p); p++) {
		unsigned digit = (unsigned)(*p - '0');

		if (digit > max || sum > (max - digit) / 10)
			return -ERANGE;
		sum = sum * 10 + digit;
	}
	*text = p;
	*value = sum;
	return 0;
}

static int read_decimal(const char **text, struct decimal *value)
{
	struct decimal d = { 0 };
	const char *p = *text;
	uint32_t unit = NANO;
	int err;

	if (*p != '.') {
		err = read_uint(&p, UINT64_MAX, &d.whole);
		if (err < 0)
			return err;
	}
	if (*p == '.') {
		if (!isdigit((unsigned char)*++p))
			return -EINVAL;
		for (; isdigit((unsigned char)*p); p++) {
			unit /= 10;
			d.nano += unit * (uint32_t)(*p - '0');
		}
	}
	*text = p;
	*value = d;
	return 0;
}

/* value × unit, rounded to the nearest whole. */
static int decimal_scale(struct decimal value, uint64_t unit, uint64_t max, uint64_t *product)
{
	unsigned __int128 n = (unsigned __int128)value.whole * unit +
			      ((unsigned __int128)value.nano * unit + NANO / 2) / NANO;

	if (n > max)
		return -ERANGE;
	*product = (uint64_t)n;
	return 0;
}

int parse_uint(const char *text, uint64_t max, uint64_t *value)
{
	uint64_t v;
	int err;

	err = read_uint(&text, max, &v);
	if (err < 0)
		return err;
	if (*text)
		return -EINVAL;
	*value = v;
	return 0;
}

/* "WxH" at the start of *text, which is set to what follows. */
static int read_size(const char **text, uint32_t *width, uint32_t *height)
{
	uint64_t w, h;
	int err = read_uint(text, SIDE_MAX, &w);

	if (err < 0)
		return err;
	if (**text != 'x' && **text != 'X')
		return -EINVAL;
	++*text;
	err = read_uint(text, SIDE_MAX, &h);
	if (err < 0)
		return err;
	if (w == 0 || h == 0)
		return -EINVAL;
	*width = (uint32_t)w;
	*height = (uint32_t)h;
	return 0;
}

int parse_size(const char *text, uint32_t *width, uint32_t *height)
{
	uint32_t w, h;
	int err = read_size(&text, &w, &h);

	if (err < 0 || *text)
		return err < 0 ? err : -EINVAL;
	*width = w;
	*height = h;
	return 0;
}

int parse_crop(const char *text, uint32_t *width, uint32_t *height, int32_t *left, int32_t *top)
{
	uint64_t position[2];
	uint32_t w, h;
	int err = read_size(&text, &w, &h);

	for (unsigned i = 0; i < 2 && err == 0; i++) {
		if (*text != '+')
			return -EINVAL;
		text++;
		err = read_uint(&text, SIDE_MAX, &position[i]);
	}
	if (err < 0 || *text)
		return err < 0 ? err : -EINVAL;
	*width = w;
	*height = h;
	*left = (int32_t)position[0];
	*top = (int32_t)position[1];
	return 0;
}

/* 29.97 means 30000/1001, and so do 29.970 and 29.97003. */
static struct fraction rate_of_decimal(struct decimal value)
{
	static const uint32_t ntsc[] = { 15, 24, 30, 48, 60, 90, 120, 240 };
	double rate = (double)value.whole + value.nano / 1e9;

	for (size_t i = 0; value.nano && i < ARRAY_SIZE(ntsc); i++) {
		if (fabs(rate - ntsc[i] * 1000 / 1001.0) < 0.006)
			return (struct fraction){ ntsc[i] * 1000, 1001 };
	}
	return fraction_reduce(value.whole * NANO + value.nano, NANO);
}

int parse_rate(const char *text, struct fraction *rate)
{
	struct decimal value;
	struct fraction f;
	uint64_t num, den;
	int err;

	if (strchr(text, '/')) {
		err = read_uint(&text, UINT32_MAX, &num);
		if (err < 0)
			return err;
		if (*text != '/')
			return -EINVAL;
		err = parse_uint(text + 1, UINT32_MAX, &den);
		if (err < 0)
			return err;
		f = fraction_reduce(num, den);
	} else {
		err = read_decimal(&text, &value);
		if (err < 0)
			return err;
		if (*text)
			return -EINVAL;
		if (value.whole > UINT32_MAX)
			return -ERANGE;
		f = rate_of_decimal(value);
	}
	if (f.num == 0 || f.den == 0)
		return -EINVAL;
	*rate = f;
	return 0;
}

int parse_factor(const char *text, double *factor)
{
	struct decimal value;
	int err = read_decimal(&text, &value);

	if (err < 0)
		return err;
	if (*text)
		return -EINVAL;
	*factor = (double)value.whole + value.nano / 1e9;
	return 0;
}

struct suffix {
	const char *name;
	uint64_t unit;
};

static const struct suffix duration_suffixes[] = {
	{ "", NS_PER_S },
	{ "s", NS_PER_S },
	{ "ms", NS_PER_MS },
	{ "us", NS_PER_US },
	{ "ns", 1 },
	{ "m", 60 * NS_PER_S },
	{ "min", 60 * NS_PER_S },
	{ "h", 3600 * NS_PER_S },
	{ "d", 86400 * NS_PER_S },
	{ 0 },
};

static const struct suffix byte_suffixes[] = {
	{ "", 1 },
	{ "k", UINT64_C(1) << 10 },
	{ "M", UINT64_C(1) << 20 },
	{ "G", UINT64_C(1) << 30 },
	{ "T", UINT64_C(1) << 40 },
	{ 0 },
};

static const struct suffix *find_suffix(const struct suffix *table, const char *name, size_t length)
{
	for (; table->name; table++) {
		if (strlen(table->name) == length && !strncasecmp(table->name, name, length))
			return table;
	}
	return NULL;
}

#define DURATION_MAX (INT64_MAX / 4) /* ns, 73 years: now_ns() plus it does not overflow */

/* "1:30", "1:02:03.5": all but the first below 60, all but the last whole. */
static int parse_clock(const char *text, uint64_t *ns)
{
	struct decimal value = { 0 };
	uint64_t seconds = 0;
	int err, n_parts = 0;

	do {
		err = read_decimal(&text, &value);
		if (err < 0)
			return err;
		if (++n_parts > 3 || (n_parts > 1 && value.whole >= 60) || (*text == ':' && value.nano))
			return -EINVAL;
		if (value.whole > INT64_MAX / NS_PER_S)
			return -ERANGE;
		seconds = seconds * 60 + value.whole;
	} while (*text++ == ':');
	if (text[-1])
		return -EINVAL;
	value.whole = seconds;
	return decimal_scale(value, NS_PER_S, DURATION_MAX, ns);
}

int parse_duration(const char *text, int64_t *ns)
{
	const struct suffix *suffix;
	struct decimal value;
	uint64_t n;
	int err;

	if (strchr(text, ':')) {
		err = parse_clock(text, &n);
		if (err < 0)
			return err;
	} else {
		err = read_decimal(&text, &value);
		if (err < 0)
			return err;
		suffix = find_suffix(duration_suffixes, text, strlen(text));
		if (!suffix)
			return -EINVAL;
		err = decimal_scale(value, suffix->unit, DURATION_MAX, &n);
		if (err < 0)
			return err;
	}
	*ns = (int64_t)n;
	return 0;
}

int parse_bytes(const char *text, uint64_t *bytes)
{
	const struct suffix *suffix;
	struct decimal value;
	size_t length;
	uint64_t n;
	int err;

	err = read_decimal(&text, &value);
	if (err < 0)
		return err;
	length = strlen(text);
	if (length > 2 && !strcasecmp(text + length - 2, "iB"))
		length -= 2;
	else if (length > 0 && (text[length - 1] == 'B' || text[length - 1] == 'b'))
		length -= 1;
	suffix = find_suffix(byte_suffixes, text, length);
	if (!suffix)
		return -EINVAL;
	err = decimal_scale(value, suffix->unit, UINT64_MAX, &n);
	if (err < 0)
		return err;
	*bytes = n;
	return 0;
}

double fraction_value(struct fraction f)
{
	return f.den ? (double)f.num / f.den : 0;
}

int fraction_close(struct fraction a, struct fraction b)
{
	double x = fraction_value(a), y = fraction_value(b);

	return fabs(x - y) <= 0.01 * fmax(x, y);
}

static uint64_t greatest_common_divisor(uint64_t a, uint64_t b)
{
	while (b) {
		uint64_t remainder = a % b;

		a = b;
		b = remainder;
	}
	return a;
}

struct fraction fraction_reduce(uint64_t num, uint64_t den)
{
	uint64_t divisor = greatest_common_divisor(num, den);

	if (divisor > 1) {
		num /= divisor;
		den /= divisor;
	}
	while (num > UINT32_MAX || den > UINT32_MAX) {
		num >>= 1;
		den >>= 1;
	}
	return (struct fraction){ (uint32_t)num, (uint32_t)den };
}

/* USB Video Class 1.5 has intervals in units of 100 ns, in which few are whole: the first of these rates that
 * is less than a unit away is meant. */
struct fraction rate_of_interval(uint32_t num, uint32_t den)
{
	static const uint32_t divisors[] = { 1, 1001, 2, 3, 4, 5, 8, 10 };
	struct fraction exact = fraction_reduce(den, num);

	if (!num || !den)
		return (struct fraction){ 0 };
	for (size_t i = 0; exact.num > USUAL_NUM_MAX && i < ARRAY_SIZE(divisors); i++) {
		uint32_t step = divisors[i] == 1001 ? 1000 : 1;
		double n = round((double)den / num * divisors[i] / step) * step;

		if (n >= 1 && n <= USUAL_NUM_MAX && fabs((double)divisors[i] * den / n - num) < 1)
			return fraction_reduce((uint64_t)n, divisors[i]);
	}
	return exact;
}

char *fraction_text(struct fraction f, char text[FRACTION_TEXT_MAX])
{
	snprintf(text, FRACTION_TEXT_MAX, "%u/%u", f.num, f.den);
	return text;
}

char *bytes_text(uint64_t bytes, char text[BYTES_TEXT_MAX])
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	double value = (double)bytes / 1024;
	size_t i = 0;

	if (bytes < 1024) {
		snprintf(text, BYTES_TEXT_MAX, "%u B", (unsigned)bytes);
		return text;
	}
	/* 1023.95 would print as 1024.0 */
	for (; value >= 1023.95 && i + 1 < ARRAY_SIZE(units); i++)
		value /= 1024;
	snprintf(text, BYTES_TEXT_MAX, "%.1f %s", value, units[i]);
	return text;
}

char *number_text(double value, int digits, char text[NUMBER_TEXT_MAX])
{
	int whole = value != 0 && isfinite(value) ? (int)floor(log10(fabs(value))) + 1 : 1;
	size_t length;

	snprintf(text, NUMBER_TEXT_MAX, "%.*f", digits > whole ? digits - whole : 0, value);
	length = strlen(text);
	while (strchr(text, '.') && (text[length - 1] == '0' || text[length - 1] == '.'))
		text[--length] = '\0';
	return text;
}
