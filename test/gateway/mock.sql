CREATE SCHEMA agentsandbox;
DO $$BEGIN CREATE ROLE agentsandbox_gateway; EXCEPTION WHEN duplicate_object THEN NULL; END$$;
GRANT USAGE ON SCHEMA agentsandbox TO agentsandbox_gateway;
CREATE TABLE agentsandbox.RemoteProcedureCalls (
    id               uuid PRIMARY KEY DEFAULT pg_catalog.gen_random_uuid(),
    conversation     uuid NOT NULL DEFAULT pg_catalog.gen_random_uuid(),
    method           text NOT NULL,
    arguments        jsonb NOT NULL DEFAULT '{}',
    deadline         timestamptz,
    status           text NOT NULL DEFAULT 'ready',
    response         jsonb,
    error            jsonb,
    submitted_at     timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    ready_at         timestamptz DEFAULT now(),
    claimed_at       timestamptz,
    finished_at      timestamptz,
    outside_id       uuid DEFAULT pg_catalog.gen_random_uuid(),
    attempt          integer NOT NULL DEFAULT 0,
    lease_token      uuid,
    lease_expires_at timestamptz
);
CREATE TABLE agentsandbox.method_definitions (name text primary key, time_limit interval default '1 min', max_attempts int default 3, max_response_bytes int default 1048576);
CREATE FUNCTION agentsandbox.claim(max_calls integer, lease interval, methods text[] DEFAULT NULL)
 RETURNS TABLE(id uuid, lease_token uuid, method text, arguments text, attempt integer, time_limit interval, deadline timestamptz, max_response_bytes integer)
 LANGUAGE plpgsql SECURITY DEFINER AS $$
#variable_conflict use_column
BEGIN
 UPDATE agentsandbox.RemoteProcedureCalls SET status='ready' WHERE status='claimed' AND lease_expires_at < clock_timestamp();
 RETURN QUERY UPDATE agentsandbox.RemoteProcedureCalls c SET status='claimed', lease_token=gen_random_uuid(), lease_expires_at=clock_timestamp()+lease, claimed_at=clock_timestamp(), attempt=c.attempt+1
 FROM agentsandbox.method_definitions m WHERE m.name=c.method AND c.id IN (SELECT r.id FROM agentsandbox.RemoteProcedureCalls r WHERE r.status='ready' AND r.ready_at <= clock_timestamp() AND (methods IS NULL OR r.method = ANY(methods)) ORDER BY r.submitted_at LIMIT max_calls FOR UPDATE SKIP LOCKED)
 RETURNING c.outside_id, c.lease_token, c.method, c.arguments::text, c.attempt, m.time_limit, c.deadline, m.max_response_bytes;
END$$;
CREATE FUNCTION agentsandbox._own(i uuid, t uuid) RETURNS void LANGUAGE plpgsql AS $$BEGIN
 PERFORM 1 FROM agentsandbox.RemoteProcedureCalls WHERE outside_id=i AND lease_token=t AND status='claimed' FOR UPDATE;
 IF NOT FOUND THEN RAISE EXCEPTION 'lease is not current' USING ERRCODE='AS001'; END IF; END$$;
CREATE FUNCTION agentsandbox.extend(id uuid, lease_token uuid, lease interval) RETURNS timestamptz LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN PERFORM agentsandbox._own($1,$2);
 UPDATE agentsandbox.RemoteProcedureCalls c SET lease_expires_at=clock_timestamp()+$3 WHERE outside_id=$1; RETURN clock_timestamp()+$3; END$$;
CREATE FUNCTION agentsandbox.complete(id uuid, lease_token uuid, response jsonb) RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
 IF EXISTS (SELECT FROM agentsandbox.RemoteProcedureCalls c WHERE c.outside_id=$1 AND c.lease_token=$2 AND c.status='completed' AND c.response=$3) THEN RETURN 'completed'; END IF;
 PERFORM agentsandbox._own($1,$2);
 IF $3 ? 'invalid' THEN UPDATE agentsandbox.RemoteProcedureCalls c SET status='failed', finished_at=now(), error='{"class":"invalid_response"}' WHERE outside_id=$1; RETURN 'failed'; END IF;
 UPDATE agentsandbox.RemoteProcedureCalls c SET status='completed', finished_at=now(), response=$3 WHERE outside_id=$1; RETURN 'completed'; END$$;
CREATE FUNCTION agentsandbox.fail(id uuid, lease_token uuid, error jsonb, retry_after interval DEFAULT NULL, final boolean DEFAULT false) RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE s text; BEGIN PERFORM agentsandbox._own($1,$2);
 UPDATE agentsandbox.RemoteProcedureCalls c SET error=$3, status=CASE WHEN $5 OR c.attempt >= m.max_attempts THEN 'failed' ELSE 'ready' END, ready_at=clock_timestamp()+coalesce($4,'100 ms') FROM agentsandbox.method_definitions m WHERE m.name=c.method AND outside_id=$1 RETURNING status INTO s; NOTIFY agentsandbox_ready; RETURN s; END$$;
