//! Sends an [`UpdateMany`](super::update_many::UpdateMany): as arrays, in statements with a CASE for each column, or by a
//! prepared statement in a loop. The texts are those by which a flush updates rows.

use std::ops::Range;
use std::sync::Arc;

use orm_core::driver::Outcome;
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::sql::{Capabilities, Dialect, SqlWriter, write_batch_update};
use orm_core::stmt::{BatchRows, BatchUpdate};
use orm_core::value::{BatchValues, Value, ValueRef};

use super::bulk::cut_at;
use super::reflection::{batch_column, stored_table};
use crate::engine::{Connection, StatementKey, StatementKind, StatementText, StoredTable};
use crate::mapping::{Model, ModelDef, UpdateDefault, integer_fits, key_text};
use crate::query::select::by_key::current_rows_by_key;

/// The most rows of one array statement.
const ARRAY_ROWS: usize = 1024;
/// The rows that a loop over one statement binds at a time.
const LOOP_ROWS: usize = 256;
/// The most binds of a statement that has a CASE for each column.
const CASE_BINDS: usize = 1024;

/// The version that a row gets.
pub(super) fn next_version(
    def: &'static ModelDef,
    position: usize,
    version: ValueRef<'_>,
) -> Result<Value> {
    let next = match version {
        ValueRef::Int(version) => version.checked_add(1),
        _ => Some(1),
    };
    let ty = &def.columns[position].ty;
    let fits = |next: &i64| !ty.is_integer() || integer_fits(ty, *next);
    match next.filter(fits) {
        Some(next) => Ok(Value::Int(next)),
        None => Err(Error::with_message(
            ErrorKind::OutOfRange,
            "the next version is out of range for its column",
        )
        .with_table(def.table)
        .with_column(def.names[position])),
    }
}

pub(super) fn own_key<M: Model>(row: &M) -> String {
    let key = M::def().primary_key.iter();
    key_text(key.map(|position| row.value(*position)))
}

/// The columns of the statement.
pub(super) struct BatchColumns {
    /// Those that are set: first those that the models give, then the version, then those with defaults of updates.
    pub(super) set: Vec<usize>,
    pub(super) given: usize,
    /// The version column, which must have the version of the model.
    pub(super) version: Option<usize>,
    pub(super) defaults: Vec<UpdateDefault>,
}

impl BatchColumns {
    pub(super) fn expected(&self) -> &[usize] {
        self.version.as_slice()
    }
}

/// Rows on their way to a connection.
pub(super) struct Batch<'b, M> {
    pub(super) rows: &'b [&'b M],
    pub(super) columns: &'b BatchColumns,
    /// How many binds a row has: what is set, the key, what is expected.
    pub(super) width: usize,
    pub(super) binds: Vec<ValueRef<'b>>,
}

