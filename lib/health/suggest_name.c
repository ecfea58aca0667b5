/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "lib/health/suggest_name.h"

#include <stdio.h>
#include <string.h>

/* A piece of the line. */
struct word {
	const char *text;
	size_t size;
};

/* The next word of the line, empty at its end. */
static struct word next_word(const char **at, const char *end)
{
	struct word word;

	while (*at < end && **at == ' ')
		(*at)++;
	word.text = *at;
	while (*at < end && **at != ' ')
		(*at)++;
	word.size = (size_t)(*at - word.text);
	return word;
}

static bool is_word(struct word word, const char *text)
{
	return word.size == strlen(text) && memcmp(word.text, text, word.size) == 0;
}

static bool begins(struct word word, const char *text)
{
	size_t size = strlen(text);

	return word.size >= size && memcmp(word.text, text, size) == 0;
}

static bool ends(struct word word, const char *text)
{
	size_t size = strlen(text);

	return word.size > size && memcmp(word.text + word.size - size, text, size) == 0;
}

static struct word base_of(struct word word)
{
	for (size_t i = word.size; i-- > 0;) {
		if (word.text[i] == '/' && i + 1 < word.size)
			return (struct word){ word.text + i + 1, word.size - i - 1 };
	}
	return word;
}

/* "python3.11" is python with digits and dots behind it. */
static bool is_version_of(struct word base, const char *name)
{
	size_t size = strlen(name);

	if (!begins(base, name))
		return false;
	for (size_t i = size; i < base.size; i++) {
		if (!strchr("0123456789.", base.text[i]))
			return false;
	}
	return true;
}

static bool is_one_of(struct word base, const char *const *names)
{
	for (size_t i = 0; names[i]; i++) {
		if (is_version_of(base, names[i]))
			return true;
	}
	return false;
}

static bool is_name_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '.' || c == '+' || c == '-';
}

static void set_name(struct suggest_name *ret, struct word word, const char *suffix)
{
	size_t size = strlen(suffix), n = 0;

	while (n < word.size && n + size + 1 < sizeof(ret->name)) {
		ret->name[n] = word.text[n];
		if (!is_name_letter(ret->name[n]))
			ret->name[n] = '_';
		n++;
	}
	memcpy(ret->name + n, suffix, size + 1);
	if (ret->name[0] == '.' || ret->name[0] == '-')
		ret->name[0] = '_';
}

/* Puts a word between two pieces of a pattern, what is special in it escaped. False if there
 * is no room, or for bytes that mean something else in another locale: the pattern would find
 * something else. */
static bool set_match(
    struct suggest_name *ret, const char *before, struct word word, const char *after)
{
	size_t n = strlen(before), size = strlen(after);

	memcpy(ret->match, before, n);
	for (size_t i = 0; i < word.size; i++) {
		if (n + 2 + size >= sizeof(ret->match) || word.text[i] <= ' ' ||
		    word.text[i] > '~')
			return false;
		if (strchr("\\^$.[|()?*+{", word.text[i]))
			ret->match[n++] = '\\';
		ret->match[n++] = word.text[i];
	}
	memcpy(ret->match + n, after, size + 1);
	return true;
}

/* By the file's name; `before` is what a pattern needs in front of one without a folder. */
static enum suggest_kind by_program(
    struct suggest_name *ret, struct word program, const char *before)
{
	struct word base = base_of(program);

	set_name(ret, base, "");
	return set_match(ret, base.size < program.size ? "(^|/)" : before, base, "(:? |$)")
		   ? SUGGEST_SERVICE
		   : SUGGEST_OTHER;
}

/* uWSGI serves anything: its .ini file says what. */
static enum suggest_kind by_ini(
    struct suggest_name *ret, struct word first, const char *at, const char *end)
{
	for (struct word word; (word = next_word(&at, end)).size > 0;) {
		struct word file, name;

		if (begins(word, "--ini=")) {
			word.text += 6;
			word.size -= 6;
		}
		file = name = base_of(word);
		if (!ends(file, ".ini"))
			continue;
		name.size -= 4;
		if (ends(name, "-uwsgi"))
			name.size -= 6;
		set_name(ret, name, "");
		return set_match(ret, "[/= ]", file, "( |$)") ? SUGGEST_SERVICE : SUGGEST_OTHER;
	}
	return by_program(ret, first, "(^|/)");
}

