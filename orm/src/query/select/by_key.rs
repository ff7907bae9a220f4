//! Queries by primary key, of `session.get` and of rows that a flush reads back; and by other columns, of what relations
//! reference.

use std::borrow::Cow;
use std::sync::Arc;

use orm_core::driver::Row;
use orm_core::error::Result;
use orm_core::sql::{Dialect, InListStyle, SqlWriter, write_locks, write_ordered_column};
use orm_core::stmt::{Lock, LockStrength};
use orm_core::value::{BatchValues, Value, ValueRef};

use crate::engine::{Connection, StatementKey, StatementKind, StatementText};
use crate::mapping::ModelDef;
use crate::query::executor::Access;
use crate::query::rows::column_index::{ColumnIndex, remapped};

/// The most keys of one column in a statement: those of a batch.
const LISTED: usize = 1024;
/// The most keys of several columns: each is a condition of its own.
const JUNCTED: usize = 64;

/// The text of `SELECT columns FROM table WHERE key = ?`, compiled once per model and dialect.
///
/// # Errors
/// None with the dialects of this workspace.
pub(crate) fn get_statement(
    connection: &mut Connection,
    def: &'static ModelDef,
    model: usize,
    access: Access,
) -> Result<Arc<StatementText>> {
    By::loaded((def, model), access).statement(connection, 1)
}

