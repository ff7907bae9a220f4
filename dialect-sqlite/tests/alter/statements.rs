//! Which operations are ALTER TABLE, and the text of a rebuild.

use dialect_sqlite::SqliteDialect;
use orm_core::schema::{
    Action, AttachedSql, Column, Constraint, ForeignKey, Generated, Identity, Index, Literal,
    Operation, Rule, Schema, ServerDefault, Table, TableOption, Unique,
};
use orm_core::sql::Dialect;
use orm_core::types::Type;

use super::{changes, native, rebuild};

fn users() -> Table {
    Table::new("users")
        .column(Column::new("id", Type::Int64).auto_increment())
        .column(Column::new("name", Type::Text))
        .column(Column::new("age", Type::Text).nullable())
        .primary_key(["id"])
}

fn schema() -> Schema {
    Schema::unchecked(vec![users()])
}

fn add(column: Column) -> Operation {
    let table = "users".into();
    Operation::AddColumn {
        table,
        column,
        fill: None,
    }
}

fn drop_column(column: Column) -> Operation {
    let table = "users".into();
    Operation::DropColumn { table, column }
}

fn rename(from: &'static str, to: &'static str) -> Operation {
    let (table, from, to) = ("users".into(), from.into(), to.into());
    Operation::RenameColumn { table, from, to }
}

fn change(from: &Column, to: &Column) -> Operation {
    Operation::AlterColumn {
        table: "users".into(),
        from: from.clone(),
        to: to.clone(),
        fill: None,
        using: None,
    }
}

#[test]
fn a_rebuild_copies_rows_and_the_last_key() {
    let age = &users().columns[2];
    let to = Column::new("age", Type::Int64).nullable();
    let index = Index::new("users", vec!["age".into()]);
    let operations = [
        change(age, &to),
        Operation::CreateIndex {
            table: "users".into(),
            index,
        },
    ];
    assert_eq!(
        rebuild(&schema(), &operations),
        [
            r#"CREATE TABLE "new_users" (
    "id" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "age" INTEGER,
    CONSTRAINT "pk_users" PRIMARY KEY ("id" AUTOINCREMENT)
)"#,
            r#"INSERT INTO "new_users" ("id", "name", "age") SELECT "users"."id", "users"."name", CASE WHEN "users"."age" IS NULL OR CAST("users"."age" AS INTEGER) = "users"."age" COLLATE BINARY THEN CAST("users"."age" AS INTEGER) ELSE json_extract('{}', 'users.age has a value that is no i64: ' || "users"."age") END FROM "users""#,
            "DELETE FROM \"sqlite_sequence\" WHERE name = 'new_users'",
            "INSERT INTO \"sqlite_sequence\" (name, seq) SELECT 'new_users', seq FROM \"sqlite_sequence\" WHERE name = 'users'",
            r#"DROP TABLE "users""#,
            "PRAGMA legacy_alter_table = ON",
            r#"ALTER TABLE "new_users" RENAME TO "users""#,
            "PRAGMA legacy_alter_table = OFF",
            r#"CREATE INDEX "ix_users_age" ON "users" ("age")"#,
        ]
    );
}

#[test]
fn what_alter_table_has_needs_no_rebuild() {
    let seven = ServerDefault::Literal(Literal::Int(7));
    let index = Index::new("users", vec!["name".into()]);
    let table = || "users".into();
    let operations = [
        add(Column::new("size", Type::Int32).server_default(seven)),
        add(Column::new("note", Type::Text).nullable()),
        rename("name", "title"),
        drop_column(Column::new("age", Type::Text).nullable()),
        Operation::SetTableComment {
            table: table(),
            from: None,
            to: Some("people".into()),
        },
        Operation::CreateIndex {
            table: table(),
            index: Index::new("users", vec!["title".into()]).named("a"),
        },
        Operation::RenameIndex {
            table: table(),
            from: Index::new("users", vec!["title".into()]).named("a"),
            to: "b".into(),
        },
        Operation::DropIndex {
            table: table(),
            index: index.named("b"),
        },
    ];
    assert_eq!(
        native(&schema(), &operations),
        [
            r#"ALTER TABLE "users" ADD COLUMN "size" INTEGER NOT NULL DEFAULT 7"#,
            r#"ALTER TABLE "users" ADD COLUMN "note" TEXT"#,
            r#"ALTER TABLE "users" RENAME COLUMN "name" TO "title""#,
            r#"ALTER TABLE "users" DROP COLUMN "age""#,
            r#"CREATE INDEX "a" ON "users" ("title")"#,
            r#"DROP INDEX "a""#,
            r#"CREATE INDEX "b" ON "users" ("title")"#,
            r#"DROP INDEX "b""#,
        ]
    );
}

