/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "lib/collect/cgroup.h"
#include "t/tap.h"

struct cgroup_row {
	const char *name;
	const char *text;
	const char *path;
	const char *unit;
	const char *user_unit;
	bool container;
};

/* What nodes of each kind write. */
static const struct cgroup_row rows[] = {
	{ "version 2, a service", "0::/system.slice/nova-compute.service\n",
	    "/system.slice/nova-compute.service", "nova-compute.service", NULL, false },
	{ "no last newline", "0::/system.slice/a.service", "/system.slice/a.service",
	    "a.service", NULL, false },
	{ "version 1 with systemd",
	    "12:pids:/system.slice/nova.service\n5:net_cls,net_prio:/\n"
	    "1:name=systemd:/system.slice/nova.service\n",
	    "/system.slice/nova.service", "nova.service", NULL, false },
	{ "version 1 without systemd", "3:memory:/jobs/7\n2:cpu:/\n", "/jobs/7", NULL, NULL,
	    false },
	{ "hybrid: systemd's tree counts",
	    "0::/system.slice/x.scope\n7:cpu:/\n1:name=systemd:/system.slice/cron.service\n",
	    "/system.slice/cron.service", "cron.service", NULL, false },
	{ "hybrid, version 2 last", "7:cpu:/a\n0::/system.slice/cron.service\n",
	    "/system.slice/cron.service", "cron.service", NULL, false },
	{ "an instance", "0::/system.slice/system-getty.slice/getty@tty1.service\n",
	    "/system.slice/system-getty.slice/getty@tty1.service", "getty@tty1.service", NULL,
	    false },
	{ "an escape",
	    "0::/system.slice/system-ovs\\x2dbr.slice/ovs\\x2dbr@br\\x2dint.service\n",
	    "/system.slice/system-ovs\\x2dbr.slice/ovs\\x2dbr@br\\x2dint.service",
	    "ovs\\x2dbr@br\\x2dint.service", NULL, false },
	{ "an escaped name", "0::/system.slice/_cgroup.service\n",
	    "/system.slice/_cgroup.service", "cgroup.service", NULL, false },
	{ "a delegated part", "0::/system.slice/libvirtd.service/a.service/emulator\n",
	    "/system.slice/libvirtd.service/a.service/emulator", "libvirtd.service", NULL,
	    false },
	{ "a session", "0::/user.slice/user-1000.slice/session-3.scope\n",
	    "/user.slice/user-1000.slice/session-3.scope", "session-3.scope", NULL, false },
	{ "a user's service",
	    "0::/user.slice/user-1000.slice/user@1000.service/app.slice/foo.service/x.scope\n",
	    "/user.slice/user-1000.slice/user@1000.service/app.slice/foo.service/x.scope",
	    "user@1000.service", "foo.service", false },
	{ "the user's manager", "0::/user.slice/user-0.slice/user@0.service/init.scope\n",
	    "/user.slice/user-0.slice/user@0.service/init.scope", "user@0.service",
	    "init.scope", false },
	{ "the root", "0::/\n", "/", NULL, NULL, false },
	{ "a removed cgroup", "0::/system.slice/a.service (deleted)\n",
	    "/system.slice/a.service", "a.service", NULL, false },
	{ "docker, cgroupfs", "0::/docker/0123abcd\n", "/docker/0123abcd", NULL, NULL, true },
	{ "docker, version 1 without systemd's tree", "0::/\n4:memory:/docker/0123abcd\n", "/",
	    NULL, NULL, true },
	{ "docker, systemd", "0::/system.slice/docker-0123abcd.scope\n",
	    "/system.slice/docker-0123abcd.scope", "docker-0123abcd.scope", NULL, true },
	{ "dockerd itself", "0::/system.slice/docker.service\n", "/system.slice/docker.service",
	    "docker.service", NULL, false },
	{ "a service whose name begins so", "0::/system.slice/docker-registry.service\n",
	    "/system.slice/docker-registry.service", "docker-registry.service", NULL, false },
	{ "podman", "0::/machine.slice/libpod-89ab.scope/container\n",
	    "/machine.slice/libpod-89ab.scope/container", "libpod-89ab.scope", NULL, true },
	{ "podman's monitor", "0::/machine.slice/libpod-conmon-89ab.scope\n",
	    "/machine.slice/libpod-conmon-89ab.scope", "libpod-conmon-89ab.scope", NULL,
	    false },
	{ "a user's podman",
	    "0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-89ab.scope/"
	    "container\n",
	    "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-89ab.scope/"
	    "container",
	    "user@1000.service", "libpod-89ab.scope", true },
	{ "Kubernetes, containerd",
	    "0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1_2.slice/"
	    "cri-containerd-77.scope\n",
	    "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1_2.slice/"
	    "cri-containerd-77.scope",
	    "cri-containerd-77.scope", NULL, true },
	{ "Kubernetes, cgroupfs", "11:memory:/kubepods/besteffort/pod12/ab\n",
	    "/kubepods/besteffort/pod12/ab", NULL, NULL, true },
	{ "cri-o's monitor", "0::/kubepods.slice/crio-conmon-77.scope\n",
	    "/kubepods.slice/crio-conmon-77.scope", "crio-conmon-77.scope", NULL, false },
	{ "lxc 4", "0::/lxc.payload.web/system.slice/nginx.service\n",
	    "/lxc.payload.web/system.slice/nginx.service", "nginx.service", NULL, true },
	{ "lxc's monitor", "0::/lxc.monitor.web\n", "/lxc.monitor.web", NULL, NULL, false },
	{ "lxc 2", "4:memory:/lxc/web\n", "/lxc/web", NULL, NULL, true },
	{ "nspawn",
	    "0::/machine.slice/systemd-nspawn@web.service/payload/system.slice/a.service\n",
	    "/machine.slice/systemd-nspawn@web.service/payload/system.slice/a.service",
	    "systemd-nspawn@web.service", NULL, true },
	{ "nspawn's supervisor", "0::/machine.slice/systemd-nspawn@web.service/supervisor\n",
	    "/machine.slice/systemd-nspawn@web.service/supervisor",
	    "systemd-nspawn@web.service", NULL, false },
	{ "a libvirt guest",
	    "0::/machine.slice/machine-qemu\\x2d1\\x2di-01.scope/libvirt/emulator\n",
	    "/machine.slice/machine-qemu\\x2d1\\x2di-01.scope/libvirt/emulator",
	    "machine-qemu\\x2d1\\x2di-01.scope", NULL, false },
	{ "colons in the path", "0::/system.slice/a:b.service\n", "/system.slice/a:b.service",
	    "a:b.service", NULL, false },
	{ "lines that are none are skipped", "x\n::\n:::\n9\n-1:a:/b\n0::/c\n", "/c", NULL,
	    NULL, false },
};

