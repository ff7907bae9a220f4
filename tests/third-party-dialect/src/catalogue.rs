//! What the catalogue has of a table, how much its columns keep, and how an expected column is compared with it.
//!
//! `=` takes no notice of blanks at the end of text, and times have four digits of a second: a flush has to know both.

use orm_core::schema::{Keeps, StoredColumn, naming};
use orm_core::sql::{ExpectedColumn, SqlWriter, write_null_safe_expected};
use orm_core::types::Type;
use orm_core::value::ValueRef;

/// The columns of one table, behind the number of the table: the fields of [`StoredColumn`]. The codes are those of
/// `RDB$TYPES`.
const COLUMNS: &str = ", CASE WHEN c.n SIMILAR TO '[A-Z][A-Z0-9$_]*' THEN LOWER(c.n) ELSE c.n END, c.b, c.b, \
     c.b || CASE WHEN c.b IN ('char', 'varchar') THEN '(' || c.s || ') CHARACTER SET UTF8' ELSE '' END, c.s, \
     CASE WHEN c.b IN ('char', 'varchar') THEN 0 ELSE 1 END, \
     (SELECT COALESCE(SUM(CASE WHEN i.k = 'PRIMARY KEY' THEN 8 ELSE 16 END), 0) FROM \
     (SELECT r.RDB$CONSTRAINT_TYPE AS k, MIN(TRIM(g.RDB$FIELD_NAME)) AS f, COUNT(*) AS w, \
     MAX(CASE WHEN TRIM(g.RDB$FIELD_NAME) = c.n THEN 1 ELSE 0 END) AS h \
     FROM RDB$RELATION_CONSTRAINTS r JOIN RDB$INDEX_SEGMENTS g ON g.RDB$INDEX_NAME = r.RDB$INDEX_NAME \
     WHERE r.RDB$RELATION_NAME = c.t AND r.RDB$CONSTRAINT_TYPE IN ('PRIMARY KEY', 'UNIQUE') \
     GROUP BY r.RDB$CONSTRAINT_NAME, r.RDB$CONSTRAINT_TYPE) i \
     WHERE i.h = 1 AND (i.k = 'PRIMARY KEY' OR i.w = 1)) \
     + (SELECT COALESCE(MAX(CASE WHEN t.RDB$TRIGGER_TYPE IN (1, 17, 25, 113) THEN 1 ELSE 0 END), 0) \
     + COALESCE(MAX(CASE WHEN t.RDB$TRIGGER_TYPE IN (3, 17, 27, 113) THEN 2 ELSE 0 END), 0) FROM RDB$TRIGGERS t \
     WHERE t.RDB$RELATION_NAME = c.t AND t.RDB$SYSTEM_FLAG = 0) \
     FROM (SELECT TRIM(f.RDB$FIELD_NAME) AS n, f.RDB$RELATION_NAME AS t, \
     CASE d.RDB$FIELD_TYPE WHEN 7 THEN 'smallint' WHEN 8 THEN 'integer' WHEN 10 THEN 'float' WHEN 12 THEN 'date' \
     WHEN 13 THEN 'time' WHEN 14 THEN 'char' WHEN 16 THEN 'bigint' WHEN 23 THEN 'boolean' \
     WHEN 27 THEN 'double precision' WHEN 35 THEN 'timestamp' WHEN 37 THEN 'varchar' ELSE 'blob' END AS b, \
     CAST(COALESCE(d.RDB$CHARACTER_LENGTH, -d.RDB$FIELD_SCALE) AS BIGINT) AS s \
     FROM RDB$RELATION_FIELDS f JOIN RDB$FIELDS d ON d.RDB$FIELD_NAME = f.RDB$FIELD_SOURCE \
     WHERE f.RDB$RELATION_NAME = ";

/// Writes a query of the columns of `tables`.
pub(crate) fn write_catalogue<'a>(w: &mut SqlWriter<'a>, tables: &[&'a str]) {
    for (number, table) in tables.iter().enumerate() {
        w.push(if number == 0 { "" } else { " UNION ALL " });
        w.push("SELECT CAST(").display(number).push(" AS BIGINT)");
        w.push(COLUMNS);
        let folds = naming::folded(table) != *table;
        w.push(if folds { "UPPER(CAST(" } else { "(CAST(" });
        w.bind(ValueRef::Text(table)).push(" AS CHAR(31)))) c");
    }
}

/// How much a column keeps of the values of a field.
pub(crate) fn keeps(column: &StoredColumn, ty: &Type, length: Option<u32>) -> Keeps {
    let all_if = |kept| if kept { Keeps::All } else { Keeps::Less };
    let base = column.base.as_str();
    let is_whole = column.size.unwrap_or(0) == 0;
    match ty {
        Type::Bool => all_if(base == "boolean"),
        Type::Int8
        | Type::Unsigned(_)
        | Type::Int16
        | Type::Int32
        | Type::Int64
        | Type::Interval => all_if(is_whole && matches!(base, "smallint" | "integer" | "bigint")),
        Type::Float32 => all_if(matches!(base, "float" | "double precision")),
        Type::Float64 => all_if(base == "double precision"),
        Type::Bytes => all_if(base == "blob"),
        Type::Uuid => all_if(base == "char" && column.size == Some(36)),
        Type::Date => all_if(base == "date"),
        Type::Time | Type::DateTime | Type::Timestamp | Type::Decimal { .. } => Keeps::Less,
        Type::Text | Type::Enum(_) | Type::Json => {
            match (base, column.size.and_then(|size| u32::try_from(size).ok())) {
                ("varchar", Some(most)) if length.is_none_or(|length| length > most) => {
                    Keeps::Characters(most)
                }
                ("varchar" | "blob", _) => Keeps::All,
                _ => Keeps::Less,
            }
        }
        // What its codec makes of it is not known here.
        Type::Extension(_) => Keeps::All,
    }
}

/// Writes that a column has its expected value: text that blanks pad is compared with a character behind it.
pub(crate) fn write_expected(w: &mut SqlWriter<'_>, expected: &ExpectedColumn<'_>) {
    let is_text = matches!(expected.column.ty, Type::Text | Type::Enum(_));
    match expected
        .column
        .stored
        .filter(|stored| is_text && !stored.bytewise)
    {
        Some(stored) => {
            (expected.new)(w);
            w.push(" || '.' IS NOT DISTINCT FROM CAST(");
            (expected.old)(w);
            w.push(" AS ").push(&stored.declared).push(") || '.'");
        }
        None => write_null_safe_expected(w, expected),
    }
}
