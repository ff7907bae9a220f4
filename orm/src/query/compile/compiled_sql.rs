//! [`CompiledSql`]: a statement ready to be sent; and [`KeptSql`], by which a query that is run again and again keeps it.
//!
//! A text comes from the engine's cache, by the query's shape, and with it the order of the binds, by which they are
//! collected from the statement.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};

use orm_core::error::Result;
use orm_core::sql::{Binds, Dialect};
use orm_core::stmt::Query;
use orm_core::value::ValueRef;

use super::verb::{Verb, VerbStatement};
use crate::engine::StatementText;

/// The text of a statement, and its binds.
#[derive(Debug)]
pub struct CompiledSql<'q> {
    text: Text<'q>,
    binds: Binds<'q>,
}

#[derive(Debug)]
enum Text<'q> {
    Kept(&'q str),
    Cached(Arc<StatementText>),
    Own(String),
}

impl<'q> CompiledSql<'q> {
    /// A text of this statement alone.
    pub(in crate::query) fn own((text, binds): (String, Vec<ValueRef<'q>>)) -> Self {
        let (text, binds) = (Text::Own(text), binds.into());
        Self { text, binds }
    }

    /// The text.
    #[inline]
    pub fn text(&self) -> &str {
        match &self.text {
            Text::Kept(text) => text,
            Text::Cached(text) => text,
            Text::Own(text) => text,
        }
    }

    /// The binds.
    #[inline]
    pub fn binds(&self) -> &[ValueRef<'q>] {
        &self.binds
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
    /// The statement, if the verb makes another one of the query.
    rewritten: OnceLock<Box<Query>>,
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
    /// The statement of a verb.
    pub(in crate::query) fn statement<'q>(
        &'q self,
        query: &'q Query,
        verb: Verb,
    ) -> VerbStatement<'q> {
        VerbStatement::plain(query, verb).unwrap_or_else(|| {
            let place = &self.places()[verb as usize];
            let query = place
                .rewritten
                .get_or_init(|| Box::new(verb.rewrite(query.clone())));
            VerbStatement::rewritten(query)
        })
    }

    /// The compiled statement that is kept for a verb.
    #[inline]
    pub(in crate::query) fn get<'q>(
        &'q self,
        query: &'q Query,
        (verb, dialect): (Verb, &'static dyn Dialect),
    ) -> Option<Result<CompiledSql<'q>>> {
        let sql = self.places.get()?[verb as usize].sql.get()?;
        (sql.dialect == dialect.name()).then(|| {
            let statement = self.statement(query, verb);
            let binds = sql.text.order.binds(statement, dialect)?;
            let text = Text::Kept(&sql.text);
            Ok(CompiledSql { text, binds })
        })
    }

    /// The compiled statement of a verb whose text is known, kept if the verb has run before.
    pub(in crate::query) fn compiled<'q>(
        &'q self,
        statement: VerbStatement<'q>,
        (verb, dialect): (Verb, &'static dyn Dialect),
        text: Arc<StatementText>,
    ) -> Result<CompiledSql<'q>> {
        let binds = text.order.binds(statement, dialect)?;
        if self.again(verb) {
            // The place may be taken, by another thread or for another dialect.
            let _ = self.places()[verb as usize].sql.set(Sql {
                dialect: dialect.name(),
                text: Arc::clone(&text),
            });
        }
        let text = Text::Cached(text);
        Ok(CompiledSql { text, binds })
    }

    fn places(&self) -> &[Place; Verb::COUNT] {
        self.places.get_or_init(Box::default)
    }

    /// Notes that a verb has run, and tells whether it had before.
    fn again(&self, verb: Verb) -> bool {
        let bit = 1 << verb as u8;
        self.ran.fetch_or(bit, Ordering::Relaxed) & bit != 0
    }
}
