//! The queries of the information schema. Each has the name of a database as its only bind, and the columns in the order
//! in which `read*.rs` takes them.
//!
//! The schema is compared with one value: MariaDB reads the directories of all databases where it finds a list or a join.

use orm_core::schema::Name;
use orm_core::sql::SqlWriter;

use crate::MysqlDialect;

/// Tables and sequences.
pub(super) const TABLES: &str = "SELECT table_name, table_type, engine, table_collation, create_options, table_comment \
     FROM information_schema.tables \
     WHERE table_schema = ? AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED', 'SEQUENCE') ORDER BY table_name";

/// Columns, also of views.
pub(super) const COLUMNS: &str = "SELECT table_name, column_name, column_type, is_nullable, column_default, extra, \
     generation_expression, collation_name, column_comment \
     FROM information_schema.columns WHERE table_schema = ? ORDER BY table_name, ordinal_position";

/// The keys of foreign keys.
pub(super) const FOREIGN_KEYS: &str = "SELECT table_name, constraint_name, column_name, referenced_table_schema, \
     referenced_table_name, referenced_column_name FROM information_schema.key_column_usage \
     WHERE table_schema = ? AND referenced_table_name IS NOT NULL \
     ORDER BY table_name, constraint_name, ordinal_position";

/// The actions of foreign keys.
pub(super) const ACTIONS: &str = "SELECT table_name, constraint_name, delete_rule, update_rule \
     FROM information_schema.referential_constraints WHERE constraint_schema = ?";

/// Views.
pub(super) const VIEWS: &str = "SELECT table_name, view_definition FROM information_schema.views \
     WHERE table_schema = ? ORDER BY table_name";

/// Triggers.
pub(super) const TRIGGERS: &str = "SELECT event_object_table, trigger_name, action_timing, event_manipulation, \
     action_statement FROM information_schema.triggers WHERE event_object_schema = ? \
     ORDER BY event_object_table, action_order";

/// Partitions of partitioned tables.
pub(super) const PARTITIONS: &str = "SELECT table_name, partition_name, subpartition_name, partition_method, \
     subpartition_method, partition_expression, subpartition_expression, partition_description, partition_comment \
     FROM information_schema.partitions WHERE table_schema = ? AND partition_method IS NOT NULL \
     ORDER BY table_name, partition_ordinal_position, subpartition_ordinal_position";

/// The keys of indexes. MariaDB has no expressions among them.
pub(super) fn indexes(dialect: MysqlDialect) -> &'static str {
    match dialect {
        MysqlDialect::MySql => {
            "SELECT table_name, index_name, non_unique, column_name, sub_part, collation, index_type, expression \
             FROM information_schema.statistics WHERE table_schema = ? ORDER BY table_name, index_name, seq_in_index"
        }
        MysqlDialect::MariaDb => {
            "SELECT table_name, index_name, non_unique, column_name, sub_part, collation, index_type, NULL \
             FROM information_schema.statistics WHERE table_schema = ? ORDER BY table_name, index_name, seq_in_index"
        }
    }
}

/// CHECK constraints. On MySQL their table is known to another view alone.
pub(super) fn checks(dialect: MysqlDialect) -> &'static str {
    match dialect {
        MysqlDialect::MySql => {
            "SELECT t.table_name, c.constraint_name, c.check_clause FROM information_schema.check_constraints c \
             JOIN information_schema.table_constraints t ON t.constraint_schema = c.constraint_schema \
             AND t.constraint_name = c.constraint_name AND t.constraint_type = 'CHECK' \
             WHERE c.constraint_schema = ?"
        }
        MysqlDialect::MariaDb => {
            "SELECT table_name, constraint_name, check_clause FROM information_schema.check_constraints \
             WHERE constraint_schema = ?"
        }
    }
}

/// One query of the values of all `sequences`, which each has as a row of its own table.
pub(super) fn sequences(dialect: MysqlDialect, schema: &str, sequences: &[Name]) -> String {
    let mut w = SqlWriter::new(match dialect {
        MysqlDialect::MySql => &MysqlDialect::MySql,
        MysqlDialect::MariaDb => &MysqlDialect::MariaDb,
    });
    for (number, name) in sequences.iter().enumerate() {
        w.push(if number == 0 { "" } else { " UNION ALL " });
        w.push("SELECT ").display(number);
        w.push(", start_value, increment, minimum_value, maximum_value, cycle_option FROM ");
        w.ident(schema).push(".").ident(name);
    }
    w.finish().0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_sequences_are_read_by_one_query() {
        let names = ["a".into(), "b`c".into()];
        assert_eq!(
            sequences(MysqlDialect::MariaDb, "d", &names),
            "SELECT 0, start_value, increment, minimum_value, maximum_value, cycle_option FROM `d`.`a` UNION ALL \
             SELECT 1, start_value, increment, minimum_value, maximum_value, cycle_option FROM `d`.`b``c`"
        );
    }
}
