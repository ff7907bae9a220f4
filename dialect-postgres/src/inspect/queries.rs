//! The queries of the catalogue. Their only bind is the list of schemas; objects of extensions are left out.
//!
//! `pg_get_expr` and its like name objects without their schema if the search path finds them.

/// The current schema, if the search path has an existing one.
pub(super) const CURRENT_SCHEMA: &str = "SELECT pg_catalog.current_schema()::text";

/// Tables, views and materialized views. Partitions belong to their parents.
pub(super) const RELATIONS: &str = "\
SELECT c.oid::int8, NULLIF(n.nspname, pg_catalog.current_schema())::text, c.relname::text, c.relkind::text, \
pg_catalog.obj_description(c.oid, 'pg_class'), c.relpersistence = 'u', \
CASE c.relkind WHEN 'p' THEN pg_catalog.pg_get_partkeydef(c.oid) END, \
pg_catalog.array_to_string(c.reloptions, ', '), \
(SELECT pg_catalog.quote_ident(s.spcname) FROM pg_catalog.pg_tablespace s WHERE s.oid = c.reltablespace), \
(SELECT pg_catalog.string_agg(h.inhparent::regclass::text, ', ' ORDER BY h.inhseqno) \
FROM pg_catalog.pg_inherits h WHERE h.inhrelid = c.oid), \
CASE WHEN c.relkind IN ('v', 'm') THEN pg_catalog.pg_get_viewdef(c.oid) END \
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
WHERE n.nspname = ANY ($1::text[]) AND c.relkind IN ('r', 'p', 'v', 'm') AND NOT c.relispartition \
AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass \
AND d.objid = c.oid AND d.deptype = 'e') ORDER BY c.oid";

/// Columns of tables. The sequence is the one that the column owns: that of its identity, or of `serial`, whose default
/// names it.
pub(super) const COLUMNS: &str = "\
SELECT a.attrelid::int8, a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod), NOT a.attnotnull, \
a.attidentity::text, a.attgenerated::text, pg_catalog.pg_get_expr(d.adbin, d.adrelid), \
CASE WHEN a.attcollation <> t.typcollation THEN o.collname::text END, \
pg_catalog.col_description(a.attrelid, a.attnum), e.name, e.labels, q.start, q.increment, \
coalesce(pg_catalog.pg_get_expr(d.adbin, d.adrelid) = q.default_sql, false) \
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid \
LEFT JOIN pg_catalog.pg_collation o ON o.oid = a.attcollation \
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum \
LEFT JOIN LATERAL (SELECT t.typname::text AS name, ARRAY(SELECT l.enumlabel::text FROM pg_catalog.pg_enum l \
WHERE l.enumtypid = t.oid ORDER BY l.enumsortorder) AS labels \
WHERE t.typtype = 'e' AND pg_catalog.pg_type_is_visible(t.oid)) e ON true \
LEFT JOIN LATERAL (SELECT s.seqstart AS start, s.seqincrement AS increment, \
pg_catalog.format('nextval(%L::regclass)', s.seqrelid::regclass) AS default_sql \
FROM pg_catalog.pg_depend p JOIN pg_catalog.pg_sequence s ON s.seqrelid = p.objid \
WHERE p.classid = 'pg_catalog.pg_class'::regclass AND p.refclassid = 'pg_catalog.pg_class'::regclass \
AND p.refobjid = c.oid AND p.refobjsubid = a.attnum AND p.deptype IN ('a', 'i') \
ORDER BY p.deptype DESC, s.seqrelid LIMIT 1) q ON true \
WHERE n.nspname = ANY ($1::text[]) AND c.relkind IN ('r', 'p') AND NOT c.relispartition \
ORDER BY a.attrelid, a.attnum";

/// Constraints of tables. Those that a table inherits belong to its parent.
pub(super) const CONSTRAINTS: &str = "\
SELECT k.conrelid::int8, k.conname::text, k.contype::text, k.condeferrable, k.condeferred, \
ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY u(number, place) \
JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number ORDER BY u.place), \
NULLIF(fn.nspname, pg_catalog.current_schema())::text, f.relname::text, \
ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY u(number, place) \
JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.number ORDER BY u.place), \
k.confdeltype::text, k.confupdtype::text, k.confmatchtype = 'f', \
CASE k.contype WHEN 'c' THEN pg_catalog.pg_get_expr(k.conbin, k.conrelid) END, \
(pg_catalog.to_jsonb(i) ->> 'indnullsnotdistinct')::bool \
FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid \
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
LEFT JOIN pg_catalog.pg_class f ON f.oid = k.confrelid \
LEFT JOIN pg_catalog.pg_namespace fn ON fn.oid = f.relnamespace \
LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = k.conindid AND k.contype IN ('p', 'u') \
WHERE n.nspname = ANY ($1::text[]) AND NOT c.relispartition AND k.conparentid = 0 \
AND k.contype IN ('p', 'u', 'f', 'c') AND (k.conislocal OR k.contype <> 'c') ORDER BY k.conrelid, k.oid";

