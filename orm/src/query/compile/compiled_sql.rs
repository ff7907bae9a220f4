//! [`CompiledSql`]: a statement ready to be sent; and [`KeptSql`], by which a query that is run again and again keeps it.
//!
//! A text comes from the engine's cache, by the query's shape, and with it the order of the binds, by which they are
//! collected from the statement.

use std::hash::{Hash, Hasher};
use std::ptr;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};

use orm_core::error::Result;
use orm_core::sql::{Binds, Dialect};
use orm_core::stmt::Query;
use orm_core::value::ValueRef;

use super::handle_keys::HandleKeys;
use super::verb::Verb;
use crate::engine::{Connection, StatementText, TextOf};

/// Holds the text of a statement and its binds. It starts without, and is filled where it is: it is large to move.
#[derive(Debug, Default)]
pub struct CompiledSql<'q> {
    text: Text<'q>,
    binds: Binds<'q>,
    has_handles: bool,
    has_one_row: bool,
}

#[derive(Debug)]
enum Text<'q> {
    None,
    Kept(&'q StatementText),
    Cached(Arc<StatementText>),
    Own(String),
}

impl Default for Text<'_> {
    #[inline]
    fn default() -> Self {
        Self::None
    }
}

impl<'q> CompiledSql<'q> {
    /// Takes a text that the query keeps.
    #[inline]
    pub(in crate::query) fn set_kept(&mut self, text: &'q StatementText) {
        self.set_facts(text);
        self.text = Text::Kept(text);
    }

    /// Takes a text of the engine's cache.
    #[inline]
    pub(in crate::query) fn set_cached(&mut self, text: Arc<StatementText>) {
        self.set_facts(&text);
        self.text = Text::Cached(text);
    }

    #[inline]
    fn set_facts(&mut self, text: &StatementText) {
        self.has_handles = text.has_handles;
        self.has_one_row = text.has_one_row;
    }

    /// Takes a text of this statement alone.
    pub(in crate::query) fn set_own(&mut self, (text, binds): (String, Vec<ValueRef<'q>>)) {
        self.text = Text::Own(text);
        self.binds = binds.into();
    }

    /// The text, if its binds are still to be collected, and their place.
    #[inline]
    pub(in crate::query) fn unbound(&mut self) -> Option<(&StatementText, &mut Binds<'q>)> {
        match &self.text {
            Text::Kept(text) => Some((text, &mut self.binds)),
            Text::Cached(text) => Some((text, &mut self.binds)),
            Text::None | Text::Own(_) => None,
        }
    }

    /// Returns the SQL text.
    #[inline]
    pub fn text(&self) -> &str {
        match &self.text {
            Text::None => "",
            Text::Kept(text) => text,
            Text::Cached(text) => text,
            Text::Own(text) => text,
        }
    }

    /// Returns the binds.
    #[inline]
    pub fn binds(&self) -> &[ValueRef<'q>] {
        &self.binds
    }

    /// Returns whether binds stand for keys of handles, which are to be replaced before the statement is sent.
    #[inline]
    pub fn has_handles(&self) -> bool {
        self.has_handles
    }

    /// Returns whether the statement returns one row at most.
    #[inline]
    pub(in crate::query) fn has_one_row(&self) -> bool {
        self.has_one_row
    }

    /// Puts words before the text, which make it a statement of other rows.
    pub(in crate::query) fn begin_with(&mut self, words: &str) {
        self.text = Text::Own(format!("{words}{}", self.text()));
        self.has_one_row = false;
    }

    /// Returns the text to the connection that it is from, since the statement has run.
    #[inline]
    pub(crate) fn return_text(self, connection: &mut Connection) {
        if let Text::Cached(text) = self.text {
            connection.return_text(text);
        }
    }

    /// Replaces the binds that stand for keys of handles by these keys.
    pub fn set_keys(&mut self, keys: &'q HandleKeys) {
        keys.replace(&mut self.binds);
    }
}

/// Compiles a query that is already a statement into `compiled`. `has_one_row`: whether it returns one row at most.
///
/// # Errors
/// `Unsupported` by the dialect.
pub(crate) fn compile_query<'q>(
    connection: &mut Connection,
    (query, has_one_row): (&'q Query, bool),
    compiled: &mut CompiledSql<'q>,
) -> Result<()> {
    let dialect = connection.dialect();
    let text = connection.statement(&Key(query, has_one_row), || {
        let mut text = StatementText::of(query, dialect)?;
        text.has_one_row = has_one_row;
        Ok(text)
    })?;
    compiled.set_cached(text);
    if let Some((text, binds)) = compiled.unbound() {
        *binds = text.order.binds(query, dialect)?;
    }
    Ok(())
}

/// What the text of a statement depends on.
struct Key<'q>(&'q Query, bool);

