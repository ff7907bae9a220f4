//! The models as JSON, and the symbol by which a tool reads it from a compiled library.
//!
//! `orm-migrate` builds a user's library as a cdylib with the feature `dump` of this crate, loads it in a child
//! process and calls [`__orm_dump_models_v1`]. The document is [`orm_core::schema::dump`], which the tool parses with
//! the same types; nothing here depends on a database.

use std::ffi::c_void;

use orm_core::schema::dump::{Dump, MappedTable};

use super::registry::{Metadata, metadata};

/// Receives a piece of the document: the context of the call, and the bytes.
pub type WriteBytes = extern "C" fn(context: *mut c_void, bytes: *const u8, length: usize);

/// Passes the JSON of all linked models to `write` in one call, with `context`.
///
/// The number in the name is the version of the calling convention. [`FORMAT`](orm_core::schema::dump::FORMAT) is the
/// version of the document.
#[expect(
    unsafe_code,
    reason = "an exported name is how a tool finds the models in a library"
)]
// SAFETY: no other function has this name: it bears the crate's and its own version's.
#[unsafe(no_mangle)]
pub extern "C" fn __orm_dump_models_v1(write: WriteBytes, context: *mut c_void) {
    let document = models_json(&metadata());
    write(context, document.as_ptr(), document.len());
}

/// Returns the models of `metadata` with their tables as a JSON document of one line. The models are not checked; the
/// reader of the document checks them.
#[expect(
    clippy::missing_panics_doc,
    reason = "a dump has no map and writes to memory"
)]
pub fn models_json(metadata: &Metadata) -> String {
    let models = metadata
        .tables()
        .map(|def| MappedTable::new(def.name, def.module, def.fields, def.schema.clone()));
    let mut dump = Dump::new(env!("CARGO_PKG_VERSION"), models.collect());
    dump.views = metadata.views();
    dump.sequences = metadata.sequences();
    serde_json::to_string(&dump).expect("invariant: no part of a dump can fail to be written")
}

