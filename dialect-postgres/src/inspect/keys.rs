//! Rows of constraints and of the keys of indexes.

use orm_core::error::Result;
use orm_core::schema::{
    Action, Check, Deferrable, Exclusion, ForeignKey, Index, IndexKey, KeyOf, Name, Rule, SqlText,
    Table, Unique,
};

use super::found::Found;
use super::rows::Fields;

/// Adds a constraint to its table.
///
/// # Errors
/// As [`Fields::text`].
pub(super) fn constraint(mut row: Fields<'_>, found: &mut Found) -> Result<()> {
    let Some(table) = found.table(row.int()?) else {
        return Ok(());
    };
    let (name, kind) = (row.name()?, row.text()?);
    let deferrable = deferrable(row.flag()?, row.flag()?);
    let columns = row.names()?;
    match &*kind {
        "f" => table
            .foreign_keys
            .push(foreign_key(row, table, (name, columns, deferrable))?),
        "c" => {
            let condition = check_condition(row)?;
            let mut check = Check::new("", "", Rule::Raw(condition));
            check.name = name;
            table.checks.push(check);
        }
        _ => {
            let mut unique = Unique::new("", columns).named(name);
            unique.deferrable = deferrable;
            unique.nulls_not_distinct = are_nulls_equal(row)?;
            match &*kind {
                "p" => table.primary_key = Some(unique),
                _ => table.uniques.push(unique),
            }
        }
    }
    Ok(())
}

fn foreign_key(
    mut row: Fields<'_>,
    table: &Table,
    (name, columns, deferrable): (Name, Vec<Name>, Option<Deferrable>),
) -> Result<ForeignKey> {
    let (schema, parent) = (row.maybe_name()?, row.name()?);
    let mut key = ForeignKey::new(&table.name, columns, parent, row.names()?);
    key.name = name;
    key.schema = schema;
    key.deferrable = deferrable;
    key.on_delete = action(&row.text()?);
    key.on_update = action(&row.text()?);
    key.match_full = row.flag()?;
    Ok(key)
}

/// Skips what only a foreign key has.
fn check_condition(mut row: Fields<'_>) -> Result<SqlText> {
    let (_schema, _parent, _references) = (row.optional()?, row.optional()?, row.names()?);
    let (_deletes, _updates, _full) = (row.optional()?, row.optional()?, row.flag()?);
    row.text().map(SqlText::from)
}

fn are_nulls_equal(mut row: Fields<'_>) -> Result<bool> {
    let (_schema, _parent, _references) = (row.optional()?, row.optional()?, row.names()?);
    let (_deletes, _updates, _full) = (row.optional()?, row.optional()?, row.flag()?);
    let _condition = row.optional()?;
    row.flag()
}

fn deferrable(is_deferrable: bool, is_deferred: bool) -> Option<Deferrable> {
    match (is_deferrable, is_deferred) {
        (false, _) => None,
        (true, false) => Some(Deferrable::Immediate),
        (true, true) => Some(Deferrable::Deferred),
    }
}

fn action(letter: &str) -> Action {
    match letter {
        "r" => Action::Restrict,
        "c" => Action::Cascade,
        "n" => Action::SetNull,
        "d" => Action::SetDefault,
        _ => Action::NoAction,
    }
}

/// What a row has of the index itself.
struct Head {
    name: Name,
    unique: bool,
    method: Name,
    filter: Option<SqlText>,
    nulls_not_distinct: bool,
    deferrable: Option<Deferrable>,
}

/// Adds a key to the index that the row before has begun, or to a new one.
///
/// # Errors
/// As [`Fields::text`].
pub(super) fn index_key(mut row: Fields<'_>, found: &mut Found) -> Result<()> {
    let Some(table) = found.table(row.int()?) else {
        return Ok(());
    };
    let (name, unique, method) = (row.name()?, row.flag()?, row.name()?);
    let filter = row.optional()?.map(SqlText::from);
    let nulls_not_distinct = row.flag()?;
    let is_exclusion = row.flag()?;
    let head = Head {
        name,
        unique,
        method,
        filter,
        nulls_not_distinct,
        deferrable: deferrable(row.flag()?, row.flag()?),
    };
    let is_included = row.flag()?;
    let (key, operator) = key(row)?;
    if is_exclusion {
        let exclusion = exclusion(table, head);
        exclusion.elements.push((key, operator.unwrap_or_default()));
        return Ok(());
    }
    let index = index(table, head);
    match key.of {
        KeyOf::Column(name) if is_included => index.include.push(name),
        _ => index.keys.push(key),
    }
    Ok(())
}

fn key(mut row: Fields<'_>) -> Result<(IndexKey, Option<Name>)> {
    let (column, expression) = (row.maybe_name()?, row.text()?);
    let mut key = match column {
        Some(column) => IndexKey::column(column),
        None => IndexKey::expression(expression),
    };
    key.descending = row.flag()?;
    key.nulls_first = Some(row.flag()?);
    key.collation = row.maybe_name()?;
    key.operator_class = row.maybe_name()?;
    Ok((key, row.maybe_name()?))
}

fn index(table: &mut Table, head: Head) -> &mut Index {
    let known = table
        .indexes
        .iter()
        .position(|index| index.name == head.name);
    let at = known.unwrap_or_else(|| {
        let mut index = Index::new("", Vec::new())
            .named(head.name)
            .method(head.method);
        index.unique = head.unique;
        index.filter = head.filter;
        index.nulls_not_distinct = head.nulls_not_distinct;
        table.indexes.push(index);
        table.indexes.len() - 1
    });
    &mut table.indexes[at]
}

fn exclusion(table: &mut Table, head: Head) -> &mut Exclusion {
    let known = table
        .exclusions
        .iter()
        .position(|other| other.name == head.name);
    let at = known.unwrap_or_else(|| {
        let mut exclusion = Exclusion::new("", "", head.method).named(head.name);
        exclusion.filter = head.filter;
        exclusion.deferrable = head.deferrable;
        table.exclusions.push(exclusion);
        table.exclusions.len() - 1
    });
    &mut table.exclusions[at]
}
