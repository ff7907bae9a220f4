//! The portable functions of text, GREATEST and LEAST: each with the edges of its arguments, and NULL. What is expected is
//! computed here. Functions of numbers are in `number_functions.rs`.

use orm::ErrorKind;
use orm::prelude::*;
use orm::query::Expr;
use orm::types::DbType;

use crate::cases;
use crate::database::Db;

cases![
    "functions":
    texts_change,
    texts_are_cut_by_constants,
    texts_are_cut_by_columns,
    texts_are_cut_by_expressions,
    texts_are_searched_and_replaced,
    texts_are_joined,
    bytes_have_a_length,
    the_greatest_and_the_least,
    functions_filter_group_and_order (crate::suite::Requires::RepeatedExpressions),
    functions_are_assigned,
    functions_of_functions_end,
];

#[derive(Model, Clone, Debug)]
#[orm(table = "func_rows")]
struct Line {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 40)]
    text: Option<String>,
    n: Option<i32>,
}

const TEXTS: [Option<&str>; 8] = [
    None,
    Some(""),
    Some("a"),
    Some("Ada Lovelace"),
    Some("  b c "),
    Some("äÖß😀z"),
    Some("ΣΑΣ x"),
    Some("%_\\'\""),
];

const COUNTS: [Option<i32>; 7] = [
    None,
    Some(i32::MIN),
    Some(-1),
    Some(0),
    Some(1),
    Some(3),
    Some(30),
];

/// Each text with each number.
fn lines(db: &Db) -> Connection {
    Metadata::of((Line,)).create_all(&db.engine).unwrap();
    let mut conn = db.engine.connection().unwrap();
    for text in TEXTS {
        for n in COUNTS {
            let line = Line::builder().text(text.map(str::to_owned)).n(n);
            insert(Line).values(line).execute(&mut conn).unwrap();
        }
    }
    conn
}

/// Compares an expression over the lines with what `expected` makes of a text and a number.
#[track_caller]
fn check<T: DbType<Null = orm::types::NotNull> + PartialEq + std::fmt::Debug + Clone>(
    conn: &mut Connection,
    expr: Expr<Option<T>>,
    expected: impl Fn(&str, Option<i32>) -> Option<T>,
) {
    let query = select((Line.text, Line.n, expr)).order_by(Line.id);
    let rows = query.all(conn).unwrap();
    assert_eq!(rows.len(), TEXTS.len() * COUNTS.len());
    for (text, n, found) in rows {
        let expected = text.as_deref().and_then(|text| expected(text, n));
        assert_eq!(found, expected, "of {text:?} and {n:?}");
    }
}

fn count(n: i32) -> usize {
    usize::try_from(n).unwrap_or(0)
}

fn texts_change(db: &Db) {
    let conn = &mut lines(db);
    check(conn, Line.text.lower(), |text, _| {
        Some(text.to_lowercase().replace('ς', "σ"))
    });
    check(conn, Line.text.upper(), |text, _| {
        Some(text.replace('ß', "?").to_uppercase().replace('?', "ß"))
    });
    check(conn, Line.text.trim(), |text, _| {
        Some(text.trim_matches(' ').to_owned())
    });
    check(conn, Line.text.ltrim(), |text, _| {
        Some(text.trim_start_matches(' ').to_owned())
    });
    check(conn, Line.text.rtrim(), |text, _| {
        Some(text.trim_end_matches(' ').to_owned())
    });
    check(conn, Line.text.length(), |text, _| {
        i32::try_from(text.chars().count()).ok()
    });
    check(conn, Line.text.octet_length(), |text, _| {
        i32::try_from(text.len()).ok()
    });
    check(conn, Line.text.reverse(), |text, _| {
        Some(text.chars().rev().collect())
    });
    let lower: Vec<String> = select(Line.text.coalesce("NONE").lower())
        .filter(Line.n.eq(3) & Line.text.is_null())
        .all(conn)
        .unwrap();
    assert_eq!(lower, ["none"]);
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "as the function of the database, which may return NULL"
)]
fn sub(text: &str, start: i32, length: i32) -> Option<String> {
    let skipped = count(start.saturating_sub(1));
    Some(text.chars().skip(skipped).take(count(length)).collect())
}

fn left(text: &str, n: i32) -> Option<String> {
    sub(text, 1, n)
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "as the function of the database, which may return NULL"
)]
fn right(text: &str, n: i32) -> Option<String> {
    let skipped = text.chars().count().saturating_sub(count(n));
    Some(text.chars().skip(skipped).collect())
}

