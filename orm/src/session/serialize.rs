//! How serde serializes entities: [`Json`] and what it is made of. Nothing here is generic over models, and entities need no
//! `Serialize` of their own.

use orm_core::civil;
use orm_core::error::{Error, ErrorKind};
use orm_core::types::{Type, Width};
use orm_core::value::ValueRef;
use serde::ser::{Error as _, Serialize, SerializeMap, Serializer};

use super::json::{Branch, Chosen, Json, Roots};
use crate::mapping::{
    Model, ModelDef, RawRef, RelationDef, RelationKind, ToOne, column_not_loaded, not_loaded,
    part_not_loaded,
};
use crate::state::{AnyArena, State};

/// How many entities may be inside one another: an entity in a list is two values of 128, which `serde_json` reads.
const DEEPEST: usize = 64;

impl<M: Model> Serialize for Json<'_, M> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let entity = |entity: &RawRef| Entity {
            chosen: &self.chosen,
            def: M::def(),
            handle: *entity,
            relations: Relations {
                branches: &self.branches,
                again: None,
            },
            before: None,
            depth: 1,
        };
        match &self.roots {
            Roots::One(root) => entity(root).serialize(serializer),
            Roots::Many(roots) => serializer.collect_seq(roots.iter().map(entity)),
        }
    }
}

/// An entity.
struct Entity<'g> {
    chosen: &'g Chosen<'g>,
    def: &'static ModelDef,
    handle: RawRef,
    relations: Relations<'g>,
    /// The entity in whose relation it is.
    before: Option<&'g Entity<'g>>,
    depth: usize,
}

/// The relations of an entity that are written.
#[derive(Clone, Copy)]
struct Relations<'g> {
    branches: &'g [Branch],
    /// A relation that is followed again, and how often.
    again: Option<(&'g Branch, u32)>,
}

impl<'g> Relations<'g> {
    /// Each with how often it is followed.
    fn iter(self) -> impl Iterator<Item = (&'g Branch, u32)> + Clone {
        let again = self.again.map(|(branch, _)| branch.index);
        let branches = self.branches.iter().map(|branch| (branch, branch.levels));
        let others = branches.filter(move |(branch, _)| Some(branch.index) != again);
        others.chain(self.again)
    }
}

impl Entity<'_> {
    /// The arena of the entity.
    ///
    /// # Errors
    /// `StaleHandle`, `Expired`.
    fn arena(&self) -> Result<&dyn AnyArena, Error> {
        let Chosen { state, expires, .. } = self.chosen;
        let arena = state.by_model(State::number(self.def));
        let arena = arena.ok_or_else(|| State::unknown_handle(self.def))?;
        arena.check_readable(self.handle, *expires)?;
        Ok(arena)
    }

    /// Whether the entity is one of those around a place.
    fn is_around(&self, (def, entity): (&'static ModelDef, RawRef)) -> bool {
        let mut around = Some(self);
        while let Some(one) = around {
            if one.handle == entity && std::ptr::eq(one.def, def) {
                return true;
            }
            around = one.before;
        }
        false
    }
}

impl Serialize for Entity<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let arena = self.arena().map_err(S::Error::custom)?;
        let (model, slot, def) = (arena.model(), self.handle.slot, self.def);
        let columns =
            (0..def.columns.len()).filter(|position| self.chosen.has_column(model, *position));
        let relations = self.relations.iter();
        let length = columns.clone().count() + relations.clone().count();
        let mut map = serializer.serialize_map(Some(length))?;
        for position in columns {
            if !arena.are_loaded(slot, position)[0] {
                return Err(S::Error::custom(column_not_loaded(Some((def, position)))));
            }
            let value = Scalar {
                value: arena.value(slot, position),
                ty: Some(&def.columns[position].ty),
            };
            map.serialize_entry(def.fields[position], &value)?;
        }
        for (branch, levels) in relations {
            let relation = Related {
                owner: self,
                arena,
                branch,
                levels,
            };
            map.serialize_entry(def.relations[branch.index].name, &relation)?;
        }
        map.end()
    }
}

/// What a relation of an entity references.
struct Related<'g> {
    owner: &'g Entity<'g>,
    arena: &'g dyn AnyArena,
    branch: &'g Branch,
    levels: u32,
}

/// The entities of a relation.
enum Members {
    One(Option<RawRef>),
    Many(Vec<RawRef>),
}

