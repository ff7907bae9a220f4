//! Cuts a query that differs to a smaller one that differs in the same way.

use crate::bounds::fits;
use crate::exclusions::is_excluded;
use crate::run::Difference;
use crate::tree::{Column, From, Kind, Literal, Node, Op, Query, walk};

/// How many queries are tried at most.
const TRIES: usize = 3_000;

/// The difference of the smallest query that was found.
pub(crate) fn smallest(
    query: &Query,
    found: Difference,
    mut differs: impl FnMut(&Query) -> Option<Difference>,
) -> Difference {
    let (mut query, mut found) = (query.clone(), found);
    let mut tries = 0;
    'cut: loop {
        for smaller in queries(&query, false) {
            if is_excluded(&smaller) {
                continue;
            }
            tries += 1;
            if tries > TRIES {
                return found;
            }
            if let Some(other) = differs(&smaller)
                && other.is_like(&found)
            {
                (query, found) = (smaller, other);
                continue 'cut;
            }
        }
        return found;
    }
}

/// Queries with a part less. One that must have one row at most keeps what it has that by.
fn queries(query: &Query, is_single: bool) -> Vec<Query> {
    let mut all = Vec::new();
    let mut with = |change: &dyn Fn(&mut Query)| {
        let mut smaller = query.clone();
        change(&mut smaller);
        all.push(smaller);
    };
    for index in 0..query.compound.len() {
        with(&|it| *it = query.compound[index].1.clone());
        with(&|it| drop(it.compound.remove(index)));
    }
    if query.filter.is_some() {
        with(&|it| it.filter = None);
    }
    if query.having.is_some() {
        with(&|it| it.having = None);
    }
    if query.distinct {
        with(&|it| it.distinct = false);
    }
    if query.limit.is_some() && !is_single {
        with(&|it| it.limit = None);
    }
    if query.offset.is_some() {
        with(&|it| it.offset = None);
    }
    if !query.order.is_empty() && query.limit.is_none() && query.offset.is_none() {
        with(&|it| it.order.clear());
    }
    for index in 0..query.sources.len() {
        if query.sources.len() > 1 && !is_used(query, query.sources[index].id) {
            with(&|it| drop(it.sources.remove(index)));
        }
    }
    for index in 0..query.group.len() {
        if query.group.len() > 1 {
            with(&|it| drop(it.group.remove(index)));
        }
    }
    if query.items.len() > 1 && !is_derived(query) {
        for index in 0..query.items.len() {
            with(&|it| keep_item(it, index));
        }
    }
    all.extend(parts(query, is_single));
    all
}

/// Whether an expression has a column of that source.
fn is_used(query: &Query, source: usize) -> bool {
    let mut found = false;
    walk(query, &mut |node| {
        found |= matches!(&node.op, Op::Column(column) if column.source == source);
    });
    found
}

/// Whether it may be a query of a derived table, which has all of its columns.
fn is_derived(query: &Query) -> bool {
    crate::build::shapes::DERIVED.contains(&query.kinds().as_slice()) && !query.compound.is_empty()
}

fn keep_item(query: &mut Query, index: usize) {
    query.items = vec![query.items[index].clone()];
    query.order.retain(|(item, ..)| *item == index);
    for (item, ..) in &mut query.order {
        *item = 0;
    }
    for (_, other) in &mut query.compound {
        keep_item(other, index);
    }
}

