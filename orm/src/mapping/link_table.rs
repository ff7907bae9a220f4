//! [`LinkTable`]: the table of a relation many to many that has no struct, and its data, which is made at first use of the
//! keys of both models. Its rows are in `link_row.rs`.

use std::any::Any;
use std::convert::identity;
use std::sync::LazyLock;

use orm_core::schema::{Action, Column};

use super::alias::interned;
use super::def::{
    Cascade, ConstraintDef, LoadedColumns, ModelDef, ReferenceDef, RelationDef, RelationKind,
};
use super::model::Model;
use super::slot::ModelSlot;
use super::table::table;

/// The functions of a model's type, of which only a session knows more.
pub type AnyVtable = dyn Any + Send + Sync;

/// Is implemented by a type that the derive makes for each `link_table`.
pub trait LinkTable: 'static {
    /// The model with the relation.
    type Owner: Model;
    /// The model that it references.
    type Target: Model;
    /// The name of the table.
    const TABLE: &'static str;
    /// The name of the relation, for messages.
    const RELATION: &'static str;
    /// What the names of both foreign keys begin with.
    const SIDES: [&'static str; 2];

    /// Returns the data.
    fn def() -> &'static ModelDef;

    /// Returns the functions of the type of the rows.
    fn vtable() -> &'static AnyVtable;
}

/// Returns the data of the target of the relation. The derive names it so: a target that is no model is one error.
#[doc(hidden)]
pub fn link_target<L: LinkTable>() -> &'static ModelDef {
    L::Target::def()
}

/// Returns the data of a link table. Called by the derive, once: what it refers to is kept for the life of the process.
#[doc(hidden)]
pub fn link_def<L: LinkTable>() -> ModelDef {
    let (owner, target) = (L::Owner::def(), L::Target::def());
    let [first, second] = L::SIDES;
    let columns: Vec<Column> = columns(owner, first)
        .chain(columns(target, second))
        .collect();
    let names = columns.iter().map(|column| interned(column.name.clone()));
    let names: &'static [&'static str] = names.collect::<Vec<_>>().leak();
    let all: &'static [usize] = (0..columns.len()).collect::<Vec<_>>().leak();
    let (to_owner, to_target) = all.split_at(owner.primary_key.len());
    // Loads from the other side look for rows by the second key; the primary key begins with the first one.
    let by_target = ConstraintDef {
        columns: to_target,
        options: identity,
    };
    ModelDef {
        name: L::RELATION,
        module: owner.module,
        table: L::TABLE,
        slot: ModelSlot::new(),
        columns: columns.leak(),
        names,
        fields: names,
        primary_key: all,
        generated: None,
        version: None,
        update_defaults: &[],
        computed: &[],
        deferred: &[],
        loaded: LazyLock::new(|| LoadedColumns::of(L::def())),
        uniques: &[],
        indexes: vec![by_target].leak(),
        exclusions: &[],
        checks: &[],
        references: vec![
            reference(to_owner, L::Owner::def),
            reference(to_target, L::Target::def),
        ]
        .leak(),
        relations: vec![
            relation::<L>(0, L::Owner::def),
            relation::<L>(1, L::Target::def),
        ]
        .leak(),
        order: &[],
        is_link_table: true,
        options: identity,
        view: None,
        schema: LazyLock::new(|| table(L::def())),
        vtable: L::vtable(),
        hooks: None,
    }
}

/// The columns of the foreign key to a model.
fn columns(def: &'static ModelDef, side: &'static str) -> impl Iterator<Item = Column> {
    def.primary_key.iter().map(move |position| {
        let mut column = def.columns[*position].clone();
        column.name = format!("{side}_{}", column.name).into();
        column.auto_increment = false;
        column.reuses_keys = false;
        column.server_default = None;
        column.identity = None;
        column.comment = None;
        column.renamed_from = None;
        column
    })
}

fn reference(columns: &'static [usize], target: fn() -> &'static ModelDef) -> ReferenceDef {
    ReferenceDef {
        columns,
        target,
        target_columns: target().primary_key,
        on_delete: Action::Cascade,
        on_update: Action::Cascade,
        options: identity,
    }
}

fn relation<L: LinkTable>(side: usize, target: fn() -> &'static ModelDef) -> RelationDef {
    RelationDef {
        model: L::RELATION,
        name: L::SIDES[side],
        target,
        kind: RelationKind::BelongsTo {
            reference: side,
            optional: false,
        },
        cascade: Cascade::None,
        deletes_orphans: false,
        order: &[],
        keeps_positions: false,
    }
}
