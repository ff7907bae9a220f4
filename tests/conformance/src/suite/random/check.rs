//! The database and every entity against the world, after each step.

use orm::prelude::*;
use orm::{EntityState, ErrorKind};

use super::models::{Handle, Kind, by_kind};
use super::run::Run;
use super::world::{Known, Rows};

/// Compares everything that the session can see.
pub(super) fn all(run: &mut Run<'_>, session: &mut Session) {
    let rows = rows(run, session);
    assert_eq!(rows, run.world.rows, "the rows, after {}", run.trace);
    for index in 0..run.handles.len() {
        let handle = run.handles[index];
        let place = || format!("entity {index}, {handle:?}, after {}", run.trace);
        let Some(known) = run.world.entities[index].as_mut() else {
            let error = handle.state(session).expect_err("it has left the session");
            assert_eq!(error.kind(), ErrorKind::StaleHandle, "{}", place());
            continue;
        };
        let state = handle
            .state(session)
            .unwrap_or_else(|error| panic!("{error:?}, {}", place()));
        let row = rows.get(&known.id());
        if state != known.state {
            // That its row is gone is found out by reading.
            let gone = known.has_row() && row.is_none() && state == EntityState::Deleted;
            assert!(gone, "{state:?} instead of {:?}, {}", known.state, place());
            (known.state, known.value) = (EntityState::Deleted, known.old);
        }
        if state == EntityState::Deleted {
            continue;
        }
        let value = handle
            .row(session)
            .unwrap_or_else(|error| panic!("{error:?}, {}", place()));
        assert_eq!(value, known.value, "{}", place());
        let fresh = state == EntityState::Persistent && !handle.is_stale(session);
        if fresh && !known.is_changed() && !known.outdated {
            assert_eq!(Some(&value), row, "fresh, {}", place());
        }
    }
}

/// The rows that the session sees, read past its entities.
pub(super) fn rows(run: &Run<'_>, session: &mut Session) -> Rows {
    let all = session.no_autoflush(|session| Ok(read(run.kinds, session)));
    all.expect("invariant: the closure returns Ok")
}

/// Compares what is stored, after a commit or a rollback.
pub(super) fn stored(run: &mut Run<'_>) {
    let Some(other) = run.other.as_deref_mut() else {
        return;
    };
    let rows = read(run.kinds, other);
    assert_eq!(rows, run.world.rows, "what is stored, after {}", run.trace);
}

fn read<X: Executor>(kinds: usize, x: &mut X) -> Rows {
    let mut all = Rows::new();
    for kind in 0..kinds {
        let rows = by_kind!(kind, (K, variant) => K::rows(x)).unwrap();
        all.extend(rows.into_iter().map(|row| ((kind, row.key), row)));
    }
    all
}

/// Takes the values that an entity has: which of several right ones the session chooses is not followed.
pub(super) fn adopt(known: &mut Known, handle: Handle, session: &Session) {
    let Ok(state) = handle.state(session) else {
        return;
    };
    if state == EntityState::Persistent
        && let Ok(row) = handle.row(session)
    {
        (known.value, known.old) = (row, row);
    }
}

/// As [`adopt`], for what was read in the transaction or savepoint that was undone.
pub(super) fn adopt_read(run: &mut Run<'_>, session: &Session) {
    for (known, handle) in run.world.entities.iter_mut().zip(&run.handles) {
        if let Some(known) = known.as_mut().filter(|known| known.read_inside) {
            adopt(known, *handle, session);
        }
    }
}
