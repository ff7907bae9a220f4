//! The inspector on the server: what DDL has created is read in the canonical form, and what was read creates the same.

use orm_core::driver::{Connection, Outcome, TransactionState};
use orm_core::error::{Error, Result};
use orm_core::inspect::Scope;
use orm_core::schema::*;
use orm_core::sql::ddl;
use orm_core::types::Type;
use orm_core::value::ValueRef;

use super::support::{Scratch, control, dialect};

/// Reads the schema of a connection.
pub(crate) fn inspected(connection: &mut dyn Connection) -> Schema {
    let dialect = dialect(connection);
    let inspector = dialect.inspector().expect("the dialect has an inspector");
    let schema = inspector.inspect(connection, &Scope::default());
    schema.unwrap_or_else(|error| panic!("{error}"))
}

fn create(connection: &mut dyn Connection, schema: &Schema) {
    let statements = ddl::create_schema_objects(dialect(connection), schema);
    for sql in statements.unwrap_or_else(|error| panic!("{error}")) {
        if let Err(error) = connection.control(&sql) {
            panic!("{error}\n{sql}");
        }
    }
}

/// Creates a schema and reads it, twice, and compares both with its canonical form.
#[track_caller]
pub(crate) fn check(schema: &Schema) -> Schema {
    let scratch = Scratch::new();
    let mut connection = scratch.connect();
    let connection = connection.as_mut();
    let inspector = dialect(connection)
        .inspector()
        .expect("the dialect has an inspector");
    create(connection, schema);
    let found = inspected(connection);
    same(&inspector.canonical(schema), &found);
    same(&found, &inspector.canonical(&found));
    let other = Scratch::new();
    let mut again = other.connect();
    create(again.as_mut(), &found);
    same(&found, &inspected(again.as_mut()));
    found
}

/// Compares two schemas table by table, since the whole of one is hard to read.
#[track_caller]
fn same(expected: &Schema, found: &Schema) {
    let names = |schema: &Schema| -> Vec<String> {
        schema
            .tables()
            .iter()
            .map(|table| table.qualified_name().to_string())
            .collect()
    };
    assert_eq!(names(expected), names(found));
    for (expected, found) in expected.tables().iter().zip(found.tables()) {
        for (expected, found) in expected.columns.iter().zip(&found.columns) {
            assert_eq!(expected, found);
        }
        for (expected, found) in expected.checks.iter().zip(&found.checks) {
            assert_eq!(expected, found);
        }
        assert_eq!(expected, found);
    }
    assert_eq!(expected, found);
}

/// An auto-increment key.
pub(crate) fn id() -> Column {
    Column::new("id", Type::Int64).auto_increment()
}

/// A schema of tables.
pub(crate) fn schema(tables: impl IntoIterator<Item = Table>) -> Schema {
    Schema::new(tables.into_iter().collect()).expect("a schema")
}

#[test]
fn options_and_comments_are_read() {
    let option =
        |name: &'static str, value: &'static str| TableOption::new("mysql", name).value(value);
    let base = |name: &'static str| {
        Table::new(name)
            .column(Column::new("id", Type::Int64).comment("it's the key \\ é".into()))
            .column(Column::new("y", Type::Int64).comment("".into()))
            .column(
                Column::new("name", Type::Text)
                    .length(20)
                    .collation("utf8mb4_unicode_ci".into()),
            )
            .primary_key(["id", "y"])
    };
    let mut in_memory = base("memory").option(option("ENGINE", "heap")).index(["y"]);
    in_memory
        .indexes
        .push(Index::new("memory", vec!["name".into()]).method("btree"));
    check(&schema([
        base("plain").comment("a 'table' of \\ é"),
        base("inno").option(option("ENGINE", "InnoDB")).option(option("ROW_FORMAT", "compressed")),
        base("isam").option(option("ENGINE", "MyISAM")).option(option("CHARSET", "latin1")),
        base("general").option(option("COLLATE", "utf8mb4_general_ci")).option(option("AUTO_INCREMENT", "50")),
        in_memory,
        base("by_range").option(option(
            "PARTITION BY",
            "RANGE (`y`) (PARTITION p0 VALUES LESS THAN (10) COMMENT = 'it''s', PARTITION `P 1` VALUES LESS THAN MAXVALUE)",
        )),
        base("by_hash").option(option("PARTITION BY", "HASH (id) PARTITIONS 4")),
        base("by_key").option(option("PARTITION BY", "KEY (id) PARTITIONS 2")),
        base("by_list").option(option(
            "PARTITION BY",
            "LIST COLUMNS (y) SUBPARTITION BY HASH (id) SUBPARTITIONS 2 (PARTITION a VALUES IN (1,2), PARTITION b VALUES IN (3))",
        )),
    ]));
}

