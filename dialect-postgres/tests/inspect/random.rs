//! Tables of chance, made of the parts that models have.

use orm_core::schema::*;
use orm_core::types::{EnumType, Type};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::Database;

fn ty() -> impl Strategy<Value = Type> {
    prop_oneof![
        Just(Type::Bool),
        Just(Type::Int16),
        Just(Type::Int32),
        Just(Type::Int64),
        Just(Type::Float64),
        Just(Type::Text),
        Just(Type::Bytes),
        Just(Type::Date),
        Just(Type::Timestamp),
        Just(Type::Uuid),
        Just(Type::Json),
        (1_u8..=36).prop_flat_map(|precision| {
            (0..=precision).prop_map(move |scale| Type::Decimal { precision, scale })
        }),
        Just(Type::Enum(
            EnumType::new("mood".into(), vec!["a".into(), "B c".into()].into()).native()
        )),
    ]
}

fn default_of(ty: &Type) -> BoxedStrategy<Option<Literal>> {
    let literal = match ty {
        Type::Bool => any::<bool>().prop_map(Literal::Bool).boxed(),
        Type::Int16 => any::<i16>()
            .prop_map(|number| Literal::Int(number.into()))
            .boxed(),
        Type::Int32 => any::<i32>()
            .prop_map(|number| Literal::Int(number.into()))
            .boxed(),
        Type::Int64 => any::<i64>().prop_map(Literal::Int).boxed(),
        Type::Float64 => any::<i32>()
            .prop_map(|number| Literal::Float(f64::from(number) / 8.0))
            .boxed(),
        Type::Text => "[ -~é]{0,12}"
            .prop_map(|text| Literal::Text(text.into()))
            .boxed(),
        _ => return Just(None).boxed(),
    };
    proptest::option::of(literal).boxed()
}

fn column() -> impl Strategy<Value = Column> {
    let flags = (any::<bool>(), proptest::option::of(12_u32..99));
    (ty(), flags, "[ -~é]{0,9}").prop_flat_map(|(ty, (nullable, length), comment)| {
        default_of(&ty).prop_map(move |default| {
            let mut column = Column::new("", ty.clone());
            column.nullable = nullable;
            column.length = length;
            column.server_default = default.map(ServerDefault::Literal);
            column.comment = Some(comment.clone().into());
            column
        })
    })
}

fn table() -> impl Strategy<Value = Table> {
    let names = proptest::collection::hash_set("[a-zA-Zé_\" ][a-z0-9A-Z_$' ]{0,12}", 6);
    (
        names,
        proptest::collection::vec(column(), 1..6),
        any::<[u8; 6]>(),
    )
        .prop_map(|(names, columns, dice)| {
            let mut names = names.into_iter();
            let mut table = Table::new(names.next().unwrap());
            for (mut column, name) in columns.into_iter().zip(names) {
                column.name = name.into();
                table.columns.push(column);
            }
            with_keys(table, dice)
        })
}

fn with_keys(mut table: Table, dice: [u8; 6]) -> Table {
    let orderable: Vec<Name> = table
        .columns
        .iter()
        .filter(|column| column.ty != Type::Json)
        .map(|column| column.name.clone())
        .collect();
    let pick = |dice: u8| {
        orderable
            .get(usize::from(dice) % orderable.len().max(1))
            .cloned()
    };
    if let Some(name) = pick(dice[0]).filter(|_| dice[1].is_multiple_of(2)) {
        table.find(&name).unwrap();
        table = table.primary_key([name]);
    }
    if let (Some(name), Some(other)) = (pick(dice[1]), pick(dice[2]))
        && name != other
    {
        table = table.unique([name, other]);
    }
    if let Some(name) = pick(dice[3]) {
        let key = IndexKey::column(name);
        let key = if dice[4] > 127 { key.descending() } else { key };
        let key = key.nulls_first(dice[4].is_multiple_of(2));
        let mut index = Index::new("t", vec![]).named("an index").key(key);
        index.unique = dice[5] > 127;
        table.indexes.push(index);
    }
    let number = table.columns.iter().find(|column| column.ty.is_integer());
    if let Some(name) = number.map(|column| column.name.clone()) {
        let (least, most) = (-i64::from(dice[5]), dice[4].into());
        table = table.check(
            "range",
            Rule::Range {
                column: name,
                least,
                most,
            },
        );
    }
    let text = table.columns.iter().find(|column| column.ty == Type::Text);
    if let Some(name) = text.map(|column| column.name.clone()) {
        let labels = vec!["it's".into(), format!("\\{}", dice[0]).into()];
        table = table.check(
            "labels",
            Rule::OneOf {
                column: name,
                labels,
            },
        );
    }
    table
}

#[test]
fn a_table_of_chance_is_read_again() {
    let mut database = Database::new("random");
    let cases = std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok());
    let config = Config {
        cases: cases.unwrap_or(24),
        failure_persistence: None,
        ..Config::default()
    };
    let test = |table: Table| {
        let schema = Schema::unchecked(vec![table]);
        // A case that failed has left its transaction open.
        database.run(&["ROLLBACK", "BEGIN"]);
        database.check(&schema);
        database.run(&["ROLLBACK"]);
        Ok(())
    };
    let database = std::cell::RefCell::new(test);
    TestRunner::new(config)
        .run(&table(), |table| (database.borrow_mut())(table))
        .unwrap();
}
