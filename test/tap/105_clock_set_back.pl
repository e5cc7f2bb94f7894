# The server's clock is set back: what was stamped before comes from the future.
# The rows are changed to look like that, for the clock cannot be.
use strict;
use warnings;
use Test::More;

use AgentSandbox;

my $calls = 'agentsandbox.remoteprocedurecalls';

sql(<<'SQL');
CREATE ROLE clock_gateway LOGIN IN ROLE agentsandbox_gateway;
SELECT agentsandbox.create_profile('clock');
SELECT agentsandbox.create_method('mail', 'true', 'true');
SELECT agentsandbox.allow_method('clock', 'mail');
SQL
my $c = open_conversation('clock');

sub submit { return sql_as($c, q(INSERT INTO RemoteProcedureCalls (method) VALUES ('mail') RETURNING id)) }

sub stamp_ahead
{
	my ($id) = @_;
	sql("BEGIN; SET LOCAL session_replication_role = replica;
		UPDATE $calls SET submitted_at = submitted_at + interval '1 hour', ready_at = ready_at + interval '1 hour' WHERE id = '$id';
		COMMIT");
	return;
}

my $first = submit();
poll_is("SELECT status FROM $calls WHERE id = '$first'", 'ready', 'a call is ready');
stamp_ahead($first);
my $second = submit();
poll_is("SELECT status FROM $calls WHERE id = '$second'", 'ready', 'and one that was made after the clock was set back');

# a claim that is undone takes both from the list of those that nobody has looked at
sql("BEGIN; SET LOCAL ROLE clock_gateway; SELECT count(*) FROM agentsandbox.claim(10, '1 minute'); ROLLBACK");
poll_is("SELECT count(turn) FROM $calls", '2', 'the worker looks at both all the same', 20);
is(sql("SET ROLE clock_gateway; SELECT count(*) FROM agentsandbox.claim(10, '1 minute')"), '2', 'both can be claimed');

done_testing();
