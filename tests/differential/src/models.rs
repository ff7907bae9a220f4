//! The tables: models of their rows, by which they are created and filled.
//!
//! Queries are built of the models in `views.rs`.

use chrono::{NaiveDate, NaiveDateTime};
use orm::prelude::*;
use rust_decimal::Decimal;

/// A row of `persons`.
#[derive(Model, Clone, Debug)]
#[orm(table = "persons")]
pub(crate) struct PersonRow {
    #[orm(primary_key)]
    pub(crate) id: i64,
    pub(crate) n: i64,
    #[orm(length = 40)]
    pub(crate) name: String,
    #[orm(length = 40)]
    pub(crate) nick: Option<String>,
    pub(crate) age: Option<i32>,
    pub(crate) score: Option<f64>,
    pub(crate) born: Option<NaiveDate>,
    pub(crate) seen: NaiveDateTime,
    pub(crate) active: bool,
    pub(crate) admin: Option<bool>,
    pub(crate) rank: i16,
}

/// A row of `items`.
#[derive(Model, Clone, Debug)]
#[orm(table = "items")]
pub(crate) struct ItemRow {
    #[orm(primary_key)]
    pub(crate) id: i64,
    pub(crate) n: i64,
    #[orm(references = PersonRow.id)]
    pub(crate) owner_id: Option<i64>,
    #[orm(length = 60)]
    pub(crate) title: String,
    #[orm(precision = 12, scale = 2)]
    pub(crate) price: Decimal,
    #[orm(precision = 12, scale = 4)]
    pub(crate) weight: Option<Decimal>,
    pub(crate) stock: i32,
    pub(crate) rating: Option<f64>,
    pub(crate) big: Option<i64>,
    pub(crate) made: NaiveDate,
}

/// A row of `orders`.
#[derive(Model, Clone, Debug)]
#[orm(table = "orders")]
pub(crate) struct OrderRow {
    #[orm(primary_key)]
    pub(crate) id: i64,
    pub(crate) n: i64,
    #[orm(references = PersonRow.id)]
    pub(crate) person_id: i64,
    #[orm(references = ItemRow.id)]
    pub(crate) item_id: Option<i64>,
    pub(crate) quantity: i32,
    pub(crate) placed: Option<NaiveDateTime>,
    #[orm(length = 60)]
    pub(crate) note: Option<String>,
    pub(crate) paid: Option<bool>,
    #[orm(precision = 6, scale = 3)]
    pub(crate) discount: Option<Decimal>,
}

/// A row of `tags`.
#[derive(Model, Clone, Debug)]
#[orm(table = "tags")]
pub(crate) struct TagRow {
    #[orm(primary_key)]
    pub(crate) id: i64,
    pub(crate) n: i64,
    #[orm(references = ItemRow.id)]
    pub(crate) item_id: i64,
    #[orm(length = 20)]
    pub(crate) word: String,
    pub(crate) level: i64,
}

/// A row of `notes`.
#[derive(Model, Clone, Debug)]
#[orm(table = "notes")]
pub(crate) struct NoteRow {
    #[orm(primary_key)]
    pub(crate) id: i64,
    pub(crate) n: i64,
    #[orm(references = OrderRow.id)]
    pub(crate) order_id: Option<i64>,
    #[orm(length = 60)]
    pub(crate) body: Option<String>,
    pub(crate) written: NaiveDateTime,
    pub(crate) amount: Option<f64>,
    pub(crate) grade: Option<i16>,
}
