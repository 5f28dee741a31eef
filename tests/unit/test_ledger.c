/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What became of every frame. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <linux/videodev2.h>
#include "base/array.h"
#include "session/ledger.h"

/* Whether both equations hold, at the end of a run. */
static bool is_balanced(const struct ledger *ledger)
{
	uint64_t results = ledger->written + ledger->lost_error + ledger->lost_queue + ledger->lost_writer +
			   ledger->lost_codec + ledger->skipped + ledger->not_triggered;
	uint64_t numbers =
		ledger->sequence_span + ledger->second_fields + ledger->repeated + ledger->unnumbered;

	return ledger->captured == results && ledger->captured + ledger->lost_driver == numbers;
}

static uint64_t capture(struct ledger *ledger, uint32_t sequence)
{
	struct frame_info info = { .sequence = sequence, .bytes = 1 };

	return ledger_add(ledger, &info);
}

/* A buffer with this number that is written in the end. */
static uint64_t deliver(struct ledger *ledger, uint32_t sequence)
{
	ledger->written++;
	return capture(ledger, sequence);
}

/* The same, as the first of a stream. */
static void deliver_first(struct ledger *ledger, uint32_t sequence)
{
	struct frame_info info = { .sequence = sequence, .bytes = 1, .new_sequence = true };

	ledger->written++;
	assert_int_equal(ledger_add(ledger, &info), 0);
}

static void deliver_range(struct ledger *ledger, uint32_t first, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		assert_int_equal(deliver(ledger, first + i), 0);
}

static void an_empty_ledger_balances(void **state)
{
	struct ledger ledger = { 0 };

	(void)state;
	assert_true(is_balanced(&ledger));
	assert_int_equal(ledger_lost(&ledger), 0);
}

static void whatever_number_comes_first_loses_nothing(void **state)
{
	static const uint32_t firsts[] = { 0, 1, 17, INT32_MAX, UINT32_C(0x80000000), UINT32_MAX };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(firsts); i++) {
		struct ledger ledger = { 0 };

		deliver_range(&ledger, firsts[i], 20);
		assert_int_equal(ledger.sequence_span, 20);
		assert_int_equal(ledger.repeated, 0);
		assert_true(is_balanced(&ledger));
	}
}

static void gaps_are_the_drivers_loss(void **state)
{
	struct ledger ledger = { 0 };

	(void)state;
	deliver_range(&ledger, 0, 3);
	assert_int_equal(deliver(&ledger, 4), 1);
	assert_int_equal(deliver(&ledger, 5), 0);
	assert_int_equal(deliver(&ledger, 100), 94);
	assert_int_equal(ledger.lost_driver, 95);
	assert_int_equal(ledger.sequence_span, 101);
	assert_int_equal(ledger_lost(&ledger), 95);
	assert_true(is_balanced(&ledger));
}

static void numbers_wrap_at_32_bits(void **state)
{
	struct ledger ledger = { 0 };

	(void)state;
	deliver_range(&ledger, UINT32_C(0xffffff80), 200);
	assert_int_equal(ledger.sequence_span, 200);

	ledger = (struct ledger){ 0 };
	deliver(&ledger, UINT32_MAX - 1);
	assert_int_equal(deliver(&ledger, 2), 3); /* UINT32_MAX, 0, 1 */
	assert_int_equal(ledger.sequence_span, 5);
	assert_int_equal(deliver(&ledger, UINT32_MAX), 0); /* late, from beyond the wrap */
	assert_int_equal(ledger.repeated, 1);
	assert_int_equal(deliver(&ledger, 3), 0);
	assert_true(is_balanced(&ledger));
}

static void repeated_numbers_are_no_loss(void **state)
{
	struct ledger ledger = { 0 };

	(void)state;
	for (uint32_t i = 0; i < 10; i++) {
		deliver(&ledger, i);
		deliver(&ledger, i);
	}
	assert_int_equal(ledger.repeated, 10);
	assert_int_equal(ledger.sequence_span, 10);
	assert_int_equal(ledger.lost_driver, 0);
	assert_true(is_balanced(&ledger));
}

static void fields_of_a_frame_share_its_number(void **state)
{
	struct ledger ledger = { 0 };

	(void)state;
	for (uint32_t i = 0; i < 20; i++) {
		struct frame_info field = { .sequence = i / 2,
					    .bytes = 1,
					    .field = i % 2 ? V4L2_FIELD_TOP : V4L2_FIELD_BOTTOM };

		assert_int_equal(ledger_add(&ledger, &field), 0);
		ledger.written++;
	}
	assert_int_equal(ledger.second_fields, 10);
	assert_int_equal(ledger.repeated, 0);
	assert_int_equal(ledger.lost_driver, 0);
	assert_true(is_balanced(&ledger));
}

static void going_back_a_little_counts_nothing_twice(void **state)
{
	struct ledger ledger = { 0 };

	(void)state;
	deliver_range(&ledger, 100, 9);
	deliver_range(&ledger, 100, 9); /* 8 back: all of them repeated */
	assert_int_equal(ledger.repeated, 9);
	assert_int_equal(deliver(&ledger, 109), 0);
	assert_int_equal(ledger.sequence_span, 10);
	assert_int_equal(ledger.lost_driver, 0);
	assert_true(is_balanced(&ledger));
}

