//! Options of columns: the length of a type, NULL and NOT NULL beside the type of the field, names that differ from the
//! field's, and synonyms.

use orm::ErrorKind;
use orm::prelude::*;
use orm::types::DbType as _;

use crate::cases;
use crate::database::Db;
use crate::suite::statements::{unguarded_writes, writes};
use crate::suite::support::{fails, refused, scalar};

cases![
    "column_options":
    a_type_gives_its_columns_a_length,
    the_length_of_a_type_is_enforced,
    a_new_type_over_a_new_type_has_its_length,
    a_nullable_column_of_a_plain_field_takes_null,
    a_not_null_column_of_an_option_refuses_null,
    a_not_null_column_of_an_option_is_filled_in_by_the_server,
    a_renamed_column_is_selected_and_updated,
    a_renamed_foreign_key_is_copied_from_its_relation,
    a_renamed_column_in_a_bulk_update_changes_entities,
    a_synonym_is_the_same_column,
];

#[derive(DbType, Clone, Debug, PartialEq, Eq, Hash)]
#[orm(length = 12)]
struct Code(String);

#[derive(DbType, Clone, Debug, PartialEq)]
struct Voucher(Code);

#[derive(Model, Clone, Debug)]
#[orm(table = "co_products")]
struct Product {
    #[orm(primary_key)]
    code: Code,
    successor: Option<Code>,
    #[orm(length = 5)]
    short: Option<Code>,
    voucher: Option<Voucher>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "co_stocks")]
struct Stock {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Product.code)]
    product: Code,
}

fn lengths<M: Model>() -> Vec<Option<u32>> {
    let columns = M::def().columns.iter();
    columns.map(|column| column.length).collect()
}

fn products(db: &Db) -> Session {
    let models = Metadata::of((Product, Stock));
    models.create_all(&db.engine).unwrap();
    let create = db.sent().join("\n");
    // Two columns of the type, one of a type over it, and the foreign key of the other table.
    assert_eq!(create.matches("(12)").count(), 4, "{create}");
    assert_eq!(create.matches("(5)").count(), 1, "{create}");
    db.session()
}

fn product(code: &str) -> Product {
    Product {
        code: Code(code.to_owned()),
        successor: None,
        short: None,
        voucher: None,
    }
}

fn a_type_gives_its_columns_a_length(db: &Db) {
    assert_eq!((Code::LENGTH, <Option<Code>>::LENGTH), (Some(12), Some(12)));
    let length = Some(12);
    assert_eq!(lengths::<Product>(), [length, length, Some(5), length]);
    assert_eq!(lengths::<Stock>(), [None, length]);
    let mut session = products(db);
    session.add(product("a b c d e f "));
    session.add(Stock::builder().product(Code("a b c d e f ".to_owned())));
    session.commit().unwrap();
    assert_eq!(db.count("co_stocks"), 1);
}

fn the_length_of_a_type_is_enforced(db: &Db) {
    let mut session = products(db);
    session.add(product("1234567890123"));
    let error = fails(session.flush(), ErrorKind::DataTooLong);
    assert_eq!(error.table(), Some("co_products"));
    assert_eq!(error.column(), Some("code"));
    assert_eq!(writes(db), [""; 0]);
    session.rollback().unwrap();
    // Characters count, not bytes; the length of the field wins.
    session.add(product("äöüäöüäöüäöü"));
    session.add(Product {
        short: Some(Code("123456".to_owned())),
        ..product("x")
    });
    let error = fails(session.flush(), ErrorKind::DataTooLong);
    assert_eq!(error.column(), Some("short"));
}

fn a_new_type_over_a_new_type_has_its_length(db: &Db) {
    assert_eq!(Voucher::LENGTH, Some(12));
    let mut session = products(db);
    let voucher = |text: &str| Some(Voucher(Code(text.to_owned())));
    let first = session.add(Product {
        voucher: voucher("spring"),
        ..product("a")
    });
    session.commit().unwrap();
    assert_eq!(session[first].voucher, voucher("spring"));
    session[first].voucher = voucher("1234567890123");
    let error = fails(session.flush(), ErrorKind::DataTooLong);
    assert_eq!(error.column(), Some("voucher"));
}

#[derive(Model, Clone, Debug)]
#[orm(table = "co_imports")]
struct Import {
    #[orm(primary_key)]
    id: i64,
    #[orm(nullable)]
    rows_read: i32,
    #[orm(not_null)]
    source: Option<i32>,
    #[orm(not_null, server_default = 3)]
    retries: Option<i32>,
}

fn imports(db: &Db) -> Session {
    Metadata::of((Import,)).create_all(&db.engine).unwrap();
    let columns = Import::def().columns.iter();
    let nullable: Vec<bool> = columns.map(|column| column.nullable).collect();
    assert_eq!(nullable, [false, true, false, false]);
    db.sent();
    db.session()
}

fn a_nullable_column_of_a_plain_field_takes_null(db: &Db) {
    let mut session = imports(db);
    db.outside("INSERT INTO co_imports (id, source) VALUES (1, 7)");
    let error = fails(session.get(Import, 1), ErrorKind::Decode);
    assert_eq!(error.table(), Some("co_imports"));
    assert_eq!(error.column(), Some("rows_read"));
    let hint = error.hint().expect("a hint");
    assert!(hint.contains("make the field an Option"), "{hint}");
    db.outside("UPDATE co_imports SET rows_read = 5");
    assert!(session.get(Import, 1).unwrap().is_some());
}

