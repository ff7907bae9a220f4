//! What no query has: each has a meaning of its own on a database, which is in the guide. What can be seen in a query
//! is refused here; the rest the generator never makes.

use orm::stmt::CompareOp;

use crate::tree::{
    From, Function, JoinKind, Kind, Node, Op, Query, Source, WindowFunction, walk, walk_node,
    walk_queries,
};

/// A construct, and why no query has it.
pub const EXCLUSIONS: &[(&str, &str)] = &[
    (
        "results beyond the range of their type",
        "an error where it is read; in a condition an error on PostgreSQL alone, see Numbers in the guide",
    ),
    (
        "ORDER BY without NULLS FIRST or NULLS LAST",
        "NULLs come last on PostgreSQL, see Another database in the guide",
    ),
    (
        "LIMIT and OFFSET without an order of all items",
        "SQL leaves open which rows they are",
    ),
    (
        "scalar subqueries of several rows",
        "an error but on SQLite, see `scalar`",
    ),
    (
        "aggregates over columns of outer queries alone",
        "by the standard they are the outer query's",
    ),
    (
        "power, exp, ln and avg inside of other expressions",
        "the last digit of these floats is each database's own",
    ),
    (
        "sums of floats that are rounded",
        "their last digits depend on the order of the rows",
    ),
    (
        "IN, ANY and ALL of a date or a time over a query of aggregates or window functions",
        "MariaDB takes an aggregate that is NULL for a value, see `any`",
    ),
    (
        "aggregates and window functions of a value, without a column; count_distinct of a computed one",
        "MySQL counts CAST(NULL AS DATETIME) as a value, takes a lone text among the binds for a float, and describes the column of GROUP_CONCAT(?) in a way that its \
         protocol does not have",
    ),
    (
        "a value, without a column, that a derived table selects",
        "MySQL and MariaDB merge the tables, and lose the NULL of a left join or the type of a date",
    ),
    (
        "columns that are equal to one of the largest integers",
        "MySQL computes with either column, and the result may be out of range",
    ),
    (
        "outer joins with derived tables",
        "MySQL merges them, and loses NULLs of computed columns",
    ),
    (
        "arithmetic of values, without a column",
        "MySQL computes with floats",
    ),
    (
        "NULLIF of an exact decimal that is a value",
        "SQLite compares it as text",
    ),
    (
        "two equal items of an ordered set operation",
        "ORDER BY has one name for both",
    ),
    (
        "DISTINCT of values, without a column but below IS NULL",
        "MariaDB leaves OFFSET out for the only row",
    ),
    (
        "floats in a set operation or with DISTINCT that may be a negative zero",
        "MySQL takes 0 and -0 for two values, and only there",
    ),
    (
        "ANY and ALL, but = ANY and <> ALL, below IS NULL, below two NOT, and in items that are ordered, distinct or parts of a set operation",
        "MariaDB takes one that is NULL for false there, and two NOT for one",
    ),
    (
        "IN, ANY and ALL of a scalar subquery",
        "MariaDB takes it for NULL, or finds it among aggregates that are not equal",
    ),
    (
        "IN, NOT IN, = ANY and <> ALL of exact decimals over a query",
        "MariaDB returns true or false instead of NULL if the scales differ",
    ),
    (
        "IN, ANY and ALL of an aggregate over a query with aggregates, and over one with HAVING and a computed GROUP BY",
        "MariaDB finds no groups; MySQL refuses some by only_full_group_by",
    ),
    (
        "PERCENT_RANK and CUME_DIST beside another window function",
        "MariaDB returns ten digits in spite of CAST if the windows differ in their order",
    ),
    (
        "subqueries in ON of an outer join",
        "MySQL loses the WHERE of an EXISTS of two tables, as EXPLAIN FORMAT=TREE shows",
    ),
    (
        "FULL JOIN",
        "MySQL and MariaDB have none, and PostgreSQL's conditions are equalities",
    ),
];

