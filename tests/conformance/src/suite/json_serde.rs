//! Documents whose form serde decides.

use orm::ErrorKind;
use orm::prelude::*;
use orm::types::Json;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::support::fails;
use crate::cases;
use crate::database::Db;
use crate::suite::Requires;

cases![
    "json_serde":
    serde_decides_on_keys_and_values (Requires::Json),
];

/// A document whose keys have other names, and a value of its own form.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(rename_all = "kebab-case")]
struct Settings {
    #[serde(rename = "t")]
    theme: String,
    font_size: i64,
    #[serde(with = "as_text")]
    limit: u64,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    hint: Option<String>,
}

/// A number as text.
mod as_text {
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde passes a reference"
    )]
    pub(super) fn serialize<S: Serializer>(value: &u64, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(value)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(D::Error::custom)
    }
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "serde_json_rows")]
struct Account {
    #[orm(primary_key)]
    id: i64,
    settings: Json<Settings>,
}

fn serde_decides_on_keys_and_values(db: &Db) {
    Metadata::of((Account,)).create_all(&db.engine).unwrap();
    let conn = &mut db.engine.connection().unwrap();
    let settings = |theme: &str, limit| {
        Json(Settings {
            theme: theme.to_owned(),
            font_size: 12,
            limit,
            hint: None,
        })
    };
    let rows = [settings("dark", u64::MAX), settings("light", 7)];
    let rows = rows.map(|settings| Account::builder().settings(settings));
    insert(Account).values(rows).execute(conn).unwrap();
    let found = select(Account.settings).order_by(Account.id).all(conn);
    let dark = settings("dark", u64::MAX);
    assert_eq!(found.unwrap(), [dark.clone(), settings("light", 7)]);
    // The database has the form of serde.
    let stored = select(Account.settings.type_coerce::<Value>()).order_by(Account.id);
    let text = u64::MAX.to_string();
    assert_eq!(
        stored.first(conn).unwrap(),
        Some(json!({"t": "dark", "font-size": 12, "limit": text}))
    );
    let ids = |condition: Predicate, conn: &mut Connection| {
        let query = select(Account.id).filter(condition);
        query.all(conn).unwrap()
    };
    let light = Account.settings.at("t").as_text().eq("light");
    assert_eq!(ids(light, conn), [2]);
    assert_eq!(ids(Account.settings.eq(dark), conn), [1]);
    let mut session = db.session();
    let one = session.get(Account, 1).unwrap().unwrap();
    session[one].settings.0.hint = Some("new".to_owned());
    session.commit().unwrap();
    assert_eq!(ids(Account.settings.has_key("hint"), conn), [1]);
    // What the form of serde refuses names the column.
    let broken = Account.settings.with("limit", json!(5));
    let broken = update(Account).set(Account.settings, broken);
    broken.filter(Account.id.eq(2)).execute(conn).unwrap();
    let two = select(Account).filter(Account.id.eq(2));
    let error = fails(two.one(conn), ErrorKind::Decode);
    assert_eq!(error.column(), Some("settings"));
}
