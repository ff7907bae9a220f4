//! Tables, indexes, views and sequences with all that the schema model has, for the texts of DDL. Each database lacks
//! some of them.
//!
//! Used by the test `golden_objects` of each dialect, and by `run_objects.rs`. No text that is expected is here.

use crate::schema::{
    AttachedSql, Column, Deferrable, Exclusion, ForeignKey, Generated, Identity, Index, IndexKey,
    QualifiedName, Rule, Schema, Sequence, ServerDefault, SqlText, Table, TableOption, Unique,
    View,
};
use crate::types::Type;

/// The schema of the database that some of the objects are in.
pub const SHOP: &str = "golden_shop";

fn id() -> Column {
    Column::new("id", Type::Int64)
}

/// A table of a key alone, which others reference.
pub fn users() -> Table {
    Table::new("users").column(id()).primary_key(["id"])
}

/// A table in the schema [`SHOP`], with a foreign key to `users` there, a CHECK and an index.
pub fn qualified() -> Table {
    let mut table = Table::new("orders")
        .in_schema(SHOP)
        .column(id())
        .column(Column::new("user_id", Type::Int64).nullable())
        .primary_key(["id"])
        .check("id", Rule::Raw("id > 0".into()))
        .index(["user_id"]);
    let key = ForeignKey::new(
        "orders",
        vec!["user_id".into()],
        "users".into(),
        vec!["id".into()],
    );
    table.foreign_keys.push(key.in_schema(SHOP));
    table
}

/// A table with a foreign key to a table in the schema [`SHOP`].
pub fn across_schemas() -> Table {
    let mut table = Table::new("across").column(id());
    let key = ForeignKey::new(
        "across",
        vec!["id".into()],
        "users".into(),
        vec!["id".into()],
    );
    table.foreign_keys.push(key.in_schema(SHOP));
    table
}

/// A table with an auto-increment column of this numbering.
pub fn numbered(identity: Identity) -> Table {
    let name = if identity.always {
        "always_numbered"
    } else {
        "numbered"
    };
    Table::new(name)
        .column(id().identity(identity))
        .primary_key(["id"])
}

/// The numbering 100, 101, 102, …
pub const FROM_100: Identity = Identity {
    always: false,
    start: Some(100),
    increment: None,
};

/// The numbering 100, 102, 104, … without values of INSERTs.
pub const ALWAYS_EVEN: Identity = Identity {
    always: true,
    start: Some(100),
    increment: Some(2),
};

/// A table with a generated column, whose expression MariaDB has from MySQL.
pub fn computed(stored: bool) -> Table {
    let sql = |dialect: &'static str| (dialect.into(), "price * amount".into());
    let texts = ["sqlite", "postgres", "mysql"].map(sql);
    let expression = SqlText::PerDialect(texts.to_vec().into());
    Table::new(if stored { "stored" } else { "virtual" })
        .column(Column::new("price", Type::Int64))
        .column(Column::new("amount", Type::Int64))
        .column(Column::new("total", Type::Int64).generated(Generated { expression, stored }))
}

/// A table with a default that no dialect has SQL for.
pub fn without_text() -> Table {
    let texts = SqlText::PerDialect(vec![("other".into(), "1".into())].into());
    Table::new("t").column(id().server_default(ServerDefault::Raw(texts)))
}

/// A table with comments that need quotes.
pub fn commented() -> Table {
    Table::new("commented")
        .column(id().comment("it's a key".into()))
        .comment("what's here")
}

/// A table whose default is the next value of [`sequence`].
pub fn sequenced() -> Table {
    let next = ServerDefault::NextValue(sequence().qualified_name());
    Table::new("sequenced").column(id().server_default(next))
}

/// A sequence in the schema [`SHOP`] with all options.
pub fn sequence() -> Sequence {
    let mut sequence = Sequence::new("numbers");
    sequence.schema = Some(SHOP.into());
    sequence.start = Some(10);
    sequence.increment = Some(5);
    sequence.min_value = Some(1);
    sequence.max_value = Some(100);
    sequence.cycle = true;
    sequence
}

/// A temporary table.
pub fn temporary() -> Table {
    Table::new("for_now").column(id()).temporary()
}

