-- name: build object
SELECT json_build_object('id', genre_id, 'name', name) FROM genre ORDER BY genre_id LIMIT 3;
-- name: build nested
SELECT jsonb_build_object('artist', a.name, 'albums', jsonb_agg(jsonb_build_object('title', al.title) ORDER BY al.title))
FROM artist AS a JOIN album AS al USING (artist_id) WHERE a.artist_id IN (1, 2) GROUP BY a.name ORDER BY 1;
-- name: build array
SELECT json_build_array(1, 'two', NULL, true), jsonb_build_array(), jsonb_build_object();
-- name: row_to_json
SELECT row_to_json(g) FROM genre AS g ORDER BY genre_id LIMIT 3;
-- name: to_jsonb
SELECT to_jsonb(g) - 'genre_id' FROM genre AS g ORDER BY genre_id LIMIT 3;
-- name: to_json scalar
SELECT to_json('say "hi"'::text), to_jsonb(1.50), to_jsonb(ARRAY[1, 2]), to_json(date '2024-01-01');
-- name: array_to_json
SELECT array_to_json(ARRAY[[1, 2], [3, 4]]);
-- name: json_object_agg
SELECT json_object_agg(name, media_type_id ORDER BY media_type_id) FROM media_type;
-- name: json_object from arrays
SELECT json_object('{a,1,b,2}'), jsonb_object('{x,y}', '{1,2}');
-- name: field access
SELECT j -> 'a', j ->> 'b', j -> 'c' -> 0, j #> '{c,1}', j #>> '{d,e}' FROM (SELECT '{"a": 1, "b": "x", "c": [10, 20], "d": {"e": true}}'::jsonb AS j) AS t;
-- name: json field access
SELECT j -> 'a', j ->> 'a', j -> 'l' ->> 1 FROM (SELECT '{"a": {"b": 2}, "l": ["x", "y"]}'::json AS j) AS t;
-- name: subscript
SELECT ('{"a": {"b": [1, 2, 3]}}'::jsonb)['a']['b'][1];
-- name: contains
SELECT '{"a": 1, "b": 2}'::jsonb @> '{"a": 1}', '[1, 2, 3]'::jsonb @> '[3]', '{"a": 1}'::jsonb <@ '{"a": 1, "c": 3}';
-- name: key exists
SELECT '{"a": 1}'::jsonb ? 'a', '{"a": 1}'::jsonb ?| ARRAY['x', 'a'], '{"a": 1, "b": 2}'::jsonb ?& ARRAY['a', 'b'];
-- name: concatenate and delete
SELECT '{"a": 1}'::jsonb || '{"b": 2}', '{"a": 1, "b": 2}'::jsonb - 'a', '[1, 2, 3]'::jsonb - 1, '{"a": {"b": 1}}'::jsonb #- '{a,b}', '{"a": 1, "b": 2}'::jsonb - ARRAY['a'];
-- name: jsonb_set and jsonb_insert
SELECT jsonb_set('{"a": [1, 2]}', '{a,0}', '9'), jsonb_insert('{"a": [1, 2]}', '{a,1}', '5'), jsonb_set_lax('{"a": 1}', '{a}', NULL, true, 'delete_key');
-- name: typeof and length
SELECT jsonb_typeof('{"a": 1}'), jsonb_typeof('[]'), json_typeof('null'), jsonb_array_length('[1, 2, 3]'), json_array_length('[1]');
-- name: object keys
SELECT k FROM jsonb_object_keys('{"b": 1, "a": 2}') AS k ORDER BY k;
-- name: each
SELECT key, value FROM jsonb_each('{"a": 1, "b": "x"}') ORDER BY key;
-- name: each_text
SELECT key, value FROM json_each_text('{"a": 1, "b": "x"}') ORDER BY key;
-- name: array elements
SELECT e ->> 'n' FROM jsonb_array_elements('[{"n": 1}, {"n": 2}]') AS e;
-- name: array elements text with ordinality
SELECT e, n FROM jsonb_array_elements_text('["a", "b"]') WITH ORDINALITY AS t (e, n);
-- name: to_recordset
SELECT * FROM jsonb_to_recordset('[{"id": 1, "name": "a"}, {"id": 2, "name": "b"}]') AS t (id int, name text);
-- name: to_record
SELECT * FROM json_to_record('{"a": 1, "b": [1, 2], "c": "2024-01-01"}') AS t (a int, b int[], c date);
-- name: populate_record
SELECT * FROM jsonb_populate_record(NULL::genre, '{"genre_id": 99, "name": "Fado"}');
-- name: populate_recordset
SELECT * FROM json_populate_recordset(NULL::media_type, '[{"media_type_id": 1, "name": "x"}, {"media_type_id": 2}]');
-- name: strip nulls and pretty
SELECT jsonb_strip_nulls('{"a": null, "b": 1}'), jsonb_pretty('{"a": [1, 2]}');
-- name: extract path
SELECT jsonb_extract_path('{"a": {"b": 1}}', 'a', 'b'), json_extract_path_text('{"a": {"b": "x"}}', 'a', 'b');
-- name: path query
SELECT v FROM jsonb_path_query('{"a": [1, 2, 3, 4]}', '$.a[*] ? (@ > 2)') AS v;
-- name: path query array
SELECT jsonb_path_query_array('[{"p": 5}, {"p": 15}]', '$[*].p ? (@ >= $min)', '{"min": 10}');
-- name: path exists and match
SELECT jsonb_path_exists('{"a": 1}', '$.a'), '{"a": 1}'::jsonb @? '$.b', '{"a": 1}'::jsonb @@ '$.a == 1', jsonb_path_match('{"a": 5}', '$.a > 3');
-- name: path first and methods
SELECT jsonb_path_query_first('["10", "x"]', '$[0].double()'), jsonb_path_query('{"a": [1, 2]}', '$.a.size()'), jsonb_path_query_first('"2024-01-01"', '$.datetime()');
-- name: path like_regex
SELECT jsonb_path_query_array('["abc", "xbc"]', '$[*] ? (@ like_regex "^a")');
-- name: path with time zone
SELECT jsonb_path_exists_tz('["2024-01-01 12:00:00 +02"]', '$[*] ? (@.datetime() < "2024-02-02".datetime())');
-- name: json casts
SELECT ('{"n": 5}'::jsonb -> 'n')::int, ('{"n": 5.5}'::jsonb ->> 'n')::numeric, '[1]'::json::text, '{"b":1,"a":2}'::json::jsonb, ('true'::jsonb)::bool;
-- name: group by json field
SELECT j ->> 'k' AS k, sum((j ->> 'v')::int) FROM jsonb_array_elements('[{"k": "a", "v": 1}, {"k": "b", "v": 2}, {"k": "a", "v": 3}]') AS j GROUP BY 1 ORDER BY 1;
-- name: order jsonb
SELECT j FROM unnest(ARRAY['2', '"a"', 'null', '[1]', '{"a": 1}', 'true']::jsonb[]) AS j ORDER BY j;
-- name: report as one document
SELECT jsonb_pretty(jsonb_object_agg(billing_country, t ORDER BY billing_country)) FROM (SELECT billing_country, sum(total) AS t FROM invoice GROUP BY 1) AS x;
-- name: customer document
SELECT json_build_object('customer', c.last_name, 'invoices', (SELECT json_agg(json_build_object('id', i.invoice_id, 'total', i.total) ORDER BY i.invoice_id) FROM invoice AS i WHERE i.customer_id = c.customer_id))
FROM customer AS c WHERE customer_id = 1;
-- name: unnest json into join
SELECT g.name FROM genre AS g JOIN jsonb_array_elements_text('["1", "3"]') AS w ON g.genre_id = w::int ORDER BY 1;
-- name: jsonb equality
SELECT '{"a": 1, "b": 2}'::jsonb = '{"b": 2, "a": 1}'::jsonb, count(DISTINCT j) FROM unnest(ARRAY['1', '1.0', '2']::jsonb[]) AS j;
