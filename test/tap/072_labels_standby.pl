# A standby has the labels that were raised, raises none, and keeps them when it
# is promoted.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use AgentSandbox;
use Test::More;

sql(<<~'SQL');
	CREATE TABLE secret (v text);
	INSERT INTO secret VALUES ('s');
	CREATE TABLE known (v text);
	INSERT INTO known VALUES ('k');
	CREATE TABLE public_t (v text);
	SECURITY LABEL FOR agentsandbox ON TABLE secret IS 'private';
	SECURITY LABEL FOR agentsandbox ON TABLE known IS 'untrusted';
	SELECT agentsandbox.create_profile('p');
	GRANT SELECT ON secret, known TO p;
	GRANT INSERT ON public_t TO p;
	SQL
my $c = open_conversation('p');
is(sql_as($c, 'SELECT v FROM known'), 'k', 'a label is raised on the primary server');

my ($pg_ctl, $primary) = start_standby();
is(sql('SELECT pg_is_in_recovery()'), 't', 'it is a standby');
is(sql_as($c, 'SELECT v FROM known'), 'k', 'what the conversation has read it reads there');
my $err = refused($c, 'SELECT v FROM secret', 'AS005', 'what is new is refused');
like($err, qr/HINT:  This is a standby server/, '... with the reason');

is($pg_ctl->('promote'), 0, 'it is promoted');
is(sql_as($c, 'SELECT labels FROM agentsandbox.my_limits()'), '{untrusted}', 'the labels are still there');
refused($c, q(INSERT INTO public_t VALUES ('x')), '42501', '... and hold');
is(sql_as($c, 'SELECT v FROM secret'), 's', 'its own worker raises more');
is(sql_as($c, 'SELECT labels FROM agentsandbox.my_limits()'), '{private,untrusted}', '... for good');
$pg_ctl->('-m fast stop');
$ENV{PGPORT} = $primary;
is(sql_as($c, 'SELECT labels FROM agentsandbox.my_limits()'), '{untrusted}', 'the primary server knows nothing of that');

done_testing();
