-- name: gaps and islands of purchase months
WITH months AS (SELECT DISTINCT customer_id, (extract(year FROM invoice_date) * 12 + extract(month FROM invoice_date))::int AS m FROM invoice), islands AS (SELECT customer_id, m, m - row_number() OVER (PARTITION BY customer_id ORDER BY m) AS g FROM months) SELECT customer_id, min(m), max(m), count(*) FROM islands GROUP BY customer_id, g HAVING count(*) > 1 ORDER BY 1, 2 LIMIT 10;
-- name: sessions by a pause of half an hour
WITH marked AS (SELECT at, kind, CASE WHEN at - lag(at) OVER (PARTITION BY kind ORDER BY at) > interval '150 minutes' THEN 1 ELSE 0 END AS starts FROM events), numbered AS (SELECT *, sum(starts) OVER (PARTITION BY kind ORDER BY at ROWS UNBOUNDED PRECEDING) AS session FROM marked) SELECT kind, session, count(*), max(at) - min(at) FROM numbered GROUP BY 1, 2 ORDER BY 1, 2 LIMIT 5;
-- name: crosstab by filter
SELECT billing_country, sum(total) FILTER (WHERE extract(quarter FROM invoice_date) = 1) AS q1, sum(total) FILTER (WHERE extract(quarter FROM invoice_date) = 2) AS q2, sum(total) FILTER (WHERE extract(quarter FROM invoice_date) = 3) AS q3, coalesce(sum(total) FILTER (WHERE extract(quarter FROM invoice_date) = 4), 0) AS q4 FROM invoice GROUP BY ROLLUP (billing_country) ORDER BY 1 NULLS LAST LIMIT 6;
-- name: crosstab to json
SELECT jsonb_object_agg(y, m) FROM (SELECT extract(year FROM invoice_date)::text AS y, jsonb_object_agg(to_char(invoice_date, 'Mon'), total) AS m FROM (SELECT DISTINCT ON (date_trunc('month', invoice_date)) invoice_date, total FROM invoice ORDER BY date_trunc('month', invoice_date), invoice_id) s GROUP BY 1) t;
-- name: pareto
SELECT genre_id, rev, round(100 * sum(rev) OVER (ORDER BY rev DESC, genre_id) / sum(rev) OVER (), 2) AS cum FROM (SELECT genre_id, sum(il.unit_price * il.quantity) AS rev FROM invoice_line il JOIN track USING (track_id) GROUP BY 1) s ORDER BY rev DESC, genre_id LIMIT 5;
-- name: retention triangle
WITH a AS (SELECT customer_id, date_trunc('quarter', invoice_date) AS q FROM invoice), f AS (SELECT customer_id, min(q) AS f FROM a GROUP BY 1) SELECT f::date, (extract(year FROM age(q, f)) * 4 + extract(month FROM age(q, f)) / 3)::int AS n, count(DISTINCT a.customer_id) FROM a JOIN f USING (customer_id) GROUP BY 1, 2 ORDER BY 1, 2 LIMIT 12;
-- name: rfm segments
SELECT customer_id, ntile(5) OVER (ORDER BY max(invoice_date), customer_id) AS r, ntile(5) OVER (ORDER BY count(*), customer_id) AS f, ntile(5) OVER (ORDER BY sum(total), customer_id) AS m FROM invoice GROUP BY 1 ORDER BY 1 LIMIT 5;
-- name: basket pairs
SELECT a.track_id, b.track_id, count(*) FROM invoice_line a JOIN invoice_line b ON a.invoice_id = b.invoice_id AND a.track_id < b.track_id GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 3;
-- name: groups frame
SELECT state, id, count(*) OVER (ORDER BY state GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS c, sum(total) OVER (ORDER BY state GROUPS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING EXCLUDE GROUP) AS s FROM orders WHERE id < 13 ORDER BY id;
-- name: range frame with intervals and dates
SELECT id, placed, count(*) OVER (ORDER BY placed RANGE BETWEEN '1 day' PRECEDING AND '12 hours' FOLLOWING) AS c, avg(total) OVER (PARTITION BY state ORDER BY placed::date RANGE interval '2 days' PRECEDING) AS a FROM orders WHERE id < 10 ORDER BY id;
-- name: range frame with numbers of each type
SELECT g, sum(g) OVER (ORDER BY g RANGE BETWEEN 2 PRECEDING AND 1 FOLLOWING), sum(g) OVER (ORDER BY g::bigint RANGE BETWEEN 2::int PRECEDING AND 1::bigint FOLLOWING), sum(g) OVER (ORDER BY g::float8 RANGE BETWEEN 1.5 PRECEDING AND 0.5 FOLLOWING), sum(g) OVER (ORDER BY g::numeric DESC RANGE BETWEEN 1.5 PRECEDING AND CURRENT ROW), sum(g) OVER (ORDER BY g::smallint RANGE 1::smallint PRECEDING), sum(g) OVER (ORDER BY g::real RANGE 1 PRECEDING) FROM generate_series(1, 5) g ORDER BY 1;
-- name: range frame over times
SELECT t, count(*) OVER (ORDER BY t::time RANGE BETWEEN '30 min' PRECEDING AND '1 hour' FOLLOWING), count(*) OVER (ORDER BY (t AT TIME ZONE 'UTC')::timestamptz RANGE '2 hours' PRECEDING), count(*) OVER (ORDER BY t::time::interval RANGE '1 hour' PRECEDING) FROM generate_series(timestamp '2024-01-01', '2024-01-01 05:00', '50 min') t;
-- name: windows that inherit
SELECT id, sum(total) OVER w, sum(total) OVER (w ROWS 1 PRECEDING), lead(id, 2, 0) OVER w2, last_value(id) OVER (w2 ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) FROM orders WHERE id < 8 WINDOW w AS (PARTITION BY state ORDER BY id), w2 AS (ORDER BY id) ORDER BY id;
-- name: hypothetical sets
SELECT rank(10) WITHIN GROUP (ORDER BY total), dense_rank(10) WITHIN GROUP (ORDER BY total DESC), percent_rank(10) WITHIN GROUP (ORDER BY total), cume_dist(10) WITHIN GROUP (ORDER BY total), rank('paid'::status, 5) WITHIN GROUP (ORDER BY state, id) FROM orders;
-- name: hypothetical sets over text
SELECT rank('M') WITHIN GROUP (ORDER BY last_name), dense_rank('M', 'a') WITHIN GROUP (ORDER BY last_name DESC NULLS LAST, first_name), percentile_disc(ARRAY[[0, 0.5], [0.75, 1]]) WITHIN GROUP (ORDER BY last_name), mode() WITHIN GROUP (ORDER BY country DESC) FROM customer;
-- name: percentiles of intervals and dates
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY placed - timestamp '2024-01-01'), percentile_disc(0.5) WITHIN GROUP (ORDER BY placed), percentile_cont('{0.1,0.9}'::float8[]) WITHIN GROUP (ORDER BY placed - timestamp '2024-01-01') FROM orders;
-- name: search breadth first and cycle with values
WITH RECURSIVE edges (a, b) AS (VALUES (1, 2), (2, 3), (3, 1), (3, 4), (4, 5)), walk AS (SELECT a, b FROM edges WHERE a = 1 UNION ALL SELECT e.a, e.b FROM edges e JOIN walk w ON e.a = w.b) SEARCH BREADTH FIRST BY a, b SET ord CYCLE a, b SET looped TO 'yes' DEFAULT 'no' USING path SELECT a, b, looped, path, ord FROM walk ORDER BY ord;
-- name: shortest paths
WITH RECURSIVE e (a, b, w) AS (VALUES ('a', 'b', 4), ('a', 'c', 1), ('c', 'b', 2), ('b', 'd', 5)), p AS (SELECT 'a'::text AS n, 0 AS d, ARRAY['a'] AS path UNION ALL SELECT e.b, p.d + e.w, p.path || e.b FROM p JOIN e ON e.a = p.n WHERE NOT e.b = ANY (p.path)) SELECT DISTINCT ON (n) n, d, path FROM p ORDER BY n, d;
-- name: mutual recursion by one table
WITH RECURSIVE t (n, kind) AS (VALUES (1, 'odd') UNION SELECT n + 1, CASE kind WHEN 'odd' THEN 'even' ELSE 'odd' END FROM t WHERE n < 6) SELECT kind, array_agg(n ORDER BY n) FROM t GROUP BY 1 ORDER BY 1;
-- name: mandelbrot
WITH RECURSIVE x(i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM x WHERE i < 20), z(ix, iy, cx, cy, x, y, i) AS (SELECT xi.i, yi.i, -2.2 + 0.15 * xi.i, -1.0 + 0.1 * yi.i, 0.0::float8, 0.0::float8, 0 FROM x xi, x yi UNION ALL SELECT ix, iy, cx, cy, x * x - y * y + cx, y * x * 2 + cy, i + 1 FROM z WHERE x * x + y * y < 16 AND i < 9) SELECT string_agg(substring(' .,:;=+*#' , greatest(i, 1), 1), '' ORDER BY ix) FROM (SELECT ix, iy, max(i) AS i FROM z GROUP BY ix, iy) s GROUP BY iy ORDER BY iy LIMIT 3;
-- name: sudoku of bits and strings
SELECT string_agg(lpad(n::bit(8)::text, 8), E'\n' ORDER BY n) FROM generate_series(250, 252) n;
-- name: merge with five branches
MERGE INTO orders o USING (SELECT g AS id, g % 5 AS what FROM generate_series(195, 204) g) s ON o.id = s.id WHEN MATCHED AND s.what = 0 THEN DELETE WHEN MATCHED AND s.what = 1 THEN UPDATE SET notes = 'one', total = DEFAULT WHEN MATCHED AND s.what = 2 THEN UPDATE SET (notes, state) = ('two', 'paid') WHEN MATCHED THEN DO NOTHING WHEN NOT MATCHED AND s.what = 3 THEN INSERT (id, user_id, total) OVERRIDING SYSTEM VALUE VALUES (s.id, 1, 3) WHEN NOT MATCHED AND s.what = 4 THEN INSERT (id, user_id) VALUES (s.id, 2) WHEN NOT MATCHED THEN DO NOTHING;
SELECT id, user_id, state, total, notes FROM orders WHERE id >= 195 ORDER BY id;
-- name: merge from a cte into partitions
WITH s AS (SELECT 1 AS sensor, d::date AS at, 0.5 AS v FROM generate_series(date '2024-12-30', date '2025-01-12', interval '4 days') d) MERGE INTO measurements m USING s ON m.sensor = s.sensor AND m.at = s.at WHEN MATCHED THEN UPDATE SET v = m.v + s.v WHEN NOT MATCHED THEN INSERT VALUES (s.sensor, s.at, s.v);
SELECT * FROM measurements WHERE sensor = 1 AND at >= '2024-12-29' ORDER BY at;
-- name: upsert that counts
INSERT INTO users AS u (name, mail, settings) VALUES ('a', 'u1@example.com', '{"n": 5}'), ('b', 'u2@example.com', '{"n": 6}') ON CONFLICT (mail) DO UPDATE SET settings = u.settings || jsonb_build_object('n', (u.settings ->> 'n')::int + (excluded.settings ->> 'n')::int), tags = array_append(u.tags, excluded.name) WHERE u.active IS NOT FALSE RETURNING u.id, u.settings -> 'n', u.tags;
-- name: upsert from a query with a partial target
WITH s AS (SELECT id, mail FROM users ORDER BY id LIMIT 3) INSERT INTO users (name, mail) SELECT 'copy of ' || id, mail FROM s ON CONFLICT (mail) DO UPDATE SET (name, tags) = (SELECT excluded.name, ARRAY['z']) RETURNING name, tags;
-- name: upsert into partitions with both kinds
INSERT INTO measurements SELECT 1, date '2024-12-30' + g, g FROM generate_series(0, 3) g ON CONFLICT (sensor, at) DO UPDATE SET v = greatest(measurements.v, excluded.v) WHERE measurements.v IS DISTINCT FROM excluded.v RETURNING sensor, at, v;
-- name: archive by ctes that write
WITH old AS (DELETE FROM events WHERE at < '2024-01-01 06:00+00' RETURNING *), summary AS (INSERT INTO users (name, tags) SELECT kind, array_agg(DISTINCT host(ip) ORDER BY host(ip)) FROM old GROUP BY kind RETURNING name, cardinality(tags) AS n) SELECT * FROM summary ORDER BY name;
-- name: queue that takes the next
WITH next AS (SELECT id FROM orders WHERE state = 'new' ORDER BY placed FOR UPDATE SKIP LOCKED LIMIT 3) UPDATE orders SET state = 'paid' FROM next WHERE orders.id = next.id RETURNING orders.id, orders.state;
-- name: rows moved between partitions
UPDATE measurements SET at = at + 14 WHERE sensor = 2 AND at BETWEEN '2024-12-20' AND '2024-12-22' AND at + 14 NOT IN (SELECT at FROM measurements WHERE sensor = 2) RETURNING *;
UPDATE measurements SET at = '2025-06-01' WHERE sensor = 3 AND at = '2024-12-20' RETURNING *;
-- name: returning of expressions and subqueries
INSERT INTO orders (user_id, total) VALUES (1, 11.9), (2, 23.8) RETURNING net, (SELECT name FROM users u WHERE u.id = user_id), row_to_json(row(state, total)), total > net AS taxed, now() = transaction_timestamp();
-- name: delete duplicates by ctid
DELETE FROM orders a USING orders b WHERE a.user_id = b.user_id AND a.state = b.state AND a.id < b.id AND a.id < 50 RETURNING a.id IS NOT NULL;
-- name: update from values list
UPDATE users u SET name = v.name, home.zip = v.zip FROM (VALUES (1::bigint, 'one', '111'), (2, 'two', NULL)) AS v (id, name, zip) WHERE v.id = u.id RETURNING u.id, u.name, (u.home).zip, u.home;
-- name: update with correlated aggregates
UPDATE users u SET settings = jsonb_set(settings, '{orders}', coalesce((SELECT jsonb_agg(o.id ORDER BY o.id) FROM orders o WHERE o.user_id = u.id AND o.total > 100), '[]')) WHERE id < 4 RETURNING id, settings -> 'orders';
-- name: lateral of functions
SELECT u.id, t.tag, t.n, k.* FROM users u, unnest(u.tags) WITH ORDINALITY t (tag, n), LATERAL jsonb_each_text(u.settings - 'nested') k WHERE u.id < 3 ORDER BY 1, 3, 4;
-- name: lateral of values and limits
SELECT c.country, x.* FROM (SELECT DISTINCT country FROM customer ORDER BY 1 LIMIT 3) c CROSS JOIN LATERAL (SELECT i.invoice_id, i.total FROM invoice i WHERE i.billing_country = c.country ORDER BY i.total DESC, i.invoice_id LIMIT 2) x ORDER BY 1, 3 DESC, 2;
-- name: rows from with column lists
SELECT * FROM ROWS FROM (jsonb_to_recordset('[{"a":1,"b":"x"},{"a":2}]') AS (a int, b text), generate_series(1, 3), regexp_split_to_table('p q', ' ')) WITH ORDINALITY AS r (a, b, g, s, n);
-- name: set returning functions in a target list
SELECT generate_series(1, 3) AS a, unnest(ARRAY['x', 'y']) AS b, g.* FROM generate_series(1, 2) g ORDER BY g, 1;
-- name: unpivot by lateral values
SELECT c.customer_id, f.field, f.value FROM customer c CROSS JOIN LATERAL (VALUES ('email', c.email), ('phone', c.phone), ('fax', c.fax)) AS f (field, value) WHERE c.customer_id < 3 AND f.value IS NOT NULL ORDER BY 1, 2;
-- name: unpivot by json
SELECT a.artist_id, e.key, e.value FROM artist a CROSS JOIN LATERAL jsonb_each_text(to_jsonb(a)) e WHERE a.artist_id < 3 ORDER BY 1, 2;
-- name: difference of two versions of a row
SELECT coalesce(o.key, n.key), o.value, n.value FROM jsonb_each('{"a": 1, "b": 2}') o FULL JOIN jsonb_each('{"b": 3, "c": 4}') n USING (key) WHERE o.value IS DISTINCT FROM n.value ORDER BY 1;
-- name: json path arithmetic and methods
SELECT jsonb_path_query_array('{"a": [1, 2.5, "3", true, null]}', 'strict $.a[*].type()'), jsonb_path_query('{"a": [1, -2]}', '$.a[*].abs()'), jsonb_path_query_first('{"t": "2024-02-03"}', '$.t.datetime()'), jsonb_path_query_array('[1,2,3,4]', '$[1 to last] ? (@ % 2 == 0)'), jsonb_path_query_array('{"x": {"y": {"z": 1}}}', '$.**{2}'), jsonb_path_query_array('[{"k": 1}]', '$[*].keyvalue().key');
-- name: json path with datetime compare
SELECT jsonb_path_query_array_tz('["2024-01-01", "2024-06-01T10:00:00+02:00"]', '$[*] ? (@.datetime() < "2024-05-01".datetime())'), jsonb_path_exists_tz('["12:00:00+00"]', '$[*] ? (@.datetime() > "11:00:00".datetime())'), jsonb_path_match('{"a": [1]}', 'exists($.a[*] ? (@ == $x))', '{"x": 1}'), jsonb_path_query_array('["abc", "xbc"]', '$[*] ? (@ starts with "a")'), jsonb_path_query('{"d": "10-03-2017"}', '$.d.datetime("DD-MM-YYYY")'), jsonb_path_query_array('[null, 1, "a"]', '$[*] ? ((@ == 1) is unknown || @ == null)');
-- name: json path lax and strict, silent
SELECT jsonb_path_query_array('{"a": 1}', 'lax $.b.c'), jsonb_path_query_array('{"a": 1}', 'strict $.b', '{}', true), jsonb_path_query_array('{"a": [[1, 2], [3]]}', 'lax $.a[*][0]'), '$.a ? (@ > 1).b'::jsonpath::text, jsonb_path_exists('[1, 2]', '$[*] ? (@ like_regex "1")') IS NOT NULL;
-- name: json of rows with nests
SELECT json_build_object('rep', e.last_name, 'customers', (SELECT json_agg(json_build_object('id', c.customer_id, 'spent', (SELECT sum(total) FROM invoice i WHERE i.customer_id = c.customer_id)) ORDER BY c.customer_id) FROM customer c WHERE c.support_rep_id = e.employee_id AND c.customer_id < 10)) FROM employee e WHERE employee_id IN (3, 4) ORDER BY e.employee_id;
-- name: json aggregates of all kinds
SELECT json_object_agg(genre_id, name ORDER BY genre_id), jsonb_agg(DISTINCT left(name, 1) ORDER BY left(name, 1)), json_agg(genre ORDER BY genre_id) FROM genre WHERE genre_id < 4;
-- name: json from arrays and back
SELECT array_to_json(ARRAY[[1, 2], [3, 4]]), array_to_json(ARRAY['a', NULL], true), row_to_json(ROW(1, 'x'), true), json_object('{a,1,b,2}'), json_object('{a,b}', '{1,2}'), jsonb_object('{{a,1},{b,2}}'), json_build_array(1, 'x', NULL, ARRAY[1]), to_json('q"uote'::text), to_jsonb(now()) = to_jsonb(now()), (SELECT array_agg(x::int) FROM jsonb_array_elements_text('[3,4]') x);
-- name: json record functions with nested types
SELECT * FROM json_to_record('{"a": 1, "b": [1, 2], "c": {"street": "s", "city": "c"}, "d": ["2024-01-01"]}') AS r (a int, b int[], c address, d date[]);
SELECT (jsonb_populate_record(ROW('s', 'c', 'z')::address, '{"city": "Rome"}')).*;
SELECT * FROM jsonb_populate_recordset(NULL::users, '[{"id": 1, "home": {"city": "X"}, "tags": ["a"], "created_at": "2024-01-01T00:00:00Z"}]');
-- name: json operators each
SELECT '{"a": {"b": [1, 2]}}'::json #> '{a,b,1}', '[1, 2]'::jsonb @> '2', '{"a": 1}'::jsonb ?| ARRAY['x', 'a'], '{"a": 1}'::jsonb ?& '{a}', '["a", "b"]'::jsonb - 'a', '["a", "b"]'::jsonb - 0, '{"a": 1, "b": 2}'::jsonb - '{a,b}'::text[], '{"a": 1}'::jsonb < '{"a": 2}', jsonb_set_lax('{"a": 1}', '{a}', NULL, true, 'delete_key'), '{"a": "x"}'::jsonb ->> 'a', json_typeof('[]'), json_strip_nulls('{"a": null}'), json_extract_path_text('{"a": {"b": "c"}}', 'a', 'b'), '[1, {"a": 2}]'::jsonb -> 1 -> 'a';
-- name: dates across time zones
SELECT z, (timestamptz '2024-03-31 00:30+00' AT TIME ZONE z), (timestamp '2024-03-31 02:30' AT TIME ZONE z), date_trunc('day', timestamptz '2024-03-31 23:30+00', z), extract(isoyear FROM timestamptz '2024-12-30 12:00+00' AT TIME ZONE z) FROM unnest(ARRAY['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'UTC', '+03', 'EST5EDT', 'PST8PDT']) z;
-- name: dates of weeks and quarters
SELECT d::date, to_char(d, 'IYYY-"W"IW-ID'), to_char(d, 'YYYY"Q"Q'), date_bin('15 days', d, '2024-01-01'), extract(julian FROM d), date_part('week', d), to_char(d, 'FMDDth FMMonth, J'), date_trunc('decade', d), date_trunc('century', d)::date FROM generate_series(timestamp '2023-12-30', '2024-01-03', '2 days') d;
-- name: intervals printed in each style
SET LOCAL intervalstyle = 'postgres_verbose'; SELECT interval '1 year -2 months 3.5 days', interval '-1:30', interval 'P1Y2M3DT4H5M6S', interval '1' YEAR, interval '1-2' YEAR TO MONTH, interval '3 4:05' DAY TO MINUTE; SET LOCAL intervalstyle = 'sql_standard'; SELECT interval '1 year 2 mons', interval '3 days 4 hours', -interval '1 day';
-- name: business days
SELECT count(*) FILTER (WHERE extract(isodow FROM d) < 6) AS working, (SELECT max(d)::date FROM generate_series(date '2024-02-01', date '2024-02-29', interval '1 day') d WHERE extract(isodow FROM d) = 5) AS last_friday FROM generate_series(date '2024-02-01', date '2024-02-29', interval '1 day') d;
-- name: overlap of ranges
SELECT a.id, b.id, a.during * b.during AS common, a.during + b.during AS span, upper(a.during * b.during) - lower(a.during * b.during) AS days FROM orders a JOIN orders b ON a.during && b.during AND a.id < b.id WHERE a.id < 4 ORDER BY 1, 2;
-- name: multiranges merged and cut
SELECT range_agg(during ORDER BY id), range_intersect_agg(during) FILTER (WHERE id < 3), unnest(range_agg(during) - datemultirange(daterange('2024-01-10', '2024-02-01'))) FROM orders WHERE id < 60;
-- name: ranges of every kind
SELECT int4range(1, 5) -|- int4range(5, 8), numrange(1.5, 2.5, '[]') @> 2.5, tstzrange(now(), NULL) @> now(), isempty(int8range(3, 3)), lower_inc(daterange('2024-01-01', '2024-01-05', '(]')), range_merge(int4range(1, 2), int4range(5, 6)), range_merge('{[1,2),[7,9)}'::int4multirange), tsrange('2024-01-01', '2024-01-02') << tsrange('2024-01-03', 'infinity'), '[1,10)'::int4range - '[1,3)'::int4range, multirange(int4range(1, 3)), '{[1,3),[5,7)}'::int4multirange && int4range(3, 6), floatrange(1, 2) @> 1.5::float8, upper_inf('[1,)'::numrange);
-- name: free slots between bookings
SELECT unnest(tsmultirange(tsrange('2024-01-01 08:00', '2024-01-01 18:00')) - range_agg(b)) FROM (VALUES (tsrange('2024-01-01 09:00', '2024-01-01 10:30')), (tsrange('2024-01-01 10:00', '2024-01-01 12:00')), (tsrange('2024-01-01 15:00', '2024-01-01 16:00'))) v (b);
-- name: text search with phrases, weights and ranks
SELECT id IS NOT NULL, ts_rank_cd('{0.1, 0.2, 0.4, 1.0}', setweight(search, 'A'), q, 32) > 0, ts_headline('simple', kind, q, 'MaxWords=5, MinWords=1, HighlightAll=true') FROM events, phraseto_tsquery('english', 'purchase made') q WHERE search @@ q ORDER BY at LIMIT 2;
-- name: text search of a query in parts
SELECT to_tsquery('english', 'cats & (dogs | birds:*) & !fish'), plainto_tsquery('the fat rats'), websearch_to_tsquery('simple', '"sad cat" or dog -bird'), to_tsquery('fat:ab') , 'a'::tsquery <-> 'b'::tsquery, ts_rewrite('a & b'::tsquery, 'a', 'c | d'), to_tsvector('english', '{"a": "The cats", "b": ["sat"]}'::jsonb), jsonb_to_tsvector('english', '{"a": "cats", "n": 5}', '["string", "numeric"]');
-- name: text search statistics by unnest
SELECT lexeme, count(*) FROM events, unnest(search) GROUP BY 1 ORDER BY 2 DESC, 1;
-- name: regexes with lookaround and classes
SELECT regexp_match('foo123bar', '(?<=foo)\d+(?=bar)'), regexp_replace('a1b22', '\d+', '<\&>', 'g'), regexp_count('banana', 'an', 1, 'i'), regexp_instr('hello world', 'o', 1, 2), regexp_substr('a-b-c', '[^-]+', 1, 2), regexp_like('Émile', '^[[:upper:]]', 'c'), 'abc' SIMILAR TO '(a|b)%', substring('foobar' SIMILAR '%#"o_b#"%' ESCAPE '#'), regexp_split_to_array('a  b c', '\s+'), 'x' ~ '\A\w\Z', regexp_replace('Hello', '(?i)h(.)', '\1', 1, 1);
-- name: array slices, sorts and sets
SELECT (ARRAY[[1, 2, 3], [4, 5, 6]])[1:2][2:3], ARRAY(SELECT unnest(ARRAY[3, 1]) INTERSECT SELECT unnest(ARRAY[1, 2])), (SELECT array_agg(a ORDER BY a COLLATE "C" DESC) FROM unnest('{b,A,c}'::text[]) a), array_dims('[0:1]={1,2}'::int[]), ARRAY[1, 2] <@ ARRAY[2, 1, 3], array_upper('{{1,2}}'::int[], 2), array_prepend(0, '{1}'), ARRAY[ARRAY[1, 2], ARRAY[3, 4]] || ARRAY[5, 6], string_to_array('a,,b', ',', ''), generate_subscripts('{a,b}'::text[], 1);
-- name: arrays of composites
SELECT (a).city, count(*) FROM users, unnest(ARRAY[home, ROW('x', 'Oslo', '1')::address]) a WHERE id < 5 GROUP BY 1 ORDER BY 1;
-- name: aggregate of arrays
SELECT array_agg(tags ORDER BY id) FROM users WHERE id < 4;
SELECT state, array_agg(DISTINCT user_id ORDER BY user_id) @> ARRAY[2::bigint] FROM orders GROUP BY 1 ORDER BY 1;
-- name: chars
SELECT 'a'::"char", '(1,2)'::point::text, 1::bit(4), B'101'::varbit, X'1F'::bit(8), U&'d\0061t\+000061', E'\x41', $tag$do'llar$tag$, 'con'
'tinued', 10 FROM (VALUES (1)) v (_0);
-- name: numbers
SELECT 'NaN'::numeric > 1, 'Infinity'::float8, 1e400::numeric > 1, 0.1::real, 1::float8 / 3, round(1e15 / 7, 3), power(2, 0.5), random() BETWEEN 0 AND 1, width_bucket(5, ARRAY[1, 3, 9]), sind(30), atan2d(1, 1), tanh(0), trunc(-3.7), 5 % -3, -5 / 2, 2 ^ 10, @ -3, 7::int2 * 3::int8 FROM (SELECT 1) x;
-- name: time words
SELECT 'today'::date = current_date, 'epoch'::timestamp, 'allballs'::time, 'infinity'::timestamptz > now(), '-infinity'::date, 'yesterday'::date = current_date - 1, 'tomorrow'::timestamp > 'now'::timestamp, localtime <= localtime + interval '0', current_timestamp(0) IS NOT NULL, localtimestamp(3) IS NOT NULL, statement_timestamp() >= transaction_timestamp(), clock_timestamp() >= now();
-- name: series with time zones
SET LOCAL TimeZone = 'Europe/Berlin'; SELECT d, d - lag(d) OVER (ORDER BY d) FROM generate_series(timestamptz '2024-03-30 12:00', '2024-04-01 12:00', '1 day') d; SELECT date_trunc('hour', timestamptz '2024-10-27 02:30+02'), timestamptz '2024-10-27 02:30 Europe/Berlin', extract(timezone FROM timestamptz '2024-07-01');
-- name: casts in each way
SELECT CAST('1' AS int), int '5', '5'::int::text::varchar(1), date('2024-01-01'), text(5), float8('1.5'), int4(2.5), timestamp(0) '2024-01-01 10:00:00.6', interval(0) '1.6 seconds', numeric(5, 1) '3.14', ('{1,2}'::int[])::text[], true::int, 0::bool, 't'::text::bool, '5 days'::interval::text, (1, 'a')::text, '(1,b)'::text IS NOT NULL;
-- name: strings in the ways of the standard
SELECT substring('Thomas' FROM 2 FOR 3), substring('Thomas' FROM '...$'), trim(BOTH 'x' FROM 'xTomx'), trim(LEADING FROM '  a'), overlay('abcdef' PLACING 'XX' FROM 3), position('c' IN 'abc'), char_length('jose'), 'a' LIKE 'A' ESCAPE '!', 'abc' ILIKE 'A_C', 'a' NOT SIMILAR TO 'b', extract(day FROM date '2024-02-03'), 'abc' COLLATE "C" < 'b' COLLATE "C", upper('straße'), CURRENT_CATALOG = current_database();
-- name: aggregates of statistics
SELECT round(covar_pop(total, customer_id)::numeric, 4), round(covar_samp(total, customer_id)::numeric, 4), round(regr_r2(total, customer_id)::numeric, 6), round(regr_intercept(total, customer_id)::numeric, 4), round(regr_avgx(total, customer_id)::numeric, 4), round(regr_sxx(total, customer_id)::numeric, 2), var_pop(total), var_samp(customer_id), stddev_pop(customer_id) FROM invoice;
-- name: aggregates of bits, json and ranges
SELECT bit_and(user_id::int), bit_or(user_id::int), bit_xor(user_id::int), bool_and(total > 0), range_agg(int8range(user_id, user_id + 1)) FILTER (WHERE user_id < 5), string_agg(state::text, ',' ORDER BY id) FILTER (WHERE id < 4), string_agg(convert_to(id::text, 'UTF8'), '\x2c' ORDER BY id) FILTER (WHERE id < 4), max(state), any_x FROM orders, (SELECT 'x' AS any_x) a GROUP BY any_x;
-- name: order by of many kinds
SELECT genre_id FROM genre ORDER BY name COLLATE "C" DESC NULLS LAST, genre_id USING > LIMIT 3;
SELECT name FROM genre ORDER BY length(name) DESC, lower(name) OFFSET 2 FETCH NEXT 2 ROWS ONLY;
SELECT * FROM genre ORDER BY CASE WHEN name LIKE 'R%' THEN 0 ELSE 1 END, 1 LIMIT 3;
-- name: keyset paging
SELECT track_id, name FROM track WHERE (milliseconds, track_id) > (343719, 1) ORDER BY milliseconds, track_id LIMIT 3;
-- name: not in with nulls, all, some
SELECT count(*) FROM employee WHERE reports_to NOT IN (SELECT reports_to FROM employee WHERE reports_to IS NOT NULL);
SELECT count(*) FROM employee WHERE employee_id = SOME (SELECT reports_to FROM employee);
-- name: ties of a join with using aliases
SELECT j.album_id, count(*) FROM album a JOIN track t USING (album_id) AS j GROUP BY j.album_id ORDER BY 1 LIMIT 2;
-- name: full join on two tables
SELECT coalesce(a.state, b.state), a.n, b.n FROM (SELECT state, count(*) n FROM orders WHERE id < 50 GROUP BY 1) a FULL OUTER JOIN (SELECT state, count(*) n FROM orders WHERE state <> 'new' GROUP BY 1) b ON a.state = b.state ORDER BY 1;
-- name: whole rows as values
SELECT g, (g).name, g IS NOT NULL, to_jsonb(g) - 'name', row(g.*)::text, g = g, array_agg(g) OVER () IS NOT NULL FROM genre g WHERE genre_id = 1;
-- name: rows in arrays, unnested
SELECT (unnest(array_agg(g ORDER BY g.genre_id))).* FROM genre g WHERE genre_id < 3;
-- name: max row by a composite
SELECT (max(ARRAY[total::text, invoice_id::text])) [2] FROM invoice; SELECT (array_agg(i ORDER BY total DESC, invoice_id))[1].invoice_id FROM invoice i;
-- name: domains and enums
SELECT enum_first(NULL::status), enum_last(NULL::status), enum_range('new'::status, 'shipped'), 'new'::status < 'paid', '5'::positive * 2, pg_typeof('a@b'::email)::text, state::text LIKE 'p%' FROM orders WHERE id = 1;
-- name: network
SELECT host(ip), ip << inet '10.0.1.0/24', masklen(ip), network(set_masklen(ip, 16)), broadcast(inet '10.0.0.0/30'), inet_same_family(ip, '::1'), inet_merge(inet '10.0.0.1', inet '10.0.1.1'), ip + 5 - inet '10.0.0.0', abbrev(cidr '10.1.0.0/16'), family(ip), text(ip) FROM events ORDER BY at LIMIT 1;
-- name: geometry
SELECT name, b @> p, c @> p, area(b), height(b), width(b), center(c), radius(c), poly @> point '(1,1)', length(pth), l <-> p, b && box '((1,1),(3,3))', bound_box(b, box '((9,9),(9,9))'), diagonal(b), p + point '(1,1)', p * point '(2,0)', polygon(b), box(c), circle(b), lseg(b), pclose(pth), isopen(pth), point(c), point(l), p ~= p FROM geo ORDER BY name;
-- name: uuids and bytes
SELECT gen_random_uuid() <> gen_random_uuid(), '{A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11}'::uuid, substring('\x010203'::bytea FROM 2), get_byte('\x0102', 1), set_byte('\x0102', 0, 255), '\x01'::bytea || '\x02', encode('a/b', 'escape'), md5('x'::bytea), sha384('')= sha384(''), bit_count(B'1011'), ltrim('\x0001'::bytea, '\x00'), btrim('\x000100'::bytea, '\x00'), trim(LEADING '\x00'::bytea FROM '\x0001'::bytea), position('\x02'::bytea IN '\x0102'), reverse('abc'), overlay('\x0102'::bytea PLACING '\xff' FROM 1);
-- name: money
SELECT '12.34'::money * 2, '100'::money / '3'::money, sum(total::money), 5::money::numeric FROM invoice;
-- name: grouping and having on windows
SELECT state, count(*), sum(count(*)) OVER (ORDER BY state), rank() OVER (ORDER BY count(*) DESC, state), max(total) FILTER (WHERE notes IS NULL) FROM orders GROUP BY state HAVING count(*) > 10 ORDER BY 1;
-- name: grouping sets of expressions
SELECT state, user_id % 2 AS odd, grouping(state, user_id % 2), count(*) FROM orders GROUP BY GROUPING SETS (ROLLUP (state, user_id % 2), CUBE (user_id % 2), ()) ORDER BY 3, 1, 2, 4;
-- name: subqueries everywhere
SELECT (SELECT max(total) FROM invoice), ARRAY(SELECT genre_id FROM genre ORDER BY 1 LIMIT 2), EXISTS (SELECT 1), (SELECT ROW(1, 2)) = ROW(1, 2), CASE (SELECT 1) WHEN 1 THEN (SELECT 'a') END, coalesce((SELECT NULL), 'b'), (SELECT count(*) FROM (SELECT DISTINCT country FROM customer) s) WHERE 1 IN (SELECT 1) ORDER BY (SELECT 1) LIMIT (SELECT 1);
-- name: median by hand
SELECT avg(total) FROM (SELECT total, row_number() OVER (ORDER BY total) r, count(*) OVER () n FROM invoice) s WHERE r IN ((n + 1) / 2, (n + 2) / 2);
-- name: running distinct
SELECT m, count(*) FILTER (WHERE first) OVER (ORDER BY m) FROM (SELECT date_trunc('year', invoice_date) m, invoice_id = min(invoice_id) OVER (PARTITION BY customer_id) AS first FROM invoice) s WHERE first GROUP BY m, first ORDER BY 1;
-- name: calendar with nothing missing
SELECT m::date, coalesce(n, 0) FROM generate_series(date '2024-01-01', '2024-03-01', '1 month') m LEFT JOIN (SELECT date_trunc('month', placed) AS m, count(*) n FROM orders GROUP BY 1) o USING (m) ORDER BY 1;
-- name: last value that is not null
SELECT id, notes, max(notes) OVER (PARTITION BY grp) FROM (SELECT id, notes, count(notes) OVER (ORDER BY id) AS grp FROM orders WHERE id < 10) s ORDER BY id;
-- name: histogram of bars
SELECT width_bucket(total, 0, 30, 6) AS b, repeat('#', (count(*) / 10)::int) FROM invoice GROUP BY 1 ORDER BY 1;
-- name: year over year
SELECT y, m, t, lag(t, 12) OVER (ORDER BY y, m), t - lag(t) OVER (PARTITION BY m ORDER BY y) FROM (SELECT extract(year FROM invoice_date)::int y, extract(month FROM invoice_date)::int m, sum(total) t FROM invoice GROUP BY 1, 2) s ORDER BY 1, 2 LIMIT 15;
-- name: outliers
SELECT invoice_id, total, round((total - avg(total) OVER ()) / nullif(stddev(total) OVER (), 0), 2) AS z FROM invoice ORDER BY 3 DESC, 1 LIMIT 3;
-- name: sets with duplicates
(SELECT genre_id FROM track EXCEPT ALL SELECT genre_id FROM genre ORDER BY 1 LIMIT 3) UNION ALL (SELECT 99 INTERSECT ALL VALUES (99), (99));
-- name: levenshtein-like by recursion over letters
WITH RECURSIVE c AS (SELECT 1 AS i, substr('banana', 1, 1) AS ch UNION ALL SELECT i + 1, substr('banana', i + 1, 1) FROM c WHERE i < length('banana')) SELECT ch, count(*), array_agg(i) FROM c GROUP BY 1 ORDER BY 1;
-- name: tree printed
WITH RECURSIVE t AS (SELECT employee_id, last_name, 0 AS depth, ARRAY[employee_id] AS path FROM employee WHERE reports_to IS NULL UNION ALL SELECT e.employee_id, e.last_name, depth + 1, path || e.employee_id FROM employee e JOIN t ON e.reports_to = t.employee_id) SELECT repeat('  ', depth) || last_name, array_to_string(path, '>') FROM t ORDER BY path;
-- name: bill of materials summed upwards
WITH RECURSIVE p AS (SELECT employee_id AS root, employee_id FROM employee UNION SELECT p.root, e.employee_id FROM p JOIN employee e ON e.reports_to = p.employee_id) SELECT root, count(*) - 1 AS below FROM p GROUP BY 1 ORDER BY 1;
-- name: cursor for update of one of two tables
DECLARE c CURSOR FOR SELECT u.id FROM users u JOIN orders o ON o.user_id = u.id WHERE o.id = 5 FOR UPDATE OF u;
FETCH c;
UPDATE users SET name = 'current' WHERE CURRENT OF c RETURNING name;
CLOSE c;
-- name: gexec and gset
SELECT 'SELECT ' || g FROM generate_series(1, 2) g \gexec
SELECT 5 AS five \gset
SELECT :five, :'five';
-- name: crosstabview
SELECT state, user_id % 3 AS m, count(*) FROM orders GROUP BY 1, 2 ORDER BY 1, 2 \crosstabview
-- name: describe a result
SELECT 1 AS a, 'x'::varchar(5) AS b, now() AS c, home FROM users \gdesc
