//! The text of an [`Error`]: message, place, code, statement and hint. The source is left out, since a driver's own
//! message may contain values.

use std::fmt;

use super::Error;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        self.fmt_place(f)?;
        if let Some(code) = &self.0.code {
            write!(f, " [{code}]")?;
        }
        if let Some(sql) = &self.0.sql {
            write!(f, "\n  sql: {}", shortened(sql))?;
            if shortened(sql).len() < sql.len() {
                write!(f, "… ({} bytes)", sql.len())?;
            }
        }
        if let Some(hint) = &self.0.hint {
            write!(f, "\n  hint: {hint}")?;
        }
        Ok(())
    }
}

/// As much of a statement as a message shows: a bulk INSERT may be megabytes long.
fn shortened(sql: &str) -> &str {
    const MOST: usize = 1000;
    match sql.char_indices().nth(MOST) {
        Some((end, _)) => &sql[..end],
        None => sql,
    }
}

// `fn main() -> orm::Result<()>` prints Debug, so Debug is the readable form.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {self}", self.0.kind)
    }
}

impl Error {
    fn fmt_place(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0;
        match (&inner.table, inner.columns.as_slice()) {
            (Some(table), []) => write!(f, " (table {table})")?,
            (Some(table), columns) => {
                let columns: Vec<_> = columns.iter().map(|c| format!("{table}.{c}")).collect();
                write!(f, " ({})", columns.join(", "))?;
            }
            (None, []) => {}
            (None, [column]) => write!(f, " (column {column})")?,
            (None, columns) => write!(f, " (columns {})", columns.join(", "))?,
        }
        if let Some(constraint) = &inner.constraint {
            write!(f, " (constraint {constraint})")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::super::{Error, ErrorKind};

    #[test]
    fn shows_place_sql_and_hint_but_not_the_native_text() {
        let error = Error::new(ErrorKind::NotNullViolation)
            .with_table("users")
            .with_column("name")
            .with_code("23502")
            .with_sql("INSERT INTO users (name) VALUES ($1)")
            .with_sql("an outer layer's text")
            .with_hint("give the column a value")
            .with_source("DETAIL: Failing row contains (secret)");
        let text = "null value violates a not-null constraint (users.name) [23502]
  sql: INSERT INTO users (name) VALUES ($1)
  hint: give the column a value";
        assert_eq!(error.to_string(), text);
        assert_eq!(format!("{error:?}"), format!("NotNullViolation: {text}"));
        assert!(
            error
                .source()
                .is_some_and(|s| s.to_string().contains("secret"))
        );
    }

    #[test]
    fn several_columns_are_shown_each_with_the_table() {
        let error = Error::new(ErrorKind::UniqueViolation).with_columns(["a", "b"]);
        assert_eq!(error.column(), None);
        assert_eq!(error.columns(), ["a", "b"]);
        let text = "duplicate value violates a unique constraint (columns a, b)";
        assert_eq!(error.to_string(), text);
        let error = error.with_table("t").with_constraint("uq_t_a_b");
        let text = "duplicate value violates a unique constraint (t.a, t.b) (constraint uq_t_a_b)";
        assert_eq!(error.to_string(), text);
    }

    #[test]
    fn a_long_text_is_shown_in_part_and_kept_whole() {
        let sql = "é".repeat(5000);
        let error = Error::new(ErrorKind::Syntax).with_sql(&sql);
        let text = error.to_string();
        assert!(text.ends_with("é… (10000 bytes)"), "{text}");
        assert_eq!(text.matches('é').count(), 1000);
        assert_eq!(error.sql(), Some(sql.as_str()));
    }
}