/// The text of `SELECT columns FROM table WHERE key = ?`, for some of the columns.
///
/// # Errors
/// `Unsupported`: the dialect has no such lock.
pub(crate) fn get_columns_statement(
    connection: &mut Connection,
    model: (&'static ModelDef, usize),
    columns: &[usize],
    access: Access,
) -> Result<Arc<StatementText>> {
    let by = By {
        read: Read::Columns(columns),
        ..By::key(model, access)
    };
    by.statement(connection, 1)
}

/// Reads the rows of many keys, in any order, by a few statements. Each key is as many values as the
/// primary key has columns.
///
/// # Errors
/// The database's refusal, or the error of `each`.
pub(crate) fn rows_by_key(
    connection: &mut Connection,
    model: (&'static ModelDef, usize),
    keys: &[Vec<Value>],
    each: &mut dyn FnMut(&dyn Row) -> Result<()>,
) -> Result<()> {
    let keys: Vec<ValueRef<'_>> = keys.iter().flatten().map(Value::as_ref).collect();
    By::key(model, Access::Plain).read(connection, &keys, each)
}

/// As [`rows_by_key`], but as the rows are now: where a transaction reads from a snapshot, by a lock.
///
/// # Errors
/// As [`rows_by_key`].
pub(crate) fn current_rows_by_key(
    connection: &mut Connection,
    model: (&'static ModelDef, usize),
    keys: &[Vec<Value>],
    each: &mut dyn FnMut(&dyn Row) -> Result<()>,
) -> Result<()> {
    let access = if connection.reads_a_snapshot() {
        Access::Lock
    } else {
        Access::Plain
    };
    let keys: Vec<ValueRef<'_>> = keys.iter().flatten().map(Value::as_ref).collect();
    By::key(model, access).read(connection, &keys, each)
}

/// Reads the rows that have one of the keys in `columns`, in any order, by a few statements, with a lock on them if `access`
/// is one. Each key is as many of the values as there are columns.
///
/// # Errors
/// As [`rows_by_key`].
pub(crate) fn rows_by(
    connection: &mut Connection,
    (model, access): ((&'static ModelDef, usize), Access),
    (columns, order): (&[usize], &[(usize, bool)]),
    keys: &[ValueRef<'_>],
    each: &mut dyn FnMut(&dyn Row) -> Result<()>,
) -> Result<()> {
    let by = By {
        columns,
        order,
        ..By::loaded(model, access)
    };
    by.read(connection, keys, each)
}

/// As [`rows_by`], with the row that each references by the relation at `target`: its columns follow those of the model.
///
/// # Errors
/// As [`rows_by_key`].
pub(crate) fn linked_rows_by(
    connection: &mut Connection,
    (model, access): ((&'static ModelDef, usize), Access),
    (columns, order, target): (&[usize], &[(usize, bool)], usize),
    keys: &[ValueRef<'_>],
    each: &mut dyn FnMut(&dyn Row) -> Result<()>,
) -> Result<()> {
    let by = By {
        columns,
        order,
        target: Some(target),
        ..By::loaded(model, access)
    };
    by.read(connection, keys, each)
}

/// The most keys of `width` columns in one statement: a power of two, since shorter lists are padded to one.
fn keys_a_statement(width: usize, bind_limit: usize) -> usize {
    let most = if width == 1 { LISTED } else { JUNCTED };
    let fitting = (bind_limit / width).max(1);
    most.min(1 << fitting.ilog2())
}

/// The most keys of `width` columns in one query that has other binds as well.
pub(crate) fn keys_a_query(connection: &Connection, width: usize) -> usize {
    keys_a_statement(width, connection.dialect().capabilities().bind_limit / 2)
}

/// What rows are looked for by.
#[derive(Clone, Copy)]
struct By<'b> {
    def: &'static ModelDef,
    model: usize,
    columns: &'b [usize],
    read: Read<'b>,
    /// A relation whose rows are read along.
    target: Option<usize>,
    /// The order of the rows with one key, by columns of what is read last, each with whether it is DESC.
    order: &'b [(usize, bool)],
    access: Access,
}

/// The columns that are read.
#[derive(Clone, Copy)]
enum Read<'b> {
    /// All: a flush compares and keeps them.
    All,
    /// Those that aren't deferred: an entity is loaded.
    Loaded,
    /// These.
    Columns(&'b [usize]),
}

impl By<'_> {
    /// As [`By::key`], for entities that are loaded.
    fn loaded(model: (&'static ModelDef, usize), access: Access) -> Self {
        Self {
            read: Read::Loaded,
            ..Self::key(model, access)
        }
    }

    fn key((def, model): (&'static ModelDef, usize), access: Access) -> Self {
        Self {
            def,
            model,
            columns: def.primary_key,
            read: Read::All,
            target: None,
            order: &[],
            access,
        }
    }

    fn read(
        self,
        connection: &mut Connection,
        keys: &[ValueRef<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<()> {
        let places = match self.read {
            Read::Loaded => {
                let target = self
                    .target
                    .map(|target| (self.def.relations[target].target)());
                let models: Vec<_> = std::iter::once(self.def).chain(target).collect();
                ColumnIndex::of_models(&models)
            }
            Read::All | Read::Columns(_) => None,
        };
        let each = &mut |row: &dyn Row| remapped(places.as_ref(), row, &mut *each);
        let width = self.columns.len();
        let capabilities = connection.dialect().capabilities();
        let arrays = capabilities.in_list == InListStyle::Array;
        let most = keys_a_statement(width, capabilities.bind_limit);
        for keys in keys.chunks(most * width) {
            if arrays && width == 1 && keys.len() > 1 {
                let sql = self.statement(connection, 0)?;
                let array = ValueRef::Batch(BatchValues::Borrowed(keys));
                connection.read(&sql, &[array], each)?;
                continue;
            }
            // Powers of two, so that there are few texts to prepare and to keep: the last key repeats.
            let rows = keys.len() / width;
            let all = rows.next_power_of_two();
            let sql = self.statement(connection, all)?;
            if rows == all {
                connection.read(&sql, keys, each)?;
                continue;
            }
            let last = &keys[keys.len() - width..];
            let padding = std::iter::repeat_n(last, all - rows).flatten();
            let binds: Vec<ValueRef<'_>> = keys.iter().chain(padding).copied().collect();
            connection.read(&sql, &binds, each)?;
        }
        Ok(())
    }

    /// The text for a number of rows, a power of two; 0 for those of an array.
    fn statement(self, connection: &mut Connection, rows: usize) -> Result<Arc<StatementText>> {
        let dialect = connection.dialect();
        let is_key = self.columns == self.def.primary_key;
        let order = self.order.iter();
        let order =
            order.map(|(position, is_descending)| position << 1 | usize::from(*is_descending));
        let expected: Vec<usize> = self.target.into_iter().chain(order).collect();
        let key = StatementKey {
            model: self.model,
            kind: self.kind(),
            columns: if is_key { &[] } else { self.columns },
            expected: match self.read {
                Read::Columns(columns) => columns,
                Read::All | Read::Loaded => &expected,
            },
            rows,
            digest: false,
            checked: false,
        };
        connection.statement(&key, || self.render(dialect, rows))
    }

    fn kind(self) -> StatementKind {
        let locks = self.access == Access::Lock;
        let leaves_out = !self.def.deferred.is_empty();
        match (self.target, self.read) {
            (Some(_), _) if locks => StatementKind::LinkedForUpdate,
            (Some(_), _) => StatementKind::Linked,
            (None, Read::Columns(_)) if locks => StatementKind::ColumnsForUpdate,
            (None, Read::Columns(_)) => StatementKind::Columns,
            (None, Read::Loaded) if leaves_out && locks => StatementKind::GetLoadedForUpdate,
            (None, Read::Loaded) if leaves_out => StatementKind::GetLoaded,
            (None, Read::All | Read::Loaded) if locks => StatementKind::GetForUpdate,
            (None, Read::All | Read::Loaded) => StatementKind::Get,
        }
    }

    fn render(self, dialect: &'static dyn Dialect, rows: usize) -> Result<String> {
        let Self { def, columns, .. } = self;
        let mut w = SqlWriter::new(dialect);
        w.qualify(self.target.is_some());
        let read = self.render_source(&mut w);
        w.push(" WHERE ");
        match columns {
            [position] if rows == 0 => {
                w.column(def.table, def.names[*position]).push(" = ANY(");
                w.placeholder().push(")");
            }
            [position] if rows > 1 => {
                w.column(def.table, def.names[*position]).push(" IN (");
                w.list(0..rows, |w, _| {
                    w.placeholder();
                });
                w.push(")");
            }
            columns => {
                // Tuples would be shorter, and are written differently everywhere.
                for row in 0..rows {
                    w.push(if row == 0 { "" } else { " OR " });
                    for (index, position) in columns.iter().enumerate() {
                        w.push(if index == 0 { "" } else { " AND " });
                        let name = def.names[*position];
                        w.column(def.table, name).push(" = ").placeholder();
                    }
                }
            }
        }
        render_order(&mut w, read, self.order)?;
        if self.access == Access::Lock {
            write_locks(&mut w, &[Lock::new(LockStrength::Update)])?;
        }
        Ok(w.finish().0)
    }

    /// The columns, and the tables that they are from. Returns what is read last: its model and the name of its table.
    fn render_source(self, w: &mut SqlWriter<'_>) -> (&'static ModelDef, Cow<'static, str>) {
        let def = self.def;
        w.push("SELECT ");
        let Some(target) = self.target else {
            match self.read {
                Read::All => w.idents(def.names),
                Read::Loaded => w.idents(def.loaded_names()),
                Read::Columns(columns) => w.list(columns, |w, column| {
                    w.ident(def.names[*column]);
                }),
            };
            w.push(" FROM ").ident(def.table);
            return (def, def.table.into());
        };
        let (link, relation) = (def.reference_of(target), &def.relations[target]);
        let target = (relation.target)();
        // One table may be both.
        let alias = (target.table == def.table).then(|| format!("{}_2", def.table));
        let source = alias.as_deref().unwrap_or(target.table);
        let own = def.loaded_names().iter().map(|name| (def.table, *name));
        let referenced = target.loaded_names().iter().map(|name| (source, *name));
        w.list(own.chain(referenced), |w, (source, name)| {
            w.column(source, name);
        });
        w.push(" FROM ")
            .ident(def.table)
            .push(" INNER JOIN ")
            .ident(target.table);
        if let Some(alias) = &alias {
            w.push(" ").ident(alias);
        }
        w.push(" ON ");
        let columns = link.into_iter();
        let columns = columns.flat_map(|link| link.target_columns.iter().zip(link.columns));
        for (index, (key, column)) in columns.enumerate() {
            w.push(if index == 0 { "" } else { " AND " });
            w.column(source, target.names[*key])
                .push(" = ")
                .column(def.table, def.names[*column]);
        }
        (target, alias.map_or(target.table.into(), Cow::from))
    }
}

/// Writes ORDER BY, of columns of a table.
fn render_order(
    w: &mut SqlWriter<'_>,
    (def, table): (&'static ModelDef, Cow<'static, str>),
    order: &[(usize, bool)],
) -> Result<()> {
    for (index, (position, is_descending)) in order.iter().enumerate() {
        w.push(if index == 0 { " ORDER BY " } else { ", " });
        let column = (&*table, def.names[*position]);
        write_ordered_column(w, column, &def.columns[*position].ty)?;
        w.push(if *is_descending { " DESC" } else { " ASC" });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_has_as_many_keys_as_binds_fit() {
        assert_eq!(keys_a_statement(1, 32_766), 1024);
        assert_eq!(keys_a_statement(1, 900), 512);
        assert_eq!(keys_a_statement(2, 900), 64);
        assert_eq!(keys_a_statement(4, 100), 16);
        assert_eq!(keys_a_statement(4, 3), 1);
    }
}
