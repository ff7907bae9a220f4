//! [`Schema`]: a consistent set of tables, and what makes one inconsistent.
//!
//! What one table contradicts by itself is in `table.rs`, what native enumerations do is in `enum_types.rs`.

use std::collections::HashMap;

use super::enum_types::{check_enum_types, native_types};
use super::{Action, ForeignKey, Name, QualifiedName, Sequence, Table, View};
use crate::error::{Error, ErrorKind, Result};
use crate::types::EnumType;

/// Holds a consistent set of tables, sorted by name, with views and sequences.
///
/// # Examples
///
/// ```
/// # use orm_core::schema::{Column, Schema, Table};
/// # use orm_core::types::Type;
/// let users = Table::new("users").column(Column::new("id", Type::Int64)).primary_key(["id"]);
/// let schema = Schema::new(vec![users])?;
/// assert_eq!(schema.tables().len(), 1);
/// assert!(schema.table("users").is_some());
/// # Ok::<(), orm_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Schema {
    tables: Vec<Table>,
    /// The views, sorted by name.
    pub views: Vec<View>,
    /// The sequences, sorted by name.
    pub sequences: Vec<Sequence>,
}

impl Schema {
    /// Creates a schema of `tables` and checks it.
    ///
    /// # Errors
    /// [`ErrorKind::Schema`]: two tables have the same name; a table has no column, or two columns of the same name;
    /// a constraint references a missing column; a foreign key references a table outside `tables`, or columns of
    /// another type, or has the action SET NULL on a NOT NULL column; two native enumerations of one name have different
    /// labels, or one has the name of a table.
    pub fn new(tables: Vec<Table>) -> Result<Self> {
        let schema = Self::unchecked(tables);
        for pair in schema.tables.windows(2) {
            if pair[0].name == pair[1].name && pair[0].schema == pair[1].schema {
                let name = pair[0].qualified_name();
                let message = format!("the table {name} is mapped by two models");
                return Err(pair[0]
                    .fault(message)
                    .with_hint("rename one of them, or choose models with Metadata::of"));
            }
        }
        for table in &schema.tables {
            table.check_whole()?;
            schema.check_references(table)?;
        }
        schema.check_constraint_names()?;
        check_enum_types(&schema.tables)?;
        Ok(schema)
    }

    /// Creates a schema of tables that are not checked: a database may have what no model would.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::schema::{Schema, Sequence, Table};
    /// let mut schema = Schema::unchecked(vec![Table::new("b"), Table::new("a")]);
    /// assert_eq!(schema.tables()[0].name, "a");
    /// schema.sequences.push(Sequence::new("numbers"));
    /// ```
    pub fn unchecked(mut tables: Vec<Table>) -> Self {
        tables.sort_by(|a, b| (&a.name, &a.schema).cmp(&(&b.name, &b.schema)));
        Self {
            tables,
            views: Vec::new(),
            sequences: Vec::new(),
        }
    }

    /// Returns the native enumerations of the columns, each once, sorted by name.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::schema::{Column, Schema, Table};
    /// # use orm_core::types::{EnumType, Type};
    /// let size = EnumType::new("size".into(), vec!["small".into(), "large".into()].into()).native();
    /// let shirts = Table::new("shirts").column(Column::new("size", Type::Enum(size.clone())));
    /// let schema = Schema::new(vec![shirts])?;
    /// assert_eq!(schema.enum_types(), [&size]);
    /// # Ok::<(), orm_core::Error>(())
    /// ```
    pub fn enum_types(&self) -> Vec<&EnumType> {
        native_types(self.tables.iter())
    }

    /// Returns the tables, sorted by name.
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// Returns the tables, to change them. Their names and schemas must stay the same.
    pub fn tables_mut(&mut self) -> &mut [Table] {
        &mut self.tables
    }

    /// Returns the tables as a list.
    pub fn into_tables(self) -> Vec<Table> {
        self.tables
    }

    /// Returns the table with a name, in the connection's current schema if several have it.
    pub fn table(&self, name: &str) -> Option<&Table> {
        let first = self
            .tables
            .partition_point(|table| table.name.as_ref() < name);
        self.tables.get(first).filter(|table| table.name == name)
    }

    /// Returns the table with a name in a schema of the database.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::schema::{QualifiedName, Schema, Table};
    /// let schema = Schema::unchecked(vec![Table::new("users").in_schema("people")]);
    /// assert!(schema.find(&QualifiedName::new("users").in_schema("people")).is_some());
    /// assert!(schema.find(&"users".into()).is_none());
    /// ```
    pub fn find(&self, name: &QualifiedName) -> Option<&Table> {
        self.place(name).ok().map(|index| &self.tables[index])
    }

