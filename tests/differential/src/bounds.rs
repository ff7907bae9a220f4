//! How large the value of an expression can be. The databases differ beyond the range of a type, which is in the guide;
//! so the generator stays inside.

use rust_decimal::prelude::ToPrimitive as _;

use crate::tree::{Function, Kind, Literal, Node, Op, WindowFunction};

/// The greatest absolute value of a number, or the greatest length of a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extent {
    pub(crate) most: f64,
    /// Digits behind the point: decimal ones of decimals, binary ones of floats.
    pub(crate) scale: u32,
}

/// More rows than a query has.
const ROWS: f64 = 1e5;

/// The scale of a float that was rounded.
const ROUNDED: u32 = 2_000;

impl Extent {
    fn new(most: f64, scale: u32) -> Self {
        Self { most, scale }
    }

    /// Whether sums of such floats are exact in any order.
    pub(crate) fn is_exact(self) -> bool {
        self.scale < 40 && self.most * 2_f64.powi(self.scale.cast_signed()) < 2_f64.powi(52) / ROWS
    }
}

/// Whether all values are inside the range of their types.
pub(crate) fn fits(node: &Node) -> bool {
    let extent = extent(node);
    let is_inside = match node.kind {
        Kind::Small => extent.most < 2_147_483_647.0,
        Kind::Int => {
            // The largest numbers are there, but for arithmetic.
            let takes_all = matches!(
                node.op,
                Op::Column(_)
                    | Op::Literal(_)
                    | Op::Coalesce
                    | Op::NullIf
                    | Op::Greatest
                    | Op::Least
                    | Op::Case
                    | Op::Scalar(_)
                    | Op::Rem
            );
            let takes_all = takes_all
                || matches!(&node.op, Op::Aggregate(it) if matches!(it.function, Function::Min | Function::Max));
            let takes_all = takes_all
                || matches!(&node.op, Op::Window(it) if !matches!(it.function, WindowFunction::Sum));
            takes_all || extent.most < 9.2e18
        }
        Kind::Decimal => {
            extent.most.max(1.0).log10() + f64::from(extent.scale) < 24.0 && extent.scale < 18
        }
        Kind::Float => extent.most < 1e15,
        Kind::Text => extent.most < 2_000.0,
        Kind::Date | Kind::Moment | Kind::Truth => true,
    };
    is_inside && is_defined(node) && node.args.iter().all(fits)
}

/// Whether an operation has one meaning for its operands.
fn is_defined(node: &Node) -> bool {
    let arg = |index: usize| node.args.get(index).map_or(Extent::new(0.0, 0), extent);
    let sums = match &node.op {
        Op::Aggregate(it) => matches!(
            it.function,
            Function::Sum | Function::SumDistinct | Function::Avg
        ),
        Op::Window(it) => matches!(it.function, WindowFunction::Sum | WindowFunction::Avg),
        _ => false,
    };
    let of = node.args.first().map(|arg| arg.kind);
    match (&node.op, of) {
        (_, Some(Kind::Float)) if sums => arg(0).is_exact(),
        // The mean of large integers is exact on some.
        (_, Some(Kind::Int)) if sums => arg(0).most < 1e9,
        (Op::Cast | Op::Sign, Some(Kind::Int)) if node.kind == Kind::Float => arg(0).most < 9e15,
        (Op::Cast, Some(Kind::Float)) => arg(0).most < 9e15,
        (Op::Exp | Op::Power, _) => arg(0).most <= 100.0,
        _ => true,
    }
}

