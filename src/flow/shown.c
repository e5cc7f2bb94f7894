/*
 * shown.c
 *	  What triggers see of a row that is changed or deleted.
 *
 * The server hands them the row as OLD, and what no statement sets as NEW, past
 * all checks of privileges; what they make of it, an error, a notice, a row
 * that stays as it was, may tell.  Of a function in PL/pgSQL the source says
 * which columns: it can name them, or else the row as a whole.  The text is
 * read as the words in it, comments and strings too, so rather too much is
 * found than too little.  Of any other function nothing is known.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_trigger.h"
#include "commands/proclang.h"
#include "optimizer/optimizer.h"
#include "rewrite/prs2lock.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "core/catalog.h"
#include "flow/compared.h"
#include "flow/shown.h"

static bool
in_word(char c)
{
	return isalnum((unsigned char) c) || c == '_' || c == '$' || IS_HIGHBIT_SET(c);
}

/* The next place where a word stands by itself, in any case, or NULL. */
static const char *
find_word(const char *source, const char *from, const char *word)
{
	int			length = strlen(word);

	for (const char *place = from; *place; place++)
	{
		if (pg_strncasecmp(place, word, length) == 0 &&
			(place == source || !in_word(place[-1])) && !in_word(place[length]))
			return place;
	}
	return NULL;
}

static const char *
skip_space(const char *place)
{
	return place + strspn(place, " \t\n\r\f\v");
}

/* Is what stands before the place RETURN, and what comes after it the end? */
static bool
is_returned(const char *source, const char *place, const char *end)
{
	const char *before = place;

	while (before > source && isspace((unsigned char) before[-1]))
		before--;
	return before < place && before - source >= 6 && pg_strncasecmp(before - 6, "return", 6) == 0 &&
		*skip_space(end) == ';';
}

/* Does the source do with OLD, or NEW, anything but name a field or return it? */
static bool
uses_whole(const char *source, const char *row)
{
	const char *place = source;

	while ((place = find_word(source, place, row)) != NULL)
	{
		const char *end = place + strlen(row);
		const char *next = skip_space(end);

		if (*next == '.')
		{
			next = skip_space(next + 1);
			if (!in_word(*next) && *next != '"')
				return true;
		}
		else if (!is_returned(source, place, end))
			return true;
		place = end;
	}
	return false;
}

/* Names with Unicode escapes, and with quotes, are written in other ways. */
static bool
names_column(const char *source, Oid relid, AttrNumber attnum)
{
	const char *name = get_attname(relid, attnum, true);

	return name && (strchr(name, '"') || find_word(source, source, name));
}

/* The columns that a trigger function in PL/pgSQL can look at. */
static Bitmapset *
seen_by_source(const char *source, Oid relid)
{
	int			natts = asb_relation_natts(relid);
	Bitmapset  *columns = NULL;

	if (uses_whole(source, "old") || uses_whole(source, "new") ||
		strstr(source, "U&") || strstr(source, "u&"))
		return bms_make_singleton(ASB_WHOLE_ROW);
	for (AttrNumber attnum = 1; attnum <= natts; attnum++)
	{
		if (names_column(source, relid, attnum))
			columns = bms_add_member(columns, ASB_MEMBER(attnum));
	}
	return columns;
}

static Bitmapset *
seen_by_function(Oid funcid, Oid relid)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(funcid));
	Bitmapset  *columns;

	if (!HeapTupleIsValid(tuple))
		return bms_make_singleton(ASB_WHOLE_ROW);
	if (((Form_pg_proc) GETSTRUCT(tuple))->prolang == get_language_oid("plpgsql", true))
	{
		bool		isnull;
		Datum		source = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_prosrc, &isnull);

		columns = seen_by_source(TextDatumGetCString(source), relid);
	}
	else
		columns = bms_make_singleton(ASB_WHOLE_ROW);
	ReleaseSysCache(tuple);
	return columns;
}

static bool
has_value(HeapTuple trigger, TupleDesc desc, int attribute)
{
	bool		isnull;

	(void) heap_getattr(trigger, attribute, desc, &isnull);
	return !isnull;
}

Bitmapset *
asb_shown_to_trigger(HeapTuple trigger, TupleDesc desc)
{
	Form_pg_trigger form = (Form_pg_trigger) GETSTRUCT(trigger);
	Bitmapset  *columns = NULL;
	Datum		condition;
	bool		isnull;

	/* the server's own are about keys (compared.h) */
	if (form->tgisinternal || (!TRIGGER_FOR_UPDATE(form->tgtype) && !TRIGGER_FOR_DELETE(form->tgtype)))
		return NULL;
	if (has_value(trigger, desc, Anum_pg_trigger_tgoldtable) || has_value(trigger, desc, Anum_pg_trigger_tgnewtable))
		return bms_make_singleton(ASB_WHOLE_ROW);
	if (!TRIGGER_FOR_ROW(form->tgtype))
		return NULL;

	columns = seen_by_function(form->tgfoid, form->tgrelid);
	condition = heap_getattr(trigger, Anum_pg_trigger_tgqual, desc, &isnull);
	if (!isnull)
	{
		Node	   *node = stringToNode(TextDatumGetCString(condition));

		pull_varattnos(node, PRS2_OLD_VARNO, &columns);
		pull_varattnos(node, PRS2_NEW_VARNO, &columns);
	}
	return columns;
}
