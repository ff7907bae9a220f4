//! The derives, without a database: what is emitted, and that it compiles in any surroundings.
//!
//! What the derives refuse, and with which words, is in `tests/tests/ui/derive`.

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
    clippy::redundant_pub_crate,
    clippy::too_many_lines
)]

use orm::mapping::ModelDef;
use orm::prelude::*;
use orm_core::driver::Row;
use orm_core::error::{Error, ErrorKind};
use orm_core::schema::{Action, Literal, ServerDefault};
use orm_core::types::Type;
use orm_core::value::{Misfit, Value, ValueRef};

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
    /// The post that it answers.
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

#[test]
fn a_table_is_named_after_its_struct() {
    assert_eq!(User::def().table, "users");
    assert_eq!(BlogPost::def().table, "blog_post");
    assert_eq!(BlogPost::def().name, "BlogPost");
    assert_eq!(BlogPost::def().module, module_path!());
}

#[test]
fn columns_are_the_fields_that_are_not_skipped() {
    let def = BlogPost::def();
    let expected = [
        "id", "title", "author", "rating", "picture", "status", "written", "weight", "visible",
        "reads", "version", "answers",
    ];
    assert_eq!(def.names, expected);
    let names = def.columns.iter().map(|column| column.name.as_ref());
    assert_eq!(names.collect::<Vec<_>>(), expected);
    assert_eq!((def.fields[2], def.fields[11]), ("author_id", "answers"));
    assert_eq!(BlogPost.answers.position(), 11);
    assert_eq!(BlogPost.author_id.name(), "author");
    assert_eq!(BlogPost.author_id.source(), "blog_post");

    let nullable = def
        .columns
        .iter()
        .filter(|column| column.nullable)
        .map(|column| column.name.as_ref());
    assert_eq!(
        nullable.collect::<Vec<_>>(),
        ["picture", "written", "answers"]
    );
    assert_eq!(def.columns[3].ty, Type::Int16);
    assert_eq!(def.columns[4].ty, Type::Bytes);
    assert_eq!(def.columns[4].length, Some(1000));
    assert_eq!(def.columns[1].collation.as_deref(), Some("C"));
    assert!(def.columns[0].auto_increment && !def.columns[3].auto_increment);
    assert_eq!((def.generated, def.version), (Some(0), Some(10)));
}

#[test]
fn server_defaults_are_data() {
    let default = |position: usize| BlogPost::def().columns[position].server_default.as_ref();
    let expected = [
        ServerDefault::Literal(Literal::Text("draft".into())),
        ServerDefault::Raw("CURRENT_TIMESTAMP".into()),
        ServerDefault::Literal(Literal::Float(-0.5)),
        ServerDefault::Literal(Literal::Bool(true)),
        ServerDefault::Literal(Literal::Int(-1)),
    ];
    for (position, expected) in (5..).zip(&expected) {
        assert_eq!(default(position), Some(expected));
    }
    assert!(
        default(3).is_none(),
        "a default of the builder is none of the server's"
    );
}

#[test]
fn constraints_name_positions() {
    let def = BlogPost::def();
    let uniques: Vec<_> = def.uniques.iter().map(|u| u.columns).collect();
    assert_eq!(uniques, [&[2, 1][..], &[1, 3][..]]);
    let uniques: Vec<_> = def
        .schema
        .uniques
        .iter()
        .map(|u| (u.name.as_ref(), u.columns.join(" ")))
        .collect();
    let expected = [
        ("uq_blog_post_author_title", "author title"),
        ("uq_rated", "title rating"),
    ];
    assert_eq!(
        uniques,
        expected.map(|(name, columns)| (name, columns.to_owned()))
    );
    let indexes: Vec<_> = def.indexes.iter().map(|i| i.columns).collect();
    assert_eq!(indexes, [&[3, 2][..], &[1, 3][..], &[1][..]]);
    let indexes: Vec<_> = def.schema.indexes.iter().map(|i| i.name.as_ref()).collect();
    let expected = [
        "ix_blog_post_rating_author",
        "ix_by_title",
        "ix_blog_post_title",
    ];
    assert_eq!(indexes, expected);
    let checks: Vec<_> = def
        .schema
        .checks
        .iter()
        .map(|check| check.name.as_ref())
        .collect();
    assert_eq!(checks, ["ck_blog_post_status", "ck_blog_post_positive"]);
    assert_eq!(User::def().uniques[0].columns, [1]);
}

