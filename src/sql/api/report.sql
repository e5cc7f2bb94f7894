-- The report: all that an auditor reads about a profile, as one JSON object
-- (docs/report.schema.json says its form), and as a page made of that object.

CREATE OR REPLACE FUNCTION agentsandbox.report_data(profile name) RETURNS jsonb
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    role CONSTANT regrole := agentsandbox.profile_role(report_data.profile);
    listing CONSTANT jsonb := agentsandbox.surface_listing(report_data.profile);
    -- how a path begins that every profile has
    common CONSTANT text := '^(member of agentsandbox_agent|login gate|planned statement|setting gate|(setting|statement|server [a-z]+) list|through a listed |through [A-Z]+ (on|of) [a-z ]+ agentsandbox[.])';
    findings CONSTANT jsonb := (SELECT COALESCE(jsonb_agg(to_jsonb(h)), '[]') FROM agentsandbox.hazards(report_data.profile) h);
BEGIN
    RETURN jsonb_build_object(
        'report', 'agentsandbox profile',
        'version', 1,
        'generated', jsonb_build_object(
            'at', to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
            'by', SESSION_USER,
            'database', current_database(),
            'server_version', current_setting('server_version'),
            'extension_version', (SELECT extversion FROM pg_extension WHERE extname = 'agentsandbox')),
        'profile', (SELECT jsonb_build_object('name', report_data.profile, 'created_by', p.created_by, 'created_at', p.created_at,
                                              'authors', to_jsonb(p.authors), 'mode', p.mode)
                    FROM agentsandbox.profiles p WHERE p.profile = role),
        'fingerprint', agentsandbox.fingerprint(listing),
        'summary', jsonb_build_object(
            'surface', (SELECT jsonb_object_agg(c.class, c.n)
                        FROM (SELECT e ->> 0 AS class, count(*) AS n FROM jsonb_array_elements(listing) e GROUP BY 1) c),
            'hazards', (SELECT jsonb_object_agg(s.severity, (SELECT count(*) FROM jsonb_array_elements(findings) f WHERE f ->> 'severity' = s.severity))
                        FROM unnest('{critical,high,medium,low}'::text[]) AS s (severity))),
        'radii', (SELECT jsonb_agg(to_jsonb(r)) FROM agentsandbox.blast_radius(report_data.profile) r),
        'methods', (SELECT COALESCE(jsonb_agg(jsonb_build_object(
                                'name', d.name, 'description', d.description, 'accepts', to_jsonb(d.accepts), 'response_labels', to_jsonb(d.response_labels),
                                'bits', agentsandbox.method_capacity(d.name), 'request', d.request, 'response', d.response) ORDER BY d.name), '[]')
                    FROM agentsandbox.profile_methods m JOIN agentsandbox.method_definitions d ON d.name = m.method
                    WHERE m.profile = role),
        'surface', (SELECT jsonb_agg(jsonb_build_object(
                               'class', e -> 0, 'identity', e -> 1, 'privilege', e -> 2, 'row_filter', e -> 3, 'via', COALESCE(NULLIF(e -> 4, 'null'), '[]'), 'notes', e -> 5,
                               'common', COALESCE(e -> 4 ->> 0, '') ~ common) ORDER BY n)
                    FROM jsonb_array_elements(listing) WITH ORDINALITY AS entry (e, n)),
        'hazards', findings,
        'acceptance', (SELECT jsonb_build_object('by', a.accepted_by, 'at', a.accepted_at, 'note', a.note, 'fingerprint', a.fingerprint)
                       FROM agentsandbox.surface_acceptances a WHERE a.profile = role AND a.superseded_at IS NULL),
        'drift', (SELECT COALESCE(jsonb_agg(to_jsonb(d)), '[]') FROM agentsandbox.surface_drift(report_data.profile) d),
        'controls', (SELECT jsonb_agg(to_jsonb(c) ORDER BY c.part, c.framework, c.edition, c.control) FROM agentsandbox.controls c),
        'not_covered', jsonb_build_array(
            'what the text of functions does with the rights of their owners: the surface names function and owner, not the effect',
            'who ran a GRANT: PostgreSQL does not record it; the change shows as drift',
            'superusers, the server''s operating system account, backups and replicas',
            'what a gateway does with a call, and what the outside does with what it learns',
            'what time and load tell: see docs/covert-channels.md',
            'whether a control is met: the report is evidence, the judgement is the assessor''s'));
END
$$;
COMMENT ON FUNCTION agentsandbox.report_data(name) IS 'what agentsandbox.report() says, as one object';

CREATE OR REPLACE FUNCTION agentsandbox.report(profile name, format text DEFAULT 'json') RETURNS text
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    data jsonb;
BEGIN
    IF report.format IS NULL OR report.format NOT IN ('json', 'html') THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = format('there is no report in format "%s"', report.format),
            HINT = 'Formats are json and html.';
    END IF;
    data := agentsandbox.report_data(report.profile);
    RETURN CASE report.format WHEN 'html' THEN agentsandbox.report_html(data) ELSE jsonb_pretty(data) END;
END
$$;
COMMENT ON FUNCTION agentsandbox.report(name, text) IS
    'what a profile can reach, how much it can harm, hazards, sign-off, drift and controls: json, or html as one self-contained page';
