-- name: inner join
SELECT a.name, al.title FROM artist AS a JOIN album AS al ON al.artist_id = a.artist_id ORDER BY a.name, al.title LIMIT 20;
-- name: join using
SELECT title, count(*) FROM album JOIN track USING (album_id) GROUP BY title ORDER BY 2 DESC, 1 LIMIT 10;
-- name: natural join
SELECT count(*) FROM invoice NATURAL JOIN invoice_line;
-- name: left join
SELECT a.name, count(al.album_id) AS albums FROM artist AS a LEFT JOIN album AS al USING (artist_id)
GROUP BY a.artist_id, a.name ORDER BY albums DESC, a.name LIMIT 10;
-- name: anti join
SELECT name FROM artist AS a LEFT JOIN album AS al USING (artist_id) WHERE al.album_id IS NULL ORDER BY name LIMIT 10;
-- name: right join
SELECT m.name, count(t.track_id) FROM track AS t RIGHT JOIN media_type AS m USING (media_type_id) GROUP BY m.name ORDER BY m.name;
-- name: full join
SELECT c.country, e.country FROM (SELECT DISTINCT country FROM customer) AS c
FULL JOIN (SELECT DISTINCT country FROM employee) AS e ON e.country = c.country ORDER BY 1, 2 LIMIT 10;
-- name: cross join
SELECT g.name, m.name FROM genre AS g CROSS JOIN media_type AS m WHERE g.genre_id < 3 ORDER BY 1, 2;
-- name: self join
SELECT e.first_name AS employee, m.first_name AS manager FROM employee AS e LEFT JOIN employee AS m ON m.employee_id = e.reports_to
ORDER BY e.employee_id;
-- name: five tables
SELECT c.country, g.name, sum(il.quantity) AS sold
FROM customer AS c JOIN invoice AS i USING (customer_id) JOIN invoice_line AS il USING (invoice_id)
JOIN track AS t USING (track_id) JOIN genre AS g USING (genre_id)
GROUP BY c.country, g.name ORDER BY sold DESC, 1, 2 LIMIT 15;
-- name: revenue per artist
SELECT ar.name, sum(il.unit_price * il.quantity) AS revenue
FROM invoice_line AS il JOIN track AS t USING (track_id) JOIN album AS al USING (album_id) JOIN artist AS ar USING (artist_id)
GROUP BY ar.artist_id, ar.name ORDER BY revenue DESC, ar.name LIMIT 10;
-- name: join with inequality
SELECT count(*) FROM invoice AS a JOIN invoice AS b ON a.customer_id = b.customer_id AND a.invoice_date < b.invoice_date;
-- name: join on expression
SELECT c.customer_id, e.employee_id FROM customer AS c JOIN employee AS e ON lower(c.city) = lower(e.city) ORDER BY 1, 2;
-- name: join subquery
SELECT c.first_name, s.spent FROM customer AS c JOIN (SELECT customer_id, sum(total) AS spent FROM invoice GROUP BY customer_id) AS s
USING (customer_id) ORDER BY s.spent DESC, c.first_name LIMIT 10;
-- name: join values
SELECT v.label, count(t.track_id) FROM (VALUES ('short', 0, 180000), ('medium', 180000, 360000), ('long', 360000, 2147483647)) AS v (label, low, high)
JOIN track AS t ON t.milliseconds >= v.low AND t.milliseconds < v.high GROUP BY v.label ORDER BY 1;
-- name: join function
SELECT y, count(i.invoice_id) FROM generate_series(2020, 2026) AS y LEFT JOIN invoice AS i ON extract(year FROM i.invoice_date) = y GROUP BY y ORDER BY y;
-- name: playlists of a genre
SELECT DISTINCT p.name FROM playlist AS p JOIN playlist_track USING (playlist_id) JOIN track USING (track_id)
JOIN genre AS g USING (genre_id) WHERE g.name = 'Classical' ORDER BY p.name;
-- name: bought together
SELECT a.track_id, b.track_id, count(*) FROM invoice_line AS a JOIN invoice_line AS b ON a.invoice_id = b.invoice_id AND a.track_id < b.track_id
GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 5;
-- name: support reps and customers
SELECT e.first_name || ' ' || e.last_name AS rep, count(DISTINCT c.customer_id) AS customers, sum(i.total) AS sales
FROM employee AS e JOIN customer AS c ON c.support_rep_id = e.employee_id JOIN invoice AS i USING (customer_id)
GROUP BY e.employee_id ORDER BY sales DESC;
-- name: alias of a join
SELECT j.title, j.name FROM (album JOIN artist USING (artist_id)) AS j ORDER BY j.title LIMIT 5;
-- name: lateral top two
SELECT c.customer_id, t.invoice_id, t.total FROM customer AS c
CROSS JOIN LATERAL (SELECT invoice_id, total FROM invoice AS i WHERE i.customer_id = c.customer_id ORDER BY total DESC, invoice_id LIMIT 2) AS t
WHERE c.country = 'Canada' ORDER BY 1, 3 DESC, 2;
-- name: lateral left join
SELECT a.name, l.title FROM artist AS a LEFT JOIN LATERAL (SELECT title FROM album AS al WHERE al.artist_id = a.artist_id ORDER BY title LIMIT 1) AS l ON true
ORDER BY a.artist_id LIMIT 12;
-- name: lateral function
SELECT g.name, w.word FROM genre AS g, LATERAL regexp_split_to_table(g.name, '[ &/]+') AS w (word) ORDER BY 1, 2;
-- name: lateral computed columns
SELECT t.name, m.minutes, m.minutes * 2 AS twice FROM track AS t, LATERAL (SELECT round(t.milliseconds / 60000.0, 2) AS minutes) AS m
ORDER BY t.track_id LIMIT 5;
-- name: rows from
SELECT * FROM ROWS FROM (generate_series(1, 3), unnest(ARRAY['a', 'b'])) WITH ORDINALITY AS r (n, letter, place);
