//! The models of random graphs: a tree, children that may and that must have an owner, links, and a natural key.

use orm::prelude::*;

#[derive(Model, Clone, Debug)]
#[orm(table = "crews")]
pub(super) struct Crew {
    #[orm(primary_key)]
    pub id: i64,
    #[orm(length = 20)]
    pub name: String,
    pub sailors: HasMany<Sailor>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "sailors")]
pub(super) struct Sailor {
    #[orm(primary_key)]
    pub id: i64,
    #[orm(length = 20)]
    pub name: String,
    #[orm(references = Crew.id, on_delete = set_null)]
    pub crew_id: Option<i64>,
    pub crew: BelongsTo<Option<Crew>>,
    #[orm(references = Sailor.id, on_delete = set_null)]
    pub mentor_id: Option<i64>,
    pub mentor: BelongsTo<Option<Self>>,
    pub pupils: HasMany<Self>,
    #[orm(cascade = delete)]
    pub duties: HasMany<Duty>,
    #[orm(link_table = "sailor_knots")]
    pub knots: ManyToMany<Knot>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "duties")]
pub(super) struct Duty {
    #[orm(primary_key)]
    pub id: i64,
    #[orm(length = 20)]
    pub name: String,
    #[orm(references = Sailor.id)]
    pub sailor_id: i64,
    pub sailor: BelongsTo<Sailor>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "knots")]
pub(super) struct Knot {
    #[orm(primary_key, length = 20)]
    pub code: String,
    pub n: i32,
    #[orm(inverse = Sailor.knots)]
    pub sailors: ManyToMany<Sailor>,
}
