-- The twins of the server's search functions: honest searches work, with their
-- indexes, and hopeless ones are refused before they start.
\set SHOW_CONTEXT never
\set VERBOSITY terse

-- one for each, alike in all that matters to the planner
SELECT count(*) AS twins,
       bool_and(t.provolatile = p.provolatile AND t.proisstrict = p.proisstrict AND t.proretset = p.proretset AND
                t.prosupport = p.prosupport AND t.prorettype = p.prorettype AND t.pronargdefaults = p.pronargdefaults AND
                t.proparallel = p.proparallel AND t.prosrc = 'asb_bounded') AS alike
FROM agentsandbox.server_functions() s
JOIN pg_proc p ON p.oid = s.function
LEFT JOIN pg_proc t ON t.pronamespace = 'agentsandbox'::regnamespace AND t.proname = 'bounded_' || p.proname AND t.proargtypes = p.proargtypes
WHERE s.reason = (SELECT reason FROM agentsandbox.server_functions() WHERE signature = 'strpos(text,text)');

-- ... and one for each of their operators that has a negator, whose negator is a twin
SELECT count(*) AS operators,
       bool_and(t.oprrest = o.oprrest AND t.oprjoin = o.oprjoin AND n.oprnamespace = t.oprnamespace AND n.oprname = p.oprname) AS alike,
       bool_and(f.prosrc = 'asb_bounded') AS bounded
FROM agentsandbox.server_functions() s
JOIN pg_operator o ON o.oprcode = s.function AND o.oprnamespace = 'pg_catalog'::regnamespace
JOIN pg_operator p ON p.oid = o.oprnegate
LEFT JOIN pg_operator t ON t.oprnamespace = 'agentsandbox'::regnamespace AND t.oprname = o.oprname AND t.oprleft = o.oprleft AND t.oprright = o.oprright
LEFT JOIN pg_operator n ON n.oid = t.oprnegate
LEFT JOIN pg_proc f ON f.oid = t.oprcode
WHERE s.reason = (SELECT reason FROM agentsandbox.server_functions() WHERE signature = 'strpos(text,text)');

CREATE TABLE regress_t (v text PRIMARY KEY);
INSERT INTO regress_t SELECT 'value ' || n FROM generate_series(1, 5000) n;
CREATE INDEX regress_t_pattern ON regress_t (v text_pattern_ops);
ANALYZE regress_t;
CREATE TABLE regress_list (id int, list int[], list_json jsonb);
CREATE INDEX ON regress_list USING gin (list);
CREATE INDEX ON regress_list USING gin (list_json);
INSERT INTO regress_list SELECT g, ARRAY[g, g + 1], jsonb_build_object('a', g) FROM generate_series(1, 10000) g;
INSERT INTO regress_list SELECT 0, array_agg(g), jsonb_agg(g) FROM generate_series(1, 30000) g;
ANALYZE regress_list;
CREATE VIEW regress_v AS SELECT length(replace(repeat('a', 100000), repeat('b', 3000), '')) AS made_by_the_administrator;
SELECT agentsandbox.create_profile('regress_agent', allow_explain => true);
GRANT SELECT ON regress_t, regress_list, regress_v TO regress_agent;
SELECT format('user=%s password=%s', role, password) AS conninfo FROM agentsandbox.open_conversation('regress_agent') \gset
\set superuser :USER
\c -reuse-previous=on :"conninfo"

