/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options that choose what is judged. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/rabbitmq.h"

static const struct {
	const char *name;
	enum rabbitmq_check check;
} checks[] = {
	{ "node", RABBITMQ_NODE },
	{ "cluster", RABBITMQ_CLUSTER },
	{ "alarms", RABBITMQ_ALARMS },
	{ "queues", RABBITMQ_QUEUES },
	{ "connections", RABBITMQ_CONNECTIONS },
	{ "amqp", RABBITMQ_AMQP },
};

int rabbitmq_take_checks(void *target, const char *value, struct err *err)
{
	struct rabbitmq_choice *choice = target;

	for (;;) {
		size_t size = strcspn(value, ","), i = 0,
		       n = sizeof(checks) / sizeof(checks[0]);

		while (i < n && (strlen(checks[i].name) != size ||
				    strncmp(checks[i].name, value, size) != 0))
			i++;
		if (i == n)
			return err_set(err, -EINVAL,
			    "'%.*s' is none of node, cluster, alarms, queues, connections, "
			    "amqp",
			    (int)(size < 40 ? size : 40), value);
		choice->checks |= checks[i].check;
		if (value[size] == '\0')
			return 0;
		value += size + 1;
	}
}

static int take_pattern(struct rabbitmq_patterns *patterns, const char *value, struct err *err)
{
	struct pattern *items = reallocarray(patterns->items, patterns->n + 1, sizeof(*items));
	int r;

	if (!items)
		return err_set(err, -ENOMEM, "out of memory");
	patterns->items = items;
	items[patterns->n] = (struct pattern){ .text = NULL };
	r = pattern_compile(value, &items[patterns->n], err);
	if (r == 0)
		patterns->n++;
	return r;
}

int rabbitmq_take_queue(void *target, const char *value, struct err *err)
{
	struct rabbitmq_choice *choice = target;

	return take_pattern(&choice->queue, value, err);
}

int rabbitmq_take_ignore(void *target, const char *value, struct err *err)
{
	struct rabbitmq_choice *choice = target;

	return take_pattern(&choice->ignore, value, err);
}

static void patterns_free(struct rabbitmq_patterns *patterns)
{
	for (size_t i = 0; i < patterns->n; i++)
		pattern_free(&patterns->items[i]);
	free(patterns->items);
}

void rabbitmq_choice_free(struct rabbitmq_choice *choice)
{
	opt_list_free(&choice->nodes);
	opt_list_free(&choice->vhosts);
	patterns_free(&choice->queue);
	patterns_free(&choice->ignore);
}

struct rabbitmq_filter rabbitmq_choice_filter(const struct rabbitmq_choice *choice)
{
	return (struct rabbitmq_filter){
		.queue = choice->queue.items,
		.n_queue = choice->queue.n,
		.ignore = choice->ignore.items,
		.n_ignore = choice->ignore.n,
	};
}
