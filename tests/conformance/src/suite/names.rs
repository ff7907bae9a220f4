//! Tables and columns by any name, long ones cut or refused, and what their text counts as equal.

use crate::Requires;
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Country, Line, Node, Post, Ticket, User};
use crate::suite::support::{fails, scalar, sql};
use orm::ErrorKind;
use orm::mapping::Metadata;
use orm::prelude::*;

cases![
    "ddl":
    one_table_twice_is_an_error_that_names_both,
    a_reference_out_of_the_set_is_an_error,
    reserved_and_odd_names_work_everywhere,
    long_constraint_names_are_cut_and_stay_the_same,
    long_names_of_tables_and_columns_are_errors_or_work,
    the_server_fills_in_defaults,
    text_counts_case,
    text_counts_case_and_trailing_spaces (Requires::TrailingSpaces),
    keys_of_text_count_case,
    keys_of_text_count_trailing_spaces (Requires::TrailingSpaces),
];

mod elsewhere {
    use orm::prelude::*;

    #[derive(Model, Clone, Debug)]
    #[orm(table = "users")]
    pub(super) struct Person {
        #[orm(primary_key)]
        pub id: i64,
    }
}

fn one_table_twice_is_an_error_that_names_both(db: &Db) {
    let both = Metadata::of((User, elsewhere::Person));
    let error = fails(both.create_all(&db.engine), ErrorKind::Schema);
    let message = error.message();
    assert!(
        message.contains("User") && message.contains("Person"),
        "{error}"
    );
    assert_eq!(error.table(), Some("users"));
    // Each alone is fine, and nothing was sent.
    assert_eq!(db.sent(), [""; 0]);
    Metadata::of((elsewhere::Person,)).schema().unwrap();
}

fn a_reference_out_of_the_set_is_an_error(db: &Db) {
    let error = fails(
        Metadata::of((Post,)).create_all(&db.engine),
        ErrorKind::Schema,
    );
    assert!(error.to_string().contains("users"), "{error}");
    assert_eq!(db.sent(), [""; 0]);
}

fn reserved_and_odd_names_work_everywhere(db: &Db) {
    let mut session = db.session();
    let line = session.add(Line {
        number: 1,
        position: 2,
        quoted: 3,
    });
    session.add(Line {
        number: 1,
        position: 3,
        quoted: 4,
    });
    session.commit().unwrap();
    session[line].quoted = 5;
    session.commit().unwrap();
    let found = select(Line)
        .filter(Line.quoted.eq(5))
        .one(&mut session)
        .unwrap();
    assert_eq!(found, line);
    let again = session.get(Line, (1, 3)).unwrap().unwrap();
    session.delete(again);
    session.commit().unwrap();

    let mut conn = db.engine.connection().unwrap();
    insert(Line)
        .values(Line {
            number: 2,
            position: 1,
            quoted: 9,
        })
        .execute(&mut conn)
        .unwrap();
    let changed = update(Line)
        .set(Line.quoted, Line.quoted + 1)
        .filter(Line.number.eq(2));
    assert_eq!(changed.execute(&mut conn).unwrap(), 1);
    let lines = select((Line.number, Line.quoted)).order_by(Line.quoted.desc());
    assert_eq!(lines.all(&mut conn).unwrap(), [(2, 10), (1, 5)]);
    let alias = Line.alias("select");
    let sums = select((alias.number, sum(alias.quoted)))
        .group_by(alias.number)
        .order_by(alias.number);
    assert_eq!(sums.all(&mut conn).unwrap(), [(1, Some(5)), (2, Some(10))]);
    assert_eq!(
        delete(Line)
            .filter(Line.quoted.eq(10))
            .execute(&mut conn)
            .unwrap(),
        1
    );
    assert_eq!(db.count("order"), 1);
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(
    table = "a_table_of_a_rather_long_name",
    unique(a_column_of_a_long_name, another_column_of_a_long_name),
    unique(a_third_column_of_a_long_name, a_fourth_column_of_a_long_name)
)]
struct Long {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 20)]
    a_column_of_a_long_name: String,
    #[orm(length = 20)]
    another_column_of_a_long_name: String,
    #[orm(length = 20)]
    a_third_column_of_a_long_name: String,
    #[orm(length = 20)]
    a_fourth_column_of_a_long_name: String,
    #[orm(references = Long.id, index)]
    refers_to_a_row_of_the_table: Option<i64>,
}

