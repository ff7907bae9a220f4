//! [`Expression`]: a small tree of an SQL expression, which is written in one way however the expression was written.
//!
//! Databases print the expressions of a schema in their own way: with more parentheses, with casts, without BETWEEN.
//! Dialects rewrite what only their database prints. Not a model of SQL: whatever has no node stays a list of tokens.

use std::fmt;

/// Holds an expression of a schema.
///
/// # Examples
///
/// ```
/// # use orm_core::inspect::Expression;
/// # use orm_core::lex::LexicalRules;
/// let written = |sql: &str| Expression::parse(sql, LexicalRules::STANDARD).to_string();
/// assert_eq!(written("Age BETWEEN 1 AND 9"), written("((age >= 1) AND (age <= 9))"));
/// assert_eq!(written("lower(name) != 'x'"), "(lower(name) <> 'x')");
/// assert_eq!(written("a -> 'x' IS NOT NULL"), "((a -> 'x') is not null)");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Expression {
    /// A column, a number, a string, NULL, CURRENT_TIMESTAMP.
    Atom(String),
    /// A function with its arguments; `array` for `ARRAY[…]`.
    Call {
        /// The name, in lower case unless it was quoted.
        name: String,
        /// The arguments.
        arguments: Vec<Expression>,
    },
    /// An operator of one operand: `not`, `-`, `is null`, `is not true`.
    Unary {
        /// The operator, in lower case.
        operator: String,
        /// The operand.
        operand: Box<Expression>,
    },
    /// An operator of two operands: `and`, `=`, `not like`, `in`, `collate`.
    Binary {
        /// The operator, in lower case.
        operator: String,
        /// The left operand.
        left: Box<Expression>,
        /// The right operand.
        right: Box<Expression>,
    },
    /// A cast or a typed literal: `CAST(a AS b)`, `a::b`, `INTERVAL '1 day'`.
    Cast {
        /// The value.
        operand: Box<Expression>,
        /// The type, in lower case.
        ty: String,
    },
    /// CASE … END.
    Case {
        /// What the conditions are compared with, if anything.
        operand: Option<Box<Expression>>,
        /// The conditions with their results.
        branches: Vec<(Expression, Expression)>,
        /// The result of ELSE.
        otherwise: Option<Box<Expression>>,
    },
    /// A list in parentheses.
    List(Vec<Expression>),
    /// Anything else: its tokens with one blank between them.
    Opaque(String),
}

impl Expression {
    /// Changes every node, operands before operators.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::inspect::Expression;
    /// # use orm_core::lex::LexicalRules;
    /// let plain = Expression::parse("a = 'x'::text", LexicalRules::STANDARD).rewrite(&mut |node| match node {
    ///     Expression::Cast { operand, ty } if ty == "text" => *operand,
    ///     other => other,
    /// });
    /// assert_eq!(plain.to_string(), "(a = 'x')");
    /// ```
    #[must_use]
    pub fn rewrite(self, change: &mut dyn FnMut(Self) -> Self) -> Self {
        let changed = match self {
            Self::Atom(_) | Self::Opaque(_) => self,
            Self::Call { name, arguments } => Self::Call {
                name,
                arguments: rewrite_all(arguments, change),
            },
            Self::Unary { operator, operand } => Self::Unary {
                operator,
                operand: boxed(operand, change),
            },
            Self::Binary {
                operator,
                left,
                right,
            } => Self::Binary {
                operator,
                left: boxed(left, change),
                right: boxed(right, change),
            },
            Self::Cast { operand, ty } => Self::Cast {
                operand: boxed(operand, change),
                ty,
            },
            Self::Case {
                operand,
                branches,
                otherwise,
            } => {
                let operand = operand.map(|operand| boxed(operand, change));
                let branches = branches.into_iter();
                let branches = branches
                    .map(|(when, then)| (when.rewrite(change), then.rewrite(change)))
                    .collect();
                let otherwise = otherwise.map(|otherwise| boxed(otherwise, change));
                Self::Case {
                    operand,
                    branches,
                    otherwise,
                }
            }
            Self::List(items) => Self::List(rewrite_all(items, change)),
        };
        change(changed)
    }

    pub(super) fn unary(operator: &str, operand: Self) -> Self {
        Self::Unary {
            operator: operator.to_owned(),
            operand: Box::new(operand),
        }
    }

    /// AND and OR of several conditions are written from the left, however they were grouped.
    pub(super) fn binary(operator: &str, left: Self, right: Self) -> Self {
        let (left, right) = match right {
            Self::Binary {
                operator: inner,
                left: first,
                right: second,
            } if inner == operator && matches!(operator, "and" | "or") => {
                (Self::binary(operator, left, *first), *second)
            }
            right => (left, right),
        };
        Self::Binary {
            operator: operator.to_owned(),
            left: Box::new(left),
            right: Box::new(right),
        }
    }
}

#[expect(clippy::boxed_local, reason = "the node of a tree, whose box it is")]
fn boxed(
    node: Box<Expression>,
    change: &mut dyn FnMut(Expression) -> Expression,
) -> Box<Expression> {
    Box::new(node.rewrite(change))
}

fn rewrite_all(
    nodes: Vec<Expression>,
    change: &mut dyn FnMut(Expression) -> Expression,
) -> Vec<Expression> {
    let nodes = nodes.into_iter();
    nodes.map(|node| node.rewrite(change)).collect()
}

/// Writes the expression with all parentheses, and keywords in lower case.
impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Atom(text) | Self::Opaque(text) => f.write_str(text),
            Self::Call { name, arguments } if name == "array" => {
                write!(f, "array[{}]", Separated(arguments))
            }
            Self::Call { name, arguments } => write!(f, "{name}({})", Separated(arguments)),
            Self::Unary { operator, operand } if operator.starts_with("is ") => {
                write!(f, "({operand} {operator})")
            }
            Self::Unary { operator, operand } => write!(f, "({operator} {operand})"),
            Self::Binary {
                operator,
                left,
                right,
            } => write!(f, "({left} {operator} {right})"),
            Self::Cast { operand, ty } => write!(f, "cast({operand} as {ty})"),
            Self::Case {
                operand,
                branches,
                otherwise,
            } => {
                f.write_str("case")?;
                if let Some(operand) = operand {
                    write!(f, " {operand}")?;
                }
                for (when, then) in branches {
                    write!(f, " when {when} then {then}")?;
                }
                if let Some(otherwise) = otherwise {
                    write!(f, " else {otherwise}")?;
                }
                f.write_str(" end")
            }
            Self::List(items) => write!(f, "({})", Separated(items)),
        }
    }
}

/// Writes expressions with commas between them.
struct Separated<'a>(&'a [Expression]);

impl fmt::Display for Separated<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, item) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            item.fmt(f)?;
        }
        Ok(())
    }
}
