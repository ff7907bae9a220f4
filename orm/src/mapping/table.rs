//! Makes a model's table of the schema: names for positions, conventional names of constraints, and the checks of
//! enums. [`ModelDef::schema`] holds the result.

use orm_core::schema::{
    Check, Exclusion, ForeignKey, Index, IndexKey, Name, Rule, Table, Unique, View,
};
use orm_core::types::{Type, Width};

use super::def::{ConstraintDef, ModelDef, ReferenceDef};

/// Returns the table of a model. Called by the derive.
#[doc(hidden)]
pub fn table(def: &'static ModelDef) -> Table {
    let mut table = Table::new(def.table);
    table.columns = def.columns.to_vec();
    table.primary_key = Some(Unique::primary_key(def.table, names(def, def.primary_key)));
    table.uniques.extend(def.uniques.iter().map(|unique| {
        let columns = names(def, unique.columns);
        (unique.options)(Unique::new(def.table, columns))
    }));
    table.indexes.extend(def.indexes.iter().map(|index| {
        let columns = names(def, index.columns);
        (index.options)(Index::new(def.table, columns))
    }));
    // What the keys of a link table reference is checked; and MySQL has no CHECK of a column that ON UPDATE changes.
    let enums = def.names.iter().zip(def.columns);
    let enums = enums.filter(|_| !def.is_link_table);
    table.checks.extend(enums.filter_map(|(name, column)| {
        if let Type::Enum(labels) = &column.ty {
            return Some(one_of(def.table, name, labels.labels.to_vec()));
        }
        if column.ty == Type::Unsigned(Width::W64) {
            return Some(range(def.table, name, (0, u64::MAX)));
        }
        let is_narrow = matches!(column.ty, Type::Int8 | Type::Unsigned(_));
        let (least, most) = column.ty.range().filter(|_| is_narrow)?;
        Some(range(def.table, name, (least, most.cast_unsigned())))
    }));
    let checks = def.checks.iter().map(|check| check(def.table));
    table.checks.extend(checks);
    let references = def.references.iter();
    table
        .foreign_keys
        .extend(references.map(|reference| foreign_key(def, reference)));
    let exclusions = def.exclusions.iter();
    table
        .exclusions
        .extend(exclusions.map(|exclusion| compared(def, exclusion)));
    (def.options)(table)
}

/// The view of a model, with the columns of its table and the table's comment.
pub(super) fn view(def: &'static ModelDef) -> Option<View> {
    let mut view = (def.view?)();
    view.columns.clone_from(&def.schema.columns);
    view.comment.clone_from(&def.schema.comment);
    Some(view)
}

/// An exclusion constraint over the columns, whose operators and method are options.
fn compared(def: &'static ModelDef, exclusion: &ConstraintDef<Exclusion>) -> Exclusion {
    let columns = names(def, exclusion.columns);
    let empty = Exclusion::new(def.table, &columns.join("_"), "gist");
    let all = columns.into_iter().fold(empty, |exclusion, column| {
        exclusion.element(IndexKey::column(column), "=")
    });
    (exclusion.options)(all)
}

fn range(table: &str, column: &'static str, (least, most): (i64, u64)) -> Check {
    let rule = Rule::Range {
        column: Name::Borrowed(column),
        least,
        most,
    };
    Check::new(table, column, rule)
}

fn one_of(table: &str, column: &'static str, labels: Vec<Name>) -> Check {
    let column_name = Name::Borrowed(column);
    Check::new(
        table,
        column,
        Rule::OneOf {
            column: column_name,
            labels,
        },
    )
}

fn foreign_key(def: &'static ModelDef, reference: &ReferenceDef) -> ForeignKey {
    let target = (reference.target)();
    let columns = names(def, reference.columns);
    let references = names(target, reference.target_columns);
    let key = ForeignKey::new(def.table, columns, target.table.into(), references)
        .on_delete(reference.on_delete)
        .on_update(reference.on_update);
    (reference.options)(key)
}

fn names(def: &'static ModelDef, positions: &[usize]) -> Vec<Name> {
    let name = |position: &usize| Name::Borrowed(def.names[*position]);
    positions.iter().map(name).collect()
}