#[test]
fn views_triggers_and_sequences_are_read() {
    let scratch = Scratch::new();
    let is_mariadb = dialect(scratch.connect().as_ref()).name() == "mariadb";
    let mut posts = Table::new("Posts")
        .column(id())
        .column(Column::new("user_id", Type::Int64))
        .column(Column::new("title", Type::Text).length(40))
        .column(Column::new("number", Type::Int64).nullable())
        .primary_key(["id"])
        .attach(AttachedSql::new(
            "posts_title",
            "create trigger posts_title before insert on Posts for each row set new.title = trim(new.title)",
        ))
        .attach(AttachedSql::new(
            "posts_count",
            "CREATE TRIGGER posts_count AFTER DELETE ON `Posts` FOR EACH ROW BEGIN DO 1; DO 'é;'; END",
        ));
    if is_mariadb {
        posts.columns[3].server_default = Some(ServerDefault::NextValue("numbers".into()));
    }
    let users = Table::new("users")
        .column(id())
        .column(Column::new("name", Type::Text).length(20))
        .primary_key(["id"]);
    let mut schema = schema([posts, users]);
    let mut numbers = Sequence::new("numbers");
    (numbers.start, numbers.increment, numbers.cycle) = (Some(1000), Some(5), true);
    let mut down = Sequence::new("down");
    down.increment = Some(-2);
    let mut limited = Sequence::new("limited");
    (limited.min_value, limited.max_value) = (Some(5), Some(50));
    if is_mariadb {
        schema.sequences = vec![Sequence::new("plain"), numbers, down, limited];
    }
    schema.views = vec![
        View::new(
            "titles",
            "SELECT id, UPPER(title) AS t FROM Posts WHERE title <> 'x' AND id > 5 ORDER BY title DESC",
        ),
        View::new(
            "authors",
            "SELECT u.name, COUNT(*) AS n FROM users u LEFT JOIN Posts AS p ON p.user_id = u.id \
             GROUP BY u.name HAVING COUNT(*) > 1",
        ),
        View::new("a_first", "SELECT DISTINCT t FROM titles").depends_on(["titles"]),
    ];
    let found = check(&schema);
    let table = found.table("Posts").expect("the table");
    assert_eq!(table.attached.len(), 2);
    assert_eq!(found.views[0].depends_on, [QualifiedName::new("titles")]);
}

#[test]
fn odd_names_are_read() {
    let odd = "o`dd \"näme' \\ 日";
    let mut table = Table::new(odd)
        .column(Column::new(odd, Type::Int64))
        .column(Column::new("b.c", Type::Text).length(20).nullable())
        .column(Column::new("doc`", Type::Json))
        .column(Column::new("a p", Type::Int64).nullable())
        .primary_key([odd])
        .unique(["b.c"])
        .index(["b.c", odd])
        .check(
            "x",
            Rule::OneOf {
                column: "b.c".into(),
                labels: vec!["x".into()],
            },
        )
        .comment(odd);
    table
        .foreign_keys
        .push(ForeignKey::new("x", vec!["a p".into()], odd.into(), vec![odd.into()]).named("f`k"));
    check(&schema([table]));
}

#[test]
fn other_schemas_are_read_with_their_names() {
    let (own, other) = (Scratch::new(), Scratch::new());
    let mut connection = own.connect();
    let connection = connection.as_mut();
    let name: Name = other.name.clone().into();
    let users = Table::new("users")
        .column(id())
        .primary_key(["id"])
        .in_schema(name.clone());
    let mut posts = Table::new("posts")
        .column(id())
        .column(Column::new("u", Type::Int64))
        .primary_key(["id"]);
    let key = ForeignKey::new("posts", vec!["u".into()], "users".into(), vec!["id".into()]);
    posts.foreign_keys.push(key.in_schema(name.clone()));
    let tables = schema([
        users,
        posts,
        Table::new("tmp_x").column(id()).primary_key(["id"]),
    ]);
    create(connection, &tables);
    let inspector = dialect(connection).inspector().expect("an inspector");
    let scope = Scope::default().schema(name).exclude("tmp_*");
    let found = inspector
        .inspect(connection, &scope)
        .unwrap_or_else(|error| panic!("{error}"));
    let expected = inspector.canonical(&tables).into_tables();
    let kept = expected.into_iter().filter(|table| table.name != "tmp_x");
    same(&Schema::unchecked(kept.collect()), &found);
    control(connection, &["DROP TABLE posts"]);
}