fn padded(text: &str, n: i32, fill: &str) -> (String, String) {
    let missing = count(n).saturating_sub(text.chars().count());
    let fill: String = fill.chars().cycle().take(missing).collect();
    let text = left(text, n).unwrap_or_default();
    (format!("{fill}{text}"), format!("{text}{fill}"))
}

fn texts_are_cut_by_constants(db: &Db) {
    let conn = &mut lines(db);
    for n in COUNTS.into_iter().flatten() {
        check(conn, Line.text.left(n), |text, _| left(text, n));
        check(conn, Line.text.right(n), |text, _| right(text, n));
        check(conn, Line.text.repeat(n.min(5)), |text, _| {
            Some(text.repeat(count(n.min(5))))
        });
        check(conn, Line.text.substr_from(n), |text, _| {
            sub(text, n, i32::MAX)
        });
        for length in [-2, 0, 1, 3, 40] {
            check(conn, Line.text.substr(n, length), |text, _| {
                sub(text, n, length)
            });
        }
        for fill in ["*", "äb", "😀", ""] {
            check(conn, Line.text.lpad(n, fill), |text, _| {
                Some(padded(text, n, fill).0)
            });
            check(conn, Line.text.rpad(n, fill), |text, _| {
                Some(padded(text, n, fill).1)
            });
        }
    }
    check(conn, Line.text.left(None::<i32>), |_, _| None);
    check(conn, Line.text.substr(1, None::<i32>), |_, _| None);
}

fn texts_are_cut_by_columns(db: &Db) {
    let conn = &mut lines(db);
    check(conn, Line.text.left(Line.n), |text, n| left(text, n?));
    check(conn, Line.text.right(Line.n), |text, n| right(text, n?));
    check(conn, Line.text.substr_from(Line.n), |text, n| {
        sub(text, n?, i32::MAX)
    });
    check(conn, Line.text.substr(Line.n, 3), |text, n| {
        sub(text, n?, 3)
    });
    check(conn, Line.text.substr(2, Line.n), |text, n| {
        sub(text, 2, n?)
    });
    check(conn, Line.text.substr(Line.n, Line.n), |text, n| {
        sub(text, n?, n?)
    });
    check(conn, Line.text.repeat(Line.n), |text, n| {
        Some(text.repeat(count(n?)))
    });
    check(conn, Line.text.lpad(Line.n, "xy"), |text, n| {
        Some(padded(text, n?, "xy").0)
    });
    check(conn, Line.text.rpad(Line.n, "xy"), |text, n| {
        Some(padded(text, n?, "xy").1)
    });
    check(conn, Line.text.rpad(Line.n, ""), |text, n| left(text, n?));
}

fn texts_are_cut_by_expressions(db: &Db) {
    let conn = &mut lines(db);
    let most = || Line.text.length() - 2;
    let of = |text: &str| i32::try_from(text.chars().count()).unwrap_or(0) - 2;
    check(conn, Line.text.left(most()), |text, _| left(text, of(text)));
    check(conn, Line.text.right(most()), |text, _| {
        right(text, of(text))
    });
    check(conn, Line.text.substr(most(), most()), |text, _| {
        sub(text, of(text), of(text))
    });
    check(conn, Line.text.lpad(most() + 4, "*"), |text, _| {
        Some(padded(text, of(text) + 4, "*").0)
    });
}

fn texts_are_searched_and_replaced(db: &Db) {
    let conn = &mut lines(db);
    for (from, to) in [
        ("a", "bb"),
        ("", "x"),
        ("😀", ""),
        ("Σ", "s"),
        ("A", "a"),
        ("%", "%%"),
        (" ", "\\"),
    ] {
        let replaced = |text: &str, _| {
            Some(if from.is_empty() {
                text.to_owned()
            } else {
                text.replace(from, to)
            })
        };
        check(conn, Line.text.replace(from, to), replaced);
    }
    for needle in ["a", "A", "", "z", "c ", "ß", "\\"] {
        let position = |text: &str, _| {
            let place = text
                .find(needle)
                .map(|place| text[..place].chars().count() + 1);
            i32::try_from(place.unwrap_or(0)).ok()
        };
        check(conn, Line.text.position_of(needle), position);
    }
    check(conn, Line.text.replace(None::<&str>, "x"), |_, _| None);
    check(conn, Line.text.position_of(Null), |_, _| None);
    check(conn, Line.text.replace(Line.text, "x"), |text, _| {
        Some(if text.is_empty() {
            String::new()
        } else {
            "x".to_owned()
        })
    });
}

