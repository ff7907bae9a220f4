//! The check of a statement before it is sent, in one pass over it: columns of tables that aren't part of it, errors
//! that were kept while it was built, how deep it is nested. `grouping.rs` refuses a column that is neither
//! grouped nor aggregated, and DISTINCT in an order that is not selected; `multiplied.rs` aggregates over rows that joins repeat, `windows.rs` window functions where there are none, `kept_rows.rs` DISTINCT ON and WITH TIES without their order, `optional.rs` looks at left joins, `grouping_sets.rs` at ROLLUP and `locks.rs` at the tables of locks, `ctes.rs` at the names of common table expressions, with
//! `typed.rs`, what is known of a query beside its syntax, and `aggregates.rs`, which expressions aggregate rows. The database
//! would only report that the column does not exist.

mod aggregates;
mod ctes;
mod grouping;
mod grouping_sets;
mod kept_rows;
mod locks;
mod missing;
mod multiplied;
mod optional;
mod products;
mod typed;
mod windows;

use std::ops::ControlFlow;

use orm_core::stmt::{
    Delete, Expr, FromItem, Insert, Join, Name, Projection, Query, QueryBody, Select, Source,
    Statement, Update, Visit, With, walk_delete, walk_expr, walk_insert, walk_item, walk_query,
    walk_update,
};

pub(super) use self::aggregates::may_aggregate;
use self::missing::{join_call, names};
pub(in crate::query) use self::typed::Typed;
use crate::query::expressions::build_error::{BuildError, build_error_of};

/// Checks a query that will be sent.
///
/// # Errors
/// What is wrong, naming table and column.
pub(in crate::query) fn validate_query(query: &Query, typed: &Typed<'_>) -> Result<(), BuildError> {
    validate(query, typed, Outside::Nothing)?;
    Ok(())
}

/// Checks a query that will be a part of another one, whose columns it may use, and returns how deep it is nested.
///
/// # Errors
/// As [`validate_query`].
pub(in crate::query) fn validate_subquery(
    query: &Query,
    typed: &Typed<'_>,
) -> Result<usize, BuildError> {
    validate(query, typed, Outside::Unknown)
}

fn validate(
    query: &Query,
    typed: &Typed<'_>,
    outside: Outside<'_, '_>,
) -> Result<usize, BuildError> {
    typed.check_names()?;
    check_with(query.with.as_deref(), |hidden| hidden.query(query))?;
    let mut pass = Pass::new(Tables::of(query), outside, 0);
    flow(walk_query(&mut pass, query))?;
    kept_rows::check_ties(query)?;
    check_limits(query)?;
    let Some(select) = query.as_select() else {
        return Ok(pass.deepest);
    };
    grouping::check(select, &query.order_by, (typed, pass.aggregates))?;
    if pass.aggregates && !select.joins.is_empty() {
        multiplied::check(select, &query.order_by, typed)?;
    }
    let merges = grouping::merges_rows(select, &query.order_by) || select.drops_rows();
    if !query.locks.is_empty() && merges {
        return Err(BuildError::new(
            "FOR UPDATE is not allowed with DISTINCT, GROUP BY or aggregates",
            "lock the rows in a separate query, then aggregate",
        ));
    }
    if pass.windows {
        windows::check(select, &query.order_by, typed)?;
    }
    kept_rows::check_distinct_on(select, &query.order_by)?;
    optional::check(select, typed)?;
    grouping_sets::check(select, typed)?;
    locks::check(query, typed)?;
    Ok(pass.deepest)
}

/// Checks the expressions of LIMIT and OFFSET, which are computed once, before there are rows.
///
/// # Errors
/// One has a column of the query or of one around it, an aggregate or a window function.
fn check_limits(query: &Query) -> Result<(), BuildError> {
    let Some(by) = &query.limit_by else {
        return Ok(());
    };
    let mut pass = Pass::apart();
    let is_alone = by.exprs().all(|expr| pass.expr(expr).is_continue());
    if is_alone && !pass.aggregates && !pass.windows {
        return Ok(());
    }
    Err(BuildError::new(
        "LIMIT and OFFSET must not contain columns of the query, aggregates and window functions",
        "compute the number in a subquery: limit_by(scalar(select(…)).coalesce(0))",
    ))
}

