//! Queries: sources, clauses, set operations, and queries inside of others.

use orm::stmt::CompareOp;

use super::{Generator, Leaf};
use crate::bounds::extent;
use crate::build::shapes::{DERIVED, LISTS};
use crate::tree::{Column, From, JoinKind, Kind, Node, Op, Query, SetOp, Source, Table};
use crate::views::{connections, fields};

/// Where a query stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Top,
    Derived,
    /// An operand of a set operation.
    Part,
    /// The rows of IN, ANY and EXISTS.
    List,
    /// The same, without aggregates.
    Rows,
    /// One row at most.
    Scalar,
}

/// The bound of the unique column of a table, by which it is known. No other column has it.
pub(super) const KEY: f64 = 64.5;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    Rows,
    Groups,
    /// Aggregates of all rows: one row.
    Whole,
}

impl Generator {
    pub(super) fn top(&mut self) -> Query {
        let kinds = *self.rng.pick(LISTS);
        self.query(kinds, Place::Top)
    }

    /// Whether there may be a query inside of this one.
    pub(super) fn has_room(&self) -> bool {
        self.level < 2
    }

    pub(super) fn scalar(&mut self, kind: Kind) -> Node {
        if !self.has_room() {
            return self.leaf(kind);
        }
        let query = self.subquery(&[kind], Place::Scalar);
        Node::new(kind, Op::Scalar(Box::new(query)), Vec::new())
    }

    /// A query in an expression, which may use columns of this one.
    pub(super) fn subquery(&mut self, kinds: &[Kind], place: Place) -> Query {
        let (local, outer) = (std::mem::take(&mut self.local), self.outer.clone());
        if !self.is_grouped {
            self.outer.extend(local.iter().cloned());
        }
        let is_grouped = std::mem::replace(&mut self.is_grouped, false);
        let query = self.query(kinds, place);
        (self.local, self.outer, self.is_grouped) = (local, outer, is_grouped);
        query
    }

    /// A query that uses no columns but its own.
    fn alone(&mut self, kinds: &[Kind], place: Place) -> Query {
        let saved = (
            std::mem::take(&mut self.local),
            std::mem::take(&mut self.outer),
        );
        let is_grouped = std::mem::replace(&mut self.is_grouped, false);
        let query = self.query(kinds, place);
        (self.local, self.outer) = saved;
        self.is_grouped = is_grouped;
        query
    }

    fn query(&mut self, kinds: &[Kind], place: Place) -> Query {
        self.level += 1;
        let mut query = self.plain(kinds, place);
        let combines = matches!(place, Place::Top | Place::Derived) && self.rng.percent(15);
        if combines {
            for _ in 0..=self.rng.below(2) {
                let op = *self.rng.pick(&[
                    SetOp::Union,
                    SetOp::UnionAll,
                    SetOp::Intersect,
                    SetOp::Except,
                    SetOp::IntersectAll,
                    SetOp::ExceptAll,
                ]);
                let other = self.alone(kinds, Place::Part);
                query.compound.push((op, other));
            }
        }
        self.level -= 1;
        query
    }

    fn plain(&mut self, kinds: &[Kind], place: Place) -> Query {
        let is_exact = place != Place::Top || self.rng.percent(60);
        let sources = self.sources(place);
        let filter = self.rng.percent(55).then(|| self.node(Kind::Truth, 3));
        let style = match (place, self.rng.below(10)) {
            (Place::Scalar, 0..7) | (_, 0) => Style::Whole,
            (_, 1..4) => Style::Groups,
            _ => Style::Rows,
        };
        let is_single = kinds != [Kind::Truth] && !kinds.contains(&Kind::Truth);
        let style = if is_single && place != Place::Rows {
            style
        } else {
            Style::Rows
        };
        let mut query = Query {
            sources,
            filter,
            group: Vec::new(),
            having: None,
            items: Vec::new(),
            distinct: style == Style::Rows && self.rng.percent(20),
            compound: Vec::new(),
            order: Vec::new(),
            limit: None,
            offset: None,
        };
        match style {
            Style::Rows => {
                let is_exact = is_exact || query.distinct;
                query.items = kinds
                    .iter()
                    .map(|kind| self.item(*kind, is_exact))
                    .collect();
            }
            Style::Groups | Style::Whole => self.grouped(&mut query, kinds, (style, is_exact)),
        }
        if is_exact {
            self.ordered(&mut query, place, style);
        }
        query
    }

