//! The shape of a statement decides its text: of statements made at random, those that differ in values alone have one
//! text wherever they have one shape, in each dialect; and the binds that are collected for a known text are those that
//! are collected along with it, whether they are by writing the statement again or by the order that the text has.
#![cfg(all(feature = "sqlite", feature = "postgres", feature = "mysql"))]

use std::collections::HashMap;
use std::ops::ControlFlow;

use orm::mysql::MysqlDialect;
use orm::postgres::PostgresDialect;
use orm::sql::{Dialect, SqlWriter};
use orm::sqlite::SqliteDialect;
use orm_core::sql::{BindOrder, WriteSql};
use orm_core::stmt::{
    Aggregate, AggregateCall, ArithmeticOp, Case, CompareOp, Cte, Delete, Direction, Expr, Fold,
    FromItem, Join, JoinKind, Like, LikeKind, Limit, NextVersion, Order, Projection, Query,
    RawPart, Select, Shape, Source, Statement, Update, With, fold_statement,
};
use orm_core::types::Type;
use orm_core::value::Value;

/// The same numbers for the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u8) -> u8 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = self.0.wrapping_add(1_442_695_040_888_963_407);
        self.0.to_be_bytes()[1] % end
    }

    fn chance(&mut self) -> bool {
        self.below(2) == 0
    }

    fn many<T>(&mut self, most: u8, mut one: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.below(most + 1)).map(|_| one(self)).collect()
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::from(self.below(u8::MAX)) % of.len()]
    }

    // Few different ones, so that some are equal.
    fn value(&mut self) -> Value {
        match self.below(5) {
            0 | 1 => Value::Int(self.below(3).into()),
            2 => Value::Text(self.pick(&["a", "b"]).to_owned()),
            3 => Value::Bytes(vec![0]),
            _ => Value::Date(self.below(2).into()),
        }
    }

    fn column(&mut self) -> Expr {
        Expr::column(self.pick(&["t", "u"]), self.pick(&["a", "b"]))
    }

    fn boxed(&mut self, depth: u32) -> Box<Expr> {
        Box::new(self.expr(depth))
    }

    fn expr(&mut self, depth: u32) -> Expr {
        let Some(depth) = depth.checked_sub(1) else {
            return if self.chance() {
                self.column()
            } else {
                Expr::Value(self.value())
            };
        };
        match self.below(15) {
            0 => Expr::And(self.many(3, |random| random.expr(depth))),
            1 => Expr::Or(self.many(3, |random| random.expr(depth))),
            2 => Expr::Not(self.boxed(depth)),
            3 => Expr::compare(
                self.pick(&[CompareOp::Eq, CompareOp::Same, CompareOp::Distinct]),
                self.expr(depth),
                self.expr(depth),
            ),
            4 => Expr::Arithmetic {
                op: self.pick(&[ArithmeticOp::Add, ArithmeticOp::Mul]),
                sides: Box::new([self.expr(depth), self.expr(depth)]),
            },
            5 => Expr::In {
                expr: self.boxed(depth),
                list: self.many(5, Self::value).into(),
                negated: self.chance(),
            },
            6 => Expr::InRows {
                row: vec![self.column(), self.column()],
                list: self
                    .many(5, |random| vec![random.value(), random.value()])
                    .into(),
                negated: self.chance(),
            },
            7 => Expr::InQuery {
                expr: self.boxed(depth),
                query: Box::new(self.query(depth)),
                negated: self.chance(),
            },
            _ => self.other(depth),
        }
    }

    fn aggregate(&mut self, depth: u32) -> Expr {
        let function = self.pick(&[Aggregate::Count, Aggregate::Sum]);
        let ty = if self.chance() {
            Type::Int64
        } else {
            Type::Float64
        };
        let mut call = AggregateCall::new(function, Some(self.expr(depth)), ty);
        call.distinct = self.chance();
        call.filter = self.chance().then(|| self.expr(depth));
        Expr::Aggregate(Box::new(call))
    }

    /// An expression that is neither a condition of many parts nor membership.
    fn other(&mut self, depth: u32) -> Expr {
        match self.below(8) {
            0 => Expr::Between {
                expr: self.boxed(depth),
                low: self.boxed(depth),
                high: self.boxed(depth),
            },
            1 => self.like(depth),
            2 => self.aggregate(depth),
            3 => Expr::Function {
                name: "COALESCE".into(),
                args: self.many(2, |random| random.expr(depth)),
            },
            4 => Expr::Case(Box::new(Case::new(vec![(
                self.expr(depth),
                self.expr(depth),
            )]))),
            5 => Expr::Subquery(Box::new(self.query(depth))),
            6 => Expr::Raw(vec![
                RawPart::Sql("f(".into()),
                RawPart::Bind(self.value()),
                RawPart::List(self.many(3, Self::value)),
                RawPart::Sql(")".into()),
            ]),
            _ => {
                let ty = if self.chance() {
                    Type::Int16
                } else {
                    Type::Int64
                };
                Expr::Extension(std::sync::Arc::new(NextVersion::new(self.column(), &ty)))
            }
        }
    }

    fn like(&mut self, depth: u32) -> Expr {
        let kinds = [
            LikeKind::Contains,
            LikeKind::EndsWith,
            LikeKind::ContainsIgnoreCase,
            LikeKind::Pattern,
        ];
        let text = |random: &mut Self| Value::Text(random.pick(&["x", "y"]).to_owned());
        let (expr, kind) = (self.expr(depth), self.pick(&kinds));
        Expr::Like(Box::new(Like::new(expr, kind, text(self), text(self))))
    }

    fn limit(&mut self) -> Option<Limit> {
        match self.below(4) {
            0 => Some(Limit::Rows(self.below(3).into())),
            1 => Some(Limit::Fixed(1)),
            _ => None,
        }
    }

    fn item(&mut self, depth: u32) -> FromItem {
        if depth > 0 && self.below(4) == 0 {
            return FromItem::new(Source::Query(Box::new(self.query(depth - 1)))).alias("q");
        }
        FromItem::table(self.pick(&["t", "u"]))
    }

    fn query(&mut self, depth: u32) -> Query {
        let columns = vec![
            Projection::Columns {
                source: "t".into(),
                names: self.pick(&[&["a", "b"], &["a", "c"]]),
            },
            Projection::Expr(self.expr(depth)),
            Projection::Labelled(self.expr(depth), "l".into()),
        ];
        let mut select = Select::new(columns, self.item(depth));
        select.distinct = self.below(3) == 0;
        select.joins = self.many(1, |random| {
            let on = random.expr(depth);
            Join::new(JoinKind::Left, random.item(depth), on)
        });
        select.filter = self.many(2, |random| random.expr(depth)).into();
        let groups = self.below(3);
        if groups == 0 {
            // Groups are mostly what is selected.
            select.group_by = self.many(2, |random| random.expr(depth));
            let selected = select.columns.iter().filter_map(|column| match column {
                Projection::Expr(expr) | Projection::Labelled(expr, _) => Some(expr.clone()),
                Projection::Columns { .. } | Projection::All => None,
            });
            select.group_by.extend(selected);
            select.having = self.many(1, |random| random.expr(depth));
        }
        let orders = self.many(1, |random| {
            Order::new(random.expr(depth), Direction::Ascending)
        });
        let mut query = Query::from(select);
        query.order_by = orders;
        query.limit = self.limit();
        query.offset = self.chance().then(|| self.below(3).into());
        query
    }

    fn with(&mut self) -> Option<Box<With>> {
        // Seldom: the more values a statement has, the more changes are of another shape.
        let cte = (self.below(8) == 0).then(|| Cte::new("s", self.query(0)));
        cte.map(|cte| Box::new(With::new(vec![cte])))
    }

    /// The common table expression, or a query.
    fn beside(&mut self) -> FromItem {
        if self.chance() {
            return FromItem::new(Source::Cte("s".into()));
        }
        FromItem::new(Source::Query(Box::new(self.query(0)))).alias("d")
    }

    fn statement(&mut self) -> Statement {
        match self.below(4) {
            0 => {
                let mut update = Update::new("t");
                update.with = self.with();
                update.from = update.with.as_ref().map(|_| self.beside());
                update.set = vec![
                    ("a".into(), self.expr(1)),
                    ("b".into(), Expr::Value(self.value())),
                ]
                .into();
                update.filter = self.many(2, |random| random.expr(2)).into();
                Statement::Update(update)
            }
            1 => {
                let mut delete = Delete::new("t");
                delete.with = self.with();
                delete.using = delete.with.as_ref().map(|_| self.beside());
                delete.filter = self.many(2, |random| random.expr(2)).into();
                Statement::Delete(delete)
            }
            _ => Statement::Query(self.query(2)),
        }
    }
}

