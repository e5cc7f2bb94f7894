# What PostgreSQL has since 16 and nobody has judged is refused, and what
# changed beneath the gates confines as before.  On an older server what it
# does not have is left out.
# with-cluster: --conf 'max_connections = 30'
use strict;
use warnings;

use AgentSandbox;
use Test::More;

my $version = sql('SHOW server_version_num') / 10000;
$version = int $version;

sql(<<~'SQL');
	SELECT agentsandbox.create_profile('p', search_path => 'app', allow_copy => true, allow_call => true, allow_explain => true);
	CREATE SCHEMA app;
	GRANT USAGE ON SCHEMA app TO p;
	CREATE TABLE app.t (id int PRIMARY KEY, name text DEFAULT 'x', hidden text DEFAULT 'secret');
	INSERT INTO app.t VALUES (1, 'one', 'secret'), (2, 'two', 'secret');
	GRANT SELECT (id, name), INSERT (id, name), UPDATE (name, hidden), DELETE ON app.t TO p;
	CREATE TABLE app.base (id int, hidden text);
	INSERT INTO app.base VALUES (1, 'secret');
	CREATE VIEW app.v AS SELECT id FROM app.base;
	CREATE VIEW app.invoked WITH (security_invoker) AS SELECT id FROM app.base;
	GRANT SELECT ON app.v, app.invoked TO p;
	SQL
my $c = open_conversation('p');

