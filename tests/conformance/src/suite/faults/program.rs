//! The program that gets the faults: steps with flushes, savepoints, bulk and raw statements, reads, locks, commits
//! and retries. Each ends with one commit, and can be done again after it has failed.

use std::collections::HashMap;

use orm::prelude::*;
use orm::{EntityState, Error, ErrorKind, Result};

use crate::fixtures::{Account, Country, Post, User};

/// A session, and what it has been given so far.
pub(super) struct Program {
    pub(super) engine: Engine,
    pub(super) session: Session,
    pub(super) users: HashMap<&'static str, Ref<User>>,
    pub(super) posts: HashMap<&'static str, Ref<Post>>,
    pub(super) countries: HashMap<&'static str, Ref<Country>>,
    pub(super) account: Option<Ref<Account>>,
    /// Whether a call of the session that has failed is made again at once.
    pub(super) insists: bool,
    /// Whether an outcome was reported as unknown.
    pub(super) unknown: bool,
}

/// A part of the program that ends with its only commit.
pub(super) type Step = fn(&mut Program) -> Result<()>;

pub(super) const STEPS: &[Step] = &[
    Program::several_rows,
    Program::one_row,
    Program::one_new_row,
    Program::flushes,
    Program::savepoints,
    Program::given_up,
    Program::bulk_statements,
    Program::raw_statements,
    Program::a_locked_row,
    Program::deletes,
    Program::retried,
    Program::inserted_alone,
    Program::inserted_together,
    Program::inserted_with_keys,
    Program::updated_alone,
    Program::deleted_alone,
    Program::raw_alone,
    Program::on_a_connection,
    Program::by_hand,
    Program::streamed,
];

impl Program {
    pub(super) fn new(engine: Engine) -> Self {
        Self {
            session: Session::new(&engine),
            engine,
            users: HashMap::new(),
            posts: HashMap::new(),
            countries: HashMap::new(),
            account: None,
            insists: false,
            unknown: false,
        }
    }

    /// Makes a call of the session, and makes it again after an error if the program insists.
    fn call<T>(&mut self, call: impl Fn(&mut Session) -> Result<T>) -> Result<T> {
        let first = call(&mut self.session);
        let (Err(error), true) = (&first, self.insists) else {
            return first;
        };
        self.unknown |= error.is_commit_unknown();
        call(&mut self.session)
    }

    fn flush(&mut self) -> Result<()> {
        self.call(Session::flush)
    }

    fn commit(&mut self) -> Result<()> {
        self.call(Session::commit)
    }

    /// A connection for statements past the session, whose entities are stale by then.
    fn connection(&mut self) -> Result<Connection> {
        self.session.commit()?;
        self.engine.connection()
    }

    fn user(&mut self, name: &'static str) -> Ref<User> {
        let session = &mut self.session;
        let new = |session: &mut Session| session.add(User::builder().username(name));
        *self
            .users
            .entry(name)
            .and_modify(|user| again(session, *user))
            .or_insert_with(|| new(session))
    }

    fn post(&mut self, title: &'static str, author: Ref<User>) {
        let author_id = self.session[author].id;
        let session = &mut self.session;
        let post = match self.posts.get(title) {
            Some(post) => {
                again(session, *post);
                session[*post].author_id = author_id;
                return;
            }
            None => session.add(Post::builder().title(title).author_id(author_id)),
        };
        self.posts.insert(title, post);
    }

    fn country(&mut self, code: &'static str) {
        let session = &mut self.session;
        let new = |session: &mut Session| session.add(country(code));
        self.countries
            .entry(code)
            .and_modify(|known| again(session, *known))
            .or_insert_with(|| new(session));
    }

    fn several_rows(&mut self) -> Result<()> {
        for name in ["a", "b", "c"] {
            self.user(name);
        }
        self.country("AA");
        match self.account {
            Some(account) => again(&mut self.session, account),
            None => {
                self.account = Some(self.session.add(Account::builder().owner("x").balance(10)));
            }
        }
        self.commit()
    }

    fn one_row(&mut self) -> Result<()> {
        let a = self.users["a"];
        self.session[a].email = Some("one".into());
        self.commit()
    }

    fn one_new_row(&mut self) -> Result<()> {
        self.country("BB");
        self.commit()
    }

    fn flushes(&mut self) -> Result<()> {
        let d = self.user("d");
        self.flush()?;
        let (a, b, c) = (self.users["a"], self.users["b"], self.users["c"]);
        self.post("p1", a);
        self.post("p2", d);
        self.session[b].email = Some("flushed".into());
        self.session[a].email = Some("flushed, too".into());
        self.flush()?;
        let account = self.account.expect("invariant: it was added first");
        self.session[account].balance = 15;
        self.flush()?;
        self.call(|session| select(User).all(session))?;
        self.session.delete(c);
        self.country("CC");
        self.flush()?;
        self.commit()
    }

    fn savepoints(&mut self) -> Result<()> {
        let (e, f) = (self.user("e"), self.user("f"));
        self.session.delete(e);
        self.session.delete(f);
        let b = self.users["b"];
        self.session.savepoint(|session| {
            again(session, e);
            session[b].email = Some("kept".into());
            session.flush()?;
            let undone: Result<()> = session.savepoint(|session| {
                again(session, f);
                session[b].email = Some("undone".into());
                session.flush()?;
                Err(Error::other("undo"))
            });
            undone.or_else(|error| {
                if error.kind() == ErrorKind::Other {
                    Ok(())
                } else {
                    Err(error)
                }
            })
        })?;
        self.commit()
    }

