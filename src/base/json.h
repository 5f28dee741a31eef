/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON objects: adding members, writing them out. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <json-c/json.h>

/* Does nothing for NULL. Bytes that are not UTF-8, and control characters, become U+FFFD. */
void json_add_text(struct json_object *object, const char *key, const char *text);
void json_add_count(struct json_object *object, const char *key, uint64_t count);
void json_add_int(struct json_object *object, const char *key, int64_t value);
void json_add_bool(struct json_object *object, const char *key, bool value);
void json_add_number(struct json_object *object, const char *key, double value, unsigned decimals);

/* The value of a member; "", 0, false or NULL where the object has no such member of that type. */
const char *json_text(struct json_object *object, const char *key);
int64_t json_int(struct json_object *object, const char *key);
double json_number(struct json_object *object, const char *key); /* with decimals */
bool json_is_true(struct json_object *object, const char *key);
struct json_object *json_array(struct json_object *object, const char *key, size_t *length);

/* Writes the object to a file of text_file_open() and frees and closes both. The file is opened before the
 * run, so that a wrong name does not cost a long recording its report. Returns 0 or a negative errno, logged.
 */
int json_file_write(FILE *file, const char *name, struct json_object *object);

#endif
