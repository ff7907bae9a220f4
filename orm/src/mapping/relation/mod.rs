//! Relations: the types of their fields, the typed constants that name them, and what the compiler checks of them.
//!
//! A relation field holds handles of a session. Loading them (`load`) and writing them (`flush`) are not here.
//! What a relation references is data, in `def.rs` beside the model's.

mod any;
mod belongs_to;
mod cascade;
mod check;
mod field;
mod handle_key;
mod has_many;
mod has_one;
mod list;
mod many_to_many;
mod mirror;
mod part;
mod path;
mod refs;
mod scope;
mod to_one;

pub use any::{AnyList, AnyRelation, Member};
pub use belongs_to::{BelongsTo, ToOneTarget};
pub(crate) use cascade::{ChildRule, check_cascade};
pub use check::{
    LinkedKey, Links, References, SingleBelongsTo, inverse, leave_linked, or_linked, ordered_by,
};
pub use field::{Relation, RelationField, ToMany};
pub use handle_key::{HandleKey, KeySource, NoSession};
pub use has_many::HasMany;
pub use has_one::HasOne;
pub use many_to_many::ManyToMany;
pub use mirror::{Linked, LinksTo, mirrored};
pub use path::{IntoPath, LoadPath, LoadStep, Path, PathFrom};
pub use refs::{Refs, RefsIter};
pub use scope::Scope;
pub use to_one::{ToOne, relinked};
#[cfg(feature = "serde")]
pub(crate) use to_one::{not_loaded, part_not_loaded};
