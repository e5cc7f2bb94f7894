# A session that could not look up where the row of its conversation is reads it
# at its next statement, and does not go by what it had read before.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use AgentSandbox;
use Test::More;
use Wire;

sql(<<~'SQL');
	CREATE TABLE t AS SELECT g AS a FROM generate_series(1, 3) g;
	SELECT agentsandbox.create_profile('p', statement_time => '500 ms');
	GRANT SELECT ON t TO p;
	SQL
my $c = open_conversation('p');

my $agent = Wire->connect($c);
my $owner = Wire->connect({ role => $ENV{PGUSER} });
# The SQLSTATEs of a session's errors, and of those while nobody can look up relations.
sub code { my ($w, $sql) = @_; return join ' ', map { $_->{C} } @{ $w->query($sql)->{errors} } }
sub code_while_locked
{
	my ($w, $sql) = @_;
	$owner->query('BEGIN; LOCK TABLE pg_catalog.pg_class');
	my $code = code($w, $sql);
	$owner->query('ROLLBACK');
	return $code;
}

is(code($agent, 'SELECT a FROM t'), '', 'a conversation reads three rows');
sql(q(SELECT agentsandbox.alter_profile('p', rows_returned => 2);
	ALTER TABLE agentsandbox.conversation_records SET (fillfactor = 99)));
isnt(code_while_locked($agent, 'SELECT 1'), '', 'it cannot look up where its row is');
is(code($agent, 'SELECT a FROM t'), '54000', '... and then has the new limit');

my $admin = Wire->connect({ role => $ENV{PGUSER} });
is(code($admin, "SET statement_timeout = '500 ms'; SET ROLE $c->{role}"), '', 'an administrator becomes the role');
sql(q(ALTER TABLE agentsandbox.conversation_records SET (fillfactor = 98)));
isnt(code_while_locked($admin, 'SELECT a FROM t'), '', 'it cannot look up its row for the first time');
is(code($admin, 'SELECT pg_sleep(0)'), '42501', '... and then is confined');
done_testing();
