//! What a verb asks of a query: its rows as they are, the first ones, how many, or whether there is any.

use std::convert::Infallible;

use orm_core::error::Result;
use orm_core::sql::{SqlWriter, WriteSql, write_query};
use orm_core::stmt::{
    Aggregate, Expr, Few, FromItem, Limit, Projection, Query, QueryBody, Select, Source, Visit,
};
use orm_core::types::Type;

use super::simplify::{is_aggregate, labelled, simplify};

/// What is asked of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::query) enum Verb {
    /// All rows.
    All,
    /// The first row.
    First,
    /// Two rows, to tell whether there is one.
    One,
    /// How many rows.
    Count,
    /// Whether there is a row.
    Exists,
}

impl Verb {
    pub(super) const COUNT: usize = 5;

    /// The limit that the verb puts on the query, as text: there are few of them, so that there are few
    /// statements to prepare.
    fn limit(self) -> Option<u8> {
        match self {
            Self::First | Self::Exists => Some(1),
            Self::One => Some(2),
            Self::All | Self::Count => None,
        }
    }
}

/// A query as a verb asks it.
#[derive(Clone, Copy, Debug)]
pub(in crate::query) struct VerbStatement<'q> {
    query: &'q Query,
    /// A limit behind the query.
    limit: Option<Limit>,
}

impl<'q> VerbStatement<'q> {
    /// The statement of a verb, if it is the query as it is or goes on behind it: to copy a query for a limit would
    /// cost more than all else.
    #[inline]
    pub(super) fn plain(query: &'q Query, verb: Verb) -> Option<Self> {
        let is_plain = match verb {
            Verb::All => true,
            Verb::First | Verb::One => {
                query.locks.is_empty() && query.limit.is_none() && query.offset.is_none()
            }
            Verb::Count | Verb::Exists => false,
        };
        let limit = verb.limit().map(Limit::Fixed);
        is_plain.then_some(Self { query, limit })
    }

    /// A statement that [`Verb::rewrite`] has made.
    pub(super) fn rewritten(query: &'q Query) -> Self {
        Self { query, limit: None }
    }
}

impl<'q> WriteSql<'q> for VerbStatement<'q> {
    fn write(self, w: &mut SqlWriter<'q>) -> Result<()> {
        write_query(w, self.query)?;
        if self.limit.is_some() {
            w.dialect().write_limit(w, self.limit, None);
        }
        Ok(())
    }

    #[inline]
    fn visit(self, visitor: &mut impl Visit<'q, Break = Infallible>) {
        self.query.visit(visitor);
    }
}

impl Verb {
    /// The statement of a verb that is another than the query.
    pub(super) fn rewrite(self, mut query: Query) -> Query {
        match self {
            Self::Count => return counted(query),
            Self::Exists => simplify(&mut query),
            Self::All | Self::First | Self::One => {}
        }
        query.limit = fixed(self, query.limit);
        query
    }
}

/// The query of the number of rows of `query`.
fn counted(mut query: Query) -> Query {
    let is_whole = query.limit.is_none() && query.offset.is_none();
    if is_whole {
        query.order_by.clear();
    }
    match &mut query.body {
        QueryBody::Select(select) => {
            // Of rows that are passed over, any may be.
            query.order_by.clear();
            let aggregates = select.columns.iter().any(is_aggregate);
            let merged = select.distinct || aggregates || !select.having.is_empty();
            if is_whole && !merged && select.group_by.is_empty() {
                select.columns = Few::from_buf([Projection::Expr(count_rows())]);
                return query;
            }
            if merged {
                select.columns = labelled(std::mem::take(&mut select.columns));
            } else {
                select.columns.clear();
            }
        }
        QueryBody::SetOperation(_) | QueryBody::Values(_) => {}
    }
    let rows = FromItem::new(Source::Query(Box::new(query))).alias("counted");
    Select::new(vec![Projection::Expr(count_rows())], rows).into()
}

/// The limit of a verb, unless the query has one that is as low.
fn fixed(verb: Verb, limit: Option<Limit>) -> Option<Limit> {
    let Some(rows) = verb.limit() else {
        return limit;
    };
    match limit {
        Some(Limit::Rows(own)) if own < u64::from(rows) => Some(Limit::Rows(own)),
        Some(Limit::Fixed(own)) if own < rows => Some(Limit::Fixed(own)),
        Some(Limit::Rows(_) | Limit::Fixed(_)) | None => Some(Limit::Fixed(rows)),
    }
}

fn count_rows() -> Expr {
    Expr::Aggregate {
        function: Aggregate::Count,
        expr: None,
        distinct: false,
        ty: Type::Int64,
    }
}
