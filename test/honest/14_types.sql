-- name: implicit and explicit casts
SELECT CAST('42' AS integer), '3.5'::float8, int '7', 'yes'::boolean, CAST(3.999 AS smallint), 'abc'::char(2), 'abc'::varchar(2);
-- name: cast to text
SELECT 1.50::text, true::text, NULL::text, ARRAY[1, 2]::text, ROW(1, 'a')::text, date '2024-01-01'::text;
-- name: cast between times
SELECT timestamp '2024-01-01 10:00'::date, date '2024-01-01'::timestamp, time '10:00'::interval, interval '10 hours'::time;
-- name: boolean logic
SELECT true AND NULL, true OR NULL, NOT NULL::boolean, true <> false, bool 't' IS UNKNOWN;
-- name: uuid
SELECT 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid, length(gen_random_uuid()::text), gen_random_uuid() <> gen_random_uuid();
-- name: bytea
SELECT '\xdeadbeef'::bytea, length('\x0102'::bytea), get_byte('\x0102'::bytea, 1), set_byte('\x0102'::bytea, 0, 255), '\x01'::bytea || '\x02'::bytea, substring('\x010203'::bytea FROM 2);
-- name: bit strings
SELECT B'1010' & B'0110', B'10' || B'01', ~ B'1010', 5::bit(4), B'101'::int, bit_count(B'1011'), length(B'101');
-- name: inet
SELECT '192.168.1.5/24'::inet, host('10.0.0.1/8'::inet), network('192.168.1.5/24'::inet), masklen('10.0.0.0/8'::inet), '192.168.1.5'::inet << '192.168.0.0/16'::inet, broadcast('10.1.0.0/16'::cidr);
-- name: macaddr
SELECT '08:00:2b:01:02:03'::macaddr, trunc('08:00:2b:01:02:03'::macaddr), '08:00:2b:01:02:03'::macaddr8;
-- name: int ranges
SELECT int4range(1, 10), 5 <@ int4range(1, 10), int4range(1, 5) && int4range(4, 8), int4range(1, 5) * int4range(3, 8), int4range(1, 5) + int4range(5, 8), '[1,5]'::int4range;
-- name: range functions
SELECT lower(r), upper(r), isempty(r), lower_inc(r), upper_inf(r) FROM (SELECT numrange(1.5, 3.5) AS r) AS t;
-- name: date ranges
SELECT daterange('2024-01-01', '2024-02-01') @> date '2024-01-15', daterange('2024-01-01', NULL) && daterange('2025-01-01', '2025-02-01'), upper('[2024-01-01,2024-01-31]'::daterange);
-- name: timestamp ranges
SELECT count(*) FROM invoice WHERE invoice_date <@ tsrange('2023-01-01', '2023-04-01');
-- name: range operators
SELECT int4range(1, 3) << int4range(5, 9), int4range(1, 5) -|- int4range(5, 9), int4range(1, 9) - int4range(5, 9), range_merge(int4range(1, 2), int4range(5, 6));
-- name: multiranges
SELECT '{[1,3), [5,9)}'::int4multirange, int4multirange(int4range(1, 3), int4range(2, 5)), 6 <@ '{[1,3),[5,9)}'::int4multirange, unnest('{[1,3),[5,9)}'::int4multirange);
-- name: points and boxes
SELECT point(1, 2) <-> point(4, 6), box(point(0, 0), point(2, 2)) @> point(1, 1), area(box '((0,0),(2,3))'), center(circle '<(1,1),2>'), point '(1,2)' + point '(3,4)';
-- name: lines and circles
SELECT lseg '((0,0),(1,1))' ?# lseg '((0,1),(1,0))', length(lseg '((0,0),(3,4))'), radius(circle '<(0,0),5>'), polygon '((0,0),(0,2),(2,2))' @> point '(0.5,1)';
-- name: composite values
SELECT (ROW(1, 'a')).f1, ROW(1, 2) = ROW(1, 2), ROW(1, NULL) IS NULL, ROW(1, 2) < ROW(1, 3);
-- name: composite field
SELECT (g).name FROM (SELECT g FROM genre AS g) AS t ORDER BY (g).genre_id LIMIT 3;
-- name: types of expressions
SELECT 1 + 1.5 AS numeric_result, 1 / 2::float8 AS float_result, 'a' || 1 AS text_result;
-- name: null handling
SELECT NULL = NULL, NULL IS NULL, coalesce(NULL, NULL, 3), nullif(1, 1), num_nonnulls(1, NULL, 2), greatest(1, NULL), concat(NULL, 'a');
-- name: does the text look like a number
SELECT '12' ~ '^\d+$', '12a' ~ '^\d+$';
-- name: char comparisons
SELECT 'abc'::char(5) = 'abc', 'abc '::text = 'abc'::text, 'a' < 'b', 'Z' < 'a' COLLATE "C";
-- name: name type
SELECT 'column_name'::name, length('abc'::name::text), 'x'::"char";
-- name: casts of columns
SELECT total::int, total::float8, total::text, invoice_date::text FROM invoice ORDER BY invoice_id LIMIT 3;
-- name: hashing bytes in a list
SELECT '\x05'::bytea IN ('\x01', '\x02', '\x03', '\x04', '\x05', '\x06', '\x07', '\x08', '\x09', '\x0a');
-- name: casts by function call
SELECT text(5 > 3), int4(2.6), float8(1), "numeric"(5), varchar(12) 'abc', date(timestamp '2024-01-01 10:00');
-- name: booleans counted as numbers
SELECT sum((total > 5)::int), avg((total > 5)::int)::numeric(5,3) FROM invoice;
-- name: text to array of numbers
SELECT sum(x::numeric) FROM unnest(string_to_array('1.5,2.5,3', ',')) AS x;
-- name: uuid sort and compare
SELECT u FROM unnest(ARRAY['b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11']::uuid[]) AS u ORDER BY u;
