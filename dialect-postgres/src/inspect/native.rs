//! The names of native types, read back: each name in one spelling, and the logical type whose native type it is.
//!
//! The inverse of `types::column_name`. Models and the catalogue go through the same function, so that what is not known
//! here, such as `citext`, is the same type on both sides: text with a native type of its own.

use std::borrow::Cow;

use orm_core::schema::{Column, Name, Table};
use orm_core::sql::Dialect as _;
use orm_core::types::{ExtensionType, Type};

use crate::dialect::PostgresDialect;
use crate::types::NAME;

/// What a column has for a native type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Native {
    /// The logical type.
    pub(super) ty: Type,
    /// The length of a text.
    pub(super) length: Option<u32>,
    /// The native type, where the dialect has another one for `ty`.
    pub(super) own: Option<String>,
    /// Whether it was `serial` or one of its kind.
    pub(super) is_serial: bool,
}

impl Native {
    /// Gives the type to a column.
    pub(super) fn set(self, column: &mut Column) {
        column.ty = self.ty;
        column.length = self.length;
        column.auto_increment |= self.is_serial;
        let own = self.own.map(|own| (Name::Borrowed(NAME), Name::Owned(own)));
        column.sql_types = own.into_iter().collect::<Vec<_>>().into();
    }
}

/// Reads the name of a native type.
pub(super) fn read(name: &str) -> Native {
    let parts = Parts::of(name);
    let (base, is_serial) = match &*parts.base {
        "smallserial" | "serial2" => ("int2", true),
        "serial" | "serial4" => ("int4", true),
        "bigserial" | "serial8" => ("int8", true),
        base => (base, false),
    };
    let spelled = parts.spelled();
    let native = |ty, length, is_own: bool| Native {
        ty,
        length,
        own: is_own.then(|| spelled.clone()),
        is_serial,
    };
    if parts.is_array {
        return native(array(&spelled), None, false);
    }
    if let Some(ty) = plain(base) {
        return native(ty, None, !parts.modifier.is_empty());
    }
    let number = parts.modifier.parse().ok();
    match base {
        "varchar" if number.is_some() => native(Type::Text, number, false),
        "char" | "varchar" => native(Type::Text, number, true),
        "numeric" => {
            let (ty, is_own) = decimal(&parts.modifier);
            native(ty, None, is_own)
        }
        "json" => native(Type::Json, None, true),
        "oid" => native(Type::Int64, None, true),
        _ => native(Type::Text, None, true),
    }
}

/// Returns the name of a type in one spelling, as casts write it.
pub(super) fn spelled(name: &str) -> String {
    Parts::of(name).spelled()
}

/// The types that are named by one word.
fn plain(base: &str) -> Option<Type> {
    Some(match base {
        "bool" => Type::Bool,
        "int2" => Type::Int16,
        "int4" => Type::Int32,
        "int8" => Type::Int64,
        "float4" => Type::Float32,
        "float8" => Type::Float64,
        "text" => Type::Text,
        "bytea" => Type::Bytes,
        "date" => Type::Date,
        "time" => Type::Time,
        "timestamp" => Type::DateTime,
        "timestamptz" => Type::Timestamp,
        "interval" => Type::Interval,
        "uuid" => Type::Uuid,
        "jsonb" => Type::Json,
        _ => return None,
    })
}

/// The digits of exact decimals, and whether the dialect has none for so many.
fn decimal(modifier: &str) -> (Type, bool) {
    const MOST: u8 = 36;
    let (precision, scale) = modifier.split_once(',').unwrap_or((modifier, "0"));
    if let (Ok(precision), Ok(scale)) = (precision.parse::<u8>(), scale.parse::<u8>())
        && (1..=MOST).contains(&precision)
        && scale <= precision
    {
        return (Type::Decimal { precision, scale }, false);
    }
    let scale = if modifier.is_empty() {
        Ok(MOST / 2)
    } else {
        scale.parse()
    };
    let scale = scale.map_or(0, |scale: u8| scale.min(MOST));
    (
        Type::Decimal {
            precision: MOST,
            scale,
        },
        true,
    )
}

