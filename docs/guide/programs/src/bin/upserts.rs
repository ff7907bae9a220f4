//! The programs of the chapter "Upserts, RETURNING and many rows" about upserts.

use orm::prelude::*;

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "books")]
struct Book {
    #[orm(primary_key)]
    id: i64,
    #[orm(unique, length = 13)]
    isbn: String,
    title: String,
    #[orm(server_default = 0)]
    stock: i64,
}

fn book(isbn: &str, title: &str) -> Book {
    let (isbn, title) = (isbn.into(), title.into());
    Book {
        id: 0,
        isbn,
        title,
        stock: 1,
    }
}

fn main() -> orm::Result<()> {
    let engine = orm_guide::engine()?;
    orm::metadata().create_all(&engine)?;
    let mut conn = engine.connection()?;
    let emma = book("1", "Emma");
    insert(Book).values(emma).execute(&mut conn)?;
    upsert(&mut conn)?;
    newer(&mut conn)?;
    other_targets(&mut conn)?;
    orm_guide::if_supported(upserted(&mut conn))?;
    drop(conn);
    on_a_session(&engine)?;
    find_or_insert(&engine)
}

// ANCHOR: upsert
fn upsert(conn: &mut Connection) -> orm::Result<()> {
    let books = [book("1", "Emma"), book("2", "Persuasion")];
    insert(Book)
        .values(&books)
        .on_conflict(Book.isbn)
        .do_update(|new| [Book.stock.to(Book.stock + new.stock)])
        .execute(conn)?;
    // INSERT INTO "books" ("isbn", "title", "stock")
    //     VALUES (?, ?, ?), (?, ?, ?)
    //     ON CONFLICT ("isbn") DO UPDATE
    //     SET "stock" =
    //     integer_store("books"."stock" + excluded."stock", 64)
    // PostgreSQL: INSERT INTO "books" ("isbn", "title", "stock")
    //     SELECT * FROM UNNEST($1, $2, $3) ON CONFLICT ("isbn")
    //     DO UPDATE SET "stock" = "books"."stock" + excluded."stock"
    // MySQL: INSERT INTO `books` (`isbn`, `title`, `stock`)
    //     VALUES (?, ?, ?), (?, ?, ?)
    //     ON DUPLICATE KEY UPDATE `books`.`stock` = `books`.`stock` +
    //     VALUES(`stock`)

    insert(Book)
        .values(book("2", "Other title"))
        .on_conflict(Book.isbn)
        .do_nothing()
        .execute(conn)?;
    // INSERT INTO "books" ("isbn", "title", "stock")
    //     VALUES (?, ?, ?) ON CONFLICT ("isbn") DO NOTHING
    // MySQL: INSERT INTO `books` (`isbn`, `title`, `stock`)
    //     VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE `books`.`isbn` =
    //     `books`.`isbn`
    Ok(())
}
// ANCHOR_END: upsert

// ANCHOR: where
fn newer(conn: &mut Connection) -> orm::Result<()> {
    insert(Book)
        .values(book("2", "Persuasion"))
        .on_conflict(Book.isbn)
        .do_update_all()
        .filter_new(|new| Book.stock.lt(new.stock))
        .execute(conn)?;
    // INSERT INTO "books" ("isbn", "title", "stock")
    //     VALUES (?, ?, ?) ON CONFLICT ("isbn") DO UPDATE
    //     SET "title" = excluded."title",
    //     "stock" = excluded."stock"
    //     WHERE "books"."stock" < excluded."stock"
    // MySQL: INSERT INTO `books` (`isbn`, `title`, `stock`)
    //     VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE `books`.`title` =
    //     CASE WHEN `books`.`stock` < VALUES(`stock`)
    //     THEN VALUES(`title`) ELSE `books`.`title` END,
    //     `books`.`stock` = CASE WHEN `books`.`stock` < VALUES(`stock`)
    //     THEN VALUES(`stock`) ELSE `books`.`stock` END
    Ok(())
}
// ANCHOR_END: where

