//! The model with SET DEFAULT, which not every database has.

use orm::prelude::*;

use super::models::Crew;

/// Gets the default of its column, which is NULL.
#[derive(Model, Clone, Debug)]
#[orm(table = "graph_guests")]
pub(super) struct Guest {
    #[orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub n: i64,
    #[orm(unique)]
    pub code: Option<i64>,
    #[orm(references = Crew.id, on_delete = set_default)]
    pub crew_id: Option<i64>,
    pub crew: BelongsTo<Option<Crew>>,
}
