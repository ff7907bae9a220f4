//! The rows of the tables, from a seed, written by the library.

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use orm::Result;
use orm::prelude::*;
use rust_decimal::Decimal;

use crate::models::{ItemRow, NoteRow, OrderRow, PersonRow, TagRow};
use crate::rng::Rng;

/// Texts in which cases, blanks, escapes and characters of several bytes differ.
pub(crate) const TEXTS: &[&str] = &[
    "", " ", "a", "A", "b", "ab", "Ab", "aB", "AB", "abc", "a ", " a", "a  ", "a b", "%", "_",
    "a%", "a_b", "100%", "\\", "a\\b", "'", "it's", "\"", "é", "É", "e", "ü", "straße", "😀",
    "a😀b", "日本", "x", "xyz", "XYZ", "10", "9", "-1", "0", "null", "a\nb", "\t", "zz", "Zz",
];

/// The rows of all tables.
#[derive(Debug)]
pub struct Data {
    persons: Vec<PersonRow>,
    items: Vec<ItemRow>,
    orders: Vec<OrderRow>,
    tags: Vec<TagRow>,
    notes: Vec<NoteRow>,
}

const PERSONS: i64 = 9;
const ITEMS: i64 = 14;
const ORDERS: i64 = 18;
const TAGS: i64 = 8;
const NOTES: i64 = 11;

/// A value, or NULL in a quarter of the cases.
fn maybe<T>(rng: &mut Rng, value: impl FnOnce(&mut Rng) -> T) -> Option<T> {
    (!rng.percent(25)).then(|| value(rng))
}

pub(crate) fn text(rng: &mut Rng) -> String {
    (*rng.pick(TEXTS)).to_owned()
}

/// A float with few binary digits, so that sums of them are exact in any order.
pub(crate) fn float(rng: &mut Rng) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "the number is small")]
    let quarters = rng.range(-40, 40) as f64;
    quarters / 4.0
}

pub(crate) fn decimal(rng: &mut Rng, digits: u32, scale: u32) -> Decimal {
    let most = 10_i64.pow(digits);
    let number = if rng.percent(50) {
        rng.range(-500, 500)
    } else {
        rng.range(1 - most, most - 1)
    };
    Decimal::new(number, scale)
}

pub(crate) fn date(rng: &mut Rng) -> NaiveDate {
    let day = if rng.percent(70) {
        rng.range(-3, 3)
    } else {
        rng.range(-40_000, 20_000)
    };
    let epoch = NaiveDate::default();
    epoch
        .checked_add_signed(TimeDelta::days(day))
        .unwrap_or(epoch)
}

pub(crate) fn moment(rng: &mut Rng) -> NaiveDateTime {
    let micros = if rng.percent(70) {
        rng.range(-2, 2)
    } else {
        rng.range(-999_999, 999_999)
    };
    let seconds = rng.range(0, 3) * 3_600;
    let time = TimeDelta::seconds(seconds) + TimeDelta::microseconds(micros);
    date(rng).and_time(chrono::NaiveTime::MIN) + time
}

fn small(rng: &mut Rng, low: i16, high: i16) -> i16 {
    i16::try_from(rng.range(low.into(), high.into())).unwrap_or_default()
}

impl Data {
    /// Makes the rows of a seed.
    pub fn new(seed: u64) -> Self {
        let rng = &mut Rng::new(seed);
        Self {
            persons: (1..=PERSONS).map(|id| person(rng, id)).collect(),
            items: (1..=ITEMS).map(|id| item(rng, id)).collect(),
            orders: (1..=ORDERS).map(|id| order(rng, id)).collect(),
            tags: (1..=TAGS).map(|id| tag(rng, id)).collect(),
            notes: (1..=NOTES).map(|id| note(rng, id)).collect(),
        }
    }

    /// Creates the tables, and writes the rows.
    ///
    /// # Errors
    /// The database's refusal.
    pub fn write(&self, engine: &Engine) -> Result<()> {
        Metadata::of((PersonRow, ItemRow, OrderRow, TagRow, NoteRow)).create_all(engine)?;
        let conn = &mut engine.connection()?;
        insert(PersonRow).values(&self.persons).execute(conn)?;
        insert(ItemRow).values(&self.items).execute(conn)?;
        insert(OrderRow).values(&self.orders).execute(conn)?;
        insert(TagRow).values(&self.tags).execute(conn)?;
        insert(NoteRow).values(&self.notes).execute(conn)?;
        Ok(())
    }
}

fn person(rng: &mut Rng, id: i64) -> PersonRow {
    PersonRow {
        id,
        n: id,
        name: text(rng),
        nick: maybe(rng, text),
        age: maybe(rng, |rng| small(rng, -3, 120).into()),
        score: maybe(rng, float),
        born: maybe(rng, date),
        seen: moment(rng),
        active: rng.percent(50),
        admin: maybe(rng, |rng| rng.percent(50)),
        rank: small(rng, -2, 5),
    }
}

fn item(rng: &mut Rng, id: i64) -> ItemRow {
    const BIG: &[i64] = &[
        0,
        1,
        -1,
        i64::MAX,
        i64::MIN,
        1 << 53,
        (1 << 53) + 1,
        -(1 << 40),
    ];
    ItemRow {
        id,
        n: id,
        owner_id: maybe(rng, |rng| rng.range(1, PERSONS)),
        title: text(rng),
        price: decimal(rng, 6, 2),
        weight: maybe(rng, |rng| decimal(rng, 8, 4)),
        stock: small(rng, -5, 20).into(),
        rating: maybe(rng, float),
        big: maybe(rng, |rng| *rng.pick(BIG)),
        made: date(rng),
    }
}

fn order(rng: &mut Rng, id: i64) -> OrderRow {
    OrderRow {
        id,
        n: id,
        person_id: rng.range(1, PERSONS),
        item_id: maybe(rng, |rng| rng.range(1, ITEMS)),
        quantity: small(rng, -1, 9).into(),
        placed: maybe(rng, moment),
        note: maybe(rng, text),
        paid: maybe(rng, |rng| rng.percent(50)),
        discount: maybe(rng, |rng| decimal(rng, 5, 3)),
    }
}

fn tag(rng: &mut Rng, id: i64) -> TagRow {
    TagRow {
        id,
        n: id,
        item_id: rng.range(1, ITEMS),
        word: text(rng),
        level: rng.range(-3, 3),
    }
}

fn note(rng: &mut Rng, id: i64) -> NoteRow {
    NoteRow {
        id,
        n: id,
        order_id: maybe(rng, |rng| rng.range(1, ORDERS)),
        body: maybe(rng, text),
        written: moment(rng),
        amount: maybe(rng, float),
        grade: maybe(rng, |rng| small(rng, -2, 5)),
    }
}
