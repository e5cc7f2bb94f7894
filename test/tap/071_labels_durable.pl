# What was read never loses its label, whatever is killed; without the worker
# nothing with a new label is read.
#
# server: crashes
# with-cluster: --conf 'restart_after_crash = on' --conf 'log_min_messages = warning'
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use AgentSandbox;
use POSIX ();
use PsqlSession;
use Test::More;
use Time::HiRes qw(sleep time);
use Wire;

my $rounds = 9;
my $seed = $ENV{AGENTSANDBOX_TORTURE_SEED} // time ^ $$;
srand $seed;
note "seed $seed";

sql(<<~'SQL');
	CREATE TABLE secret (v text);
	INSERT INTO secret VALUES ('told');
	CREATE TABLE guess (v text);
	CREATE TABLE other (v text);
	SECURITY LABEL FOR agentsandbox ON TABLE secret IS 'private';
	SECURITY LABEL FOR agentsandbox ON TABLE other IS 'untrusted';
	SELECT agentsandbox.create_profile('p');
	SELECT agentsandbox.create_method('say', 'true', 'true');
	SELECT agentsandbox.allow_method('p', 'say');
	GRANT SELECT ON secret, other TO p;
	GRANT SELECT, INSERT ON guess TO p;
	CREATE ROLE pool LOGIN PASSWORD 'pool' IN ROLE agentsandbox_pool;
	SQL

my $worker = q(SELECT pid FROM pg_stat_activity WHERE backend_type = 'agentsandbox worker');
my $has = q(SELECT coalesce(string_agg(label, ',' ORDER BY label), '') FROM agentsandbox.conversation_labels WHERE conversation = '%s');

# --- the worker does not answer ---
{
	sql(q(ALTER SYSTEM SET agentsandbox.raise_timeout = '300 ms'));
	sql('SELECT pg_reload_conf()');
	poll_is('SHOW agentsandbox.raise_timeout', '300ms', 'a short timeout');
	my $c = open_conversation('p');
	my $seen = PsqlSession->new(conninfo($c));
	is($seen->run('SELECT v FROM other'), '', 'a label that is known');
	my $pid = stop_worker();
	my $began = time;
	my $err = refused($c, 'SELECT v FROM secret', 'AS005', 'without the worker a new label is refused');
	cmp_ok(time - $began, '<', 5, '... soon');
	like($err, qr/labels of what is read could not be stored: private\nHINT:  The worker/, '... with the reason');
	is($seen->run('SELECT v FROM other'), '', 'what is known is read');
	is($seen->run('SELECT v FROM secret'), undef, 'what is not, is not');
	is($seen->run('SELECT v FROM guess'), '', 'what has no label is read');
	refused($c, 'SELECT agentsandbox.seal()', 'AS005', 'nor can it seal itself');
	refused(undef, "SELECT agentsandbox.seal('$c->{conversation}')", 'AS005', '... or be sealed');
	kill CONT => $pid;
	poll_is(sprintf($has, $c->{conversation}), 'private,sealed,untrusted', 'a request that was given up is done nevertheless');
	is($seen->run('SELECT v FROM secret'), 'told', 'then it is read');
	sql(q(ALTER SYSTEM RESET agentsandbox.raise_timeout));
	sql('SELECT pg_reload_conf()');
	poll_is('SHOW agentsandbox.raise_timeout', '10s', 'the default again');
}

# a statement that waits can be cancelled
{
	my $c = open_conversation('p');
	my $pid = stop_worker();
	refused($c, q(SET statement_timeout = '200 ms'; SELECT v FROM secret), '57014', 'the wait ends with the statement');
	kill CONT => $pid;
}

# somebody drops a label meanwhile
{
	my $c = open_conversation('p');
	sql(q(SELECT agentsandbox.create_label('short')));
	my $operator = PsqlSession->new(conninfo(undef));
	$operator->run(q(BEGIN; SELECT agentsandbox.drop_label('short')));
	my $reader = IPC::Run::start([ qw(psql -XqAtc), 'SELECT v FROM secret', conninfo($c) ], \undef, \my $out, \my $err, IPC::Run::timeout(60));
	poll_is("SELECT count(*) FROM pg_stat_activity WHERE usename = '$c->{role}' AND wait_event_type = 'Extension'", '1', 'a raise waits for drop_label');
	$operator->run('COMMIT');
	$reader->finish;
	is($out, "told\n", '... and is done then');
}

