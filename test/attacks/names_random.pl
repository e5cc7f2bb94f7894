# Existence oracle, at random: statements that are wrong in any way, with names
# in any place, are answered alike, byte for byte, whether a name is hidden or
# nothing has it.  SEED and STATEMENTS choose others, and how many.
# The server logs nothing of its own accord, which must not matter.
# with-cluster: --conf 'log_min_messages = panic'
use strict;
use warnings;

use AgentSandbox;
use FindBin;
use Test::More;
use Wire;

sql(slurp("$FindBin::Bin/names_setup.sql"));
sql(q(SELECT agentsandbox.alter_profile('p', statements_per_minute => 100000000)));
my $seed = $ENV{SEED} // 1;
my $statements = $ENV{STATEMENTS} // 3000;
srand $seed;

# What is hidden, with something of the same length that does not exist.  Names
# of columns, of functions in their notation, and of collations that the server
# drops, can be guessed (docs/covert-channels.md).
my %hidden = (
	relation => [ [qw(app.hidden app.mising)], [qw(hidden hidder)], [qw(closed.hidden closer.hidden)], [qw(app.hidseq app.hidsek)], [qw(public_ publik_)] ],
	type => [ [qw(app.hidtype app.hidtipe)], [qw(hiddom hiddon)], [qw(closed.hidtype closer.hidtype)], [qw(hidden hidder)] ],
	function => [ [qw(app.hidfunc app.hidfonc)], [qw(hidagg hidogg)], [qw(hidtwo hidtwa)], [qw(closed.hidfunc closer.hidfunc)], [qw(hidproc hidprac)], [qw(hidrows hidraws)] ],
	collation => [ [qw(app.hidcoll app.hidkoll)], [qw(hidother hidothen)], [qw(closed.hidcoll closer.hidcoll)] ],
	operator => [ [ 'app.<<<<', 'app.<<>>' ], [ 'closed.<<<<', 'closer.<<<<' ] ],
	role => [ [qw(hidrole hidrule)] ],
	configuration => [ [qw(app.hidconf app.hidkonf)], [qw(hidconf hidkonf)] ],
);