    fn item(&mut self, kind: Kind, is_exact: bool) -> Node {
        if kind == Kind::Float && !is_exact && self.rng.percent(30) {
            return self.fitting(|it| it.approximate(1), kind);
        }
        if kind != Kind::Truth && self.has_keys() && self.rng.percent(15) {
            return self.fitting(|it| it.window(kind, is_exact), kind);
        }
        self.node(kind, 3)
    }

    fn fitting(&mut self, of: impl FnOnce(&mut Self) -> Node, kind: Kind) -> Node {
        let made = of(self);
        if crate::bounds::fits(&made) {
            made
        } else {
            self.leaf(kind)
        }
    }

    /// GROUP BY, HAVING and the items of groups.
    fn grouped(&mut self, query: &mut Query, kinds: &[Kind], (style, is_exact): (Style, bool)) {
        let outer = std::mem::take(&mut self.outer);
        if style == Style::Groups {
            let columns: Vec<Node> = self.local.iter().map(|leaf| leaf.0.clone()).collect();
            for _ in 0..=self.rng.below(2) {
                let column = self.rng.pick(&columns).clone();
                let group = if self.rng.percent(30) {
                    self.around(column)
                } else {
                    column
                };
                query.group.push(group);
            }
        }
        let mut groups: Vec<Leaf> = query.group.iter().cloned().map(Leaf).collect();
        for kind in kinds.iter().chain(&[Kind::Int, Kind::Small]) {
            let aggregate = self.aggregate(*kind, is_exact);
            groups.push(Leaf(aggregate));
        }
        let rows = std::mem::replace(&mut self.local, groups.clone());
        self.is_grouped = true;
        if style == Style::Groups && self.rng.percent(35) {
            // Aggregates that are selected may have no exact values.
            self.local
                .retain(|leaf| is_exact || leaf.0.kind != Kind::Float);
            query.having = Some(self.node(Kind::Truth, 2));
            self.local.clone_from(&groups);
        }
        for kind in kinds {
            let own = groups.iter().filter(|leaf| leaf.0.kind == *kind);
            let own: Vec<Node> = own.map(|leaf| leaf.0.clone()).collect();
            let is_plain = own.is_empty() || self.rng.percent(40);
            let item = if is_plain && is_exact {
                self.node(*kind, 2)
            } else {
                own.last().cloned().unwrap_or_else(|| Node::null(*kind))
            };
            query.items.push(item);
        }
        if style == Style::Whole && !query.items.iter().any(has_aggregate) {
            self.local.clone_from(&rows);
            self.is_grouped = false;
            query.items[0] = self.aggregate(kinds[0], is_exact);
        }
        (self.local, self.outer, self.is_grouped) = (rows, outer, false);
    }

    /// An expression of a column.
    pub(super) fn around(&mut self, column: Node) -> Node {
        let kind = column.kind;
        let op = match kind {
            Kind::Small | Kind::Int => Op::Rem,
            Kind::Text => return Node::new(kind, Op::Lower, vec![column]),
            Kind::Float => return Node::new(kind, Op::Floor, vec![column]),
            Kind::Decimal => return Node::new(kind, Op::RoundDigits(0), vec![column]),
            Kind::Date | Kind::Moment => Op::Coalesce,
            Kind::Truth => return column,
        };
        let other = self.value_literal(kind);
        Node::new(kind, op, vec![column, other])
    }

    fn ordered(&mut self, query: &mut Query, place: Place, style: Style) {
        let needs_one = place == Place::Scalar && style != Style::Whole;
        if !needs_one && !self.rng.percent(35) {
            return;
        }
        let items: Vec<usize> = (0..query.items.len()).collect();
        for item in self.rng.shuffled(items) {
            let order = (item, self.rng.percent(40), self.rng.percent(50));
            query.order.push(order);
        }
        if needs_one {
            query.limit = Some(1);
        } else if self.rng.percent(60) {
            query.limit = Some(self.rng.bits() % 6);
        }
        if self.rng.percent(25) {
            query.offset = Some(self.rng.bits() % 4);
        }
    }

