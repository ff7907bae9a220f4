//! Keyset pages: both directions, orders of every type, rows that come and go meanwhile, and cursors that are refused.

use orm::mapping::Entity;
use orm::prelude::*;
use orm::{DbType, ErrorKind};

use super::support::{everything, fails, seed};
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Colour, Everything, Line, Post, User};

cases![
    "keyset_pages":
    pages_go_forward_and_back,
    a_page_begins_after_a_row,
    mixed_directions_and_keys_of_several_columns,
    columns_of_every_type_have_cursors,
    rows_that_come_and_go_move_no_others,
    repeated_entities_are_on_a_page_once,
    sessions_yield_handles,
    broken_cursors_are_refused,
    cursors_of_another_order_are_refused,
    orders_without_a_cursor_are_refused,
    queries_without_pages_are_refused,
];

/// The rows of all pages of a query, forward; each page is also read again backward, from the one behind it.
#[track_caller]
fn walk<S, M>(conn: &mut Connection, query: &Select<S>, size: u64) -> Vec<M>
where
    S: Entity<Model = M>,
    M: Model + PartialEq + std::fmt::Debug,
{
    let (mut all, mut pages) = (Vec::new(), vec![query.keyset(size).fetch(conn).unwrap()]);
    assert_eq!(pages[0].previous, None);
    while let Some(next) = pages.last().and_then(|page| page.next.clone()) {
        let url_safe = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        assert!(next.chars().all(url_safe), "{next}");
        pages.push(query.keyset(size).after(next).fetch(conn).unwrap());
    }
    for pair in pages.windows(2) {
        let previous = pair[1].previous.clone().expect("there is a page before");
        let again = query.keyset(size).before(previous).fetch(conn).unwrap();
        assert_eq!(again.rows, pair[0].rows);
        assert_eq!(again.next, pair[0].next);
        assert_eq!(again.previous.is_some(), pair[0].previous.is_some());
    }
    for page in pages {
        assert!(page.rows.len() as u64 <= size);
        all.extend(page.rows);
    }
    all
}

fn pages_go_forward_and_back(db: &Db) {
    let conn = &mut seed(db);
    for size in 1..=5 {
        for query in [
            select(User),
            select(User).order_by(User.username.desc()),
            select(User).filter(User.id.ne(2)).order_by(User.username),
        ] {
            let ordered = query.clone().order_by(User.id);
            assert_eq!(walk(conn, &query, size), ordered.all(conn).unwrap());
        }
    }
    let none = select(User).filter(User.id.gt(9)).keyset(2);
    let page = none.fetch(conn).unwrap();
    assert_eq!(
        (page.rows, page.next, page.previous),
        (Vec::new(), None, None)
    );
}

fn a_page_begins_after_a_row(db: &Db) {
    let conn = &mut seed(db);
    let query = select(User).order_by(User.username.desc());
    let first = query.keyset(2).fetch(conn).unwrap();
    db.sent();
    let second = query.keyset(2).after(first.next.unwrap());
    let second = second.fetch(conn).unwrap();
    let before = query.keyset(2).before(second.previous.unwrap());
    before.fetch(conn).unwrap();
    let text = |query: Select<_>| db.normalised(&query.to_sql(db.dialect()).unwrap());
    let name = User.username;
    let behind = name.lt("").or(name.eq("").and(User.id.gt(1)));
    let after = query.clone().filter(name.le("").and(behind));
    let ahead = name.gt("").or(name.eq("").and(User.id.lt(1)));
    let before = select(User).filter(name.ge("").and(ahead));
    let before = before.order_by((name, User.id.desc()));
    assert_eq!(
        db.sent(),
        [
            text(after.order_by(User.id).limit(3)),
            text(before.limit(3)),
        ]
    );
}

fn mixed_directions_and_keys_of_several_columns(db: &Db) {
    let conn = &mut db.engine.connection().unwrap();
    let lines = [(1, 1), (1, 2), (2, 1), (2, 2), (2, 3)].map(|(number, position)| Line {
        number,
        position,
        quoted: i64::from(position) % 2,
    });
    insert(Line).values(&lines).execute(conn).unwrap();
    for size in 1..=3 {
        let by_key = select(Line).order_by((Line.number, Line.position));
        assert_eq!(walk(conn, &select(Line), size), by_key.all(conn).unwrap());
        let mixed = select(Line).order_by((Line.quoted.desc(), Line.number, Line.position.desc()));
        assert_eq!(walk(conn, &mixed, size), mixed.all(conn).unwrap());
    }
}

