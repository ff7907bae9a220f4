//! [`Operation`]: one change of a schema as data.
//!
//! A comparison makes a list of them, `sql::ddl` renders each in a dialect, and a migration's way back is the list of
//! their inverses. Each therefore has whole definitions, of what is dropped as well. Nothing is compared or rendered here.

use super::{
    AttachedSql, Check, Column, Exclusion, ForeignKey, Index, Name, QualifiedName, Sequence,
    SqlText, Table, TableOption, Unique, View,
};
use crate::types::EnumType;

/// Describes one change of a schema.
///
/// # Examples
///
/// ```
/// # use orm_core::schema::*;
/// # use orm_core::types::Type;
/// let column = Column::new("age", Type::Int32).nullable();
/// let add = Operation::AddColumn { table: "users".into(), column: column.clone(), fill: None };
/// let drop = Operation::DropColumn { table: "users".into(), column };
/// assert_eq!(add.inverse(), drop);
/// assert!(drop.is_destructive() && !add.is_destructive());
/// assert_eq!(drop.table().map(ToString::to_string).as_deref(), Some("users"));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(rename_all = "snake_case", deny_unknown_fields)
)]
#[non_exhaustive]
#[expect(
    clippy::large_enum_variant,
    reason = "a migration has few of them, and each is matched by its fields"
)]
pub enum Operation {
    /// CREATE SCHEMA.
    CreateSchema(Name),
    /// DROP SCHEMA.
    DropSchema(Name),
    /// CREATE TYPE … AS ENUM, where enumerated types have names.
    CreateEnum(EnumType),
    /// DROP TYPE.
    DropEnum(EnumType),
    /// ALTER TYPE … RENAME TO.
    RenameEnum {
        /// The name before.
        from: Name,
        /// The name after.
        to: Name,
    },
    /// Changes the labels of an enumerated type: ALTER TYPE … ADD VALUE where labels are only added, else another type
    /// that takes its place.
    AlterEnum {
        /// The type before.
        from: EnumType,
        /// The type after.
        to: EnumType,
        /// The columns of the type, which are cast to the new one, with the definition that each has afterwards.
        columns: Vec<(QualifiedName, Column)>,
    },
    /// CREATE SEQUENCE.
    CreateSequence(Sequence),
    /// DROP SEQUENCE.
    DropSequence(Sequence),
    /// ALTER SEQUENCE.
    AlterSequence {
        /// The sequence before.
        from: Sequence,
        /// The sequence after.
        to: Sequence,
    },
    /// CREATE TABLE with its constraints, indexes, comments and attached DDL, without the foreign keys named in
    /// `deferred`, which operations of their own add.
    CreateTable {
        /// The table.
        table: Box<Table>,
        /// The names of the foreign keys that are left out.
        #[cfg_attr(
            feature = "serde",
            serde(default, skip_serializing_if = "Vec::is_empty")
        )]
        deferred: Vec<Name>,
    },
    /// DROP TABLE.
    DropTable {
        /// The table.
        table: Box<Table>,
        /// The names of the foreign keys that operations of their own have dropped.
        #[cfg_attr(
            feature = "serde",
            serde(default, skip_serializing_if = "Vec::is_empty")
        )]
        deferred: Vec<Name>,
    },
    /// ALTER TABLE … RENAME TO.
    RenameTable {
        /// The table before.
        from: QualifiedName,
        /// The table after.
        to: QualifiedName,
    },
    /// COMMENT ON TABLE.
    SetTableComment {
        /// The table.
        table: QualifiedName,
        /// The comment before.
        from: Option<Name>,
        /// The comment after.
        to: Option<Name>,
    },
    /// Changes the options of a table.
    SetTableOptions {
        /// The table.
        table: QualifiedName,
        /// The options before.
        from: Vec<TableOption>,
        /// The options after.
        to: Vec<TableOption>,
    },
    /// ALTER TABLE … ADD COLUMN, without constraints and indexes.
    AddColumn {
        /// The table.
        table: QualifiedName,
        /// The column.
        column: Column,
        /// The value of existing rows, if it is not the default.
        fill: Option<SqlText>,
    },
    /// ALTER TABLE … DROP COLUMN. Constraints and indexes of the column are dropped before.
    DropColumn {
        /// The table.
        table: QualifiedName,
        /// The column.
        column: Column,
    },
    /// ALTER TABLE … RENAME COLUMN.
    RenameColumn {
        /// The table.
        table: QualifiedName,
        /// The name before.
        from: Name,
        /// The name after.
        to: Name,
    },
    /// Changes type, nullability, default, collation, generation or comment of a column.
    AlterColumn {
        /// The table.
        table: QualifiedName,
        /// The column before.
        from: Column,
        /// The column after, of the same name.
        to: Column,
        /// The value in place of NULL in a column that becomes NOT NULL.
        fill: Option<SqlText>,
        /// The expression that converts a value to the new type, if a cast is not enough: USING.
        using: Option<SqlText>,
    },
    /// ALTER TABLE … ADD CONSTRAINT.
    AddConstraint {
        /// The table.
        table: QualifiedName,
        /// The constraint.
        constraint: Constraint,
    },
    /// ALTER TABLE … DROP CONSTRAINT.
    DropConstraint {
        /// The table.
        table: QualifiedName,
        /// The constraint.
        constraint: Constraint,
    },
    /// CREATE INDEX.
    CreateIndex {
        /// The table.
        table: QualifiedName,
        /// The index.
        index: Index,
    },
    /// DROP INDEX.
    DropIndex {
        /// The table.
        table: QualifiedName,
        /// The index.
        index: Index,
    },
    /// ALTER INDEX … RENAME TO.
    RenameIndex {
        /// The table.
        table: QualifiedName,
        /// The index before.
        from: Index,
        /// The name after.
        to: Name,
    },
    /// CREATE VIEW or CREATE MATERIALIZED VIEW.
    CreateView(View),
    /// DROP VIEW or DROP MATERIALIZED VIEW.
    DropView(View),
    /// Runs the DDL that creates what is attached to a table.
    Attach {
        /// The table.
        table: QualifiedName,
        /// The DDL.
        attached: AttachedSql,
    },
    /// Runs the DDL that drops what is attached to a table.
    Detach {
        /// The table.
        table: QualifiedName,
        /// The DDL.
        attached: AttachedSql,
    },
}

