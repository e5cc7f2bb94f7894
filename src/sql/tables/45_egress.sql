-- The account of metered egress: one row a released call, written by the worker
-- in the transaction that releases it, and never changed.  Why these figures
-- bound what can leave: docs/information-flow.md.
CREATE TABLE agentsandbox.egress_charges (
    conversation uuid NOT NULL,
    number       integer NOT NULL CHECK (number > 0),
    call         uuid NOT NULL,
    profile      regrole NOT NULL,
    method       text NOT NULL,
    released_at  timestamptz NOT NULL,
    gap          bigint NOT NULL CHECK (gap >= 0),
    methods      integer NOT NULL CHECK (methods > 0),
    capacity     double precision NOT NULL CHECK (capacity >= 0 AND capacity < 'Infinity'),
    bits         double precision NOT NULL CHECK (bits > 0 AND bits < 'Infinity'),
    spent        double precision NOT NULL CHECK (spent >= bits AND spent < 'Infinity'),
    PRIMARY KEY (conversation, number)
);
COMMENT ON TABLE agentsandbox.egress_charges IS 'what each metered call cost when it was released';
COMMENT ON COLUMN agentsandbox.egress_charges.conversation IS 'who pays';
COMMENT ON COLUMN agentsandbox.egress_charges.number IS 'its first released call, its second, ...';
COMMENT ON COLUMN agentsandbox.egress_charges.call IS 'the call';
COMMENT ON COLUMN agentsandbox.egress_charges.profile IS 'whose conversation; its budget pays too';
COMMENT ON COLUMN agentsandbox.egress_charges.method IS 'what was called';
COMMENT ON COLUMN agentsandbox.egress_charges.released_at IS 'the tick: gateways see the call from then on';
COMMENT ON COLUMN agentsandbox.egress_charges.gap IS 'ticks since the conversation''s previous release, or since it was opened';
COMMENT ON COLUMN agentsandbox.egress_charges.methods IS 'methods that the profile allowed: log2 of it says which was chosen';
COMMENT ON COLUMN agentsandbox.egress_charges.capacity IS 'bits that the arguments can carry, method_capacity() at that time';
COMMENT ON COLUMN agentsandbox.egress_charges.bits IS '1 + log2(methods) + capacity + length of the gap''s gamma code, rounded up';
COMMENT ON COLUMN agentsandbox.egress_charges.spent IS 'what the conversation has spent with this call, rounded up';
-- the profile's budget; what a tick brings
CREATE INDEX egress_charges_profile ON agentsandbox.egress_charges (profile, released_at);
CREATE INDEX egress_charges_released_at ON agentsandbox.egress_charges (released_at);
SELECT pg_catalog.pg_extension_config_dump('agentsandbox.egress_charges', '');
