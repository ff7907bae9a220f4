//! Random tables are read as the canonical form of their models, and random expressions keep their values.

use orm_core::schema::{
    Action, Column, Deferrable, ForeignKey, Generated, Index, IndexKey, Literal, Name, Rule,
    ServerDefault, Table, TableOption, Unique,
};
use orm_core::types::Type;
use orm_core::value::{Value, ValueRef};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::models::types;
use super::{check_tables, database, inspect};

const NAMES: &[&str] = &["id", "Name", "a b", "order", "x\"y", "Ünit", "it's", "[c]"];

fn defaults() -> Vec<Option<ServerDefault>> {
    let raw = |sql: &'static str| ServerDefault::Raw(sql.into());
    vec![
        None,
        Some(ServerDefault::Literal(Literal::Int(-7))),
        Some(ServerDefault::Literal(Literal::Text("it's (".into()))),
        Some(ServerDefault::Literal(Literal::Bool(true))),
        Some(ServerDefault::Literal(Literal::Float(0.25))),
        Some(raw("CURRENT_DATE")),
        Some(raw("((1 + 2) * 3)")),
        Some(raw("x'00FF'")),
        Some(raw("NULL")),
    ]
}

fn columns() -> impl Strategy<Value = Vec<Column>> {
    let names = subsequence(NAMES.to_vec(), 3..=NAMES.len());
    let details = (
        select(types()),
        any::<bool>(),
        select(defaults()),
        select(vec![None, Some("NOCASE"), Some("BINARY"), Some("rtrim")]),
        select(vec![None, None, Some(9_u32)]),
    );
    (names, vec(details, NAMES.len())).prop_map(|(names, details)| {
        let made = names.into_iter().zip(details);
        made.map(|(name, (ty, nullable, default, collation, length))| {
            let mut column = Column::new(name, ty);
            column.nullable = nullable;
            column.server_default = default;
            column.collation = collation.map(Name::from);
            column.length = length;
            column
        })
        .collect()
    })
}

/// The options of a table: two bits, what is generated, and the action and deferral of a foreign key.
type Extras = (bool, bool, Option<bool>, Action, Option<Deferrable>);

fn extras() -> impl Strategy<Value = Extras> {
    let actions = vec![
        Action::NoAction,
        Action::Restrict,
        Action::Cascade,
        Action::SetDefault,
    ];
    let deferrables = vec![
        None,
        Some(Deferrable::Immediate),
        Some(Deferrable::Deferred),
    ];
    (
        any::<bool>(),
        any::<bool>(),
        any::<Option<bool>>(),
        select(actions),
        select(deferrables),
    )
}

/// A column in quotes.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn table(columns: Vec<Column>, (strict, without, generated, action, deferrable): Extras) -> Table {
    let names: Vec<Name> = columns.iter().map(|column| column.name.clone()).collect();
    let (first, second) = (names[0].clone(), names[1].clone());
    let mut table = Table::new("random table").primary_key([first.clone(), second.clone()]);
    table.columns = columns;
    if let Some(stored) = generated {
        let sql = format!("coalesce({}, 'none')", quoted(&second));
        let mut column = Column::new("made", Type::Text).nullable();
        column.generated = Some(Generated {
            expression: sql.into(),
            stored,
        });
        table.columns.push(column);
    }
    // Types of its own are no storage classes.
    let is_class = |column: &Column| !matches!(column.ty, Type::Extension(_));
    let strict = strict && table.columns.iter().all(is_class);
    for (has, option) in [(strict, "STRICT"), (without, "WITHOUT ROWID")] {
        if has {
            table = table.option(TableOption::new("sqlite", option));
        }
    }
    table
        .uniques
        .push(Unique::new("random table", names[1..].to_vec()));
    let condition = format!(
        "{} IS NOT NULL OR length({}) < 5",
        quoted(&first),
        quoted(&second)
    );
    let key = IndexKey::expression(format!("lower({})", quoted(&first))).descending();
    table.indexes.push(
        Index::new("random table", names.clone())
            .filter(condition.clone())
            .key(key),
    );
    let range = Rule::Range {
        column: second.clone(),
        least: -5,
        most: 900,
    };
    table = table
        .check("raw", Rule::Raw(condition.into()))
        .check("range", range);
    let mut key = ForeignKey::new(
        "random table",
        vec![second],
        "random table".into(),
        vec![first],
    );
    (key.on_delete, key.deferrable) = (action, deferrable);
    table.foreign_keys.push(key);
    table
}

