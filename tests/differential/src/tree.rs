//! Queries as data: what the generator makes, the builder turns into queries of the library, and shrinking cuts.

use chrono::{NaiveDate, NaiveDateTime};
use orm::stmt::CompareOp;
use rust_decimal::Decimal;

/// The kind of an expression: its Rust type is an `Option` of this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `i32`
    Small,
    /// `i64`
    Int,
    Decimal,
    /// `f64`
    Float,
    Text,
    Date,
    Moment,
    /// `bool`
    Truth,
}

/// The models.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Table {
    Person,
    Item,
    Order,
    Tag,
    Note,
}

impl Table {
    pub(crate) const ALL: &[Self] = &[Self::Person, Self::Item, Self::Order, Self::Tag, Self::Note];
}

/// An expression or a condition.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    pub(crate) op: Op,
    pub(crate) args: Vec<Node>,
}

/// A value.
#[derive(Clone, Debug)]
pub(crate) enum Literal {
    Null,
    Small(i32),
    Int(i64),
    Decimal(Decimal),
    Float(f64),
    Text(String),
    Date(NaiveDate),
    Moment(NaiveDateTime),
    Truth(bool),
}

/// A column of a source of the query or of one around it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Column {
    pub(crate) source: usize,
    pub(crate) field: usize,
    /// The greatest absolute value.
    pub(crate) most: f64,
    /// The digits behind the point of a decimal.
    pub(crate) scale: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Search {
    Contains,
    StartsWith,
    EndsWith,
    IContains,
    IStartsWith,
    IEndsWith,
    IEq,
    Like,
    NotLike,
    ILike,
    Matches,
}

/// What a node does with its arguments.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    Column(Column),
    Literal(Literal),

    // Of every kind but conditions.
    Coalesce,
    NullIf,
    Greatest,
    Least,
    /// Pairs of a condition and a value, then the value of ELSE if the number of arguments is odd.
    Case,
    Scalar(Box<Query>),
    Aggregate(Aggregate),
    Window(Box<Window>),

    // Of numbers.
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    Neg,
    Abs,
    Sign,
    BitAnd,
    BitOr,
    BitXor,
    RoundDigits(u8),
    Ceil,
    Floor,
    Round,
    Sqrt,
    Power,
    Exp,
    Ln,
    /// Of a narrower kind, or a float without its fraction.
    Cast,
    Length,
    OctetLength,
    Position,

    // Of texts.
    Lower,
    Upper,
    Trim,
    TrimStart,
    TrimEnd,
    Substr,
    Left,
    Right,
    Replace,
    Repeat,
    Reverse,
    PadStart(String),
    PadEnd(String),
    Concat,

    // Conditions.
    Compare(CompareOp),
    IsNull(bool),
    Between,
    In(bool),
    InQuery(bool, Box<Query>),
    Exists(Box<Query>),
    /// A comparison with ANY, or with ALL if true.
    Quantified(CompareOp, bool, Box<Query>),
    Search(Search, String),
    And,
    Or,
    Not,
    IsTrue(bool),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Function {
    CountAll,
    Count,
    CountDistinct,
    Sum,
    SumDistinct,
    Min,
    Max,
    Avg,
    StringAgg,
    StringAggDistinct,
}

/// An aggregate. Its arguments are the operand, if it has one, and the condition of FILTER.
#[derive(Clone, Debug)]
pub(crate) struct Aggregate {
    pub(crate) function: Function,
    pub(crate) has_filter: bool,
    /// Of `string_agg`: the columns by which its rows have one order.
    pub(crate) order: Vec<Node>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WindowFunction {
    RowNumber,
    Rank,
    DenseRank,
    PercentRank,
    CumeDist,
    Ntile(u32),
    Lag(u32),
    Lead(u32),
    First,
    Last,
    Nth(u32),
    CountAll,
    Count,
    Sum,
    Min,
    Max,
    Avg,
}

/// A bound of a frame: rows before the current one if negative, `None` if unbounded.
pub(crate) type Bound = Option<i32>;

/// A window function; its operand is the node's argument.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    pub(crate) function: WindowFunction,
    pub(crate) partition: Vec<Node>,
    /// Ordered in one way, if the function needs it.
    pub(crate) order: Vec<OrderItem>,
    /// A frame of ROWS.
    pub(crate) frame: Option<(Bound, Bound)>,
}

