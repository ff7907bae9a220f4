//! The cases that are about a database's own SQL, or need a database by its name. They run with those of
//! `orm-conformance`, on the databases of this workspace alone.

mod async_tasks;
mod batches;
mod bulk_keys;
mod collations;
mod column_types;
mod connection;
mod copies;
mod custom_types;
mod ddl;
mod errors;
mod foreign_values;
mod guarded;
mod identity;
mod isolation;
mod json_columns;
mod key_defaults;
mod keys;
mod locks;
mod lost_connection;
mod messages;
mod moments;
mod mysql_types;
mod native;
mod one_statement;
mod outside_ends;
mod own_words;
mod pool;
mod raw_beside;
mod raw_sql;
mod reads;
mod reused_keys;
mod rowid;
mod sent_sql;
mod silence;
mod stored;
mod streams;
mod support;
mod together;
mod touched;
mod transactions;
mod triggers;
mod types;
mod violations;

use orm_conformance::Case;

/// The files, each as what lists its cases.
const FILES: &[fn() -> Vec<Case>] = &[
    custom_types::cases,
    collations::cases,
    column_types::cases,
    errors::cases,
    foreign_values::cases,
    transactions::cases,
    connection::cases,
    copies::cases,
    types::cases,
    ddl::cases,
    raw_sql::cases,
    batches::cases,
    async_tasks::cases,
    isolation::cases,
    locks::cases,
    lost_connection::cases,
    messages::cases,
    moments::cases,
    mysql_types::cases,
    native::cases,
    own_words::cases,
    pool::cases,
    together::cases,
    touched::cases,
    guarded::cases,
    identity::cases,
    json_columns::cases,
    key_defaults::cases,
    keys::cases,
    reused_keys::cases,
    rowid::cases,
    sent_sql::cases,
    silence::cases,
    stored::cases,
    triggers::cases,
    streams::cases,
    bulk_keys::cases,
    one_statement::cases,
    outside_ends::cases,
    raw_beside::cases,
    reads::cases,
    violations::cases,
];

/// Every case.
pub fn all() -> Vec<Case> {
    FILES.iter().flat_map(|cases| cases()).collect()
}
