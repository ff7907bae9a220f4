//! Completes the error of a constraint violation with table, columns and constraint from the schema, if the database
//! did not report them.
//!
//! Texts that a database reports as cut are errors of their length.
//!
//! Used for every failed statement with the tables of the registered models, and by a flush with the table of its
//! model. What the database reports is kept. If several constraints are possible, only the table is set. No I/O here.

use super::{Action, Column, ForeignKey, Name, Rule, Table, Unique, naming};
use crate::error::{Error, ErrorKind};
use crate::lex::{LexicalRules, Tokens};
use crate::types::Type;

/// What MySQL and MariaDB call every primary key.
const PRIMARY: &str = "PRIMARY";

/// What MySQL and MariaDB raise for the value of a longer column, and for other values that they cut.
const TRUNCATED: &str = "1265";

/// A constraint that may be the one at fault.
#[derive(Clone, PartialEq, Eq)]
struct Candidate<'t> {
    table: &'t str,
    columns: Vec<&'t str>,
    constraint: Option<Name>,
}

/// Completes `error` of the statement `sql` with the violated constraint, if only one of the constraints of `tables`
/// is possible. `sql` is parsed by `rules`. `limit` is the length to which the database truncates names.
///
/// ```
/// use orm_core::error::{Error, ErrorKind};
/// use orm_core::lex::LexicalRules;
/// use orm_core::schema::{Table, violation::complete};
///
/// let users = Table::new("users").unique(["email"]);
/// let error = Error::new(ErrorKind::UniqueViolation).with_table("users").with_column("email");
/// let error = complete(error, ("INSERT INTO users …", LexicalRules::STANDARD), &[&users], 63);
/// assert_eq!(error.constraint(), Some("uq_users_email"));
/// ```
#[cold]
pub fn complete(
    error: Error,
    (sql, rules): (&str, LexicalRules),
    tables: &[&Table],
    limit: usize,
) -> Error {
    let target = Target::of(sql, rules);
    let mut found: Vec<Candidate<'_>> = match error.kind() {
        ErrorKind::UniqueViolation => uniques(&error, &target, tables, limit),
        ErrorKind::ForeignKeyViolation => foreign_keys(&error, &target, tables, limit),
        ErrorKind::CheckViolation => checks(&error, tables, limit),
        ErrorKind::NotNullViolation => columns(&error, &target, tables),
        ErrorKind::Database if error.code() == Some(TRUNCATED) => {
            return truncated(error, &target, tables);
        }
        _ => return error,
    };
    // Several models may map one table.
    found.dedup();
    match found.as_slice() {
        [one] => fill(error, one),
        [first, rest @ ..] if rest.iter().all(|other| other.table == first.table) => {
            in_table(error, first.table)
        }
        _ => error,
    }
}

fn in_table(error: Error, table: &str) -> Error {
    match error.table() {
        None => error.with_table(table),
        Some(_) => error,
    }
}

fn fill(error: Error, found: &Candidate<'_>) -> Error {
    let mut error = in_table(error, found.table);
    if !found.columns.is_empty() {
        error = error.with_columns(found.columns.iter().copied());
    }
    match &found.constraint {
        Some(name) if error.constraint().is_none_or(|told| told == PRIMARY) => {
            error.with_constraint(name.as_ref())
        }
        _ => error,
    }
}