/// Expressions without parentheses around operators, so that their precedence decides.
fn expressions() -> impl Strategy<Value = String> {
    let leaf = select(vec![
        "a",
        "\"B c\"",
        "[d]",
        "1",
        "2.5",
        "-3",
        "'x'",
        "'1'",
        "x'31'",
        "NULL",
        "TRUE",
        "'X' COLLATE NOCASE",
    ]);
    leaf.prop_map(str::to_owned).prop_recursive(4, 24, 3, |inner| {
        let binary = select(vec![
            "+", "-", "*", "/", "%", "||", "&", "|", "<<", ">>", "=", "==", "<>", "!=", "<", "<=", ">",
            ">=", "IS", "IS NOT", "LIKE", "NOT LIKE", "GLOB", "AND", "OR", "IS DISTINCT FROM", "->>",
        ]);
        let unary = select(vec!["- ", "~ ", "NOT ", "+ "]);
        let postfix = select(vec!["IS NULL", "NOT NULL", "ISNULL", "IS NOT TRUE", "COLLATE nocase"]);
        prop_oneof![
            6 => (inner.clone(), binary, inner.clone()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
            1 => (unary, inner.clone()).prop_map(|(op, a)| format!("{op}{a}")),
            1 => (inner.clone(), postfix).prop_map(|(a, op)| format!("{a} {op}")),
            2 => inner.clone().prop_map(|a| format!("( {a} )")),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("coalesce({a},{b})")),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} IN ({b}, 1)")),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} BETWEEN {b} AND 5")),
            1 => (inner.clone(), inner.clone())
                .prop_map(|(a, b)| format!("CASE WHEN {a} THEN {b} ELSE 'e' END")),
            1 => inner.prop_map(|a| format!("CAST({a} AS INTEGER)")),
        ]
    })
}

const ROWS: &str = "INSERT INTO t (a, \"B c\", d) VALUES (1, 'x', NULL), (-2, '1', 2.5), (NULL, 'X', 'a'), \
     (0, '', x'31'), ('10', 10, 7)";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn random_tables_are_read(columns in columns(), extras in extras()) {
        check_tables(vec![table(columns, extras)]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn expressions_keep_their_values(sql in expressions()) {
        let create = format!("CREATE TABLE t (a, \"B c\", d, g AS ({sql}))");
        let mut connection = database(&["SELECT 1"]);
        // Some are refused, for instance text that is not JSON.
        prop_assume!(connection.control(&create).is_ok() && connection.control(ROWS).is_ok());
        let found = inspect(&mut connection);
        let written = found.tables()[0].columns[3].generated.clone().unwrap().expression;
        let written = written.of_dialect("sqlite").unwrap().to_owned();
        let query = format!("SELECT ({sql}) IS ({written}), typeof({sql}) = typeof({written}) FROM t");
        let mut values = Vec::new();
        let read = connection.query(&query, &[], &mut |row| {
            values.extend([row.get(0)?.to_value(), row.get(1)?.to_value()]);
            Ok(())
        });
        if let Err(error) = read {
            // An expression that fails for a row fails in both ways of writing.
            let plain = connection.query(&format!("SELECT {sql} FROM t"), &[], &mut |_| Ok(()));
            prop_assert!(plain.is_err(), "{error:?} of {written}");
        }
        prop_assert!(values.iter().all(|value| value.as_ref() == ValueRef::Int(1)), "{sql} -> {written}");
        let _: Vec<Value> = values;
    }
}
