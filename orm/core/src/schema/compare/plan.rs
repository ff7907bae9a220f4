//! [`Plan`]: the operations so far. Each is applied to a schema, so that the next one sees what is there.
//!
//! The steps of `order.rs` add operations; no step is here.

use super::changes::{Changes, TableChange};
use super::{CompareOptions, Question};
use crate::schema::{Constraint, Name, Operation, QualifiedName, Schema, SqlText, Table, apply};
use crate::types::EnumType;

pub(super) struct Plan<'a> {
    /// The schema after the operations so far.
    pub(super) now: Schema,
    /// The enumerated types that the database has. Not all are types of columns.
    pub(super) types: Vec<EnumType>,
    pub(super) target: &'a Schema,
    pub(super) changes: &'a Changes,
    pub(super) options: &'a CompareOptions,
    pub(super) operations: Vec<Operation>,
    pub(super) questions: Vec<Question>,
}

impl<'a> Plan<'a> {
    pub(super) fn new(
        before: &Schema,
        target: &'a Schema,
        changes: &'a Changes,
        options: &'a CompareOptions,
    ) -> Self {
        Self {
            now: before.clone(),
            types: before.enum_types().into_iter().cloned().collect(),
            target,
            changes,
            options,
            operations: Vec::new(),
            questions: Vec::new(),
        }
    }

    /// Adds an operation. What does not fit is added as well: a database may have what contradicts itself.
    pub(super) fn push(&mut self, operation: Operation) {
        drop(apply(&mut self.now, &operation));
        self.follow_types(&operation);
        self.operations.push(operation);
    }

    /// Changes the types that the database has.
    fn follow_types(&mut self, operation: &Operation) {
        match operation {
            Operation::CreateEnum(ty) => self.types.push(ty.clone()),
            Operation::DropEnum(ty) => self.types.retain(|own| own.name != ty.name),
            Operation::RenameEnum { from, to } => {
                for own in self.types.iter_mut().filter(|own| own.name == *from) {
                    own.name.clone_from(to);
                }
            }
            Operation::AlterEnum { from, to, .. } => {
                for own in self.types.iter_mut().filter(|own| own.name == from.name) {
                    own.clone_from(to);
                }
            }
            _ => {}
        }
    }

    pub(super) fn extend(&mut self, operations: impl IntoIterator<Item = Operation>) {
        for operation in operations {
            self.push(operation);
        }
    }

    pub(super) fn drop_constraint(&mut self, table: &QualifiedName, constraint: Constraint) {
        self.push(Operation::DropConstraint {
            table: table.clone(),
            constraint,
        });
    }

    pub(super) fn add_constraint(&mut self, table: &QualifiedName, constraint: Constraint) {
        self.push(Operation::AddConstraint {
            table: table.clone(),
            constraint,
        });
    }

    /// The table as it is now, apart from the plan.
    pub(super) fn table(&self, name: &QualifiedName) -> Option<Table> {
        self.now.find(name).cloned()
    }

    /// The value for existing rows of a column, which is asked for if there is none.
    pub(super) fn fill(&mut self, table: &QualifiedName, column: &Name) -> Option<SqlText> {
        let name = format!("{table}.{column}");
        let mut fills = self.options.fills.iter();
        let found = fills.find(|(column, _)| **column == *name);
        if found.is_none() {
            self.questions.push(Question::Fill {
                table: table.clone(),
                column: column.clone(),
            });
        }
        found.map(|(_, value)| value.clone())
    }

    /// The tables that exist before and after.
    pub(super) fn kept(&self) -> impl Iterator<Item = &'a TableChange> + use<'a> {
        let tables = self.changes.tables.iter();
        tables.filter(|change| !change.is_dropped)
    }
}
