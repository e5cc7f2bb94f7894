-- name: periods merged into multiranges
SELECT customer_id, range_agg(daterange(invoice_date::date, invoice_date::date + 30)) AS active FROM invoice GROUP BY customer_id ORDER BY customer_id LIMIT 5;
-- name: gaps of a multirange
SELECT customer_id, datemultirange(daterange('2021-01-01', '2026-01-01')) - range_agg(daterange(invoice_date::date, invoice_date::date + 200)) AS gaps FROM invoice GROUP BY 1 ORDER BY 1 LIMIT 3;
-- name: intersection of ranges
SELECT range_intersect_agg(daterange(invoice_date::date, invoice_date::date + 2000)) FROM invoice WHERE customer_id = 2;
-- name: members of a multirange with their numbers
SELECT r, n, upper(r) - lower(r) AS days FROM unnest('{[2024-01-01,2024-01-05),[2024-02-01,2024-03-01)}'::datemultirange) WITH ORDINALITY AS u (r, n);
-- name: operators of multiranges
SELECT a @> 4, a && b, a * b, a + b, a << int4range(100, 200), range_merge(a), lower(a), upper_inf(a), isempty(a * '{}') FROM (SELECT '{[1,5),[10,20)}'::int4multirange, '{[3,12)}'::int4multirange) t (a, b);
-- name: weeks from a given day
SELECT date_bin('7 days', invoice_date, timestamp '2021-01-04') AS week, count(*), sum(total) FROM invoice GROUP BY 1 ORDER BY 1 LIMIT 6;
-- name: quarters of an hour with a zone
SELECT date_bin(interval '15 minutes', ts, timestamptz '2024-01-01 00:00+00') FROM generate_series(timestamptz '2024-03-31 00:00+00', timestamptz '2024-03-31 01:00+00', interval '20 minutes') ts;
-- name: days across a change of the clock
SELECT d AT TIME ZONE 'Europe/Berlin', extract(epoch FROM lead(d) OVER (ORDER BY d) - d) / 3600 AS hours FROM generate_series(timestamptz '2024-03-30 00:00 Europe/Berlin', timestamptz '2024-04-02 00:00 Europe/Berlin', interval '1 day') d;
-- name: truncation in a zone
SELECT date_trunc('day', timestamptz '2024-06-01 23:30+00', 'Asia/Tokyo'), date_trunc('quarter', date '2024-05-17'), date_part('isodow', date '2024-05-17'), extract(isoyear FROM date '2024-12-30');
-- name: histogram of totals
SELECT width_bucket(total, 0, 30, 6) AS bucket, count(*), min(total), max(total) FROM invoice GROUP BY 1 ORDER BY 1;
-- name: buckets by thresholds
SELECT width_bucket(total, ARRAY[1, 2, 5, 10]::numeric[]) AS bucket, count(*) FROM invoice GROUP BY 1 ORDER BY 1;
-- name: regexp functions of version 15
SELECT regexp_count(name, '[aeiou]', 1, 'i'), regexp_instr(name, 'o', 1, 2), regexp_substr(name, '(\w+) (\w+)', 1, 1, 'i', 2), regexp_like(name, '^the ', 'i'), regexp_replace(name, '\s+', '_', 1, 0) FROM artist ORDER BY artist_id LIMIT 5;
-- name: all matches
SELECT a.artist_id, m[1] AS word, n FROM artist a, LATERAL regexp_matches(a.name, '([A-Z]\w+)', 'g') WITH ORDINALITY AS x (m, n) WHERE a.artist_id < 6 ORDER BY 1, 3;
-- name: words and their frequency
SELECT lower(w) AS word, count(*) FROM track, regexp_split_to_table(name, '[^[:alnum:]]+') AS w WHERE length(w) > 5 GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 5;
-- name: nested documents of an album
SELECT jsonb_pretty(jsonb_build_object('album', al.title, 'tracks', jsonb_agg(jsonb_build_object('name', t.name, 'seconds', round(t.milliseconds / 1000.0, 1)) ORDER BY t.track_id) FILTER (WHERE t.milliseconds > 200000))) FROM album al JOIN track t USING (album_id) WHERE al.album_id = 5 GROUP BY al.title;
-- name: object of counts by country
SELECT jsonb_object_agg(billing_country, n ORDER BY billing_country) FROM (SELECT billing_country, count(*) AS n FROM invoice GROUP BY 1 HAVING count(*) > 20) s;
-- name: rows as json, and back
SELECT r.* FROM (SELECT json_agg(row_to_json(g) ORDER BY g.genre_id) AS doc FROM genre g WHERE genre_id < 4) s, json_to_recordset(s.doc) AS r (genre_id int, name text);
-- name: rows of a table from json
SELECT p.* FROM jsonb_populate_recordset(NULL::genre, '[{"genre_id": 1, "name": "x"}, {"genre_id": 2}]') p;
-- name: json paths with variables
SELECT jsonb_path_query_array(doc, '$.items[*] ? (@.price > $min && @.name like_regex "^a" flag "i").name', '{"min": 3}'), jsonb_path_exists(doc, '$.items[*].price ? (@ > 9)'), doc @? '$.items[0].name', doc @@ '$.total == 12', doc #>> '{items,0,name}', doc -> 'items' -> -1, jsonb_path_query_first(doc, '$.items.size()'), jsonb_array_length(doc -> 'items') FROM (SELECT '{"total": 12, "items": [{"name": "Ab", "price": 5}, {"name": "b", "price": 7}]}'::jsonb AS doc) s;
-- name: keys and values of documents
SELECT k, jsonb_typeof(v), v #>> '{}' FROM jsonb_each('{"a": 1, "b": [1], "c": null, "d": "x"}') AS e (k, v) ORDER BY k DESC;
-- name: documents edited
SELECT jsonb_set(d, '{a,b}', '5', true), jsonb_insert(d, '{l,0}', '"first"'), d - 'a', d #- '{l,1}', jsonb_strip_nulls(d || '{"n": null}'), d || '{"z": 1}' FROM (SELECT '{"a": {"b": 1}, "l": [1, 2]}'::jsonb AS d) s;
-- name: subscripts of json
SELECT d['a']['b'], d['l'][1] FROM (SELECT '{"a": {"b": 1}, "l": [1, 2]}'::jsonb AS d) s;
-- name: lists with conditions
SELECT billing_country, string_agg(DISTINCT billing_city, ', ' ORDER BY billing_city) FILTER (WHERE total > 5) AS cities, array_agg(DISTINCT customer_id ORDER BY customer_id DESC) AS customers, bool_or(total > 15), every(total > 0) FROM invoice GROUP BY 1 ORDER BY 1 LIMIT 4;
-- name: top three of each by lateral
SELECT g.name, t.name, t.seconds FROM genre g CROSS JOIN LATERAL (SELECT name, milliseconds / 1000 AS seconds FROM track WHERE genre_id = g.genre_id ORDER BY milliseconds DESC, track_id FETCH FIRST 3 ROWS ONLY) t WHERE g.genre_id <= 3 ORDER BY 1, 3 DESC, 2;
-- name: sample that is the whole
SELECT count(*) FROM track TABLESAMPLE BERNOULLI (100);
-- name: ties
SELECT billing_country, count(*) FROM invoice GROUP BY 1 ORDER BY 2 DESC FETCH FIRST 5 ROWS WITH TIES;
-- name: array functions
SELECT array_position(a, 3), array_positions(a, 1), array_remove(a, 1), array_replace(a, 1, 9), trim_array(a, 2), array_to_string(a, '-', '*'), cardinality(a), array_ndims(a), a[2:3], a @> ARRAY[3], a && ARRAY[7], 3 = ANY (a), array_cat(a, ARRAY[5]), array_fill(0, ARRAY[2, 2]), array_lower(a, 1), a || 6 FROM (SELECT ARRAY[1, 2, 3, 1] AS a) s;
-- name: several arrays side by side
SELECT * FROM unnest(ARRAY['a', 'b', 'c'], ARRAY[1, 2]) WITH ORDINALITY AS t (letter, number, n);
-- name: rows of several functions
SELECT * FROM ROWS FROM (generate_series(1, 3), unnest(ARRAY['x', 'y']), json_to_recordset('[{"a": 1}]') AS (a int)) WITH ORDINALITY;
-- name: formats of numbers and times
SELECT to_char(1234567.891, 'FM9G999G990D00'), to_char(-5, 'S00'), to_char(485, 'RN'), to_char(0.5, '990.0%'), to_char(timestamp '2024-02-29 15:04:05.678', 'Dy DD Mon YYYY HH12:MI:SS.MS AM "week" IW'), to_char(interval '36 hours 5 min', 'HH24:MI'), to_date('29.02.2024', 'DD.MM.YYYY'), to_timestamp('2024-02-29 10', 'YYYY-MM-DD HH24') AT TIME ZONE 'UTC', to_number('1,234.5-', '9G999D9S');
-- name: text made by format
SELECT format('%s has %L and %I, %1$s again, %-8s|%8s|', 'x', 'it''s', 'My Col', 'left', 'right'), format('%2$s-%1$s', 1, 2), concat_ws(', ', 'a', NULL, 'b'), quote_literal('o''k'), quote_nullable(NULL);
-- name: scale of numbers
SELECT trim_scale(1.500), scale(1.50), min_scale(1.500), round(2.5), round(-1.235, 2), trunc(9.99, 1), div(17, 5), mod(-7, 3), gcd(12, 18), lcm(4, 6), sign(-3.2), ceil(1.1), factorial(10), 7::numeric ^ 3, |/ 16, cbrt(27), log(2, 64), exp(0), ln(1);
-- name: bits
SELECT 12 & 10, 12 | 3, 12 # 10, ~ 5, 1 << 4, 256 >> 3, bit_count('\xff01'::bytea), get_bit('\x05'::bytea, 0), set_bit(B'0000', 1, 1), bit_and(x), bit_or(x), bit_xor(x) FROM (VALUES (6), (3), (7)) v (x);
-- name: text search by hand
SELECT to_tsvector('english', 'The quick brown foxes jumped'), setweight(to_tsvector('simple', 'a title'), 'A') || to_tsvector('simple', 'body'), strip(to_tsvector('english', 'running runs')), tsvector_to_array(to_tsvector('english', 'cats dogs')), numnode('a & b | !c'::tsquery), querytree('a & b'::tsquery), ts_delete(to_tsvector('english', 'cats dogs'), 'cat'), ts_filter('a:1A b:2B'::tsvector, '{a}'), tsquery_phrase('a', 'b', 2), array_to_tsvector(ARRAY['x', 'y']), length('a b'::tsvector);
-- name: text search with rank and headline
SELECT name, round(ts_rank(to_tsvector('english', name), q)::numeric, 4), ts_headline('english', name, q, 'StartSel=<,StopSel=>') FROM track, websearch_to_tsquery('english', 'love -hate "my love"') q WHERE to_tsvector('english', name) @@ q ORDER BY 2 DESC, 1 LIMIT 5;
-- name: moving figures
SELECT month, total, round(avg(total) OVER w, 2), sum(total) OVER (ORDER BY month), ntile(4) OVER (ORDER BY total), round(cume_dist() OVER (ORDER BY total)::numeric, 3), first_value(total) OVER w, nth_value(total, 2) OVER w FROM (SELECT date_trunc('month', invoice_date) AS month, sum(total) AS total FROM invoice GROUP BY 1) m WINDOW w AS (ORDER BY month RANGE BETWEEN interval '2 months' PRECEDING AND CURRENT ROW EXCLUDE TIES) ORDER BY month LIMIT 6;
-- name: groups and totals together
SELECT coalesce(billing_country, '(all)'), extract(year FROM invoice_date)::int AS year, sum(total), grouping(billing_country, extract(year FROM invoice_date)::int) FROM invoice WHERE billing_country IN ('France', 'Chile') GROUP BY CUBE (billing_country, extract(year FROM invoice_date)::int) ORDER BY 1, 2 NULLS LAST;
-- name: medians and modes
SELECT percentile_cont(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY total), percentile_disc(0.9) WITHIN GROUP (ORDER BY total), mode() WITHIN GROUP (ORDER BY billing_country), rank(5) WITHIN GROUP (ORDER BY total), round(stddev_samp(total), 3), round(corr(total, customer_id)::numeric, 6), regr_count(total, customer_id), round(regr_slope(total, customer_id)::numeric, 6) FROM invoice;
-- name: chain of managers with its order
WITH RECURSIVE chain AS (SELECT employee_id, reports_to, last_name FROM employee WHERE reports_to IS NULL UNION ALL SELECT e.employee_id, e.reports_to, e.last_name FROM employee e JOIN chain c ON e.reports_to = c.employee_id) SEARCH DEPTH FIRST BY last_name SET ord CYCLE employee_id SET again USING path SELECT employee_id, last_name, again, ord FROM chain ORDER BY ord;
-- name: merge with all its branches
MERGE INTO genre g USING (VALUES (1, 'Rock!'), (2, NULL), (999, 'New')) v (id, name) ON g.genre_id = v.id WHEN MATCHED AND v.name IS NULL THEN DO NOTHING WHEN MATCHED THEN UPDATE SET name = v.name WHEN NOT MATCHED THEN INSERT (genre_id, name) VALUES (v.id, v.name);
SELECT * FROM genre WHERE genre_id IN (1, 2, 999) ORDER BY 1;
-- name: what an upsert did
INSERT INTO genre AS g (genre_id, name) VALUES (1, 'a'), (998, 'b') ON CONFLICT (genre_id) DO UPDATE SET name = g.name || '/' || excluded.name WHERE g.name <> excluded.name RETURNING genre_id, name;
-- name: moved by a chain of statements
WITH gone AS (DELETE FROM playlist_track WHERE playlist_id = 18 RETURNING *), put AS (INSERT INTO playlist_track SELECT 17, track_id FROM gone ON CONFLICT DO NOTHING RETURNING track_id) SELECT (SELECT count(*) FROM gone), (SELECT count(*) FROM put);
-- name: hashes and encodings
SELECT md5('a'), encode(sha256('a'), 'hex'), encode('\x00ff'::bytea, 'base64'), decode('AP8=', 'base64'), convert_to('é', 'UTF8'), convert_from('\xc3a9', 'UTF8'), sha512('') <> sha224('');
-- name: ages and lengths of time
SELECT age(timestamp '2024-03-01', timestamp '2023-12-25'), justify_interval(interval '40 days 30 hours'), justify_days(interval '65 days'), make_interval(months => 2, hours => 3), make_date(2024, 2, 29), make_timestamp(2024, 1, 2, 3, 4, 5.5), isfinite(date 'infinity'), (date '2024-01-01', date '2024-06-01') OVERLAPS (date '2024-05-01', interval '1 month'), interval '1 day' * 1.5, date '2024-03-01' - date '2024-02-01', extract(epoch FROM interval '1 day');
-- name: unicode and case
SELECT normalize('é', NFD) <> 'é', 'é' IS NFC NORMALIZED, unistr('\0041\+000042'), initcap('o''brien van'), reverse('abc'), translate('12345', '143', 'ax'), overlay('Txxxxas' PLACING 'hom' FROM 2 FOR 4), position('b' IN 'abc'), starts_with('alphabet', 'alph'), split_part('a,b,c', ',', -1), string_to_table('a b', ' '), lpad('7', 3, '0'), ascii('A'), chr(8364), repeat('ab', 2), left('abcdef', -2), 'abc' ^@ 'ab', btrim('xxhixx', 'x'), to_hex(255), strpos('abc', 'c');
-- name: points and distances
SELECT point(0, 0) <-> point(3, 4), box(point(0, 0), point(2, 2)) @> point(1, 1), area(box(point(0, 0), point(2, 3))), center(circle(point(1, 1), 2)), diameter(circle(point(1, 1), 2)), path '((0,0),(1,1))' + point(1, 0), npoints(polygon '((0,0),(1,0),(1,1))'), isclosed(path '((0,0),(1,1))'), length(lseg(point(0, 0), point(3, 4))), slope(point(0, 0), point(1, 2));
-- name: comparisons of rows and nulls
SELECT num_nulls(NULL, 1, NULL), num_nonnulls(1, 2), (1, NULL) IS DISTINCT FROM (1, 2), ROW(1, 2) < ROW(1, 3), GREATEST(1, NULL, 3), LEAST('b', 'a'), NULLIF(1, 1), (1, 2) IN (VALUES (1, 2)), ROW(1, NULL) IS NULL;
-- name: time zones by name
SELECT timezone('America/New_York', timestamptz '2024-07-04 12:00+00'), timestamptz '2024-07-04 12:00+00' AT TIME ZONE interval '-3 hours', extract(timezone_hour FROM timestamptz '2024-07-04 12:00+00'), make_timestamptz(2024, 1, 1, 0, 0, 0, 'UTC') = '2024-01-01 00:00+00', date_add_months FROM (SELECT (date '2024-01-31' + interval '1 month')::date AS date_add_months) s;
-- name: sizes of values
SELECT octet_length('é'), bit_length('ab'), char_length('é'), length('\x0001'::bytea);
