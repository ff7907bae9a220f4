//! [`CompiledSql`]: the text and binds of a query. One that is run again and again is compiled twice per verb: then
//! they are kept.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, Ordering};

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::sql::{Dialect, SqlWriter, write_query};
use orm_core::stmt::Query;
use orm_core::value::{Value, ValueRef};

use super::verb::{Plan, Verb};

/// The compiled texts of a query, a place for each verb. A text is kept when a verb runs for the second
/// time: most queries are built, run once and dropped. The first dialect that a verb is kept for has the
/// place; for others it is compiled each time.
#[derive(Debug, Default)]
pub(in crate::query) struct CompiledSql {
    /// The verbs that have run, a bit each.
    ran: AtomicU8,
    kept: OnceLock<Box<[OnceLock<Kept>; Verb::COUNT]>>,
}

// A clone is made to be changed, so it starts without texts.
impl Clone for CompiledSql {
    fn clone(&self) -> Self {
        Self::default()
    }
}

#[derive(Debug)]
struct Kept {
    dialect: &'static str,
    text: String,
    plan: Plan,
    /// The binds, which change as little as the query does; `None` if they have to be collected by a
    /// walk each time, for a list, which no copied value can stand for.
    binds: Option<Vec<Value>>,
}

impl CompiledSql {
    /// Compiles `query` for a verb, unless that is done, and hands text and binds to `run`. What is compiled for the
    /// first time is validated first.
    ///
    /// # Errors
    /// That of `validate`, `Usage` for a verb that the query can't have, `Unsupported` by the dialect, or the error
    /// of `run`.
    pub(in crate::query) fn run<R>(
        &self,
        query: &Query,
        (verb, dialect): (Verb, &dyn Dialect),
        validate: impl FnOnce() -> Result<()>,
        run: impl FnOnce(&str, &[ValueRef<'_>]) -> Result<R>,
    ) -> Result<R> {
        if let Some(known) = self.get(verb, dialect) {
            return with_binds(query, known, dialect, |binds| run(&known.text, binds));
        }
        validate()?;
        if matches!(verb, Verb::Count | Verb::Exists) && !query.locks.is_empty() {
            return Err(lock_without_rows());
        }
        let plan = Plan::of(query, verb);
        let mut w = SqlWriter::new(dialect);
        write(&mut w, query, &plan)?;
        let (text, binds) = w.finish();
        let result = run(&text, &binds);
        if self.again(verb) {
            let copied = || binds.iter().map(|bind| bind.to_value()).collect();
            let binds = (!binds.iter().any(is_list)).then(copied);
            let dialect = dialect.name();
            self.keep(
                verb,
                Kept {
                    dialect,
                    text,
                    plan,
                    binds,
                },
            );
        }
        result
    }

    /// The text that is kept for a verb.
    #[inline]
    fn get(&self, verb: Verb, dialect: &dyn Dialect) -> Option<&Kept> {
        let known = self.kept.get()?[verb as usize].get()?;
        (known.dialect == dialect.name()).then_some(known)
    }

    /// Notes that a verb has run, and tells whether it had before.
    fn again(&self, verb: Verb) -> bool {
        let bit = 1 << verb as u8;
        self.ran.fetch_or(bit, Ordering::Relaxed) & bit != 0
    }

    /// Keeps a text, unless the place is taken, by another thread or for another dialect.
    fn keep(&self, verb: Verb, kept: Kept) {
        let places = self.kept.get_or_init(Box::default);
        let _ = places[verb as usize].set(kept);
    }
}

fn write<'a>(w: &mut SqlWriter<'a>, query: &'a Query, plan: &'a Plan) -> Result<()> {
    write_query(w, plan.ast.as_deref().unwrap_or(query))?;
    if plan.limit.is_some() {
        w.dialect().write_limit(w, plan.limit, None);
    }
    Ok(())
}

/// Hands the binds of a text that is kept to `run`.
fn with_binds<R>(
    query: &Query,
    known: &Kept,
    dialect: &dyn Dialect,
    run: impl FnOnce(&[ValueRef<'_>]) -> Result<R>,
) -> Result<R> {
    if let Some(values) = &known.binds {
        return with_refs(values, run);
    }
    let mut w = SqlWriter::binds_only(dialect);
    write(&mut w, query, &known.plan)?;
    run(&w.finish().1)
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
    matches!(bind, ValueRef::Batch(_))
}
