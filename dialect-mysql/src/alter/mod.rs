//! ALTER TABLE of MySQL and MariaDB, where a column is changed by its whole definition.
//!
//! MODIFY loses what the definition leaves out, so it always has all of it. An AUTO_INCREMENT column must be a key after
//! each statement: changes of it and of the primary key are the clauses of one ALTER TABLE. The other operations are
//! core's, or those of `table.rs`; `index.rs` finds indexes.

mod index;
mod table;

use orm_core::error::{Error, Result};

use orm_core::schema::{
    Column, Constraint, ForeignKey, Generated, Name, Operation, QualifiedName, Schema, SqlText,
    Table, apply,
};
use orm_core::sql::ddl::{self, Change};
use orm_core::sql::{Dialect, SqlWriter};

use crate::MysqlDialect;
use index::{covers, generated_key, has_generated_key, has_own_index, indexes_of};

const ADD: &str = "ADD COLUMN ";

const MODIFY: &str = "MODIFY COLUMN ";

/// Renders the first operations: those of one table that must be one statement, or one.
pub(crate) fn alter(
    dialect: MysqlDialect,
    before: &Schema,
    operations: &[Operation],
) -> Option<Result<(usize, Change)>> {
    let first = operations.first()?;
    let taken = group(before, operations);
    if taken > 0 {
        let statements = clauses_of(dialect, before, &operations[..taken]);
        return Some(statements.map(|statements| (taken, Change::new(statements))));
    }
    let statements = if let Operation::AlterEnum { columns, .. } = first {
        alter_enum(dialect, before, columns)
    } else {
        table::render(dialect, first)?
    };
    Some(statements.map(|statements| (1, Change::new(statements))))
}

/// How many operations are clauses of one ALTER TABLE: none if the first is no clause, one unless a key or a generated key
/// changes.
fn group(before: &Schema, operations: &[Operation]) -> usize {
    let Some(table) = operations.first().and_then(Operation::table) else {
        return 0;
    };
    let mut rest = operations.iter();
    let run = rest.position(|operation| operation.table() != Some(table) || !is_clause(operation));
    let run = run.unwrap_or(operations.len());
    let depends = operations[..run].iter().any(changes_generated_key);
    if run > 1 && depends && before.find(table).is_some() {
        return run;
    }
    run.min(1)
}

fn is_clause(operation: &Operation) -> bool {
    match operation {
        Operation::AddColumn { .. }
        | Operation::DropColumn { .. }
        | Operation::AlterColumn { .. }
        | Operation::DropConstraint { .. }
        | Operation::DropIndex { .. } => true,
        // A foreign key of the name of one that is dropped needs a statement of its own.
        Operation::AddConstraint { constraint, .. } => {
            !matches!(constraint, Constraint::ForeignKey(_))
        }
        _ => false,
    }
}

fn changes_generated_key(operation: &Operation) -> bool {
    match operation {
        Operation::AddColumn { column, .. } | Operation::DropColumn { column, .. } => {
            column.auto_increment
        }
        Operation::AlterColumn { from, to, .. } => from.auto_increment || to.auto_increment,
        Operation::AddConstraint { constraint, .. }
        | Operation::DropConstraint { constraint, .. } => {
            matches!(constraint, Constraint::PrimaryKey(_))
        }
        _ => false,
    }
}

