//! Queries by key under the criteria of the connection: what `get` and the loads of relations read. Where no criteria apply,
//! these are the queries of `by_key.rs`.

use orm_core::driver::Row;
use orm_core::error::Result;
use orm_core::stmt::{Lock, LockStrength};
use orm_core::value::ValueRef;

use super::by_key::{keys_a_query, linked_rows_by, rows_by};
use super::part::PartOf;
use crate::engine::Connection;
use crate::mapping::{ModelDef, Scope};
use crate::query::compile::compiled_sql::{CompiledSql, compile_query};
use crate::query::executor::Access;
use crate::query::rows::column_index::remapped;

/// As [`rows_by`], without the rows that criteria hide.
///
/// # Errors
/// As [`rows_by`]; `Usage` for a criterion with a handle.
pub(crate) fn visible_rows_by(
    connection: &mut Connection,
    (model, access): ((&'static ModelDef, usize), Access),
    (columns, order): (&[usize], &[(usize, bool)]),
    keys: &[ValueRef<'_>],
    each: &mut dyn FnMut(&dyn Row) -> Result<()>,
) -> Result<()> {
    if !connection.criteria().concern(model.0.table) {
        return rows_by(connection, (model, access), (columns, order), keys, each);
    }
    let rows = (model.0, columns, order, None);
    read(connection, (rows, access), keys, each)
}

/// As [`linked_rows_by`], without the rows that criteria hide, of the link table and of the target.
///
/// # Errors
/// As [`visible_rows_by`].
pub(crate) fn visible_linked_rows_by(
    connection: &mut Connection,
    (model, access): ((&'static ModelDef, usize), Access),
    (columns, order, target): (&[usize], &[(usize, bool)], usize),
    keys: &[ValueRef<'_>],
    each: &mut dyn FnMut(&dyn Row) -> Result<()>,
) -> Result<()> {
    let far = (model.0.relations[target].target)();
    let criteria = connection.criteria();
    if !criteria.concern(model.0.table) && !criteria.concern(far.table) {
        let rows = (model, access);
        return linked_rows_by(connection, rows, (columns, order, target), keys, each);
    }
    let rows = (model.0, columns, order, Some(target));
    read(connection, (rows, access), keys, each)
}

/// The model, the columns of the key, the order of rows with one key, and the relation whose rows are read along.
type Rows<'r> = (
    &'static ModelDef,
    &'r [usize],
    &'r [(usize, bool)],
    Option<usize>,
);

fn read(
    connection: &mut Connection,
    ((def, columns, order, far), access): (Rows<'_>, Access),
    keys: &[ValueRef<'_>],
    each: &mut dyn FnMut(&dyn Row) -> Result<()>,
) -> Result<()> {
    let scope = Scope::default();
    let part = PartOf {
        def,
        columns,
        far,
        order,
        scope: &scope,
    };
    let places = part.places();
    let width = columns.len();
    let most = keys_a_query(connection, width);
    for keys in keys.chunks(most * width) {
        let keys = keys.chunks(width);
        let keys = keys.map(|key| key.iter().map(|value| value.to_value()).collect());
        let mut query = part.query(keys.collect(), connection.criteria())?;
        if access == Access::Lock {
            query.locks = vec![Lock::new(LockStrength::Update)];
        }
        let mut compiled = CompiledSql::default();
        compile_query(connection, (&query, false), &mut compiled)?;
        connection.read(compiled.text(), compiled.binds(), &mut |row| {
            remapped(places.as_ref(), row, &mut *each)
        })?;
    }
    Ok(())
}