static void is_span(
    struct cgroup_span span, const char *want, const char *row, const char *name)
{
	bool good = want ? span.text && span.size == strlen(want) &&
			       memcmp(span.text, want, span.size) == 0
			 : !span.text;

	ok(good, "%s: %s is %s", row, name, want ? want : "none");
	if (!good && span.text)
		note("     got: %.*s", (int)span.size, span.text);
}

static bool in_unit(const char *text, const char *name)
{
	struct cgroup cgroup;

	return cgroup_parse(text, strlen(text), &cgroup, NULL) == 0 &&
	       cgroup_in_unit(&cgroup, name);
}

static void test_units(void)
{
	static const char nova[] = "0::/system.slice/nova-compute.service\n";
	static const char instance[] = "0::/system.slice/ovs\\x2dbr@br\\x2dint.service\n";
	static const char user[] =
	    "0::/user.slice/user-1000.slice/user@1000.service/app.slice/foo.service\n";
	char longest[400];

	ok(in_unit(nova, "nova-compute"), "a name without suffix is a service");
	ok(in_unit(nova, "nova-compute.service"), "with suffix");
	ok(in_unit(nova, "nova-*"), "a glob");
	ok(in_unit(nova, "nova-*.*"), "a glob with a suffix");
	ok(!in_unit(nova, "nova"), "not a part of the name");
	ok(!in_unit(nova, "nova-compute.scope"), "not another type");
	ok(in_unit("0::/a/python3.11.service\n", "python3.11"),
	    "a dot in the name is no suffix");
	ok(in_unit(instance, "ovs\\x2dbr@br\\x2dint"), "an instance, as systemd writes it");
	ok(in_unit(instance, "ovs\\x2dbr@*"), "all instances");
	ok(in_unit(user, "foo") && in_unit(user, "user@1000"),
	    "a user's unit, and the manager's");
	ok(!in_unit("0::/\n", "*"), "no unit fits nothing");
	memset(longest, '?', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	ok(!in_unit(nova, longest), "a name that is too long fits nothing");
}

int main(void)
{
	struct cgroup cgroup;
	struct err err = ERR_INIT;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct cgroup_row *row = &rows[i];

		ok(cgroup_parse(row->text, strlen(row->text), &cgroup, NULL) == 0, "%s",
		    row->name);
		is_span(cgroup.path, row->path, row->name, "path");
		is_span(cgroup.unit, row->unit, row->name, "unit");
		is_span(cgroup.user_unit, row->user_unit, row->name, "user unit");
		ok(cgroup.container == row->container, "%s: %s", row->name,
		    row->container ? "a container's" : "the host's");
	}
	ok(cgroup_parse("", 0, &cgroup, &err) == -EBADMSG, "an empty file is refused");
	is_str(err.text, "no line HIERARCHY:CONTROLLERS:PATH", "with a reason");
	ok(cgroup_parse("0::/a", 4, &cgroup, NULL) == 0 && cgroup.path.size == 1,
	    "nothing behind the size is read");
	test_units();
	return tap_done();
}
