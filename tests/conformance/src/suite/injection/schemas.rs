//! Hostile strings in schemas: defaults, labels of enumerations, names of types, indexes and foreign keys.

use orm::ErrorKind;
use orm::prelude::*;
use orm::schema::{Column, ForeignKey, Index, Literal, Rule, ServerDefault, Table};
use orm::value::Value;
use orm_core::sql::ddl;
use orm_core::types::{EnumType, Type};

use super::{Bystanders, hostile, named_everywhere, stored, tables};
use crate::cases;
use crate::database::Db;
use crate::suite::support::{column, fails};

cases![
    "injection":
    in_defaults,
    in_checks,
    in_labels_of_native_enums,
    as_names_of_types,
    as_names_of_indexes,
    as_names_of_foreign_keys,
    in_attributes_of_models,
];

fn create(conn: &mut Connection, tables: &[&Table]) -> orm::Result<()> {
    let texts = ddl::create_all(conn.dialect(), tables)?;
    texts.iter().try_for_each(|sql| conn.raw_control(sql))
}

fn remove(conn: &mut Connection, tables: &[&Table]) -> orm::Result<()> {
    let texts = ddl::drop_all(conn.dialect(), tables)?;
    texts.iter().try_for_each(|sql| conn.raw_control(sql))
}

/// What was created goes, be it a part of what was to be created.
fn creates_and_removes(conn: &mut Connection, tables: &[&Table]) -> orm::Result<()> {
    let created = create(conn, tables);
    if created.is_ok() {
        return remove(conn, tables);
    }
    for table in tables {
        // Not all of them are there.
        let _ = remove(conn, &[table]);
    }
    created
}

/// A table of a key, `body` with a default, and `other`.
fn table(name: &'static str, default: Option<&str>) -> Table {
    let mut body = Column::new("body", Type::Text).length(100);
    body.server_default =
        default.map(|text| ServerDefault::Literal(Literal::Text(text.to_owned().into())));
    Table::new(name)
        .column(Column::new("id", Type::Int64))
        .column(body)
        .column(Column::new("other", Type::Int64))
        .primary_key(["id"])
}

fn in_defaults(db: &Db) {
    let (mut conn, bystanders) = Bystanders::beside(db);
    let conn = &mut conn;
    for string in hostile() {
        let table = table("hostile_defaults", Some(&string));
        let created = create(conn, &[&table]);
        if stored(&string, created).is_none() {
            continue;
        }
        conn.raw_control("INSERT INTO hostile_defaults (id, other) VALUES (1, 2)")
            .unwrap();
        let found: Vec<String> = column(conn, "SELECT body FROM hostile_defaults");
        assert_eq!(found, [string]);
        remove(conn, &[&table]).unwrap();
    }
    bystanders.are_unharmed(conn);
}

fn in_checks(db: &Db) {
    let (mut conn, bystanders) = Bystanders::beside(db);
    let conn = &mut conn;
    for string in hostile() {
        let rule = Rule::OneOf {
            column: "body".into(),
            labels: vec![string.clone().into(), "x".into()],
        };
        let table = table("hostile_checks", None).check("body", rule);
        if stored(&string, create(conn, &[&table])).is_none() {
            continue;
        }
        let insert = raw("INSERT INTO hostile_checks (id, body, other) VALUES (:id, :body, 1)");
        for (id, text) in [(1_i64, string.as_str()), (2, "x")] {
            let row = insert.clone().bind("id", id).bind("body", text);
            assert_eq!(row.execute(conn).unwrap(), 1, "{string:?}");
        }
        let wrong = insert.bind("id", 3_i64).bind("body", string.clone() + "x");
        assert!(wrong.execute(conn).is_err(), "{string:?}");
        remove(conn, &[&table]).unwrap();
    }
    bystanders.are_unharmed(conn);
}

fn size(name: &str, labels: &[&str]) -> Type {
    let labels: Vec<_> = labels
        .iter()
        .map(|label| (*label).to_owned().into())
        .collect();
    Type::Enum(EnumType::new(name.to_owned().into(), labels.into()).native())
}

