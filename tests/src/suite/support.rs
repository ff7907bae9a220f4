//! What cases about connections share.

use orm_conformance::Db;

/// The URL of the database with other parts: `(login, host and port, name)`.
pub(super) fn url_with(db: &Db, change: impl FnOnce(&mut [String; 3])) -> String {
    let (scheme, rest) = db.url().split_once("://").unwrap();
    let (login, rest) = rest.split_once('@').unwrap();
    let (host, name) = rest.split_once('/').unwrap();
    let mut parts = [login.to_owned(), host.to_owned(), name.to_owned()];
    change(&mut parts);
    let [login, host, name] = parts;
    format!("{scheme}://{login}@{host}/{name}")
}
