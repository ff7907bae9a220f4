//! Gives operations between two canonical schemas the definitions that they stand for.
//!
//! A canonical form is made for comparing: it has no comments where a database stores none, and expressions in the way
//! in which that database prints them. What a migration writes are the definitions of the models, and what its way back
//! writes are those of the database.

use orm_core::schema::{Column, Constraint, Index, Operation, QualifiedName, Schema, Table, View};

/// The operation with the definitions of `before` for what it drops, and of `after` for what it creates.
pub(super) fn restored(operation: Operation, before: &Schema, after: &Schema) -> Operation {
    match operation {
        Operation::CreateTable { table, deferred } => Operation::CreateTable {
            table: Box::new(own_table(*table, after)),
            deferred,
        },
        Operation::DropTable { table, deferred } => Operation::DropTable {
            table: Box::new(own_table(*table, before)),
            deferred,
        },
        Operation::AddColumn {
            table,
            column,
            fill,
        } => Operation::AddColumn {
            column: own_column(&table, column, after),
            table,
            fill,
        },
        Operation::DropColumn { table, column } => Operation::DropColumn {
            column: own_column(&table, column, before),
            table,
        },
        Operation::AlterColumn {
            table,
            from,
            to,
            fill,
            using,
        } => Operation::AlterColumn {
            from: own_column(&table, from, before),
            to: own_column(&table, to, after),
            table,
            fill,
            using,
        },
        Operation::AddConstraint { table, constraint } => Operation::AddConstraint {
            constraint: own_constraint(&table, constraint, after),
            table,
        },
        Operation::DropConstraint { table, constraint } => Operation::DropConstraint {
            constraint: own_constraint(&table, constraint, before),
            table,
        },
        Operation::CreateIndex { table, index } => Operation::CreateIndex {
            index: own_index(&table, index, after),
            table,
        },
        Operation::DropIndex { table, index } => Operation::DropIndex {
            index: own_index(&table, index, before),
            table,
        },
        Operation::CreateView(view) => Operation::CreateView(own_view(view, after)),
        Operation::DropView(view) => Operation::DropView(own_view(view, before)),
        other => other,
    }
}

fn own_table(table: Table, schema: &Schema) -> Table {
    schema
        .find(&table.qualified_name())
        .cloned()
        .unwrap_or(table)
}

fn own_column(table: &QualifiedName, column: Column, schema: &Schema) -> Column {
    let table = schema.find(table);
    let own = table.and_then(|table| table.find(&column.name));
    own.cloned().unwrap_or(column)
}

/// One by its name, where a database keeps names; the canonical one otherwise.
fn own_constraint(table: &QualifiedName, constraint: Constraint, schema: &Schema) -> Constraint {
    let Some(table) = schema.find(table) else {
        return constraint;
    };
    let name = constraint.name();
    let found = match &constraint {
        Constraint::PrimaryKey(_) => table.primary_key.clone().map(Constraint::PrimaryKey),
        Constraint::Unique(_) => {
            let found = table.uniques.iter().find(|unique| unique.name == *name);
            found.cloned().map(Constraint::Unique)
        }
        Constraint::ForeignKey(_) => {
            let found = table.foreign_keys.iter().find(|key| key.name == *name);
            found.cloned().map(Constraint::ForeignKey)
        }
        Constraint::Check(_) => {
            let found = table.checks.iter().find(|check| check.name == *name);
            found.cloned().map(Constraint::Check)
        }
        Constraint::Exclusion(_) => {
            let found = table.exclusions.iter().find(|own| own.name == *name);
            found.cloned().map(Constraint::Exclusion)
        }
    };
    found.unwrap_or(constraint)
}

fn own_index(table: &QualifiedName, index: Index, schema: &Schema) -> Index {
    let table = schema.find(table);
    let own = table.and_then(|table| table.indexes.iter().find(|own| own.name == index.name));
    own.cloned().unwrap_or(index)
}

fn own_view(view: View, schema: &Schema) -> View {
    let mut views = schema.views.iter();
    let own = views.find(|own| own.name == view.name && own.schema == view.schema);
    own.cloned().unwrap_or(view)
}

#[cfg(test)]
mod tests {
    use orm_core::schema::Rule;
    use orm_core::types::Type;

    use super::*;

    #[test]
    fn definitions_are_those_of_the_schemas() {
        let table = Table::new("t")
            .column(Column::new("a", Type::Int64).comment("n".into()))
            .check("a", Rule::Raw("a  >=  0".into()));
        let after = Schema::unchecked(vec![table.clone()]);
        let before = Schema::unchecked(Vec::new());
        let add = Operation::AddColumn {
            table: "t".into(),
            column: Column::new("a", Type::Int64),
            fill: None,
        };
        let Operation::AddColumn { column, .. } = restored(add, &before, &after) else {
            panic!("another operation");
        };
        assert_eq!(column, table.columns[0]);
        let mut check = table.checks[0].clone();
        check.rule = Rule::Raw("(a >= 0)".into());
        let add = Operation::AddConstraint {
            table: "t".into(),
            constraint: Constraint::Check(check),
        };
        let expected = Operation::AddConstraint {
            table: "t".into(),
            constraint: Constraint::Check(table.checks[0].clone()),
        };
        assert_eq!(restored(add, &before, &after), expected);
    }
}
