/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A C program that does nothing: what starting any program costs.
 */
#include "config.h"

int main(void)
{
	return 0;
}
