/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <string.h>

#include "lib/base/pattern.h"
#include "lib/health/suggest_name.h"
#include "t/tap.h"

struct row {
	const char *line;
	enum suggest_kind kind;
	const char *name, *match; /* NULL where the kind has none */
};

static const struct row rows[] = {
	{ "/usr/sbin/mariadbd --no-defaults", SUGGEST_SERVICE, "mariadbd",
	    "(^|/)mariadbd(:? |$)" },
	{ "/usr/bin/python3 /usr/bin/nova-conductor --config-file=/etc/nova/nova.conf",
	    SUGGEST_SERVICE, "nova-conductor", "(^|/)nova-conductor(:? |$)" },
	{ "/usr/bin/python3.11 -s /usr/bin/nova-conductor", SUGGEST_SERVICE, "nova-conductor",
	    "(^|/)nova-conductor(:? |$)" },
	{ "python3 serve.py", SUGGEST_SERVICE, "serve.py", "(^|[/ ])serve\\.py(:? |$)" },
	{ "python3 -m http.server 8000", SUGGEST_SERVICE, "http.server",
	    " -m +http\\.server( |$)" },
	{ "neutron-l3-agent (/usr/bin/python3 /usr/bin/neutron-l3-agent --x)", SUGGEST_SERVICE,
	    "neutron-l3-agent", "(^|/)neutron-l3-agent(:? |$)" },
	{ "neutron-server: rpc worker (/usr/bin/python3 x)", SUGGEST_SERVICE, "neutron-server",
	    "(^|/)neutron-server(:? |$)" },
	{ "ovs-vswitchd: monitoring pid 8855 (healthy)", SUGGEST_MONITOR,
	    "ovs-vswitchd-monitor", "^ovs-vswitchd: monitoring pid " },
	{ "/usr/bin/uwsgi_python311 --http-socket [::]:5000 --ini /etc/k/keystone-uwsgi.ini",
	    SUGGEST_SERVICE, "keystone", "[/= ]keystone-uwsgi\\.ini( |$)" },
	{ "uwsgi --ini=site.ini", SUGGEST_SERVICE, "site", "[/= ]site\\.ini( |$)" },
	{ "/usr/bin/uwsgi --http :80", SUGGEST_SERVICE, "uwsgi", "(^|/)uwsgi(:? |$)" },
	{ "(wsgi:keystone-pu -k start", SUGGEST_SERVICE, "keystone-pu",
	    "^\\(wsgi:keystone-pu" },
	{ "(wsgi:horizon)    -DFOREGROUND", SUGGEST_SERVICE, "horizon", "^\\(wsgi:horizon" },
	{ "/usr/java/default/bin/java -Xmx1g -cp /a.jar org.apache.catalina.startup.Bootstrap "
	  "x",
	    SUGGEST_SERVICE, "org.apache.catalina.startup.Bootstrap",
	    "java .*org\\.apache\\.catalina\\.startup\\.Bootstrap( |$)" },
	{ "java -jar /opt/rundeck.jar", SUGGEST_SERVICE, "rundeck",
	    "java .*rundeck\\.jar( |$)" },
	{ "/usr/lib/erlang/erts-13.1.5/bin/beam.smp -W w -s rabbit boot", SUGGEST_SERVICE,
	    "rabbitmq", "beam\\.smp .*rabbit" },
	{ "/usr/lib/erlang/erts-13.1.5/bin/beam.smp -W w -s couch", SUGGEST_SERVICE, "beam.smp",
	    "(^|/)beam\\.smp(:? |$)" },
	{ "/opt/we:ird[1]/a+b", SUGGEST_SERVICE, "a+b", "(^|/)a\\+b(:? |$)" },
	{ ".hidden", SUGGEST_SERVICE, "_hidden", "(^|/)\\.hidden(:? |$)" },
	{ "/bin/sh /usr/sbin/rabbitmq-server", SUGGEST_SHELL, NULL, NULL },
	{ "-bash", SUGGEST_SESSION, NULL, NULL },
	{ "bash", SUGGEST_SESSION, NULL, NULL },
	{ "/bin/bash -i", SUGGEST_SESSION, NULL, NULL },
	{ "sudo /usr/bin/neutron-rootwrap-daemon", SUGGEST_OTHER, NULL, NULL },
	{ "python3 -c import x", SUGGEST_OTHER, NULL, NULL },
	{ "python3", SUGGEST_OTHER, NULL, NULL },
	{ "java -version", SUGGEST_OTHER, NULL, NULL },
	{ "sshd:", SUGGEST_OTHER, NULL, NULL },
	{ " x", SUGGEST_OTHER, NULL, NULL },
	{ "/usr/bin/caf\xc3\xa9", SUGGEST_OTHER, NULL, NULL },
	{ "", SUGGEST_OTHER, NULL, NULL },
};

int main(void)
{
	struct suggest_name found;
	char line[400];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct pattern pattern = { 0 };
		enum suggest_kind kind =
		    suggest_name_find(row->line, strlen(row->line), &found);

		ok(kind == row->kind, "the kind of '%s'", row->line);
		if (!row->name)
			continue;
		is_str(found.name, row->name, "its name");
		is_str(found.match, row->match, "its pattern");
		ok(pattern_compile(found.match, &pattern, NULL) == 0 &&
			pattern_found(&pattern, row->line, strlen(row->line)),
		    "which finds it");
		pattern_free(&pattern);
	}
	memset(line, 'n', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	ok(suggest_name_find(line, strlen(line), &found) == SUGGEST_OTHER,
	    "a name that no pattern has room for is none");
	return tap_done();
}
