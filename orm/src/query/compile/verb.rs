//! What a verb asks of a query: its rows as they are, the first ones, how many, or whether there is any.

use orm_core::stmt::{
    Aggregate, Expr, FromItem, Limit, Projection, Query, QueryBody, Select, Source,
};
use orm_core::types::Type;

use super::existence::{is_aggregate, labelled, reduce};

/// What is asked of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// How a verb's statement is made of its query.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    /// The statement, if it isn't the query as it is.
    pub(super) ast: Option<Box<Query>>,
    /// A limit behind the statement.
    pub(super) limit: Option<Limit>,
}

impl Plan {
    pub(super) fn of(query: &Query, verb: Verb) -> Self {
        match verb {
            Verb::All => Self::default(),
            Verb::First | Verb::One => Self::limited(query, verb),
            Verb::Exists => {
                let mut ast = query.clone();
                reduce(&mut ast);
                ast.limit = fixed(verb, ast.limit);
                Self::another(ast)
            }
            Verb::Count => Self::another(counted(query.clone())),
        }
    }

    fn another(ast: Query) -> Self {
        Self {
            ast: Some(Box::new(ast)),
            limit: None,
        }
    }

    // Cloning the query to limit it would cost more than all else where its text can simply go on.
    fn limited(query: &Query, verb: Verb) -> Self {
        if query.locks.is_empty() && query.limit.is_none() && query.offset.is_none() {
            return Self {
                ast: None,
                limit: fixed(verb, None),
            };
        }
        let mut ast = query.clone();
        ast.limit = fixed(verb, ast.limit);
        Self::another(ast)
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
                select.columns = vec![Projection::Expr(count_rows())];
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
    let rows = verb.limit()?;
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
