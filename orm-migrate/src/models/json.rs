//! The document that `orm` dumps, field by field. Its writer is `orm/src/mapping/dump.rs`.
//!
//! Unknown fields are errors: what isn't understood would be missing in the tables. What a new `orm`
//! adds therefore comes with a new format number, which is looked at first.

use orm_core::schema::{
    Action, Check, Column, Default, ForeignKey, Index, Name, PrimaryKey, Rule, Table, Unique,
};
use orm_core::types::{EnumType, Type};
use orm_core::value::Value;
use serde::Deserialize;

use super::ModelName;
use crate::error::{Error, Result};

/// The format that is read here.
const FORMAT: u32 = 1;

/// What a document says.
pub(super) struct Parsed {
    pub orm_version: String,
    pub names: Vec<ModelName>,
    pub tables: Vec<Table>,
}

/// Reads a document.
pub(super) fn parse(document: &str, origin: &str) -> Result<Parsed> {
    let head: Head = serde_json::from_str(document).map_err(|error| malformed(origin, &error))?;
    check_format(&head, origin)?;
    let document: Document =
        serde_json::from_str(document).map_err(|error| malformed(origin, &error))?;
    if let Some(error) = document.error {
        return Err(error.into());
    }
    let mut parsed = Parsed {
        orm_version: document.orm_version,
        names: Vec::new(),
        tables: Vec::new(),
    };
    for model in document.models {
        let table = model.table.name.clone();
        parsed.names.push(ModelName {
            name: model.name,
            module: model.module,
            table,
        });
        parsed.tables.push(model.table.into_table(origin)?);
    }
    parsed
        .names
        .sort_by(|a, b| (&a.table, &a.module, &a.name).cmp(&(&b.table, &b.module, &b.name)));
    Ok(parsed)
}

fn malformed(origin: &str, error: &serde_json::Error) -> Error {
    Error::failed(format!("{origin} is no dump of models: {error}"))
        .with_hint("`orm-migrate models --json` writes one")
}

fn check_format(head: &Head, origin: &str) -> Result<()> {
    let (format, version) = (head.format, &head.orm_version);
    let message =
        || format!("{origin} has models in format {format} of orm {version}, not {FORMAT}");
    let own = env!("CARGO_PKG_VERSION");
    match format {
        FORMAT => Ok(()),
        0..FORMAT => Err(Error::failed(message()).with_hint(format!(
            "upgrade orm in that package: this is orm-migrate {own}"
        ))),
        _ => Err(Error::failed(message())
            .with_hint(format!("upgrade orm-migrate: this is version {own}"))),
    }
}