    /// Returns the table with a name, to change it. Its name and schema must stay the same.
    pub(crate) fn find_mut(&mut self, name: &QualifiedName) -> Option<&mut Table> {
        let place = self.place(name).ok()?;
        Some(&mut self.tables[place])
    }

    /// Adds a table in its place. There must be none of its name.
    pub(crate) fn insert(&mut self, table: Table) {
        let place = self.place(&table.qualified_name());
        self.tables
            .insert(place.unwrap_or_else(|place| place), table);
    }

    /// Removes a table.
    pub(crate) fn remove(&mut self, name: &QualifiedName) -> Option<Table> {
        let place = self.place(name).ok()?;
        Some(self.tables.remove(place))
    }

    fn place(&self, name: &QualifiedName) -> std::result::Result<usize, usize> {
        let of = |table: &Table| (&table.name, &table.schema).cmp(&(&name.name, &name.schema));
        self.tables.binary_search_by(of)
    }

    fn check_references(&self, table: &Table) -> Result<()> {
        for key in &table.foreign_keys {
            let Some(parent) = self.find(&key.referenced()) else {
                let message = format!(
                    "foreign key {} references the unknown table {}",
                    key.name,
                    key.referenced()
                );
                return Err(table
                    .fault(message)
                    .with_hint("register the model of that table as well"));
            };
            check_reference(table, key, parent)?;
        }
        Ok(())
    }

    // PostgreSQL and SQLite keep index names per schema, not per table.
    fn check_constraint_names(&self) -> Result<()> {
        let mut seen: HashMap<&str, &str> = HashMap::new();
        for table in &self.tables {
            for index in &table.indexes {
                if let Some(other) = seen.insert(&index.name, &table.name) {
                    let (name, table) = (&index.name, &table.name);
                    let message =
                        format!("index name {name} is used twice: on {other} and {table}");
                    return Err(Error::with_message(ErrorKind::Schema, message)
                        .with_hint("give one of them another name"));
                }
            }
        }
        Ok(())
    }
}

fn check_reference(table: &Table, key: &ForeignKey, parent: &Table) -> Result<()> {
    let fault = |message: String| table.fault(message).with_constraint(key.name.as_ref());
    if key.columns.len() != key.references.len() {
        let message =
            "the number of referencing and referenced columns of a foreign key must be equal";
        return Err(fault(message.to_owned()));
    }
    for (own, other) in key.columns.iter().zip(&key.references) {
        let own = table
            .find(own)
            .ok_or_else(|| fault(format!("the table has no column {own}")))?;
        let Some(other) = parent.find(other) else {
            return Err(fault(format!(
                "the table {} has no column {other}",
                parent.name
            )));
        };
        if own.ty != other.ty {
            return Err(fault(format!(
                "incompatible types in a foreign key: {}.{} is {}, but {}.{} is {}",
                table.name,
                own.name,
                own.ty.describe(),
                parent.name,
                other.name,
                other.ty.describe()
            ))
            .with_hint("give both columns of the foreign key the same type"));
        }
    }
    check_actions(table, key)
}

fn check_actions(table: &Table, key: &ForeignKey) -> Result<()> {
    let takes_null = |name: &Name| table.find(name).is_some_and(|column| column.nullable);
    let sets_null = key.on_delete == Action::SetNull || key.on_update == Action::SetNull;
    if !sets_null || key.columns.iter().all(takes_null) {
        return Ok(());
    }
    let message = format!(
        "{} has the action SET NULL, but its column is NOT NULL",
        key.name
    );
    Err(table
        .fault(message)
        .with_hint("make the field an Option, or choose another action"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Column;
    use crate::types::Type;

    fn table(name: &'static str) -> Table {
        Table::new(name)
            .column(Column::new("id", Type::Int64))
            .primary_key(["id"])
    }

    #[test]
    fn tables_are_sorted_and_unique() {
        let schema = Schema::new(vec![table("b"), table("a")]).unwrap();
        let names: Vec<_> = schema.tables().iter().map(|t| t.name.as_ref()).collect();
        assert_eq!(names, ["a", "b"]);
        assert!(schema.table("b").is_some());
        let error = Schema::new(vec![table("a"), table("a")]).unwrap_err();
        assert_eq!(error.message(), "the table a is mapped by two models");
    }

    #[test]
    fn references_are_checked() {
        let posts = || table("posts").column(Column::new("author", Type::Int32));
        let error = Schema::new(vec![posts().foreign_key(["author"], "users", ["id"])]);
        assert!(error.unwrap_err().message().contains("unknown table users"));
        let posts = posts().foreign_key(["author"], "users", ["id"]);
        let error = Schema::new(vec![table("users"), posts]).unwrap_err();
        assert_eq!(
            error.message(),
            "incompatible types in a foreign key: posts.author is i32, but users.id is i64"
        );
    }
}
