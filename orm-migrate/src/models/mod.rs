//! [`Models`]: the registered models of a program, read from the dump of `orm`.
//!
//! `document.rs` parses it. Its source, a file, this program or a library that cargo builds, is [`ModelSource`].

mod document;

use std::fs;
use std::path::PathBuf;

use orm_core::schema::Schema;

use crate::discover::{self, Selection};
use crate::error::{Error, Result};

/// Selects the source of the models.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ModelSource {
    /// The models that are linked into this program.
    Linked,
    /// A dump in a file, as `models --json` prints it.
    File(PathBuf),
    /// The models of a package, which cargo builds.
    Package(Selection),
}

impl ModelSource {
    /// Reads the models.
    ///
    /// # Errors
    /// - The file can't be read.
    /// - No package matches, or several do.
    /// - The package does not compile.
    /// - The document is malformed or has another format.
    /// - There are no models, or they are not consistent.
    pub fn load(&self) -> Result<Models> {
        match self {
            Self::Linked => Models::linked(),
            Self::File(path) => {
                let text =
                    fs::read_to_string(path).map_err(|error| Error::io("read", path, error))?;
                Models::from_json(&text, &path.display().to_string())
            }
            Self::Package(selection) => Models::of(&discover::dump(selection)?),
        }
    }

    /// The models for a command that works without them as well: none if the program has none linked, or no
    /// package is meant.
    ///
    /// # Errors
    /// As [`ModelSource::load`].
    pub(crate) fn load_if_any(&self) -> Result<Option<Models>> {
        match self {
            Self::Linked if orm::mapping::metadata().models().is_empty() => Ok(None),
            Self::Package(selection) if selection.package.is_none() => {
                let dump = discover::dump_if_any(selection)?;
                dump.as_ref().map(Models::of).transpose()
            }
            _ => self.load().map(Some),
        }
    }
}

/// Holds the consistent models of a program, at least one.
#[derive(Clone, Debug)]
pub struct Models {
    document: String,
    orm_version: String,
    names: Vec<ModelName>,
    schema: Schema,
}

/// Holds the names of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ModelName {
    /// The name of the struct.
    pub name: String,
    /// The module in which the struct is defined.
    pub module: String,
    /// The name of the table.
    pub table: String,
}

impl Models {
    /// Returns the models that are linked into this program.
    ///
    /// # Errors
    /// There are no models, or they are not consistent.
    pub fn linked() -> Result<Self> {
        let document = orm::mapping::dump::models_json(&orm::mapping::metadata());
        Self::from_json(&document, "this program")
    }

    fn of(dump: &discover::Dump) -> Result<Self> {
        Self::from_json(&dump.document, &format!("the package {}", dump.package))
    }

    /// Reads a dump. `origin` names it in messages.
    ///
    /// # Errors
    /// - The document is malformed or has another format.
    /// - There are no models, or they are not consistent.
    pub fn from_json(document: &str, origin: &str) -> Result<Self> {
        let dump = document::read(document, origin)?;
        if dump.models.is_empty() {
            return Err(no_models(origin));
        }
        let (mut names, mut tables) = (Vec::new(), Vec::new());
        for model in dump.models {
            names.push(ModelName {
                name: model.name,
                module: model.module,
                table: model.table.name.to_string(),
            });
            tables.push(model.table);
        }
        let mut schema = Schema::new(tables)?;
        schema.views = dump.views;
        schema.sequences = dump.sequences;
        names.sort_by(|a, b| (&a.table, &a.module, &a.name).cmp(&(&b.table, &b.module, &b.name)));
        Ok(Self {
            document: document.trim().to_owned(),
            orm_version: dump.orm_version,
            names,
            schema,
        })
    }

    /// Returns the tables.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Returns the models, sorted by table.
    pub fn names(&self) -> &[ModelName] {
        &self.names
    }

    /// Returns the version of `orm` that has written the dump.
    pub fn orm_version(&self) -> &str {
        &self.orm_version
    }

    /// Returns the dump: JSON of one line.
    pub fn json(&self) -> &str {
        &self.document
    }
}

