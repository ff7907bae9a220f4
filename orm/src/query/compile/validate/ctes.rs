//! Rejects common table expressions that have the name of a table which the statement reads: they would hide it.

use std::ops::ControlFlow;

use orm_core::stmt::{FromItem, Name, Query, Source, Visit, With, walk_item};

use crate::query::expressions::build_error::BuildError;

/// Checks the names of the common table expressions of a query.
pub(super) fn check(query: &Query, with: &With) -> Result<(), BuildError> {
    match (Hidden { with }).query(query) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(name) => Err(BuildError::new(
            format!("WITH query name {name} is the name of a table that the query reads"),
            "give the common table expression another name: .cte(\"other\")",
        )),
    }
}

/// Finds a table of such a name.
struct Hidden<'w> {
    with: &'w With,
}

impl<'a> Visit<'a> for Hidden<'_> {
    type Break = Name;

    fn item(&mut self, item: &'a FromItem) -> ControlFlow<Name> {
        if let Source::Table(table) = &item.source {
            let mut names = self.with.ctes.iter().map(|cte| &cte.name);
            if let Some(name) = names.find(|name| name.eq_ignore_ascii_case(table)) {
                return ControlFlow::Break(name.clone());
            }
        }
        walk_item(self, item)
    }
}
