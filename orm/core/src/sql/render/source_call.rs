//! Renders sources whose rows are computed, and samples of tables. Called by `source.rs`.

use super::expr::write_expr;
use crate::error::Result;
use crate::sql::{JsonElementStyle, SeriesStyle, SqlWriter};
use crate::stmt::{Expr, Name, Sample, SampleMethod, SourceCall, SourceFunc};

/// Writes a source with its alias.
pub(super) fn write_source_call<'a>(
    w: &mut SqlWriter<'a>,
    call: &'a SourceCall,
    alias: &Name,
) -> Result<()> {
    match call.func {
        SourceFunc::Series => write_series(w, call, alias),
        SourceFunc::JsonPositions => write_json_positions(w, call.arg(0), alias),
    }
}

/// What is no array has no elements.
fn write_json_positions<'a>(w: &mut SqlWriter<'a>, array: &'a Expr, alias: &Name) -> Result<()> {
    let style = w.dialect().capabilities().selects.json_elements;
    let (before, between, after) = match style {
        JsonElementStyle::Series => (
            "LATERAL generate_series(1, CASE WHEN jsonb_typeof(",
            ") = 'array' THEN jsonb_array_length(",
            ") END)",
        ),
        JsonElementStyle::JsonEach => (
            "json_each(CASE WHEN json_type(",
            ") = 'array' THEN ",
            " END)",
        ),
        JsonElementStyle::JsonTable => (
            "JSON_TABLE(CASE WHEN JSON_TYPE(",
            ") = 'ARRAY' COLLATE utf8mb4_bin THEN ",
            " END, '$[*]' COLUMNS (`key` FOR ORDINALITY))",
        ),
        JsonElementStyle::Unsupported => {
            return Err(w.unsupported("the elements of JSON arrays in FROM"));
        }
    };
    w.push(before);
    write_expr(w, array)?;
    w.push(between);
    write_expr(w, array)?;
    w.push(after).push(" AS ");
    match style {
        JsonElementStyle::JsonTable => w.table_name(alias),
        JsonElementStyle::Series => w.alias(alias).push("(").ident("key").push(")"),
        JsonElementStyle::JsonEach | JsonElementStyle::Unsupported => w.alias(alias),
    };
    Ok(())
}

fn write_series<'a>(w: &mut SqlWriter<'a>, call: &'a SourceCall, alias: &Name) -> Result<()> {
    let [first, step, last, steps] = [0, 1, 2, 3].map(|index| call.arg(index));
    match w.dialect().capabilities().selects.series {
        SeriesStyle::Function => {
            w.push("generate_series(");
            write_expr(w, first)?;
            w.push(", ");
            write_expr(w, last)?;
            w.push(", ");
            write_expr(w, step)?;
            w.push(") AS ").alias(alias).push("(").ident("c0").push(")");
        }
        SeriesStyle::Recursive => {
            w.push("(WITH RECURSIVE numbers(")
                .ident("c0")
                .push(") AS (SELECT ");
            write_expr(w, first)?;
            w.push(" UNION ALL SELECT ").ident("c0").push(" + ");
            write_expr(w, step)?;
            w.push(" FROM numbers WHERE ").ident("c0").push(" <> ");
            write_expr(w, last)?;
            w.push(") SELECT ")
                .ident("c0")
                .push(" FROM numbers) AS ")
                .alias(alias);
        }
        SeriesStyle::JsonTable => {
            // A thousand numbers for each thousand of them, since an array of all would be beyond what a text may be.
            const NUMBER: &str =
                "(CAST(`high`.`n` AS SIGNED) - 1) * 1000 + CAST(`low`.`n` AS SIGNED) - 1";
            const NUMBERS: &str = "), ']'), '$[*]' COLUMNS (`n` FOR ORDINALITY)) AS ";
            w.push("(SELECT ");
            write_expr(w, first)?;
            w.push(" + (").push(NUMBER).push(") * ");
            write_expr(w, step)?;
            w.push(" AS ").ident("c0");
            w.push(" FROM JSON_TABLE(CONCAT('[0', REPEAT(',0', ");
            write_expr(w, steps)?;
            w.push(" DIV 1000").push(NUMBERS);
            w.push("`high` CROSS JOIN JSON_TABLE(CONCAT('[0', REPEAT(',0', 999");
            w.push(NUMBERS)
                .push("`low` WHERE ")
                .push(NUMBER)
                .push(" <= ");
            write_expr(w, steps)?;
            w.push(") AS ").alias(alias);
        }
        SeriesStyle::Unsupported => return Err(w.unsupported("a series of integers in FROM")),
    }
    Ok(())
}

/// Writes TABLESAMPLE.
pub(super) fn write_sample(w: &mut SqlWriter<'_>, sample: Sample) -> Result<()> {
    if !w.dialect().capabilities().selects.table_samples {
        return Err(w.unsupported("TABLESAMPLE"));
    }
    w.push(match sample.method {
        SampleMethod::Bernoulli => " TABLESAMPLE BERNOULLI (",
        SampleMethod::System => " TABLESAMPLE SYSTEM (",
    });
    let (whole, fraction) = (sample.share / 1_000_000, sample.share % 1_000_000);
    w.display(whole);
    if fraction > 0 {
        let fraction = format!(".{fraction:06}");
        w.push(fraction.trim_end_matches('0'));
    }
    w.push(")");
    if let Some(seed) = sample.seed {
        w.push(" REPEATABLE (").display(seed).push(")");
    }
    Ok(())
}