#[test]
fn references_reach_the_other_model() {
    let [author, answers] = BlogPost::def().references else {
        panic!("two references")
    };
    assert_eq!(author.columns, [2]);
    assert_eq!((author.target)().table, "users");
    assert_eq!(author.target_columns, [0]);
    assert_eq!(
        (author.on_delete, author.on_update),
        (Action::Cascade, Action::Restrict)
    );
    assert_eq!((answers.target)().table, "blog_post");
    assert_eq!(
        (answers.on_delete, answers.on_update),
        (Action::SetNull, Action::NoAction)
    );

    let [order] = Line::def().references else {
        panic!("one reference")
    };
    assert_eq!(
        (order.columns, order.target_columns),
        (&[0, 1][..], &[0, 1][..])
    );
    let line = &Line::def().schema.foreign_keys[0];
    assert_eq!(
        (line.name.as_ref(), line.table.as_ref()),
        ("fk_order", "orders")
    );
    assert_eq!(line.references, ["shop", "number"]);
    assert_eq!(line.on_delete, Action::Cascade);
    Metadata::of((User, BlogPost, Order, Line))
        .schema()
        .expect("models without contradictions");
}

#[test]
fn models_register_themselves() {
    let here = Metadata::in_module(module_path!());
    let tables: Vec<_> = here.models().iter().map(|def| def.table).collect();
    for table in ["blog_post", "line", "orders", "users"] {
        assert!(tables.contains(&table), "{table} in {tables:?}");
    }
    assert_ne!(User::slot().index(), BlogPost::slot().index());
    assert_eq!(User::slot().index(), User::slot().index());
}

#[test]
fn a_builder_fills_in_what_it_was_not_given() {
    let row = BlogPost::builder().title("Hello").author_id(7).into_row();
    assert_eq!(row.unset.iter().collect::<Vec<_>>(), [5, 6, 7, 8, 9]);
    let post = row.value;
    assert_eq!((post.id, post.rating, post.version), (0, 3, 1));
    assert_eq!(
        (post.picture, post.answers, post.status),
        (None, None, Status::Draft)
    );
}

#[test]
fn a_builder_takes_what_it_is_given() {
    let name = String::from("name");
    let user = User::builder()
        .id(5)
        .username(&name)
        .email(Some("x"))
        .into_row()
        .value;
    assert_eq!(
        user,
        User {
            id: 5,
            username: "name".into(),
            email: Some("x".into())
        }
    );
    let mut builder = User::builder().username(name).email(String::from("y"));
    if user.id == 5 {
        builder = builder.email(None::<String>);
    }
    assert_eq!(builder.into_row().value.email, None);

    let row = BlogPost::builder()
        .rating(5)
        .picture(b"png")
        .status(Status::InReview)
        .answers(3)
        .version(2)
        .visible(false)
        .author_id(1)
        .weight(1.5)
        .title("twice")
        .title("Title".to_owned())
        .into_row();
    assert_eq!(row.unset.iter().collect::<Vec<_>>(), [6, 9]);
    let post = row.value;
    assert_eq!(
        (post.title.as_str(), post.rating, post.answers),
        ("Title", 5, Some(3))
    );
    assert_eq!(
        (post.picture, post.status, post.version),
        (Some(b"png".to_vec()), Status::InReview, 2)
    );
}

#[test]
fn keys_that_the_database_does_not_generate_are_required() {
    let line = Line::builder()
        .shop(1)
        .number(2)
        .line(3)
        .article("nail")
        .into_row()
        .value;
    assert_eq!(line.key(), (1, 2, 3));
    let order = Order::builder().shop(1).into_row().value;
    assert_eq!((order.key(), Order::def().generated), ((1, 0), Some(1)));
    assert_eq!(Line::def().generated, None);
    assert_eq!(Line::def().primary_key, [0, 1, 2]);
}

#[test]
fn a_struct_is_a_row_too() {
    let post = post();
    let row = BlogPost {
        written: None,
        ..post.clone()
    }
    .into_row();
    assert_eq!(
        row.unset.iter().collect::<Vec<_>>(),
        [6],
        "the server fills what is None"
    );
    assert!(post.into_row().unset.is_empty());
}

