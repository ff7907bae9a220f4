//! [`Plan`]: the operations that lead from a schema to that of the models, and what is still to be decided.

use orm_core::schema::compare::{self, Question};
use orm_core::schema::{Name, Operation, Schema};
use orm_core::sql::Dialect;

use super::answers::Answers;
use super::restore::restored;

/// Holds the result of a comparison.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Plan {
    /// The schema before the operations.
    pub before: Schema,
    /// The schema after them.
    pub after: Schema,
    /// The operations, in the order in which they can be run.
    pub operations: Vec<Operation>,
    /// The decisions that are missing. The operations suppose that nothing is renamed, and that tables have no rows.
    pub questions: Vec<Question>,
    /// The renames of the answers that fit no table or column: pairs of the old and the new name.
    pub unknown_renames: Vec<(Name, Name)>,
}

impl Plan {
    /// Returns whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.operations.is_empty()
    }
}

/// Compares `before` with the models' schema `after`.
///
/// A schema that was read from a database is compared as that database stores the models: `database` is its dialect. Two
/// schemas of models are compared as they are.
pub fn plan(
    before: Schema,
    after: Schema,
    answers: &Answers,
    database: Option<&dyn Dialect>,
) -> Plan {
    let options = answers.options();
    let mut found = match database.and_then(Dialect::inspector) {
        None => compare::compare(&before, &after, options),
        Some(inspector) => {
            let (stored, wanted) = (inspector.canonical(&before), inspector.canonical(&after));
            compare::compare(&stored, &wanted, options)
        }
    };
    if database.is_some() {
        let operations = found.operations.into_iter();
        let operations = operations.map(|operation| restored(operation, &before, &after));
        let operations = operations.filter(is_inspected);
        found.operations = operations.collect();
    }
    found.questions.retain(|question| answers.is_open(question));
    Plan {
        before,
        after,
        operations: found.operations,
        questions: found.questions,
        unknown_renames: found.unknown_renames,
    }
}

/// Whether an inspector reads what the operation is about. Of attached DDL it reads triggers.
fn is_inspected(operation: &Operation) -> bool {
    let (Operation::Attach { attached, .. } | Operation::Detach { attached, .. }) = operation
    else {
        return true;
    };
    let mut words = attached.create.split_whitespace().map(str::to_uppercase);
    let is_create = words.next().is_some_and(|word| word == "CREATE");
    is_create && words.take(3).any(|word| word == "TRIGGER")
}

#[cfg(test)]
mod tests {
    use orm_core::schema::{Column, Table};
    use orm_core::types::Type;

    use super::*;

    fn users(columns: &[Column]) -> Schema {
        let table = Table::new("users").column(Column::new("id", Type::Int64));
        let table = columns.iter().cloned().fold(table, Table::column);
        Schema::unchecked(vec![table.primary_key(["id"])])
    }

    #[test]
    fn what_only_a_person_knows_is_a_question() {
        let (before, after) = (
            users(&[Column::new("mail", Type::Text)]),
            users(&[Column::new("email", Type::Text)]),
        );
        let found = plan(before.clone(), after.clone(), &Answers::default(), None);
        assert!(!found.questions.is_empty());
        let mut answers = Answers::default();
        answers.rename("users.mail:email").unwrap();
        let found = plan(before, after, &answers, None);
        assert!(found.questions.is_empty(), "{:?}", found.questions);
        assert!(matches!(
            found.operations[..],
            [Operation::RenameColumn { .. }]
        ));
    }
}
