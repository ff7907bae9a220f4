//! [`RandomSchema`]: valid schemas of few names, so that two of them have much in common.
//!
//! Used by the tests of comparisons, and by those that create schemas in a database. Single tables are in
//! `random_table.rs`.

use super::Random;
use super::random_table::{COLUMNS, RandomTable, quoted, sql};
use crate::schema::{
    Action, Column, Deferrable, ForeignKey, Index, IndexKey, Name, QualifiedName, Schema, Sequence,
    ServerDefault, Table, View,
};
use crate::types::{EnumType, Type};

const TABLES: [&str; 5] = ["users", "posts", "tags", "orders", "order items"];
const LABELS: [&str; 4] = ["small", "it's", "large", "x large"];

/// Returns a valid schema that follows from a seed, with everything that a schema may have.
///
/// # Examples
///
/// ```
/// # use orm_core::testing::random_schema;
/// assert_eq!(random_schema(7), random_schema(7));
/// ```
pub fn random_schema(seed: u64) -> Schema {
    RandomSchema::new(seed).schema()
}

/// Generates valid schemas.
///
/// # Examples
///
/// ```
/// # use orm_core::testing::RandomSchema;
/// let schema = RandomSchema::new(1).portable().schema();
/// assert!(schema.sequences.is_empty() && schema.enum_types().is_empty());
/// ```
#[derive(Clone, Debug)]
pub struct RandomSchema {
    random: Random,
    portable: bool,
}

impl RandomSchema {
    /// Creates the generator of a seed.
    pub fn new(seed: u64) -> Self {
        Self {
            random: Random::new(seed),
            portable: false,
        }
    }

    /// Leaves out what SQLite, PostgreSQL, MySQL and MariaDB don't have in common.
    #[must_use]
    pub fn portable(mut self) -> Self {
        self.portable = true;
        self
    }

    /// Returns the next schema.
    pub fn schema(&mut self) -> Schema {
        let types = ["size", "shade"].map(|name| self.enum_type(name));
        let mut tables = Vec::new();
        for name in self.random.some_of(&TABLES) {
            let mut generator = RandomTable {
                random: &mut self.random,
                portable: self.portable,
                types: &types,
            };
            tables.push(generator.table(name));
        }
        if !tables.is_empty() && !self.portable {
            self.moving_index(&mut tables);
        }
        self.foreign_keys(&mut tables);
        if self.random.one_in(2) {
            for table in &mut tables {
                self.old_name(table);
            }
        }
        let sequences = self.sequences(&mut tables);
        let views = self.views(&tables);
        let mut schema = Schema::unchecked(tables);
        schema.views = views;
        schema.sequences = sequences;
        schema
    }

    /// An index whose name is on another table in other schemas.
    fn moving_index(&mut self, tables: &mut [Table]) {
        let place = self.random.below(tables.len());
        let index = Index::new("", Vec::new()).named("moving");
        let text = self.random.pick(&["id + 1", "id - 1"]);
        let index = index.key(IndexKey::expression(text));
        tables[place].indexes.push(index);
    }

    fn enum_type(&mut self, name: &'static str) -> EnumType {
        let mut labels: Vec<Name> = vec!["medium".into()];
        labels.extend(self.random.some_of(&LABELS).into_iter().map(Name::Borrowed));
        EnumType::new(name.into(), labels.into()).native()
    }

    /// Foreign keys between columns of one type, to columns that are a key alone.
    fn foreign_keys(&mut self, tables: &mut [Table]) {
        let parents: Vec<(Name, Column)> = tables.iter().flat_map(keys_of).collect();
        for table in tables {
            let columns = table.columns.clone();
            let plain = |column: &&Column| column.generated.is_none() && !column.auto_increment;
            for column in columns.iter().filter(plain) {
                let fits = |(_, parent): &&(Name, Column)| {
                    (&parent.ty, parent.length) == (&column.ty, column.length)
                };
                let parents: Vec<_> = parents.iter().filter(fits).collect();
                if parents.is_empty() || !self.random.one_in(2) {
                    continue;
                }
                let (parent, key) = self.random.pick(&parents);
                let (columns, references) = (vec![column.name.clone()], vec![key.name.clone()]);
                let key = ForeignKey::new(&table.name, columns, parent.clone(), references);
                table.foreign_keys.push(self.actions(key, column));
            }
        }
    }

