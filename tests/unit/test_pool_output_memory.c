/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory of an output queue: held over its end, and brought from elsewhere. */
/* Runs under: asan valgrind */
#include "output_fixture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/page.h"

#define PAGE ((uint32_t)page_size())

/* Whoever fills a buffer meanwhile goes on doing so; the memory goes with the last that comes back. */
static void buffers_being_filled_outlive_the_stream(void **state)
{
	const char *io, *keys;

	(void)state;
	for (unsigned i = 0; output_fixture_mode(i, &io, &keys); i++) {
		struct buffer *held[2];
		struct pool_fixture fixture;

		output_fixture_open(&fixture, io, keys, V4L2_FIELD_NONE);
		assert_int_equal(output_fixture_queue(&fixture, output_fixture_buffer(&fixture)), 0);
		held[0] = output_fixture_buffer(&fixture);
		held[1] = output_fixture_buffer(&fixture);
		pool_fixture_mark(&fixture);
		assert_int_equal(pool_stop(fixture.pool), 0);
		assert_string_equal(pool_fixture_order(&fixture), i < 8 ? "STREAMOFF" : "");
		for (unsigned n = 0; n < 2; n++) {
			for (uint32_t p = 0; p < held[n]->n_planes; p++)
				memset(held[n]->planes[p].data, 0xff, fixture.format.sizeimage[p]);
			pool_fixture_mark(&fixture);
			pool_release(fixture.pool, held[n]);
			assert_string_equal(pool_fixture_order(&fixture),
					    n ? output_fixture_stop_calls(i) : "");
		}
		pool_fixture_close(&fixture);
	}
}

static unsigned n_done;

static void done(struct buffer *buffer)
{
	(void)buffer;
	n_done++;
}

/* A frame in memory of somebody else's. */
static void open_foreign(const struct pool_fixture *fixture, struct buffer *foreign)
{
	*foreign = (struct buffer){ .n_planes = fixture->format.n_planes, .done = done };
	for (uint32_t p = 0; p < foreign->n_planes; p++) {
		uint32_t size = fixture->format.sizeimage[p], length = (uint32_t)page_align(size);

		foreign->planes[p] = (struct plane){ .length = length, .bytesused = size, .fd = -1 };
		assert_non_null(foreign->planes[p].data = aligned_alloc(PAGE, length));
	}
	n_done = 0;
}

static void close_foreign(struct buffer *foreign)
{
	for (uint32_t p = 0; p < foreign->n_planes; p++)
		free(foreign->planes[p].data);
}

static void foreign_pages_go_out_as_they_are(void **state)
{
	static const char *const shapes[] = { "", "planes=3" };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(shapes); i++) {
		struct buffer foreign[N_FRAMES];
		struct pool_fixture fixture;

		output_fixture_open(&fixture, "userptr", shapes[i], V4L2_FIELD_NONE);
		for (unsigned n = 0; n < N_FRAMES; n++)
			open_foreign(&fixture, &foreign[n]);
		for (unsigned n = 0; n < N_FRAMES; n++) {
			assert_int_equal(output_fixture_queue(&fixture, &foreign[n]), 0);
			assert_int_equal(n_done, n);
		}
		assert_int_equal(fixture.pool->n_copied, 0);
		for (size_t c = fixture.mark; c < fixture.log.n_calls; c++)
			if (!strcmp(fixture.log.calls[c].name, "VIDIOC_QBUF"))
				assert_int_equal(trace_value(&fixture.log.calls[c], "userptr") % PAGE, 0);
		pool_fixture_close(&fixture);
		assert_int_equal(n_done, N_FRAMES);
		for (unsigned n = 0; n < N_FRAMES; n++)
			close_foreign(&foreign[n]);
	}
}

static long last_index(const struct pool_fixture *fixture)
{
	const struct trace_call *call = &fixture->log.calls[fixture->log.n_calls - 1];

	while (strcmp(call->name, "VIDIOC_QBUF") != 0)
		call--;
	return trace_value(call, "index");
}

/* The kernel attaches memory anew where it comes with another index. */
static void the_same_memory_comes_with_the_same_index(void **state)
{
	enum { N_FOREIGN = N_BUFFERS + 2, N_ROUNDS = 3 };
	static const struct {
		uint32_t most_queued, max, n_buffers;
	} rows[] = { { 0, 0, N_FOREIGN }, { 3, 0, N_FOREIGN }, { 0, N_BUFFERS, N_BUFFERS } };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		struct buffer foreign[N_FOREIGN];
		long indices[N_FOREIGN];
		struct pool_fixture fixture;

		output_fixture_open(&fixture, "userptr", "", V4L2_FIELD_NONE);
		fixture.pool->max = rows[i].max;
		fixture.pool->config.most_queued = rows[i].most_queued;
		for (unsigned n = 0; n < N_FOREIGN; n++)
			open_foreign(&fixture, &foreign[n]);
		for (unsigned n = 0; n < N_FOREIGN * N_ROUNDS; n++) {
			assert_int_equal(output_fixture_queue(&fixture, &foreign[n % N_FOREIGN]), 0);
			if (n < N_FOREIGN)
				indices[n] = last_index(&fixture);
			else if (rows[i].n_buffers == N_FOREIGN)
				assert_int_equal(last_index(&fixture), indices[n % N_FOREIGN]);
			assert_true(!rows[i].most_queued || fixture.pool->n_queued <= rows[i].most_queued);
		}
		assert_int_equal(fixture.pool->allocator.count, rows[i].n_buffers);
		pool_fixture_close(&fixture);
		for (unsigned n = 0; n < N_FOREIGN; n++)
			close_foreign(&foreign[n]);
	}
}

/* The driver would say EINVAL, or go where it must not. */
static void unfit_memory_is_refused_before_qbuf(void **state)
{
	static const char *const modes[] = { "userptr", "dmabuf-import" };
	static const char *const shapes[] = { "", "planes=3" };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(modes) * N_ELEMENTS(shapes); i++) {
		bool pages = i % 2 == 0;
		struct buffer foreign;
		struct plane *last;
		struct pool_fixture fixture;

		output_fixture_open(&fixture, modes[i % 2], shapes[i / 2], V4L2_FIELD_NONE);
		open_foreign(&fixture, &foreign);
		last = &foreign.planes[foreign.n_planes - 1];
		last->length = last->bytesused - 1;
		pool_fixture_mark(&fixture);
		assert_int_equal(output_fixture_queue(&fixture, &foreign), -EMSGSIZE);
		last->length = last->bytesused;
		last->data += 16;
		if (pages)
			assert_int_equal(output_fixture_queue(&fixture, &foreign), -EMSGSIZE);
		assert_string_equal(pool_fixture_order(&fixture), "");
		assert_int_equal(n_done, 1 + pages);
		assert_int_equal(allocator_n_free(&fixture.pool->allocator), N_BUFFERS);
		last->data -= 16;
		close_foreign(&foreign);
		pool_fixture_close(&fixture);
	}
}

int main(void)
{
	static const struct table_test tests[] = {
		{ 45, "buffers_being_filled_outlive_the_stream", buffers_being_filled_outlive_the_stream,
		  NULL },
		{ 52, "foreign_pages_go_out_as_they_are", foreign_pages_go_out_as_they_are, NULL },
		{ 0, "the_same_memory_comes_with_the_same_index", the_same_memory_comes_with_the_same_index,
		  NULL },
		{ 53, "unfit_memory_is_refused_before_qbuf", unfit_memory_is_refused_before_qbuf, NULL },
	};

	return table_test_run("output_memory", tests, N_ELEMENTS(tests));
}
