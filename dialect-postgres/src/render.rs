//! The hooks of the statement writer in which PostgreSQL differs: casts of binds and aggregates, ILIKE,
//! BEGIN, and the batch statements over arrays.
//!
//! An array statement has one text for any number of rows, so that a flush of a table is one statement
//! that stays prepared. `UNNEST` can't infer a parameter's type from the column that its values go to:
//! each array is cast to its column's own type.

use std::borrow::Cow;

use orm_core::error::Result;
use orm_core::sql::{
    ExpectedColumn, IsolationLevel, SqlWriter, TransactionOptions, write_equal_in_lower_case,
    write_expr, write_numeric as write_standard, write_operand,
};
use orm_core::stmt::{
    BatchColumn, BatchDelete, BatchUpdate, Extension as _, Insert, Like, LikeKind, Numeric,
    NumericOp,
};
use orm_core::types::Type;
use orm_core::value::Value;

use crate::catalogue::{digests, element_cast, element_type, write_expected};
use crate::errors::WRONG_COUNT;
use crate::types;

/// Writes an operator of numbers. `a / b` of exact decimals is rounded to digits that the server chooses, and would be rounded
/// twice; DIV is exact, and so is a product.
pub(crate) fn write_numeric<'a>(w: &mut SqlWriter<'a>, numeric: &'a Numeric) -> Result<()> {
    let (NumericOp::DivideTo(digits), [a, b]) = (numeric.op(), numeric.args()) else {
        return write_standard(w, numeric);
    };
    let zeros = "0".repeat(usize::from(digits));
    w.push("ROUND(DIV(");
    write_operand(w, a)?;
    w.push(" * 10").push(&zeros).push(", NULLIF(");
    write_expr(w, b)?;
    w.push(", 0)) * 0.").push(&zeros).push("1, ");
    w.display(digits).push(")");
    Ok(())
}

/// `$1::int8`. Without the cast the server takes a lone parameter for text.
pub(crate) fn write_typed_bind<'a>(w: &mut SqlWriter<'a>, value: &'a Value) {
    w.value(value);
    let name = types::own_name(value).or_else(|| types::value_name(value).map(Cow::Borrowed));
    if let Some(name) = name {
        w.push("::").push(&name);
    }
}

/// LIKE is case-sensitive, ILIKE is not. `\` is the default escape character of both; an ESCAPE clause would itself
/// depend on `standard_conforming_strings`.
pub(crate) fn write_like<'a>(w: &mut SqlWriter<'a>, like: &'a Like) -> Result<()> {
    let operator = match like.kind {
        LikeKind::EqualsIgnoreCase => return write_equal_in_lower_case(w, like, "LOWER"),
        LikeKind::Contains | LikeKind::StartsWith | LikeKind::EndsWith | LikeKind::Pattern => {
            " LIKE "
        }
        LikeKind::ContainsIgnoreCase
        | LikeKind::StartsWithIgnoreCase
        | LikeKind::EndsWithIgnoreCase
        | LikeKind::PatternIgnoreCase => " ILIKE ",
        LikeKind::Regex => " ~ ",
    };
    write_operand(w, &like.expr)?;
    w.push(operator).bind(like.pattern.as_ref());
    Ok(())
}

/// Sums of integers are `numeric` here, as are their averages: both are cast to the type of the expression.
pub(crate) fn write_aggregate<'a>(
    w: &mut SqlWriter<'a>,
    call: &dyn Fn(&mut SqlWriter<'a>) -> Result<()>,
    ty: &Type,
) -> Result<()> {
    // Text is core's word for "leave it as it is".
    if *ty == Type::Text {
        return call(w);
    }
    w.push("CAST(");
    call(w)?;
    w.push(" AS ").push(&types::cast_name(ty)).push(")");
    Ok(())
}

/// One statement with all its options, so that beginning costs one round trip.
pub(crate) fn begin(options: TransactionOptions) -> Cow<'static, str> {
    let isolation = options.isolation.map(IsolationLevel::as_sql);
    match (isolation, options.read_only) {
        (None, false) => "BEGIN".into(),
        (None, true) => "BEGIN READ ONLY".into(),
        (Some(level), false) => format!("BEGIN ISOLATION LEVEL {level}").into(),
        (Some(level), true) => format!("BEGIN ISOLATION LEVEL {level} READ ONLY").into(),
    }
}

/// `SELECT * FROM UNNEST($1::text[], $2::int8[])`.
///
/// With RETURNING, the rows are sorted by their place in the arrays: the server evaluates
/// defaults after sorting, so that a sequence counts up in the order of the rows.
pub(crate) fn write_array_source(w: &mut SqlWriter<'_>, insert: &Insert) {
    let columns: Vec<BatchColumn<'_>> = insert.batch_columns().collect();
    let plain = columns.iter().all(|c| element_cast(c).is_none());
    if plain && insert.returning.is_empty() {
        w.push("SELECT * FROM ");
        write_unnest(w, &columns);
        return;
    }
    w.push("SELECT ");
    w.list(columns.iter().enumerate(), |w, (index, column)| {
        write_element(w, ("p", index), column);
    });
    w.push(" FROM ");
    if insert.returning.is_empty() {
        write_source(w, &columns, "p");
        return;
    }
    write_unnest(w, &columns);
    w.push(" WITH ORDINALITY AS p(");
    write_aliases(w, columns.len());
    w.push(", n) ORDER BY p.n");
}

