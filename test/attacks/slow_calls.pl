# Calls that take long to be judged, many of them in one transaction: while the
# worker is at it, other conversations would get no labels raised, and so be
# refused what they read.
use strict;
use warnings;
use AgentSandbox;
use Test::More;

sql(<<~'SQL');
	SELECT agentsandbox.create_profile('p', search_path => 'public');
	CREATE TABLE secret (v text);
	SECURITY LABEL FOR agentsandbox ON TABLE secret IS 'private';
	GRANT SELECT ON secret TO p;
	SELECT agentsandbox.create_method('m', '{"type": "object", "additionalProperties": {"type": "array", "uniqueItems": true}}', 'true'),
		agentsandbox.allow_method('p', 'm');
	SQL
my ($attacker, $victim) = map { open_conversation('p') } 1 .. 2;
my $open = q(SELECT count(*) FROM agentsandbox.RemoteProcedureCalls WHERE status = 'submitted');

sql_as($attacker, q(INSERT INTO RemoteProcedureCalls (method, arguments)
	SELECT 'm', a FROM (SELECT jsonb_build_object('a', jsonb_agg(x * 7919 % 100003)) FROM generate_series(1, 60000) x) s (a), generate_series(1, 60)));
is(sql_as($victim, 'SELECT count(*) FROM secret'), '0', 'another conversation reads what has a label');
cmp_ok(sql($open), '>', 0, '... while calls wait to be judged');
poll_is($open, '0', 'all are judged in the end', 120);
done_testing();
