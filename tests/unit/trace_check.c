/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rules that hold for every stream of every device. */
#include "trace_log.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include "table_test.h"

/* What the calls so far have made of a device. */
struct model {
	char device[16];
	uint64_t queued; /* bit: index */
	bool streaming;
	bool restarts; /* it was on before, with these buffers */
	bool polled;   /* since the last DQBUF */
	bool create_failed, lost;
	const char *probed; /* values of the successful REQBUFS(0) before; "" else */
	long n_allocated, n_mapped;
};

static void fail_at(const struct trace_call *call, const char *rule)
{
	fail_msg("%s: %s%s = %ld: %s", call->device, call->name, call->values, call->result, rule);
}

#define MUST(condition, rule)                                                                                \
	do {                                                                                                 \
		if (!(condition))                                                                            \
			fail_at(call, rule);                                                                 \
	} while (0)

static void check_poll(struct model *model, const struct trace_call *call)
{
	model->polled |= call->result > 0;
}

static void check_qbuf(struct model *model, const struct trace_call *call)
{
	uint64_t bit = UINT64_C(1) << (trace_value(call, "index") & 63);

	MUST(trace_value(call, "flags") == 0, "51: flags are 0 every time");
	MUST(!(model->queued & bit), "22: never an index twice without DQBUF or STREAMOFF between");
	MUST(model->n_allocated > 0, "no buffer is queued that the kernel does not have");
	if (call->result == 0)
		model->queued |= bit;
}

static void check_dqbuf(struct model *model, const struct trace_call *call)
{
	long index = trace_value(call, "index");

	MUST(model->queued, "23: never DQBUF with nothing queued");
	MUST(model->polled, "24: every DQBUF is preceded by poll");
	model->polled = false;
	if (call->result == 0 && index >= 0 && index < 64)
		model->queued &= ~(UINT64_C(1) << index);
}

static void check_streamon(struct model *model, const struct trace_call *call)
{
	/* When it begins anew, the consumer may hold them. */
	MUST(model->restarts || !strstr(call->values, "type=capture") ||
		     __builtin_popcountll(model->queued) == model->n_allocated,
	     "11: no STREAMON before all granted are queued");
	model->streaming = call->result == 0;
	model->restarts = true;
}

static void check_streamoff(struct model *model, const struct trace_call *call)
{
	(void)call;
	model->streaming = false;
	model->queued = 0;
}

static void check_reqbufs(struct model *model, const struct trace_call *call)
{
	long count = trace_value(call, "count");

	MUST(!model->streaming || model->lost, "46: no REQBUFS while streaming");
	MUST(!model->queued, "buffers are dequeued or the stream is off before they are freed");
	if (count == 0)
		model->n_allocated = 0; /* where it fails there is nothing more to be done */
	else if (call->result == 0)
		model->n_allocated = trace_value(call, "granted");
	model->probed = count == 0 && call->result == 0 ? call->values : "";
	model->create_failed = model->restarts = false;
}

static void check_create_bufs(struct model *model, const struct trace_call *call)
{
	char memory[24] = "";

	if (trace_value(call, "count") > 0) {
		MUST(!model->create_failed, "29: not called again once it has failed");
		model->create_failed = call->result < 0;
		model->n_allocated += call->result == 0 ? trace_value(call, "granted") : 0;
		return;
	}
	sscanf(strstr(call->values, "memory="), "%23s", memory);
	MUST(strstr(model->probed, memory), "2: CREATE_BUFS(0) follows REQBUFS(0) of the same memory");
}

static void check_mmap(struct model *model, const struct trace_call *call)
{
	model->n_mapped += call->result == 0;
}

static void check_munmap(struct model *model, const struct trace_call *call)
{
	model->n_mapped -= call->result == 0;
	MUST(model->n_mapped >= 0, "nothing is unmapped that is not mapped");
}

static const struct {
	const char *name;
	void (*check)(struct model *model, const struct trace_call *call);
} checks[] = {
	{ "poll", check_poll },
	{ "VIDIOC_QBUF", check_qbuf },
	{ "VIDIOC_DQBUF", check_dqbuf },
	{ "VIDIOC_STREAMON", check_streamon },
	{ "VIDIOC_STREAMOFF", check_streamoff },
	{ "VIDIOC_REQBUFS", check_reqbufs },
	{ "VIDIOC_CREATE_BUFS", check_create_bufs },
	{ "mmap", check_mmap },
	{ "munmap", check_munmap },
};

static struct model *find_model(struct model *models, size_t n, const char *device)
{
	for (size_t i = 0; i < n; i++) {
		if (models[i].device[0] && strcmp(models[i].device, device))
			continue;
		if (!models[i].device[0])
			models[i].probed = "";
		strcpy(models[i].device, device);
		return &models[i];
	}
	fail_msg("more devices than the check has room for");
	return NULL;
}

static void check_end(const struct model *model)
{
	assert_int_equal(model->n_mapped, 0);
	if (model->lost)
		return;
	assert_false(model->streaming);
	assert_int_equal(model->n_allocated, 0);
}

void trace_check(const struct trace_log *log, bool closed)
{
	struct model models[4] = { 0 };

	for (size_t i = 0; i < log->n_calls; i++) {
		const struct trace_call *call = &log->calls[i];
		struct model *model = find_model(models, N_ELEMENTS(models), call->device);

		model->lost |= call->result == -ENODEV;
		for (size_t c = 0; c < N_ELEMENTS(checks); c++)
			if (!strcmp(call->name, checks[c].name))
				checks[c].check(model, call);
	}
	for (size_t i = 0; closed && i < N_ELEMENTS(models); i++)
		check_end(&models[i]);
}