fn texts_are_joined(db: &Db) {
    let conn = &mut lines(db);
    check(conn, Line.text.concat("!"), |text, _| {
        Some(format!("{text}!"))
    });
    check(
        conn,
        Line.text.concat("<").concat(Line.text).concat(""),
        |text, _| Some(format!("{text}<{text}")),
    );
    check(conn, Line.text.concat(None::<&str>), |_, _| None);
    check(
        conn,
        Line.text.concat(Line.n.cast::<String>()),
        |text, n| Some(format!("{text}{}", n?)),
    );
    let same = select(Line.id).filter(Line.text.concat("!").eq("a!"));
    assert_eq!(
        same.count(conn).unwrap(),
        i64::try_from(COUNTS.len()).unwrap()
    );
}

fn bytes_have_a_length(db: &Db) {
    #[derive(Model, Clone, Debug)]
    #[orm(table = "func_bytes")]
    struct Blob {
        #[orm(primary_key)]
        id: i64,
        bytes: Option<Vec<u8>>,
    }
    Metadata::of((Blob,)).create_all(&db.engine).unwrap();
    let conn = &mut db.engine.connection().unwrap();
    for bytes in [None, Some(vec![]), Some(vec![0, 255, 195])] {
        let blob = Blob::builder().bytes(bytes);
        insert(Blob).values(blob).execute(conn).unwrap();
    }
    let lengths = select(Blob.bytes.octet_length()).order_by(Blob.id);
    assert_eq!(lengths.all(conn).unwrap(), [None, Some(0), Some(3)]);
}

fn the_greatest_and_the_least(db: &Db) {
    let conn = &mut lines(db);
    let query = select((Line.n, Line.n.greatest(2), Line.n.least(2)));
    for (n, greatest, least) in query.all(conn).unwrap() {
        assert_eq!(
            (greatest, least),
            (n.map(|n| n.max(2)), n.map(|n| n.min(2)))
        );
    }
    check(
        conn,
        Line.text.length().greatest(Line.n).greatest(1),
        |text, n| Some(i32::try_from(text.chars().count()).ok()?.max(n?).max(1)),
    );
    check(conn, Line.text.greatest("Ad"), |text, _| {
        Some(text.max("Ad").to_owned())
    });
    check(conn, Line.text.least("b").least(Line.text), |text, _| {
        Some(text.min("b").to_owned())
    });
    check(conn, Line.text.least(Null), |_, _| None);
    let ids = select(Line.id.greatest(50)).order_by(Line.id).limit(1);
    assert_eq!(ids.one(conn).unwrap(), 50);
    let date = |year| chrono::NaiveDate::from_ymd_opt(year, 1, 2).unwrap();
    let at = |year| date(year).and_hms_micro_opt(3, 4, 5, 600_000).unwrap();
    let dates = case().when(Line.id.gt(0), date(2001)).otherwise(date(2002));
    assert_eq!(
        select(dates.greatest(date(2003))).first(conn).unwrap(),
        Some(date(2003))
    );
    let times = case().when(Line.id.gt(0), at(2001)).otherwise(at(2002));
    assert_eq!(
        select(times.least(at(2003))).first(conn).unwrap(),
        Some(at(2001))
    );
}

fn functions_filter_group_and_order(db: &Db) {
    let conn = &mut lines(db);
    let word = || Line.text.left(1).upper();
    let query = select((word(), count_all())).filter(Line.text.length().between(1, 12));
    let query = query
        .group_by(word())
        .having(word().ne("%"))
        .order_by(word());
    let rows = query.all(conn).unwrap();
    let mut firsts: Vec<_> = rows
        .into_iter()
        .map(|(first, count)| (first.unwrap(), count))
        .collect();
    firsts.sort();
    let expected = [(" ", 7), ("A", 14), ("Ä", 7), ("Σ", 7)];
    assert_eq!(
        firsts,
        expected.map(|(first, count)| (first.to_owned(), count))
    );
}

fn functions_are_assigned(db: &Db) {
    let conn = &mut lines(db);
    let changed = update(Line)
        .set(Line.text, Line.text.upper().concat("!"))
        .filter(Line.text.lower().eq("a"));
    assert_eq!(changed.execute(conn).unwrap(), 7);
    assert_eq!(
        select(Line.id)
            .filter(Line.text.eq("A!"))
            .count(conn)
            .unwrap(),
        7
    );
}

fn functions_of_functions_end(db: &Db) {
    let conn = &mut lines(db);
    let mut deep = Line.text.lower();
    for _ in 0..60 {
        deep = deep.trim();
    }
    check(conn, deep, |text, _| {
        Some(
            text.to_lowercase()
                .replace('ς', "σ")
                .trim_matches(' ')
                .to_owned(),
        )
    });
    let mut endless = Line.n.greatest(1);
    for _ in 0..600 {
        endless = (endless + 1).greatest(1);
    }
    let error = select(endless).all(conn).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage);
}
