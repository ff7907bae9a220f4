//! One text for MySQL and MariaDB: where their DDL differs, both in comments that only one of them
//! reads.
//!
//! They differ in the name of the collation of text, and a script is written without a server that could
//! be asked. MySQL runs `/*!80017 … */`, which MariaDB skips as it skips all such comments of versions
//! that MariaDB never had; MariaDB runs `/*M! … */`, which to MySQL is a comment like any other.

use std::borrow::Cow;
use std::sync::OnceLock;

use orm_core::error::Result;
use orm_core::schema::{Column, Rule, Table};
use orm_core::sql::{Capabilities, Dialect, SqlWriter, TransactionOptions};
use orm_core::types::Type;
use orm_core::value::Value;

/// The DDL of `main`, and of `other` where that differs.
#[derive(Debug)]
pub(super) struct Portable {
    pub main: &'static dyn Dialect,
    pub other: &'static dyn Dialect,
}

fn both(main: String, other: &str) -> String {
    if main == other {
        main
    } else {
        format!(" /*!80017{main} *//*M!{other} */")
    }
}

// The hooks of DDL. Queries are never written with this dialect: whoever runs one has a server, and
// with it the server's own dialect.
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
            self.main.column_options(column),
            &self.other.column_options(column),
        )
    }

    fn primary_key_option(&self) -> &'static str {
        self.main.primary_key_option()
    }

    fn table_options(&self) -> &'static str {
        static OPTIONS: OnceLock<String> = OnceLock::new();
        OPTIONS.get_or_init(|| {
            both(
                self.main.table_options().to_owned(),
                self.other.table_options(),
            )
        })
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

    fn begin(&self, options: &TransactionOptions) -> Result<Vec<Cow<'static, str>>> {
        self.main.begin(options)
    }

    fn list_tables(&self) -> &'static str {
        self.main.list_tables()
    }

    fn write_check_rule(&self, w: &mut SqlWriter<'_>, rule: &Rule) -> Result<()> {
        self.main.write_check_rule(w, rule)
    }
}
