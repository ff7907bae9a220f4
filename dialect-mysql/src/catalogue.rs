//! The query of the catalogue, which values columns return unchanged, and the comparison of expected columns.
//!
//! The two dialects differ in the name of the collation that compares bytes without padding. Used by `lib.rs`.

use orm_core::schema::{Keeps, StoredColumn};
use orm_core::sql::{ExpectedColumn, SqlWriter, write_null_safe_expected};
use orm_core::stmt::BatchColumn;
use orm_core::types::{Type, Width};
use orm_core::value::ValueRef;

/// Writes a query of the columns of `tables`.
///
/// Triggers are rows without a column's name, since MariaDB 10.11 crashes when a connection is killed while it
/// evaluates a subquery over its information schema. One SELECT a table, since MariaDB opens one table where it finds a name compared with `=`, and all tables of
/// the database where it finds IN. A unique index counts as PRI where there is no primary key, so that this has a row
/// of its own. Only BEFORE triggers can change the row that they are called for. A user
/// without the TRIGGER privilege sees none.
pub(crate) fn write_catalogue<'a>(w: &mut SqlWriter<'a>, tables: &[&'a str], collation: &str) {
    for (number, table) in tables.iter().enumerate() {
        w.push(if number == 0 { "" } else { " UNION ALL " });
        w.push("SELECT ").display(number);
        w.push(
            ", c.column_name, c.data_type, LOWER(c.data_type), c.column_type, \
             COALESCE(c.datetime_precision, c.character_maximum_length, c.numeric_scale), \
             COALESCE(c.collation_name = '",
        );
        w.push(collation);
        w.push(
            "', 0), CASE WHEN c.extra LIKE '%on update%' THEN 4 ELSE 0 END \
             + CASE c.column_key WHEN 'PRI' THEN 8 WHEN 'UNI' THEN 16 ELSE 0 END \
             FROM information_schema.columns c \
             WHERE c.table_schema = DATABASE() AND c.table_name = ",
        );
        w.bind(ValueRef::Text(table));
        w.push(" UNION ALL SELECT ").display(number);
        w.push(
            ", '', '', '', '', NULL, 0, CASE g.event_manipulation WHEN 'INSERT' THEN 1 WHEN 'UPDATE' THEN 2 \
             ELSE 0 END FROM information_schema.triggers g WHERE g.action_timing = 'BEFORE' \
             AND g.event_object_schema = DATABASE() AND g.event_object_table = ",
        );
        w.bind(ValueRef::Text(table));
        w.push(" UNION ALL SELECT ").display(number);
        w.push(
            ", '', '', '', '', NULL, 0, 32 FROM information_schema.table_constraints p \
             WHERE p.constraint_type = 'PRIMARY KEY' AND p.table_schema = DATABASE() AND p.table_name = ",
        );
        w.bind(ValueRef::Text(table));
    }
}

/// How much a column keeps of the values of a field.
pub(crate) fn keeps(column: &StoredColumn, ty: &Type, length: Option<u32>) -> Keeps {
    let all_if = |kept| if kept { Keeps::All } else { Keeps::Less };
    let base = column.base.as_str();
    if let Type::Extension(_) = ty {
        // What its codec makes of it is not known here.
        return Keeps::All;
    }
    if base == "decimal" {
        if let Type::Decimal { scale, .. } = ty {
            return all_if(column.size.is_some_and(|kept| kept >= i64::from(*scale)));
        }
        // A fraction has no place in a field.
        let is_whole = ty.is_integer() || *ty == Type::Unsigned(Width::W64);
        let whole = column.size == Some(0) && is_whole;
        return if whole { Keeps::All } else { Keeps::Unreadable };
    }
    match ty {
        Type::Bool
        | Type::Int8
        | Type::Unsigned(_)
        | Type::Int16
        | Type::Int32
        | Type::Int64
        | Type::Interval => all_if(base == "bit" || base.ends_with("int")),
        Type::Float32 => all_if(matches!(base, "float" | "double") && column.size.is_none()),
        Type::Float64 => all_if(base == "double" && column.size.is_none()),
        Type::Bytes => all_if(base == "varbinary" || base.ends_with("blob")),
        Type::Uuid => all_if(base != "binary" || column.size == Some(16)),
        Type::Date if base == "date" => Keeps::All,
        Type::Time if base == "time" => all_if(column.size == Some(6)),
        Type::DateTime | Type::Timestamp if matches!(base, "datetime" | "timestamp") => {
            all_if(column.size == Some(6))
        }
        Type::Json => all_if(base == "json" || base == "longtext"),
        Type::Date | Type::Time | Type::DateTime | Type::Timestamp | Type::Decimal { .. } => {
            Keeps::Unreadable
        }
        Type::Text | Type::Enum(_) | Type::Extension(_) => keeps_text(column, ty, length),
    }
}

