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

// ANCHOR: ticket
#[derive(Model, Clone, Debug)]
#[orm(table = "tickets")]
struct Ticket {
    #[orm(primary_key)]
    id: i64,
    #[orm(server_default = 1)]
    seats: i64,
    note: Option<String>,
}
// ANCHOR_END: ticket

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
    let books = [book("1", "Emma"), book("2", "Persuasion")];
    insert(Book).values(&books).execute(&mut conn)?;
    orm_guide::if_supported(come_back(&mut conn))?;
    orm_guide::if_supported(updated(&mut conn))?;
    many(&mut conn)?;
    from_another_table(&mut conn)?;
    copy(&mut conn)?;
    from_a_query(&mut conn)?;
    from_totals(&mut conn)?;
    with(&mut conn)?;
    orm_guide::if_supported(written(&mut conn))?;
    orm_guide::if_supported(first_rows(&mut conn))?;
    everywhere(&mut conn)?;
    defaults(&mut conn)?;
    load(&mut conn)?;
    empty(&mut conn)
}

// ANCHOR: returning
fn come_back(conn: &mut Connection) -> orm::Result<()> {
    let stored: Book = insert(Book)
        .values(book("3", "Evelina"))
        .returning(Book)
        .one(conn)?;
    // INSERT INTO "books" ("isbn", "title", "stock")
    //     VALUES (?, ?, ?)
    //     RETURNING "id", "isbn", "title", "stock"
    // MySQL: Unsupported
    // MariaDB: INSERT INTO `books` (`isbn`, `title`, `stock`)
    //     VALUES (?, ?, ?) RETURNING `id`, `isbn`, `title`, `stock`
    assert_eq!(stored.id, 3);

    let gone: Option<String> = delete(Book)
        .filter(Book.id.eq(stored.id))
        .returning(Book.title)
        .one_or_none(conn)?;
    // DELETE FROM "books" WHERE "id" = ? RETURNING "title"
    // MySQL: Unsupported
    // MariaDB: DELETE FROM `books` WHERE `id` = ? RETURNING `title`
    assert_eq!(gone.as_deref(), Some("Evelina"));
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
    //     SELECT "id", integer_store("stock" * ?, 64) FROM "books"
    //     WHERE "stock" < ?
    // PostgreSQL: INSERT INTO "deliveries" ("book_id", "copies")
    //     SELECT "id", "stock" * $1 FROM "books"
    //     WHERE "stock" < $2
    // MySQL: INSERT INTO `deliveries` (`book_id`, `copies`)
    //     SELECT `id`, `stock` * ? FROM `books`
    //     WHERE `stock` < ?
    assert_eq!(copied, 1);
    Ok(())
}
// ANCHOR_END: copy

// ANCHOR: from_query
fn from_a_query(conn: &mut Connection) -> orm::Result<()> {
    let of_book = select(sum(Delivery.copies))
        .filter(Delivery.book_id.eq(Book.id));
    update(Book)
        .set(Book.stock, scalar(of_book).coalesce(0))
        .filter(Book.isbn.eq("1"))
        .execute(conn)?;
    // UPDATE "books" SET "stock" = integer_store(COALESCE((SELECT
    //     SUM("deliveries"."copies") FROM "deliveries" WHERE
    //     "deliveries"."book_id" = "books"."id"), ?), 64)
    //     WHERE "isbn" = ?
    // PostgreSQL: UPDATE "books"
    //     SET "stock" = COALESCE((SELECT
    //     CAST(SUM("deliveries"."copies") AS int8) FROM "deliveries"
    //     WHERE "deliveries"."book_id" = "books"."id"), $1)
    //     WHERE "isbn" = $2
    // MySQL: UPDATE `books` SET `stock` = COALESCE((SELECT
    //     (SUM(`deliveries`.`copies`) DIV 1) FROM `deliveries` WHERE
    //     `deliveries`.`book_id` = `books`.`id`), ?) WHERE `isbn` = ?
    Ok(())
}
// ANCHOR_END: from_query