fn uniques<'t>(
    error: &Error,
    target: &Target,
    tables: &[&'t Table],
    limit: usize,
) -> Vec<Candidate<'t>> {
    let is_primary = error.constraint() == Some(PRIMARY);
    // A violated primary key without its table is found by the table that the statement writes.
    let written = target.table.as_deref().filter(|_| is_primary);
    let table = error.table().or(written);
    if is_primary && table.is_none() {
        return Vec::new();
    }
    let owners = tables
        .iter()
        .copied()
        .filter(|t| table.is_none_or(|told| told == t.name));
    let fits = |candidate: &Candidate<'_>| match error.constraint() {
        Some(_) if is_primary => true,
        Some(told) => candidate.constraint.as_deref() == Some(told),
        None => same_set(error.columns(), &candidate.columns),
    };
    let all = owners.flat_map(|table| {
        let columns = |key: &'t Unique| key.columns.iter().collect();
        let of_key = move |key: &'t Unique| (&key.name, columns(key));
        let primary = table.primary_key.iter().map(of_key);
        let unique = table.uniques.iter().map(of_key);
        let indexes = table.indexes.iter().filter(|index| index.unique);
        let indexes = indexes.map(|index| (&index.name, index.columns().collect()));
        let others = unique.chain(indexes).filter(move |_| !is_primary);
        let own = primary.chain(others);
        own.map(move |(name, columns): (&'t Name, Vec<&'t Name>)| {
            candidate(table, columns, Some(naming::fit(name, limit)))
        })
    });
    all.filter(fits).collect()
}

fn foreign_keys<'t>(
    error: &Error,
    target: &Target,
    tables: &[&'t Table],
    limit: usize,
) -> Vec<Candidate<'t>> {
    let all = tables
        .iter()
        .copied()
        .flat_map(|table| table.foreign_keys.iter().map(move |key| (table, key)));
    let name = |key: &ForeignKey| naming::fit(&key.name, limit);
    let made =
        |(table, key): (&'t Table, &'t ForeignKey)| candidate(table, &key.columns, Some(name(key)));
    if let Some(told) = error.constraint() {
        let is_told = |(table, key): &(&Table, &ForeignKey)| {
            error.table().is_none_or(|told| told == table.name) && name(key) == told
        };
        return all.filter(is_told).map(made).collect();
    }
    let Some(written) = target.table.as_deref() else {
        return Vec::new();
    };
    let of_target = |(table, _): &(&Table, &ForeignKey)| table.name == written;
    let to_target = |(_, key): &(&Table, &ForeignKey)| key.table == written;
    match target.verb {
        Verb::Insert => all.filter(of_target).map(made).collect(),
        Verb::Update => all
            .filter(|key| of_target(key) || to_target(key))
            .map(made)
            .collect(),
        // What cascades may be refused further down.
        Verb::Delete => {
            let found: Vec<_> = all.filter(to_target).collect();
            let refuses =
                |key: &ForeignKey| matches!(key.on_delete, Action::NoAction | Action::Restrict);
            let is_sure = found.iter().all(|(_, key)| refuses(key));
            found.into_iter().filter(|_| is_sure).map(made).collect()
        }
    }
}

fn checks<'t>(error: &Error, tables: &[&'t Table], limit: usize) -> Vec<Candidate<'t>> {
    let Some(told) = error.constraint() else {
        return Vec::new();
    };
    let owners = tables
        .iter()
        .copied()
        .filter(|table| error.table().is_none_or(|told| told == table.name));
    let all = owners.flat_map(|table| table.checks.iter().map(move |check| (table, check)));
    let is_told = all.filter(|(_, check)| naming::fit(&check.name, limit) == told);
    let made = is_told.map(|(table, check)| {
        let column = match &check.rule {
            Rule::OneOf { column, .. } | Rule::Range { column, .. } => Some(column),
            Rule::Raw(_) => None,
        };
        candidate(table, column, None)
    });
    made.collect()
}

/// Where a column without its table belongs to.
fn columns<'t>(error: &Error, target: &Target, tables: &[&'t Table]) -> Vec<Candidate<'t>> {
    let Some(told) = error.column().filter(|_| error.table().is_none()) else {
        return Vec::new();
    };
    let owners = tables
        .iter()
        .copied()
        .filter(|table| target.table.as_deref() == Some(&table.name));
    let made = owners.filter_map(|table| Some(candidate(table, [&table.find(told)?.name], None)));
    made.collect()
}

