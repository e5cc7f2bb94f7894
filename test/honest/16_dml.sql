-- name: insert
INSERT INTO genre (genre_id, name) VALUES (901, 'Ambient');
-- name: insert returning
INSERT INTO genre (genre_id, name) VALUES (902, 'Dub'), (903, 'Trip Hop') RETURNING genre_id, upper(name);
-- name: insert select
INSERT INTO playlist_track (playlist_id, track_id) SELECT 18, track_id FROM track WHERE album_id = 1 AND track_id NOT IN (SELECT track_id FROM playlist_track WHERE playlist_id = 18) RETURNING track_id;
-- name: insert default
INSERT INTO artist (artist_id, name) VALUES (9001, DEFAULT) RETURNING *;
-- name: insert with subquery value
INSERT INTO album (album_id, title, artist_id) VALUES (9001, 'Best of', (SELECT artist_id FROM artist WHERE name = 'AC/DC')) RETURNING artist_id;
-- name: insert overriding nothing
INSERT INTO media_type VALUES (90, 'Vinyl') RETURNING media_type.*;
-- name: upsert do nothing
INSERT INTO genre (genre_id, name) VALUES (1, 'Rock'), (904, 'New') ON CONFLICT DO NOTHING RETURNING genre_id;
-- name: upsert do update
INSERT INTO genre (genre_id, name) VALUES (1, 'Rock!') ON CONFLICT (genre_id) DO UPDATE SET name = excluded.name RETURNING *;
-- name: upsert with where
INSERT INTO genre AS g (genre_id, name) VALUES (2, 'Jazz and more') ON CONFLICT (genre_id) DO UPDATE SET name = excluded.name || ' (was ' || g.name || ')' WHERE g.name LIKE 'J%' RETURNING name;
-- name: upsert on constraint
INSERT INTO genre VALUES (3, 'Doom') ON CONFLICT ON CONSTRAINT genre_pkey DO UPDATE SET name = lower(excluded.name) RETURNING *;
-- name: update
UPDATE customer SET company = 'Acme' WHERE customer_id = 3 RETURNING customer_id, company;
-- name: update several columns
UPDATE customer SET (city, state) = ('Berlin', NULL) WHERE customer_id = 2 RETURNING city, state;
-- name: update from
UPDATE track AS t SET unit_price = unit_price * 1.1 FROM genre AS g WHERE g.genre_id = t.genre_id AND g.name = 'Opera' RETURNING t.track_id, t.unit_price;
-- name: update from subquery
UPDATE customer AS c SET fax = s.n::text FROM (SELECT customer_id, count(*) AS n FROM invoice GROUP BY 1) AS s WHERE s.customer_id = c.customer_id AND c.country = 'Chile' RETURNING c.fax;
-- name: update with correlated subquery
UPDATE customer SET (phone, fax) = (SELECT e.phone, e.fax FROM employee AS e WHERE e.employee_id = customer.support_rep_id) WHERE customer_id = 7 RETURNING phone, fax;
-- name: update to default
UPDATE employee SET fax = DEFAULT WHERE employee_id = 8 RETURNING fax;
-- name: update with case
UPDATE invoice_line SET unit_price = CASE WHEN quantity > 1 THEN 0.89 ELSE unit_price END WHERE invoice_id = 1 RETURNING invoice_line_id, unit_price;
-- name: delete
DELETE FROM playlist_track WHERE playlist_id = 18 RETURNING *;
-- name: delete using
DELETE FROM playlist_track AS pt USING playlist AS p WHERE p.playlist_id = pt.playlist_id AND p.name = 'On-The-Go 1' RETURNING pt.track_id;
-- name: delete with subquery
DELETE FROM invoice_line WHERE invoice_id IN (SELECT invoice_id FROM invoice WHERE total < 1 AND customer_id = 2) RETURNING invoice_line_id;
-- name: delete nothing
DELETE FROM genre WHERE genre_id < 0;
-- name: merge insert and update
MERGE INTO genre AS g USING (VALUES (1, 'Classic Rock'), (905, 'Afrobeat')) AS s (id, name) ON g.genre_id = s.id
WHEN MATCHED THEN UPDATE SET name = s.name WHEN NOT MATCHED THEN INSERT (genre_id, name) VALUES (s.id, s.name);
SELECT genre_id, name FROM genre WHERE genre_id IN (1, 905) ORDER BY 1;
-- name: merge delete
MERGE INTO playlist_track AS t USING (SELECT 597 AS track_id) AS s ON t.track_id = s.track_id AND t.playlist_id = 18 WHEN MATCHED THEN DELETE;
SELECT count(*) FROM playlist_track WHERE playlist_id = 18;
-- name: merge with conditions
MERGE INTO customer AS c USING (SELECT customer_id, sum(total) AS spent FROM invoice GROUP BY 1) AS s ON s.customer_id = c.customer_id
WHEN MATCHED AND s.spent > 45 THEN UPDATE SET company = 'gold' WHEN MATCHED THEN DO NOTHING;
SELECT customer_id FROM customer WHERE company = 'gold' ORDER BY 1;
-- name: move rows
WITH moved AS (DELETE FROM playlist_track WHERE playlist_id = 16 RETURNING track_id) INSERT INTO playlist_track SELECT 18, track_id FROM moved ON CONFLICT DO NOTHING RETURNING track_id;
-- name: insert then read in one transaction
INSERT INTO playlist VALUES (900, 'Mine');
INSERT INTO playlist_track VALUES (900, 1), (900, 2);
SELECT p.name, count(*) FROM playlist AS p JOIN playlist_track USING (playlist_id) WHERE p.playlist_id = 900 GROUP BY 1;
-- name: update returning computed
UPDATE invoice SET total = total + 1 WHERE invoice_id = 5 RETURNING invoice_id, total, total * 100 AS cents, total > 10 AS big;
-- name: returning a subquery
INSERT INTO genre VALUES (906, 'Polka') RETURNING (SELECT count(*) FROM genre) >= 25 AS many;
-- name: select for update
SELECT invoice_id FROM invoice WHERE invoice_id < 4 ORDER BY invoice_id FOR UPDATE;
-- name: select for share skip locked
SELECT genre_id FROM genre WHERE genre_id < 3 ORDER BY 1 FOR SHARE SKIP LOCKED;
-- name: insert json document
INSERT INTO genre SELECT id, name FROM jsonb_to_recordset('[{"id": 907, "name": "Ska"}, {"id": 908, "name": "Dub"}]') AS d (id int, name text) RETURNING *;