fn in_labels_of_native_enums(db: &Db) {
    let (mut conn, bystanders) = Bystanders::beside(db);
    let conn = &mut conn;
    for string in hostile() {
        let table = Table::new("hostile_sizes")
            .column(Column::new("id", Type::Int64))
            .column(Column::new("size", size("hostile_size", &["x", &string])))
            .primary_key(["id"]);
        // A label may be as long as a name, and has no space at its end.
        let created = create(conn, &[&table]);
        if created.is_err() && (string.len() > 63 || string.ends_with(' ')) {
            fails(created, ErrorKind::Unsupported);
            continue;
        }
        if stored(&string, created).is_none() {
            continue;
        }
        let literal = conn.dialect().literal(&Value::Text(string.clone()));
        let Some(literal) = stored(&string, literal) else {
            remove(conn, &[&table]).unwrap();
            continue;
        };
        let sql = format!("INSERT INTO hostile_sizes (id, size) VALUES (1, {literal})");
        conn.raw_control(&sql).unwrap();
        let found: Vec<String> = column(conn, "SELECT size FROM hostile_sizes");
        assert_eq!(found, [string]);
        remove(conn, &[&table]).unwrap();
    }
    bystanders.are_unharmed(conn);
}

fn as_names_of_types(db: &Db) {
    let (mut conn, bystanders) = Bystanders::beside(db);
    let conn = &mut conn;
    for string in hostile() {
        let table = Table::new("hostile_types")
            .column(Column::new("id", Type::Int64))
            .column(Column::new("size", size(&string, &["x", "y"])))
            .primary_key(["id"]);
        let done = creates_and_removes(conn, &[&table]);
        named_everywhere(db, &string, done);
        assert_eq!(tables(conn), bystanders.tables, "{string:?}");
    }
    bystanders.are_unharmed(conn);
}

fn as_names_of_indexes(db: &Db) {
    let (mut conn, bystanders) = Bystanders::beside(db);
    let conn = &mut conn;
    for string in hostile() {
        let mut table = table("hostile_indexes", None);
        let index = Index::new("hostile_indexes", vec!["other".into()]);
        table.indexes.push(index.named(string.clone()));
        let done = creates_and_removes(conn, &[&table]);
        named_everywhere(db, &string, done);
        assert_eq!(tables(conn), bystanders.tables, "{string:?}");
    }
    bystanders.are_unharmed(conn);
}

fn as_names_of_foreign_keys(db: &Db) {
    let (mut conn, bystanders) = Bystanders::beside(db);
    let conn = &mut conn;
    for string in hostile() {
        let parent = table("hostile_parents", None);
        let mut child = table("hostile_children", None);
        let own = vec!["other".into()];
        let key = ForeignKey::new(
            "hostile_children",
            own,
            "hostile_parents".into(),
            vec!["id".into()],
        );
        child.foreign_keys.push(key.named(string.clone()));
        let done = creates_and_removes(conn, &[&parent, &child]);
        named_everywhere(db, &string, done);
        assert_eq!(tables(conn), bystanders.tables, "{string:?}");
    }
    bystanders.are_unharmed(conn);
}

#[derive(DbEnum, Clone, Copy, Debug, PartialEq)]
#[orm(native, name = "hostile \" ` '; size")]
enum Size {
    #[orm(rename = "'; DELETE FROM bystanders; --")]
    Small,
    #[orm(rename = "\\'; DELETE FROM bystanders; #")]
    Large,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "hostile \" ` '; table")]
struct Attributed {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    #[orm(column = "x\"; DELETE FROM bystanders; --", length = 80)]
    #[orm(server_default = "it's \\'; DELETE FROM bystanders; -- \" ` $1 ? :a")]
    text: String,
    #[orm(column = "`; DELETE FROM bystanders; --", index)]
    size: Size,
}

fn in_attributes_of_models(db: &Db) {
    let (mut conn, _) = Bystanders::beside(db);
    let conn = &mut conn;
    let metadata = Metadata::of((Attributed,));
    metadata.create_all(&db.engine).unwrap();
    for (id, size) in [(1, Size::Small), (2, Size::Large)] {
        let row = Attributed::builder().id(id).size(size);
        insert(Attributed).values([row]).execute(conn).unwrap();
    }
    let mut session = db.session();
    let first = session.get_one(Attributed, 1).unwrap();
    let default = "it's \\'; DELETE FROM bystanders; -- \" ` $1 ? :a";
    assert_eq!(session[first].text, default);
    session[first].size = Size::Large;
    session.commit().unwrap();
    let found =
        select(Attributed.id).filter(Attributed.size.eq(Size::Large) & Attributed.text.eq(default));
    assert_eq!(found.order_by(Attributed.id).all(conn).unwrap(), [1, 2]);
    drop(session);
    metadata.drop_all(&db.engine).unwrap();
    assert_eq!(db.count("bystanders"), 2);
}
