//! What MySQL 8 and MariaDB can do, as data. They differ in RETURNING, in what the
//! assignments of an UPDATE read, and in whether its subqueries may read its table.
//!
//! Read through `Dialect::capabilities`. No SQL is made here.

use orm_core::lex::{LexicalRule, LexicalRules};
use orm_core::sql::{
    Capabilities, GeneratedKeys, InListStyle, NullSafeStyle, OtherTables, Placeholder, RepeatStyle,
    UpsertStyle, ValuesStyle,
};

/// How MySQL reads text ("Language Structure" in its manual).
pub(crate) const LEXICAL_RULES: LexicalRules = LexicalRules::of(&[
    LexicalRule::HashComments,
    LexicalRule::DashesNeedBlank,
    LexicalRule::ExecutableComments,
    LexicalRule::BackslashEscapes,
    LexicalRule::DoubleQuotedStrings,
    LexicalRule::BacktickNames,
    LexicalRule::DelimiterCommand,
    LexicalRule::ProgramBodies,
]);

/// MySQL 8.
pub(crate) const MYSQL: Capabilities = Capabilities {
    quote: '`',
    lexical_rules: LEXICAL_RULES,
    placeholder: Placeholder::Question,
    // In characters by the manual; counted in bytes here, which never lets a longer name pass.
    identifier_limit: 64,
    // The protocol counts the parameters of a statement in 16 bits.
    bind_limit: 65_535,
    // Around a hundred rows of a narrow table; longer statements gain nothing and fill the cache.
    insert_binds: 300,
    arrays: false,
    insert_returning: false,
    update_returning: false,
    delete_returning: false,
    upsert: UpsertStyle::OnDuplicateKey,
    named_conflicts: false,
    update_from: OtherTables::List,
    delete_using: OtherTables::List,
    ordered_writes: true,
    generated_keys: GeneratedKeys::LastInsertId,
    // InnoDB undoes a failed statement and keeps the transaction, deadlocks aside: those end it, which
    // the driver finds out.
    statement_rollback: true,
    // DDL commits what is open.
    transactional_ddl: false,
    alter_constraint: true,
    row_locks: true,
    share_lock: " FOR SHARE",
    lock_of: true,
    key_locks: false,
    snapshot_reads: true,
    null_safe: NullSafeStyle::Spaceship,
    in_list: InListStyle::JsonTable,
    // Neither finds an expression of GROUP BY again in HAVING, and MySQL takes two `?` for two values.
    repeats: RepeatStyle::Alias,
    simultaneous_set: false,
    // Error 1235.
    limit_in_subquery: false,
    // Error 1093, unless the table is read into a derived table before. The hint keeps the optimizer from
    // merging that one into the query around it (MySQL's manual, "Errors in Subqueries").
    own_table_hint: Some("/*+ NO_MERGE(`inner_query`) */ "),
    lateral: true,
    table_functions: false,
    column_aliases: true,
    values: ValuesStyle::Rows,
    nested_set_operations: true,
    set_operation_all: true,
    // The manual's own word for "all rows from an offset on": 2^64 - 1.
    no_limit: Some("18446744073709551615"),
    insert_defaults: " () VALUES ()",
};

/// MariaDB since 10.5.
pub(crate) const MARIADB: Capabilities = Capabilities {
    insert_returning: true,
    // Not so UPDATE, before MariaDB 13.
    delete_returning: true,
    lexical_rules: LEXICAL_RULES.and(&[LexicalRule::MariaDbComments]),
    generated_keys: GeneratedKeys::Returning,
    own_table_hint: None,
    share_lock: " LOCK IN SHARE MODE",
    lock_of: false,
    lateral: false,
    column_aliases: false,
    values: ValuesStyle::Selects,
    // By the SQL mode of that name, which the driver sets.
    simultaneous_set: true,
    ..MYSQL
};
