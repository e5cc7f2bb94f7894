# The extension comes, goes and comes again, lives in several databases of a
# cluster, and is dumped and restored with all that it holds.
use strict;
use warnings;

use lib 'test/lib';
use AgentSandbox;
use Test::More;

sub done
{
	my ($database, $sql, $name) = @_;
	my ($status, $out, $err) = psql(conninfo({ dbname => $database }), $sql);
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is($status, 0, $name) or diag($err);
	return $out;
}

# something of everything
sql(<<'SQL');
CREATE TABLE customer (id int PRIMARY KEY, rep int);
INSERT INTO customer VALUES (1, 3), (2, 4);
SELECT agentsandbox.protect('customer', 'rep', 'rep');
SELECT agentsandbox.create_profile('support');
GRANT SELECT ON customer TO support;
CREATE TABLE chart (id int, note text);
CREATE FUNCTION chart_notes() RETURNS SETOF text LANGUAGE sql BEGIN ATOMIC SELECT note FROM chart; END;
GRANT SELECT ON chart TO support;
SELECT agentsandbox.create_label('first', 'dropped again'), agentsandbox.create_label('medical', 'health data');
SELECT agentsandbox.drop_label('first');
SECURITY LABEL FOR agentsandbox ON TABLE chart IS 'medical, private';
SECURITY LABEL FOR agentsandbox ON COLUMN chart.note IS 'untrusted';
SECURITY LABEL FOR agentsandbox ON FUNCTION chart_notes() IS 'medical';
SELECT agentsandbox.create_method('echo', '{"type": "object", "maxProperties": 1}', 'true', accepts => '{medical, private, untrusted}');
SELECT agentsandbox.allow_method('support', 'echo');
CREATE ROLE gateway;
GRANT agentsandbox_gateway TO gateway;
SQL
my $c = open_conversation('support', '{"rep": 3}');
my $closed = open_conversation('support', '{"rep": 4}');
is(sql_as($c, 'SELECT count(*) FROM chart'), '0', 'a conversation reads what has labels');
my $insert = "INSERT INTO agentsandbox.RemoteProcedureCalls (method, arguments) VALUES ('echo', '%s') RETURNING id";
my @calls = map { sql_as($c, sprintf $insert, $_) } '{"n": 1}', '{"n": 2}', '{"n": 1, "m": 2}';
sql("SELECT agentsandbox.close_conversation('$closed->{conversation}')");
my $states = q(SELECT string_agg(status, ' ' ORDER BY length(arguments::text), arguments::text) FROM agentsandbox.RemoteProcedureCalls);
poll_is($states, 'ready ready refused', 'two calls wait, one was refused');
sql(q(SELECT agentsandbox.complete(id, lease_token, '{"answer": 1}') FROM agentsandbox.claim(1, '1 hour')));
is(sql($states), 'completed ready refused', 'one was answered');

