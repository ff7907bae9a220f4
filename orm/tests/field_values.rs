//! A builder's setter takes what `eq` of its column takes: each form of a value is given to both, and the row that
//! the setter made is found by the condition.
#![cfg(all(feature = "sqlite", feature = "chrono", feature = "uuid"))]

use std::borrow::Cow;

use orm::prelude::*;

#[derive(DbEnum, Clone, Copy, Debug, PartialEq)]
enum Colour {
    Red,
    Blue,
}

/// A column of every type, nullable and not.
#[derive(Model, Clone, Debug)]
#[orm(table = "field_values")]
struct Row {
    #[orm(primary_key)]
    id: i64,
    #[orm(default = false)]
    flag: bool,
    #[orm(default = 0_i16)]
    small: i16,
    #[orm(default = 0)]
    number: i32,
    #[orm(default = 0)]
    large: i64,
    #[orm(default = 0.0_f32)]
    single: f32,
    #[orm(default = 0.0)]
    double: f64,
    #[orm(default = "")]
    text: String,
    #[orm(default = [])]
    bytes: Vec<u8>,
    #[orm(default = chrono::NaiveDate::default())]
    date: chrono::NaiveDate,
    #[orm(default = uuid::Uuid::nil())]
    token: uuid::Uuid,
    #[orm(default = Colour::Red)]
    colour: Colour,
    maybe_flag: Option<bool>,
    maybe_number: Option<i32>,
    maybe_text: Option<String>,
    maybe_bytes: Option<Vec<u8>>,
    maybe_date: Option<chrono::NaiveDate>,
    maybe_token: Option<uuid::Uuid>,
    maybe_colour: Option<Colour>,
}

/// Gives each value to the setter and to `eq`.
macro_rules! both {
    ($conn:ident, $($column:ident: $($value:expr),+;)+) => {$($({
        insert(Row).values(Row::builder().$column($value)).execute($conn)?;
        let found = select(Row).filter(Row.$column.eq($value)).count($conn)?;
        assert_eq!(found, 1, "{} = {}", stringify!($column), stringify!($value));
        delete(Row).execute($conn)?;
    })+)+};
}

fn connection() -> orm::Result<Connection> {
    let engine = Engine::connect("sqlite://")?;
    Metadata::of((Row,)).create_all(&engine)?;
    engine.connection()
}

#[test]
fn a_field_takes_what_eq_takes() -> orm::Result<()> {
    let conn = &mut connection()?;
    let (text, name, bytes) = ("x", "x".to_owned(), vec![1_u8, 2]);
    let date = chrono::NaiveDate::from_ymd_opt(2024, 2, 29).expect("a date");
    let token = uuid::Uuid::from_u128(7);
    both! { conn,
        flag: true, &true;
        small: 5, &5;
        number: 5, &5;
        large: 5, &5;
        single: 0.5, &0.5;
        double: 0.5, &0.5;
        text: text, &text, name.clone(), &name, Cow::Borrowed("x"), Cow::from(name.clone());
        bytes: bytes.clone(), &bytes, bytes.as_slice(), [1, 2], &[1, 2];
        date: date, &date;
        token: token, &token;
        colour: Colour::Blue, &Colour::Blue;
    }
    Ok(())
}

#[test]
fn an_optional_field_takes_what_eq_takes() -> orm::Result<()> {
    let conn = &mut connection()?;
    let (text, name, bytes) = ("x", "x".to_owned(), vec![1_u8, 2]);
    let date = chrono::NaiveDate::from_ymd_opt(2024, 2, 29).expect("a date");
    let token = uuid::Uuid::from_u128(7);
    let (no_name, no_bytes) = (None::<String>, None::<Vec<u8>>);
    both! { conn,
        maybe_flag: true, &true, Some(true), Some(&true), &Some(true), None::<bool>, &None::<bool>, Null;
        maybe_number: 5, &5, Some(5), Some(&5), &Some(5), None::<i32>, &None::<i32>, Null;
        maybe_text: text, &text, name.clone(), &name, Cow::Borrowed("x"), Some(text), Some(&text), Some(name.clone()),
            Some(&name), Some(Cow::Borrowed("x")), &Some(text), &Some(name.clone()), no_name.clone(), &no_name,
            None::<&str>, &None::<&str>, Null;
        maybe_bytes: bytes.clone(), &bytes, bytes.as_slice(), [1, 2], &[1, 2], Some(bytes.clone()), Some(&bytes),
            Some(bytes.as_slice()), Some([1, 2]), Some(&[1, 2]), &Some(bytes.clone()), &Some([1, 2]), &no_bytes, Null;
        maybe_date: date, &date, Some(date), Some(&date), &Some(date), None::<chrono::NaiveDate>, Null;
        maybe_token: token, &token, Some(token), Some(&token), &Some(token), None::<uuid::Uuid>, Null;
        maybe_colour: Colour::Blue, &Colour::Blue, Some(Colour::Blue), &Some(Colour::Blue), None::<Colour>, Null;
    }
    Ok(())
}

/// The key of `get` is given as the key's type or by reference.
#[test]
fn a_key_may_be_borrowed() -> orm::Result<()> {
    #[derive(Model)]
    #[orm(table = "field_values_countries")]
    struct Country {
        #[orm(primary_key)]
        code: String,
    }
    let engine = Engine::connect("sqlite://")?;
    Metadata::of((Country, Row)).create_all(&engine)?;
    let mut session = Session::new(&engine);
    let (code, id) = ("NZ".to_owned(), 1);
    let country = session.add(Country::builder().code(&code));
    let row = session.add(Row::builder());
    session.commit()?;
    assert_eq!(session.get(Country, "NZ")?, Some(country));
    assert_eq!(session.get(Country, &code)?, Some(country));
    assert_eq!(session.get(Country, code)?, Some(country));
    let borrowed = &id;
    assert_eq!(session.get(Row, borrowed)?, Some(row));
    assert_eq!(session.get(Row, 1)?, Some(row));
    Ok(())
}
