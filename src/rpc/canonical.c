/*
 * canonical.c
 *	  Write jsonb as canonical text; the form is defined in canonical.h.
 */
#include "postgres.h"

#include "rpc/canonical.h"

#include "common/merge_sort.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "rpc/jvalue.h"
#include "utils/builtins.h"

/* Beyond these an exponent is written; ECMAScript's limits. */
#define PLAIN_MAX_POINT 21
#define PLAIN_MIN_POINT (-6)

typedef struct Member
{
	const char *key;
	int			key_len;
	AsbJValue	value;
} Member;

static void write_value(StringInfo out, const AsbJValue *v);

static void
write_string(StringInfo out, const char *s, int len)
{
	static const char hex[] = "0123456789abcdef";
	int			plain = 0;		/* bytes before i not written yet */

	appendStringInfoChar(out, '"');
	for (int i = 0; i < len; i++)
	{
		unsigned char c = s[i];
		char		escape[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 0xF]};
		int			size = 2;

		if (c >= ' ' && c != '"' && c != '\\')
			continue;
		switch (c)
		{
			case '"':
			case '\\':
				escape[1] = c;
				break;
			case '\b':
				escape[1] = 'b';
				break;
			case '\t':
				escape[1] = 't';
				break;
			case '\n':
				escape[1] = 'n';
				break;
			case '\f':
				escape[1] = 'f';
				break;
			case '\r':
				escape[1] = 'r';
				break;
			default:
				size = 6;
		}
		appendBinaryStringInfo(out, s + plain, i - plain);
		appendBinaryStringInfo(out, escape, size);
		plain = i + 1;
	}
	appendBinaryStringInfo(out, s + plain, len - plain);
	appendStringInfoChar(out, '"');
}

static void
write_zeros(StringInfo out, int n)
{
	for (; n > 0; n--)
		appendStringInfoChar(out, '0');
}

/*
 * The significant decimal digits of a number that is not zero, and in *point
 * how many of them are before the decimal point (may be negative, or more than
 * there are).
 */
static int
significant_digits(const AsbDecimal *d, char *digits, int *point)
{
	int			n = 0;
	int			lead = 0;

	Assert(d->ndigits > 0);
	for (int i = 0; i < d->ndigits; i++)
	{
		int			digit = d->digits[i];

		digits[n++] = '0' + digit / 1000;
		digits[n++] = '0' + digit / 100 % 10;
		digits[n++] = '0' + digit / 10 % 10;
		digits[n++] = '0' + digit % 10;
	}
	while (digits[lead] == '0')
		lead++;
	while (digits[n - 1] == '0')
		n--;
	n -= lead;
	memmove(digits, digits + lead, n);
	*point = 4 * (d->weight + 1) - lead;
	return n;
}

static void
write_number(StringInfo out, Numeric num)
{
	AsbDecimal	d;
	char	   *digits;
	char		local[64];
	int			n;
	int			point;

	asb_decimal_read(num, &d);
	if (d.ndigits == 0)
	{
		appendStringInfoChar(out, '0');
		return;
	}
	digits = d.ndigits <= (int) sizeof(local) / 4 ? local : palloc(4 * d.ndigits);
	n = significant_digits(&d, digits, &point);
	if (d.negative)
		appendStringInfoChar(out, '-');

	if (point > PLAIN_MAX_POINT || point <= PLAIN_MIN_POINT)
	{
		appendStringInfoChar(out, digits[0]);
		if (n > 1)
			appendStringInfoChar(out, '.');
		appendBinaryStringInfo(out, digits + 1, n - 1);
		appendStringInfo(out, "e%+d", point - 1);
	}
	else if (point <= 0)
	{
		appendStringInfoString(out, "0.");
		write_zeros(out, -point);
		appendBinaryStringInfo(out, digits, n);
	}
	else if (n <= point)
	{
		appendBinaryStringInfo(out, digits, n);
		write_zeros(out, point - n);
	}
	else
	{
		appendBinaryStringInfo(out, digits, point);
		appendStringInfoChar(out, '.');
		appendBinaryStringInfo(out, digits + point, n - point);
	}
	if (digits != local)
		pfree(digits);
}

