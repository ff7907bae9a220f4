//! [`Verb`]: rewrites a query for `all`, `first`, `one`, `count` and `exists`.

use orm_core::stmt::{
    Aggregate, AggregateCall, Call, Expr, Few, FromItem, Func, Limit, Projection, Query, QueryBody,
    RawPart, Select, Source,
};
use orm_core::types::Type;

use super::simplify::{is_aggregate, labelled, simplify, writing_with};

/// What is fetched of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::query) enum Verb {
    /// All rows.
    All,
    /// The first row.
    First,
    /// The only row. A second one is an error, at which reading stops.
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

    /// Whether the verb's statement has all values of a query of this limit, in their order.
    #[inline]
    pub(in crate::query) fn keeps_values(self, limit: Option<Limit>) -> bool {
        match self {
            Self::All => true,
            Self::First | Self::One => limit.is_none(),
            Self::Count | Self::Exists => false,
        }
    }

    /// Whether the limit of a query is lower than the verb's, so that it stays.
    #[inline]
    pub(in crate::query) fn keeps_limit(self, limit: Option<Limit>) -> bool {
        match (self.limit(), limit) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(most), Some(Limit::Rows(own))) => own < u64::from(most),
            (Some(most), Some(Limit::Fixed(own))) => own < most,
        }
    }

    /// The query that the verb runs. One that has at most one row by its conditions needs no limit, which databases plan
    /// and count.
    pub(in crate::query) fn rewrite(self, mut query: Query, has_one_row: bool) -> Query {
        match self {
            Self::Count => return counted(query),
            Self::Exists => simplify(&mut query),
            Self::All | Self::First | Self::One => {}
        }
        let needs_limit = !(has_one_row && self == Self::One);
        if needs_limit
            && let Some(by) = query
                .limit_by
                .as_deref_mut()
                .filter(|by| by.limit.is_some())
        {
            by.limit = by.limit.take().map(|limit| self.lesser(limit));
        } else if needs_limit && !self.keeps_limit(query.limit) {
            query.limit = self.limit().map(Limit::Fixed);
            query.with_ties = false;
        }
        query
    }

    /// The limit of a query that is an expression, and at most the verb's.
    #[cold]
    fn lesser(self, limit: Expr) -> Expr {
        let Some(most) = self.limit() else {
            return limit;
        };
        let most = Expr::Raw(vec![RawPart::Sql(most.to_string())]);
        let mut call = Call::new(Func::Least, vec![limit, most]);
        call.nullable = false;
        Expr::Call(Box::new(call))
    }

    /// Whether the rows that it returns depend on the order.
    pub(in crate::query) fn keeps_order(self) -> bool {
        match self {
            Self::All | Self::First => true,
            Self::One | Self::Count | Self::Exists => false,
        }
    }

    /// Whether it returns what the query selects.
    #[inline]
    pub(in crate::query) fn reads_entities(self) -> bool {
        match self {
            Self::All | Self::First | Self::One => true,
            Self::Count | Self::Exists => false,
        }
    }

    /// Whether the statement of the verb returns one row at most, whatever the table is. What a model calls its key may have
    /// several rows.
    pub(in crate::query) fn reads_one_row(self) -> bool {
        match self {
            Self::First | Self::Count | Self::Exists => true,
            Self::One | Self::All => false,
        }
    }
}

/// The query of the number of rows of `query`.
fn counted(mut query: Query) -> Query {
    let is_whole = !query.is_limited();
    if is_whole {
        query.order_by.clear();
    }
    match &mut query.body {
        QueryBody::Select(select) => {
            // Of rows that are passed over, any may be, but for those that are equal to the last one.
            if !query.with_ties {
                query.order_by.clear();
            }
            let aggregates = select.columns.iter().any(is_aggregate);
            let merged = select.drops_rows() || aggregates || !select.having.is_empty();
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
        QueryBody::SetOperation(_) | QueryBody::Values(_) | QueryBody::Returning(_) => {}
    }
    let with = writing_with(&mut query);
    let rows = FromItem::new(Source::Query(Box::new(query))).alias("counted");
    let mut counted = Query::from(Select::new(vec![Projection::Expr(count_rows())], rows));
    counted.with = with;
    counted
}

fn count_rows() -> Expr {
    let call = AggregateCall::new(Aggregate::Count, None, Type::Int64);
    Expr::Aggregate(Box::new(call))
}
