-- regress_poll(condition) waits until "SELECT condition" is true
\set ECHO none
CREATE PROCEDURE regress_poll(condition text) LANGUAGE plpgsql AS $$
DECLARE
    holds boolean;
BEGIN
    FOR i IN 1 .. 1000 LOOP
        EXECUTE 'SELECT ' || condition INTO holds;
        IF holds THEN RETURN; END IF;
        COMMIT;
        PERFORM pg_sleep(0.01);
    END LOOP;
    RAISE 'still not: %', condition;
END
$$;
\set ECHO all
