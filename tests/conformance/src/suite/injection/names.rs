//! Hostile strings as names: of aliases, tables, columns, functions, operators, collations, constraints, cursors and the parts
//! of a URL.

use orm::ErrorKind;
use orm::engine::Url;
use orm::prelude::*;
use orm::query::Collation;
use orm::stmt::{Expr, FromItem, Insert, InsertSource, Projection, Query, Select};
use orm::value::Value;
use orm_core::schema::{Column, Rule, Table};
use orm_core::sql::ddl;
use orm_core::testing::golden::{HasText, written};
use orm_core::testing::with;
use orm_core::types::Type;

use super::{Bystander, Bystanders, Word, accepted, hostile, named_everywhere, tables};
use crate::cases;
use crate::database::Db;
use crate::suite::Requires;
use crate::suite::support::fails;

cases![
    "injection":
    as_aliases,
    as_names_of_derived_tables,
    as_names_of_tables_and_columns,
    as_functions_and_operators,
    as_collations,
    as_constraints_of_upserts (Requires::Upsert),
    as_cursors,
    as_parts_of_a_url,
];

fn as_aliases(db: &Db) {
    let (mut conn, bystanders) = Bystanders::beside(db);
    let conn = &mut conn;
    for string in hostile() {
        let other = Bystander.alias(string.clone());
        let ids = select((Bystander.id, other.id))
            .join_on(other, other.id.gt(Bystander.id))
            .filter(other.name.eq("x"))
            .order_by(other.id);
        if let Some(found) = named_everywhere(db, &string, ids.all(conn)) {
            assert_eq!(found, [(1, 2)], "{string:?}");
        }
        let of_one = select(other.id).filter(other.id.eq(2));
        if let Some(found) = named_everywhere(db, &string, of_one.all(conn)) {
            assert_eq!(found, [2], "{string:?}");
        }
    }
    bystanders.are_unharmed(conn);
}

fn as_names_of_derived_tables(db: &Db) {
    let (mut conn, bystanders) = Bystanders::beside(db);
    let conn = &mut conn;
    for string in hostile() {
        let ids = || select((Bystander.id, Bystander.name)).filter(Bystander.id.gt(1));
        for source in [ids().as_table(string.clone()), ids().cte(string.clone())] {
            let (id, name) = source.columns();
            let query = select((id, name)).from(&source).filter(id.lt(9));
            if let Some(found) = named_everywhere(db, &string, query.all(conn)) {
                assert_eq!(found, [(2, "x".to_owned())], "{string:?}");
            }
            let joined = select(Bystander.id).join_on(&source, id.eq(Bystander.id));
            if let Some(found) = named_everywhere(db, &string, joined.all(conn)) {
                assert_eq!(found, [2], "{string:?}");
            }
        }
    }
    bystanders.are_unharmed(conn);
}

/// Runs a statement of the tree, and returns the rows.
fn run(conn: &mut Connection, statement: &impl HasText) -> orm::Result<Vec<Vec<Value>>> {
    let (sql, binds) = written(conn.dialect(), statement)?;
    let mut rows = Vec::new();
    conn.raw_query(&sql, &binds, &mut |row| {
        let values = (0..row.len()).map(|index| Ok(row.get(index)?.to_value()));
        rows.push(values.collect::<orm::Result<_>>()?);
        Ok(())
    })?;
    Ok(rows)
}

/// Creates a table of that name with a column of that name, writes a row and reads it.
fn named(conn: &mut Connection, name: &str) -> orm::Result<()> {
    let dialect = conn.dialect();
    let rule = Rule::OneOf {
        column: name.to_owned().into(),
        labels: vec![name.to_owned().into(), "x".into()],
    };
    let column = Column::new(name.to_owned(), Type::Text).length(200);
    let table = Table::new(name.to_owned())
        .column(Column::new("id", Type::Int64))
        .column(column)
        .primary_key(["id"])
        .unique([name.to_owned()])
        .check(name, rule);
    for sql in ddl::create_all(dialect, &[&table])? {
        conn.raw_control(&sql)?;
    }
    let values = [Value::Int(1), Value::Text(name.to_owned())];
    let columns = vec!["id".into(), name.to_owned().into()];
    let source = InsertSource::Rows(vec![values.clone().map(Expr::Value).to_vec()]);
    let written = run(conn, &Insert::new(name.to_owned(), columns, source));
    let column = |column: &str| Expr::column(name.to_owned(), column.to_owned());
    let columns = ["id", name].map(|name| Projection::Expr(column(name)));
    let query = Select::new(columns.to_vec(), FromItem::table(name.to_owned()));
    let query = with(Query::from(query), |it| {
        it.order_by = vec![orm::stmt::Order::new(
            column(name),
            orm::stmt::Direction::Ascending,
        )];
    });
    let read = run(conn, &query);
    for sql in ddl::drop_all(dialect, &[&table])? {
        conn.raw_control(&sql)?;
    }
    written?;
    assert_eq!(read?, [values.to_vec()], "{name:?}");
    Ok(())
}

