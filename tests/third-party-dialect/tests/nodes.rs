//! A node that a program adds, in the words of this dialect, without a server.

use std::any::Any;
use std::hash::Hasher;
use std::sync::Arc;

use dialect_firebird::FirebirdDialect;
use orm::ErrorKind;
use orm::prelude::*;
use orm::query::{Expr, Operand};
use orm::stmt::{self, Extension, TemplatePart};
use orm::types::base::Text;

#[derive(Model, Clone, Debug)]
#[orm(table = "authors")]
struct Author {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    name: String,
}

/// A node whose template has the words of every database but one: Firebird's dialect overrides the first name alone.
#[derive(Debug)]
struct Node(&'static str, [stmt::Expr; 1]);

impl Extension for Node {
    fn name(&self) -> &str {
        self.0
    }

    fn args(&self) -> &[stmt::Expr] {
        &self.1
    }

    fn with_args(&self, args: Vec<stmt::Expr>) -> Arc<dyn Extension> {
        let args = args.try_into().unwrap_or_else(|_| self.1.clone());
        Arc::new(Self(self.0, args))
    }

    fn shape(&self, state: &mut dyn Hasher) {
        state.write(self.0.as_bytes());
    }

    fn template(&self, dialect: &str) -> Option<Vec<TemplatePart>> {
        use TemplatePart::{Arg, Sql};
        (dialect != "sqlite").then(|| vec![Sql("UNICODE("), Arg(0), Sql(")")])
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn node(name: &'static str, text: impl Operand<Text>) -> Expr<i32> {
    Expr::extension(Node(name, [text.into_operand()]))
}

#[test]
fn the_dialect_overrides_one_node() -> orm::Result<()> {
    let query = select(Author.id).filter(node("a code point", Author.name).eq(65));
    assert_eq!(
        query.to_sql(&FirebirdDialect)?,
        r#"SELECT "ID" FROM "AUTHORS" WHERE (ASCII_VAL("NAME")) = ?"#
    );
    let query = select(Author.id).filter(node("another node", Author.name).eq(65));
    assert_eq!(
        query.to_sql(&FirebirdDialect)?,
        r#"SELECT "ID" FROM "AUTHORS" WHERE (UNICODE("NAME")) = ?"#
    );
    Ok(())
}

/// A dialect without words for the node, and a node with a template for others.
#[test]
fn a_node_without_words_is_unsupported() {
    #[derive(Debug)]
    struct Wordless(Node);

    impl Extension for Wordless {
        fn name(&self) -> &'static str {
            "a node without words"
        }

        fn args(&self) -> &[stmt::Expr] {
            self.0.args()
        }

        fn with_args(&self, args: Vec<stmt::Expr>) -> Arc<dyn Extension> {
            self.0.with_args(args)
        }

        fn shape(&self, state: &mut dyn Hasher) {
            self.0.shape(state);
        }

        fn template(&self, _dialect: &str) -> Option<Vec<TemplatePart>> {
            None
        }

        fn as_any(&self) -> &dyn Any {
            self
        }
    }

    let node = Wordless(Node("inner", [Author.name.into_operand()]));
    let query = select(Author.id).filter(Expr::<i32>::extension(node).eq(65));
    let error = query.to_sql(&FirebirdDialect).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.message().contains("a node without words"), "{error}");
}
