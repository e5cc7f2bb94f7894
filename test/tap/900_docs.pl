# Every SQL example in README.md, SECURITY.md and docs/ is executed here.
#
# A fenced block says in its info string who speaks: "sql administrator",
# "sql operator", "sql gateway", "sql auditor", "sql reviewer" or "sql agent".  "fails" behind
# it says that the last statement of the block, and no other, is refused; a typo
# is no refusal.  A plain "sql"
# fence is an error, so that no example escapes.  The blocks of a file run in
# order, each file against its own copy of test/docs/setup.sql; an agent's
# blocks run in a conversation of profile "support" that this test opens.
use strict;
use warnings;
use Test::More;
use File::Basename qw(dirname);
use IPC::Run ();

my $root = dirname(__FILE__) . '/../..';
my @files = ("$root/README.md", "$root/SECURITY.md", glob "$root/docs/*.md");
my %login = (
	operator => [ 'olivia', 'docs-password' ],
	gateway  => [ 'gail', 'docs-password' ],
	auditor  => [ 'ada', 'docs-password' ],
	reviewer => [ 'rita', 'docs-password' ]);

# Runs psql as a user; returns its exit status and its output.
sub psql
{
	my ($user, $password, $database, $sql, @options) = @_;
	local $ENV{PGUSER} = $user;
	local $ENV{PGPASSWORD} = $password;
	local $ENV{PGDATABASE} = $database;
	my $output = '';
	IPC::Run::run([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-v', 'VERBOSITY=verbose', @options, '-f', '-' ],
		'<', \$sql, '>&', \$output);
	return ($? >> 8, $output);
}

my $nblocks = 0;
for my $file (@files)
{
	my ($name) = $file =~ m{([^/]+)$};
	open my $fh, '<', $file or die "$file: $!";
	my $text = do { local $/; <$fh> };
	my @blocks;
	my $line = 1;
	while ($text =~ /\G(.*?)^```(sql[^\n]*)\n(.*?)^```$/gmsc)
	{
		push @blocks, { line => $line + ($1 =~ tr/\n//), info => $2, sql => $3 };
		$line += "$1$2$3" =~ tr/\n// + 1;
	}
	next unless @blocks;

	my $database = "docs_$nblocks";
	my ($status, $output) = psql('postgres', '', 'postgres', "CREATE DATABASE $database TEMPLATE template0");
	is($status, 0, "$name: database") or diag $output;
	($status, $output) = psql('postgres', '', $database, "\\i $root/test/docs/setup.sql");
	is($status, 0, "$name: setup") or diag $output;

	my @agent;
	for my $block (@blocks)
	{
		my (undef, $who, $fails) = split ' ', $block->{info};
		my $where = "$name line $block->{line}";
		my @as;
		$nblocks++;
		if (!defined $who)
		{
			fail("$where: the block says who speaks");
			next;
		}
		elsif ($who eq 'administrator') { @as = ('postgres', '') }
		elsif ($who eq 'agent')
		{
			if (!@agent)
			{
				($status, $output) = psql(@{ $login{operator} }, $database,
					q{SELECT role, password FROM agentsandbox.open_conversation('support', context => '{"rep": 3}')},
					'-At', '-F ');
				is($status, 0, "$name: conversation") or diag $output;
				@agent = split ' ', $output;
			}
			@as = @agent;
		}
		elsif ($login{$who}) { @as = @{ $login{$who} } }
		else
		{
			fail("$where: $who is somebody known");
			next;
		}
		($status, $output) = psql(@as, $database, $block->{sql});
		if ($fails)
		{
			# psql tells the line where the statement ends
			my $end = () = $block->{sql} =~ /\n/g;
			like($output, qr/^psql:<stdin>:$end: ERROR:  (?:42501|42P01|54000|55000|AS001): /m, "$where: $who is refused") or diag $output;
		}
		else
		{
			is($status, 0, "$where: $who") or diag $output;
		}
	}
	psql('postgres', '', 'postgres',
		"DROP DATABASE $database WITH (FORCE); DROP ROLE IF EXISTS olivia, gail, ada, rita, pooler, support");
}
ok($nblocks > 20, "there are examples: $nblocks");
done_testing();