impl Related<'_> {
    fn relation(&self) -> &'static RelationDef {
        &self.owner.def.relations[self.branch.index]
    }

    /// # Errors
    /// `NotLoaded`.
    fn members(&self) -> Result<Members, Error> {
        let (slot, index, relation) = (self.owner.handle.slot, self.branch.index, self.relation());
        if let Some(view) = relation.view() {
            let rows = self.arena.view(slot, index);
            let rows = rows.ok_or_else(|| not_loaded(Some(relation)))?;
            return Ok(match view.limit {
                Some(1) => Members::One(rows.first().copied()),
                _ => Members::Many(rows),
            });
        }
        let Some(list) = self.arena.list(slot, index) else {
            return match self.arena.to_one(slot, index) {
                ToOne::NotLoaded(_) => Err(not_loaded(Some(relation))),
                to_one => Ok(Members::One(to_one.handle())),
            };
        };
        if self.branch.is_part {
            let part = list.part().ok_or_else(|| part_not_loaded(Some(relation)))?;
            return Ok(Members::Many(part));
        }
        if list.loaded_at().is_none() {
            return Err(not_loaded(Some(relation)));
        }
        let targets = list.targets();
        Ok(match relation.kind {
            RelationKind::HasOne { .. } => Members::One(targets.first().copied()),
            RelationKind::BelongsTo { .. }
            | RelationKind::HasMany { .. }
            | RelationKind::ManyToMany { .. }
            | RelationKind::View(_) => Members::Many(targets),
        })
    }

    /// One of these entities.
    ///
    /// # Errors
    /// `Usage` for a circle, and for what is nested too deep.
    fn entity(&self, entity: RawRef) -> Result<Entity<'_>, Error> {
        let (owner, branch) = (self.owner, self.branch);
        let def = (self.relation().target)();
        if branch.levels == u32::MAX && owner.is_around((def, entity)) {
            return Err(self.refused("comes back to the same entity"));
        }
        if owner.depth == DEEPEST {
            return Err(self.refused("is nested deeper than 64 levels"));
        }
        Ok(Entity {
            chosen: owner.chosen,
            def,
            handle: entity,
            relations: Relations {
                branches: &branch.branches,
                again: (self.levels > 1).then(|| (branch, self.levels - 1)),
            },
            before: Some(owner),
            depth: owner.depth + 1,
        })
    }

    #[cold]
    fn refused(&self, problem: &str) -> Error {
        let RelationDef { model, name, .. } = self.relation();
        Error::with_message(ErrorKind::Usage, format!("`{model}.{name}` {problem}"))
            .with_table(self.owner.def.table)
            .with_hint(format!(
                "follow it a number of times: {model}.{name}.depth(3)"
            ))
    }
}

impl Serialize for Related<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let entity = |member: RawRef| self.entity(member).map_err(S::Error::custom);
        match self.members().map_err(S::Error::custom)? {
            Members::One(None) => serializer.serialize_none(),
            Members::One(Some(member)) => entity(member)?.serialize(serializer),
            Members::Many(members) => {
                let entities = members.into_iter().map(entity);
                let entities = entities.collect::<Result<Vec<_>, _>>()?;
                serializer.collect_seq(entities)
            }
        }
    }
}

/// The value of a column.
pub(super) struct Scalar<'v> {
    pub(super) value: ValueRef<'v>,
    /// The type of the column, if it is that of one.
    pub(super) ty: Option<&'v Type>,
}

impl<'v> Scalar<'v> {
    fn item(value: ValueRef<'v>) -> Self {
        Self { value, ty: None }
    }
}

impl Serialize for Scalar<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.value {
            ValueRef::Null => serializer.serialize_none(),
            ValueRef::Bool(value) => serializer.serialize_bool(value),
            ValueRef::Int(value) => serializer.serialize_i64(value),
            ValueRef::Float(value) if self.ty == Some(&Type::Float32) => {
                serializer.serialize_f32(narrow(value))
            }
            ValueRef::Float(value) => serializer.serialize_f64(value),
            ValueRef::Text(value) => serializer.serialize_str(value),
            ValueRef::Json(text) => document(text, serializer),
            ValueRef::Bytes(value) => serializer.serialize_bytes(value),
            ValueRef::Date(days) => serializer.collect_str(&civil::date_text(days)),
            ValueRef::Time(micros) => serializer.collect_str(&civil::time_text(micros)),
            ValueRef::DateTime(micros) => moment(micros, "", serializer),
            ValueRef::Timestamp(micros) => moment(micros, "Z", serializer),
            ValueRef::Interval(micros) => serializer.serialize_i64(micros),
            ValueRef::Uuid(bytes) => serializer.collect_str(&uuid_text(bytes)),
            ValueRef::Decimal(number) if self.ty == Some(&Type::Unsigned(Width::W64)) => {
                match u64::try_from(number.unscaled()) {
                    Ok(number) => serializer.serialize_u64(number),
                    Err(_) => serializer.collect_str(&number),
                }
            }
            // As text, as rust_decimal has it: readers of JSON make doubles of numbers.
            ValueRef::Decimal(number) => serializer.collect_str(&number),
            ValueRef::Array(items) => {
                serializer.collect_seq(items.iter().map(|item| Scalar::item(item.as_ref())))
            }
            ValueRef::Batch(items) => serializer.collect_seq(items.iter().map(Scalar::item)),
            ValueRef::Extension(value) => {
                Scalar::item(value.encode("").as_ref()).serialize(serializer)
            }
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the field is an f32, whose value was widened"
)]
fn narrow(value: f64) -> f32 {
    value as f32
}

/// Writes a document as what it is, not as its text.
#[cfg(feature = "json")]
fn document<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    let value: serde_json::Value = serde_json::from_str(text).map_err(S::Error::custom)?;
    value.serialize(serializer)
}

/// Without the feature `json` no field is a document.
#[cfg(not(feature = "json"))]
fn document<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(text)
}

/// Writes a date and time as RFC 3339 has it.
fn moment<S: Serializer>(micros: i64, zone: &str, serializer: S) -> Result<S::Ok, S::Error> {
    let out_of_range = || S::Error::custom("a date and time is out of range");
    let (days, rest) = civil::split(micros).ok_or_else(out_of_range)?;
    let (date, time) = (civil::date_text(days), civil::time_text(rest));
    serializer.collect_str(&format_args!("{date}T{time}{zone}"))
}

/// A UUID, hyphenated.
fn uuid_text(bytes: [u8; 16]) -> String {
    let hex = format!("{:032x}", u128::from_be_bytes(bytes));
    let parts = [
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    ];
    parts.join("-")
}
