-- name: extract
SELECT extract(year FROM invoice_date), extract(quarter FROM invoice_date), extract(dow FROM invoice_date), extract(week FROM invoice_date) FROM invoice ORDER BY invoice_id LIMIT 5;
-- name: date_part
SELECT date_part('month', invoice_date), date_part('epoch', invoice_date) FROM invoice ORDER BY invoice_id LIMIT 3;
-- name: date_trunc
SELECT date_trunc('quarter', invoice_date)::date AS q, sum(total) FROM invoice GROUP BY 1 ORDER BY 1;
-- name: date_trunc with zone
SELECT date_trunc('day', timestamptz '2024-03-10 23:30:00+00', 'Asia/Tokyo');
-- name: date_bin
SELECT date_bin('15 minutes', timestamp '2024-01-01 10:37:12', timestamp '2000-01-01');
-- name: add intervals
SELECT invoice_date + interval '30 days', invoice_date - interval '1 year 2 months' FROM invoice ORDER BY invoice_id LIMIT 3;
-- name: date arithmetic
SELECT date '2024-03-01' - date '2024-02-01', date '2024-02-28' + 2, date '2024-12-31' - 366;
-- name: age
SELECT first_name, age(date '2024-01-01', birth_date) FROM employee ORDER BY employee_id;
-- name: years of service
SELECT first_name, extract(year FROM age(timestamp '2024-06-01', hire_date)) FROM employee ORDER BY employee_id;
-- name: literals
SELECT date '2024-02-29', time '12:34:56', timestamp '2024-02-29 12:00', interval '1 day 2:03', timestamptz '2024-01-01 00:00+02';
-- name: at time zone
SELECT timestamp '2024-07-01 12:00' AT TIME ZONE 'Europe/Berlin', timestamptz '2024-07-01 12:00+00' AT TIME ZONE 'America/New_York';
-- name: at time zone interval
SELECT timestamptz '2024-07-01 12:00+00' AT TIME ZONE interval '+05:30';
-- name: now is now
SELECT now() > timestamptz '2020-01-01', current_date > date '2020-01-01', clock_timestamp() >= statement_timestamp(), now() = transaction_timestamp();
-- name: current values
SELECT current_timestamp = now(), localtimestamp IS NOT NULL, current_time IS NOT NULL, localtime IS NOT NULL;
-- name: last ninety days
SELECT count(*) FROM invoice WHERE invoice_date > (SELECT max(invoice_date) FROM invoice) - interval '90 days';
-- name: since today
SELECT count(*) FROM invoice WHERE invoice_date > current_date + interval '100 years';
-- name: to_char
SELECT to_char(invoice_date, 'YYYY-MM-DD HH24:MI:SS'), to_char(invoice_date, 'Dy DD Mon YYYY'), to_char(invoice_date, 'IYYY-"W"IW') FROM invoice ORDER BY invoice_id LIMIT 3;
-- name: to_char of intervals
SELECT to_char(milliseconds * interval '1 ms', 'HH24:MI:SS') FROM track ORDER BY track_id LIMIT 5;
-- name: to_date and to_timestamp
SELECT to_date('05 Dec 2024', 'DD Mon YYYY'), to_timestamp('2024-01-02 03:04', 'YYYY-MM-DD HH24:MI'), to_timestamp(1700000000);
-- name: make functions
SELECT make_date(2024, 2, 29), make_time(8, 15, 23.5), make_timestamp(2024, 1, 2, 3, 4, 5), make_interval(days => 10, hours => 2);
-- name: make_timestamptz
SELECT make_timestamptz(2024, 7, 1, 12, 0, 0, 'Europe/Paris');
-- name: justify
SELECT justify_days(interval '35 days'), justify_hours(interval '27 hours'), justify_interval(interval '1 mon -1 hour');
-- name: interval arithmetic
SELECT interval '1 hour' * 3.5, interval '1 day' / 4, interval '2 days' - interval '5 hours', - interval '1 week';
-- name: interval fields
SELECT extract(epoch FROM interval '1 day 2 hours'), extract(hour FROM interval '27 hours'), interval '90' minute, interval '1-2' year to month;
-- name: interval in words
SELECT sum(milliseconds) * interval '1 millisecond' FROM track WHERE album_id = 1;
-- name: overlaps
SELECT (date '2024-01-01', date '2024-06-30') OVERLAPS (date '2024-06-01', interval '60 days');
-- name: isfinite
SELECT isfinite(date 'infinity'), isfinite(timestamp '2024-01-01'), 'infinity'::timestamp > now()::timestamp;
-- name: series of months
SELECT m::date, (SELECT count(*) FROM invoice WHERE date_trunc('month', invoice_date) = m) FROM generate_series(timestamp '2024-01-01', '2024-12-01', '1 month') AS m;
-- name: series of days with zone
SELECT count(*) FROM generate_series(timestamptz '2024-03-30 00:00+00', timestamptz '2024-04-02 00:00+00', interval '6 hours');
-- name: last day of month
SELECT (date_trunc('month', date '2024-02-10') + interval '1 month - 1 day')::date;
-- name: weekday counts
SELECT to_char(invoice_date, 'ID') AS d, trim(to_char(invoice_date, 'Day')), count(*) FROM invoice GROUP BY 1, 2 ORDER BY 1;
-- name: business days
SELECT count(*) FROM generate_series(date '2024-01-01', date '2024-01-31', interval '1 day') AS d WHERE extract(isodow FROM d) < 6;
-- name: timestamp difference
SELECT max(invoice_date) - min(invoice_date) AS span, extract(day FROM max(invoice_date) - min(invoice_date)) FROM invoice;
-- name: seconds between
SELECT extract(epoch FROM timestamp '2024-01-02' - timestamp '2024-01-01')::int;
-- name: casts
SELECT invoice_date::date, invoice_date::time, invoice_date::text, invoice_date::timestamptz(0) IS NOT NULL FROM invoice ORDER BY invoice_id LIMIT 2;
-- name: between dates
SELECT count(*) FROM invoice WHERE invoice_date BETWEEN '2023-01-01' AND '2023-12-31';
-- name: date and timestamp compared
SELECT count(*) FROM invoice WHERE invoice_date = date '2021-01-01';
-- name: time arithmetic
SELECT time '10:00' + interval '45 minutes', time '10:00' - time '08:30', timetz '10:00+02' AT TIME ZONE 'UTC';
-- name: rounding to precision
SELECT timestamp(0) '2024-01-01 10:00:00.6', interval(1) '1.26 seconds', time(2) '10:00:00.555';
-- name: iso strings
SELECT to_char(timestamptz '2024-07-01 12:00+00' AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"');
-- name: fiscal year
SELECT extract(year FROM invoice_date + interval '6 months') AS fiscal, sum(total) FROM invoice GROUP BY 1 ORDER BY 1;