# Symbols, each with the texts that may stand for it, most of which fit where they
# stand; "wrong" is what does not.  Of a kind of name: what can be reached.
my %grammar = (
	relation => [qw(own open kept named app.own pg_class)],
	type => [qw(int text regclass regtype oid numeric pair int[] text[] regclass[] name unknown)],
	function => [qw(upper pg_typeof paired to_regclass max concat)],
	collation => [ '"C"', '"de-x-icu"' ],
	operator => [ 'pg_catalog.=', 'pg_catalog.<' ],
	role => ['postgres'],
	configuration => ['english'],
	literal => [ "'<relation>'", "'<relation>'", "'<type>'", "'<function>'", "'<configuration>'", "'<collation>'", "'<role>'", "'{<relation>}'", "'{<type>,int}'", "'{<role>=r/postgres}'", "'<role>=r/postgres'", "'(1,<relation>,)'", "'<function>()'", "'<type>[]'", "'<type>('" ],
	int => [ '1', 'o.id', 'k.id', "'1'", '(<int> + <int>)', 'abs(<int>)', 'COALESCE(<int>, <int>)', 'CASE WHEN <bool> THEN <int> ELSE <int> END', '(paired()).a', 'length(<text>)', '(<single>)', 'max(<int>) OVER ()', '(ARRAY[<int>])[<int>]', '$1', 'takes(<int>, <object>)', 'takes(r => <object>, a => <int>)' ],
	text => [ "'x'", 'o.name', 'c.relname', '<literal>', '(<object>)::text', 'upper(<text>)', '(<text> || <text>)', 'COALESCE(<text>, <text>)', "to_tsvector('<configuration>', <text>)::text", '(<text> COLLATE "C")', 'lag(<text>, 1, <text>) OVER ()', 'pg_typeof(<any>)::text', 'format_type(<int>::oid, NULL)', "ts_headline('<configuration>', <text>, 'a')", 'concat(<any>, <any>)' ],
	bool => [ 'true', '(<int> = <int>)', '(<text> IN (<text>, <text>))', '(<bool> AND <bool>)', '(<object> IN (<object>, <object>))', '(<objects> @> <objects>)', '(<objects> = <objects>)', '(<text> LIKE <text>)', 'EXISTS (<query>)', '(<int> OPERATOR(<operator>) <int>)',
		'(k IN (<literal>))', '(c.relacl @> <literal>)', '(c.relacl[1] = <literal>)', '(<int> #=# <literal>)',  '(<any> IS NULL)', '(<any> IS DISTINCT FROM <any>)', '(ROW(<any>, <any>) = ROW(<any>, <any>))', '(<int> BETWEEN <int> AND <int>)', '(<literal> = ANY (SELECT <objects>))', '(<kind> IN (<kind>, <literal>))', '(<in> IN (<in>, <literal>))' ],
	object => [ 'c.oid::regclass', 'k.relation', '<literal>', "'own'::regclass", 'COALESCE(<object>, <object>)', 'GREATEST(<object>, <object>)', 'NULLIF(<object>, NULL)', 'CASE WHEN <bool> THEN <object> ELSE <object> END', 'lag(<object>, 1, <object>) OVER ()', '(<objects>)[1]', '(k).relation', '<text>::regclass', '$1' ],
	objects => [ 'k.relations', 'ARRAY[<object>, <object>]', '<literal>', 'array_append(<objects>, <object>)', '(<objects> || <objects>)', 'array_remove(<objects>, <object>)', 'COALESCE(<objects>, <objects>)', 'ARRAY(SELECT <object>)' ],
	kind => [ 'pg_typeof(<any>)', 't.oid::regtype', '<literal>', 'COALESCE(<kind>, <kind>)' ],
	in => [ 't.typinput', '<literal>', 'COALESCE(<in>, <in>)' ],
	any => [ '<int>', '<text>', '<bool>', '<object>', '<objects>', '<kind>', '<in>', '<literal>', 'NULL', 'o', 'COALESCE(c.relacl, <literal>)', 'COALESCE(n.procedure, <literal>)', 'COALESCE(n.coll, <literal>)', 'COALESCE(n.operator, <literal>)', 'COALESCE(c.relnamespace::regnamespace, <literal>)',
		'NULL::<type>', '<function>(<any>)', '(<single>)' ],
	wrong => [ 'nosuch', 'nosuch', '(1 + true)', 'nosuch(1)', 'upper(1)', "'x'::int", 'x.nosuch', 'NULL::nosuch', 'CASE WHEN 1 THEN 2 END', 'max(max(1))', '(SELECT 1, 2)', '<relation>.id', "regtype '{'", '(1).nosuch', 'o.nosuch', '(<any>).upper', '(<object>).takes', '(o).nosuch', 'k.paired', 'h.id', 'pg_sleep(1)', 'xml <literal>', 'xmlparse(CONTENT 1)', '1 COLLATE nosuch' ],
	targets => [ '<any>', '(upper(<text>) COLLATE <collation>)', '(upper(<text>) COLLATE <collation>), <wrong>', '<any>, <wrong>', '<any>, <wrong>', '<wrong>, <any>', '<any>, <any>, <wrong>', 'o.*, <any>' ],
	from => [ ('own AS o, kept AS k, pg_class AS c, pg_type AS t, named AS n') x 8, 'own AS o, kept AS k, pg_class AS c, pg_type AS t, named AS n, <relation> AS h', 'pg_class AS c, own AS o JOIN kept AS k ON <bool>, pg_type AS t, named AS n', 'kept AS k CROSS JOIN <relation> AS h, pg_type AS t, pg_class AS c, own AS o, named AS n',
		'own AS o TABLESAMPLE bernoulli (<int>), kept AS k, pg_class AS c, pg_type AS t, named AS n', 'own AS o, kept AS k, pg_class AS c, pg_type AS t, named AS n, pg_partition_ancestors(<object>) AS h', 'own AS o, kept AS k, pg_class AS c, pg_type AS t, named AS n, nosuch' ],
	where => [ '', '', '', ' WHERE <bool>', ' WHERE <wrong>', ' WHERE <bool> AND <wrong>', ' GROUP BY <any>', ' ORDER BY <any>', ' ORDER BY <any> USING OPERATOR(<operator>)', ' LIMIT <int>', ' FOR UPDATE OF o' ],
	query => [ ('SELECT <targets> FROM <from><where>') x 6, 'SELECT <any>, <wrong> FROM <from> UNION SELECT <any>, <any> FROM <from>', 'SELECT <object>, 1 FROM <from> EXCEPT SELECT <object>, <wrong> FROM <from>', 'SELECT a, <wrong> FROM (SELECT <any> FROM <from>) AS s(a)', 'SELECT COALESCE(a, <literal>), <wrong> FROM (SELECT <object> AS a FROM <from>) AS s',
		'SELECT a, <wrong> FROM (VALUES (<object>), (<literal>)) AS v(a), <from>', 'WITH w(a) AS (SELECT <object> FROM <from>) SELECT COALESCE(a, <literal>), <wrong> FROM w', 'WITH RECURSIVE w(a, b) AS (SELECT <object>, 1 FROM <from> UNION ALL SELECT <literal>, <wrong> FROM w) SELECT 1 FROM w' ],
	single => [ 'SELECT <any>', 'SELECT <any> FROM <from>', 'SELECT <wrong>' ],
	set => [ "name = <text>, name = <wrong>", 'name = <text>', 'name = <wrong>' ],
	sets => [ 'relation = <object>, id = <wrong>', '(relation, id) = (<object>, <wrong>)', 'relations[1] = <object>, id = <int>', 'relations = <objects>, nosuch = 1', 'id = <wrong>, relation = <object>' ],
	returning => [ '', '', ' RETURNING <any>', ' RETURNING <any>, <wrong>' ],
	statement => [ ('<query>') x 10, 'INSERT INTO kept AS k VALUES (<int>, <object>, <wrong>)', 'INSERT INTO kept AS k VALUES (<int>, <object>), (<wrong>, <object>)', 'INSERT INTO kept (relation, id) SELECT <object>, <wrong> FROM <from>', 'INSERT INTO own AS o (id, name) VALUES (<int>, <wrong>) ON CONFLICT (id) DO UPDATE SET <set>',
		'INSERT INTO kept (relation) VALUES (<literal>) RETURNING <wrong>', "UPDATE kept AS u SET <sets> FROM <from>", 'UPDATE own AS o SET <set> WHERE <bool>', 'UPDATE own AS u SET <set> FROM <from> WHERE <bool>', 'DELETE FROM own AS d USING <from> WHERE <bool>', 'INSERT INTO <relation> VALUES (<wrong>)', 'UPDATE <relation> AS u SET <set> FROM <from>',
		'MERGE INTO kept AS u USING own AS o ON o.id = 1 WHEN MATCHED THEN UPDATE SET relation = <literal>, id = <wrong>', 'MERGE INTO kept AS u USING own AS o ON o.id = 1 WHEN NOT MATCHED THEN INSERT (relation, id) VALUES (<literal>, <wrong>)', 'EXPLAIN <query>', 'PREPARE a (<type>) AS <query>', 'DECLARE c CURSOR FOR <query>', 'COPY (<query>) TO STDOUT',
		'CALL <function>(<any>)', 'CREATE TABLE x AS <query>' ],
);
my %shortest = (int => '1', text => "'x'", bool => 'true', object => '<literal>', objects => '<literal>', kind => '<literal>', in => '<literal>', any => '<literal>', query => 'SELECT <wrong>', single => 'SELECT 1');
my @names;				# the hidden ones in the statement that is being made, as %1; %2; ...

