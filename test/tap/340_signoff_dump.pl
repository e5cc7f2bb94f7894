# Signatures go with pg_dump: restored, the surface is still the one accepted,
# and an upgrade that lists something new is drift.
use strict;
use warnings;

use AgentSandbox;
use File::Temp ();
use Test::More;

sql(<<'SQL');
SELECT agentsandbox.create_profile('agent', require_accepted_surface => true, require_other_signer => true);
CREATE TABLE t (a int);
GRANT SELECT ON t TO agent;
CREATE ROLE ada LOGIN PASSWORD 'ada' IN ROLE agentsandbox_auditor;
SQL
my $ada = { role => 'ada', password => 'ada' };
sql_as($ada, "SELECT agentsandbox.accept_surface('agent', 'first')");
my $fingerprint = sql_as($ada, "SELECT agentsandbox.accept_surface('agent', 'second')");
my $history = sql('SELECT * FROM agentsandbox.surface_acceptances ORDER BY accepted_at');

my $dump = File::Temp->new;
is(system('pg_dump', '-Fc', '-f', "$dump", $ENV{PGDATABASE}), 0, 'dumped');
psql(conninfo(undef, dbname => 'postgres'), "DROP DATABASE $ENV{PGDATABASE} WITH (FORCE);\nCREATE DATABASE $ENV{PGDATABASE} TEMPLATE template0;");
is(system('pg_restore', '--exit-on-error', '-d', $ENV{PGDATABASE}, "$dump"), 0, 'restored');

is(sql('SELECT * FROM agentsandbox.surface_acceptances ORDER BY accepted_at'), $history, 'every signature');
is(sql("SELECT agentsandbox.fingerprint(agentsandbox.surface_listing('agent'))"), $fingerprint, 'the surface is the same');
is(sql("SELECT * FROM agentsandbox.surface_drift('agent')"), '', 'no drift');
is(sql("SELECT count(conversation) FROM agentsandbox.open_conversation('agent')"), '1', 'a conversation opens');

# as a later version might
sql(<<'SQL');
CREATE FUNCTION agentsandbox.later() RETURNS int LANGUAGE sql AS 'SELECT 1';
GRANT EXECUTE ON FUNCTION agentsandbox.later() TO agentsandbox_agent;
SQL
like(sql("SELECT * FROM agentsandbox.surface_drift('agent')"), qr/^added\|function\|agentsandbox\.later\(\)\|EXECUTE\|/, 'something new is drift');
refused(undef, "SELECT agentsandbox.open_conversation('agent')", '55000', '... and no conversation opens');
is(sql("SELECT count(*) FROM agentsandbox.controls WHERE verified"), sql("SELECT count(*) FROM agentsandbox.controls WHERE source !~ 'mapping|summary|number kept'"), 'controls come with the extension');
done_testing();
