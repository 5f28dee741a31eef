/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON objects: adding members, writing them out. */
#include "base/json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/array.h"
#include "base/log.h"

#define REPLACEMENT "\xef\xbf\xbd"

/* The length of the UTF-8 sequence at text, or 0 where there is none. Overlong ones count as none. */
static size_t utf8_length(const unsigned char *text)
{
	static const struct {
		unsigned char from, to, second_from, second_to, length;
	} rows[] = {
		{ 0x20, 0x7e, 0, 0, 1 },       { 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 },
		{ 0xe1, 0xec, 0x80, 0xbf, 3 }, { 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};
	size_t i, k;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if (text[0] >= rows[i].from && text[0] <= rows[i].to)
			break;
	if (i == ARRAY_SIZE(rows))
		return 0;
	if (rows[i].length > 1 && (text[1] < rows[i].second_from || text[1] > rows[i].second_to))
		return 0;
	for (k = 2; k < rows[i].length; k++)
		if ((text[k] & 0xc0) != 0x80)
			return 0;
	return rows[i].length;
}

void json_add_text(struct json_object *object, const char *key, const char *text)
{
	char *clean, *out;
	size_t n;

	if (!text || !(clean = out = malloc(strlen(text) * strlen(REPLACEMENT) + 1)))
		return;
	while (*text) {
		n = utf8_length((const unsigned char *)text);
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

const char *json_text(struct json_object *object, const char *key)
{
	struct json_object *member;

	return json_object_object_get_ex(object, key, &member) ? json_object_get_string(member) : "";
}

int64_t json_int(struct json_object *object, const char *key)
{
	struct json_object *member;

	return json_object_object_get_ex(object, key, &member) ? json_object_get_int64(member) : 0;
}

struct json_object *json_array(struct json_object *object, const char *key, size_t *length)
{
	struct json_object *member = NULL;

	*length = 0;
	if (json_object_object_get_ex(object, key, &member) && json_object_is_type(member, json_type_array))
		*length = json_object_array_length(member);
	return member;
}

int json_file_open(FILE **file, const char *name)
{
	int err;

	*file = strcmp(name, "-") == 0 ? stdout : fopen(name, "we");
	if (*file)
		return 0;
	err = -errno;
	log_error("%s: %s", name, err_str(err));
	return err;
}

int json_file_write(FILE *file, const char *name, struct json_object *object)
{
	const int flags = JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE;
	int err = 0;

	errno = 0;
	if (fprintf(file, "%s\n", json_object_to_json_string_ext(object, flags)) < 0 || fflush(file) != 0)
		err = errno ? -errno : -EIO;
	if (file != stdout && fclose(file) != 0 && !err)
		err = -errno;
	json_object_put(object);
	if (err)
		log_error("%s: %s", file == stdout ? "standard output" : name, err_str(err));
	return err;
}
