//! [`StatementCache`]: compiled texts, of the statements that a model repeats and of each shape of a query or an update.
//!
//! `query` and `flush` say what a text depends on, as something that can be hashed. Two texts never share a key, since
//! the bytes that are fed are compared, not their hash.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use orm_core::error::Result;
use orm_core::sql::{BindOrder, Dialect, SqlWriter, WriteSql};
use orm_core::stmt::Shape;

use super::cache::Cache;
use super::check_text::check_text;

/// Whose text it is: the first of what a key feeds, so that keys of different kinds are never equal.
#[derive(Clone, Copy, Debug, Hash)]
pub(crate) enum TextOf {
    Model,
    Query,
    Update,
    Delete,
}

/// The longest text in bytes that is kept: beside the values of a longer one its rendering is cheap, and thousands of
/// them would take up much memory.
const LONGEST: usize = 16 << 10;

/// A compiled text, and where the values of its statement are bound in it.
#[derive(Debug)]
pub(crate) struct StatementText {
    sql: Box<str>,
    pub(crate) order: BindOrder,
}

impl StatementText {
    /// The text of a statement in a dialect.
    ///
    /// # Errors
    /// `Unsupported` by the dialect.
    pub(crate) fn of<'a>(statement: impl WriteSql<'a>, dialect: &'a dyn Dialect) -> Result<Self> {
        let mut w = SqlWriter::new(dialect);
        statement.write(&mut w)?;
        let order = BindOrder::of(statement, &w);
        let sql = w.finish().0.into();
        Ok(Self { sql, order })
    }
}

/// A text whose values are bound by the one who runs it.
impl From<String> for StatementText {
    fn from(sql: String) -> Self {
        let (sql, order) = (sql.into(), BindOrder::Written);
        Self { sql, order }
    }
}

impl Deref for StatementText {
    type Target = str;

    #[inline]
    fn deref(&self) -> &str {
        &self.sql
    }
}

/// What has become of the texts that an engine was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StatementCacheStatus {
    /// How often a text was known.
    pub hits: u64,
    /// How often a text was made.
    pub misses: u64,
    /// How many texts are kept now.
    pub texts: usize,
}

/// The texts of one engine.
#[derive(Debug, Default)]
pub(super) struct StatementCache {
    texts: Cache<Box<[u8]>, Arc<StatementText>>,
    hits: AtomicU64,
    misses: AtomicU64,
}

impl StatementCache {
    /// The text of what has that shape, rendered by `render` if it isn't known. What can't be rendered is not kept.
    pub(super) fn get<T: Into<StatementText>>(
        &self,
        shape: &Shape,
        render: impl FnOnce() -> Result<T>,
    ) -> Result<Arc<StatementText>> {
        if let Some(text) = self.texts.get(shape.as_bytes()) {
            self.hits.fetch_add(1, Ordering::Relaxed);
            return Ok(text);
        }
        self.misses.fetch_add(1, Ordering::Relaxed);
        let text = Arc::new(render()?.into());
        // A name or a part of raw SQL may come from outside.
        check_text(&text)?;
        if text.len() > LONGEST {
            return Ok(text);
        }
        Ok(self.texts.keep(shape.as_bytes().into(), text))
    }

    /// Drops every text: what they were rendered by has changed.
    pub(super) fn clear(&self) {
        self.texts.clear();
    }

    pub(super) fn status(&self) -> StatementCacheStatus {
        StatementCacheStatus {
            hits: self.hits.load(Ordering::Relaxed),
            misses: self.misses.load(Ordering::Relaxed),
            texts: self.texts.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lookup(cache: &StatementCache, key: usize, text: &str) -> String {
        let mut shape = Shape::default();
        shape.set(&key);
        let text = cache.get(&shape, || Ok(text.to_owned()));
        text.map_or_else(|error| error.to_string(), |text| text.to_string())
    }

    #[test]
    fn texts_are_kept_up_to_a_number_and_a_length() {
        let cache = StatementCache::default();
        assert_eq!(lookup(&cache, 1, "a"), "a");
        assert_eq!(lookup(&cache, 1, "b"), "a");
        let long = "x".repeat(LONGEST + 1);
        assert_eq!(lookup(&cache, 2, &long), long);
        assert_eq!(lookup(&cache, 2, "b"), "b");
        for key in 0..20_000 {
            lookup(&cache, key, "c");
        }
        let status = cache.status();
        assert!(status.texts < 5000, "{status:?}");
        assert_eq!(status.hits + status.misses, 20_004);
    }
}
