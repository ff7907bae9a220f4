//! The steps of a plan in order.
//!
//! Views, attached DDL and foreign keys to what changes are dropped first. Then tables are renamed, types and sequences
//! created, and tables altered one after the other, which lets SQLite rebuild each once. Columns and tables are dropped
//! late, so that a migration can copy their values; remaining foreign keys, attached DDL and views are created at the end.

use super::objects::schemas;
use super::plan::Plan;
use super::renames::Renames;
use crate::schema::Operation;

impl Plan<'_> {
    /// Adds all operations. `types` are the renames of types.
    pub(super) fn all(&mut self, renames: &Renames, types: Vec<Operation>) {
        let schemas = schemas(&self.now);
        self.create_schemas(&schemas);
        self.drop_views(renames);
        self.detach();
        self.drop_early_keys();
        self.extend(renames.of_tables(&self.now));
        self.extend(types);
        self.create_types();
        self.create_sequences();
        self.alter_tables(renames);
        self.drop_columns();
        self.drop_tables();
        self.add_foreign_keys();
        self.attach();
        self.create_views();
        self.drop_sequences();
        self.drop_types();
        self.drop_schemas(&schemas);
    }

    /// Without a name that moves or a changed type, all changes of a table follow each other.
    fn alter_tables(&mut self, renames: &Renames) {
        let changes = self.changes;
        if changes.names_move || self.has_changed_types() {
            for change in &changes.tables {
                self.drop_parts(change, renames);
            }
            self.alter_types();
            self.create_tables();
            for change in &changes.tables {
                self.alter_table(change);
            }
        } else {
            self.create_tables();
            for change in &changes.tables {
                self.drop_parts(change, renames);
                self.alter_table(change);
            }
        }
    }
}
