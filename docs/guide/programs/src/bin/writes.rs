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
    let engine = orm_guide::engine()?;
    orm::metadata().create_all(&engine)?;
    let mut conn = engine.connection()?;
    orm_guide::if_supported(come_back(&mut conn))?;
    orm_guide::if_supported(updated(&mut conn))?;
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
    // MySQL: Unsupported
    // MariaDB: INSERT INTO `books` (`isbn`, `title`, `stock`)
    //     VALUES (?, ?, ?) RETURNING `id`, `isbn`, `title`, `stock`
    assert_eq!(stored.id, 1);

    let gone: Option<String> = delete(Book)
        .filter(Book.id.eq(7))
        .returning(Book.title)
        .one_or_none(conn)?;
    // DELETE FROM "books" WHERE "id" = ? RETURNING "title"
    // MySQL: Unsupported
    // MariaDB: DELETE FROM `books` WHERE `id` = ? RETURNING `title`
    assert_eq!(gone, None);
    Ok(())
}
// ANCHOR_END: returning

// ANCHOR: updated
fn updated(conn: &mut Connection) -> orm::Result<()> {
    let left: Vec<(i64, i64)> = update(Book)
        .set(Book.stock, Book.stock + 4)
        .filter(Book.isbn.eq("1"))
        .returning((Book.id, Book.stock))
        .all(conn)?;
    // UPDATE "books"
    //     SET "stock" = integer_store("stock" + ?, 64)
    //     WHERE "isbn" = ? RETURNING "id", "stock"
    // MySQL: Unsupported
    // PostgreSQL: UPDATE "books" SET "stock" = "stock" + $1
    //     WHERE "isbn" = $2 RETURNING "id", "stock"
    assert_eq!(left, [(1, 5)]);
    Ok(())
}
// ANCHOR_END: updated

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
    // PostgreSQL: none
    // MariaDB: none
    // UPDATE "books" SET "title" = ? WHERE "id" = ?
    // PostgreSQL: WITH written AS (UPDATE "books" SET "title" = v.c0
    //     FROM UNNEST($1, $2) AS v(c0, c1) WHERE "books"."id" = v.c1
    //     RETURNING 1) SELECT CASE WHEN count(*) <> cardinality($1)
    //     THEN ('orm: not all rows of the batch, but ' ||
    //     count(*))::date END FROM written
    // MySQL: UPDATE `books` FORCE INDEX (PRIMARY)
    //     SET `title` = CASE `id` WHEN ? THEN ? WHEN ? THEN ?
    //     ELSE `title` END WHERE `id` IN (?, ?)
    // MariaDB: BEGIN NOT ATOMIC DECLARE EXIT HANDLER FOR SQLEXCEPTION
    //     BEGIN ROLLBACK; RESIGNAL; END; START TRANSACTION; UPDATE
    //     `books` FORCE INDEX (PRIMARY) SET `title` = CASE `id` WHEN ?
    //     THEN ? WHEN ? THEN ? ELSE `title` END
    //     WHERE `id` IN (?, ?); IF ROW_COUNT() <> ?
    //     THEN SIGNAL SQLSTATE '45000'
    //     SET MESSAGE_TEXT = 'orm: not all rows of the batch'; END IF;
    //     COMMIT; END
    // COMMIT
    // PostgreSQL: none
    // MariaDB: none
    assert_eq!(updated, 2);

    let lines = format!("{},30\n{},12", books[0].id, books[1].id);
    let deliveries = lines.lines().filter_map(|line| {
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
    // PostgreSQL: INSERT INTO "deliveries" ("book_id", "copies")
    //     SELECT * FROM UNNEST($1, $2)
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
    // PostgreSQL: UPDATE "books" SET "stock" = "books"."stock" +
    //     "deliveries"."copies" FROM "deliveries"
    //     WHERE "deliveries"."book_id" = "books"."id"
    // MySQL: UPDATE `books`, `deliveries`
    //     SET `books`.`stock` = `books`.`stock` + `deliveries`.`copies`
    //     WHERE `deliveries`.`book_id` = `books`.`id`

    delete(Delivery)
        .using(Book)
        .filter(Book.id.eq(Delivery.book_id))
        .filter(Book.stock.gt(30))
        .execute(conn)?;
    // DELETE FROM "deliveries" WHERE EXISTS (SELECT 1
    //     FROM "books"
    //     WHERE "books"."id" = "deliveries"."book_id"
    //     AND "books"."stock" > ?)
    // PostgreSQL: DELETE FROM "deliveries" USING "books"
    //     WHERE "books"."id" = "deliveries"."book_id"
    //     AND "books"."stock" > $1
    // MySQL: DELETE FROM `deliveries` USING `deliveries`, `books`
    //     WHERE `books`.`id` = `deliveries`.`book_id`
    //     AND `books`.`stock` > ?
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
