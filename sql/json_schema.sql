-- JSON Schema: what is refused at registration, what an error looks like.
-- The keywords themselves are covered by the JSON Schema test suite.

-- Refused, by name and place
SELECT agentsandbox.schema_check('{"properties": {"a/b": {"minlength": 1}}}');
SELECT agentsandbox.schema_check('{"$ref": "https://example.com/other"}');
SELECT agentsandbox.schema_check('{"items": {"$dynamicRef": "#x"}}');
SELECT agentsandbox.schema_check('{"$vocabulary": {}}');
SELECT agentsandbox.schema_check('{"$schema": "http://json-schema.org/draft-07/schema#"}');
SELECT agentsandbox.schema_check('{"$defs": {"x": {"$id": "y"}}}');
SELECT agentsandbox.schema_check('{"format": "phone"}');
SELECT agentsandbox.schema_check('{"pattern": "^(?=.*[A-Z]).*$"}');
SELECT agentsandbox.schema_check('{"patternProperties": {"(a)\\1": true}}');
SELECT agentsandbox.schema_check('{"pattern": "(a{1,1000}){1,1000}"}');
SELECT agentsandbox.schema_check('{"pattern": "^(a|b)*a(a|b){30}$"}');
SELECT agentsandbox.schema_check('{"type": "float"}');
SELECT agentsandbox.schema_check('{"type": []}');
SELECT agentsandbox.schema_check('{"minLength": -1}');
SELECT agentsandbox.schema_check('{"minItems": 1.5}');
SELECT agentsandbox.schema_check('{"multipleOf": 0}');
SELECT agentsandbox.schema_check('{"multipleOf": 1234567890123456789.1}');
SELECT agentsandbox.schema_check('{"allOf": []}');
SELECT agentsandbox.schema_check('{"items": [true]}');
SELECT agentsandbox.schema_check('{"required": ["a", "a"]}');
SELECT agentsandbox.schema_check('{"properties": {"a": 1}}');
SELECT agentsandbox.schema_check('{"$ref": "#/$defs/x"}');
SELECT agentsandbox.schema_check('{"$ref": "#/properties", "properties": {}}');
SELECT agentsandbox.schema_check('{"$ref": "#x"}');
SELECT agentsandbox.schema_check('{"$defs": {"a": {"$anchor": "x"}, "b": {"$anchor": "x"}}}');
SELECT agentsandbox.schema_check('[]');
SELECT agentsandbox.schema_check('null');

-- A circle that consumes no input
SELECT agentsandbox.schema_check('{"$ref": "#"}');
SELECT agentsandbox.schema_check('{"$defs": {"a": {"anyOf": [{"$ref": "#/$defs/b"}]}, "b": {"not": {"$ref": "#/$defs/a"}}}}');
SELECT agentsandbox.schema_check('{"dependentSchemas": {"x": {"$ref": "#"}}}');

-- References that unfold exponentially
SELECT agentsandbox.schema_check(jsonb_build_object('$defs',
	(SELECT jsonb_object_agg('d' || i,
		CASE WHEN i = 40 THEN '{"type": "string"}'::jsonb
		ELSE jsonb_build_object('allOf', jsonb_build_array(
			jsonb_build_object('$ref', '#/$defs/d' || i + 1),
			jsonb_build_object('$ref', '#/$defs/d' || i + 1))) END)
	 FROM generate_series(1, 40) i)));

-- Accepted
SELECT agentsandbox.schema_check(s::jsonb) IS NOT NULL AS accepted FROM (VALUES
	('true'), ('{}'),
	('{"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "https://example.com/s",
	   "$ref": "https://example.com/s#/$defs/a", "$defs": {"a": {"$anchor": "b"}}}'),
	('{"title": "t", "description": "d", "default": 1, "examples": [1], "deprecated": true, "readOnly": true,
	   "writeOnly": true, "$comment": "c", "contentEncoding": "base64", "contentMediaType": "text/plain", "contentSchema": {}}'),
	('{"type": "object", "properties": {"next": {"$ref": "#"}}}')) v (s);

-- The first fault, with JSON pointers to the value and to the keyword
CREATE TEMP TABLE request AS SELECT '{
	"type": "object", "additionalProperties": false,
	"required": ["to", "items"],
	"properties": {
		"to": {"type": "string", "format": "email", "maxLength": 20},
		"id": {"type": "string", "format": "uuid"},
		"items": {"type": "array", "minItems": 1, "uniqueItems": true, "items": {"$ref": "#/$defs/item"}},
		"size": {"enum": ["small", "large", 1]}},
	"$defs": {"item": {"type": "object", "required": ["sku"], "properties": {
		"sku": {"type": "string", "pattern": "^[A-Z]{2}-[0-9]+$"},
		"count": {"type": "integer", "minimum": 1, "maximum": 12345678901234567890123},
		"price": {"type": "number", "multipleOf": 0.01}}}}}'::jsonb AS schema;
