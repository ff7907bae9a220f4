//! A column of the entities that a relation references, for reading.

use orm::ErrorKind;
use orm::prelude::*;

use crate::cases;
use crate::database::Db;
use crate::suite::support::fails;

cases![
    "association_proxy":
    values_are_in_the_order_of_the_list,
    values_are_those_in_memory,
    a_list_that_is_not_loaded_is_an_error,
];

#[derive(Model, Clone, Debug)]
#[orm(table = "proxy_users")]
struct User {
    #[orm(primary_key)]
    id: i64,
    #[orm(through = Tagging, order_by = Keyword.name)]
    keywords: ManyToMany<Keyword>,
    taggings: HasMany<Tagging>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "proxy_keywords")]
struct Keyword {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    name: String,
    rank: Option<i64>,
    #[orm(through = Tagging)]
    users: ManyToMany<User>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "proxy_taggings")]
struct Tagging {
    #[orm(primary_key, references = User.id)]
    user_id: i64,
    #[orm(primary_key, references = Keyword.id)]
    keyword_id: i64,
    user: BelongsTo<User>,
    keyword: BelongsTo<Keyword>,
}

/// A session with a user of two keywords, of which nothing is loaded.
fn tagged(db: &Db) -> (Session, Ref<User>) {
    let all = Metadata::of((User, Keyword, Tagging));
    all.create_all(&db.engine).unwrap();
    let mut session = db.session();
    let user = session.add(User::builder());
    for (name, rank) in [("tides", None), ("engines", Some(3))] {
        let keyword = session.add(Keyword::builder().name(name).rank(rank));
        session.link(user, User.keywords, keyword).unwrap();
    }
    session.commit().unwrap();
    session.clear();
    let user = session.get_one(User, 1).unwrap();
    db.sent();
    (session, user)
}

fn values_are_in_the_order_of_the_list(db: &Db) {
    let (mut session, user) = tagged(db);
    session.load(user, User.keywords).unwrap();
    session.load(user, User.taggings).unwrap();
    db.sent();
    let names = session.values(user, User.keywords, Keyword.name).unwrap();
    assert_eq!(names, ["engines", "tides"]);
    let ranks: Vec<Option<i64>> = session.values(user, User.keywords, Keyword.rank).unwrap();
    assert_eq!(ranks, [Some(3), None]);
    let keys = session
        .values(user, User.taggings, Tagging.keyword_id)
        .unwrap();
    assert_eq!(keys, [1, 2]);
    assert!(db.sent().is_empty());
}

/// What is changed and appended counts, flushed or not.
fn values_are_those_in_memory(db: &Db) {
    let (mut session, user) = tagged(db);
    let keywords = session.load(user, User.keywords).unwrap();
    session[keywords[0]].name = "looms".into();
    let added = session.append(user, User.keywords, Keyword::builder().name("stars"));
    let names = session.values(user, User.keywords, Keyword.name).unwrap();
    assert_eq!(names, ["looms", "tides", "stars"]);
    session.unlink(user, User.keywords, added.unwrap()).unwrap();
    let names = session.values(user, User.keywords, Keyword.name).unwrap();
    assert_eq!(names, ["looms", "tides"]);
    let new = session.add(User::builder());
    let none = session.values(new, User.keywords, Keyword.name).unwrap();
    assert!(none.is_empty());
}

fn a_list_that_is_not_loaded_is_an_error(db: &Db) {
    let (mut session, user) = tagged(db);
    let missing = session.values(user, User.keywords, Keyword.name);
    let error = fails(missing, ErrorKind::NotLoaded);
    assert!(error.message().contains("`User.keywords`"), "{error}");
    session.load(user, User.keywords.limit(1)).unwrap();
    db.sent();
    let in_part = session.values(user, User.keywords, Keyword.name);
    fails(in_part, ErrorKind::NotLoaded);
    assert!(db.sent().is_empty());
    session.expunge(user).unwrap();
    let left = session.values(user, User.keywords, Keyword.name);
    fails(left, ErrorKind::StaleHandle);
}