#[test]
fn what_alter_table_refuses_is_a_rebuild() {
    let table = || "users".into();
    let name = Column::new("name", Type::Text);
    let constrained = users()
        .check("name", Rule::Raw("NAME <> ''".into()))
        .index(["age"])
        .column(Column::new("raw", Type::Text));
    let unique = Unique::new("users", vec!["name".into()]);
    let now = ServerDefault::Raw("CURRENT_TIMESTAMP".into());
    let stored = Generated::stored("length(name)".into());
    let key = ForeignKey::new(
        "users",
        vec!["age".into()],
        "users".into(),
        vec!["name".into()],
    );
    for operation in [
        add(Column::new("size", Type::Int32)),
        add(Column::new("at", Type::Timestamp).server_default(now)),
        add(Column::new("size", Type::Int64)
            .nullable()
            .generated(stored)),
        Operation::AddColumn {
            table: table(),
            column: Column::new("x", Type::Text).nullable(),
            fill: Some("name".into()),
        },
        drop_column(name.clone()),
        change(&name, &name.clone().nullable()),
        Operation::AddConstraint {
            table: table(),
            constraint: Constraint::Unique(unique),
        },
        Operation::AddConstraint {
            table: table(),
            constraint: Constraint::ForeignKey(key),
        },
        Operation::SetTableOptions {
            table: table(),
            from: Vec::new(),
            to: vec![TableOption::new("sqlite", "STRICT")],
        },
    ] {
        let schema = Schema::unchecked(vec![constrained.clone()]);
        let statements = rebuild(&schema, std::slice::from_ref(&operation));
        assert!(
            statements[0].starts_with("CREATE TABLE"),
            "{operation:?}: {statements:?}"
        );
    }
}