#[cfg(test)]
mod tests {
    use super::*;
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
        #[orm(server_default = 0.1)]
        price: Option<f64>,
        #[orm(server_default = raw("1 + 1"))]
        sum: Option<i64>,
        #[orm(column = "replies_to", references = Letter.id, on_delete = set_null)]
        answers: Option<i64>,
    }

    #[test]
    fn every_part_of_a_table_is_in_the_document() {
        let document = models_json(&Metadata::of((Letter,)));
        for part in [
            r#""name":"id","type":"int64","nullable":false,"auto_increment":true"#,
            r#""type":{"enum":{"name":"state","labels":["draft","sent"]}}"#,
            r#""length":9,"collation":"C","server_default":{"literal":{"text":"a\nb"}}"#,
            r#"{"literal":{"int":-9007199254740993}}"#,
            r#"{"raw":"1 + 1"}"#,
            r#""primary_key":{"name":"pk_dump_letters","columns":["id"]}"#,
            r#""uniques":[{"name":"uq_dump_letters_state_body","columns":["state","body"]}]"#,
            r#""indexes":[{"name":"ix_dump_letters_body","keys":[{"of":{"column":"body"}}],"unique":false}]"#,
            r#"{"name":"ck_dump_letters_state","rule":{"one_of":{"column":"state","labels":["draft","sent"]}}}"#,
            r#"{"name":"ck_dump_letters_short","rule":{"raw":"body <> '\"'"}}"#,
            r#""references":["id"],"on_delete":"set_null","on_update":"no_action""#,
        ] {
            assert!(document.contains(part), "{part}\n{document}");
        }
        assert_eq!(document.lines().count(), 1);
    }

    #[test]
    fn what_is_read_is_what_was_written() {
        let metadata = Metadata::of((Letter,));
        let dump: Dump = serde_json::from_str(&models_json(&metadata)).expect("a dump");
        let model = &dump.models[0];
        assert_eq!(
            (model.name.as_str(), model.module.as_str()),
            ("Letter", module_path!())
        );
        assert_eq!(model.fields[6], "answers");
        assert_eq!(model.table, *metadata.models()[0].schema);
    }

    #[derive(DbEnum, Clone, Copy, Debug, PartialEq)]
    #[orm(native)]
    enum DumpSize {
        Small,
        Large,
    }

    #[derive(Model, Clone, Debug)]
    #[orm(table = "dump_boxes")]
    struct Carton {
        #[orm(primary_key)]
        id: i64,
        size: DumpSize,
        #[orm(sql_type(mysql = "MEDIUMTEXT", postgres = "citext"))]
        note: String,
    }

    #[test]
    fn native_enums_and_types_of_dialects_are_in_the_document() {
        let metadata = Metadata::of((Carton,));
        let document = models_json(&metadata);
        for part in [
            r#"{"enum":{"name":"dump_size","labels":["small","large"],"native":true}}"#,
            r#""sql_types":[["mysql","MEDIUMTEXT"],["postgres","citext"],["mariadb","MEDIUMTEXT"]]"#,
        ] {
            assert!(document.contains(part), "{part}\n{document}");
        }
        let dump: Dump = serde_json::from_str(&document).expect("a dump");
        assert_eq!(dump.models[0].table, *metadata.models()[0].schema);
    }

    #[derive(Model, Clone, Debug)]
    #[orm(table = "dump_stamps", comment = "of all years", index(expr("lower(motif)"), name = "motifs", where(Stamp.year.gt(1840))))]
    #[orm(option(sqlite(strict)), check(name = "late", Stamp.year.ge(1840)))]
    struct Stamp {
        #[orm(primary_key)]
        id: i64,
        #[orm(comment = "of issue", renamed_from = "issued")]
        year: i64,
        motif: String,
        #[orm(generated(virtual, "year / 100 + 1"))]
        century: i64,
        #[orm(sequence = "dump_numbers")]
        number: i64,
    }

    #[derive(Model, Clone, Debug)]
    #[orm(
        table = "dump_centuries",
        view = "SELECT DISTINCT century FROM dump_stamps",
        depends_on(Stamp)
    )]
    struct Century {
        #[orm(primary_key, auto_increment = false)]
        century: i64,
    }

    #[test]
    fn views_sequences_and_expressions_are_in_the_document() {
        let metadata = Metadata::of((Stamp, Century));
        let document = models_json(&metadata);
        for part in [
            r#""generated":{"expression":"year / 100 + 1","stored":false}"#,
            r#""server_default":{"nextvalue":{"name":"dump_numbers"}}"#,
            r#""comment":"of issue","renamed_from":"issued""#,
            r#""keys":[{"of":{"expression":"lower(motif)"}}]"#,
            r#""options":[{"dialect":"sqlite","name":"STRICT"}]"#,
            r#""views":[{"name":"dump_centuries","query":"SELECT DISTINCT century FROM dump_stamps""#,
            r#""depends_on":[{"name":"dump_stamps"}]"#,
            r#""sequences":[{"name":"dump_numbers"}]"#,
        ] {
            assert!(document.contains(part), "{part}\n{document}");
        }
        let dump: Dump = serde_json::from_str(&document).expect("a dump");
        assert_eq!(dump.models.len(), 1);
        assert_eq!(dump.models[0].table, *metadata.models()[1].schema);
        let schema = metadata.schema().expect("models without contradictions");
        assert_eq!(
            (dump.views, dump.sequences),
            (schema.views, schema.sequences)
        );
        let old = models_json(&Metadata::of((Letter,)));
        assert!(
            !old.contains("views") && !old.contains("sequences"),
            "{old}"
        );
    }

    #[derive(Model, Clone, Debug)]
    #[orm(table = "dump_parcels")]
    struct Parcel {
        #[orm(primary_key)]
        id: i64,
        #[orm(link_table = "dump_parcel_letters")]
        letters: crate::ManyToMany<Letter>,
    }

    #[test]
    fn a_link_table_is_in_the_document() {
        let dump = models_json(&Metadata::of((Letter, Parcel)));
        let dump: Dump = serde_json::from_str(&dump).expect("a dump");
        let link = &dump.models[1];
        assert_eq!(link.name, "Parcel.letters");
        assert_eq!(link.table.name, "dump_parcel_letters");
        assert_eq!(link.fields, ["parcel_id", "letter_id"]);
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
