//! The criteria of a session: conditions that apply to all it reads, and what is exempt from them. Its connections have them;
//! here they are set.

use super::Session;
use crate::mapping::{Criteria, Exempt};

impl Session {
    /// Adds conditions to all that the session reads, and to its bulk statements, on the tables that they are for, besides those
    /// of the engine. See [`Criteria`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// use orm::Criteria;
    ///
    /// let criteria = Criteria::new().add("active", User, User.active.eq(true));
    /// let mut session = Session::new(&engine).criteria(&criteria);
    /// assert!(session.get(User, 1)?.is_some());
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"SELECT "id", "name", "email", "age", "active" FROM "users" WHERE "id" IN (?) AND "active" = ? ORDER BY "id" ASC"#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    #[must_use]
    pub fn criteria(mut self, criteria: &Criteria) -> Self {
        self.criteria.extend(criteria);
        self
    }

    /// Runs `work` exempt from the criteria of this name: its queries and loads see the rows that these hide. Any other name
    /// has no effect. Lists that were loaded before stay as they are.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// use orm::Criteria;
    ///
    /// let criteria = Criteria::new().add("adult", User, User.age.gt(40));
    /// let mut session = Session::new(&engine).criteria(&criteria);
    /// assert_eq!(session.get(User, 1)?, None);
    /// let ada = session.without_criteria("adult", |session| session.get_one(User, 1))?;
    /// assert_eq!(session[ada].age, 36);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn without_criteria<T>(&mut self, name: &str, work: impl FnOnce(&mut Self) -> T) -> T {
        self.exempt(&Exempt::Names(vec![name.to_owned()]), work)
    }

    /// Runs `work` exempt from all criteria, as [`Session::without_criteria`] does for those of a name.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// use orm::Criteria;
    ///
    /// let criteria = Criteria::new().add("active", User, User.active.eq(true));
    /// let mut session = Session::new(&engine).criteria(&criteria);
    /// let users = session.without_all_criteria(|session| select(User).count(session))?;
    /// assert_eq!(users, 1);
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"SELECT COUNT(*) FROM "users""#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn without_all_criteria<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        self.exempt(&Exempt::All, work)
    }

    fn exempt<T>(&mut self, exempt: &Exempt, work: impl FnOnce(&mut Self) -> T) -> T {
        let left = self.criteria.without(Some(exempt));
        let exempted = Exempted {
            all: std::mem::replace(&mut self.criteria, left),
            session: self,
        };
        exempted.session.hand_on();
        work(exempted.session)
    }

    /// Sets the criteria of its connections to its own, and what may stop their statements.
    #[inline]
    pub(super) fn hand_on(&mut self) {
        for connection in [&mut self.connection, &mut self.pooled]
            .into_iter()
            .flatten()
        {
            connection.set_criteria(&self.criteria);
            connection.set_watching(self.watching.as_ref());
        }
    }
}

/// A session that is exempt from some criteria, and gets them back at the end.
struct Exempted<'s> {
    session: &'s mut Session,
    all: Criteria,
}

impl Drop for Exempted<'_> {
    fn drop(&mut self) {
        self.session.criteria = std::mem::take(&mut self.all);
        self.session.hand_on();
    }
}
