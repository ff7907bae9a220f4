//! [`Typed`]: what the checks of a query use besides its syntax.

use orm_core::stmt::is_generated_alias;

use crate::query::expressions::build_error::BuildError;
use crate::query::expressions::select_item::SelectItem;
use crate::query::expressions::table_ref::TableRef;

/// What the typed layer knows of a query beside its syntax.
pub(in crate::query) struct Typed<'q> {
    /// The tables, the first one and those joined to it in order.
    pub(in crate::query) tables: Vec<TableRef>,
    /// What is selected.
    pub(in crate::query) selected: &'q [SelectItem],
}

impl Typed<'_> {
    /// Refuses names of tables that a statement can't have.
    ///
    /// # Errors
    /// What is wrong with the first such name.
    pub(super) fn check_names(&self) -> Result<(), BuildError> {
        self.tables.iter().try_for_each(|table| check_name(*table))
    }

    /// The table of that name.
    pub(super) fn table(&self, name: &str) -> Option<TableRef> {
        let mut tables = self.tables.iter();
        tables.find(|table| table.name() == name).copied()
    }
}

// One database takes an empty name, the other doesn't.
fn check_name(table: TableRef) -> Result<(), BuildError> {
    let (model, name) = (table.def.name, table.name());
    if name.is_empty() {
        return Err(BuildError::new(
            format!("an alias of {model} has an empty name"),
            format!("give it one: {model}.alias(\"other\")"),
        ));
    }
    if is_generated_alias(name) {
        return Err(BuildError::new(
            format!("the name {name} is reserved for aliases that the library makes"),
            "give the table another alias: .alias(\"other\")",
        ));
    }
    Ok(())
}
