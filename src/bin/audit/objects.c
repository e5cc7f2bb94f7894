/*
 * objects.c
 *		Probes for everything that a database's catalogs hold.
 *
 * Each query below enumerates one kind of object and builds the statements
 * that try it.  They read the server's catalogs and nothing else, so that what
 * the extension thinks of an object has no part in which objects are tried.
 *
 * No probe reads or changes a row: conditions are false, arguments are null.
 * What would run is not executed but only parsed, for that is when the gates
 * judge it; of what is executed, triggers for each statement may be fired, and
 * everything is rolled back.
 */
#include "bin/audit/objects.h"

#include <stdlib.h>
#include <string.h>

/* Is the object's schema "n" one of those asked for? */
#define IN_SCOPE "($1::pg_catalog.name[] IS NULL OR n.nspname = ANY ($1::pg_catalog.name[]))"

/* Is it in a schema of the database's own, where more ways are tried? */
#define OF_DATABASE "n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')"

/*
 * A harmless value of the type that a row "t" of pg_type, with its schema "tn",
 * describes: null, or where a name or a type has to be settled, one that is.
 */
#define VALUE \
	"CASE WHEN t.typname IN ('any', 'anyelement', 'anynonarray', 'anycompatible', 'anycompatiblenonarray')" \
	"          AND t.typtype = 'p' THEN '0'" \
	"     WHEN t.typname IN ('anyarray', 'anycompatiblearray') AND t.typtype = 'p'" \
	"          THEN 'NULL::pg_catalog.int4[]'" \
	"     WHEN t.typname IN ('anyrange', 'anycompatiblerange') AND t.typtype = 'p'" \
	"          THEN 'NULL::pg_catalog.int4range'" \
	"     WHEN t.typname IN ('anymultirange', 'anycompatiblemultirange') AND t.typtype = 'p'" \
	"          THEN 'NULL::pg_catalog.int4multirange'" \
	"     WHEN t.oid = 'pg_catalog.regconfig'::pg_catalog.regtype" \
	"          THEN '''pg_catalog.simple''::pg_catalog.regconfig'" \
	"     WHEN t.oid = 'pg_catalog.regdictionary'::pg_catalog.regtype" \
	"          THEN '''pg_catalog.simple''::pg_catalog.regdictionary'" \
	"     WHEN t.oid = 'pg_catalog.regclass'::pg_catalog.regtype" \
	"          THEN '''agentsandbox.methods''::pg_catalog.regclass'" \
	"     ELSE pg_catalog.format('NULL::%I.%I', tn.nspname, t.typname) END"

/* The types that can be read as relations are read from. */
static const char relations[] =
"WITH rel AS ("
"  SELECT c.relkind, " OF_DATABASE " AS own,"
"         pg_catalog.format('%I.%I', n.nspname, c.relname) AS name"
"  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
"  WHERE " IN_SCOPE "), "
"form (privilege, kinds, own, way, pattern) AS (VALUES"
"  ('SELECT', NULL, false, 'r', 'SELECT 1 FROM %s \"that row\" WHERE false'),"
"  ('UPDATE', NULL, true, 'r', 'SELECT 1 FROM %s \"that row\" WHERE false FOR UPDATE'),"
"  ('UPDATE', NULL, true, 'r', 'SELECT 1 FROM %s \"that row\" WHERE false FOR KEY SHARE'),"
"  ('INSERT', NULL, false, 'r', 'INSERT INTO %s SELECT WHERE false'),"
"  ('DELETE', NULL, false, 'r', 'DELETE FROM %s WHERE false'),"
"  ('DELETE', 'rp', true, 'r', 'MERGE INTO %s USING (SELECT WHERE false) s ON false WHEN MATCHED THEN DELETE'),"
"  ('SELECT', NULL, false, 'c', 'COPY %s TO STDOUT'),"
"  ('INSERT', NULL, false, 'c', 'COPY %s FROM STDIN'),"
"  ('USAGE', 'S', false, 'q', 'SELECT pg_catalog.nextval(%L)'),"
"  ('TRUNCATE', NULL, true, 's', 'TRUNCATE %s'))"
"SELECT CASE WHEN relkind = 'S' THEN 'sequence' ELSE 'relation' END, name, privilege,"
"       pg_catalog.format(pattern, name), way, NULL, NULL,"
"       CASE WHEN pattern LIKE '%FOR%' AND privilege = 'UPDATE' OR pattern LIKE 'MERGE%' THEN"
"            CASE WHEN relkind = 'S' THEN 'sequence' ELSE 'relation' END END, name, 'SELECT'"
" FROM rel, form WHERE (rel.own OR NOT form.own) AND (kinds IS NULL OR pg_catalog.strpos(kinds, relkind::text) > 0)";

