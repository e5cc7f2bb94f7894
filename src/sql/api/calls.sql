-- What a conversation does with its calls, beside INSERT and SELECT.

CREATE OR REPLACE FUNCTION agentsandbox.await(
    id uuid,
    timeout interval DEFAULT '1 minute',
    OUT status text,
    OUT response jsonb,
    OUT error jsonb
) LANGUAGE c PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'asb_await';
COMMENT ON FUNCTION agentsandbox.await(uuid, interval) IS
    'waits until a call has ended, or the timeout is over; sees the outcome inside an open transaction too';

CREATE OR REPLACE PROCEDURE agentsandbox.call(
    method text,
    arguments jsonb DEFAULT '{}',
    INOUT status text DEFAULT NULL,
    INOUT response jsonb DEFAULT NULL,
    INOUT error jsonb DEFAULT NULL,
    INOUT id uuid DEFAULT NULL,
    timeout interval DEFAULT '1 minute'
) LANGUAGE c AS 'MODULE_PATHNAME', 'asb_call';
COMMENT ON PROCEDURE agentsandbox.call(text, jsonb, text, jsonb, jsonb, uuid, interval) IS
    'makes a call, commits it and waits for its outcome; not inside a transaction block';

CREATE OR REPLACE FUNCTION agentsandbox.cancel(id uuid) RETURNS text
    LANGUAGE c PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'asb_cancel';
COMMENT ON FUNCTION agentsandbox.cancel(uuid) IS
    'takes back a call that no gateway has claimed, at once, whatever becomes of the transaction; returns the status that the call has now';
