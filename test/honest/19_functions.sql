-- name: 5 BETWEEN SYMMETRIC 9 AND 1, 5 NOT BETWEEN 1 AND 3, 1 IS DIS
SELECT 5 BETWEEN SYMMETRIC 9 AND 1, 5 NOT BETWEEN 1 AND 3, 1 IS DISTINCT FROM NULL, true IS NOT UNKNOWN;
-- name: abs(-17.4), @ -5.0, cbrt(27.0), ceiling(-95.3), degrees(0.5)
SELECT abs(-17.4), @ -5.0, cbrt(27.0), ceiling(-95.3), degrees(0.5), div(9, 4), erf FROM (VALUES (1)) AS t(erf);
-- name: ||/ 27.0, |/ 25.0, 2 ^ 3 ^ 3, 5 % 4, -5 % 3, 91 # 75, ~1, 1
SELECT ||/ 27.0, |/ 25.0, 2 ^ 3 ^ 3, 5 % 4, -5 % 3, 91 # 75, ~1, 1 << 4, 8 >> 2;
-- name: exp(1.0), ln(2.0), log10(100), log(2.0, 64.0), pi(), power(9
SELECT exp(1.0), ln(2.0), log10(100), log(2.0, 64.0), pi(), power(9, 3), radians(45.0), round(42.4382, 2), round(1234.56, -1), sign(-8.4), sqrt(2);
-- name: scale(8.4100), min_scale(8.4100), trim_scale(8.4100), trunc(
SELECT scale(8.4100), min_scale(8.4100), trim_scale(8.4100), trunc(-42.4382, 2), trunc(42.8), width_bucket(5.35, 0.024, 10.06, 5), width_bucket(now(), array['yesterday', 'today', 'tomorrow']::timestamptz[]);
-- name: random() BETWEEN 0 AND 1, count(*) FROM generate_series(1, 5
SELECT random() BETWEEN 0 AND 1, count(*) FROM generate_series(1, 5) GROUP BY 1;
-- name: setseed(0.5)
SELECT setseed(0.5);
-- name: setseed(0.42); SELECT random() = random()
SELECT setseed(0.42); SELECT random() = random();
-- name: * FROM customer ORDER BY md5(customer_id::text) LIMIT 3
SELECT * FROM customer ORDER BY md5(customer_id::text) LIMIT 3;
-- name: acos(1), asin(1), atan2(1, 0), atan2d(1, 0), cosd(60), cotd(
SELECT acos(1), asin(1), atan2(1, 0), atan2d(1, 0), cosd(60), cotd(45), sind(30), tand(45), sinh(0), cosh(0), atanh(0.5), acosh(1);
-- name: Value:  || 42, U&d0061t+000061 = data, Eatb, $$dollar quoted
SELECT 'Value: ' || 42, U&'d\0061t\+000061' = 'data', E'a\tb', $$dollar 'quoted'$$, $tag$a$$b$tag$;
-- name: U&00610308bc IS NFD NORMALIZED, normalize(U&00610308bc, NFC)
SELECT U&'\0061\0308bc' IS NFD NORMALIZED, normalize(U&'\0061\0308bc', NFC), bit_length('jose'), char_length('josé'), octet_length('josé');
-- name: lower(TOM), upper(tom), overlay(Txxxxas placing hom from 2 f
SELECT lower('TOM'), upper('tom'), overlay('Txxxxas' placing 'hom' from 2 for 4), position('om' in 'Thomas'), substring('Thomas' from 2 for 3), substring('Thomas' from '...$'), substring('Thomas' similar '%#"o_a#"_' escape '#'), substring('Thomas' for 2);
-- name: trim(both xyz from yxTomxx), trim(leading from   a), trim(bo
SELECT trim(both 'xyz' from 'yxTomxx'), trim(leading from '  a'), trim(both from 'yxTomxx', 'xyz'), trim(trailing 'x' from 'axx'), rtrim('testxxzx', 'xyz'), ltrim('zzzytest', 'xyz'), btrim('xyxtrimyyx', 'xyz');
-- name: ascii(x), chr(65), concat(abcde, 2, NULL, 22), concat_ws(,,
SELECT ascii('x'), chr(65), concat('abcde', 2, NULL, 22), concat_ws(',', 'abcde', 2, NULL, 22), format('Hello %s, %1$s', 'World'), initcap('hi THOMAS'), left('abcde', 2), length('jose'), lpad('hi', 5, 'xy'), md5('abc');
-- name: parse_ident("SomeSchema".someTable), pg_client_encoding(), q
SELECT parse_ident('"SomeSchema".someTable'), pg_client_encoding(), quote_ident('Foo bar'), quote_literal(42.5), quote_nullable(NULL), regexp_count('123456789012', '\d\d\d', 2), regexp_instr('ABCDEF', 'c(.)(..)', 1, 1, 0, 'i'), regexp_like('Hello World', 'world$', 'i');
-- name: regexp_match(foobarbequebaz, (bar)(beque)), regexp_matches(f
SELECT regexp_match('foobarbequebaz', '(bar)(beque)'), regexp_matches('foobarbequebaz', 'ba.', 'g'), regexp_replace('Thomas', '.[mN]a.', 'M'), regexp_replace('Thomas', '.', 'X', 3, 2), regexp_split_to_array('hello world', '\s+'), regexp_substr('ABCDEF', 'c(.)(..)', 1, 1, 'i', 2);
-- name: regexp_split_to_table(hello world, s+), repeat(Pg, 4), repla
SELECT regexp_split_to_table('hello world', '\s+'), repeat('Pg', 4), replace('abcdefabcdef', 'cd', 'XX'), reverse('abcde'), right('abcde', 2), split_part('abc~@~def~@~ghi', '~@~', 2), split_part('abc,def,ghi,jkl', ',', -2), starts_with('alphabet', 'alph'), strpos('high', 'ig');
-- name: string_to_array(xx~~yy~~zz, ~~, yy), string_to_table(xx~^~yy
SELECT string_to_array('xx~~yy~~zz', '~~', 'yy'), string_to_table('xx~^~yy~^~zz', '~^~', 'yy'), substr('alphabet', 3, 2), to_ascii('Karel', 'LATIN1'), to_hex(2147483647), translate('12345', '143', 'ax'), unistr('d\0061t\+000061');
-- name: format(Testing %%, %I.%I = %L, |%*s|, |%-*s|, |%2$s|, a b, c
SELECT format('Testing %%, %I.%I = %L, |%*s|, |%-*s|, |%2$s|', 'a b', 'c', 'd''e', 10, 'foo', 10, 'bar');
-- name: bit_count(x1234567890::bytea), get_bit(x1234567890::bytea, 3
SELECT bit_count('\x1234567890'::bytea), get_bit('\x1234567890'::bytea, 30), get_byte('\x1234567890'::bytea, 4), length('\x1234567890'::bytea), md5('Th\000omas'::bytea), set_bit('\x1234567890'::bytea, 30, 0), sha224('abc'::bytea), sha384('abc'::bytea), substr('\x1234567890'::bytea, 3, 2), overlay('\x1234567890'::bytea placing '\002\003'::bytea from 2 for 3), position('\x5678'::bytea in '\x1234567890'::bytea), trim('\x9012'::bytea from '\x1234567890'::bytea), ltrim('\x1234567890'::bytea, '\x9012'::bytea);
-- name: convert(text_in_utf8::bytea, UTF8, LATIN1), convert_from(tex
SELECT convert('text_in_utf8'::bytea, 'UTF8', 'LATIN1'), convert_from('text'::bytea, 'UTF8'), convert_to('some', 'UTF8'), encode('123\000\001', 'escape'), decode('MTIzAAE=', 'base64'), encode('\xdead', 'hex');
-- name: length(jose::bytea, UTF8)
SELECT length('jose'::bytea, 'UTF8');
-- name: B10001 & B01101, B10001 | B01101, B10001 # B01101, ~ B10001,
SELECT B'10001' & B'01101', B'10001' | B'01101', B'10001' # B'01101', ~ B'10001', B'10001' << 3, B'10001' >> 2, get_bit(B'101010', 5), set_bit(B'101010', 5, 1), overlay(B'01010101' placing B'11111' from 2 for 3), position(B'010' in B'000001101011'), substring(B'110010111111' from 3 for 2), cast(-44 as bit(12)), '1110'::bit(4)::integer, B'1001'::varbit || B'1';
-- name: abc LIKE _b_, abc NOT LIKE c%, abc ILIKE A%, abc SIMILAR TO
SELECT 'abc' LIKE '_b_', 'abc' NOT LIKE 'c%', 'abc' ILIKE 'A%', 'abc' SIMILAR TO '%(b|d)%', 'abc' NOT SIMILAR TO '(b|c)%', 'a_c' LIKE 'a\_c', 'a%c' LIKE 'a!%c' ESCAPE '!', 'abc' ~~* 'AB%', 'abc' !~~ 'x%', 'abcd' ~* 'A.*D', 'abcd' !~ 'x', 'x' ~~ ANY (ARRAY['a%', 'x%']), 'abc' LIKE ALL (ARRAY['a%', '%c']);
-- name: regexp_replace(foobarbaz, b(..), X1Y, g), foo bar ~ mbarM, X
SELECT regexp_replace('foobarbaz', 'b(..)', 'X\1Y', 'g'), 'foo bar' ~ '\mbar\M', 'XY1234Z' ~ 'Y*([0-9]{1,3})', substring('XY1234Z', 'Y*?([0-9]{1,3})'), regexp_match('abc01234xyz', '(?:(.*?)(\d+)(.*)){1,1}'), 'a1' ~ '^[[:alpha:]][[:digit:]]$', 'aa' ~ '(a)\1', 'foobar' ~ '(?i)FOO', 'foobar' ~ 'foo(?=bar)';
-- name: to_char(timestamp 2002-04-20 17:31:12.66, HH12:MI:SS), to_ch
SELECT to_char(timestamp '2002-04-20 17:31:12.66', 'HH12:MI:SS'), to_char(interval '15h 2m 12s', 'HH24:MI:SS'), to_char(125, '999'), to_char(125.8::real, '999D9'), to_char(-125.8, '999D99S'), to_date('05 Dec 2000', 'DD Mon YYYY'), to_number('12,454.8-', '99G999D9S'), to_timestamp('05 Dec 2000', 'DD Mon YYYY');
-- name: to_char(date 2024-12-30, YYYY-MM-DD IYYY-IW-ID Q DDD J CC BC
SELECT to_char(date '2024-12-30', 'YYYY-MM-DD IYYY-IW-ID Q DDD J CC BC FMMonth FMDay TMMonth Dth WW W RM'), to_char(now(), 'TZ') IS NOT NULL, to_char(12345.6789, 'FM99,999.00'), to_char(0.1, '0.9'), to_char(-0.1, '99.99'), to_char(148.5, '999.999'), to_char(1485, '9,999'), to_char(148.5, '"Good number:" 999.9'), to_char(485, 'L999'), to_char(12, '99V999'), to_char(0.00045, '9.99EEEE'), to_char(3, 'RN'), to_char(482, '999th'), to_char(-485, '999PR'), to_char(485, 'SG999');
-- name: to_timestamp(2011-12-18 11:38 PM, YYYY-MM-DD HH12:MI PM), to
SELECT to_timestamp('2011-12-18 11:38 PM', 'YYYY-MM-DD HH12:MI PM'), to_date('20240230', 'YYYYMMDD') FROM (SELECT 1) s WHERE false;
-- name: date 2001-09-28 + 7, date 2001-09-28 + interval 1 hour, date
SELECT date '2001-09-28' + 7, date '2001-09-28' + interval '1 hour', date '2001-09-28' + time '03:00', interval '1 day' + interval '1 hour', - interval '23 hours', date '2001-10-01' - date '2001-09-28', time '05:00' - time '03:00', timestamp '2001-09-29 03:00' - timestamp '2001-07-27 12:00', 900 * interval '1 second', double precision '3.5' * interval '1 hour', interval '1 hour' / double precision '1.5';
-- name: extract(century from timestamp 2000-12-16), extract(day from
SELECT extract(century from timestamp '2000-12-16'), extract(day from interval '40 days 1 minute'), extract(decade from timestamp '2001-02-16'), extract(dow from timestamp '2001-02-16'), extract(doy from timestamp '2001-02-16'), extract(epoch from timestamptz '2001-02-16 20:38:40.12-08'), extract(hour from time '10:11'), extract(isodow from timestamp '2001-02-18'), extract(julian from date '2006-01-01'), extract(microseconds from time '17:12:28.5'), extract(millennium from timestamp '2001-02-16'), extract(milliseconds from time '17:12:28.5'), extract(quarter from date '2001-02-16'), extract(timezone from timestamptz '2001-02-16 20:38:40+00'), extract(week from date '2001-02-16'), extract(year from interval '2 years');
-- name: date_part(hour, timestamp 2001-02-16 20:38:40), date_part(mo
SELECT date_part('hour', timestamp '2001-02-16 20:38:40'), date_part('month', interval '2 years 3 months'), date_trunc('hour', interval '2 days 3 hours 40 minutes'), date_trunc('week', date '2024-05-16'), date_bin('15 minutes', timestamp '2020-02-11 15:44:17', timestamp '2001-01-01'), date_trunc('millennium', timestamp '2001-02-16'), make_interval(days => 10, secs => 1.5), make_time(8, 15, 23.5), make_timestamptz(2013, 7, 15, 8, 15, 23.5, 'America/New_York'), to_timestamp(1284352323);
-- name: timestamp 2001-02-16 20:38:40 AT TIME ZONE America/Denver, t
SELECT timestamp '2001-02-16 20:38:40' AT TIME ZONE 'America/Denver', timestamptz '2001-02-16 20:38:40-05' AT TIME ZONE 'MST', time with time zone '10:00+02' AT TIME ZONE 'UTC', timestamptz '2001-02-16 20:38:40-05' AT TIME ZONE '+05:30', (timestamp '2001-02-16 20:38:40' AT TIME ZONE 'Asia/Tokyo') AT TIME ZONE 'America/Chicago', timezone('UTC', now()) IS NOT NULL, now() AT TIME ZONE current_setting('TimeZone') IS NOT NULL;
-- name: (date 2001-02-16, date 2001-12-21) OVERLAPS (date 2001-10-30
SELECT (date '2001-02-16', date '2001-12-21') OVERLAPS (date '2001-10-30', date '2002-10-30'), 'tomorrow'::date - 'today'::date, 'epoch'::timestamp, 'infinity'::timestamp > now(), 'allballs'::time, 'now'::timestamptz = now(), date 'yesterday' < current_date, interval 'P1Y2M3DT4H5M6S', interval '1-2' year to month, interval '3 4:05' day to minute, interval '1 day ago';
-- name: enum_first(null::status), enum_last(null::status), enum_rang
SELECT enum_first(null::status), enum_last(null::status), enum_range(null::status), enum_range('paid'::status, null), 'new'::status < 'paid', max(state), min(state), count(DISTINCT state) FROM orders;
-- name: unnest(enum_range(NULL::status)) AS s, s2.n FROM (SELECT 1 A
SELECT unnest(enum_range(NULL::status)) AS s, s2.n FROM (SELECT 1 AS n) s2;
-- name: state, count(*) FROM orders WHERE state IN (new, paid) OR st
SELECT state, count(*) FROM orders WHERE state IN ('new', 'paid') OR state >= 'shipped' GROUP BY state ORDER BY state;
-- name: state::text || ! , lower(state::text), paid::text::status, s
SELECT state::text || '!' , lower(state::text), 'paid'::text::status, state = 'paid'::status FROM orders ORDER BY id LIMIT 3;
-- name: box (1,1),(0,0) + point (2,0), box (1,1),(0,0) * point (2,0)
SELECT box '(1,1),(0,0)' + point '(2,0)', box '(1,1),(0,0)' * point '(2,0)', box '((1,-1),(-1,1))' # box '(1,1),(-2,-2)', # path '((1,0),(0,1),(-1,0))', @-@ path '((0,0),(1,0))', @@ box '(2,2),(0,0)', point '(0,0)' ## lseg '((2,0),(0,2))', circle '((0,0),1)' <-> circle '((5,0),1)', circle '((0,0),2)' @> point '(1,1)', point '(1,1)' <@ circle '((0,0),2)', box '(1,1),(0,0)' && box '(2,2),(0,0)', circle '((0,0),1)' << circle '((5,0),1)';
-- name: area(path ((0,0),(1,1),(1,0))), bound_box(box (1,1),(0,0), b
SELECT area(path '((0,0),(1,1),(1,0))'), bound_box(box '(1,1),(0,0)', box '(3,3),(2,2)'), diagonal(box '(1,2),(0,0)'), height(box '(1,2),(0,0)'), width(box '(1,2),(0,0)'), isopen(path '[(0,0),(1,1)]'), line(point(-1, 0), point(1, 0)), npoints(path '((0,0),(1,1))'), path(polygon '((0,0),(1,1))'), pclose(path '[(0,0),(1,1)]'), popen(path '((0,0),(1,1))'), polygon(circle '<(0,0),2>'), polygon(4, circle '<(3,0),1>'), polygon(box '(1,1),(0,0)'), circle(box '(1,1),(0,0)'), circle(polygon '((0,0),(1,3),(2,0))'), lseg(box '(1,0),(-1,0)'), box(polygon '((0,0),(1,1),(2,0))'), box(circle '<(0,0),2>'), point(polygon '((0,0),(1,1),(2,0))');
-- name: name, p[0] AS x, p[1] AS y, b[0], area(b), c @> p, poly @> p
SELECT name, p[0] AS x, p[1] AS y, b[0], area(b), c @> p, poly @> point '(0.5,1)', length(l), l ?# lseg '[(0,1),(1,0)]', pth FROM geo ORDER BY p <-> point '(0,0)';
-- name: inet 192.168.1.5 << inet 192.168.1/24, inet 192.168.1.5 <<=
SELECT inet '192.168.1.5' << inet '192.168.1/24', inet '192.168.1.5' <<= inet '192.168.1.5', inet '192.168.1/24' >> inet '192.168.1.5', inet '192.168.1/24' && inet '192.168.1.80/28', ~ inet '192.168.1.6', inet '192.168.1.6' & inet '0.0.0.255', inet '192.168.1.6' | inet '0.0.0.255', inet '192.168.1.6' + 25, inet '192.168.1.43' - inet '192.168.1.19', abbrev(cidr '10.1.0.0/16'), broadcast(inet '192.168.1.5/24'), family(inet '::1'), host(inet '192.168.1.0/24'), hostmask(inet '192.168.23.20/30'), inet_merge(inet '192.168.1.5/24', inet '192.168.2.5/24'), inet_same_family(inet '192.168.1.5/24', inet '::1'), masklen(inet '192.168.1.5/24'), netmask(inet '192.168.1.5/24'), network(inet '192.168.1.5/24'), set_masklen(inet '192.168.1.5/24', 16), text(inet '192.168.1.5'), trunc(macaddr '12:34:56:78:90:ab'), macaddr8_set7bit(macaddr8 '00:34:56:ab:cd:ef');
-- name: network(set_masklen(ip, 24)) AS net, count(*), min(ip), max(
SELECT network(set_masklen(ip, 24)) AS net, count(*), min(ip), max(ip) FROM events GROUP BY 1 ORDER BY 1;
-- name: setweight(fat:2,4 cat:3 rat:5B::tsvector, A, {cat,rat}), str
SELECT setweight('fat:2,4 cat:3 rat:5B'::tsvector, 'A', '{cat,rat}'), strip('fat:2,4 cat:3'::tsvector), to_tsvector('english', '{"aa": "The Fat Rats", "b": "dog"}'::json), json_to_tsvector('english', '{"aa": "The Fat Rats", "b": 123}'::json, '"all"'), jsonb_to_tsvector('english', '{"a": "cats"}'::jsonb, '["string"]'), ts_delete('fat:2,4 cat:3 rat:5A'::tsvector, ARRAY['fat', 'rat']), ts_filter('fat:2,4 cat:3b,7c rat:5A'::tsvector, '{a,b}'), ts_headline('The fat cat ate the rat.', to_tsquery('cat')), ts_headline('{"cat":"raining cats and dogs"}'::jsonb, to_tsquery('cat')), ts_rank('{0.1,0.2,0.4,1.0}', to_tsvector('raining cats and dogs'), to_tsquery('cat')), ts_rank_cd(to_tsvector('raining cats'), to_tsquery('cat')), ts_rewrite('a & b'::tsquery, 'a'::tsquery, 'foo|bar'::tsquery), tsquery_phrase(to_tsquery('fat'), to_tsquery('cat'), 10), tsvector_to_array('fat:2,4 cat:3 rat:5A'::tsvector);
-- name: lexeme, positions, weights FROM unnest(cat:3 fat:2,4 rat:5A:
SELECT lexeme, positions, weights FROM unnest('cat:3 fat:2,4 rat:5A'::tsvector);
-- name: * FROM unnest(to_tsvector(english, The fat cats ate)) ORDER
SELECT * FROM unnest(to_tsvector('english', 'The fat cats ate')) ORDER BY lexeme;
-- name: kind, ts_rank(search, q) FROM events, plainto_tsquery(englis
SELECT kind, ts_rank(search, q) FROM events, plainto_tsquery('english', 'purchases') q WHERE search @@ q ORDER BY id LIMIT 2;
-- name: kind FROM events WHERE to_tsvector(english, kind) @@ to_tsqu
SELECT kind FROM events WHERE to_tsvector('english', kind) @@ to_tsquery('english', 'page:* & view') ORDER BY id LIMIT 2;
-- name: [{"a":"foo"},{"b":"bar"},{"c":"baz"}]::json -> 2, {"a": {"b"
SELECT '[{"a":"foo"},{"b":"bar"},{"c":"baz"}]'::json -> 2, '{"a": {"b":"foo"}}'::json -> 'a', '[1,2,3]'::json ->> 2, '{"a":1,"b":2}'::json ->> 'b', '{"a": {"b": ["foo","bar"]}}'::json #> '{a,b,1}', '{"a": {"b": ["foo","bar"]}}'::json #>> '{a,b,1}', '{"a":1, "b":2}'::jsonb @> '{"b":2}'::jsonb, '{"b":2}'::jsonb <@ '{"a":1, "b":2}'::jsonb, '{"a":1, "b":2}'::jsonb ? 'b', '{"a":1, "b":2, "c":3}'::jsonb ?| array['b', 'd'], '["a", "b", "c"]'::jsonb ?& array['a', 'b'], '["a", "b"]'::jsonb || '["a", "d"]'::jsonb, '{"a": "b", "c": "d"}'::jsonb - 'a', '{"a": "b", "c": "d"}'::jsonb - '{a,c}'::text[], '["a", "b"]'::jsonb - 1, '["a", {"b":1}]'::jsonb #- '{1,b}', '{"a":[1,2,3,4,5]}'::jsonb @? '$.a[*] ? (@ > 2)', '{"a":[1,2,3,4,5]}'::jsonb @@ '$.a[*] > 2';
-- name: to_json(Fred said "Hi."::text), to_jsonb(row(42, Fred said "
SELECT to_json('Fred said "Hi."'::text), to_jsonb(row(42, 'Fred said "Hi."'::text)), array_to_json('{{1,5},{99,100}}'::int[]), row_to_json(row(1,'foo')), json_build_array(1, 2, 'foo', 4, 5), json_build_object('foo', 1, 2, row(3,'bar')), json_object('{a, 1, b, "def", c, 3.5}'), json_object('{a,b}', '{1,2}'), jsonb_object('{{a, 1}, {b, "def"}}');
-- name: json_array_elements([1,true, [2,false]]), json_array_element
SELECT json_array_elements('[1,true, [2,false]]'), json_array_elements_text('["foo", "bar"]'), json_array_length('[1,2,3,{"f1":1,"f2":[5,6]},4]'), json_extract_path('{"f2":{"f3":1},"f4":{"f5":99,"f6":"foo"}}', 'f4', 'f6'), json_extract_path_text('{"f4":{"f6":"foo"}}', 'f4', 'f6'), json_object_keys('{"f1":"abc","f2":{"f3":"a", "f4":"b"}}'), json_typeof('-123.4'), json_strip_nulls('[{"f1":1, "f2":null}, 2, null, 3]');
-- name: * FROM json_each({"a":"foo", "b":"bar"}), jsonb_each_text({"
SELECT * FROM json_each('{"a":"foo", "b":"bar"}'), jsonb_each_text('{"c":1}');
-- name: * FROM json_populate_record(null::address, {"street": "a", "
SELECT * FROM json_populate_record(null::address, '{"street": "a", "city": "b"}');
-- name: * FROM jsonb_populate_recordset(null::address, [{"street": "
SELECT * FROM jsonb_populate_recordset(null::address, '[{"street": "a"}, {"zip": 5}]');
-- name: * FROM json_to_record({"a":1,"b":[1,2,3],"c":[1,2,3],"e":"ba
SELECT * FROM json_to_record('{"a":1,"b":[1,2,3],"c":[1,2,3],"e":"bar","r": {"street": "x"}}') AS x(a int, b text, c int[], d text, r address);
-- name: jsonb_set([{"f1":1,"f2":null},2,null,3], {0,f1}, [2,3,4], fa
SELECT jsonb_set('[{"f1":1,"f2":null},2,null,3]', '{0,f1}', '[2,3,4]', false), jsonb_set_lax('[{"f1":99,"f2":null},2]', '{0,f3}', null), jsonb_insert('{"a": [0,1,2]}', '{a, 1}', '"new_value"', true), jsonb_path_exists('{"a":[1,2,3,4,5]}', '$.a[*] ? (@ >= $min && @ <= $max)', '{"min":2, "max":4}'), jsonb_path_match('{"a":[1,2]}', 'exists($.a[*] ? (@ >= 2))'), jsonb_path_query_array('{"a":[1,2,3,4,5]}', '$.a[*] ? (@ >= $min)', '{"min":2}'), jsonb_path_exists_tz('["2015-08-01 12:00:00-05"]', '$[*] ? (@.datetime() < "2015-08-02".datetime())'), jsonb_pretty('[{"f1":1,"f2":null}, 2]');
-- name: jsonb_path_query({"track": {"segments": [{"HR": 73, "t": "a"
SELECT jsonb_path_query('{"track": {"segments": [{"HR": 73, "t": "a"}, {"HR": 135, "t": "b"}]}}', '$.track.segments[*] ? (@.HR > 130)."t"'), jsonb_path_query('[1, 2.5, "x"]', '$[*].type()'), jsonb_path_query('{"a": -7.2}', '$.a.abs().ceiling()'), jsonb_path_query('{"x": "20", "y": 32}', '$.x.double() + 1'), jsonb_path_query_array('{"a": {"b": {"c": 1}}}', '$.** ? (@.c == 1)'), jsonb_path_query_array('[{"k":1}]', '$.keyvalue()') FROM (SELECT 1) s WHERE false;
-- name: jsonb_path_query_array({"x": [1, 2, 3]}, strict $.x[1 to las
SELECT jsonb_path_query_array('{"x": [1, 2, 3]}', 'strict $.x[1 to last]'), jsonb_path_query('{"m": 14}', '$.m % 10'), jsonb_path_query_array('["abc", "Abd", "bcd"]', '$[*] ? (@ like_regex "^ab" flag "i")'), jsonb_path_query_array('["John Smith", "Mary"]', '$[*] ? (@ starts with "John")'), jsonb_path_query('{"a": {"b": 1}}', '$.a.keyvalue()'), '$.a[*] ? (@ > 3)'::jsonpath;
-- name: settings ->> theme AS theme, count(*), avg((settings ->> n):
SELECT settings ->> 'theme' AS theme, count(*), avg((settings ->> 'n')::int), sum((settings -> 'nested' -> 'a' ->> 0)::int), jsonb_agg(settings -> 'n' ORDER BY id) FILTER (WHERE id < 5) FROM users GROUP BY 1 ORDER BY 1;
-- name: id, jsonb_array_elements_text(settings #> {nested,a}) AS e F
SELECT id, jsonb_array_elements_text(settings #> '{nested,a}') AS e FROM users WHERE settings @> '{"theme": "dark"}' ORDER BY 1, 2 LIMIT 5;
-- name: payload ->> page AS page, count(*), json_agg(payload -> n OR
SELECT payload ->> 'page' AS page, count(*), json_agg(payload -> 'n' ORDER BY at) FILTER (WHERE (payload ->> 'n')::int < 12) FROM events GROUP BY 1 ORDER BY 2 DESC, 1;
-- name: key, count(*) FROM users, jsonb_object_keys(settings) AS key
SELECT key, count(*) FROM users, jsonb_object_keys(settings) AS key GROUP BY key ORDER BY key;
-- name: CASE WHEN 1 > 0 THEN a ELSE b END, CASE 3 WHEN 1 THEN x WHEN
SELECT CASE WHEN 1 > 0 THEN 'a' ELSE 'b' END, CASE 3 WHEN 1 THEN 'x' WHEN 3 THEN 'y' END, COALESCE(NULL, 'z'), NULLIF('a', 'a'), GREATEST(1, 2, 3), LEAST(date '2024-01-01', date '2023-01-01');
-- name: ARRAY[1,4,3] @> ARRAY[3,1,3], ARRAY[2,2,7] <@ ARRAY[1,7,4,2,
SELECT ARRAY[1,4,3] @> ARRAY[3,1,3], ARRAY[2,2,7] <@ ARRAY[1,7,4,2,6], ARRAY[1,4,3] && ARRAY[2,1], ARRAY[1,2,3] || ARRAY[[4,5,6],[7,8,9.9]], 3 || ARRAY[4,5,6], array_append(ARRAY[1,2], 3), array_dims(ARRAY[[1,2,3], [4,5,6]]), array_fill(7, ARRAY[3], ARRAY[2]), array_length(array[1,2,3], 1), array_lower('[0:2]={1,2,3}'::integer[], 1), array_ndims(ARRAY[[1,2,3], [4,5,6]]), array_prepend(1, ARRAY[2,3]), array_to_string(ARRAY[1, 2, 3, NULL, 5], ',', '*'), array_upper(ARRAY[1,8,3,7], 1), cardinality(ARRAY[[1,2],[3,4]]), trim_array(ARRAY[1,2,3,4,5,6], 2), (ARRAY[1,2,3,4])[2:], ARRAY(SELECT genre_id FROM genre ORDER BY 1 LIMIT 3);
-- name: x, y FROM unnest(ARRAY[1,2], ARRAY[foo,bar,baz]) AS x(x, y)
SELECT x, y FROM unnest(ARRAY[1,2], ARRAY['foo','bar','baz']) AS x(x, y);
-- name: id, tags, tags[1], array_position(tags, x), t1 = ANY (tags),
SELECT id, tags, tags[1], array_position(tags, 'x'), 't1' = ANY (tags), tags @> '{x}', array_length(tags, 1) FROM users WHERE tags && ARRAY['t1', 't2'] ORDER BY id LIMIT 4;
-- name: t, count(*) FROM users CROSS JOIN LATERAL unnest(tags) AS t
SELECT t, count(*) FROM users CROSS JOIN LATERAL unnest(tags) AS t GROUP BY t ORDER BY 2 DESC, 1;
-- name: array_agg(x ORDER BY x DESC), array_agg(ARRAY[x, x * 2]) FRO
SELECT array_agg(x ORDER BY x DESC), array_agg(ARRAY[x, x * 2]) FROM generate_series(1, 3) x;
-- name: i, s.a[i] FROM (SELECT ARRAY[a, b] AS a) s, generate_subscri
SELECT i, s.a[i] FROM (SELECT ARRAY['a', 'b'] AS a) s, generate_subscripts(s.a, 1) i;
-- name: int4range(2,4) <@ int4range(1,7), [2011-01-01,2011-03-01)::t
SELECT int4range(2,4) <@ int4range(1,7), '[2011-01-01,2011-03-01)'::tsrange @> '2011-01-10'::timestamp, int8range(3,7) && int8range(4,12), numrange(1.0, 2.0) -|- numrange(2.0, 3.0), int8range(5,15) * int8range(10,20), int8range(1,20) &< int8range(18,20), '{[3,7), [8,9)}'::int4multirange @> 3, range_merge('{[1,2), [3,4)}'::int4multirange), lower_inc('[1,2]'::int4range), lower_inf('(,)'::daterange), multirange('[1,2)'::int4range), unnest('{[1,2), [3,4)}'::int4multirange), isempty('empty'::int4range), numrange(1, 5, '[]'), tstzrange(now(), now() + interval '1 hour') @> now(), nummultirange(numrange(1, 2), numrange(3, 4)) + nummultirange(numrange(2, 3));
-- name: id, during, upper(during) - lower(during) AS days, during @>
SELECT id, during, upper(during) - lower(during) AS days, during @> date '2024-01-10', during * daterange('2024-01-05', '2024-01-08') FROM orders WHERE during && daterange('2024-01-04', '2024-01-08') ORDER BY id LIMIT 4;
-- name: range_agg(during), range_intersect_agg(during) FROM orders W
SELECT range_agg(during), range_intersect_agg(during) FROM orders WHERE id BETWEEN 1 AND 3;
-- name: floatrange(1.5, 3.5) @> 2.0::float8, floatrange(1, 2) + floa
SELECT floatrange(1.5, 3.5) @> 2.0::float8, floatrange(1, 2) + floatrange(2, 3), floatmultirange(floatrange(1, 2));
-- name: avg(total), bit_and(id), bit_or(id), bool_and(total > 1), co
SELECT avg(total), bit_and(id), bit_or(id), bool_and(total > 1), count(*), count(notes), every(id > 0), max(placed), min(placed), sum(total), stddev(total)::numeric(10,4), variance(total)::numeric(10,4), covar_pop(id, total)::numeric(12,4), corr(id, total)::numeric(10,6), regr_slope(total, id)::numeric(10,6), regr_r2(total, id)::numeric(10,6), mode() WITHIN GROUP (ORDER BY state), percentile_cont(0.5) WITHIN GROUP (ORDER BY total), percentile_disc(ARRAY[0.25, 0.75]) WITHIN GROUP (ORDER BY total), rank(50) WITHIN GROUP (ORDER BY total), dense_rank(50) WITHIN GROUP (ORDER BY total), percent_rank(50) WITHIN GROUP (ORDER BY total), cume_dist(50) WITHIN GROUP (ORDER BY total), string_agg(DISTINCT state::text, ','), json_object_agg(id, state) FILTER (WHERE id < 4), jsonb_agg(DISTINCT state) FROM orders;
-- name: state, user_id % 2 AS odd, GROUPING(state, user_id % 2), sum
SELECT state, user_id % 2 AS odd, GROUPING(state, user_id % 2), sum(total) FROM orders GROUP BY ROLLUP (state, user_id % 2) ORDER BY 1 NULLS FIRST, 2 NULLS FIRST;
-- name: state, date_trunc(month, placed), count(*) FROM orders GROUP
SELECT state, date_trunc('month', placed), count(*) FROM orders GROUP BY GROUPING SETS ((state), (date_trunc('month', placed)), ()) ORDER BY 1, 2;
-- name: any_value FROM (SELECT min(x) AS any_value FROM generate_ser
SELECT any_value FROM (SELECT min(x) AS any_value FROM generate_series(1, 2) x) s;
-- name: EXISTS (SELECT 1 FROM orders WHERE total > 100), 5 IN (SELEC
SELECT EXISTS (SELECT 1 FROM orders WHERE total > 100), 5 IN (SELECT id FROM orders), 5 NOT IN (SELECT id FROM orders WHERE id > 100), 100 > ANY (SELECT total FROM orders), 100 > ALL (SELECT total FROM orders), (SELECT max(total) FROM orders), ROW(1, 2) = (SELECT 1, 2), ARRAY(SELECT DISTINCT state FROM orders ORDER BY 1);
-- name: * FROM generate_series(2, 4), generate_series(5, 1, -2) g2
SELECT * FROM generate_series(2, 4), generate_series(5, 1, -2) g2;
-- name: * FROM generate_series(2008-03-01 00:00::timestamp, 2008-03-
SELECT * FROM generate_series('2008-03-01 00:00'::timestamp, '2008-03-04 12:00', '10 hours');
-- name: current_date + s.a AS dates FROM generate_series(0, 14, 7) A
SELECT current_date + s.a AS dates FROM generate_series(0, 14, 7) AS s(a) WHERE false;
-- name: pg_is_in_recovery()
SELECT pg_is_in_recovery();
-- name: to_regclass(orders) IS NOT NULL, to_regclass(nosuch) IS NULL
SELECT to_regclass('orders') IS NOT NULL, to_regclass('nosuch') IS NULL, 'orders'::regclass::text, to_regtype('status')::text, to_regtype('int4')::oid;
-- name: to_regnamespace(public)
SELECT to_regnamespace('public');
-- name: has_table_privilege(current_user, orders, SELECT)
SELECT has_table_privilege(current_user, 'orders', 'SELECT');
-- name: has_table_privilege(orders, SELECT, UPDATE)
SELECT has_table_privilege('orders', 'SELECT, UPDATE');
-- name: has_table_privilege(orders, TRUNCATE)
SELECT has_table_privilege('orders', 'TRUNCATE');
-- name: has_column_privilege(orders, id, SELECT)
SELECT has_column_privilege('orders', 'id', 'SELECT');
-- name: has_any_column_privilege(orders, SELECT)
SELECT has_any_column_privilege('orders', 'SELECT');
-- name: has_schema_privilege(current_user, public, USAGE)
SELECT has_schema_privilege(current_user, 'public', 'USAGE');
-- name: has_database_privilege(current_database(), CONNECT)
SELECT has_database_privilege(current_database(), 'CONNECT');
-- name: obj_description(orders::regclass), col_description(orders::r
SELECT obj_description('orders'::regclass), col_description('orders'::regclass, 1), obj_description('orders'::regclass, 'pg_class'), shobj_description(0, 'pg_database');
-- name: obj_description(orders::regclass)
SELECT obj_description('orders'::regclass);
-- name: shobj_description((SELECT oid FROM pg_database WHERE datname
SELECT shobj_description((SELECT oid FROM pg_database WHERE datname = current_database()), 'pg_database');
-- name: format_type(status::regtype, NULL), format_type(1043, 24), f
SELECT format_type('status'::regtype, NULL), format_type(1043, 24), format_type('numeric'::regtype, 655366), format_type(23, -1);
-- name: pg_table_is_visible(orders::regclass), pg_type_is_visible(st
SELECT pg_table_is_visible('orders'::regclass), pg_type_is_visible('status'::regtype);
-- name: current_setting(server_version) LIKE 15%, current_setting(se
SELECT current_setting('server_version') LIKE '15%', current_setting('server_version_num')::int >= 150000, current_setting('TimeZone') IS NOT NULL, current_setting('search_path') IS NOT NULL;
-- name: current_setting(statement_timeout) IS NOT NULL
SELECT current_setting('statement_timeout') IS NOT NULL;
-- name: set_config(TimeZone, UTC, true), set_config(DateStyle, ISO,
SELECT set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO, MDY', false);
-- name: pg_size_pretty(123456789::bigint), pg_size_bytes(10 MB)
SELECT pg_size_pretty(123456789::bigint), pg_size_bytes('10 MB');
-- name: pg_get_keywords() IS NOT NULL FROM (SELECT 1) s WHERE false
SELECT pg_get_keywords() IS NOT NULL FROM (SELECT 1) s WHERE false;
-- name: count(*) > 300 FROM pg_get_keywords()
SELECT count(*) > 300 FROM pg_get_keywords();
-- name: md5(random()::text) IS NOT NULL, encode(sha256(convert_to(x,
SELECT md5(random()::text) IS NOT NULL, encode(sha256(convert_to('x', 'UTF8')), 'hex'), gen_random_uuid() IS NOT NULL;
-- name: pg_typeof(state), pg_typeof(total), pg_typeof(during), pg_ty
SELECT pg_typeof(state), pg_typeof(total), pg_typeof(during), pg_typeof(o) FROM orders o ORDER BY id LIMIT 1;
-- name: pg_typeof(ARRAY[1]), pg_typeof(ROW(1)), pg_typeof(NULL), pg_
SELECT pg_typeof(ARRAY[1]), pg_typeof(ROW(1)), pg_typeof(NULL), pg_typeof('x'), format('%s', pg_typeof(1.5)), pg_typeof(1)::text = 'integer', pg_typeof(1) = 'integer'::regtype;
-- name: cast(1 as int) + cast(2.7 as int), 5::bigint, 5::money, $1,0
SELECT cast('1' as int) + cast(2.7 as int), '5'::bigint, 5::money, '$1,000.50'::money * 2, '12.34'::numeric::money, 100::money::numeric, 1e3;
-- name: 1 day::interval::text, PT5M::interval, 2024-01-01T10:00:00Z:
SELECT '1 day'::interval::text, 'PT5M'::interval, '2024-01-01T10:00:00Z'::timestamptz, '{"a":1}'::jsonb::text, 'a=>1' , '{1,2}'::int[]::text, ROW(1, 2)::text, '(a,b,c)'::address, ('(a,b,c)'::address).city;
-- name: (home).city, count(*), min((home).zip) FROM users GROUP BY (
SELECT (home).city, count(*), min((home).zip) FROM users GROUP BY (home).city ORDER BY 1;
-- name: u.home, (u.home).*, u.name FROM users u ORDER BY id LIMIT 2
SELECT u.home, (u.home).*, u.name FROM users u ORDER BY id LIMIT 2;
-- name: u FROM users u WHERE id = 1
SELECT u FROM users u WHERE id = 1;
-- name: row_to_json(u) FROM users u WHERE id = 1
SELECT row_to_json(u) FROM users u WHERE id = 1;
-- name: to_jsonb(o) - notes FROM orders o WHERE id = 1
SELECT to_jsonb(o) - 'notes' FROM orders o WHERE id = 1;
-- name: jsonb_build_object(user, to_jsonb(u) - settings, orders, (SE
SELECT jsonb_build_object('user', to_jsonb(u) - 'settings', 'orders', (SELECT jsonb_agg(to_jsonb(o) ORDER BY o.id) FROM orders o WHERE o.user_id = u.id)) FROM users u WHERE u.id = 2;
-- name: json_agg(o) FROM (SELECT id, state, total FROM orders WHERE
SELECT json_agg(o) FROM (SELECT id, state, total FROM orders WHERE id < 4 ORDER BY id) o;
-- name: ROW(u.id, u.name)::text, u.* FROM users u WHERE u.id = 1
SELECT ROW(u.id, u.name)::text, u.* FROM users u WHERE u.id = 1;
-- name: count(u), count(u.*), count(DISTINCT u.home) FROM users u
SELECT count(u), count(u.*), count(DISTINCT u.home) FROM users u;
-- name: vat(100), vat(total) FROM orders ORDER BY id LIMIT 2
SELECT vat(100), vat(total) FROM orders ORDER BY id LIMIT 2;
-- name: * FROM recent(2)
SELECT * FROM recent(2);
-- name: id, total FROM recent(n => 3) r ORDER BY id
SELECT id, total FROM recent(n => 3) r ORDER BY id;
-- name: (recent(1)).id
SELECT (recent(1)).id;
-- name: * FROM revenue ORDER BY state
SELECT * FROM revenue ORDER BY state;
-- name: * FROM active_users ORDER BY id LIMIT 2
SELECT * FROM active_users ORDER BY id LIMIT 2;
-- name: date_trunc(month, at), sensor, avg(v)::numeric(8,3) FROM mea
SELECT date_trunc('month', at), sensor, avg(v)::numeric(8,3) FROM measurements GROUP BY 1, 2 ORDER BY 1, 2;
