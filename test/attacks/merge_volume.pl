# A MERGE that writes without end: its rows are counted by what it did, which is
# to be looked at while it still does it.
use strict;
use warnings;
use AgentSandbox;
use Test::More;

sql(<<~'SQL');
	CREATE TABLE t (a int, b text);
	ALTER TABLE t ALTER b SET STORAGE EXTERNAL;
	SELECT agentsandbox.create_profile('p', bytes_changed_total => 1000000, rows_changed => 1000, rows_changed_total => 1900);
	GRANT SELECT, INSERT, UPDATE, DELETE ON t TO p;
	SQL
sub position { return sql(q(SELECT pg_current_wal_insert_lsn() - '0/0')) }
my $merge = 'MERGE INTO t USING generate_series(1, %d) g ON t.a = g WHEN MATCHED THEN UPDATE SET b = b WHEN NOT MATCHED THEN INSERT VALUES (g, %s)';

my $before = position();
refused(open_conversation('p'), sprintf($merge, 900, q(repeat('x', 50000))), '53400', 'it ends at the limit of bytes');
cmp_ok(position() - $before, '<', 2_000_000, '... when it is reached');

my $c = open_conversation('p');
$before = position();
refused($c, sprintf($merge, 1_000_000, q('x')), '54000', 'it ends at the limit of rows');
cmp_ok(position() - $before, '<', 1_000_000, '... when it is reached');
refused($c, sprintf('WITH s AS (SELECT 1) ' . $merge, 1_000_000, q('x')), '53400', '... and at that of all rows, those that failed included');

$c = open_conversation('p');
is(sql_as($c, sprintf($merge, 900, q('x'))), '', 'one that stays within them works');
is(sql_as($c, sprintf($merge, 900, q('x'))), '', '... in the other way');
is(sql_as($c, 'SELECT count(*) FROM t'), '900', '... and did so');
poll_is("SELECT rows_changed FROM agentsandbox.usage WHERE conversation = '$c->{conversation}'", '1800', 'its rows are counted, each once');
done_testing();
