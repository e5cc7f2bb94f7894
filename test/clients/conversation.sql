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
-- for tools that describe tables; what is not told has the marker in its name or text
COMMENT ON TABLE customer IS 'who buys';
COMMENT ON COLUMN customer.name IS 'as on the invoice';
CREATE TABLE "HIDDEN_MARKER_t" (id int PRIMARY KEY);
CREATE FUNCTION "HIDDEN_MARKER_f"() RETURNS int LANGUAGE sql RETURN 1;
CREATE TABLE visit (id int PRIMARY KEY GENERATED ALWAYS AS IDENTITY, customer int REFERENCES customer, day date, made int DEFAULT "HIDDEN_MARKER_f"(),
                    "HIDDEN_MARKER_c" int UNIQUE, UNIQUE (customer, day), CONSTRAINT "HIDDEN_MARKER_k" CHECK (made >= "HIDDEN_MARKER_f"()),
                    "HIDDEN_MARKER_r" int, CONSTRAINT "HIDDEN_MARKER_fk" FOREIGN KEY (made) REFERENCES "HIDDEN_MARKER_t");
CREATE INDEX visit_day ON visit (day);
CREATE INDEX "HIDDEN_MARKER_i" ON visit (day, "HIDDEN_MARKER_c");
CREATE INDEX "HIDDEN_MARKER_inc" ON visit (day) INCLUDE ("HIDDEN_MARKER_c");
CREATE INDEX "HIDDEN_MARKER_e" ON visit ((made + "HIDDEN_MARKER_f"())) WHERE "HIDDEN_MARKER_c" > 0;
COMMENT ON COLUMN visit."HIDDEN_MARKER_c" IS 'HIDDEN_MARKER';
COMMENT ON TABLE secret IS 'HIDDEN_MARKER';
GRANT SELECT (id, customer, day, made) ON visit TO client;
CREATE VIEW glad AS SELECT id, name FROM customer WHERE feeling = 'glad' OR EXISTS (SELECT FROM "HIDDEN_MARKER_t");
GRANT SELECT ON glad TO client;
CREATE TABLE parted (day date PRIMARY KEY) PARTITION BY RANGE (day);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
GRANT SELECT ON parted TO client;
INSERT INTO "HIDDEN_MARKER_t" VALUES (1);
INSERT INTO visit (customer, day) VALUES (2, '2026-01-02');
