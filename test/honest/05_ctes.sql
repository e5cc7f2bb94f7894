-- name: one cte
WITH spent AS (SELECT customer_id, sum(total) AS total FROM invoice GROUP BY 1) SELECT * FROM spent ORDER BY total DESC, customer_id LIMIT 5;
-- name: two ctes
WITH long AS (SELECT * FROM track WHERE milliseconds > 1000000), per AS (SELECT genre_id, count(*) AS n FROM long GROUP BY 1)
SELECT g.name, n FROM per JOIN genre AS g USING (genre_id) ORDER BY n DESC, 1;
-- name: materialized
WITH rock AS MATERIALIZED (SELECT track_id FROM track WHERE genre_id = 1) SELECT count(*) FROM rock JOIN invoice_line USING (track_id);
-- name: not materialized
WITH t AS NOT MATERIALIZED (SELECT * FROM track) SELECT count(*) FROM t WHERE album_id = 5;
-- name: cte used twice
WITH c AS (SELECT country, count(*) AS n FROM customer GROUP BY 1) SELECT a.country FROM c AS a WHERE a.n = (SELECT max(n) FROM c);
-- name: recursive numbers
WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 10) SELECT sum(i) FROM n;
-- name: recursive fibonacci
WITH RECURSIVE f (a, b) AS (SELECT 0::bigint, 1::bigint UNION ALL SELECT b, a + b FROM f WHERE b < 10000) SELECT a FROM f;
-- name: organisation chart
WITH RECURSIVE chart AS (
    SELECT employee_id, first_name, 1 AS level, first_name::text AS path FROM employee WHERE reports_to IS NULL
    UNION ALL
    SELECT e.employee_id, e.first_name, c.level + 1, c.path || ' > ' || e.first_name FROM employee AS e JOIN chart AS c ON e.reports_to = c.employee_id)
SELECT level, path FROM chart ORDER BY path;
-- name: recursive with array path
WITH RECURSIVE t AS (SELECT employee_id, ARRAY[employee_id] AS path FROM employee WHERE employee_id = 8
    UNION ALL SELECT e.reports_to, t.path || e.reports_to FROM t JOIN employee AS e USING (employee_id) WHERE e.reports_to IS NOT NULL)
SELECT path FROM t ORDER BY cardinality(path);
-- name: recursive union distinct
WITH RECURSIVE r (x) AS (SELECT 1 UNION SELECT (x * 3) % 7 FROM r) SELECT x FROM r ORDER BY x;
-- name: recursive calendar
WITH RECURSIVE d (day) AS (SELECT date '2024-02-26' UNION ALL SELECT day + 1 FROM d WHERE day < '2024-03-02') SELECT day, to_char(day, 'Dy') FROM d;
-- name: search depth first
WITH RECURSIVE t AS (SELECT employee_id, reports_to FROM employee WHERE reports_to IS NULL
    UNION ALL SELECT e.employee_id, e.reports_to FROM employee AS e JOIN t ON e.reports_to = t.employee_id)
    SEARCH DEPTH FIRST BY employee_id SET ordering SELECT employee_id FROM t ORDER BY ordering;
-- name: search breadth first
WITH RECURSIVE t AS (SELECT employee_id, reports_to FROM employee WHERE reports_to IS NULL
    UNION ALL SELECT e.employee_id, e.reports_to FROM employee AS e JOIN t ON e.reports_to = t.employee_id)
    SEARCH BREADTH FIRST BY employee_id SET ordering SELECT employee_id FROM t ORDER BY ordering;
-- name: cycle
WITH RECURSIVE g (a, b) AS (VALUES (1, 2), (2, 3), (3, 1)), w AS (SELECT 1 AS n UNION ALL SELECT b FROM w JOIN g ON a = n) CYCLE n SET looped USING path
SELECT n, looped FROM w ORDER BY cardinality(path);
-- name: cte in a subquery
SELECT (WITH x AS (SELECT max(total) AS m FROM invoice) SELECT m FROM x);
-- name: cte of values
WITH prices (label, price) AS (VALUES ('cheap', 0.99), ('dear', 1.99)) SELECT label, count(*) FROM prices JOIN track ON unit_price = price GROUP BY 1 ORDER BY 1;
-- name: pareto
WITH s AS (SELECT customer_id, sum(total) AS t FROM invoice GROUP BY 1), r AS (SELECT customer_id, t, sum(t) OVER (ORDER BY t DESC, customer_id) / sum(t) OVER () AS share FROM s)
SELECT count(*) FROM r WHERE share <= 0.5;
-- name: cte chain
WITH a AS (SELECT generate_series(1, 5) AS x), b AS (SELECT x * x AS y FROM a), c AS (SELECT sum(y) AS z FROM b) SELECT z FROM c;
-- name: insert in a cte
WITH new AS (INSERT INTO genre (genre_id, name) VALUES (900, 'Synthwave'), (901, 'Drone') RETURNING genre_id, name) SELECT count(*), max(name) FROM new;
-- name: delete in a cte
WITH gone AS (DELETE FROM playlist_track WHERE playlist_id = 18 RETURNING track_id) SELECT * FROM gone ORDER BY 1;
-- name: update in a cte
WITH up AS (UPDATE customer SET company = upper(company) WHERE country = 'Brazil' AND company IS NOT NULL RETURNING company) SELECT company FROM up ORDER BY 1;
-- name: cte before an insert
WITH next AS (SELECT max(playlist_id) + 1 AS id FROM playlist) INSERT INTO playlist (playlist_id, name) SELECT id, 'Agent mix' FROM next RETURNING name;