/// The clauses of an ALTER TABLE, and the statements that must be run before it.
#[derive(Debug, Default)]
struct Clauses {
    before: Vec<String>,
    list: Vec<String>,
    /// The columns that a clause adds or changes, with the words and the place of the clause.
    columns: Vec<(Name, &'static str, usize)>,
}

/// The statements of operations on one table.
fn clauses_of(
    dialect: MysqlDialect,
    before: &Schema,
    operations: &[Operation],
) -> Result<Vec<String>> {
    let mut schema = before.clone();
    let mut out = Clauses::default();
    let mut name = None;
    for operation in operations {
        name = operation.table();
        if let Some(table) = name.and_then(|name| schema.find(name)) {
            out.add(dialect, table, operation)?;
        }
        // An operation on an unknown table is an error here.
        apply(&mut schema, operation)?;
    }
    let Some(name) = name else {
        return Ok(Vec::new());
    };
    if let (Some(old), Some(new)) = (before.find(name), schema.find(name)) {
        out.settle_generated_key(dialect, old, new)?;
    }
    Ok(out.finish(dialect, name))
}

impl Clauses {
    fn add(&mut self, dialect: MysqlDialect, table: &Table, operation: &Operation) -> Result<()> {
        match operation {
            Operation::AddColumn { column, fill, .. } => {
                self.add_column(dialect, table, column, fill.as_ref())
            }
            Operation::DropColumn { column, .. } => {
                self.push(dialect, "DROP COLUMN ", &column.name);
                Ok(())
            }
            Operation::AlterColumn {
                from,
                to,
                fill,
                using,
                ..
            } => {
                if using
                    .as_ref()
                    .is_some_and(|sql| sql.of_dialect(dialect.name()).is_some())
                {
                    return Err(no_conversion(table, to));
                }
                self.alter_column(dialect, table, (from, to), fill.as_ref())
            }
            Operation::AddConstraint { constraint, .. } => {
                let added = ddl::add_constraint(&dialect, table, constraint)?;
                self.list
                    .extend(added.map(|sql| clause(dialect, table, &sql)));
                Ok(())
            }
            Operation::DropConstraint { constraint, .. } => {
                self.drop_constraint(dialect, table, constraint)
            }
            Operation::DropIndex { index, .. } => {
                self.replace_needed_index(dialect, table, &index.name);
                self.push(dialect, "DROP INDEX ", &index.name);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn push(&mut self, dialect: MysqlDialect, words: &str, name: &str) {
        let mut w = SqlWriter::new(&dialect);
        w.push(words).constraint(name);
        self.list.push(w.finish().0);
    }

    /// ADD COLUMN or MODIFY COLUMN, in place of a clause that changes the column already.
    fn define(&mut self, words: &'static str, column: &Column, definition: &str) {
        let mut columns = self.columns.iter();
        let found = columns.find(|(name, ..)| *name == column.name);
        let found = found.and_then(|(_, words, at)| Some((words, self.list.get_mut(*at)?)));
        if let Some((words, clause)) = found {
            *clause = format!("{words}{definition}");
        } else {
            let at = self.list.len();
            self.columns.push((column.name.clone(), words, at));
            self.list.push(format!("{words}{definition}"));
        }
    }

    /// AUTO_INCREMENT ends with the key of its column, and begins again with it.
    fn settle_generated_key(
        &mut self,
        dialect: MysqlDialect,
        old: &Table,
        new: &Table,
    ) -> Result<()> {
        let Some(column) = generated_key(new) else {
            return Ok(());
        };
        let is_changed = self.columns.iter().any(|(name, ..)| *name == column.name);
        let (had, has) = (has_generated_key(old), has_generated_key(new));
        let was = generated_key(old).is_some_and(|it| it.name == column.name);
        if !has && (is_changed || had) {
            let mut plain = column.clone();
            (plain.auto_increment, plain.identity) = (false, None);
            let definition = ddl::column_definition(&dialect, new, &plain)?;
            self.define(MODIFY, column, &definition);
        } else if has && was && !had {
            let definition = ddl::column_definition(&dialect, new, column)?;
            self.define(MODIFY, column, &definition);
        }
        Ok(())
    }

    fn add_column(
        &mut self,
        dialect: MysqlDialect,
        table: &Table,
        column: &Column,
        fill: Option<&SqlText>,
    ) -> Result<()> {
        let definition = ddl::column_definition(&dialect, table, column)?;
        let has_values = column.auto_increment || column.generated.is_some();
        let Some(fill) = fill.filter(|_| !has_values) else {
            self.define(ADD, column, &definition);
            return Ok(());
        };
        let nullable = column.clone().nullable();
        let nullable = ddl::column_definition(&dialect, table, &nullable)?;
        let name = table.qualified_name();
        self.before.push(table::alter(
            dialect,
            &name,
            &format!("ADD COLUMN {nullable}"),
        ));
        let fill = fill_text(dialect, table, column, fill)?;
        self.before
            .push(update(dialect, &name, column, (fill, false)));
        if nullable != definition {
            self.define(MODIFY, column, &definition);
        }
        Ok(())
    }

    /// MODIFY COLUMN, unless both definitions are the same here.
    fn alter_column(
        &mut self,
        dialect: MysqlDialect,
        table: &Table,
        (from, to): (&Column, &Column),
        fill: Option<&SqlText>,
    ) -> Result<()> {
        let old = ddl::column_definition(&dialect, table, from)?;
        let new = ddl::column_definition(&dialect, table, to)?;
        if old == new {
            return Ok(());
        }
        if let Some(fill) = fill.filter(|_| from.nullable && !to.nullable) {
            let fill = fill_text(dialect, table, to, fill)?;
            let name = table.qualified_name();
            self.before.push(update(dialect, &name, to, (fill, true)));
        }
        let stores = |column: &Column| column.generated.as_ref().is_none_or(|it| it.stored);
        if from.generated.is_some() != to.generated.is_some() || stores(from) != stores(to) {
            return self.replace_column(dialect, table, (from, to), &new);
        }
        self.define(MODIFY, to, &new);
        Ok(())
    }

    /// DROP COLUMN and ADD COLUMN at the same place, where MODIFY is refused. A stored expression ends by MODIFY.
    fn replace_column(
        &mut self,
        dialect: MysqlDialect,
        table: &Table,
        (from, to): (&Column, &Column),
        definition: &str,
    ) -> Result<()> {
        let stored = |generated: &Generated| generated.stored;
        if to.generated.is_none() {
            if from.generated.as_ref().is_some_and(stored) {
                self.define(MODIFY, to, definition);
                return Ok(());
            }
            let message = "the values of a virtual column can't become stored values";
            let hint = "add another column, fill it with the expression, and drop this one";
            return Err(table.unsupported(to, message).with_hint(hint));
        }
        if table.constrained().any(|name| *name == to.name) {
            let message = "a column of a key or an index can't become a generated column";
            let hint = "drop the constraints and indexes of the column in a migration before";
            return Err(table.unsupported(to, message).with_hint(hint));
        }
        self.push(dialect, "DROP COLUMN ", &to.name);
        let place = place(dialect, table, &to.name);
        self.define(ADD, to, &format!("{definition}{place}"));
        Ok(())
    }

    fn drop_constraint(
        &mut self,
        dialect: MysqlDialect,
        table: &Table,
        constraint: &Constraint,
    ) -> Result<()> {
        if let Constraint::Unique(unique) = constraint {
            self.replace_needed_index(dialect, table, &unique.name);
        }
        let dropped = ddl::drop_constraint(&dialect, table, constraint)?;
        self.list
            .extend(dropped.map(|sql| clause(dialect, table, &sql)));
        if let Constraint::ForeignKey(key) = constraint
            && has_own_index(table, key)
        {
            let words = match dialect {
                MysqlDialect::MySql => "DROP INDEX ",
                MysqlDialect::MariaDb => "DROP INDEX IF EXISTS ",
            };
            self.push(dialect, words, &key.name);
        }
        Ok(())
    }

    /// Adds the index that a foreign key would have made, if it has no other than the one which is dropped.
    fn replace_needed_index(&mut self, dialect: MysqlDialect, table: &Table, dropped: &Name) {
        let needs = |key: &&ForeignKey| {
            let mut covering = indexes_of(table).filter(|(_, columns)| covers(columns, key));
            covering
                .next()
                .is_some_and(|(name, _)| name == Some(dropped))
                && covering.next().is_none()
        };
        let needing = table.foreign_keys.iter().filter(|key| key.name != *dropped);
        for key in needing.filter(needs) {
            let mut w = SqlWriter::new(&dialect);
            w.push("ADD INDEX ").constraint(&key.name);
            w.push(" (").idents(&key.columns).push(")");
            self.list.push(w.finish().0);
        }
    }

    fn finish(self, dialect: MysqlDialect, table: &QualifiedName) -> Vec<String> {
        let mut statements = self.before;
        if !self.list.is_empty() {
            statements.push(table::alter(dialect, table, &self.list.join(", ")));
        }
        statements
    }
}

/// MODIFY COLUMN for each column of an enumeration whose labels change.
fn alter_enum(
    dialect: MysqlDialect,
    schema: &Schema,
    columns: &[(QualifiedName, Column)],
) -> Result<Vec<String>> {
    let mut statements = Vec::new();
    for (name, to) in columns {
        let table = schema.find(name);
        let Some((table, from)) = table.and_then(|table| Some((table, table.find(&to.name)?)))
        else {
            continue;
        };
        let mut clauses = Clauses::default();
        clauses.alter_column(dialect, table, (from, to), None)?;
        statements.extend(clauses.finish(dialect, name));
    }
    Ok(statements)
}

/// An ALTER TABLE statement of core without its beginning.
fn clause(dialect: MysqlDialect, table: &Table, statement: &str) -> String {
    let begin = table::alter(dialect, &table.qualified_name(), "");
    statement
        .strip_prefix(&begin)
        .unwrap_or(statement)
        .to_owned()
}

fn place(dialect: MysqlDialect, table: &Table, column: &str) -> String {
    let mut columns = table.columns.iter();
    let at = columns.position(|other| other.name == column).unwrap_or(0);
    let Some(previous) = at.checked_sub(1).and_then(|at| table.columns.get(at)) else {
        return " FIRST".to_owned();
    };
    let mut w = SqlWriter::new(&dialect);
    w.push(" AFTER ").ident(&previous.name);
    w.finish().0
}

fn update(
    dialect: MysqlDialect,
    table: &QualifiedName,
    column: &Column,
    (fill, where_null): (&str, bool),
) -> String {
    let mut w = SqlWriter::new(&dialect);
    w.push("UPDATE ").qualified(table).push(" SET ");
    w.ident(&column.name).push(" = ").push(fill);
    if where_null {
        w.push(" WHERE ").ident(&column.name).push(" IS NULL");
    }
    w.finish().0
}

fn fill_text<'s>(
    dialect: MysqlDialect,
    table: &Table,
    column: &Column,
    fill: &'s SqlText,
) -> Result<&'s str> {
    let name = dialect.name();
    fill.of_dialect(name).ok_or_else(|| {
        let message = format!("the fill of column {} has no SQL for {name}", column.name);
        let hint = format!("write the fill for {name}, too");
        table.unsupported(column, message).with_hint(hint)
    })
}

fn no_conversion(table: &Table, column: &Column) -> Error {
    let message = format!(
        "MySQL and MariaDB can't convert column {} by an expression",
        column.name
    );
    let hint = "add another column, fill it with the expression, and drop this one";
    table.unsupported(column, message).with_hint(hint)
}
