-- name: union
SELECT city FROM customer UNION SELECT city FROM employee ORDER BY 1 LIMIT 10;
-- name: union all
SELECT 'customer' AS kind, count(*) FROM customer UNION ALL SELECT 'employee', count(*) FROM employee ORDER BY 1;
-- name: intersect
SELECT country FROM customer INTERSECT SELECT country FROM employee;
-- name: intersect all
SELECT x FROM (VALUES (1), (1), (2)) AS a (x) INTERSECT ALL SELECT x FROM (VALUES (1), (1), (3)) AS b (x);
-- name: except
SELECT artist_id FROM artist EXCEPT SELECT artist_id FROM album ORDER BY 1 LIMIT 10;
-- name: except all
SELECT * FROM (VALUES ('a'), ('a'), ('b')) AS v EXCEPT ALL VALUES ('a') ORDER BY 1;
-- name: nested set operations
(SELECT 1 UNION SELECT 2) EXCEPT (SELECT 2 UNION SELECT 3) ORDER BY 1;
-- name: union with limits
(SELECT name FROM genre ORDER BY name LIMIT 2) UNION ALL (SELECT name FROM media_type ORDER BY name LIMIT 2);
-- name: union of types
SELECT 1 UNION ALL SELECT 2.5 UNION ALL SELECT NULL ORDER BY 1;
-- name: values
VALUES (1, 'one'), (2, 'two'), (3, NULL);
-- name: values ordered
VALUES (3), (1), (2) ORDER BY 1 LIMIT 2;
-- name: values with expressions
SELECT x, y FROM (VALUES (1 + 1, upper('a')), (abs(-3), 'b')) AS v (x, y);
-- name: generate_series
SELECT generate_series(1, 10, 3);
-- name: generate_series down
SELECT g FROM generate_series(5, 1, -2) AS g;
-- name: generate_series numeric
SELECT g FROM generate_series(0.0, 1.0, 0.25) AS g;
-- name: generate_series bigint
SELECT count(*), sum(g) FROM generate_series(1::bigint, 100000) AS g;
-- name: series with ordinality
SELECT * FROM generate_series(10, 12) WITH ORDINALITY;
-- name: calendar left join
SELECT m::date, coalesce(sum(i.total), 0) FROM generate_series(timestamp '2024-01-01', '2024-06-01', interval '1 month') AS m
LEFT JOIN invoice AS i ON i.invoice_date >= m AND i.invoice_date < m + interval '1 month' GROUP BY m ORDER BY m;
-- name: set returning in the select list
SELECT genre_id, generate_series(1, 2) FROM genre WHERE genre_id < 3 ORDER BY 1, 2;
-- name: cross tab by values
SELECT y, q, (SELECT sum(total) FROM invoice WHERE extract(year FROM invoice_date) = y AND extract(quarter FROM invoice_date) = q)
FROM (VALUES (2023), (2024)) AS a (y), (VALUES (1), (2)) AS b (q) ORDER BY 1, 2;