/// Whether a query has a part that is excluded.
pub(crate) fn is_excluded(query: &Query) -> bool {
    let mut found = false;
    walk(query, &mut |node| {
        found |= match &node.op {
            Op::Aggregate(it) if it.function == Function::CountDistinct => {
                !matches!(node.args.first().map(|arg| &arg.op), Some(Op::Column(_)))
            }
            Op::Aggregate(it) if it.function != Function::CountAll => {
                !node.args.first().is_some_and(is_of_columns)
            }
            Op::Add | Op::Sub | Op::Mul | Op::Neg | Op::Abs => {
                matches!(node.kind, Kind::Small | Kind::Int) && !is_of_columns(node)
            }
            Op::Window(_) => !node.args.is_empty() && !node.args.iter().any(is_of_columns),
            Op::Compare(op) => {
                let sees_nulls = matches!(op, CompareOp::Same | CompareOp::Distinct);
                node.args.iter().any(is_large) || (sees_nulls && has(node, &is_minimum))
            }
            Op::Between | Op::In(_) => node.args.iter().any(is_large),
            Op::NullIf => is_decimal_value(node) || node.args.iter().any(is_large),
            Op::InQuery(_, inner) | Op::Quantified(_, _, inner) => {
                let is_decimal = node.args.iter().any(|arg| arg.kind == Kind::Decimal);
                (is_decimal && !is_minimum(&node.op))
                    || (merges(inner) && has(node, &is_aggregate))
                    || has_time_of_rows(inner)
                    || (inner.having.is_some() && inner.group.iter().any(|it| !it.args.is_empty()))
                    || has(node, &|op| matches!(op, Op::Scalar(_)))
            }
            Op::IsNull(_) => has(node, &is_minimum),
            Op::Not => node.args.iter().any(has_negated_minimum),
            _ => false,
        };
    });
    walk_queries(query, &mut |query| found |= is_excluded_itself(query));
    found
}

/// The same of a query without those inside of it.
fn is_excluded_itself(query: &Query) -> bool {
    let is_outer = |source: &Source| matches!(source.join, JoinKind::Left | JoinKind::Right);
    let has_outer = query.sources.iter().any(is_outer);
    let derived = |source: &Source| match &source.from {
        From::Derived(inner, _) => {
            let mut parts = parts(inner);
            has_outer || parts.any(|part| !part.items.iter().all(has_column))
        }
        From::Table(_) => false,
    };
    let on = |source: &Source| is_outer(source) && source.on.as_ref().is_some_and(has_query);
    let is_sorted = query.distinct || !query.order.is_empty();
    is_excluded_operation(query)
        || has_short_share(query)
        || (query.distinct && (has_negative_zero(query) || !query.items.iter().any(varies)))
        || (is_sorted && query.items.iter().any(|item| has(item, &is_minimum)))
        || query
            .sources
            .iter()
            .any(|source| derived(source) || on(source))
}

fn has_short_share(query: &Query) -> bool {
    let (mut windows, mut shares) = (0, 0);
    let mut look = |node: &Node| {
        if let Op::Window(window) = &node.op {
            windows += 1;
            let function = window.function;
            let is_share = matches!(
                function,
                WindowFunction::PercentRank | WindowFunction::CumeDist
            );
            shares += usize::from(is_share);
        }
    };
    query
        .items
        .iter()
        .for_each(|item| walk_node(item, &mut look));
    windows > 1 && shares > 0
}

fn is_excluded_operation(query: &Query) -> bool {
    if query.compound.is_empty() {
        return false;
    }
    let is_refused = |part: &Query| {
        let items = &part.items;
        items.iter().any(|item| has(item, &is_minimum)) || has_negative_zero(part)
    };
    (!query.order.is_empty() && has_equal(&query.items)) || parts(query).any(is_refused)
}

/// The queries of a set operation, or the only one.
fn parts(query: &Query) -> impl Iterator<Item = &Query> {
    std::iter::once(query).chain(query.compound.iter().map(|(_, part)| part))
}

