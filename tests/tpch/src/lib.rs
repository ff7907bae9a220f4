//! The 22 queries of TPC-H in the typed API, with their tables and data. `tests/golden.rs` compares the SQL of each query with
//! the files of `sql/`, `tests/agreement.rs` runs all on each database and compares the rows.
//!
//! The queries answer the business questions of the specification with its validation parameters. Their texts are not those of
//! the specification: they use what the typed API offers, such as relations and FILTER.
//!
//! # Digits
//!
//! Sums and products of exact decimals are exact on every database. Means and quotients are rounded by the query to digits that
//! it states, by `avg_dp` and `div_dp`, since each database rounds a quotient of its own accord elsewhere. Thus the rows of all
//! databases are equal, without a tolerance.

// The fields are the columns of the specification.
#![allow(missing_docs)]

pub mod data;
pub mod load;
pub mod models;
pub mod queries;