#[derive(Clone, Debug)]
pub(crate) struct OrderItem {
    pub(crate) node: Node,
    pub(crate) descending: bool,
    pub(crate) nulls_first: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JoinKind {
    Inner,
    Left,
    Right,
    Cross,
}

#[derive(Clone, Debug)]
pub(crate) enum From {
    Table(Table),
    /// A derived table, or a common table expression if true.
    Derived(Box<Query>, bool),
}

/// A table of a query. The first one is that of FROM.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// Unique in the whole statement.
    pub(crate) id: usize,
    pub(crate) from: From,
    pub(crate) join: JoinKind,
    /// Without it the foreign key is the condition.
    pub(crate) on: Option<Node>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SetOp {
    Union,
    UnionAll,
    Intersect,
    Except,
    IntersectAll,
    ExceptAll,
}

/// A query.
#[derive(Clone, Debug)]
pub(crate) struct Query {
    pub(crate) sources: Vec<Source>,
    pub(crate) filter: Option<Node>,
    pub(crate) group: Vec<Node>,
    pub(crate) having: Option<Node>,
    pub(crate) items: Vec<Node>,
    pub(crate) distinct: bool,
    pub(crate) compound: Vec<(SetOp, Query)>,
    /// By all items, so that the rows come in one order; or none.
    pub(crate) order: Vec<(usize, bool, bool)>,
    pub(crate) limit: Option<u64>,
    pub(crate) offset: Option<u64>,
}

impl Node {
    pub(crate) fn new(kind: Kind, op: Op, args: Vec<Node>) -> Self {
        Self { kind, op, args }
    }

    pub(crate) fn null(kind: Kind) -> Self {
        Self::new(kind, Op::Literal(Literal::Null), Vec::new())
    }

    pub(crate) fn literal(kind: Kind, literal: Literal) -> Self {
        Self::new(kind, Op::Literal(literal), Vec::new())
    }
}

impl Query {
    pub(crate) fn kinds(&self) -> Vec<Kind> {
        self.items.iter().map(|item| item.kind).collect()
    }
}

/// Shows all expressions of a query to `look`, those of queries inside, too.
pub(crate) fn walk(query: &Query, look: &mut dyn FnMut(&Node)) {
    let ons = query.sources.iter().filter_map(|source| source.on.as_ref());
    let conditions = query.filter.iter().chain(&query.having);
    for node in ons
        .chain(conditions)
        .chain(&query.group)
        .chain(&query.items)
    {
        walk_node(node, look);
    }
    for source in &query.sources {
        if let From::Derived(inner, _) = &source.from {
            walk(inner, look);
        }
    }
    for (_, other) in &query.compound {
        walk(other, look);
    }
}

/// Shows an expression and all inside of it to `look`.
pub(crate) fn walk_node(node: &Node, look: &mut dyn FnMut(&Node)) {
    look(node);
    for arg in &node.args {
        walk_node(arg, look);
    }
    match &node.op {
        Op::Scalar(query)
        | Op::InQuery(_, query)
        | Op::Exists(query)
        | Op::Quantified(_, _, query) => {
            walk(query, look);
        }
        Op::Aggregate(it) => it.order.iter().for_each(|node| walk_node(node, look)),
        Op::Window(it) => {
            let orders = it.order.iter().map(|item| &item.node);
            it.partition
                .iter()
                .chain(orders)
                .for_each(|node| walk_node(node, look));
        }
        _ => {}
    }
}

/// Shows a query and all queries inside of it to `look`.
pub(crate) fn walk_queries(query: &Query, look: &mut dyn FnMut(&Query)) {
    look(query);
    for source in &query.sources {
        if let From::Derived(inner, _) = &source.from {
            walk_queries(inner, look);
        }
    }
    for (_, other) in &query.compound {
        walk_queries(other, look);
    }
    let mut inner = Vec::new();
    walk(query, &mut |node| {
        if let Op::Scalar(query)
        | Op::InQuery(_, query)
        | Op::Exists(query)
        | Op::Quantified(_, _, query) = &node.op
        {
            inner.push((**query).clone());
        }
    });
    for query in &inner {
        look(query);
        for source in &query.sources {
            if let From::Derived(inner, _) = &source.from {
                walk_queries(inner, look);
            }
        }
    }
}