# dump and restore: into a new database, in both formats; what stands for a
# place in a queue is new there
my $content = <<'SQL';
SELECT state, context FROM agentsandbox.conversation_records ORDER BY context::text;
SELECT profile, connection_limit FROM agentsandbox.profiles;
SELECT profile, method FROM agentsandbox.profile_methods;
SELECT name, request, response FROM agentsandbox.method_definitions;
SELECT to_jsonb(c) - '{submitted_xid,ordinal,turn,due}'::text[] FROM agentsandbox.RemoteProcedureCalls c ORDER BY id;
SELECT * FROM agentsandbox.labels;
SELECT name, bit, description, built_in FROM agentsandbox.label_definitions ORDER BY bit;
SELECT * FROM agentsandbox.conversation_labels ORDER BY label;
SELECT polname, pg_get_expr(polqual, polrelid) FROM pg_policy WHERE polrelid = 'customer'::regclass ORDER BY polname;
SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = 'customer'::regclass;
SELECT c.oid::regclass, relacl FROM pg_class c WHERE relnamespace = 'agentsandbox'::regnamespace ORDER BY c.oid::regclass::text COLLATE "C";
SELECT p.oid::regprocedure, proacl FROM pg_proc p WHERE pronamespace = 'agentsandbox'::regnamespace ORDER BY p.oid::regprocedure::text COLLATE "C";
SQL
my $before = sql($content);
for my $format (qw(custom plain template))
{
	if ($format eq 'template')
	{
		# a copy of the files: it has no label yet that gives it a worker
		sql_as({ dbname => 'postgres' }, 'CREATE DATABASE copy TEMPLATE sandbox');
		done('copy', "SECURITY LABEL FOR agentsandbox ON DATABASE copy IS 'enabled'", 'template: copied');
	}
	else
	{
		sql("CREATE DATABASE copy TEMPLATE template0");
		my $restore = $format eq 'plain' ? 'psql -XqAt -v ON_ERROR_STOP=1 -d copy -f' : 'pg_restore --exit-on-error -d copy';
		my $output = qx(pg_dump --format=$format -f $ENV{PGDATA}/dump sandbox 2>&1 && $restore $ENV{PGDATA}/dump 2>&1);
		is($?, 0, "$format: dumped and restored") or diag($output);
		unlike($output, qr/warning|error/i, "$format: ... without a warning");
	}
	is(done('copy', $content, "$format: it can be read"), $before, "$format: all is there, with its privileges");
	my $label = q(SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'agentsandbox worker' AND datname = 'copy');
	poll_is($label, 1, "$format: the copy has a worker");

	# the copy works, and the original does not notice
	refused({ dbname => 'copy' }, "SET ROLE $c->{role}; SELECT * FROM customer", qr/ERROR/, "$format: a conversation of the original is none here");
	my $mine = done('copy', "SELECT role FROM agentsandbox.open_conversation('support', '{\"rep\": 4}')", "$format: a conversation opens");
	is(done('copy', "SET ROLE $mine; SELECT id FROM customer", "$format: it reads"), '2', "$format: and sees its rows");
	is(done('copy', "SET ROLE $mine; SELECT count(*) FROM chart; RESET ROLE;" .
			q( SELECT string_agg(label, ',' ORDER BY label) FROM agentsandbox.conversation_labels
			   JOIN agentsandbox.conversations ON id = conversation AND state = 'open' AND context->>'rep' = '4'),
			"$format: it reads what has labels"), "0\nmedical,private", "$format: ... and gets them");
	my ($id) = done('copy', "SET ROLE $mine; " . sprintf($insert, '{"n": 1, "m": 2, "o": 3}'), "$format: it calls");
	is(sql_as({ dbname => 'copy' }, "SET ROLE $mine; SELECT status, error->>'code' FROM agentsandbox.await('$id')"), 'refused|invalid_arguments', "$format: which is judged");
	done('copy', "SELECT agentsandbox.close_conversation(id) FROM agentsandbox.conversations WHERE state = 'open'", "$format: closed");
	is(sql_as($c, 'SELECT id FROM customer'), '1', "$format: the original goes on");
	is(sql($states), 'completed ready refused', "$format: its calls too");
	sql('DROP DATABASE copy');
}

# a second database: roles are shared, everything else is not
sql('CREATE DATABASE second; CREATE ROLE "any one"');
done('second', "ALTER DEFAULT PRIVILEGES GRANT ALL ON $_ TO \"any one\", PUBLIC", "default privileges on $_") for qw(SCHEMAS TABLES SEQUENCES ROUTINES TYPES);
done('second', 'CREATE EXTENSION agentsandbox', 'a second database has the extension too');
is(done('second', <<~'SQL', 'whose objects are looked at'), '', '... and default privileges give nobody anything of it');
	SELECT classid::regclass, objid, a.grantee FROM pg_depend d, LATERAL (
	    SELECT nspacl FROM pg_namespace WHERE oid = objid UNION ALL SELECT relacl FROM pg_class WHERE oid = objid
	    UNION ALL SELECT proacl FROM pg_proc WHERE oid = objid UNION ALL SELECT typacl FROM pg_type WHERE oid = objid) o (acl), aclexplode(acl) a
	WHERE refclassid = 'pg_extension'::regclass AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'agentsandbox')
	  AND deptype = 'e' AND (grantee = 0 OR grantee = '"any one"'::regrole)
	SQL