static const char columns[] =
"WITH col AS ("
"  SELECT " OF_DATABASE " AS own, c.relkind, a.attnum, a.atttypid AS type, pg_catalog.quote_ident(a.attname) AS attname,"
"         pg_catalog.format('%I.%I', n.nspname, c.relname) AS name,"
"         CASE WHEN c.relkind = 'S' THEN 'sequence' ELSE 'relation' END AS relclass,"
"         pg_catalog.format('%I.%I.%I', n.nspname, c.relname, a.attname) AS identity"
"  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
"  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid"
"  WHERE NOT a.attisdropped AND " IN_SCOPE "), "
/* a refusal says something of the column where it is the only need */
"form (class, privilege, own, way, pattern, privilege2) AS (VALUES"
"  ('column', 'SELECT', false, 'r', 'SELECT \"that row\".%2$s FROM %1$s \"that row\" WHERE false', NULL),"
"  ('column', 'SELECT', true, 'r', 'SELECT 1 FROM %1$s \"that row\" WHERE \"that row\".%2$s IS NULL AND false', 'SELECT'),"
"  ('column', 'SELECT', true, 'r', 'SELECT (\"that row\").%2$s FROM %1$s \"that row\" WHERE false', 'SELECT'),"
"  ('column', 'SELECT', true, 'r', 'SELECT %2$s(\"that row\") FROM %1$s \"that row\" WHERE false', 'SELECT'),"
"  ('column', 'SELECT', true, 'r', 'SELECT 1 FROM %1$s x JOIN %1$s y USING (%2$s) WHERE false', 'SELECT'),"
"  ('column', 'SELECT', true, 'r', 'DELETE FROM %1$s \"that row\" WHERE false RETURNING \"that row\".%2$s', 'DELETE'),"
"  ('column', 'SELECT', false, 'c', 'COPY %1$s (%2$s) TO STDOUT', NULL),"
"  ('column', 'INSERT', false, 'r', 'INSERT INTO %1$s (%2$s) SELECT NULL WHERE false', NULL),"
"  ('column', 'INSERT', true, 'c', 'COPY %1$s (%2$s) FROM STDIN', NULL),"
"  ('column', 'UPDATE', false, 'r', 'UPDATE %1$s SET %2$s = DEFAULT WHERE false', NULL),"
"  ('relation', 'UPDATE', false, 'r', 'UPDATE %1$s SET %2$s = DEFAULT WHERE false', 'UPDATE'),"
/* its number alone can be read of what names a function */
"  ('number', 'SELECT', false, 'r', 'SELECT \"that row\".%2$s::pg_catalog.oid FROM %1$s \"that row\" WHERE false', NULL),"
/* a row, or its type, is open if all columns are */
"  ('row', 'SELECT', true, 'r', 'SELECT \"that row\" FROM %1$s \"that row\" WHERE false', 'SELECT'),"
"  ('row', 'SELECT', true, 'p', 'SELECT NULL::%1$s', 'SELECT'),"
"  ('row', 'SELECT', true, 'p', 'SELECT NULL::%1$s[]', 'SELECT'))"
"SELECT CASE form.class WHEN 'relation' THEN relclass ELSE 'column' END, CASE form.class WHEN 'relation' THEN name ELSE identity END,"
"       privilege, pg_catalog.format(pattern, name, attname), way, NULL, NULL,"
"       CASE WHEN privilege2 IS NULL THEN NULL WHEN form.class = 'relation' THEN 'column' ELSE relclass END,"
"       CASE WHEN form.class = 'relation' THEN identity ELSE name END, privilege2"
" FROM col, form WHERE (col.own OR NOT form.own) AND (form.class <> 'row' OR (attnum > 0 AND relkind IN ('r', 'p', 'v', 'm', 'f')))"
"   AND (form.class <> 'number' OR type = 'pg_catalog.regproc'::pg_catalog.regtype)";

