-- name: match
SELECT name FROM track WHERE name ~ '^[0-9]' ORDER BY name LIMIT 10;
-- name: match without case
SELECT count(*) FROM track WHERE name ~* 'love|heart';
-- name: no match
SELECT count(*) FROM customer WHERE phone !~ '^\+1';
-- name: no match without case
SELECT count(*) FROM artist WHERE name !~* 'band';
-- name: regexp_replace
SELECT regexp_replace(phone, '[^0-9]', '', 'g') FROM customer ORDER BY customer_id LIMIT 5;
-- name: regexp_replace with groups
SELECT regexp_replace(email, '(.).*@', '\1***@') FROM customer ORDER BY customer_id LIMIT 5;
-- name: regexp_replace nth
SELECT regexp_replace('a1b2c3', '[0-9]', '#', 1, 2);
-- name: regexp_match
SELECT (regexp_match(address, '^(\d+)\s'))[1] FROM customer ORDER BY customer_id LIMIT 10;
-- name: regexp_matches
SELECT track_id, m[1] FROM track, regexp_matches(name, '\(([^)]*)\)', 'g') AS m ORDER BY track_id, 2 LIMIT 10;
-- name: regexp_split_to_array
SELECT regexp_split_to_array('one  two   three', '\s+');
-- name: word count
SELECT lower(w) AS word, count(*) FROM track, regexp_split_to_table(name, '\W+') AS w WHERE length(w) > 4 GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10;
-- name: regexp_count
SELECT name, regexp_count(name, '[aeiou]', 1, 'i') FROM genre ORDER BY genre_id LIMIT 5;
-- name: regexp_like
SELECT name FROM genre WHERE regexp_like(name, 'ROCK', 'i') ORDER BY 1;
-- name: regexp_instr and regexp_substr
SELECT regexp_instr('abc123', '[0-9]'), regexp_substr('abc123def', '[0-9]+');
-- name: backreference
SELECT name FROM artist WHERE name ~ '(.)\1\1' ORDER BY 1;
-- name: look ahead
SELECT count(*) FROM customer WHERE postal_code ~ '^(?=.*[A-Z])(?=.*[0-9]).+$';