    fn given_up(&mut self) -> Result<()> {
        let b = self.users["b"];
        self.user("g");
        self.session[b].email = Some("given up".into());
        self.flush()?;
        self.session.rollback()
    }

    fn bulk_statements(&mut self) -> Result<()> {
        self.call(|session| {
            insert(Country)
                .values([country("DD"), country("EE"), country("FF")])
                .execute(session)
        })?;
        self.call(|session| {
            let named = update(User)
                .set(User.email, "bulk")
                .filter(User.username.in_(["a", "e"]));
            named.execute(session)
        })?;
        self.call(|session| {
            delete(Country)
                .filter(Country.code.eq("EE"))
                .execute(session)
        })?;
        self.commit()
    }

    fn raw_statements(&mut self) -> Result<()> {
        self.call(|session| {
            raw("UPDATE users SET email = :e WHERE username = 'b'")
                .bind("e", "raw")
                .execute(session)
        })?;
        // A text that is watched, since it begins with a comment.
        let watched = "/* GG */ UPDATE countries SET name = 'raw' WHERE code = 'AA'";
        self.call(|session| raw(watched).execute(session))?;
        self.call(|session| raw("SELECT * FROM users ORDER BY id").entities(User, session))?;
        self.commit()
    }

    fn a_locked_row(&mut self) -> Result<()> {
        let id = self.session[self.users["a"]].id;
        let a = self.call(|session| session.get_for_update(User, id))?;
        let a = a.expect("invariant: the row is there");
        self.session[a].email = Some("locked".into());
        self.commit()
    }

    fn deletes(&mut self) -> Result<()> {
        self.session.delete(self.users["d"]);
        self.session.delete(self.posts["p2"]);
        self.commit()
    }

    fn retried(&mut self) -> Result<()> {
        // Past the session, whose entities are stale by then.
        self.session.commit()?;
        self.engine.retry(2).transaction(|session| {
            let e = select(User).filter(User.username.eq("e")).one(session)?;
            session[e].email = Some("retried".into());
            session.add(country("HH"));
            session.flush()?;
            session.add(country("II"));
            Ok(())
        })
    }

    fn inserted_alone(&mut self) -> Result<()> {
        let mut conn = self.connection()?;
        insert(Country)
            .values(country("KK"))
            .execute(&mut conn)
            .map(drop)
    }

    fn inserted_together(&mut self) -> Result<()> {
        let mut conn = self.connection()?;
        let codes = ["L1", "L2", "L3", "L4", "L5"];
        insert(Country)
            .values(codes.map(country))
            .execute(&mut conn)
            .map(drop)
    }

    fn inserted_with_keys(&mut self) -> Result<()> {
        let mut conn = self.connection()?;
        let users = ["k1", "k2", "k3"].map(|name| User::builder().username(name));
        insert(User)
            .values(users)
            .returning(User.id)
            .all(&mut conn)
            .map(drop)
    }

    fn updated_alone(&mut self) -> Result<()> {
        let mut conn = self.connection()?;
        update(Country)
            .set(Country.name, "alone")
            .execute(&mut conn)
            .map(drop)
    }

    fn deleted_alone(&mut self) -> Result<()> {
        let mut conn = self.connection()?;
        delete(Country)
            .filter(Country.code.eq("KK"))
            .execute(&mut conn)
            .map(drop)
    }

    fn raw_alone(&mut self) -> Result<()> {
        let mut conn = self.connection()?;
        raw("UPDATE users SET email = 'raw alone'")
            .execute(&mut conn)
            .map(drop)
    }

    fn on_a_connection(&mut self) -> Result<()> {
        let mut conn = self.connection()?;
        conn.transaction(|conn| {
            insert(Country)
                .values([country("M1"), country("M2")])
                .execute(conn)?;
            conn.savepoint(|conn| delete(Country).filter(Country.code.eq("L1")).execute(conn))?;
            conn.raw_control("UPDATE users SET email = 'on a connection'")
        })
    }

    fn by_hand(&mut self) -> Result<()> {
        let mut conn = self.connection()?;
        conn.begin()?;
        insert(Country).values(country("N1")).execute(&mut conn)?;
        update(Country)
            .set(Country.name, "by hand")
            .filter(Country.code.eq("M1"))
            .execute(&mut conn)?;
        conn.commit()
    }

    fn streamed(&mut self) -> Result<()> {
        let mut conn = self.connection()?;
        conn.transaction(|conn| {
            insert(Country).values(country("O1")).execute(conn)?;
            let codes = select(Country.code).order_by(Country.code);
            let first = codes.stream(conn)?.next().transpose()?;
            let all = codes.stream(conn)?.collect::<Result<Vec<_>>>()?;
            let last = all.last().map(String::as_str).unwrap_or_default();
            let named = format!("{} of {last}", first.unwrap_or_default());
            update(Country)
                .set(Country.name, named)
                .filter(Country.code.eq("O1"))
                .execute(conn)
        })?;
        Ok(())
    }
}

/// Takes an entity that isn't in the unit of work back in.
fn again<M: Model>(session: &mut Session, entity: Ref<M>) {
    if session
        .entity_state(entity)
        .is_ok_and(|state| state == EntityState::Transient)
    {
        session
            .add_again(entity)
            .expect("invariant: it is transient");
    }
}

fn country(code: &'static str) -> Country {
    Country {
        code: code.into(),
        name: code.to_lowercase(),
    }
}
