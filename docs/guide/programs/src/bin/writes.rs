//! The programs of the chapter "Upserts, RETURNING and many rows".

use orm::prelude::*;

// ANCHOR: model
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

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "deliveries")]
struct Delivery {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Book.id)]
    book_id: i64,
    copies: i64,
}
// ANCHOR_END: model

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
    let engine = Engine::options("sqlite://").echo().connect()?;
    orm::metadata().create_all(&engine)?;
    let mut conn = engine.connection()?;
    come_back(&mut conn)?;
    upsert(&mut conn)?;
    newer(&mut conn)?;
    many(&mut conn)?;
    from_another_table(&mut conn)?;
    copy(&mut conn)?;
    drop(conn);
    on_a_session(&engine)
}

// ANCHOR: returning
fn come_back(conn: &mut Connection) -> orm::Result<()> {
    let stored: Book = insert(Book)
        .values(book("1", "Emma"))
        .returning(Book)
        .one(conn)?;
    // INSERT INTO "books" ("isbn", "title", "stock")
    //     VALUES (?, ?, ?)
    //     RETURNING "id", "isbn", "title", "stock"
    assert_eq!(stored.id, 1);

    let left: Vec<(i64, i64)> = update(Book)
        .set(Book.stock, Book.stock + 4)
        .filter(Book.isbn.eq("1"))
        .returning((Book.id, Book.stock))
        .all(conn)?;
    // UPDATE "books"
    //     SET "stock" = integer_store("stock" + ?, 64)
    //     WHERE "isbn" = ? RETURNING "id", "stock"
    assert_eq!(left, [(1, 5)]);

    let gone: Option<String> = delete(Book)
        .filter(Book.id.eq(7))
        .returning(Book.title)
        .one_or_none(conn)?;
    // DELETE FROM "books" WHERE "id" = ? RETURNING "title"
    assert_eq!(gone, None);
    Ok(())
}
// ANCHOR_END: returning

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

    insert(Book)
        .values(book("2", "Other title"))
        .on_conflict(Book.isbn)
        .do_nothing()
        .execute(conn)?;
    // INSERT INTO "books" ("isbn", "title", "stock")
    //     VALUES (?, ?, ?) ON CONFLICT ("isbn") DO NOTHING
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
    Ok(())
}
// ANCHOR_END: where

// ANCHOR: many
fn many(conn: &mut Connection) -> orm::Result<()> {
    let mut books = select(Book).order_by(Book.id).all(conn)?;
    // SELECT "id", "isbn", "title", "stock" FROM "books"
    //     ORDER BY "id" ASC
    for (number, book) in books.iter_mut().enumerate() {
        book.title = format!("{}. {}", number + 1, book.title);
    }
    let updated: u64 = update_many(Book)
        .rows(&books)
        .set(Book.title)
        .execute(conn)?;
    // BEGIN
    // UPDATE "books" SET "title" = ? WHERE "id" = ?
    // COMMIT
    assert_eq!(updated, 2);

    let lines = "1,30\n3,12".lines();
    let deliveries = lines.filter_map(|line| {
        let (book, copies) = line.split_once(',')?;
        Some(Delivery {
            id: 0,
            book_id: book.parse().ok()?,
            copies: copies.parse().ok()?,
        })
    });
    let stored: u64 =
        insert(Delivery).values_iter(deliveries).execute(conn)?;
    // BEGIN
    // INSERT INTO "deliveries" ("book_id", "copies")
    //     VALUES (?, ?), (?, ?)
    // COMMIT
    assert_eq!(stored, 2);
    Ok(())
}
// ANCHOR_END: many

// ANCHOR: from
fn from_another_table(conn: &mut Connection) -> orm::Result<()> {
    update(Book)
        .from(Delivery)
        .set(Book.stock, Book.stock + Delivery.copies)
        .filter(Delivery.book_id.eq(Book.id))
        .execute(conn)?;
    // UPDATE "books"
    //     SET "stock" = integer_store(
    //         "books"."stock" + "deliveries"."copies", 64
    //     )
    //     FROM "deliveries"
    //     WHERE "deliveries"."book_id" = "books"."id"

    delete(Delivery)
        .using(Book)
        .filter(Book.id.eq(Delivery.book_id))
        .filter(Book.stock.gt(30))
        .execute(conn)?;
    // DELETE FROM "deliveries" WHERE EXISTS (SELECT 1
    //     FROM "books"
    //     WHERE "books"."id" = "deliveries"."book_id"
    //     AND "books"."stock" > ?)
    Ok(())
}
// ANCHOR_END: from

// ANCHOR: copy
fn copy(conn: &mut Connection) -> orm::Result<()> {
    let few =
        select((Book.id, Book.stock * 2)).filter(Book.stock.lt(20));
    let copied: u64 = insert(Delivery)
        .from_select((Delivery.book_id, Delivery.copies), few)
        .execute(conn)?;
    // INSERT INTO "deliveries" ("book_id", "copies")
    //     SELECT "id", "stock" * ? FROM "books"
    //     WHERE "stock" < ?
    assert_eq!(copied, 1);
    Ok(())
}
// ANCHOR_END: copy

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
    assert_eq!(session[emma].title, "Emma");
    session.commit()
    // COMMIT
}
// ANCHOR_END: session
