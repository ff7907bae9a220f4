//! The query of the catalogue, which values columns return unchanged, the casts of values in a batch, and the
//! comparison of expected columns.
//!
//! A lone bind takes the type of its column. An element of an array has the type of the array, so that columns of
//! other types than a model would create need a cast. Used by `lib.rs` and `render.rs`.

use std::borrow::Cow;

use orm_core::schema::{Keeps, StoredColumn};
use orm_core::sql::{ExpectedColumn, SqlWriter, write_null_safe_expected};
use orm_core::stmt::BatchColumn;
use orm_core::types::{Type, Width};
use orm_core::value::ValueRef;

use crate::types;

/// Behind the list of tables. The last type of a chain of domains counts, with the length that one of them
/// gives. `-1` is a type without a length: `bpchar` and `"bit"`, where NULL would give `character` and `bit`,
/// which are of one character. Whatever a row trigger does, it may do in a partition as well.
const COLUMNS: &str = ") AS t(number, name) \
     JOIN pg_catalog.pg_class c ON c.oid = to_regclass(quote_ident(t.name)) \
     JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
     CROSS JOIN LATERAL (WITH RECURSIVE d(oid, mod) AS (SELECT a.atttypid, a.atttypmod UNION ALL \
     SELECT y.typbasetype, CASE WHEN y.typtypmod = -1 THEN d.mod ELSE y.typtypmod END \
     FROM d JOIN pg_catalog.pg_type y ON y.oid = d.oid WHERE y.typtype = 'd') \
     SELECT y.*, d.mod FROM d JOIN pg_catalog.pg_type y ON y.oid = d.oid WHERE y.typtype <> 'd') b \
     LEFT JOIN pg_catalog.pg_collation o ON o.oid = a.attcollation";

/// Writes a query of the columns of `tables`.
pub(crate) fn write_catalogue<'a>(w: &mut SqlWriter<'a>, tables: &[&'a str]) {
    w.push(
        "SELECT t.number::int8, a.attname::text, format_type(b.oid, -1), \
         CASE b.typtype WHEN 'e' THEN 'enum' WHEN 'b' THEN b.typname::text ELSE 'other' END, \
         format_type(b.oid, b.mod), NULLIF(b.mod, -1)::int8, \
         coalesce(o.collisdeterministic, true)::int4::int8, \
         (SELECT coalesce(bit_or((g.tgtype & 4) / 4 | (g.tgtype & 16) / 8), 0)::int8 \
         FROM pg_catalog.pg_trigger g WHERE NOT g.tgisinternal AND g.tgenabled <> 'D' \
         AND g.tgrelid IN (SELECT c.oid UNION ALL SELECT relid FROM pg_partition_tree(c.oid))) \
         + (SELECT coalesce(bit_or(CASE WHEN i.indisprimary THEN 8 ELSE 0 END \
         | CASE WHEN i.indisunique AND i.indnkeyatts = 1 AND i.indpred IS NULL THEN 16 ELSE 0 END), 0)::int8 \
         FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisvalid \
         AND a.attnum = ANY (i.indkey[0:i.indnkeyatts - 1])) \
         FROM (VALUES ",
    );
    w.list(tables.iter().enumerate(), |w, (number, table)| {
        w.push("(").display(number).push(", ");
        w.bind(ValueRef::Text(table)).push("::text)");
    });
    w.push(COLUMNS);
}

/// The characters of a native type with a length; the catalogue counts the four bytes of its head, too.
fn characters(column: &StoredColumn) -> Option<u32> {
    let size = column.size?.checked_sub(4)?;
    u32::try_from(size).ok()
}

/// Whether the column keeps microseconds.
fn is_precise(column: &StoredColumn) -> bool {
    column.size.is_none_or(|digits| digits >= 6)
}

