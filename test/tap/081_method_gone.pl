# A call that was read before its method was dropped, and written held after it.
use strict;
use warnings;
use lib 'test/lib';

use AgentSandbox;
use Test::More;

my $calls = 'agentsandbox.RemoteProcedureCalls';

sql(<<'SQL');
SELECT agentsandbox.create_profile('clerk', egress => 'hold');
SELECT agentsandbox.create_method(m, 'true', 'true', accepts => '{}') FROM unnest('{mail,ask}'::text[]) m;
SELECT agentsandbox.allow_method('clerk', m) FROM unnest('{mail,ask}'::text[]) m;
CREATE TABLE secret AS SELECT 1 AS a;
SECURITY LABEL FOR agentsandbox ON TABLE secret IS 'private';
GRANT SELECT ON secret TO clerk;
SQL
my $c = open_conversation('clerk');
sql_as($c, 'SELECT a FROM secret');
my $id = sql_as($c, q(INSERT INTO RemoteProcedureCalls (method) VALUES ('mail') RETURNING id));
sql_as($c, q(INSERT INTO RemoteProcedureCalls (method) VALUES ('ask')));
poll_is("SELECT count(*) FROM $calls WHERE status = 'held'", 2, 'calls are held');

# what drop_method() leaves of a call that it did not see held
sql(q(DELETE FROM agentsandbox.method_definitions WHERE name = 'mail'));
is(sql('SELECT method, capacity IS NULL FROM agentsandbox.reviews ORDER BY method'), "ask|f\nmail|t", 'reviewers see it, and all others');
sql("SELECT agentsandbox.approve('$id', 'fine')");
poll_is("SELECT status, error->>'code' FROM $calls WHERE id = '$id'", 'refused|method_not_available', 'approved, it ends as one of a method that is not there');

done_testing();
