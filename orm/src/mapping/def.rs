//! What the derive emits: one constant of plain data per model, checked and turned into a schema by
//! `schema.rs`. Columns are referred to by position.

use orm_core::schema::Action;
use orm_core::types::Type;

/// A model as data.
#[derive(Debug)]
pub struct ModelDef {
    /// The struct's name, for messages.
    pub name: &'static str,
    /// The module it is defined in.
    pub module: &'static str,
    /// The table's name.
    pub table: &'static str,
    /// The columns, in field order.
    pub columns: &'static [ColumnDef],
    /// The columns' names, in the same order: what a SELECT of the entity lists.
    pub names: &'static [&'static str],
    /// The positions of the primary key's columns, in key order; never empty.
    pub primary_key: &'static [usize],
    /// The position of the column for which the database generates an integer key.
    pub generated: Option<usize>,
    /// The position of the version column.
    pub version: Option<usize>,
    /// Unique constraints.
    pub uniques: &'static [UniqueDef],
    /// Indexes.
    pub indexes: &'static [IndexDef],
    /// CHECK constraints that the model writes itself.
    pub checks: &'static [CheckDef],
    /// Foreign keys.
    pub references: &'static [ReferenceDef],
}

/// A column as data.
#[derive(Debug)]
pub struct ColumnDef {
    /// The column's name in the database.
    pub name: &'static str,
    /// The field's name in the struct.
    pub field: &'static str,
    /// What it holds.
    pub ty: Type,
    /// Whether it takes NULL.
    pub nullable: bool,
    /// The greatest length: characters of text, bytes of bytes.
    pub length: Option<u32>,
    /// Its collation, where the model asks for one.
    pub collation: Option<&'static str>,
    /// What the database fills in for it.
    pub server_default: Option<ServerDefault>,
}

/// What the database fills in for a column, as data.
#[derive(Clone, Copy, Debug)]
pub enum ServerDefault {
    /// A truth value.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A floating point number.
    Float(f64),
    /// Text.
    Text(&'static str),
    /// An SQL expression, passed on as it is.
    Raw(&'static str),
}

/// A unique constraint as data.
#[derive(Debug)]
pub struct UniqueDef {
    /// Its name; `None` is by convention.
    pub name: Option<&'static str>,
    /// The positions of its columns.
    pub columns: &'static [usize],
}

/// An index as data.
#[derive(Debug)]
pub struct IndexDef {
    /// Its name; `None` is by convention.
    pub name: Option<&'static str>,
    /// The positions of its columns.
    pub columns: &'static [usize],
    /// Whether it refuses duplicates.
    pub unique: bool,
}

/// A CHECK constraint as data.
#[derive(Debug)]
pub struct CheckDef {
    /// Its name, to which the convention puts `ck_<table>_` in front.
    pub name: &'static str,
    /// The SQL condition, passed on as it is.
    pub raw: &'static str,
}

/// A foreign key as data. The other model is reached through a function, since two constants that name
/// each other would be a cycle.
#[derive(Debug)]
pub struct ReferenceDef {
    /// Its name; `None` is by convention.
    pub name: Option<&'static str>,
    /// The positions of the referring columns.
    pub columns: &'static [usize],
    /// The model referred to.
    pub target: fn() -> &'static ModelDef,
    /// The positions of the columns referred to, in that model.
    pub target_columns: fn() -> Vec<usize>,
    /// What happens when the row referred to is deleted.
    pub on_delete: Action,
    /// What happens when the key referred to changes.
    pub on_update: Action,
}

impl ModelDef {
    /// Whether the column at `position` belongs to the primary key.
    pub fn is_key(&self, position: usize) -> bool {
        self.primary_key.contains(&position)
    }
}