// ANCHOR: totals
fn from_totals(conn: &mut Connection) -> orm::Result<()> {
    let totals = select((Delivery.book_id, sum(Delivery.copies)))
        .group_by(Delivery.book_id)
        .as_table("totals");
    let (book, copies) = totals.columns();
    update(Book)
        .from(&totals)
        .set(Book.stock, copies.coalesce(0))
        .filter(book.eq(Book.id))
        .execute(conn)?;
    // UPDATE "books"
    //     SET "stock" = integer_cast(COALESCE("totals"."c1", ?), 64)
    //     FROM (SELECT "book_id" AS "c0", SUM("copies") AS "c1"
    //     FROM "deliveries" GROUP BY "book_id") AS "totals"
    //     WHERE "totals"."c0" = "books"."id"
    // PostgreSQL: UPDATE "books"
    //     SET "stock" = COALESCE("totals"."c1", $1)
    //     FROM (SELECT "book_id" AS "c0",
    //     CAST(SUM("copies") AS int8) AS "c1"
    //     FROM "deliveries" GROUP BY "book_id") AS "totals"
    //     WHERE "totals"."c0" = "books"."id"
    // MySQL: UPDATE `books`, (SELECT `book_id` AS `c0`,
    //     (SUM(`copies`) DIV 1) AS `c1`
    //     FROM `deliveries` GROUP BY `book_id`) AS `totals`
    //     SET `books`.`stock` = COALESCE(`totals`.`c1`, ?)
    //     WHERE `totals`.`c0` = `books`.`id`
    Ok(())
}
// ANCHOR_END: totals

// ANCHOR: with
fn with(conn: &mut Connection) -> orm::Result<()> {
    let totals = select((Delivery.book_id, sum(Delivery.copies)))
        .group_by(Delivery.book_id)
        .cte("totals");
    let (book, copies) = totals.columns();
    let many = select(book).from(&totals).filter(copies.gt(50));
    let updated: u64 = update(Book)
        .set(Book.title, Book.title.concat("!"))
        .filter(Book.id.in_(many))
        .execute(conn)?;
    // UPDATE "books" SET "title" = "title" || ?
    //     WHERE "id" IN (WITH "totals" AS
    //     (SELECT "deliveries"."book_id" AS "c0",
    //     SUM("deliveries"."copies") AS "c1" FROM "deliveries" GROUP BY
    //     "deliveries"."book_id") SELECT "totals"."c0" FROM "totals"
    //     WHERE "totals"."c1" > ?)
    // PostgreSQL: UPDATE "books" SET "title" = "title" || $1
    //     WHERE "id" IN (WITH "totals" AS
    //     (SELECT "deliveries"."book_id" AS "c0",
    //     CAST(SUM("deliveries"."copies") AS int8) AS "c1" FROM
    //     "deliveries" GROUP BY "deliveries"."book_id")
    //     SELECT "totals"."c0" FROM "totals" WHERE "totals"."c1" > $2)
    // MySQL: UPDATE `books` SET `title` = CONCAT(`title`, ?)
    //     WHERE `id` IN (WITH `totals` AS
    //     (SELECT `deliveries`.`book_id` AS `c0`,
    //     (SUM(`deliveries`.`copies`) DIV 1) AS `c1` FROM `deliveries`
    //     GROUP BY `deliveries`.`book_id`) SELECT `totals`.`c0`
    //     FROM `totals` WHERE `totals`.`c1` > ?)
    assert_eq!(updated, 0);
    Ok(())
}
// ANCHOR_END: with

// ANCHOR: written
fn written(conn: &mut Connection) -> orm::Result<()> {
    let gone = delete(Delivery)
        .filter(Delivery.copies.lt(0))
        .returning((Delivery.book_id, Delivery.copies))
        .cte("gone");
    let (book, copies) = gone.columns();
    let found: Vec<(String, i64)> = select((Book.title, copies))
        .join_on(&gone, book.eq(Book.id))
        .all(conn)?;
    // WITH "gone"("c0", "c1") AS
    //     (DELETE FROM "deliveries" WHERE "copies" < ?
    //     RETURNING "book_id", "copies")
    //     SELECT "books"."title", "gone"."c1" FROM "books"
    //     INNER JOIN "gone" ON "gone"."c0" = "books"."id"
    // SQLite: Unsupported
    // MySQL: Unsupported
    assert!(found.is_empty());
    Ok(())
}
// ANCHOR_END: written