#[test]
fn values_are_read_by_position() {
    let post = post();
    assert_eq!(post.value(0), ValueRef::Int(9));
    assert_eq!(post.value(1), ValueRef::Text("Title"));
    assert_eq!(post.value(5), ValueRef::Text("public"));
    assert_eq!(post.value(11), ValueRef::Null);
    assert_eq!(post.value(99), ValueRef::Null);
}

#[test]
fn values_are_assigned_by_position() {
    let mut post = post();
    assert_eq!(post.assign(0, ValueRef::Int(77)), Ok(()));
    assert_eq!(post.assign(5, ValueRef::Text("in_review")), Ok(()));
    assert_eq!((post.id, post.status), (77, Status::InReview));
    assert_eq!(post.assign(0, ValueRef::Int(i64::MAX)), Err(Misfit::Range));
    assert_eq!(post.assign(0, ValueRef::Null), Err(Misfit::Kind));
    assert_eq!(post.assign(5, ValueRef::Text("gone")), Err(Misfit::Range));
    assert_eq!(
        post.assign(12, ValueRef::Int(1)),
        Err(Misfit::Range),
        "no such column"
    );
    assert_eq!(post.id, 77);
}

#[test]
fn rows_become_structs_from_any_column_on() {
    let mut row = Fake(vec![Value::Bool(true)]);
    row.0
        .extend((0..12).map(|position| post().value(position).to_value()));
    let decoded = BlogPost::decode(&row, 1).expect("a row");
    assert_eq!(
        decoded,
        BlogPost {
            words: Vec::new(),
            ..post()
        }
    );
    assert_eq!(BlogPost::decode_key(&row, 1).expect("a key"), 9);

    let keys = Fake(vec![Value::Int(1), Value::Int(2), Value::Int(3)]);
    assert_eq!(Line::decode_key(&keys, 0).expect("a key"), (1, 2, 3));

    row.0[2] = Value::Null;
    let error = BlogPost::decode(&row, 1).expect_err("a title is not null");
    assert_eq!(
        (error.table(), error.column()),
        (Some("blog_post"), Some("title"))
    );
}

#[test]
fn changes_are_found_by_column() {
    let old = post();
    let mut new = old.snapshot();
    assert!(
        new.words.is_empty(),
        "what is no column is left at its default"
    );
    assert!(new.changes(&old).is_empty());
    new.title.push('!');
    new.weight = f64::NAN;
    new.answers = Some(1);
    let changes = new.changes(&old);
    assert_eq!(changes.iter().collect::<Vec<_>>(), [1, 7, 11]);
    assert!(
        new.changes(&new.snapshot()).is_empty(),
        "NaN is the same NaN"
    );

    new.words = vec!["kept"];
    new.restore(old.snapshot());
    assert!(new.changes(&old).is_empty());
    assert_eq!(new.words, ["kept"]);
}

#[test]
fn an_alias_has_the_same_columns_under_another_name() {
    let manager = User.alias("manager");
    assert_eq!(manager.email.source(), "manager");
    assert_eq!(manager.email.position(), User.email.position());
    assert_eq!((manager.source(), User.source()), ("manager", "users"));
    assert_eq!(
        format!("{User:?} {manager:?} {:?}", User.email),
        "users manager users.email"
    );
}

#[test]
fn an_enum_is_a_label() {
    assert_eq!(Status::LABELS, ["draft", "in_review", "public"]);
    assert_eq!(Status::Published.label(), "public");
    assert_eq!(Status::from_label("in_review"), Some(Status::InReview));
    assert_eq!(Status::from_label("InReview"), None);
    let Type::Enum(ty) = &BlogPost::def().columns[5].ty else {
        panic!("an enumeration")
    };
    assert_eq!((ty.name.as_ref(), ty.labels.len()), ("status", 3));
}

