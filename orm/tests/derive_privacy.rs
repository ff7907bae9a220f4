//! Fields of several visibilities: column and setter have that of their field. What is not visible is in the
//! compile-fail cases.

#![deny(warnings)]
#![allow(
    missing_docs,
    clippy::missing_errors_doc,
    reason = "visibility is what is tested here"
)]

use orm::prelude::*;

pub mod accounts {
    use orm::prelude::*;

    mod secrets {
        #[derive(orm::DbEnum, Clone, Copy, Debug, PartialEq)]
        pub(super) enum Rank {
            Low,
            High,
        }
    }
    use secrets::Rank;

    /// A public struct whose private fields have a default, a private type, or must be given.
    #[derive(Model, Clone, Debug)]
    #[orm(table = "privacy_accounts")]
    pub struct Account {
        #[orm(primary_key)]
        id: i64,
        pub name: String,
        pub(crate) logins: i32,
        pub(in crate::accounts) note: Option<String>,
        #[orm(default = Rank::Low)]
        rank: Rank,
        password: String,
    }

    impl Account {
        /// What gives the field that only this module can give.
        pub fn with_password(name: &str, password: &str) -> impl NewRow<Model = Self> + use<> {
            Self::builder()
                .name(name)
                .logins(0)
                .note("new")
                .password(password)
        }

        pub fn id(&self) -> i64 {
            self.id
        }

        pub fn is_high(&self) -> bool {
            self.rank == Rank::High
        }
    }

    pub fn log_in(session: &mut Session, password: &str) -> orm::Result<Option<Ref<Account>>> {
        let account = Account.password.eq(password) & Account.note.eq("new");
        select(Account).filter(account).one_or_none(session)
    }

    pub fn promote(conn: &mut Connection) -> orm::Result<u64> {
        update(Account).set(Account.rank, Rank::High).execute(conn)
    }
}

/// Private fields that need no value, so that the builder is complete outside of the module.
pub mod notes {
    #[derive(orm::Model, Debug)]
    #[orm(table = "privacy_notes")]
    pub struct Note {
        #[orm(primary_key)]
        id: i64,
        pub text: String,
        colour: Option<String>,
        #[orm(default = 1)]
        priority: i32,
        #[orm(version)]
        version: i32,
    }

    impl Note {
        pub fn hidden(&self) -> (i64, Option<&str>, i32, i32) {
            (self.id, self.colour.as_deref(), self.priority, self.version)
        }
    }
}

use accounts::Account;
use notes::Note;

#[test]
fn the_module_of_a_private_field_uses_it() -> orm::Result<()> {
    let engine = Engine::connect("sqlite://")?;
    Metadata::of((Account, Note)).create_all(&engine)?;
    let mut session = Session::new(&engine);
    session.add(Account::with_password("ada", "secret"));
    session.commit()?;
    let ada = accounts::log_in(&mut session, "secret")?.expect("ada");
    assert_eq!((session[ada].id(), session[ada].logins), (1, 0));
    assert_eq!(accounts::log_in(&mut session, "guess")?, None);
    session.commit()?;
    drop(session);
    let mut conn = engine.connection()?;
    assert_eq!(accounts::promote(&mut conn)?, 1);
    let named = select(Account).filter(Account.name.eq("ada") & Account.logins.eq(0));
    assert!(named.one(&mut conn)?.is_high());
    Ok(())
}

#[test]
fn private_fields_with_a_default_are_left_to_it() -> orm::Result<()> {
    let engine = Engine::connect("sqlite://")?;
    Metadata::of((Account, Note)).create_all(&engine)?;
    let mut session = Session::new(&engine);
    let note = session.add(Note::builder().text("x"));
    session.commit()?;
    assert_eq!(session[note].hidden(), (1, None, 1, 1));
    Ok(())
}