fn a_not_null_column_of_an_option_refuses_null(db: &Db) {
    let mut session = imports(db);
    session.add(Import::builder().rows_read(1));
    let error = refused(session.flush(), ErrorKind::NotNullViolation);
    assert_eq!(error.column(), Some("source"));
    session.rollback().unwrap();
    assert_eq!(db.count("co_imports"), 0);
}

fn a_not_null_column_of_an_option_is_filled_in_by_the_server(db: &Db) {
    let mut session = imports(db);
    let built = session.add(Import::builder().rows_read(1).source(2));
    let plain = session.add(Import {
        id: 0,
        rows_read: 1,
        source: Some(2),
        retries: None,
    });
    session.commit().unwrap();
    assert_eq!(session[built].retries, Some(3));
    assert_eq!(session[plain].retries, Some(3));
}

#[derive(Model, Clone, Debug)]
#[orm(table = "co_writers")]
struct Writer {
    #[orm(primary_key, column = "writer_no")]
    id: i64,
    #[orm(column = "full_name", length = 50, synonym = login, synonym = label)]
    name: String,
    #[orm(column = "page_count", server_default = 0)]
    pages: i32,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "co_books")]
struct Book {
    #[orm(primary_key, column = "book_no")]
    id: i64,
    #[orm(column = "written_by", references = Writer.id)]
    writer_id: i64,
    writer: BelongsTo<Writer>,
}

fn writers(db: &Db) -> (Session, Ref<Writer>) {
    let models = Metadata::of((Writer, Book));
    models.create_all(&db.engine).unwrap();
    let mut session = db.session();
    let ada = session.add(Writer::builder().name("ada"));
    session.add(Writer::builder().name("bob"));
    session.commit().unwrap();
    db.sent();
    (session, ada)
}

fn a_renamed_column_is_selected_and_updated(db: &Db) {
    let (mut session, ada) = writers(db);
    let found = select(Writer).filter(Writer.name.eq("ada"));
    let found = found.order_by(Writer.id.asc()).one(&mut session).unwrap();
    assert_eq!(found, ada);
    db.sent();
    session[ada].name = "eve".into();
    session.commit().unwrap();
    let update = r#"UPDATE "co_writers" SET "full_name" = ? WHERE "writer_no" = ?"#;
    let sent = writes(db);
    assert!(sent.len() == 1 && sent[0].starts_with(update), "{sent:?}");
    let names = select((Writer.id, Writer.name)).order_by(Writer.name);
    let names = names.all(&mut session).unwrap();
    assert_eq!(names[1].1, "eve");
    assert_eq!(session[ada].name, "eve");
    session.delete(ada);
    session.commit().unwrap();
    let delete = r#"DELETE FROM "co_writers" WHERE "writer_no" = ?"#;
    assert!(writes(db)[0].starts_with(delete));
}

fn a_renamed_foreign_key_is_copied_from_its_relation(db: &Db) {
    let (mut session, ada) = writers(db);
    let eve = session.add(Writer::builder().name("eve"));
    let book = session.add(Book::builder().writer(eve));
    session.commit().unwrap();
    assert_eq!(session[book].writer_id, session[eve].id);
    let mut conn = db.other_connection();
    let key: i64 = scalar(&mut conn, "SELECT written_by FROM co_books");
    assert_eq!(key, session[eve].id);
    db.sent();
    session.link(book, Book.writer, ada).unwrap();
    session.commit().unwrap();
    let update = r#"UPDATE "co_books" SET "written_by" = ? WHERE "book_no" = ?"#;
    assert!(unguarded_writes(db)[0].starts_with(update));
    assert_eq!(session[book].writer_id, session[ada].id);
}

fn a_renamed_column_in_a_bulk_update_changes_entities(db: &Db) {
    let (mut session, ada) = writers(db);
    assert_eq!(session[ada].pages, 0);
    let changed = update(Writer)
        .set(Writer.pages, Writer.pages + 5)
        .filter(Writer.name.eq("ada"));
    let changed = changed.synchronize().execute(&mut session);
    assert_eq!(changed.unwrap(), 1);
    assert_eq!(session[ada].pages, 5);
    let removed = delete(Writer).filter(Writer.pages.eq(0));
    assert_eq!(removed.execute(&mut session).unwrap(), 1);
    session.commit().unwrap();
    assert_eq!(db.count("co_writers"), 1);
}

fn a_synonym_is_the_same_column(db: &Db) {
    let (mut session, ada) = writers(db);
    assert_eq!(Writer.login.name(), "full_name");
    assert_eq!(Writer.label.position(), Writer.name.position());
    let found = select(Writer).filter(Writer.login.eq("ada"));
    assert_eq!(found.one(&mut session).unwrap(), ada);
    let alias = Writer.alias("w");
    let found = select(alias.login).order_by(alias.label.desc());
    assert_eq!(found.all(&mut session).unwrap(), ["bob", "ada"]);
    let renamed = update(Writer).set(Writer.login, "eve");
    let renamed = renamed.filter(Writer.label.eq("ada"));
    let renamed = renamed.synchronize().execute(&mut session);
    assert_eq!(renamed.unwrap(), 1);
    assert_eq!(session[ada].name, "eve");
    // It is no second column.
    assert_eq!(Writer::def().fields, ["id", "name", "pages"]);
}
