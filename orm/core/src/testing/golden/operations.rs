//! The operations whose statements each dialect pins, and the schema that they change.

use crate::error::Result;
use crate::schema::{
    Action, AttachedSql, Check, Column, Constraint, ForeignKey, Generated, Identity, Index,
    Literal, Operation, QualifiedName, Rule, Schema, Sequence, ServerDefault, SqlText, Table,
    TableOption, Unique, View, apply,
};
use crate::sql::{Dialect, SequenceStyle, ddl};
use crate::types::{EnumType, Type, Width};

/// The statements of every operation and of its inverse, as a document, behind those that create the schema: the name of
/// the operation behind `==`, its statements, and those of the inverse behind `--`. An error stands in place of the
/// statements.
pub fn document(dialect: &dyn Dialect) -> String {
    let create = ddl::create_schema_objects(dialect, &schema_of(dialect));
    let mut lines = vec!["== before".to_owned()];
    lines.extend(text(create));
    for (name, operation) in operations() {
        lines.push(format!("== {name}"));
        let mut after = schema();
        lines.extend(text(statements(dialect, &after, &operation)));
        if let Err(error) = apply(&mut after, &operation) {
            lines.push(error.to_string());
        }
        lines.push("--".to_owned());
        lines.extend(text(statements(dialect, &after, &operation.inverse())));
    }
    lines.join("\n") + "\n"
}

/// The statements with semicolons, or the error.
fn text(statements: Result<Vec<String>>) -> Vec<String> {
    match statements {
        Ok(statements) => statements.iter().map(|sql| format!("{sql};")).collect(),
        Err(error) => vec![format!("error: {error}")],
    }
}

/// The statements of one operation, with a word before those that are run without a transaction where there are some.
fn statements(
    dialect: &dyn Dialect,
    before: &Schema,
    operation: &Operation,
) -> Result<Vec<String>> {
    let changes = ddl::alter(dialect, before, std::slice::from_ref(operation))?;
    let transactional = dialect.capabilities().transactional_ddl;
    let mut statements = Vec::new();
    for change in changes {
        if transactional && !change.in_transaction {
            statements.push("-- no transaction".to_owned());
        }
        statements.extend(change.statements);
    }
    Ok(statements)
}

