//! Expressions: portable functions, dates, casts, operators, queries as values, and SQL of the program's.
//!
//! CASE is in `conditionals.rs` and searches are in `text_search.rs`, beside this folder.

mod casts;
mod coercions;
mod date_parts;
mod functions;
mod intervals;
mod number_functions;
mod operators;
mod other_calendars;
mod own_nodes;
mod raw_expressions;
mod subqueries;
mod zones;

/// The cases of this folder.
pub(super) fn cases() -> Vec<super::Case> {
    let files: [fn() -> Vec<super::Case>; 12] = [
        casts::cases,
        coercions::cases,
        date_parts::cases,
        functions::cases,
        intervals::cases,
        number_functions::cases,
        operators::cases,
        other_calendars::cases,
        own_nodes::cases,
        raw_expressions::cases,
        subqueries::cases,
        zones::cases,
    ];
    files.into_iter().flat_map(|cases| cases()).collect()
}
