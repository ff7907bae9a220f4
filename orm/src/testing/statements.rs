//! The statements of a test, normalized to the same text on every database, and their comparison with the expected
//! ones.

use std::fmt::Write as _;

use orm_core::lex::{Lexer, TokenKind, Tokens, TransactionControl};
use orm_core::sql::{Dialect, SqlWriter};

/// Compares the statements that were sent with a number or a list, and prints them if they differ. With a third
/// argument, those that are sent while it is evaluated; its value is that of the macro. Without, those since the last
/// look.
///
/// Names stand in double quotes and each placeholder is a `?`, whatever the database. What begins and ends transactions
/// is left out.
///
/// ```
/// # use orm::prelude::*;
/// # use orm::testing::{TestDatabase, assert_statements};
/// # #[derive(Model)]
/// # #[orm(table = "orders")]
/// # struct Order { #[orm(primary_key)] id: i64, shipped: bool }
/// fn counts_once(db: TestDatabase) -> orm::Result<()> {
///     let mut conn = db.connection()?;
///     let orders = assert_statements!(db, 1, select(Order).count(&mut conn)?);
///     assert_eq!(orders, 0);
///     delete(Order).filter(Order.shipped.eq(true)).execute(&mut conn)?;
///     assert_statements!(db, [r#"DELETE FROM "orders" WHERE "shipped" = ?"#]);
///     Ok(())
/// }
/// ```
#[macro_export]
macro_rules! assert_statements {
    ($database:expr, $expected:expr $(,)?) => {
        if let ::std::result::Result::Err(difference) =
            $crate::testing::compare(&$database.take_statements(), &$expected)
        {
            ::std::panic!("{difference}");
        }
    };
    ($database:expr, $expected:expr, $work:expr $(,)?) => {{
        $database.take_statements();
        let value = $work;
        $crate::assert_statements!($database, $expected);
        value
    }};
}

/// Is implemented by what [`assert_statements!`](crate::assert_statements) compares with: a number of statements, or
/// their texts.
#[diagnostic::on_unimplemented(
    message = "statements can't be compared with `{Self}`",
    label = "expected a number of statements, or an array of their texts"
)]
pub trait Expected {
    /// Returns the expected number of statements.
    fn count(&self) -> usize;

    /// Returns the expected text of a statement, if it is given.
    fn text(&self, index: usize) -> Option<&str>;
}

impl Expected for usize {
    fn count(&self) -> usize {
        *self
    }

    fn text(&self, _: usize) -> Option<&str> {
        None
    }
}

impl<S: AsRef<str>, const N: usize> Expected for [S; N] {
    fn count(&self) -> usize {
        N
    }

    fn text(&self, index: usize) -> Option<&str> {
        self.get(index).map(AsRef::as_ref)
    }
}

impl<S: AsRef<str>> Expected for Vec<S> {
    fn count(&self) -> usize {
        self.len()
    }

    fn text(&self, index: usize) -> Option<&str> {
        self.get(index).map(AsRef::as_ref)
    }
}

/// Compares the sent statements with the expected ones.
///
/// # Errors
/// The difference, with all statements.
///
/// # Examples
///
/// ```
/// # use orm::testing::compare;
/// let sent = [r#"DELETE FROM "posts""#.to_owned()];
/// assert_eq!(compare(&sent, &1), Ok(()));
/// assert!(compare(&sent, &[r#"DELETE FROM "users""#]).is_err());
/// ```
pub fn compare(sent: &[String], expected: &impl Expected) -> Result<(), String> {
    let count = expected.count();
    let differs = |index: usize| {
        let text = expected.text(index);
        text.is_some_and(|text| sent.get(index).is_none_or(|sent| sent != text))
    };
    if sent.len() == count && !(0..count).any(differs) {
        return Ok(());
    }
    let mut message = format!(
        "{} statements were sent, but {count} were expected",
        sent.len()
    );
    if sent.len() == count {
        "other statements were sent than expected".clone_into(&mut message);
    }
    for index in 0..sent.len().max(count) {
        let (number, mark) = (index + 1, if differs(index) { '+' } else { ' ' });
        // Writing to a String can't fail.
        if let Some(text) = expected.text(index).filter(|_| differs(index)) {
            let _ = write!(message, "\n  - {number}. {text}");
        }
        if let Some(text) = sent.get(index) {
            let _ = write!(message, "\n  {mark} {number}. {text}");
        }
    }
    Err(message)
}

