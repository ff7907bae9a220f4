//! From a query to text and binds. A query that is run again and again is compiled twice per form: then
//! its text and binds are kept.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, Ordering};

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::sql::{Dialect, SelectClause, SqlWriter, write_select};
use orm_core::stmt::{self, Expr, Limit, Projection};
use orm_core::types::Type;
use orm_core::value::{Value, ValueRef};

use super::existence::{is_aggregate, labelled, reduce};
use super::scope::check_query;
use crate::query::select::query_state::Query;

/// What is asked of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::query) enum Form {
    /// All rows.
    All,
    /// The first row.
    First,
    /// Two rows, to tell whether there is one.
    One,
    /// How many rows.
    Count,
    /// Whether there is a row.
    Exists,
}

impl Form {
    const COUNT: usize = 5;

    /// The limit that the form puts on the query, as text: there are few of them, so that there are few
    /// statements to prepare.
    fn limit(self) -> Option<u8> {
        match self {
            Self::First | Self::Exists => Some(1),
            Self::One => Some(2),
            Self::All | Self::Count => None,
        }
    }
}

/// The compiled texts of a query, a place for each form. A text is kept when a form runs for the second
/// time: most queries are built, run once and dropped. The first dialect that a form is kept for has the
/// place; for others it is compiled each time.
#[derive(Debug, Default)]
pub(in crate::query) struct Texts {
    /// The forms that have run, a bit each.
    ran: AtomicU8,
    kept: OnceLock<Box<[OnceLock<Compiled>; Form::COUNT]>>,
}

// A clone is made to be changed, so it starts without texts.
impl Clone for Texts {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Texts {
    /// The text that is kept of a form.
    #[inline]
    fn get(&self, form: Form, dialect: &dyn Dialect) -> Option<&Compiled> {
        let known = self.kept.get()?[form as usize].get()?;
        (known.dialect == dialect.name()).then_some(known)
    }

    /// Notes that a form has run, and tells whether it had before.
    fn again(&self, form: Form) -> bool {
        let bit = 1 << form as u8;
        self.ran.fetch_or(bit, Ordering::Relaxed) & bit != 0
    }