# reconnect, enter
{
	my $c = open_conversation('p');
	is(sql_as($c, 'SELECT v FROM secret'), 'told', 'it reads');
	refused($c, q(INSERT INTO guess VALUES ('told')), '42501', 'a new connection has the label');
	refused({ role => 'pool', password => 'pool' }, "SELECT agentsandbox.enter('$c->{token}'); INSERT INTO guess VALUES ('told')",
		'42501', 'one that entered has it');
	my $pool = PsqlSession->new(conninfo({ role => 'pool', password => 'pool' }));
	my $d = open_conversation('p');
	$pool->run("SELECT agentsandbox.enter('$c->{token}')");
	is($pool->run('SELECT v FROM secret'), 'told', 'a pooled connection reads for one conversation');
	$pool->run('SELECT agentsandbox.leave()');
	$pool->run("SELECT agentsandbox.enter('$d->{token}')");
	is($pool->run(q(INSERT INTO guess VALUES ('d'))), '', '... and writes for another, which has not read');
	$pool->run('SELECT agentsandbox.leave()');
	$pool->run("SELECT agentsandbox.enter('$c->{token}')");
	is($pool->run(q(INSERT INTO guess VALUES ('c'))), undef, '... but not for the first');
}

# --- kill -9 ---

my @victims = qw(backend worker postmaster);
my ($told, $lowered, $leaked) = (0, 0, 0);

# A conversation that has made a call, and one more in the transaction in which
# it will read; whom to kill, and the worker
sub reader
{
	my ($victim) = @_;
	my $c = open_conversation('p');
	my $w = Wire->connect($c);
	$w->query(q(INSERT INTO RemoteProcedureCalls (method) VALUES ('say')));
	$w->query(q(BEGIN; INSERT INTO RemoteProcedureCalls (method) VALUES ('say')));
	poll_until("SELECT count(*) FROM ($worker) w", '1');
	my $pid = sql($worker);
	return ($c, $w, { backend => $w->{pid}, worker => $pid, postmaster => postmaster_pid() }->{$victim}, $pid);
}

# Counts what must not be, whoever was killed.  Returns the labels.
sub look_at
{
	my ($c, $out, $name) = @_;
	wait_for_server();
	my $calls = "SELECT count(*) FROM agentsandbox.RemoteProcedureCalls WHERE conversation = '$c->{conversation}'";
	my $labels = sql(sprintf $has, $c->{conversation});
	poll_is("$calls AND status = 'submitted'", '0', "$name: its calls are judged");
	if ($out eq 'told')
	{
		$told++;
		$lowered++ if $labels ne 'private';
	}
	# of two calls one may have gone; the other was made with the read
	$leaked++ if $labels eq 'private' && sql("$calls AND status = 'ready'") > 1;
	return $labels;
}

# at each stage of a read
for my $stage (qw(asked stored told))
{
	for my $victim (@victims)
	{
		my $name = "$victim killed, labels $stage";
		my ($c, $w, $target, $pid) = reader($victim);
		stop_worker() if $stage ne 'told';
		$w->message('Q', "SELECT v FROM secret\0");
		my $r = $stage eq 'told' ? $w->collect : undef;
		poll_is("SELECT wait_event_type FROM pg_stat_activity WHERE pid = $w->{pid}", $r ? 'Client' : 'Extension', "$name: the reader has come so far");
		if ($stage eq 'stored')
		{
			kill STOP => $w->{pid};
			kill CONT => $pid;
			poll_is(sprintf($has, $c->{conversation}), 'private', "$name: and so has the worker");
		}
		kill KILL => $target;
		kill CONT => $pid, $w->{pid};
		$r //= $w->collect;
		my $labels = look_at($c, $r->{rows}[0][0] // '', $name);
		is($labels, 'private', "$name: the conversation has them") if $stage ne 'asked';
	}
}
cmp_ok($told, '>=', 3, 'who had the answer was told');

# at any moment
for my $round (1 .. $rounds)
{
	my $victim = $victims[ $round % 3 ];
	my ($c, $w, $target) = reader($victim);
	my $killer = fork // die "fork: $!";
	if ($killer == 0)
	{
		sleep rand 0.012;
		kill KILL => $target;
		POSIX::_exit(0);
	}
	my $out = $w->query('SELECT v FROM secret')->{rows}[0][0] // '';
	$w->query('COMMIT') if $out;
	waitpid $killer, 0;
	look_at($c, $out, "round $round: $victim killed");
}

note "$told were told the secret";
is($lowered, 0, 'whoever was told has the label');
is($leaked, 0, 'no call that was committed after the read was relayed');

done_testing();