/// A table with options: pairs of a dialect, name and value.
pub fn with_options(options: &[(&'static str, &'static str, Option<&'static str>)]) -> Table {
    let mut table = Table::new("options").column(id()).primary_key(["id"]);
    for (dialect, name, value) in options {
        let option = TableOption::new(*dialect, *name);
        table.options.push(match value {
            Some(value) => option.value(*value),
            None => option,
        });
    }
    table
}

/// A table with a unique constraint that can be deferred.
pub fn deferrable_unique() -> Table {
    let mut table = Table::new("late").column(id());
    let unique = Unique::new("late", vec!["id".into()]);
    table.uniques.push(unique.deferrable(Deferrable::Deferred));
    table
}

/// A table with a unique constraint in which NULLs are equal.
pub fn equal_nulls() -> Table {
    let mut table = Table::new("nulls").column(id().nullable());
    let unique = Unique::new("nulls", vec!["id".into()]);
    table.uniques.push(unique.nulls_not_distinct());
    table
}

/// A table with a foreign key to `users` that is checked at the end of the transaction.
pub fn deferrable_key() -> Table {
    let mut table = Table::new("later").column(id());
    let key = ForeignKey::new(
        "later",
        vec!["id".into()],
        "users".into(),
        vec!["id".into()],
    );
    table
        .foreign_keys
        .push(key.deferrable(Deferrable::Deferred));
    table
}

/// A table with a foreign key MATCH FULL to `users`.
pub fn full_key() -> Table {
    let mut table = Table::new("full").column(id());
    let key = ForeignKey::new("full", vec!["id".into()], "users".into(), vec!["id".into()]);
    table.foreign_keys.push(key.match_full());
    table
}

/// A table with an exclusion constraint. A B-tree does for `=`, so that no extension is needed.
pub fn excluded() -> Table {
    let mut table = Table::new("bookings").column(Column::new("room", Type::Int32));
    let apart = Exclusion::new("bookings", "room", "btree")
        .element(IndexKey::column("room"), "=")
        .filter("room > 0")
        .deferrable(Deferrable::Immediate);
    table.exclusions.push(apart);
    table
}

/// A table with DDL of each dialect alone.
pub fn attached() -> Table {
    let log = |name: &'static str, sql: &'static str| AttachedSql::new(name, sql);
    Table::new("attached")
        .column(id())
        .attach(
            log(
                "sqlite",
                "CREATE TRIGGER log_it AFTER INSERT ON attached BEGIN SELECT 1; END",
            )
            .drop("DROP TRIGGER log_it")
            .only("sqlite"),
        )
        .attach(
            log(
                "postgres",
                "CREATE RULE log_it AS ON DELETE TO attached DO INSTEAD NOTHING",
            )
            .drop("DROP RULE log_it ON attached")
            .only("postgres"),
        )
        .attach(
            log(
                "mysql",
                "CREATE TRIGGER log_it BEFORE INSERT ON attached FOR EACH ROW SET @x = 1",
            )
            .drop("DROP TRIGGER log_it")
            .only("mysql"),
        )
}

/// The table of [`indexes`].
pub fn posts() -> Table {
    let text = |name: &'static str| Column::new(name, Type::Text).length(100);
    Table::new("posts")
        .column(id())
        .column(text("title"))
        .column(text("body"))
}

fn on_title(name: &'static str, change: impl FnOnce(IndexKey) -> IndexKey) -> Index {
    let key = change(IndexKey::column("title"));
    Index::new("posts", Vec::new()).named(name).key(key)
}

/// Indexes of [`posts`], each with one option. `collation` is one of the dialect.
pub fn indexes(collation: &'static str) -> Vec<Index> {
    let plain = |name| on_title(name, |key| key);
    let lower = IndexKey::expression("lower(title)");
    vec![
        Index::new("posts", Vec::new())
            .named("expression")
            .key(lower),
        on_title("descending", IndexKey::descending).unique(),
        on_title("nulls_last", |key| key.nulls_first(false)),
        on_title("collation", |key| key.collation(collation)),
        on_title("class", |key| key.operator_class("text_pattern_ops")),
        on_title("prefix", |key| key.length(10)),
        plain("including").include(["id", "body"]),
        plain("filtered").filter("title > 'a'"),
        plain("one_null").unique().nulls_not_distinct(),
        plain("hashed").method("hash"),
        plain("words").method("fulltext"),
        plain("concurrent").concurrently(),
    ]
}

/// A view in the schema [`SHOP`].
pub fn view() -> View {
    let mut view = View::new("ids", format!("SELECT id FROM {SHOP}.users"))
        .depends_on([QualifiedName::new("users").in_schema(SHOP)]);
    view.schema = Some(SHOP.into());
    view.comment = Some("all keys".into());
    view
}

/// A materialized view.
pub fn materialized() -> View {
    View::new("stored_ids", "SELECT 1 AS id").materialized()
}

/// Two tables with circular foreign keys, and two views, of which the first reads the second.
pub fn whole() -> Schema {
    let mut schema = Schema::unchecked(super::tables::cycle());
    schema.views = vec![
        View::new("first", "SELECT id FROM second").depends_on(["second"]),
        View::new("second", "SELECT id FROM a").depends_on(["a"]),
    ];
    schema
}

/// All tables without options of a dialect.
pub fn tables() -> Vec<Table> {
    vec![
        users(),
        qualified(),
        across_schemas(),
        numbered(FROM_100),
        numbered(ALWAYS_EVEN),
        computed(true),
        computed(false),
        commented(),
        sequenced(),
        temporary(),
        deferrable_unique(),
        equal_nulls(),
        deferrable_key(),
        full_key(),
        excluded(),
        attached(),
    ]
}
