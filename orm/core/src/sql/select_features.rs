//! [`SelectFeatures`]: the clauses and functions of queries that some databases lack, as a part of their capabilities.

/// Describes the clauses and functions of queries that a database has beyond those of all. A dialect sets them in
/// [`Capabilities::selects`](super::Capabilities::selects).
///
/// ```
/// use orm_core::sql::{Capabilities, Grouping};
///
/// let mut own = Capabilities::STANDARD;
/// assert_eq!(own.selects.rollup, Grouping::Unsupported);
/// own.selects.statistics = true;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts, not states"
)]
#[non_exhaustive]
pub struct SelectFeatures {
    /// Whether there are `STDDEV_POP`, `STDDEV_SAMP`, `VAR_POP` and `VAR_SAMP`.
    pub statistics: bool,
    /// Whether there are the aggregates of pairs of numbers: `CORR`, `COVAR_POP`, `REGR_SLOPE` and their like.
    pub regression: bool,
    /// Whether the frame of a window can leave rows out: `EXCLUDE`, on PostgreSQL and SQLite.
    pub frame_exclusion: bool,
    /// Whether a query can have a WINDOW clause. Elsewhere a named window is written where it is used.
    pub named_windows: bool,
    /// How the bounds of a frame say an interval of time.
    pub frame_intervals: FrameIntervals,
    /// The syntax of groups of several sizes in one query.
    pub rollup: Grouping,
    /// Whether there is the function `GROUPING`, which says whether a row is of a greater group.
    pub grouping: bool,
    /// Whether FROM can take some of the rows of a table: `TABLESAMPLE`, on PostgreSQL.
    pub table_samples: bool,
    /// How FROM has a series of integers.
    pub series: SeriesStyle,
    /// Whether the numbers of LIMIT and OFFSET can be expressions: on PostgreSQL and SQLite.
    pub limit_expressions: bool,
    /// The words that ask for the plan of a query as a JSON document, where there is one.
    pub json_plans: Option<JsonPlans>,
    /// The aggregates that make JSON arrays and objects, where there are some.
    pub json_aggregates: Option<JsonAggregates>,
    /// Where optimizer hints stand.
    pub hints: HintPlace,
    /// The syntax of hints that name indexes.
    pub index_hints: IndexHintStyle,
    /// How FROM has the elements of a JSON array.
    pub json_elements: JsonElementStyle,
    /// The collation of the texts of a list in FROM, with its word and a leading space, where they can't be compared with binds
    /// without it: on MariaDB.
    pub list_text: &'static str,
}

impl SelectFeatures {
    /// None of them.
    pub const NONE: Self = Self {
        statistics: false,
        regression: false,
        frame_exclusion: false,
        named_windows: false,
        frame_intervals: FrameIntervals::Unsupported,
        rollup: Grouping::Unsupported,
        grouping: false,
        table_samples: false,
        series: SeriesStyle::Unsupported,
        limit_expressions: false,
        json_plans: None,
        json_aggregates: None,
        hints: HintPlace::AfterSelect,
        index_hints: IndexHintStyle::Unsupported,
        json_elements: JsonElementStyle::Unsupported,
        list_text: "",
    };
}

/// Holds the words before a query that ask for its plan as a JSON document, with a space at the end. `None` is `Unsupported`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonPlans {
    /// For the plan alone: `EXPLAIN FORMAT=JSON `.
    pub plan: &'static str,
    /// With the execution of the query: `EXPLAIN (ANALYZE, FORMAT JSON) `.
    pub analyze: Option<&'static str>,
    /// For the plan and the use of buffers: `EXPLAIN (BUFFERS, FORMAT JSON) `.
    pub buffers: Option<&'static str>,
    /// With the execution of the query and the use of buffers: `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) `.
    pub analyze_buffers: Option<&'static str>,
}

/// Holds the words of aggregates that make JSON arrays and objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonAggregates {
    /// The words that begin an array: `JSON_ARRAYAGG(`.
    pub array: &'static str,
    /// The words that begin an object: `JSON_OBJECTAGG(`.
    pub object: &'static str,
    /// Whether the aggregate of an array can have ORDER BY. Not on MySQL.
    pub ordered_arrays: bool,
    /// Whether the aggregate of an object can have ORDER BY. Not on MySQL and MariaDB.
    pub ordered_objects: bool,
    /// Whether the result over no rows is an empty array or object, and not NULL: SQLite.
    pub empty_over_nothing: bool,
    /// What stands behind the key of an object, with a leading space: a collation on MariaDB, since that of a document is
    /// another one than that of a text.
    pub key: &'static str,
    /// What stands around a value that is a JSON document, where it would be a text: `json(` and `)`, on SQLite.
    pub document: Option<(&'static str, &'static str)>,
}

/// Selects where an optimizer hint, which is a comment, stands in a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HintPlace {
    /// Behind SELECT: `SELECT /*+ … */ a`, on MySQL.
    AfterSelect,
    /// Before the query and its WITH clause, where the extension pg_hint_plan of PostgreSQL reads it.
    BeforeQuery,
}

/// Selects the syntax of hints that name indexes of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndexHintStyle {
    /// `USE INDEX (a, b)`, `FORCE INDEX (a)` and `IGNORE INDEX (a)`, on MySQL and MariaDB.
    Lists,
    /// `INDEXED BY a`, on SQLite, for one index that must be used.
    IndexedBy,
    /// There are none: they are left out.
    Unsupported,
}

/// Selects how the bounds of a frame say an interval of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameIntervals {
    /// A text: `INTERVAL '90 seconds' PRECEDING`, on PostgreSQL.
    Text,
    /// A number and a unit: `INTERVAL 90 SECOND PRECEDING`, on MySQL.
    Unit,
    /// There are none.
    Unsupported,
}

/// Selects the syntax of groups of several sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// `ROLLUP (a, b)`, `CUBE (a, b)` and `GROUPING SETS ((a), (b))`, on PostgreSQL.
    Functions,
    /// `a, b WITH ROLLUP` alone, on MySQL.
    WithRollup,
    /// As [`Grouping::WithRollup`], without ORDER BY in the same query, on MariaDB.
    UnorderedRollup,
    /// There are none.
    Unsupported,
}

/// Selects how FROM has a series of integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeriesStyle {
    /// The function `generate_series`, on PostgreSQL.
    Function,
    /// A query that refers to itself, on SQLite.
    Recursive,
    /// The positions of a JSON array of so many elements, on MySQL and MariaDB, whose queries that refer to themselves end after
    /// some thousand rows.
    JsonTable,
    /// There is none.
    Unsupported,
}

/// Selects how FROM has a row for each element of a JSON array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonElementStyle {
    /// A series of integers up to the length of the array, on PostgreSQL.
    Series,
    /// The function `json_each`, on SQLite.
    JsonEach,
    /// `JSON_TABLE`, on MySQL and MariaDB.
    JsonTable,
    /// There are none.
    Unsupported,
}
