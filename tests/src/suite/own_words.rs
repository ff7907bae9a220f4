//! An expression that a program adds, with other words on each database.

use std::any::Any;
use std::hash::Hasher;
use std::sync::Arc;

use orm::prelude::*;
use orm::query::{Expr, Operand};
use orm::stmt::{self, Extension, TemplatePart};
use orm::types::base::Text;
use orm_conformance::Db;
use orm_conformance::cases;
use orm_conformance::fixtures::User;
use orm_conformance::suite::support::{names, seed};

cases![
    "own_words":
    a_node_has_the_words_of_each_dialect,
    a_node_is_grouped_and_assigned,
];

/// The number of a text's first letter, whose function has another name on each database.
#[derive(Debug)]
struct CodePoint([stmt::Expr; 1]);

impl Extension for CodePoint {
    fn name(&self) -> &'static str {
        "a code point"
    }

    fn args(&self) -> &[stmt::Expr] {
        &self.0
    }

    fn with_args(&self, args: Vec<stmt::Expr>) -> Arc<dyn Extension> {
        Arc::new(Self(args.try_into().unwrap()))
    }

    fn shape(&self, _state: &mut dyn Hasher) {}

    fn template(&self, dialect: &str) -> Option<Vec<TemplatePart>> {
        use TemplatePart::{Arg, Sql};
        let (open, close) = match dialect {
            "sqlite" => ("unicode(", ")"),
            "postgres" => ("ASCII(", ")"),
            "mysql" | "mariadb" => ("ORD(CONVERT(", " USING utf32))"),
            _ => return None,
        };
        Some(vec![Sql(open), Arg(0), Sql(close)])
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn code_point(text: impl Operand<Text>) -> Expr<i32> {
    Expr::extension(CodePoint([text.into_operand()]))
}

fn a_node_has_the_words_of_each_dialect(db: &Db) {
    let conn = &mut seed(db);
    let codes = select(code_point(User.username)).from(User);
    let codes = codes.order_by(User.id).all(conn).unwrap();
    assert_eq!(codes, [97, 98, 99, 100]);
    assert_eq!(names(conn, code_point(User.username).gt(98)), ["cy", "dee"]);
    let same = code_point("b").eq(code_point(User.username));
    assert_eq!(names(conn, same), ["bob"]);
    let nested = code_point(User.username.upper()) + code_point(User.username);
    let sums = select(nested).from(User);
    let sums = sums.order_by(code_point(User.username).desc());
    assert_eq!(sums.all(conn).unwrap(), [168, 166, 164, 162]);
    let wide = select(code_point("🦀")).from(User).limit(1);
    assert_eq!(wide.one(conn).unwrap(), 0x1_f980);
}

fn a_node_is_grouped_and_assigned(db: &Db) {
    let conn = &mut seed(db);
    let code = || code_point(User.username);
    let groups = select((code(), count_all())).from(User).group_by(code());
    let groups = groups.having(code().lt(99)).order_by(code());
    assert_eq!(groups.all(conn).unwrap(), [(97, 1), (98, 1)]);
    let set = update(User).set(User.email, code().cast::<String>());
    assert_eq!(set.execute(conn).unwrap(), 4);
    let emails = select(User.email).order_by(User.id);
    let first = emails.first(conn).unwrap().unwrap();
    assert_eq!(first.as_deref(), Some("97"));
}
