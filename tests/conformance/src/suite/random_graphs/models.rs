//! The models of random graphs: each kind of key, relation and ON DELETE.

use orm::prelude::*;
use uuid::Uuid;

use super::guests::Guest;

#[derive(Model, Clone, Debug)]
#[orm(table = "graph_crews")]
pub(super) struct Crew {
    #[orm(primary_key)]
    pub id: i64,
    pub n: i64,
    #[orm(unique)]
    pub code: Option<i64>,
    pub sailors: HasMany<Sailor>,
    #[orm(cascade = delete, orphans = delete)]
    pub berths: HasMany<Berth>,
    #[orm(order_by = Voyage.n.desc())]
    pub voyages: HasMany<Voyage>,
    pub guests: HasMany<Guest>,
}

/// Has a version, and refers to itself.
#[derive(Model, Clone, Debug)]
#[orm(table = "graph_sailors")]
pub(super) struct Sailor {
    #[orm(primary_key)]
    pub id: i64,
    pub n: i64,
    #[orm(unique)]
    pub code: Option<i64>,
    #[orm(references = Crew.id, on_delete = set_null)]
    pub crew_id: Option<i64>,
    pub crew: BelongsTo<Option<Crew>>,
    #[orm(references = Sailor.id, on_delete = set_null)]
    pub mentor_id: Option<i64>,
    pub mentor: BelongsTo<Option<Self>>,
    pub pupils: HasMany<Self>,
    #[orm(cascade = delete)]
    pub duties: HasMany<Duty>,
    #[orm(orphans = delete)]
    pub paper: HasOne<Paper>,
    #[orm(link_table = "graph_sailor_knots")]
    pub knots: ManyToMany<Knot>,
    #[orm(through = Signing)]
    pub voyages: ManyToMany<Voyage>,
    #[orm(version)]
    pub version: i64,
}

/// A required foreign key whose rows the session deletes.
#[derive(Model, Clone, Debug)]
#[orm(table = "graph_duties")]
pub(super) struct Duty {
    #[orm(primary_key)]
    pub id: i64,
    pub n: i64,
    #[orm(unique)]
    pub code: Option<i64>,
    #[orm(references = Sailor.id)]
    pub sailor_id: i64,
    pub sailor: BelongsTo<Sailor>,
}

/// A key of text, which changes.
#[derive(Model, Clone, Debug)]
#[orm(table = "graph_knots")]
pub(super) struct Knot {
    #[orm(primary_key, length = 20)]
    pub name: String,
    pub n: i64,
    #[orm(unique)]
    pub code: Option<i64>,
    #[orm(inverse = Sailor.knots)]
    pub sailors: ManyToMany<Sailor>,
    pub passes: HasMany<Pass>,
}

/// At most one a sailor, with a uuid; the database deletes it along with the sailor.
#[derive(Model, Clone, Debug)]
#[orm(table = "graph_papers")]
pub(super) struct Paper {
    #[orm(primary_key)]
    pub id: Uuid,
    pub n: i64,
    #[orm(unique)]
    pub code: Option<i64>,
    #[orm(unique, references = Sailor.id, on_delete = cascade)]
    pub sailor_id: i64,
    pub sailor: BelongsTo<Sailor>,
}

/// A key of two columns, and a version; without a crew it is an orphan.
#[derive(Model, Clone, Debug)]
#[orm(table = "graph_berths")]
pub(super) struct Berth {
    #[orm(primary_key)]
    pub deck: i32,
    #[orm(primary_key)]
    pub number: i32,
    pub n: i64,
    #[orm(unique)]
    pub code: Option<i64>,
    #[orm(references = Crew.id)]
    pub crew_id: Option<i64>,
    pub crew: BelongsTo<Option<Crew>>,
    #[orm(cascade = set_null)]
    pub passes: HasMany<Pass>,
    #[orm(version)]
    pub version: i64,
}

/// Foreign keys of two columns and of text.
#[derive(Model, Clone, Debug)]
#[orm(table = "graph_passes")]
#[orm(foreign_key(deck, number, references = (Berth.deck, Berth.number), on_delete = restrict))]
pub(super) struct Pass {
    #[orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub n: i64,
    #[orm(unique)]
    pub code: Option<i64>,
    pub deck: Option<i32>,
    pub number: Option<i32>,
    #[orm(key(deck, number))]
    pub berth: BelongsTo<Option<Berth>>,
    #[orm(references = Knot.name, on_delete = set_null, on_update = cascade, length = 20)]
    pub knot_name: Option<String>,
    pub knot: BelongsTo<Option<Knot>>,
    #[orm(version)]
    pub version: i64,
}

/// Keeps its crew from being deleted; the crew's list has an order.
#[derive(Model, Clone, Debug)]
#[orm(table = "graph_voyages")]
pub(super) struct Voyage {
    #[orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub n: i64,
    #[orm(unique)]
    pub code: Option<i64>,
    #[orm(references = Crew.id, on_delete = restrict)]
    pub crew_id: Option<i64>,
    pub crew: BelongsTo<Option<Crew>>,
    #[orm(through = Signing)]
    pub sailors: ManyToMany<Sailor>,
}

/// The link model.
#[derive(Model, Clone, Debug)]
#[orm(table = "graph_signings")]
pub(super) struct Signing {
    #[orm(primary_key, references = Sailor.id, on_delete = cascade)]
    pub sailor_id: i64,
    #[orm(primary_key, references = Voyage.id, on_delete = cascade)]
    pub voyage_id: i64,
    pub sailor: BelongsTo<Sailor>,
    pub voyage: BelongsTo<Voyage>,
}

/// A tree that the database deletes from its root on.
#[derive(Model, Clone, Debug)]
#[orm(table = "graph_isles")]
pub(super) struct Isle {
    #[orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub n: i64,
    #[orm(unique)]
    pub code: Option<i64>,
    #[orm(references = Isle.id, on_delete = cascade)]
    pub part_of_id: Option<i64>,
    pub part_of: BelongsTo<Option<Self>>,
    pub isles: HasMany<Self>,
}
