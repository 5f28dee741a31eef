/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The report of v4l2q doctor. */
#include "report/doctor.h"

#include "base/json.h"
#include "report/common.h"

static struct json_object *finding_json(const struct finding *finding)
{
	static const char *const results[] = { "ok", "obstacle", "skipped" };
	struct json_object *object = json_object_new_object();

	json_add_text(object, "check", finding->check);
	json_add_text(object, "result", results[finding->result]);
	if (finding->result == FINDING_OK)
		json_add_text(object, "found", finding->text);
	if (finding->result != FINDING_OBSTACLE)
		return object;
	if (finding->obstacle.kind < N_OBSTACLES)
		json_add_text(object, "obstacle", obstacle_name(finding->obstacle.kind));
	json_add_text(object, "cause", finding->obstacle.cause);
	if (*finding->obstacle.cure)
		json_add_text(object, "cure", finding->obstacle.cure);
	if (finding->is_fixed)
		json_add_bool(object, "fixed", true);
	return object;
}

static struct json_object *rates_json(const struct doctor *doctor)
{
	struct json_object *object = json_object_new_object();
	struct fraction asked = doctor->options.setup->format.fps, got = doctor->setup.format.fps;

	if (asked.num)
		json_add_number(object, "requested", fraction_value(asked), 3);
	if (got.num)
		json_add_number(object, "negotiated", fraction_value(got), 3);
	if (doctor->rate.fps > 0)
		json_add_number(object, "measured", doctor->rate.fps, 3);
	if (doctor->rate.has_drift) {
		json_add_number(object, "drift_ppm", doctor->rate.drift_ppm, 1);
		json_add_number(object, "drift_error_ppm", doctor->rate.error_ppm, 1);
	}
	return object;
}

struct json_object *report_doctor_json(const struct doctor *doctor)
{
	struct json_object *object = json_object_new_object(), *checks = json_object_new_array();

	json_add_text(object, "version", V4L2Q_VERSION);
	json_add_text(object, "command", "doctor");
	if (doctor->setup.has_device)
		json_object_object_add(object, "device", report_device_json(&doctor->setup.device));
	if (doctor->setup.format.width)
		json_object_object_add(object, "format", report_format_json(&doctor->setup.format));
	if (doctor->setup.format.width)
		json_object_object_add(object, "fps", rates_json(doctor));
	for (unsigned i = 0; i < doctor->n_findings; i++)
		json_object_array_add(checks, finding_json(&doctor->findings[i]));
	json_object_object_add(object, "checks", checks);
	json_add_int(object, "status", (int64_t)doctor->status);
	return object;
}

void report_doctor_text(const struct doctor *doctor, FILE *out)
{
	for (unsigned i = 0; i < doctor->n_findings; i++) {
		const struct finding *finding = &doctor->findings[i];

		if (finding->result == FINDING_OK)
			report_line(out, finding->check, "ok: %s", finding->text);
		if (finding->result != FINDING_OBSTACLE)
			continue;
		report_line(out, finding->check, "OBSTACLE%s: %s", finding->is_fixed ? ", removed" : "",
			    finding->obstacle.cause);
		if (*finding->obstacle.cure && !finding->is_fixed)
			report_line(out, "", "cure: %s", finding->obstacle.cure);
	}
	if (!doctor_first(doctor))
		report_line(out, "", "nothing is in the way");
}
