# A pool role that may do more: whoever uses its connections gets there by
# leaving the conversation, for which DISCARD ALL is enough.
use strict;
use warnings;
use AgentSandbox;
use Test::More;

sql(<<~'SQL');
	SELECT agentsandbox.create_profile('p');
	CREATE TABLE t (a int);
	CREATE TABLE own (a int);
	INSERT INTO t VALUES (1);
	CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
	CREATE ROLE app LOGIN PASSWORD 'app';
	GRANT SELECT, INSERT ON t TO app;
	GRANT EXECUTE ON FUNCTION f() TO app;
	GRANT agentsandbox_operator TO app;
	ALTER TABLE own OWNER TO app;
	GRANT SELECT ON own TO app;
	GRANT agentsandbox_pool TO app;
	GRANT SELECT ON own TO p;
	SQL
my $pool = { role => 'app', password => 'app' };
my $c = open_conversation('p');
my $enter = "SELECT agentsandbox.enter('$c->{token}')";

for my $first ('', "$enter;\nDISCARD ALL;\n")
{
	my $when = $first ? 'having left' : 'before it enters';
	refused($pool, "$first$_", qr/42(?:501|P01|883):/, "$when: $_")
	  for 'SELECT * FROM public.t', 'INSERT INTO public.t VALUES (2)', 'SELECT public.f()', 'TABLE public.own',
	  "SELECT agentsandbox.open_conversation('p')", 'SELECT id FROM agentsandbox.conversations';
}
refused($pool, "$enter;\nSELECT * FROM public.t", '42P01', 'in a conversation it has what that one has');
is(sql_as($pool, "\\o /dev/null\n$enter;\n\\o\nSELECT count(*) FROM public.own"), '0', '... and no less');
done_testing();
