//! [`DerivedRow`]: the rows of a derived table, as a model without a table and without values, so that its columns are columns
//! like those of models. The sources themselves are in `query/select/derived.rs`.

use std::convert::identity;
use std::sync::LazyLock;

use orm_core::driver::Row;
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::schema::Table;
use orm_core::value::{ConversionError, ValueRef};

use super::alias::interned;
use super::column::Column;
use super::column_set::ColumnSet;
use super::def::{LoadedColumns, ModelDef};
use super::model::{Entity, Model};
use super::slot::ModelSlot;

/// Represents a row of a derived table, a common table expression or VALUES: the model of their columns. No value has this
/// type.
#[derive(Debug)]
pub enum DerivedRow {}

/// The table, as the constants of models are.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct DerivedEntity {
    alias: Option<&'static str>,
}

/// How many columns a derived table has at most.
const COLUMNS: usize = 256;

static NAMES: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let names = (0..COLUMNS).map(|number| interned(format!("c{number}").into()));
    names.chain(["key"]).collect()
});

static DEF: LazyLock<ModelDef> = LazyLock::new(|| ModelDef {
    name: "derived table",
    module: module_path!(),
    table: "",
    slot: ModelSlot::new(),
    columns: &[],
    names: &NAMES,
    fields: &NAMES,
    primary_key: &[],
    generated: None,
    version: None,
    update_defaults: &[],
    computed: &[],
    deferred: &[],
    loaded: LazyLock::new(|| LoadedColumns::of(&DEF)),
    uniques: &[],
    indexes: &[],
    exclusions: &[],
    checks: &[],
    references: &[],
    relations: &[],
    order: &[],
    is_link_table: false,
    options: identity,
    view: None,
    schema: LazyLock::new(|| Table::new("")),
    vtable: &(),
    hooks: None,
});

impl DerivedRow {
    /// The column at `position` of the derived table `source`. Beyond the last one it is the last one, which
    /// [`DerivedRow::has_columns`] refuses before.
    pub(crate) fn column<T>(source: &'static str, position: usize) -> Column<Self, T> {
        let position = position.min(COLUMNS - 1);
        let number = u32::try_from(position).unwrap_or_default();
        Column::new(Some(source), NAMES[position], number)
    }

    /// The column `key` of a source of the positions of elements.
    #[cfg(feature = "json")]
    pub(crate) fn key_column<T>(source: &'static str) -> Column<Self, T> {
        let number = u32::try_from(COLUMNS).unwrap_or_default();
        Column::new(Some(source), NAMES[COLUMNS], number)
    }

    /// The names of the columns.
    pub(crate) fn names(width: usize) -> &'static [&'static str] {
        &NAMES[..width.min(COLUMNS)]
    }

    /// Whether a derived table may have that many columns.
    pub(crate) const fn has_columns(width: usize) -> bool {
        width <= COLUMNS
    }
}

fn no_rows() -> Error {
    Error::with_message(ErrorKind::Usage, "a derived table has no entities")
}

#[diagnostic::do_not_recommend]
impl Model for DerivedRow {
    type Entity = DerivedEntity;
    type Key = i64;

    fn def() -> &'static ModelDef {
        &DEF
    }

    fn slot() -> &'static ModelSlot {
        &DEF.slot
    }

    fn decode_key(_row: &dyn Row, _start: usize) -> Result<i64> {
        Err(no_rows())
    }

    fn decode_rest(
        _row: &dyn Row,
        _start: usize,
        _key: i64,
        _place: &mut Option<Self>,
    ) -> Result<()> {
        Err(no_rows())
    }

    fn key(&self) -> i64 {
        match *self {}
    }

    fn has_key(&self, _key: &i64) -> bool {
        match *self {}
    }

    fn value(&self, _position: usize) -> ValueRef<'_> {
        match *self {}
    }

    fn assign(&mut self, _position: usize, _value: ValueRef<'_>) -> Result<(), ConversionError> {
        match *self {}
    }

    fn snapshot(&self) -> Self {
        match *self {}
    }

    fn snapshot_into(&self, _old: &mut Self) {
        match *self {}
    }

    fn changes(&self, _old: &Self) -> ColumnSet {
        match *self {}
    }

    fn restore(&mut self, other: Self) {
        match other {}
    }
}

impl Entity for DerivedEntity {
    type Model = DerivedRow;
    const ROOT: Self = Self { alias: None };

    fn named(self, alias: &'static str) -> Self {
        Self { alias: Some(alias) }
    }

    fn alias_name(&self) -> Option<&'static str> {
        self.alias
    }
}
