/*
 * test_regex.c
 *	  ECMA-262 regular expressions: meaning, refusals, and that no pattern and
 *	  no string can make compiling or matching slow.
 */
#include <stdlib.h>
#include <time.h>

#include "common/regex.h"
#include "tap.h"

/* For a test's name: one line, whatever the string. */
static const char *
printable(const char *s)
{
	static char out[60];
	size_t		n = 0;

	for (; *s && n < sizeof(out) - 1; s++)
		out[n++] = *s < ' ' ? '?' : *s;
	out[n] = '\0';
	return out;
}

static void
matches(const char *pattern, const char *s, bool want)
{
	const char *why = "";
	AsbRegex   *re = asb_regex_compile(pattern, strlen(pattern), &why);

	if (re == NULL)
		ok(false, "/%s/ is refused: %s", pattern, why);
	else
		ok(asb_regex_match(re, s, strlen(s)) == want, "/%s/ %s \"%s\"",
		   pattern, want ? "matches" : "does not match", printable(s));
	free(re);
}

static void
refused(const char *pattern, const char *want)
{
	const char *why = "";
	AsbRegex   *re = asb_regex_compile(pattern, strlen(pattern), &why);

	ok(re == NULL && strstr(why, want) != NULL, "/%.60s/ is refused: %s",
	   pattern, re ? "no" : why);
	free(re);
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/*
 * Compile, and if that is not refused, match a megabyte of `unit` followed by
 * `tail`.  Half a second is generous even under the sanitizers; what
 * backtracks would need the age of the universe.
 */
static void
bounded(const char *pattern, const char *unit, const char *tail)
{
	size_t		size = 1 << 20;
	char	   *s = malloc(size + 8);
	const char *why = "matched";
	double		start = now();
	double		compiled;
	double		matched;
	AsbRegex   *re = asb_regex_compile(pattern, strlen(pattern), &why);

	compiled = now() - start;
	for (size_t i = 0; i < size; i++)
		s[i] = unit[i % strlen(unit)];
	strcpy(s + size, tail);
	start = now();
	if (re != NULL)
		asb_regex_match(re, s, size + strlen(tail));
	matched = now() - start;
	ok(compiled < 5 && matched < 0.5,
	   "/%.40s/: compiled in %.1f ms, 1 MB in %.1f ms (%s)", pattern,
	   compiled * 1e3, matched * 1e3, re ? "automaton" : why);
	free(re);
	free(s);
}

static void
test_meaning(void)
{
	matches("", "", true);
	matches("a+", "xxaayy", true);
	matches("^a*$", "aaa", true);
	matches("^a*$", "abc", false);
	matches("^(?:ab|c)+?d$", "abcabd", true);
	matches("^a{2,3}$", "a", false);
	matches("^a{2,3}$", "aaa", true);
	matches("^a{2,3}$", "aaaa", false);
	matches("^a{2,}$", "aaaaa", true);
	matches("^a{0}b$", "b", true);
	matches("^(a|b|)c$", "c", true);
	matches("a||b", "z", true);
	matches("^[^a-c\\d]$", "d", true);
	matches("^[^a-c\\d]$", "5", false);
	matches("^[]$", "a", false);
	matches("[^]", "\n", true);
	matches("^[\\b\\-\\]]$", "-", true);
	matches("^[-a]$", "-", true);
	matches("^[a-]$", "-", true);
	matches("^.$", "\xF0\x9F\x90\xB2", true);
	matches("^.$", "\n", false);
	matches("^.$", "\xE2\x80\xA8", false);
	matches("^\xF0\x9F\x90\xB2*$", "\xF0\x9F\x90\xB2\xF0\x9F\x90\xB2", true);
	matches("^\\ud83d\\udc32$", "\xF0\x9F\x90\xB2", true);
	matches("^\\u{1F432}$", "\xF0\x9F\x90\xB2", true);
	matches("^[\\u{1F400}-\\u{1F4FF}]$", "\xF0\x9F\x90\xB2", true);
	matches("^\\d$", "\xDF\x80", false);
	matches("^\\w$", "\xC3\xA9", false);
	matches("^\\W$", "\xC3\xA9", true);
	matches("^\\s$", "\xEF\xBB\xBF", true);
	matches("^\\S$", "\xC2\xA0", false);
	matches("^\\cC\\x41\\t$", "\003A\t", true);
	matches("^abc$", "abc\n", false);
	matches("a^b", "a\nb", false);
	matches("\\bfoo\\b", "a foo.", true);
	matches("\\bfoo\\b", "afoo.", false);
	matches("^\\Boo", "oo", false);
	matches("f\\Boo$", "foo", true);
	matches("^$|x\\b$", "x", true);
	matches("(?:^|,)a(?:$|,)", "b,a", true);
	matches("(?:^|,)a(?:$|,)", "ba", false);
	matches("^(\\$|\\/|\\.)$", "/", true);
	matches("\\bx*$", "yx", true);
	matches("^\\bx*$", "-x", false);
	matches("(\\b|a)*b$", "aab", true);
	matches("^(?:$)?a", "a", true);
}

static void
test_refusals(void)
{
	refused("(a)\\1", "back references");
	refused("\\k<a>", "back references");
	refused("a(?=b)", "look-ahead");
	refused("a(?!b)", "look-ahead");
	refused("(?<=a)b", "look-behind");
	refused("(?<!a)b", "look-behind");
	refused("(?<name>a)", "named groups");
	refused("(?i:a)", "modifiers");
	refused("\\p{Letter}", "Unicode property");
	refused("[\\P{L}]", "Unicode property");
	refused("\\a", "unknown escape");
	refused("\\-", "unknown escape");
	refused("\\01", "octal");
	refused("\\u12", "hexadecimal");
	refused("\\u{110000}", "escape");
	refused("\\uD800", "lone surrogates");
	refused("\\uD800\\u0041", "lone surrogates");
	refused("\\c1", "letter");
	refused("\\", "backslash");
	refused("[a", "unterminated");
	refused("[b-a]", "out of order");
	refused("[\\d-z]", "class escape");
	refused("(a", "missing )");
	refused("a)", "unmatched )");
	refused("*a", "nothing to repeat");
	refused("a**", "nothing to repeat");
	refused("^*", "cannot be repeated");
	refused("a{2,1}", "out of order");
	refused("a{,2}", "quantifier");
	refused("a{x}", "quantifier");
	refused("a]", "escaped");
	refused("}", "escaped");
	refused("(a{1,1000}){1,1000}", "repeats too much");
	refused("(((a{1000000000}){1000000000}){1000000000})", "repeats too much");
	refused("^(a|b)*a(a|b){30}$", "too complex");
}

static void
test_bounded(void)
{
	char		deep[1024] = "";
	char		wide[4096] = "^";

	bounded("(a+)+$", "a", "!");
	bounded("^(a|a)*$", "a", "!");
	bounded("^(a|aa)+$", "a", "!");
	bounded("(x+x+)+y", "x", "");
	bounded("^(([a-z])+.)+[A-Z]([a-z])+$", "a", "");
	bounded("(.*)*(.*)*(.*)*x$", "a", "");
	bounded("^(.*?,){30}P", "1,", "");
	bounded("(a{0,50}){0,50}$", "a", "!");
	bounded("a{1,1000}{1,1000}", "a", "!");
	bounded("(a{1,100}){1,100}b", "a", "");
	bounded("((a{1,10}){1,10}){1,10}b", "a", "");
	bounded("(a|b)*a(a|b){12}c", "ab", "");
	bounded("(a|b)*a(a|b){1000}c", "ab", "");
	bounded("([a-z]{1,64}\\.){1,127}[a-z]{2,63}$", "a.", "!");
	bounded("(){1000000000}", "a", "");
	bounded("((){0,1000000000}){1000000000}", "a", "");
	bounded("(\\b){100000}", "a", "");
	bounded("^.{1,8000}$", "a", "");
	bounded("[a-z]{3,2000}[0-9]{3,2000}", "a1", "");
	bounded("(((((((((((a?)?)?)?)?)?)?)?)?)?)?)*b", "a", "");
	/* a?^n a^n */
	for (int i = 0; i < 200; i++)
		strcat(deep, "a?");
	for (int i = 0; i < 200; i++)
		strcat(deep, "a");
	bounded(deep, "a", "!");
	deep[0] = '\0';
	for (int i = 0; i < 90; i++)
		strcat(deep, "(");
	for (int i = 0; i < 90; i++)
		strcat(deep, ")*");
	bounded(deep, "a", "!");
	for (int i = 0; i < 300; i++)
		sprintf(wide + strlen(wide), "%s\\u%04x.*", i ? "|" : "", 0x100 + 2 * i);
	bounded(wide, "a", "");
}

int
main(void)
{
	test_meaning();
	test_refusals();
	test_bounded();
	return tap_done();
}