/* Aggregates need their arguments in the places where they belong. */
static const char functions[] =
"WITH f AS ("
"  SELECT p.oid, " OF_DATABASE " AS own, p.proname, p.prokind, p.prosrc, p.proisstrict, p.pronargs, a.aggkind, a.aggnumdirectargs,"
"         pg_catalog.format('%I.%I', n.nspname, p.proname) AS name,"
"         (pg_catalog.pg_identify_object('pg_catalog.pg_proc'::pg_catalog.regclass, p.oid, 0)).identity,"
"         CASE WHEN p.prokind = 'p' THEN pg_catalog.cardinality(COALESCE(p.proallargtypes, p.proargtypes::pg_catalog.oid[]))"
"              ELSE p.pronargs END AS n,"
"         ARRAY(SELECT CASE WHEN u.ord = p.pronargs AND p.provariadic <> 0"
"                                AND p.provariadic <> 'pg_catalog.any'::pg_catalog.regtype THEN 'VARIADIC ' ELSE '' END || " VALUE
"               FROM pg_catalog.unnest(CASE WHEN p.prokind = 'p' THEN COALESCE(p.proallargtypes, p.proargtypes::pg_catalog.oid[])"
"                                           ELSE p.proargtypes::pg_catalog.oid[] END) WITH ORDINALITY u (type, ord)"
"               JOIN pg_catalog.pg_type t ON t.oid = u.type JOIN pg_catalog.pg_namespace tn ON tn.oid = t.typnamespace"
"               ORDER BY u.ord) AS args"
"  FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace"
"  LEFT JOIN pg_catalog.pg_aggregate a ON a.aggfnoid = p.oid"
"  WHERE " IN_SCOPE "), "
"call AS ("
"  SELECT *, pg_catalog.array_to_string(args, ', ') AS all_args,"
"         pg_catalog.array_to_string(args[:aggnumdirectargs], ', ') AS direct,"
"         pg_catalog.array_to_string(args[aggnumdirectargs + 1:], ', ') AS aggregated"
"  FROM f)"
"SELECT 'function', identity, 'EXECUTE',"
"       CASE WHEN prosrc IN ('show_config_by_name', 'show_config_by_name_missing_ok', 'set_config_by_name')"
"            THEN pg_catalog.format('SELECT %s(%s)', name,"
"                                   pg_catalog.array_to_string((ARRAY['''TimeZone''', CASE n WHEN 2 THEN 'true' ELSE '''UTC''' END, 'true'])[:n], ', '))"
"            WHEN prokind = 'p' THEN pg_catalog.format('CALL %s(%s)', name, all_args)"
"            WHEN prokind = 'w' THEN pg_catalog.format('SELECT %s(%s) OVER ()', name, all_args)"
"            WHEN aggkind IN ('o', 'h') THEN pg_catalog.format('SELECT %s(%s) WITHIN GROUP (ORDER BY %s)', name, direct,"
"                                                              COALESCE(NULLIF(aggregated, ''), '0'))"
"            WHEN aggkind = 'n' AND n = 0 THEN pg_catalog.format('SELECT %s(*)', name)"
"            ELSE pg_catalog.format('SELECT %s(%s)', name, all_args) END,"
"       CASE WHEN prokind = 'p' AND NOT $2::pg_catalog.bool AND name NOT LIKE 'agentsandbox.%' THEN 'r' ELSE 'p' END, NULL, NULL, NULL, NULL, NULL FROM call "
"UNION ALL "
/* a type that has no name for the agent needs none; a type's name is a cast */
"SELECT 'function', identity, 'EXECUTE', pg_catalog.format('SELECT %s(%s)', name,"
"         (SELECT pg_catalog.string_agg('NULL', ', ') FROM pg_catalog.unnest(args))), 'p', NULL, NULL, NULL, NULL, NULL"
" FROM call WHERE prokind = 'f' AND pronargs > 0 AND own"
"   AND NOT EXISTS (SELECT FROM pg_catalog.pg_type t WHERE t.typname = call.proname) "
"UNION ALL "
"SELECT 'statement', 'CALL p()', 'EXECUTE', pg_catalog.format('CALL %s(CASE WHEN 1 / 0 = 0 THEN %s END%s)', name, args[1],"
"         (SELECT pg_catalog.string_agg(', ' || a, '') FROM pg_catalog.unnest(args[2:]) a)), 'r', NULL, NULL, 'function', identity, 'EXECUTE'"
" FROM call WHERE prokind = 'p' AND pronargs > 0 AND args[1] NOT LIKE 'VARIADIC%' AND name NOT LIKE 'agentsandbox.%' "
"UNION ALL "
"SELECT 'function', identity, 'EXECUTE', 'the fastpath message', 'f', oid::text, pronargs::text, NULL, NULL, NULL"
" FROM f WHERE prokind = 'f' AND proisstrict AND pronargs > 0";

