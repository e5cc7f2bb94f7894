-- The HTML report: one page, nothing from elsewhere, made of report_data().

-- Cells of html_table() from fields of an object: a name, or code:name.
CREATE OR REPLACE FUNCTION agentsandbox.report_cells(entry jsonb, fields text[]) RETURNS jsonb
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT jsonb_agg(jsonb_build_array(
        CASE WHEN f LIKE '%:%' THEN split_part(f, ':', 1) ELSE 'text' END,
        CASE jsonb_typeof(entry -> field) WHEN 'array' THEN (SELECT string_agg(v, '; ' ORDER BY i) FROM jsonb_array_elements_text(entry -> field) WITH ORDINALITY AS step (v, i))
             WHEN 'number' THEN rtrim(to_char(ceil((entry ->> field)::numeric * 100) / 100, 'FM999,999,999,999,999,999,990.99'), '.')
             ELSE entry ->> field END) ORDER BY n)
    FROM unnest(fields) WITH ORDINALITY AS wanted (f, n), regexp_replace(f, '^[[:alnum:]_]+:', '') AS field
$$;
COMMENT ON FUNCTION agentsandbox.report_cells(jsonb, text[]) IS 'the cells of one row of the HTML report';

CREATE OR REPLACE FUNCTION agentsandbox.report_rows(entries jsonb, fields text[]) RETURNS jsonb
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT COALESCE(jsonb_agg(agentsandbox.report_cells(e, fields) ORDER BY n), '[]')
    FROM jsonb_array_elements(entries) WITH ORDINALITY AS entry (e, n)
$$;
COMMENT ON FUNCTION agentsandbox.report_rows(jsonb, text[]) IS 'the rows of a table of the HTML report';