/// Queries of which an expression or a query inside is smaller.
fn parts(query: &Query, is_single: bool) -> Vec<Query> {
    let mut all = Vec::new();
    let whole = is_single && query.limit.is_none();
    let change = |change: &dyn Fn(&mut Query)| {
        let mut smaller = query.clone();
        change(&mut smaller);
        smaller
    };
    for (index, (_, other)) in query.compound.iter().enumerate() {
        for smaller in queries(other, false) {
            if smaller.kinds() == other.kinds() {
                all.push(change(&|it| it.compound[index].1 = smaller.clone()));
            }
        }
    }
    for (index, source) in query.sources.iter().enumerate() {
        if let From::Derived(inner, is_cte) = &source.from {
            for smaller in queries(inner, false) {
                if smaller.kinds() == inner.kinds() {
                    all.push(change(&|it| {
                        it.sources[index].from = From::Derived(Box::new(smaller.clone()), *is_cte);
                    }));
                }
            }
        }
        for node in source.on.iter().flat_map(nodes) {
            all.push(change(&|it| it.sources[index].on = Some(node.clone())));
        }
    }
    for node in query.filter.iter().flat_map(nodes) {
        all.push(change(&|it| it.filter = Some(node.clone())));
    }
    for node in query.having.iter().flat_map(nodes) {
        all.push(change(&|it| it.having = Some(node.clone())));
    }
    for (index, item) in query.items.iter().enumerate() {
        for node in nodes(item) {
            if !whole || has_aggregate(&node) {
                all.push(change(&|it| it.items[index] = node.clone()));
            }
        }
    }
    all
}

fn has_aggregate(node: &Node) -> bool {
    matches!(node.op, Op::Aggregate(_)) || node.args.iter().any(has_aggregate)
}

/// Smaller expressions of the same kind.
fn nodes(node: &Node) -> Vec<Node> {
    let mut all = Vec::new();
    if matches!(node.op, Op::Literal(_)) {
        return all;
    }
    let same = node.args.iter().filter(|arg| arg.kind == node.kind);
    all.extend(same.cloned());
    if !matches!(node.op, Op::Column(Column { .. })) && node.kind != Kind::Truth {
        all.push(Node::null(node.kind));
    }
    if let Some(value) = simple(node.kind) {
        all.push(value);
    }
    for (index, arg) in node.args.iter().enumerate() {
        // The elements of a list are values.
        if matches!(node.op, Op::In(_)) && index > 0 {
            let mut smaller = node.clone();
            smaller.args.remove(index);
            all.push(smaller);
            continue;
        }
        for arg in nodes(arg) {
            let mut smaller = node.clone();
            smaller.args[index] = arg;
            all.push(smaller);
        }
    }
    all.extend(with_queries(node));
    all.retain(fits);
    all
}

fn simple(kind: Kind) -> Option<Node> {
    let literal = match kind {
        Kind::Truth => Literal::Truth(true),
        Kind::Small => Literal::Small(1),
        Kind::Int => Literal::Int(1),
        Kind::Text => Literal::Text("a".to_owned()),
        Kind::Float => Literal::Float(1.0),
        Kind::Decimal | Kind::Date | Kind::Moment => return None,
    };
    Some(Node::literal(kind, literal))
}

/// The expression with smaller queries inside.
fn with_queries(node: &Node) -> Vec<Node> {
    let (query, is_single) = match &node.op {
        Op::Scalar(query) => (query, true),
        Op::InQuery(_, query) | Op::Exists(query) | Op::Quantified(_, _, query) => (query, false),
        Op::Window(window) => {
            let mut all = Vec::new();
            if !window.partition.is_empty() {
                let mut smaller = (**window).clone();
                smaller.partition.clear();
                all.push(Node {
                    op: Op::Window(Box::new(smaller)),
                    ..node.clone()
                });
            }
            return all;
        }
        Op::Aggregate(it) if it.has_filter => {
            let mut smaller = node.clone();
            smaller.args.pop();
            smaller.op = Op::Aggregate(crate::tree::Aggregate {
                has_filter: false,
                ..it.clone()
            });
            return vec![smaller];
        }
        _ => return Vec::new(),
    };
    let smaller = queries(query, is_single).into_iter();
    let smaller = smaller.filter(|it| it.kinds() == query.kinds());
    let smaller = smaller.map(|query| {
        let query = Box::new(query);
        let op = match &node.op {
            Op::Scalar(_) => Op::Scalar(query),
            Op::InQuery(negated, _) => Op::InQuery(*negated, query),
            Op::Quantified(op, every, _) => Op::Quantified(*op, *every, query),
            _ => Op::Exists(query),
        };
        Node { op, ..node.clone() }
    });
    smaller.collect()
}