    fn sources(&mut self, place: Place) -> Vec<Source> {
        let most = match (place, self.level) {
            (Place::Top, _) => 3,
            (_, 2) => 2,
            _ => 1,
        };
        let mut sources = Vec::new();
        self.local = Vec::new();
        for index in 0..=self.rng.below(most) {
            let from = self.from();
            let before = self.local.clone();
            let id = self.next_source;
            self.next_source += 1;
            let columns = columns(&from, id);
            let own: Vec<Leaf> = columns
                .iter()
                .map(|(kind, column)| Leaf::column(*kind, *column))
                .collect();
            let (mut join, mut on) = (JoinKind::Cross, None);
            if index > 0 {
                (join, on) = self.join(&sources, &from, (&before, &own));
            }
            self.local = before;
            self.local.extend(own);
            sources.push(Source { id, from, join, on });
        }
        sources
    }

    fn from(&mut self) -> From {
        if self.has_room() && self.rng.percent(15) {
            let kinds = *self.rng.pick(DERIVED);
            let query = self.alone(kinds, Place::Derived);
            return From::Derived(Box::new(query), self.rng.percent(40));
        }
        From::Table(*self.rng.pick(Table::ALL))
    }

    fn join(
        &mut self,
        sources: &[Source],
        from: &From,
        (before, own): (&[Leaf], &[Leaf]),
    ) -> (JoinKind, Option<Node>) {
        let join = match self.rng.below(10) {
            0..4 => JoinKind::Inner,
            4..8 => JoinKind::Left,
            8 => JoinKind::Right,
            _ => return (JoinKind::Cross, None),
        };
        let keys = sources.iter().map(|source| match (&source.from, from) {
            (From::Table(one), From::Table(other)) => connections(*one, *other),
            _ => 0,
        });
        if keys.sum::<usize>() == 1 && self.rng.percent(60) {
            return (join, None);
        }
        let outer = std::mem::take(&mut self.outer);
        let side = |it: &mut Self, leaves: &[Leaf]| {
            let found: Vec<&Leaf> = leaves
                .iter()
                .filter(|leaf| leaf.0.kind == Kind::Int)
                .collect();
            if found.is_empty() {
                Node::null(Kind::Int)
            } else {
                it.rng.pick(&found).0.clone()
            }
        };
        let args = vec![side(self, before), side(self, own)];
        let mut on = Node::new(Kind::Truth, Op::Compare(CompareOp::Eq), args);
        if self.rng.percent(30) {
            self.local = before.iter().chain(own).cloned().collect();
            let other = self.node(Kind::Truth, 2);
            on = Node::new(Kind::Truth, Op::And, vec![on, other]);
        }
        self.outer = outer;
        (join, Some(on))
    }
}

fn has_aggregate(node: &Node) -> bool {
    matches!(node.op, Op::Aggregate(_)) || node.args.iter().any(has_aggregate)
}

/// The columns of a source.
fn columns(from: &From, source: usize) -> Vec<(Kind, Column)> {
    match from {
        From::Table(table) => {
            let fields = fields(*table).iter().enumerate();
            let column = |(field, (kind, most, scale)): (usize, &(Kind, f64, u32))| {
                let most = if field == 0 { KEY } else { *most };
                (
                    *kind,
                    Column {
                        source,
                        field,
                        most,
                        scale: *scale,
                    },
                )
            };
            fields.map(column).collect()
        }
        From::Derived(query, _) => {
            let items = query.items.iter().enumerate();
            let column = |(field, item): (usize, &Node)| {
                let parts = query
                    .compound
                    .iter()
                    .filter_map(|(_, part)| part.items.get(field));
                let extents = std::iter::once(item).chain(parts).map(extent);
                let (most, scale) = extents.fold((0.5, 0), |(most, scale): (f64, u32), it| {
                    (most.max(it.most), scale.max(it.scale))
                });
                // Not that of a key.
                let most = if most.to_bits() == KEY.to_bits() {
                    most + 1.0
                } else {
                    most
                };
                (
                    item.kind,
                    Column {
                        source,
                        field,
                        most,
                        scale,
                    },
                )
            };
            items.map(column).collect()
        }
    }
}
