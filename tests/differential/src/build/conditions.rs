//! Conditions.

use orm::query::{CaseValue as _, Expr, Select, all, any};
use orm::stmt::CompareOp;
use orm::{DbType, Predicate, exists};

use super::cells::AnyExpr;
use super::{Env, of_any_kind};
use crate::tree::{Kind, Literal, Node, Op, Query, Search};

impl Env {
    pub(super) fn truth(&self, node: &Node) -> Predicate {
        let arg = |index| self.truth(&Self::arg(node, index));
        match &node.op {
            Op::Column(it) => match self.column(it.source, it.field) {
                Some(AnyExpr::Truth(expr)) => expr.is_true(),
                _ => none(),
            },
            Op::Literal(Literal::Truth(true)) => Predicate::all([]),
            Op::Literal(Literal::Truth(false)) => Predicate::any([]),
            Op::Compare(op) => self.compare(*op, node),
            Op::IsNull(negated) => of_any_kind!(self, &Self::arg(node, 0), it => {
                if *negated { it.is_not_null() } else { it.is_null() }
            }),
            Op::Between => self.between(node),
            Op::In(negated) => self.in_list(node, *negated),
            Op::InQuery(negated, query) => self.in_query(node, *negated, query),
            Op::Exists(query) => self.exists(query),
            Op::Quantified(op, every, query) => self.quantified(node, (*op, *every), query),
            Op::Search(search, needle) => self.search(*search, node, needle),
            Op::And => arg(0).and(arg(1)),
            Op::Or => arg(0).or(arg(1)),
            Op::Not => arg(0).not(),
            Op::IsTrue(true) => arg(0).value().is_true(),
            Op::IsTrue(false) => arg(0).value().is_false(),
            _ => none(),
        }
    }

    fn compare(&self, op: CompareOp, node: &Node) -> Predicate {
        let right = Self::arg(node, 1);
        match Self::arg(node, 0).kind {
            Kind::Small => compare(op, self.small(&node.args[0]), self.small(&right)),
            Kind::Int => compare(op, self.int(&node.args[0]), self.int(&right)),
            Kind::Decimal => compare(op, self.decimal(&node.args[0]), self.decimal(&right)),
            Kind::Float => compare(op, self.float(&node.args[0]), self.float(&right)),
            Kind::Text => compare(op, self.text(&node.args[0]), self.text(&right)),
            Kind::Date => compare(op, self.date(&node.args[0]), self.date(&right)),
            Kind::Moment => compare(op, self.moment(&node.args[0]), self.moment(&right)),
            Kind::Truth => compare(
                op,
                self.truth_value(&node.args[0]),
                self.truth_value(&right),
            ),
        }
    }

    fn between(&self, node: &Node) -> Predicate {
        let [of, low, high] = [0, 1, 2].map(|index| Self::arg(node, index));
        match of.kind {
            Kind::Small => self.small(&of).between(self.small(&low), self.small(&high)),
            Kind::Decimal => self
                .decimal(&of)
                .between(self.decimal(&low), self.decimal(&high)),
            Kind::Float => self.float(&of).between(self.float(&low), self.float(&high)),
            Kind::Text => self.text(&of).between(self.text(&low), self.text(&high)),
            Kind::Date => self.date(&of).between(self.date(&low), self.date(&high)),
            Kind::Moment => self
                .moment(&of)
                .between(self.moment(&low), self.moment(&high)),
            Kind::Int | Kind::Truth => self.int(&of).between(self.int(&low), self.int(&high)),
        }
    }

    fn in_list(&self, node: &Node, negated: bool) -> Predicate {
        macro_rules! listed {
            ($of:expr, $variant:ident) => {{
                let values = node.args[1..].iter().filter_map(|arg| match &arg.op {
                    Op::Literal(Literal::$variant(value)) => Some(value.clone()),
                    _ => None,
                });
                if negated {
                    $of.not_in(values)
                } else {
                    $of.in_(values)
                }
            }};
        }
        let of = &Self::arg(node, 0);
        match of.kind {
            Kind::Small => listed!(self.small(of), Small),
            Kind::Int | Kind::Truth => listed!(self.int(of), Int),
            Kind::Decimal => listed!(self.decimal(of), Decimal),
            Kind::Float => listed!(self.float(of), Float),
            Kind::Text => listed!(self.text(of), Text),
            Kind::Date => listed!(self.date(of), Date),
            Kind::Moment => listed!(self.moment(of), Moment),
        }
    }

    fn in_query(&self, node: &Node, negated: bool, query: &Query) -> Predicate {
        of_any_kind!(self, &Self::arg(node, 0), it => {
            let query = self.query_like(&it, query);
            if negated { it.not_in(query) } else { it.in_(query) }
        })
    }

    fn quantified(&self, node: &Node, (op, every): (CompareOp, bool), query: &Query) -> Predicate {
        of_any_kind!(self, &Self::arg(node, 0), it => {
            let query = self.query_like(&it, query);
            let rows = if every { all(query) } else { any(query) };
            match op {
                CompareOp::Ne => it.ne(rows),
                CompareOp::Lt => it.lt(rows),
                CompareOp::Le => it.le(rows),
                CompareOp::Gt => it.gt(rows),
                CompareOp::Ge => it.ge(rows),
                _ => it.eq(rows),
            }
        })
    }

    /// A query of one column of the type of an expression.
    fn query_like<T: super::cells::Slot>(
        &self,
        _of: &Expr<Option<T>>,
        query: &Query,
    ) -> Select<Expr<Option<T>>>
    where
        Option<T>: DbType,
    {
        self.query(query)
    }

    fn exists(&self, query: &Query) -> Predicate {
        let Some(item) = query.items.first() else {
            return none();
        };
        match item.kind {
            Kind::Text => exists(self.query::<Expr<Option<String>>>(query)),
            Kind::Small => exists(self.query::<Expr<Option<i32>>>(query)),
            _ => exists(self.query::<Expr<Option<i64>>>(query)),
        }
    }

    fn search(&self, search: Search, node: &Node, needle: &str) -> Predicate {
        let of = self.text(&Self::arg(node, 0));
        match search {
            Search::Contains => of.contains(needle),
            Search::StartsWith => of.starts_with(needle),
            Search::EndsWith => of.ends_with(needle),
            Search::IContains => of.icontains(needle),
            Search::IStartsWith => of.istarts_with(needle),
            Search::IEndsWith => of.iends_with(needle),
            Search::IEq => of.ieq(needle),
            Search::Like => of.like(needle),
            Search::NotLike => of.not_like(needle),
            Search::ILike => of.ilike(needle),
            Search::Matches => of.matches(needle),
        }
    }
}

fn compare<T: DbType>(op: CompareOp, left: Expr<T>, right: Expr<T>) -> Predicate {
    match op {
        CompareOp::Eq => left.eq(right),
        CompareOp::Ne => left.ne(right),
        CompareOp::Lt => left.lt(right),
        CompareOp::Le => left.le(right),
        CompareOp::Gt => left.gt(right),
        CompareOp::Ge => left.ge(right),
        CompareOp::Same => left.same_as(right),
        CompareOp::Distinct => left.distinct_from(right),
    }
}

/// A condition that is unknown.
fn none() -> Predicate {
    None::<i32>.into_value().eq(Some(1).into_value())
}
