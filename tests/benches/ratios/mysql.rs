//! MariaDB and MySQL, beside the `mysql` crate's best idiom: statements prepared once; on MariaDB `exec_batch`,
//! which its server takes as one bulk command, and on MySQL a loop, since `exec_batch` is one there.

use std::hint::black_box;

use ::mysql::prelude::Queryable;
use ::mysql::{Conn, Opts, OptsBuilder, Statement, TxOpts};
use orm::prelude::*;

use crate::measure::{Table, time};
use crate::model::{User, fill, row};

const UPDATE: &str = "UPDATE users SET name = ? WHERE id = ? AND name <=> ?";

/// A server with what is asked of it.
struct Server {
    name: &'static str,
    variable: &'static str,
    /// Whether the raw side sends several rows as one bulk command.
    bulk: bool,
    flush: [&'static str; 4],
    insert: &'static str,
}

const SERVERS: [Server; 2] = [
    Server {
        name: "MariaDB",
        variable: "ORM_TEST_MARIADB_URL",
        bulk: true,
        flush: ["–", "0.80", "0.70", "0.70"],
        insert: "1.10",
    },
    Server {
        name: "MySQL",
        variable: "ORM_TEST_MYSQL_URL",
        bulk: false,
        flush: ["–", "0.30", "0.15", "0.15"],
        insert: "–",
    },
];

pub(crate) fn run(table: &mut Table) {
    for server in &SERVERS {
        let url = std::env::var(server.variable).unwrap_or_else(|_| {
            panic!(
                "{} names the server: tests/run --bench starts one and sets it",
                server.variable
            )
        });
        for rows in [1, 100, 10_000] {
            load(table, server, &url, rows);
        }
        insert(table, server, &url);
        for (dirty, goal) in [1, 10, 100, 1000].into_iter().zip(server.flush) {
            flush(table, server, &url, dirty, goal);
        }
    }
}

/// A new database with `rows` users, a raw client and an engine on it.
pub(crate) fn database(url: &str, rows: usize) -> (Conn, Engine) {
    let mut admin = Conn::new(Opts::from_url(url).unwrap()).unwrap();
    admin.query_drop("DROP DATABASE IF EXISTS bench").unwrap();
    admin.query_drop("CREATE DATABASE bench").unwrap();
    let (server, _) = url.rsplit_once('/').unwrap();
    let url = format!("{server}/bench");
    let engine = Engine::connect(&url).unwrap();
    fill(&engine, rows);
    // The native driver would go over to the server's socket, where a round trip is shorter than over TCP.
    let options = OptsBuilder::from_opts(Opts::from_url(&url).unwrap()).prefer_socket(false);
    (Conn::new(options).unwrap(), engine)
}

fn load(table: &mut Table, server: &Server, url: &str, rows: usize) {
    let name = format!("{}: load {rows} rows, plain", server.name);
    if !table.is_wanted(&name) {
        return;
    }
    let (mut client, engine) = database(url, rows);
    let statement = client
        .prep("SELECT id, name, hair_color FROM users")
        .unwrap();
    let mut raw = |times| {
        time(times, || {
            let users = client.exec_map(&statement, (), |(id, name, hair_color)| User {
                id,
                name,
                hair_color,
            });
            black_box(users.unwrap());
        })
    };
    let query = select(User);
    let mut own = engine.connection().unwrap();
    table.compare(&name, "1.05", &mut raw, &mut |times| {
        time(times, || drop(black_box(query.all(&mut own).unwrap())))
    });
}

fn insert(table: &mut Table, server: &Server, url: &str) {
    const ROWS: usize = 1000;
    let name = format!("{}: insert 1000 with keys, add and commit", server.name);
    if !table.is_wanted(&name) {
        return;
    }
    let (mut client, engine) = database(url, 0);
    let statement = client
        .prep("INSERT INTO users (name, hair_color) VALUES (?, ?)")
        .unwrap();
    let mut raw = |times| {
        time(times, || {
            let users: Vec<User> = (0..ROWS).map(row).collect();
            let binds = users.iter().map(|user| (&user.name, &user.hair_color));
            let mut transaction = client.start_transaction(TxOpts::default()).unwrap();
            if server.bulk {
                transaction.exec_batch(&statement, binds).unwrap();
            } else {
                for binds in binds {
                    transaction.exec_drop(&statement, binds).unwrap();
                    black_box(transaction.last_insert_id());
                }
            }
            transaction.commit().unwrap();
        })
    };
    let mut ours = |times| {
        time(times, || {
            let mut session = Session::new(&engine);
            let users: Vec<_> = (0..ROWS).map(|index| session.add(row(index))).collect();
            session.commit().unwrap();
            black_box(session[users[0]].id);
        })
    };
    table.compare(&name, server.insert, &mut raw, &mut ours);
}

fn flush(table: &mut Table, server: &Server, url: &str, dirty: usize, goal: &'static str) {
    let name = format!(
        "{}: change and commit {dirty} of 10 000 loaded",
        server.name
    );
    if !table.is_wanted(&name) {
        return;
    }
    let (mut client, engine) = database(url, 10_000);
    let statement = client.prep(UPDATE).unwrap();
    // The same guarded UPDATE: it keeps the old names to match, as the session does.
    let mut names: Vec<String> = (0..dirty).map(|index| row(index).name).collect();
    let mut round = 0_usize;
    let mut raw = |times| {
        time(times, || {
            round += 1;
            raw_flush(&mut client, &statement, server.bulk, round, &mut names);
        })
    };
    // The other half of the rows, so that neither side waits for a lock of the other.
    let mut session = Session::new(&engine);
    let users = select(User)
        .order_by(User.id.desc())
        .all(&mut session)
        .unwrap();
    let mut own_round = 0_usize;
    let mut ours = |times| {
        time(times, || {
            own_round += 1;
            for user in &users[..dirty] {
                session[*user].name = format!("New {own_round}");
            }
            session.commit().unwrap();
        })
    };
    table.compare(&name, goal, &mut raw, &mut ours);
}

fn raw_flush(
    client: &mut Conn,
    statement: &Statement,
    bulk: bool,
    round: usize,
    names: &mut [String],
) {
    let new: Vec<String> = names.iter().map(|_| format!("New {round}")).collect();
    let binds = (1_i64..)
        .zip(&new)
        .zip(&*names)
        .map(|((id, new), old)| (new, id, old));
    let mut transaction = client.start_transaction(TxOpts::default()).unwrap();
    if bulk {
        transaction.exec_batch(statement, binds).unwrap();
    } else {
        for binds in binds {
            transaction.exec_drop(statement, binds).unwrap();
            assert_eq!(transaction.affected_rows(), 1);
        }
    }
    transaction.commit().unwrap();
    names.clone_from_slice(&new);
}