SELECT 'mine' LIKE '%ine', 'mine' NOT LIKE '%ine', 'mine' ILIKE 'MI%', 'mine' NOT ILIKE 'x', 'mine' LIKE ANY (ARRAY['x', 'm%']), 'mine'::bytea LIKE 'm%'::bytea, 'x'::char(3) LIKE 'x%';
SELECT replace('mine', 'm', 'n'), translate('abc', 'b', 'x'), split_part('a-b', '-', 2), strpos('abc', 'c'), position('b' IN 'abc'), btrim('xxaxx', 'x'), trim(leading 'x' from 'xa');
SELECT string_to_array('a,b', ','), string_to_array('ab', NULL), string_to_array('a,b', ',', 'b'), normalize('a'), normalize(U&'\0061\0308', nfc) IS NFC NORMALIZED AS nfc;
SELECT * FROM string_to_table('a,b', ',');
SELECT ARRAY[1,2] && ARRAY[2,3], ARRAY['a','b'] @> ARRAY['a'], ARRAY[1] <@ ARRAY[2], '{"a": 1}'::jsonb @> '{"a": 1}', '{"a": 1}'::jsonb - '{a}'::text[];
SELECT v FROM regress_t WHERE v IN (SELECT g FROM unnest(string_to_array('value 1,value 2', ',')) g) ORDER BY 1;
SELECT NULLIF('a' LIKE 'a', true), 'a' LIKE 'b' IS DISTINCT FROM true;
EXPLAIN (COSTS off) SELECT v FROM regress_t WHERE v LIKE 'value 12%';
EXPLAIN (COSTS off) SELECT v FROM regress_t WHERE v LIKE 'value 12%' OR v LIKE 'value 13%' AND NOT v LIKE '%4';
SELECT NOT v LIKE '%1', NOT v NOT LIKE '%1', NOT v LIKE ANY ('{%1,%2}'), (v LIKE '%1') = false, (v LIKE '%1') <> true FROM (VALUES ('1'), ('2'), ('3'), (NULL)) t (v);
SELECT count(*) FROM regress_t WHERE NOT (v LIKE '%1' OR v ILIKE '%2' AND NOT v LIKE ANY ('{%3,%4}'));
SELECT count(*) FROM (SELECT v, v NOT LIKE '%1' AS other FROM regress_t) s WHERE other;
SELECT count(*) FROM regress_t WHERE NOT (v NOT LIKE '%1') AND (v NOT ILIKE '%2') IS NOT FALSE AND (v !~~ ALL ('{%2,%3}')) = true;
SELECT count(*) FROM regress_t t LEFT JOIN regress_t u ON t.v = u.v AND NOT (t.v NOT LIKE u.v || '%') WHERE (u.v LIKE '%1') IS NOT TRUE;
EXPLAIN (COSTS off) SELECT v FROM (SELECT v, v LIKE 'value 12%' AS found, v NOT LIKE '%4' AS other FROM regress_t) s WHERE found AND NOT other;
SELECT id FROM regress_list WHERE '{1,2,3}' @> list OR '{"a": [1, 2], "b": 1}' <@ list_json;
SELECT count(*) FROM generate_series(1, 10000) g WHERE g = ANY (ARRAY(SELECT 2 * h FROM generate_series(1, 3000) h));
PREPARE list (bigint[]) AS SELECT count(*), count(*) FILTER (WHERE g <> ALL ($1)) FROM generate_series(1, 10000) g WHERE g = ANY ($1);
SELECT array_agg(2 * h) AS many, array_agg(4) AS same FROM generate_series(1, 3000) h \gset
EXECUTE list (:'many');
EXECUTE list (:'same');
SELECT '{"a": 1}'::jsonb ?| '{a,b}', '{"a": 1}'::jsonb ?& '{a,b}', to_date('2020-01-02', 'YYYY-MM-DD'), to_timestamp('05 Dec 2000', 'DD Mon YYYY') = '2000-12-05';
SELECT '[1,2,3]'::jsonb @? '$[*] ? (@ > 2)', '[1]'::jsonb @@ '$[0] == 1', jsonb_path_query_array('[1,2,3]', '$[*] ? (@ > $min)', '{"min": 1}'), jsonb_path_exists_tz('[]', '$');
SELECT * FROM jsonb_path_query('[1,2,3]', '$[*]') v;
SELECT g, jsonb_path_query('[1,2]', '$[*]') FROM generate_series(1, 2) g;
SELECT ts_rank(v, 'cat & fat') > 0, ts_rank('{1,1,1,1}', v, 'ca:* | dog', 1) > 0, ts_rank(v, '') FROM to_tsvector('simple', 'fat cat') v;

