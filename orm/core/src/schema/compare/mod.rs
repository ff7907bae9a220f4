//! [`compare`]: the operations that lead from one schema to another, and the questions that only a person can answer.
//!
//! Used by `orm-migrate` to write migrations and to find differences of a database. `options.rs` has what the caller
//! decides and is asked, `renames.rs` which tables and columns are renamed, `similar.rs` which may be; `same.rs` is
//! equality, `uses.rs` what a constraint or index uses; `changes.rs`, `columns.rs` and `foreign_keys.rs` decide what of a
//! table has to be dropped first; `plan.rs` collects the operations, of the steps in `tables.rs`, `alter.rs`, `objects.rs`
//! and `views.rs`, which `order.rs` puts in order. Texts of SQL are compared as they are: what a database writes in its own way is made equal
//! by `Inspector::canonical` before. No SQL is rendered here.

mod alter;
mod changes;
mod columns;
mod foreign_keys;
mod objects;
mod options;
mod order;
mod plan;
mod renames;
mod same;
mod similar;
mod tables;
mod uses;
mod views;

#[cfg(test)]
mod tests;

pub use options::{CompareOptions, Comparison, Question};

use super::{Operation, Schema, apply};
use changes::Changes;
use plan::Plan;
use renames::Renames;

/// Returns the operations that lead from `before` to `after`, in an order that every database accepts.
///
/// Tables, columns, views and sequences are the same if their names are; constraints and indexes of a table, too. A table
/// or column is renamed by its `renamed_from`, as long as only the old name exists in `before` and only the new one in
/// `after`, or by [`CompareOptions::rename`]. What may be renamed, but is dropped and added, is a question; so is the value
/// of existing rows in a column that is NOT NULL. The caller answers by options of a second comparison. A question without
/// an answer does not change the operations.
///
/// The order of columns, names of primary keys, `renamed_from`, `concurrently`, `temporary`, and the columns and
/// dependencies of views are not compared. CHECKs, expressions of indexes and generated columns that use a renamed column
/// are dropped before and added again, since MySQL refuses to rename the column otherwise.
///
/// # Examples
///
/// ```
/// # use orm_core::schema::compare::{CompareOptions, Question, compare};
/// # use orm_core::schema::{Column, Operation, Schema, Table};
/// # use orm_core::types::Type;
/// let users = |column| Schema::new(vec![Table::new("users").column(Column::new(column, Type::Text))]);
/// let (before, after) = (users("mail")?, users("email")?);
/// let asked = compare(&before, &after, &CompareOptions::default());
/// assert_eq!(asked.operations.len(), 2);
/// let Some(Question::Rename { table, from, to, score: 88 }) = asked.questions.first() else {
///     panic!("{:?}", asked.questions)
/// };
/// let options = CompareOptions::default().rename(format!("{table}.{from}"), to.clone());
/// let renamed = compare(&before, &after, &options);
/// assert_eq!(
///     renamed.operations,
///     [Operation::RenameColumn { table: "users".into(), from: "mail".into(), to: "email".into() }]
/// );
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn compare(before: &Schema, after: &Schema, options: &CompareOptions) -> Comparison {
    let renames = Renames::resolve(before, after, options);
    let mut old = before.clone();
    follow(&mut old, &renames.operations(before));
    let types = objects::renamed_types(&old, after);
    follow(&mut old, &types);
    let target = target(&old, after, options);
    let mut changes = Changes::of(&old, &target, &renames);
    foreign_keys::find(&mut changes, &old, &target);
    changes.free_names(&old, &target);
    let mut plan = Plan::new(before, &target, &changes, options);
    plan.all(&renames, types);
    let mut questions = Vec::new();
    if !options.no_renames {
        questions = similar::questions(&old, after);
    }
    questions.append(&mut plan.questions);
    Comparison {
        operations: plan.operations,
        questions,
        unknown_renames: renames.unknown,
    }
}

/// Applies operations as far as they fit: what a database has may contradict itself, as two constraints of one name.
fn follow(schema: &mut Schema, operations: &[Operation]) {
    for operation in operations {
        drop(apply(schema, operation));
    }
}

/// The schema after all operations: `after`, and what is kept of `before` although `after` does not have it.
fn target(old: &Schema, after: &Schema, options: &CompareOptions) -> Schema {
    let mut target = after.clone();
    if options.drop_unknown {
        return target;
    }
    let unknown = old.tables().iter();
    for table in unknown.filter(|table| after.find(&table.qualified_name()).is_none()) {
        let mut table = table.clone();
        objects::with_types_of(&mut table, after);
        target.insert(table);
    }
    for view in &old.views {
        let name = view.qualified_name();
        let is_taken = target.find(&name).is_some();
        if !is_taken && views::find(after, &name).is_none() {
            target.views.push(view.clone());
        }
    }
    for sequence in &old.sequences {
        if objects::sequence(after, &sequence.qualified_name()).is_none() {
            target.sequences.push(sequence.clone());
        }
    }
    target
}
