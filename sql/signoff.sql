-- Sign-off and drift.
\set SHOW_CONTEXT never
\pset format unaligned
\pset footer off
CREATE ROLE regress_ada IN ROLE agentsandbox_auditor;
CREATE ROLE regress_olga IN ROLE agentsandbox_operator;
CREATE ROLE regress_both IN ROLE agentsandbox_operator, agentsandbox_auditor;
\set superuser :USER
CREATE SCHEMA "Regress <b>";
SET search_path = "Regress <b>";
CREATE TABLE customer (id int, rep int);
CREATE TABLE "a'b""c" (id int);
SET SESSION AUTHORIZATION regress_olga;
SELECT agentsandbox.create_profile('Regress <i>');
SELECT agentsandbox.create_method('regress.mail', 'true', 'true');
SELECT agentsandbox.allow_method('Regress <i>', 'regress.mail');
RESET SESSION AUTHORIZATION;
GRANT USAGE ON SCHEMA "Regress <b>" TO "Regress <i>";
GRANT SELECT ON customer TO "Regress <i>";
SELECT authors FROM agentsandbox.profiles WHERE profile = '"Regress <i>"'::regrole;

-- nobody has accepted anything, and nobody need have
SELECT * FROM agentsandbox.surface_drift('Regress <i>');
SELECT count(conversation) FROM agentsandbox.open_conversation('Regress <i>');
SELECT agentsandbox.alter_profile('Regress <i>', require_accepted_surface => true);
SELECT agentsandbox.open_conversation('Regress <i>');

-- the fingerprint is what anybody can compute from the listing
SET ROLE regress_ada;
SELECT agentsandbox.fingerprint(agentsandbox.surface_listing('Regress <i>')) AS f \gset
SELECT :'f' ~ '^[0-9a-f]{64}$' AS hex,
       :'f' = encode(sha256(convert_to(agentsandbox.canonical(jsonb_agg(e)), 'UTF8')), 'hex') AS same,
       count(*) = (SELECT count(*) FROM agentsandbox.surface('Regress <i>')) AS complete
FROM jsonb_array_elements(agentsandbox.surface_listing('Regress <i>')) e;
\set VERBOSITY terse
SELECT agentsandbox.accept_surface('Regress <i>', 'read on paper', repeat('0', 64));
\set VERBOSITY default
SELECT agentsandbox.accept_surface('Regress <i>', 'read on paper', upper(:'f')) = :'f' AS signed;
SELECT * FROM agentsandbox.surface_drift('Regress <i>');
SELECT profile, profile_name, fingerprint = :'f', accepted_by, note, superseded_at FROM agentsandbox.surface_acceptances;
SELECT count(conversation) FROM agentsandbox.open_conversation('Regress <i>');
RESET ROLE;
SELECT count(conversation) FROM agentsandbox.open_conversation('Regress <i>');

-- drift, in words
GRANT DELETE ON "a'b""c" TO "Regress <i>";
SELECT agentsandbox.open_conversation('Regress <i>');
ALTER TABLE customer ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON customer USING (rep = agentsandbox.context('rep')::int);
SELECT agentsandbox.disallow_method('Regress <i>', 'regress.mail');
SELECT agentsandbox.alter_profile('Regress <i>', rows_returned => 5);
SELECT change, class, identity, privilege, regexp_replace(description, ': accepts .*', ' ...') AS description
FROM agentsandbox.surface_drift('Regress <i>') WHERE class IN ('relation', 'method', 'limit') ORDER BY 1, 2, 3, 4;
-- undone: what was accepted holds again
REVOKE DELETE ON "a'b""c" FROM "Regress <i>";
DROP POLICY own ON customer;
ALTER TABLE customer DISABLE ROW LEVEL SECURITY;
SELECT agentsandbox.allow_method('Regress <i>', 'regress.mail');
SELECT agentsandbox.alter_profile('Regress <i>', rows_returned => 1000000);
SELECT * FROM agentsandbox.surface_drift('Regress <i>');
SELECT count(conversation) FROM agentsandbox.open_conversation('Regress <i>');
-- a drift that is accepted; one acceptance holds at a time
GRANT DELETE ON "a'b""c" TO "Regress <i>";
SELECT agentsandbox.accept_surface('Regress <i>') <> :'f' AS other;
SELECT accepted_by = :'superuser' AS ours, superseded_at IS NULL AS holds FROM agentsandbox.surface_acceptances ORDER BY accepted_at;
SELECT count(conversation) FROM agentsandbox.open_conversation('Regress <i>');
-- what is rolled back was never accepted
BEGIN;
REVOKE DELETE ON "a'b""c" FROM "Regress <i>";
SELECT count(agentsandbox.accept_surface('Regress <i>'));
SELECT * FROM agentsandbox.surface_drift('Regress <i>');
ROLLBACK;
SELECT * FROM agentsandbox.surface_drift('Regress <i>');

