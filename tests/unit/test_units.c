/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values as users write them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/clock.h"
#include "base/units.h"

#define N_ELEMENTS(array) (sizeof(array) / sizeof *(array))

static void uint_takes_digits_up_to_its_limit(void **state)
{
	static const struct {
		const char *text;
		uint64_t max;
		int err;
		uint64_t value;
	} rows[] = {
		{ "0", 10, 0, 0 },
		{ "007", 10, 0, 7 },
		{ "10", 10, 0, 10 },
		{ "11", 10, -ERANGE, 0 },
		{ "5", 3, -ERANGE, 0 },
		{ "0", 0, 0, 0 },
		{ "1", 0, -ERANGE, 0 },
		{ "18446744073709551615", UINT64_MAX, 0, UINT64_MAX },
		{ "18446744073709551616", UINT64_MAX, -ERANGE, 0 },
		{ "99999999999999999999999", UINT64_MAX, -ERANGE, 0 },
		{ "", 10, -EINVAL, 0 },
		{ "-1", 10, -EINVAL, 0 },
		{ "+1", 10, -EINVAL, 0 },
		{ " 1", 10, -EINVAL, 0 },
		{ "1 ", 10, -EINVAL, 0 },
		{ "0x1", 10, -EINVAL, 0 },
		{ "1.0", 10, -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		uint64_t value = 4711;

		print_message("# \"%s\"\n", rows[i].text);
		assert_int_equal(parse_uint(rows[i].text, rows[i].max, &value), rows[i].err);
		assert_int_equal(value, rows[i].err ? 4711 : rows[i].value);
	}
}

static void size_is_two_sides(void **state)
{
	static const struct {
		const char *text;
		int err;
		uint32_t width, height;
	} rows[] = {
		{ "1280x720", 0, 1280, 720 },       { "1X1", 0, 1, 1 },
		{ "65535x65535", 0, 65535, 65535 }, { "65536x1", -ERANGE, 0, 0 },
		{ "1x65536", -ERANGE, 0, 0 },       { "0x1", -EINVAL, 0, 0 },
		{ "1x0", -EINVAL, 0, 0 },           { "1280", -EINVAL, 0, 0 },
		{ "1280x", -EINVAL, 0, 0 },         { "x720", -EINVAL, 0, 0 },
		{ "1280x720x2", -EINVAL, 0, 0 },    { "1280x-720", -EINVAL, 0, 0 },
		{ "1280x720 ", -EINVAL, 0, 0 },     { "", -EINVAL, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		uint32_t width = 7, height = 8;

		print_message("# \"%s\"\n", rows[i].text);
		assert_int_equal(parse_size(rows[i].text, &width, &height), rows[i].err);
		assert_int_equal(width, rows[i].err ? 7 : rows[i].width);
		assert_int_equal(height, rows[i].err ? 8 : rows[i].height);
	}
}

static void crop_is_a_size_at_a_place(void **state)
{
	static const struct {
		const char *text;
		int err;
	} rows[] = {
		{ "640x480+320+0", 0 },         { "640x480+320", -EINVAL },    { "640x480", -EINVAL },
		{ "640x480+320+0+1", -EINVAL }, { "640x480-320+0", -EINVAL },  { "0x480+0+0", -EINVAL },
		{ "640x480+70000+0", -ERANGE }, { "640x480+320+0 ", -EINVAL }, { "+1+1", -EINVAL },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		uint32_t width = 7, height = 7;
		int32_t left = 7, top = 7;

		print_message("# \"%s\"\n", rows[i].text);
		assert_int_equal(parse_crop(rows[i].text, &width, &height, &left, &top), rows[i].err);
		assert_int_equal(width, rows[i].err ? 7 : 640);
		assert_int_equal(height, rows[i].err ? 7 : 480);
		assert_int_equal(left, rows[i].err ? 7 : 320);
		assert_int_equal(top, rows[i].err ? 7 : 0);
	}
}

static void rate_knows_ntsc(void **state)
{
	static const struct {
		const char *text;
		int err;
		uint32_t num, den;
	} rows[] = {
		{ "30", 0, 30, 1 },
		{ "30.0", 0, 30, 1 },
		{ "29.97", 0, 30000, 1001 },
		{ "29.970", 0, 30000, 1001 },
		{ "29.97002997002997", 0, 30000, 1001 },
		{ "59.94", 0, 60000, 1001 },
		{ "23.976", 0, 24000, 1001 },
		{ "23.98", 0, 24000, 1001 },
		{ "119.88", 0, 120000, 1001 },
		{ "14.985", 0, 15000, 1001 },
		{ "24", 0, 24, 1 },
		{ "60", 0, 60, 1 },
		{ "12.5", 0, 25, 2 },
		{ "7.5", 0, 15, 2 },
		{ ".5", 0, 1, 2 },
		{ "29.9", 0, 299, 10 },
		{ "30000/1001", 0, 30000, 1001 },
		{ "60/2", 0, 30, 1 },
		{ "1/3600", 0, 1, 3600 },
		{ "4294967295/1", 0, UINT32_MAX, 1 },
		{ "0", -EINVAL, 0, 0 },
		{ "0.0", -EINVAL, 0, 0 },
		{ "0/1", -EINVAL, 0, 0 },
		{ "1/0", -EINVAL, 0, 0 },
		{ "0/0", -EINVAL, 0, 0 },
		{ "4294967296/1", -ERANGE, 0, 0 },
		{ "4294967296", -ERANGE, 0, 0 },
		{ "", -EINVAL, 0, 0 },
		{ ".", -EINVAL, 0, 0 },
		{ "30.", -EINVAL, 0, 0 },
		{ "30fps", -EINVAL, 0, 0 },
		{ "30/", -EINVAL, 0, 0 },
		{ "/1", -EINVAL, 0, 0 },
		{ "30/1/1", -EINVAL, 0, 0 },
		{ "29.97/1", -EINVAL, 0, 0 },
		{ "-30", -EINVAL, 0, 0 },
		{ "nan", -EINVAL, 0, 0 },
		{ "1e3", -EINVAL, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct fraction rate = { 7, 8 };

		print_message("# \"%s\"\n", rows[i].text);
		assert_int_equal(parse_rate(rows[i].text, &rate), rows[i].err);
		assert_int_equal(rate.num, rows[i].err ? 7 : rows[i].num);
		assert_int_equal(rate.den, rows[i].err ? 8 : rows[i].den);
	}
}

static void duration_takes_units_and_clocks(void **state)
{
	static const struct {
		const char *text;
		int err;
		int64_t ns;
	} rows[] = {
		{ "0", 0, 0 },
		{ "10", 0, 10 * NS_PER_S },
		{ "1.5", 0, 1500 * NS_PER_MS },
		{ ".25", 0, 250 * NS_PER_MS },
		{ "10s", 0, 10 * NS_PER_S },
		{ "500ms", 0, 500 * NS_PER_MS },
		{ "200us", 0, 200 * NS_PER_US },
		{ "0.1us", 0, 100 },
		{ "2m", 0, 120 * NS_PER_S },
		{ "1.5m", 0, 90 * NS_PER_S },
		{ "1h", 0, 3600 * NS_PER_S },
		{ "7d", 0, 604800 * NS_PER_S },
		{ "1:30", 0, 90 * NS_PER_S },
		{ "0:00.5", 0, 500 * NS_PER_MS },
		{ "90:00", 0, 5400 * NS_PER_S },
		{ "1:02:03", 0, 3723 * NS_PER_S },
		{ "1:02:03.25", 0, 3723 * NS_PER_S + 250 * NS_PER_MS },
		{ "0.0000000014", 0, 1 },
		{ "2305843009", 0, 2305843009 * NS_PER_S },
		{ "2305843009.213693951", 0, INT64_MAX / 4 },
		{ "2305843009.213693952", -ERANGE, 0 },
		{ "9223372037", -ERANGE, 0 },
		{ "18446744073709551616", -ERANGE, 0 },
		{ "9999999999h", -ERANGE, 0 },
		{ "9999999999:00:00", -ERANGE, 0 },
		{ "9223372036:00:00", -ERANGE, 0 },
		{ "1:60", -EINVAL, 0 },
		{ "1:60:00", -EINVAL, 0 },
		{ "1:2:3:4", -EINVAL, 0 },
		{ "1.5:00", -EINVAL, 0 },
		{ "1:", -EINVAL, 0 },
		{ ":1", -EINVAL, 0 },
		{ "1::1", -EINVAL, 0 },
		{ "1:30s", -EINVAL, 0 },
		{ "1 s", -EINVAL, 0 },
		{ "1x", -EINVAL, 0 },
		{ "1ss", -EINVAL, 0 },
		{ "s", -EINVAL, 0 },
		{ "", -EINVAL, 0 },
		{ "-1", -EINVAL, 0 },
		{ "inf", -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		int64_t ns = 4711;

		print_message("# \"%s\"\n", rows[i].text);
		assert_int_equal(parse_duration(rows[i].text, &ns), rows[i].err);
		assert_int_equal(ns, rows[i].err ? 4711 : rows[i].ns);
	}
}

static void factor_is_a_plain_number(void **state)
{
	static const struct {
		const char *text;
		int err;
		double factor;
	} rows[] = {
		{ "0", 0, 0 },        { "1", 0, 1 },        { "0.5", 0, 0.5 },     { ".25", 0, 0.25 },
		{ "2x", -EINVAL, 0 }, { "-1", -EINVAL, 0 }, { "nan", -EINVAL, 0 }, { "", -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		double factor = 4711;

		print_message("# \"%s\"\n", rows[i].text);
		assert_int_equal(parse_factor(rows[i].text, &factor), rows[i].err);
		assert_true(factor == (rows[i].err ? 4711 : rows[i].factor));
	}
}

static void bytes_take_powers_of_1024(void **state)
{
	static const struct {
		const char *text;
		int err;
		uint64_t bytes;
	} rows[] = {
		{ "0", 0, 0 },
		{ "4096", 0, 4096 },
		{ "512B", 0, 512 },
		{ "64k", 0, 65536 },
		{ "64K", 0, 65536 },
		{ "64kB", 0, 65536 },
		{ "64KiB", 0, 65536 },
		{ "16M", 0, UINT64_C(16) << 20 },
		{ "2G", 0, UINT64_C(2) << 30 },
		{ "1.5G", 0, UINT64_C(3) << 29 },
		{ "1T", 0, UINT64_C(1) << 40 },
		{ "16777215T", 0, UINT64_C(16777215) << 40 },
		{ "16777216T", -ERANGE, 0 },
		{ "18446744073709551615", 0, UINT64_MAX },
		{ "18446744073709551616", -ERANGE, 0 },
		{ "1iB", -EINVAL, 0 },
		{ "1kBB", -EINVAL, 0 },
		{ "1Q", -EINVAL, 0 },
		{ "1 k", -EINVAL, 0 },
		{ "k", -EINVAL, 0 },
		{ "B", -EINVAL, 0 },
		{ "", -EINVAL, 0 },
		{ "-1k", -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		uint64_t bytes = 4711;

		print_message("# \"%s\"\n", rows[i].text);
		assert_int_equal(parse_bytes(rows[i].text, &bytes), rows[i].err);
		assert_int_equal(bytes, rows[i].err ? 4711 : rows[i].bytes);
	}
}

static void fractions_reduce_compare_and_print(void **state)
{
	struct fraction unknown = { 0, 0 }, ntsc = { 30000, 1001 }, film = { 24, 1 }, pal = { 25, 1 }, f;
	char text[FRACTION_TEXT_MAX];

	(void)state;
	assert_true(fraction_close(ntsc, (struct fraction){ 30, 1 }));
	assert_true(fraction_close((struct fraction){ 30, 1 }, ntsc));
	assert_false(fraction_close(film, pal));
	assert_false(fraction_close(unknown, pal));
	assert_false(fraction_close(pal, unknown));
	assert_true(fraction_close(unknown, unknown));
	assert_true(fraction_value(unknown) == 0);
	assert_true(fraction_value((struct fraction){ 1, 0 }) == 0);
	assert_true(fraction_value((struct fraction){ 1, 4 }) == 0.25);

	f = fraction_reduce(0, 0);
	assert_true(f.num == 0 && f.den == 0);
	f = fraction_reduce(50, 100);
	assert_true(f.num == 1 && f.den == 2);
	/* too large for 32 bits even when reduced: as near as can be */
	f = fraction_reduce(UINT64_C(29970029970), 1000000000);
	assert_true(fraction_value(f) > 29.97002 && fraction_value(f) < 29.97003);

	assert_string_equal(fraction_text(ntsc, text), "30000/1001");
	assert_string_equal(fraction_text((struct fraction){ UINT32_MAX, UINT32_MAX }, text),
			    "4294967295/4294967295");
}

static void rates_are_what_an_interval_means(void **state)
{
	static const struct {
		uint32_t num, den;
		const char *rate;
	} rows[] = {
		{ 333333, 10000000, "30/1" },
		{ 333334, 10000000, "30/1" },
		{ 166833, 10000000, "60000/1001" },
		{ 417083, 10000000, "24000/1001" },
		{ 166666, 10000000, "60/1" },
		{ 1333333, 10000000, "15/2" },
		{ 83333, 10000000, "120/1" },
		{ 33366, 1000000, "30000/1001" },
		{ 33333, 1000000, "30/1" },
		/* exact ones */
		{ 1001, 30000, "30000/1001" },
		{ 400000, 10000000, "25/1" },
		{ 33, 1000, "1000/33" },
		{ 20000000, 10000000, "1/2" },
		/* of no usual rate */
		{ 123450, 10000000, "200000/2469" },
		{ 333100, 10000000, "100000/3331" },
		{ 333101, 10000000, "10000000/333101" },
		{ 0, 10000000, "0/0" },
		{ 1, 0, "0/0" },
	};
	char text[FRACTION_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		assert_string_equal(fraction_text(rate_of_interval(rows[i].num, rows[i].den), text),
				    rows[i].rate);
}

static void bytes_print_short(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} rows[] = {
		{ 0, "0 B" },
		{ 1023, "1023 B" },
		{ 1024, "1.0 KiB" },
		{ 1024 * 1024 - 1, "1.0 MiB" },
		{ UINT64_C(16) << 20, "16.0 MiB" },
		{ UINT64_C(3) << 29, "1.5 GiB" },
		{ UINT64_MAX, "16.0 EiB" },
	};
	char text[BYTES_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		assert_string_equal(bytes_text(rows[i].bytes, text), rows[i].text);
}

static void numbers_have_no_exponent(void **state)
{
	static const struct {
		double value;
		int digits;
		const char *text;
	} rows[] = {
		{ 5030.4, 3, "5030" },
		{ 1e6, 6, "1000000" },
		{ 12345678, 4, "12345678" },
		{ 29.97003, 4, "29.97" },
		{ 60, 4, "60" },
		{ 0.5, 3, "0.5" },
		{ 0.01234, 2, "0.012" },
		{ 1.5e-6, 3, "0.0000015" },
		{ 0, 3, "0" },
		{ -12.345, 3, "-12.3" },
		{ 100, 3, "100" },
	};
	char text[NUMBER_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++)
		assert_string_equal(number_text(rows[i].value, rows[i].digits, text), rows[i].text);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(uint_takes_digits_up_to_its_limit),
		cmocka_unit_test(size_is_two_sides),
		cmocka_unit_test(crop_is_a_size_at_a_place),
		cmocka_unit_test(rate_knows_ntsc),
		cmocka_unit_test(duration_takes_units_and_clocks),
		cmocka_unit_test(factor_is_a_plain_number),
		cmocka_unit_test(bytes_take_powers_of_1024),
		cmocka_unit_test(fractions_reduce_compare_and_print),
		cmocka_unit_test(rates_are_what_an_interval_means),
		cmocka_unit_test(bytes_print_short),
		cmocka_unit_test(numbers_have_no_exponent),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("units", tests, NULL, NULL);
}