/// Checks the common table expressions of a subquery, which may use no columns of queries around them, and write nothing.
///
/// # Errors
/// As [`validate_query`].
pub(in crate::query) fn validate_inner_ctes(query: &Query) -> Result<(), BuildError> {
    ctes::check_inner(query.with.as_deref())?;
    check_with(query.with.as_deref(), |hidden| hidden.query(query))
}

/// Checks the common table expressions of a statement, which may use no columns of what is around them.
fn check_with<'a>(
    with: Option<&'a With>,
    look: impl FnOnce(&mut ctes::Hidden<'a>) -> ControlFlow<Name>,
) -> Result<(), BuildError> {
    ctes::check_names(with, look)?;
    let mut pass = Pass::new(Tables::None, Outside::Nothing, 0);
    let mut ctes = with.into_iter().flat_map(|with| &with.ctes);
    ctes.try_for_each(|cte| flow(pass.query(&cte.query)))
}

/// Checks an UPDATE.
///
/// # Errors
/// As [`validate_query`].
pub(in crate::query) fn validate_update(update: &Update) -> Result<(), BuildError> {
    check_with(update.with.as_deref(), |hidden| {
        hidden.table(&update.table)?;
        walk_update(hidden, update)
    })?;
    let tables = Tables::Beside(&update.table, update.from.as_ref(), &update.joins);
    let mut pass = Pass::new(tables, Outside::Nothing, 0);
    flow(walk_update(&mut pass, update))?;
    let others = beside(update.from.as_ref(), &update.joins);
    products::check(("UPDATE", &update.table, true), others, &update.filter)?;
    let set = update.set.iter().map(|(_, value)| value);
    pass.check_write("UPDATE", update.filter.iter().chain(set))
}

/// Checks a DELETE.
///
/// # Errors
/// As [`validate_query`].
pub(in crate::query) fn validate_delete(delete: &Delete) -> Result<(), BuildError> {
    check_with(delete.with.as_deref(), |hidden| {
        hidden.table(&delete.table)?;
        walk_delete(hidden, delete)
    })?;
    let tables = Tables::Beside(&delete.table, delete.using.as_ref(), &delete.joins);
    let mut pass = Pass::new(tables, Outside::Nothing, 0);
    flow(walk_delete(&mut pass, delete))?;
    let others = beside(delete.using.as_ref(), &delete.joins);
    products::check(("DELETE", &delete.table, false), others, &delete.filter)?;
    pass.check_write("DELETE", delete.filter.iter())
}

/// Checks an INSERT.
///
/// # Errors
/// As [`validate_query`].
pub(in crate::query) fn validate_insert(insert: &Insert) -> Result<(), BuildError> {
    let tables = Tables::Written(&insert.table);
    let mut pass = Pass::new(tables, Outside::Nothing, 0);
    flow(walk_insert(&mut pass, insert))?;
    pass.check_write("INSERT", std::iter::empty())?;
    check_returned(&insert.table, &insert.returning)
}

/// Checks a statement that writes.
///
/// # Errors
/// As [`validate_query`].
pub(in crate::query) fn validate_statement(statement: &Statement) -> Result<(), BuildError> {
    match statement {
        Statement::Query(query) => flow(Pass::apart().query(query)),
        Statement::Insert(insert) => validate_insert(insert),
        Statement::Update(update) => {
            validate_update(update)?;
            check_returned(&update.table, &update.returning)
        }
        Statement::Delete(delete) => {
            validate_delete(delete)?;
            check_returned(&delete.table, &delete.returning)
        }
    }
}

/// RETURNING is of one row, so it has nothing to aggregate; and of one table, since not every database knows the others there.
fn check_returned(table: &str, returning: &[Projection]) -> Result<(), BuildError> {
    let mut pass = Pass::new(Tables::Written(table), Outside::Nothing, 0);
    flow(returning.iter().try_for_each(|item| pass.projection(item)))?;
    let mut exprs = returning.iter().filter_map(Projection::expr);
    if exprs.any(aggregates::has_aggregate) {
        return Err(BuildError::new(
            "aggregates are not allowed in RETURNING",
            "return the column, or aggregate the rows with a query",
        ));
    }
    Ok(())
}