/* One of the server's is listed by its function. */
static const char operators[] =
"SELECT CASE WHEN n.nspname = 'pg_catalog' THEN 'function' ELSE 'operator' END,"
"       CASE WHEN n.nspname = 'pg_catalog'"
"            THEN (pg_catalog.pg_identify_object('pg_catalog.pg_proc'::pg_catalog.regclass, o.oprcode, 0)).identity"
"            ELSE (pg_catalog.pg_identify_object('pg_catalog.pg_operator'::pg_catalog.regclass, o.oid, 0)).identity END, 'EXECUTE',"
"       pg_catalog.format('SELECT %s OPERATOR(%I.%s) %s', l.value, n.nspname, o.oprname, r.value), 'p', NULL, NULL"
" FROM pg_catalog.pg_operator o JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace"
" LEFT JOIN LATERAL (SELECT " VALUE " FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace tn ON tn.oid = t.typnamespace"
"                    WHERE t.oid = o.oprleft) l (value) ON true"
" JOIN LATERAL (SELECT " VALUE " FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace tn ON tn.oid = t.typnamespace"
"               WHERE t.oid = o.oprright) r (value) ON true"
" WHERE " IN_SCOPE;

/* Nothing is listed for a cast: it takes both types, and the function if there is one. */
static const char casts[] =
"SELECT 'type', (pg_catalog.pg_identify_object('pg_catalog.pg_type'::pg_catalog.regclass, c.castsource, 0)).identity, 'USAGE',"
"       pg_catalog.format('SELECT (NULL::%I.%I)::%I.%I', n.nspname, s.typname, tn.nspname, t.typname), 'p', NULL, NULL,"
"       'type', (pg_catalog.pg_identify_object('pg_catalog.pg_type'::pg_catalog.regclass, c.casttarget, 0)).identity, 'USAGE',"
"       CASE WHEN c.castfunc <> 0 THEN 'function' END,"
"       (pg_catalog.pg_identify_object('pg_catalog.pg_proc'::pg_catalog.regclass, c.castfunc, 0)).identity, 'EXECUTE'"
" FROM pg_catalog.pg_cast c"
" JOIN pg_catalog.pg_type s ON s.oid = c.castsource JOIN pg_catalog.pg_namespace n ON n.oid = s.typnamespace"
" JOIN pg_catalog.pg_type t ON t.oid = c.casttarget JOIN pg_catalog.pg_namespace tn ON tn.oid = t.typnamespace"
" WHERE " IN_SCOPE;

/*
 * Nothing is listed for an array, which takes what its elements take.  Row types
 * of relations are tried with the columns.  A constant of some of the
 * pseudotypes is none of that type.
 */