// ANCHOR: targets
fn other_targets(conn: &mut Connection) -> orm::Result<()> {
    insert(Book)
        .values(book("2", "Persuasion"))
        .on_constraint("uq_books_isbn")
        .do_update(|new| [Book.title.to(new.title)])
        .execute(conn)?;
    // INSERT INTO "books" ("isbn", "title", "stock") VALUES (?, ?, ?)
    //     ON CONFLICT ("isbn") DO UPDATE SET "title" = excluded."title"
    // MySQL: INSERT INTO `books` (`isbn`, `title`, `stock`)
    //     VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE `books`.`title` =
    //     VALUES(`title`)

    insert(Book)
        .values(book("2", "Other title"))
        .skip_conflicts()
        .execute(conn)?;
    // INSERT INTO "books" ("isbn", "title", "stock") VALUES (?, ?, ?)
    //     ON CONFLICT DO NOTHING
    // MySQL: INSERT INTO `books` (`isbn`, `title`, `stock`)
    //     VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE `books`.`isbn` =
    //     `books`.`isbn`
    Ok(())
}
// ANCHOR_END: targets

// ANCHOR: upserted
fn upserted(conn: &mut Connection) -> orm::Result<()> {
    let (title, stock): (String, i64) = insert(Book)
        .values(book("2", "Persuasion"))
        .on_conflict(Book.isbn)
        .do_update_all()
        .returning((Book.title, Book.stock))
        .one(conn)?;
    // INSERT INTO "books" ("isbn", "title", "stock") VALUES (?, ?, ?)
    //     ON CONFLICT ("isbn") DO UPDATE
    //     SET "title" = excluded."title", "stock" = excluded."stock"
    //     RETURNING "title", "stock"
    // MySQL: Unsupported
    // MariaDB: INSERT INTO `books` (`isbn`, `title`, `stock`)
    //     VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE `books`.`title` =
    //     VALUES(`title`), `books`.`stock` = VALUES(`stock`)
    //     RETURNING `title`, `stock`
    assert_eq!((title.as_str(), stock), ("Persuasion", 1));
    Ok(())
}
// ANCHOR_END: upserted

// ANCHOR: session
fn on_a_session(engine: &Engine) -> orm::Result<()> {
    let mut session = Session::new(engine);
    let emma: Ref<Book> =
        session.upsert(Book.isbn, book("1", "Emma"))?;
    // BEGIN IMMEDIATE
    // INSERT INTO "books" ("isbn", "title", "stock")
    //     VALUES (?, ?, ?) ON CONFLICT ("isbn") DO UPDATE
    //     SET "title" = excluded."title",
    //     "stock" = excluded."stock"
    //     RETURNING "id", "isbn", "title", "stock"
    // MySQL: INSERT INTO `books` (`isbn`, `title`, `stock`)
    //     VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE `books`.`title` =
    //     VALUES(`title`), `books`.`stock` = VALUES(`stock`)
    // MySQL: SELECT `id`, `isbn`, `title`, `stock` FROM `books`
    //     WHERE `isbn` = ?
    assert_eq!(session[emma].title, "Emma");
    session.commit()
    // COMMIT
}
// ANCHOR_END: session

// ANCHOR: get_or_create
fn find_or_insert(engine: &Engine) -> orm::Result<()> {
    let mut session = Session::new(engine);
    let (emma, is_new) =
        session.get_or_create(Book.isbn, book("1", "Emma"))?;
    // SELECT "id", "isbn", "title", "stock" FROM "books"
    //     WHERE "isbn" = ?
    assert!(!is_new && session[emma].title == "Emma");
    let (_, is_new) =
        session.get_or_create(Book.isbn, book("3", "Evelina"))?;
    // SELECT "id", "isbn", "title", "stock" FROM "books"
    //     WHERE "isbn" = ?
    // BEGIN IMMEDIATE
    // INSERT INTO "books" ("isbn", "title", "stock") VALUES (?, ?, ?)
    // PostgreSQL: INSERT INTO "books" ("isbn", "title", "stock")
    //     VALUES ($1, $2, $3) RETURNING "id"
    // MariaDB: INSERT INTO `books` (`isbn`, `title`, `stock`)
    //     VALUES (?, ?, ?) RETURNING `id`
    assert!(is_new);
    session.commit()
    // COMMIT
}
// ANCHOR_END: get_or_create