-- hopeless: at once, wherever it stands
SELECT repeat('a', 1000000) LIKE '%' || repeat('b', 30000) || '%';
SELECT repeat('a', 1000000) LIKE ANY (ARRAY['%' || repeat('b', 30000) || '%']);
SELECT NOT (a LIKE b), count(*) FROM (SELECT repeat('a', 1000000) AS a, '%' || repeat('b', 30000) AS b OFFSET 0) s GROUP BY 1;
SELECT (a LIKE b) = false FROM (SELECT repeat('a', 1000000) AS a, '%' || repeat('b', 30000) AS b OFFSET 0) s;
SELECT NOT a ILIKE ANY (ARRAY[b]) FROM (SELECT repeat('a', 1000000) AS a, '%' || repeat('b', 30000) AS b OFFSET 0) s;
SELECT count(*) FROM (SELECT repeat('a', 1000000) AS a, '%' || repeat('b', 30000) AS b OFFSET 0) s WHERE NOT (a LIKE b OR a IS NULL);
SELECT NOT found FROM (SELECT a::bytea LIKE b::bytea AS found FROM (SELECT repeat('a', 1000000) AS a, '%' || repeat('b', 30000) AS b OFFSET 0) s) t;
SELECT count(*) FROM (SELECT array_agg(g) AS searched FROM generate_series(1, 30000) g OFFSET 0) s, regress_list WHERE searched @> list AND id = 0;
SELECT count(*) FROM (SELECT array_agg(g) AS searched FROM generate_series(1, 30000) g OFFSET 0) s JOIN regress_list ON searched @> list;
SELECT array_agg(h * 4294967297) AS alike, string_agg((h * 4294967297)::text, ',') AS alike_text FROM generate_series(1, 3000) h \gset
EXECUTE list (:'alike');
SELECT 1 = ANY (:'alike'::bigint[]);
SELECT 1 = ANY (ARRAY[:'alike'::bigint[]]);
SELECT count(*) FROM generate_series(1, 2) g WHERE g::bigint <> ALL (string_to_array(:'alike_text', ',')::bigint[]);
SELECT count(*) FROM generate_series(1, 2) g WHERE g::bigint IN (:alike_text);
SELECT strpos(repeat('a', 1000000), repeat('b', 30000));
SELECT length(replace(repeat('a', 1000000), repeat('b', 30000), ''));
SELECT length(normalize(repeat('a', 20000)));
SELECT array_agg(g) && array_agg(-g) FROM generate_series(1, 30000) g;
SELECT count(*) FROM string_to_table(repeat('a', 1000000), repeat('b', 30000));
SELECT count(*) FROM regress_t WHERE v LIKE repeat('a', 100000000);
SELECT to_jsonb(array_agg('a' || g)) ?| array_agg('b' || g) FROM generate_series(1, 30000) g;
SELECT to_date(repeat('1', 100000), repeat('Y', 100000));
SELECT jsonb_path_query(to_jsonb(repeat('1', 1000000)), ('$.datetime("' || repeat('Y', 1000000) || '")')::jsonpath);
SELECT jsonb_path_exists('[]', ('$v.datetime("' || repeat('Y', 1000000) || '")')::jsonpath, jsonb_build_object('v', repeat('1', 1000000)));
SELECT ts_rank(string_agg(format('w%s:%s', g, (SELECT string_agg(p::text, ',') FROM generate_series(1, 255) p)), ' ')::tsvector,
               string_agg('w' || g, ' & ')::tsquery) FROM generate_series(1, 500) g;
PREPARE p (text) AS SELECT strpos(repeat('a', 1000000), $1);
EXECUTE p ('b');
EXECUTE p (repeat('b', 30000));
EXECUTE p (replace(repeat('a', 1000000), repeat('b', 30000), ''));
EXECUTE p (to_date('2024', 'YYYY')::text);
SELECT strpos(repeat('a', 1000000), repeat('b', 200));

-- what an administrator wrote runs as it was written
SELECT * FROM regress_v;

\c -reuse-previous=on sandbox :superuser
SELECT count(*) FROM agentsandbox.conversations c, agentsandbox.close_conversation(c.id) WHERE state = 'open';
DROP TABLE regress_t, regress_list;
DROP VIEW regress_v;
SELECT agentsandbox.drop_profile('regress_agent');
