//! The programs of the chapter "Queries" about pages, plans, scopes and orders of models.

use orm::prelude::*;
use orm::query::EntitySelection;

#[derive(Model, Clone, Debug)]
#[orm(table = "users")]
struct User {
    #[orm(primary_key)]
    id: i64,
    name: String,
    email: Option<String>,
    #[orm(references = User.id)]
    manager_id: Option<i64>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "posts")]
struct Post {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = User.id)]
    author_id: i64,
    title: String,
    likes: i64,
}

fn main() -> orm::Result<()> {
    let engine = orm_guide::engine()?;
    orm::metadata().create_all(&engine)?;
    let mut conn = engine.connection()?;
    for (name, manager) in
        [("ada", None), ("bob", Some(1)), ("cy", Some(1))]
    {
        let user = User::builder().name(name).manager_id(manager);
        insert(User).values(user).execute(&mut conn)?;
    }
    for (author_id, title, likes) in
        [(1, "Notes", 3), (1, "More", 4), (2, "Draft", 0)]
    {
        let post = Post::builder().author_id(author_id);
        let post = post.title(title).likes(likes);
        insert(Post).values(post).execute(&mut conn)?;
    }
    numbers(&mut conn)?;
    keyset(&mut conn)?;
    explain(&mut conn)?;
    orm_guide::if_supported(analyze(&mut conn))?;
    scopes(&mut conn)?;
    model_order(&mut conn)?;
    drop(conn);
    bulk(&engine)
}

// ANCHOR: numbers
fn numbers(conn: &mut Connection) -> orm::Result<()> {
    let names = select(User.name).order_by(User.name);
    let page = names.page(2, 2).with_total().fetch(conn)?;
    // SELECT "name" FROM "users"
    //     ORDER BY "name" ASC, "id" ASC LIMIT ? OFFSET ?
    // SELECT COUNT(*) FROM "users"
    assert_eq!(page.rows, ["cy"]);
    assert!(!page.has_next);
    assert_eq!(page.total, Some(3));
    Ok(())
}
// ANCHOR_END: numbers

// ANCHOR: keyset
fn keyset(conn: &mut Connection) -> orm::Result<()> {
    let posts = select(Post).order_by(Post.likes.desc());
    let first = posts.keyset(2).fetch(conn)?;
    // SELECT "id", "author_id", "title", "likes" FROM "posts"
    //     ORDER BY "likes" DESC, "id" ASC LIMIT ?
    assert_eq!(first.rows[0].title, "More");
    if let Some(cursor) = first.next {
        let second = posts.keyset(2).after(cursor).fetch(conn)?;
        // SELECT "id", "author_id", "title", "likes" FROM "posts"
        //     WHERE "likes" <= ? AND ("likes" < ?
        //         OR ("likes" = ? AND "id" > ?))
        //     ORDER BY "likes" DESC, "id" ASC LIMIT ?
        assert_eq!(second.rows[0].title, "Draft");
        assert!(second.next.is_none());
        assert!(second.previous.is_some());
    }
    Ok(())
}
// ANCHOR_END: keyset

// ANCHOR: explain
fn explain(conn: &mut Connection) -> orm::Result<()> {
    let query = select(User).filter(User.id.eq(1));
    let plan: String = query.explain(conn)?;
    // EXPLAIN QUERY PLAN SELECT "id", "name", "email",
    //     "manager_id" FROM "users" WHERE "id" = ?
    // PostgreSQL: EXPLAIN SELECT "id", "name", "email", "manager_id"
    //     FROM "users" WHERE "id" = $1
    // MySQL: EXPLAIN FORMAT=TREE
    //     SELECT `id`, `name`, `email`, `manager_id` FROM `users`
    //     WHERE `id` = ?
    // MariaDB: EXPLAIN FORMAT=JSON
    //     SELECT `id`, `name`, `email`, `manager_id` FROM `users`
    //     WHERE `id` = ?
    assert!(!plan.is_empty());
    Ok(())
}
// ANCHOR_END: explain

// ANCHOR: analyze
fn analyze(conn: &mut Connection) -> orm::Result<()> {
    let query = select(User).filter(User.id.eq(1));
    let plan: String = query.explain_analyze(conn)?;
    // EXPLAIN ANALYZE SELECT "id", "name", "email", "manager_id"
    //     FROM "users" WHERE "id" = ?
    // SQLite: Unsupported
    // PostgreSQL: EXPLAIN (ANALYZE)
    //     SELECT "id", "name", "email", "manager_id" FROM "users"
    //     WHERE "id" = $1
    // MariaDB: ANALYZE FORMAT=JSON
    //     SELECT `id`, `name`, `email`, `manager_id` FROM `users`
    //     WHERE `id` = ?
    assert!(!plan.is_empty());
    Ok(())
}
// ANCHOR_END: analyze

// ANCHOR: scopes
trait UserScopes {
    fn reachable(self) -> Self;
}

// For each query whose rows are users. A scope that fits every
// query that has the table is one of `impl<S> … for Select<S>`.
impl<S: EntitySelection<Model = User>> UserScopes for Select<S> {
    fn reachable(self) -> Self {
        self.filter(User.email.is_not_null())
    }
}

fn scopes(conn: &mut Connection) -> orm::Result<()> {
    let users = select(User).reachable().order_by(User.name);
    assert!(users.all(conn)?.is_empty());
    // SELECT "id", "name", "email", "manager_id" FROM "users"
    //     WHERE "email" IS NOT NULL ORDER BY "name" ASC
    Ok(())
}
// ANCHOR_END: scopes

// ANCHOR: model_order
#[derive(Model, Clone, Debug)]
#[orm(table = "cities", order_by = (name, id.desc()))]
struct City {
    #[orm(primary_key)]
    id: i64,
    name: String,
}

fn model_order(conn: &mut Connection) -> orm::Result<()> {
    let first: Option<City> = select(City).first(conn)?;
    // SELECT "id", "name" FROM "cities"
    //     ORDER BY "name" ASC, "id" DESC LIMIT 1
    let any: Vec<City> = select(City).unordered().all(conn)?;
    // SELECT "id", "name" FROM "cities"
    assert!(first.is_none() && any.is_empty());
    Ok(())
}
// ANCHOR_END: model_order

// ANCHOR: bulk
fn bulk(engine: &Engine) -> orm::Result<()> {
    let mut session = Session::new(engine);
    let ada = session.get_one(User, 1)?;
    // SELECT "id", "name", "email", "manager_id" FROM "users"
    //     WHERE "id" = ?
    let users = session.in_bulk(User, [1, 2, 9])?;
    // SELECT "id", "name", "email", "manager_id" FROM "users"
    //     WHERE "id" IN (?, ?)
    // PostgreSQL: SELECT "id", "name", "email", "manager_id"
    //     FROM "users" WHERE "id" = ANY($1)
    assert_eq!(users.len(), 2);
    assert_eq!(users[&1], ada);
    Ok(())
}
// ANCHOR_END: bulk
