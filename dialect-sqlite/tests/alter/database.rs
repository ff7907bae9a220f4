//! Databases with rows: what a rebuild must keep, and what makes it fail.

use dialect_sqlite::rusqlite::Connection;
use orm_core::schema::{
    Action, AttachedSql, Column, Constraint, ForeignKey, Generated, Literal, Operation, Schema,
    ServerDefault, Table, TableOption, Unique,
};
use orm_core::types::Type;

use super::{create, migrate, rows};

pub(super) fn users() -> Table {
    Table::new("users")
        .column(Column::new("id", Type::Int64).auto_increment())
        .column(Column::new("name", Type::Text).nullable())
        .column(Column::new("boss", Type::Int64).nullable())
        .primary_key(["id"])
}

fn posts() -> Table {
    let mut posts = Table::new("posts")
        .column(Column::new("id", Type::Int64).auto_increment())
        .column(Column::new("user", Type::Int64).nullable())
        .primary_key(["id"])
        .foreign_key(["user"], "users", ["id"]);
    posts.foreign_keys[0].on_delete = Action::Cascade;
    posts
}

pub(super) fn alter(table: &'static str, from: &Column, to: &Column) -> Operation {
    Operation::AlterColumn {
        table: table.into(),
        from: from.clone(),
        to: to.clone(),
        fill: None,
        using: None,
    }
}

/// A change of users that is a rebuild.
fn lengthen() -> Operation {
    let name = Column::new("name", Type::Text).nullable();
    alter("users", &name, &name.clone().length(50))
}

pub(super) fn all(connection: &Connection, query: &str) -> String {
    let found = rows(connection, query).unwrap();
    let lines: Vec<String> = found.iter().map(|row| row.join(",")).collect();
    lines.join(";")
}

#[test]
fn referencing_rows_and_last_keys_survive() {
    let schema = Schema::new(vec![users(), posts()]).unwrap();
    let connection = create(&schema);
    connection
        .execute_batch(
            "INSERT INTO users VALUES (1, 'a', NULL), (2, 'b', 1), (7, 'c', 2); DELETE FROM users WHERE id = 7;
             INSERT INTO posts VALUES (1, 1), (2, 2), (3, NULL)",
        )
        .unwrap();
    migrate(&connection, &schema, &[lengthen()]).unwrap();
    assert_eq!(all(&connection, "SELECT * FROM posts"), "1,1;2,2;3,NULL");
    assert_eq!(
        all(&connection, "SELECT * FROM users"),
        "1,'a',NULL;2,'b',1"
    );
    assert_eq!(
        all(
            &connection,
            "SELECT \"table\" FROM pragma_foreign_key_list('posts')"
        ),
        "'users'"
    );
    let sequences = "SELECT name, seq FROM sqlite_sequence ORDER BY name";
    assert_eq!(all(&connection, sequences), "'posts',3;'users',7");
    assert_eq!(all(&connection, "PRAGMA foreign_keys"), "1");
    connection
        .execute_batch("DELETE FROM users WHERE id = 1")
        .unwrap();
    assert_eq!(all(&connection, "SELECT * FROM posts"), "2,2;3,NULL");
}

#[test]
fn the_last_key_survives_without_rows() {
    let schema = Schema::new(vec![users()]).unwrap();
    let connection = create(&schema);
    connection
        .execute_batch("INSERT INTO users VALUES (9, 'a', NULL); DELETE FROM users")
        .unwrap();
    migrate(&connection, &schema, &[lengthen()]).unwrap();
    connection
        .execute_batch("INSERT INTO users (name) VALUES ('b')")
        .unwrap();
    assert_eq!(all(&connection, "SELECT id FROM users"), "10");
    assert_eq!(
        all(&connection, "SELECT name FROM sqlite_sequence"),
        "'users'"
    );
}

#[test]
fn a_table_may_reference_itself() {
    let schema = Schema::new(vec![users()]).unwrap();
    let connection = create(&schema);
    connection
        .execute_batch("INSERT INTO users VALUES (1, 'a', 2), (2, 'b', 1)")
        .unwrap();
    let key = ForeignKey::new(
        "users",
        vec!["boss".into()],
        "users".into(),
        vec!["id".into()],
    );
    let constraint = Constraint::ForeignKey(key.on_delete(Action::Cascade));
    let add = Operation::AddConstraint {
        table: "users".into(),
        constraint,
    };
    let after = migrate(&connection, &schema, &[add.clone(), lengthen()]).unwrap();
    assert_eq!(all(&connection, "SELECT COUNT(*) FROM users"), "2");
    let keys =
        "SELECT \"table\", \"from\", \"to\", on_delete FROM pragma_foreign_key_list('users')";
    assert_eq!(all(&connection, keys), "'users','boss','id','CASCADE'");
    migrate(&connection, &after, &[lengthen().inverse(), add.inverse()]).unwrap();
    assert_eq!(all(&connection, keys), "");
    assert_eq!(all(&connection, "SELECT COUNT(*) FROM users"), "2");
}