impl<M: Model> Batch<'_, M> {
    /// Sends all rows. Several statements, and one that does not count its rows, stand in a transaction or under a
    /// savepoint.
    pub(super) fn send_whole(&self, conn: &mut Connection) -> Result<()> {
        let capabilities = conn.dialect().capabilities();
        if conn.in_transaction() {
            return conn.savepoint(|conn| self.send(conn));
        }
        let stored = Self::stored(conn)?;
        let together = self.most_rows(capabilities, self.is_in_any_order(&stored));
        let is_one = self.rows.len() <= together;
        if self.rows.len() == 1 || is_one && capabilities.checked_batches && together > 1 {
            return self.send(conn);
        }
        conn.transaction(|conn| self.send(conn))
    }

    /// The table as the catalogue describes it, where statements of several rows depend on that.
    fn stored(conn: &mut Connection) -> Result<Arc<StoredTable>> {
        let capabilities = conn.dialect().capabilities();
        if capabilities.arrays || capabilities.batch_rows > 1 {
            return stored_table(conn, (M::def(), M::slot().index()));
        }
        Ok(Arc::default())
    }

    fn send(&self, conn: &mut Connection) -> Result<()> {
        let stored = Self::stored(conn)?;
        let capabilities = conn.dialect().capabilities();
        let most = self.most_rows(capabilities, self.is_in_any_order(&stored));
        if most < 2 || self.rows.len() < 2 {
            return self.send_each(conn, &stored);
        }
        let limit = cut_at(conn);
        let mut next = 0;
        while next < self.rows.len() {
            let rows = self.rows_within(next..self.rows.len().min(next + most), limit);
            next = rows.end;
            self.send_together(conn, &stored, rows)?;
        }
        Ok(())
    }

    /// How many rows go into one statement at most.
    pub(super) fn most_rows(&self, capabilities: &Capabilities, is_in_any_order: bool) -> usize {
        if capabilities.arrays {
            return ARRAY_ROWS;
        }
        if !is_in_any_order {
            return 1;
        }
        let key = M::def().primary_key.len();
        let columns = self.columns.set.len() + self.columns.expected().len();
        let width = key + columns * (key + 1);
        // One bind is for the number of rows.
        let most = capabilities.bind_limit.min(CASE_BINDS).saturating_sub(1) / width;
        let power = most.checked_ilog2().map_or(1, |log| 1 << log);
        capabilities.batch_rows.min(power)
    }

    /// Whether a CASE for each column sets what an UPDATE of each row would: rows may hand a unique value on, and refer to
    /// each other.
    fn is_in_any_order(&self, stored: &StoredTable) -> bool {
        let def = M::def();
        let is_set = |columns: &[usize]| columns.iter().any(|it| self.columns.set.contains(it));
        let is_unique = def.unique_keys().any(is_set);
        let own = def
            .references
            .iter()
            .filter(|own| (own.target)().table == def.table);
        let is_referred = own
            .flat_map(|own| own.target_columns)
            .any(|it| is_set(&[*it]));
        stored.primary_key && stored.readable && !is_unique && !is_referred
    }

    fn rows_within(&self, rows: Range<usize>, limit: usize) -> Range<usize> {
        let mut bytes = 0;
        let size = |row: &usize| {
            let binds = &self.binds[row * self.width..][..self.width];
            bytes += binds.iter().map(|value| value.size()).sum::<usize>();
            bytes <= limit
        };
        let fitting = rows.clone().take_while(size).count().max(1);
        rows.start..rows.start + fitting
    }

    /// How this many rows are bound.
    pub(super) fn form(capabilities: &Capabilities, rows: usize) -> BatchRows {
        match rows {
            1 => BatchRows::Rows(1),
            _ if capabilities.arrays => BatchRows::Arrays,
            rows => BatchRows::Rows(rows.next_power_of_two()),
        }
    }

    /// A prepared statement for each row.
    fn send_each(&self, conn: &mut Connection, stored: &StoredTable) -> Result<()> {
        let text = self.text(conn, stored, (BatchRows::Rows(1), false))?;
        let mut rows = self.rows.iter();
        let mut done = |outcome: Outcome| {
            let row = rows.next();
            match (outcome.affected, row) {
                (1, _) | (_, None) => Ok(()),
                (0, Some(row)) => Err(self.missing(*row)),
                (found, Some(row)) => Err(several(*row, found)),
            }
        };
        if self.rows.len() == 1 {
            return conn.execute(&text, &self.binds).and_then(done);
        }
        for binds in self.binds.chunks(self.width * LOOP_ROWS) {
            conn.execute_each(&text, self.width, binds, &mut done)?;
        }
        Ok(())
    }

    fn send_together(
        &self,
        conn: &mut Connection,
        stored: &StoredTable,
        rows: Range<usize>,
    ) -> Result<()> {
        let capabilities = conn.dialect().capabilities();
        let form = Self::form(capabilities, rows.len());
        let is_checked =
            form != BatchRows::Rows(1) && capabilities.checked_batches && !conn.in_transaction();
        let text = self.text(conn, stored, (form, is_checked))?;
        let values = &self.binds[rows.start * self.width..rows.end * self.width];
        let columns: Vec<Vec<ValueRef<'_>>>;
        let mut binds: Vec<ValueRef<'_>> = match form {
            BatchRows::Rows(1) => values.to_vec(),
            BatchRows::Rows(size) => {
                let keys = M::def().primary_key.len();
                case_binds(values, (self.width, self.columns.set.len(), keys), size)
            }
            BatchRows::Arrays => {
                let column = |at: usize| values.iter().skip(at).step_by(self.width).copied();
                columns = (0..self.width).map(|at| column(at).collect()).collect();
                let arrays = columns.iter();
                let arrays = arrays.map(|it| ValueRef::Batch(BatchValues::Borrowed(it)));
                arrays.collect()
            }
        };
        if is_checked && form != BatchRows::Arrays {
            binds.push(ValueRef::Int(i64::try_from(rows.len()).unwrap_or(i64::MAX)));
        }
        match conn.execute(&text, &binds) {
            Ok(outcome) if is_checked || outcome.affected == rows.len() as u64 => Ok(()),
            Err(error) if !(is_checked && error.is_stale_data()) => Err(error),
            Ok(_) | Err(_) => Err(self.find_missing(conn, rows)),
        }
    }

    fn text(
        &self,
        conn: &mut Connection,
        stored: &StoredTable,
        (rows, checked): (BatchRows, bool),
    ) -> Result<Arc<StatementText>> {
        let dialect = conn.dialect();
        let key = StatementKey {
            model: M::slot().index(),
            kind: StatementKind::Update,
            columns: &self.columns.set,
            expected: self.columns.expected(),
            rows: match rows {
                BatchRows::Rows(rows) => rows,
                BatchRows::Arrays => 0,
            },
            digest: false,
            checked,
        };
        conn.statement(&key, || self.render(dialect, stored, (rows, checked)))
    }

    pub(super) fn render(
        &self,
        dialect: &dyn Dialect,
        stored: &StoredTable,
        (rows, checked): (BatchRows, bool),
    ) -> Result<String> {
        let def = M::def();
        let columns = |positions: &[usize]| -> Vec<_> {
            let positions = positions.iter();
            positions
                .map(|position| batch_column(def, stored, *position))
                .collect()
        };
        let (set, key) = (columns(&self.columns.set), columns(def.primary_key));
        let expected = columns(self.columns.expected());
        let mut update = BatchUpdate::new(def.table, &set, &key, rows);
        (update.expected, update.checked) = (&expected, checked);
        let mut w = SqlWriter::new(dialect);
        write_batch_update(&mut w, &update)?;
        Ok(w.finish().0)
    }

    /// Names the first row of a statement that did not match.
    #[cold]
    fn find_missing(&self, conn: &mut Connection, rows: Range<usize>) -> Error {
        let def = M::def();
        let key = |row: &M| -> Vec<Value> {
            let key = def.primary_key.iter();
            key.map(|position| row.value(*position).to_value())
                .collect()
        };
        let keys: Vec<Vec<Value>> = self.rows[rows.clone()].iter().map(|row| key(row)).collect();
        let mut found = Vec::new();
        let read = current_rows_by_key(conn, (def, M::slot().index()), &keys, &mut |row| {
            let row = M::decode(row, 0)?;
            let version = self.columns.version;
            found.push((
                key(&row),
                version.map(|version| row.value(version).to_value()),
            ));
            Ok(())
        });
        let is_as_expected = |row: &&&M| {
            let version = self.columns.version;
            let expected = (
                key(row),
                version.map(|version| row.value(version).to_value()),
            );
            found.contains(&expected)
        };
        let mut missing = self.rows[rows].iter().filter(|row| !is_as_expected(row));
        match (read, missing.next()) {
            (Ok(()), Some(row)) => self.missing(*row),
            _ => swallowed(def),
        }
    }

    #[cold]
    fn missing(&self, row: &M) -> Error {
        let (table, key) = (M::def().table, own_key(row));
        let message = match self.columns.version {
            Some(_) => format!("no row of {table} has the primary key {key} and this version"),
            None => format!("no row of {table} has the primary key {key}"),
        };
        Error::with_message(ErrorKind::StaleData, message)
            .with_table(table)
            .with_hint("read the rows again, and leave out those that are deleted")
    }
}

