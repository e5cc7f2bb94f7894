-- name: INSERT INTO genre (genre_id, name) VALUES (501, a), (502, DE
INSERT INTO genre (genre_id, name) VALUES (501, 'a'), (502, DEFAULT) RETURNING genre_id, name, genre_id + 1 AS next;
-- name: INSERT INTO users (name, mail, home, tags, settings) VALUES
INSERT INTO users (name, mail, home, tags, settings) VALUES ('x', 'x@y', ROW('s', 'c', 'z'), ARRAY['p'], '{"k": 1}') RETURNING name, (home).city, tags, settings -> 'k';
-- name: INSERT INTO orders (user_id, total, state) SELECT id, 10 * i
INSERT INTO orders (user_id, total, state) SELECT id, 10 * id, 'paid' FROM users WHERE id <= 3 RETURNING user_id, total, net, state;
-- name: INSERT INTO users (name, mail) VALUES (dup, u1@example.com)
INSERT INTO users (name, mail) VALUES ('dup', 'u1@example.com') ON CONFLICT DO NOTHING RETURNING id;
-- name: INSERT INTO users (name, mail) VALUES (dup, u1@example.com) (2)
INSERT INTO users (name, mail) VALUES ('dup', 'u1@example.com') ON CONFLICT ON CONSTRAINT users_mail_key DO UPDATE SET active = NOT users.active WHERE users.active RETURNING id, active;
-- name: INSERT INTO measurements VALUES (9, 2024-12-25, 1.5), (9, 20
INSERT INTO measurements VALUES (9, '2024-12-25', 1.5), (9, '2025-01-02', 2.5) ON CONFLICT (sensor, at) DO UPDATE SET v = EXCLUDED.v RETURNING *;
-- name: WITH new_user AS (INSERT INTO users (name, mail) VALUES (cte
WITH new_user AS (INSERT INTO users (name, mail) VALUES ('cte', 'c@t') RETURNING id, name), o AS (INSERT INTO orders (user_id, total) SELECT id, 3 FROM new_user RETURNING user_id, total) SELECT n.name, o.total FROM new_user n JOIN o ON o.user_id = n.id;
-- name: UPDATE orders SET state = shipped, total = total * 1.1, note
UPDATE orders SET state = 'shipped', total = total * 1.1, notes = NULL WHERE id = 3 RETURNING id, state, total, net;
-- name: UPDATE orders o SET notes = u.name FROM users u WHERE u.id =
UPDATE orders o SET notes = u.name FROM users u WHERE u.id = o.user_id AND o.id < 4 RETURNING o.id, o.notes, u.mail;
-- name: UPDATE orders SET (state, total) = (paid, 7) WHERE id = 5 RE
UPDATE orders SET (state, total) = ('paid', 7) WHERE id = 5 RETURNING state, total;
-- name: UPDATE orders SET (notes, total) = (SELECT name, id FROM use
UPDATE orders SET (notes, total) = (SELECT name, id FROM users WHERE users.id = orders.user_id) WHERE id IN (6, 7) RETURNING id, notes, total;
-- name: UPDATE users SET settings[nested][a][0] = 7, tags[1] = first
UPDATE users SET settings['nested']['a'][0] = '7', tags[1] = 'first', home.city = 'Rome' WHERE id = 2 RETURNING settings, tags, home;
-- name: UPDATE users SET settings = settings || {"beta": true}::json
UPDATE users SET settings = settings || '{"beta": true}'::jsonb - 'theme' WHERE id = 3 RETURNING settings;
-- name: UPDATE ONLY orders SET notes = DEFAULT WHERE id = 8 RETURNIN
UPDATE ONLY orders SET notes = DEFAULT WHERE id = 8 RETURNING notes;
-- name: UPDATE orders SET total = CASE WHEN total > 100 THEN 100 ELS
UPDATE orders SET total = CASE WHEN total > 100 THEN 100 ELSE total END WHERE id BETWEEN 10 AND 13 RETURNING id, total;
-- name: UPDATE active_users SET name = upper(name) WHERE id = 4 RETU
UPDATE active_users SET name = upper(name) WHERE id = 4 RETURNING *;
-- name: DELETE FROM orders WHERE id = 1 RETURNING *
DELETE FROM orders WHERE id = 1 RETURNING *;
-- name: DELETE FROM orders o USING users u WHERE u.id = o.user_id AN
DELETE FROM orders o USING users u WHERE u.id = o.user_id AND u.name = 'user 5' RETURNING o.id, u.name;
-- name: DELETE FROM orders WHERE id IN (SELECT id FROM orders ORDER
DELETE FROM orders WHERE id IN (SELECT id FROM orders ORDER BY total DESC LIMIT 2) RETURNING total;
-- name: DELETE FROM users WHERE id = 7
DELETE FROM users WHERE id = 7;
-- name: WITH d AS (DELETE FROM orders WHERE state = cancelled RETURN
WITH d AS (DELETE FROM orders WHERE state = 'cancelled' RETURNING *) SELECT count(*), sum(total) FROM d;
-- name: WITH moved AS (UPDATE orders SET state = cancelled WHERE sta
WITH moved AS (UPDATE orders SET state = 'cancelled' WHERE state = 'new' RETURNING id) SELECT count(*) FROM moved;
-- name: MERGE INTO users u USING (VALUES (u1@example.com, one), (zz@
MERGE INTO users u USING (VALUES ('u1@example.com', 'one'), ('zz@zz', 'two')) AS s (mail, name) ON u.mail = s.mail WHEN MATCHED THEN UPDATE SET name = s.name WHEN NOT MATCHED THEN INSERT (name, mail) VALUES (s.name, s.mail);
-- name: MERGE INTO orders o USING users u ON o.user_id = u.id AND o.
MERGE INTO orders o USING users u ON o.user_id = u.id AND o.total > 150 WHEN MATCHED AND u.id % 2 = 0 THEN DELETE WHEN MATCHED THEN DO NOTHING;
-- name: * FROM orders WHERE id = 1 FOR UPDATE
SELECT * FROM orders WHERE id = 1 FOR UPDATE;
-- name: id FROM orders WHERE state = new ORDER BY id LIMIT 2 FOR UPD
SELECT id FROM orders WHERE state = 'new' ORDER BY id LIMIT 2 FOR UPDATE SKIP LOCKED;
-- name: o.id FROM orders o JOIN users u ON u.id = o.user_id WHERE o.
SELECT o.id FROM orders o JOIN users u ON u.id = o.user_id WHERE o.id < 3 ORDER BY 1 FOR NO KEY UPDATE OF o NOWAIT;
-- name: id FROM orders WHERE id = 2 FOR SHARE
SELECT id FROM orders WHERE id = 2 FOR SHARE;
-- name: id FROM orders WHERE id = 2 FOR KEY SHARE
SELECT id FROM orders WHERE id = 2 FOR KEY SHARE;
-- name: TABLE genre
TABLE genre;
-- name: TABLE genre ORDER BY genre_id LIMIT 2
TABLE genre ORDER BY genre_id LIMIT 2;
-- name: VALUES (1, one), (2, two) ORDER BY 1 DESC
VALUES (1, 'one'), (2, 'two') ORDER BY 1 DESC;
-- name: VALUES (1, one), (2, two), (3, NULL) EXCEPT VALUES (1, one)
VALUES (1, 'one'), (2, 'two'), (3, NULL) EXCEPT VALUES (1, 'one') ORDER BY 1;
-- name: id FROM orders WHERE id < 5 UNION SELECT id FROM users WHERE
SELECT id FROM orders WHERE id < 5 UNION SELECT id FROM users WHERE id < 7 INTERSECT SELECT 3 ORDER BY 1;
-- name: 1 AS a UNION ALL SELECT 2 UNION ALL (SELECT 3 ORDER BY 1 LIM
SELECT 1 AS a UNION ALL SELECT 2 UNION ALL (SELECT 3 ORDER BY 1 LIMIT 1) ORDER BY a DESC OFFSET 1;
-- name: ON (state) state, id, total FROM orders ORDER BY state, tota
SELECT DISTINCT ON (state) state, id, total FROM orders ORDER BY state, total DESC, id;
-- name: state, count(*) FROM orders GROUP BY DISTINCT ROLLUP (state)
SELECT state, count(*) FROM orders GROUP BY DISTINCT ROLLUP (state), CUBE (state) ORDER BY 1 NULLS LAST, 2;
-- name: * FROM orders o NATURAL JOIN (SELECT 5 AS id) s
SELECT * FROM orders o NATURAL JOIN (SELECT 5 AS id) s;
-- name: u.id, o.* FROM users u LEFT JOIN LATERAL (SELECT id AS oid,
SELECT u.id, o.* FROM users u LEFT JOIN LATERAL (SELECT id AS oid, total FROM orders WHERE user_id = u.id ORDER BY total DESC LIMIT 1) o ON true WHERE u.id < 4 ORDER BY 1;
-- name: a.id, b.id FROM users a FULL JOIN orders b USING (id) WHERE
SELECT a.id, b.id FROM users a FULL JOIN orders b USING (id) WHERE a.id IS NULL ORDER BY 2 LIMIT 2;
-- name: * FROM users CROSS JOIN (VALUES (1)) v (x) WHERE id = 1
SELECT * FROM users CROSS JOIN (VALUES (1)) v (x) WHERE id = 1;
-- name: count(*) FROM orders TABLESAMPLE SYSTEM (100)
SELECT count(*) FROM orders TABLESAMPLE SYSTEM (100);
-- name: count(*) FROM orders TABLESAMPLE BERNOULLI (100) REPEATABLE
SELECT count(*) FROM orders TABLESAMPLE BERNOULLI (100) REPEATABLE (1);
-- name: count(*) FROM users TABLESAMPLE SYSTEM (100) REPEATABLE (42)
SELECT count(*) FROM users TABLESAMPLE SYSTEM (100) REPEATABLE (42);
-- name: WITH RECURSIVE t(n) AS (VALUES (1) UNION ALL SELECT n + 1 FR
WITH RECURSIVE t(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM t WHERE n < 100) SELECT sum(n) FROM t;
-- name: WITH RECURSIVE fib(a, b) AS (SELECT 0, 1 UNION ALL SELECT b,
WITH RECURSIVE fib(a, b) AS (SELECT 0, 1 UNION ALL SELECT b, a + b FROM fib WHERE b < 100) SELECT array_agg(a) FROM fib;
-- name: WITH RECURSIVE t AS MATERIALIZED (SELECT 1 AS n) SELECT * FR
WITH RECURSIVE t AS MATERIALIZED (SELECT 1 AS n) SELECT * FROM t;
-- name: WITH x AS NOT MATERIALIZED (SELECT * FROM orders) SELECT cou
WITH x AS NOT MATERIALIZED (SELECT * FROM orders) SELECT count(*) FROM x WHERE id < 10;
-- name: WITH RECURSIVE dates AS (SELECT date 2024-01-01 AS d UNION A
WITH RECURSIVE dates AS (SELECT date '2024-01-01' AS d UNION ALL SELECT d + 1 FROM dates WHERE d < '2024-01-10') SELECT d, (SELECT count(*) FROM orders WHERE placed::date = d) FROM dates ORDER BY d;
-- name: d::date, coalesce(sum(o.total), 0) FROM generate_series(2024
SELECT d::date, coalesce(sum(o.total), 0) FROM generate_series('2024-01-01'::date, '2024-01-05', '1 day') d LEFT JOIN orders o ON o.placed::date = d::date GROUP BY 1 ORDER BY 1;
-- name: * FROM orders WHERE (user_id, state) IN (SELECT id, new::sta
SELECT * FROM orders WHERE (user_id, state) IN (SELECT id, 'new'::status FROM users) ORDER BY id LIMIT 1;
-- name: id, total FROM orders WHERE total > ALL (SELECT avg(total) F
SELECT id, total FROM orders WHERE total > ALL (SELECT avg(total) FROM orders GROUP BY state) ORDER BY total DESC, id FETCH FIRST 3 ROWS ONLY;
-- name: id FROM orders ORDER BY total DESC NULLS LAST, id OFFSET 5 R
SELECT id FROM orders ORDER BY total DESC NULLS LAST, id OFFSET 5 ROWS FETCH NEXT 2 ROWS ONLY;
-- name: id, state FROM orders WHERE state = ANY ({new,paid}) ORDER B
SELECT id, state FROM orders WHERE state = ANY ('{new,paid}') ORDER BY id LIMIT 2;
-- name: id FROM orders WHERE id = ANY (ARRAY[1, 2, 3]::int[]) ORDER
SELECT id FROM orders WHERE id = ANY (ARRAY[1, 2, 3]::int[]) ORDER BY array_position(ARRAY[3, 1, 2], id);
-- name: lower(mail), mail::text, mail ||  FROM users ORDER BY lower(
SELECT lower(mail), mail::text, mail || '' FROM users ORDER BY lower(mail) LIMIT 2;
-- name: a@b::email, 5::positive, (SELECT total FROM orders WHERE id
SELECT 'a@b'::email, 5::positive, (SELECT total FROM orders WHERE id = 2) + 1;
-- name: u.name FROM users u WHERE EXISTS (SELECT FROM orders o WHERE
SELECT u.name FROM users u WHERE EXISTS (SELECT FROM orders o WHERE o.user_id = u.id AND o.state = 'paid') AND NOT EXISTS (SELECT FROM orders o WHERE o.user_id = u.id AND o.state = 'cancelled') ORDER BY u.id LIMIT 3;
-- name: date_trunc(week, placed) AS wk, sum(total), sum(sum(total))
SELECT date_trunc('week', placed) AS wk, sum(total), sum(sum(total)) OVER (ORDER BY date_trunc('week', placed)) FROM orders GROUP BY 1 ORDER BY 1;
-- name: *, total - lag(total) OVER (PARTITION BY user_id ORDER BY pl
SELECT *, total - lag(total) OVER (PARTITION BY user_id ORDER BY placed) AS delta FROM orders WHERE user_id < 3 ORDER BY id;
-- name: PERCENTILE_CONT(0.95) WITHIN GROUP (ORDER BY total) AS p95,
SELECT PERCENTILE_CONT(0.95) WITHIN GROUP (ORDER BY total) AS p95, AVG(total) FILTER (WHERE state = 'paid') FROM orders;
-- name: to_char(placed, YYYY-"Q"Q) AS q, SUM(total)::money FROM orde
SELECT to_char(placed, 'YYYY-"Q"Q') AS q, SUM(total)::money FROM orders GROUP BY 1 ORDER BY 1;
-- name: CASE WHEN total < 50 THEN low WHEN total < 150 THEN mid ELSE
SELECT CASE WHEN total < 50 THEN 'low' WHEN total < 150 THEN 'mid' ELSE 'high' END AS tier, COUNT(*), ROUND(100.0 * COUNT(*) / SUM(COUNT(*)) OVER (), 2) AS pct FROM orders GROUP BY tier ORDER BY MIN(total);
-- name: c.country, COUNT(DISTINCT c.customer_id) AS customers, SUM(i
SELECT c.country, COUNT(DISTINCT c.customer_id) AS customers, SUM(i.total) AS revenue, SUM(i.total) / COUNT(DISTINCT c.customer_id) AS arpu FROM customer c LEFT JOIN invoice i ON c.customer_id = i.customer_id GROUP BY c.country HAVING SUM(i.total) > 40 ORDER BY revenue DESC LIMIT 10;
-- name: ar.name, COUNT(DISTINCT al.album_id) AS albums, COUNT(t.trac
SELECT ar.name, COUNT(DISTINCT al.album_id) AS albums, COUNT(t.track_id) AS tracks, SUM(t.milliseconds) / 60000.0 AS minutes FROM artist ar JOIN album al USING (artist_id) JOIN track t USING (album_id) GROUP BY ar.artist_id, ar.name ORDER BY tracks DESC, ar.name LIMIT 5;
-- name: WITH monthly AS (SELECT date_trunc(month, invoice_date) AS m
WITH monthly AS (SELECT date_trunc('month', invoice_date) AS m, SUM(total) AS rev FROM invoice GROUP BY 1) SELECT m::date, rev, LAG(rev) OVER (ORDER BY m) AS prev, ROUND((rev - LAG(rev) OVER (ORDER BY m)) / NULLIF(LAG(rev) OVER (ORDER BY m), 0) * 100, 1) AS growth FROM monthly ORDER BY m LIMIT 6;
-- name: e.first_name ||   || e.last_name AS rep, m.last_name AS boss
SELECT e.first_name || ' ' || e.last_name AS rep, m.last_name AS boss, COUNT(c.customer_id) FROM employee e LEFT JOIN employee m ON e.reports_to = m.employee_id LEFT JOIN customer c ON c.support_rep_id = e.employee_id GROUP BY e.employee_id, m.last_name ORDER BY e.employee_id;
-- name: "customer_id" AS "Customer ID", "first_name" AS "First Name"
SELECT "customer_id" AS "Customer ID", "first_name" AS "First Name" FROM "public"."customer" ORDER BY "customer_id" LIMIT 2;
-- name: public.customer.email FROM public.customer WHERE public.cust
SELECT public.customer.email FROM public.customer WHERE public.customer.customer_id = 1;
-- name: g.name AS genre, string_agg(t.name, ,  ORDER BY t.name) FROM
SELECT g.name AS genre, string_agg(t.name, ', ' ORDER BY t.name) FROM (SELECT *, row_number() OVER (PARTITION BY genre_id ORDER BY milliseconds DESC) AS rn FROM track) t JOIN genre g USING (genre_id) WHERE rn <= 2 GROUP BY 1 ORDER BY 1 LIMIT 3;
-- name: DECLARE c BINARY CURSOR FOR SELECT 1; CLOSE c
DECLARE c BINARY CURSOR FOR SELECT 1;
CLOSE c;
-- name: DECLARE c INSENSITIVE NO SCROLL CURSOR WITHOUT HOLD FOR SELE
DECLARE c INSENSITIVE NO SCROLL CURSOR WITHOUT HOLD FOR SELECT id FROM orders ORDER BY id;
FETCH 2 FROM c;
FETCH FORWARD 1 FROM c;
MOVE 5 FROM c;
FETCH c;
CLOSE c;
-- name: DECLARE c SCROLL CURSOR FOR SELECT id FROM orders ORDER BY i
DECLARE c SCROLL CURSOR FOR SELECT id FROM orders ORDER BY id;
FETCH ABSOLUTE -1 FROM c;
FETCH FIRST FROM c;
FETCH RELATIVE 0 FROM c;
FETCH BACKWARD ALL FROM c;
-- name: DECLARE c CURSOR FOR SELECT id FROM orders WHERE id < 3 FOR
DECLARE c CURSOR FOR SELECT id FROM orders WHERE id < 3 FOR UPDATE;
FETCH c;
DELETE FROM orders WHERE CURRENT OF c RETURNING id;
-- name: PREPARE p (int) AS SELECT $1 + 1; EXECUTE p (41); DEALLOCATE
PREPARE p (int) AS SELECT $1 + 1;
EXECUTE p (41);
DEALLOCATE PREPARE p;
-- name: PREPARE p2 AS UPDATE orders SET notes = $1 WHERE id = $2 RET
PREPARE p2 AS UPDATE orders SET notes = $1 WHERE id = $2 RETURNING notes;
EXECUTE p2 ('n', 3);
DEALLOCATE p2;
-- name: PREPARE p3 (status, text[]) AS SELECT count(*) FROM orders W
PREPARE p3 (status, text[]) AS SELECT count(*) FROM orders WHERE state = $1 AND NOT notes = ANY ($2);
EXECUTE p3 ('new', '{a}');
EXECUTE p3 ('paid', ARRAY['b']);
DEALLOCATE ALL;
-- name: SAVEPOINT a; INSERT INTO genre VALUES (700, x); ROLLBACK TO
SAVEPOINT a;
INSERT INTO genre VALUES (700, 'x');
ROLLBACK TO a;
RELEASE a;
SELECT count(*) FROM genre WHERE genre_id = 700;
-- name: BEGIN ISOLATION LEVEL READ UNCOMMITTED; SHOW transaction_iso
BEGIN ISOLATION LEVEL READ UNCOMMITTED;
SHOW transaction_isolation;
COMMIT;
-- name: SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SELECT 1
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;
SELECT 1;
-- name: SET TRANSACTION READ ONLY; SHOW transaction_read_only
SET TRANSACTION READ ONLY;
SHOW transaction_read_only;
-- name: SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE
SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE;
-- name: SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL R
SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED;
-- name: SET LOCAL statement_timeout = 5s
SET LOCAL statement_timeout = '5s';
-- name: SET statement_timeout = 5000
SET statement_timeout = 5000;
-- name: SET lock_timeout = 1s
SET lock_timeout = '1s';
-- name: SET LOCAL search_path = public
SET LOCAL search_path = public;
-- name: SET search_path TO public, pg_catalog
SET search_path TO public, pg_catalog;
-- name: SET application_name = my app
SET application_name = 'my app';
-- name: SET client_min_messages = warning
SET client_min_messages = warning;
-- name: SET default_transaction_read_only = on
SET default_transaction_read_only = on;
-- name: SET extra_float_digits = 3
SET extra_float_digits = 3;
-- name: SET bytea_output = escape; SELECT x01::bytea; RESET bytea_ou
SET bytea_output = 'escape';
SELECT '\x01'::bytea;
RESET bytea_output;
-- name: SET standard_conforming_strings = on
SET standard_conforming_strings = on;
-- name: SET row_security = on
SET row_security = on;
-- name: SET timezone = UTC; RESET timezone
SET timezone = 'UTC';
RESET timezone;
-- name: SET TIME ZONE LOCAL
SET TIME ZONE LOCAL;
-- name: SET TIME ZONE INTERVAL +02:00 HOUR TO MINUTE; RESET TIME ZON
SET TIME ZONE INTERVAL '+02:00' HOUR TO MINUTE;
RESET TIME ZONE;
-- name: SET datestyle TO ISO; SHOW datestyle
SET datestyle TO ISO;
SHOW datestyle;
-- name: SET NAMES utf8
SET NAMES 'utf8';
-- name: SET ROLE NONE
SET ROLE NONE;
-- name: RESET ROLE
RESET ROLE;
-- name: RESET ALL
RESET ALL;
-- name: SHOW server_version
SHOW server_version;
-- name: SHOW timezone
SHOW timezone;
-- name: SHOW max_identifier_length
SHOW max_identifier_length;
-- name: SHOW lc_collate
SHOW lc_collate;
-- name: SHOW server_encoding
SHOW server_encoding;
-- name: SHOW is_superuser
SHOW is_superuser;
-- name: SHOW integer_datetimes
SHOW integer_datetimes;
-- name: SHOW transaction isolation level
SHOW transaction isolation level;
-- name: DISCARD TEMP
DISCARD TEMP;
-- name: DISCARD SEQUENCES
DISCARD SEQUENCES;
-- name: UNLISTEN *
UNLISTEN *;