#[test]
fn labels_come_in_every_case() {
    /// In kebab case.
    #[derive(DbEnum, Clone)]
    #[orm(rename_all = "kebab-case", name = "shape_kind")]
    enum Kebab {
        RoundedBox,
        #[orm(rename = "O")]
        Circle,
    }
    /// In screaming snake case, and a key.
    #[derive(DbEnum, Clone, Debug, PartialEq, Eq, Hash)]
    #[orm(rename_all = "SCREAMING_SNAKE_CASE")]
    enum Level {
        VeryHigh,
        r#Low,
    }
    /// Keyed by an enum.
    #[derive(Model)]
    struct Limit {
        #[orm(primary_key)]
        level: Level,
        most: i64,
    }
    assert_eq!(Kebab::LABELS, ["rounded-box", "O"]);
    assert_eq!(
        (Kebab::RoundedBox.label(), Kebab::Circle.label()),
        ("rounded-box", "O")
    );
    assert_eq!(Level::LABELS, ["VERY_HIGH", "LOW"]);
    let limit = Limit::builder().level(Level::Low).most(5).into_row().value;
    assert_eq!((limit.key(), limit.most), (Level::Low, 5));
    assert_eq!(Limit::def().generated, None);
}

#[test]
fn a_key_may_be_given_by_its_default() {
    /// A key that the program makes.
    #[derive(Model)]
    struct Token {
        #[orm(primary_key, default = next())]
        id: i64,
        #[orm(default = "none")]
        note: Option<String>,
        #[orm(primary_key, auto_increment = false)]
        shard: i64,
    }
    const fn next() -> i64 {
        41 + 1
    }
    let token = Token::builder().shard(1).into_row().value;
    assert_eq!((token.id, token.note.as_deref()), (42, Some("none")));
}

#[test]
fn a_referring_or_unswitched_key_is_not_generated() {
    /// Shares the key of its user.
    #[derive(Model)]
    struct Profile {
        #[orm(primary_key, references = User.id)]
        user_id: i64,
    }
    /// Numbered by the program.
    #[derive(Model)]
    struct Numbered {
        #[orm(primary_key, auto_increment = false)]
        id: i64,
    }
    assert_eq!(
        (Profile::def().generated, Numbered::def().generated),
        (None, None)
    );
    assert_eq!(Profile::builder().user_id(4).into_row().value.user_id, 4);
    assert_eq!(Numbered::builder().id(4).into_row().value.id, 4);
}

/// Names that a derive might trip over.
mod surroundings {
    use super::ModelDef;

    // None of these is Rust's own.
    #[derive(Clone, Debug)]
    pub(super) struct Option;
    pub(super) struct Result;
    pub(super) struct String;
    pub(super) struct Vec;
    #[expect(non_snake_case, dead_code, reason = "shadows the prelude's")]
    pub(super) const fn Some() {}
    #[expect(dead_code, reason = "shadows the prelude's")]
    pub(super) enum Shadow {
        Ok,
        None,
    }
    #[expect(unused_imports, reason = "shadows the prelude's")]
    use Shadow::{None, Ok};

    /// Fields with the names of methods, keywords and helpers.
    #[derive(orm::Model)]
    pub(super) struct Names {
        #[orm(primary_key)]
        pub(super) key: i64,
        pub(super) r#type: std::string::String,
        pub(super) columns: std::option::Option<i32>,
        pub(super) new: bool,
        pub(super) value: f32,
        pub(super) alias: i64,
        pub(super) source: i64,
        pub(super) builder: i64,
        pub(super) build: i64,
        pub(super) into_row: i64,
        pub(super) given: i64,
        pub(super) unset: i64,
        pub(super) row: i64,
        pub(super) start: i64,
        pub(super) position: i64,
        pub(super) this: std::vec::Vec<u8>,
    }

    impl Names {
        pub(super) const fn r#type(&self) -> i64 {
            self.key + 1
        }
    }

    pub(super) fn def() -> &'static ModelDef {
        let _ = (Option, Result, String, Vec);
        <Names as orm::mapping::Model>::def()
    }
}