// ANCHOR: first_rows
fn first_rows(conn: &mut Connection) -> orm::Result<()> {
    let deleted: u64 = delete(Delivery)
        .order_by(Delivery.id)
        .limit(1)
        .execute(conn)?;
    // DELETE FROM "deliveries" ORDER BY "id" ASC LIMIT ?
    // SQLite: Unsupported
    // PostgreSQL: Unsupported
    assert_eq!(deleted, 1);
    Ok(())
}
// ANCHOR_END: first_rows

// ANCHOR: everywhere
fn everywhere(conn: &mut Connection) -> orm::Result<()> {
    let oldest = select(Book.id).order_by(Book.id).limit(1);
    update(Book)
        .set(Book.stock, 0)
        .filter(Book.id.in_(oldest))
        .execute(conn)?;
    // UPDATE "books" SET "stock" = ? WHERE "id" IN
    //     (SELECT "books"."id" FROM "books" ORDER BY "books"."id" ASC
    //     LIMIT ?)
    // MySQL: UPDATE `books` SET `stock` = ? WHERE `id` IN
    //     (SELECT /*+ NO_MERGE(`inner_query`) */ * FROM
    //     (SELECT `books`.`id` FROM `books` ORDER BY `books`.`id` ASC
    //     LIMIT ?) AS `inner_query`)
    // MariaDB: UPDATE `books` SET `stock` = ? WHERE `id` IN
    //     (SELECT * FROM (SELECT `books`.`id` FROM `books` ORDER BY
    //     `books`.`id` ASC LIMIT ?) AS `inner_query`)
    Ok(())
}
// ANCHOR_END: everywhere

// ANCHOR: defaults
fn defaults(conn: &mut Connection) -> orm::Result<()> {
    let id: i64 =
        insert(Ticket).defaults().returning(Ticket.id).one(conn)?;
    // INSERT INTO "tickets" DEFAULT VALUES
    // PostgreSQL: INSERT INTO "tickets" DEFAULT VALUES RETURNING "id"
    // MySQL: INSERT INTO `tickets` () VALUES ()
    // MariaDB: INSERT INTO `tickets` () VALUES () RETURNING `id`
    assert_eq!(id, 1);
    Ok(())
}
// ANCHOR_END: defaults

// ANCHOR: load
fn load(conn: &mut Connection) -> orm::Result<()> {
    let lines = ["1;30", "2;12"];
    let deliveries = lines.into_iter().map(|line| {
        let (book, copies) =
            line.split_once(';').ok_or(orm::Error::other("no ;"))?;
        let book: i64 = book.parse().map_err(orm::Error::other)?;
        let copies: i64 = copies.parse().map_err(orm::Error::other)?;
        Ok(Delivery::builder().book_id(book).copies(copies))
    });
    let loaded: u64 =
        insert(Delivery).load_results(deliveries).execute(conn)?;
    // BEGIN
    // INSERT INTO "deliveries" ("book_id", "copies")
    //     VALUES (?, ?), (?, ?)
    // PostgreSQL: COPY "deliveries" ("book_id", "copies") FROM STDIN
    // COMMIT
    assert_eq!(loaded, 2);
    Ok(())
}
// ANCHOR_END: load

// ANCHOR: truncate
fn empty(conn: &mut Connection) -> orm::Result<()> {
    truncate(Delivery).execute(conn)?;
    // DELETE FROM "deliveries"
    // PostgreSQL: TRUNCATE TABLE "deliveries"
    // MySQL: TRUNCATE TABLE `deliveries`
    truncate(Ticket).restart_identity().execute(conn)?;
    // DELETE FROM "tickets"
    // PostgreSQL: TRUNCATE TABLE "tickets" RESTART IDENTITY
    // MySQL: TRUNCATE TABLE `tickets`
    // DELETE FROM sqlite_sequence WHERE name = 'tickets'
    // PostgreSQL: none
    // MySQL: none
    // MariaDB: none
    Ok(())
}
// ANCHOR_END: truncate