/// Gives values others, most of them of their kind.
struct Change<'r>(&'r mut Random);

impl Fold for Change<'_> {
    type Break = ();

    fn value(&mut self, value: &mut Value) -> ControlFlow<()> {
        match value {
            Value::Int(number) if self.0.below(8) > 0 => {
                *number = self.0.below(3).into();
            }
            Value::Text(text) => self.0.pick(&["a", "b", "\0"]).clone_into(text),
            Value::Date(days) if self.0.chance() => *days += 1,
            value if self.0.below(20) == 0 => *value = self.0.value(),
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

/// A text and its order of binds, or what is refused.
type Written = Result<(String, BindOrder), String>;

/// The text, whose binds are the same however they are collected: without text, and by `known`, the order of a statement
/// of this shape.
fn written<'a>(
    dialect: &'a dyn Dialect,
    statement: impl WriteSql<'a>,
    known: Option<&BindOrder>,
) -> Written {
    let both = write(SqlWriter::new(dialect), statement);
    let alone = write(SqlWriter::binds_only(dialect), statement);
    let binds = both.as_ref().map(|(.., binds)| binds);
    assert_eq!(
        binds,
        alone.as_ref().map(|(.., binds)| binds),
        "the binds alone are others: {both:?}"
    );
    if let Some(order) = known.or(both.as_ref().ok().map(|(_, order, _)| order)) {
        let collected = order.binds(statement, dialect);
        assert_eq!(
            binds,
            collected
                .map(|binds| format!("{binds:?}"))
                .map_err(|error| error.to_string())
                .as_ref(),
            "the binds in the order {order:?} are others: {both:?}"
        );
    }
    both.map(|(text, order, _)| (text, order))
}

fn write<'a>(
    mut w: SqlWriter<'a>,
    statement: impl WriteSql<'a>,
) -> Result<(String, BindOrder, String), String> {
    statement.write(&mut w).map_err(|error| error.to_string())?;
    let order = BindOrder::of(statement, &w);
    let (text, binds) = w.finish();
    Ok((text, order, format!("{binds:?}")))
}