done('second', 'DROP OWNED BY "any one"; DROP ROLE "any one"', 'the role that they name can go');
refused({ dbname => 'second' }, 'CREATE EXTENSION agentsandbox', qr/already exists/, 'once');
refused({ dbname => 'second' }, "SELECT agentsandbox.open_conversation('support')", qr/does not exist in this database/, 'the profile of one is none of another');
refused({ dbname => 'second' }, "SELECT agentsandbox.create_profile('support')", qr/already exists/, 'its name is taken');
refused({ dbname => 'second' }, "SELECT agentsandbox.close_conversation('$c->{conversation}')", qr/does not exist/, 'nor are conversations');
is(done('second', q(SET ROLE gateway; SELECT count(*) FROM agentsandbox.claim(10, '1 hour')), 'a gateway serves both'), '0', 'each by itself');
done('second', 'DROP EXTENSION agentsandbox', 'dropped there');
is(sql_as($c, 'SELECT id FROM customer'), '1', 'it is still here');
is(sql(q(SELECT count(*) FROM pg_roles WHERE rolname LIKE 'agentsandbox\_%')), '6', 'and the roles are');
done('second', 'CREATE SCHEMA agentsandbox', 'a schema of that name');
refused({ dbname => 'second' }, 'CREATE EXTENSION agentsandbox', qr/schema "agentsandbox" already exists/, 'is not adopted');
sql('DROP DATABASE second');
sql('ALTER ROLE agentsandbox_reviewer RENAME TO old; CREATE ROLE agentsandbox_reviewer; CREATE DATABASE third');
refused({ dbname => 'third' }, 'CREATE EXTENSION agentsandbox', qr/ERROR:  42710: role "agentsandbox_reviewer" exists and was not made by agentsandbox.*HINT/s,
	'nor is a role that somebody else made');
sql('DROP ROLE agentsandbox_reviewer; ALTER ROLE old RENAME TO agentsandbox_reviewer');

# again and again, sessions open
for my $round (1 .. 3)
{
	done('third', 'CREATE EXTENSION agentsandbox', "round $round: created");
	my $profile = "third_$round";
	my $out = done('third', "SELECT agentsandbox.create_profile('$profile') \\g /dev/null
		SELECT role, password FROM agentsandbox.open_conversation('$profile')", "round $round: a conversation opens");
	my %mine = (dbname => 'third');
	@mine{qw(role password)} = split /\|/, $out;
	is(sql_as(\%mine, 'SELECT 1'), '1', "round $round: it logs in");
	done('third', 'DROP EXTENSION agentsandbox', "round $round: dropped");
	refused(\%mine, 'SELECT 1', qr/FATAL/, "round $round: without the extension it does not log in");
	sql("DROP ROLE $mine{role}; DROP ROLE $profile");
}

# many at once
my $n = 10000;
is(sql("SELECT count(DISTINCT role) FROM generate_series(1, $n) n, agentsandbox.open_conversation('support', jsonb_build_object('rep', n))"),
	$n, "$n conversations in one statement");
is(sql_as($c, 'SELECT id FROM customer'), '1', 'one that was there before logs in');
my $last = open_conversation('support', '{"rep": 4}');
is(sql_as($last, 'SELECT id FROM customer'), '2', 'one that came after logs in');
is(sql("SELECT count(agentsandbox.close_conversation(id)) FROM agentsandbox.conversations WHERE state = 'open'"), $n + 2, 'closed in one statement');
is(sql(q(SELECT count(*) FROM pg_roles WHERE rolname LIKE 'conversation\_%')), '0', 'no role is left');
is(sql('SELECT count(*) FROM agentsandbox.conversation_tokens'), '0', 'no token is');
refused($last, 'SELECT 1', qr/FATAL/, 'no login');
poll_is($states, 'completed expired refused', 'the call that waited has expired');

done_testing();