pub(crate) fn extent(node: &Node) -> Extent {
    let arg = |index: usize| node.args.get(index).map_or(Extent::new(0.0, 0), extent);
    let (one, two) = (arg(0), arg(1));
    let scale = one.scale.max(two.scale);
    match &node.op {
        Op::Column(it) if node.kind == Kind::Float => Extent::new(it.most, it.scale.max(2)),
        Op::Column(it) => Extent::new(it.most, it.scale),
        Op::Literal(literal) => of_literal(literal),
        Op::Coalesce | Op::Greatest | Op::Least => Extent::new(one.most.max(two.most), scale),
        Op::Div if node.kind == Kind::Float => Extent::new(one.most * 1e6, ROUNDED),
        Op::NullIf
        | Op::Neg
        | Op::Abs
        | Op::Trim
        | Op::TrimStart
        | Op::TrimEnd
        | Op::Substr
        | Op::Left
        | Op::Right
        | Op::Reverse
        | Op::Lower
        | Op::Upper
        | Op::Div
        | Op::Length
        | Op::Position => one,
        Op::Case => of_case(node),
        Op::Scalar(query) => query.items.first().map_or(one, extent),
        Op::Aggregate(it) => of_aggregate(it.function, one),
        Op::Window(it) => of_window(it.function, one),
        Op::Add | Op::Sub => Extent::new(one.most + two.most, scale),
        Op::Mul => Extent::new(one.most * two.most, one.scale + two.scale),
        Op::Rem => Extent::new(one.most.min(two.most), 0),
        Op::BitAnd | Op::BitOr | Op::BitXor => Extent::new(2.0 * one.most.max(two.most) + 1.0, 0),
        Op::RoundDigits(digits) => Extent::new(one.most + 1.0, one.scale.min((*digits).into())),
        Op::Ceil | Op::Floor | Op::Round => Extent::new(one.most + 1.0, 0),
        Op::Sqrt => Extent::new(one.most.max(1.0), ROUNDED),
        Op::Power | Op::Exp | Op::Ln => Extent::new(1e3, ROUNDED),
        Op::Cast if node.kind == Kind::Text => Extent::new(20.0, 0),
        Op::Cast => Extent::new(one.most.max(1.0), 0),
        Op::OctetLength => Extent::new(4.0 * one.most, 0),
        Op::Replace => Extent::new(one.most * (1.0 + arg(2).most), 0),
        Op::Repeat => Extent::new(one.most * two.most.max(1.0), 0),
        Op::PadStart(_) | Op::PadEnd(_) => two,
        Op::Concat => Extent::new(one.most + two.most, 0),
        Op::Compare(_)
        | Op::IsNull(_)
        | Op::Between
        | Op::In(_)
        | Op::InQuery(..)
        | Op::Exists(_)
        | Op::Quantified(..)
        | Op::Search(..)
        | Op::And
        | Op::Or
        | Op::Not
        | Op::Sign
        | Op::IsTrue(_) => Extent::new(1.0, 0),
    }
}

fn of_literal(literal: &Literal) -> Extent {
    match literal {
        Literal::Small(it) => Extent::new(f64::from(*it).abs(), 0),
        #[expect(clippy::cast_precision_loss, reason = "a bound")]
        Literal::Int(it) => Extent::new((*it as f64).abs(), 0),
        Literal::Decimal(it) => Extent::new(it.to_f64().unwrap_or_default().abs(), it.scale()),
        Literal::Float(it) => Extent::new(it.abs(), 2),
        #[expect(clippy::cast_precision_loss, reason = "a bound")]
        Literal::Text(it) => Extent::new(it.len() as f64, 0),
        Literal::Null | Literal::Date(_) | Literal::Moment(_) | Literal::Truth(_) => {
            Extent::new(0.0, 0)
        }
    }
}

fn of_case(node: &Node) -> Extent {
    let is_else = |index: usize| node.args.len() % 2 == 1 && index + 1 == node.args.len();
    let values = node.args.iter().enumerate();
    let values = values.filter(|(index, _)| index % 2 == 1 || is_else(*index));
    values
        .map(|(_, value)| extent(value))
        .fold(Extent::new(0.0, 0), |one, two| {
            Extent::new(one.most.max(two.most), one.scale.max(two.scale))
        })
}

fn of_aggregate(function: Function, over: Extent) -> Extent {
    match function {
        Function::CountAll | Function::Count | Function::CountDistinct => Extent::new(ROWS, 0),
        Function::Sum | Function::SumDistinct => Extent::new(over.most * ROWS, over.scale),
        Function::Min | Function::Max => over,
        Function::Avg => Extent::new(over.most, ROUNDED),
        // Texts of a few rows.
        Function::StringAgg | Function::StringAggDistinct => {
            Extent::new((over.most + 2.0) * 30.0, 0)
        }
    }
}

fn of_window(function: WindowFunction, over: Extent) -> Extent {
    match function {
        WindowFunction::Sum => Extent::new(over.most * ROWS, over.scale),
        WindowFunction::Avg => Extent::new(over.most, ROUNDED),
        WindowFunction::PercentRank | WindowFunction::CumeDist => Extent::new(1.0, ROUNDED),
        WindowFunction::Lag(_)
        | WindowFunction::Lead(_)
        | WindowFunction::First
        | WindowFunction::Last
        | WindowFunction::Nth(_)
        | WindowFunction::Min
        | WindowFunction::Max => over,
        WindowFunction::RowNumber
        | WindowFunction::Rank
        | WindowFunction::DenseRank
        | WindowFunction::Ntile(_)
        | WindowFunction::CountAll
        | WindowFunction::Count => Extent::new(ROWS, 0),
    }
}
