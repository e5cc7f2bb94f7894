-- The setting gate, as a conversation meets it.
\set SHOW_CONTEXT never
SELECT agentsandbox.create_profile('regress_agent', statement_time => '30 s', lock_wait => '5 s');
CREATE FUNCTION regress_untimed(endless bool) RETURNS text LANGUAGE plpgsql SET statement_timeout = 0 AS
    $$ BEGIN WHILE endless LOOP PERFORM 1; END LOOP; RETURN current_setting('statement_timeout'); END $$;
CREATE FUNCTION regress_roomy(endless bool) RETURNS text LANGUAGE plpgsql SET work_mem = '1GB' AS
    $$ BEGIN WHILE endless LOOP PERFORM 1; END LOOP; RETURN current_setting('work_mem'); END $$;
GRANT EXECUTE ON FUNCTION regress_untimed, regress_roomy TO regress_agent;
SELECT format('user=%s password=%s', role, password) AS conninfo FROM agentsandbox.open_conversation('regress_agent') \gset
\set superuser :USER
\c -reuse-previous=on :"conninfo"

-- harmless ones
SET DateStyle = 'ISO, DMY';
SELECT '01/02/2020'::date;
SET IntervalStyle = iso_8601;
SELECT interval '1 day 2 hours';
SET extra_float_digits = 0;
SELECT 0.1::float8 + 0.2;
SET bytea_output = escape;
SELECT '\x41'::bytea;
SET TIME ZONE 'Europe/Berlin';
SHOW TIME ZONE;
SET TIME ZONE -7;
SHOW TimeZone;
SET TIME ZONE INTERVAL '-08:00' HOUR TO MINUTE;
SHOW TimeZone;
SET TIME ZONE LOCAL;
SET NAMES 'utf-8';
SHOW client_encoding;
SET client_min_messages = warning;
RESET client_min_messages;
SET seed = 0.5;
SET default_text_search_config = 'pg_catalog.english';
SET standard_conforming_strings = on;
SET row_security = on;
SET jit = off;
SELECT current_setting('jit') AS cur, set_config('jit', 'off', false) AS new; -- as asyncpg does
RESET ALL;
SHOW DateStyle;

-- with other values they are not
SET TIME ZONE '<x>0';
SET NAMES 'LATIN1';
SET client_min_messages = debug1;
SET client_min_messages = log;
SET default_text_search_config = 'hidden.config';
SET default_text_search_config = 'hidden_config';
SET standard_conforming_strings = off;
SET row_security = off;
SET jit = on;

-- the name of the conversation is no message
SET application_name = 'message';
SET LOCAL application_name = 'message';
SELECT current_setting('application_name') = current_user AS fixed;
SELECT set_config('application_name', 'message', false);

-- where names are looked up
SHOW search_path;
SET search_path = "Some", public;
SHOW search_path;
SET search_path = pg_temp, public;
SET search_path = pg_toast;
RESET search_path;
SHOW search_path;

-- time only downwards, in every way of writing it
SET statement_timeout = 0;
SET statement_timeout = '0.2 ms';
SET statement_timeout = -1;
SET statement_timeout = '31 s';
SET statement_timeout TO '1 h';
SET SESSION statement_timeout = 30001;
SET statement_timeout = '30 s';
SET statement_timeout = '10 s';
SHOW statement_timeout;
BEGIN;
SET LOCAL statement_timeout = 0;
ROLLBACK;
RESET statement_timeout;
SHOW statement_timeout;
SET statement_timeout TO DEFAULT;
SHOW statement_timeout;
SELECT set_config('statement_timeout', '0', false);
SELECT set_config('statement_timeout', '5000', false);
SELECT set_config('statement_' || 'timeout', '0', false);
SELECT set_config('lock_timeout', v, false) FROM (VALUES ('0')) AS t (v);
PREPARE p(text) AS SELECT set_config('lock_timeout', $1, false);
SET lock_timeout = '6 s';
SET idle_session_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
UPDATE pg_settings SET setting = '0' WHERE name = 'statement_timeout';
DISCARD ALL;
SHOW statement_timeout;
SHOW lock_timeout;

-- transactions
BEGIN ISOLATION LEVEL SERIALIZABLE;
START TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;
SHOW TRANSACTION ISOLATION LEVEL;
SET transaction_read_only = off;
ROLLBACK;
BEGIN;
SET TRANSACTION ISOLATION LEVEL SERIALIZABLE;
ROLLBACK;
BEGIN;
SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ ONLY, NOT DEFERRABLE;
COMMIT;
SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY;
SHOW default_transaction_read_only;
SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE; -- as JDBC does
SHOW default_transaction_read_only;
SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE;
SET default_transaction_isolation = serializable;
SET default_transaction_read_only = off;
SET TRANSACTION SNAPSHOT '00000003-0000001B-1';

-- all the rest: nothing tells whether it exists
SET work_mem = '8GB';
SET Work_Mem = '8GB';
SET sort_mem = '8GB';
SET LOCAL work_mem = '8GB';
SET work_mem FROM CURRENT;
SET work_mem TO DEFAULT;
RESET work_mem;
SHOW work_mem;
SET nonsense = 1;
SET custom.nonsense = 1;
SHOW nonsense;
SHOW custom.nonsense;
SHOW ALL;
SHOW data_directory;
SELECT current_setting('data_directory');
SELECT current_setting('nonsense', true);
SELECT current_setting(lower('TIMEZONE'));
SET XML OPTION DOCUMENT;
SET session_replication_role = replica;
SET max_parallel_workers_per_gather = 64;
SET enable_seqscan = off;
SET track_activities = off;
SET synchronous_commit = off;
SET temp_file_limit = -1;
SET agentsandbox.retention = 0;
SET "application_name " = 'x';
ALTER SYSTEM SET work_mem = '1GB';
ALTER ROLE CURRENT_USER SET work_mem = '1GB';
ALTER DATABASE sandbox SET work_mem = '1GB';
SET SESSION AUTHORIZATION :"superuser";
SET ROLE :"superuser";
SHOW role;
SHOW server_version_num \gset
SELECT :server_version_num >= 150000 AS told;

-- what the SET clause of a function sets does not move the limits
SELECT regress_untimed(false), regress_roomy(false);
\c -reuse-previous=on sandbox :superuser
SELECT agentsandbox.alter_profile('regress_agent', statement_time => '500 ms');
\c -reuse-previous=on :"conninfo"
SELECT regress_untimed(true);
SELECT regress_roomy(true);
SHOW statement_timeout;

\c -reuse-previous=on sandbox :superuser
SELECT agentsandbox.close_conversation(id) FROM agentsandbox.conversations WHERE state = 'open';
DROP FUNCTION regress_untimed, regress_roomy;
SELECT agentsandbox.drop_profile('regress_agent');
