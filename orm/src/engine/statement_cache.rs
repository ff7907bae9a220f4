//! [`StatementCache`]: compiled texts, of the statements that a model repeats and of each shape of a query or an update;
//! and [`SentTexts`]: those that a connection has sent.
//!
//! `query` and `flush` provide what a text depends on, as something that can be hashed. Two texts never share a key, since
//! the bytes that are fed are compared, not their hash.

use std::borrow::Borrow;
use std::collections::HashSet;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use orm_core::error::Result;
use orm_core::sql::{BindOrder, Dialect, SqlWriter, WriteSql};
use orm_core::stmt::Shape;

use super::cache::Cache;
use super::check_text::check_text;
use crate::mapping::HandleKey;

/// Whose text it is: the lowest byte of the first word that a key feeds, so that keys of different kinds are never
/// equal.
#[derive(Clone, Copy, Debug)]
pub(crate) enum TextOf {
    Model,
    Query,
    Statement,
    Update,
    Delete,
    /// A statement that writes, by all of its parts.
    Write,
}

// A whole word, so that words come after it: what is read of a shape at once was then written at once.
impl Hash for TextOf {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(*self as u64);
    }
}

/// How many texts a connection keeps.
const MOST: usize = 1024;

/// The longest text in bytes that is kept: beside the values of a longer one its rendering is cheap, and thousands of
/// them would take up much memory.
const LONGEST: usize = 16 << 10;

/// A compiled text, and where the values of its statement are bound in it.
#[derive(Debug)]
pub(crate) struct StatementText {
    sql: Box<str>,
    pub(crate) order: BindOrder,
    /// Whether there are keys of handles among the values, which are replaced before it is sent.
    pub(crate) has_handles: bool,
    /// Whether it returns one row at most.
    pub(crate) has_one_row: bool,
    /// The shape by which a connection finds it.
    shape: Box<[u8]>,
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
        let (sql, binds) = w.finish();
        Ok(Self {
            sql: sql.into(),
            order,
            has_handles: binds.into_iter().any(HandleKey::is_in),
            has_one_row: false,
            shape: Box::default(),
        })
    }
}

/// A text whose values are bound by the one who runs it.
impl From<String> for StatementText {
    fn from(sql: String) -> Self {
        Self {
            sql: sql.into(),
            order: BindOrder::Written,
            has_handles: false,
            has_one_row: false,
            shape: Box::default(),
        }
    }
}

impl Deref for StatementText {
    type Target = str;

    #[inline]
    fn deref(&self) -> &str {
        &self.sql
    }
}

/// Holds the numbers of an engine's statement cache. Returned by
/// [`Engine::statement_cache_status`](super::Engine::statement_cache_status).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StatementCacheStatus {
    /// The number of statements whose text was not cached and was rendered.
    pub misses: u64,
}

/// The texts of one engine.
#[derive(Debug, Default)]
pub(super) struct StatementCache {
    texts: Cache<Box<[u8]>, Arc<StatementText>>,
    misses: AtomicU64,
    /// How often the texts were dropped.
    epoch: AtomicU64,
}

impl StatementCache {
    /// The text of what has that shape, rendered by `render` if it isn't known. What can't be rendered is not kept.
    /// `sent` is the shape by which connections find it.
    fn get<T: Into<StatementText>>(
        &self,
        shape: &[u8],
        sent: Box<[u8]>,
        render: impl FnOnce() -> Result<T>,
    ) -> Result<Arc<StatementText>> {
        if let Some(text) = self.texts.get(shape) {
            return Ok(text);
        }
        self.misses.fetch_add(1, Ordering::Relaxed);
        let mut text = render()?.into();
        text.shape = sent;
        let text = Arc::new(text);
        // A name or a part of raw SQL may come from outside.
        check_text(&text)?;
        if text.len() > LONGEST {
            return Ok(text);
        }
        Ok(self.texts.keep(shape.into(), text))
    }

    /// Drops every text: what they were rendered by has changed.
    pub(super) fn clear(&self) {
        self.texts.clear();
        self.epoch.fetch_add(1, Ordering::Release);
    }

