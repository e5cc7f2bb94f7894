-- name: constructors
SELECT ARRAY[1, 2, 3], '{a,"b c"}'::text[], ARRAY[[1, 2], [3, 4]], ARRAY[]::int[];
-- name: subscripts and slices
SELECT a[1], a[2:3], a[:2], a[-1] FROM (SELECT ARRAY[10, 20, 30] AS a) AS t;
-- name: length functions
SELECT array_length(ARRAY[1, 2], 1), cardinality(ARRAY[[1, 2], [3, 4]]), array_ndims(ARRAY[[1]]), array_dims(ARRAY[1, 2]), array_upper(ARRAY[5], 1), array_lower(ARRAY[5], 1);
-- name: append prepend concatenate
SELECT array_append(ARRAY[1], 2), array_prepend(0, ARRAY[1]), ARRAY[1] || ARRAY[2], ARRAY[1, 2] || 3, array_cat(ARRAY['a'], ARRAY['b']);
-- name: remove and replace
SELECT array_remove(ARRAY[1, 2, 1], 1), array_replace(ARRAY[1, 2], 2, 9), trim_array(ARRAY[1, 2, 3], 1);
-- name: position
SELECT array_position(ARRAY['a', 'b', 'c'], 'b'), array_positions(ARRAY[1, 2, 1], 1);
-- name: overlap and containment
SELECT ARRAY[1, 2] && ARRAY[2, 3], ARRAY[1, 2, 3] @> ARRAY[2], ARRAY[2] <@ ARRAY[1, 2];
-- name: comparison
SELECT ARRAY[1, 2] = ARRAY[1, 2], ARRAY[1, 2] < ARRAY[1, 3], ARRAY[1] <> ARRAY[2];
-- name: unnest
SELECT unnest(ARRAY['x', 'y']);
-- name: unnest several
SELECT * FROM unnest(ARRAY[1, 2, 3], ARRAY['a', 'b']) AS t (n, s);
-- name: unnest with ordinality
SELECT e, n FROM unnest(ARRAY['c', 'a']) WITH ORDINALITY AS t (e, n) ORDER BY n;
-- name: array_to_string
SELECT array_to_string(ARRAY[1, NULL, 3], ',', '-'), array_to_string(ARRAY['a', 'b'], '');
-- name: array_fill
SELECT array_fill(0, ARRAY[3]), array_fill('x'::text, ARRAY[2], ARRAY[5]);
-- name: generate_subscripts
SELECT i, (ARRAY['a', 'b'])[i] FROM generate_subscripts(ARRAY['a', 'b'], 1) AS i;
-- name: any with a pattern
SELECT name FROM genre WHERE name LIKE ANY (ARRAY['R%', 'J%']) ORDER BY 1;
-- name: sort an array
SELECT ARRAY(SELECT unnest(ARRAY[3, 1, 2]) ORDER BY 1);
-- name: distinct elements
SELECT array_agg(DISTINCT e ORDER BY e) FROM unnest(ARRAY[1, 2, 2, 3]) AS e;
-- name: array of rows
SELECT (array_agg(g ORDER BY genre_id))[1] FROM genre AS g;
-- name: array casts
SELECT '{1,2}'::int[]::text[], ARRAY[1, 2]::float8[], ARRAY['1', '2']::int[], ARRAY[1.5, 2.5]::int[];
-- name: playlists as arrays
SELECT playlist_id, (array_agg(track_id ORDER BY track_id))[1:3] FROM playlist_track GROUP BY 1 ORDER BY 1;
-- name: tracks in both playlists
SELECT count(*) FROM unnest(ARRAY(SELECT track_id FROM playlist_track WHERE playlist_id = 1)) AS t WHERE t = ANY (ARRAY(SELECT track_id FROM playlist_track WHERE playlist_id = 8));
-- name: array minimum
SELECT (SELECT min(e) FROM unnest(a) AS e), (SELECT sum(e) FROM unnest(a) AS e) FROM (VALUES (ARRAY[3, 1, 2]), (ARRAY[9])) AS v (a) ORDER BY 1;
-- name: matrix
SELECT m[2][1], m[1:2][2:2] FROM (SELECT '{{1,2},{3,4}}'::int[][] AS m) AS t;
-- name: group by array
SELECT ARRAY[media_type_id, genre_id] AS k, count(*) FROM track GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 5;
