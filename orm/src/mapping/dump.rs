//! The models as JSON, and the symbol by which a tool gets it out of a compiled library.
//!
//! `orm-migrate` builds a user's library as a cdylib, loads it in a child process and calls
//! [`__orm_dump_models_v1`]; a program that has the tool built in calls [`models_json`] itself. So there
//! is one document for both. Reading it is the tool's job; nothing here knows a database.
//!
//! The document carries [`FORMAT`]. Whatever a reader of that number would not understand, a new kind of
//! constraint say, needs the next number: a tool that skipped it would write wrong tables.

use std::ffi::c_void;

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::schema::{Column, Default, ForeignKey, Metadata as Schema, Name, Rule, Table};
use orm_core::types::Type;
use orm_core::value::Value;
use write_json::{Array, Object};

use super::def::ModelDef;
use super::registry::{Metadata, metadata};
use super::schema::table;

/// The version of the document.
pub const FORMAT: u32 = 1;

/// Takes a piece of the document: the context that was given with it, and the bytes.
pub type Write = extern "C" fn(context: *mut c_void, bytes: *const u8, length: usize);

/// Hands the JSON of all linked models to `write`, in one call, with `context` passed through.
///
/// The number in the name is that of the calling convention, [`FORMAT`] that of the document.
#[expect(
    unsafe_code,
    reason = "an exported name is how a tool finds the models in a library"
)]
// SAFETY: no other function has this name: it bears the crate's and its own version's.
#[unsafe(no_mangle)]
pub extern "C" fn __orm_dump_models_v1(write: Write, context: *mut c_void) {
    let document = models_json(&metadata());
    write(context, document.as_ptr(), document.len());
}

/// The models of `metadata` with their tables as a JSON document of one line.
///
/// What contradicts itself is part of the document, under `"error"`, so that a tool can report it as it
/// reports everything else.
pub fn models_json(metadata: &Metadata) -> String {
    let mut text = String::new();
    let mut document = write_json::object(&mut text);
    document.number("format", f64::from(FORMAT));
    document.string("orm_version", env!("CARGO_PKG_VERSION"));
    let written = write_models(document.array("models"), metadata.models());
    if let Err(error) = written.and_then(|tables| Schema::new(tables).map(drop)) {
        write_error(&mut document.object("error"), &error);
    }
    drop(document);
    text
}

/// Writes the models and returns their tables; stops at the first that can't be written.
fn write_models(mut out: Array<'_>, models: &[&'static ModelDef]) -> Result<Vec<Table>> {
    let mut tables = Vec::with_capacity(models.len());
    for def in models {
        let table = table(def)?;
        if let Some(column) = table.columns.iter().find(|column| !is_portable(column)) {
            return Err(unportable(&table, column));
        }
        let mut model = out.object();
        model.string("name", def.name).string("module", def.module);
        write_table(&mut model.object("table"), &table, def);
        tables.push(table);
    }
    Ok(tables)
}

fn write_error(out: &mut Object<'_>, error: &Error) {
    out.string("message", error.message());
    optional(out, "table", error.table());
    optional(out, "constraint", error.constraint());
    optional(out, "hint", error.hint());
}

fn write_table(out: &mut Object<'_>, table: &Table, def: &ModelDef) {
    out.string("name", &table.name);
    {
        let mut columns = out.array("columns");
        for (column, def) in table.columns.iter().zip(def.columns) {
            write_column(&mut columns.object(), column, def.field);
        }
    }
    if let Some(key) = &table.primary_key {
        write_key(&mut out.object("primary_key"), &key.name, &key.columns);
    }
    {
        let mut uniques = out.array("uniques");
        for unique in &table.uniques {
            write_key(&mut uniques.object(), &unique.name, &unique.columns);
        }
    }
    {
        let mut indexes = out.array("indexes");
        for index in &table.indexes {
            let mut out = indexes.object();
            write_key(&mut out, &index.name, &index.columns);
            out.bool("unique", index.unique);
        }
    }
    {
        let mut checks = out.array("checks");
        for check in &table.checks {
            let mut out = checks.object();
            out.string("name", &check.name);
            write_rule(&mut out, &check.rule);
        }
    }
    let mut keys = out.array("foreign_keys");
    for key in &table.foreign_keys {
        write_foreign_key(&mut keys.object(), key);
    }
}

fn write_column(out: &mut Object<'_>, column: &Column, field: &str) {
    out.string("name", &column.name).string("field", field);
    match &column.ty {
        Type::Enum(labels) => {
            let mut ty = out.object("type");
            let mut ty = ty.object("enum");
            ty.string("name", &labels.name);
            strings(ty.array("labels"), &labels.labels);
        }
        ty => {
            out.string("type", type_name(ty).unwrap_or_default());
        }
    }
    if let Some(length) = column.length {
        out.number("length", f64::from(length));
    }
    out.bool("nullable", column.nullable);
    out.bool("auto_increment", column.auto_increment);
    match &column.default {
        Some(Default::Raw(sql)) => {
            out.object("default").string("raw", sql);
        }
        Some(Default::Value(value)) => write_value(&mut out.object("default"), value),
        None => {}
    }
    optional(out, "collation", column.collation.as_deref());
}

// Numbers are texts here, since a JSON number is a double to many readers: it would round an i64.
fn write_value(out: &mut Object<'_>, value: &Value) {
    match value {
        Value::Bool(v) => out.bool("bool", *v),
        Value::Int(v) => out.string("int", &v.to_string()),
        Value::Float(v) => out.string("float", &v.to_string()),
        Value::Text(v) => out.string("text", v),
        _ => out,
    };
}

fn write_key(out: &mut Object<'_>, name: &str, columns: &[Name]) {
    out.string("name", name);
    strings(out.array("columns"), columns);
}

