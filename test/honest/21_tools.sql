-- name: version(); SELECT ns.nspname, t.oid, t.typname, t.typtype, t
SELECT version(); SELECT ns.nspname, t.oid, t.typname, t.typtype, t.typnotnull, t.elemtypoid FROM (SELECT typ.oid, typ.typnamespace, typ.typname, typ.typtype, typ.typrelid, typ.typnotnull, typ.relkind, elemtyp.oid AS elemtypoid, elemtyp.typname AS elemtypname, elemcls.relkind AS elemrelkind, CASE WHEN elemproc.proname='array_recv' THEN 'a' ELSE elemtyp.typtype END AS elemtyptype FROM (SELECT typ.oid, typnamespace, typname, typrelid, typnotnull, relkind, typelem AS elemoid, CASE WHEN proc.proname='array_recv' THEN 'a' ELSE typ.typtype END AS typtype, CASE WHEN proc.proname='array_recv' THEN typ.typelem WHEN typ.typtype='r' THEN rngsubtype WHEN typ.typtype='m' THEN (SELECT rngtypid FROM pg_range WHERE rngmultitypid = typ.oid) WHEN typ.typtype='d' THEN typ.typbasetype END AS elemtypoid FROM pg_type AS typ LEFT JOIN pg_class AS cls ON (cls.oid = typ.typrelid) LEFT JOIN pg_proc AS proc ON proc.oid = typ.typreceive LEFT JOIN pg_range ON (pg_range.rngtypid = typ.oid)) AS typ LEFT JOIN pg_type AS elemtyp ON elemtyp.oid = elemtypoid LEFT JOIN pg_class AS elemcls ON (elemcls.oid = elemtyp.typrelid) LEFT JOIN pg_proc AS elemproc ON elemproc.oid = elemtyp.typreceive) AS t JOIN pg_namespace AS ns ON (ns.oid = typnamespace) WHERE nspname = 'public' AND (typtype IN ('b', 'r', 'm', 'e', 'd') OR (typtype = 'c' AND relkind='c') OR (typtype = 'a' AND (elemtyptype IN ('b', 'r', 'm', 'e', 'd') OR (elemtyptype = 'c' AND elemrelkind='c')))) ORDER BY 2;
-- name: typ.oid, att.attname, att.atttypid FROM pg_type AS typ JOIN
SELECT typ.oid, att.attname, att.atttypid FROM pg_type AS typ JOIN pg_namespace AS ns ON (ns.oid = typ.typnamespace) JOIN pg_class AS cls ON (cls.oid = typ.typrelid) JOIN pg_attribute AS att ON (att.attrelid = typ.typrelid) WHERE (typ.typtype = 'c' AND cls.relkind='c') AND attnum > 0 AND NOT attisdropped ORDER BY typ.oid, att.attnum;
-- name: t.oid, t.typname, t.typelem, t.typdelim, t.typinput, r.rngsu
SELECT t.oid, t.typname, t.typelem, t.typdelim, t.typinput, r.rngsubtype, t.typtype, t.typbasetype FROM pg_type as t LEFT JOIN pg_range as r ON oid = rngtypid WHERE t.typname IN ('int2', 'int4', 'status', 'json', 'address') OR t.typtype IN ('r', 'e') AND t.oid > 16384 ORDER BY t.oid;
-- name: a.attname, format_type(a.atttypid, a.atttypmod), pg_get_expr
SELECT a.attname, format_type(a.atttypid, a.atttypmod), pg_get_expr(d.adbin, d.adrelid) IS NULL OR true, a.attnotnull, a.atttypid, a.atttypmod, c.collname IS NULL OR true, col_description(a.attrelid, a.attnum) AS comment, attidentity AS identity, attgenerated as attgenerated FROM pg_attribute a LEFT JOIN pg_attrdef d ON a.attrelid = d.adrelid AND a.attnum = d.adnum LEFT JOIN pg_type t ON a.atttypid = t.oid LEFT JOIN pg_collation c ON a.attcollation = c.oid AND a.attcollation <> t.typcollation WHERE a.attrelid = '"orders"'::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum;
-- name: c.relname FROM pg_class c LEFT JOIN pg_namespace n ON n.oid
SELECT c.relname FROM pg_class c LEFT JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ANY (current_schemas(false)) AND c.relkind IN ('r','v','m','p','f') AND relname IN ('orders', 'active_users', 'revenue', 'measurements') ORDER BY 1;
-- name: distinct i.relname, d.indisunique, d.indkey, pg_get_indexdef
SELECT distinct i.relname, d.indisunique, d.indkey, pg_get_indexdef(d.indexrelid), pg_catalog.obj_description(i.oid, 'pg_class') AS comment, d.indisvalid FROM pg_class t INNER JOIN pg_index d ON t.oid = d.indrelid INNER JOIN pg_class i ON d.indexrelid = i.oid LEFT JOIN pg_namespace n ON n.oid = t.relnamespace WHERE i.relkind IN ('i', 'I') AND d.indisprimary = 'f' AND t.relname = 'measurements' AND n.nspname = ANY (current_schemas(false)) ORDER BY i.relname;
-- name: conname, pg_get_constraintdef(c.oid) AS constraintdef, c.con
SELECT conname, pg_get_constraintdef(c.oid) AS constraintdef, c.convalidated AS valid FROM pg_constraint c JOIN pg_class t ON c.conrelid = t.oid JOIN pg_namespace n ON n.oid = c.connamespace WHERE c.contype = 'p' AND t.relname = 'orders';
-- name: attr.attname, nsp.nspname, seq.relname FROM pg_class seq, pg
SELECT attr.attname, nsp.nspname, seq.relname FROM pg_class seq, pg_attribute attr, pg_depend dep, pg_constraint cons, pg_namespace nsp WHERE seq.oid = dep.objid AND seq.relkind = 'S' AND attr.attrelid = dep.refobjid AND attr.attnum = dep.refobjsubid AND attr.attrelid = cons.conrelid AND attr.attnum = cons.conkey[1] AND seq.relnamespace = nsp.oid AND cons.contype = 'p' AND dep.classid = 'pg_class'::regclass AND dep.refobjid = '"genre"'::regclass;
-- name: a.attname FROM (SELECT indrelid, indkey, generate_subscripts
SELECT a.attname FROM (SELECT indrelid, indkey, generate_subscripts(indkey, 1) idx FROM pg_index WHERE indrelid = '"playlist_track"'::regclass AND indisprimary) i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[i.idx] ORDER BY i.idx;
-- name: a.attname, format_type(a.atttypid, a.atttypmod) AS data_type
SELECT a.attname, format_type(a.atttypid, a.atttypmod) AS data_type FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey) WHERE i.indrelid = 'orders'::regclass AND i.indisprimary;
-- name: db.oid IS NOT NULL, db.datname = current_database(), pg_enco
SELECT db.oid IS NOT NULL, db.datname = current_database(), pg_encoding_to_char(db.encoding), has_database_privilege(db.oid, 'CONNECT') FROM pg_catalog.pg_database db WHERE db.datname = current_database();
-- name: datname FROM pg_catalog.pg_database WHERE datallowconn = tru
SELECT datname FROM pg_catalog.pg_database WHERE datallowconn = true AND datname = current_database() ORDER BY datname;
-- name: d.datname = current_database() AS own, pg_catalog.pg_encodin
SELECT d.datname = current_database() AS own, pg_catalog.pg_encoding_to_char(d.encoding) FROM pg_catalog.pg_database d WHERE d.datname = current_database() ORDER BY 1;
-- name: has_table_privilege(current_user, orders, SELECT), has_colum
SELECT has_table_privilege(current_user, 'orders', 'SELECT'), has_column_privilege('orders', 'id', 'SELECT'), has_schema_privilege(current_user, 'public', 'USAGE'), has_database_privilege(current_database(), 'CONNECT');
-- name: n.nspname AS "Schema", p.proname AS "Name", pg_catalog.pg_ge
SELECT n.nspname AS "Schema", p.proname AS "Name", pg_catalog.pg_get_function_result(p.oid) AS "Result", pg_catalog.pg_get_function_arguments(p.oid) AS args, CASE p.prokind WHEN 'a' THEN 'agg' WHEN 'w' THEN 'window' WHEN 'p' THEN 'proc' ELSE 'func' END AS "Type" FROM pg_catalog.pg_proc p LEFT JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE pg_catalog.pg_function_is_visible(p.oid) AND n.nspname = 'public' AND p.proname IN ('vat', 'recent') ORDER BY 1, 2, 4;
-- name: proname, prorettype::regtype, pg_get_function_identity_argum
SELECT proname, prorettype::regtype, pg_get_function_identity_arguments(oid) FROM pg_proc WHERE proname = 'vat';
-- name: obj_description(c.oid) FROM pg_class c WHERE relname = order
SELECT obj_description(c.oid) FROM pg_class c WHERE relname = 'orders';
-- name: to_regnamespace(public), to_regnamespace(nosuch), public::re
SELECT to_regnamespace('public'), to_regnamespace('nosuch'), 'public'::regnamespace::text;
-- name: c.oid > 0, c.relname, d.description, pg_catalog.pg_get_expr(
SELECT c.oid > 0, c.relname, d.description, pg_catalog.pg_get_expr(c.relpartbound, c.oid) IS NULL OR true, pg_catalog.pg_get_partkeydef(c.oid) IS NULL OR true FROM pg_catalog.pg_class c LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid=c.oid AND d.objsubid=0 AND d.classoid='pg_class'::regclass WHERE c.relnamespace='public'::regnamespace AND c.relkind not in ('i','I','c') AND c.relname = 'orders';
-- name: relname FROM (SELECT c.oid AS o, c.*, d.description FROM pg_
SELECT relname FROM (SELECT c.oid AS o, c.*, d.description FROM pg_catalog.pg_class c LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid=c.oid AND d.objsubid=0 AND d.classoid='pg_class'::regclass) c WHERE relname = 'orders';
-- name: typname FROM (SELECT t.oid AS o, t.*, c.relkind, format_type
SELECT typname FROM (SELECT t.oid AS o, t.*, c.relkind, format_type(nullif(t.typbasetype, 0), t.typtypmod) as base_type_name, d.description FROM pg_catalog.pg_type t LEFT OUTER JOIN pg_catalog.pg_class c ON c.oid=t.typrelid LEFT OUTER JOIN pg_catalog.pg_description d ON t.oid=d.objoid WHERE t.typname IS NOT NULL AND (c.relkind IS NULL OR c.relkind = 'c')) t WHERE typname IN ('status', 'email', 'address') ORDER BY 1;
-- name: attname, atttypid::regtype, attnotnull FROM (SELECT c.relnam
SELECT attname, atttypid::regtype, attnotnull FROM (SELECT c.relname, a.*, pg_catalog.pg_get_expr(ad.adbin, ad.adrelid, true) as def_value, dsc.description, dep.objid FROM pg_catalog.pg_attribute a INNER JOIN pg_catalog.pg_class c ON (a.attrelid=c.oid) LEFT OUTER JOIN pg_catalog.pg_attrdef ad ON (a.attrelid=ad.adrelid AND a.attnum = ad.adnum) LEFT OUTER JOIN pg_catalog.pg_description dsc ON (c.oid=dsc.objoid AND a.attnum = dsc.objsubid) LEFT OUTER JOIN pg_depend dep on dep.refobjid = a.attrelid AND dep.deptype = 'i' and dep.refobjsubid = a.attnum and dep.classid = dep.refclassid WHERE NOT a.attisdropped AND c.oid='orders'::regclass AND a.attnum > 0 ORDER BY a.attnum) x;
-- name: conname, contype FROM (SELECT c.oid AS o, c.*, t.relname as
SELECT conname, contype FROM (SELECT c.oid AS o, c.*, t.relname as tabrelname, rt.relnamespace as refnamespace, d.description FROM pg_catalog.pg_constraint c INNER JOIN pg_catalog.pg_class t ON t.oid=c.conrelid LEFT OUTER JOIN pg_catalog.pg_class rt ON rt.oid=c.confrelid LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid=c.oid AND d.objsubid=0 AND d.classoid='pg_constraint'::regclass WHERE c.conrelid='orders'::regclass ORDER BY c.oid) x;
-- name: indexrelid::regclass FROM (SELECT i.*, i.indkey as keys, c.r
SELECT indexrelid::regclass FROM (SELECT i.*, i.indkey as keys, c.relname, c.relnamespace, c.relam, c.reltablespace, tc.relname as tabrelname, dsc.description FROM pg_catalog.pg_index i INNER JOIN pg_catalog.pg_class c ON c.oid=i.indexrelid INNER JOIN pg_catalog.pg_class tc ON tc.oid=i.indrelid LEFT OUTER JOIN pg_catalog.pg_description dsc ON i.indexrelid=dsc.objoid WHERE i.indrelid='genre'::regclass ORDER BY tabrelname, c.relname) x;
-- name: extname FROM pg_extension WHERE extname = vector
SELECT extname FROM pg_extension WHERE extname = 'vector';
-- name: relname, reltuples::bigint >= -1 OR true FROM pg_class WHERE
SELECT relname, reltuples::bigint >= -1 OR true FROM pg_class WHERE relname = 'genre';
-- name: tablename, indexname, indexdef FROM pg_indexes WHERE scheman
SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = 'genre';
-- name: pg_catalog.pg_is_in_recovery()
SELECT pg_catalog.pg_is_in_recovery();
-- name: typname, typarray, typtype FROM pg_type WHERE oid = status::
SELECT typname, typarray, typtype FROM pg_type WHERE oid = 'status'::regtype;
-- name: e.enumlabel FROM pg_enum e JOIN pg_type t ON e.enumtypid = t
SELECT e.enumlabel FROM pg_enum e JOIN pg_type t ON e.enumtypid = t.oid WHERE t.typname = 'status' ORDER BY e.enumsortorder;
-- name: dep.deptype FROM pg_depend dep WHERE false
SELECT DISTINCT dep.deptype FROM pg_depend dep WHERE false;
-- name: inhrelid::regclass FROM pg_inherits WHERE inhparent = genre:
SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'genre'::regclass;
-- name: 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n
SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relname = 'orders' AND n.nspname = 'public' AND c.relkind = ANY (ARRAY['r', 'p', 'f', 'v', 'm']);
-- name: conrelid::regclass AS tbl, confrelid::regclass AS ref, a.att
SELECT conrelid::regclass AS tbl, confrelid::regclass AS ref, a.attname FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey) WHERE contype = 'f' AND conrelid = 'orders'::regclass;
-- name: tgname FROM pg_trigger WHERE tgrelid = genre::regclass AND N
SELECT tgname FROM pg_trigger WHERE tgrelid = 'genre'::regclass AND NOT tgisinternal;
-- name: oid, typname FROM pg_type WHERE typname = hstore OR typname
SELECT oid, typname FROM pg_type WHERE typname = 'hstore' OR typname = 'vector' OR typname = 'geometry';
