-- name: arithmetic
SELECT 7 / 2, 7 % 2, 7.0 / 2, 2 ^ 10, -5 % 3, 10 - 3 * 2;
-- name: rounding
SELECT round(2.567, 2), trunc(2.567, 1), ceil(2.1), ceiling(-2.1), floor(-2.1), round(-2.5);
-- name: powers and roots
SELECT power(2, 0.5)::numeric(10,6), sqrt(2)::numeric(10,6), cbrt(27), exp(1)::numeric(10,6), ln(10)::numeric(10,6), log(1000), log(2, 8.0);
-- name: signs
SELECT abs(-7), sign(-3.2), @ -4, - (-5);
-- name: trigonometry
SELECT round(sin(1)::numeric, 6), round(cosd(60)::numeric, 6), round(atan2(1, 1)::numeric, 6), degrees(pi()), round(radians(180)::numeric, 6);
-- name: gcd lcm factorial
SELECT gcd(12, 18), lcm(4, 6), factorial(10), div(17, 5), mod(17, 5);
-- name: scale
SELECT scale(1.500), min_scale(1.500), trim_scale(1.500);
-- name: width_bucket
SELECT width_bucket(5.35, 0.024, 10.06, 5), width_bucket(3, ARRAY[1, 2, 4, 8]);
-- name: bits
SELECT 5 & 3, 5 | 3, 5 # 3, ~5, 1 << 4, 256 >> 2;
-- name: float specials
SELECT 'NaN'::float8 = 'NaN'::float8, 'Infinity'::numeric, '-inf'::real, 0::float8 = -0.0::float8;
-- name: numeric casts
SELECT 1.7::int, '42'::int, 42::text, '3.14'::numeric(4,1), 1e3::bigint, 5::real, true::int, 0::boolean;
-- name: to_char of numbers
SELECT to_char(1234567.891, 'FM9,999,999.00'), to_char(0.5, '990.9%'), to_char(42, '00000'), to_char(12, 'RN'), to_char(-7, 'S99');
-- name: to_number
SELECT to_number('12,345.6-', '99G999D9S');
-- name: money
SELECT 12.34::money, (100::money * 1.5), '5'::money / '2'::money;
-- name: percentage of sales
SELECT genre_id, round(100.0 * count(*) / sum(count(*)) OVER (), 2) FROM track GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 5;
-- name: integer overflow avoided
SELECT sum(bytes::bigint * 2), max(bytes)::bigint * 100 FROM track;
-- name: price with tax
SELECT invoice_id, total, round(total * 1.19, 2) AS gross FROM invoice ORDER BY 1 LIMIT 5;
-- name: divide safely
SELECT total / nullif(customer_id - 2, 0) FROM invoice WHERE invoice_id = 1;
-- name: random is in range
SELECT bool_and(r >= 0 AND r < 1) FROM (SELECT random() AS r FROM generate_series(1, 100)) AS x;
-- name: random order has all rows
SELECT count(*) FROM (SELECT name FROM genre ORDER BY random()) AS x;
-- name: log scale histogram
SELECT floor(log(milliseconds)) AS magnitude, count(*) FROM track GROUP BY 1 ORDER BY 1;
-- name: numeric large
SELECT 123456789012345678901234567890 * 987654321, 2::numeric ^ 100;
-- name: num_nulls
SELECT num_nulls(company, state, fax), count(*) FROM customer GROUP BY 1 ORDER BY 1;
-- name: geometric mean
SELECT round(exp(avg(ln(total)))::numeric, 6) FROM invoice;
