//! Options of constraints and indexes, expressions, options of tables, views and sequences that the derive makes of a
//! struct.

use super::*;
use orm_core::schema::{
    AttachedSql, Check, Deferrable, Generated, Identity, Index, IndexKey, KeyOf, QualifiedName,
    Rule, Schema, SqlText, Table, TableOption, Unique,
};

/// A value object with a column for an index.
#[derive(Embedded, Clone, Debug, Default, PartialEq)]
struct Place {
    /// The town.
    town: String,
}

/// What columns state.
#[derive(Model, Clone, Debug)]
#[orm(
    table = "products",
    comment = "what is sold",
    renamed_from = "articles",
    temporary,
    option(
        mysql(engine = "MyISAM", auto_increment = 1000),
        sqlite(strict, without_rowid)
    ),
    option(firebird(external = "a.dat")),
    attach(
        name = "log",
        dialect = "sqlite",
        create = "CREATE TRIGGER log …",
        drop = "DROP TRIGGER log"
    ),
    attach(name = "note", create = "CREATE TRIGGER note …")
)]
struct Product {
    /// The key.
    #[orm(primary_key, identity(always, start = -100, increment = 2))]
    id: i64,
    /// The name.
    #[orm(comment = "as printed", renamed_from = "title", unique(name = "one_name", nulls_not_distinct, deferrable = deferred))]
    name: String,
    /// The price.
    #[orm(index(name = "by_price", desc, nulls = last, where = "price > 0", concurrently))]
    price: i64,
    /// The amount.
    #[orm(index(
        length = 10,
        opclass = "int8_ops",
        collation = "C",
        method = "gin",
        unique,
        nulls_not_distinct
    ))]
    amount: i64,
    /// The sum.
    #[orm(generated = "price * amount")]
    sum: i64,
    /// The sum and its half.
    #[orm(generated(virtual, postgres = "sum * 3 / 2", mysql = "sum * 3 DIV 2"))]
    more: Option<i64>,
    /// The number.
    #[orm(sequence = "product_numbers")]
    number: i64,
    /// When it was made.
    #[orm(server_default = raw(postgres = "now()", sqlite = "CURRENT_TIMESTAMP"))]
    made: Option<String>,
    /// The one before.
    #[orm(references = Product.id, deferrable, match = full)]
    previous: Option<i64>,
}

/// What constraints and indexes of several columns state.
#[derive(Model, Clone, Debug)]
#[orm(table = "bookings")]
#[orm(unique(room, day, name = "one_a_day", nulls_not_distinct, deferrable))]
#[orm(index(room, day desc, name = "by_day", unique, where = "day > 0", include(guest, at.town)))]
#[orm(index(expr("lower(guest)"), room(desc, nulls = first, length = 4), expr(postgres = "a", sqlite = "b") desc, at.town, name = "mixed", method = "btree"))]
#[orm(index(guest, where(Booking.day.gt(5).and(Booking.guest.ne("x's"))), nulls_not_distinct, unique))]
#[orm(check(name = "dialects", raw(postgres = "day > 1", sqlite = "day > 2")))]
#[orm(check(name = "typed", Booking.day.between(1, 366)))]
#[orm(exclude(method = "gist", room with "=", expr("int8range(day, day + 1)") with "&&", where = "day > 0", deferrable = immediate, name = "apart"))]
#[orm(exclude(room(opclass = "int8_ops") with "<>", day with "="))]
#[orm(foreign_key(room, guest, references = (Room.number, Room.owner), match = full, deferrable = deferred))]
struct Booking {
    /// The key.
    #[orm(primary_key)]
    id: i64,
    /// The room.
    room: i64,
    /// The day.
    #[orm(column = "the_day")]
    day: i64,
    /// Who.
    guest: String,
    /// Where.
    #[orm(flatten, prefix = "at_")]
    at: Place,
}

/// What is booked.
#[derive(Model, Clone, Debug)]
#[orm(table = "rooms", unique(number, owner))]
struct Room {
    /// The key.
    #[orm(primary_key)]
    id: i64,
    /// The number.
    number: i64,
    /// Whose.
    owner: String,
}

/// A view.
#[derive(Model, Clone, Debug)]
#[orm(
    table = "busy_rooms",
    view = "SELECT id, number FROM rooms",
    depends_on(Room),
    comment = "of today"
)]
struct BusyRoom {
    /// The key.
    #[orm(primary_key)]
    id: i64,
    /// The number.
    number: i64,
}

/// A materialized view, whose query depends on the dialect.
#[derive(Model, Clone, Debug)]
#[orm(
    table = "all_rooms",
    view(postgres = "TABLE rooms", sqlite = "SELECT * FROM rooms"),
    materialized
)]
struct EveryRoom {
    /// The key.
    #[orm(primary_key)]
    id: i64,
}

