//! Random tables through the server: what is created is read in the canonical form.

use orm_core::schema::*;
use orm_core::types::{Type, Width};
use proptest::prelude::*;

use super::inspect::check;

fn ty() -> impl Strategy<Value = (Type, Option<u32>)> {
    prop_oneof![
        Just((Type::Bool, None)),
        Just((Type::Int16, None)),
        Just((Type::Int64, None)),
        Just((Type::Unsigned(Width::W32), None)),
        Just((Type::Float64, None)),
        Just((Type::Date, None)),
        Just((Type::DateTime, None)),
        Just((Type::Time, None)),
        Just((Type::Uuid, None)),
        Just((Type::Json, None)),
        Just((Type::Text, None)),
        (1_u32..300).prop_map(|length| (Type::Text, Some(length))),
        (1_u32..300).prop_map(|length| (Type::Bytes, Some(length))),
        (1_u8..=36).prop_flat_map(|precision| {
            (0..=precision.min(30))
                .prop_map(move |scale| (Type::Decimal { precision, scale }, None))
        }),
    ]
}

/// A default that a column of the type can have.
fn default(ty: &Type) -> BoxedStrategy<Option<ServerDefault>> {
    let literal = ServerDefault::Literal;
    let some = match ty {
        Type::Bool => any::<bool>().prop_map(Literal::Bool).boxed(),
        Type::Int16 => any::<i16>()
            .prop_map(|number| Literal::Int(number.into()))
            .boxed(),
        Type::Int64 => any::<i64>().prop_map(Literal::Int).boxed(),
        Type::Unsigned(_) => any::<u32>()
            .prop_map(|number| Literal::Int(number.into()))
            .boxed(),
        Type::Float64 => (-1000_i32..1000)
            .prop_map(|n| Literal::Float(f64::from(n) / 8.0))
            .boxed(),
        Type::Text => "[a-c'\"\\\\ é%_`\n]{0,1}"
            .prop_map(|text| Literal::Text(text.into()))
            .boxed(),
        _ => return Just(None).boxed(),
    };
    prop_oneof![Just(None), some.prop_map(move |value| Some(literal(value)))].boxed()
}

fn name() -> impl Strategy<Value = String> {
    "[a-zé][a-z0-9_`\" .é]{0,8}[a-z]"
}

fn column() -> impl Strategy<Value = Column> {
    let typed = ty().prop_flat_map(|(ty, length)| (default(&ty), Just(ty), Just(length)));
    let comment = proptest::option::of("[a-z'\\\\é\n]{1,9}");
    (name(), typed, any::<bool>(), comment).prop_map(
        |(name, (default, ty, length), nullable, comment)| {
            let mut column = Column::new(name, ty);
            column.length = length;
            column.nullable = nullable;
            column.server_default = default;
            column.comment = comment.map(Name::Owned);
            column
        },
    )
}

/// A condition of integers.
fn condition() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        (0_u8..9).prop_map(|number| format!("id > {number}")),
        (0_u8..9).prop_map(|number| format!("(id + {number}) * 2 <> id")),
        Just("id IS NOT NULL".to_owned()),
        Just("id <> 0".to_owned()),
        Just("id BETWEEN 1 AND 5".to_owned()),
        Just("id IN (1, 2)".to_owned()),
        Just("CONCAT(id, 'é''\\\\') LIKE '1%'".to_owned()),
    ];
    leaf.prop_recursive(4, 12, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) AND ({b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) OR ({b})")),
            inner.prop_map(|a| format!("NOT ({a})")),
        ]
    })
}

fn table() -> impl Strategy<Value = Table> {
    let columns = proptest::collection::vec(column(), 1..7);
    let checks = proptest::collection::vec(condition(), 0..4);
    (name(), columns, checks, any::<bool>()).prop_map(|(name, columns, checks, unique)| {
        let mut table = Table::new(name)
            .column(Column::new("id", Type::Int64))
            .primary_key(["id"]);
        for column in columns {
            let is_new = !table
                .columns
                .iter()
                .any(|it| it.name.to_lowercase() == column.name.to_lowercase());
            if is_new {
                table = table.column(column);
            }
        }
        for (number, condition) in checks.into_iter().enumerate() {
            table = table.check(&number.to_string(), Rule::Raw(condition.into()));
        }
        let is_indexed = |column: &&Column| {
            !matches!(column.ty, Type::Json) && (column.ty != Type::Text || column.length.is_some())
        };
        let names: Vec<Name> = table
            .columns
            .iter()
            .filter(is_indexed)
            .map(|it| it.name.clone())
            .collect();
        let first: Vec<Name> = names.into_iter().take(3).collect();
        if unique {
            table.unique(first)
        } else {
            table.index(first)
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn random_tables_are_read(table in table()) {
        check(&Schema::new(vec![table]).expect("a schema"));
    }
}