fn keeps_text(column: &StoredColumn, ty: &Type, length: Option<u32>) -> Keeps {
    let most = column.size.and_then(|size| u32::try_from(size).ok());
    match (column.base.as_str(), most) {
        ("varchar", Some(most)) if length.is_none_or(|length| length > most) => {
            Keeps::Characters(most)
        }
        ("varchar", _) => Keeps::All,
        ("enum", _) if *ty != Type::Text => Keeps::All,
        (base, _) if base.ends_with("text") => Keeps::All,
        _ => Keeps::Less,
    }
}

/// Writes that a column has its old value. Text is compared in the connection's character set, since a
/// collation belongs to one, and a column may have another.
pub(crate) fn write_expected(
    w: &mut SqlWriter<'_>,
    expected: &ExpectedColumn<'_>,
    collation: &str,
) {
    let BatchColumn { ty, stored, .. } = *expected.column;
    if expected.digest {
        return write_digest_expected(w, expected);
    }
    let is_text = matches!(ty, Type::Text | Type::Enum(_) | Type::Json);
    match stored {
        // Documents are compared, not the texts that are made of them.
        Some(stored) if *ty == Type::Json && stored.base == "json" => {
            (expected.new)(w);
            w.push(" <=> CAST(");
            (expected.old)(w);
            w.push(" AS JSON)");
        }
        // Each may be the nearest to many numbers of twice the digits.
        Some(stored) if *ty == Type::Float32 && stored.base == "double" => {
            w.push("CAST(");
            (expected.new)(w);
            w.push(" AS FLOAT) <=> ");
            (expected.old)(w);
        }
        _ if ty.is_decimal() => {
            (expected.new)(w);
            // As text it would be compared as a float.
            w.push(" <=> CAST(");
            (expected.old)(w);
            w.push(" AS DECIMAL(65,30))");
        }
        stored if is_text && !stored.is_some_and(|stored| stored.bytewise) => {
            w.push("CONVERT(");
            (expected.new)(w);
            w.push(" USING utf8mb4) COLLATE ")
                .push(collation)
                .push(" <=> ");
            (expected.old)(w);
        }
        _ => write_null_safe_expected(w, expected),
    }
}

/// Whether a column can be compared by a digest of its bytes.
pub(crate) fn digests(column: &BatchColumn<'_>) -> bool {
    let base = column.stored.map_or("", |stored| stored.base.as_str());
    let is_text = base.ends_with("text") || base == "varchar";
    let is_bytes = base.ends_with("blob") || base == "varbinary";
    (*column.ty == Type::Text && is_text) || (*column.ty == Type::Bytes && is_bytes)
}

fn write_digest_expected(w: &mut SqlWriter<'_>, expected: &ExpectedColumn<'_>) {
    let bytes = |w: &mut SqlWriter<'_>| {
        if *expected.column.ty == Type::Bytes {
            return (expected.new)(w);
        }
        w.push("CONVERT(");
        (expected.new)(w);
        w.push(" USING utf8mb4)");
    };
    w.push("CONCAT(LENGTH(");
    bytes(w);
    w.push("), ':', SHA2(");
    bytes(w);
    w.push(", 256)) <=> ");
    (expected.old)(w);
}
