# A conversation's role, and agentsandbox_pool, that have lost their labels, as by a
# dump without security labels, or that were renamed: who could log in still has
# the password, and the privileges of the profile, or of everybody.
use strict;
use warnings;
use AgentSandbox;
use Test::More;

sql(q(SELECT agentsandbox.create_profile('p')));
my $c = open_conversation('p');
is(sql_as($c, 'SELECT 1'), '1', 'a conversation');
sql("SECURITY LABEL FOR agentsandbox ON ROLE $c->{role} IS NULL");
refused($c, 'SELECT 1', qr/FATAL:.*lost its security label/, 'without its label it is none, and nothing else');

sql(q(CREATE ROLE pool LOGIN PASSWORD 'pool'; GRANT agentsandbox_pool TO pool; CREATE ROLE person LOGIN PASSWORD 'person'; GRANT agentsandbox_auditor TO person));
my ($pool, $person) = map { { role => $_, password => $_ } } qw(pool person);
for (
	[ 'SECURITY LABEL FOR agentsandbox ON ROLE agentsandbox_pool IS NULL', q(SECURITY LABEL FOR agentsandbox ON ROLE agentsandbox_pool IS 'predefined') ],
	[ 'ALTER ROLE agentsandbox_pool RENAME TO swimming', 'ALTER ROLE swimming RENAME TO agentsandbox_pool' ])
{
	sql($_->[0]);
	refused($pool, 'SELECT count(*) FROM pg_class', qr/FATAL:.*has lost its name or its security label/, "no pool role is let in after $_->[0]");
	is(sql_as($person, 'SELECT 1'), '1', '... others are');
	sql($_->[1]);
	refused($pool, 'SELECT count(*) FROM pg_class', '42501', '... after all is well a pool role does nothing');
}
done_testing();