#[test]
fn statements_of_one_shape_have_one_text() {
    let dialects: [&dyn Dialect; 4] = [
        &SqliteDialect,
        &PostgresDialect,
        &MysqlDialect::MySql,
        &MysqlDialect::MariaDb,
    ];
    let (mut shared, mut changed, mut orders) = (0, 0, 0);
    for seed in 0..4000 {
        let mut random = Random(seed);
        let first = random.statement();
        let mut texts: HashMap<Vec<u8>, HashMap<&str, (String, BindOrder)>> = HashMap::new();
        for round in 0..6 {
            let mut statement = first.clone();
            if round > 0 {
                assert!(fold_statement(&mut Change(&mut random), &mut statement).is_continue());
                changed += 1;
            }
            let mut shape = Shape::default();
            shape.set(&statement);
            let known = texts.entry(shape.as_bytes().to_vec()).or_default();
            shared += usize::from(round > 0 && !known.is_empty());
            for dialect in dialects {
                let order = known.get(dialect.name()).map(|(_, order)| order);
                // A refusal may be about a value, such as a NUL in a pattern: the binds are refused as well.
                let Ok(found) = written(dialect, &statement, order) else {
                    continue;
                };
                orders += usize::from(found.1 != BindOrder::Written);
                let known = known.entry(dialect.name()).or_insert_with(|| found.clone());
                assert_eq!(*known, found, "of seed {seed}");
            }
        }
    }
    // Most changes leave the shape as it is, or the test would show nothing.
    assert!(shared * 2 > changed, "{shared} of {changed}");
    assert!(orders > 8000, "the order is known of {orders}");
}

#[test]
fn what_a_text_depends_on_is_part_of_the_shape() {
    let shape = |expr: Expr| {
        let mut shape = Shape::default();
        shape.set(&expr);
        shape.as_bytes().to_vec()
    };
    let among = |count: i64| Expr::In {
        expr: Box::new(Expr::column("t", "a")),
        list: (0..count).map(Value::Int).collect::<Vec<_>>().into(),
        negated: false,
    };
    assert_eq!(shape(among(5)), shape(among(8)));
    assert_ne!(shape(among(8)), shape(among(9)));
    assert_ne!(shape(among(0)), shape(among(1)));
    let value = |value| shape(Expr::Value(value));
    assert_eq!(value(Value::Int(1)), value(Value::Int(2)));
    assert_ne!(value(Value::Int(1)), value(Value::Null));
    // Names that run into each other, in other words.
    assert_ne!(
        shape(Expr::column("ab", "c")),
        shape(Expr::column("a", "bc"))
    );
    let next = |ty| {
        let next = NextVersion::new(Expr::column("t", "a"), &ty);
        Expr::Extension(std::sync::Arc::new(next))
    };
    assert_ne!(shape(next(Type::Int16)), shape(next(Type::Int32)));
    assert_eq!(next(Type::Int16), next(Type::Int16));
    assert_ne!(next(Type::Int16), next(Type::Int32));
}
