//! ALTER COLUMN: type, collation, default, nullability, identity, generation and comment of a column.
//!
//! Each part that is rendered differently has a statement of its own. A column whose expression can't be changed is dropped
//! and added again with its constraints and indexes. What a dialect renders in one clause, as MySQL's MODIFY, is its own.

use super::super::{add_constraint, column::default_value, comment_on_column, create_index};
use super::columns;
use super::dependents::{constraints_of, index_has, text_has};
use super::statement::{alter_column, fill_column, native_type, text_of};
use crate::error::Result;
use crate::schema::{Column, Generated, Identity, SqlText, Table};
use crate::sql::{Dialect, EnumStyle, SqlWriter};
use crate::types::Type;

/// A change of one column.
#[derive(Clone, Copy)]
pub(super) struct AlterColumn<'a> {
    pub(super) dialect: &'a dyn Dialect,
    pub(super) table: &'a Table,
    pub(super) from: &'a Column,
    pub(super) to: &'a Column,
    pub(super) fill: Option<&'a SqlText>,
    pub(super) using: Option<&'a SqlText>,
}

impl AlterColumn<'_> {
    /// The statements of the change, in the order in which each is valid: identities and defaults of the old type are
    /// dropped before it changes, and an identity column is NOT NULL before it is one.
    pub(super) fn statements(&self) -> Result<Vec<String>> {
        let (from, to) = (self.expression(self.from), self.expression(self.to));
        if from != to && self.to.generated.is_some() {
            return self.replace();
        }
        let mut statements = Vec::new();
        if from != to {
            statements.push(self.drop_expression()?);
        }
        if self.from.auto_increment && !self.to.auto_increment {
            statements.push(self.action("DROP IDENTITY"));
        }
        self.set_type_and_default(&mut statements)?;
        self.set_nullability(&mut statements)?;
        self.set_identity(&mut statements);
        if self.from.comment != self.to.comment {
            statements.extend(self.comment()?);
        }
        Ok(statements)
    }

    fn action(&self, action: &str) -> String {
        let table = self.table.qualified_name();
        alter_column(self.dialect, &table, &self.to.name, action)
    }

    /// The expression of a generated column, and whether its values are stored.
    fn expression<'c>(&self, column: &'c Column) -> Option<(Option<&'c str>, bool)> {
        let of = |generated: &'c Generated| {
            let sql = generated.expression.of_dialect(self.dialect.name());
            (sql, generated.stored)
        };
        column.generated.as_ref().map(of)
    }

    /// DROP EXPRESSION, which keeps the stored values.
    fn drop_expression(&self) -> Result<String> {
        if self.from.generated.as_ref().is_some_and(|it| it.stored) {
            return Ok(self.action("DROP EXPRESSION"));
        }
        let (table, name) = (&self.table.name, &self.from.name);
        let message =
            format!("the values of the virtual column {table}.{name} can't become stored values");
        let hint = "add another column, fill it with the expression, and drop this one";
        Err(self.table.unsupported(self.from, message).with_hint(hint))
    }

    /// DROP COLUMN and ADD COLUMN, then the constraints and indexes that were dropped with the column.
    fn replace(&self) -> Result<Vec<String>> {
        let name = self.table.qualified_name();
        let mut statements = vec![columns::drop_column(self.dialect, &name, &self.from.name)];
        statements.extend(self.add_again(self.to)?);
        Ok(statements)
    }

    /// ADD COLUMN of a generated column that was dropped, with its constraints and indexes.
    fn add_again(&self, column: &Column) -> Result<Vec<String>> {
        let (dialect, table) = (self.dialect, self.table);
        let mut statements = columns::add_column(dialect, table, column, None)?;
        for constraint in constraints_of(table, &column.name) {
            statements.extend(add_constraint(dialect, table, &constraint)?);
        }
        for index in &table.indexes {
            if index_has(index, &column.name) {
                statements.push(create_index(dialect, table, index)?);
            }
        }
        Ok(statements)
    }

    /// The generated columns that are computed from this one: its type can't change while they exist.
    fn computed(&self) -> Vec<&Column> {
        let computed = self.table.columns.iter().filter(|column| {
            let generated = column.generated.as_ref();
            column.name != self.from.name
                && generated.is_some_and(|it| text_has(&it.expression, &self.from.name))
        });
        computed.collect()
    }

    fn comment(&self) -> Result<Option<String>> {
        let name = self.table.qualified_name();
        comment_on_column(
            self.dialect,
            &name,
            &self.to.name,
            self.to.comment.as_deref(),
        )
    }

    /// SET DATA TYPE, and the default, which is dropped before where the old one might not fit the new type.
    fn set_type_and_default(&self, statements: &mut Vec<String>) -> Result<()> {
        let (dialect, table) = (self.dialect, self.table);
        let [old, new] = [self.from, self.to].map(|column| native_type(dialect, table, column));
        let (old, new) = (old?, new?);
        let [old_collation, collation] =
            [self.from, self.to].map(|column| collation(dialect, column));
        let [old_default, default] =
            [self.from, self.to].map(|column| default_value(dialect, table, column));
        let (old_default, default) = (old_default?, default?);
        let converts = base(&old) != base(&new);
        let drops = converts && old_default.is_some();
        if drops {
            statements.push(self.action("DROP DEFAULT"));
        }
        if old != new || old_collation != collation {
            let conversion = self.conversion(converts, &new)?;
            let action = format!("SET DATA TYPE {new}{collation}{conversion}");
            self.set_type(&action, statements)?;
        }
        let current = if drops { None } else { old_default };
        if default != current {
            statements.push(set_default(dialect, table, self.to)?);
        }
        Ok(())
    }

    /// SET DATA TYPE, between DROP COLUMN and ADD COLUMN of the columns that are computed from this one.
    fn set_type(&self, action: &str, statements: &mut Vec<String>) -> Result<()> {
        let name = self.table.qualified_name();
        let computed = self.computed();
        for column in &computed {
            statements.push(columns::drop_column(self.dialect, &name, &column.name));
        }
        statements.push(self.action(action));
        for column in computed {
            statements.extend(self.add_again(column)?);
        }
        Ok(())
    }

    /// USING, where the database has it: the given expression, or a cast between two types.
    fn conversion(&self, converts: bool, new: &str) -> Result<String> {
        let supported = self.dialect.capabilities().ddl.alter_using;
        let using = self
            .using
            .and_then(|sql| sql.of_dialect(self.dialect.name()));
        if let Some(sql) = using {
            if supported {
                return Ok(format!(" USING {sql}"));
            }
            let message = format!(
                "{} can't convert column {} by an expression",
                self.dialect.name(),
                self.to.name
            );
            let hint = "add another column, fill it with the expression, and drop this one";
            return Err(self.table.unsupported(self.to, message).with_hint(hint));
        }
        if !converts || !supported {
            return Ok(String::new());
        }
        let mut w = SqlWriter::new(self.dialect);
        w.push(" USING ").ident(&self.to.name);
        if let Some(between) = self.cast_between() {
            w.push("::").push(between);
        }
        w.push("::").push(&cast_target(new));
        Ok(w.finish().0)
    }

    /// The type over which a cast goes, where there is none from the old type to the new one.
    fn cast_between(&self) -> Option<&'static str> {
        let (from, to) = (&self.from.ty, &self.to.ty);
        let has_own = |column: &Column| column.sql_type(self.dialect.name()).is_some();
        if has_own(self.from) || has_own(self.to) {
            return None;
        }
        let is_named = self.dialect.capabilities().enums == EnumStyle::Named;
        if is_named && from.native_enum().is_some() && to.native_enum().is_some() {
            return Some("text");
        }
        let is_number = |ty: &Type| {
            ty.is_integer() || ty.is_decimal() || matches!(ty, Type::Float32 | Type::Float64)
        };
        let crosses =
            (*from == Type::Bool && is_number(to)) || (*to == Type::Bool && is_number(from));
        crosses.then_some("int")
    }

    fn set_nullability(&self, statements: &mut Vec<String>) -> Result<()> {
        if self.from.nullable == self.to.nullable {
            return Ok(());
        }
        if self.to.nullable {
            statements.push(self.action("DROP NOT NULL"));
            return Ok(());
        }
        if let Some(fill) = self.fill {
            let fill = text_of(self.dialect, fill, (self.table, self.to, "fill"))?;
            let name = self.table.qualified_name();
            statements.push(fill_column(
                self.dialect,
                &name,
                &self.to.name,
                (fill, true),
            ));
        }
        statements.push(self.action("SET NOT NULL"));
        Ok(())
    }

    /// ADD GENERATED, or the changes of an identity.
    fn set_identity(&self, statements: &mut Vec<String>) {
        if !self.to.auto_increment {
            return;
        }
        if self.from.auto_increment {
            let changes = self.identity_changes();
            if !changes.is_empty() {
                statements.push(self.action(&changes));
            }
            return;
        }
        let mut plain = self.to.clone();
        plain.collation = None;
        let options = self.dialect.column_options(&plain);
        statements.push(self.action(&format!("ADD{options}")));
        let name = self.table.qualified_name();
        statements.extend(self.dialect.continue_identity(&name, &self.to.name));
    }

    /// `SET GENERATED ALWAYS SET INCREMENT BY 2`, where an identity has options.
    fn identity_changes(&self) -> String {
        let [from, to] = [self.from, self.to].map(|column| {
            let mut plain = column.clone();
            plain.collation = None;
            self.dialect.column_options(&plain)
        });
        if from == to {
            return String::new();
        }
        let [from, to] = [self.from, self.to].map(|column| column.identity.unwrap_or_default());
        changed_identity(from, to)
    }
}

