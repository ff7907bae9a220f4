//! [`GetTexts`]: the texts of the SELECTs by key that a session sends, so that a loop of `get` looks into the engine's
//! cache once for each model.
//!
//! Used by `read.rs`. They depend on the model and the dialect alone, so they never become wrong.

use std::ptr;
use std::sync::Arc;

use orm_core::error::Result;
use orm_core::stmt::Few;

use crate::engine::{Connection, StatementText};
use crate::mapping::ModelDef;
use crate::query::get_statement;
use crate::query::inferred::Access;

/// For how many models: a text is found by looking at each.
const MOST: usize = 8;

/// The texts of some models.
#[derive(Debug, Default)]
pub(super) struct GetTexts(Few<GetText>);

#[derive(Debug)]
struct GetText {
    /// The model's number.
    model: usize,
    /// The dialect's name.
    dialect: &'static str,
    text: Arc<StatementText>,
}

impl GetTexts {
    /// The text for a model on a connection.
    ///
    /// # Errors
    /// `Unsupported` by the dialect.
    #[inline]
    pub(super) fn text(
        &mut self,
        connection: &mut Connection,
        (def, model): (&'static ModelDef, usize),
    ) -> Result<&StatementText> {
        let dialect = connection.dialect().name();
        let is_wanted = |kept: &GetText| kept.model == model && ptr::eq(kept.dialect, dialect);
        let place = match self.0.iter().position(is_wanted) {
            Some(place) => place,
            None => self.learn(connection, (def, model))?,
        };
        Ok(&self.0[place].text)
    }

    #[cold]
    fn learn(
        &mut self,
        connection: &mut Connection,
        (def, model): (&'static ModelDef, usize),
    ) -> Result<usize> {
        let dialect = connection.dialect().name();
        let text = get_statement(connection, def, model, Access::Plain)?;
        self.0.truncate(MOST - 1);
        self.0.push(GetText {
            model,
            dialect,
            text,
        });
        Ok(self.0.len() - 1)
    }
}