/// Describes a constraint of a table.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Constraint {
    /// The primary key.
    PrimaryKey(Unique),
    /// A unique constraint.
    Unique(Unique),
    /// A foreign key.
    ForeignKey(ForeignKey),
    /// A CHECK constraint.
    Check(Check),
    /// An exclusion constraint.
    Exclusion(Exclusion),
}

impl Constraint {
    /// Returns the constraint's name.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::schema::*;
    /// let unique = Constraint::Unique(Unique::new("users", vec!["name".into()]));
    /// assert_eq!(unique.name(), "uq_users_name");
    /// ```
    pub fn name(&self) -> &Name {
        match self {
            Self::PrimaryKey(key) | Self::Unique(key) => &key.name,
            Self::ForeignKey(key) => &key.name,
            Self::Check(check) => &check.name,
            Self::Exclusion(exclusion) => &exclusion.name,
        }
    }
}

impl Operation {
    /// Returns the operation that undoes this one. Rows that an operation deletes don't come back.
    pub fn inverse(&self) -> Self {
        match self.clone() {
            Self::CreateSchema(name) => Self::DropSchema(name),
            Self::DropSchema(name) => Self::CreateSchema(name),
            Self::CreateEnum(ty) => Self::DropEnum(ty),
            Self::DropEnum(ty) => Self::CreateEnum(ty),
            Self::RenameEnum { from, to } => Self::RenameEnum { from: to, to: from },
            Self::AlterEnum { from, to, columns } => inverse_enum(from, to, columns),
            Self::CreateSequence(sequence) => Self::DropSequence(sequence),
            Self::DropSequence(sequence) => Self::CreateSequence(sequence),
            Self::AlterSequence { from, to } => Self::AlterSequence { from: to, to: from },
            Self::CreateView(view) => Self::DropView(view),
            Self::DropView(view) => Self::CreateView(view),
            other => other.inverse_of_table(),
        }
    }

