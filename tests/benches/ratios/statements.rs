//! Statements of rows: upserts, INSERT … RETURNING and UPDATE of many rows by key. Our side is here, for every database; the
//! raw sides are beside it.

use std::hint::black_box;

use orm::prelude::*;

use crate::measure::{Table, Took, time};
use crate::model::{User, row};

/// The rows of upserts, of RETURNING and of UPDATE, with the goals.
const UPSERTS: [(usize, &str); 3] = [(1, "–"), (100, "1.20"), (1000, "1.20")];
const OTHERS: [(usize, &str); 2] = [(100, "1.20"), (1000, "1.20")];

/// What is done, which each raw side has to do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Work {
    Upsert,
    Returning,
    UpdateMany,
}

/// Users whose names are new in each round, with the keys from 1 on, or without keys where the database makes them.
pub(crate) fn users(work: Work, rows: usize, round: usize) -> Vec<User> {
    let user = |(index, id)| User {
        id: if work == Work::Returning { 0 } else { id },
        name: format!("New {round}"),
        ..row(index)
    };
    (0..rows).zip(1..).map(user).collect()
}

/// Measures all of it. `raw` does one work with so many rows of a round, which it gets prepared.
pub(crate) fn run<R>(
    table: &mut Table,
    database: &str,
    mut open: impl FnMut(Work, usize) -> (R, Engine),
    mut raw: impl FnMut(&mut R, Work, &[User]),
    mut clear: impl FnMut(&mut R),
) {
    let of = |work, rows: [(usize, &'static str); 2]| rows.map(|(rows, goal)| (work, rows, goal));
    let all = UPSERTS.map(|(rows, goal)| (Work::Upsert, rows, goal));
    let all = all.into_iter().chain(of(Work::Returning, OTHERS));
    for (work, rows, goal) in all.chain(of(Work::UpdateMany, OTHERS)) {
        let name = match work {
            Work::Upsert => format!("{database}: upsert {rows} rows"),
            Work::Returning => format!("{database}: insert {rows} rows, RETURNING two columns"),
            Work::UpdateMany => format!("{database}: update {rows} rows by key"),
        };
        if !table.is_wanted(&name) {
            continue;
        }
        let (mut client, engine) = open(work, rows);
        let mut conn = engine.connection().unwrap();
        let mut round = 0_usize;
        let mut native = |times| {
            let took = time(times, || {
                round += 1;
                raw(&mut client, work, &users(work, rows, round));
            });
            if work == Work::Returning {
                clear(&mut client);
            }
            took
        };
        let mut own_round = 0_usize;
        let mut ours = |times| -> Took {
            let took = time(times, || {
                own_round += 1;
                own(&mut conn, work, &users(work, rows, own_round));
            });
            if work == Work::Returning {
                delete(User).execute(&mut conn).unwrap();
            }
            took
        };
        table.compare(&name, goal, &mut native, &mut ours);
    }
}

fn own(conn: &mut Connection, work: Work, users: &[User]) {
    match work {
        Work::Upsert => insert(User)
            .values(users)
            .on_conflict(User.id)
            .do_update(|new| [User.name.to(new.name), User.hair_color.to(new.hair_color)])
            .execute(conn)
            .unwrap(),
        Work::Returning => {
            let back = insert(User).values(users).returning((User.id, User.name));
            black_box(back.all(conn).unwrap());
        }
        Work::UpdateMany => {
            let updated = update_many(User).rows(users).set(User.name);
            assert_eq!(updated.execute(conn).unwrap(), users.len() as u64);
        }
    }
}