fn changed_identity(from: Identity, to: Identity) -> String {
    let mut changes = Vec::new();
    if from.always != to.always {
        let kind = if to.always { "ALWAYS" } else { "BY DEFAULT" };
        changes.push(format!("SET GENERATED {kind}"));
    }
    if from.start != to.start {
        changes.push(format!("SET START WITH {}", to.start.unwrap_or(1)));
    }
    if from.increment != to.increment {
        changes.push(format!("SET INCREMENT BY {}", to.increment.unwrap_or(1)));
    }
    changes.join(" ")
}

/// SET DEFAULT with the default of a column, or DROP DEFAULT.
pub(super) fn set_default(dialect: &dyn Dialect, table: &Table, column: &Column) -> Result<String> {
    let action = match default_value(dialect, table, column)? {
        Some(default) => format!("SET DEFAULT {default}"),
        None => "DROP DEFAULT".to_owned(),
    };
    let name = table.qualified_name();
    Ok(alter_column(dialect, &name, &column.name, &action))
}

/// The collation among the options of a column, with a leading space.
fn collation(dialect: &dyn Dialect, column: &Column) -> String {
    let mut plain = column.clone();
    plain.auto_increment = false;
    plain.identity = None;
    dialect.column_options(&plain)
}

/// A type without lengths: `VARCHAR` of `VARCHAR(50)`.
fn base(ty: &str) -> String {
    let (mut depth, mut is_quoted) = (0_u32, false);
    let outside = ty.chars().filter(|c| {
        match c {
            '"' => is_quoted = !is_quoted,
            '(' if !is_quoted => depth += 1,
            ')' if !is_quoted => {
                depth = depth.saturating_sub(1);
                return false;
            }
            _ => {}
        }
        depth == 0
    });
    outside.collect()
}

/// The type of the cast in USING: without a length, since a cast truncates what is too long, where the assignment that
/// follows is an error.
fn cast_target(ty: &str) -> String {
    let base = base(ty);
    match base.to_ascii_lowercase().as_str() {
        // Without a length these have the length 1.
        "char" | "character" => "bpchar".to_owned(),
        "bit" => "varbit".to_owned(),
        _ => base,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_no_part_of_a_base_type() {
        assert_eq!(base("VARCHAR(50)"), base("VARCHAR(80)"));
        assert_eq!(
            base("TIMESTAMP(6) WITH TIME ZONE"),
            "TIMESTAMP WITH TIME ZONE"
        );
        assert_ne!(base("TIMESTAMP(6)"), base("TIMESTAMP(6) WITH TIME ZONE"));
    }

    #[test]
    fn a_cast_does_not_truncate() {
        assert_eq!(cast_target("VARCHAR(50)"), "VARCHAR");
        assert_eq!(cast_target("char(3)"), "bpchar");
        assert_eq!(cast_target("\"a(b)\""), "\"a(b)\"");
    }
}