static void further_back_is_a_reset(void **state)
{
	struct ledger ledger = { 0 };

	(void)state;
	deliver_range(&ledger, 100, 10);
	assert_int_equal(deliver(&ledger, 100), 0); /* 9 back */
	assert_int_equal(ledger.repeated, 0);
	assert_int_equal(ledger.sequence_span, 11);
	assert_int_equal(deliver(&ledger, 103), 2);
	assert_int_equal(deliver(&ledger, 0), 0);
	assert_int_equal(ledger.lost_driver, 2);
	assert_int_equal(ledger.sequence_span, 15);
	assert_true(is_balanced(&ledger));
}

static void half_the_circle_divides_gap_from_reset(void **state)
{
	struct ledger ledger = { 0 };

	(void)state;
	deliver(&ledger, 0);
	assert_int_equal(deliver(&ledger, INT32_MAX), INT32_MAX - 1);
	assert_true(is_balanced(&ledger));

	ledger = (struct ledger){ 0 };
	deliver(&ledger, 0);
	assert_int_equal(deliver(&ledger, UINT32_C(0x80000000)), 0);
	assert_int_equal(ledger.sequence_span, 2);
	assert_true(is_balanced(&ledger));
}

static void a_restart_continues_the_count(void **state)
{
	struct ledger ledger = { 0 };

	(void)state;
	deliver_first(&ledger, 0);
	deliver_range(&ledger, 1, 4);
	deliver_first(&ledger, 0); /* 4 back, but not repeated */
	deliver_range(&ledger, 1, 4);
	deliver_first(&ledger, 1000); /* ahead, but no gap */
	deliver_range(&ledger, 1001, 4);
	assert_int_equal(ledger.sequence_span, 15);
	assert_int_equal(ledger.repeated, 0);
	assert_int_equal(ledger.lost_driver, 0);
	assert_true(is_balanced(&ledger));
}

static void buffers_without_a_number_are_counted_apart(void **state)
{
	static const struct frame_info empty = { .flags = V4L2_BUF_FLAG_ERROR };
	struct ledger ledger = { 0 };

	(void)state;
	deliver_range(&ledger, 0, 5);
	for (int i = 0; i < 4; i++) { /* a driver returns all buffers empty after an error */
		assert_int_equal(ledger_add(&ledger, &empty), 0);
		ledger.lost_error++;
	}
	assert_int_equal(ledger.unnumbered, 4);
	assert_int_equal(deliver(&ledger, 7), 2);
	assert_int_equal(ledger.sequence_span, 8);
	assert_int_equal(ledger_lost(&ledger), 6);
	assert_true(is_balanced(&ledger));
}

static void every_result_counts(void **state)
{
	struct ledger ledger = { 0 };
	uint32_t sequence = 0;

	(void)state;
	deliver_range(&ledger, 0, 10);
	for (sequence = 10; sequence < 14; sequence++)
		capture(&ledger, sequence);
	assert_false(is_balanced(&ledger)); /* four not yet decided */
	ledger.lost_error++;
	ledger.lost_queue++;
	ledger.lost_writer++;
	ledger.skipped++;
	assert_true(is_balanced(&ledger));
	assert_int_equal(ledger_lost(&ledger), 3); /* what was skipped is not lost */
}

static void each_wrong_count_shows(void **state)
{
	struct ledger ledger = { 0 };

	(void)state;
	deliver_range(&ledger, 0, 10);
#define WRONG(field)                                                                                         \
	do {                                                                                                 \
		struct ledger wrong = ledger;                                                                \
		wrong.field++;                                                                               \
		assert_false(is_balanced(&wrong));                                                           \
	} while (0)
	WRONG(captured);
	WRONG(written);
	WRONG(skipped);
	WRONG(lost_driver);
	WRONG(lost_error);
	WRONG(lost_queue);
	WRONG(lost_writer);
	WRONG(lost_codec);
	WRONG(second_fields);
	WRONG(repeated);
	WRONG(unnumbered);
	WRONG(sequence_span);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_ledger_balances),
		cmocka_unit_test(whatever_number_comes_first_loses_nothing),
		cmocka_unit_test(gaps_are_the_drivers_loss),
		cmocka_unit_test(numbers_wrap_at_32_bits),
		cmocka_unit_test(repeated_numbers_are_no_loss),
		cmocka_unit_test(fields_of_a_frame_share_its_number),
		cmocka_unit_test(going_back_a_little_counts_nothing_twice),
		cmocka_unit_test(further_back_is_a_reset),
		cmocka_unit_test(half_the_circle_divides_gap_from_reset),
		cmocka_unit_test(a_restart_continues_the_count),
		cmocka_unit_test(buffers_without_a_number_are_counted_apart),
		cmocka_unit_test(every_result_counts),
		cmocka_unit_test(each_wrong_count_shows),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("ledger", tests, NULL, NULL);
}