fn size(labels: &[&'static str]) -> EnumType {
    let labels: Vec<_> = labels.iter().map(|label| (*label).into()).collect();
    EnumType::new("size".into(), labels.into()).native()
}

fn size_column(labels: &[&'static str]) -> Column {
    let default = ServerDefault::Literal(Literal::Text("small".into()));
    Column::new("size", Type::Enum(size(labels))).server_default(default)
}

fn age() -> Column {
    let seven = ServerDefault::Literal(Literal::Int(7));
    Column::new("age", Type::Int32).server_default(seven)
}

fn doubled() -> Column {
    Column::new("doubled", Type::Int64)
        .nullable()
        .generated(Generated::stored("char_length(name) * 2".into()))
}

fn log() -> AttachedSql {
    AttachedSql::new("log", "CREATE VIEW log AS SELECT id FROM posts").drop("DROP VIEW log")
}

fn name_column() -> Column {
    Column::new("name", Type::Text).length(50)
}

/// The schema that [`operations`] change.
///
/// # Panics
/// If the schema is inconsistent, which it is not.
pub fn schema() -> Schema {
    let users = Table::new("users")
        .column(Column::new("id", Type::Int64).auto_increment())
        .column(name_column())
        .column(Column::new("email", Type::Text).length(100).nullable())
        .column(age())
        .column(size_column(&["small", "large"]))
        .column(doubled())
        .column(Column::new("parts", Type::Unsigned(Width::W16)))
        .primary_key(["id"])
        .unique(["name"])
        .index(["email"]);
    let posts = Table::new("posts")
        .column(Column::new("id", Type::Int64))
        .column(Column::new("author_id", Type::Int64))
        .column(Column::new("title", Type::Text).length(80))
        .primary_key(["id"])
        .foreign_key(["author_id"], "users", ["id"])
        .attach(log());
    let mut schema = Schema::unchecked(vec![users, posts]);
    let view = View::new("names", "SELECT parts FROM users").depends_on(["users"]);
    schema.views.push(view);
    schema.sequences.push(Sequence::new("numbers"));
    schema
}

/// The schema, as far as the database has its objects.
pub fn schema_of(dialect: &dyn Dialect) -> Schema {
    let mut schema = schema();
    if dialect.capabilities().ddl.sequences == SequenceStyle::Unsupported {
        schema.sequences.clear();
    }
    schema
}

/// Each kind of operation with a name: the schemas, types, sequences and views, then the tables, columns and constraints.
pub fn operations() -> Vec<(&'static str, Operation)> {
    let mut all = objects();
    all.extend(enums());
    all.extend(tables());
    all.extend(added_columns());
    all.extend(altered_columns());
    all.extend(generated_columns());
    all.extend(constraints());
    all.extend(indexes());
    all
}

fn objects() -> Vec<(&'static str, Operation)> {
    let mut counter = Sequence::new("numbers");
    counter.start = Some(1000);
    counter.increment = Some(10);
    counter.max_value = Some(100_000);
    counter.cycle = true;
    let adults = View::new("adults", "SELECT id FROM users WHERE age > 17");
    let alter = Operation::AlterSequence {
        from: Sequence::new("numbers"),
        to: counter,
    };
    vec![
        ("schema", Operation::CreateSchema("audit".into())),
        (
            "sequence",
            Operation::CreateSequence(Sequence::new("counter")),
        ),
        ("sequence: options", alter),
        ("view", Operation::CreateView(adults)),
    ]
}

fn enums() -> Vec<(&'static str, Operation)> {
    let colour = EnumType::new("colour".into(), vec!["red".into()].into()).native();
    let alter = |labels: &[&'static str]| Operation::AlterEnum {
        from: size(&["small", "large"]),
        to: size(labels),
        columns: vec![("users".into(), size_column(labels))],
    };
    vec![
        ("enum", Operation::CreateEnum(colour)),
        ("enum: a label is added", alter(&["small", "large", "huge"])),
        (
            "enum: labels are inserted",
            alter(&["tiny", "small", "medium", "it's", "large"]),
        ),
        ("enum: a label is removed", alter(&["small"])),
    ]
}

fn tables() -> Vec<(&'static str, Operation)> {
    let notes = Table::new("notes")
        .column(Column::new("id", Type::Int64))
        .primary_key(["id"])
        .index(["id"])
        .comment("it's a table");
    let rename = |to: QualifiedName| Operation::RenameTable {
        from: "posts".into(),
        to,
    };
    let options = vec![
        TableOption::new("postgres", "WITH").value("(fillfactor = 70)"),
        TableOption::new("postgres", "UNLOGGED"),
        TableOption::new("mysql", "CHARSET").value("latin1"),
        TableOption::new("mysql", "ROW_FORMAT").value("DYNAMIC"),
    ];
    vec![
        (
            "table",
            Operation::CreateTable {
                table: Box::new(notes),
                deferred: Vec::new(),
            },
        ),
        ("table: name", rename("articles".into())),
        (
            "table: comment",
            Operation::SetTableComment {
                table: "posts".into(),
                from: None,
                to: Some("what's new".into()),
            },
        ),
        (
            "table: options",
            Operation::SetTableOptions {
                table: "posts".into(),
                from: Vec::new(),
                to: options,
            },
        ),
        (
            "attached SQL",
            Operation::Detach {
                table: "posts".into(),
                attached: log(),
            },
        ),
    ]
}

fn added_columns() -> Vec<(&'static str, Operation)> {
    let add = |column: Column, fill: Option<&'static str>| Operation::AddColumn {
        table: "posts".into(),
        column,
        fill: fill.map(SqlText::from),
    };
    let views = || Column::new("views", Type::Int32);
    let slug = Column::new("slug", Type::Text).length(40);
    let zero = ServerDefault::Literal(Literal::Int(0));
    let commented = views().server_default(zero).comment("it's counted".into());
    vec![
        ("column", add(views().nullable(), None)),
        ("column: default, comment", add(commented, None)),
        ("column: filled by a constant", add(views(), Some("1"))),
        (
            "column: filled by an expression",
            add(slug, Some("lower(title)")),
        ),
        (
            "column: name",
            Operation::RenameColumn {
                table: "posts".into(),
                from: "title".into(),
                to: "headline".into(),
            },
        ),
    ]
}

fn alter(table: &'static str, from: Column, to: Column) -> Operation {
    Operation::AlterColumn {
        table: table.into(),
        from,
        to,
        fill: None,
        using: None,
    }
}

fn altered_columns() -> Vec<(&'static str, Operation)> {
    let email = || Column::new("email", Type::Text).length(100);
    let longer = Column::new("name", Type::Text).length(60);
    let id = || Column::new("id", Type::Int64);
    let eight = ServerDefault::Literal(Literal::Int(8));
    let text = Column::new("age", Type::Text).length(10);
    let text = text.server_default(ServerDefault::Literal(Literal::Text("7".into())));
    let not_null = Operation::AlterColumn {
        table: "users".into(),
        from: email().nullable(),
        to: email(),
        fill: Some("''".into()),
        using: None,
    };
    let using = Operation::AlterColumn {
        table: "users".into(),
        from: email().nullable(),
        to: Column::new("email", Type::Int64).nullable(),
        fill: None,
        using: Some(SqlText::PerDialect(
            vec![("postgres".into(), "length(email)".into())].into(),
        )),
    };
    vec![
        ("column: length", alter("users", name_column(), longer)),
        ("column: type", alter("users", age(), text)),
        ("column: type by an expression", using),
        ("column: NOT NULL", not_null),
        (
            "column: another default",
            alter("users", age(), age().server_default(eight)),
        ),
        (
            "column: no default",
            alter("users", age(), Column::new("age", Type::Int32)),
        ),
        (
            "column: comment",
            alter("users", age(), age().comment("in years".into())),
        ),
        (
            "column: auto-increment",
            alter("posts", id(), id().auto_increment()),
        ),
        (
            "column: nothing",
            alter("users", age(), age().renamed_from("years".into())),
        ),
    ]
}

fn generated_columns() -> Vec<(&'static str, Operation)> {
    let id = || Column::new("id", Type::Int64).auto_increment();
    let numbered = Identity {
        always: true,
        start: None,
        increment: Some(2),
    };
    let plain = || Column::new("doubled", Type::Int64).nullable();
    let tripled = plain().generated(Generated::stored("char_length(name) * 3".into()));
    vec![
        (
            "column: numbers",
            alter("users", id(), id().identity(numbered)),
        ),
        (
            "column: another expression",
            alter("users", doubled(), tripled),
        ),
        ("column: no expression", alter("users", doubled(), plain())),
    ]
}

fn constraints() -> Vec<(&'static str, Operation)> {
    let add = |table: &'static str, constraint| Operation::AddConstraint {
        table: table.into(),
        constraint,
    };
    let drop = |table: &'static str, constraint| Operation::DropConstraint {
        table: table.into(),
        constraint,
    };
    let key = |table| Constraint::PrimaryKey(Unique::primary_key(table, vec!["id".into()]));
    let unique = Unique::new("posts", vec!["title".into()]);
    let author = || {
        let (columns, key) = (vec!["author_id".into()], vec!["id".into()]);
        ForeignKey::new("posts", columns, "users".into(), key)
    };
    let other = author().named("fk_other").on_delete(Action::Cascade);
    let range = Rule::Range {
        column: "parts".into(),
        least: 0,
        most: 65_535,
    };
    let positive = Check::new("users", "age", Rule::Raw("age > 0".into()));
    vec![
        ("primary key", drop("posts", key("posts"))),
        (
            "unique constraint",
            add("posts", Constraint::Unique(unique)),
        ),
        (
            "foreign key",
            drop("posts", Constraint::ForeignKey(author())),
        ),
        (
            "second foreign key",
            add("posts", Constraint::ForeignKey(other)),
        ),
        ("check", add("users", Constraint::Check(positive))),
        (
            "check of a type",
            add(
                "users",
                Constraint::Check(Check::new("users", "parts", range)),
            ),
        ),
    ]
}

fn indexes() -> Vec<(&'static str, Operation)> {
    let title = || Index::new("posts", vec!["title".into()]);
    let email = Index::new("users", vec!["email".into()]);
    let create = |index: Index| Operation::CreateIndex {
        table: "posts".into(),
        index,
    };
    vec![
        ("index", create(title())),
        ("index: unique", create(title().unique().named("once"))),
        ("index: concurrently", create(title().concurrently())),
        (
            "index: name",
            Operation::RenameIndex {
                table: "users".into(),
                from: email,
                to: "by_email".into(),
            },
        ),
    ]
}
