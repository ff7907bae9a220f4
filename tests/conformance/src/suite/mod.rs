//! The cases, one file a concept, and the list of them all.

mod aggregate_clauses;
mod aggregates;
mod alive;
mod array_statements;
mod arrays;
mod association_proxy;
mod async_tasks;
mod bad_input;
mod batches;
mod belongs_to;
mod cascades;
mod chunks;
mod closures;
mod collected;
mod column_options;
mod conditionals;
mod conditions;
mod connection;
mod criteria;
mod crud;
mod ctes;
mod ddl;
mod decimal_quotients;
mod decimal_writes;
mod decimals;
mod default_order;
mod deferred;
mod depths;
mod derived_tables;
mod derived_writes;
mod differences;
mod dirty;
mod dynamic_rows;
mod eager_reads;
mod embedded;
mod encodings;
mod encrypted;
pub mod errors;
mod execute_many;
mod expire;
mod explained;
mod expressions;
mod failed_flush;
mod faults;
mod floats;
mod flush_order;
mod freed_values;
mod generated_ids;
mod get_or_create;
mod graph;
mod graphs;
pub mod guarded;
mod handles;
mod has_many;
mod hints;
mod history;
mod hooks;
mod identity;
mod in_bulk;
mod injection;
mod inserts_of_queries;
mod inspection;
mod integer_arithmetic;
mod isolation;
mod joined_loads;
mod joined_table;
mod joins;
mod json;
mod json_paths;
mod json_serde;
mod json_values;
mod keyed;
pub mod keys;
mod keyset_pages;
mod labels;
mod large_documents;
mod laterals;
mod limit_expressions;
mod limits;
mod link_tables;
mod linked;
mod list_order;
mod lists;
mod literal_types;
mod literals;
mod loads;
mod locked_loads;
mod logging;
mod long_names;
mod long_values;
mod lost;
mod lost_connection;
mod many_rows;
mod many_to_many;
mod merge;
mod misfits;
mod moments;
mod moved_keys;
mod n_plus_one;
mod names;
mod native_enum_writes;
mod native_enums;
mod natural_keys;
mod nested_arrays;
mod nesting;
mod nul;
pub mod one_statement;
mod optimistic;
mod orders;
pub mod outside_ends;
mod own_attributes;
mod own_structs;
mod page_numbers;
mod parts;
mod past_the_session;
mod patches;
mod pool;
mod positions;
mod printed_statements;
mod queries;
mod random;
mod random_graphs;
mod raw_beside;
mod raw_sql;
mod reads;
mod related;
mod relation_aggregates;
mod relation_cascades;
mod relation_lookups;
mod requires;
mod returning;
mod rollback;
mod rollups;
mod round_trips;
mod row_locks;
mod row_switch;
mod row_values;
mod savepoint;
mod scopes;
mod session_hooks;
mod session_upserts;
mod session_verbs;
mod set_null;
mod set_operations;
mod shapes;
mod shared_keys;
mod single_table;
mod spanning;
mod sql_values;
mod stale;
mod statement_tree;
pub mod statements;
mod statistics;
mod stored_values;
mod streamed_relations;
mod streams;
pub mod support;
mod synchronized;
mod table_functions;
mod text_search;
mod time_limits;
mod together;
pub mod touched;
mod transactions;
mod trees;
mod truncates;
pub mod types;
mod unnested;
mod unsigned;
mod update_defaults;
mod update_many;
mod updates_from;
mod upserts;
mod upserts_of_many;
mod validators;
mod value_circles;
mod verbs;
mod version;
mod view_only;
pub mod violations;
mod window_clauses;
mod windows;
mod write_clauses;
mod writes;
mod written_ctes;

use crate::database::Db;

pub use requires::Requires;

/// A case: what it needs, and what it does.
pub struct Case {
    /// `concept::what_must_hold`.
    pub name: &'static str,
    /// What a database must have for the case to mean anything.
    pub requires: Requires,
    /// Panics if it does not hold.
    pub run: fn(&Db),
}

