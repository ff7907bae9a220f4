//! Expressions that a program adds: nodes with a template, in each clause.

use std::any::Any;
use std::hash::Hasher;
use std::sync::Arc;

use orm::ErrorKind;
use orm::prelude::*;
use orm::query::{Expr, Operand};
use orm::stmt::{self, Extension, TemplatePart};
use orm::types::base::Int64;

use crate::cases;
use crate::database::Db;
use crate::fixtures::User;
use crate::suite::support::{names, seed};

cases![
    "own_nodes":
    a_node_is_an_expression,
    nodes_stand_in_each_other,
    fields_of_a_node_are_part_of_its_text,
    a_node_without_words_is_refused,
];

/// `(a * factor + b)`.
#[derive(Debug)]
struct Scaled {
    args: [stmt::Expr; 2],
    is_doubled: bool,
    has_words: bool,
}

impl Extension for Scaled {
    fn name(&self) -> &'static str {
        "scaled numbers"
    }

    fn args(&self) -> &[stmt::Expr] {
        &self.args
    }

    fn with_args(&self, args: Vec<stmt::Expr>) -> Arc<dyn Extension> {
        Arc::new(Self {
            args: args.try_into().unwrap(),
            ..*self
        })
    }

    fn shape(&self, state: &mut dyn Hasher) {
        state.write_u8(self.is_doubled.into());
    }

    fn template(&self, _dialect: &str) -> Option<Vec<TemplatePart>> {
        use TemplatePart::{Arg, Sql};
        let factor = if self.is_doubled {
            " * 2 + "
        } else {
            " * 1 + "
        };
        let parts = vec![Sql("("), Arg(0), Sql(factor), Arg(1), Sql(")")];
        self.has_words.then_some(parts)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn scaled(a: impl Operand<Int64>, b: impl Operand<Int64>, is_doubled: bool) -> Expr<i64> {
    Expr::extension(Scaled {
        args: [a.into_operand(), b.into_operand()],
        is_doubled,
        has_words: true,
    })
}

fn a_node_is_an_expression(db: &Db) {
    let conn = &mut seed(db);
    let five = || scaled(User.id, 1_i64, true);
    assert_eq!(names(conn, five().eq(5)), ["bob"]);
    let query = select((User.username, five()))
        .filter(five().gt(5))
        .order_by(five().desc());
    let found: Vec<(String, i64)> = query.all(conn).unwrap();
    assert_eq!(found, [("dee".to_owned(), 9), ("cy".to_owned(), 7)]);
    let alone = select(five()).from(User).order_by(User.id);
    assert_eq!(alone.all(conn).unwrap(), [3, 5, 7, 9]);
    let largest = select(max(five())).from(User);
    assert_eq!(largest.one(conn).unwrap(), Some(9));
}

fn nodes_stand_in_each_other(db: &Db) {
    let conn = &mut seed(db);
    let nested = scaled(scaled(User.id, 1_i64, true), User.id, false);
    assert_eq!(names(conn, nested.eq(7)), ["bob"]);
    let mut deep = scaled(User.id, 1_i64, false);
    for _ in 0..600 {
        deep = scaled(deep, 0_i64, false);
    }
    let error = select(User.id).filter(deep.eq(1)).all(conn).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage);
}

fn fields_of_a_node_are_part_of_its_text(db: &Db) {
    let conn = &mut seed(db);
    for (is_doubled, expected) in [(true, 5), (false, 3), (true, 5)] {
        let query = select(scaled(User.id, 1_i64, is_doubled)).from(User);
        let query = query.filter(User.username.eq("bob"));
        assert_eq!(query.one(conn).unwrap(), expected);
    }
}

fn a_node_without_words_is_refused(db: &Db) {
    let conn = &mut seed(db);
    db.sent();
    let node = Expr::<i64>::extension(Scaled {
        args: [User.id.into_operand(), User.id.into_operand()],
        is_doubled: false,
        has_words: false,
    });
    let error = select(User.id).filter(node.eq(1)).all(conn).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.to_string().contains("scaled numbers"), "{error}");
    assert_eq!(db.sent(), [""; 0]);
}
