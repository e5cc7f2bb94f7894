/*
 * statements.c
 *		Probes for every kind of statement, and for every setting.
 *
 * What kinds there are is the list in the server's src/include/nodes/nodes.h,
 * written down here and not asked of the extension.  The statements are about
 * objects that do not exist: the statement gate is asked before the server
 * looks for them, so that every answer but "insufficient privilege" says that
 * the gate let one through.
 */
#include "bin/audit/statements.h"

#include <string.h>

typedef struct Statement
{
	const char *identity;		/* as the surface has it, or the command tag */
	const char *sql;
} Statement;

static const Statement statements[] = {
	{"SELECT", "SELECT 1"},
	{"INSERT", "INSERT INTO nothing DEFAULT VALUES"},
	{"UPDATE", "UPDATE nothing SET c = 1"},
	{"DELETE", "DELETE FROM nothing"},
	{"MERGE", "MERGE INTO nothing USING nothing_else ON true WHEN MATCHED THEN DO NOTHING"},
	{"BEGIN", "BEGIN"},
	{"START TRANSACTION", "START TRANSACTION"},
	{"COMMIT", "COMMIT"},
	{"ROLLBACK", "ROLLBACK"},
	{"SAVEPOINT s", "SAVEPOINT s"},
	{"RELEASE SAVEPOINT s", "RELEASE SAVEPOINT s"},
	{"ROLLBACK TO SAVEPOINT s", "ROLLBACK TO SAVEPOINT s"},
	{"PREPARE TRANSACTION 't'", "PREPARE TRANSACTION 't'"},
	{"COMMIT PREPARED 't'", "COMMIT PREPARED 't'"},
	{"ROLLBACK PREPARED 't'", "ROLLBACK PREPARED 't'"},
	{"SET TRANSACTION READ ONLY", "SET TRANSACTION READ ONLY"},
	{"SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY", "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"},
	{"SET TRANSACTION SNAPSHOT", "SET TRANSACTION SNAPSHOT '0'"},
	{"PREPARE p AS SELECT", "PREPARE nothing AS SELECT"},
	{"EXECUTE p", "EXECUTE nothing"},
	{"DEALLOCATE p", "DEALLOCATE nothing"},
	{"DEALLOCATE p", "DEALLOCATE ALL"},
	{"DECLARE c CURSOR FOR SELECT", "DECLARE nothing CURSOR FOR SELECT"},
	{"DECLARE c CURSOR WITH HOLD FOR SELECT", "DECLARE nothing CURSOR WITH HOLD FOR SELECT"},
	{"FETCH c", "FETCH nothing"},
	{"MOVE c", "MOVE nothing"},
	{"CLOSE c", "CLOSE nothing"},
	{"CLOSE c", "CLOSE ALL"},
	{"EXPLAIN SELECT", "EXPLAIN SELECT"},
	{"EXPLAIN ANALYZE SELECT", "EXPLAIN ANALYZE SELECT"},
	{"EXPLAIN CREATE TABLE t AS SELECT", "EXPLAIN CREATE TABLE nothing AS SELECT"},
	{"EXPLAIN SELECT", "EXPLAIN EXECUTE nothing"},
	{"SET s TO DEFAULT", "SET LOCAL DateStyle TO DEFAULT"},
	{"RESET s", "RESET DateStyle"},
	{"RESET ALL", "RESET ALL"},
	{"SHOW s", "SHOW DateStyle"},
	{"SHOW ALL", "SHOW ALL"},
	{"SET ROLE NONE", "SET ROLE NONE"},
	{"RESET ROLE", "RESET ROLE"},
	{"SET SESSION AUTHORIZATION DEFAULT", "SET SESSION AUTHORIZATION DEFAULT"},
	{"RESET SESSION AUTHORIZATION", "RESET SESSION AUTHORIZATION"},
	{"DISCARD ALL", "DISCARD ALL"},
	{"DISCARD PLANS", "DISCARD PLANS"},
	{"DISCARD SEQUENCES", "DISCARD SEQUENCES"},
	{"DISCARD TEMP", "DISCARD TEMP"},
	{"UNLISTEN *", "UNLISTEN *"},
	{"UNLISTEN *", "UNLISTEN nothing"},
	{"LISTEN", "LISTEN nothing"},
	{"NOTIFY", "NOTIFY nothing"},
	{"CHECKPOINT", "CHECKPOINT"},
	{"LOAD", "LOAD 'nothing'"},
	{"LOCK TABLE", "LOCK TABLE nothing IN ACCESS SHARE MODE"},
	{"DO", "DO LANGUAGE plpgsql 'BEGIN END'"},
	{"VACUUM", "VACUUM nothing"},
	{"ANALYZE", "ANALYZE nothing"},
	{"CLUSTER", "CLUSTER nothing"},
	{"REINDEX", "REINDEX TABLE nothing"},
	{"TRUNCATE TABLE", "TRUNCATE nothing"},
	{"REFRESH MATERIALIZED VIEW", "REFRESH MATERIALIZED VIEW nothing"},
	{"SET CONSTRAINTS", "SET CONSTRAINTS ALL IMMEDIATE"},
	{"COMMENT", "COMMENT ON TABLE nothing IS 'x'"},
	{"SECURITY LABEL", "SECURITY LABEL ON TABLE nothing IS 'x'"},
	{"GRANT", "GRANT SELECT ON nothing TO CURRENT_USER"},
	{"REVOKE", "REVOKE SELECT ON nothing FROM CURRENT_USER"},
	{"GRANT ROLE", "GRANT agentsandbox_operator TO CURRENT_USER"},
	{"REVOKE ROLE", "REVOKE agentsandbox_operator FROM CURRENT_USER"},
	{"REASSIGN OWNED", "REASSIGN OWNED BY CURRENT_USER TO CURRENT_USER"},
	{"DROP OWNED", "DROP OWNED BY CURRENT_USER"},
	{"IMPORT FOREIGN SCHEMA", "IMPORT FOREIGN SCHEMA s FROM SERVER nothing INTO public"},

	{"COPY t TO STDOUT", "COPY agentsandbox.remoteprocedurecalls (id) TO STDOUT"},
	{"COPY (SELECT) TO STDOUT", "COPY (SELECT) TO STDOUT"},
	{"COPY t FROM STDIN", "COPY agentsandbox.remoteprocedurecalls (method, arguments) FROM STDIN"},
	{"COPY t FROM STDIN WHERE true", "COPY agentsandbox.remoteprocedurecalls (method, arguments) FROM STDIN WHERE true"},
	{"COPY t TO 'file'", "COPY agentsandbox.remoteprocedurecalls (id) TO '/nonexistent/nothing'"},
	{"COPY t FROM 'file'", "COPY agentsandbox.remoteprocedurecalls (method) FROM '/nonexistent/nothing'"},
	{"COPY t TO PROGRAM 'p'", "COPY agentsandbox.remoteprocedurecalls (id) TO PROGRAM '/nonexistent/nothing'"},
	{"COPY t FROM PROGRAM 'p'", "COPY agentsandbox.remoteprocedurecalls (method) FROM PROGRAM '/nonexistent/nothing'"},

	{"CREATE TABLE", "CREATE TABLE nothing ()"},
	{"CREATE TABLE", "CREATE TEMP TABLE nothing ()"},
	{"CREATE TABLE AS", "CREATE TABLE nothing AS SELECT 1 AS c"},
	{"CREATE TABLE AS", "CREATE TEMP TABLE nothing AS SELECT 1 AS c"},
	{"SELECT INTO", "SELECT 1 AS c INTO TEMP nothing"},
	{"CREATE MATERIALIZED VIEW", "CREATE MATERIALIZED VIEW nothing AS SELECT 1 AS c"},
	{"CREATE VIEW", "CREATE TEMP VIEW nothing AS SELECT 1 AS c"},
	{"CREATE INDEX", "CREATE INDEX ON nothing (c)"},
	{"CREATE SEQUENCE", "CREATE TEMP SEQUENCE nothing"},
	{"CREATE SCHEMA", "CREATE SCHEMA nothing"},
	{"CREATE FUNCTION", "CREATE FUNCTION nothing() RETURNS int LANGUAGE sql AS 'SELECT 1'"},
	{"CREATE PROCEDURE", "CREATE PROCEDURE nothing() LANGUAGE sql AS 'SELECT 1'"},
	{"CREATE AGGREGATE", "CREATE AGGREGATE nothing (int) (sfunc = int4pl, stype = int)"},
	{"CREATE OPERATOR", "CREATE OPERATOR ## (function = int4pl, leftarg = int, rightarg = int)"},
	{"CREATE OPERATOR CLASS", "CREATE OPERATOR CLASS nothing FOR TYPE int USING btree AS STORAGE int"},
	{"CREATE OPERATOR FAMILY", "CREATE OPERATOR FAMILY nothing USING btree"},
	{"CREATE TYPE", "CREATE TYPE nothing"},
	{"CREATE TYPE", "CREATE TYPE nothing AS (c int)"},
	{"CREATE TYPE", "CREATE TYPE nothing AS ENUM ('x')"},
	{"CREATE TYPE", "CREATE TYPE nothing AS RANGE (subtype = int)"},
	{"CREATE DOMAIN", "CREATE DOMAIN nothing AS int"},
	{"CREATE CAST", "CREATE CAST (int AS text) WITH INOUT"},
	{"CREATE COLLATION", "CREATE COLLATION nothing FROM \"C\""},
	{"CREATE CONVERSION", "CREATE CONVERSION nothing FOR 'UTF8' TO 'LATIN1' FROM nothing"},
	{"CREATE TRIGGER", "CREATE TRIGGER nothing BEFORE INSERT ON nothing EXECUTE FUNCTION nothing()"},
	{"CREATE EVENT TRIGGER", "CREATE EVENT TRIGGER nothing ON sql_drop EXECUTE FUNCTION nothing()"},
	{"CREATE RULE", "CREATE RULE nothing AS ON INSERT TO nothing DO NOTHING"},
	{"CREATE POLICY", "CREATE POLICY nothing ON nothing"},
	{"CREATE STATISTICS", "CREATE STATISTICS nothing ON a, b FROM nothing"},
	{"CREATE EXTENSION", "CREATE EXTENSION nothing"},
	{"CREATE LANGUAGE", "CREATE LANGUAGE nothing HANDLER nothing"},
	{"CREATE TRANSFORM", "CREATE TRANSFORM FOR int LANGUAGE sql (FROM SQL WITH FUNCTION nothing(internal))"},
	{"CREATE ACCESS METHOD", "CREATE ACCESS METHOD nothing TYPE INDEX HANDLER nothing"},
	{"CREATE FOREIGN DATA WRAPPER", "CREATE FOREIGN DATA WRAPPER nothing"},
	{"CREATE SERVER", "CREATE SERVER nothing FOREIGN DATA WRAPPER nothing"},
	{"CREATE FOREIGN TABLE", "CREATE FOREIGN TABLE nothing (c int) SERVER nothing"},
	{"CREATE USER MAPPING", "CREATE USER MAPPING FOR CURRENT_USER SERVER nothing"},
	{"CREATE PUBLICATION", "CREATE PUBLICATION nothing"},
	{"CREATE SUBSCRIPTION", "CREATE SUBSCRIPTION nothing CONNECTION '' PUBLICATION nothing"},
	{"CREATE TEXT SEARCH PARSER", "CREATE TEXT SEARCH PARSER nothing (start = nothing)"},
	{"CREATE TEXT SEARCH DICTIONARY", "CREATE TEXT SEARCH DICTIONARY nothing (template = simple)"},
	{"CREATE TEXT SEARCH TEMPLATE", "CREATE TEXT SEARCH TEMPLATE nothing (lexize = nothing)"},
	{"CREATE TEXT SEARCH CONFIGURATION", "CREATE TEXT SEARCH CONFIGURATION nothing (copy = simple)"},
	{"CREATE ROLE", "CREATE ROLE nothing"},
	{"CREATE DATABASE", "CREATE DATABASE nothing"},
	{"CREATE TABLESPACE", "CREATE TABLESPACE nothing LOCATION '/nonexistent/nothing'"},

	{"ALTER TABLE", "ALTER TABLE nothing ADD c int"},
	{"ALTER TABLE", "ALTER TABLE ALL IN TABLESPACE pg_default SET TABLESPACE nothing"},
	{"ALTER INDEX", "ALTER INDEX nothing SET (fillfactor = 50)"},
	{"ALTER VIEW", "ALTER VIEW nothing ALTER c DROP DEFAULT"},
	{"ALTER MATERIALIZED VIEW", "ALTER MATERIALIZED VIEW nothing SET WITHOUT CLUSTER"},
	{"ALTER FOREIGN TABLE", "ALTER FOREIGN TABLE nothing ADD c int"},
	{"ALTER SEQUENCE", "ALTER SEQUENCE nothing RESTART"},
	{"ALTER TYPE", "ALTER TYPE nothing ADD ATTRIBUTE c int"},
	{"ALTER TYPE", "ALTER TYPE nothing ADD VALUE 'x'"},
	{"ALTER TYPE", "ALTER TYPE nothing SET (storage = plain)"},
	{"ALTER DOMAIN", "ALTER DOMAIN nothing DROP DEFAULT"},
	{"ALTER FUNCTION", "ALTER FUNCTION nothing() STRICT"},
	{"ALTER AGGREGATE", "ALTER AGGREGATE nothing(int) OWNER TO CURRENT_USER"},
	{"ALTER OPERATOR", "ALTER OPERATOR ## (int, int) SET (restrict = none)"},
	{"ALTER OPERATOR FAMILY", "ALTER OPERATOR FAMILY nothing USING btree DROP OPERATOR 1 (int, int)"},
	{"ALTER COLLATION", "ALTER COLLATION nothing REFRESH VERSION"},
	{"ALTER CONVERSION", "ALTER CONVERSION nothing OWNER TO CURRENT_USER"},
	{"ALTER TRIGGER", "ALTER TRIGGER nothing ON nothing DEPENDS ON EXTENSION nothing"},
	{"ALTER EVENT TRIGGER", "ALTER EVENT TRIGGER nothing DISABLE"},
	{"ALTER POLICY", "ALTER POLICY nothing ON nothing USING (true)"},
	{"ALTER STATISTICS", "ALTER STATISTICS nothing SET STATISTICS 0"},
	{"ALTER EXTENSION", "ALTER EXTENSION agentsandbox UPDATE"},
	{"ALTER EXTENSION", "ALTER EXTENSION agentsandbox DROP TABLE nothing"},
	{"ALTER DEFAULT PRIVILEGES", "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC"},
	{"ALTER FOREIGN DATA WRAPPER", "ALTER FOREIGN DATA WRAPPER nothing NO VALIDATOR"},
	{"ALTER SERVER", "ALTER SERVER nothing VERSION 'x'"},
	{"ALTER USER MAPPING", "ALTER USER MAPPING FOR CURRENT_USER SERVER nothing OPTIONS (x 'x')"},
	{"ALTER PUBLICATION", "ALTER PUBLICATION nothing SET (publish = 'insert')"},
	{"ALTER SUBSCRIPTION", "ALTER SUBSCRIPTION nothing DISABLE"},
	{"ALTER TEXT SEARCH DICTIONARY", "ALTER TEXT SEARCH DICTIONARY nothing (x = 'x')"},
	{"ALTER TEXT SEARCH CONFIGURATION", "ALTER TEXT SEARCH CONFIGURATION nothing DROP MAPPING FOR word"},
	{"ALTER ROLE", "ALTER ROLE CURRENT_USER PASSWORD NULL"},
	{"ALTER ROLE", "ALTER ROLE CURRENT_USER SET work_mem = '1MB'"},
	{"ALTER DATABASE", "ALTER DATABASE nothing CONNECTION LIMIT 1"},
	{"ALTER DATABASE", "ALTER DATABASE nothing SET work_mem = '1MB'"},
	{"ALTER DATABASE", "ALTER DATABASE nothing REFRESH COLLATION VERSION"},
	{"ALTER TABLESPACE", "ALTER TABLESPACE nothing SET (seq_page_cost = 1)"},
	{"ALTER SYSTEM", "ALTER SYSTEM SET work_mem = '1MB'"},
	{"ALTER ... RENAME", "ALTER TABLE nothing RENAME TO nothing_else"},
	{"ALTER ... SET SCHEMA", "ALTER TABLE nothing SET SCHEMA public"},
	{"ALTER ... OWNER", "ALTER SCHEMA nothing OWNER TO CURRENT_USER"},

	{"DROP", "DROP TABLE nothing"},
	{"DROP", "DROP FUNCTION nothing()"},
	{"DROP", "DROP POLICY nothing ON nothing"},
	{"DROP", "DROP EXTENSION nothing"},
	{"DROP ROLE", "DROP ROLE nothing"},
	{"DROP DATABASE", "DROP DATABASE nothing"},
	{"DROP TABLESPACE", "DROP TABLESPACE nothing"},
	{"DROP SUBSCRIPTION", "DROP SUBSCRIPTION nothing"},
	{"DROP USER MAPPING", "DROP USER MAPPING FOR CURRENT_USER SERVER nothing"},
};

