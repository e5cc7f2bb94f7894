-- name: match
SELECT name FROM track WHERE to_tsvector('english', name) @@ to_tsquery('english', 'love & hate') ORDER BY 1;
-- name: plainto_tsquery
SELECT name FROM track WHERE to_tsvector('english', name) @@ plainto_tsquery('english', 'black night') ORDER BY 1, track_id;
-- name: websearch
SELECT count(*) FROM track WHERE to_tsvector('english', name) @@ websearch_to_tsquery('english', '"sweet child" or thunder -rain');
-- name: phrase
SELECT name FROM track WHERE to_tsvector('simple', name) @@ phraseto_tsquery('simple', 'of the') ORDER BY name LIMIT 5;
-- name: prefix
SELECT count(*) FROM track WHERE to_tsvector('simple', name) @@ to_tsquery('simple', 'roc:*');
-- name: default configuration
SELECT to_tsvector('The quick brown foxes') @@ to_tsquery('fox');
-- name: rank
SELECT name, round(ts_rank(to_tsvector('english', name), q)::numeric, 5) AS r FROM track, to_tsquery('english', 'night | day') AS q
WHERE to_tsvector('english', name) @@ q ORDER BY r DESC, name, track_id LIMIT 10;
-- name: rank cover density
SELECT round(ts_rank_cd('{0.1, 0.2, 0.4, 1.0}', to_tsvector('a b c a'), to_tsquery('a & c'))::numeric, 5);
-- name: headline
SELECT ts_headline('english', 'The Dark Side of the Moon', to_tsquery('english', 'moon'));
-- name: headline with options
SELECT ts_headline('english', name, q, 'StartSel=<b>, StopSel=</b>, MaxWords=5, MinWords=1') FROM track, to_tsquery('english', 'river') AS q
WHERE to_tsvector('english', name) @@ q ORDER BY track_id LIMIT 5;
-- name: weights
SELECT setweight(to_tsvector('simple', 'alpha'), 'A') || setweight(to_tsvector('simple', 'beta'), 'B');
-- name: tsvector functions
SELECT length(v), strip(v), tsvector_to_array(v), ts_delete(v, 'fox') FROM (SELECT to_tsvector('english', 'quick fox jumps') AS v) AS t;
-- name: unnest a tsvector
SELECT lexeme, positions FROM unnest(to_tsvector('english', 'cats and more cats')) ORDER BY lexeme;
-- name: tsquery operators
SELECT 'a'::tsquery && 'b', 'a'::tsquery || 'b', !! 'a'::tsquery, 'a'::tsquery <-> 'b', numnode('a & b'::tsquery), querytree('a & !b');
-- name: lexemes of titles
SELECT lexeme, count(*) FROM album, unnest(to_tsvector('english', title)) GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10;
-- name: json documents
SELECT to_tsvector('english', '{"a": "running dogs"}'::jsonb), jsonb_to_tsvector('simple', '{"a": "x", "n": 5}', '["string", "numeric"]');
-- name: match two columns
SELECT count(*) FROM track WHERE to_tsvector('simple', name || ' ' || coalesce(composer, '')) @@ to_tsquery('simple', 'angus & young');
-- name: tsquery contains
SELECT 'cat & rat'::tsquery @> 'rat'::tsquery, tsquery_phrase('a', 'b', 3), ts_rewrite('a & b'::tsquery, 'a', 'c');
