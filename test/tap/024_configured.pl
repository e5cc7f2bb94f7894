# with-cluster: --conf "shared_preload_libraries = 'agentsandbox, auto_explain'" --conf 'auto_explain.log_level = notice' --conf 'auto_explain.log_min_duration = 0' --conf 'auto_explain.log_nested_statements = on' --conf 'client_min_messages = log' --conf 'debug_print_parse = on' --conf 'debug_print_plan = on' --conf 'default_transaction_isolation = serializable' --conf 'standard_conforming_strings = off' --conf 'escape_string_warning = off' --conf 'client_encoding = LATIN1' --conf 'session_replication_role = replica' --conf 'quote_all_identifiers = on' --conf "DateStyle = 'SQL, DMY'" --conf 'IntervalStyle = iso_8601' --conf 'bytea_output = escape' --conf 'transform_null_equals = on' --conf 'array_nulls = off' --conf 'row_security = off' --conf 'jit_above_cost = 0' --conf 'lock_timeout = 500' --conf 'extra_float_digits = -15'
# A server that is configured otherwise than by default, as some are: all works,
# and no agent profits from it.
use strict;
use warnings;

use lib 'test/lib';
use AgentSandbox;
use Test::More;

my $forced = sql("SELECT name FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query')");
sql("ALTER SYSTEM SET $forced = regress");
sql('SELECT pg_reload_conf()');
poll_is("SHOW $forced", 'regress', 'plans are parallel wherever they can be');

sql(<<'SQL');
CREATE TABLE person (id int PRIMARY KEY, rep int, name text);
INSERT INTO person VALUES (1, 3, 'Ada'), (2, 5, 'hidden name');
CREATE TABLE note (person int REFERENCES person);
CREATE VIEW names AS SELECT name FROM person WHERE name <> 'another secret';
SELECT agentsandbox.create_profile('p');
SELECT agentsandbox.protect('person', 'rep', 'rep');
GRANT SELECT ON person, names TO p;
GRANT INSERT ON note TO p;
SELECT agentsandbox.create_method('send_mail', request => '{"type": "object"}', response => '{}');
SELECT agentsandbox.allow_method('p', 'send_mail');
SQL
my $c = open_conversation('p', '{"rep": 3}');

my ($status, $out, $err) = psql(conninfo($c), 'SELECT name FROM person; SELECT count(*) FROM names; RESET client_min_messages; SELECT name FROM person');
is($status, 0, 'a conversation logs in') or diag($err);
is($out, "Ada\n2\nAda", '... and reads');
is($err, '', '... and is not shown how the server does it');

is(sql_as($c, 'SHOW client_min_messages; SHOW default_transaction_isolation; SHOW transaction_isolation; SHOW standard_conforming_strings; SHOW client_encoding'),
	"notice\nrepeatable read\nrepeatable read\non\nUTF8", 'what an agent could not set is not what it begins with');
is(sql_as($c, 'SET client_min_messages = error; RESET ALL; SHOW client_min_messages'), 'notice', '... nor what it goes back to');
is(sql_as($c, 'SET client_min_messages = warning; SHOW client_min_messages'), 'warning', 'it can still choose');
refused($c, 'INSERT INTO note VALUES (7)', '23503', 'foreign keys hold');

sql_as($c, q(INSERT INTO RemoteProcedureCalls (method, arguments) VALUES ('send_mail', '{"a": "\u00fc\\\\"}')));
poll_is('SELECT status FROM agentsandbox.RemoteProcedureCalls', 'ready', 'a call is relayed');

# auto_explain shows the client parameters too since 16, which LATIN1 may not have
is(sql("SET client_encoding = UTF8; SELECT agentsandbox.show_hidden('a' || chr(8203) || 'b'), agentsandbox.report('p', 'html') ~ '^<!DOCTYPE html>'"), 'a[U+200B]b|t', 'the report escapes');
is(sql(q(SELECT count(*) > 0 FROM agentsandbox.surface('p') WHERE identity = 'public.person')), 't', 'the surface lists what is granted');

# a database that cannot hold all text
for my $encoding (qw(LATIN1 SQL_ASCII))
{
	sql("CREATE DATABASE narrow TEMPLATE template0 ENCODING '$encoding' LOCALE 'C'");
	local $ENV{PGDATABASE} = 'narrow';
	my $said = refused(undef, 'CREATE EXTENSION agentsandbox', '0A000', "a database with encoding $encoding is refused");
	like($said, qr/needs a database with encoding UTF8.*\n.*encoding $encoding/, '... for that reason');
	local $ENV{PGDATABASE} = 'sandbox';
	sql('DROP DATABASE narrow');
}

done_testing();