/*
 * Where UTF-16 sorts the lead byte of a UTF-8 character: those of four bytes
 * are surrogates there, which come before U+E000, lead byte EE.
 */
static inline int
utf16_rank(unsigned char c)
{
	if (c >= 0xF0)
		return c - 2;
	return c >= 0xEE ? c + 5 : c;
}

/* RFC 8785 3.2.3: by UTF-16 code units. */
static int
compare_members(const void *a, const void *b)
{
	const Member *x = a;
	const Member *y = b;
	int			n = Min(x->key_len, y->key_len);

	CHECK_FOR_INTERRUPTS();
	for (int i = 0; i < n; i++)
		if (x->key[i] != y->key[i])
			return utf16_rank(x->key[i]) - utf16_rank(y->key[i]);
	return x->key_len - y->key_len;
}

static void
write_object(StringInfo out, const AsbJValue *v)
{
	int			count = asb_j_count(v);
	Member	   *members = palloc(sizeof(Member) * count + 1);
	const void **sorted = palloc(sizeof(void *) * 2 * count + 1);
	AsbJCursor	keys = asb_j_start(v);
	AsbJCursor	values = asb_j_start_values(v);

	for (int i = 0; i < count; i++)
	{
		AsbJValue	key;

		asb_j_next_string(&keys, &key);
		members[i].key = key.string;
		members[i].key_len = key.len;
		asb_j_next(&values, &members[i].value);
		sorted[i] = &members[i];
	}
	asb_merge_sort(sorted, sorted + count, count, compare_members);
	appendStringInfoChar(out, '{');
	for (int i = 0; i < count; i++)
	{
		const Member *m = sorted[i];

		if (i > 0)
			appendStringInfoChar(out, ',');
		write_string(out, m->key, m->key_len);
		appendStringInfoChar(out, ':');
		write_value(out, &m->value);
	}
	appendStringInfoChar(out, '}');
	pfree(sorted);
	pfree(members);
}

static void
write_array(StringInfo out, const AsbJValue *v)
{
	AsbJCursor	cursor = asb_j_start(v);

	appendStringInfoChar(out, '[');
	for (int i = 0; i < asb_j_count(v); i++)
	{
		AsbJValue	element;

		if (i > 0)
			appendStringInfoChar(out, ',');
		asb_j_next(&cursor, &element);
		write_value(out, &element);
	}
	appendStringInfoChar(out, ']');
}

static void
write_value(StringInfo out, const AsbJValue *v)
{
	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	switch (v->type)
	{
		case ASB_J_NULL:
			appendStringInfoString(out, "null");
			break;
		case ASB_J_BOOL:
			appendStringInfoString(out, v->len ? "true" : "false");
			break;
		case ASB_J_NUMBER:
			write_number(out, v->number);
			break;
		case ASB_J_STRING:
			write_string(out, v->string, v->len);
			break;
		case ASB_J_ARRAY:
			write_array(out, v);
			break;
		case ASB_J_OBJECT:
			write_object(out, v);
			break;
	}
}

char *
asb_canonical_json(Jsonb *jb, int *len)
{
	StringInfoData out;
	AsbJValue	root;

	asb_j_require_utf8();
	if (!asb_j_depth_ok(jb))
		ereport(ERROR,
				(errcode(ERRCODE_STATEMENT_TOO_COMPLEX),
				 errmsg("JSON value is nested deeper than %d levels",
						ASB_JSON_MAX_DEPTH)));
	asb_j_root(jb, &root);
	initStringInfo(&out);
	write_value(&out, &root);
	*len = out.len;
	return out.data;
}

int64
asb_json_digits(Jsonb *jb)
{
	JsonbIterator *it = JsonbIteratorInit(&jb->root);
	JsonbValue	v;
	JsonbIteratorToken token;
	int64		n = 0;

	while ((token = JsonbIteratorNext(&it, &v, false)) != WJB_DONE)
	{
		if ((token == WJB_ELEM || token == WJB_VALUE) && v.type == jbvNumeric)
			n += asb_decimal_written_digits(v.val.numeric);
	}
	return n;
}
