//! [`ReturningList`]: the RETURNING list of a statement that writes, which is selected as the list of a query is.

use orm_core::driver::Row;
use orm_core::error::Result;
use orm_core::stmt::{Few, Projection};

use super::query_state::QueryState;
use super::selectable::Selectable;
use crate::mapping::ModelDef;
use crate::query::compile::verb::Verb;
use crate::query::expressions::build_error::BuildError;
use crate::query::expressions::select_item::SelectItem;
use crate::query::rows::column_index::{ColumnIndex, remapped};

/// Holds a RETURNING list.
#[derive(Debug)]
pub struct ReturningList {
    query: Box<QueryState>,
    places: Option<ColumnIndex>,
}

impl ReturningList {
    pub(in crate::query) fn of(selected: impl Selectable) -> Self {
        let query = QueryState::of(selected);
        let places = query.places(Verb::All);
        Self { query, places }
    }

    /// The list in the statement. What belongs to other tables is found by the validation of the statement.
    pub(in crate::query) fn projections(&self) -> Few<Projection> {
        self.query.selected.iter().map(SelectItem::lower).collect()
    }

    /// # Errors
    /// `Usage` for what brings tables along.
    pub(in crate::query) fn check(&self, def: &'static ModelDef) -> Result<()> {
        if let Some(error) = &self.query.error {
            return Err(error.to_error());
        }
        if self.query.sources.joined.is_empty() && self.query.sources.waiting.is_empty() {
            return Ok(());
        }
        let message = format!("RETURNING has columns of {} alone", def.name);
        Err(BuildError::new(message, "return the key, and select the rest by it").to_error())
    }

    /// The position of the column that it consists of, if it is one column of the table.
    pub(in crate::query) fn only_column(&self, def: &'static ModelDef) -> Option<usize> {
        let mut items = self.query.selected.iter();
        match (items.next(), items.next()) {
            (
                Some(SelectItem::Column {
                    table, position, ..
                }),
                None,
            ) if table.name() == def.table => Some(*position as usize),
            _ => None,
        }
    }

    /// Whether it has an entity.
    pub(in crate::query) fn has_entities(&self) -> bool {
        let mut items = self.query.selected.iter();
        items.any(|item| matches!(item, SelectItem::Entity { .. }))
    }

    /// Passes on a row as decoding expects it.
    #[inline]
    pub(in crate::query) fn row<T>(&self, row: &dyn Row, each: impl FnOnce(&dyn Row) -> T) -> T {
        remapped(self.places.as_ref(), row, each)
    }
}
