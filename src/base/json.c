/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON objects: adding members, writing them out. */
#include "base/json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/text.h"
#include "base/text_file.h"
#include "base/wait_notice.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

void json_add_text(struct json_object *object, const char *key, const char *text)
{
	char *clean, *out;
	size_t n;

	if (!text)
		return;
	clean = out = malloc(strlen(text) * strlen(REPLACEMENT) + 1);
	if (!clean)
		return;
	while (*text) {
		n = text_character_length(text);
		memcpy(out, n ? text : REPLACEMENT, n ? n : strlen(REPLACEMENT));
		out += n ? n : strlen(REPLACEMENT);
		text += n ? n : 1;
	}
	*out = '\0';
	json_object_object_add(object, key, json_object_new_string(clean));
	free(clean);
}

void json_add_count(struct json_object *object, const char *key, uint64_t count)
{
	json_object_object_add(object, key, json_object_new_uint64(count));
}

void json_add_int(struct json_object *object, const char *key, int64_t value)
{
	json_object_object_add(object, key, json_object_new_int64(value));
}

void json_add_bool(struct json_object *object, const char *key, bool value)
{
	json_object_object_add(object, key, json_object_new_boolean(value));
}

void json_add_number(struct json_object *object, const char *key, double value, unsigned decimals)
{
	char text[64];

	snprintf(text, sizeof text, "%.*f", (int)decimals, value);
	json_object_object_add(object, key, json_object_new_double_s(value, text));
}

/* NULL for a member of another type: the file may come from anywhere. */
static struct json_object *typed_member(struct json_object *object, const char *key, enum json_type type)
{
	struct json_object *member;

	return json_object_object_get_ex(object, key, &member) && json_object_is_type(member, type) ? member
												    : NULL;
}

const char *json_text(struct json_object *object, const char *key)
{
	struct json_object *member = typed_member(object, key, json_type_string);

	return member ? json_object_get_string(member) : "";
}

int64_t json_int(struct json_object *object, const char *key)
{
	struct json_object *member = typed_member(object, key, json_type_int);

	return member ? json_object_get_int64(member) : 0;
}

double json_number(struct json_object *object, const char *key)
{
	struct json_object *member = typed_member(object, key, json_type_double);

	return member ? json_object_get_double(member) : 0;
}

bool json_is_true(struct json_object *object, const char *key)
{
	struct json_object *member = typed_member(object, key, json_type_boolean);

	return member && json_object_get_boolean(member);
}

struct json_object *json_array(struct json_object *object, const char *key, size_t *length)
{
	struct json_object *member = typed_member(object, key, json_type_array);

	*length = member ? json_object_array_length(member) : 0;
	return member;
}

int json_file_write(FILE *file, const char *name, struct json_object *object)
{
	const int flags = JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE;
	int err;

	errno = 0;
	fprintf(file, "%s\n", json_object_to_json_string_ext(object, flags));
	json_object_put(object);
	wait_notice_begin(strcmp(name, "-") == 0 ? "standard output" : name, NULL, NULL);
	err = text_file_finish(file, name);
	wait_notice_end();
	return err;
}
