//! The DDL that differs: column types that depend on their use, collations, and the list of tables.
//!
//! The shape of the statements is `orm_core`'s; names of types and literals are in `types.rs`.

use std::borrow::Cow;

use orm_core::error::Result;
use orm_core::schema::{Column, Index, KeyOf, Name, Table};
use orm_core::sql::{DdlLock, TableOptionPlace, TableOptionRule, TableOptionValue};
use orm_core::types::Type;
use orm_core::value::Value;

use crate::types;

/// The tables of the connection's database. Views and sequences are not among them.
pub(crate) const LIST_TABLES: &str = "SELECT table_name FROM information_schema.tables \
     WHERE table_schema = DATABASE() AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED') \
     ORDER BY table_name";

const CHARSET: &str = "DEFAULT CHARSET=";
const COLLATE: &str = "COLLATE=";

/// The options of a table. The default collation belongs to the default character set, so that either of them replaces
/// both.
pub(crate) const TABLE_OPTIONS: &[TableOptionRule] = &[
    TableOptionRule::new("ENGINE", "ENGINE=", TableOptionValue::Plain).replaces(&["ENGINE="]),
    TableOptionRule::new("CHARSET", CHARSET, TableOptionValue::Plain).replaces(&[CHARSET, COLLATE]),
    TableOptionRule::new("COLLATE", COLLATE, TableOptionValue::Plain).replaces(&[CHARSET, COLLATE]),
    TableOptionRule::new("ROW_FORMAT", "ROW_FORMAT=", TableOptionValue::Plain),
    TableOptionRule::new("AUTO_INCREMENT", "AUTO_INCREMENT=", TableOptionValue::Plain)
        .replaces(&["AUTO_INCREMENT="]),
    TableOptionRule::new("PARTITION BY", "PARTITION BY ", TableOptionValue::Plain)
        .at(TableOptionPlace::Last),
];

/// A named lock of the session. Names are the server's, not the database's, have at most 64 characters, and
/// are compared without regard to case.
pub(crate) const LOCK: DdlLock = DdlLock::new(
    "SELECT GET_LOCK(CONCAT('orm-ddl:', LEFT(SHA2(LOWER(COALESCE(DATABASE(), '')), 256), 40)), 0)",
    Some(
        "SELECT RELEASE_LOCK(CONCAT('orm-ddl:', LEFT(SHA2(LOWER(COALESCE(DATABASE(), '')), 256), 40)))",
    ),
);

/// The code for a key or a foreign key that does not exist in a DROP.
pub(crate) const NO_SUCH_KEY: &str = "1091";

/// The type of a column with its length.
///
/// # Errors
/// `Unsupported` for a text or bytes without length that has an index: the server would want the
/// length of a prefix, and a unique index over prefixes refuses what is unique.
pub(crate) fn column_type(table: &Table, column: &Column, dialect: &str) -> Result<String> {
    let is_indexed = is_indexed(table, &column.name);
    if is_indexed && column.ty == Type::Json {
        let message = "MySQL and MariaDB can't index a JSON document";
        let hint = "index a column that is computed from the document";
        return Err(table.unsupported(column, message).with_hint(hint));
    }
    let labels = column
        .ty
        .native_enum()
        .map_or(&[][..], |native| &native.labels);
    if labels.iter().any(|label| label.ends_with(' ')) {
        let message = "the labels of an ENUM of MySQL and MariaDB can't end with a space";
        let hint = "rename the variant, or leave out `native`, so that the column becomes a text with a CHECK";
        return Err(table.unsupported(column, message).with_hint(hint));
    }
    if is_indexed && types::is_large(&column.ty, column.length, dialect) {
        let message = format!(
            "MySQL and MariaDB can't index {} without a length",
            column.ty.describe()
        );
        return Err(table
            .unsupported(column, message)
            .with_hint("give the column a length: #[orm(length = 255)]"));
    }
    let name = types::column_name(&column.ty, column.length, dialect);
    name.map(Cow::into_owned).ok_or_else(|| {
        let what = column.ty.describe();
        table.unsupported(column, format!("MySQL and MariaDB have no type for {what}"))
    })
}

/// Whether the whole values of a column are in an index. Keys and constraints have one, or need one.
fn is_indexed(table: &Table, name: &Name) -> bool {
    let uniques = table.primary_key.iter().chain(&table.uniques);
    let keys = table.foreign_keys.iter().map(|key| &key.columns);
    let mut keys = uniques.map(|unique| &unique.columns).chain(keys);
    keys.any(|columns| columns.contains(name))
        || table.indexes.iter().any(|index| has_whole(index, name))
}

/// Whether an index has the whole values of a column: neither their first characters, nor their words.
fn has_whole(index: &Index, name: &Name) -> bool {
    let of_words = |method: &Name| method.eq_ignore_ascii_case("fulltext");
    let mut whole = index.keys.iter().filter(|key| key.length.is_none());
    !index.method.as_ref().is_some_and(of_words)
        && whole.any(|key| key.of == KeyOf::Column(name.clone()))
}