# [since, SQL]
my @unjudged = (
	[ 16, q(SELECT '1' IS JSON) ],
	[ 16, q(SELECT JSON_OBJECT('a': 1)) ],
	[ 16, q(SELECT JSON_ARRAY(1, 2)) ],
	[ 16, q(SELECT JSON_ARRAY(SELECT id FROM t)) ],
	[ 16, q(SELECT JSON_ARRAYAGG(id) FROM t) ],
	[ 16, q(SELECT JSON_OBJECTAGG(name: id) FROM t) ],
	[ 16, q(SELECT id FROM t ORDER BY JSON_ARRAY(id)::text) ],
	[ 16, q(UPDATE t SET name = JSON_ARRAY(1)) ],
	[ 16, q(DELETE FROM t WHERE name IS JSON) ],
	[ 16, q(SELECT SYSTEM_USER) ],
	[ 16, q(SELECT pg_catalog."system_user"()) ],
	[ 16, q(SELECT any_value(id) FROM t) ],
	[ 16, q(SELECT random_normal()) ],
	[ 16, q(SELECT pg_input_is_valid('pg_authid', 'regclass')) ],
	[ 16, q(SELECT * FROM pg_input_error_info('pg_authid', 'regclass')) ],
	[ 16, q(SELECT * FROM pg_get_wal_resource_managers()) ],
	[ 16, q(SELECT pg_split_walfile_name('000000010000000000000001')) ],
	[ 16, q(SELECT * FROM pg_stat_io) ],
	[ 16, q(SET createrole_self_grant = 'set') ],
	[ 16, q(SET debug_parallel_query = on) ],
	[ 16, q(SET vacuum_buffer_usage_limit = 0) ],
	[ 16, q(SET scram_iterations = 1) ],
	[ 16, q(SHOW scram_iterations) ],
	[ 16, q(EXPLAIN (GENERIC_PLAN) SELECT * FROM t WHERE id = $1) ],
	[ 16, q(COPY t (id, name) FROM STDIN (DEFAULT 'd')) ],
	[ 16, q(LOCK v) ],
	[ 17, q(SELECT JSON_VALUE('{"a": 1}'::jsonb, '$.a')) ],
	[ 17, q(SELECT JSON_QUERY('{"a": 1}'::jsonb, '$.a')) ],
	[ 17, q(SELECT JSON_EXISTS('{"a": 1}'::jsonb, '$.a')) ],
	[ 17, q(SELECT JSON('{}')) ],
	[ 17, q(SELECT JSON_SCALAR(1)) ],
	[ 17, q(SELECT JSON_SERIALIZE('{}')) ],
	[ 17, q(SELECT JSON_VALUE('{"a": "pg_authid"}'::jsonb, '$.a' RETURNING regclass)) ],
	[ 17, q(SELECT * FROM JSON_TABLE('[1]'::jsonb, '$[*]' COLUMNS (x int PATH '$')) AS j) ],
	[ 17, q(MERGE INTO t USING (VALUES (1)) AS s (i) ON id = i WHEN MATCHED THEN UPDATE SET name = 'x' RETURNING merge_action()) ],
	[ 17, q(SELECT pg_basetype('information_schema.sql_identifier')) ],
	[ 17, q(SELECT to_regtypemod('varchar(3)')) ],
	[ 17, q(SELECT random(1, 6)) ],
	[ 17, q(SELECT uuid_extract_timestamp('00000000-0000-1000-8000-000000000000')) ],
	[ 17, q(SELECT now()::timestamp AT LOCAL) ],
	[ 17, q(SELECT xmltext('x')) ],
	[ 17, q(SELECT pg_sync_replication_slots()) ],
	[ 17, q(SELECT * FROM pg_available_wal_summaries()) ],
	[ 17, q(SELECT * FROM pg_get_wal_summarizer_state()) ],
	[ 17, q(SELECT * FROM pg_wait_events) ],
	[ 17, q(SELECT * FROM pg_stat_checkpointer) ],
	[ 17, q(SET transaction_timeout = '1h') ],
	[ 17, q(SET event_triggers = off) ],
	[ 17, q(SET allow_alter_system = on) ],
	[ 17, q(SET restrict_nonsystem_relation_kind = '') ],
	[ 17, q(EXPLAIN (SERIALIZE, ANALYZE) SELECT 1) ],
	[ 17, q(EXPLAIN (MEMORY) SELECT 1) ],
	[ 17, q(COPY t (id, name) FROM STDIN (ON_ERROR ignore)) ],
	[ 17, q(COPY t (id, name) FROM STDIN (LOG_VERBOSITY verbose)) ],
	[ 18, q(COPY t (id, name) FROM STDIN (ON_ERROR ignore, REJECT_LIMIT 3)) ],
	[ 18, q(SELECT uuidv7()) ],
	[ 18, q(SELECT uuidv4()) ],
	[ 18, q(SELECT casefold('X')) ],
	[ 18, q(SELECT crc32('x')) ],
	[ 18, q(SELECT gamma(3)) ],
	[ 18, q(SELECT array_sort(ARRAY[2, 1])) ],
	[ 18, q(SELECT array_reverse(ARRAY[2, 1])) ],
	[ 18, q(SELECT 7::bytea) ],
	[ 18, q(SELECT pg_get_acl('pg_class'::regclass, 0, 0)) ],
	[ 18, q(SELECT has_largeobject_privilege(1, 'SELECT')) ],
	[ 18, q(SELECT * FROM pg_aios) ],
	[ 18, q(SELECT * FROM pg_get_loaded_modules()) ],
	[ 18, q(SELECT pg_stat_get_backend_io(1)) ],
	[ 18, q(SET io_method = 'sync') ],
	[ 18, q(SET file_copy_method = 'copy') ],
	[ 18, q(SET extension_control_path = '/tmp') ],
	[ 18, q(VACUUM ONLY t) ],

	# a column that may be changed but not read
	[ 18, q(UPDATE t SET hidden = 'x' WHERE id = 1 RETURNING OLD.hidden) ],
	[ 18, q(UPDATE t SET hidden = 'x' WHERE id = 1 RETURNING NEW.hidden) ],
	[ 18, q(UPDATE t SET hidden = 'x' WHERE id = 1 RETURNING OLD) ],
	[ 18, q(UPDATE t SET hidden = 'x' WHERE id = 1 RETURNING WITH (OLD AS o) o.hidden) ],
	[ 18, q(DELETE FROM t WHERE id = 1 RETURNING OLD.*) ],
	[ 18, q(UPDATE t SET name = 'x' WHERE id = 1 RETURNING OLD.ctid) ],
	[ 17, q(MERGE INTO t USING (VALUES (1)) AS s (i) ON id = i WHEN MATCHED THEN UPDATE SET name = 'x' RETURNING t.hidden) ],
	[ 17, q(MERGE INTO v USING (VALUES (1)) AS s (i) ON id = i WHEN MATCHED THEN DELETE) ],

	# what a view reads is asked of its owner, or of the agent
	[ 15, q(SELECT * FROM invoked) ],
	[ 15, q(SELECT hidden FROM base) ],
	[ 15, q(SELECT ctid FROM t) ],
	[ 15, q(UPDATE v SET id = 2) ],
);
for my $case (@unjudged)
{
	my ($since, $sql) = @$case;
	next if $since > $version;
	my ($status, undef, $err) = psql(conninfo($c), $sql);
	ok($status != 0 && $err =~ /ERROR:  (42501|42P01):/, "$since: $sql") or diag($err);
}

# ... with a message that says what to do
my $message = $version < 16 ? '' : refused($c, q(SELECT JSON_OBJECT('a': 1)), '42501', 'SQL/JSON is refused');
like($message, qr/HINT:  Use functions/, '... with a hint') if $version >= 16;