#[test]
fn rows_without_a_referenced_row_are_found() {
    let schema = Schema::new(vec![users()]).unwrap();
    let connection = create(&schema);
    connection
        .execute_batch("INSERT INTO users VALUES (1, 'a', 5)")
        .unwrap();
    let key = ForeignKey::new(
        "users",
        vec!["boss".into()],
        "users".into(),
        vec!["id".into()],
    );
    let constraint = Constraint::ForeignKey(key);
    let add = Operation::AddConstraint {
        table: "users".into(),
        constraint,
    };
    // What PRAGMA foreign_key_check returns, migrations refuse.
    let (changes, _) = super::changes(&schema, &[add]);
    let violations: Vec<_> = changes[0]
        .statements
        .iter()
        .filter_map(|statement| rows(&connection, statement).unwrap().pop())
        .collect();
    assert_eq!(violations.len(), 1);
}

#[test]
fn views_and_triggers_survive() {
    let log = AttachedSql::new(
        "log",
        "CREATE TRIGGER log AFTER INSERT ON users BEGIN INSERT INTO posts (user) VALUES (NEW.id); END",
    );
    let schema = Schema::new(vec![users().attach(log), posts()]).unwrap();
    let connection = create(&schema);
    connection
        .execute_batch(
            "CREATE VIEW names AS SELECT name FROM users;
             CREATE TRIGGER rename INSTEAD OF UPDATE ON names BEGIN UPDATE users SET name = NEW.name; END;
             CREATE TRIGGER other AFTER DELETE ON posts BEGIN DELETE FROM users WHERE id = OLD.user; END;
             INSERT INTO users VALUES (1, 'a', NULL)",
        )
        .unwrap();
    migrate(&connection, &schema, &[lengthen()]).unwrap();
    connection
        .execute_batch("INSERT INTO users VALUES (2, 'b', NULL); UPDATE names SET name = 'c'; DELETE FROM posts WHERE user = 1")
        .unwrap();
    assert_eq!(all(&connection, "SELECT name FROM names"), "'c'");
    assert_eq!(all(&connection, "SELECT user FROM posts"), "2");
}

#[test]
fn a_column_becomes_not_null_with_a_value_for_null() {
    let schema = Schema::new(vec![users()]).unwrap();
    let connection = create(&schema);
    connection
        .execute_batch("INSERT INTO users VALUES (1, NULL, NULL), (2, 'b', NULL)")
        .unwrap();
    let name = users().columns[1].clone();
    let strict = |fill| Operation::AlterColumn {
        table: "users".into(),
        from: name.clone(),
        to: name.clone().not_null(),
        fill,
        using: None,
    };
    let error = migrate(&connection, &schema, &[strict(None)]).unwrap_err();
    assert!(
        error.to_string().contains("NOT NULL constraint failed"),
        "{error}"
    );
    migrate(&connection, &schema, &[strict(Some("'?'".into()))]).unwrap();
    assert_eq!(all(&connection, "SELECT name FROM users"), "'?';'b'");
}

#[test]
fn new_columns_have_their_defaults_and_generated_ones_their_expressions() {
    let schema = Schema::new(vec![users()]).unwrap();
    let connection = create(&schema);
    connection
        .execute_batch("INSERT INTO users VALUES (1, 'ab', NULL)")
        .unwrap();
    let default = ServerDefault::Literal(Literal::Int(7));
    let operations: Vec<_> = [
        Column::new("size", Type::Int64)
            .nullable()
            .generated(Generated::stored("length(name)".into())),
        Column::new("twice", Type::Int64)
            .nullable()
            .generated(Generated::computed("size * 2".into())),
        Column::new("number", Type::Int64).server_default(default),
        Column::new("at", Type::Timestamp)
            .server_default(ServerDefault::Raw("CURRENT_TIMESTAMP".into())),
    ]
    .into_iter()
    .map(|column| Operation::AddColumn {
        table: "users".into(),
        column,
        fill: None,
    })
    .collect();
    let after = migrate(&connection, &schema, &operations).unwrap();
    let read = "SELECT size, twice, number, at IS NOT NULL FROM users";
    assert_eq!(all(&connection, read), "2,4,7,1");
    // Once more with generated columns in the old table.
    migrate(&connection, &after, &[lengthen()]).unwrap();
    assert_eq!(all(&connection, read), "2,4,7,1");
}