/// Whether MariaDB makes a comparison with the least or the greatest row of it.
fn is_minimum(op: &Op) -> bool {
    match op {
        Op::Quantified(CompareOp::Eq, every, _) => *every,
        Op::Quantified(CompareOp::Ne, every, _) => !every,
        Op::Quantified(..) => true,
        _ => false,
    }
}

fn has_negated_minimum(node: &Node) -> bool {
    let is_negated = matches!(node.op, Op::Not) && has(node, &is_minimum);
    is_negated || node.args.iter().any(has_negated_minimum)
}

/// Whether a float that is selected may be a negative zero.
fn has_negative_zero(query: &Query) -> bool {
    let mut found = false;
    let mut look = |node: &Node| {
        let op = matches!(node.op, Op::Neg | Op::Mul | Op::Div | Op::Ceil | Op::Round);
        found |= op && node.kind == Kind::Float;
    };
    let floats = |items: &[Node], look: &mut dyn FnMut(&Node)| {
        for item in items.iter().filter(|item| item.kind == Kind::Float) {
            walk_node(item, look);
        }
    };
    floats(&query.items, &mut look);
    for source in &query.sources {
        if let From::Derived(inner, _) = &source.from {
            parts(inner).for_each(|part| floats(&part.items, &mut look));
        }
    }
    found
}

fn is_aggregate(op: &Op) -> bool {
    matches!(op, Op::Aggregate(_))
}

/// Whether a query has groups, or is one.
fn merges(query: &Query) -> bool {
    !query.group.is_empty() || query.items.iter().any(|item| has(item, &is_aggregate))
}

fn has_query(node: &Node) -> bool {
    has(node, &|op| {
        matches!(
            op,
            Op::Scalar(_) | Op::InQuery(..) | Op::Exists(_) | Op::Quantified(..)
        )
    })
}

/// Whether it is a column of numbers that arithmetic can't take.
fn is_large(node: &Node) -> bool {
    matches!(&node.op, Op::Column(column) if node.kind == Kind::Int && column.most > 1e18)
}

fn has_equal(items: &[Node]) -> bool {
    let mut texts: Vec<String> = items.iter().map(|item| format!("{item:?}")).collect();
    texts.sort_unstable();
    texts.windows(2).any(|pair| pair[0] == pair[1])
}

fn is_decimal_value(node: &Node) -> bool {
    let left = node.args.first();
    left.is_some_and(|left| left.kind == Kind::Decimal && !has_column(left))
}

fn has_time_of_rows(query: &Query) -> bool {
    let is_time = |item: &Node| matches!(item.kind, Kind::Date | Kind::Moment);
    query.items.iter().any(|item| {
        is_time(item) && has(item, &|op| matches!(op, Op::Aggregate(_) | Op::Window(_)))
    })
}

/// Whether the value of an expression is not the same for all rows. `IN ()` is the same for all.
pub(crate) fn has_column(node: &Node) -> bool {
    let is_empty = matches!(node.op, Op::In(_)) && node.args.len() == 1;
    matches!(node.op, Op::Column(_)) || (!is_empty && node.args.iter().any(has_column))
}

/// Whether an expression has columns whose values it depends on: IS NULL of a column without NULL has one value.
fn varies(node: &Node) -> bool {
    let is_fixed = matches!(node.op, Op::IsNull(_));
    has_column(node) && !is_fixed && (node.args.is_empty() || node.args.iter().any(varies))
}

/// Whether the type of an expression is that of a column. The conditions of a CASE are not of its type.
fn is_of_columns(node: &Node) -> bool {
    if matches!(node.op, Op::Case) {
        let is_value = |index: usize| index % 2 == 1 || index + 1 == node.args.len();
        let mut args = node.args.iter().enumerate();
        return args.any(|(index, arg)| is_value(index) && is_of_columns(arg));
    }
    matches!(node.op, Op::Column(_)) || node.args.iter().any(is_of_columns)
}

fn has(node: &Node, test: &dyn Fn(&Op) -> bool) -> bool {
    test(&node.op) || node.args.iter().any(|arg| has(arg, test))
}