/// The files, each as what lists its cases.
const FILES: &[fn() -> Vec<Case>] = &[
    criteria::cases,
    encodings::cases,
    crud::cases,
    hooks::cases,
    session_hooks::cases,
    validators::cases,
    eager_reads::cases,
    embedded::cases,
    list_order::cases,
    own_attributes::cases,
    own_structs::cases,
    parts::cases,
    queries::cases,
    verbs::cases,
    in_bulk::cases,
    page_numbers::cases,
    keyset_pages::cases,
    explained::cases,
    scopes::cases,
    default_order::cases,
    conditionals::cases,
    expressions::cases,
    decimals::cases,
    decimal_writes::cases,
    decimal_quotients::cases,
    integer_arithmetic::cases,
    unsigned::cases,
    row_values::cases,
    aggregate_clauses::cases,
    aggregates::cases,
    joined_loads::cases,
    joined_table::cases,
    locked_loads::cases,
    row_locks::cases,
    time_limits::cases,
    joins::cases,
    json::cases,
    json_serde::cases,
    json_paths::cases,
    json_values::cases,
    graph::cases,
    limit_expressions::cases,
    limits::cases,
    collected::cases,
    hints::cases,
    unnested::cases,
    lists::cases,
    array_statements::cases,
    arrays::cases,
    literal_types::cases,
    literals::cases,
    loads::cases,
    injection::cases,
    long_names::cases,
    long_values::cases,
    logging::cases,
    merge::cases,
    misfits::cases,
    related::cases,
    spanning::cases,
    relation_aggregates::cases,
    text_search::cases,
    trees::cases,
    writes::cases,
    write_clauses::cases,
    written_ctes::cases,
    truncates::cases,
    returning::cases,
    upserts::cases,
    upserts_of_many::cases,
    session_upserts::cases,
    inserts_of_queries::cases,
    update_many::cases,
    updates_from::cases,
    association_proxy::cases,
    async_tasks::cases,
    bad_input::cases,
    batches::cases,
    belongs_to::cases,
    cascades::cases,
    chunks::cases,
    closures::cases,
    column_options::cases,
    connection::cases,
    errors::cases,
    execute_many::cases,
    expire::cases,
    faults::cases,
    identity::cases,
    inspection::cases,
    isolation::cases,
    linked::cases,
    lost::cases,
    lost_connection::cases,
    many_rows::cases,
    moments::cases,
    nested_arrays::cases,
    nesting::cases,
    nul::cases,
    optimistic::cases,
    labels::cases,
    rollups::cases,
    table_functions::cases,
    statistics::cases,
    stored_values::cases,
    window_clauses::cases,
    orders::cases,
    random::cases,
    raw_sql::cases,
    reads::cases,
    round_trips::cases,
    statement_tree::cases,
    transactions::cases,
    violations::cases,
    ddl::cases,
    guarded::cases,
    keys::cases,
    names::cases,
    one_statement::cases,
    outside_ends::cases,
    pool::cases,
    keyed::cases,
    positions::cases,
    printed_statements::cases,
    raw_beside::cases,
    relation_cascades::cases,
    relation_lookups::cases,
    streamed_relations::cases,
    streams::cases,
    view_only::cases,
    windows::cases,
    together::cases,
    touched::cases,
    types::cases,
    native_enums::cases,
    native_enum_writes::cases,
    encrypted::cases,
    conditions::cases,
    deferred::cases,
    differences::cases,
    ctes::cases,
    depths::cases,
    derived_tables::cases,
    derived_writes::cases,
    dirty::cases,
    dynamic_rows::cases,
    sql_values::cases,
    random_graphs::cases,
    n_plus_one::cases,
    synchronized::cases,
    update_defaults::cases,
    failed_flush::cases,
    floats::cases,
    flush_order::cases,
    freed_values::cases,
    value_circles::cases,
    get_or_create::cases,
    generated_ids::cases,
    graphs::cases,
    row_switch::cases,
    moved_keys::cases,
    natural_keys::cases,
    shared_keys::cases,
    handles::cases,
    has_many::cases,
    history::cases,
    link_tables::cases,
    many_to_many::cases,
    past_the_session::cases,
    patches::cases,
    rollback::cases,
    savepoint::cases,
    session_verbs::cases,
    large_documents::cases,
    laterals::cases,
    set_null::cases,
    set_operations::cases,
    shapes::cases,
    single_table::cases,
    stale::cases,
    version::cases,
];

/// Every case.
pub fn all() -> Vec<Case> {
    logging::ask_the_threads_subscriber();
    FILES.iter().flat_map(|cases| cases()).collect()
}

/// Lists the cases of a file: `cases![crud: first, second (Requires::Server)]`.
#[macro_export]
macro_rules! cases {
    ($concept:literal: $($name:ident $(($requires:expr))?),+ $(,)?) => {
        /// The cases of this file.
        pub(crate) fn cases() -> Vec<$crate::suite::Case> {
            vec![$(
                $crate::suite::Case {
                    name: concat!($concept, "::", stringify!($name)),
                    requires: $crate::cases!(@requires $($requires)?),
                    run: $name,
                }
            ),+]
        }
    };
    (@requires) => { $crate::suite::Requires::Nothing };
    (@requires $requires:expr) => { $requires };
}
