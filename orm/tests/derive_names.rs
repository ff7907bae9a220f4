//! The derives amid names that are not theirs: in a user's macro, beside types that are called like their
//! helpers, and with fields in another case.

#![deny(warnings)]
#![allow(missing_docs, reason = "names are what is tested here")]

use orm::prelude::*;

macro_rules! tables {
    ($($name:ident: $key:ty { $($field:ident: $type:ty = $default:expr),* })+) => {$(
        #[derive(Model, Clone, Debug, PartialEq)]
        pub struct $name {
            #[orm(primary_key)]
            pub id: $key,
            #[orm(length = 20, server_default = "new")]
            pub state: Option<String>,
            #[orm(references = $name.id)]
            pub parent: Option<$key>,
            pub text: String,
            $(#[orm(default = $default)] pub $field: $type,)*
        }
    )+};
}

tables! {
    Apple: i64 { weight: i32 = 1 + 1 }
    Pear: i32 { weight: f64 = 0.5, label: String = "x" }
}

#[derive(DbEnum, Clone, Copy, Debug, PartialEq)]
pub enum OrderEntity {
    A,
}
#[derive(DbEnum, Clone, Copy, Debug, PartialEq)]
pub enum OrderBuilder {
    B,
}
#[derive(DbEnum, Clone, Copy, Debug, PartialEq)]
pub enum OrderGiven {
    C,
}
pub mod missing {
    use orm::DbEnum;

    #[derive(DbEnum, Clone, Copy, Debug, PartialEq)]
    pub enum Kind {
        D,
    }
}

/// Its fields have the names of all helpers.
#[derive(Model, Clone, Debug, PartialEq)]
pub struct Order {
    #[orm(primary_key)]
    pub id: i64,
    pub a: OrderEntity,
    pub b: OrderBuilder,
    pub c: Option<OrderGiven>,
    pub d: missing::Kind,
    #[orm(references = Self.id)]
    pub before: Option<i64>,
}

/// As a generated file might have them.
#[derive(Model, Clone, Debug, PartialEq)]
#[expect(non_snake_case, reason = "names of a foreign schema")]
pub struct Legacy {
    #[orm(primary_key)]
    pub Id: i64,
    #[orm(default = 7)]
    pub rowVersion: i32,
    #[orm(length = 5)]
    pub Name: String,
}

#[test]
fn a_users_macro_may_name_models_and_types() -> orm::Result<()> {
    let engine = Engine::connect("sqlite://")?;
    Metadata::of((Apple, Pear)).create_all(&engine)?;
    let mut session = Session::new(&engine);
    let apple = session.add(Apple::builder().text("a"));
    let pear = session.add(Pear::builder().text("b").weight(1.5));
    session.commit()?;
    assert_eq!((session[apple].weight, session[pear].weight), (2, 1.5));
    let states = select(Pear.state).filter(Pear.label.eq("x"));
    assert_eq!(states.all(&mut session)?, [Some("new".to_owned())]);
    Ok(())
}

#[test]
fn types_may_be_called_like_helpers() -> orm::Result<()> {
    let engine = Engine::connect("sqlite://")?;
    Metadata::of((Order, Legacy)).create_all(&engine)?;
    let mut conn = engine.connection()?;
    let order = Order::builder().a(OrderEntity::A).b(OrderBuilder::B);
    let order = order.d(missing::Kind::D).c(OrderGiven::C);
    let id = insert(Order)
        .values(order)
        .returning(Order.id)
        .one(&mut conn)?;
    insert(Order)
        .values(
            Order::builder()
                .a(OrderEntity::A)
                .b(OrderBuilder::B)
                .d(missing::Kind::D)
                .before(id),
        )
        .execute(&mut conn)?;
    let next = Order.alias("next");
    let found = select(next.id)
        .from(Order)
        .join_on(next, next.before.eq(Order.id));
    assert_eq!(found.all(&mut conn)?, [2]);
    insert(Legacy)
        .values(Legacy::builder().Name("x"))
        .execute(&mut conn)?;
    assert_eq!(select(Legacy.rowVersion).one(&mut conn)?, 7);
    Ok(())
}

macro_rules! flattened {
    ($part:ident, $model:ident { $($field:ident: $type:ty),* }) => {
        #[derive(Embedded, Clone, Debug, Default, PartialEq)]
        pub struct $part {
            #[orm(length = 20, server_default = "new", index)]
            pub state: Option<String>,
            #[orm(references = Apple.id)]
            pub apple: Option<i64>,
            $(#[orm(unique)] pub $field: $type,)*
        }

        #[derive(Model, Clone, Debug, PartialEq)]
        pub struct $model {
            #[orm(primary_key)]
            pub id: i64,
            #[orm(flatten, prefix = "a_")]
            pub given: $part,
            #[orm(flatten, prefix = "b_")]
            pub value: Option<$part>,
        }
    };
}

flattened! { M, N { names: i32, alias: i32, at: i32, index: bool, column: i32, old: i64, set: i64, unset: f64 } }

#[derive(DbEnum, Clone, Copy, Debug, Default, PartialEq)]
pub enum F {
    #[default]
    A,
}

#[derive(Embedded, Clone, Debug, Default, PartialEq)]
pub struct Mixed {
    #[orm(default = F::A)]
    r#type: F,
    #[orm(default = Self::first())]
    pub(crate) first: i32,
}

impl Mixed {
    const fn first() -> i32 {
        4
    }
}

#[derive(Model, Clone, Debug, PartialEq)]
pub struct Own {
    #[orm(primary_key)]
    pub id: i64,
    /// A keyword, and the name of the struct of the columns.
    #[orm(flatten, prefix = "r_")]
    pub r#mixed: Mixed,
}

#[test]
fn flattened_structs_take_any_names() {
    let def = N::def();
    assert_eq!(def.names[..3], ["id", "a_state", "a_apple"]);
    assert_eq!(def.fields[11..13], ["value.state", "value.apple"]);
    assert_eq!(def.uniques[1].columns, [4]);
    assert_eq!(
        def.uniques.last().map(|unique| unique.columns),
        Some(&[20][..])
    );
    assert_eq!(
        (def.references[1].columns, def.references.len()),
        (&[12][..], 2)
    );
    let row = N::builder().given(M::default()).into_row();
    assert!(row.unset.contains(1) && !row.unset.contains(11));
    let row = N::builder().given(M::default()).value(M::default());
    assert!(row.into_row().unset.contains(11));
    let own = Own::builder().into_row().value;
    assert_eq!((own.mixed.first, own.mixed.r#type), (4, F::A));
    assert_eq!(Own.mixed.r#type.name(), "r_type");
}
