/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads EDIDs from devices and files, and writes them. */
#include "device/inputs/edid.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "base/text.h"
#include "device/inputs/inputs.h"

#define FILE_MAX (1 << 20) /* hexadecimal text of 256 blocks, with comments */

void edid_free(struct edid *edid)
{
	free(edid->data);
	*edid = (struct edid){ 0 };
}

/* On a video node the pad is the number of the input or output (kernel documentation, VIDIOC_G_EDID). */
static struct v4l2_edid ioctl_argument(struct device *device, const struct edid *edid)
{
	int current = inputs_current(device);

	return (struct v4l2_edid){ .pad = current > 0 ? (uint32_t)current : 0,
				   .blocks = edid->n_blocks,
				   .edid = edid->data };
}

int edid_get(struct device *device, struct edid *edid)
{
	struct v4l2_edid argument;
	int err;

	*edid = (struct edid){ 0 };
	argument = ioctl_argument(device, edid);
	err = device_ioctl(device, VIDIOC_G_EDID, &argument);
	if (err < 0 || !argument.blocks)
		return err == -ENODATA ? 0 : err;
	if (argument.blocks > EDID_BLOCKS_MAX)
		return -EPROTO;
	edid->n_blocks = argument.blocks;
	edid->data = calloc(edid->n_blocks, EDID_BLOCK_BYTES);
	if (!edid->data)
		return log_no_memory();
	argument = ioctl_argument(device, edid);
	err = device_ioctl(device, VIDIOC_G_EDID, &argument);
	if (err == 0 && argument.blocks < edid->n_blocks)
		edid->n_blocks = argument.blocks;
	if (err < 0)
		edid_free(edid);
	return err;
}

int edid_put(struct device *device, const struct edid *edid)
{
	struct v4l2_edid argument = ioctl_argument(device, edid);

	return device_ioctl(device, VIDIOC_S_EDID, &argument);
}

static int report_put_error(const struct device *device, const struct edid *edid, int err)
{
	if (err == -ENODEV)
		return device_error(device, "VIDIOC_S_EDID", err);
	if (err == -ENOTTY || err == -EINVAL || err == -EPERM)
		log_error("%s: the device does not support an EDID for this input; see v4l2q list -d %s",
			  device->path, device->path);
	else if (err == -E2BIG)
		log_error("%s: the device does not take an EDID of %u blocks", device->path, edid->n_blocks);
	else
		return device_error(device, "VIDIOC_S_EDID", err);
	return -ERANGE;
}

int edid_set(struct device *device, const struct edid *edid, bool adjust)
{
	struct edid now;
	bool same;
	int err = edid_put(device, edid);

	if (err < 0)
		return report_put_error(device, edid, err);
	err = edid_get(device, &now);
	if (err < 0)
		return device_error(device, "VIDIOC_G_EDID", err);
	same = edid_equal(&now, edid);
	edid_free(&now);
	if (same || adjust)
		return 0;
	log_error("%s: the device presents another EDID than the one that was set; --adjust accepts that",
		  device->path);
	return -ERANGE;
}

/* Keeps the whole blocks of what was read. */
static int set_blocks(struct edid *edid, const uint8_t *bytes, size_t n)
{
	if (!n || n % EDID_BLOCK_BYTES || n / EDID_BLOCK_BYTES > EDID_BLOCKS_MAX)
		return -EILSEQ;
	edid->data = malloc(n);
	if (!edid->data)
		return log_no_memory();
	memcpy(edid->data, bytes, n);
	edid->n_blocks = (uint32_t)(n / EDID_BLOCK_BYTES);
	return 0;
}

/* Reads a byte of two hexadecimal digits from [*text, end). Returns 1, 0 at the end, or -EILSEQ. */
static int next_hex(const char **text, const char *end, uint8_t *byte)
{
	const char *p = *text;
	char digits[3] = "";

	while (p < end && (isspace((unsigned char)*p) || *p == ',' || *p == '#')) {
		const char *line = *p == '#' ? memchr(p, '\n', (size_t)(end - p)) : p;

		p = line ? line + 1 : end;
	}
	if (p == end)
		return 0;
	if (end - p > 2 && p[0] == '0' && (p[1] == 'x' || p[1] == 'X'))
		p += 2;
	if (end - p < 2 || !isxdigit((unsigned char)p[0]) || !isxdigit((unsigned char)p[1]))
		return -EILSEQ;
	memcpy(digits, p, 2);
	*byte = (uint8_t)strtoul(digits, NULL, 16);
	*text = p + 2;
	return 1;
}

int edid_parse_hex(struct edid *edid, const char *text, size_t length)
{
	const char *end = text + length;
	uint8_t *bytes = malloc(length / 2 + 1);
	size_t n = 0;
	int err = 1;

	*edid = (struct edid){ 0 };
	if (!bytes)
		return log_no_memory();
	while ((err = next_hex(&text, end, &bytes[n])) > 0)
		n++;
	if (err == 0)
		err = set_blocks(edid, bytes, n);
	free(bytes);
	return err;
}

/* Returns the file's content, which the caller frees, or NULL and a negative errno in *err. */
static char *read_file(const char *name, size_t *length, int *err)
{
	FILE *file = fopen(name, "re");
	char *content = file ? malloc(FILE_MAX) : NULL;

	*err = file ? -ENOMEM : -errno;
	*length = 0;
	if (content) {
		errno = 0;
		*length = fread(content, 1, FILE_MAX, file);
		*err = ferror(file) ? -errno : 0;
	}
	if (file)
		fclose(file);
	if (*err < 0) {
		free(content);
		content = NULL;
	}
	return content;
}

static int report_no_file(const char *name, int err)
{
	char names[400] = "";

	for (unsigned i = 0; err == -ENOENT && edid_builtin_name(i); i++)
		text_join(names, sizeof names, ", ", "%s", edid_builtin_name(i));
	if (err == -ENOENT)
		log_error("EDID '%s': neither a file nor a built-in EDID (%s)", name, names);
	else
		log_error("EDID '%s': %s", name, err_str(err));
	return err == -ENOENT ? -EINVAL : err;
}

int edid_load(struct edid *edid, const char *name)
{
	char why[EDID_TEXT_MAX];
	const char *wrong;
	size_t length;
	char *content;
	int err = edid_make(edid, name);

	if (err != -ENOENT)
		return err;
	content = read_file(name, &length, &err);
	if (!content)
		return report_no_file(name, err);
	err = length && content[0] == '\0' ? set_blocks(edid, (const uint8_t *)content, length)
					   : edid_parse_hex(edid, content, length);
	free(content);
	if (err == -ENOMEM)
		return err;
	wrong = err < 0 ? "it is neither whole blocks of 128 bytes nor hexadecimal text of such"
			: edid_check(edid, why);
	if (!wrong)
		return 0;
	log_error("EDID '%s': %s", name, wrong);
	edid_free(edid);
	return -EILSEQ;
}