fn flow(found: ControlFlow<BuildError>) -> Result<(), BuildError> {
    match found {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(error) => Err(error),
    }
}

/// The tables that columns may belong to.
#[derive(Clone, Copy)]
enum Tables<'a> {
    /// Those of a plain SELECT.
    Of(&'a Select),
    /// The one that a statement writes.
    Written(&'a str),
    /// The one that a statement writes, and those beside it.
    Beside(&'a str, Option<&'a FromItem>, &'a [Join]),
    /// None: a set operation or rows of values.
    None,
}

impl<'a> Tables<'a> {
    fn of(query: &'a Query) -> Self {
        match &query.body {
            QueryBody::Select(select) => Self::Of(select),
            QueryBody::SetOperation(_) | QueryBody::Values(_) | QueryBody::Returning(_) => {
                Self::None
            }
        }
    }

    fn have(self, name: &str) -> bool {
        match self {
            Self::Of(select) => {
                let mut names = select.sources().filter_map(FromItem::name);
                names.any(|own| own == name)
            }
            Self::Written(table) => table == name,
            Self::Beside(table, first, joins) => {
                let mut others = beside(first, joins).filter_map(FromItem::name);
                table == name || others.any(|own| own == name)
            }
            Self::None => false,
        }
    }

    /// Their names, for messages.
    fn names(self) -> Vec<&'a str> {
        match self {
            Self::Of(select) => names(select.sources()).collect(),
            Self::Written(table) => vec![table],
            Self::Beside(table, first, joins) => {
                let others = names(beside(first, joins));
                let written = std::iter::once(table).filter(|table| !table.is_empty());
                written.chain(others).collect()
            }
            Self::None => Vec::new(),
        }
    }
}

/// The tables beside the one that a statement writes.
fn beside<'a>(
    first: Option<&'a FromItem>,
    joins: &'a [Join],
) -> impl Iterator<Item = &'a FromItem> {
    first.into_iter().chain(joins.iter().map(|join| &join.item))
}

/// What is around a query.
#[derive(Clone, Copy)]
enum Outside<'p, 'a> {
    Nothing,
    /// A statement that isn't there yet.
    Unknown,
    Pass(&'p Pass<'p, 'a>),
}

/// The pass over one query, or over one statement that writes. Each query inside has one of its own.
struct Pass<'p, 'a> {
    tables: Tables<'a>,
    outside: Outside<'p, 'a>,
    depth: usize,
    deepest: usize,
    /// Whether an aggregate stands in it, subqueries apart.
    aggregates: bool,
    /// Whether a window function does.
    windows: bool,
}

impl<'p, 'a> Pass<'p, 'a> {
    fn new(tables: Tables<'a>, outside: Outside<'p, 'a>, depth: usize) -> Self {
        Self {
            tables,
            outside,
            depth: depth + 1,
            deepest: depth + 1,
            aggregates: false,
            windows: false,
        }
    }

    /// The pass over what stands in no statement.
    fn apart() -> Self {
        Self::new(Tables::None, Outside::Nothing, 0)
    }

    /// Refuses what a statement that writes has no place for. `rowwise` is about one row each.
    fn check_write<'e>(
        &self,
        statement: &str,
        mut rowwise: impl Iterator<Item = &'e Expr>,
    ) -> Result<(), BuildError> {
        if self.windows {
            return Err(windows::in_write(statement));
        }
        if self.aggregates && rowwise.any(aggregates::has_aggregate) {
            return Err(BuildError::new(
                format!("aggregates are not allowed in {statement}"),
                "aggregate in a subquery: scalar(select(sum(…)))",
            ));
        }
        Ok(())
    }

    /// Goes through a query inside this one, which sees what is `outside` of it.
    fn inside(&self, query: &'a Query, outside: Outside<'_, 'a>) -> ControlFlow<BuildError, usize> {
        let mut inner = Pass::new(Tables::of(query), outside, self.depth);
        walk_query(&mut inner, query)?;
        ControlFlow::Continue(inner.deepest)
    }

    fn column(&self, source: &str, name: &str) -> ControlFlow<BuildError> {
        let mut pass = self;
        while !pass.tables.have(source) {
            match pass.outside {
                Outside::Pass(outer) => pass = outer,
                Outside::Unknown => break,
                Outside::Nothing => return ControlFlow::Break(self.unknown(source, name)),
            }
        }
        ControlFlow::Continue(())
    }

