# Random SQL from Debian's sqlsmith, as a conversation: no crash, nothing
# hidden comes out, and errors have the SQLSTATEs of refusals and of honest
# mistakes.  sqlsmith looks around as a superuser and only prints its queries,
# so that they are about everything there is, not only what an agent can see.
use strict;
use warnings;

use AgentSandbox;
use IPC::Run ();
use Test::More;
use Wire;

plan skip_all => 'sqlsmith is not installed' if !grep { -x "$_/sqlsmith" } split /:/, $ENV{PATH};

my $queries = $ENV{SQLSMITH_QUERIES} // 1500;
my $seed = $ENV{SQLSMITH_SEED} // 1;
sql(<<'SQL');
SELECT agentsandbox.create_profile('smith', statement_time => '200 ms', rows_returned => 1000, statements_per_minute => 1000000,
    rows_changed_total => 100000000);
CREATE TABLE customer (id int PRIMARY KEY, rep int DEFAULT agentsandbox.context('rep', 0), name text, born date, tags text[], extra jsonb);
INSERT INTO customer SELECT g, g % 2 + 3, CASE WHEN g % 2 = 0 THEN 'mine' ELSE 'HIDDEN_ROW' END, '2000-01-01', '{}', '{}' FROM generate_series(1, 50) g;
CREATE TABLE invoice (id int PRIMARY KEY, customer int REFERENCES customer, total numeric, at timestamptz DEFAULT now());
INSERT INTO invoice SELECT g, 2 * (g % 25 + 1), g FROM generate_series(1, 50) g;
SELECT agentsandbox.protect('customer', 'rep', 'rep');
GRANT SELECT, INSERT, UPDATE, DELETE ON customer, invoice TO smith;
CREATE TABLE secret (id int, s text);
INSERT INTO secret VALUES (1, 'HIDDEN_TABLE');
CREATE FUNCTION secret_source() RETURNS text LANGUAGE sql SECURITY DEFINER AS $$ SELECT s /* HIDDEN_SOURCE */ FROM secret $$;
SQL
my $c = open_conversation('smith', '{"rep": 3}');
my $others = sql("SELECT count(*), min(name), max(name) FROM customer WHERE rep = 4");

for my $kind ([ 'of all relations' ], [ 'without catalogs', '--exclude-catalog' ])
{
	my ($name, @options) = @$kind;
	my ($out, $err) = ('', '');
	IPC::Run::run([ 'sqlsmith', '--target=' . conninfo(undef), '--dry-run', "--max-queries=$queries", "--seed=$seed", @options ],
		\'', \$out, \$err, IPC::Run::timeout(120));
	my @queries = grep { /\S/ } split /;\s*$/m, $out;
	cmp_ok(scalar @queries, '>', $queries / 2, "$name: sqlsmith made queries (seed $seed)") or diag($err);

	my $w = Wire->connect($c);
	my (%codes, @hidden, @ended);
	for my $query (@queries)
	{
		my $r = $w->query("$query;");
		$codes{ $r->{errors}[0] ? $r->{errors}[0]{C} : 'none' }++;
		my $text = join "\n", (map { map { $_ // '' } @$_ } @{ $r->{rows} }), map { values %$_ } @{ $r->{errors} }, @{ $r->{notices} };
		push @hidden, $query if $text =~ /HIDDEN_(?:ROW|TABLE|SOURCE)/;
		next if !$r->{gone};
		push @ended, $query;
		$w = Wire->connect($c);
	}
	note(join ' ', map { "$_:$codes{$_}" } sort keys %codes);
	my $allowed = qr/^(?:none|42...|22...|23...|21000|0A000|25006|53200|53400|54...|55000|57014|40...|44000)$/;
	is_deeply([ grep { !/$allowed/ } sort keys %codes ], [], "$name: errors are refusals and honest mistakes") or diag(explain(\%codes));
	is_deeply(\@hidden, [], "$name: nothing hidden comes out");
	is_deeply(\@ended, [], "$name: no session is ended");
	cmp_ok($codes{none} // 0, '>', 0, "$name: some work") if @options;
}

unlike(server_log(), qr/PANIC:|TRAP:|terminated by signal/, 'no crash');
is(sql('SELECT count(*) FROM secret'), '1', 'what is hidden is unharmed');
is(sql("SELECT count(*), min(name), max(name) FROM customer WHERE rep = 4"), $others, 'so are rows of others');

done_testing();