/// What is cut in a text of limited length is too long. A label that an enumeration does not have is cut, too.
fn truncated(error: Error, target: &Target, tables: &[&Table]) -> Error {
    let written = tables
        .iter()
        .filter(|table| target.table.as_deref() == Some(&table.name));
    let column = error.column().unwrap_or_default();
    let mut columns = written.filter_map(|table| table.find(column)).peekable();
    let is_limited = |column: &Column| column.ty == Type::Text && column.length.is_some();
    if columns.peek().is_some() && columns.all(is_limited) {
        error.into_kind(ErrorKind::DataTooLong)
    } else {
        error
    }
}

fn candidate<'t>(
    table: &'t Table,
    columns: impl IntoIterator<Item = &'t Name>,
    constraint: Option<Name>,
) -> Candidate<'t> {
    Candidate {
        table: &table.name,
        columns: columns.into_iter().map(AsRef::as_ref).collect(),
        constraint,
    }
}

fn same_set(told: &[String], columns: &[&str]) -> bool {
    told.len() == columns.len() && told.iter().all(|column| columns.contains(&column.as_str()))
}

/// The table that a statement writes, if its first words name it.
struct Target {
    verb: Verb,
    table: Option<String>,
}

enum Verb {
    Insert,
    Update,
    Delete,
}

impl Target {
    fn of(sql: &str, rules: LexicalRules) -> Self {
        /// As many tokens as INSERT OR IGNORE INTO and a path have.
        const HEAD: usize = 10;
        let tokens = Tokens::first(HEAD, sql, rules);
        let behind = |keyword| tokens.find(1, &[keyword]).map(|at| at + 1);
        let (verb, at) = if tokens.is(0, &["INSERT", "REPLACE"]) {
            (Verb::Insert, behind("INTO"))
        } else if tokens.is(0, &["DELETE"]) {
            (Verb::Delete, behind("FROM"))
        } else {
            (Verb::Update, tokens.is(0, &["UPDATE"]).then_some(1))
        };
        let table = at.and_then(|at| tokens.object(at));
        let table = table.map(|(name, _)| name.to_owned());
        Self { verb, table }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lex::LexicalRule;
    use crate::schema::Index;

    fn tables() -> [Table; 2] {
        let users = Table::new("users")
            .column(Column::new("id", Type::Int64))
            .column(Column::new("name", Type::Text))
            .column(Column::new("short", Type::Text).length(5))
            .primary_key(["id"])
            .unique(["name"])
            .unique(["a", "b"]);
        let mut posts = Table::new("posts")
            .primary_key(["id"])
            .foreign_key(["author"], "users", ["id"])
            .check(
                "kind",
                Rule::OneOf {
                    column: "kind".into(),
                    labels: Vec::new(),
                },
            );
        let slug = Index::new("posts", vec!["slug".into()]);
        posts.indexes.push(slug.unique().named("by_slug"));
        [posts, users]
    }

    /// Those of all databases that write names in other quotes.
    fn rules() -> LexicalRules {
        LexicalRules::of(&[LexicalRule::BacktickNames, LexicalRule::BracketNames])
    }

    type Place<'a> = (Option<&'a str>, Vec<&'a str>, Option<&'a str>);

    #[track_caller]
    fn check(error: Error, sql: &str, expected: &Place<'_>) {
        let tables = tables();
        let error = complete(error, (sql, rules()), &tables.each_ref(), 63);
        let columns: Vec<_> = error.columns().iter().map(String::as_str).collect();
        assert_eq!(
            &(error.table(), columns, error.constraint()),
            expected,
            "{sql}"
        );
    }

    fn unique() -> Error {
        Error::new(ErrorKind::UniqueViolation)
    }

    #[test]
    fn a_text_that_is_cut_is_too_long() {
        let tables = tables();
        for (column, kind) in [
            ("short", ErrorKind::DataTooLong),
            ("name", ErrorKind::Database),
            ("id", ErrorKind::Database),
            ("other", ErrorKind::Database),
        ] {
            let cut = Error::new(ErrorKind::Database).with_code(TRUNCATED);
            let sql = ("UPDATE `users` SET `short` = `name`", rules());
            let error = complete(cut.with_column(column), sql, &tables.each_ref(), 63);
            assert_eq!(error.kind(), kind, "{column}");
        }
    }