#[test]
fn a_renamed_column_is_renamed_before_and_after_a_rebuild() {
    let age = Column::new("years", Type::Text).nullable();
    let operations = [
        rename("age", "years"),
        change(&age, &age.clone().length(3)),
        rename("years", "age"),
    ];
    let statements = rebuild(&schema(), &operations);
    assert_eq!(
        statements[0],
        r#"ALTER TABLE "users" RENAME COLUMN "age" TO "years""#
    );
    assert!(
        statements[2].contains(r#"SELECT "users"."id", "users"."name", "users"."years" FROM"#),
        "{statements:?}"
    );
    assert_eq!(
        statements.last().unwrap(),
        r#"ALTER TABLE "users" RENAME COLUMN "years" TO "age""#
    );
}

#[test]
fn values_come_from_fill_and_using() {
    let (name, age) = (users().columns[1].clone(), users().columns[2].clone());
    let number = Column::new("age", Type::Int64);
    let alter = |from: &Column, to: Column, fill, using| Operation::AlterColumn {
        table: "users".into(),
        from: from.clone(),
        to,
        fill,
        using,
    };
    let operations = [
        alter(&age, number, Some("0".into()), Some("length(age)".into())),
        alter(&name, name.clone().length(9), Some("'?'".into()), None),
        Operation::AddColumn {
            table: "users".into(),
            column: Column::new("mail", Type::Text),
            fill: Some("name || '@'".into()),
        },
    ];
    let insert = &rebuild(&schema(), &operations)[1];
    let expected = r#"("id", "name", "age", "mail") SELECT "users"."id", COALESCE("users"."name", '?'), COALESCE((length(age)), 0), (name || '@') FROM"#;
    assert!(insert.contains(expected), "{insert}");
}

#[test]
fn the_new_table_has_a_name_of_its_own() {
    let schema = Schema::unchecked(vec![
        users(),
        Table::new("NEW_users"),
        Table::new("_new_users"),
    ]);
    let name = &users().columns[1];
    let statements = rebuild(&schema, &[change(name, &name.clone().nullable())]);
    assert!(statements[0].starts_with(r#"CREATE TABLE "__new_users""#));
}

#[test]
fn consecutive_operations_of_one_table_are_one_change() {
    let name = &users().columns[1];
    let posts = Table::new("posts").column(Column::new("title", Type::Text));
    let schema = Schema::unchecked(vec![posts.clone(), users()]);
    let title = &posts.columns[0];
    let on_posts = Operation::AlterColumn {
        table: "posts".into(),
        from: title.clone(),
        to: title.clone().nullable(),
        fill: None,
        using: None,
    };
    let operations = [
        add(Column::new("size", Type::Int32).nullable()),
        change(name, &name.clone().nullable()),
        on_posts,
        add(Column::new("more", Type::Int32).nullable()),
    ];
    let (changes, _) = changes(&schema, &operations);
    let is_native: Vec<bool> = changes.iter().map(|change| change.in_transaction).collect();
    assert_eq!(is_native, [false, false, true]);
}

#[test]
fn other_operations_are_the_standards() {
    let (from, to) = ("users".into(), "people".into());
    for operation in [
        Operation::RenameTable { from, to },
        Operation::CreateTable {
            table: Box::new(users()),
            deferred: Vec::new(),
        },
        Operation::CreateSchema("x".into()),
    ] {
        assert!(SqliteDialect.alter(&schema(), &[operation]).is_none());
    }
    assert!(SqliteDialect.alter(&schema(), &[]).is_none());
}

#[test]
fn what_is_dropped_with_the_table_only_is_dropped_by_a_rebuild() {
    let log = AttachedSql::new(
        "log",
        "CREATE TRIGGER log AFTER INSERT ON users BEGIN SELECT 1; END",
    );
    let detach = |attached: &AttachedSql| Operation::Detach {
        table: "users".into(),
        attached: attached.clone(),
    };
    let schema = |attached: &AttachedSql| Schema::unchecked(vec![users().attach(attached.clone())]);
    let statements = rebuild(&schema(&log), &[detach(&log)]);
    assert!(
        !statements
            .iter()
            .any(|statement| statement.contains("TRIGGER")),
        "{statements:?}"
    );
    let droppable = log.clone().drop("DROP TRIGGER log");
    assert_eq!(
        native(&schema(&droppable), &[detach(&droppable)]),
        ["DROP TRIGGER log"]
    );
    let other = log.only("postgres");
    assert_eq!(native(&schema(&other), &[detach(&other)]), [""; 0]);
}

#[test]
fn an_operation_on_no_table_is_an_error() {
    let empty = Schema::unchecked(Vec::new());
    let found = SqliteDialect.alter(&empty, &[rename("a", "b")]).unwrap();
    assert_eq!(
        found.unwrap_err().message(),
        "the table users does not exist"
    );
}

#[test]
fn a_foreign_key_to_the_table_itself_has_its_final_name() {
    let own = ForeignKey::new(
        "users",
        vec!["age".into()],
        "users".into(),
        vec!["id".into()],
    );
    let constraint = Constraint::ForeignKey(own.on_delete(Action::Cascade));
    let add = Operation::AddConstraint {
        table: "users".into(),
        constraint,
    };
    let create = &rebuild(&schema(), &[add])[0];
    assert!(
        create.contains(r#"REFERENCES "users" ("id") ON DELETE CASCADE"#),
        "{create}"
    );
}

#[test]
fn an_error_names_the_table() {
    let numbered = Identity {
        always: true,
        start: None,
        increment: None,
    };
    let id = &users().columns[0];
    let operation = change(id, &id.clone().identity(numbered));
    let error = SqliteDialect
        .alter(&schema(), &[operation])
        .unwrap()
        .unwrap_err();
    assert_eq!((error.table(), error.column()), (Some("users"), Some("id")));
}
