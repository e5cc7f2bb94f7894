-- name: prepare and execute
PREPARE by_country (text) AS SELECT count(*) FROM customer WHERE country = $1;
EXECUTE by_country ('USA');
EXECUTE by_country ('Norway');
DEALLOCATE by_country;
-- name: prepare with several parameters
PREPARE tracks (int, numeric, text) AS SELECT name FROM track WHERE album_id = $1 AND unit_price >= $2 AND name ILIKE '%' || $3 || '%' ORDER BY 1;
EXECUTE tracks (1, 0.5, 'rock');
DEALLOCATE tracks;
-- name: prepare often enough for a generic plan
PREPARE g (int) AS SELECT name FROM genre WHERE genre_id = $1;
EXECUTE g (1); EXECUTE g (2); EXECUTE g (3); EXECUTE g (4); EXECUTE g (5); EXECUTE g (6); EXECUTE g (7);
DEALLOCATE g;
-- name: prepare an insert
PREPARE add_genre AS INSERT INTO genre VALUES ($1, $2) RETURNING *;
EXECUTE add_genre (910, 'Emo');
DEALLOCATE ALL;
-- name: cursor
DECLARE c CURSOR FOR SELECT genre_id, name FROM genre ORDER BY genre_id;
FETCH 3 FROM c;
FETCH NEXT FROM c;
CLOSE c;
-- name: scrolling cursor
DECLARE c SCROLL CURSOR FOR SELECT name FROM genre ORDER BY name;
FETCH LAST FROM c;
FETCH PRIOR FROM c;
FETCH ABSOLUTE 2 FROM c;
FETCH RELATIVE 2 FROM c;
FETCH BACKWARD 2 FROM c;
MOVE FIRST IN c;
FETCH FORWARD ALL FROM c;
CLOSE c;
-- name: two cursors
DECLARE a CURSOR FOR SELECT album_id FROM album ORDER BY 1;
DECLARE b NO SCROLL CURSOR FOR SELECT artist_id FROM artist ORDER BY 1;
FETCH 2 FROM a; FETCH 2 FROM b; FETCH 1 FROM a;
CLOSE ALL;
-- name: update at a cursor
DECLARE c CURSOR FOR SELECT genre_id FROM genre WHERE genre_id = 4 FOR UPDATE;
FETCH 1 FROM c;
UPDATE genre SET name = 'Punk' WHERE CURRENT OF c RETURNING name;
-- name: begin commit
BEGIN;
SELECT count(*) FROM genre;
COMMIT;
-- name: begin rollback
BEGIN;
UPDATE genre SET name = 'nothing' WHERE genre_id = 1;
ROLLBACK;
SELECT name FROM genre WHERE genre_id = 1;
-- name: savepoint
SAVEPOINT s;
UPDATE genre SET name = 'x' WHERE genre_id = 1;
ROLLBACK TO SAVEPOINT s;
RELEASE SAVEPOINT s;
SELECT name FROM genre WHERE genre_id = 1;
-- name: nested savepoints
SAVEPOINT a;
INSERT INTO genre VALUES (911, 'a');
SAVEPOINT b;
INSERT INTO genre VALUES (912, 'b');
ROLLBACK TO b;
SELECT count(*) FROM genre WHERE genre_id > 910;
-- name: read only transaction
BEGIN TRANSACTION READ ONLY;
SELECT max(invoice_id) FROM invoice;
COMMIT;
-- name: repeatable read
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT count(*) FROM track;
SELECT count(*) FROM album;
COMMIT;
-- name: start transaction
START TRANSACTION READ ONLY;
SELECT sum(total) FROM invoice;
END;
-- name: abort
BEGIN WORK;
SELECT 1;
ABORT;
-- name: commit and chain
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT 1;
COMMIT AND CHAIN;
SHOW transaction_isolation;
ROLLBACK;
-- name: set time zone
SET LOCAL TIME ZONE 'America/Sao_Paulo';
SELECT timestamptz '2024-07-01 12:00:00+00', to_char(timestamptz '2024-07-01 12:00:00+00', 'HH24:MI TZ OF');
-- name: set timezone for the session
BEGIN;
SET TimeZone = 'Asia/Kolkata';
SHOW TimeZone;
SELECT timestamptz '2024-01-01 00:00:00+00';
RESET TimeZone;
COMMIT;
-- name: set datestyle
SET LOCAL DateStyle = 'German, DMY';
SELECT date '2024-12-31', '01/02/2024'::date;
-- name: set intervalstyle
SET LOCAL IntervalStyle = 'iso_8601';
SELECT interval '1 year 2 days 3 hours';
-- name: set extra_float_digits
SET LOCAL extra_float_digits = 0;
SELECT 0.1::float8 + 0.2::float8;
-- name: show datestyle
SHOW DateStyle;
-- name: show client_encoding
SHOW client_encoding;
-- name: show transaction_isolation
SHOW transaction_isolation;
-- name: show transaction_read_only
SHOW transaction_read_only;
-- name: show standard_conforming_strings
SHOW standard_conforming_strings;
-- name: set client_encoding
SET LOCAL client_encoding = 'UTF8';
SELECT 'ü';
-- name: set names
SET NAMES 'UTF8';
SELECT chr(252);
-- name: who and where
SELECT current_user = session_user, current_role = current_user, current_schema(), current_database() = current_catalog;
-- name: version
SELECT version() LIKE 'PostgreSQL%', pg_client_encoding(), current_schemas(false) && '{public}'::name[];
-- name: comments
SELECT /* inline */ 1 -- to the end
     , 2;
-- name: empty statements
;;
SELECT 'between';
;
-- name: discard plans
DISCARD PLANS;
SELECT 1;
