//! The models of queries: the tables of `models.rs`, whose columns all are an `Option`, so that the expressions of a kind
//! have one type. Their SQL is that of any other model.

use chrono::{NaiveDate, NaiveDateTime};
use orm::prelude::*;
use orm::query::IntoExpr as _;
use rust_decimal::Decimal;

use crate::build::cells::AnyExpr::{
    self, Date, Decimal as Exact, Float, Int, Moment, Small, Text, Truth,
};
use crate::tree::{Kind, Table};

#[derive(Model, Clone, Debug)]
#[orm(table = "persons")]
pub(crate) struct Person {
    #[orm(primary_key)]
    id: i64,
    n: Option<i64>,
    name: Option<String>,
    nick: Option<String>,
    age: Option<i32>,
    score: Option<f64>,
    born: Option<NaiveDate>,
    seen: Option<NaiveDateTime>,
    active: Option<bool>,
    admin: Option<bool>,
    rank: Option<i16>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "items")]
pub(crate) struct Item {
    #[orm(primary_key)]
    id: i64,
    n: Option<i64>,
    #[orm(references = Person.id)]
    owner_id: Option<i64>,
    title: Option<String>,
    #[orm(precision = 12, scale = 2)]
    price: Option<Decimal>,
    #[orm(precision = 12, scale = 4)]
    weight: Option<Decimal>,
    stock: Option<i32>,
    rating: Option<f64>,
    big: Option<i64>,
    made: Option<NaiveDate>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "orders")]
pub(crate) struct Order {
    #[orm(primary_key)]
    id: i64,
    n: Option<i64>,
    #[orm(references = Person.id)]
    person_id: Option<i64>,
    #[orm(references = Item.id)]
    item_id: Option<i64>,
    quantity: Option<i32>,
    placed: Option<NaiveDateTime>,
    note: Option<String>,
    paid: Option<bool>,
    #[orm(precision = 6, scale = 3)]
    discount: Option<Decimal>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "tags")]
pub(crate) struct Tag {
    #[orm(primary_key)]
    id: i64,
    n: Option<i64>,
    #[orm(references = Item.id)]
    item_id: Option<i64>,
    word: Option<String>,
    level: Option<i64>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "notes")]
pub(crate) struct Note {
    #[orm(primary_key)]
    id: i64,
    n: Option<i64>,
    #[orm(references = Order.id)]
    order_id: Option<i64>,
    body: Option<String>,
    written: Option<NaiveDateTime>,
    amount: Option<f64>,
    grade: Option<i16>,
}

/// A column: its kind, the greatest absolute value of numbers, and the scale of decimals.
pub(crate) type Field = (Kind, f64, u32);

const N: Field = (Kind::Int, 64.0, 0);
const TEXT: Field = (Kind::Text, 60.0, 0);
const DATE: Field = (Kind::Date, 0.0, 0);
const MOMENT: Field = (Kind::Moment, 0.0, 0);
const TRUTH: Field = (Kind::Truth, 0.0, 0);
const FLOAT: Field = (Kind::Float, 1e3, 0);

/// The columns of a table, which [`exprs`] returns in the same order. The first one is unique.
pub(crate) fn fields(table: Table) -> &'static [Field] {
    match table {
        Table::Person => &[
            N,
            TEXT,
            TEXT,
            (Kind::Small, 200.0, 0),
            FLOAT,
            DATE,
            MOMENT,
            TRUTH,
            TRUTH,
            (Kind::Small, 100.0, 0),
        ],
        Table::Item => &[
            N,
            N,
            TEXT,
            (Kind::Decimal, 1e5, 2),
            (Kind::Decimal, 1e4, 4),
            (Kind::Small, 1e3, 0),
            FLOAT,
            (Kind::Int, 9.3e18, 0),
            DATE,
        ],
        Table::Order => &[
            N,
            N,
            N,
            (Kind::Small, 100.0, 0),
            MOMENT,
            TEXT,
            TRUTH,
            (Kind::Decimal, 1e3, 3),
        ],
        Table::Tag => &[N, N, TEXT, (Kind::Int, 100.0, 0)],
        Table::Note => &[N, N, TEXT, MOMENT, FLOAT, (Kind::Small, 100.0, 0)],
    }
}

/// The columns of a table under an alias.
pub(crate) fn exprs(table: Table, alias: &str) -> Vec<AnyExpr> {
    let alias = alias.to_owned();
    match table {
        Table::Person => person(Person.alias(alias)),
        Table::Item => item(Item.alias(alias)),
        Table::Order => order(Order.alias(alias)),
        Table::Tag => tag(Tag.alias(alias)),
        Table::Note => note(Note.alias(alias)),
    }
}

fn person(it: <Person as Model>::Entity) -> Vec<AnyExpr> {
    vec![
        Int(it.n.into_expr()),
        Text(it.name.into_expr()),
        Text(it.nick.into_expr()),
        Small(it.age.into_expr()),
        Float(it.score.into_expr()),
        Date(it.born.into_expr()),
        Moment(it.seen.into_expr()),
        Truth(it.active.into_expr()),
        Truth(it.admin.into_expr()),
        Small(it.rank.cast::<i32>()),
    ]
}

fn item(it: <Item as Model>::Entity) -> Vec<AnyExpr> {
    vec![
        Int(it.n.into_expr()),
        Int(it.owner_id.into_expr()),
        Text(it.title.into_expr()),
        Exact(it.price.into_expr()),
        Exact(it.weight.into_expr()),
        Small(it.stock.into_expr()),
        Float(it.rating.into_expr()),
        Int(it.big.into_expr()),
        Date(it.made.into_expr()),
    ]
}

fn order(it: <Order as Model>::Entity) -> Vec<AnyExpr> {
    vec![
        Int(it.n.into_expr()),
        Int(it.person_id.into_expr()),
        Int(it.item_id.into_expr()),
        Small(it.quantity.into_expr()),
        Moment(it.placed.into_expr()),
        Text(it.note.into_expr()),
        Truth(it.paid.into_expr()),
        Exact(it.discount.into_expr()),
    ]
}

fn tag(it: <Tag as Model>::Entity) -> Vec<AnyExpr> {
    vec![
        Int(it.n.into_expr()),
        Int(it.item_id.into_expr()),
        Text(it.word.into_expr()),
        Int(it.level.into_expr()),
    ]
}

fn note(it: <Note as Model>::Entity) -> Vec<AnyExpr> {
    vec![
        Int(it.n.into_expr()),
        Int(it.order_id.into_expr()),
        Text(it.body.into_expr()),
        Moment(it.written.into_expr()),
        Float(it.amount.into_expr()),
        Small(it.grade.cast::<i32>()),
    ]
}

/// How many foreign keys connect two tables.
pub(crate) fn connections(one: Table, other: Table) -> usize {
    const KEYS: &[(Table, Table)] = &[
        (Table::Item, Table::Person),
        (Table::Order, Table::Person),
        (Table::Order, Table::Item),
        (Table::Tag, Table::Item),
        (Table::Note, Table::Order),
    ];
    let between = |pair: &&(Table, Table)| **pair == (one, other) || **pair == (other, one);
    KEYS.iter().filter(between).count()
}