# [since, SQL, output]: what is granted works in the new forms
my @works = (
	[ 15, 'SELECT id FROM v', '1' ],
	[ 15, 'SELECT count(*), id % 2 FROM t GROUP BY id % 2 ORDER BY 2', "1|0\n1|1" ],
	[ 15, q(SELECT sum(i), avg(i) FROM (VALUES (interval '1 day')) AS v (i)), '1 day|1 day' ],
	[ 15, q(SELECT array_agg(id ORDER BY id), string_agg(name, ',' ORDER BY id) FROM t), '{1,2}|one,two' ],
	[ 15, q(SELECT DISTINCT '2026-01-01'::date FROM t), '2026-01-01' ],
	[ 16, 'SELECT 0x1F, 1_000', '31|1000' ],
	[ 16, 'SELECT id FROM (SELECT id FROM t) WHERE id = 1', '1' ],
	[ 18, q(UPDATE t SET name = 'uno' WHERE id = 1 RETURNING OLD.name, NEW.name), 'one|uno' ],
	[ 17, q(MERGE INTO t USING (VALUES (2)) AS s (i) ON t.id = i WHEN MATCHED THEN UPDATE SET name = 'due' RETURNING t.id, t.name), '2|due' ],
);
for my $case (@works)
{
	my ($since, $sql, $output) = @$case;
	is(sql_as($c, $sql), $output, "$since: $sql") if $since <= $version;
}

unlike(sql_as($c, "EXPLAIN (COSTS off) MERGE INTO t USING (VALUES (1)) AS s (i) ON t.id = s.i AND t.name LIKE 'o%' WHEN MATCHED THEN DELETE"),
	qr/agentsandbox/, 'the condition of MERGE keeps its operators, for which there may be an index');

# roles with powers beyond grants
for my $case ([ 16, 'pg_create_subscription' ], [ 16, 'pg_use_reserved_connections' ], [ 17, 'pg_maintain' ], [ 18, 'pg_signal_autovacuum_worker' ])
{
	my ($since, $role) = @$case;
	next if $since > $version;
	sql("GRANT $role TO p");
	refused(undef, "SELECT agentsandbox.open_conversation('p')", '55000', "a profile that is a member of $role is refused");
	refused($c, 'SELECT 1', qr/FATAL:  the role of the conversation cannot be confined/, '... and so are its conversations');
	sql("REVOKE $role FROM p");
}

if ($version >= 16)
{
	is(sql("SELECT inherit_option, set_option, admin_option FROM pg_auth_members WHERE member = '$c->{role}'::regrole"),
		't|f|f', 'a conversation has the privileges of its profile and cannot become it');
}
if ($version >= 17)
{
	sql('GRANT MAINTAIN ON app.t, app.base TO p');
	my $d = open_conversation('p');
	refused($d, $_, '42501', "MAINTAIN is no use: $_")
	  for 'VACUUM t', 'ANALYZE t', 'CLUSTER t USING t_pkey', 'REINDEX TABLE t', 'LOCK t IN ACCESS EXCLUSIVE MODE';
	refused($d, 'SELECT id FROM base', '42P01', '... and makes no relation known');
	is(sql("SELECT count(*) FROM agentsandbox.surface('p') WHERE class = 'relation' AND privilege = 'MAINTAIN'"), '0', '... nor is it listed');
}
if ($version >= 18)
{
	sql(<<~'SQL');
		CREATE TABLE app.private (id int);
		CREATE TABLE app.untrusted (id int);
		CREATE TABLE app.term (room int4range, during daterange, PRIMARY KEY (room, during WITHOUT OVERLAPS));
		CREATE TABLE app.stay (room int4range, during daterange, FOREIGN KEY (room, PERIOD during) REFERENCES app.term (room, PERIOD during));
		INSERT INTO app.term VALUES ('[1,2)', '[2020-01-01,2021-01-01)');
		GRANT SELECT ON app.private TO p;
		GRANT INSERT ON app.stay, app.term TO p;
		SECURITY LABEL FOR agentsandbox ON TABLE app.private IS 'private';
		SECURITY LABEL FOR agentsandbox ON TABLE app.stay IS 'private';
		SECURITY LABEL FOR agentsandbox ON TABLE app.untrusted IS 'untrusted';
		SQL
	my $d = open_conversation('p');
	is(sql_as($d, q{SELECT count(*) FROM private; INSERT INTO stay VALUES ('[1,2)', '[2020-02-01,2020-03-01)')}), '0', 'the check of a key with PERIOD locks, and writes nothing');
	refused($d, q{INSERT INTO term VALUES ('[1,2)', '[2022-01-01,2023-01-01)')}, '42501', '... as who changes what it refers to does');
}

done_testing();
