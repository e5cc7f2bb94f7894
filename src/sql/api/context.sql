-- The context of the conversation: what policies compare with.

CREATE OR REPLACE FUNCTION agentsandbox.context_support(internal) RETURNS internal
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'asb_context_support';
COMMENT ON FUNCTION agentsandbox.context_support(internal) IS 'planner support: folds the context to a literal';

CREATE OR REPLACE FUNCTION agentsandbox.context(key text) RETURNS text
    LANGUAGE c STABLE STRICT LEAKPROOF PARALLEL SAFE SUPPORT agentsandbox.context_support
    AS 'MODULE_PATHNAME', 'asb_context';
COMMENT ON FUNCTION agentsandbox.context(text) IS
    'value of a key of this conversation''s context; null for an unknown key and outside a conversation';

-- Restricted, not safe: where it is not folded it runs in the leader, which
-- can trap the error of any type's input function.
CREATE OR REPLACE FUNCTION agentsandbox.context(key text, type anyelement) RETURNS anyelement
    LANGUAGE c STABLE LEAKPROOF PARALLEL RESTRICTED SUPPORT agentsandbox.context_support
    AS 'MODULE_PATHNAME', 'asb_context_typed';
COMMENT ON FUNCTION agentsandbox.context(text, anyelement) IS
    'the same in the type of the second argument, whose value is not used: context(''rep'', NULL::int); null also if the text is not one of that type';

CREATE OR REPLACE FUNCTION agentsandbox.conversation_id() RETURNS uuid
    LANGUAGE c STABLE STRICT LEAKPROOF PARALLEL SAFE SUPPORT agentsandbox.context_support
    AS 'MODULE_PATHNAME', 'asb_conversation_id';
COMMENT ON FUNCTION agentsandbox.conversation_id() IS 'this conversation; null outside one';