/// Counts the queries of a connection.
struct Counting {
    inner: Box<dyn Connection>,
    queries: usize,
}

impl Connection for Counting {
    fn server(&self) -> &'static str {
        self.inner.server()
    }
    fn execute(&mut self, sql: &str, binds: &[ValueRef<'_>]) -> Result<Outcome> {
        self.inner.execute(sql, binds)
    }
    fn query(
        &mut self,
        sql: &str,
        binds: &[ValueRef<'_>],
        each: &mut dyn FnMut(&dyn orm_core::driver::Row) -> Result<()>,
    ) -> Result<()> {
        self.queries += 1;
        self.inner.query(sql, binds, each)
    }
    fn cursor<'c>(
        &'c mut self,
        sql: &str,
        binds: &[ValueRef<'_>],
    ) -> Box<dyn orm_core::driver::Cursor + 'c> {
        self.inner.cursor(sql, binds)
    }
    fn control(&mut self, sql: &str) -> Result<()> {
        self.inner.control(sql)
    }
    fn transaction(&mut self, error: Option<&Error>) -> TransactionState {
        self.inner.transaction(error)
    }
    fn ping(&mut self) -> Result<()> {
        self.inner.ping()
    }
    fn is_broken(&self) -> bool {
        self.inner.is_broken()
    }
    fn native(&mut self) -> &mut dyn std::any::Any {
        self.inner.native()
    }
}

#[test]
fn tables_that_were_made_by_hand_are_read() {
    let scratch = Scratch::new();
    let mut connection = scratch.connect();
    let connection = connection.as_mut();
    control(
        connection,
        &[
            "CREATE TABLE p (id INT PRIMARY KEY, n INT NOT NULL UNIQUE, CHECK (n > 1), c CHAR(3) DEFAULT 'x' CHECK (c <> 'y'))",
            "CREATE TABLE c (id SERIAL, p INT, q INT, t TIMESTAMP NOT NULL, \
             FOREIGN KEY (p) REFERENCES p (id), KEY mine (q), CONSTRAINT f FOREIGN KEY (q) REFERENCES p (n))",
            "CREATE TABLE no_key (u DATETIME NOT NULL ON UPDATE NOW(), b LONGTEXT CHARACTER SET latin1) COLLATE utf8mb4_general_ci",
            "CREATE ALGORITHM=MERGE VIEW v AS SELECT * FROM p",
        ],
    );
    let found = inspected(connection);
    let inspector = dialect(connection).inspector().expect("an inspector");
    same(&found, &inspector.canonical(&found));
    let parents = found.table("p").expect("the table");
    assert_eq!((parents.uniques.len(), parents.checks.len()), (1, 2));
    let children = found.table("c").expect("the table");
    assert!(children.indexes.iter().any(|index| index.name == "mine"));
    assert!(children.columns[0].auto_increment);
    let expected = "select id, n, c from p";
    assert_eq!(found.views[0].query, expected.into());
    let other = Scratch::new();
    let mut again = other.connect();
    create(again.as_mut(), &found);
    same(&found, &inspected(again.as_mut()));
}

#[test]
fn the_number_of_queries_is_constant() {
    let scratch = Scratch::new();
    let mut connection = Counting {
        inner: scratch.connect(),
        queries: 0,
    };
    let mut counts = Vec::new();
    for number in 0..3 {
        let name = format!("t{number}");
        let mut table = Table::new(name.clone())
            .column(id())
            .column(Column::new("p", Type::Int64).nullable());
        table = table
            .primary_key(["id"])
            .index(["p"])
            .foreign_key(["p"], name, ["id"]);
        create(&mut connection, &schema([table]));
        connection.queries = 0;
        let found = inspected(&mut connection);
        assert_eq!(found.tables().len(), number + 1);
        counts.push(connection.queries);
    }
    assert_eq!(counts, [counts[0]; 3]);
}
