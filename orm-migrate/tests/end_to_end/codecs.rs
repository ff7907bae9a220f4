//! Columns of types with a codec: their types in scripts and migrations, and tables that lack one.

use crate::support::{Database, Project};

const NAME: &str = "20260101000000_first";
const LATER: &str = "20260102000000_notes";

/// A text with a length, and a type that each database has its own name of.
const MODELS: &str = r#"
use orm::prelude::*;
use orm::types::{Codec, ExtensionType, Type};
use orm::value::{ConversionError, Value, ValueRef};
use std::borrow::Cow;

#[derive(DbType, Clone, Debug, Default, PartialEq)]
#[orm(codec)]
pub struct Secret(String);

impl Codec for Secret {
    const TYPE: Type = Type::Text;
    const LENGTH: Option<u32> = Some(100);
    const NAME: &'static str = "a secret";

    fn encode(&self, _server: &str) -> Value {
        Value::Text(format!("enc:{}", self.0))
    }

    fn decode(value: ValueRef<'_>) -> Result<Self, ConversionError> {
        let ValueRef::Text(text) = value else {
            return Err(ConversionError::Kind);
        };
        let text = text.strip_prefix("enc:").ok_or(ConversionError::Format)?;
        Ok(Self(text.to_owned()))
    }
}

#[derive(DbType, Clone, Debug, PartialEq)]
#[orm(codec)]
pub struct Price(i64);

impl Codec for Price {
    const TYPE: Type = Type::Extension(ExtensionType {
        name: Cow::Borrowed("a price"),
        native: Cow::Borrowed(&[
            (Cow::Borrowed("sqlite"), Cow::Borrowed("TEXT")),
            (Cow::Borrowed("postgres"), Cow::Borrowed("NUMERIC(12, 2)")),
            (Cow::Borrowed("mariadb"), Cow::Borrowed("DECIMAL(12, 2)")),
            (Cow::Borrowed("mysql"), Cow::Borrowed("DECIMAL(12, 2)")),
        ]),
    });
    const NAME: &'static str = "a price";

    fn encode(&self, _server: &str) -> Value {
        Value::Text(format!("{}.{:02}", self.0 / 100, self.0 % 100))
    }

    fn decode(_value: ValueRef<'_>) -> Result<Self, ConversionError> {
        Err(ConversionError::Kind)
    }
}

#[derive(Model, Clone, Debug)]
#[orm(table = "patients")]
pub struct Patient {
    #[orm(primary_key)]
    pub id: i64,
    #[orm(unique)]
    pub name: Secret,
    #[orm(server_default = "enc:it's \\ none")]
    pub allergy: Secret,
    pub paid: Option<Price>,
    // more
}
"#;

/// The types of the columns in the words of a dialect.
fn types(dialect: &str) -> [&'static str; 2] {
    match dialect {
        "sqlite" => ["VARCHAR(100)", "TEXT"],
        "postgres" => ["VARCHAR(100)", "NUMERIC(12, 2)"],
        _ => ["VARCHAR(100)", "DECIMAL(12, 2)"],
    }
}

#[test]
fn scripts_have_the_types_of_codecs() {
    let project = Project::new("codec_scripts", MODELS);
    for dialect in ["sqlite", "postgres", "mysql", "mariadb"] {
        let script = project
            .run(&["create-all", "--dialect", dialect])
            .ends(0)
            .out;
        let [secret, price] = types(dialect);
        let quote = if dialect.starts_with('m') { '`' } else { '"' };
        for column in [
            format!("{quote}name{quote} {secret}"),
            format!("{quote}paid{quote} {price}"),
        ] {
            assert!(script.contains(&column), "{dialect}: {script}");
        }
    }
}

#[test]
fn columns_of_codecs_are_created_compared_and_altered() {
    let project = Project::new("codecs", MODELS);
    for database in Database::all(&project) {
        let _ = std::fs::remove_dir_all(project.path("migrations"));
        project.write("src/lib.rs", MODELS);
        let run =
            |arguments: &[&str]| project.run(&[arguments, &["--url", &database.url]].concat());
        let up = run(&["create-all"]).ends(0).out;
        project.migration(NAME, &up, "DROP TABLE patients;\n");
        run(&["run"]).ends(0);
        let again = run(&["create-all", "--apply"]).ends(0).err;
        assert!(again.contains("there already: patients"), "{again}");
        assert!(!again.contains("created"), "{again}");
        let quiet = run(&["status"]).ends(0).err;
        assert!(!quiet.contains("note: the table"), "{quiet}");

        database.execute("INSERT INTO patients (name, paid) VALUES ('enc:ada', '3.50')");
        let stored = database.query("SELECT allergy FROM patients");
        assert_eq!(stored, ["enc:it's \\ none"]);

        // A field more, and the migration that adds its column.
        let more = "pub note: Option<Secret>,\n    pub owed: Option<Price>,";
        project.write("src/lib.rs", &MODELS.replace("// more", more));
        run(&["status"])
            .ends(0)
            .says(&["note: the table patients lacks the columns note, owed of its model"]);
        let [secret, price] = types(database.dialect);
        let up = format!(
            "ALTER TABLE patients ADD COLUMN note {secret};\nALTER TABLE patients ADD COLUMN owed {price};\n"
        );
        let down =
            "ALTER TABLE patients DROP COLUMN note;\nALTER TABLE patients DROP COLUMN owed;\n";
        project.migration(LATER, &up, down);
        run(&["run"]).ends(0);
        let quiet = run(&["status"]).ends(0).err;
        assert!(!quiet.contains("note: the table"), "{quiet}");
        database.execute("UPDATE patients SET note = 'enc:fever', owed = '0.05'");
        let stored = database.query("SELECT note FROM patients");
        assert_eq!(stored, ["enc:fever"]);
        run(&["revert"]).ends(0);
        run(&["status"])
            .ends(3)
            .says(&["note: the table patients lacks"]);
        run(&["run"]).ends(0);
        let stored =
            database.query("SELECT note FROM patients WHERE note IS NULL AND name = 'enc:ada'");
        assert_eq!(stored.len(), 1);
        run(&["revert", "--all"]).ends(0);
        assert_eq!(database.tables(), ["__diesel_schema_migrations"]);
    }
}