SELECT i AS instance, e.* FROM request, (VALUES
	('{"to": "a@b.c", "items": [{"sku": "AB-1", "count": 1.0, "price": 19.99}]}'),
	('{"to": "a@b.c", "items": [{"sku": "AB-1", "count": 12345678901234567890123}]}'),
	('{"to": "a@b.c", "items": [{"sku": "AB-1", "count": 12345678901234567890124}]}'),
	('{"to": "a@b.c", "items": [{"sku": "AB-1", "count": 1e400}]}'),
	('{"to": "a@b.c", "items": [{"sku": "AB-1", "count": -0}]}'),
	('{"to": "a@b.c", "items": [{"sku": "AB-1", "count": 1.5}]}'),
	('{"to": "a@b.c", "items": [{"sku": "AB-1", "price": 0.001}]}'),
	('{"to": "a@b.c", "items": [{"sku": "AB-1", "price": 1e100000}]}'),
	('{"to": "a@b.c", "items": [{"sku": "ab-1"}]}'),
	('{"to": "a@b.c", "items": [{"sku": "AB-1"}, {"sku": "AB-1"}]}'),
	('{"to": "a@b.c", "items": [{}]}'),
	('{"to": "a@b.c", "items": []}'),
	('{"to": "nobody", "items": []}'),
	('{"to": "aaaaaaaaaaaaaaaaaaaaaaaa@b.c", "items": []}'),
	('{"to": "a@b.c"}'),
	('{"to": "a@b.c", "items": [{"sku": "AB-1"}], "x/y": 1}'),
	('{"to": "a@b.c", "items": [{"sku": "AB-1"}], "size": 1.00}'),
	('{"to": "a@b.c", "items": [{"sku": "AB-1"}], "size": "medium"}'),
	('{"to": "a@b.c", "items": [{"sku": "AB-1"}], "id": "x"}'),
	('[]'), ('"text"'), ('null')) v (i)
LEFT JOIN LATERAL agentsandbox.schema_errors(schema, i::jsonb) e ON true;

SELECT * FROM agentsandbox.schema_errors('false', '1');
SELECT * FROM agentsandbox.schema_errors('{"anyOf": [{"type": "string"}, {"minimum": 5}]}', '1');
SELECT * FROM agentsandbox.schema_errors('{"oneOf": [{"type": "integer"}, {"minimum": 0}]}', '1');
SELECT * FROM agentsandbox.schema_errors('{"if": {"type": "string"}, "then": {"minLength": 3}}', '"ab"');
SELECT * FROM agentsandbox.schema_errors('{"contains": {"const": 1}, "maxContains": 1}', '[1, 2, 1.0]');
SELECT * FROM agentsandbox.schema_errors('{"propertyNames": {"pattern": "^a"}}', '{"b": 1}');
SELECT * FROM agentsandbox.schema_errors('{"dependentRequired": {"a": ["b"]}}', '{"a": 1}');
SELECT * FROM agentsandbox.schema_errors('{"allOf": [{"properties": {"a": true}}], "unevaluatedProperties": false}', '{"a": 1, "b": 2}');
-- characters are counted, not bytes
SELECT * FROM agentsandbox.schema_errors('{"maxLength": 2}', '"\ud83d\ude00\u00e9"');
SELECT * FROM agentsandbox.schema_errors('{"minLength": 3}', '"\ud83d\ude00\u00e9"');

-- Nesting: a clear verdict, whatever the schema looks at
SELECT * FROM agentsandbox.schema_errors('true', (repeat('[', 512) || repeat(']', 512))::jsonb);
SELECT * FROM agentsandbox.schema_errors('true', (repeat('[', 513) || repeat(']', 513))::jsonb);
SELECT * FROM agentsandbox.schema_errors('{"not": {"items": {"$ref": "#"}}}', (repeat('[', 5000) || repeat(']', 5000))::jsonb);
SELECT agentsandbox.schema_check((repeat('{"not":', 600) || 'true' || repeat('}', 600))::jsonb);