/// The collation of text, which names its character set as well, and AUTO_INCREMENT.
pub(crate) fn column_options(column: &Column, dialect: &str, collation: &str) -> String {
    let mut options = String::new();
    let is_text = match column.sql_type(dialect) {
        Some(own) => has_collation(own) || column.collation.is_some(),
        None => matches!(column.ty, Type::Text | Type::Enum(_)),
    };
    if is_text {
        options.push_str(" COLLATE ");
        match &column.collation {
            Some(own) => options.push_str(&collation_name(own)),
            None => options.push_str(collation),
        }
    }
    if column.auto_increment {
        options.push_str(" AUTO_INCREMENT");
    }
    options
}

/// Whether a type is of text and has no character set of its own.
fn has_collation(sql_type: &str) -> bool {
    let ty = sql_type.to_ascii_uppercase();
    let is_text = [
        "CHAR",
        "VARCHAR",
        "TINYTEXT",
        "TEXT",
        "MEDIUMTEXT",
        "LONGTEXT",
        "ENUM",
        "SET",
    ]
    .iter()
    .any(|name| {
        ty.strip_prefix(name)
            .is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
    });
    // Of the values of an ENUM or SET nothing is known.
    let options = ty.rsplit_once(')').map_or(&*ty, |(_, options)| options);
    is_text
        && ![
            "CHARACTER",
            "CHARSET",
            "COLLATE",
            "BINARY",
            "ASCII",
            "UNICODE",
        ]
        .iter()
        .any(|word| options.contains(word))
}

// Names of collations are plain words; whatever is none is quoted, so that it can't become SQL.
pub(crate) fn collation_name(name: &str) -> String {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if !name.is_empty() && name.chars().all(is_word) {
        name.to_owned()
    } else {
        format!("`{}`", name.replace('`', "``"))
    }
}

/// The default of a column. MySQL takes none for types outside the row but an expression, and the
/// parentheses make one of a literal; MariaDB does not mind them.
///
/// # Errors
/// As [`types::literal`].
pub(crate) fn default_literal(column: &Column, value: &Value, dialect: &str) -> Result<String> {
    let literal = types::literal(value, dialect)?;
    if column.sql_type(dialect).is_some() || types::is_large(&column.ty, column.length, dialect) {
        return Ok(format!("({literal})"));
    }
    Ok(literal)
}

/// The expression of a default on MySQL. `CURRENT_TIMESTAMP ON UPDATE …` is more than an expression.
pub(crate) fn default_expression(sql: &str) -> Cow<'_, str> {
    if sql.to_ascii_uppercase().contains(" ON UPDATE ") {
        sql.into()
    } else {
        format!("({sql})").into()
    }
}

#[cfg(test)]
mod tests {
    use orm_core::error::ErrorKind;
    use orm_core::schema::IndexKey;

    use super::*;

    #[test]
    fn an_indexed_text_needs_a_length() {
        let table = |length: Option<u32>| {
            let mut name = Column::new("name", Type::Text);
            name.length = length;
            Table::new("users").column(name).unique(["name"])
        };
        let unlimited = table(None);
        let error = column_type(&unlimited, &unlimited.columns[0], "mysql").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert_eq!(
            (error.table(), error.column()),
            (Some("users"), Some("name"))
        );
        let mut prefixed = Table::new("users").column(Column::new("name", Type::Text));
        let of_prefix = Index::new("users", Vec::new()).key(IndexKey::column("name").length(10));
        let of_words = Index::new("users", vec!["name".into()]).method("fulltext");
        prefixed.indexes = vec![of_prefix, of_words];
        let ty = column_type(&prefixed, &prefixed.columns[0], "mysql").unwrap();
        assert_eq!(ty, "LONGTEXT");
        let limited = table(Some(50));
        assert_eq!(
            column_type(&limited, &limited.columns[0], "mysql").unwrap(),
            "VARCHAR(50)"
        );
    }

    #[test]
    fn a_type_of_text_has_a_collation() {
        for ty in ["MEDIUMTEXT", "char(3)", "SET('a', 'binary')", "TEXT"] {
            assert!(has_collation(ty), "{ty}");
        }
        for ty in [
            "MEDIUMBLOB",
            "YEAR",
            "TEXT CHARACTER SET latin1",
            "VARCHAR(3) BINARY",
            "SETS",
        ] {
            assert!(!has_collation(ty), "{ty}");
        }
    }

    #[test]
    fn a_default_is_an_expression_in_parentheses() {
        assert_eq!(
            default_expression("CURRENT_TIMESTAMP"),
            "(CURRENT_TIMESTAMP)"
        );
        let clock = "CURRENT_TIMESTAMP(6) on update CURRENT_TIMESTAMP(6)";
        assert_eq!(default_expression(clock), clock);
    }

    #[test]
    fn a_collation_is_a_name() {
        assert_eq!(collation_name("utf8mb4_czech_ci"), "utf8mb4_czech_ci");
        assert_eq!(collation_name("x NULL, `y"), "`x NULL, ``y`");
    }
}