#[derive(Deserialize)]
struct Head {
    format: u32,
    orm_version: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(rename = "format")]
    _format: u32,
    orm_version: String,
    models: Vec<JsonModel>,
    error: Option<JsonError>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonError {
    message: String,
    table: Option<String>,
    constraint: Option<String>,
    hint: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonModel {
    name: String,
    module: String,
    table: JsonTable,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonTable {
    name: String,
    columns: Vec<JsonColumn>,
    primary_key: Option<JsonKey>,
    uniques: Vec<JsonKey>,
    indexes: Vec<JsonIndex>,
    checks: Vec<JsonCheck>,
    foreign_keys: Vec<JsonForeignKey>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonColumn {
    name: String,
    /// The name of the struct's field, for tools that write Rust.
    #[serde(rename = "field")]
    _field: String,
    #[serde(rename = "type")]
    ty: JsonType,
    length: Option<u32>,
    nullable: bool,
    auto_increment: bool,
    default: Option<JsonDefault>,
    collation: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum JsonType {
    Bool,
    Int16,
    Int32,
    Int64,
    Float32,
    Float64,
    Text,
    Bytes,
    Date,
    Time,
    DateTime,
    Timestamp,
    Uuid,
    Enum { name: String, labels: Vec<String> },
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum JsonDefault {
    Bool(bool),
    /// Numbers are texts, since a JSON number may be rounded on its way.
    Int(String),
    Float(String),
    Text(String),
    Raw(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonKey {
    name: String,
    columns: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonIndex {
    name: String,
    columns: Vec<String>,
    unique: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonCheck {
    name: String,
    raw: Option<String>,
    one_of: Option<JsonOneOf>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonOneOf {
    column: String,
    labels: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonForeignKey {
    name: String,
    columns: Vec<String>,
    table: String,
    references: Vec<String>,
    on_delete: JsonAction,
    on_update: JsonAction,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum JsonAction {
    #[serde(rename = "NO ACTION")]
    NoAction,
    Restrict,
    Cascade,
    #[serde(rename = "SET NULL")]
    SetNull,
    #[serde(rename = "SET DEFAULT")]
    SetDefault,
}

impl From<JsonError> for Error {
    fn from(error: JsonError) -> Self {
        let mut own = Self::failed(error.message);
        let notes = [
            ("table", error.table),
            ("constraint", error.constraint),
            ("hint", error.hint),
        ];
        for (label, text) in notes {
            if let Some(text) = text {
                own = own.with_note(label, text);
            }
        }
        own
    }
}

impl JsonTable {
    fn into_table(self, origin: &str) -> Result<Table> {
        let mut table = Table::new(self.name);
        for column in self.columns {
            table.columns.push(column.into_column(origin)?);
        }
        table.primary_key = self.primary_key.map(|key| PrimaryKey {
            name: key.name.into(),
            columns: names(key.columns),
        });
        table.uniques = self
            .uniques
            .into_iter()
            .map(|key| Unique {
                name: key.name.into(),
                columns: names(key.columns),
            })
            .collect();
        table.indexes = self.indexes.into_iter().map(Into::into).collect();
        for check in self.checks {
            table.checks.push(check.into_check(origin)?);
        }
        table.foreign_keys = self.foreign_keys.into_iter().map(Into::into).collect();
        Ok(table)
    }
}

impl JsonColumn {
    fn into_column(self, origin: &str) -> Result<Column> {
        let default = match self.default {
            Some(default) => Some(default.into_default(origin, &self.name)?),
            None => None,
        };
        Ok(Column {
            name: self.name.into(),
            ty: self.ty.into(),
            length: self.length,
            nullable: self.nullable,
            auto_increment: self.auto_increment,
            default,
            collation: self.collation.map(Name::Owned),
        })
    }
}

impl JsonDefault {
    fn into_default(self, origin: &str, column: &str) -> Result<Default> {
        let wrong = |text: &str, what: &str| {
            Error::failed(format!(
                "{origin} is no dump of models: the default of {column}: {text} is no {what}"
            ))
            .with_hint("`orm-migrate models --json` writes one")
        };
        Ok(match self {
            Self::Bool(v) => Default::Value(Value::Bool(v)),
            Self::Int(v) => {
                Default::Value(Value::Int(v.parse().map_err(|_| wrong(&v, "integer"))?))
            }
            Self::Float(v) => {
                Default::Value(Value::Float(v.parse().map_err(|_| wrong(&v, "float"))?))
            }
            Self::Text(v) => Default::Value(Value::Text(v)),
            Self::Raw(sql) => Default::Raw(sql.into()),
        })
    }
}

impl From<JsonType> for Type {
    fn from(ty: JsonType) -> Self {
        match ty {
            JsonType::Bool => Self::Bool,
            JsonType::Int16 => Self::Int16,
            JsonType::Int32 => Self::Int32,
            JsonType::Int64 => Self::Int64,
            JsonType::Float32 => Self::Float32,
            JsonType::Float64 => Self::Float64,
            JsonType::Text => Self::Text,
            JsonType::Bytes => Self::Bytes,
            JsonType::Date => Self::Date,
            JsonType::Time => Self::Time,
            JsonType::DateTime => Self::DateTime,
            JsonType::Timestamp => Self::Timestamp,
            JsonType::Uuid => Self::Uuid,
            JsonType::Enum { name, labels } => Self::Enum(EnumType {
                name: name.into(),
                labels: names(labels).into(),
            }),
        }
    }
}

impl From<JsonIndex> for Index {
    fn from(index: JsonIndex) -> Self {
        Self {
            name: index.name.into(),
            columns: names(index.columns),
            unique: index.unique,
        }
    }
}

impl JsonCheck {
    fn into_check(self, origin: &str) -> Result<Check> {
        let rule = match (self.raw, self.one_of) {
            (Some(sql), None) => Rule::Raw(sql.into()),
            (None, Some(one_of)) => Rule::OneOf {
                column: one_of.column.into(),
                labels: names(one_of.labels),
            },
            _ => {
                let message = "needs either raw or one_of";
                return Err(Error::failed(format!(
                    "{origin} is no dump of models: the check {} {message}",
                    self.name
                ))
                .with_hint("`orm-migrate models --json` writes one"));
            }
        };
        Ok(Check {
            name: self.name.into(),
            rule,
        })
    }
}

impl From<JsonForeignKey> for ForeignKey {
    fn from(key: JsonForeignKey) -> Self {
        Self {
            name: key.name.into(),
            columns: names(key.columns),
            table: key.table.into(),
            references: names(key.references),
            on_delete: key.on_delete.into(),
            on_update: key.on_update.into(),
        }
    }
}

impl From<JsonAction> for Action {
    fn from(action: JsonAction) -> Self {
        match action {
            JsonAction::NoAction => Self::NoAction,
            JsonAction::Restrict => Self::Restrict,
            JsonAction::Cascade => Self::Cascade,
            JsonAction::SetNull => Self::SetNull,
            JsonAction::SetDefault => Self::SetDefault,
        }
    }
}

fn names(names: Vec<String>) -> Vec<Name> {
    names.into_iter().map(Name::Owned).collect()
}
