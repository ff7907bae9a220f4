//! Scopes: parts of queries that a program names by a trait of its own.

use orm::prelude::*;
use orm::query::EntitySelection;

use super::support::seed;
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Post, User};

cases![
    "scopes":
    scopes_are_methods_of_queries,
    scopes_of_columns_fit_every_query,
];

/// Parts of queries of users.
trait UserScopes {
    fn with_email(self) -> Self;
    fn newest_first(self) -> Self;
}

impl<S: EntitySelection<Model = User>> UserScopes for Select<S> {
    fn with_email(self) -> Self {
        self.filter(User.email.is_not_null())
    }

    fn newest_first(self) -> Self {
        self.order_by(User.id.desc())
    }
}

/// Parts of queries of any rows of the table.
trait OfAuthor {
    fn of_author(self, id: i64) -> Self;
}

impl<S> OfAuthor for Select<S> {
    fn of_author(self, id: i64) -> Self {
        self.filter(Post.author_id.eq(id))
    }
}

fn scopes_are_methods_of_queries(db: &Db) {
    let conn = &mut seed(db);
    let users = select(User).with_email().newest_first();
    let ids = |users: Vec<User>| users.into_iter().map(|user| user.id).collect::<Vec<_>>();
    assert_eq!(ids(users.all(conn).unwrap()), [4, 3, 1]);
    let page = users.filter(User.id.lt(4)).page(1, 1).fetch(conn).unwrap();
    assert_eq!((ids(page.rows), page.has_next), (vec![3], true));
    let mut session = db.session();
    let newest = select(User).newest_first().first(&mut session).unwrap();
    assert_eq!(session[newest.unwrap()].username, "dee");
}

fn scopes_of_columns_fit_every_query(db: &Db) {
    let conn = &mut seed(db);
    let titles = select(Post.title).of_author(1).order_by(Post.id);
    assert_eq!(titles.all(conn).unwrap(), ["one", "two"]);
    let rows = select((User, Post.title)).join(Post).of_author(3);
    assert_eq!(rows.one(conn).unwrap().1, "three");
    assert_eq!(select(Post).of_author(2).count(conn).unwrap(), 0);
}
