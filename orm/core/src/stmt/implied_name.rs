//! The names that PostgreSQL gives to selected expressions without a label. A bare name in ORDER BY means such an expression first,
//! and a column of the table only then. Used by the renderer, which qualifies the columns of a query where that matters.
//!
//! The rules are those of PostgreSQL's `FigureColname`: a cast and a collation have the name of their operand, a CASE that of its
//! ELSE, a subquery that of its column, and a function its own. The other databases have no such names.

use std::ops::ControlFlow;

use super::{
    Expr, Extension as _, Numeric, NumericOp, Order, Projection, Query, Select, StoredText, Visit,
    walk_expr,
};

/// Whether ORDER BY or DISTINCT ON has a column whose name a selected expression has, too.
pub(crate) fn implied_names_hide_columns(select: &Select, order_by: &[Order]) -> bool {
    let orders = order_by.iter().map(|order| &order.expr);
    let mut orders = select.distinct_on.iter().chain(orders);
    orders.any(|order| {
        let Expr::Column { name, .. } = order else {
            return false;
        };
        let mut names = select.columns.iter().filter_map(implied_of);
        names.any(|implied| implied.may_be(name))
    })
}

/// A name that an expression may have.
#[derive(Clone, Copy)]
enum Implied<'q> {
    Name(&'q str),
    /// That of a function or a type.
    Known,
    /// That of a column in it, of a function or a type.
    Parts(&'q Expr),
    /// Any name.
    Unknown,
}

impl Implied<'_> {
    fn may_be(self, column: &str) -> bool {
        match self {
            Self::Name(name) => name.eq_ignore_ascii_case(column),
            Self::Known => is_known(column),
            Self::Parts(expr) => is_known(column) || Uses(column).expr(expr).is_break(),
            Self::Unknown => true,
        }
    }
}

fn is_known(column: &str) -> bool {
    KNOWN.iter().any(|known| known.eq_ignore_ascii_case(column))
}

/// Stops at a column of that name.
struct Uses<'n>(&'n str);

impl<'a> Visit<'a> for Uses<'_> {
    type Break = ();

    fn expr(&mut self, expr: &'a Expr) -> ControlFlow<()> {
        if matches!(expr, Expr::Column { name, .. } if name.eq_ignore_ascii_case(self.0)) {
            return ControlFlow::Break(());
        }
        walk_expr(self, expr)
    }
}

fn implied_of(column: &Projection) -> Option<Implied<'_>> {
    match column {
        Projection::Columns { .. } | Projection::All | Projection::Labelled(..) => None,
        Projection::Expr(expr) => {
            let expr = as_stored(expr);
            let is_column = matches!(expr, Expr::Column { .. });
            (!is_column).then(|| implied(expr))
        }
    }
}

/// The expression without what other databases add to it so that its value is that of PostgreSQL.
fn as_stored(expr: &Expr) -> &Expr {
    let Expr::Extension(node) = expr else {
        return expr;
    };
    if let Some(text) = StoredText::of(node.as_ref()) {
        return text.text();
    }
    match Numeric::of(node.as_ref()) {
        Some(numeric) if matches!(numeric.op(), NumericOp::Stored | NumericOp::Exact) => {
            numeric.args().first().unwrap_or(expr)
        }
        Some(_) | None => expr,
    }
}

fn implied(expr: &Expr) -> Implied<'_> {
    match expr {
        Expr::Column { name, .. } | Expr::Function { name, .. } => Implied::Name(name),
        Expr::Cast { expr, .. } if matches!(**expr, Expr::Value(_)) => Implied::Known,
        Expr::Cast { expr, .. } | Expr::Collate { expr, .. } => implied(expr),
        Expr::Case(case) => case.otherwise.as_ref().map_or(Implied::Known, implied),
        Expr::Subquery(query) => implied_of_query(query),
        Expr::Value(_)
        | Expr::And(_)
        | Expr::Or(_)
        | Expr::Not(_)
        | Expr::Compare { .. }
        | Expr::Arithmetic { .. }
        | Expr::IsNull { .. }
        | Expr::In { .. }
        | Expr::InRows { .. }
        | Expr::InQuery { .. }
        | Expr::Between { .. }
        | Expr::Like(_)
        | Expr::Aggregate(_)
        | Expr::Call(_)
        | Expr::Over { .. }
        | Expr::Json(_)
        | Expr::Row(_)
        | Expr::Exists(_)
        | Expr::Quantified(_)
        | Expr::Operator { .. } => Implied::Known,
        Expr::Extension(_) => Implied::Parts(expr),
        Expr::Label(_) | Expr::Excluded(_) | Expr::Raw(_) | Expr::NamedSql(_) => Implied::Unknown,
    }
}

