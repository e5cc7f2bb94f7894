-- Capacity: the bits that a schema lets a call carry.  That it is never too low
-- is shown in test/tap/410_capacity.pl.
CREATE FUNCTION pg_temp.bits(schema jsonb, max_bytes integer DEFAULT 65536) RETURNS numeric
    LANGUAGE sql AS 'SELECT round(bits::numeric, 6) FROM agentsandbox.schema_capacity(schema, max_bytes) WHERE pointer = ''''';

-- Where the bits are
SELECT pointer, round(bits::numeric, 3) AS bits FROM agentsandbox.schema_capacity('{
    "type": "object", "additionalProperties": false, "required": ["template", "customer"],
    "properties": {
        "template": {"enum": ["renewal", "reminder", "thanks"]},
        "customer": {"type": "integer", "minimum": 1, "maximum": 100000},
        "on": {"type": "string", "format": "date"},
        "copy": {"type": "boolean"},
        "tags": {"type": "array", "uniqueItems": true, "items": {"$ref": "#/$defs/tag"}},
        "text": {"type": "string", "maxLength": 20}},
    "$defs": {"tag": {"type": "string", "pattern": "^[a-z]$"}}}');

-- The table of docs/information-flow.md
SELECT schema, pg_temp.bits(schema::jsonb, 1000) AS bits
FROM (VALUES
    ('true'), ('false'), ('{"type": "null"}'), ('{"const": {"a": 1}}'), ('{"type": "boolean"}'),
    ('{"enum": [1, 1.0, 10e-1, "1", [1], [1.00], {"a": 1, "b": 2}, {"b": 2.0, "a": 1}]}'),
    ('{"enum": []}'),
    ('{"enum": [1, 2.5, "a", null], "type": ["integer", "null"]}'),
    ('{"type": "integer", "minimum": 0, "maximum": 1023}'),
    ('{"type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 3}'),
    ('{"type": "integer", "minimum": 0}'),
    ('{"type": "integer", "minimum": 0, "maximum": 100, "multipleOf": 2.5}'),
    ('{"type": "integer", "minimum": 5, "maximum": 4}'),
    ('{"type": "integer", "minimum": 0, "maximum": 123456789012345678901234567890}'),
    ('{"type": "number", "minimum": 0, "maximum": 1}'),
    ('{"type": "number", "minimum": 0, "maximum": 99.99, "multipleOf": 0.01}'),
    ('{"type": "string"}'),
    ('{"type": "string", "maxLength": 0}'),
    ('{"type": "string", "maxLength": 1}'),
    ('{"type": "string", "minLength": 2, "maxLength": 2}'),
    ('{"type": "string", "pattern": "^[0-9a-f]{8}$"}'),
    ('{"type": "string", "pattern": "^[A-Z]{2}(-[0-9]{1,3})?$"}'),
    ('{"type": "string", "pattern": "[0-9]"}'),
    ('{"type": "string", "pattern": "^[01]*$", "maxLength": 40}'),
    ('{"type": "string", "format": "date"}'),
    ('{"type": "string", "format": "ipv4"}'),
    ('{"type": "string", "format": "uuid"}'),
    ('{"type": "array", "items": {"type": "boolean"}, "minItems": 1, "maxItems": 3}'),
    ('{"type": "array", "items": {"type": "boolean"}}'),
    ('{"type": "array", "items": {"type": "boolean"}, "uniqueItems": true}'),
    ('{"type": "array", "maxItems": 3}'),
    ('{"type": "array", "prefixItems": [{"type": "boolean"}, {"type": "boolean"}], "items": false}'),
    ('{"type": "array", "items": false}'),
    ('{"type": "object"}'),
    ('{"type": "object", "additionalProperties": false}'),
    ('{"type": "object", "properties": {"a": {"const": 1}}}'),
    ('{"type": "object", "properties": {"a": {"const": 1}, "b": {"const": 2}}, "additionalProperties": false}'),
    ('{"type": "object", "properties": {"a": {"const": 1}, "b": {"const": 2}}, "required": ["a"], "additionalProperties": false}'),
    ('{"type": "object", "properties": {"a": {"const": 1}}, "required": ["z"], "additionalProperties": false}'),
    ('{"type": "object", "patternProperties": {"^[xy]$": {"type": "boolean"}}, "additionalProperties": false}'),
    ('{"type": "object", "patternProperties": {"x": {"type": "boolean"}}, "additionalProperties": false}'),
    ('{"anyOf": [{"const": 1}, {"const": 2}, {"type": "boolean"}]}'),
    ('{"oneOf": [{"const": 1}, {"const": 1}]}'),
    ('{"allOf": [{"type": "boolean"}, {"enum": [true, 1, 2]}]}'),
    ('{"type": "boolean", "not": {"const": true}}'),
    ('{"if": {"const": 1}, "else": {"enum": [2, 3, 4]}}'),
    ('{"$ref": "#/$defs/x", "maxLength": 1, "$defs": {"x": {"enum": ["", "a", "bb"]}}}'),
    ('{"type": "string", "$ref": "#/$defs/x", "$defs": {"x": {"enum": [1, "a", "bb"]}}}'),
    ('{"type": "object", "additionalProperties": false, "properties": {"next": {"$ref": "#"}}}'),
    ('{"type": "object", "additionalProperties": false, "properties": {"next": {"$ref": "#"}}, "allOf": [{"enum": [{}, {"next": {}}]}]}')
) AS v (schema);

-- Never more than the bytes can say
SELECT pg_temp.bits('{"type": "string", "maxLength": 1000}', 100);
SELECT pg_temp.bits('{"type": "string", "maxLength": 1000}', 0);
SELECT pg_temp.bits('{"type": "string", "maxLength": 1000}', NULL);

-- Bad schemas
SELECT pg_temp.bits('{"type": "object", "bits": 3}');
SELECT pg_temp.bits('{"$ref": "#"}');
SELECT pg_temp.bits((repeat('{"items":', 1000) || 'true' || repeat('}', 1000))::jsonb);
-- the deepest there can be, and a long chain of references
SELECT pg_temp.bits((repeat('{"type":"array","maxItems":1,"items":', 511) || 'false' || repeat('}', 511))::jsonb);
SELECT pg_temp.bits(jsonb_build_object('$ref', '#/$defs/d1', '$defs',
    (SELECT jsonb_object_agg('d' || i, CASE WHEN i = 2000 THEN '{"type": "boolean"}'::jsonb
        ELSE jsonb_build_object('$ref', '#/$defs/d' || i + 1) END) FROM generate_series(1, 2000) i)));

-- Methods
SELECT agentsandbox.create_method('remind', description => 'reminds a customer',
    request => '{"type": "object", "additionalProperties": false, "required": ["customer"],
        "properties": {"customer": {"type": "integer", "minimum": 0, "maximum": 65535}}}',
    response => 'true');
SELECT agentsandbox.create_method('say', request => '{"type": "object"}', response => 'true', max_request_bytes => 100);
SELECT agentsandbox.method_capacity('remind'), agentsandbox.method_capacity('say');
SELECT agentsandbox.method_capacity('sing');
SELECT agentsandbox.drop_method('remind'), agentsandbox.drop_method('say');
