//! Checks WITH clauses. A common table expression that has the name of a table which the statement reads would hide it; one that
//! writes stands in the outermost statement alone.

use std::ops::ControlFlow;

use orm_core::stmt::{
    FromItem, InsertSource, Name, QueryBody, Source, Statement, Visit, With, walk_item,
};

use crate::query::expressions::build_error::BuildError;

/// Checks the names of the common table expressions of a statement, through which `look` goes.
///
/// # Errors
/// The expression that has the name of a table.
pub(super) fn check_names<'a>(
    with: Option<&'a With>,
    look: impl FnOnce(&mut Hidden<'a>) -> ControlFlow<Name>,
) -> Result<(), BuildError> {
    let Some(with) = with else {
        return Ok(());
    };
    if let ControlFlow::Break(name) = look(&mut Hidden { with }) {
        return Err(hides_table(&name));
    }
    Ok(())
}

/// Refuses a WITH clause that writes, of a statement that is a part of another one.
///
/// # Errors
/// The common table expression.
pub(super) fn check_inner(with: Option<&With>) -> Result<(), BuildError> {
    match with.filter(|with| with.writes()) {
        Some(with) => Err(inner_write(with)),
        None => Ok(()),
    }
}

/// The WITH clause of a statement.
pub(super) fn with_of(statement: &Statement) -> Option<&With> {
    let with = match statement {
        Statement::Query(query) => &query.with,
        Statement::Insert(insert) => match &insert.source {
            InsertSource::Query(query) => &query.with,
            InsertSource::Defaults | InsertSource::Rows(_) | InsertSource::Batch { .. } => {
                return None;
            }
        },
        Statement::Update(update) => &update.with,
        Statement::Delete(delete) => &delete.with,
    };
    with.as_deref()
}

/// Finds a table of the name of a common table expression.
pub(super) struct Hidden<'w> {
    with: &'w With,
}

impl Hidden<'_> {
    /// # Errors
    /// The name, if a common table expression has it.
    pub(super) fn table(&self, table: &str) -> ControlFlow<Name> {
        let mut names = self.with.ctes.iter().map(|cte| &cte.name);
        match names.find(|name| name.eq_ignore_ascii_case(table)) {
            Some(name) => ControlFlow::Break(name.clone()),
            None => ControlFlow::Continue(()),
        }
    }
}

impl<'a> Visit<'a> for Hidden<'_> {
    type Break = Name;

    fn item(&mut self, item: &'a FromItem) -> ControlFlow<Name> {
        if let Source::Table(table) = &item.source {
            self.table(table)?;
        }
        walk_item(self, item)
    }
}

#[cold]
fn hides_table(name: &str) -> BuildError {
    BuildError::new(
        format!("WITH query name {name} is the name of a table that the query reads"),
        "give the common table expression another name: .cte(\"other\")",
    )
}

#[cold]
fn inner_write(with: &With) -> BuildError {
    let mut ctes = with.ctes.iter();
    let writes = ctes.find(|cte| matches!(cte.query.body, QueryBody::Returning(_)));
    let name = writes.map_or("", |cte| &cte.name);
    BuildError::new(
        format!(
            "the common table expression {name} writes, and is in the WITH clause of a subquery"
        ),
        "INSERT, UPDATE and DELETE in WITH must be of the outermost statement: use it there, by .from(…) or .join_on(…)",
    )
}