    fn actions(&mut self, mut key: ForeignKey, column: &Column) -> ForeignKey {
        key.on_delete = self.random.pick(&[Action::NoAction, Action::Cascade]);
        if column.nullable && self.random.one_in(3) {
            key.on_delete = Action::SetNull;
        }
        if self.random.one_in(4) && !self.portable {
            key.deferrable = Some(Deferrable::Immediate);
        }
        key
    }

    fn old_name(&mut self, table: &mut Table) {
        if self.random.one_in(3) {
            table.renamed_from = Some(self.random.pick(&TABLES).into());
        }
        let count = table.columns.len();
        let column = &mut table.columns[self.random.below(count)];
        column.renamed_from = Some(self.random.pick(&COLUMNS).into());
    }

    fn views(&mut self, tables: &[Table]) -> Vec<View> {
        let mut views = Vec::new();
        for table in self.random.some_of(tables) {
            let column = &table.columns[self.random.below(table.columns.len())];
            let (column, from) = (quoted(&column.name), quoted(&table.name));
            let query = sql(self.portable, format!("SELECT {column} FROM {from}"));
            let view = View::new(format!("view of {}", table.name), query);
            views.push(view.depends_on([table.qualified_name()]));
        }
        if let Some(first) = views.first().filter(|_| self.random.one_in(2)) {
            let name = first.qualified_name();
            let query = sql(
                self.portable,
                format!("SELECT * FROM {}", quoted(&name.name)),
            );
            views.push(View::new("a view of a view", query).depends_on([name]));
        }
        views.sort_by(|a, b| a.name.cmp(&b.name));
        views
    }

    fn sequences(&mut self, tables: &mut [Table]) -> Vec<Sequence> {
        if self.portable || self.random.one_in(2) {
            return Vec::new();
        }
        let mut sequence = Sequence::new(self.random.pick(&["numbers", "ids"]));
        sequence.start = self.random.pick(&[None, Some(1000)]);
        for column in tables.iter_mut().flat_map(|table| &mut table.columns) {
            let is_plain = column.generated.is_none() && !column.auto_increment;
            if is_plain && column.ty == Type::Int64 && self.random.one_in(4) {
                let name = QualifiedName::new(sequence.name.clone());
                column.server_default = Some(ServerDefault::NextValue(name));
            }
        }
        vec![sequence]
    }
}

/// The columns of a table that are a key alone.
fn keys_of(table: &Table) -> Vec<(Name, Column)> {
    let uniques = table.uniques.iter();
    let uniques = uniques.filter(|unique| unique.deferrable.is_none());
    let keys = table.primary_key.iter().chain(uniques);
    let single = keys.filter(|key| key.columns.len() == 1);
    let columns = single.filter_map(|key| table.find(&key.columns[0]));
    columns
        .map(|column| (table.name.clone(), column.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemas_are_valid_and_differ() {
        let mut counts = [0; 4];
        for seed in 0..500 {
            let portable = RandomSchema::new(seed).portable().schema();
            for schema in [random_schema(seed), portable] {
                let checked = Schema::new(schema.tables().to_vec());
                checked.unwrap_or_else(|error| panic!("{seed}: {error}"));
                let tables = schema.tables().iter();
                counts[0] += schema.tables().len();
                counts[1] += schema.views.len();
                counts[2] += tables.map(|table| table.foreign_keys.len()).sum::<usize>();
                counts[3] += schema.enum_types().len();
            }
        }
        assert!(counts.iter().all(|count| *count > 300), "{counts:?}");
    }
}