    pub(super) fn status(&self) -> StatementCacheStatus {
        StatementCacheStatus {
            misses: self.misses.load(Ordering::Relaxed),
        }
    }
}

/// The texts that a connection has sent. It finds them again without a lock, which all threads would write to.
#[derive(Debug, Default)]
pub(super) struct SentTexts {
    texts: HashSet<ByShape, foldhash::fast::RandomState>,
    /// The text that was returned last, which is looked at first: many queries are sent in a loop.
    last: Option<Arc<StatementText>>,
    /// Where the shapes that are looked for are made, in memory that is used again.
    shape: Shape,
    /// The engine's, when they were found there.
    epoch: u64,
}

/// A text, found by its shape.
#[derive(Debug)]
struct ByShape(Arc<StatementText>);

impl Borrow<[u8]> for ByShape {
    #[inline]
    fn borrow(&self) -> &[u8] {
        &self.0.shape
    }
}

impl Hash for ByShape {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.shape.hash(state);
    }
}

impl PartialEq for ByShape {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.0.shape == other.0.shape
    }
}

impl Eq for ByShape {}

impl SentTexts {
    /// The text of what depends on `key`: sent before, or else the engine's, in the connection's dialect. It may be given
    /// back after its use.
    #[inline]
    pub(super) fn get<T: Into<StatementText>>(
        &mut self,
        (engine, dialect): (&StatementCache, &'static dyn Dialect),
        key: &impl Hash,
        render: impl FnOnce() -> Result<T>,
    ) -> Result<Arc<StatementText>> {
        let epoch = engine.epoch.load(Ordering::Acquire);
        if self.epoch != epoch {
            self.clear();
            self.epoch = epoch;
        }
        self.shape.set(key);
        let shape = self.shape.as_bytes();
        if let Some(last) = self.last.take_if(|last| *last.shape == *shape) {
            return Ok(last);
        }
        if let Some(ByShape(text)) = self.texts.get(shape) {
            return Ok(Arc::clone(text));
        }
        self.learn((engine, dialect), render)
    }

    /// Takes back a text of [`SentTexts::get`], which is then given out again without counting who has it.
    #[inline]
    pub(super) fn return_text(&mut self, text: Arc<StatementText>) {
        self.last = Some(text);
    }

    fn clear(&mut self) {
        self.texts.clear();
        self.last = None;
    }

    /// The engine's text of the shape that was looked for.
    #[cold]
    fn learn<T: Into<StatementText>>(
        &mut self,
        (engine, dialect): (&StatementCache, &'static dyn Dialect),
        render: impl FnOnce() -> Result<T>,
    ) -> Result<Arc<StatementText>> {
        let shape = self.shape.as_bytes().into();
        // Behind one engine MySQL and MariaDB may take turns.
        dialect.name().as_ptr().hash(&mut self.shape);
        let text = engine.get(self.shape.as_bytes(), shape, render)?;
        if text.len() <= LONGEST {
            if self.texts.len() >= MOST {
                self.clear();
            }
            self.texts.insert(ByShape(Arc::clone(&text)));
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use orm_core::testing::AnsiDialect;

    use super::*;

    #[test]
    fn texts_are_kept_up_to_a_number_and_a_length() {
        let (mut sent, engine) = (SentTexts::default(), StatementCache::default());
        let dialect: &'static dyn Dialect = Box::leak(Box::new(AnsiDialect::new()));
        let mut lookup = |key: usize, text: &str| {
            let text = sent.get((&engine, dialect), &key, || Ok(text.to_owned()));
            text.map_or_else(|error| error.to_string(), |text| text.to_string())
        };
        assert_eq!(lookup(1, "a"), "a");
        assert_eq!(lookup(1, "b"), "a");
        engine.clear();
        assert_eq!(lookup(1, "b"), "b");
        let long = "x".repeat(LONGEST + 1);
        assert_eq!(lookup(2, &long), long);
        assert_eq!(lookup(2, "b"), "b");
        for key in 0..20_000 {
            lookup(key, "c");
        }
        assert_eq!(engine.status().misses, 20_002);
        assert!(sent.texts.len() <= MOST);
    }
}