/// The texts that a test is about, without what is a dialect's own.
pub(super) fn portable(sent: &[String], dialect: &dyn Dialect) -> Vec<String> {
    let catalogue = catalogue(dialect);
    let is_meant = |sql: &&String| {
        let asks_catalogue = catalogue
            .as_ref()
            .is_some_and(|begin| sql.starts_with(begin));
        !asks_catalogue && !controls(sql, dialect)
    };
    let meant = sent.iter().filter(is_meant);
    meant.map(|sql| neutral(sql, dialect)).collect()
}

/// What the dialect's question to the catalogue begins with.
fn catalogue(dialect: &dyn Dialect) -> Option<String> {
    /// As far as no table is named.
    const LENGTH: usize = 40;
    let mut w = SqlWriter::new(dialect);
    if !dialect.write_catalogue(&mut w, &["t"]) {
        return None;
    }
    let mut text = w.finish().0;
    text.truncate(LENGTH);
    Some(text)
}

fn controls(sql: &str, dialect: &dyn Dialect) -> bool {
    let rules = dialect.capabilities().lexical_rules;
    let tokens = Tokens::first(2, sql, rules);
    let sets = tokens.is(0, &["SET"]) && tokens.is(1, &["TRANSACTION"]);
    sets || TransactionControl::of(sql, rules).is_some()
}

fn neutral(sql: &str, dialect: &dyn Dialect) -> String {
    let rules = dialect.capabilities().lexical_rules;
    let mut text = String::with_capacity(sql.len());
    for token in Lexer::new(sql, rules) {
        let is_placeholder = |text: &str| {
            let number = text.strip_prefix('$');
            number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
        };
        match token.kind {
            TokenKind::QuotedName => {
                text.push('"');
                text.push_str(&token.value().replace('"', "\"\""));
                text.push('"');
            }
            TokenKind::Word if is_placeholder(token.text) => text.push('?'),
            _ => text.push_str(token.text),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn a_difference_shows_all_statements() {
        let two = sent(&["A", "B"]);
        assert_eq!(compare(&two, &2), Ok(()));
        assert_eq!(compare(&two, &["A", "B"]), Ok(()));
        assert_eq!(
            compare(&two, &1),
            Err("2 statements were sent, but 1 were expected\n    1. A\n    2. B".to_owned())
        );
        assert_eq!(
            compare(&two, &["A", "C"]),
            Err(
                "other statements were sent than expected\n    1. A\n  - 2. C\n  + 2. B".to_owned()
            )
        );
        assert_eq!(
            compare(&sent(&[]), &["A"]),
            Err("0 statements were sent, but 1 were expected\n  - 1. A".to_owned())
        );
    }

    #[cfg(feature = "sqlite")]
    #[test]
    fn what_is_a_dialects_own_is_left_out() {
        let dialect = &dialect_of_tests();
        let mut w = SqlWriter::new(dialect);
        dialect.write_catalogue(&mut w, &["users"]);
        let all = [
            "BEGIN IMMEDIATE",
            &w.finish().0,
            "SELECT `a`, '$1' FROM [b] WHERE c = $1",
            "COMMIT",
        ];
        assert_eq!(
            portable(&sent(&all), dialect),
            ["SELECT \"a\", '$1' FROM \"b\" WHERE c = ?"]
        );
    }

    #[cfg(feature = "sqlite")]
    fn dialect_of_tests() -> crate::sqlite::SqliteDialect {
        crate::sqlite::SqliteDialect
    }
}
