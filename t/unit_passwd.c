/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/collect/passwd.h"
#include "t/tap.h"

static const char text[] = "root:x:0:0:root:/root:/bin/bash\n"
			   "# comment\n"
			   "+::::::\n"
			   "bad:x:12\n"
			   "bad:x:1x:1::/:\n"
			   "bad:x:99999999999:1::/:\n"
			   ":x:7:7::/:\n"
			   "nova:x:64060:64060::/var/lib/nova:/bin/sh\n"
			   "toor:x:0:0::/root:/bin/sh";

int main(void)
{
	char name[PASSWD_NAME_SIZE] = "untouched", long_line[200];
	uint32_t uid = 4711;

	ok(passwd_find_name(text, sizeof(text) - 1, "nova", &uid) && uid == 64060, "a name");
	ok(passwd_find_name(text, sizeof(text) - 1, "toor", &uid) && uid == 0,
	    "the last line, without newline");
	uid = 4711;
	ok(!passwd_find_name(text, sizeof(text) - 1, "nov", &uid) &&
		!passwd_find_name(text, sizeof(text) - 1, "bad", &uid) &&
		!passwd_find_name(text, sizeof(text) - 1, "", &uid) &&
		!passwd_find_name("", 0, "root", &uid) && uid == 4711,
	    "what is not there, or not a user's line");
	ok(passwd_find_uid(text, sizeof(text) - 1, 0, name), "a number");
	is_str(name, "root", "gives the first name");
	ok(!passwd_find_uid(text, sizeof(text) - 1, 7, name), "a line without name is none");
	is_str(name, "root", "and changes nothing");
	memset(long_line, 'n', sizeof(long_line));
	memcpy(long_line + 150, ":x:5:", 5);
	ok(passwd_find_uid(long_line, 155, 5, name) && strlen(name) == PASSWD_NAME_SIZE - 1,
	    "a name that is too long is cut");
	return tap_done();
}
