//! What no query has: each has a meaning of its own on a database, which is in the guide. What can be seen in a query
//! is refused here; the rest the generator never makes.

use crate::tree::{From, Function, JoinKind, Kind, Node, Op, Query, Source, walk, walk_queries};

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
        "window functions in a query of IN, ANY and ALL",
        "MariaDB returns other rows in HAVING; their cases are in the conformance suite",
    ),
    (
        "CASE of another type with decimals in its conditions",
        "SQLite orders it by the collation of the decimals",
    ),
    (
        "arithmetic of values, without a column",
        "MySQL computes with floats",
    ),
    (
        "an exact decimal that is a value on the left of a comparison, or an item of a set operation",
        "SQLite compares it as text",
    ),
    (
        "two equal items of an ordered set operation",
        "ORDER BY has one name for both",
    ),
    (
        "DISTINCT of values, without a column",
        "MariaDB leaves OFFSET out for the only row",
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
                !node.args.first().is_some_and(has_column)
            }
            Op::Add | Op::Sub | Op::Mul | Op::Neg | Op::Abs => {
                matches!(node.kind, Kind::Small | Kind::Int) && !has_column(node)
            }
            Op::Window(_) => !node.args.is_empty() && !node.args.iter().any(has_column),
            Op::Compare(_) | Op::Between | Op::In(_) | Op::NullIf => {
                is_decimal_value(node) || node.args.iter().any(is_large)
            }
            Op::InQuery(_, inner) | Op::Quantified(_, _, inner) => {
                has_time_of_rows(inner) || has_window(inner)
            }
            Op::Case => node.kind != Kind::Decimal && has_decimal(node),
            _ => false,
        };
    });
    walk_queries(query, &mut |query| {
        found |= !query.compound.is_empty() && !query.order.is_empty() && has_equal(&query.items);
        let parts = || query.compound.iter().map(|(_, part)| part).chain([query]);
        let is_value = |item: &Node| item.kind == Kind::Decimal && !has_column(item);
        found |= !query.compound.is_empty() && parts().any(|part| part.items.iter().any(is_value));
        found |= query.distinct && !query.items.iter().any(has_column);
        let is_outer = |source: &Source| matches!(source.join, JoinKind::Left | JoinKind::Right);
        for source in &query.sources {
            if let From::Derived(inner, _) = &source.from {
                found |= query.sources.iter().any(is_outer);
                let parts = inner.compound.iter().map(|(_, part)| part);
                let mut parts = std::iter::once(&**inner).chain(parts);
                found |= parts.any(|part| !part.items.iter().all(has_column));
            }
        }
    });
    found
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

fn has_window(query: &Query) -> bool {
    query
        .items
        .iter()
        .any(|item| has(item, &|op| matches!(op, Op::Window(_))))
}

fn has_decimal(node: &Node) -> bool {
    node.kind == Kind::Decimal || node.args.iter().any(has_decimal)
}

fn has_time_of_rows(query: &Query) -> bool {
    let is_time = |item: &Node| matches!(item.kind, Kind::Date | Kind::Moment);
    query.items.iter().any(|item| {
        is_time(item) && has(item, &|op| matches!(op, Op::Aggregate(_) | Op::Window(_)))
    })
}

/// Whether the value of an expression is not the same for all rows.
pub(crate) fn has_column(node: &Node) -> bool {
    has(node, &|op| matches!(op, Op::Column(_)))
}

fn has(node: &Node, test: &dyn Fn(&Op) -> bool) -> bool {
    test(&node.op) || node.args.iter().any(|arg| has(arg, test))
}