#[test]
fn rows_survive_the_change_of_every_column() {
    let only = Column::new("a", Type::Text).nullable();
    let schema = Schema::new(vec![Table::new("t").column(only.clone())]).unwrap();
    let connection = create(&schema);
    connection
        .execute_batch("INSERT INTO t VALUES ('x'), ('y')")
        .unwrap();
    let add = |column| Operation::AddColumn {
        table: "t".into(),
        column,
        fill: None,
    };
    let seven = ServerDefault::Literal(Literal::Int(7));
    let operations = [
        Operation::DropColumn {
            table: "t".into(),
            column: only,
        },
        add(Column::new("b", Type::Int64).server_default(seven)),
        add(Column::new("c", Type::Int64).nullable()),
    ];
    migrate(&connection, &schema, &operations).unwrap();
    assert_eq!(all(&connection, "SELECT b, c FROM t"), "7,NULL;7,NULL");
}

#[test]
fn the_primary_key_changes() {
    let schema = Schema::new(vec![posts(), users()]).unwrap();
    let connection = create(&schema);
    connection
        .execute_batch(
            "INSERT INTO users VALUES (4, 'a', 1), (5, 'b', 2); INSERT INTO posts VALUES (1, 4)",
        )
        .unwrap();
    let id = users().columns[0].clone();
    let plain = Column::new("id", Type::Int64);
    let key = |columns: &[&'static str]| {
        let columns = columns.iter().map(|name| (*name).into()).collect();
        Constraint::PrimaryKey(Unique::primary_key("users", columns))
    };
    let unique = Unique::new("users", vec!["id".into()]);
    let table = || "users".into();
    let operations = [
        Operation::DropConstraint {
            table: table(),
            constraint: key(&["id"]),
        },
        alter("users", &id, &plain),
        Operation::AddConstraint {
            table: table(),
            constraint: key(&["boss", "id"]),
        },
        Operation::AddConstraint {
            table: table(),
            constraint: Constraint::Unique(unique),
        },
    ];
    let after = migrate(&connection, &schema, &operations).unwrap();
    let keys = "SELECT name FROM pragma_table_info('users') WHERE pk > 0 ORDER BY pk";
    assert_eq!(all(&connection, keys), "'boss';'id'");
    assert_eq!(
        all(&connection, "SELECT id, name FROM users"),
        "4,'a';5,'b'"
    );
    let inverse: Vec<_> = operations.iter().rev().map(Operation::inverse).collect();
    migrate(&connection, &after, &inverse).unwrap();
    assert_eq!(all(&connection, keys), "'id'");
    connection
        .execute_batch("INSERT INTO users (name) VALUES ('c')")
        .unwrap();
    assert_eq!(
        all(&connection, "SELECT id FROM users ORDER BY id"),
        "4;5;6"
    );
    assert_eq!(all(&connection, "SELECT * FROM posts"), "1,4");
}

#[test]
fn options_of_the_table_are_kept() {
    let table = Table::new("t")
        .column(Column::new("code", Type::Text))
        .column(Column::new("name", Type::Text))
        .primary_key(["code"])
        .option(TableOption::new("sqlite", "WITHOUT ROWID"));
    let name = table.columns[1].clone();
    let schema = Schema::new(vec![table]).unwrap();
    let connection = create(&schema);
    connection
        .execute_batch("INSERT INTO t VALUES ('a', 'b')")
        .unwrap();
    let change = alter("t", &name, &name.clone().nullable());
    migrate(&connection, &schema, &[change]).unwrap();
    let options = "SELECT wr FROM pragma_table_list('t')";
    assert_eq!(all(&connection, options), "1");
    assert_eq!(all(&connection, "SELECT * FROM t"), "'a','b'");
}

#[test]
fn a_column_that_the_database_does_not_have_is_no_text() {
    let schema = Schema::new(vec![users()]).unwrap();
    let connection = create(&schema);
    connection
        .execute_batch(
            "INSERT INTO users VALUES (1, 'a', NULL); ALTER TABLE users RENAME boss TO other",
        )
        .unwrap();
    let error = migrate(&connection, &schema, &[lengthen()]).unwrap_err();
    assert!(
        error.to_string().contains("no such column: users.boss"),
        "{error}"
    );
    assert_eq!(all(&connection, "SELECT * FROM users"), "1,'a',NULL");
}
