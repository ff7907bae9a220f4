//! Renders one script for MySQL and MariaDB: where their DDL differs, both texts are in comments that only one of
//! them executes.
//!
//! They differ in the name of the text collation, and a script is rendered without a server. MySQL executes `/*!80017
//! … */`, which MariaDB skips like all such comments with a version that MariaDB never had. MariaDB executes `/*M! …
//! */`, which is a plain comment for MySQL.

use std::borrow::Cow;
use std::sync::OnceLock;

use orm_core::error::Result;
use orm_core::schema::{Column, Operation, Schema, Table};
use orm_core::sql::ddl::Change;
use orm_core::sql::{Capabilities, Dialect, TransactionOptions};
use orm_core::types::Type;
use orm_core::value::Value;

/// The DDL of `main`, and of `other` where that differs.
#[derive(Debug)]
pub(super) struct Portable {
    pub main: &'static dyn Dialect,
    pub other: &'static dyn Dialect,
}

// What both begin with stays outside of the comments: ` COLLATE /*!80017 a *//*M! b */`. On a server
// that reads neither, the statement fails instead of meaning something else.
fn both(main: &str, other: &str) -> String {
    if main == other {
        return main.to_owned();
    }
    let words = main.split(' ').zip(other.split(' '));
    let same = words.take_while(|(main, other)| main == other);
    let same: usize = same.map(|(word, _)| word.len() + 1).sum();
    // Where one is the beginning of the other, the last word has no blank behind it.
    let (start, main) = main.split_at(same.min(main.len()));
    let other = other.get(same..).unwrap_or_default();
    format!("{start}/*!80017 {main} *//*M! {other} */")
}

/// The statements of a change for both. A change that one of them makes in another number of statements is the main one's.
fn both_changes(
    (taken, mut main): (usize, Change),
    (other_taken, other): (usize, Change),
) -> (usize, Change) {
    if taken == other_taken && main.statements.len() == other.statements.len() {
        for (main, other) in main.statements.iter_mut().zip(&other.statements) {
            *main = both(main, other);
        }
    }
    (taken, main)
}

// The hooks of a script. Nothing is ever run with this dialect: what runs on a server has the server's own.
impl Dialect for Portable {
    fn name(&self) -> &'static str {
        self.main.name()
    }

    fn capabilities(&self) -> &Capabilities {
        self.main.capabilities()
    }

    fn cast_type(&self, ty: &Type) -> Cow<'static, str> {
        self.main.cast_type(ty)
    }

    fn column_type(&self, table: &Table, column: &Column) -> Result<String> {
        self.main.column_type(table, column)
    }

    fn column_options(&self, column: &Column) -> String {
        both(
            &self.main.column_options(column),
            &self.other.column_options(column),
        )
    }

    fn primary_key_option(&self, generated: &Column) -> &'static str {
        self.main.primary_key_option(generated)
    }

    fn table_options(&self) -> &'static str {
        static OPTIONS: OnceLock<String> = OnceLock::new();
        // One value of this type exists, so one text is enough for what has to be static.
        OPTIONS.get_or_init(|| both(self.main.table_options(), self.other.table_options()))
    }

    fn drop_foreign_key(&self) -> &'static str {
        self.main.drop_foreign_key()
    }

    fn literal(&self, value: &Value) -> Result<String> {
        self.main.literal(value)
    }

    fn default_literal(&self, column: &Column, value: &Value) -> Result<String> {
        self.main.default_literal(column, value)
    }

    fn default_expression<'a>(&self, sql: &'a str) -> Cow<'a, str> {
        self.main.default_expression(sql)
    }

    fn alter(&self, before: &Schema, operations: &[Operation]) -> Option<Result<(usize, Change)>> {
        let main = self.main.alter(before, operations)?;
        let Some(other) = self.other.alter(before, operations) else {
            return Some(main);
        };
        Some(main.and_then(|main| other.map(|other| both_changes(main, other))))
    }

    fn begin(&self, options: &TransactionOptions) -> Result<Vec<Cow<'static, str>>> {
        self.main.begin(options)
    }

    fn list_tables(&self) -> &'static str {
        self.main.list_tables()
    }
}

#[cfg(test)]
mod tests {
    use super::both;

    #[test]
    fn what_differs_goes_into_comments() {
        assert_eq!(both(" A B", " A B"), " A B");
        assert_eq!(both("", ""), "");
        assert_eq!(both(" A B", " A"), " A /*!80017 B *//*M!  */");
        assert_eq!(both("", " A"), "/*!80017  *//*M! A */");
        assert_eq!(
            both(" A COLLATE=x", " A COLLATE=y"),
            " A /*!80017 COLLATE=x *//*M! COLLATE=y */"
        );
        assert_eq!(
            both(" COLLATE ab", " COLLATE ac"),
            " COLLATE /*!80017 ab *//*M! ac */"
        );
    }
}
