//! Which tables and columns are renamed, and the order of the renames.

use super::CompareOptions;
use crate::schema::{Name, Operation, QualifiedName, Schema, Table};

/// The old and the new name of a table or column.
type Pair<N> = (N, N);

#[derive(Debug, Default)]
pub(super) struct Renames {
    pub(super) tables: Vec<Pair<QualifiedName>>,
    /// Columns with their table's new name.
    pub(super) columns: Vec<(QualifiedName, Pair<Name>)>,
    pub(super) unknown: Vec<Pair<Name>>,
}

impl Renames {
    pub(super) fn resolve(before: &Schema, after: &Schema, options: &CompareOptions) -> Self {
        let mut renames = Self::default();
        let mut used = vec![false; options.renames.len()];
        for ((from, to), used) in options.renames.iter().zip(&mut used) {
            if let Some(pair) = find_table(before, after, from, to) {
                *used = add(&mut renames.tables, pair);
            }
        }
        for table in after.tables() {
            if let Some(pair) = attribute_of_table(before, after, table) {
                add(&mut renames.tables, pair);
            }
        }
        consistent(&mut renames.tables, |name| before.find(name).is_some());
        for table in after.tables() {
            renames.columns_of(before, table, options, &mut used);
        }
        let given = options.renames.iter().zip(used);
        renames.unknown = given
            .filter(|(pair, used)| !used || !renames.has(pair))
            .map(|(pair, _)| pair.clone())
            .collect();
        renames
    }

    fn columns_of(
        &mut self,
        before: &Schema,
        table: &Table,
        options: &CompareOptions,
        used: &mut [bool],
    ) {
        let name = table.qualified_name();
        let old_name = self.before(&name);
        let Some(old) = before.find(&old_name) else {
            return;
        };
        let mut pairs = Vec::new();
        for ((from, to), used) in options.renames.iter().zip(used) {
            let column = column_of(from, &old_name).or_else(|| column_of(from, &name));
            let column = column.and_then(|column| old.find(column));
            if let (Some(column), Some(to)) = (column, table.find(to)) {
                *used |= add(&mut pairs, (column.name.clone(), to.name.clone()));
            }
        }
        for column in &table.columns {
            if let Some(from) = &column.renamed_from
                && old.find(from).is_some()
                && table.find(from).is_none()
                && old.find(&column.name).is_none()
            {
                add(&mut pairs, (from.clone(), column.name.clone()));
            }
        }
        consistent(&mut pairs, |name| old.find(name).is_some());
        let pairs = pairs.into_iter();
        self.columns.extend(pairs.map(|pair| (name.clone(), pair)));
    }

    /// Whether a rename of the options is among those that are made.
    fn has(&self, (from, to): &Pair<Name>) -> bool {
        let is_table = |pair: &Pair<QualifiedName>| {
            pair.0.to_string() == **from && (pair.1.to_string() == **to || pair.1.name == *to)
        };
        let is_column = |(table, pair): &(QualifiedName, Pair<Name>)| {
            let column = column_of(from, table).or_else(|| column_of(from, &self.before(table)));
            column == Some(&*pair.0) && pair.1 == *to
        };
        self.tables.iter().any(is_table) || self.columns.iter().any(is_column)
    }

    /// The old name of a table.
    pub(super) fn before(&self, name: &QualifiedName) -> QualifiedName {
        let found = self.tables.iter().find(|(_, to)| to == name);
        found.map_or(name, |(from, _)| from).clone()
    }

    /// The old name of a column.
    pub(super) fn column_before(&self, table: &QualifiedName, column: &Name) -> Name {
        let mut columns = self.columns.iter();
        let found = columns.find(|(owner, (_, to))| owner == table && to == column);
        found.map_or(column, |(_, (from, _))| from).clone()
    }

    /// The renames of all tables and columns, which are possible one after the other.
    pub(super) fn operations(&self, before: &Schema) -> Vec<Operation> {
        let mut operations = self.of_tables(before);
        let mut owners: Vec<_> = self.columns.iter().map(|(owner, _)| owner).collect();
        owners.dedup();
        for owner in owners {
            if let Some(old) = before.find(&self.before(owner)) {
                operations.extend(self.of_columns(owner, old));
            }
        }
        operations
    }

    pub(super) fn of_tables(&self, before: &Schema) -> Vec<Operation> {
        let taken = before.tables().iter().map(Table::qualified_name).collect();
        let temporary = |name: &QualifiedName| QualifiedName {
            schema: name.schema.clone(),
            name: format!("{}_", name.name).into(),
        };
        let pairs = ordered(self.tables.clone(), taken, temporary).into_iter();
        pairs
            .map(|(from, to)| Operation::RenameTable { from, to })
            .collect()
    }