static const char types[] =
"WITH type AS ("
"  SELECT t.oid, t.typname, t.typtype, pg_catalog.format('%I.%I', n.nspname, t.typname) AS name,"
"         CASE WHEN c.relkind <> 'c' THEN 'relation' ELSE 'type' END AS class, CASE WHEN c.relkind <> 'c' THEN 'SELECT' ELSE 'USAGE' END AS privilege,"
"         CASE WHEN c.relkind <> 'c' THEN pg_catalog.format('%I.%I', n.nspname, c.relname) ELSE"
"           (pg_catalog.pg_identify_object('pg_catalog.pg_type'::pg_catalog.regclass, COALESCE(ee.oid, e.oid, t.oid), 0)).identity END AS identity"
"  FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace"
"  LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem AND t.typsubscript = 'pg_catalog.array_subscript_handler'::pg_catalog.regproc"
"  LEFT JOIN pg_catalog.pg_type ee ON ee.oid = e.typelem AND e.typsubscript = 'pg_catalog.array_subscript_handler'::pg_catalog.regproc"
"  LEFT JOIN pg_catalog.pg_class c ON c.oid = COALESCE(NULLIF(e.typrelid, 0), t.typrelid)"
"  WHERE (c.relkind IS NULL OR c.relkind = 'c' OR NOT " OF_DATABASE ") AND " IN_SCOPE ")"
"SELECT class, identity, privilege, 'SELECT NULL::' || name, 'p', NULL, NULL FROM type"
" WHERE typtype <> 'p' OR typname NOT IN ('any', 'anyelement', 'anynonarray', 'anycompatible', 'anycompatiblenonarray') "
"UNION ALL "
"SELECT class, identity, privilege, 'SELECT 1 /* with a parameter of type ' || name || ' */', 'p', oid::text, NULL FROM type";

/* The columns of all these queries; then come further needs, three columns each. */
enum
{
	CLASS, IDENTITY, PRIVILEGE, TEXT, WAY, OBJECT, NARGS, FURTHER_NEEDS
};

/*
 * How it is tried, in the query's column WAY: p: parsed, r: run, q: run in a
 * read-only transaction, s: run, and all but a refusal is success, c: COPY,
 * f: fastpath message.
 */

static AsbWay
way_of(const char *letter)
{
	switch (letter[0])
	{
		case 'c':
			return ASB_WAY_COPY;
		case 'f':
			return ASB_WAY_FASTPATH;
		case 'p':
			return ASB_WAY_PARSE;
		default:
			return ASB_WAY_RUN;
	}
}

static void
add(AsbProbes *probes, const PGresult *result, int row)
{
	AsbProbe   *probe;

	/* an object that was dropped meanwhile has no identity */
	if (PQgetisnull(result, row, IDENTITY))
		return;
	probe = asb_probe_add(probes, PQgetvalue(result, row, CLASS), PQgetvalue(result, row, IDENTITY),
						  PQgetvalue(result, row, PRIVILEGE), way_of(PQgetvalue(result, row, WAY)),
						  PQgetvalue(result, row, TEXT));
	probe->strict = PQgetvalue(result, row, WAY)[0] == 's';
	probe->read_only = PQgetvalue(result, row, WAY)[0] == 'q';
	probe->oid = (Oid) strtoul(PQgetvalue(result, row, OBJECT), NULL, 10);
	probe->nargs = atoi(PQgetvalue(result, row, NARGS));
	for (int column = FURTHER_NEEDS; column < PQnfields(result); column += 3)
	{
		if (!PQgetisnull(result, row, column))
			probe->needs[probe->nneeds++] = (AsbEntry)
			{
				PQgetvalue(result, row, column), PQgetvalue(result, row, column + 1),
					PQgetvalue(result, row, column + 2)
			};
	}
}

void
asb_objects_add(AsbAudit *audit, AsbProbes *probes, const char *schemas)
{
	static const char *const queries[] = {
		relations, columns, functions, operators, casts, types
	};
	const char *params[] = {schemas, audit->allow_call ? "true" : "false"};

	for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++)
	{
		PGresult   *result = asb_audit_query(audit, queries[i], queries[i] == functions ? 2 : 1, params);

		for (int row = 0; row < PQntuples(result); row++)
			add(probes, result, row);
		probes->results[probes->nresults++] = result;
	}
}
