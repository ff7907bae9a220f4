//! [`HooksOf`]: the hooks of a model's type, or none. The code of the derive names its constants; a session reaches them by the
//! model's data (`table.rs`).

use std::marker::PhantomData;

use orm_core::error::{InvalidFields, Result};

use super::Hooks;
use super::invalid::Invalid;
use super::table::HookTable;
use crate::mapping::Model;

/// Has the hooks of the model `M` as constants: those here if `M` implements [`Hooks`], and else those of [`NoHooks`], which must
/// be in scope. The compiler takes a type's own items first, if their bounds hold.
#[derive(Debug)]
pub struct HooksOf<M>(PhantomData<M>);

impl<M: Hooks> HooksOf<M> {
    /// The functions that a flush calls.
    pub const TABLE: Option<HookTable> = Some(HookTable::of::<M>());
    /// Runs the hooks of a row that is given to an INSERT.
    pub const PREPARE: fn(&mut M, &mut InvalidFields) -> Result<()> = prepare_insert;
    /// Runs the hook of an entity that was read.
    pub const LOADED: fn(&mut M) = M::after_load;
}

/// Has the constants of a model without hooks.
pub trait NoHooks {
    /// The model.
    type Row;
    /// The functions that a flush calls.
    const TABLE: Option<HookTable> = None;
    /// Does nothing.
    const PREPARE: fn(&mut Self::Row, &mut InvalidFields) -> Result<()> = |_, _| Ok(());
    /// Does nothing.
    const LOADED: fn(&mut Self::Row) = |_| ();
}

impl<M: Model> NoHooks for HooksOf<M> {
    type Row = M;
}

fn prepare_insert<M: Hooks>(row: &mut M, invalid: &mut InvalidFields) -> Result<()> {
    row.before_insert()?;
    row.validate(&mut Invalid::of(row, invalid));
    Ok(())
}
