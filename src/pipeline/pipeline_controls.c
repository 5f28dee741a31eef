/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The controls of a pipeline: the video node's, and those of the sub-devices. */
#include <errno.h>
#include <string.h>
#include <strings.h>
#include "base/log.h"
#include "base/text.h"
#include "device/controls/controls_set.h"
#include "pipeline/pipeline.h"

#define LIST_MAX 300
#define NAME_MAX_BYTES 128

struct owners {
	struct pipeline *pipeline; /* NULL: only the video node */
	struct control_owner video;
	char name[NAME_MAX_BYTES]; /* of the control, without quotes */
};

static struct control_owner owner_of(struct entity *entity)
{
	return (struct control_owner){ &entity->device, &entity->former };
}

/* Finds the entity by a name that is not terminated. */
static struct entity *find_entity_named(struct graph *graph, const char *name, size_t length)
{
	for (unsigned i = 0; i < graph->n_entities; i++)
		if (strlen(graph->entities[i].name) == length &&
		    strncasecmp(graph->entities[i].name, name, length) == 0)
			return &graph->entities[i];
	return NULL;
}

static int report_no_entity(const struct owners *owners, const char *name)
{
	const struct graph *graph = &owners->pipeline->graph;
	char list[LIST_MAX] = "";

	for (unsigned i = 0; i < graph->n_entities; i++)
		if (graph->entities[i].interface == MEDIA_INTF_T_V4L_SUBDEV)
			text_join(list, sizeof list, ", ", "\"%s\"", graph->entities[i].name);
	log_error("%s: control '%s': no such entity with controls; expected one of %s",
		  owners->video.device->path, name, list);
	return -ERANGE;
}

/* "ENTITY/NAME" */
static int find_by_entity(const struct owners *owners, const char *slash, struct control_owner *owner)
{
	struct graph *graph = &owners->pipeline->graph;
	struct entity *entity = find_entity_named(graph, owners->name, (size_t)(slash - owners->name));
	int err;

	if (entity && entity == graph->node) {
		*owner = owners->video;
		return 0;
	}
	if (!entity || entity->interface != MEDIA_INTF_T_V4L_SUBDEV)
		return report_no_entity(owners, owners->name);
	err = graph_open_entity(graph, entity);
	*owner = owner_of(entity);
	return err;
}

struct owners_found {
	struct control_owner *owner; /* the last */
	unsigned n;
	char list[LIST_MAX];
};

static void add_if_owner(const struct owners *owners, struct entity *entity, struct owners_found *found)
{
	if (!entity_is_open(entity) || !controls_has(&entity->device, owners->name))
		return;
	*found->owner = owner_of(entity);
	text_join(found->list, sizeof found->list, " or ", "'%s/%s'", entity->name, owners->name);
	found->n++;
}

/* Some lens drivers move the lens when their node is opened, so these are only opened if nothing else has the
 * control. */
static void find_ancillary(const struct owners *owners, struct owners_found *found)
{
	struct graph *graph = &owners->pipeline->graph;

	for (unsigned i = 0; i < graph->n_ancillaries; i++) {
		const struct ancillary *ancillary = &graph->ancillaries[i];

		if (route_passes(&owners->pipeline->route, ancillary->of) &&
		    graph_open_entity(graph, ancillary->entity) == 0)
			add_if_owner(owners, ancillary->entity, found);
	}
}

/* Finds the only sub-device on the route that has the control, or else the only lens or flash of one; if none
 * has it, the video node reports the error. */
static int find_by_control(const struct owners *owners, struct control_owner *owner)
{
	const struct route *route = &owners->pipeline->route;
	struct owners_found found = { .owner = owner };

	*owner = owners->video;
	if (controls_has(owners->video.device, owners->name))
		return 0;
	for (unsigned i = 0; i < route->n; i++)
		add_if_owner(owners, route->links[i]->source->entity, &found);
	if (found.n == 0)
		find_ancillary(owners, &found);
	if (found.n < 2)
		return 0;
	log_error("%s: control '%s' is in several entities: expected %s", owners->video.device->path,
		  owners->name, found.list);
	return -ERANGE;
}

static void copy_unquoted(char name[NAME_MAX_BYTES], const char *quoted)
{
	size_t length = strlen(quoted);
	bool quotes = length > 1 && (*quoted == '"' || *quoted == '\'') && quoted[length - 1] == *quoted;

	*name = '\0';
	text_add(name, NAME_MAX_BYTES, "%.*s", (int)(length - 2 * quotes), quoted + quotes);
}

static int find_owner(void *opaque, const char **name, struct control_owner *owner)
{
	struct owners *owners = opaque;
	const char *slash;

	copy_unquoted(owners->name, *name);
	*name = owners->name;
	*owner = owners->video;
	if (!owners->pipeline)
		return 0;
	slash = strrchr(owners->name, '/');
	if (!slash)
		return find_by_control(owners, owner);
	*name = slash + 1;
	return find_by_entity(owners, slash, owner);
}

int pipeline_set_controls(struct pipeline *pipeline, struct device *video, const char *assignments,
			  unsigned how, struct control_value **former)
{
	struct owners owners = { .pipeline = pipeline, .video = { video, former } };

	return controls_set_among(find_owner, &owners, assignments, how);
}