CREATE OR REPLACE FUNCTION agentsandbox.report_summary(data jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT '<dl>' || string_agg(format('<dt>%s</dt><dd>%s</dd>', term, agentsandbox.html(definition)), E'\n' ORDER BY n) || E'</dl>\n'
    FROM (VALUES
        (1, 'Made', format('%s by %s, from database %s, PostgreSQL %s, agentsandbox %s', data #>> '{generated,at}', data #>> '{generated,by}',
                           data #>> '{generated,database}', data #>> '{generated,server_version}', data #>> '{generated,extension_version}')),
        (2, 'Profile', format('%s; mode %s; made or altered by %s', data #>> '{profile,name}', data #>> '{profile,mode}',
                              (SELECT string_agg(a, ', ') FROM jsonb_array_elements_text(data #> '{profile,authors}') a))),
        (3, 'Signed', CASE WHEN data -> 'acceptance' = 'null' THEN 'no: nobody has accepted this surface'
                           ELSE format('by %s, %s%s', data #>> '{acceptance,by}', data #>> '{acceptance,at}', ': ' || NULLIF(data #>> '{acceptance,note}', '')) END),
        (4, 'Drift since', CASE WHEN data -> 'acceptance' = 'null' THEN 'not known' WHEN data -> 'drift' = '[]' THEN 'none'
                                ELSE format('%s entries are not what was accepted', jsonb_array_length(data -> 'drift')) END),
        (5, 'Hazards', (SELECT string_agg(format('%s %s', value, key), ', ' ORDER BY array_position('{critical,high,medium,low}'::text[], key))
                        FROM jsonb_each_text(data #> '{summary,hazards}'))),
        (6, 'Entries', (SELECT string_agg(format('%s %s', value, key), ', ' ORDER BY key COLLATE "C") FROM jsonb_each_text(data #> '{summary,surface}'))),
        (7, 'Fingerprint', data ->> 'fingerprint')
    ) AS facts (n, term, definition)
$$;
COMMENT ON FUNCTION agentsandbox.report_summary(jsonb) IS 'the head of the HTML report';

CREATE OR REPLACE FUNCTION agentsandbox.report_html(data jsonb) RETURNS text
    LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    title CONSTANT text := agentsandbox.html(format('What profile %s can reach', data #>> '{profile,name}'));
    style CONSTANT text := agentsandbox.report_style();
    script CONSTANT text := agentsandbox.report_script();
    listed CONSTANT text[] := '{Class,What,Privilege,"For which rows","Reached through",Notes}';
    fields CONSTANT text[] := '{class,code:identity,privilege,code:row_filter,via,notes}';
    part jsonb;
    page text;
BEGIN
    page := format($html$<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-%1$s'; script-src 'sha256-%2$s'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>%3$s</title>
<style>%4$s</style>
</head>
<body>
<header><h1>%3$s</h1>
<nav aria-label="Parts"><a href="#radii">Radii</a> <a href="#picture">Picture</a> <a href="#hazards">Hazards</a> <a href="#sign-off">Sign-off and drift</a> <a href="#surface">Everything it can reach</a> <a href="#controls">Controls</a> <a href="#limits">What this does not cover</a></nav></header>
<main>
$html$, encode(sha256(convert_to(style, 'UTF8')), 'base64'), encode(sha256(convert_to(script, 'UTF8')), 'base64'), title, style);

    page := page || agentsandbox.report_summary(data)
        || '<h2 id="radii">How much it can harm</h2>'
        || agentsandbox.html_table('The five radii, as upper bounds', '{Radius,Measure,Of,Value,Unit}',
                                   agentsandbox.report_rows(data -> 'radii', '{radius,measure,code:object,value,unit}'))
        || '<h2 id="picture">What flows where</h2>' || agentsandbox.report_picture(data)
        || agentsandbox.html_table('Methods', '{Method,Description,"Accepts labels","Labels of responses","Bits of one call","Schema of the request"}',
                                   agentsandbox.report_rows(data -> 'methods', '{code:name,description,accepts,response_labels,bits,code:request}'))
        || '<h2 id="hazards">Hazards</h2>'
        || agentsandbox.html_table('Findings, each with the statement that ends it', '{Severity,Hazard,Object,Why,Fix}',
                                   agentsandbox.report_rows(data -> 'hazards', '{badge:severity,hazard,code:object,why,code:fix}'))
        || '<h2 id="sign-off">Sign-off and drift</h2>'
        || agentsandbox.html_table('What is not as it was accepted', '{Change,Class,What,Privilege,"In words"}',
                                   agentsandbox.report_rows(data -> 'drift', '{change,class,code:identity,privilege,description}'))
        || $html$<h2 id="surface">Everything it can reach</h2>
<form id="search" role="search" hidden><div><label for="words">Find</label><input id="words" type="search" autocomplete="off"></div>
<div><label for="kind">Class</label><select id="kind"><option value="">all</option></select></div><output id="count" for="words kind"></output></form>
<noscript><p>Without a script, use the browser's own search.</p></noscript>
$html$;

    SELECT jsonb_build_object('own', COALESCE(jsonb_agg(e ORDER BY n) FILTER (WHERE NOT (e -> 'common')::boolean), '[]'),
                              'common', COALESCE(jsonb_agg(e ORDER BY n) FILTER (WHERE (e -> 'common')::boolean), '[]'))
    INTO part FROM jsonb_array_elements(data -> 'surface') WITH ORDINALITY AS entry (e, n);
    page := page || '<h3>Given to this profile</h3>'
        || agentsandbox.html_table('Granted, allowed or set for this profile, and reached through that', listed,
                                   agentsandbox.report_rows(part -> 'own', fields), ' class="listing"')
        || '<h3>The same for every profile</h3>'
        || agentsandbox.html_table('What agentsandbox lets every conversation use', listed,
                                   agentsandbox.report_rows(part -> 'common', fields), ' class="listing"');

    page := page || '<h2 id="controls">Controls that this is evidence for</h2><p>Evidence is not fulfilment. Numbers that were not read in their source are marked unverified.</p>'
        || agentsandbox.html_table('Controls', '{Part,Framework,Edition,Control,"What it is about","Read in",Verified}',
                                   agentsandbox.report_rows(data -> 'controls', '{part,framework,edition,control,demands,source,verified}'))
        || '<h2 id="limits">What this does not cover</h2><ul>'
        || (SELECT string_agg(format('<li>%s</li>', agentsandbox.html(v)), '' ORDER BY n) FROM jsonb_array_elements_text(data -> 'not_covered') WITH ORDINALITY AS limits (v, n))
        || format(E'</ul>\n</main>\n<script>%s</script>\n</body>\n</html>\n', script);
    RETURN page;
END
$$;
COMMENT ON FUNCTION agentsandbox.report_html(jsonb) IS 'the page that agentsandbox.report() makes of report_data()';