fn long_constraint_names_are_cut_and_stay_the_same(db: &Db) {
    let metadata = Metadata::of((Long,));
    metadata.create_all(&db.engine).unwrap();
    let insert = "INSERT INTO a_table_of_a_rather_long_name \
        (a_column_of_a_long_name, another_column_of_a_long_name, a_third_column_of_a_long_name, \
        a_fourth_column_of_a_long_name, refers_to_a_row_of_the_table) VALUES";
    let mut conn = db.other_connection();
    conn.raw_execute(&format!("{insert} ('a', 'b', 'c', 'd', NULL)"), &[])
        .unwrap();
    let first = fails(
        conn.raw_execute(&format!("{insert} ('a', 'b', 'e', 'f', NULL)"), &[]),
        ErrorKind::UniqueViolation,
    );
    let second = fails(
        conn.raw_execute(&format!("{insert} ('g', 'h', 'c', 'd', NULL)"), &[]),
        ErrorKind::UniqueViolation,
    );
    let missing = conn.raw_execute(&format!("{insert} ('g', 'h', 'i', 'j', 99)"), &[]);
    fails(missing, ErrorKind::ForeignKeyViolation);
    if db.is_server() {
        let (first, second) = (first.constraint().unwrap(), second.constraint().unwrap());
        assert_ne!(first, second);
        for name in [first, second] {
            assert!(name.len() <= db.capabilities().identifier_limit, "{name}");
            assert!(name.starts_with("uq_a_table_of_a_rather"), "{name}");
        }
        // The hash never changes: a migration drops the constraint by this name.
        let limit = db.capabilities().identifier_limit;
        let whole = "uq_a_table_of_a_rather_long_name_a_column_of_a_long_name_another_column_of_a_long_name";
        assert_eq!(first, orm_core::schema::naming::fit(whole, limit));
    }
    metadata.drop_all(&db.engine).unwrap();
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "a_table_whose_name_is_longer_than_any_server_takes_it_to_be_more_than_64")]
struct TooLong {
    #[orm(primary_key)]
    id: i64,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "short")]
struct TooLongColumn {
    #[orm(primary_key)]
    id: i64,
    a_column_whose_name_is_longer_than_any_server_takes_it_to_be_more_than_64: i64,
}

/// A database may cut the name in silence, and the model would never find its table again.
fn long_names_of_tables_and_columns_are_errors_or_work(db: &Db) {
    let is_limited = db.capabilities().identifier_limit < 70;
    for metadata in [Metadata::of((TooLong,)), Metadata::of((TooLongColumn,))] {
        let created = metadata.create_all(&db.engine);
        if is_limited {
            let error = fails(created, ErrorKind::Unsupported);
            assert!(error.to_string().contains("longer_than_any"), "{error}");
            assert!(db.sent().iter().all(|sql| !sql.contains("CREATE")));
        } else {
            created.unwrap();
        }
    }
    // Dropped by its name cut short, it would be another table.
    let dropped = Metadata::of((TooLong,)).drop_all(&db.engine);
    if is_limited {
        fails(dropped, ErrorKind::Unsupported);
        assert_eq!(db.sent(), [""; 0]);
    } else {
        dropped.unwrap();
    }
}

fn the_server_fills_in_defaults(db: &Db) {
    let mut session = db.session();
    session.add(Ticket::builder().subject("all defaults"));
    session.add(Ticket::builder().subject("one given").priority(9));
    session.add(
        Ticket::builder()
            .subject("null given")
            .status(None::<String>)
            .priority(1),
    );
    session.commit().unwrap();
    db.outside("INSERT INTO tickets (subject) VALUES ('from outside')");
    let mut conn = db.engine.connection().unwrap();
    let query = select((Ticket.subject, Ticket.status, Ticket.priority)).order_by(Ticket.subject);
    let open = || Some("open".to_owned());
    let expected = [
        ("all defaults".to_owned(), open(), 3),
        ("from outside".to_owned(), open(), 3),
        ("null given".to_owned(), None, 1),
        ("one given".to_owned(), open(), 9),
    ];
    assert_eq!(query.all(&mut conn).unwrap(), expected);
}

fn text_counts_case(db: &Db) {
    names_differ(db, &["a", "A", "ä", "Ä"]);
}

fn text_counts_case_and_trailing_spaces(db: &Db) {
    names_differ(db, &["a", "A", "a ", "ä", "Ä"]);
    let padded = select(User).filter(User.username.eq("a  "));
    let mut conn = db.engine.connection().unwrap();
    assert_eq!(padded.count(&mut conn).unwrap(), 0);
}

/// Each of the names is unique, and equal to itself alone.
fn names_differ(db: &Db, names: &[&str]) {
    let mut conn = db.engine.connection().unwrap();
    for name in names.iter().copied() {
        insert(User)
            .values(User::builder().username(name))
            .execute(&mut conn)
            .unwrap();
    }
    for name in names.iter().copied() {
        let found = select(User.username)
            .filter(User.username.eq(name))
            .all(&mut conn)
            .unwrap();
        assert_eq!(found, [name]);
    }
    let equal = sql(
        db,
        "SELECT COUNT(*) FROM users AS a JOIN users AS b ON a.username = b.username",
    );
    let count = i64::try_from(names.len()).unwrap();
    assert_eq!(scalar::<i64>(&mut conn, &equal), count);
}

fn keys_of_text_count_case(db: &Db) {
    keys_differ(db, &[("no", "lower"), ("NO", "upper"), ("n", "short")]);
    // A tree of keys given by the program is unharmed by the order of its rows.
    let mut session = db.session();
    session.add(Node::builder().id(2).parent_id(1).label("child"));
    session.add(Node::builder().id(1).label("root"));
    session.commit().unwrap();
}

fn keys_of_text_count_trailing_spaces(db: &Db) {
    keys_differ(db, &[("n", "short"), ("n ", "padded")]);
}

/// Each of the countries is stored, and found by its code.
fn keys_differ(db: &Db, countries: &[(&str, &str)]) {
    let mut session = db.session();
    for (code, name) in countries.iter().copied() {
        session.add(Country::builder().code(code).name(name));
    }
    session.commit().unwrap();
    for (code, name) in countries.iter().copied() {
        let mut session = db.session();
        let country = session.get(Country, code).unwrap().unwrap();
        assert_eq!(session[country].name, name);
    }
}
