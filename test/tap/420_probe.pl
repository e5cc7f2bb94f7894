# The surface proven complete, on a schema with every kind of object: what
# agentsandbox-audit finds to work as an agent is what surface() lists.  And
# that the program would find it out if it were not.
use strict;
use warnings;
use AgentSandbox;
use Audit;
use File::Basename qw(dirname);
use File::Temp ();
use Test::More;
use Wire;

psql(conninfo(undef), '\i ' . dirname(__FILE__) . '/../audit/every_kind.sql');
my $state = q{SELECT (SELECT count(*) FROM kinds.everything), (SELECT last_value FROM kinds.counter), (SELECT count(*) FROM kinds.audit_log),
	(SELECT count(*) FROM pg_class), (SELECT count(*) FROM pg_proc), (SELECT count(*) FROM pg_authid WHERE rolname ~ '^conversation_')};
my $before = sql($state);

my $summary = equal_surface('--context', '{"tenant": "x"}', 'kinds', 'every kind of object, with every option of the profile');
my ($probes) = $summary =~ /^(\d+) probes/;
cmp_ok($probes, '>', 20000, 'by many probes');
equal_surface('kinds_strict', '... and with none');
{
	local @ENV{qw(PGCLIENTENCODING PGGEQO PGTZ)} = ('LATIN1', 'off', 'Asia/Tokyo');
	equal_surface('--schema', 'kinds', 'kinds_strict', '... whatever the environment says to clients');
	my $file = File::Temp->new;
	print $file "[audited]\noptions=-c geqo=off\nuser=$ENV{PGUSER}\nconnect_timeout=60\n";
	close $file;
	local @ENV{qw(PGSERVICEFILE PGSERVICE)} = ("$file", 'audited');
	equal_surface('--schema', 'kinds', 'kinds_strict', '... and a file of services');
}
is(sql($state), $before, 'a probe leaves nothing behind');

# The program, given a surface that lies.  Each entry of the true one is left
# out in turn of its class, or added where it does not hold.
sql(<<'SQL');
ALTER FUNCTION agentsandbox.surface(name) RENAME TO true_surface;
CREATE TABLE lies (class text, identity text, privilege text, remove boolean);
CREATE FUNCTION agentsandbox.surface(profile name) RETURNS TABLE (class text, identity text, privilege text, row_filter text, via text[], notes text)
LANGUAGE sql AS $$
	SELECT * FROM agentsandbox.true_surface(profile) s
	WHERE NOT EXISTS (SELECT FROM public.lies l WHERE remove AND l.class = s.class AND l.identity = s.identity
		AND l.privilege IS NOT DISTINCT FROM s.privilege)
	UNION ALL SELECT class, identity, privilege, NULL, '{a lie}', NULL FROM public.lies WHERE NOT remove
$$;
INSERT INTO lies SELECT DISTINCT ON (class) class, identity, privilege, true FROM (
	SELECT * FROM agentsandbox.true_surface('kinds') WHERE class NOT IN ('limit', 'label') AND via[1] NOT LIKE 'through %'
		AND identity NOT LIKE 'CALL%' ORDER BY class, md5(identity)) s;
INSERT INTO lies VALUES
	('relation', 'kinds.hidden', 'SELECT', false), ('column', 'kinds.hidden.a', 'SELECT', false), ('column', 'kinds.everything.ctid', 'SELECT', false),
	('function', 'pg_catalog.pg_sleep(double precision)', 'EXECUTE', false), ('operator', 'kinds.<+>(kinds.pair,integer)', 'EXECUTE', false),
	('type', 'regclass', 'USAGE', false), ('setting', 'work_mem', 'SET', false), ('setting', 'work_mem', 'SHOW', false),
	('statement', 'CREATE TABLE', 'EXECUTE', false), ('statement', 'NO SUCH STATEMENT', 'EXECUTE', false),
	('database', 'postgres', 'CONNECT', false), ('role membership', 'agentsandbox_operator', 'INHERIT', false),
	('protocol', 'replication', NULL, false), ('method', 'not_mine', 'CALL', false), ('sequence', 'kinds.counter_hidden', 'SELECT', false),
	('function', 'kinds.procedure_hidden()', 'EXECUTE', false), ('column', 'kinds.dropped.a', 'SELECT', false);
SQL
my ($status, $out) = audit('--context', '{"tenant": "x"}', 'probe', 'kinds');
is($status, 1, 'a difference shows in the exit status');
for my $line (split /\n/, sql('SELECT remove, class, identity, privilege FROM lies'))
{
	my ($remove, $class, $identity, $privilege) = split /\|/, $line, -1;
	my $what = $remove eq 't' ? 'works, not listed' : qr/listed, (?:does not work|not there to be tried)/;
	$identity =~ s/\n/\\x0a/g;
	like($out, qr/^$what: \Q$class $identity $privilege\E/m, "found out: $class $identity $privilege " . ($remove eq 't' ? 'left out' : 'made up'));
}

# Bad input
sql("SELECT agentsandbox.create_profile('watched', mode => 'observe')");
for my $bad ([ [ 'probe', 'no such profile' ], qr/no such profile/ ], [ ['probe'], qr/probe/ ], [ [ 'probe', 'watched' ], qr/only observes/ ],
	[ [ '--context', 'x', 'probe', 'kinds' ], qr/json/ ], [ [ '--nonsense', 'probe', 'kinds' ], qr/nonsense/ ])
{
	my ($code, undef, $err) = audit(@{ $bad->[0] });
	is($code, 2, "exit status 2: @{ $bad->[0] }");
	like($err, $bad->[1], '... with the reason');
}
is(sql("SELECT count(*) FROM agentsandbox.conversations WHERE state = 'open'"), '0', 'no conversation is left open');

done_testing();