    /// The inverse of a change of one table.
    fn inverse_of_table(self) -> Self {
        match self {
            Self::CreateTable { table, deferred } => Self::DropTable { table, deferred },
            Self::DropTable { table, deferred } => Self::CreateTable { table, deferred },
            Self::RenameTable { from, to } => Self::RenameTable { from: to, to: from },
            Self::SetTableComment { table, from, to } => Self::SetTableComment {
                table,
                from: to,
                to: from,
            },
            Self::SetTableOptions { table, from, to } => Self::SetTableOptions {
                table,
                from: to,
                to: from,
            },
            Self::AddConstraint { table, constraint } => Self::DropConstraint { table, constraint },
            Self::DropConstraint { table, constraint } => Self::AddConstraint { table, constraint },
            Self::CreateIndex { table, index } => Self::DropIndex { table, index },
            Self::DropIndex { table, index } => Self::CreateIndex { table, index },
            Self::RenameIndex { table, from, to } => {
                let name = from.name.clone();
                let from = from.named(to);
                Self::RenameIndex {
                    table,
                    from,
                    to: name,
                }
            }
            Self::Attach { table, attached } => Self::Detach { table, attached },
            Self::Detach { table, attached } => Self::Attach { table, attached },
            other => other.inverse_of_column(),
        }
    }

    /// The inverse of a change of one column. What is none of these is its own inverse.
    fn inverse_of_column(self) -> Self {
        match self {
            Self::AddColumn { table, column, .. } => Self::DropColumn { table, column },
            Self::DropColumn { table, column } => Self::AddColumn {
                table,
                column,
                fill: None,
            },
            Self::RenameColumn { table, from, to } => Self::RenameColumn {
                table,
                from: to,
                to: from,
            },
            Self::AlterColumn {
                table, from, to, ..
            } => Self::AlterColumn {
                table,
                from: to,
                to: from,
                fill: None,
                using: None,
            },
            other => other,
        }
    }

    /// Returns the table that the operation changes: that before a RENAME. `None` for schemas, types, sequences and views.
    pub fn table(&self) -> Option<&QualifiedName> {
        match self {
            Self::RenameTable { from: table, .. }
            | Self::SetTableComment { table, .. }
            | Self::SetTableOptions { table, .. }
            | Self::AddColumn { table, .. }
            | Self::DropColumn { table, .. }
            | Self::RenameColumn { table, .. }
            | Self::AlterColumn { table, .. }
            | Self::AddConstraint { table, .. }
            | Self::DropConstraint { table, .. }
            | Self::CreateIndex { table, .. }
            | Self::DropIndex { table, .. }
            | Self::RenameIndex { table, .. }
            | Self::Attach { table, .. }
            | Self::Detach { table, .. } => Some(table),
            _ => None,
        }
    }

    /// Returns whether the operation deletes rows or values: DROP TABLE, DROP COLUMN, DROP SEQUENCE, DROP SCHEMA. Changes
    /// of a type, which may fail for single values, are not among them, and values of generated columns are not counted.
    pub fn is_destructive(&self) -> bool {
        match self {
            Self::DropColumn { column, .. } => column.generated.is_none(),
            Self::DropTable { .. } | Self::DropSequence(_) | Self::DropSchema(_) => true,
            _ => false,
        }
    }
}

/// The columns have the new type afterwards, which is the old one here.
fn inverse_enum(
    from: EnumType,
    to: EnumType,
    mut columns: Vec<(QualifiedName, Column)>,
) -> Operation {
    for (_, column) in &mut columns {
        column.ty = crate::types::Type::Enum(from.clone());
    }
    Operation::AlterEnum {
        from: to,
        to: from,
        columns,
    }
}