fn products() -> &'static Table {
    &Product::def().schema
}

#[test]
fn columns_have_comments_old_names_and_expressions() {
    let columns = &products().columns;
    let numbered = Identity {
        always: true,
        start: Some(-100),
        increment: Some(2),
    };
    assert_eq!(columns[0].identity, Some(numbered));
    assert!(columns[0].auto_increment);
    assert_eq!(columns[1].comment.as_deref(), Some("as printed"));
    assert_eq!(columns[1].renamed_from.as_deref(), Some("title"));
    let sum = Generated::stored("price * amount".into());
    assert_eq!(columns[4].generated, Some(sum));
    let texts = [("postgres", "sum * 3 / 2"), ("mysql", "sum * 3 DIV 2")];
    let more = Generated::computed(per_dialect(&texts));
    assert_eq!(columns[5].generated, Some(more));
    let next = ServerDefault::NextValue(QualifiedName::new("product_numbers"));
    assert_eq!(columns[6].server_default, Some(next));
    let texts = [("postgres", "now()"), ("sqlite", "CURRENT_TIMESTAMP")];
    let made = ServerDefault::Raw(per_dialect(&texts));
    assert_eq!(columns[7].server_default, Some(made));
}

fn per_dialect(texts: &[(&'static str, &'static str)]) -> SqlText {
    let texts = texts.iter();
    let texts = texts.map(|(dialect, sql)| ((*dialect).into(), (*sql).into()));
    SqlText::PerDialect(texts.collect::<Vec<_>>().into())
}

#[test]
fn constraints_of_single_columns_have_options() {
    let table = products();
    let one_name = Unique::new("products", vec!["name".into()])
        .named("one_name")
        .nulls_not_distinct()
        .deferrable(Deferrable::Deferred);
    assert_eq!(table.uniques, [one_name]);
    let mut by_price = Index::new("products", vec![])
        .named("by_price")
        .key(IndexKey::column("price").descending().nulls_first(false))
        .filter("price > 0")
        .concurrently();
    by_price.method = None;
    let mut by_amount = Index::new("products", vec!["amount".into()])
        .unique()
        .nulls_not_distinct()
        .method("gin");
    by_amount.keys[0] = IndexKey::column("amount")
        .length(10)
        .operator_class("int8_ops")
        .collation("C");
    assert_eq!(table.indexes, [by_price, by_amount]);
    let [previous] = &table.foreign_keys[..] else {
        panic!("one foreign key")
    };
    assert_eq!(previous.deferrable, Some(Deferrable::Immediate));
    assert!(previous.match_full);
}

#[test]
fn tables_have_options_and_attached_statements() {
    let table = products();
    assert_eq!(table.comment.as_deref(), Some("what is sold"));
    assert_eq!(table.renamed_from.as_deref(), Some("articles"));
    assert!(table.temporary);
    let options = [
        TableOption::new("mysql", "ENGINE").value("MyISAM"),
        TableOption::new("mysql", "AUTO_INCREMENT").value("1000"),
        TableOption::new("sqlite", "STRICT"),
        TableOption::new("sqlite", "WITHOUT ROWID"),
        TableOption::new("firebird", "EXTERNAL").value("a.dat"),
    ];
    assert_eq!(table.options, options);
    let attached = [
        AttachedSql::new("log", "CREATE TRIGGER log …")
            .drop("DROP TRIGGER log")
            .only("sqlite"),
        AttachedSql::new("note", "CREATE TRIGGER note …"),
    ];
    assert_eq!(table.attached, attached);
}

#[test]
fn indexes_have_expressions_orders_and_other_columns() {
    let indexes = &Booking::def().schema.indexes;
    let by_day = Index::new("bookings", vec!["room".into()])
        .key(IndexKey::column("the_day").descending())
        .named("by_day")
        .unique()
        .filter("day > 0")
        .include(["guest", "at_town"]);
    assert_eq!(indexes[0], by_day);
    let keys: Vec<_> = indexes[1].keys.iter().map(|key| &key.of).collect();
    assert_eq!(keys[0], &KeyOf::Expression("lower(guest)".into()));
    assert_eq!(keys[1], &KeyOf::Column("room".into()));
    let texts = per_dialect(&[("postgres", "a"), ("sqlite", "b")]);
    assert_eq!(keys[2], &KeyOf::Expression(texts));
    assert_eq!(keys[3], &KeyOf::Column("at_town".into()));
    let descending: Vec<_> = indexes[1].keys.iter().map(|key| key.descending).collect();
    assert_eq!(descending, [false, true, true, false]);
    assert_eq!(
        (indexes[1].keys[1].nulls_first, indexes[1].keys[1].length),
        (Some(true), Some(4))
    );
    assert_eq!(indexes[2].name, "ix_bookings_guest");
}

