# A foreign table that is written before another session of the conversation
# reads what has a label: COMMIT is refused, but the foreign-data wrapper, whose
# own callback comes with its first connection, may have committed there already.
use strict;
use warnings;
use AgentSandbox;
use PsqlSession;
use Test::More;

sql(<<~"SQL");
	CREATE DATABASE elsewhere;
	\\c elsewhere
	CREATE TABLE told (v text);
	\\c $ENV{PGDATABASE}
	CREATE EXTENSION postgres_fdw;
	CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '$ENV{PGHOST}', port '$ENV{PGPORT}', dbname 'elsewhere');
	CREATE USER MAPPING FOR PUBLIC SERVER elsewhere OPTIONS (user 'postgres', password_required 'false');
	CREATE FOREIGN TABLE told (v text) SERVER elsewhere;
	CREATE TABLE here (v text);
	CREATE TABLE secret (v text);
	SECURITY LABEL FOR agentsandbox ON TABLE secret IS 'private';
	SELECT agentsandbox.create_profile('p', allow_copy => true);
	GRANT SELECT ON secret TO p;
	GRANT SELECT, INSERT ON told, here TO p;
	SQL

for (
	[ 'INSERT', q(INSERT INTO told VALUES ('bit')) ],
	[ 'COPY', "\n\\copy told FROM PROGRAM 'echo bit'" ],
	[ 'INSERT after a local one', q(INSERT INTO here VALUES ('x'); INSERT INTO told VALUES ('bit')) ],
	[ 'INSERT after one that was committed', q(INSERT INTO told VALUES ('first'); COMMIT; BEGIN; INSERT INTO told VALUES ('bit')) ],
	[ 'INSERT, then a read', q(INSERT INTO told VALUES ('bit'); SELECT count(*) FROM told WHERE v = 'x') ])
{
	my ($name, $write) = @$_;
	my $c = open_conversation('p');
	my ($writer, $reader) = map { PsqlSession->new(conninfo($c)) } 1 .. 2;

	$writer->run("BEGIN; $write");
	is($reader->run('SELECT count(*) FROM secret'), '0', "$name: another session reads");
	is($writer->run('COMMIT'), undef, '... COMMIT is refused');
	is($writer->error, '42501', '... for the label');
	is(sql("\\c elsewhere\nSELECT count(*) FROM told WHERE v = 'bit'"), '0', '... and nothing was committed elsewhere');
}
done_testing();