/// Rows of which two are equal in each column.
fn ties(conn: &mut Connection) {
    let rows = (1..=4_i64).map(|id| {
        let same = id.min(3);
        let mut row = everything(id, Some(id > 2));
        row.small = -i16::try_from(same).unwrap();
        row.medium = i32::MAX - i32::try_from(same).unwrap();
        row.large = i64::MIN + same;
        row.double = -0.1 * f64::from(i32::try_from(same).unwrap());
        row.text = format!("Ä'\"{same}\u{1F600}");
        row.bytes = vec![0, u8::try_from(same).unwrap(), 255];
        row.date += chrono::Duration::days(same);
        row.time = chrono::NaiveTime::from_hms_opt(u32::try_from(same).unwrap(), 30, 15).unwrap();
        row.moment += chrono::Duration::milliseconds(100 * same);
        row.instant += chrono::Duration::seconds(same);
        row.token = uuid::Uuid::from_u128(u128::from(same.unsigned_abs()) << 100);
        row.colour = [Colour::Red, Colour::Green][usize::try_from(id % 2).unwrap()];
        row
    });
    let rows: Vec<Everything> = rows.collect();
    insert(Everything).values(&rows).execute(conn).unwrap();
}

fn columns_of_every_type_have_cursors(db: &Db) {
    let conn = &mut db.engine.connection().unwrap();
    ties(conn);
    let e = Everything;
    is_walked(conn, e.flag);
    is_walked(conn, e.small);
    is_walked(conn, e.medium);
    is_walked(conn, e.large);
    is_walked(conn, e.double);
    is_walked(conn, e.text);
    is_walked(conn, e.bytes);
    is_walked(conn, e.date);
    is_walked(conn, e.time);
    is_walked(conn, e.moment);
    is_walked(conn, e.instant);
    is_walked(conn, e.token);
    is_walked(conn, e.colour);
}

#[track_caller]
fn is_walked<T: DbType>(conn: &mut Connection, column: orm::mapping::Column<Everything, T>) {
    for query in [
        select(Everything).order_by(column),
        select(Everything).order_by(column.desc()),
    ] {
        let total = query.clone().order_by(Everything.id).all(conn).unwrap();
        assert_eq!(walk(conn, &query, 1), total);
        assert_eq!(walk(conn, &query, 3), total);
    }
}

fn rows_that_come_and_go_move_no_others(db: &Db) {
    let conn = &mut seed(db);
    let query = select(User).order_by(User.username);
    let first = query.keyset(2).fetch(conn).unwrap();
    // One before the page, one of the page, and the row that the cursor is of.
    let user = User::builder().username("aa");
    insert(User).values(user).execute(conn).unwrap();
    delete(User)
        .filter(User.username.eq("bob"))
        .execute(conn)
        .unwrap();
    let second = query.keyset(2).after(first.next.unwrap());
    let second = second.fetch(conn).unwrap();
    let names: Vec<_> = second.rows.iter().map(|user| &*user.username).collect();
    assert_eq!((names, second.next), (vec!["cy", "dee"], None));
    let back = query.keyset(9).before(second.previous.unwrap());
    let names = back.fetch(conn).unwrap().rows.into_iter();
    let names: Vec<String> = names.map(|user| user.username).collect();
    assert_eq!(names, ["aa", "ada"]);
}

fn repeated_entities_are_on_a_page_once(db: &Db) {
    let conn = &mut seed(db);
    let authors = select(User).join(Post).order_by(User.username);
    for size in 1..=4 {
        let (mut names, mut cursors) = (Vec::new(), vec![None::<String>]);
        while let Some(cursor) = cursors.pop() {
            let page = authors.keyset(size);
            let page = match cursor {
                Some(cursor) => page.after(cursor),
                None => page,
            };
            let page = page.fetch(conn).unwrap();
            names.extend(page.rows.into_iter().map(|user| user.username));
            cursors.extend(page.next.map(Some));
        }
        assert_eq!(names, ["ada", "cy"], "{size}");
    }
    // The cursor of cy.
    let all = authors.keyset(1);
    let ada = all.fetch(conn).unwrap();
    let cy = all.clone().after(ada.next.unwrap()).fetch(conn).unwrap();
    let back = authors.keyset(2).before(cy.previous.unwrap());
    let back = back.fetch(conn).unwrap();
    assert_eq!(back.rows, ada.rows);
}