fn write_rule(out: &mut Object<'_>, rule: &Rule) {
    match rule {
        Rule::Raw(sql) => {
            out.string("raw", sql);
        }
        Rule::OneOf { column, labels } => {
            let mut out = out.object("one_of");
            out.string("column", column);
            strings(out.array("labels"), labels);
        }
    }
}

fn write_foreign_key(out: &mut Object<'_>, key: &ForeignKey) {
    write_key(out, &key.name, &key.columns);
    out.string("table", &key.table);
    strings(out.array("references"), &key.references);
    out.string("on_delete", key.on_delete.as_sql());
    out.string("on_update", key.on_update.as_sql());
}

fn strings(mut out: Array<'_>, items: &[Name]) {
    for item in items {
        out.string(item);
    }
}

fn optional(out: &mut Object<'_>, key: &str, value: Option<&str>) {
    if let Some(value) = value {
        out.string(key, value);
    }
}

fn is_portable(column: &Column) -> bool {
    let has_type = matches!(column.ty, Type::Enum(_)) || type_name(&column.ty).is_some();
    let has_default = match &column.default {
        Some(Default::Value(value)) => {
            matches!(
                value,
                Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_)
            )
        }
        Some(Default::Raw(_)) | None => true,
    };
    has_type && has_default
}

fn unportable(table: &Table, column: &Column) -> Error {
    Error::with_message(
        ErrorKind::Unsupported,
        "the dump has no words for this column",
    )
    .with_table(table.name.as_ref())
    .with_column(column.name.as_ref())
}

/// The name of a type in the document; `None` for one that is added to [`Type`] and not yet here.
fn type_name(ty: &Type) -> Option<&'static str> {
    Some(match ty {
        Type::Bool => "bool",
        Type::Int16 => "int16",
        Type::Int32 => "int32",
        Type::Int64 => "int64",
        Type::Float32 => "float32",
        Type::Float64 => "float64",
        Type::Text => "text",
        Type::Bytes => "bytes",
        Type::Date => "date",
        Type::Time => "time",
        Type::DateTime => "datetime",
        Type::Timestamp => "timestamp",
        Type::Uuid => "uuid",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::Metadata;
    use crate::{DbEnum, Model};

    #[derive(DbEnum, Clone, Copy, Debug, Default, PartialEq)]
    enum State {
        #[default]
        Draft,
        Sent,
    }

    #[derive(Model, Clone, Debug)]
    #[orm(
        table = "dump_letters",
        unique(state, body),
        check(name = "short", raw = "body <> '\"'")
    )]
    struct Letter {
        #[orm(primary_key)]
        id: i64,
        state: State,
        #[orm(length = 9, index, collation = "C", server_default = "a\nb")]
        body: String,
        #[orm(server_default = -9_007_199_254_740_993)]
        weight: Option<i64>,
        #[orm(references = Letter.id, on_delete = set_null)]
        answers: Option<i64>,
    }

    #[derive(Model, Clone, Debug)]
    #[orm(table = "dump_stamps")]
    struct Stamp {
        #[orm(primary_key, references = Letter.id)]
        letter: i64,
    }

    #[test]
    fn every_part_of_a_table_is_in_the_document() {
        let document = models_json(&Metadata::of((Letter,)));
        let head = format!(
            "{{\"format\":1,\"orm_version\":\"{}\",\"models\":[{{\"name\":\"Letter\",\"module\":\"{}\",\
             \"table\":{{\"name\":\"dump_letters\",",
            env!("CARGO_PKG_VERSION"),
            module_path!()
        );
        assert!(document.starts_with(&head), "{document}");
        for part in [
            r#"{"name":"id","field":"id","type":"int64","nullable":false,"auto_increment":true}"#,
            r#""type":{"enum":{"name":"state","labels":["draft","sent"]}}"#,
            r#""length":9,"nullable":false,"auto_increment":false,"default":{"text":"a\nb"},"collation":"C"}"#,
            r#""default":{"int":"-9007199254740993"}"#,
            r#""primary_key":{"name":"pk_dump_letters","columns":["id"]}"#,
            r#""uniques":[{"name":"uq_dump_letters_state_body","columns":["state","body"]}]"#,
            r#""indexes":[{"name":"ix_dump_letters_body","columns":["body"],"unique":false}]"#,
            r#"{"name":"ck_dump_letters_state","one_of":{"column":"state","labels":["draft","sent"]}}"#,
            r#"{"name":"ck_dump_letters_short","raw":"body <> '\"'"}"#,
            r#""references":["id"],"on_delete":"SET NULL","on_update":"NO ACTION""#,
        ] {
            assert!(document.contains(part), "{part}\n{document}");
        }
        assert_eq!(document.lines().count(), 1);
    }

    #[test]
    fn contradictions_are_part_of_the_document() {
        let document = models_json(&Metadata::of((Stamp,)));
        let error = "\"error\":{\"message\":\"foreign key fk_dump_stamps_letter_dump_letters refers to the \
                     unknown table dump_letters\",\"table\":\"dump_stamps\"";
        assert!(document.contains(error), "{document}");
    }

    #[test]
    fn the_exported_function_writes_the_same() {
        extern "C" fn take(context: *mut c_void, _bytes: *const u8, length: usize) {
            #[expect(
                unsafe_code,
                reason = "the context is a pointer by the calling convention"
            )]
            // SAFETY: the test below passes a pointer to a usize that nothing else refers to.
            unsafe {
                *context.cast::<usize>() += length;
            }
        }
        let mut length = 0_usize;
        __orm_dump_models_v1(take, (&raw mut length).cast());
        assert_eq!(length, models_json(&metadata()).len());
    }
}