/// Whether a NUMERIC column has room for so many digits before and after the point. Its modifier has the precision in the
/// upper half and the scale in the lower one, behind the four bytes of a head.
fn keeps_digits(column: &StoredColumn, precision: u8, scale: u8) -> bool {
    let Some(digits) = column.size.and_then(|size| size.checked_sub(4)) else {
        return true;
    };
    let (all, fraction) = (digits >> 16 & 0xFFFF, digits & 0x7FF);
    fraction >= scale.into() && all - fraction >= i64::from(precision) - i64::from(scale)
}

/// How much a column keeps of the values of a field.
pub(crate) fn keeps(column: &StoredColumn, ty: &Type, length: Option<u32>) -> Keeps {
    let all_if = |kept| if kept { Keeps::All } else { Keeps::Less };
    let base = column.base.as_str();
    match ty {
        Type::Text | Type::Enum(_) => keeps_text(column, length),
        Type::Float64 if base == "float4" => Keeps::Less,
        Type::Unsigned(Width::W64) if base == "numeric" => all_if(keeps_digits(column, 20, 0)),
        Type::Decimal { precision, scale } if base == "numeric" => {
            all_if(keeps_digits(column, *precision, *scale))
        }
        Type::Time if base == "time" => all_if(is_precise(column)),
        Type::Interval if base == "interval" => all_if(column.size.is_none()),
        Type::DateTime | Type::Timestamp if is_own(column, ty) => all_if(is_precise(column)),
        // What its codec makes of it is not known here.
        Type::Extension(_) => Keeps::All,
        Type::Json => match base {
            "jsonb" | "json" | "text" => Keeps::All,
            _ => Keeps::Unreadable,
        },
        Type::Bool
        | Type::Int8
        | Type::Unsigned(_)
        | Type::Int16
        | Type::Int32
        | Type::Int64
        | Type::Float32
        | Type::Float64
        | Type::Bytes
        | Type::Date
        | Type::Time
        | Type::DateTime
        | Type::Timestamp
        | Type::Interval
        | Type::Decimal { .. }
        | Type::Uuid => {
            if is_own(column, ty) {
                Keeps::All
            } else {
                Keeps::Unreadable
            }
        }
    }
}

fn keeps_text(column: &StoredColumn, length: Option<u32>) -> Keeps {
    match (column.base.as_str(), characters(column)) {
        ("varchar", Some(most)) if length.is_none_or(|length| length > most) => {
            Keeps::Characters(most)
        }
        ("text" | "varchar" | "citext" | "json" | "enum", _) => Keeps::All,
        ("bpchar" | "jsonb" | "xml" | "name" | "char", _) => Keeps::Less,
        _ => Keeps::Unreadable,
    }
}

/// Whether an array of the model's own type serves a column as it is: assigned and compared, it means the same
/// as a lone bind would.
fn is_own(column: &StoredColumn, ty: &Type) -> bool {
    let bases: &[&str] = match ty {
        Type::Bool => &["bool"],
        Type::Unsigned(Width::W64) | Type::Decimal { .. } => &["numeric"],
        Type::Int8 | Type::Unsigned(_) | Type::Int16 | Type::Int32 | Type::Int64 => {
            &["int2", "int4", "int8"]
        }
        Type::Float32 | Type::Float64 => &["float4", "float8"],
        Type::Bytes => &["bytea"],
        Type::Date => &["date"],
        Type::Time => &["time"],
        Type::DateTime | Type::Timestamp => &["timestamp", "timestamptz"],
        Type::Interval => &["interval"],
        Type::Uuid => &["uuid"],
        Type::Json => &["jsonb"],
        Type::Text | Type::Enum(_) => &["text", "varchar"],
        // It goes as text, and is cast to what the column is.
        Type::Extension(_) => &[],
    };
    bases.contains(&column.base.as_str())
}

/// Whether values are bound as text, as those of extensions are.
fn is_text(ty: &Type) -> bool {
    matches!(ty, Type::Text | Type::Enum(_) | Type::Extension(_))
}

/// The column's own type, where it isn't one that the model's serves.
fn foreign<'a>(column: &BatchColumn<'a>) -> Option<&'a StoredColumn> {
    column.stored.filter(|stored| !is_own(stored, column.ty))
}