    /// A lateral item sees those before it. In UPDATE … FROM and DELETE … USING the written table is none of them.
    fn lateral(&mut self, item: &'a FromItem) -> ControlFlow<BuildError> {
        let Tables::Beside(_, first, joins) = self.tables else {
            return walk_item(self, item);
        };
        let tables = Tables::Beside("", first, joins);
        let mut apart = Pass::new(tables, self.outside, self.depth);
        walk_item(&mut apart, item)?;
        self.deepest = self.deepest.max(apart.deepest);
        ControlFlow::Continue(())
    }

    #[cold]
    fn unknown(&self, source: &str, name: &str) -> BuildError {
        let present = self.tables.names();
        let (statement, hint) = match self.tables {
            Tables::Of(_) | Tables::None => {
                let join = join_call(source, &present);
                let join = join.as_deref().unwrap_or("it with .join(…)");
                ("query", format!("add {join}, or use exists(select(…))"))
            }
            Tables::Written(_) => {
                let hint = "use exists(select(…)), or in_select(…)";
                ("statement", hint.to_owned())
            }
            Tables::Beside(..) => {
                let hint = "add it with .from(…) or .using(…), or use exists(select(…))";
                ("statement", hint.to_owned())
            }
        };
        let of = match &present[..] {
            [] => String::new(),
            present => format!(" of {}", present.join(", ")),
        };
        let message =
            format!("missing FROM entry for {source}: the {statement}{of} uses {source}.{name}");
        BuildError::new(message, hint)
    }
}

#[cold]
fn no_source(name: &str) -> BuildError {
    BuildError::new(
        format!("missing FROM entry for {name}: it is no table of the database"),
        format!("name the derived table: .from(&{name}), or join it: .join_on(&{name}, …)"),
    )
}

impl<'a> Visit<'a> for Pass<'_, 'a> {
    type Break = BuildError;

    fn expr(&mut self, expr: &'a Expr) -> ControlFlow<BuildError> {
        if let Expr::Column { source, name } = expr {
            self.column(source, name)?;
        } else if let Expr::Aggregate(_) = expr {
            self.aggregates = true;
        } else if let Expr::Over { .. } = expr {
            self.windows = true;
        } else if let Expr::Extension(node) = expr
            && let Some(error) = build_error_of(node.as_ref())
        {
            return ControlFlow::Break(error.clone());
        }
        self.depth += 1;
        self.deepest = self.deepest.max(self.depth);
        walk_expr(self, expr)?;
        self.depth -= 1;
        ControlFlow::Continue(())
    }

    fn query(&mut self, query: &'a Query) -> ControlFlow<BuildError> {
        let deepest = self.inside(query, Outside::Pass(self))?;
        self.deepest = self.deepest.max(deepest);
        ControlFlow::Continue(())
    }

    fn statement(&mut self, statement: &'a Statement) -> ControlFlow<BuildError> {
        // It sees nothing of the statement that has it in WITH.
        let checked = ctes::check_inner(ctes::with_of(statement));
        match checked.and_then(|()| validate_statement(statement)) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => ControlFlow::Break(error),
        }
    }

    fn item(&mut self, item: &'a FromItem) -> ControlFlow<BuildError> {
        if let (Source::Table(table), Some(name)) = (&item.source, item.name())
            && table.is_empty()
        {
            return ControlFlow::Break(no_source(name));
        }
        if item.lateral {
            return self.lateral(item);
        }
        // Its neighbours mean nothing in it, nor are its aggregates those of this query.
        let mut apart = Pass::new(Tables::None, self.outside, self.depth);
        walk_item(&mut apart, item)?;
        self.deepest = self.deepest.max(apart.deepest);
        ControlFlow::Continue(())
    }

    fn projection(&mut self, projection: &'a Projection) -> ControlFlow<BuildError> {
        match projection {
            Projection::Columns { source, names } => {
                self.column(source, names.first().copied().unwrap_or("*"))
            }
            Projection::All => ControlFlow::Continue(()),
            Projection::Expr(expr) | Projection::Labelled(expr, _) => self.expr(expr),
        }
    }
}
