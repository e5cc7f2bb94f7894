-- name: concatenation
SELECT first_name || ' ' || last_name FROM customer ORDER BY customer_id LIMIT 3;
-- name: concat skips null
SELECT concat(first_name, ' ', company, ' ', state) FROM customer ORDER BY customer_id LIMIT 5;
-- name: concat_ws
SELECT concat_ws(', ', address, city, state, country) FROM customer ORDER BY customer_id LIMIT 5;
-- name: text and number
SELECT 'Invoice ' || invoice_id || ': ' || total FROM invoice ORDER BY invoice_id LIMIT 3;
-- name: upper lower initcap
SELECT upper(name), lower(name), initcap(lower(name)) FROM genre ORDER BY genre_id LIMIT 5;
-- name: lengths
SELECT length(first_name), char_length(first_name), octet_length(first_name), bit_length(first_name) FROM customer ORDER BY customer_id LIMIT 5;
-- name: substring
SELECT substring(name FROM 2 FOR 3), substr(name, 3), left(name, 2), right(name, 2) FROM genre ORDER BY genre_id LIMIT 5;
-- name: substring by pattern
SELECT DISTINCT substring(email FROM '@(.*)$') FROM customer ORDER BY 1 LIMIT 10;
-- name: sql substring
SELECT substring('Thomas' SIMILAR '%#"o_a#"_' ESCAPE '#');
-- name: position
SELECT position('@' IN email), strpos(email, '.') FROM customer ORDER BY customer_id LIMIT 5;
-- name: trim
SELECT trim(both 'x' FROM 'xxhixx'), ltrim('  a'), rtrim('a  '), btrim('--a--', '-'), trim('  b ');
-- name: pad
SELECT lpad(genre_id::text, 4, '0'), rpad(name, 12, '.'), lpad(name, 6) FROM genre ORDER BY genre_id LIMIT 4;
-- name: replace and translate
SELECT replace(phone, ' ', ''), translate(phone, '()-+ ', '') FROM customer ORDER BY customer_id LIMIT 5;
-- name: reverse and repeat
SELECT reverse(name), repeat('*', genre_id) FROM genre ORDER BY genre_id LIMIT 5;
-- name: split_part
SELECT split_part(email, '@', 1), split_part(email, '.', -1) FROM customer ORDER BY customer_id LIMIT 5;
-- name: string_to_array
SELECT string_to_array(composer, ', ') FROM track WHERE composer LIKE '%, %' ORDER BY track_id LIMIT 5;
-- name: string_to_table
SELECT s FROM string_to_table('a,b,,c', ',', '') AS s;
-- name: composers as rows
SELECT trim(c) AS composer, count(*) FROM track, unnest(string_to_array(composer, ',')) AS c GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10;
-- name: overlay
SELECT overlay('Txxxxas' PLACING 'hom' FROM 2 FOR 4);
-- name: starts_with
SELECT count(*) FROM track WHERE starts_with(name, 'The') AND name ^@ 'The';
-- name: format
SELECT format('%s has %s albums', a.name, count(*)) FROM artist AS a JOIN album USING (artist_id) GROUP BY a.name ORDER BY count(*) DESC, a.name LIMIT 3;
-- name: format with width and position
SELECT format('|%-10s|%5s|%2$s|', 'left', 'r'), format('%I = %L', 'my col', 'it''s');
-- name: quoting
SELECT quote_ident('my table'), quote_literal('O''Reilly'), quote_nullable(NULL::text), quote_literal(42);
-- name: ascii and chr
SELECT ascii('A'), chr(233), ascii('é'), to_hex(255);
-- name: md5
SELECT md5(email) FROM customer ORDER BY customer_id LIMIT 3;
-- name: sha256 in hex
SELECT encode(sha256(convert_to(email, 'UTF8')), 'hex') FROM customer ORDER BY customer_id LIMIT 3;
-- name: base64
SELECT encode('hello'::bytea, 'base64'), convert_from(decode('aGVsbG8=', 'base64'), 'UTF8');
-- name: unicode
SELECT normalize(U&'A\030A', NFC) = 'Å', 'é' IS NFC NORMALIZED, U&'\00e9', unistr('\0041');
-- name: escape string
SELECT E'tab\there', E'quote''s', $tag$dollar 'quoted'$tag$;
-- name: quote in a name
SELECT name FROM artist WHERE name LIKE '%''%' ORDER BY name;
-- name: email domain counts
SELECT lower(split_part(email, '@', 2)) AS domain, count(*) FROM customer GROUP BY 1 HAVING count(*) > 1 ORDER BY 2 DESC, 1;
-- name: initials
SELECT left(first_name, 1) || '.' || left(last_name, 1) || '.' AS initials FROM customer ORDER BY customer_id LIMIT 8;
-- name: longest title
SELECT title FROM album ORDER BY char_length(title) DESC, title LIMIT 1;
-- name: parse_ident
SELECT parse_ident('"Some Schema".some_table');
-- name: name concatenation with cast
SELECT 'x' || 1.50 || true || date '2024-01-02';
-- name: bucket by hash
SELECT abs(hashtext(email)) % 4 AS bucket, count(*) FROM customer GROUP BY 1 ORDER BY 1;
-- name: pg_size_pretty of a sum
SELECT pg_size_pretty(sum(bytes)) FROM track;