    /// The renames of columns of a table, among those that `old` has.
    pub(super) fn of_columns(&self, name: &QualifiedName, old: &Table) -> Vec<Operation> {
        let own = self.columns.iter().filter(|(owner, _)| owner == name);
        let pairs = own.map(|(_, pair)| pair.clone());
        let pairs = pairs.filter(|(from, _)| old.find(from).is_some()).collect();
        let taken = old.columns.iter().map(|column| column.name.clone());
        let temporary = |name: &Name| format!("{name}_").into();
        let renames = ordered(pairs, taken.collect(), temporary).into_iter();
        let operation = |(from, to)| Operation::RenameColumn {
            table: name.clone(),
            from,
            to,
        };
        renames.map(operation).collect()
    }
}

/// Adds a rename, unless one of the names is used by another one. Returns whether it was added.
fn add<N: PartialEq>(pairs: &mut Vec<Pair<N>>, pair: Pair<N>) -> bool {
    let is_free = pair.0 != pair.1
        && pairs
            .iter()
            .all(|(from, to)| *from != pair.0 && *to != pair.1);
    if is_free {
        pairs.push(pair);
    }
    is_free
}

/// Removes renames to a name that exists, unless that is renamed, too.
fn consistent<N: PartialEq>(pairs: &mut Vec<Pair<N>>, exists: impl Fn(&N) -> bool) {
    loop {
        let is_blocked = |(_, to): &Pair<N>| exists(to) && pairs.iter().all(|(from, _)| from != to);
        let Some(place) = pairs.iter().position(is_blocked) else {
            return;
        };
        pairs.remove(place);
    }
}

fn find_table(
    before: &Schema,
    after: &Schema,
    from: &Name,
    to: &Name,
) -> Option<Pair<QualifiedName>> {
    let mut names = before.tables().iter().map(Table::qualified_name);
    let from = names.find(|name| name.to_string() == **from)?;
    let is_new = |name: &QualifiedName| {
        name.to_string() == **to || (name.name == *to && name.schema == from.schema)
    };
    let mut names = after.tables().iter().map(Table::qualified_name);
    names.find(is_new).map(|to| (from, to))
}

/// The rename that a table's `renamed_from` says, while only the old name exists before and only the new one after.
fn attribute_of_table(
    before: &Schema,
    after: &Schema,
    table: &Table,
) -> Option<Pair<QualifiedName>> {
    let to = table.qualified_name();
    let from = QualifiedName {
        schema: table.schema.clone(),
        name: table.renamed_from.clone()?,
    };
    let is_due =
        before.find(&from).is_some() && before.find(&to).is_none() && after.find(&from).is_none();
    is_due.then_some((from, to))
}

/// The column of `table.column`, if that is the table.
fn column_of<'n>(name: &'n str, table: &QualifiedName) -> Option<&'n str> {
    name.strip_prefix(&table.to_string())?.strip_prefix('.')
}

/// Sorts renames so that each new name is free. Of those in a circle, one takes a temporary name first.
fn ordered<N: Clone + PartialEq>(
    mut pairs: Vec<Pair<N>>,
    mut taken: Vec<N>,
    temporary: impl Fn(&N) -> N,
) -> Vec<Pair<N>> {
    let mut ordered = Vec::new();
    while let Some(first) = pairs.first() {
        let free = pairs.iter().position(|(_, to)| !taken.contains(to));
        let (from, to) = if let Some(place) = free {
            pairs.remove(place)
        } else {
            let from = first.0.clone();
            let mut unused = temporary(&from);
            while taken.contains(&unused) || pairs.iter().any(|(_, to)| *to == unused) {
                unused = temporary(&unused);
            }
            pairs[0].0 = unused.clone();
            (from, unused)
        };
        taken.retain(|name| *name != from);
        taken.push(to.clone());
        ordered.push((from, to));
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(pairs: &[(&'static str, &'static str)], taken: &[&'static str]) -> String {
        let ordered = ordered(pairs.to_vec(), taken.to_vec(), |_| "x");
        let texts: Vec<_> = ordered.iter().map(|(a, b)| format!("{a}>{b}")).collect();
        texts.join(" ")
    }

    #[test]
    fn renames_wait_for_a_free_name() {
        assert_eq!(order(&[("a", "b")], &["a"]), "a>b");
        assert_eq!(order(&[("a", "b"), ("b", "c")], &["a", "b"]), "b>c a>b");
        assert_eq!(order(&[("a", "b"), ("b", "a")], &["a", "b"]), "a>x b>a x>b");
    }
}
