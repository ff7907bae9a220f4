//! What the generator leaves out: each has a meaning of its own on a database, and the guide tells of it.

/// A construct, and why no query has it.
pub const EXCLUSIONS: &[(&str, &str)] = &[
    (
        "results beyond the range of their type",
        "an error where it is read; in a condition an error on PostgreSQL alone, see Numbers in the guide",
    ),
    (
        "ORDER BY without NULLS FIRST or NULLS LAST",
        "NULLs come last on PostgreSQL, see Another database in the guide",
    ),
    (
        "LIMIT and OFFSET without an order of all items",
        "SQL leaves open which rows they are",
    ),
    (
        "scalar subqueries of several rows",
        "an error but on SQLite, see `scalar`",
    ),
    (
        "aggregates over columns of outer queries alone",
        "by the standard they are the outer query's",
    ),
    (
        "power, exp, ln and avg inside of other expressions",
        "the last digit of these floats is each database's own",
    ),
    (
        "sums of floats that are rounded",
        "their last digits depend on the order of the rows",
    ),
    (
        "IN, ANY and ALL of a date or a time over a query of aggregates",
        "MariaDB takes an aggregate that is NULL for a value, see `any`",
    ),
    (
        "aggregates of a value, without a column",
        "MySQL counts CAST(NULL AS DATETIME) as a value, and describes the column of GROUP_CONCAT(?) in a way that its \
         protocol does not have",
    ),
    (
        "FULL JOIN",
        "MySQL and MariaDB have none, and PostgreSQL's conditions are equalities",
    ),
];
