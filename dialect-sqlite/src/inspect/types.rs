//! The logical types of declared ones: what `types::column_type` renders, read backwards, and the affinities of SQLite.

use orm_core::schema::{Column, Name};
use orm_core::types::{Type, Width};

use super::parse::ColumnDefinition;
use crate::types::{NAME, column_type};

/// The collation of exact decimals.
const DECIMAL: &str = "decimal";

/// The digits of a decimal whose precision is not declared, since its type is TEXT.
const PRECISION: u8 = 36;
const SCALE: u8 = 18;

/// The integer types that DDL declares alike, which differ by `Rule::Range`.
const NARROW: &[Type] = &[
    Type::Int8,
    Type::Int16,
    Type::Int32,
    Type::Unsigned(Width::W8),
    Type::Unsigned(Width::W16),
    Type::Unsigned(Width::W32),
];

/// Sets the type of a column, with its length and collation, and the native type if no logical type has it.
///
/// `is_document` says whether the column has the CHECK of JSON documents, `ranges` are those of its other CHECKs.
pub(super) fn apply(
    column: &mut Column,
    definition: &ColumnDefinition,
    is_document: bool,
    ranges: &[(i64, u64)],
) {
    let declared = definition.declared.as_str();
    let collation = definition.collation.as_ref().and_then(collation);
    if collation.as_deref() == Some(DECIMAL) {
        column.ty = decimal(ranges);
    } else if is_document && collation.is_none() {
        column.ty = Type::Json;
    } else {
        column.collation = collation;
        column.ty = nearest(declared);
        if column.ty == Type::Int64
            && let Some(narrow) = narrow(ranges)
        {
            column.ty = narrow;
        }
        if column.ty == Type::Text {
            column.length = length(declared);
        }
    }
    if column_type(column) != declared {
        column.sql_types = vec![(NAME.into(), definition.declared.clone().into())].into();
    }
}

/// The collation as it is known. That of bytes is every column's.
pub(super) fn collation(name: &Name) -> Option<Name> {
    const KNOWN: &[&str] = &["NOCASE", "RTRIM", DECIMAL];
    let same = |known: &&str| known.eq_ignore_ascii_case(name);
    if name.eq_ignore_ascii_case("BINARY") {
        return None;
    }
    let known = KNOWN.iter().copied().find(same);
    Some(known.map_or_else(|| name.clone(), Name::Borrowed))
}

fn decimal(ranges: &[(i64, u64)]) -> Type {
    if ranges.contains(&(0, u64::MAX)) {
        Type::Unsigned(Width::W64)
    } else {
        Type::Decimal {
            precision: PRECISION,
            scale: SCALE,
        }
    }
}

/// The first narrow type with one of the ranges.
fn narrow(ranges: &[(i64, u64)]) -> Option<Type> {
    let has_range = |ty: &&Type| {
        let own = ty
            .range()
            .map(|(least, most)| (least, most.cast_unsigned()));
        own.is_some_and(|own| ranges.contains(&own))
    };
    NARROW.iter().find(has_range).cloned()
}

/// The type of the name, or else of the affinity (<https://sqlite.org/datatype3.html>, 3.1).
fn nearest(declared: &str) -> Type {
    let has = |parts: &[&str]| parts.iter().any(|part| declared.contains(part));
    if has(&["INT"]) {
        Type::Int64
    } else if has(&["CHAR", "CLOB", "TEXT"]) {
        Type::Text
    } else if has(&["BLOB"]) || matches!(declared, "" | "ANY") {
        Type::Bytes
    } else if has(&["REAL", "FLOA", "DOUB"]) {
        Type::Float64
    } else {
        named(declared)
    }
}

/// The types of NUMERIC affinity. JSON is text without the CHECK of documents, and DECIMAL is computed as floats without
/// the collation of decimals.
fn named(declared: &str) -> Type {
    let base = declared.split('(').next().unwrap_or_default();
    match base {
        "BOOLEAN" | "BOOL" => Type::Bool,
        "DATE" => Type::Date,
        "TIME" => Type::Time,
        "DATETIME" => Type::DateTime,
        "TIMESTAMP" | "TIMESTAMPTZ" => Type::Timestamp,
        "UUID" => Type::Uuid,
        "JSON" | "JSONB" => Type::Text,
        _ => Type::Float64,
    }
}

/// The number in the parentheses of a type of text.
fn length(declared: &str) -> Option<u32> {
    let (_, inside) = declared.split_once('(')?;
    inside.strip_suffix(')')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(declared: &str) -> (Type, Option<u32>, bool) {
        let definition = ColumnDefinition {
            declared: declared.to_owned(),
            ..ColumnDefinition::default()
        };
        let mut column = Column::new("a", Type::Bool);
        apply(&mut column, &definition, false, &[]);
        (column.ty, column.length, column.sql_types.is_empty())
    }

    #[test]
    fn declared_types_have_the_nearest_logical_one() {
        for (declared, expected) in [
            ("INTEGER", (Type::Int64, None, true)),
            ("BIGINT", (Type::Int64, None, false)),
            ("TEXT", (Type::Text, None, true)),
            ("VARCHAR(40)", (Type::Text, Some(40), true)),
            ("NVARCHAR(40)", (Type::Text, Some(40), false)),
            ("BOOLEAN", (Type::Bool, None, true)),
            ("DATETIME", (Type::DateTime, None, true)),
            ("DATETIME(6)", (Type::DateTime, None, false)),
            ("REAL", (Type::Float64, None, true)),
            ("DOUBLE PRECISION", (Type::Float64, None, false)),
            ("DECIMAL(10,2)", (Type::Float64, None, false)),
            ("BLOB", (Type::Bytes, None, true)),
            ("", (Type::Bytes, None, false)),
        ] {
            assert_eq!(read(declared), expected, "{declared}");
        }
    }
}