fn sessions_yield_handles(db: &Db) {
    seed(db);
    let mut session = db.session();
    let bob = session.get_one(User, 2).unwrap();
    session.add(User::builder().username("eve"));
    let query = select(User).order_by(User.username);
    let first = query.keyset(2).fetch(&mut session).unwrap();
    assert_eq!(first.rows[1], bob);
    let rest = query.keyset(5).after(first.next.unwrap());
    let rest = rest.fetch(&mut session).unwrap();
    let names = rest
        .rows
        .iter()
        .map(|user| session[*user].username.as_str());
    assert_eq!(names.collect::<Vec<_>>(), ["cy", "dee", "eve"]);
    session.rollback().unwrap();
}

fn broken_cursors_are_refused(db: &Db) {
    let conn = &mut seed(db);
    let query = select(User).order_by(User.username);
    let cursor = query.keyset(1).fetch(conn).unwrap().next.unwrap();
    db.sent();
    let texts = [
        String::new(),
        "no cursor".into(),
        "'; DROP TABLE users --".into(),
        "äöü\0".into(),
        format!("{cursor}A"),
        format!("{cursor}="),
        format!("B{}", &cursor[1..]),
        "A".repeat(100_000),
    ];
    let cut = (0..cursor.len()).map(|length| cursor[..length].to_owned());
    for text in texts.into_iter().chain(cut) {
        for page in [
            query.keyset(1).after(&*text),
            query.keyset(1).before(&*text),
        ] {
            fails(page.fetch(conn), ErrorKind::Cursor);
        }
    }
    assert_eq!(db.sent(), [""; 0]);
}

fn cursors_of_another_order_are_refused(db: &Db) {
    let conn = &mut seed(db);
    let by_name = select(User).order_by(User.username);
    let cursor = by_name.keyset(1).fetch(conn).unwrap().next.unwrap();
    for other in [
        select(User),
        select(User).order_by(User.username.desc()),
        select(User).order_by((User.username, User.id.desc())),
    ] {
        let page = other.keyset(1).after(&*cursor).fetch(conn);
        let error = fails(page, ErrorKind::Cursor);
        assert_eq!(error.table(), Some("users"));
    }
    let page = select(Post).keyset(1).after(&*cursor).fetch(conn);
    fails(page, ErrorKind::Cursor);
    // The same order with other conditions is another query, whose rows come after the same row.
    let cy = by_name.filter(User.id.ne(2)).keyset(1).after(cursor);
    assert_eq!(cy.fetch(conn).unwrap().rows[0].username, "cy");
}

fn orders_without_a_cursor_are_refused(db: &Db) {
    let conn = &mut seed(db);
    db.sent();
    let query = select(User).order_by(User.email);
    let error = fails(query.keyset(1).fetch(conn), ErrorKind::Usage);
    assert_eq!(
        error.message(),
        "pages can't be ordered by `users.email`, which is nullable"
    );
    assert_eq!(error.column(), Some("email"));
    let query = select(User).order_by(User.id + 1);
    fails(query.keyset(1).fetch(conn), ErrorKind::Usage);
    let query = select(User).join(Post).order_by(Post.title);
    fails(query.keyset(1).fetch(conn), ErrorKind::Usage);
    assert_eq!(db.sent(), [""; 0]);
}

fn queries_without_pages_are_refused(db: &Db) {
    let conn = &mut seed(db);
    db.sent();
    let groups = select(User).join(Post).group_by(User);
    for page in [
        select(User).keyset(0),
        select(User).limit(3).keyset(1),
        select(User).offset(3).keyset(1),
        groups.keyset(1),
    ] {
        fails(page.fetch(conn), ErrorKind::Usage);
    }
    assert_eq!(db.sent(), [""; 0]);
}
