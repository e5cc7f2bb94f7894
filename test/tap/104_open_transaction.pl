# A transaction that stays open costs other calls nothing, and its own calls are
# judged when it commits.  Entries read are counted, for time says little.
# with-cluster: --conf 'autovacuum = off'
use strict;
use warnings;
use lib 'test/lib';

use AgentSandbox;
use IPC::Run qw(start pump finish);
use Test::More;

my $before = 300;
my $after = 100;

sql(<<'SQL');
SELECT agentsandbox.create_profile('clerk');
SELECT agentsandbox.create_method('mail', 'true', 'true');
SELECT agentsandbox.allow_method('clerk', 'mail');
SQL
my ($slow, $c) = map { open_conversation('clerk') } 1 .. 2;

sub submit
{
	my ($n) = @_;
	sql_as($c, "INSERT INTO RemoteProcedureCalls (method) VALUES ('mail');\n" x $n);
	return;
}

sub ready
{
	my ($who, $n, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return poll_is("SELECT count(*) FROM agentsandbox.RemoteProcedureCalls WHERE conversation = '$who->{conversation}' AND status = 'ready'", $n, $name);
}

# What the worker has read and changed is told when it wakes, at most once a second.
sub told
{
	my ($n) = @_;
	poll_is("SELECT pg_reload_conf(), n_tup_upd >= $n FROM pg_stat_user_tables WHERE relname = 'remoteprocedurecalls'", 't|t', "what became of $n calls is counted");
	return sql(q(SELECT idx_tup_read FROM pg_stat_user_indexes WHERE indexrelname = 'calls_order'));
}

my ($in, $out, $err) = ('', '', '');
my $psql = start([ qw(psql -XqAt -v ON_ERROR_STOP=1), conninfo($slow) ], \$in, \$out, \$err);
$in = "BEGIN; INSERT INTO RemoteProcedureCalls (method) VALUES ('mail'), ('mail') RETURNING 'open';\n";
pump $psql until $out =~ /open\nopen\n/;

submit($before);
ready($c, $before, 'calls beside an open transaction are judged');
my $read = told($before);
for my $n (1 .. $after)
{
	submit(1);
	ready($c, $before + $n, 'so is one more') if $n % 20 == 0;
}
cmp_ok(told($before + $after) - $read, '<', 50 * $after, 'what was judged is not read again');

$in = "COMMIT;\n\\q\n";
finish $psql;
ready($slow, 2, 'at its end its own calls are judged');

done_testing();
