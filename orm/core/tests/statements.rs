//! The visitor and the folder go through every node of a statement, wherever it stands.

use std::ops::ControlFlow;

use orm_core::sql::SqlWriter;
use orm_core::stmt::{
    Expr, Fold, Name, Query, SetOperator, Statement, Visit, fold_expr, fold_statement, walk_expr,
    walk_statement,
};
use orm_core::testing::golden::{expressions, queries, statements, writes, written};
use orm_core::testing::{AnsiDialect, with};

/// Renames a table in all columns.
struct Rename;

impl Fold for Rename {
    type Break = ();

    fn qualifier(&mut self, name: &mut Name) -> ControlFlow<()> {
        if name == "u" {
            *name = "renamed".into();
        }
        ControlFlow::Continue(())
    }
}

/// Finds columns of tables.
#[derive(Default)]
struct Columns(Vec<String>);

impl<'a> Visit<'a> for Columns {
    type Break = ();

    fn expr(&mut self, expr: &'a Expr) -> ControlFlow<()> {
        if let Expr::Column { source, name } = expr {
            self.0.push(format!("{source}.{name}"));
        }
        walk_expr(self, expr)
    }
}

fn columns(statement: &Statement) -> Vec<String> {
    let mut columns = Columns::default();
    assert!(walk_statement(&mut columns, statement).is_continue());
    columns.0
}

/// Statements with a node of each kind.
fn all() -> Vec<Statement> {
    let conditions = vec![
        queries::in_rows(vec![]),
        queries::row_in_query(),
        queries::case(),
        queries::case_of(),
        expressions::distinct(),
        expressions::cast(orm_core::types::Type::Text),
        Expr::Not(Box::new(expressions::two_conditions())),
    ];
    let select = with(statements::select(), |it| it.filter = conditions.into());
    let queries: Vec<Query> = vec![
        statements::select_with_everything(),
        queries::set_operation(SetOperator::Union, false),
        queries::cte(),
        queries::recursive_cte(),
        queries::join_of_values(),
        queries::lateral(),
        queries::windows(),
        queries::scalar_subquery(),
        queries::locked(queries::lock_of()),
        select.into(),
    ];
    let writes = [
        Statement::Insert(writes::upsert_from_query()),
        Statement::Insert(writes::upsert_where()),
        Statement::Update(writes::update_from()),
        Statement::Update(writes::update_last()),
        Statement::Update(statements::update_by_own_table()),
        Statement::Delete(writes::delete_using()),
        Statement::Delete(writes::delete_returning()),
    ];
    let queries = queries.into_iter().map(Statement::Query);
    queries.chain(writes).collect()
}

#[test]
fn the_visitor_finds_what_the_folder_changes() {
    for statement in all() {
        let before = columns(&statement);
        let mut renamed = statement.clone();
        assert!(fold_statement(&mut Rename, &mut renamed).is_continue());
        let expected = before.iter().map(|name| match name.strip_prefix("u.") {
            Some(column) => format!("renamed.{column}"),
            None => name.clone(),
        });
        assert_eq!(columns(&renamed), expected.collect::<Vec<_>>());
    }
    let found: Vec<String> = all().iter().flat_map(columns).collect();
    // Of `update_from`, whose columns stand in SET and WHERE.
    assert!(found.contains(&"u.a".to_owned()) && found.contains(&"u.id".to_owned()));
}

/// Takes every number for another.
struct Replace;

impl Fold for Replace {
    type Break = ();

    fn expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        if let Expr::Value(orm_core::value::Value::Int(number)) = expr {
            *number = -1;
        }
        fold_expr(self, expr)
    }
}

#[test]
fn the_folder_reaches_every_value_of_an_expression() {
    let dialect = AnsiDialect::new();
    for mut statement in all() {
        assert!(fold_statement(&mut Replace, &mut statement).is_continue());
        let mut w = SqlWriter::new(&dialect);
        if orm_core::sql::write_statement(&mut w, &statement).is_err() {
            continue;
        }
        let (text, binds) = w.finish();
        // Limits are no expressions.
        let limits = text.matches("LIMIT ?").count() + text.matches("OFFSET ?").count();
        let numbers = binds
            .iter()
            .filter(|bind| matches!(bind, orm_core::value::ValueRef::Int(number) if *number != -1));
        assert!(numbers.count() <= limits, "{text}");
    }
    let version = Expr::column("t", "version");
    let next = orm_core::stmt::NextVersion::new(version, &orm_core::types::Type::Int32);
    let mut next = Expr::Extension(std::sync::Arc::new(next));
    assert!(fold_expr(&mut Replace, &mut next).is_continue());
    let (text, binds) = written(&dialect, &next).unwrap();
    assert_eq!(text, r#""version" + ?"#);
    assert_eq!(binds, [orm_core::value::ValueRef::Int(-1)]);
}
