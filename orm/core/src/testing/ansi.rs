//! A dialect of SQL:2016, which tests the default writer without a database's differences.
//!
//! It is also the shortest example of a dialect.

use std::borrow::Cow;

use crate::civil;
use crate::error::{Error, ErrorKind, Result};
use crate::schema::{Column, Table};
use crate::sql::ddl::identity_clause;
use crate::sql::{
    Capabilities, DecimalStyle, Dialect, IdentityStyle, SequenceStyle, SqlWriter,
    TransactionOptions,
};
use crate::types::{Type, Width};
use crate::value::Value;

/// The default capabilities of [`AnsiDialect`]: the standard's.
///
/// The limits are low, so that tests exceed them with little data.
pub const ANSI: Capabilities = {
    let mut low = Capabilities::STANDARD;
    low.identifier_limit = 32;
    low.alias_limit = 32;
    low.bind_limit = 16;
    low.insert_binds = 8;
    low.decimals = DecimalStyle::Native;
    low.bit_operators = true;
    low.ddl.schemas = true;
    low.ddl.identity = IdentityStyle::Options;
    low.ddl.sequences = SequenceStyle::NextValueFor;
    low.ddl.nulls_not_distinct = true;
    low.ddl.deferrable_uniques = true;
    low.ddl.deferrable_foreign_keys = true;
    low.ddl.match_full = true;
    low
};

/// Renders the standard's SQL. Its name is `"ansi"`.
///
/// ```
/// use orm_core::sql::Dialect;
/// use orm_core::testing::{ANSI, AnsiDialect};
/// let mut arrays = ANSI;
/// arrays.arrays = true;
/// assert!(AnsiDialect::with(arrays).capabilities().arrays);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct AnsiDialect {
    capabilities: Capabilities,
}

impl AnsiDialect {
    /// Creates the dialect with the capabilities of [`ANSI`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::Dialect;
    /// # use orm_core::testing::AnsiDialect;
    /// assert_eq!(AnsiDialect::new().name(), "ansi");
    /// ```
    pub const fn new() -> Self {
        Self::with(ANSI)
    }

    /// Creates the dialect with other capabilities.
    pub const fn with(capabilities: Capabilities) -> Self {
        Self { capabilities }
    }
}

impl Default for AnsiDialect {
    fn default() -> Self {
        Self::new()
    }
}

impl Dialect for AnsiDialect {
    fn name(&self) -> &'static str {
        "ansi"
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn cast_type(&self, ty: &Type) -> Cow<'static, str> {
        match ty {
            Type::Bool => "BOOLEAN",
            Type::Int8 | Type::Unsigned(Width::W8) | Type::Int16 => "SMALLINT",
            Type::Unsigned(Width::W64) => "DECIMAL(20, 0)",
            Type::Unsigned(Width::W16) | Type::Int32 => "INTEGER",
            Type::Unsigned(Width::W32) | Type::Int64 => "BIGINT",
            Type::Float32 => "REAL",
            Type::Float64 => "DOUBLE PRECISION",
            Type::Text | Type::Enum(_) => "CLOB",
            Type::Bytes => "BLOB",
            Type::Date => "DATE",
            Type::Time => "TIME(6)",
            Type::DateTime => "TIMESTAMP(6)",
            Type::Timestamp => "TIMESTAMP(6) WITH TIME ZONE",
            Type::Interval => "INTERVAL DAY(9) TO SECOND(6)",
            Type::Uuid => "BINARY(16)",
            Type::Json => "JSON",
            Type::Decimal { precision, scale } if *precision > 0 => {
                return format!("DECIMAL({precision}, {scale})").into();
            }
            Type::Decimal { .. } => "DECIMAL(36, 18)",
            Type::Extension(ty) => {
                return ty.native_name("ansi").unwrap_or("CLOB").to_owned().into();
            }
        }
        .into()
    }

    fn column_type(&self, _: &Table, column: &Column) -> Result<String> {
        let is_text = matches!(column.ty, Type::Text | Type::Enum(_));
        Ok(match column.length {
            Some(length) if is_text => format!("VARCHAR({length})"),
            Some(length) if column.ty == Type::Bytes => format!("VARBINARY({length})"),
            _ => self.cast_type(&column.ty).into_owned(),
        })
    }

    fn column_options(&self, column: &Column) -> String {
        let mut w = SqlWriter::new(self);
        if let Some(collation) = &column.collation {
            w.push(" COLLATE ").ident(collation);
        }
        if column.auto_increment {
            w.push(&identity_clause(column));
        }
        w.finish().0
    }

    fn literal(&self, value: &Value) -> Result<String> {
        Ok(match value {
            Value::Null => "NULL".to_owned(),
            Value::Bool(v) => if *v { "TRUE" } else { "FALSE" }.to_owned(),
            Value::Int(v) => v.to_string(),
            Value::Float(v) if v.is_finite() => format!("{v:E}"),
            Value::Float(_) => {
                return Err(Error::with_message(
                    ErrorKind::Unsupported,
                    "ansi has no literal for a float that is not finite",
                ));
            }
            Value::Text(v) | Value::Json(v) => format!("'{}'", v.replace('\'', "''")),
            Value::Bytes(v) => hexadecimal(v),
            Value::Uuid(v) => hexadecimal(v),
            Value::Decimal(v) => v.to_string(),
            Value::Date(v) => format!("DATE '{}'", civil::date_text(*v)),
            Value::Time(v) => format!("TIME '{}'", civil::time_text(*v)),
            Value::DateTime(v) => format!("TIMESTAMP '{}'", civil::datetime_text(*v)),
            Value::Timestamp(v) => format!("TIMESTAMP '{}+00:00'", civil::datetime_text(*v)),
            Value::Interval(v) => format!("INTERVAL '{}' DAY TO SECOND", civil::interval_text(*v)),
            Value::Array(_) => {
                return Err(Error::with_message(
                    ErrorKind::Unsupported,
                    "ansi has no literal for an array",
                ));
            }
            Value::Extension(v) => return self.literal(&v.encode("ansi")),
        })
    }

    fn begin(&self, options: &TransactionOptions) -> Result<Vec<Cow<'static, str>>> {
        let mut modes = Vec::new();
        if let Some(level) = options.isolation {
            modes.push(format!("ISOLATION LEVEL {}", level.as_sql()));
        }
        if options.read_only {
            modes.push("READ ONLY".to_owned());
        }
        let sql = format!("START TRANSACTION {}", modes.join(", "));
        Ok(vec![sql.trim_end().to_owned().into()])
    }

    fn list_tables(&self) -> &'static str {
        "SELECT table_name FROM information_schema.tables WHERE table_schema = CURRENT_SCHEMA \
         AND table_type = 'BASE TABLE' ORDER BY table_name"
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digits: Vec<_> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    format!("X'{}'", digits.concat())
}
