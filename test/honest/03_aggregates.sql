-- name: count star
SELECT count(*) FROM track;
-- name: count distinct
SELECT count(DISTINCT composer) FROM track;
-- name: basic aggregates
SELECT min(total), max(total), avg(total), sum(total) FROM invoice;
-- name: group by
SELECT billing_country, sum(total) FROM invoice GROUP BY billing_country ORDER BY 2 DESC, 1 LIMIT 10;
-- name: group by expression
SELECT date_trunc('year', invoice_date) AS year, count(*), sum(total) FROM invoice GROUP BY 1 ORDER BY 1;
-- name: having
SELECT album_id, count(*) FROM track GROUP BY album_id HAVING count(*) > 20 ORDER BY 2 DESC, 1;
-- name: filter
SELECT count(*) FILTER (WHERE milliseconds > 600000) AS long, count(*) FILTER (WHERE composer IS NULL) AS anonymous FROM track;
-- name: pivot by filter
SELECT billing_country, sum(total) FILTER (WHERE extract(year FROM invoice_date) = 2023) AS y2023,
       sum(total) FILTER (WHERE extract(year FROM invoice_date) = 2024) AS y2024
FROM invoice GROUP BY 1 ORDER BY 1 LIMIT 10;
-- name: rollup
SELECT billing_country, billing_city, sum(total) FROM invoice WHERE billing_country IN ('France', 'Brazil')
GROUP BY ROLLUP (billing_country, billing_city) ORDER BY 1 NULLS LAST, 2 NULLS LAST;
-- name: cube
SELECT genre_id, media_type_id, count(*) FROM track WHERE genre_id < 4 GROUP BY CUBE (genre_id, media_type_id) ORDER BY 1 NULLS LAST, 2 NULLS LAST;
-- name: grouping sets
SELECT billing_country, extract(year FROM invoice_date) AS year, count(*), grouping(billing_country) AS g FROM invoice
WHERE billing_country IN ('USA', 'Canada') GROUP BY GROUPING SETS ((1), (2), ()) ORDER BY 4, 1, 2;
-- name: string_agg
SELECT support_rep_id, string_agg(first_name, ', ' ORDER BY first_name) FROM customer GROUP BY 1 ORDER BY 1;
-- name: string_agg distinct
SELECT string_agg(DISTINCT country, ';') FROM customer;
-- name: array_agg
SELECT artist_id, array_agg(album_id ORDER BY album_id) FROM album GROUP BY 1 ORDER BY 1 LIMIT 10;
-- name: array_agg of arrays
SELECT array_agg(ARRAY[genre_id, genre_id * 2] ORDER BY genre_id) FROM genre WHERE genre_id < 4;
-- name: json_agg
SELECT json_agg(name ORDER BY genre_id) FROM genre WHERE genre_id < 6;
-- name: jsonb_agg of rows
SELECT jsonb_agg(m ORDER BY media_type_id) FROM media_type AS m;
-- name: jsonb_object_agg
SELECT jsonb_object_agg(name, genre_id) FROM genre;
-- name: bool_and and bool_or
SELECT bool_and(unit_price > 0), bool_or(unit_price > 1.5), every(milliseconds > 0) FROM track;
-- name: bit aggregates
SELECT bit_and(genre_id), bit_or(genre_id), bit_xor(genre_id) FROM genre;
-- name: standard deviation
SELECT round(stddev(total), 6), round(stddev_pop(total), 6), round(variance(total), 6), round(var_pop(total), 6) FROM invoice;
-- name: standard deviation of integers
SELECT round(stddev_samp(milliseconds), 3), round(var_samp(milliseconds), 3) FROM track WHERE genre_id = 2;
-- name: correlation
SELECT round(corr(milliseconds, bytes)::numeric, 6), round(covar_pop(milliseconds, bytes)::numeric / 1e9, 3) FROM track WHERE media_type_id = 1;
-- name: regression
SELECT round(regr_slope(bytes, milliseconds)::numeric, 6), round(regr_r2(bytes, milliseconds)::numeric, 6), regr_count(bytes, milliseconds)
FROM track WHERE media_type_id = 1;
-- name: median
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY milliseconds) FROM track;
-- name: percentiles
SELECT percentile_cont(ARRAY[0.25, 0.5, 0.75, 0.95]) WITHIN GROUP (ORDER BY total) FROM invoice;
-- name: percentile_disc
SELECT genre_id, percentile_disc(0.9) WITHIN GROUP (ORDER BY milliseconds) FROM track GROUP BY 1 ORDER BY 1 LIMIT 8;
-- name: percentile_disc of several
SELECT percentile_disc(ARRAY[0.1, 0.9]) WITHIN GROUP (ORDER BY name) FROM artist;
-- name: percentile of intervals
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY milliseconds * interval '1 millisecond') FROM track;
-- name: mode
SELECT mode() WITHIN GROUP (ORDER BY billing_country) FROM invoice;
-- name: hypothetical rank
SELECT rank(10) WITHIN GROUP (ORDER BY total DESC), dense_rank(10) WITHIN GROUP (ORDER BY total DESC) FROM invoice;
-- name: hypothetical distribution
SELECT round(percent_rank(10) WITHIN GROUP (ORDER BY total)::numeric, 6), round(cume_dist(10) WITHIN GROUP (ORDER BY total)::numeric, 6) FROM invoice;
-- name: aggregate of interval
SELECT sum(milliseconds * interval '1 millisecond'), avg(milliseconds * interval '1 millisecond') FROM track WHERE album_id = 1;
-- name: aggregate of text
SELECT min(name), max(name) FROM artist;
-- name: aggregate of timestamp
SELECT min(invoice_date), max(invoice_date), max(invoice_date) - min(invoice_date) FROM invoice;
-- name: share of total
SELECT billing_country, round(100 * sum(total) / (SELECT sum(total) FROM invoice), 2) AS percent FROM invoice GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 5;
-- name: group by all columns of the key
SELECT c.*, count(i.*) FROM customer AS c JOIN invoice AS i USING (customer_id) WHERE c.country = 'Austria' GROUP BY c.customer_id;
-- name: histogram
SELECT width_bucket(total, 0, 30, 6) AS bucket, count(*) FROM invoice GROUP BY 1 ORDER BY 1;
-- name: aggregate over nothing
SELECT count(*), sum(total), array_agg(total), max(total) FROM invoice WHERE total < 0;
-- name: average of average
SELECT round(avg(n), 3) FROM (SELECT count(*) AS n FROM track GROUP BY album_id) AS per_album;
-- name: sums of floats
SELECT sum(unit_price::float8) > 3000, avg(bytes::float8) > 0, round(sum(unit_price::real)::numeric) FROM track;
-- name: range_agg
SELECT range_agg(int4range(genre_id, genre_id + 2)) FROM genre WHERE genre_id IN (1, 2, 8, 12, 13);
