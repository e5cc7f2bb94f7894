# What fails before it is executed, and COMMIT, were not counted as statements:
# one session wrote 30 MB a second into the server's log, as errors or warnings.
# So did reports of its memory by one that had none left.
use strict;
use warnings;
use AgentSandbox;
use Test::More;
use Wire;

sql(q(SELECT agentsandbox.create_profile('p', statements_per_minute => 100)));
my $size = sub { return -s $ENV{AGENTSANDBOX_SERVER_LOG} };
my $long = 'x' x 8000;

for my $flood ([ "SELEC $long", '42601' ], [ "SELECT no_such, '$long'", '42703|53400' ], [ "SELECT '$long' FROM no_such", '42P01|53400' ],
	[ "SELECT 1 / 0, '$long'", '22012|53400' ], [ "SELECT length(repeat('x', 1000000000))", '53200|53400' ], [ "LISTEN $long", '42501|53400' ],
	[ join('; ', ('COMMIT') x 100), '' ], [ join('; ', ('ROLLBACK') x 100), '' ])
{
	my ($sql, $codes) = @$flood;
	my $name = substr $sql, 0, 22;
	my $w = Wire->connect(open_conversation('p'));
	my $before = $size->();
	my @errors = map { @{ $w->query($sql)->{errors} } } 1 .. 300;
	is(scalar(grep { $_->{C} !~ /^(?:$codes)$/ } @errors), 0, "$name ... is answered as ever");
	cmp_ok($size->() - $before, '<', 2_000_000, '... and the log has little of it');
	is($w->query('SELECT 1')->{errors}[0]{C}, '53400', '... while it counts');
	$w->finish;
}
note 'the report of its memory that the server writes for a session that has none left';
{
	sql(q(SELECT agentsandbox.create_profile('full')));
	my $w = Wire->connect(open_conversation('full'));
	$w->query('BEGIN');
	# many contexts: a hundred portals, each with some for each part of its plan
	$w->parse('many', join ' UNION ALL ', ('SELECT * FROM generate_series(1, 2)') x 60);
	for (1 .. 90) { $w->bind("p$_", 'many'); $w->execute("p$_", 1) }
	is_deeply($w->sync->{errors}, [], 'a session with many portals');
	# the rest of its memory, down to less than a long statement needs
	my $n = 100_000_000;
	for (1 .. 200)
	{
		last if $n < 200_000;
		$w->query('SAVEPOINT s');
		$w->parse('value', "SELECT repeat('x', $n) FROM generate_series(1, 2)");
		$w->bind("v$_", 'value');
		$w->execute("v$_", 1);
		my $full = @{ $w->sync->{errors} };
		$w->query('ROLLBACK TO s') if $full;
		$w->query('DEALLOCATE value');
		$n /= 2 if $full;
	}
	my $before = $size->();
	my %code;
	$code{ $w->query('SELECT ' . '1,' x 200_000 . '1')->{errors}[0]{C} }++ for 1 .. 10;
	is_deeply(\%code, { 53200 => 10 }, '... and no memory for a long statement');
	cmp_ok($size->() - $before, '<', 2_000_000, '... reports that once');
	$w->query('ROLLBACK');
	is($w->query('SELECT 1')->{rows}[0][0], '1', '... and goes on');
}
my $w = Wire->connect(open_conversation('p'));
$w->query($_) for ("SELEC", "SELECT 1 / 0", 'COMMIT') x 20;
is($w->query('SELECT 1')->{rows}[0][0], '1', 'some errors are no harm');
like(server_log(), qr/syntax error at or near "SELEC" at character 1$/m, '... and are logged');
$w->finish;

note 'a pool role that entered nothing';
sql("CREATE ROLE pool LOGIN PASSWORD 'pool' IN ROLE agentsandbox_pool");
$w = Wire->connect({ role => 'pool', password => 'pool' });
my $before = $size->();
$w->query("SELEC $long") for 1 .. 300;
cmp_ok($size->() - $before, '<', 2_000_000, 'the log has little of it');
my $c = open_conversation('p');
is($w->query("SELECT agentsandbox.enter('$c->{token}')")->{rows}[0][0], $c->{conversation}, '... and it can enter');
done_testing();
