//! The derives, without a database: what is emitted, and that it compiles in any surroundings.
//!
//! `schema.rs` is about tables, `objects.rs` about what they have beyond columns and keys, `rows.rs` about builders, values and rows, `labels.rs` about enums, and
//! `surroundings.rs` about names and visibility. What the derives refuse, and with which words, is in
//! `tests/tests/ui/derive`.

#![deny(
    warnings,
    missing_docs,
    unused_qualifications,
    unreachable_pub,
    clippy::pedantic,
    clippy::nursery
)]
// Models inside of tests, and modules of a user's, are what is tested here.
#![allow(
    clippy::items_after_statements,
    clippy::wildcard_imports,
    clippy::redundant_pub_crate,
    clippy::too_many_lines
)]

mod labels;
mod objects;
mod rows;
mod schema;
mod surroundings;

use orm::mapping::ModelDef;
use orm::prelude::*;
use orm_core::driver::Row;
use orm_core::error::{Error, ErrorKind};
use orm_core::schema::{Action, Literal, ServerDefault};
use orm_core::types::Type;
use orm_core::value::{ConversionError, Value, ValueRef};

/// The module of the models.
const MODULE: &str = module_path!();

/// A user.
#[derive(Model, Clone, Debug, PartialEq, Eq)]
#[orm(table = "users")]
pub struct User {
    /// The key.
    #[orm(primary_key)]
    pub id: i64,
    /// The name.
    #[orm(unique, length = 50)]
    pub username: String,
    /// The address.
    pub email: Option<String>,
}

/// Every attribute at once.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(unique(author_id, title), unique = (title, rating, name = "uq_rated"))]
#[orm(index = (rating, author_id), index = (title, rating, name = "ix_by_title"))]
#[orm(check(name = "positive", raw = "rating >= 0"))]
pub struct BlogPost {
    /// The key.
    #[orm(primary_key)]
    pub id: i32,
    /// The title.
    #[orm(index, collation = "C")]
    pub title: String,
    /// Who wrote it.
    #[orm(column = "author", references = User.id, on_delete = cascade, on_update = restrict)]
    pub author_id: i64,
    /// How good it is.
    #[orm(default = 3)]
    pub rating: i16,
    /// A picture.
    #[orm(length = 1000)]
    pub picture: Option<Vec<u8>>,
    /// Where it is in its life.
    #[orm(server_default = "draft")]
    pub status: Status,
    /// When it was written.
    #[orm(server_default = raw("CURRENT_TIMESTAMP"))]
    pub written: Option<String>,
    /// How much it weighs.
    #[orm(server_default = -0.5)]
    pub weight: f64,
    /// Whether it can be seen.
    #[orm(server_default = true)]
    pub visible: bool,
    /// How often it was read.
    #[orm(server_default = -1)]
    pub reads: i64,
    /// How often it was changed.
    #[orm(version)]
    pub version: i32,
    /// Not stored.
    #[orm(skip)]
    pub words: Vec<&'static str>,
    /// The post that it replies to.
    #[orm(references = BlogPost.id, on_delete = set_null)]
    pub answers: Option<i32>,
}

/// The life of a post.
#[derive(DbEnum, Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Status {
    /// Being written.
    #[default]
    Draft,
    /// Being read by the editor.
    InReview,
    /// Out.
    #[orm(rename = "public")]
    Published,
}

/// A line of an order: a composite key, and a composite reference.
#[derive(Model, Clone, Debug, PartialEq, Eq)]
#[orm(foreign_key(shop, number, references = (Order.shop, Order.number), on_delete = cascade, name = "fk_order"))]
pub struct Line {
    /// The shop.
    #[orm(primary_key)]
    pub shop: i64,
    /// The order's number.
    #[orm(primary_key)]
    pub number: i64,
    /// The line.
    #[orm(primary_key)]
    pub line: i16,
    /// The article.
    pub article: String,
}

/// An order.
#[derive(Model, Clone, Debug, PartialEq, Eq)]
#[orm(table = "orders")]
pub struct Order {
    /// The shop.
    #[orm(primary_key)]
    pub shop: i64,
    /// The number in that shop.
    #[orm(primary_key, auto_increment)]
    pub number: i64,
}

fn post() -> BlogPost {
    BlogPost {
        id: 9,
        title: "Title".into(),
        author_id: 1,
        rating: 4,
        picture: Some(vec![1, 2, 3]),
        status: Status::Published,
        written: Some("today".into()),
        weight: 0.25,
        visible: true,
        reads: 12,
        version: 1,
        words: vec!["one", "two"],
        answers: None,
    }
}

/// A row without a database.
struct Fake(Vec<Value>);

impl Row for Fake {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn get(&self, index: usize) -> orm::Result<ValueRef<'_>> {
        let beyond = || Error::with_message(ErrorKind::Decode, "no such column".to_owned());
        self.0.get(index).map(Value::as_ref).ok_or_else(beyond)
    }

    fn name(&self, _index: usize) -> &'static str {
        ""
    }
}