/// The type of the elements of a column's array. Text becomes any type by a cast of each element, arrays
/// included; numbers and dates go as the column's own type, so that the driver refuses what it would refuse of
/// a lone bind.
pub(crate) fn element_type<'a>(column: &BatchColumn<'a>) -> Cow<'a, str> {
    match foreign(column) {
        Some(stored) if !is_text(column.ty) => (&*stored.cast).into(),
        _ if is_text(column.ty) => "text".into(),
        _ => types::cast_name(column.ty),
    }
}

/// The cast that an element of a column's array needs to be assigned to the column or compared with it.
pub(crate) fn element_cast<'a>(column: &BatchColumn<'a>) -> Option<Cow<'a, str>> {
    if let Some(stored) = foreign(column) {
        return is_text(column.ty).then(|| (&*stored.cast).into());
    }
    if let Type::Extension(ty) = column.ty {
        return ty.native_name(types::NAME).map(Cow::Borrowed);
    }
    let is_unknown = column.stored.is_none() && column.ty.native_enum().is_some();
    is_unknown.then(|| types::cast_name(column.ty))
}

/// Writes that a column has its old value.
///
/// Types whose `=` compares something else, or that have none, are compared by their text, and the old value
/// goes through the type first: what it would be stored as is compared.
pub(crate) fn write_expected(w: &mut SqlWriter<'_>, expected: &ExpectedColumn<'_>) {
    const SAME: &str = " IS NOT DISTINCT FROM ";
    const TEXT: &str = "::text COLLATE \"C\"";
    let BatchColumn { ty, stored, .. } = *expected.column;
    let base = stored.map(|stored| stored.base.as_str());
    if expected.digest {
        return write_digest_expected(w, expected);
    }
    match (base, stored) {
        // Each may be the nearest to many numbers of twice the digits.
        (Some("float8"), _) if *ty == Type::Float32 => {
            (expected.new)(w);
            w.push("::float4").push(SAME);
            (expected.old)(w);
            w.push("::float4");
        }
        (Some("bpchar"), _) if is_text(ty) => {
            (expected.new)(w);
            w.push(" COLLATE \"C\"").push(SAME);
            (expected.old)(w);
            w.push("::bpchar");
        }
        (Some("text" | "varchar"), Some(stored)) if is_text(ty) && !stored.bytewise => {
            (expected.new)(w);
            w.push(" COLLATE \"C\"").push(SAME);
            (expected.old)(w);
        }
        (_, Some(stored)) if !is_own(stored, ty) => {
            (expected.new)(w);
            w.push(TEXT).push(SAME);
            (expected.old)(w);
            w.push("::").push(&stored.declared).push("::text");
        }
        (None, _) if is_text(ty) => {
            (expected.new)(w);
            w.push(TEXT).push(SAME);
            (expected.old)(w);
            w.push("::text");
        }
        _ => write_null_safe_expected(w, expected),
    }
}

/// Whether a column can be compared by a digest of its bytes: text whose text form is what was read, and bytes.
pub(crate) fn digests(column: &BatchColumn<'_>) -> bool {
    let base = column.stored.map_or("", |stored| stored.base.as_str());
    let is_text = matches!(base, "text" | "varchar" | "citext" | "json" | "jsonb");
    (*column.ty == Type::Text && is_text) || (*column.ty == Type::Bytes && base == "bytea")
}

fn write_digest_expected(w: &mut SqlWriter<'_>, expected: &ExpectedColumn<'_>) {
    let bytes = |w: &mut SqlWriter<'_>| {
        if *expected.column.ty == Type::Bytes {
            return (expected.new)(w);
        }
        w.push("convert_to(");
        (expected.new)(w);
        w.push("::text, 'UTF8')");
    };
    w.push("(octet_length(");
    bytes(w);
    w.push(") || ':' || encode(sha256(");
    bytes(w);
    w.push("), 'hex')) IS NOT DISTINCT FROM ");
    (expected.old)(w);
    w.push("::text");
}
