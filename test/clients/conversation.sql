-- What the clients of this folder find.
SELECT agentsandbox.create_profile('client');
CREATE SCHEMA hidden;
CREATE TYPE mood AS ENUM ('sad', 'glad');
CREATE TABLE customer (id int PRIMARY KEY, rep int NOT NULL DEFAULT agentsandbox.context('rep', 0),
                       name text, feeling mood, tags text[], born date, worth numeric(12, 2), extra jsonb);
INSERT INTO customer
SELECT g, g % 2 + 3, 'customer ' || g, CASE WHEN g % 3 = 0 THEN 'sad' ELSE 'glad' END::mood, ARRAY['a', 'b' || g],
       date '2000-01-01' + g, g * 1.25, jsonb_build_object('n', g)
FROM generate_series(1, 200) g;
SELECT agentsandbox.protect('customer', 'rep', 'rep');
GRANT SELECT, INSERT, UPDATE, DELETE ON customer TO client;
GRANT USAGE ON TYPE mood TO client;
CREATE TABLE secret (s text);
INSERT INTO secret VALUES ('HIDDEN_MARKER');
CREATE TABLE hidden.other (s text);
SELECT agentsandbox.create_method('echo',
        request => '{"type": "object", "required": ["text"], "additionalProperties": false, "properties": {"text": {"type": "string", "maxLength": 100}}}',
        response => '{"type": "object"}'),
    agentsandbox.allow_method('client', 'echo');
