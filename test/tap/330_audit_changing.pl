# What an auditor asks, while others make and drop what it is about: an answer
# each time, no error.
use strict;
use warnings;

use AgentSandbox;
use IPC::Run ();
use POSIX ();
use Test::More;

sql(<<'SQL');
SELECT agentsandbox.create_profile('agent', require_accepted_surface => true);
CREATE ROLE staff;
CREATE TABLE progress AS SELECT 0 AS rounds;
SELECT agentsandbox.create_method('mail', '{}', '{}');
SQL
my $changes = <<'SQL';
DO $$
BEGIN
    FOR i IN 1..100000 LOOP
        CREATE SCHEMA s;
        GRANT USAGE ON SCHEMA s TO agent;
        CREATE TABLE s.parent (id int PRIMARY KEY, rep int);
        CREATE TABLE s.child (id int REFERENCES s.parent ON DELETE CASCADE);
        INSERT INTO s.parent SELECT n, n FROM generate_series(1, 50) n;
        COMMIT;
        CREATE FUNCTION s.f(int) RETURNS boolean LANGUAGE sql SECURITY DEFINER AS 'SELECT true';
        ALTER TABLE s.parent ENABLE ROW LEVEL SECURITY;
        CREATE POLICY p ON s.parent USING (s.f(id)) WITH CHECK (true);
        CREATE VIEW s.v AS SELECT id FROM s.parent;
        CREATE MATERIALIZED VIEW s.m AS SELECT id FROM s.v;
        COMMIT;
        GRANT SELECT, UPDATE, DELETE ON s.parent, s.child, s.v, s.m TO agent;
        GRANT EXECUTE ON FUNCTION s.f TO agent;
        PERFORM agentsandbox.allow_method('agent', 'mail');
        ALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT SELECT ON TABLES TO agent;
        COMMIT;
        ALTER TABLE s.parent OWNER TO staff;
        ALTER VIEW s.v RENAME TO w;
        COMMIT;
        PERFORM agentsandbox.disallow_method('agent', 'mail');
        SET client_min_messages = error;
        DROP SCHEMA s CASCADE;
        UPDATE progress SET rounds = rounds + 1;
        COMMIT;
    END LOOP;
END
$$
SQL
my ($out, $err) = ('', '');
my $others = IPC::Run::start([ 'psql', '-XqAt', '-c', $changes ], \'', \$out, \$err);
poll_is('SELECT rounds > 0 FROM progress', 't', 'there are changes');
# All ask at the same time, so that the changes that one meets are met by all.
my @asking = map {
	my $question = $_;
	my $pid = open(my $answers, '-|') // die "fork: $!";
	if (!$pid)
	{
		my $before = sql('SELECT rounds FROM progress');
		for (1 .. 12)
		{
			my ($status, undef, $error) = psql(conninfo(undef), $question);
			print $error || "status $status\n" if $status != 0;
		}
		print 'rounds: ', sql('SELECT rounds FROM progress') - $before;
		close STDOUT;
		POSIX::_exit(0);
	}
	[ $question, $answers ];
} (
	q{SELECT count(*) FROM agentsandbox.hazards('agent')},
	q{SELECT count(*) FROM agentsandbox.hazards()},
	q{SELECT count(*) FROM agentsandbox.blast_radius('agent')},
	q{SELECT count(*) FROM agentsandbox.blast_radius('agent', exact => true)},
	q{SELECT length(agentsandbox.accept_surface('agent'))},
	q{SELECT count(*) FROM agentsandbox.surface_drift('agent')},
	q{SELECT length(agentsandbox.report('agent'))},
	q{SELECT length(agentsandbox.report('agent', 'html'))});
for (@asking)
{
	my ($question, $answers) = @$_;
	my ($failed, $rounds) = do { local $/; <$answers> } =~ /^(.*)rounds: (\d+)\z/s;
	is($failed, '', $question);
	cmp_ok($rounds // 0, '>', 0, '... while there were changes') or diag($err);
}
$others->kill_kill;
done_testing();
