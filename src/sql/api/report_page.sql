-- What the HTML report is made of: one function that escapes, tables, the
-- picture, and the two fixed texts whose hashes the page's policy names.

-- Characters that do not show, or turn others around, by their number: a name
-- must not look like another one.
CREATE OR REPLACE FUNCTION agentsandbox.show_hidden(value text) RETURNS text
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT string_agg(CASE WHEN c ~ E'[\\u0001-\\u001f\\u007f-\\u00a0\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180e\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u3000\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufffb\\U000e0000-\\U000e0fff]'
                           THEN format('[U+%s]', regexp_replace(lpad(upper(to_hex(ascii(c))), 6, '0'), '^0{1,2}', ''))
                           ELSE c END, '' ORDER BY n)
    FROM regexp_split_to_table(value, '') WITH ORDINALITY AS characters (c, n)
$$;
COMMENT ON FUNCTION agentsandbox.show_hidden(text) IS 'shows characters that do not show by their number';

-- Text as HTML shows it, in content and in quoted attributes.  Of a form that
-- the planner puts in place of the call.
CREATE OR REPLACE FUNCTION agentsandbox.html(value text) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN replace(replace(replace(replace(replace(
        CASE WHEN value ~ '[^ -~]' THEN agentsandbox.show_hidden(value) ELSE COALESCE(value, '') END,
        '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'), '''', '&#39;');
COMMENT ON FUNCTION agentsandbox.html(text) IS 'escapes text for HTML; characters that do not show are shown by their number';

-- A table of rows, each an object whose cells are arrays of a kind (text or
-- code) and a text; the first cell is the row's head.
CREATE OR REPLACE FUNCTION agentsandbox.html_table(caption text, heads text[], rows jsonb, attributes text DEFAULT '') RETURNS text
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT format('<div class="scroll" role="region" aria-label="%1$s" tabindex="0"><table%2$s><caption>%1$s</caption><thead><tr>', agentsandbox.html(caption), attributes)
        || (SELECT string_agg(format('<th scope="col">%s</th>', agentsandbox.html(h)), '' ORDER BY n) FROM unnest(heads) WITH ORDINALITY AS head (h, n))
        || E'</tr></thead>\n<tbody>\n'
        || COALESCE((
            SELECT string_agg((
                SELECT '<tr>' || string_agg(
                    format(CASE WHEN c = 1 THEN '<th scope="row" data-label="%1$s">%2$s</th>' ELSE '<td data-label="%1$s">%2$s</td>' END,
                           agentsandbox.html(heads[c::int]),
                           CASE WHEN cell ->> 1 IS NULL OR cell ->> 1 = '' THEN '' WHEN cell ->> 0 = 'code' THEN '<code>' || agentsandbox.html(cell ->> 1) || '</code>'
                                WHEN cell ->> 0 = 'badge' THEN format('<span class="badge %1$s">%1$s</span>', agentsandbox.html(cell ->> 1))
                                ELSE agentsandbox.html(cell ->> 1) END), '' ORDER BY c) || '</tr>'
                FROM jsonb_array_elements(row) WITH ORDINALITY AS cells (cell, c)), E'\n' ORDER BY r)
            FROM jsonb_array_elements(rows) WITH ORDINALITY AS lines (row, r)), format('<tr><td colspan="%s">none</td></tr>', cardinality(heads)))
        || E'\n</tbody></table></div>\n'
$$;
COMMENT ON FUNCTION agentsandbox.html_table(text, text[], jsonb, text) IS 'an HTML table; everything in it is escaped here';

CREATE OR REPLACE FUNCTION agentsandbox.report_boxes(title text, labels text[], x integer, class text) RETURNS text
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT format('<text class="head" x="%s" y="22">%s</text>', x, agentsandbox.html(title))
        || COALESCE(string_agg(format('<g><title>%1$s</title><rect class="%2$s" x="%3$s" y="%4$s" width="200" height="30" rx="4"/><text x="%5$s" y="%6$s">%7$s</text></g>',
                              agentsandbox.html(l), class, x, 36 + (n - 1) * 38, x + 8, 56 + (n - 1) * 38,
                              agentsandbox.html(CASE WHEN length(l) > 27 THEN left(l, 26) || chr(8230) ELSE l END)), '' ORDER BY n), '')
    FROM unnest(labels) WITH ORDINALITY AS label (l, n)
$$;
COMMENT ON FUNCTION agentsandbox.report_boxes(text, text[], integer, text) IS 'a column of boxes in the picture';

-- Profile -> relations -> methods -> outside.  What does not fit is counted in
-- the last box; the listing below has it all.
CREATE OR REPLACE FUNCTION agentsandbox.report_picture(data jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH relations AS (
        SELECT e ->> 'identity' || ' ('
               || string_agg(DISTINCT left(e ->> 'privilege', 1), '' ORDER BY left(e ->> 'privilege', 1)) || ')' AS label,
               row_number() OVER (ORDER BY bool_or(e ->> 'privilege' <> 'SELECT') DESC, (e ->> 'identity') COLLATE "C") AS n
        FROM jsonb_array_elements(data -> 'surface') e
        WHERE e ->> 'class' = 'relation' AND NOT (e -> 'common')::boolean AND e ->> 'privilege' IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
        GROUP BY e ->> 'identity'
    ), methods AS (
        SELECT m ->> 'name' AS label, n FROM jsonb_array_elements(data -> 'methods') WITH ORDINALITY AS method (m, n)
    ), shown AS (
        SELECT (SELECT array_agg(label ORDER BY n) FROM relations WHERE n <= 12)
                 || (SELECT CASE WHEN count(*) > 12 THEN ARRAY[format('and %s more', count(*) - 12)] END FROM relations) AS relations,
               (SELECT array_agg(label ORDER BY n) FROM methods WHERE n <= 12)
                 || (SELECT CASE WHEN count(*) > 12 THEN ARRAY[format('and %s more', count(*) - 12)] END FROM methods) AS methods
    ), sized AS (
        SELECT *, COALESCE(cardinality(relations), 0) AS nrelations, COALESCE(cardinality(methods), 0) AS nmethods FROM shown
    ), lines AS (
        SELECT 210 AS x1, 51 AS y1, 270 AS x2, 51 + n * 38 AS y2 FROM sized, generate_series(0, nrelations - 1) n
        UNION ALL SELECT 470, 51 + n * 38, 530, 51 FROM sized, generate_series(0, nrelations - 1) n WHERE nmethods > 0
        UNION ALL SELECT 530, 51, 530, 51 + n * 38 FROM sized, generate_series(0, nmethods - 1) n
        UNION ALL SELECT 730, 51 + n * 38, 790, 51 FROM sized, generate_series(0, nmethods - 1) n
    )
    SELECT format('<figure><div class="scroll" role="region" aria-label="What flows where, as a picture" tabindex="0"><svg viewBox="0 0 1000 %s" role="img" aria-labelledby="picture-title picture-text"><title id="picture-title">What flows where</title><desc id="picture-text">%s</desc>',
                  60 + 38 * GREATEST(1, nrelations, nmethods),
                  agentsandbox.html(format('Profile %s reads and writes %s; it can call %s; their calls go outside through the gateway.', data #>> '{profile,name}',
                      COALESCE(array_to_string(relations, ', '), 'no relation'), COALESCE(array_to_string(methods, ', '), 'no method'))))
        || COALESCE((SELECT string_agg(format('<line x1="%s" y1="%s" x2="%s" y2="%s"/>', x1, y1, x2, y2), '') FROM lines), '')
        || agentsandbox.report_boxes('profile', ARRAY[data #>> '{profile,name}'], 10, 'profile')
        || agentsandbox.report_boxes('relations', COALESCE(relations, '{none}'), 270, 'relation')
        || agentsandbox.report_boxes('methods', COALESCE(methods, '{none}'), 530, 'method')
        || agentsandbox.report_boxes('outside', CASE WHEN nmethods > 0 THEN '{through the gateway}'::text[] ELSE '{nothing leaves by a call}' END, 790, 'outside')
        || '</svg></div><figcaption>What flows where. S, I, U, D: it can select, insert, update, delete. Each line is one of the rows below.</figcaption></figure>'
    FROM sized
$$;
COMMENT ON FUNCTION agentsandbox.report_picture(jsonb) IS 'the picture of a report: profile, relations, methods, outside';

CREATE OR REPLACE FUNCTION agentsandbox.report_style() RETURNS text
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT $css$
:root { color-scheme: light; }
body { margin: 0 auto; max-width: 80rem; padding: 1rem; font: 1rem/1.45 system-ui, sans-serif; color: #1a1a1a; background: #fff; }
h1, h2, h3 { line-height: 1.2; } h1, code, td, tbody th { overflow-wrap: anywhere; }
a { color: #0b4a8f; } nav a { display: inline-block; margin: 0 1rem .5rem 0; padding: .25rem 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; } dt { font-weight: 600; } dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1rem; } caption { text-align: left; font-weight: 600; padding: .25rem 0; }
th, td { border: 1px solid #767676; min-width: 5.5rem; padding: .3rem .5rem; text-align: left; vertical-align: top; font-weight: normal; } thead th { background: #e9eef4; font-weight: 600; }
code { font: .875rem/1.4 ui-monospace, monospace; } .scroll { overflow-x: auto; } [hidden] { display: none !important; }
.badge { border: 2px solid #444; border-radius: .25rem; padding: 0 .35rem; font-weight: 600; white-space: nowrap; }
.critical { border-color: #8b0000; background: #fde8e8; } .high { border-color: #a34700; background: #fdefe0; } .medium { border-color: #6b5900; background: #fdf8d8; }
form { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: end; margin: 1rem 0; } form div { display: grid; gap: .25rem; } input, select { font: inherit; padding: .4rem; border: 1px solid #555; min-height: 2.5rem; box-sizing: border-box; max-width: 100%; }
svg { width: 100%; height: auto; } svg text { font: 13px system-ui, sans-serif; fill: #1a1a1a; } svg .head { font-weight: 600; } svg rect { fill: #fff; stroke: #444; stroke-width: 1.5; }
svg .profile { fill: #e3eefb; } svg .method { fill: #fdf0dc; } svg .outside { fill: #fde8e8; } svg line { stroke: #888; stroke-width: 1; } figure { margin: 0; }
@media (min-width: 48.01rem) { .listing code { display: block; min-width: 14rem; } }
@media (max-width: 48rem) {
  dl { grid-template-columns: 1fr; } svg { min-width: 40rem; } thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, tbody, tr, th, td, caption { display: block; } tr { border: 1px solid #767676; margin: 0 0 .75rem; } th, td { border: 0; padding: .15rem .5rem; } tbody th { font-weight: 600; }
  [data-label]::before { content: attr(data-label) ": "; font-weight: 600; } td:empty { display: none; }
}
@media print { body { max-width: none; padding: 0; font-size: 9pt; } nav, form { display: none; } .scroll { overflow: visible; } thead { display: table-header-group; } tr, figure { break-inside: avoid; } h2, h3 { break-after: avoid; } }
$css$
$$;
COMMENT ON FUNCTION agentsandbox.report_style() IS 'the style sheet of the HTML report';

CREATE OR REPLACE FUNCTION agentsandbox.report_script() RETURNS text
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT $js$
(function () {
  'use strict';
  var form = document.getElementById('search'), words = document.getElementById('words'), kind = document.getElementById('kind');
  var count = document.getElementById('count');
  var entries = Array.from(document.querySelectorAll('table.listing tbody tr')).map(function (row) {
    return { row: row, text: row.textContent.toLowerCase(), kind: row.cells[0].textContent };
  });
  function apply() {
    var wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean), shown = 0;
    entries.forEach(function (entry) {
      var hit = (kind.value === '' || entry.kind === kind.value) && wanted.every(function (word) { return entry.text.includes(word); });
      entry.row.hidden = !hit;
      if (hit) shown++;
    });
    count.textContent = shown + ' of ' + entries.length + ' entries';
  }
  Array.from(new Set(entries.map(function (entry) { return entry.kind; }))).sort().forEach(function (name) {
    kind.add(new Option(name, name));
  });
  words.addEventListener('input', apply);
  kind.addEventListener('change', apply);
  form.addEventListener('submit', function (event) { event.preventDefault(); });
  form.hidden = false;
  apply();
}());
$js$
$$;
COMMENT ON FUNCTION agentsandbox.report_script() IS 'the script of the HTML report: it searches the listing';
