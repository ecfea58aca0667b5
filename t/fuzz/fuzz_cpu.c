/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <math.h>

#include "lib/collect/cpu.h"
#include "t/fuzz/fuzz.h"

static void check_share(double share)
{
	fuzz_promise(share >= 0 && share <= 100.000001);
}

static void check_usage(const struct cpu_usage *usage)
{
	double sum = usage->user + usage->nice + usage->system + usage->iowait + usage->irq +
		     usage->softirq + usage->steal + usage->guest + usage->idle;

	check_share(usage->busy);
	check_share(usage->user);
	check_share(usage->iowait);
	check_share(usage->steal);
	fuzz_promise(fabs(sum - 100) < 0.001);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cpu cpu = { .n_each = 0 };
	struct cpu_usage usage;

	if (cpu_parse((const char *)data, size, &cpu, NULL) < 0)
		return 0;
	if (cpu_usage(NULL, &cpu.all, &usage) == 0)
		check_usage(&usage);
	for (size_t i = 0; i < cpu.n_each; i++) {
		fuzz_promise(i == 0 || cpu.each[i - 1].id < cpu.each[i].id);
		fuzz_promise(cpu_find(&cpu, cpu.each[i].id) == &cpu.each[i]);
		if (cpu_usage(&cpu.all, &cpu.each[i].times, &usage) == 0)
			check_usage(&usage);
	}
	cpu_free(&cpu);
	return 0;
}