/// The keys of indexes, one a row, of those of exclusion constraints, too, with the operator. An expression has the
/// collation of its index whether it was named or not, so that the text of the index decides.
pub(super) const INDEX_KEYS: &str = "\
SELECT i.indrelid::int8, x.relname::text, i.indisunique, m.amname::text, \
pg_catalog.pg_get_expr(i.indpred, i.indrelid), (pg_catalog.to_jsonb(i) ->> 'indnullsnotdistinct')::bool, \
k.oid IS NOT NULL, k.condeferrable, k.condeferred, \
u.place > i.indnkeyatts, a.attname::text, pg_catalog.pg_get_indexdef(i.indexrelid, u.place, false), \
(i.indoption[u.place - 1] & 1) = 1, (i.indoption[u.place - 1] & 2) = 2, \
CASE WHEN i.indcollation[u.place - 1] <> coalesce(a.attcollation, 100) AND (a.attname IS NOT NULL \
OR pg_catalog.pg_get_indexdef(i.indexrelid) LIKE '% COLLATE %') THEN o.collname::text END, \
CASE WHEN NOT p.opcdefault THEN p.opcname::text END, r.oprname::text \
FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indrelid \
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid JOIN pg_catalog.pg_am m ON m.oid = x.relam \
LEFT JOIN pg_catalog.pg_constraint k ON k.conindid = i.indexrelid AND k.contype = 'x' \
CROSS JOIN LATERAL generate_series(1, i.indnatts::int4) u(place) \
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[u.place - 1] AND a.attnum > 0 \
LEFT JOIN pg_catalog.pg_collation o ON o.oid = i.indcollation[u.place - 1] \
LEFT JOIN pg_catalog.pg_opclass p ON p.oid = i.indclass[u.place - 1] \
LEFT JOIN pg_catalog.pg_operator r ON r.oid = k.conexclop[u.place] \
WHERE n.nspname = ANY ($1::text[]) AND NOT c.relispartition AND c.relkind IN ('r', 'p') \
AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint j WHERE j.conindid = i.indexrelid AND j.contype IN ('p', 'u')) \
ORDER BY i.indrelid, i.indexrelid, u.place";

/// Triggers, without those of constraints.
pub(super) const TRIGGERS: &str = "\
SELECT g.tgrelid::int8, g.tgname::text, pg_catalog.pg_get_triggerdef(g.oid, true) \
FROM pg_catalog.pg_trigger g JOIN pg_catalog.pg_class c ON c.oid = g.tgrelid \
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
WHERE n.nspname = ANY ($1::text[]) AND NOT g.tgisinternal AND NOT c.relispartition \
ORDER BY g.tgrelid, g.tgname";

/// Sequences that no column owns.
pub(super) const SEQUENCES: &str = "\
SELECT NULLIF(n.nspname, pg_catalog.current_schema())::text, c.relname::text, s.seqstart, s.seqincrement, \
s.seqmin, s.seqmax, s.seqcycle FROM pg_catalog.pg_sequence s \
JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
WHERE n.nspname = ANY ($1::text[]) AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d \
WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i', 'e')) \
ORDER BY c.oid";

/// What the rules of views read.
pub(super) const DEPENDENCIES: &str = "\
SELECT DISTINCT r.ev_class::int8, NULLIF(fn.nspname, pg_catalog.current_schema())::text, f.relname::text \
FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_class c ON c.oid = r.ev_class \
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.objid = r.oid \
AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid <> r.ev_class \
JOIN pg_catalog.pg_class f ON f.oid = d.refobjid AND f.relkind IN ('r', 'p', 'v', 'm', 'f') \
JOIN pg_catalog.pg_namespace fn ON fn.oid = f.relnamespace \
WHERE n.nspname = ANY ($1::text[]) AND c.relkind IN ('v', 'm')";
