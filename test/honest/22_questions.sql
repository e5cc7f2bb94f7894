-- name: setseed(0.42); SELECT name FROM genre ORDER BY random() LIMI
SELECT setseed(0.42); SELECT name FROM genre ORDER BY random() LIMIT 3;
-- name: setseed(0.1), random() < 0.5
SELECT setseed(0.1), random() < 0.5;
-- name: count(*) FROM (SELECT setseed(0.5)) s, track TABLESAMPLE BER
SELECT count(*) FROM (SELECT setseed(0.5)) s, track TABLESAMPLE BERNOULLI (100);
-- name: convert(text::bytea, UTF8, LATIN1), length(jose::bytea, UTF8
SELECT convert('text'::bytea, 'UTF8', 'LATIN1'), length('jose'::bytea, 'UTF8');
-- name: CASE oid::regclass WHEN genre::regclass THEN genre ELSE othe
SELECT CASE oid::regclass WHEN 'genre'::regclass THEN 'genre' ELSE 'other' END FROM pg_class WHERE oid IN ('genre'::regclass, 'album'::regclass) ORDER BY 1;
-- name: relname FROM pg_class WHERE oid = ANY ({genre,album}::regcla
SELECT relname FROM pg_class WHERE oid = ANY ('{genre,album}'::regclass[]) ORDER BY 1;
-- name: attname FROM pg_attribute WHERE attrelid = track::regclass A
SELECT attname FROM pg_attribute WHERE attrelid = 'track'::regclass AND atttypid = ANY ('{int4,numeric}'::regtype[]) AND attnum > 0 ORDER BY attnum;
-- name: (quote_ident(public) || . || quote_ident(genre))::regclass::
SELECT (quote_ident('public') || '.' || quote_ident('genre'))::regclass::text;
-- name: c.relname, a.attname, format_type(a.atttypid, a.atttypmod) F
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_class c, pg_attribute a WHERE a.attrelid = c.oid AND c.relname = 'album' AND attnum > 0 ORDER BY attnum;
-- name: schemaname, viewname FROM pg_views WHERE schemaname = public
SELECT schemaname, viewname FROM pg_views WHERE schemaname = 'public' ORDER BY 1, 2;
-- name: count(*) FILTER (WHERE country = USA) AS us, count(*) FILTER
SELECT count(*) FILTER (WHERE country = 'USA') AS us, count(*) FILTER (WHERE country <> 'USA') AS other, round(100.0 * count(*) FILTER (WHERE country = 'USA') / count(*), 1) || '%' AS share FROM customer;
-- name: to_char(invoice_date, YYYY-MM) AS month, sum(total) AS reven
SELECT to_char(invoice_date, 'YYYY-MM') AS month, sum(total) AS revenue, sum(sum(total)) OVER (ORDER BY to_char(invoice_date, 'YYYY-MM') ROWS UNBOUNDED PRECEDING) AS running FROM invoice GROUP BY 1 ORDER BY 1 LIMIT 12;
-- name: c.first_name ||   || c.last_name AS customer, i.total, rank(
SELECT c.first_name || ' ' || c.last_name AS customer, i.total, rank() OVER (PARTITION BY c.country ORDER BY i.total DESC) AS r FROM customer c JOIN invoice i USING (customer_id) WHERE c.country IN ('Brazil', 'Norway') ORDER BY c.country, r, i.invoice_id LIMIT 8;
-- name: WITH ranked AS (SELECT g.name AS genre, t.name AS track, sum
WITH ranked AS (SELECT g.name AS genre, t.name AS track, sum(il.quantity * il.unit_price) AS sales, row_number() OVER (PARTITION BY g.genre_id ORDER BY sum(il.quantity * il.unit_price) DESC, t.track_id) AS rn FROM genre g JOIN track t USING (genre_id) JOIN invoice_line il USING (track_id) GROUP BY g.genre_id, t.track_id) SELECT genre, track, sales FROM ranked WHERE rn = 1 ORDER BY genre;
-- name: coalesce(c.company, (none)) AS company, count(*) FROM custom
SELECT coalesce(c.company, '(none)') AS company, count(*) FROM customer c GROUP BY 1 HAVING count(*) > 1 ORDER BY 2 DESC, 1;
-- name: WITH first_purchase AS (SELECT customer_id, min(date_trunc(m
WITH first_purchase AS (SELECT customer_id, min(date_trunc('month', invoice_date)) AS cohort FROM invoice GROUP BY 1) SELECT cohort::date, count(DISTINCT f.customer_id) AS size, count(DISTINCT i.customer_id) FILTER (WHERE i.invoice_date >= cohort + interval '3 months') AS later FROM first_purchase f JOIN invoice i USING (customer_id) GROUP BY 1 ORDER BY 1;
-- name: width_bucket(milliseconds / 60000.0, 0, 60, 12) AS bucket, c
SELECT width_bucket(milliseconds / 60000.0, 0, 60, 12) AS bucket, count(*), min(milliseconds), max(milliseconds) FROM track GROUP BY 1 ORDER BY 1;
-- name: a.title, array_agg(t.name ORDER BY t.track_id) FILTER (WHERE
SELECT a.title, array_agg(t.name ORDER BY t.track_id) FILTER (WHERE t.milliseconds > 300000) FROM album a JOIN track t USING (album_id) WHERE a.album_id < 4 GROUP BY a.album_id ORDER BY a.album_id;
-- name: country, city, count(*) FROM customer GROUP BY GROUPING SETS
SELECT country, city, count(*) FROM customer GROUP BY GROUPING SETS ((country, city), (country), ()) HAVING grouping(country) = 0 AND country LIKE 'C%' ORDER BY 1, 2 NULLS LAST;
-- name: p.name, count(pt.track_id), pg_size_pretty(sum(t.bytes)::big
SELECT p.name, count(pt.track_id), pg_size_pretty(sum(t.bytes)::bigint) FROM playlist p LEFT JOIN playlist_track pt USING (playlist_id) LEFT JOIN track t USING (track_id) GROUP BY p.playlist_id ORDER BY 2 DESC, p.playlist_id LIMIT 5;
-- name: i1.customer_id, i1.invoice_date::date, (SELECT max(i2.invoic
SELECT i1.customer_id, i1.invoice_date::date, (SELECT max(i2.invoice_date)::date FROM invoice i2 WHERE i2.customer_id = i1.customer_id AND i2.invoice_date < i1.invoice_date) AS previous FROM invoice i1 WHERE i1.customer_id = 3 ORDER BY 2;
-- name: extract(isodow FROM invoice_date) AS dow, to_char(invoice_da
SELECT extract(isodow FROM invoice_date) AS dow, to_char(invoice_date, 'FMDay') AS day, count(*), avg(total)::numeric(10,2) FROM invoice GROUP BY 1, 2 ORDER BY 1;
-- name: customer_id, string_agg(invoice_id::text, -> ORDER BY invoic
SELECT customer_id, string_agg(invoice_id::text, '->' ORDER BY invoice_date) FROM invoice WHERE customer_id < 4 GROUP BY 1 ORDER BY 1;
-- name: name, similarity FROM (SELECT name, length(name) AS similari
SELECT name, similarity FROM (SELECT name, length(name) AS similarity FROM artist WHERE name ~* '\yrock\y' OR name SIMILAR TO '%(Metal|Punk)%') s ORDER BY 1;
-- name: composer, regexp_split_to_array(composer, s*[,/&]s*) AS peop
SELECT composer, regexp_split_to_array(composer, '\s*[,/&]\s*') AS people FROM track WHERE composer LIKE '%/%' ORDER BY track_id LIMIT 3;
-- name: e.last_name, (SELECT count(*) FROM customer c WHERE c.suppor
SELECT e.last_name, (SELECT count(*) FROM customer c WHERE c.support_rep_id = e.employee_id) AS customers, age(e.hire_date, e.birth_date) FROM employee e ORDER BY e.employee_id;
-- name: customer_id, invoice_date - lag(invoice_date) OVER w AS gap,
SELECT customer_id, invoice_date - lag(invoice_date) OVER w AS gap, invoice_date > lag(invoice_date) OVER w + interval '90 days' AS lapsed FROM invoice WHERE customer_id = 5 WINDOW w AS (PARTITION BY customer_id ORDER BY invoice_date) ORDER BY invoice_date;
-- name: json_build_object(customers, (SELECT count(*) FROM customer)
SELECT json_build_object('customers', (SELECT count(*) FROM customer), 'top', (SELECT json_agg(x) FROM (SELECT billing_country, sum(total) FROM invoice GROUP BY 1 ORDER BY 2 DESC LIMIT 2) x));
-- name: t.name, t.unit_price, t.unit_price - avg(t.unit_price) OVER
SELECT t.name, t.unit_price, t.unit_price - avg(t.unit_price) OVER () AS diff, percent_rank() OVER (ORDER BY t.milliseconds) FROM track t WHERE t.album_id = 1 ORDER BY t.track_id;
-- name: * FROM (SELECT billing_country, total, ntile(10) OVER (ORDER
SELECT * FROM (SELECT billing_country, total, ntile(10) OVER (ORDER BY total) AS decile FROM invoice) s WHERE decile = 10 ORDER BY total DESC, billing_country LIMIT 5;
-- name: m.y, m.total, m.total / nullif(lag(m.total) OVER (ORDER BY m
SELECT m.y, m.total, m.total / nullif(lag(m.total) OVER (ORDER BY m.y), 0) - 1 AS growth FROM (SELECT extract(year FROM invoice_date) AS y, sum(total) AS total FROM invoice GROUP BY 1) m ORDER BY 1;
-- name: count(*) = count(DISTINCT email) AS emails_unique, count(*)
SELECT count(*) = count(DISTINCT email) AS emails_unique, count(*) FILTER (WHERE phone IS NULL) AS no_phone, min(length(postal_code)) FROM customer;
-- name: invoice_id, total, sum(total) OVER (ORDER BY invoice_date, i
SELECT invoice_id, total, sum(total) OVER (ORDER BY invoice_date, invoice_id RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE CURRENT ROW) FROM invoice ORDER BY invoice_date, invoice_id LIMIT 4;
-- name: column1 AS id, column2 AS label FROM (VALUES (1, a), (2, b))
SELECT column1 AS id, column2 AS label FROM (VALUES (1, 'a'), (2, 'b')) v WHERE column1 > 1;
-- name: x.id, y.n FROM (SELECT generate_series(1, 2) AS id) x LEFT J
SELECT x.id, y.n FROM (SELECT generate_series(1, 2) AS id) x LEFT JOIN LATERAL (SELECT x.id * 10 AS n WHERE x.id > 1) y ON true ORDER BY 1;
-- name: 1 WHERE NOT EXISTS (SELECT FROM customer c LEFT JOIN employe
SELECT 1 WHERE NOT EXISTS (SELECT FROM customer c LEFT JOIN employee e ON e.employee_id = c.support_rep_id WHERE e.employee_id IS NULL);
-- name: table_name.name FROM genre AS table_name WHERE table_name.ge
SELECT table_name.name FROM genre AS table_name WHERE table_name.genre_id = 1;
-- name: "Total"."sum" FROM (SELECT sum(total) FROM invoice) AS "Tota
SELECT "Total"."sum" FROM (SELECT sum(total) FROM invoice) AS "Total";
-- name: ({"a": [1, 2, {"b": null}]}::jsonb)[a][2][b] IS NULL, jsonb_
SELECT ('{"a": [1, 2, {"b": null}]}'::jsonb)['a'][2]['b'] IS NULL, jsonb_path_query_first('{"a": [3, 1]}', '$.a[*] ? (@ < 2)');
-- name: timestamp 2024-02-29 + interval 1 year, date 2024-01-31 + in
SELECT timestamp '2024-02-29' + interval '1 year', date '2024-01-31' + interval '1 month', (date '2024-03-31' - interval '1 month')::date, date_trunc('month', date '2024-02-10') + interval '1 month - 1 day';
-- name: make_date(2024, g, 1) AS m, extract(day FROM make_date(2024,
SELECT make_date(2024, g, 1) AS m, extract(day FROM make_date(2024, g, 1) + interval '1 month' - interval '1 day') AS days FROM generate_series(1, 12) g;
-- name: abc || NULL IS NULL, concat(abc, NULL), a = a , a::char(2) =
SELECT 'abc' || NULL IS NULL, concat('abc', NULL), 'a' = 'a ', 'a'::char(2) = 'a '::char(2), ''::text IS NULL;
-- name: trim(to_char(1234567.5, 9,999,999.99)), to_char(0.256, FM990
SELECT trim(to_char(1234567.5, '9,999,999.99')), to_char(0.256, 'FM990.0%'), to_char(now(), 'YYYY') = extract(year FROM now())::text;
-- name: array(SELECT DISTINCT unnest(ARRAY[3, 1, 3, 2]) ORDER BY 1),
SELECT array(SELECT DISTINCT unnest(ARRAY[3, 1, 3, 2]) ORDER BY 1), (SELECT array_agg(x) FROM unnest(ARRAY[1, 2, 3]) x WHERE x % 2 = 1), array_to_string(ARRAY['a', NULL, 'c'], ', ', '-');
-- name: pg_is_in_recovery(), current_setting(transaction_isolation),
SELECT pg_is_in_recovery(), current_setting('transaction_isolation'), current_setting('server_version_num')::int / 10000;
-- name: to_regnamespace(public)::text, to_regnamespace(nosuch) IS NU
SELECT to_regnamespace('public')::text, to_regnamespace('nosuch') IS NULL;
-- name: has_table_privilege(current_user, genre, SELECT), has_table_
SELECT has_table_privilege(current_user, 'genre', 'SELECT'), has_table_privilege('genre', 'TRUNCATE'), has_column_privilege('genre', 'name', 'UPDATE'), has_any_column_privilege('genre', 'INSERT'), has_schema_privilege(current_user, 'public', 'USAGE'), has_database_privilege(current_database(), 'CONNECT');
-- name: proname, prokind, pronargs, prorettype::regtype, provolatile
SELECT proname, prokind, pronargs, prorettype::regtype, provolatile FROM pg_proc WHERE proname IN ('abs', 'now', 'lower', 'row_number', 'sum') ORDER BY proname, prorettype::oid;
-- name: proname, pg_get_function_result(oid), pg_get_function_identi
SELECT proname, pg_get_function_result(oid), pg_get_function_identity_arguments(oid) FROM pg_proc WHERE proname LIKE 'regexp_%' ORDER BY 1, 3;
-- name: obj_description(int4::regtype), obj_description(int4::regtyp
SELECT obj_description('int4'::regtype), obj_description('int4'::regtype, 'pg_type'), col_description('genre'::regclass, 1) IS NULL;
