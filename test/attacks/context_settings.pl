# Values of the context that mean something else to a session with other
# settings: the agent chooses TimeZone, DateStyle and IntervalStyle, and so would
# choose its rows.
use strict;
use warnings;
use AgentSandbox;
use Test::More;

sql(<<~'SQL');
	CREATE TABLE event (at timestamptz);
	INSERT INTO event SELECT '2026-01-10 00:00Z'::timestamptz + day * interval '1 day' FROM generate_series(-10, 2) day;
	CREATE POLICY recent ON event USING (at >= agentsandbox.context('since', NULL::timestamptz));
	ALTER TABLE event ENABLE ROW LEVEL SECURITY;
	CREATE TABLE holiday (on_day date);
	INSERT INTO holiday VALUES ('2026-02-01'), ('2026-01-02');
	SELECT agentsandbox.protect('holiday', 'on_day', 'day');
	CREATE TABLE span (length interval);
	INSERT INTO span VALUES ('-1 day +02:00:00'), ('-1 day -02:00:00');
	SELECT agentsandbox.protect('span', 'length', 'span');
	SELECT agentsandbox.create_profile('p');
	GRANT SELECT ON event, holiday, span TO p;
	SQL
my $c = open_conversation('p', '{"since": "2026-01-10 00:00", "day": "01/02/2026", "span": "-1 02:00:00"}');
my $rows = q(SELECT (SELECT count(*) FROM event), (SELECT extract(month FROM on_day) FROM holiday), (SELECT extract(hours FROM length) FROM span));

is(sql_as($c, $rows), '3|1|2', 'times without a zone are UTC, dates as in ISO 8601 or with the month first');
is(sql_as($c, "SET $_; $rows"), '3|1|2', "... after SET $_") for (
	q(TimeZone = 'ABC-167'), q(TimeZone = '150'), q(DateStyle = 'SQL, DMY'), q(IntervalStyle = 'sql_standard'));
is(sql_as($c, q(SET TimeZone = 'ABC-167'; SET DateStyle = 'German'; SELECT count(*) FROM event; SHOW TimeZone; SELECT '01.02.2026'::date)),
	"3\nABC-167\n01.02.2026", 'what the agent has set holds for its own');
$ENV{PGOPTIONS} = '-c TimeZone=ABC-167 -c DateStyle=SQL,DMY';
is(sql_as($c, $rows), '3|1|2', '... nor when they were set at connect');
done_testing();
