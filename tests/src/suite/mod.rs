//! The cases that are about a database's own SQL, or ask for a database by its name. They run with those of
//! `orm-conformance`, on the databases of this workspace alone.

mod async_tasks;
mod bad_input;
mod batches;
mod bulk_keys;
mod cascades;
mod closures;
mod connection;
mod custom_types;
mod ddl;
mod errors;
mod faults;
mod guarded;
mod identity;
mod isolation;
mod key_defaults;
mod keys;
mod linked;
mod lost;
mod lost_connection;
mod many_rows;
mod messages;
mod moments;
mod native;
mod nesting;
mod one_statement;
mod optimistic;
mod outside_ends;
mod pool;
mod random;
mod raw_beside;
mod raw_sql;
mod reads;
mod reused_keys;
mod round_trips;
mod rowid;
mod silence;
mod statement_tree;
mod stored;
mod streams;
mod support;
mod together;
mod touched;
mod transactions;
mod types;
mod violations;

use orm_conformance::Case;

/// The files, each as what lists its cases.
const FILES: &[fn() -> Vec<Case>] = &[
    custom_types::cases,
    errors::cases,
    transactions::cases,
    connection::cases,
    types::cases,
    ddl::cases,
    raw_sql::cases,
    bad_input::cases,
    batches::cases,
    async_tasks::cases,
    isolation::cases,
    linked::cases,
    lost_connection::cases,
    messages::cases,
    moments::cases,
    native::cases,
    nesting::cases,
    pool::cases,
    together::cases,
    touched::cases,
    closures::cases,
    faults::cases,
    guarded::cases,
    identity::cases,
    key_defaults::cases,
    keys::cases,
    lost::cases,
    many_rows::cases,
    random::cases,
    reused_keys::cases,
    round_trips::cases,
    rowid::cases,
    silence::cases,
    statement_tree::cases,
    stored::cases,
    streams::cases,
    bulk_keys::cases,
    cascades::cases,
    one_statement::cases,
    optimistic::cases,
    outside_ends::cases,
    raw_beside::cases,
    reads::cases,
    violations::cases,
];

/// Every case.
pub fn all() -> Vec<Case> {
    FILES.iter().flat_map(|cases| cases()).collect()
}