impl Hash for Key<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self(query, has_one_row) = self;
        state.write_u64(u64::from(*has_one_row) << 8 | TextOf::Statement as u64);
        query.hash(state);
    }
}

/// What a query keeps that is run again and again: a statement for each verb, when it runs for the second time, since
/// most queries are built, run once and dropped. The first dialect that a verb is kept for has the place; for others it
/// is compiled each time.
#[derive(Debug, Default)]
pub(in crate::query) struct KeptSql {
    /// The verbs that have run, a bit each.
    ran: AtomicU8,
    places: OnceLock<Box<[Place; Verb::COUNT]>>,
}

/// What is kept for a verb.
#[derive(Debug, Default)]
struct Place {
    /// The statement, if the binds can't be collected without it.
    statement: OnceLock<Box<Query>>,
    sql: OnceLock<Sql>,
}

/// A text, and the name of its dialect.
#[derive(Debug)]
struct Sql {
    dialect: &'static str,
    text: Arc<StatementText>,
}

// A clone is made to be changed, so it starts without texts.
impl Clone for KeptSql {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl KeptSql {
    /// Forgets everything, since the query is changed.
    #[inline]
    pub(in crate::query) fn clear(&mut self) {
        if self.places.get().is_some() || *self.ran.get_mut() != 0 {
            self.forget();
        }
    }

    #[cold]
    fn forget(&mut self) {
        *self = Self::default();
    }

    /// The statement of a verb, made by `lower` if it isn't kept.
    pub(in crate::query) fn statement(&self, verb: Verb, lower: impl FnOnce() -> Query) -> &Query {
        let place = &self.places()[verb as usize];
        place.statement.get_or_init(|| Box::new(lower()))
    }

    /// The text that is kept for a verb.
    #[inline]
    pub(in crate::query) fn get(
        &self,
        verb: Verb,
        dialect: &'static dyn Dialect,
    ) -> Option<&StatementText> {
        let sql = self.places.get()?[verb as usize].sql.get()?;
        ptr::eq(sql.dialect, dialect.name()).then_some(&sql.text)
    }

    /// Keeps the text of a verb that has run before.
    #[inline]
    pub(in crate::query) fn keep(
        &self,
        verb: Verb,
        dialect: &'static dyn Dialect,
        text: &Arc<StatementText>,
    ) {
        if self.again(verb) {
            // The place may be taken, by another thread or for another dialect.
            let _ = self.places()[verb as usize].sql.set(Sql {
                dialect: dialect.name(),
                text: Arc::clone(text),
            });
        }
    }

    fn places(&self) -> &[Place; Verb::COUNT] {
        self.places.get_or_init(Box::default)
    }

    /// Records that a verb has run, and returns whether it had before.
    #[inline]
    fn again(&self, verb: Verb) -> bool {
        let bit = 1 << verb as u8;
        // Not in one step, which costs as much as all else here: two threads at once keep the text a run later.
        let ran = self.ran.load(Ordering::Relaxed);
        self.ran.store(ran | bit, Ordering::Relaxed);
        ran & bit != 0
    }
}