#[cold]
fn several<M: Model>(row: &M, found: u64) -> Error {
    let (table, key) = (M::def().table, own_key(row));
    let message = format!("{found} rows of {table} have the primary key {key}");
    Error::with_message(ErrorKind::MultipleRows, message)
        .with_table(table)
        .with_hint("add a primary key or a unique index to the table, on the columns of the model's primary key")
}

#[cold]
fn swallowed(def: &'static ModelDef) -> Error {
    let message = "the UPDATE did not affect all of its rows, although they are there";
    Error::with_message(ErrorKind::StaleData, message)
        .with_table(def.table)
        .with_hint("check the table for a trigger or rule")
}

/// The binds of an UPDATE of several rows with a CASE for each column, or of a DELETE of them: `values` are those of the
/// rows, each of `width`, the first `set` of which are assigned and the next `keys` are the primary key. Rows of NULLs fill
/// them up to `size`: texts of a few sizes do for any number of rows.
pub(crate) fn case_binds<'v>(
    values: &[ValueRef<'v>],
    (width, set, keys): (usize, usize, usize),
    size: usize,
) -> Vec<ValueRef<'v>> {
    let key = set..set + keys;
    let none = vec![ValueRef::Null; width];
    let rows = values.chunks(width);
    let rows: Vec<_> = rows.chain(std::iter::repeat(&*none)).take(size).collect();
    let mut binds = Vec::with_capacity(size * width * 2);
    let by_key = |binds: &mut Vec<_>, column: usize| {
        for row in &rows {
            binds.extend_from_slice(&row[key.clone()]);
            binds.push(row[column]);
        }
    };
    (0..set).for_each(|column| by_key(&mut binds, column));
    for row in &rows {
        binds.extend_from_slice(&row[key.clone()]);
    }
    (key.end..width).for_each(|column| by_key(&mut binds, column));
    binds
}
