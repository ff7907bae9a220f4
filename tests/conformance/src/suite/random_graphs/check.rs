//! The rows, the fields and the lists against the world, after a flush.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use orm::prelude::*;

use super::models::{Crew, Duty, Knot, Sailor};
use super::run::Run;
use super::world::No;

/// Numbers of entities by their keys.
type Numbered<K> = BTreeMap<K, No>;

fn numbered<M: Model<Key: Ord>>(
    session: &Session,
    handles: &HashMap<No, Ref<M>>,
    live: impl Iterator<Item = No>,
) -> Numbered<M::Key> {
    live.map(|no| (session.key(handles[&no]).unwrap(), no))
        .collect()
}

/// Compares all rows, and the fields of all entities that are there.
pub(super) fn rows(run: &Run, session: &mut Session) {
    let world = &run.world;
    let crews = numbered(session, &run.crews, world.crews.keys().copied());
    let people = numbered(session, &run.sailors, world.sailors.keys().copied());
    let crew_rows = select((Crew.id, Crew.name)).all(session).unwrap();
    let found = crew_rows.into_iter();
    let found: BTreeMap<No, String> = found.map(|(id, name)| (no(&crews, id), name)).collect();
    assert_eq!(found, world.crews, "crews, after {}", run.trace());
    sailors(run, session, (&crews, &people));
    duties(run, session, &people);
    let found = select(Knot.code).all(session).unwrap();
    let found: BTreeSet<String> = found.into_iter().collect();
    let expected: BTreeSet<String> = world.knots.values().cloned().collect();
    assert_eq!(found, expected, "knots, after {}", run.trace());
    let links = raw("SELECT COUNT(*) FROM sailor_knots");
    let links: (i64,) = session.no_autoflush(|session| links.one(session)).unwrap();
    let expected: usize = world.sailors.values().map(|it| it.knots.len()).sum();
    assert_eq!(
        links.0,
        i64::try_from(expected).unwrap(),
        "links, after {}",
        run.trace()
    );
    fields(run, session);
}

/// The number of a key; one that no entity has for a row that should not be there.
fn no(numbers: &Numbered<i64>, key: i64) -> No {
    numbers.get(&key).copied().unwrap_or(No::MAX)
}

fn sailors(run: &Run, session: &mut Session, (crews, people): (&Numbered<i64>, &Numbered<i64>)) {
    let all = select((Sailor.id, Sailor.name, Sailor.crew_id, Sailor.mentor_id));
    let mut found = BTreeMap::new();
    for (id, name, crew, mentor) in all.all(session).unwrap() {
        let crew = crew.map(|crew| no(crews, crew));
        let mentor = mentor.map(|mentor| no(people, mentor));
        found.insert(no(people, id), (name, crew, mentor));
    }
    let expected = run.world.sailors.iter();
    let expected: BTreeMap<No, _> = expected
        .map(|(no, it)| (*no, (it.name.clone(), it.crew, it.mentor)))
        .collect();
    assert_eq!(found, expected, "sailors, after {}", run.trace());
}

fn duties(run: &Run, session: &mut Session, people: &Numbered<i64>) {
    let all = run.world.duties.keys().copied();
    let numbers = numbered(session, &run.duties, all);
    let rows = select((Duty.id, Duty.name, Duty.sailor_id)).all(session);
    let mut found = BTreeMap::new();
    for (id, name, sailor) in rows.unwrap() {
        found.insert(no(&numbers, id), (name, no(people, sailor)));
    }
    assert_eq!(found, run.world.duties, "duties, after {}", run.trace());
}

/// Compares the fields.
fn fields(run: &Run, session: &Session) {
    let place = || format!("after {}", run.trace());
    for (no, it) in &run.world.sailors {
        let sailor = &session[run.sailors[no]];
        let crew = it.crew.and_then(|crew| session.key(run.crews[&crew]));
        let mentor = it
            .mentor
            .and_then(|mentor| session.key(run.sailors[&mentor]));
        assert_eq!(
            (&sailor.name, sailor.crew_id, sailor.mentor_id),
            (&it.name, crew, mentor),
            "fields of sailor {no}, {}",
            place()
        );
    }
    for (no, (name, sailor)) in &run.world.duties {
        let duty = &session[run.duties[no]];
        let owner = session.key(run.sailors[sailor]).unwrap();
        assert_eq!(
            (&duty.name, duty.sailor_id),
            (name, owner),
            "duty {no}, {}",
            place()
        );
    }
    for (no, code) in &run.world.knots {
        assert_eq!(&session[run.knots[no]].code, code, "knot {no}, {}", place());
    }
}

/// The numbers of what a list has.
fn numbers<M>(list: &[Ref<M>], handles: &HashMap<No, Ref<M>>) -> BTreeSet<No> {
    let number = |handle: &Ref<M>| {
        let mut handles = handles.iter();
        handles
            .find(|(_, other)| *other == handle)
            .map_or(No::MAX, |(no, _)| *no)
    };
    let numbers: BTreeSet<No> = list.iter().map(number).collect();
    assert_eq!(numbers.len(), list.len(), "twice in a list");
    numbers
}

/// Compares the lists and relations of some entities, which are loaded as far as they are not.
pub(super) fn relations(run: &mut Run, session: &mut Session) {
    if let Some(no) = run.pick_crew() {
        let list = session.load(run.crews[&no], Crew.sailors).unwrap();
        let found = numbers(&list, &run.sailors);
        assert_eq!(
            found,
            run.world.of_crew(no),
            "crew {no}, after {}",
            run.trace()
        );
    }
    if let Some(no) = run.pick_sailor() {
        let sailor = run.sailors[&no];
        let (world, trace) = (&run.world, run.trace());
        let duties = session.load(sailor, Sailor.duties).unwrap();
        let found = numbers(&duties, &run.duties);
        assert_eq!(found, world.duties_of(no), "duties of {no}, after {trace}");
        let pupils = session.load(sailor, Sailor.pupils).unwrap();
        let found = numbers(&pupils, &run.sailors);
        assert_eq!(found, world.pupils(no), "pupils of {no}, after {trace}");
        let knots = session.load(sailor, Sailor.knots).unwrap();
        let found = numbers(&knots, &run.knots);
        assert_eq!(
            found, world.sailors[&no].knots,
            "knots of {no}, after {trace}"
        );
        let crew = session.load(sailor, Sailor.crew).unwrap();
        let expected = world.sailors[&no].crew.map(|crew| run.crews[&crew]);
        assert_eq!(crew, expected, "crew of {no}, after {trace}");
        let mentor = session.load(sailor, Sailor.mentor).unwrap();
        let expected = world.sailors[&no].mentor.map(|mentor| run.sailors[&mentor]);
        assert_eq!(mentor, expected, "mentor of {no}, after {trace}");
    }
    if let Some(no) = run.pick_knot() {
        let sailors = session.load(run.knots[&no], Knot.sailors).unwrap();
        let found = numbers(&sailors, &run.sailors);
        assert_eq!(
            found,
            run.world.who_know(no),
            "knot {no}, after {}",
            run.trace()
        );
    }
}
