-- The world of the examples in docs/; run by test/tap/900_docs.pl as
-- superuser in a fresh database.
CREATE EXTENSION agentsandbox;
CREATE ROLE olivia LOGIN IN ROLE agentsandbox_operator PASSWORD 'docs-password';
CREATE ROLE gail LOGIN IN ROLE agentsandbox_gateway PASSWORD 'docs-password';
CREATE ROLE ada LOGIN IN ROLE agentsandbox_auditor PASSWORD 'docs-password';
CREATE ROLE rita LOGIN IN ROLE agentsandbox_reviewer PASSWORD 'docs-password';
CREATE SCHEMA crm AUTHORIZATION olivia;
SET ROLE olivia;
SET search_path = crm;
CREATE TABLE customer (
    customer_id integer PRIMARY KEY, support_rep_id integer NOT NULL,
    first_name text NOT NULL, email text NOT NULL);
CREATE TABLE invoice (
    invoice_id integer PRIMARY KEY, customer_id integer NOT NULL REFERENCES customer,
    total numeric(10,2) NOT NULL);
INSERT INTO customer VALUES
    (1, 3, 'Luís', 'luis@example.org'), (2, 5, 'Leonie', 'leonie@example.org'),
    (3, 3, 'François', 'francois@example.org'), (7, 3, 'Astrid', 'astrid@example.org');
INSERT INTO invoice VALUES (11, 1, 3.98), (12, 2, 13.86), (13, 7, 8.91);
SELECT agentsandbox.create_profile('support', search_path => 'crm');
GRANT USAGE ON SCHEMA crm TO support;
GRANT SELECT ON customer, invoice TO support;
SELECT agentsandbox.protect('customer', 'support_rep_id', 'rep');
SELECT agentsandbox.protect_through('invoice', '{customer_id}', 'customer');
SELECT agentsandbox.create_method('send_mail',
    description => 'Sends a mail to one customer, from a template.',
    request => '{"type": "object", "additionalProperties": false,
                 "required": ["template", "customer"],
                 "properties": {"template": {"enum": ["renewal", "thanks"]},
                                "customer": {"type": "integer", "minimum": 1, "maximum": 9999}}}',
    response => '{"type": "object", "required": ["queued"],
                  "properties": {"queued": {"type": "boolean"}}}');
SELECT agentsandbox.allow_method('support', 'send_mail');
