//! Creates the objects of `objects.rs` on a database, and drops them: what a dialect renders must be what its database
//! takes.
//!
//! Used by the tests of each dialect that have a database.

use super::objects::{SHOP, indexes, materialized, posts, sequence, tables, users, view, whole};
use crate::error::Result;
use crate::schema::Table;
use crate::sql::{Dialect, ddl};

/// Runs one statement.
pub type Run<'a> = &'a mut dyn FnMut(&str) -> Result<()>;

/// Creates all objects that a dialect renders, and drops them again. Returns the messages about the others. The database
/// has the schema [`SHOP`], which is empty, as is the connection's current schema. `own` are tables with options of the
/// dialect.
///
/// # Errors
/// Those of `run`, and each but `Unsupported` of the dialect.
pub fn run_all(
    dialect: &dyn Dialect,
    collation: &'static str,
    own: Vec<Table>,
    run: Run<'_>,
) -> Result<Vec<String>> {
    let mut runner = Runner {
        dialect,
        run,
        refused: Vec::new(),
        drops: Vec::new(),
    };
    let name = sequence().qualified_name();
    let create = ddl::create_sequence(dialect, &sequence());
    runner.create(one(create), ddl::drop_sequence(dialect, &name))?;
    for table in [users().in_schema(SHOP), posts()].into_iter().chain(own) {
        runner.create_table(&table)?;
    }
    for table in tables() {
        runner.create_table(&table)?;
    }
    let posts = posts();
    for index in indexes(collation) {
        let create = ddl::create_index(dialect, &posts, &index);
        let drop = ddl::drop_index(dialect, &posts.qualified_name(), &index);
        runner.create(one(create), drop)?;
    }
    for view in [view(), materialized()] {
        let create = ddl::create_view(dialect, &view);
        let comment = ddl::comment_on_view(dialect, &view)?;
        let statements = create.map(|create| [create].into_iter().chain(comment).collect());
        runner.create(statements, ddl::drop_view(dialect, &view))?;
    }
    runner.finish()
}

fn one(statement: Result<String>) -> Result<Vec<String>> {
    statement.map(|statement| vec![statement])
}

struct Runner<'a> {
    dialect: &'a dyn Dialect,
    run: Run<'a>,
    refused: Vec<String>,
    drops: Vec<String>,
}

impl Runner<'_> {
    fn create_table(&mut self, table: &Table) -> Result<()> {
        let statements = ddl::create_table_objects(self.dialect, table, &[]);
        let drop = ddl::drop_table(self.dialect, &table.qualified_name());
        self.create(statements, drop)
    }

    /// Runs what is rendered, and notes what is not.
    fn create(&mut self, rendered: Result<Vec<String>>, drop: String) -> Result<()> {
        match rendered {
            Ok(statements) => {
                self.drops.push(drop);
                statements.iter().try_for_each(|sql| (self.run)(sql))
            }
            Err(error) if error.is_unsupported() => {
                self.refused.push(error.message().to_owned());
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    fn finish(self) -> Result<Vec<String>> {
        let schema = whole();
        let last = self.drops.iter().rev().cloned();
        let created = ddl::create_schema_objects(self.dialect, &schema)?;
        let dropped = ddl::drop_schema_objects(self.dialect, &schema)?;
        let mut all = last.chain(created).chain(dropped);
        all.try_for_each(|statement| (self.run)(&statement))?;
        Ok(self.refused)
    }
}