/// Arrays are types from outside of the vocabulary. The names are those of `orm_core::types::Element`; the first type of
/// those with one native type counts.
fn array(spelled: &str) -> Type {
    let name = match spelled.trim_end_matches("[]") {
        "bool" => "an array of bool",
        "int2" => "an array of i16",
        "int4" => "an array of i32",
        "int8" => "an array of i64",
        "numeric" => "an array of exact decimals",
        "float4" => "an array of f32",
        "float8" => "an array of f64",
        "bytea" => "an array of bytes",
        "date" => "an array of dates",
        "time" => "an array of times of day",
        "timestamp" => "an array of dates and times",
        "timestamptz" => "an array of instants",
        "interval" => "an array of durations",
        "uuid" => "an array of uuids",
        "jsonb" => "an array of JSON documents",
        _ => "an array of text",
    };
    Type::Extension(ExtensionType {
        name: Cow::Borrowed(name),
        native: vec![(NAME.into(), spelled.to_owned().into())].into(),
    })
}

/// The parts of a type's name.
struct Parts {
    base: String,
    modifier: String,
    is_array: bool,
}

impl Parts {
    fn of(name: &str) -> Self {
        let mut parts = Self::split(name);
        let base = parts
            .base
            .strip_prefix("pg_catalog.")
            .unwrap_or(&parts.base);
        let is_short = parts.modifier.parse().is_ok_and(|bits: u8| bits <= 24);
        let known = match base {
            "boolean" => "bool",
            "smallint" => "int2",
            "int" | "integer" => "int4",
            "bigint" => "int8",
            "real" => "float4",
            "float" if is_short => "float4",
            "double precision" | "float" => "float8",
            "decimal" | "dec" => "numeric",
            "character varying" | "char varying" | "national character varying" => "varchar",
            "character" | "nchar" | "national character" => "char",
            "bpchar" if !parts.modifier.is_empty() => "char",
            "bit varying" => "varbit",
            "time without time zone" => "time",
            "time with time zone" => "timetz",
            "timestamp without time zone" => "timestamp",
            "timestamp with time zone" => "timestamptz",
            base => base,
        };
        parts.base = known.to_owned();
        parts.complete();
        parts
    }

    /// Writes a modifier that means the default, and none where it means nothing.
    fn complete(&mut self) {
        match (&*self.base, &*self.modifier) {
            ("char" | "bit", "") => "1".clone_into(&mut self.modifier),
            ("float4" | "float8", _)
            | ("time" | "timetz" | "timestamp" | "timestamptz" | "interval", "6") => {
                self.modifier.clear();
            }
            ("numeric", modifier) if !modifier.is_empty() && !modifier.contains(',') => {
                self.modifier.push_str(",0");
            }
            _ => {}
        }
    }

    /// Lower case but for quoted names, with one blank between words, without the modifier and the brackets.
    fn split(name: &str) -> Self {
        let (mut base, mut modifier) = (String::new(), String::new());
        let (mut is_array, mut in_quotes, mut depth) = (false, false, 0_u32);
        for c in name.trim().chars() {
            match c {
                '"' => {
                    in_quotes = !in_quotes;
                    base.push(c);
                }
                _ if in_quotes => base.push(c),
                '(' => depth += 1,
                ')' => depth = depth.saturating_sub(1),
                '[' => is_array = true,
                _ if is_array => {}
                _ if depth > 0 && !c.is_whitespace() => modifier.extend(c.to_lowercase()),
                _ if depth > 0 => {}
                _ if c.is_whitespace() && base.ends_with(' ') => {}
                _ => base.extend(c.to_lowercase()),
            }
        }
        // A name that needs no quotes has none.
        let base = match base
            .trim()
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
        {
            Some(inside) if is_plain(inside) && inside != "char" => inside.to_owned(),
            _ => base.trim().replace(" array", "[]"),
        };
        Self {
            is_array: is_array || base.ends_with("[]"),
            base: base.trim_end_matches("[]").to_owned(),
            modifier,
        }
    }

    fn spelled(&self) -> String {
        let brackets = if self.is_array { "[]" } else { "" };
        if self.modifier.is_empty() {
            return format!("{}{brackets}", self.base);
        }
        format!("{}({}){brackets}", self.base, self.modifier)
    }
}

fn is_plain(name: &str) -> bool {
    let mut bytes = name.bytes();
    let is_first = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
    bytes.next().is_some_and(is_first) && bytes.all(|byte| is_first(byte) || byte.is_ascii_digit())
}