#[test]
fn typed_conditions_are_rendered_for_the_dialects_of_the_program() {
    let table = &Booking::def().schema;
    let filter = table.indexes[2].filter.as_ref().expect("a condition");
    let checks = &table.checks;
    let texts = per_dialect(&[("postgres", "day > 1"), ("sqlite", "day > 2")]);
    assert_eq!(
        checks[0],
        Check::new("bookings", "dialects", Rule::Raw(texts))
    );
    let Rule::Raw(typed) = &checks[1].rule else {
        panic!("a condition")
    };
    assert_eq!(checks[1].name, "ck_bookings_typed");
    #[cfg(feature = "sqlite")]
    {
        let sql = r#""the_day" > 5 AND "guest" <> 'x''s'"#;
        assert_eq!(filter.of_dialect("sqlite"), Some(sql));
        let sql = r#""the_day" BETWEEN 1 AND 366"#;
        assert_eq!(typed.of_dialect("sqlite"), Some(sql));
    }
    #[cfg(feature = "mysql")]
    {
        let sql = "`the_day` BETWEEN 1 AND 366";
        assert_eq!(typed.of_dialect("mysql"), Some(sql));
        assert_eq!(typed.of_dialect("mariadb"), Some(sql));
    }
    assert_eq!(filter.of_dialect("firebird"), None);
    assert_eq!(typed.of_dialect("firebird"), None);
}

#[test]
fn exclusion_constraints_compare_columns_and_expressions() {
    let [apart, other] = &Booking::def().schema.exclusions[..] else {
        panic!("two exclusion constraints")
    };
    assert_eq!(
        (apart.name.as_ref(), apart.method.as_ref()),
        ("apart", "gist")
    );
    let range = IndexKey::expression("int8range(day, day + 1)");
    let elements = [(IndexKey::column("room"), "=".into()), (range, "&&".into())];
    assert_eq!(apart.elements, elements);
    assert_eq!(apart.filter, Some("day > 0".into()));
    assert_eq!(apart.deferrable, Some(Deferrable::Immediate));
    assert_eq!(other.name, "ex_bookings_room_the_day");
    let room = IndexKey::column("room").operator_class("int8_ops");
    assert_eq!(other.elements[0], (room, "<>".into()));
}

#[test]
fn foreign_keys_of_several_columns_have_options() {
    let table = &Booking::def().schema;
    assert_eq!(table.uniques[0].name, "one_a_day");
    assert_eq!(table.uniques[0].deferrable, Some(Deferrable::Immediate));
    let [room] = &table.foreign_keys[..] else {
        panic!("one foreign key")
    };
    assert!(room.match_full);
    assert_eq!(room.deferrable, Some(Deferrable::Deferred));
    assert_eq!(room.columns, ["room", "guest"]);
}

fn schema() -> Schema {
    let metadata = Metadata::of((Product, Booking, Room, BusyRoom, EveryRoom));
    metadata.schema().expect("models without contradictions")
}

#[test]
fn views_and_sequences_are_no_tables() {
    let schema = schema();
    let tables = schema.tables().iter().map(|table| table.name.as_ref());
    assert_eq!(
        tables.collect::<Vec<_>>(),
        ["bookings", "products", "rooms"]
    );
    let [every, busy] = &schema.views[..] else {
        panic!("two views")
    };
    assert_eq!(
        (every.name.as_ref(), every.materialized),
        ("all_rooms", true)
    );
    assert_eq!(every.query.of_dialect("postgres"), Some("TABLE rooms"));
    assert_eq!(busy.query, "SELECT id, number FROM rooms".into());
    assert_eq!(busy.depends_on, [QualifiedName::new("rooms")]);
    assert_eq!(busy.comment.as_deref(), Some("of today"));
    let columns = busy.columns.iter().map(|column| column.name.as_ref());
    assert_eq!(columns.collect::<Vec<_>>(), ["id", "number"]);
    let [numbers] = &schema.sequences[..] else {
        panic!("one sequence")
    };
    assert_eq!(numbers.name, "product_numbers");
}

#[test]
fn a_generated_column_is_left_to_the_database() {
    assert_eq!(Product::def().computed, [4, 5]);
    let row = Product::builder().name("x").price(2).amount(3).into_row();
    let unset: Vec<usize> = row.unset.iter().collect();
    assert_eq!(unset, [4, 5, 6, 7]);
    assert_eq!((row.value.sum, row.value.more), (0, None));
    // Whatever the struct has there.
    let mut product = row.value;
    product.sum = 9;
    assert!(product.into_row().unset.contains(4));
}
