//! How a struct maps to a table: the [`Model`] trait that the derive implements, the data it emits, the
//! typed columns and relations, the registry of linked models, and the way from models to schema.
//!
//! Knows neither connections nor sessions.

mod alias;
mod attributes;
mod builder;
mod check;
mod column;
mod column_set;
mod criteria;
mod custom_type;
mod db_enum;
mod decode;
mod def;
mod deferred;
mod derived_row;
#[cfg(feature = "dump")]
pub mod dump;
mod embedded;
mod field;
mod handle;
mod key;
mod link_row;
mod link_table;
mod model;
mod registry;
mod relation;
mod slot;
mod table;

pub(crate) use alias::interned;
pub use attributes::{AttributeSet, Attributes, Columns};
pub use builder::{
    Build, FieldGiven, FieldMissing, FieldState, IntoField, NewChild, Required, filled, given,
    or_server,
};
pub use check::{
    Generated, HasCollation, HasDigits, HasLength, HoldsNoNull, HoldsNull, Placeholder, RefersTo,
    Skipped, VariantField, Version, default_fits, has_digits, referred, text_fits,
};
pub(crate) use check::{integer_fits, is_label, takes_label};
pub use column::Column;
pub use column_set::ColumnSet;
pub use criteria::Criteria;
pub(crate) use criteria::{Criterion, Exempt};
pub use custom_type::{CustomType, Stored};
pub use db_enum::DbEnum;
pub(crate) use decode::value_for;
pub use decode::{differs, read};
pub(crate) use def::Through;
pub use def::{
    Cascade, ConstraintDef, DeferredDef, EmbeddedDef, ListOrder, LoadedColumns, ModelDef,
    ReferenceDef, RelationDef, RelationKind, UpdateDefault, ViewDef, ViewKey,
};
pub use deferred::Deferred;
pub(crate) use deferred::column_not_loaded;
pub use derived_row::{DerivedEntity, DerivedRow};
pub use embedded::{
    Embedded, InPart, PartColumns, PartNames, absent_column, blank_columns, can_be_none,
    compare_variants, constraints, count_all, discriminator, has_new_names, joined, joined_length,
    names, put_columns, put_part, references, starts, update_defaults,
};
pub(crate) use embedded::{
    column_of_other_variant, discriminator_alone, discriminators, has_other_values, null_alone,
    variant_columns,
};
pub use field::{Field, KeyField};
pub use handle::{RawRef, Ref};
pub(crate) use key::key_text;
pub use key::{IntoKey, KeyPart, PrimaryKey};
pub use link_row::{LinkEntity, LinkKey, LinkRow};
pub use link_table::{AnyVtable, LinkTable, link_def, link_target};
pub use model::{Entity, Model, NewEntity, NewRow};
pub use registry::{Metadata, Registration, metadata};
pub(crate) use registry::{linked_models, linked_tables};
pub use relation::{
    AnyList, AnyRelation, BelongsTo, HandleKey, HasMany, HasOne, IntoPath, KeySource, Linkable,
    Linked, LinkedKey, Links, LinksTo, LoadPath, LoadStep, ManyToMany, Member, NoSession, Path,
    PathFrom, References, Refs, RefsIter, Relation, RelationField, Scope, SingleBelongsTo, ToMany,
    ToOne, ToOneTarget, ViewOnly, compared_by, inverse, leave_linked, mirrored, or_linked,
    ordered_by, positioned_by, relinked,
};
pub(crate) use relation::{ChildRule, Strategy, check_cascade};
#[cfg(feature = "serde")]
pub(crate) use relation::{not_loaded, part_not_loaded};
pub use slot::ModelSlot;
pub use table::table;
