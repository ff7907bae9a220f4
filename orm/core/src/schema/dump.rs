//! [`Dump`]: the models of a program as a document, which `orm` writes and `orm-migrate` reads.
//!
//! Both sides use these types, so that there is no second description of a table. The document carries [`FORMAT`]:
//! unknown fields are errors, since what a reader skipped would be missing in the tables, so whatever a type of the
//! schema gains needs the next number.

use serde::{Deserialize, Serialize};

use super::{Sequence, Table, View};

/// The version of the document.
pub const FORMAT: u32 = 4;

/// Holds the models of a program.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Dump {
    /// The version of the document: [`FORMAT`].
    pub format: u32,
    /// The version of `orm` that has written the document.
    pub orm_version: String,
    /// The models of tables, sorted by table.
    pub models: Vec<MappedTable>,
    /// The views of models, sorted by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub views: Vec<View>,
    /// The sequences that columns take their defaults from, sorted by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sequences: Vec<Sequence>,
}

/// Holds a model with its table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct MappedTable {
    /// The name of the struct.
    pub name: String,
    /// The module in which the struct is defined.
    pub module: String,
    /// The names of the fields, one for each column of the table.
    pub fields: Vec<String>,
    /// The table.
    pub table: Table,
}

impl Dump {
    /// Creates a document of `models`, written by this version of `orm`, without views and sequences.
    pub fn new(orm_version: impl Into<String>, models: Vec<MappedTable>) -> Self {
        Self {
            format: FORMAT,
            orm_version: orm_version.into(),
            models,
            views: Vec::new(),
            sequences: Vec::new(),
        }
    }
}

impl MappedTable {
    /// Creates the model `name` of `module`, whose `fields` are the columns of `table`.
    pub fn new(name: &str, module: &str, fields: &[&str], table: Table) -> Self {
        Self {
            name: name.to_owned(),
            module: module.to_owned(),
            fields: fields.iter().map(|field| (*field).to_owned()).collect(),
            table,
        }
    }
}
