//! [`Criteria`]: conditions that apply to all statements on a table. A connection has them; `query/compile/criteria.rs` adds
//! them to statements, and has the verb that adds one.

use std::fmt;
use std::sync::Arc;

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::stmt::{Expr, Name};

/// Conditions that are added to all statements on the tables of models, such as "is not deleted" or "belongs to this
/// tenant". The default has none. A clone is a handle to the same conditions.
///
/// They apply on connections and sessions that have them: set by
/// [`EngineOptions::criteria`](crate::engine::EngineOptions::criteria), [`Session::criteria`](crate::Session::criteria) or
/// [`Connection::add_criteria`](crate::Connection::add_criteria).
///
/// | statement | the condition is in |
/// | --- | --- |
/// | a query, its subqueries and EXISTS | WHERE |
/// | a joined table | ON |
/// | a subtype of a [`Polymorphic`](crate::Polymorphic) query | WHERE: the whole row is hidden |
/// | `get`, `load`, `load_all` and the relations of [`with`](crate::Select::with) | WHERE, or ON of the target of a link table |
/// | [`update`](crate::update()) and [`delete`](crate::delete()) | WHERE |
/// | the rows that an [upsert](crate::query::Upsert) updates | WHERE of DO UPDATE |
///
/// They don't apply to the rows of an [`insert`](crate::insert()) and raw SQL, to what a flush writes, reads back or cascades to, and to
/// `refresh`. An entity that is fresh in the identity map is returned by `get` without a statement, and so without them.
///
/// A `BelongsTo` whose row is hidden is `None` if it is optional; reading a required one is an error.
#[derive(Clone, Default)]
pub struct Criteria(Option<Arc<Vec<Criterion>>>);

/// A condition on the rows of one table.
#[derive(Clone, Debug)]
pub(crate) struct Criterion {
    pub(crate) name: &'static str,
    pub(crate) table: &'static str,
    /// Its columns are those of the table by its own name.
    pub(crate) condition: Expr,
    /// Whether there are keys of handles in it, which are known to one session only.
    pub(crate) has_handles: bool,
}

/// The criteria that a statement is exempt from.
#[derive(Clone, Debug)]
pub enum Exempt {
    All,
    Names(Vec<String>),
}

impl Exempt {
    /// Adds a name to what a statement is exempt from.
    pub(crate) fn add(exempt: &mut Option<Box<Self>>, name: &str) {
        match exempt.as_deref_mut() {
            Some(Self::All) => {}
            Some(Self::Names(names)) => names.push(name.to_owned()),
            None => *exempt = Some(Box::new(Self::Names(vec![name.to_owned()]))),
        }
    }

    fn has(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Names(names) => names.iter().any(|exempt| exempt == name),
        }
    }
}

impl Criteria {
    /// Creates criteria without a condition.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether there are none.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    pub(crate) fn push(&mut self, criterion: Criterion) {
        let criteria = self.0.get_or_insert_default();
        Arc::make_mut(criteria).push(criterion);
    }

    /// Adds all of `others`.
    pub(crate) fn extend(&mut self, others: &Self) {
        if self.is_empty() {
            *self = others.clone();
            return;
        }
        for criterion in others.iter() {
            self.push(criterion.clone());
        }
    }

    fn iter(&self) -> impl Iterator<Item = &Criterion> {
        self.0.iter().flat_map(|criteria| criteria.iter())
    }

    /// Those that apply to a table.
    pub(crate) fn of<'c>(&'c self, table: &'c str) -> impl Iterator<Item = &'c Criterion> {
        self.iter()
            .filter(move |criterion| criterion.table == table)
    }

    /// Whether any applies to a table.
    pub(crate) fn concern(&self, table: &str) -> bool {
        self.of(table).next().is_some()
    }

    /// Those that are left for what is exempt.
    pub(crate) fn without(&self, exempt: Option<&Exempt>) -> Self {
        let Some(exempt) = exempt.filter(|_| !self.is_empty()) else {
            return self.clone();
        };
        let left: Vec<Criterion> = self
            .iter()
            .filter(|criterion| !exempt.has(criterion.name))
            .cloned()
            .collect();
        Self((!left.is_empty()).then(|| Arc::new(left)))
    }
}

impl Criterion {
    /// The condition and the name of the table in it.
    ///
    /// # Errors
    /// `Usage` if it has a handle.
    pub(crate) fn condition(&self) -> Result<(Expr, Name)> {
        if self.has_handles {
            return Err(self.no_handles());
        }
        Ok((self.condition.clone(), self.table.into()))
    }

    #[cold]
    fn no_handles(&self) -> Error {
        let message = format!(
            "the criterion \"{}\" of {} compares with a handle, which is known to one session only",
            self.name, self.table
        );
        Error::with_message(ErrorKind::Usage, message)
            .with_table(self.table)
            .with_hint("compare its foreign key with a value: User.tenant_id.eq(7)")
    }
}

impl fmt::Debug for Criteria {
    // Their values may be confidential.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self
            .iter()
            .map(|criterion| (criterion.name, criterion.table));
        f.debug_map().entries(names).finish()
    }
}
