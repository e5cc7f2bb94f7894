# Bytes that no client sends: startup packets and statements put together at
# random, and messages of the protocol with parts of them changed.  The server
# lives, no setting comes in that way, and no answer tells a name that is hidden
# and was not in the question.  The seed is fixed; SEED=N chooses another.
use strict;
use warnings;

use AgentSandbox;
use Test::More;
use Wire;

my $seed = $ENV{SEED} // 1;
srand $seed;
note("SEED=$seed");

sql(<<'SQL');
CREATE SCHEMA app;
SELECT agentsandbox.create_profile('p', search_path => 'app', allow_copy => true, allow_explain => true, statements_per_minute => 1000000);
GRANT USAGE ON SCHEMA app TO p;
CREATE TABLE app.own (id int PRIMARY KEY, name text, zqcolumn text DEFAULT 'ZQSECRET');
INSERT INTO app.own VALUES (1, 'one'), (2, 'two');
GRANT SELECT (id, name), INSERT (id, name), UPDATE (name) ON app.own TO p;
CREATE TABLE app.zqtable (id int, name text);
CREATE FUNCTION app.zqfunction(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE TYPE app.zqtype AS ENUM ('zqlabel');
CREATE ROLE zqrole;
SQL
my $c = open_conversation('p');

sub pick { return $_[ rand @_ ] }
sub bytes { return join '', map { chr int rand 256 } 1 .. rand $_[0] }

# Changes a few places of a text.
my @pieces = ("'", '"', '\\', '$1', '$$', ';', '--', '/*', '*/', '(', ')', '[', '::', '.', ',', ' ', "\n", "\xc3\xa4", "\xff", 'NULL', 'app.', 'own',
	'zqtabl', 'zqcolum', 'zqfunctio', 'zqtyp', 'regclass', 'SELECT', 'FROM', 'U&', "E'\\x", '1e999', '-1', '{', '}', '%', '1' x 50, 'x' x 70);
sub mutate
{
	my ($text) = @_;
	for (1 .. rand 4)
	{
		my ($at, $n) = (int rand(1 + length $text), int rand 4);
		my $new = pick(pick(@pieces), substr($text, rand(1 + length $text), rand 12), '', bytes(3));
		substr($text, $at, pick(0, $n, length $new)) = $new;
	}
	$text =~ tr/\0//d;
	return $text;
}

sub said
{
	my ($r) = @_;
	return join "\n", $r->{copied}, @{ $r->{tags} }, @{ $r->{columns} }, (map { my $row = $_; map { $_ // '' } @$row } @{ $r->{rows} }),
	  map { values %$_ } @{ $r->{errors} }, @{ $r->{notices} };
}

my %told;

# What an answer tells beyond the question
sub judge
{
	my ($r, $question) = @_;
	for my $name (said($r) =~ /(zq(?:table|column|function|type|label|role|secret))/gi)
	{
		$told{$question} = $name if index(lc $question, lc $name) < 0;
	}
	$told{$question} = $_->{M} for grep { $_->{C} =~ /^(?:XX|58)/ } @{ $r->{errors} };
	return;
}

sub told { return join "\n", map { "$told{$_} <- $_" } sort keys %told }

note 'startup packets';
my @names = qw(work_mem search_path row_security role session_authorization statement_timeout jit DateStyle TimeZone client_encoding options
	replication database user agentsandbox.retention session_preload_libraries default_transaction_read_only extra_float_digits);
my @values = ('on', 'off', 'true', '0', '1', '-1', '1GB', 'postgres', 'public', 'pg_temp', 'UTF8', 'database', 'ISO', "'", '', '""', 'a,b');
my %wanted = (work_mem => '4MB', row_security => 'on', jit => 'off', search_path => 'app, agentsandbox, pg_temp', role => $c->{role},
	session_authorization => $c->{role});
my ($accepted, $refused, @bad) = (0, 0);
for (1 .. 100)
{
	my %startup;
	for (0 .. rand 3)
	{
		my $setting = pick(@names, mutate(pick(@names)));
		my $value = pick(@values, mutate(pick(@values)), bytes(20));
		$value = join pick(' ', '  ', "\t", '\\ '), map { pick('-c', '-c ', '--', '-', '') . pick(@names) . pick('=', '', ' ', '\\=') . pick(@values, mutate('x')) } 0 .. rand 3
		  if rand() < 0.5;
		$setting = 'options' if rand() < 0.4;
		tr/\0//d for $setting, $value;
		$startup{$setting} = $value if length $setting;
	}
	delete @startup{qw(user)};
	my $w = eval { Wire->connect($c, %startup) };
	$refused++, next if !$w;
	$accepted++;
	for my $name (sort keys %wanted)
	{
		my $r = $w->query($name eq 'role' ? 'SELECT current_user' : $name eq 'session_authorization' ? 'SELECT session_user' : "SHOW $name");
		my $got = $r->{rows}[0][0] // $r->{errors}[0]{C} // '';
		# a statement_timeout of 1 ms, which an agent may have, leaves some without an answer
		push @bad, join ' ', $name, $got, %startup if $got ne $wanted{$name} && $got !~ /^(?:42501|57014)$/;
	}
	$w->finish;
}
is(substr("@bad", 0, 500), '', 'no setting comes in with a random packet');
cmp_ok($refused, '>', 20, "$refused were refused, $accepted were not");

note 'statements';
my @statements = (
	'SELECT * FROM app.own', 'SELECT id, name FROM own WHERE id = 1 ORDER BY name LIMIT 1', 'SELECT o.zq FROM own o JOIN app.zqtable USING (id)', 'SELECT app.zqfunction(id) FROM own',
	"SELECT 'app.own'::regclass", "SELECT NULL::app.zqtype", 'INSERT INTO own (id, name) VALUES (1, 2) ON CONFLICT (id) DO NOTHING RETURNING *', 'UPDATE own SET name = name WHERE id < 0',
	'WITH x AS (SELECT * FROM own) SELECT count(*) FILTER (WHERE x.id > 0) OVER (PARTITION BY name) FROM x', 'EXPLAIN SELECT id FROM own', 'COPY own (id, name) TO STDOUT',
	'MERGE INTO own USING (SELECT 1 AS a) s ON id = a WHEN MATCHED THEN DO NOTHING', "SELECT json_build_object('a', id) -> 'a' FROM own", 'PREPARE a (int) AS SELECT id FROM own WHERE id = $1',
	'SET TimeZone = UTC', 'SHOW search_path', 'BEGIN ISOLATION LEVEL REPEATABLE READ', 'DECLARE c CURSOR FOR SELECT id FROM own', "SELECT current_setting('search_path')",
	"SELECT * FROM agentsandbox.columns", 'SELECT name COLLATE "C" FROM own GROUP BY ROLLUP (name)', "SELECT name ~ '^a(b|c)*\$' FROM own", 'GRANT zqrole TO CURRENT_USER');
my $w = Wire->connect($c);
my ($n, $worked) = (0, 0);
my $stop = time + 12;
while ($n < 3000 && time < $stop)
{
	my $statement = mutate(pick(@statements));
	my $r;
	if (rand() < 0.5)
	{
		$r = $w->query($statement);
		$r = $w->copy_fail if $r->{types} =~ /G/;
	}
	else
	{
		$w->parse('', $statement, (23) x rand 3);
		$w->describe('S', '');
		$w->bind('', '', [ map { bytes(8) } 1 .. rand 3 ]);
		$w->execute('');
		$r = $w->sync;
	}
	$n++;
	$worked++ if !@{ $r->{errors} };
	judge($r, $statement);
	$w->query('ROLLBACK') if ($w->{transaction} // 'I') ne 'I';
	$w = Wire->connect($c) if $r->{gone};
}
is(told(), '', "$n random statements tell nothing ($worked worked)");

note 'messages';
for (1 .. 60)
{
	my $x = Wire->connect($c);
	my $type = pick(qw(P B D E C F Q S H f d c X p), chr int rand 256);
	my $body = pick(bytes(40), mutate("\0SELECT id FROM own\0") . pack('nN', 1, 23), pack('Nnnn', rand 20000, 1, rand 3, rand 3) . bytes(20), "\0\0" . pack('n', rand 5) . bytes(20));
	$x->message($type, $body);
	$x->message('S', '');
	my $r = $x->collect('Z', 5);
	judge($r, "$type$body");
	$x->finish;
}
is(told(), '', 'nor do random messages');
is(sql_as($c, 'SELECT count(*) FROM own'), '2', 'the server lives and the data is as it was');

done_testing();
