# Kills the worker, gateways, backends and the whole server at random under
# load.  Afterwards every committed call has exactly one outcome, and none was
# performed again after its completion had been committed.
#
# AGENTSANDBOX_TORTURE_SECONDS says for how long (default: 20);
# AGENTSANDBOX_TORTURE_SEED repeats a choice of victims.
#
# server: crashes
# with-cluster: --conf 'restart_after_crash = on' --conf 'log_min_messages = warning'
use strict;
use warnings;
use lib 'test/lib';

use AgentSandbox;
use File::Temp ();
use Fcntl qw(:flock);
use POSIX ();
use PsqlSession;
use Test::More;
use Time::HiRes qw(sleep time);

my $seconds = $ENV{AGENTSANDBOX_TORTURE_SECONDS} // 20;
my $seed = $ENV{AGENTSANDBOX_TORTURE_SEED} // time ^ $$;
srand $seed;
note "seed $seed, $seconds seconds";

my $agents = 3;
my $gateways = 3;
my $dir = File::Temp::tempdir(CLEANUP => 1);

sql(<<'SQL');
SELECT agentsandbox.create_profile('tortured');
SELECT agentsandbox.create_method('deed', max_attempts => 100,
	request => '{"type": "object", "properties": {"n": {"type": "integer"}}}', response => '{"type": "object"}');
SELECT agentsandbox.allow_method('tortured', 'deed');
CREATE ROLE gateway LOGIN PASSWORD 'gateway';
GRANT agentsandbox_gateway TO gateway;
SQL
my @conversations = map { open_conversation('tortured') } 1 .. $agents;

sub append
{
	my ($file, @lines) = @_;
	open my $out, '>>', "$dir/$file" or die "$file: $!";
	flock $out, LOCK_EX;
	syswrite $out, join('', map { "$_\n" } @lines);
	close $out;
	return;
}

sub lines_of
{
	my ($file) = @_;
	open my $in, '<', "$dir/$file" or return;
	chomp(my @lines = <$in>);
	return @lines;
}

# Runs until told to stop: a session again and again, whatever becomes of it.
sub child
{
	my ($conninfo, $work, $ends) = @_;
	my $pid = fork // die "fork: $!";
	return $pid if $pid;

	my $stop = 0;
	$SIG{TERM} = sub { $stop = 1 };
	until ($stop)
	{
		my $session = PsqlSession->new($conninfo);
		while (!$stop && $session->alive)
		{
			$work->($session);
			last if $session->error;
		}
		$session->close;
		sleep 0.05;
	}
	POSIX::_exit(0);
}

# The calls that an agent has been told are committed.
sub agent
{
	my ($session) = @_;
	my $count = 1 + int rand 5;
	my $ids = $session->run("INSERT INTO RemoteProcedureCalls (method, arguments)"
		. " SELECT 'deed', jsonb_build_object('n', i) FROM generate_series(1, $count) i RETURNING id");
	append('submitted', split /\n/, $ids) if defined $ids;
	sleep 0.005;
	return;
}

# P: the deed is done in the outside world.  C: its completion is committed.
sub gateway
{
	my ($session) = @_;
	my $claimed = $session->run("SELECT id || ' ' || lease_token FROM agentsandbox.claim(5, '2 seconds')");
	return unless defined $claimed;
	sleep 0.02 if $claimed eq '';
	for (split /\n/, $claimed)
	{
		my ($id, $token) = split / /;
		append('deeds', "P $id");
		my $state = $session->run("SELECT agentsandbox.complete('$id', '$token', '{\"done\": \"$token\"}')");
		append('deeds', "C $id $token") if defined $state && $state eq 'completed';
		return if $session->error eq 'gone';
	}
	return;
}

my @agents = map { child(conninfo($_, connect_timeout => 5), \&agent) } @conversations;
my $gateway_conninfo = conninfo({ role => 'gateway', password => 'gateway' }, connect_timeout => 5);
my @gateways = map { child($gateway_conninfo, \&gateway) } 1 .. $gateways;

my %killed;
my %victims = (
	worker => sub {
		my ($status, $pid) = psql(conninfo(), q(SELECT pid FROM pg_stat_activity WHERE backend_type = 'agentsandbox worker'));
		return $status == 0 && $pid =~ /^\d+$/ && kill 9, $pid;
	},
	backend => sub {
		my ($status, $pid) = psql(conninfo(), q(SELECT pid FROM pg_stat_activity
			WHERE usename LIKE 'conversation%' OR usename = 'gateway' ORDER BY random() LIMIT 1));
		return $status == 0 && $pid =~ /^\d+$/ && kill 9, $pid;
	},
	gateway => sub {
		my $i = int rand @gateways;
		kill 9, $gateways[$i];
		waitpid $gateways[$i], 0;
		$gateways[$i] = child($gateway_conninfo, \&gateway);
		return 1;
	},
	postmaster => sub { my $pid = postmaster_pid(); return $pid && kill 9, $pid; });
my @names = sort keys %victims;

my $until = time + $seconds;
while (time < $until)
{
	sleep 0.3 + rand 1.2;
	my $name = $names[ rand @names ];
	$killed{$name}++ if $victims{$name}->();
	wait_for_server();
}
note join ', ', map { "$killed{$_} times a $_" } sort keys %killed;

kill 15, @agents;
waitpid $_, 0 for @agents;
my $waiting = "SELECT count(*) FROM agentsandbox.RemoteProcedureCalls WHERE finished_at IS NULL";
poll_is($waiting, '0', 'every call reaches a terminal state', 90)
  or diag sql('SELECT status, count(*), min(turn), max(turn), max(attempt), min(retry_at) - now(), min(lease_expires_at) - now()'
		. ' FROM agentsandbox.RemoteProcedureCalls GROUP BY 1'), "\n",
	sql('SELECT backend_type, usename, state, wait_event, query FROM pg_stat_activity');
kill 15, @gateways;
waitpid $_, 0 for @gateways;

my %state = map { split /\|/ } split /\n/, sql('SELECT id, status FROM agentsandbox.RemoteProcedureCalls');
my @submitted = lines_of('submitted');
cmp_ok(scalar @submitted, '>', 50, scalar(@submitted) . ' calls were committed, ' . (keys %state) . ' are there');
is(join(' ', grep { !defined $state{$_} } @submitted), '', 'no committed call is lost');
is(scalar(grep { ($_ // '') ne 'completed' } @state{@submitted}), 0, 'all of them completed');

my (%completed, %performed, @again, @twice);
for (lines_of('deeds'))
{
	my ($what, $id, $token) = split / /;
	if ($what eq 'P')
	{
		$performed{$id}++;
		push @again, $id if $completed{$id};
	}
	else
	{
		push @twice, $id if ($completed{$id} // $token) ne $token;
		$completed{$id} = $token;
	}
}
note scalar(grep { $_ > 1 } values %performed), ' of ', scalar(keys %performed), ' calls were performed more than once';
is("@again", '', 'no call was performed again after its completion had been committed');
is("@twice", '', 'no call completed under two leases');

my %outcome = map { split /\|/ } split /\n/,
  sql(q(SELECT outside_id, response->>'done' FROM agentsandbox.RemoteProcedureCalls WHERE status = 'completed'));
is(scalar(grep { ($outcome{$_} // '') ne $completed{$_} } keys %completed), 0,
	'what gateways were told is what is recorded');
is(scalar(grep { !$performed{$_} } keys %outcome), 0, 'nothing completed without having been performed');

unlike(server_log(), qr/cannot read pg_class/, 'logins work right after a restart');

done_testing();