/// The logical type whose native type the column has.
pub(super) fn ty(table: &Table, column: &mut Column) {
    let own = column.sql_type(NAME).map(str::to_owned);
    if own.is_none() && column.ty.native_enum().is_some() {
        column.length = None;
        column.sql_types = Vec::new().into();
        column.collation = None;
        return;
    }
    let own = own.or_else(|| PostgresDialect.column_type(table, column).ok());
    match own {
        Some(own) => read(&own).set(column),
        None => column.sql_types = Vec::new().into(),
    }
}

#[cfg(test)]
mod tests {
    use orm_core::schema::Table;
    use orm_core::sql::Dialect as _;
    use orm_core::types::{DbType as _, Width};

    use super::*;

    #[test]
    fn a_type_has_one_spelling() {
        for (names, expected) in [
            (
                &["int", "Integer", "INT4", "pg_catalog.int4", "serial"][..4],
                "int4",
            ),
            (&["character varying ( 20 )", "VARCHAR(20)"], "varchar(20)"),
            (
                &["timestamp(3) with time zone", "timestamptz(3)"],
                "timestamptz(3)",
            ),
            (
                &["timestamp with time zone", "TIMESTAMPTZ(6)"],
                "timestamptz",
            ),
            (&["numeric(10)", "DECIMAL(10, 0)"], "numeric(10,0)"),
            (&["double precision", "float", "float8"], "float8"),
            (&["integer[]", "int4[][]", "INT[3]"], "int4[]"),
            (&["character(3)", "bpchar(3)", "CHAR(3)"], "char(3)"),
            (&["character", "char(1)"], "char(1)"),
            (&["\"Mood\""], "\"Mood\""),
            (&["\"mood\"", "Mood"], "mood"),
            (&["\"char\""], "\"char\""),
            (&["geography(Point, 4326)"], "geography(point,4326)"),
            (&["bit varying(5)"], "varbit(5)"),
        ] {
            for name in names {
                assert_eq!(spelled(name), expected, "{name}");
            }
        }
    }

    #[test]
    fn the_native_type_of_a_type_is_that_type() {
        let table = Table::new("t");
        for (ty, length) in [
            (Type::Bool, None),
            (Type::Int16, None),
            (Type::Int32, None),
            (Type::Int64, None),
            (Type::Float32, None),
            (Type::Float64, None),
            (Type::Text, None),
            (Type::Text, Some(40)),
            (Type::Bytes, None),
            (Type::Date, None),
            (Type::Time, None),
            (Type::DateTime, None),
            (Type::Timestamp, None),
            (Type::Interval, None),
            (Type::Uuid, None),
            (Type::Json, None),
            (
                Type::Decimal {
                    precision: 12,
                    scale: 2,
                },
                None,
            ),
        ] {
            let mut column = Column::new("c", ty.clone());
            column.length = length;
            let native = read(&PostgresDialect.column_type(&table, &column).unwrap());
            let expected = Native {
                ty,
                length,
                own: None,
                is_serial: false,
            };
            assert_eq!(native, expected);
        }
    }

    #[test]
    fn other_types_are_the_nearest_with_their_own_name() {
        let own = |name: &str| {
            let native = read(name);
            (native.ty, native.length, native.own)
        };
        let named = |name: &str| Some(name.to_owned());
        assert_eq!(own("json"), (Type::Json, None, named("json")));
        assert_eq!(own("character(3)"), (Type::Text, Some(3), named("char(3)")));
        assert_eq!(
            own("timestamp(0)"),
            (Type::DateTime, None, named("timestamp(0)"))
        );
        assert_eq!(own("citext"), (Type::Text, None, named("citext")));
        assert_eq!(own("varchar"), (Type::Text, None, named("varchar")));
        let all = Type::Decimal {
            precision: 36,
            scale: 18,
        };
        assert_eq!(own("numeric"), (all, None, named("numeric")));
        let many = Type::Decimal {
            precision: 36,
            scale: 5,
        };
        assert_eq!(own("numeric(50,5)"), (many, None, named("numeric(50,5)")));
        assert!(read("bigserial").is_serial);
    }

    #[test]
    fn arrays_are_those_of_models() {
        assert_eq!(read("bigint[]").ty, <Vec<i64>>::TYPE);
        assert_eq!(read("text[]").ty, <Vec<String>>::TYPE);
        assert_eq!(read("varchar(9)[]").own, None);
        let mut column = Column::new("c", Type::Unsigned(Width::W8));
        read("character varying(9)[]").set(&mut column);
        let native = PostgresDialect.column_type(&Table::new("t"), &column);
        assert_eq!(native.unwrap(), "varchar(9)[]");
    }
}