/// The name of the only column of a subquery.
fn implied_of_query(query: &Query) -> Implied<'_> {
    let Some([column]) = query.as_select().map(|select| &select.columns[..]) else {
        return Implied::Unknown;
    };
    match column {
        Projection::Labelled(_, label) => Implied::Name(label),
        Projection::Expr(expr) => implied(expr),
        Projection::Columns { .. } | Projection::All => Implied::Unknown,
    }
}

/// The functions and types that the renderers write, as far as a column may have such a name.
const KNOWN: &[&str] = &[
    "abs",
    "array",
    "array_agg",
    "avg",
    "bool",
    "btrim",
    "bytea",
    "case",
    "ceil",
    "coalesce",
    "concat",
    "corr",
    "count",
    "cume_dist",
    "date",
    "date_part",
    "date_trunc",
    "dense_rank",
    "div",
    "exists",
    "exp",
    "extract",
    "first_value",
    "float4",
    "float8",
    "floor",
    "greatest",
    "initcap",
    "int2",
    "int4",
    "int8",
    "interval",
    "json",
    "jsonb",
    "lag",
    "last_value",
    "lead",
    "least",
    "left",
    "length",
    "ln",
    "log",
    "lower",
    "lpad",
    "ltrim",
    "make_interval",
    "max",
    "md5",
    "min",
    "mod",
    "now",
    "nth_value",
    "ntile",
    "nullif",
    "numeric",
    "octet_length",
    "percent_rank",
    "position",
    "power",
    "rank",
    "repeat",
    "replace",
    "reverse",
    "right",
    "round",
    "row",
    "row_number",
    "rpad",
    "rtrim",
    "sign",
    "sqrt",
    "stddev",
    "stddev_pop",
    "stddev_samp",
    "string_agg",
    "strpos",
    "substr",
    "substring",
    "sum",
    "text",
    "time",
    "timestamp",
    "timestamptz",
    "timezone",
    "to_char",
    "trim",
    "trunc",
    "upper",
    "uuid",
    "var_pop",
    "var_samp",
    "varchar",
    "variance",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stmt::Direction;
    use crate::types::Type;

    fn hides(selected: Expr, order: &str) -> bool {
        let columns = [Expr::column("t", "id"), selected];
        let select = Select {
            columns: columns.into_iter().map(Projection::Expr).collect(),
            ..Select::default()
        };
        let order = Order::new(Expr::column("t", order.to_owned()), Direction::Ascending);
        implied_names_hide_columns(&select, &[order])
    }

    #[test]
    fn operands_name_casts_collations_and_choices() {
        let cast = |name: &'static str| Expr::Cast {
            expr: Box::new(Expr::column("t", name)),
            ty: Type::Text,
        };
        assert!(hides(cast("age"), "age"));
        assert!(hides(cast("age"), "AGE"));
        assert!(!hides(cast("age"), "id"));
        let collated = Expr::Collate {
            expr: Box::new(cast("name")),
            collation: None,
        };
        assert!(hides(collated, "name"));
        assert!(!hides(Expr::column("t", "age"), "age"));
    }

    #[test]
    fn a_subquery_has_the_name_of_its_column() {
        let columns = [Expr::column("u", "name")];
        let inner = Select {
            columns: columns.into_iter().map(Projection::Expr).collect(),
            ..Select::default()
        };
        let subquery = Expr::Subquery(Box::new(Query::from(inner)));
        assert!(hides(subquery.clone(), "name"));
        assert!(!hides(subquery, "age"));
    }

    #[test]
    fn functions_have_their_own_names() {
        let exists = Expr::Exists(Box::new(Query::from(Select::default())));
        assert!(hides(exists.clone(), "exists"));
        assert!(!hides(exists, "n"));
        let own = Expr::Function {
            name: "Shout".into(),
            args: Vec::new(),
        };
        assert!(hides(own, "shout"));
    }
}
