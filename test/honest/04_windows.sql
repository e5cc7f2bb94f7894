-- name: row_number
SELECT customer_id, invoice_id, row_number() OVER (PARTITION BY customer_id ORDER BY invoice_date) AS nth FROM invoice ORDER BY 1, 3 LIMIT 15;
-- name: rank and dense_rank
SELECT name, milliseconds, rank() OVER w, dense_rank() OVER w FROM track WHERE album_id = 1 WINDOW w AS (ORDER BY milliseconds DESC) ORDER BY 3, 1;
-- name: lag and lead
SELECT invoice_id, total, lag(total) OVER w, lead(total) OVER w FROM invoice WHERE customer_id = 2 WINDOW w AS (ORDER BY invoice_date) ORDER BY 1;
-- name: lag with default
SELECT invoice_id, lag(total, 2, 0.00) OVER (ORDER BY invoice_id) FROM invoice WHERE customer_id = 5 ORDER BY 1;
-- name: running total
SELECT invoice_id, sum(total) OVER (ORDER BY invoice_id) FROM invoice WHERE customer_id = 10 ORDER BY 1;
-- name: running total per partition
SELECT customer_id, invoice_id, sum(total) OVER (PARTITION BY customer_id ORDER BY invoice_id ROWS UNBOUNDED PRECEDING) FROM invoice
WHERE customer_id < 4 ORDER BY 1, 2;
-- name: moving average
SELECT invoice_id, round(avg(total) OVER (ORDER BY invoice_id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW), 3) FROM invoice ORDER BY 1 LIMIT 10;
-- name: centred average
SELECT invoice_id, round(avg(total) OVER (ORDER BY invoice_id ROWS BETWEEN 3 PRECEDING AND 3 FOLLOWING), 3) FROM invoice ORDER BY 1 LIMIT 10;
-- name: range of days
SELECT invoice_id, count(*) OVER (ORDER BY invoice_date RANGE BETWEEN interval '7 days' PRECEDING AND CURRENT ROW) FROM invoice ORDER BY invoice_id LIMIT 15;
-- name: range of numbers
SELECT track_id, count(*) OVER (ORDER BY milliseconds RANGE BETWEEN 1000 PRECEDING AND 1000 FOLLOWING) FROM track WHERE album_id < 4 ORDER BY 1;
-- name: groups frame
SELECT invoice_id, sum(total) OVER (ORDER BY total GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM invoice WHERE customer_id < 3 ORDER BY 1;
-- name: frame exclusion
SELECT invoice_id, sum(total) OVER (ORDER BY invoice_id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW) FROM invoice WHERE customer_id = 3 ORDER BY 1;
-- name: first and last value
SELECT DISTINCT customer_id, first_value(total) OVER w, last_value(total) OVER w FROM invoice WHERE customer_id < 6
WINDOW w AS (PARTITION BY customer_id ORDER BY invoice_id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) ORDER BY 1;
-- name: nth_value
SELECT DISTINCT genre_id, nth_value(name, 2) OVER (PARTITION BY genre_id ORDER BY track_id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM track ORDER BY 1;
-- name: ntile
SELECT q, count(*), min(total), max(total) FROM (SELECT total, ntile(4) OVER (ORDER BY total, invoice_id) AS q FROM invoice) AS x GROUP BY q ORDER BY q;
-- name: percent_rank and cume_dist
SELECT invoice_id, round(percent_rank() OVER w::numeric, 4), round(cume_dist() OVER w::numeric, 4) FROM invoice WHERE customer_id = 6
WINDOW w AS (ORDER BY total) ORDER BY 1;
-- name: share within partition
SELECT billing_country, invoice_id, round(total / sum(total) OVER (PARTITION BY billing_country) * 100, 2) FROM invoice
WHERE billing_country IN ('Chile', 'Norway') ORDER BY 1, 2;
-- name: top per group
SELECT * FROM (SELECT genre_id, name, row_number() OVER (PARTITION BY genre_id ORDER BY milliseconds DESC, track_id) AS r FROM track) AS t
WHERE r <= 2 AND genre_id < 6 ORDER BY genre_id, r;
-- name: window over aggregate
SELECT billing_country, sum(total), rank() OVER (ORDER BY sum(total) DESC) FROM invoice GROUP BY 1 ORDER BY 3, 1 LIMIT 10;
-- name: filter in a window
SELECT invoice_id, count(*) FILTER (WHERE total > 5) OVER (ORDER BY invoice_id) FROM invoice ORDER BY 1 LIMIT 10;
-- name: month over month
SELECT month, sales, sales - lag(sales) OVER (ORDER BY month) AS change
FROM (SELECT date_trunc('month', invoice_date) AS month, sum(total) AS sales FROM invoice GROUP BY 1) AS m ORDER BY month LIMIT 14;
-- name: gaps and islands
SELECT min(n), max(n) FROM (SELECT n, n - row_number() OVER (ORDER BY n) AS island FROM unnest(ARRAY[1, 2, 3, 7, 8, 12]) AS n) AS i GROUP BY island ORDER BY 1;
-- name: array_agg over a window
SELECT genre_id, array_agg(name) OVER (ORDER BY genre_id ROWS 2 PRECEDING) FROM genre ORDER BY 1 LIMIT 5;
-- name: days since previous invoice
SELECT customer_id, invoice_date::date - lag(invoice_date::date) OVER (PARTITION BY customer_id ORDER BY invoice_date) AS days FROM invoice ORDER BY 1, 2 LIMIT 12;
-- name: deduplicate
SELECT name FROM (SELECT name, row_number() OVER (PARTITION BY lower(name) ORDER BY track_id) AS r FROM track) AS t WHERE r > 2 ORDER BY name LIMIT 10;
-- name: cohort
SELECT cohort, years, count(DISTINCT customer_id) FROM (
    SELECT customer_id, extract(year FROM invoice_date) - min(extract(year FROM invoice_date)) OVER (PARTITION BY customer_id) AS years,
           min(extract(year FROM invoice_date)) OVER (PARTITION BY customer_id) AS cohort FROM invoice) AS c
GROUP BY 1, 2 ORDER BY 1, 2;
