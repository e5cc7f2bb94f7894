# Functions that compare or hash values of a type run where no operator is named:
# in GREATEST(), and in arrays, rows and ranges of the type.  They are listed, and
# what they lead to.
use strict;
use warnings;
use AgentSandbox;
use Test::More;

sql(<<~'SQL');
	SELECT agentsandbox.create_profile('p');
	CREATE TABLE log (what text);
	CREATE TYPE mood AS ENUM ('bad', 'good');
	CREATE FUNCTION mood_eq(mood, mood) RETURNS boolean LANGUAGE sql SECURITY DEFINER BEGIN ATOMIC INSERT INTO log VALUES ('eq'); SELECT enum_eq($1, $2); END;
	CREATE FUNCTION mood_lt(mood, mood) RETURNS boolean LANGUAGE sql SECURITY DEFINER BEGIN ATOMIC INSERT INTO log VALUES ('lt'); SELECT enum_lt($1, $2); END;
	CREATE FUNCTION mood_le(mood, mood) RETURNS boolean LANGUAGE sql BEGIN ATOMIC SELECT enum_le($1, $2); END;
	CREATE FUNCTION mood_gt(mood, mood) RETURNS boolean LANGUAGE sql BEGIN ATOMIC SELECT enum_gt($1, $2); END;
	CREATE FUNCTION mood_ge(mood, mood) RETURNS boolean LANGUAGE sql BEGIN ATOMIC SELECT enum_ge($1, $2); END;
	CREATE FUNCTION mood_cmp(mood, mood) RETURNS int LANGUAGE sql SECURITY DEFINER BEGIN ATOMIC INSERT INTO log VALUES ('cmp'); SELECT enum_cmp($1, $2); END;
	CREATE FUNCTION mood_hash(mood) RETURNS int LANGUAGE sql SECURITY DEFINER BEGIN ATOMIC INSERT INTO log VALUES ('hash'); SELECT 1; END;
	CREATE FUNCTION mood_ne(mood, mood) RETURNS boolean LANGUAGE sql BEGIN ATOMIC SELECT enum_ne($1, $2); END;
	CREATE OPERATOR = (FUNCTION = mood_eq, LEFTARG = mood, RIGHTARG = mood, NEGATOR = <>);
	CREATE OPERATOR <> (FUNCTION = mood_ne, LEFTARG = mood, RIGHTARG = mood, NEGATOR = =);
	CREATE OPERATOR < (FUNCTION = mood_lt, LEFTARG = mood, RIGHTARG = mood);
	CREATE OPERATOR <= (FUNCTION = mood_le, LEFTARG = mood, RIGHTARG = mood);
	CREATE OPERATOR > (FUNCTION = mood_gt, LEFTARG = mood, RIGHTARG = mood);
	CREATE OPERATOR >= (FUNCTION = mood_ge, LEFTARG = mood, RIGHTARG = mood);
	CREATE OPERATOR CLASS mood_btree DEFAULT FOR TYPE mood USING btree AS
	    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 mood_cmp(mood, mood);
	CREATE OPERATOR CLASS mood_hash DEFAULT FOR TYPE mood USING hash AS OPERATOR 1 =, FUNCTION 1 mood_hash(mood);
	GRANT USAGE ON TYPE mood TO p;
	SQL
my $c = open_conversation('p');
sub logged { return sql(q(WITH gone AS (DELETE FROM log RETURNING what) SELECT string_agg(DISTINCT what, ' ') FROM gone)) }

refused($c, q(SELECT 'bad'::mood < 'good'::mood), '42883', 'an operator of the type is not granted');
refused($c, q(WITH RECURSIVE r (a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM r WHERE a < 3)
	CYCLE a SET mark TO mood 'good' DEFAULT mood 'bad' USING path SELECT a FROM r), '42883', '... nor can it be used by CYCLE');
sql_as($c, q(WITH RECURSIVE r (a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM r WHERE a < 3) CYCLE a SET mark USING path SELECT a FROM r));
sql_as($c, q(SELECT GREATEST('bad'::mood, 'good'::mood)));
is(logged(), 'cmp', 'GREATEST() compares all the same');
sql_as($c, q(SELECT ARRAY['bad'::mood] = ARRAY['good'::mood], ARRAY['bad'::mood] < ARRAY['good'::mood]));
is(logged(), 'cmp eq', 'so do arrays');
sql_as($c, q(SELECT x, count(*) FROM (VALUES (ARRAY['bad'::mood]), (ARRAY['good'::mood])) v (x) GROUP BY x));
like(logged(), qr/hash|cmp/, '... which are grouped');

my $functions = q(SELECT string_agg(DISTINCT identity, ' ') FROM agentsandbox.surface('p') WHERE class = 'function' AND identity ~ 'mood');
is(sql($functions), join(' ', map { "public.mood_$_" } 'cmp(public.mood,public.mood)', 'eq(public.mood,public.mood)', 'gt(public.mood,public.mood)',
		'hash(public.mood)', 'lt(public.mood,public.mood)'), 'the functions are listed');
is(sql(q(SELECT string_agg(DISTINCT privilege, ' ') FROM agentsandbox.surface('p') WHERE class = 'relation' AND identity = 'public.log')), 'INSERT', '... and what they do');
done_testing();
