# Metered egress with the real worker: ticks, budgets, the account, crashes; and
# what a gateway sees of hostile senders.
# server: crashes
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";

use AgentSandbox;
use File::Temp;
use List::Util qw(max sum0);
use Test::More;
use Time::HiRes qw(sleep time);
use Wire;

sub labelled
{
	my ($profile) = @_;
	my $c = open_conversation($profile // 'metered');
	sql("INSERT INTO agentsandbox.conversation_labels (conversation, label, cause) VALUES ('$c->{conversation}', 'private', 'this test')");
	return $c;
}

sub say_sql { return join ' ', map { "INSERT INTO RemoteProcedureCalls (method, arguments) VALUES ('say', '$_');" } @_ }

sub status
{
	my ($c) = @_;
	return sql("SELECT string_agg(status || ' ' || (arguments->>'w'), ', ' ORDER BY status, arguments->>'w')
		FROM agentsandbox.RemoteProcedureCalls WHERE conversation = '$c->{conversation}'");
}

sub settled
{
	my ($c, $want, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return poll_is("SELECT string_agg(status || ' ' || (arguments->>'w'), ', ' ORDER BY status, arguments->>'w')
		FROM agentsandbox.RemoteProcedureCalls WHERE conversation = '$c->{conversation}'", $want, $name);
}

# Waits until so many seconds have gone since a multiple of a period; returns that.
sub at
{
	my ($offset, $period) = (@_, 1);
	my $now = time;
	my $begin = $now - $now % $period - ($now - int $now);
	$begin += $period if $begin + $offset < $now;
	sleep($begin + $offset - $now);
	return int($begin + 0.5);
}

# Calls wait, or go at the next tick of this interval.
sub interval
{
	my ($interval) = @_;
	sql("SELECT agentsandbox.alter_profile('metered', release_interval => '$interval'); SELECT pg_reload_conf()");
	return;
}

my @scripts;
sub start
{
	my ($c, $sql) = @_;
	my $file = File::Temp->new(SUFFIX => '.sql');
	my ($out, $err) = ('', '');
	print $file $sql;
	close $file;
	push @scripts, $file;	# which removes it
	return IPC::Run::start([ qw(psql -XqAt -f), "$file", conninfo($c) ], '<', '/dev/null', '>', \$out, '2>', \$err, IPC::Run::timeout(60));
}

keep_session();
sql(<<'SQL');
SELECT agentsandbox.create_method('say', response => 'true', request => '{"type": "object", "additionalProperties": false,
	"required": ["w"], "properties": {"w": {"enum": ["a", "b", "c", "d", 1]}, "x": {"type": "boolean"}}}');
SELECT agentsandbox.create_method('ask', response => 'true', request => '{"const": {}}');
SELECT agentsandbox.create_profile('metered', egress => 'meter', budget_bits => 40, release_interval => '1 day', releases_per_tick => 3);
SELECT agentsandbox.allow_method('metered', m) FROM unnest('{say,ask}'::text[]) m;
CREATE ROLE gail LOGIN PASSWORD 'gail' IN ROLE agentsandbox_gateway;
SQL
my %gail = (role => 'gail', password => 'gail');

# ---- a tick

my $c = labelled();
sql_as($c, say_sql('{"w": "d"}', '{"w": "b"}', '{"w": "a"}'));
poll_until("SELECT count(*) FROM agentsandbox.RemoteProcedureCalls WHERE status = 'submitted'", '0');
is(status($c), 'held a, held b, held d', 'calls whose labels are not accepted wait for the tick');
is(sql(q(SELECT DISTINCT held_for::text FROM agentsandbox.RemoteProcedureCalls)), '{"labels": ["private"], "reason": "release"}', 'and say so');
my $second = at(0.05);
interval('1 s');
my (@seen, $first);
until ($first || time > $second + 10)
{
	my $out = sql_as(\%gail, q(SELECT extract(epoch FROM clock_timestamp()), arguments, deadline IS NULL FROM agentsandbox.claim(10, '1 minute')));
	next if $out eq '';
	@seen = map { [ split /\|/ ] } split /\n/, $out;
	$first = $seen[0][0];
}
cmp_ok($first, '>=', $second + 1, 'none is seen before the tick');
is(join(' ', map { $_->[1] } @seen), '{"w":"a"} {"w":"b"} {"w":"d"}', 'then all are, in canonical order');
is(sql(q(SELECT string_agg(DISTINCT (extract(epoch FROM ready_at) % 1)::text, ' ') FROM agentsandbox.RemoteProcedureCalls)),
	'0.000000', 'ready_at carries the tick and no more');

# 1 + log2(2) + log2(5 * 3) + gamma
my $each = 2 + log(15) / log(2);
my $gap = sql('SELECT gap FROM agentsandbox.egress_charges WHERE number = 1');
my $gamma = 2 * int(log($gap + 1) / log(2) + 1e-9) + 1;
is($gap, sql('SELECT floor(extract(epoch FROM released_at)) - floor(extract(epoch FROM opened_at))
	FROM agentsandbox.egress_charges, agentsandbox.conversation_records WHERE number = 1'), 'the gap is counted in ticks');
is(sql("SELECT string_agg(concat_ws(' ', number, gap, methods, round(capacity::numeric, 6), round(bits::numeric, 6), round(spent::numeric, 6)), ', ' ORDER BY number)
	FROM agentsandbox.egress_charges"),
	join(', ', map { sprintf '%d %d 2 %.6f %.6f %.6f', $_, $_ == 1 ? $gap : 0, $each - 2, $each + ($_ == 1 ? $gamma : 1), $_ * ($each + 1) + $gamma - 1 } 1 .. 3),
	'the account says what each cost');
is(sql("SELECT round(agentsandbox.bits_spent(id)::numeric, 6), round(agentsandbox.bits_left(id)::numeric, 6), agentsandbox.egress_bound(id)
	FROM agentsandbox.conversation_records"), sprintf('%.6f|%.6f|41', 3 * ($each + 1) + $gamma - 1, 40 - 3 * ($each + 1) - $gamma + 1), 'what was spent, is left, and bounds it');

# ---- the budget

sql_as($c, say_sql(map { qq({"w": "$_"}) } 'a' .. 'd'));
poll_is(q(SELECT count(*) FROM agentsandbox.RemoteProcedureCalls WHERE status IN ('submitted', 'held')), '0', 'all are judged');
like(status($c), qr/^claimed a, claimed b, claimed d, ready a, (ready b, )?refused/, 'what the budget does not pay for is refused');
is(sql(q(SELECT DISTINCT error->>'code' FROM agentsandbox.RemoteProcedureCalls WHERE status = 'refused')), 'over_budget', 'with the reason');
cmp_ok(sql("SELECT agentsandbox.bits_spent('$c->{conversation}')"), '<=', 40, 'no more than the budget is spent');
sql("SELECT agentsandbox.alter_profile('metered', budget_bits => 1000)");

# ---- the profile's budget, over all its conversations

sql("SELECT agentsandbox.create_profile('shared', egress => 'meter', budget_bits => 100, profile_budget_bits => 20, budget_window => '1 hour', release_interval => '1 s');
	SELECT agentsandbox.allow_method('shared', 'ask')");
my @shared = map { labelled('shared') } 1 .. 4;
sql_as($_, "INSERT INTO RemoteProcedureCalls (method) SELECT 'ask' FROM generate_series(1, 3)") for @shared;
poll_is("SELECT count(*) FROM agentsandbox.RemoteProcedureCalls WHERE method = 'ask' AND status IN ('ready', 'refused')", '12', 'twelve calls are judged');
cmp_ok(sql("SELECT sum(bits) FROM agentsandbox.egress_charges WHERE profile::text = 'shared'"), '<=', 20, 'all conversations together stay below the profile\'s budget');
cmp_ok(sql("SELECT min(agentsandbox.bits_left(id)) FROM agentsandbox.conversation_records WHERE profile::text = 'shared'"), '<=', 4, '... which is what they have left');

is(sql(q(SELECT bool_and((error->>'left')::int > 80) FROM agentsandbox.RemoteProcedureCalls WHERE method = 'ask' AND status = 'refused')),
	't', 'a refused conversation is told what its own budget has left, nothing of the others');
is(sql_as($shared[0], 'SELECT bits_spent + bits_left FROM agentsandbox.my_limits()'), '100', 'so does my_limits()');

# ---- what stops

$c = labelled();
interval('1 day');
my @ids = split /\n/, sql_as($c, 'BEGIN;' . join('', map { "INSERT INTO RemoteProcedureCalls (method, arguments) VALUES ('say', '{\"w\": \"$_\"}') RETURNING id;" } 'a', 'b') . 'COMMIT');
is(sql_as($c, "SELECT agentsandbox.cancel('$ids[0]')"), 'cancelled', 'a call can be cancelled before its tick');
interval('1 s');
settled($c, 'cancelled a, ready b', 'the other is released');
is(sql_as($c, "SELECT agentsandbox.cancel('$ids[1]')"), 'ready', 'and cannot be any more');
is(sql("SELECT count(*) FROM agentsandbox.egress_charges WHERE conversation = '$c->{conversation}'"), '1', 'what was cancelled costs nothing');
sql("INSERT INTO agentsandbox.conversation_labels (conversation, label, cause) VALUES ('$c->{conversation}', 'sealed', 'this test')");
sql_as($c, say_sql('{"w": "c"}'));
settled($c, 'cancelled a, ready b, refused c', 'a sealed conversation is not metered');

$c = labelled();
interval('1 day');
sql_as($c, say_sql('{"w": "a"}', '{"w": "d"}'));
poll_until("SELECT count(*) FROM agentsandbox.RemoteProcedureCalls WHERE status = 'submitted'", '0');
sql(q(SELECT agentsandbox.alter_method('say', request => '{"type": "object", "required": ["w"], "additionalProperties": false, "properties": {"w": {"enum": ["a", "b", "c"]}}}')));
interval('1 s');
settled($c, 'ready a, refused d', 'what the method does not accept any more is not released');
is(sql("SELECT round(capacity::numeric, 3) FROM agentsandbox.egress_charges WHERE conversation = '$c->{conversation}'"), '1.585', 'the rest costs what it is now');
sql(q(SELECT agentsandbox.alter_method('say', request => '{"type": "object", "required": ["w"], "additionalProperties": false, "properties": {"w": {"enum": ["a", "b", "c", "d", 1]}}}')));

for (
	[ q(SELECT agentsandbox.alter_profile('metered', budget_bits => 'NaN')), '22023', 'a budget that is no number' ],
	[ q(SELECT agentsandbox.alter_profile('metered', budget_bits => -0.1)), '22023', 'one below zero' ],
	[ q(SELECT agentsandbox.alter_profile('metered', profile_budget_bits => 'Infinity')), '22023', 'one without end' ],
	[ q(SELECT agentsandbox.alter_profile('metered', release_interval => '10 ms')), '22023', 'ticks that are too close' ],
	[ q(SELECT agentsandbox.alter_profile('metered', budget_bits => 2)), '54000', 'a budget below the capacity of a method' ],
	[ q(SELECT agentsandbox.alter_profile('metered', profile_budget_bits => 2)), '54000', 'so for the profile' ],
	[ q(SELECT agentsandbox.alter_method('say', request => '{"type": "object"}')), '54000', 'a method that gets too wide' ],
	[ q(SELECT agentsandbox.create_method('tell', '{"type": "object"}', 'true'); SELECT agentsandbox.allow_method('metered', 'tell')), '54000', 'one that is' ])
{
	refused(undef, $_->[0], $_->[1], "refused: $_->[2]");
}

# ---- more calls than are released at a tick

$c = labelled();
sql("SELECT agentsandbox.alter_profile('metered', releases_per_tick => 2)");
interval('1 day');
sql_as($c, say_sql(('{"w": "a"}') x 5));
poll_until("SELECT count(*) FROM agentsandbox.RemoteProcedureCalls WHERE status = 'submitted'", '0');
interval('1 s');
settled($c, join(', ', ('ready a') x 5), 'all are released');
is(sql("SELECT string_agg(n::text, ' ' ORDER BY released_at) FROM (SELECT released_at, count(*) AS n FROM agentsandbox.egress_charges
	WHERE conversation = '$c->{conversation}' GROUP BY 1) r"), '2 2 1', '... as many at each tick as the profile says');

# ---- crashes: what was released is paid for, once

$c = labelled();
sql("SELECT agentsandbox.alter_profile('metered', releases_per_tick => 100)");
for my $round (1 .. 4)
{
	sql_as($c, say_sql(('{"w": "a"}') x 20));
	sleep 0.2 * $round;
	my $pid = sql(q(SELECT pid FROM pg_stat_activity WHERE backend_type = 'agentsandbox worker'));
	kill KILL => $pid if $pid;
	wait_for_server();
}
poll_is("SELECT count(*) FROM agentsandbox.RemoteProcedureCalls WHERE conversation = '$c->{conversation}' AND status = 'ready'", '80', 'after four crashes all are released', 60);
is(sql("SELECT count(*), count(DISTINCT e.call), max(number), bool_and(c.bits = e.bits AND c.ready_at = e.released_at),
		max(spent) BETWEEN sum(e.bits) AND sum(e.bits) * (1 + 1e-12)
	FROM agentsandbox.egress_charges e JOIN agentsandbox.RemoteProcedureCalls c ON c.id = e.call WHERE e.conversation = '$c->{conversation}'"),
	'80|80|80|t|t', 'each was charged once, in one account');
sql_as(\%gail, q(SELECT count(*) FROM agentsandbox.claim(1000, '1 hour')));

# ---- what a gateway sees of hostile senders

# All that a claim shows but what is drawn at random: which conversation it is of
# is told by somebody who may look, which no gateway may.
sub observe
{
	my ($until) = @_;
	my @seen;
	my $session = Wire->connect(\%gail);
	while (time < $until)
	{
		my $r = $session->query(q(SELECT id, method, arguments, attempt, time_limit, deadline, max_response_bytes, floor(extract(epoch FROM clock_timestamp()))
			FROM agentsandbox.claim(1000, '1 hour')));
		die $r->{errors}[0]{M} if @{ $r->{errors} };
		push @seen, map { join '|', map { $_ // '' } @$_ } @{ $r->{rows} };
		sleep 0.03;
	}
	$session->finish;
	my %owner = map { split /\|/ } split /\n/, sql('SELECT outside_id, conversation FROM agentsandbox.RemoteProcedureCalls WHERE outside_id IS NOT NULL');
	my (%transcript, @order);
	for (@seen)
	{
		my ($id, $rest) = split /\|/, $_, 2;
		push @{ $transcript{ $owner{$id} } }, $rest;
		push @order, $owner{$id};
	}
	return (\%transcript, @order);
}

# Each tries to tell one bit by what is not counted; both do the same otherwise.
my $two = say_sql('{"w": "a"}', '{"w": "b"}');
my %way = (
	'the order of calls' => [ $two, say_sql('{"w": "b"}', '{"w": "a"}') ],
	'spelling' => [ say_sql('{"w": 1, "x": true}'), say_sql('{"x": true,   "w": 1.00}') ],
	'a deadline' => [ $two, q(INSERT INTO RemoteProcedureCalls (method, arguments, deadline)
		SELECT 'say', jsonb_build_object('w', w), now() + '20 minutes' FROM unnest('{a,b}'::text[]) w;) ],
	'a deadline that passes after the release' => [ $two, q(INSERT INTO RemoteProcedureCalls (method, arguments, deadline)
		SELECT 'say', jsonb_build_object('w', w), date_bin('2 s', now(), '2000-01-01 00:00:00+00') + '2.02 s' FROM unnest('{a,b}'::text[]) w;) ],
	'one transaction or two' => [ $two, "BEGIN; $two COMMIT;" ],
	'a later moment of the second' => [ $two, "SELECT pg_sleep(0.2); $two" ],
	'cancelled calls' => [ $two, "$two SELECT agentsandbox.cancel(id) FROM RemoteProcedureCalls; $two" ],
	'choosing among ids' => [ $two, ($two x 5) . q(SELECT agentsandbox.cancel(id) FROM (SELECT id, row_number() OVER (PARTITION BY arguments ORDER BY id) AS n
		FROM RemoteProcedureCalls) r WHERE n > 1;) ],
	'cancelling after the release' => [ $two, "$two SELECT pg_sleep(1.7); SELECT agentsandbox.cancel(id) FROM RemoteProcedureCalls WHERE status = 'ready';" ],
	'refused calls' => [ $two, $two . say_sql('{"w": "z"}', '{}') . q(INSERT INTO RemoteProcedureCalls (method) VALUES ('nothing');) ],
	'rolled back calls' => [ $two, "BEGIN; " . say_sql('{"w": "c"}') . " ROLLBACK; $two" ],
);
sql(q(SELECT agentsandbox.alter_profile('metered', releases_per_tick => 3, release_interval => '2 s');
	SELECT agentsandbox.alter_method('say', request => '{"type": "object", "required": ["w"], "additionalProperties": false,
	"properties": {"w": {"enum": ["a", "b", "c", "d", 1]}, "x": {"type": "boolean"}}}');
	GRANT EXECUTE ON FUNCTION pg_catalog.pg_sleep(double precision) TO metered));
my @names = sort keys %way;
while (my @some = splice @names, 0, 4)
{
	my (%secret, @runs);
	for my $name (map { ($_) x 6 } @some)
	{
		my $c = labelled();
		my $trial = keys %{ $secret{$name} };
		$secret{$name}{ $c->{conversation} } = $trial % 2;
		push @runs, [ $name, Wire->connect($c), grep { /\S/ } split /;/, $way{$name}[ $trial % 2 ] ];
	}
	my $second = at(0.05, 2);
	for (@runs)
	{
		my (undef, $session, @statements) = @$_;
		$session->message('Q', "$_\0") for @statements;
	}
	my ($transcript) = observe($second + 3.5);
	for (@runs)
	{
		my ($name, $session, @statements) = @$_;
		is($session->collect->{errors}[0], undef, "$name: $_") for @statements;
		$session->finish;
	}
	for my $name (@some)
	{
		my %seen;
		$seen{ join ' / ', @{ $transcript->{$_} // ['nothing'] } }{ $secret{$name}{$_} }++ for keys %{ $secret{$name} };
		ok(scalar(keys %seen) == 1 && !$seen{nothing}, "nothing is told by $name") or diag(explain(\%seen));
	}
}

# Two conversations of one agent: which of them calls first.  Those that call while
# a tick is prepared are not released behind the others, but a tick later.
interval('2 s');
my ($same, $pairs) = (0, 0);
for my $round (1 .. 12)
{
	last if $pairs >= 40;
	my @pairs = map { [ labelled(), labelled(), int rand 2 ] } 1 .. 10;
	my @sessions = map { Wire->connect($_) } map { $_->[ $_->[2] ] } @pairs;
	push @sessions, map { Wire->connect($_) } map { $_->[ 1 - $_->[2] ] } @pairs;
	my $second = at(0.0, 2);
	$_->query(say_sql('{"w": "a"}')) for @sessions;
	my (undef, @order) = observe($second + 2.5);
	my %place;
	$place{ $order[$_] } //= $_ for 0 .. $#order;
	my %tick = map { split /\|/ } split /\n/, sql('SELECT conversation, max(released_at) FROM agentsandbox.egress_charges GROUP BY 1');
	for (@pairs)
	{
		my ($one, $other) = map { $place{ $_->{conversation} } } @$_[ $_->[2], 1 - $_->[2] ];
		next if !defined $one || !defined $other;
		my ($tick, $last) = map { $tick{ $_->{conversation} } } @$_[ 0, 1 ];
		next if $tick ne $last;
		$pairs++;
		$same++ if $one < $other;
	}
}
interval('1 s');
cmp_ok($pairs, '>=', 40, "$pairs pairs were released at the same tick");
# four times the standard deviation
cmp_ok(abs($same - $pairs / 2), '<', 2 * sqrt($pairs), "who was first shows in the order no more than chance ($same)");

# ---- and of senders that say all they can

sql(q(SELECT agentsandbox.alter_profile('metered', budget_bits => 24)));
my @talkers = map { labelled() } 1 .. 12;
my $stop = at(0.0) + 8;
my @talking = map {
	my $c = $_;
	my $sql = join '', map { 'SELECT pg_sleep(' . rand(1.5) . ');' . say_sql(map { '{"w": "' . ('a' .. 'd')[ rand 4 ] . '"}' } 1 .. 1 + rand 3) } 1 .. 4;
	start($c, $sql);
} @talkers;
my ($said) = observe($stop);
$_->finish for @talking;
my $worst = 0;
for my $c (@talkers)
{
	# what the outside can count for itself: every call has its price
	my ($cost, $last) = (0, sql("SELECT floor(extract(epoch FROM opened_at)) FROM agentsandbox.conversation_records WHERE id = '$c->{conversation}'"));
	for (split /\n/, sql("SELECT extract(epoch FROM ready_at)::bigint FROM agentsandbox.RemoteProcedureCalls
		WHERE conversation = '$c->{conversation}' AND claimed_at IS NOT NULL ORDER BY ready_at"))
	{
		$cost += 1 + 1 + log(15) / log(2) + 2 * int(log($_ - $last + 1) / log(2) + 1e-9) + 1;
		$last = $_;
	}
	$worst = max($worst, $cost);
}
cmp_ok(scalar(keys %$said), '>', 0, 'something was said');
cmp_ok($worst, '<=', 24, sprintf 'no transcript is worth more than the budget of 24 bits, %.1f at most', $worst);
done_testing();
