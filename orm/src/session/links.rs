//! The verbs of relations many to many: link rows that are added and marked for deletion.
//!
//! A list that is loaded and fresh has all link rows. Without one, a query by both keys finds those that there are.

use orm_core::error::{Error, ErrorKind, Result};

use super::Session;
use crate::load;
use crate::mapping::{Model, RawRef, Ref, Relation, RelationDef, RelationField, Through};
use crate::state::{EntityState, RowId, State};

/// Two entities and the relation between them.
#[derive(Clone, Copy)]
struct Ends {
    relation: &'static RelationDef,
    through: Through,
    owner: RowId,
    /// The relation of the owner's model.
    index: usize,
    pair: [RawRef; 2],
}

impl Session {
    /// Links two entities by a link row, unless there is one.
    pub(super) fn link_by_row<M: Model, F: RelationField>(
        &mut self,
        (owner, target): (Ref<M>, Ref<F::Target>),
        relation: Relation<M, F>,
        through: Through,
    ) -> Result<()> {
        let ends = Ends::of((owner, target), relation, through);
        if !self.rows_between(ends)?.is_empty() {
            return Ok(());
        }
        let linked = self.state.link_by_row(through, ends.pair);
        linked.map_err(|fields| ends.required(fields))
    }

    /// Marks the link rows of two entities for deletion, and returns whether there are any.
    pub(super) fn unlink_by_row<M: Model, F: RelationField>(
        &mut self,
        (owner, target): (Ref<M>, Ref<F::Target>),
        relation: Relation<M, F>,
        through: Through,
    ) -> Result<bool> {
        let rows = self.rows_between(Ends::of((owner, target), relation, through))?;
        let model = State::number(through.link);
        let is_linked = !rows.is_empty();
        for slot in rows {
            self.state.unlink_by_row(RowId { model, slot });
        }
        Ok(is_linked)
    }

    /// The link rows of two entities, but those that are marked for deletion.
    fn rows_between(&mut self, ends: Ends) -> Result<Vec<u32>> {
        let Ends { through, pair, .. } = ends;
        let list = (ends.owner, ends.index);
        let listed = self.state.listed_links(list, through.link, pair[1]);
        let (listed, is_fresh) = listed.unwrap_or_default();
        if is_fresh {
            return Ok(listed);
        }
        let pending = self.state.pending_links(through, pair);
        if !pending.is_empty() || !self.have_rows(ends) {
            return Ok(pending);
        }
        self.usable()?;
        let slots = pair.map(|handle| handle.slot);
        let rows = self.reading(|session| {
            session.connect_to_read()?;
            session.load_rows(|connection, state, _| load::pair(state, connection, through, slots))
        });
        let rows = self.note(rows)?;
        let gone = listed.into_iter().filter(|slot| !rows.contains(slot));
        let gone: Vec<u32> = gone.collect();
        self.state.lose_links(through.link, &gone);
        Ok(self.state.kept_links(through, rows, pair))
    }

    /// Whether both entities have rows, to which link rows may refer.
    fn have_rows(&self, ends: Ends) -> bool {
        let models = ends
            .through
            .references()
            .map(|reference| (reference.target)());
        models.into_iter().zip(ends.pair).all(|(def, handle)| {
            let arena = self.state.by_model(State::number(def));
            let state = arena.and_then(|arena| arena.entity_state(handle.slot, handle.stamp));
            state.is_some_and(EntityState::has_row)
        })
    }
}

impl Ends {
    fn of<M: Model, F: RelationField>(
        (owner, target): (Ref<M>, Ref<F::Target>),
        relation: Relation<M, F>,
        through: Through,
    ) -> Self {
        Self {
            relation: relation.def(),
            through,
            owner: super::write::row_id(owner),
            index: relation.index(),
            pair: [owner.raw(), target.raw()],
        }
    }

    #[cold]
    fn required(self, fields: &[&str]) -> Error {
        let RelationDef { model, name, .. } = self.relation;
        let Through {
            link,
            inverse,
            target,
        } = self.through;
        let fields = fields.join("`, `");
        let message = format!(
            "`{model}.{name}` can't add a row of {}, which has the required field `{fields}`",
            link.name
        );
        let [inverse, target] = [inverse, target].map(|index| link.relations[index].name);
        let hint = format!(
            "add the link row itself: session.add({}::builder().{inverse}(…).{target}(…)…)",
            link.name
        );
        Error::with_message(ErrorKind::Usage, message)
            .with_table(link.table)
            .with_hint(hint)
    }
}