/// `UPDATE t SET a = v.c0 FROM UNNEST($1::text[], $2::int8[]) AS v(c0, c1) WHERE t.id = v.c1`.
pub(crate) fn write_batch_update_arrays(w: &mut SqlWriter<'_>, update: &BatchUpdate<'_>) {
    let alias = alias(update.table);
    w.push("UPDATE ").ident(update.table).push(" SET ");
    w.list(update.set.iter().enumerate(), |w, (index, column)| {
        w.ident(column.name).push(" = ");
        write_element(w, (alias, index), column);
    });
    w.push(" FROM ");
    let mut expected = update.expected.to_vec();
    for column in expected.iter_mut().filter(|c| update.digest && digests(c)) {
        *column = BatchColumn::new(column.name, &Type::Text);
    }
    write_source(w, &[update.set, update.key, &expected].concat(), alias);
    let matched = Match {
        table: update.table,
        alias,
        first: update.set.len(),
        digest: update.digest,
    };
    write_match(w, &matched, update.key, update.expected);
}

/// `WITH written AS (UPDATE … RETURNING 1) SELECT CASE … END FROM written`, which fails unless the statement writes as
/// many rows as its first array has, and by that undoes all of them.
///
/// By a text that can't be read as a date, not by a division by zero: this text distinguishes the failure from one in a
/// trigger or a check of the same table. The condition stands on the count, so the server can't evaluate it before.
pub(crate) fn write_checked<'a>(
    w: &mut SqlWriter<'a>,
    statement: &mut dyn FnMut(&mut SqlWriter<'a>) -> Result<()>,
) -> Result<()> {
    w.push("WITH written AS (");
    statement(w)?;
    w.push(" RETURNING 1) SELECT CASE WHEN count(*) <> cardinality($1) THEN ('");
    w.push(WRONG_COUNT)
        .push("' || count(*))::date END FROM written");
    Ok(())
}

/// `DELETE FROM t USING UNNEST($1::int8[]) AS v(c0) WHERE t.id = v.c0`.
pub(crate) fn write_batch_delete_arrays(w: &mut SqlWriter<'_>, delete: &BatchDelete<'_>) {
    let alias = alias(delete.table);
    w.push("DELETE FROM ").ident(delete.table).push(" USING ");
    write_source(w, &[delete.key, delete.expected].concat(), alias);
    let matched = Match {
        table: delete.table,
        alias,
        first: 0,
        digest: false,
    };
    write_match(w, &matched, delete.key, delete.expected);
}

// The rows need a name that isn't the table's.
fn alias(table: &str) -> &'static str {
    if table == "v" { "w" } else { "v" }
}

fn write_source(w: &mut SqlWriter<'_>, columns: &[BatchColumn<'_>], alias: &str) {
    write_unnest(w, columns);
    w.push(" AS ").push(alias).push("(");
    write_aliases(w, columns.len());
    w.push(")");
}

fn write_unnest(w: &mut SqlWriter<'_>, columns: &[BatchColumn<'_>]) {
    w.push("UNNEST(");
    w.list(columns, |w, column| {
        w.placeholder()
            .push("::")
            .push(&element_type(column))
            .push("[]");
    });
    w.push(")");
}

/// `v.c0`, as a value of the column's own type.
fn write_element(w: &mut SqlWriter<'_>, (alias, index): (&str, usize), column: &BatchColumn<'_>) {
    w.push(alias).push(".c").display(index);
    if let Some(ty) = element_cast(column) {
        w.push("::").push(&ty);
    }
}

fn write_aliases(w: &mut SqlWriter<'_>, count: usize) {
    w.list(0..count, |w, index| {
        w.push("c").display(index);
    });
}

/// Which row of the table belongs to which row of the arrays, whose keys begin at column `first`.
struct Match<'a> {
    table: &'a str,
    alias: &'a str,
    first: usize,
    digest: bool,
}

fn write_match(
    w: &mut SqlWriter<'_>,
    matched: &Match<'_>,
    key: &[BatchColumn<'_>],
    expected: &[BatchColumn<'_>],
) {
    for (index, column) in key.iter().enumerate() {
        w.push(if index == 0 { " WHERE " } else { " AND " });
        w.ident(matched.table)
            .push(".")
            .ident(column.name)
            .push(" = ");
        write_element(w, (matched.alias, matched.first + index), column);
    }
    let first = matched.first + key.len();
    for (index, column) in expected.iter().enumerate() {
        w.push(" AND ");
        let expected = ExpectedColumn {
            column,
            digest: matched.digest && digests(column),
            new: &|w| {
                w.ident(matched.table).push(".").ident(column.name);
            },
            old: &|w| {
                w.push(matched.alias).push(".c").display(first + index);
            },
        };
        write_expected(w, &expected);
    }
}
