# A MERGE that needs no SELECT on its target, because no condition names a
# column of it: how many rows of the source find a match tells how many the
# target has.
use strict;
use warnings;
use AgentSandbox;
use Test::More;

sql(<<~'SQL');
	CREATE TABLE outbox (x int);
	CREATE TABLE secret (x int);
	INSERT INTO secret VALUES (1);
	SELECT agentsandbox.create_profile('p');
	GRANT INSERT ON outbox TO p;
	GRANT SELECT, INSERT ON secret TO p;
	SECURITY LABEL FOR agentsandbox ON TABLE secret IS 'private';
	SQL
my $merge = 'MERGE INTO %s USING (VALUES (1)) v(a) ON %s WHEN NOT MATCHED THEN INSERT VALUES (2)';

my $c = open_conversation('p');
sql_as($c, sprintf $merge, 'secret', 'true');
is(labels_of($c), 'private', 'whether a table has rows has its label');

$c = open_conversation('p');
refused($c, sprintf($merge, 'secret', '1 / (random() * 0)::int = 1'), '22012', 'an error that is raised if it has');
is(labels_of($c), 'private', '... has it too');

$c = open_conversation('p');
is(sql_as($c, sprintf q(SELECT raises FROM agentsandbox.preview('%s')), sprintf $merge, 'secret', 'true'), '{private}', 'preview() tells');
is(labels_of($c), '', '... and raises nothing');

like(refused($c, sprintf($merge, 'outbox', 'true'), '42501', 'a table that may be written, but not read'),
	qr/SELECT on relation "outbox" is not granted/, '... is not read by a MERGE');
refused($c, 'MERGE INTO outbox USING (VALUES (1)) v(a) ON true WHEN MATCHED THEN DO NOTHING', '42501', '... that does nothing either');
done_testing();