fn no_models(origin: &str) -> Error {
    Error::failed(format!("{origin} has no models")).with_hint(
        "derive(Model) registers a struct; models of another crate are linked only if code refers to that crate: write `use models_crate as _;`",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const DUMP: &str = r#"{"format":4,"orm_version":"0.1.0","models":[
        {"name":"Post","module":"app::posts","fields":["id","author_id","state","n"],"table":{"name":"posts","columns":[
            {"name":"id","type":"int64","nullable":false,"auto_increment":true},
            {"name":"author_id","type":"int64","nullable":true,"auto_increment":false},
            {"name":"state","type":{"enum":{"name":"state","labels":["a","b"]}},
             "nullable":false,"auto_increment":false,"server_default":{"literal":{"text":"a"}}},
            {"name":"n","type":"float64","length":null,"nullable":false,
             "auto_increment":false,"server_default":{"literal":{"float":0.5}}}],
          "primary_key":{"name":"pk_posts","columns":["id"]},
          "uniques":[{"name":"u","columns":["n"]}],
          "foreign_keys":[{"name":"f","columns":["author_id"],"table":"users","references":["id"],
            "on_delete":"set_null","on_update":"no_action"}],
          "checks":[{"name":"c","rule":{"raw":"n > 0"}},
            {"name":"d","rule":{"one_of":{"column":"state","labels":["a","b"]}}}],
          "indexes":[{"name":"i","keys":[{"of":{"column":"n"}}],"unique":false}]}},
        {"name":"User","module":"app","fields":["id"],"table":{"name":"users","columns":[
            {"name":"id","type":"int64","nullable":false,"auto_increment":true}],
          "primary_key":{"name":"pk_users","columns":["id"]},
          "uniques":[],"indexes":[],"checks":[],"foreign_keys":[]}}]}"#;

    #[test]
    fn a_dump_becomes_tables() {
        let models = Models::from_json(DUMP, "a.json").unwrap();
        assert_eq!(models.names()[0].name, "Post");
        assert_eq!(models.names()[0].module, "app::posts");
        let posts = models.schema().table("posts").unwrap();
        assert_eq!(posts.columns.len(), 4);
        assert!(posts.columns[0].auto_increment && posts.columns[1].nullable);
        assert_eq!(posts.checks.len(), 2);
        assert_eq!(
            posts.foreign_keys[0].on_delete,
            orm_core::schema::Action::SetNull
        );
    }

    #[track_caller]
    fn check(from: &str, to: &str, expected: &str) {
        let error = Models::from_json(&DUMP.replace(from, to), "a.json")
            .unwrap_err()
            .to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn a_wrong_dump_is_refused_with_the_reason() {
        check("\"format\":4", "\"format\":5", "upgrade orm-migrate");
        check(
            "\"format\":4",
            "\"format\":3",
            "upgrade orm in that package",
        );
        check("\"format\":4,", "", "a.json is not a dump of models");
        check("int64", "int65", "int65");
        check("\"on_update\"", "\"on_upgrade\"", "on_upgrade");
        check("set_null", "set_zero", "set_zero");
        check("\"raw\"", "\"row\"", "row");
        check("\"raw\":\"n > 0\"", "\"raw\":7", "SqlText");
        check("{\"float\":0.5}", "{\"float\":\"x\"}", "expected f64");
        check(
            "\"author_id\",\"type\":\"int64\",\"nullable\":true",
            "\"author_id\",\"type\":\"int64\",\"nullable\":false",
            "f has the action SET NULL, but its column is NOT NULL",
        );
        check(
            "\"table\":\"users\"",
            "\"table\":\"user\"",
            "unknown table user",
        );
        check(
            "\"name\":\"users\"",
            "\"name\":\"posts\"",
            "the table posts is mapped by two models",
        );
        let cut = &DUMP[..DUMP.len() / 2];
        assert!(
            Models::from_json(cut, "a.json")
                .unwrap_err()
                .message()
                .contains("line")
        );
    }

    #[test]
    fn no_models_are_an_error() {
        let error =
            Models::from_json(r#"{"format":4,"orm_version":"0","models":[]}"#, "x").unwrap_err();
        assert!(error.message().contains("x has no models"));
    }
}
