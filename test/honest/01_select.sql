-- name: all genres
SELECT genre_id, name FROM genre ORDER BY genre_id;
-- name: table command
TABLE media_type ORDER BY 1;
-- name: where equality
SELECT first_name, last_name FROM customer WHERE country = 'Brazil' ORDER BY last_name;
-- name: where in list
SELECT first_name, country FROM customer WHERE country IN ('France', 'Germany', 'Spain') ORDER BY 2, 1;
-- name: where long in list
SELECT name FROM track WHERE track_id IN (1, 5, 9, 13, 17, 21, 25, 29, 33, 37, 41, 45) ORDER BY track_id;
-- name: where not in
SELECT count(*) FROM customer WHERE country NOT IN ('USA', 'Canada');
-- name: any of an array
SELECT name FROM genre WHERE name = ANY (ARRAY['Jazz', 'Blues', 'Pop']) ORDER BY name;
-- name: all of an array
SELECT name FROM genre WHERE genre_id > ALL ('{20,21,22}'::int[]) ORDER BY name;
-- name: between
SELECT invoice_id, total FROM invoice WHERE total BETWEEN 15 AND 20 ORDER BY invoice_id;
-- name: like
SELECT title FROM album WHERE title LIKE 'B%' ORDER BY title;
-- name: ilike both sides
SELECT name FROM track WHERE name ILIKE '%love%' ORDER BY name, track_id LIMIT 20;
-- name: not like with escape
SELECT count(*) FROM track WHERE name NOT LIKE '%!%%' ESCAPE '!';
-- name: similar to
SELECT name FROM genre WHERE name SIMILAR TO '(Rock|Metal)%' ORDER BY name;
-- name: is null
SELECT count(*) FROM customer WHERE company IS NULL;
-- name: is not distinct from
SELECT count(*) FROM customer WHERE state IS NOT DISTINCT FROM NULL;
-- name: is true
SELECT count(*) FROM customer WHERE (company = 'Google Inc.') IS NOT TRUE;
-- name: coalesce
SELECT customer_id, coalesce(company, 'private') FROM customer ORDER BY customer_id LIMIT 10;
-- name: nullif
SELECT customer_id, nullif(country, 'USA') FROM customer ORDER BY customer_id LIMIT 20;
-- name: greatest and least
SELECT track_id, greatest(milliseconds, 300000), least(bytes, 5000000) FROM track ORDER BY track_id LIMIT 5;
-- name: searched case
SELECT name, CASE WHEN milliseconds < 180000 THEN 'short' WHEN milliseconds < 360000 THEN 'medium' ELSE 'long' END AS length
FROM track ORDER BY track_id LIMIT 10;
-- name: simple case
SELECT CASE support_rep_id WHEN 3 THEN 'Jane' WHEN 4 THEN 'Margaret' ELSE 'Steve' END AS rep, count(*) FROM customer GROUP BY 1 ORDER BY 1;
-- name: distinct
SELECT DISTINCT country FROM customer ORDER BY country;
-- name: distinct on
SELECT DISTINCT ON (customer_id) customer_id, invoice_id, total FROM invoice ORDER BY customer_id, total DESC, invoice_id LIMIT 15;
-- name: order nulls last
SELECT customer_id, company FROM customer ORDER BY company DESC NULLS LAST, customer_id LIMIT 15;
-- name: order by expression
SELECT name FROM genre ORDER BY length(name) DESC, name LIMIT 5;
-- name: order by using
SELECT name FROM genre ORDER BY name USING > LIMIT 5;
-- name: collate
SELECT name FROM genre ORDER BY name COLLATE "C" DESC LIMIT 5;
-- name: limit and offset
SELECT track_id, name FROM track ORDER BY track_id LIMIT 5 OFFSET 100;
-- name: fetch first
SELECT title FROM album ORDER BY album_id OFFSET 10 ROWS FETCH FIRST 3 ROWS ONLY;
-- name: fetch with ties
SELECT invoice_id, total FROM invoice ORDER BY total DESC FETCH FIRST 5 ROWS WITH TIES;
-- name: limit by expression
SELECT name FROM genre ORDER BY genre_id LIMIT (SELECT count(*) / 5 FROM genre);
-- name: row comparison
SELECT invoice_id FROM invoice WHERE (customer_id, total) > (57, 5) ORDER BY invoice_id;
-- name: row in list
SELECT track_id FROM track WHERE (album_id, genre_id) IN ((1, 1), (4, 1)) ORDER BY track_id;
-- name: whole row
SELECT g FROM genre AS g ORDER BY genre_id LIMIT 3;
-- name: whole row is null
SELECT count(*) FROM customer AS c LEFT JOIN invoice AS i ON i.customer_id = c.customer_id AND i.total > 100 WHERE i IS NULL;
-- name: boolean column
SELECT name, name LIKE '%Rock%' AS rock FROM genre ORDER BY genre_id LIMIT 5;
-- name: tablesample bernoulli
SELECT count(*) FROM track TABLESAMPLE BERNOULLI (100);
-- name: tablesample system repeatable
SELECT count(*) > 0 FROM track TABLESAMPLE SYSTEM (50) REPEATABLE (7);
-- name: select without from
SELECT 1 + 1 AS two, 'x' || 'y' AS xy;
-- name: empty select list
SELECT FROM genre WHERE genre_id < 3;
-- name: keyset page
SELECT track_id, name FROM track WHERE track_id > 3000 ORDER BY track_id LIMIT 5;
