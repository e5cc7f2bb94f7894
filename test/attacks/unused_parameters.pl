# Bind has the input function of a parameter's type run on the client's value:
# regclass looks names up, a domain runs its checks, xml its parser.  What no
# gate judges, as it is no statement, or leaves, or comes in a failed
# transaction, would do that for any type: so it has no parameters.
use strict;
use warnings;

use AgentSandbox;
use Test::More;
use Wire;

sql(<<~'SQL');
	SELECT agentsandbox.create_profile('p', search_path => 'app');
	CREATE SCHEMA app;
	GRANT USAGE ON SCHEMA app TO p;
	CREATE TABLE app.hidden (id int, name text);
	CREATE TYPE app.hidtype AS ENUM ('a');
	CREATE DOMAIN app.hiddom AS int CHECK (VALUE > 0);
	CREATE ROLE pooler LOGIN PASSWORD 'p';
	GRANT agentsandbox_pool TO pooler;
	SQL
my $who = open_conversation('p');
my $w = Wire->connect($who);

# a value that there is, and one that there is none
my %values = (2205 => [qw(app.hidden app.hiden)], 4096 => [qw(postgres postgre)], 24 => [qw(pg_sleep pg_slep)], 142 => [ '<a/>', '<a' ], 25 => [qw(a b)]);
my %number = map { split /\|/ } split /\n/, sql(q{SELECT typname, oid FROM pg_type WHERE typname IN ('hidden', 'hidtype', 'hiddom')});
@values{@number{qw(hidden hidtype hiddom)}} = ([ '(1,a)', '(1)' ], [qw(a b)], [ 1, -1 ]);

sub said { my ($r) = @_; return join ' ', map { "$_->{C} $_->{M}" } @{ $r->{errors} }; }

# a statement that leaves: is told so
for my $text ('COMMIT', 'ROLLBACK', '/* */ END', 'ROLLBACK AND CHAIN', 'RESET ROLE', 'SET ROLE NONE', 'RESET SESSION AUTHORIZATION')
{
	for my $type (sort keys %values)
	{
		for my $value (@{ $values{$type} })
		{
			$w->parse('', $text, $type);
			$w->bind('', '', [$value]);
			is(said($w->sync), '08P01 this text cannot have parameters', "$text with a value of type $type");
		}
	}
}

# ... also in a failed transaction, where it could be prepared for later
for my $text ('ROLLBACK', 'COMMIT', 'ROLLBACK TO s', 'PREPARE TRANSACTION \'t\'')
{
	$w->query('BEGIN; SAVEPOINT s; SELECT 1/0');
	$w->parse('later', $text, 2205);
	is(said($w->sync), '08P01 this text cannot have parameters', "$text in a failed transaction");
	$w->query('ROLLBACK');
	$w->bind('', 'later', ['app.hidden']);
	like(said($w->sync), qr/^26000 /, '... is not there afterwards');
}

# what is no statement: there is no more session
for my $text ('', ' ', ';', "-- a\n", '/* a */ ; --', "\f\n;;")
{
	for my $name ('', 'later')
	{
		for my $as ($who, { role => 'pooler', password => 'p' })
		{
			my $other = Wire->connect($as);
			$other->parse($name, $text, 2205);
			$other->bind('', $name, ['app.hidden']);
			$other->message('S', '');
			my $r = $other->collect;
			is(said($r) . $r->{types}, '08P01 this text cannot have parametersE', "no statement ('$text', $name) as $as->{role}");
			ok($r->{gone}, '... ends the session');
		}
	}
}

# since 16 the server analyzes this with parameters of its own, and then forgets those of the message
my $explainer = do { sql(q(SELECT agentsandbox.create_profile('e', allow_explain => true))); Wire->connect(open_conversation('e')) };
for my $value (@{ $values{2205} })
{
	$explainer->parse('', "EXPLAIN (GENERIC_PLAN) SELECT '$value'", 2205);
	$explainer->bind('', '', [$value]);
	is(said($explainer->sync), '42501 option "generic_plan" is not allowed here', "EXPLAIN (GENERIC_PLAN) with $value");
}
is(said($explainer->query('EXPLAIN (GENERIC_PLAN) SELECT $1')), '42501 option "generic_plan" is not allowed here', '... and without parameters, since 16')
	if sql('SHOW server_version_num') >= 160000;
is(said($explainer->query('EXPLAIN (COSTS off) SELECT 1')), '', '... while others work');

# what drivers send goes on
for (['', '12IZ'], [ ' -- ping', '12IZ' ], [ ';', '12IZ' ], [ 'BEGIN', '12CZ' ], [ 'COMMIT', '12CZ' ], [ '/* a */ SELECT $1', '12DCZ', 23, 7 ], [ "\n(SELECT \$1)", '12DCZ', 25, 'x' ], [ 'BEGIN', '12CZ', 25, 'x' ])
{
	my ($text, $types, $type, $value) = @$_;
	$w->parse('', $text, $type // ());
	$w->bind('', '', [ $value // () ]);
	$w->execute('', 0);
	my $r = $w->sync;
	is($r->{types}, $types, "'$text' works") or diag said($r);
}
done_testing();
