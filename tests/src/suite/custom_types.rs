//! Types of the program's own: a new type over text, one with a codec, and one with a native type that the library has
//! no kind of value for.

use std::borrow::Cow;

use orm::ErrorKind;
use orm::mapping::Metadata;
use orm::prelude::*;
use orm::types::{Codec, ExtensionType, Type};
use orm::value::{ConversionError, Value, ValueRef};

use orm_conformance::Db;
use orm_conformance::cases;
use orm_conformance::suite::support::fails;

cases![
    "custom_types":
    values_go_both_ways,
    they_stand_in_comparisons_and_lists,
    changes_are_found_and_guarded,
    many_rows_take_them,
    raw_sql_takes_them,
    what_does_not_decode_is_told,
];

#[derive(DbType, Clone, Debug, PartialEq, Eq, Hash)]
struct Code(String);

#[derive(DbType, Clone, Debug, PartialEq)]
#[orm(codec)]
struct Tags(Vec<String>);

impl Codec for Tags {
    const TYPE: Type = Type::Text;
    const NAME: &'static str = "tags";

    fn encode(&self, _server: &str) -> Value {
        Value::Text(self.0.join(","))
    }

    fn decode(value: ValueRef<'_>) -> Result<Self, ConversionError> {
        match value {
            ValueRef::Text("") => Err(ConversionError::Format),
            ValueRef::Text(text) => Ok(Self(text.split(',').map(str::to_owned).collect())),
            _ => Err(ConversionError::Kind),
        }
    }
}

/// An amount in hundredths, exact in the database as well.
#[derive(DbType, Clone, Copy, Debug, PartialEq, Eq)]
#[orm(codec)]
struct Price(i64);

const fn name(
    dialect: &'static str,
    native: &'static str,
) -> (Cow<'static, str>, Cow<'static, str>) {
    (Cow::Borrowed(dialect), Cow::Borrowed(native))
}

impl Codec for Price {
    const TYPE: Type = Type::Extension(ExtensionType {
        name: Cow::Borrowed("a price"),
        native: Cow::Borrowed(&[
            name("sqlite", "TEXT"),
            name("postgres", "NUMERIC(12, 2)"),
            name("mariadb", "DECIMAL(12, 2)"),
            name("mysql", "DECIMAL(12, 2)"),
        ]),
    });
    const NAME: &'static str = "a price";

    fn encode(&self, _server: &str) -> Value {
        Value::Text(format!("{}.{:02}", self.0 / 100, self.0 % 100))
    }

    fn decode(value: ValueRef<'_>) -> Result<Self, ConversionError> {
        match value {
            ValueRef::Text(text) => parse(text),
            ValueRef::Bytes(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) if text.contains('.') => parse(text),
                _ => numeric(bytes).ok_or(ConversionError::Format),
            },
            _ => Err(ConversionError::Kind),
        }
    }
}

fn parse(text: &str) -> Result<Price, ConversionError> {
    let (whole, rest) = text.split_once('.').ok_or(ConversionError::Format)?;
    let number = |text: &str| text.parse::<i64>().map_err(|_| ConversionError::Format);
    Ok(Price(number(whole)? * 100 + number(rest)?))
}

/// PostgreSQL's binary form: the number of digits of base 10000, the weight of the first, sign and scale, the digits.
fn numeric(bytes: &[u8]) -> Option<Price> {
    let words: Vec<i64> = bytes
        .chunks_exact(2)
        .map(|word| i64::from(i16::from_be_bytes([word[0], word[1]])))
        .collect();
    let [_, weight, _, _, digits @ ..] = words.as_slice() else {
        return None;
    };
    let mut hundredths = 0;
    for (digit, power) in digits.iter().zip((-1..=*weight).rev()) {
        hundredths += match power {
            -1 => digit / 100,
            power => digit * 100 * 10_000_i64.pow(u32::try_from(power).ok()?),
        };
    }
    Some(Price(hundredths))
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "articles")]
struct Article {
    #[orm(primary_key, length = 20)]
    code: Code,
    tags: Tags,
    price: Price,
    reduced: Option<Price>,
}

fn article(code: &str, price: i64) -> Article {
    Article {
        code: Code(code.into()),
        tags: Tags(vec![code.into(), "new".into()]),
        price: Price(price),
        reduced: None,
    }
}

fn seed(db: &Db) -> Connection {
    Metadata::of((Article,)).create_all(&db.engine).unwrap();
    let mut conn = db.engine.connection().unwrap();
    let rows = [article("a", 350), article("b", 1_234_567), article("c", 5)];
    insert(Article).values(rows).execute(&mut conn).unwrap();
    conn
}

