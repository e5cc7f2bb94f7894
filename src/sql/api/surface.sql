-- All that a profile, or one conversation, can reach.  The settings are those
-- that the text of values and expressions depends on.
CREATE OR REPLACE FUNCTION agentsandbox.surface(profile name)
RETURNS TABLE (class text, identity text, privilege text, row_filter text, via text[], notes text)
LANGUAGE c STABLE SECURITY DEFINER ROWS 5000
SET search_path = pg_catalog, pg_temp
SET quote_all_identifiers = off SET standard_conforming_strings = on
SET datestyle = 'ISO, YMD' SET intervalstyle = postgres SET timezone = 'UTC' SET bytea_output = hex SET extra_float_digits = 1 SET lc_monetary = 'C'
AS 'MODULE_PATHNAME', 'asb_surface_of_profile';
COMMENT ON FUNCTION agentsandbox.surface(name) IS
    'everything that conversations of a profile can reach: what, for which rows, by which grant or list, and through what';

CREATE OR REPLACE FUNCTION agentsandbox.surface(conversation uuid)
RETURNS TABLE (class text, identity text, privilege text, row_filter text, via text[], notes text)
LANGUAGE c STABLE SECURITY DEFINER ROWS 5000
SET search_path = pg_catalog, pg_temp
SET quote_all_identifiers = off SET standard_conforming_strings = on
SET datestyle = 'ISO, YMD' SET intervalstyle = postgres SET timezone = 'UTC' SET bytea_output = hex SET extra_float_digits = 1 SET lc_monetary = 'C'
AS 'MODULE_PATHNAME', 'asb_surface_of_conversation';
COMMENT ON FUNCTION agentsandbox.surface(uuid) IS
    'the same for one open conversation, with its context filled in';