#[test]
fn any_name_may_be_a_field() {
    use surroundings::Names;
    let def = surroundings::def();
    assert_eq!(def.names[1], "type");
    assert_eq!(def.fields[1], "type");
    assert_eq!(Names.r#type.name(), "type");
    assert_eq!(Names.alias("n").alias.source(), "n");
    let names = Names::builder()
        .r#type("x")
        .new(true)
        .value(1.0)
        .alias(1)
        .source(2)
        .builder(3)
        .build(4)
        .into_row(5)
        .given(6)
        .unset(7)
        .row(8)
        .start(9)
        .position(10)
        .this([1, 2]);
    let names = NewRow::into_row(names).value;
    assert_eq!((names.key, names.columns, names.r#type()), (0, None, 1));
    assert_eq!(names.value(1), ValueRef::Text("x"));
}

#[test]
fn a_model_may_hide_and_be_renamed() {
    mod inner {
        pub(super) mod re {
            pub(crate) use orm as renamed;
        }
        /// With other helpers of its own.
        #[derive(super::Model)]
        #[orm(crate = re::renamed, const_name = Guests, builder = invite)]
        pub(super) struct Guest {
            #[orm(primary_key)]
            pub(super) id: i64,
        }
        #[expect(non_snake_case, dead_code, reason = "takes the value's name")]
        pub(super) const fn Guest() {}
        impl Guest {
            pub(super) const fn builder(&self) -> i64 {
                self.id
            }
        }
        /// Reached by its path.
        #[derive(super::Model)]
        pub(super) struct Visitor {
            #[orm(primary_key)]
            pub(super) id: i64,
        }
        #[derive(super::DbEnum, Clone)]
        #[orm(crate = re::renamed)]
        pub(super) enum Mood {
            Good,
        }
    }
    use inner::{Guest, Guests};
    assert_eq!(Guests.id.name(), "id");
    assert_eq!(Guest::invite().id(3).into_row().value.builder(), 3);
    assert_eq!(inner::Mood::Good.label(), "good");
    /// Refers to a model whose value has another name.
    #[derive(Model)]
    struct Visit {
        #[orm(primary_key)]
        id: i64,
        #[orm(references = Guest.id)]
        guest_id: Option<i64>,
        #[orm(references = inner::Visitor.id)]
        visitor_id: Option<i64>,
    }
    let tables = Visit::def()
        .references
        .iter()
        .map(|reference| (reference.target)().table);
    assert_eq!(tables.collect::<Vec<_>>(), ["guest", "visitor"]);
    assert_eq!(Visit.guest_id.name(), "guest_id");
    let visit = Visit::builder().into_row().value;
    assert_eq!(
        (visit.id, visit.guest_id, visit.visitor_id),
        (0, None, None)
    );
}

/// A model of a hundred columns: more than the 64 of a machine word.
macro_rules! wide {
    ($($field:ident)+) => {
        #[derive(Model)]
        struct Wide {
            #[orm(primary_key)]
            id: i64,
            $($field: i32,)+
        }

        #[test]
        fn a_model_may_be_wide() {
            let wide = Wide::builder()$(.$field(7))+.into_row().value;
            let mut changed = wide.snapshot();
            changed.x98 = 8;
            assert_eq!(Wide::def().columns.len(), 100);
            assert_eq!(changed.changes(&wide).iter().collect::<Vec<_>>(), [99]);
            assert_eq!(wide.key(), 0);
        }
    };
}

wide! {
    x0 x1 x2 x3 x4 x5 x6 x7 x8 x9 x10 x11 x12 x13 x14 x15 x16 x17 x18 x19 x20 x21 x22 x23 x24 x25
    x26 x27 x28 x29 x30 x31 x32 x33 x34 x35 x36 x37 x38 x39 x40 x41 x42 x43 x44 x45 x46 x47 x48
    x49 x50 x51 x52 x53 x54 x55 x56 x57 x58 x59 x60 x61 x62 x63 x64 x65 x66 x67 x68 x69 x70 x71
    x72 x73 x74 x75 x76 x77 x78 x79 x80 x81 x82 x83 x84 x85 x86 x87 x88 x89 x90 x91 x92 x93 x94
    x95 x96 x97 x98
}

/// A model that can't be moved out of.
#[derive(Model)]
struct Dropped {
    #[orm(primary_key)]
    id: i64,
}

impl Drop for Dropped {
    fn drop(&mut self) {
        self.id = -1;
    }
}

#[test]
fn a_model_may_have_a_destructor() {
    let mut dropped = Dropped::builder().into_row().value;
    let other = Dropped::builder().id(3).into_row().value;
    dropped.restore(other);
    assert_eq!(dropped.key(), 3);
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