    #[test]
    fn a_unique_violation_is_the_same_however_little_is_told() {
        let full = (Some("users"), vec!["a", "b"], Some("uq_users_a_b"));
        check(unique().with_constraint("uq_users_a_b"), "", &full);
        let sqlite = unique().with_table("users").with_columns(["b", "a"]);
        check(sqlite, "", &full);
        let postgres = unique().with_table("users").with_constraint("uq_users_a_b");
        check(postgres, "", &full);
        let index = (Some("posts"), vec!["slug"], Some("by_slug"));
        check(unique().with_table("posts").with_column("slug"), "", &index);
    }

    #[test]
    fn a_primary_key_without_its_table_is_the_written_ones() {
        let primary = || unique().with_constraint("PRIMARY");
        let full = (Some("users"), vec!["id"], Some("pk_users"));
        for sql in [
            "INSERT INTO users VALUES (1)",
            "insert ignore into `db`.`users` (id) VALUES (1)",
            "UPDATE \"users\" SET id = 1",
            "REPLACE INTO [users] VALUES (1)",
        ] {
            check(primary(), sql, &full);
        }
        check(primary().with_table("users"), "", &full);
        check(primary(), "CALL p()", &(None, vec![], Some("PRIMARY")));
        check(
            primary(),
            "INSERT INTO nowhere",
            &(None, vec![], Some("PRIMARY")),
        );
    }

    #[test]
    fn what_the_schema_does_not_know_stays_as_told() {
        let told = unique()
            .with_table("users")
            .with_constraint("users_name_key");
        check(told, "", &(Some("users"), vec![], Some("users_name_key")));
        let told = unique().with_table("other").with_column("name");
        check(told, "", &(Some("other"), vec!["name"], None));
    }

    #[test]
    fn a_foreign_key_of_which_nothing_is_told_is_the_only_one_that_it_can_be() {
        let error = || Error::new(ErrorKind::ForeignKeyViolation);
        let full = (Some("posts"), vec!["author"], Some("fk_posts_author_users"));
        for sql in [
            "INSERT INTO posts",
            "DELETE FROM users",
            "UPDATE users",
            "UPDATE posts",
        ] {
            check(error(), sql, &full);
        }
        check(error(), "INSERT INTO users", &(None, vec![], None));
        check(error(), "DELETE FROM posts", &(None, vec![], None));
        let told = error().with_constraint("fk_posts_author_users");
        check(told, "COMMIT", &full);
    }

    #[test]
    fn of_several_foreign_keys_the_table_is_all_that_is_said() {
        let mut tables = tables();
        let second = ForeignKey::new("posts", vec!["b".into()], "users".into(), vec!["id".into()]);
        tables[0].foreign_keys.push(second);
        let error = Error::new(ErrorKind::ForeignKeyViolation);
        let error = complete(
            error,
            ("INSERT INTO posts", rules()),
            &tables.each_ref(),
            63,
        );
        assert_eq!((error.table(), error.constraint()), (Some("posts"), None));
    }

    #[test]
    fn checks_and_columns_find_their_tables() {
        let error = Error::new(ErrorKind::CheckViolation).with_constraint("ck_posts_kind");
        check(
            error,
            "",
            &(Some("posts"), vec!["kind"], Some("ck_posts_kind")),
        );
        let error = || Error::new(ErrorKind::NotNullViolation).with_column("name");
        check(
            error(),
            "INSERT INTO users",
            &(Some("users"), vec!["name"], None),
        );
        check(error(), "INSERT INTO posts", &(None, vec!["name"], None));
    }

    #[test]
    fn names_are_compared_as_the_database_cuts_them() {
        let long = "n".repeat(80);
        let table = Table::new(long.clone()).unique(["a"]);
        let name = naming::fit(&table.uniques[0].name, 63);
        let error = unique().with_constraint(name.as_ref());
        let error = complete(error, ("", rules()), &[&table], 63);
        assert_eq!(
            (error.table(), error.column()),
            (Some(long.as_str()), Some("a"))
        );
    }
}