sub made
{
	my ($symbol, $depth) = @_;
	if ($hidden{$symbol} && rand() < (@names ? 0.05 : 0.35))
	{
		push @names, $hidden{$symbol}[ rand @{ $hidden{$symbol} } ];
		return '%' . @names . ';';
	}
	my $text = $depth > 4 && $shortest{$symbol} ? $shortest{$symbol} : $grammar{$symbol}[ rand @{ $grammar{$symbol} } ];
	return $text =~ s/<(\w+)>/made($1, $depth + 1)/ger;
}

my $w = Wire->connect(open_conversation('p'));

sub answer
{
	my ($template, $which, $in, $prepared, $type) = @_;
	my $statement = $template =~ s/%(\d+);/$names[$1 - 1][$which]/gr;
	my $r;
	$statement = sprintf $in, $statement;
	if ($prepared)
	{
		$w->parse('', $statement, $type);
		$w->message('D', "S\0");
		$r = $w->sync;
	}
	else
	{
		$r = $w->query($statement);
		$w->query('ROLLBACK; DEALLOCATE ALL');
	}
	my @said = map { my $e = $_; join ' ', map { "$_=$e->{$_}" } sort keys %$e } @{ $r->{errors} };
	my $said = join "\n", $r->{types}, @{ $r->{tags} }, @{ $r->{columns} }, (map { join '|', map { $_ // '' } @$_ } @{ $r->{rows} }), @said;
	# names are told from others by their places in the statement
	for my $name (map { my $n = $_->[$which]; split /[.]/, $n } @names)
	{
		$said =~ s/\Q$name\E/NAME/gi unless $name eq 'app';
	}
	return ($said, $statement);
}

my ($different, %codes) = (0);
for (1 .. $statements)
{
	@names = ();
	my $template = made('statement', 0);
	redo unless @names;
	# as it is, described, in a function or in a preview
	my $in = (('%s') x 6, 'SELECT does($asb$%s$asb$)', 'SELECT * FROM agentsandbox.preview($asb$%s$asb$)')[ rand 8 ];
	my $prepared = $template !~ /^COPY/ && rand > 0.5;
	my $type = (0, 2205, 25)[ rand 3 ];
	my @answers = map { [ answer($template, $_, $in, $prepared, $type) ] } 0, 1;
	my ($code) = $answers[0][0] =~ /\bC=(\w+)/;
	$codes{ $code // 'none' }++;
	next if $answers[0][0] eq $answers[1][0];
	$different++;
	diag($prepared ? "described, a parameter of type $type: " : '', "$answers[0][1]\n$answers[0][0]\n$answers[1][0]\n") if $different <= 5;
}
cmp_ok(scalar keys %codes, '>', 5, 'answers of several kinds') or diag(explain(\%codes));
is($different, 0, "none is answered otherwise than one with names of nothing (seed $seed)");
note(join ', ', map { "$_ $codes{$_}" } sort { $codes{$b} <=> $codes{$a} } keys %codes);
done_testing();