fn as_names_of_tables_and_columns(db: &Db) {
    let (mut conn, bystanders) = Bystanders::beside(db);
    let conn = &mut conn;
    for string in hostile() {
        named_everywhere(db, &string, named(conn, &string));
        assert_eq!(tables(conn), bystanders.tables, "{string:?}");
    }
    bystanders.are_unharmed(conn);
}

fn as_functions_and_operators(db: &Db) {
    let (mut conn, bystanders) = Bystanders::beside(db);
    let conn = &mut conn;
    let (words, more) = (["", " ", "a b", "a.", "1a"], hostile());
    let names = words.map(str::to_owned).into_iter().chain(more);
    for name in names.filter(|name| name != "_") {
        let query = select(Word.id).filter(func::<bool>(name.clone(), (Word.id,)));
        let error = fails(query.all(conn), ErrorKind::Usage);
        assert!(
            error.message().ends_with("is not the name of a function"),
            "{error}"
        );
    }
    assert_eq!(db.sent(), [""; 0]);
    let words = [
        "",
        "= 1 OR",
        "UNION SELECT",
        "is distinct  from",
        "RETURNING",
    ];
    let operators = words.map(str::to_owned).into_iter().chain(hostile());
    let is_operator = |text: &String| ["%", "#", "_"].contains(&text.as_str());
    for operator in operators.filter(|operator| !is_operator(operator)) {
        let query = select(Word.id).filter(Word.id.op::<bool>(operator.clone(), 1_i64));
        let error = fails(query.all(conn), ErrorKind::Usage);
        assert!(error.message().ends_with("is not an operator"), "{error}");
    }
    assert_eq!(db.sent(), [""; 0]);
    bystanders.are_unharmed(conn);
}

fn as_collations(db: &Db) {
    let (mut conn, bystanders) = Bystanders::beside(db);
    let conn = &mut conn;
    for string in hostile() {
        let name = Collation::Named(string.clone().into());
        let query = select(Bystander.id).order_by(Bystander.name.collate(name).asc());
        assert_eq!(accepted(&string, query.all(conn)), None, "{string:?}");
    }
    bystanders.are_unharmed(conn);
}

fn as_constraints_of_upserts(db: &Db) {
    let (mut conn, bystanders) = Bystanders::beside(db);
    let conn = &mut conn;
    for string in hostile() {
        let row = Bystander {
            id: 1,
            name: "y".into(),
        };
        let upsert = insert(Bystander)
            .values([row])
            .on_constraint(&string)
            .do_update(|new| [Bystander.name.to(new.name)]);
        assert_eq!(accepted(&string, upsert.execute(conn)), None, "{string:?}");
    }
    bystanders.are_unharmed(conn);
}

fn as_cursors(db: &Db) {
    let (mut conn, bystanders) = Bystanders::beside(db);
    let conn = &mut conn;
    for string in hostile() {
        let query = select(Bystander).order_by(Bystander.id);
        fails(
            query.keyset(2).after(string.clone()).fetch(conn),
            ErrorKind::Cursor,
        );
        fails(
            query.keyset(2).before(string).fetch(conn),
            ErrorKind::Cursor,
        );
    }
    assert_eq!(db.sent(), [""; 0]);
    bystanders.are_unharmed(conn);
}

fn as_parts_of_a_url(_db: &Db) {
    for string in hostile() {
        let url = Url::new("example")
            .with_host("localhost")
            .with_user(string.clone())
            .with_password(string.clone())
            .with_database(string.clone())
            .with_option("application_name", string.clone());
        let text = url.to_string_with_password();
        let Ok(parsed) = Url::parse(&text) else {
            assert!(string.contains('\0'), "{text}");
            continue;
        };
        let parts = (parsed.user(), parsed.password(), parsed.database());
        let given = string.as_str();
        assert_eq!(parts, (Some(given), Some(given), given), "{text}");
        assert_eq!(parsed.option("application_name"), Some(given), "{text}");
        assert_eq!(
            (parsed.host(), parsed.options().count()),
            (Some("localhost"), 1)
        );
    }
}