fn values_go_both_ways(db: &Db) {
    let conn = &mut seed(db);
    let all = select(Article).order_by(Article.code).all(conn).unwrap();
    assert_eq!(
        all,
        [article("a", 350), article("b", 1_234_567), article("c", 5)]
    );
    let prices = select((Article.price, Article.reduced)).order_by(Article.code);
    assert_eq!(prices.first(conn).unwrap(), Some((Price(350), None)));
    let mut session = db.session();
    let a = session.get(Article, Code("a".into())).unwrap().unwrap();
    assert_eq!(session[a].price, Price(350));
}

fn they_stand_in_comparisons_and_lists(db: &Db) {
    let conn = &mut seed(db);
    let mut codes = |condition: Predicate| {
        let query = select(Article.code)
            .filter(condition)
            .order_by(Article.code);
        let codes = query.all(conn).unwrap();
        codes.into_iter().map(|Code(code)| code).collect::<Vec<_>>()
    };
    assert_eq!(codes(Article.code.eq(Code("a".into()))), ["a"]);
    // A new type is compared with what it is over, too.
    assert_eq!(codes(Article.code.ne("a")), ["b", "c"]);
    assert_eq!(codes(Article.code.in_(["a", "c"])), ["a", "c"]);
    assert_eq!(codes(Article.code.in_([Code("b".into())])), ["b"]);
    assert_eq!(codes(Article.tags.eq(article("b", 0).tags)), ["b"]);
    assert_eq!(codes(Article.price.eq(Price(5))), ["c"]);
    let price = &Price(350);
    assert_eq!(codes(Article.price.eq(price)), ["a"]);
    let prices = [Price(5), Price(350), Price(7)];
    assert_eq!(codes(Article.price.in_(prices)), ["a", "c"]);
    assert_eq!(codes(Article.price.not_in(prices)), ["b"]);
    assert_eq!(codes(Article.tags.in_([article("b", 0).tags])), ["b"]);
    assert_eq!(codes(Article.reduced.is_null()), ["a", "b", "c"]);
    assert_eq!(codes(Article.reduced.eq(Price(1))), [""; 0]);
}

fn changes_are_found_and_guarded(db: &Db) {
    seed(db);
    let mut session = db.session();
    let a = session.get(Article, Code("a".into())).unwrap().unwrap();
    session[a].price = Price(350);
    session.flush().unwrap();
    db.sent();
    session[a].price = Price(400);
    session[a].reduced = Some(Price(399));
    session[a].tags.0.push("cheap".into());
    session.commit().unwrap();
    assert_eq!(session.get(Article, Code("a".into())).unwrap(), Some(a));
    assert_eq!(
        (session[a].price, session[a].reduced),
        (Price(400), Some(Price(399)))
    );
    assert_eq!(session[a].tags.0, ["a", "new", "cheap"]);
    // The old values are matched, as they are stored.
    session[a].price = Price(1);
    db.outside("UPDATE articles SET price = '4.50' WHERE code = 'a'");
    fails(session.commit(), ErrorKind::StaleData);
}

fn many_rows_take_them(db: &Db) {
    seed(db);
    let mut session = db.session();
    let added: Vec<_> = (0..40)
        .map(|n| session.add(article(&format!("n{n}"), 100 * n)))
        .collect();
    session.commit().unwrap();
    for article in &added {
        session.refresh(*article).unwrap();
        let price = session[*article].price;
        session[*article].reduced = Some(Price(price.0 / 2));
    }
    session.commit().unwrap();
    let conn = &mut db.other_connection();
    let reduced = select(Article).filter(Article.reduced.eq(Price(1950)));
    assert_eq!(reduced.one(conn).unwrap().code, Code("n39".into()));
}

fn raw_sql_takes_them(db: &Db) {
    let conn = &mut seed(db);
    let query = raw("SELECT code, price FROM articles WHERE code = :code AND tags = :tags")
        .bind("code", Code("a".into()))
        .bind("tags", article("a", 0).tags);
    let rows: Vec<(Code, Price)> = query.all(conn).unwrap();
    assert_eq!(rows, [(Code("a".into()), Price(350))]);
    let streamed: Vec<_> = select(Article.price)
        .order_by(Article.code)
        .stream(conn)
        .unwrap()
        .collect::<orm::Result<_>>()
        .unwrap();
    assert_eq!(streamed, [Price(350), Price(1_234_567), Price(5)]);
}

fn what_does_not_decode_is_told(db: &Db) {
    let conn = &mut seed(db);
    db.outside("UPDATE articles SET tags = '' WHERE code = 'a'");
    let error = fails(select(Article).all(conn), ErrorKind::Decode);
    assert!(error.to_string().contains("tags"), "{error}");
}