-- the signer and the authors
SELECT agentsandbox.alter_profile('Regress <i>', require_other_signer => true);
SELECT authors = ARRAY['regress_olga', :'superuser']::name[] AS authors FROM agentsandbox.profiles WHERE profile = '"Regress <i>"'::regrole;
SELECT agentsandbox.open_conversation('Regress <i>');
SELECT agentsandbox.accept_surface('Regress <i>');
SET SESSION AUTHORIZATION regress_both;
SELECT count(agentsandbox.accept_surface('Regress <i>'));
SELECT count(conversation) FROM agentsandbox.open_conversation('Regress <i>');
-- who signs first and alters then has not signed
SELECT agentsandbox.alter_profile('Regress <i>');
SELECT agentsandbox.open_conversation('Regress <i>');
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION regress_ada;
SELECT count(agentsandbox.accept_surface('Regress <i>', NULL));
RESET SESSION AUTHORIZATION;
SELECT count(conversation) FROM agentsandbox.open_conversation('Regress <i>');
-- SET ROLE makes nobody another signer
SET SESSION AUTHORIZATION regress_both;
SET ROLE agentsandbox_auditor;
SELECT agentsandbox.accept_surface('Regress <i>');
RESET ROLE;
RESET SESSION AUTHORIZATION;

-- who may: nobody else
SET ROLE agentsandbox_gateway;
SELECT agentsandbox.accept_surface('Regress <i>');
SELECT agentsandbox.surface_drift('Regress <i>');
SELECT FROM agentsandbox.surface_acceptances;
SET ROLE regress_olga;
UPDATE agentsandbox.surface_acceptances SET note = 'x';
DELETE FROM agentsandbox.surface_acceptances;
RESET ROLE;
SELECT agentsandbox.accept_surface('regress_missing');
SELECT agentsandbox.surface_drift(NULL);
SELECT agentsandbox.surface_listing(NULL);
SELECT agentsandbox.accept_surface(NULL);

-- dropped and made again: what was signed is kept, and holds no more
SELECT count(agentsandbox.close_conversation(id)) > 0 FROM agentsandbox.conversation_records WHERE state = 'open' AND profile = '"Regress <i>"'::regrole;
SELECT agentsandbox.drop_profile('Regress <i>');
SELECT agentsandbox.create_profile('Regress <i>', require_accepted_surface => true);
SELECT agentsandbox.allow_method('Regress <i>', 'regress.mail');
GRANT USAGE ON SCHEMA "Regress <b>" TO "Regress <i>";
GRANT SELECT ON customer TO "Regress <i>";
GRANT DELETE ON "a'b""c" TO "Regress <i>";
SELECT * FROM agentsandbox.surface_drift('Regress <i>');
SELECT agentsandbox.open_conversation('Regress <i>');
SELECT profile, profile_name, count(*) FROM agentsandbox.surface_acceptances GROUP BY 1, 2;

SELECT agentsandbox.drop_profile('Regress <i>');
SELECT agentsandbox.drop_method('regress.mail');
DELETE FROM agentsandbox.surface_acceptances;
DROP SCHEMA "Regress <b>" CASCADE;
DROP ROLE regress_ada, regress_olga, regress_both;