-- Branches that recurse: 2^500 evaluations, were verdicts not remembered
SELECT * FROM agentsandbox.schema_errors('{"anyOf": [
	{"properties": {"a": {"$ref": "#"}, "zz": {"const": 1}}, "required": ["zz"]},
	{"properties": {"a": {"$ref": "#"}, "zz": {"const": 2}}, "required": ["zz"]}]}',
	(repeat('{"a":', 500) || '1' || repeat(',"zz":2}', 500))::jsonb);
-- the same where a wrapper with unevaluatedProperties stands in between
SELECT * FROM agentsandbox.schema_errors('{"$ref": "#/$defs/m", "$defs": {
	"w": {"$ref": "#/$defs/m", "unevaluatedProperties": false},
	"m": {"anyOf": [{"properties": {"a": {"$ref": "#/$defs/w"}, "z": {"const": 1}}, "required": ["z"]},
					{"properties": {"a": {"$ref": "#/$defs/w"}, "z": {"const": 2}}, "required": ["z"]}]}}}',
	(repeat('{"a":', 500) || '1' || repeat(',"z":2}', 500))::jsonb);
-- and where it is in the end not valid
SELECT instance_pointer <> '' AS far_inside, keyword_pointer FROM agentsandbox.schema_errors('{"allOf": [
	{"properties": {"a": {"$ref": "#"}}}, {"properties": {"a": {"$ref": "#"}}}, {"type": "object"}]}',
	(repeat('{"a":', 500) || '1' || repeat('}', 500))::jsonb);

-- multipleOf is exact, and fast for numbers with huge exponents
SELECT m, v, (SELECT count(*) FROM agentsandbox.schema_errors(jsonb_build_object('multipleOf', m::numeric), to_jsonb(v::numeric))) AS remainder
FROM (VALUES ('0.01', '0.07'), ('0.01', '0.075'), ('0.1', '1e131071'), ('3', '1e131071'), ('3', '111111'),
	('7', '-14'), ('1e20', '1e21'), ('1e20', '15e19'), ('0.5', '0'),
	('2.50', '10.00'), ('999999999999999999', '999999999999999998000000000000000001'), ('1e-16383', '1')) t (m, v);
SELECT count(*) FROM agentsandbox.schema_errors('{"items": {"multipleOf": 0.03}}',
	('[' || repeat('3e131071,', 100000) || '3]')::jsonb);
-- agrees with the server's arithmetic
SELECT count(*) AS differ FROM (
	SELECT (random() * 1e6)::numeric(20, 3) * 10::numeric ^ floor(random() * 12 - 6)::int AS v,
		((1 + floor(random() * 40))::numeric / 4) * 10::numeric ^ floor(random() * 8 - 4)::int AS m
	FROM generate_series(1, 5000)) t
WHERE (v % m = 0) <> NOT EXISTS (SELECT FROM agentsandbox.schema_errors(jsonb_build_object('multipleOf', m), to_jsonb(v)));

-- uniqueItems of a long array is no quadratic work
SELECT count(*) FROM agentsandbox.schema_errors('{"uniqueItems": true}',
	(SELECT jsonb_agg(i) FROM generate_series(1, 200000) i));
SELECT message FROM agentsandbox.schema_errors('{"uniqueItems": true}',
	(SELECT jsonb_agg(jsonb_build_object('a', i % 99999, 'b', 1.0)) FROM generate_series(1, 100000) i));
SELECT v, count(e) FROM (VALUES ('[1, 1.0]'), ('[0, -0]'), ('["1", 1]'), ('[{"a": 1, "b": [2]}, {"b": [2.0], "a": 1}]'),
	('[[1, 2], [2, 1]]'), ('[false, 0, null, "", [], {}]')) t (v)
	LEFT JOIN LATERAL agentsandbox.schema_errors('{"uniqueItems": true}', v::jsonb) e ON true GROUP BY v ORDER BY v COLLATE "C";

-- The canonical text
SELECT v, agentsandbox.canonical(v::jsonb) FROM (VALUES
	('null'), ('true'), ('[]'), ('{}'), ('""'),
	('-0'), ('-0.0'), ('1.0'), ('1.00'), ('1e0'), ('100'), ('1e2'), ('0.5'), ('5e-1'), ('-1.50'),
	('123456789012345678901'), ('1e20'), ('1e21'), ('1234567890123456789012'), ('1e400'), ('-1.5e400'),
	('0.000001'), ('0.0000001'), ('1.25e-7'), ('0.1000000000000000055511151231257827'), ('1e131071'), ('12345.6789'),
	('[1, [2, {"b": 1, "a": []}]]'),
	('{"aa": 1, "b": 2, "a": 3, "": 4}')) t (v);