/* Java's main class or archive, behind its options. */
static enum suggest_kind by_class(struct suggest_name *ret, const char *at, const char *end)
{
	for (struct word word; (word = next_word(&at, end)).size > 0;) {
		struct word name;

		if (is_word(word, "-cp") || is_word(word, "-classpath") ||
		    is_word(word, "--class-path"))
			(void)next_word(&at, end);
		if (word.text[0] == '-')
			continue;
		name = base_of(word);
		if (ends(name, ".jar"))
			name.size -= 4;
		set_name(ret, name, "");
		return set_match(ret, "java .*", base_of(word), "( |$)") ? SUGGEST_SERVICE
									 : SUGGEST_OTHER;
	}
	return SUGGEST_OTHER;
}

/* The script of an interpreter, or python's -m module. What comes with -c or -e has no name. */
static enum suggest_kind by_script(struct suggest_name *ret, const char *at, const char *end)
{
	for (struct word word; (word = next_word(&at, end)).size > 0;) {
		if (is_word(word, "-c") || is_word(word, "-e"))
			return SUGGEST_OTHER;
		if (is_word(word, "-m")) {
			word = next_word(&at, end);
			if (word.size == 0)
				return SUGGEST_OTHER;
			set_name(ret, word, "");
			return set_match(ret, " -m +", word, "( |$)") ? SUGGEST_SERVICE
								      : SUGGEST_OTHER;
		}
		if (word.text[0] != '-')
			return by_program(ret, word, "(^|[/ ])");
	}
	return SUGGEST_OTHER;
}

/* "-bash", "bash", "sh -i": somebody types. */
static enum suggest_kind shell_kind(struct word first, const char *at, const char *end)
{
	struct word word = next_word(&at, end);

	if (first.text[0] == '-' || word.size == 0 || is_word(word, "-i") ||
	    is_word(word, "-l") || is_word(word, "--login"))
		return SUGGEST_SESSION;
	return SUGGEST_SHELL;
}

/* A title that a program gave itself: "NAME: what it does". */
static enum suggest_kind by_title(
    struct suggest_name *ret, struct word first, const char *at, const char *end)
{
	struct word program = { first.text, first.size - 1 }, base = base_of(program);
	struct word rest = { at, (size_t)(end - at) };

	if (rest.size == 0)
		return SUGGEST_OTHER;
	if (!begins(rest, " monitoring pid "))
		return by_program(ret, program, "(^|/)");
	set_name(ret, base, "-monitor");
	return set_match(ret, "^", base, ": monitoring pid ") ? SUGGEST_MONITOR : SUGGEST_OTHER;
}

enum suggest_kind suggest_name_find(const char *line, size_t size, struct suggest_name *ret)
{
	static const char *const shells[] = { "sh", "bash", "dash", "zsh", "ksh", "fish", "csh",
		"tcsh", "-sh", "-bash", "-dash", "-zsh", "-ksh", NULL };
	/* What they start has a name. */
	static const char *const wrappers[] = { "sudo", "su", "runuser", "setpriv", "env",
		"nice", "nohup", "setsid", "timeout", "unshare", "nsenter", NULL };
	static const char *const scripts[] = { "python", "perl", "ruby", "node", "php", NULL };
	const char *at = line, *end = line + size;
	struct word first = next_word(&at, end), base = base_of(first);

	*ret = (struct suggest_name){ 0 };
	if (first.size == 0 || line[0] == ' ')
		return SUGGEST_OTHER;
	if (is_one_of(base, shells))
		return shell_kind(first, at, end);
	if (is_one_of(base, wrappers))
		return SUGGEST_OTHER;
	if (first.size > 1 && first.text[first.size - 1] == ':')
		return by_title(ret, first, at, end);
	/* Apache's mod_wsgi cuts its title anywhere. */
	if (begins(first, "(wsgi:") && first.size > 6) {
		struct word name = { first.text + 6, first.size - 6 };

		if (ends(name, ")"))
			name.size--;
		set_name(ret, name, "");
		return set_match(ret, "^\\(wsgi:", name, "") ? SUGGEST_SERVICE : SUGGEST_OTHER;
	}
	if (begins(base, "uwsgi"))
		return by_ini(ret, first, at, end);
	if (is_word(base, "java"))
		return by_class(ret, at, end);
	if (is_word(base, "beam.smp") && strstr(at, "rabbit")) {
		set_name(ret, (struct word){ "rabbitmq", 8 }, "");
		(void)snprintf(ret->match, sizeof(ret->match), "beam\\.smp .*rabbit");
		return SUGGEST_SERVICE;
	}
	if (is_one_of(base, scripts))
		return by_script(ret, at, end);
	return by_program(ret, first, "(^|/)");
}
