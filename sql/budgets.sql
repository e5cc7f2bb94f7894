-- Budgets of metered egress: what can be said of them, and what a budget refuses
-- before any call is made.  (Releases: test/tap/412_metered.pl.)
\set SHOW_CONTEXT never
\pset format unaligned
SELECT agentsandbox.create_profile('regress_metered', egress => 'meter');
CREATE FUNCTION pg_temp.settings() RETURNS text LANGUAGE sql AS $$
    SELECT format('%s: %s bits, all %s within %s; %s a tick of %s', egress, budget_bits, profile_budget_bits, budget_window, releases_per_tick, release_interval)
    FROM agentsandbox.profiles WHERE profile = 'regress_metered'::regrole
$$;
SELECT pg_temp.settings();

-- budgets that are none
SELECT agentsandbox.alter_profile('regress_metered', budget_bits => -1);
SELECT agentsandbox.alter_profile('regress_metered', budget_bits => '-0.0');
SELECT agentsandbox.alter_profile('regress_metered', budget_bits => 'NaN');
SELECT agentsandbox.alter_profile('regress_metered', budget_bits => 'Infinity');
SELECT agentsandbox.alter_profile('regress_metered', budget_bits => '-Infinity');
SELECT agentsandbox.alter_profile('regress_metered', budget_bits => 1e300);
SELECT agentsandbox.alter_profile('regress_metered', profile_budget_bits => -1e-300);
SELECT agentsandbox.alter_profile('regress_metered', profile_budget_bits => 'NaN');
SELECT agentsandbox.alter_profile('regress_metered', profile_budget_bits => 'Infinity');
SELECT agentsandbox.create_profile('regress_other', egress => 'meter', budget_bits => 'NaN');
-- windows and ticks that are none
SELECT agentsandbox.alter_profile('regress_metered', budget_window => '0');
SELECT agentsandbox.alter_profile('regress_metered', budget_window => '-1 day');
SELECT agentsandbox.alter_profile('regress_metered', budget_window => '1000 years');
SELECT agentsandbox.alter_profile('regress_metered', budget_window => 'fortnight');
SELECT agentsandbox.alter_profile('regress_metered', release_interval => '0.5 s');
SELECT agentsandbox.alter_profile('regress_metered', release_interval => '25 hours');
SELECT agentsandbox.alter_profile('regress_metered', release_interval => '1 month');
SELECT agentsandbox.alter_profile('regress_metered', release_interval => '1.5 s');
SELECT agentsandbox.alter_profile('regress_metered', releases_per_tick => 0);
SELECT agentsandbox.alter_profile('regress_metered', releases_per_tick => -1);
SELECT agentsandbox.alter_profile('regress_metered', releases_per_tick => 1000000);
SELECT agentsandbox.alter_profile('regress_metered', egress => 'metered');
SELECT pg_temp.settings();

-- a method that says more in one call than a budget has, whichever comes last
SELECT agentsandbox.create_method('wide', '{"type": "object"}', 'true');
SELECT agentsandbox.create_method('narrow', '{"type": "object", "additionalProperties": false, "required": ["n"],
    "properties": {"n": {"type": "integer", "minimum": 1, "maximum": 1024}}}', 'true');
SELECT agentsandbox.allow_method('regress_metered', 'narrow');
SELECT agentsandbox.alter_profile('regress_metered', budget_bits => 10);
SELECT agentsandbox.allow_method('regress_metered', 'narrow');
SELECT agentsandbox.allow_method('regress_metered', 'wide');
SELECT agentsandbox.alter_profile('regress_metered', budget_bits => 9.999999);
SELECT agentsandbox.alter_profile('regress_metered', profile_budget_bits => 9);
SELECT agentsandbox.alter_method('narrow', request => '{"type": "object", "additionalProperties": false, "required": ["n"],
    "properties": {"n": {"type": "integer", "minimum": 0, "maximum": 1024}}}');
SELECT agentsandbox.create_method('cycle', '{"type": "object", "additionalProperties": false, "properties": {"next": {"$ref": "#"}}}', 'true');
SELECT agentsandbox.allow_method('regress_metered', 'cycle');
-- one that does not meter may allow it, and cannot begin to meter then
SELECT agentsandbox.create_profile('regress_other');
SELECT agentsandbox.allow_method('regress_other', 'wide');
SELECT agentsandbox.alter_profile('regress_other', egress => 'meter', budget_bits => 1000);
SELECT pg_temp.settings();

-- the account
SELECT conversation, role FROM agentsandbox.open_conversation('regress_metered') \gset
SELECT agentsandbox.bits_spent(:'conversation'), agentsandbox.bits_left(:'conversation'), agentsandbox.egress_bound(:'conversation');
SELECT agentsandbox.bits_spent(NULL), agentsandbox.bits_left(NULL), agentsandbox.egress_bound(NULL);
SELECT agentsandbox.bits_spent(u), agentsandbox.bits_left(u), agentsandbox.egress_bound(u) FROM (VALUES ('00000000-0000-0000-0000-000000000000'::uuid)) v (u);
\set VERBOSITY terse
INSERT INTO agentsandbox.egress_charges VALUES (:'conversation', 1, gen_random_uuid(), 'regress_metered', 'narrow', now(), 0, 1, 10, 'NaN', 'NaN');
INSERT INTO agentsandbox.egress_charges VALUES (:'conversation', 1, gen_random_uuid(), 'regress_metered', 'narrow', now(), 0, 1, 10, -1, 5);
INSERT INTO agentsandbox.egress_charges VALUES (:'conversation', 1, gen_random_uuid(), 'regress_metered', 'narrow', now(), -1, 1, 10, 5, 5);
INSERT INTO agentsandbox.egress_charges VALUES (:'conversation', 1, gen_random_uuid(), 'regress_metered', 'narrow', now(), 0, 1, 4, 7, 7);
SELECT agentsandbox.bits_spent(:'conversation'), agentsandbox.bits_left(:'conversation'), agentsandbox.egress_bound(:'conversation');
SET ROLE :role;
SELECT bits_spent, bits_left FROM agentsandbox.my_limits();
SELECT agentsandbox.bits_left(:'conversation');
SELECT * FROM agentsandbox.egress_charges;
DELETE FROM agentsandbox.egress_charges;
SELECT agentsandbox.alter_profile('regress_metered', budget_bits => 1000);
RESET ROLE;
-- closing gives nothing back
SELECT agentsandbox.close_conversation(:'conversation');
SELECT agentsandbox.bits_spent(:'conversation'), agentsandbox.bits_left(:'conversation'), agentsandbox.egress_bound(:'conversation');

DELETE FROM agentsandbox.egress_charges WHERE conversation = :'conversation';
SELECT agentsandbox.drop_profile('regress_metered'), agentsandbox.drop_profile('regress_other');
SELECT agentsandbox.drop_method(m) FROM unnest('{wide,narrow,cycle}'::text[]) m;