-- RFC 8785, 3.2.2 and 3.2.3: members sorted by UTF-16 code units
SELECT agentsandbox.canonical('{
  "numbers": [333333333.3333333, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
  "string": "\u20ac$\u000F\u000aA''\u0042\u0022\u005c\\\"\/",
  "literals": [null, true, false]}');
SELECT agentsandbox.canonical('{"\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh",
  "1": "One", "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis"}');
-- Unicode normal forms stay distinct
SELECT agentsandbox.canonical('"\u00e9"') = agentsandbox.canonical('"e\u0301"') AS same;
SELECT agentsandbox.canonical((repeat('[', 600) || repeat(']', 600))::jsonb);

-- Over random values: the text is the value; equal values have identical bytes
CREATE FUNCTION pg_temp.random_json(depth int) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	kind int := floor(random() * CASE WHEN depth > 0 THEN 9 ELSE 7 END);
	numbers text[] := ARRAY['1', '1.0', '10e-1', '-0', '0.00', '1e30', '1000000000000000000000000000000', '0.25', '25e-2', '1e-9'];
	names text[] := ARRAY['a', 'b', 'aa', 'é', 'e' || U&'\0301', U&'\+01F600', U&'\FB33', '', E'\n', '"'];
BEGIN
	RETURN CASE kind
		WHEN 0 THEN 'null'
		WHEN 1 THEN to_jsonb(random() < 0.5)
		WHEN 2 THEN to_jsonb(floor(random() * 5))
		WHEN 3 THEN numbers[1 + floor(random() * 10)::int]::jsonb
		WHEN 4 THEN to_jsonb((random() * 1e6)::numeric * 10::numeric ^ floor(random() * 60 - 30)::int)
		WHEN 5 THEN to_jsonb(names[1 + floor(random() * 10)::int])
		WHEN 6 THEN to_jsonb(chr(1 + floor(random() * 300)::int))
		WHEN 7 THEN (SELECT coalesce(jsonb_agg(pg_temp.random_json(depth - 1)), '[]') FROM generate_series(1, floor(random() * 4)::int))
		ELSE (SELECT coalesce(jsonb_object_agg(names[1 + floor(random() * 10)::int], pg_temp.random_json(depth - 1)), '{}') FROM generate_series(1, floor(random() * 5)::int))
	END;
END $$;
CREATE TEMP TABLE sample AS SELECT v, agentsandbox.canonical(v) AS c FROM (SELECT pg_temp.random_json(3) AS v FROM generate_series(1, 1500)) r;
SELECT count(*) AS not_the_value FROM sample WHERE c::jsonb <> v;
SELECT count(*) AS not_one_form FROM sample WHERE c <> agentsandbox.canonical(c::jsonb);
SELECT count(*) AS differ FROM sample a JOIN sample b ON (a.v = b.v) <> (a.c = b.c);

-- Alternatives are looked up by halves, and whoever waits for many can be interrupted
SELECT x, (SELECT message FROM agentsandbox.schema_errors('{"enum": [3, "b", null, [2], 1.0, "aa", {"a": 1}, true, -2, {}, [], "b", 10]}', x)) AS fault
FROM jsonb_array_elements('[1, 10, -2.0, 3, 2, "b", "aa", "a", "c", null, true, false, [], [2], [3], {}, {"a": 1.0}, {"a": 2}]') x;
BEGIN;
SET LOCAL statement_timeout = '10s';
SELECT count(*) AS faults FROM agentsandbox.schema_errors(
	jsonb_build_object('items', jsonb_build_object('enum', (SELECT jsonb_agg(x) FROM generate_series(1, 20000) x))),
	(SELECT jsonb_agg(20000 - x % 3) FROM generate_series(1, 100000) x));
COMMIT;
BEGIN;
SET LOCAL statement_timeout = '100ms';
DO $$
DECLARE
	began CONSTANT timestamptz := clock_timestamp();
BEGIN
	PERFORM agentsandbox.schema_errors(
		jsonb_build_object('items', jsonb_build_object('anyOf', (SELECT jsonb_agg(jsonb_build_object('const', x)) FROM generate_series(1, 3000) x))),
		(SELECT jsonb_agg(3000) FROM generate_series(1, 100000)));
EXCEPTION WHEN query_canceled THEN
	RAISE NOTICE 'cancelled in time: %', clock_timestamp() < began + interval '10 seconds';
END
$$;
COMMIT;
