-- name: scalar
SELECT name, (SELECT count(*) FROM album AS al WHERE al.artist_id = a.artist_id) FROM artist AS a ORDER BY a.artist_id LIMIT 5;
-- name: exists
SELECT count(*) FROM track AS t WHERE EXISTS (SELECT FROM invoice_line AS il WHERE il.track_id = t.track_id);
-- name: not exists
SELECT count(*) FROM track AS t WHERE NOT EXISTS (SELECT 1 FROM invoice_line AS il WHERE il.track_id = t.track_id);
-- name: in subquery
SELECT title FROM album WHERE artist_id IN (SELECT artist_id FROM artist WHERE name LIKE 'Led%') ORDER BY title;
-- name: not in subquery
SELECT count(*) FROM artist WHERE artist_id NOT IN (SELECT artist_id FROM album);
-- name: any subquery
SELECT count(*) FROM track WHERE milliseconds > ANY (SELECT avg(milliseconds) FROM track GROUP BY genre_id);
-- name: all subquery
SELECT name FROM track WHERE milliseconds >= ALL (SELECT milliseconds FROM track) ORDER BY 1;
-- name: row subquery
SELECT invoice_id FROM invoice WHERE (customer_id, total) = (SELECT customer_id, total FROM invoice WHERE invoice_id = 7) ORDER BY 1;
-- name: row in subquery
SELECT count(*) FROM invoice WHERE (customer_id, invoice_date) IN (SELECT customer_id, max(invoice_date) FROM invoice GROUP BY customer_id);
-- name: array subquery
SELECT name, ARRAY(SELECT title::text FROM album AS al WHERE al.artist_id = a.artist_id ORDER BY 1) FROM artist AS a WHERE artist_id IN (1, 2, 3) ORDER BY 1;
-- name: derived table
SELECT avg(n)::numeric(10,3) FROM (SELECT count(*) AS n FROM invoice GROUP BY customer_id) AS x;
-- name: derived table with column names
SELECT q.a, q.b FROM (SELECT genre_id, name FROM genre) AS q (a, b) WHERE q.a < 4 ORDER BY 1;
-- name: nested three deep
SELECT count(*) FROM customer WHERE customer_id IN (SELECT customer_id FROM invoice WHERE invoice_id IN
    (SELECT invoice_id FROM invoice_line WHERE track_id IN (SELECT track_id FROM track WHERE genre_id = 2)));
-- name: correlated average
SELECT count(*) FROM track AS t WHERE milliseconds > (SELECT avg(milliseconds) FROM track AS u WHERE u.genre_id = t.genre_id);
-- name: subquery in having
SELECT customer_id, sum(total) FROM invoice GROUP BY 1 HAVING sum(total) > (SELECT avg(s) * 1.1 FROM (SELECT sum(total) AS s FROM invoice GROUP BY customer_id) AS x) ORDER BY 1;
-- name: subquery in order by
SELECT g.name FROM genre AS g ORDER BY (SELECT count(*) FROM track AS t WHERE t.genre_id = g.genre_id) DESC, g.name LIMIT 5;
-- name: subquery in case
SELECT CASE WHEN (SELECT count(*) FROM invoice) > 400 THEN 'many' ELSE 'few' END;
-- name: subquery with limit
SELECT avg(total)::numeric(10,4) FROM (SELECT total FROM invoice ORDER BY total DESC, invoice_id LIMIT 10) AS top;
-- name: exists in select list
SELECT name, EXISTS (SELECT FROM track AS t WHERE t.genre_id = g.genre_id AND t.milliseconds > 2000000) AS has_long FROM genre AS g ORDER BY genre_id;
-- name: customers who bought everything of an album
SELECT c.customer_id FROM customer AS c WHERE NOT EXISTS (SELECT FROM track AS t WHERE t.album_id = 340 AND NOT EXISTS
    (SELECT FROM invoice AS i JOIN invoice_line AS il USING (invoice_id) WHERE i.customer_id = c.customer_id AND il.track_id = t.track_id)) ORDER BY 1;
-- name: second highest
SELECT max(total) FROM invoice WHERE total < (SELECT max(total) FROM invoice);
-- name: hashed subplan
SELECT count(*) FROM track WHERE genre_id NOT IN (SELECT genre_id FROM genre WHERE name LIKE '%a%') OR composer IS NULL;
-- name: condition of an inner query, NOT LIKE
SELECT count(*) FROM (SELECT title, title NOT LIKE 'B%' AS other FROM album) s WHERE other;
-- name: condition of an inner query, negated
SELECT count(*) FROM (SELECT name, name ILIKE '%love%' AS love FROM track) s WHERE NOT love;
-- name: not not like
SELECT title FROM album WHERE NOT (title NOT LIKE 'B%') ORDER BY title;
-- name: not like is not true
SELECT count(*) FROM track WHERE (composer NOT LIKE 'A%') IS NOT TRUE;
-- name: left join on not like
SELECT count(*), count(al.title) FROM artist ar LEFT JOIN album al ON al.artist_id = ar.artist_id AND NOT (al.title NOT LIKE ar.name || '%');
-- name: long list of an inner query
SELECT count(*) FROM track WHERE track_id = ANY (string_to_array((SELECT string_agg(track_id::text, ',') FROM track WHERE track_id % 3 = 0), ',')::int[]);
-- name: long list made of text
SELECT count(*) FROM track WHERE track_id <> ALL (string_to_array(repeat('7,', 600) || '8', ',')::int[]);