void
asb_statements_add(AsbProbes *probes)
{
	for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++)
	{
		const Statement *statement = &statements[i];
		AsbWay		way = strncmp(statement->identity, "COPY ", 5) == 0 ? ASB_WAY_COPY : ASB_WAY_RUN;

		asb_probe_add(probes, "statement", statement->identity, "EXECUTE",
					  way, statement->sql)->strict = true;
	}
}

/*
 * Every setting's name, those that SHOW ALL leaves out too, with values of
 * which a setting that can be changed at all takes one or another.
 */
static const char settings[] =
"WITH s AS ("
"  SELECT name, setting, boot_val, reset_val FROM pg_catalog.pg_settings WHERE name NOT IN ('role', 'session_authorization')"
"  UNION SELECT name, NULL, NULL, NULL FROM pg_catalog.unnest(ARRAY['is_superuser', 'seed', 'transaction_deferrable',"
"    'transaction_isolation', 'transaction_read_only', 'nothing', 'nothing.at_all', 'request.jwt.claims']) n (name)) "
"SELECT name, 'SHOW', 'SHOW ' || (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(p), '.')"
"                                  FROM pg_catalog.unnest(pg_catalog.string_to_array(name, '.')) p) FROM s "
"UNION ALL "
"SELECT name, 'SHOW', pg_catalog.format('SELECT pg_catalog.current_setting(%L)', name) FROM s "
"UNION ALL "
"SELECT name, 'SET', 'SET LOCAL ' || (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(p), '.')"
"                                     FROM pg_catalog.unnest(pg_catalog.string_to_array(name, '.')) p)"
"                    || pg_catalog.format(' = %L', v)"
" FROM s, LATERAL (SELECT DISTINCT v FROM pg_catalog.unnest(ARRAY[setting, boot_val, reset_val, 'on', 'off', '0', '1',"
"                                                               'read committed', 'public']) v WHERE v IS NOT NULL) v "
"UNION ALL "
"SELECT name, 'SET', pg_catalog.format('SELECT pg_catalog.set_config(%L, %L, true)', name, COALESCE(reset_val, '1')) FROM s "
"UNION ALL "
"SELECT r.name, 'SHOW', 'SHOW ' || r.name FROM (VALUES ('role'), ('session_authorization')) r (name)";

void
asb_settings_add(AsbAudit *audit, AsbProbes *probes)
{
	PGresult   *result = asb_audit_query(audit, settings, 0, NULL);

	for (int row = 0; row < PQntuples(result); row++)
		asb_probe_add(probes, "setting", PQgetvalue(result, row, 0), PQgetvalue(result, row, 1),
					  ASB_WAY_RUN, PQgetvalue(result, row, 2))->strict = true;
	probes->results[probes->nresults++] = result;
}