    /// Keeps a text, unless the place is taken, by another thread or for another dialect.
    fn keep(&self, form: Form, compiled: Compiled) {
        let places = self.kept.get_or_init(Box::default);
        let _ = places[form as usize].set(compiled);
    }
}

#[derive(Debug)]
struct Compiled {
    dialect: &'static str,
    text: String,
    plan: Plan,
    /// The binds, which change as little as the query does; `None` if they have to be collected by a
    /// walk each time, for a list, which no copied value can stand for.
    binds: Option<Vec<Value>>,
}

/// How a form is made of its query.
#[derive(Clone, Debug, Default)]
struct Plan {
    /// The statement, if it isn't the query as it stands.
    ast: Option<Box<stmt::Select>>,
    /// A limit behind the statement.
    limit: Option<u8>,
    /// Whether the rows of the statement are counted from outside.
    counted: bool,
}

impl Query {
    /// Compiles the query in a form, unless that is done, and hands text and binds to `run`.
    ///
    /// # Errors
    /// `Usage` for faults of the query, `Unsupported` by the dialect, or the error of `run`.
    pub(in crate::query) fn with_text<R>(
        &self,
        form: Form,
        dialect: &dyn Dialect,
        run: impl FnOnce(&str, &[ValueRef<'_>]) -> Result<R>,
    ) -> Result<R> {
        if let Some(known) = self.texts.get(form, dialect) {
            return self.with_binds(known, dialect, |binds| run(&known.text, binds));
        }
        self.check().map_err(|fault| fault.to_error())?;
        if matches!(form, Form::Count | Form::Exists) && self.ast.lock.is_some() {
            return Err(lock_without_rows());
        }
        check_query(&self.ast)?;
        let plan = self.plan(form, dialect);
        let mut w = SqlWriter::new(dialect);
        self.write(&mut w, &plan)?;
        let (text, binds) = w.finish();
        let result = run(&text, &binds);
        if self.texts.again(form) {
            let copied = || binds.iter().map(|bind| bind.to_value()).collect();
            let binds = (!binds.iter().any(is_list)).then(copied);
            let dialect = dialect.name();
            self.texts.keep(
                form,
                Compiled {
                    dialect,
                    text,
                    plan,
                    binds,
                },
            );
        }
        result
    }

    /// Hands the binds of a compiled text to `run`.
    fn with_binds<R>(
        &self,
        known: &Compiled,
        dialect: &dyn Dialect,
        run: impl FnOnce(&[ValueRef<'_>]) -> Result<R>,
    ) -> Result<R> {
        if let Some(values) = &known.binds {
            return with_refs(values, run);
        }
        let mut w = SqlWriter::binds_only(dialect);
        self.write(&mut w, &known.plan)?;
        run(&w.finish().1)
    }

    fn write<'a>(&'a self, w: &mut SqlWriter<'a>, plan: &'a Plan) -> Result<()> {
        if plan.counted {
            w.push("SELECT COUNT(*) FROM (");
        }
        write_select(w, plan.ast.as_deref().unwrap_or(&self.ast))?;
        if let Some(rows) = plan.limit {
            w.push(" LIMIT ").display(rows);
        }
        if plan.counted {
            w.push(") AS ").ident("counted");
        }
        Ok(())
    }

    fn plan(&self, form: Form, dialect: &dyn Dialect) -> Plan {
        match form {
            Form::All => Plan::default(),
            Form::First | Form::One => self.limited(form, dialect),
            Form::Exists => {
                let mut ast = self.ast.clone();
                reduce(&mut ast);
                ast.limit = fixed(form, ast.limit);
                Plan {
                    ast: Some(Box::new(ast)),
                    ..Plan::default()
                }
            }
            Form::Count => self.count(),
        }
    }

    // Cloning the query to limit it would cost more than all else where its text can simply go on.
    fn limited(&self, form: Form, dialect: &dyn Dialect) -> Plan {
        use SelectClause::{Limit, Lock};
        let ends_with_limit = matches!(dialect.select_clauses(), [.., Limit] | [.., Limit, Lock]);
        if self.ast.lock.is_none()
            && self.ast.limit.is_none()
            && self.ast.offset.is_none()
            && ends_with_limit
        {
            return Plan {
                limit: form.limit(),
                ..Plan::default()
            };
        }
        let mut ast = self.ast.clone();
        ast.limit = fixed(form, ast.limit);
        Plan {
            ast: Some(Box::new(ast)),
            ..Plan::default()
        }
    }

    fn count(&self) -> Plan {
        let mut ast = self.ast.clone();
        ast.order_by.clear();
        let aggregates = ast.columns.iter().any(is_aggregate);
        let as_it_is = !ast.distinct
            && !aggregates
            && ast.group_by.is_empty()
            && ast.having.is_empty()
            && ast.limit.is_none()
            && ast.offset.is_none();
        if as_it_is {
            ast.columns = vec![Projection::Expr(count_rows())];
        } else if ast.distinct || aggregates || !ast.having.is_empty() {
            ast.columns = labelled(ast.columns);
        } else {
            ast.columns.clear();
        }
        Plan {
            ast: Some(Box::new(ast)),
            limit: None,
            counted: !as_it_is,
        }
    }
}

/// Hands `values` to `run`, by reference and without an allocation if they are few.
fn with_refs<R>(values: &[Value], run: impl FnOnce(&[ValueRef<'_>]) -> R) -> R {
    const FEW: usize = 8;
    let mut few = [ValueRef::Null; FEW];
    match few.get_mut(..values.len()) {
        Some(few) => {
            for (place, value) in few.iter_mut().zip(values) {
                *place = value.as_ref();
            }
            run(few)
        }
        None => run(&values.iter().map(Value::as_ref).collect::<Vec<_>>()),
    }
}

#[cold]
fn lock_without_rows() -> Error {
    let message = "count and exists hand out no rows, so FOR UPDATE can't lock them";
    Error::with_message(ErrorKind::Usage, message).with_hint("call all, first or one")
}

fn is_list(bind: &ValueRef<'_>) -> bool {
    matches!(bind, ValueRef::List(_) | ValueRef::Array(_))
}

/// The limit of a form, unless the query has one that is as low.
fn fixed(form: Form, limit: Option<Limit>) -> Option<Limit> {
    let rows = form.limit()?;
    match limit {
        Some(Limit::Rows(own)) if own < u64::from(rows) => Some(Limit::Rows(own)),
        Some(Limit::Fixed(own)) if own < rows => Some(Limit::Fixed(own)),
        _ => Some(Limit::Fixed(rows)),
    }
}

fn count_rows() -> Expr {
    Expr::Aggregate {
        function: stmt::Aggregate::Count,
        expr: None,
        distinct: false,
        ty: Type::Int64,
    }
}
