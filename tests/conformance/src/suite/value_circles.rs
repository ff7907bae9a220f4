//! Flushes in which unique values and foreign keys ask for opposite orders: a foreign key that can be NULL is written by an
//! UPDATE of its own, and where there is none, the error says which rows wait for each other.

use orm::prelude::*;
use orm::{EntityState, ErrorKind};

use crate::cases;
use crate::database::Db;
use crate::suite::statements::{steps, writes};

cases![
    "value_circles":
    a_changed_row_references_the_new_one_that_takes_its_value,
    a_row_leaves_a_deleted_one_for_the_new_one_that_takes_its_value,
    a_new_row_references_the_deleted_one_whose_value_it_takes,
    a_changed_row_references_a_deleted_one_whose_value_it_takes,
    a_required_key_keeps_its_value_in_the_meantime,
    many_circles_share_statements,
    a_rollback_undoes_a_circle_of_values,
    a_foreign_key_set_by_its_value_opens_a_circle,
    a_circle_of_required_keys_is_an_error_that_names_its_rows,
    a_row_that_a_cascade_deletes_along_keeps_the_value,
];

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "circle_shops")]
struct Shop {
    #[orm(primary_key)]
    id: i64,
    #[orm(unique)]
    code: Option<i64>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "circle_clerks")]
struct Clerk {
    #[orm(primary_key)]
    id: i64,
    #[orm(unique)]
    code: Option<i64>,
    #[orm(references = Shop.id, on_delete = restrict)]
    shop_id: Option<i64>,
    shop: BelongsTo<Option<Shop>>,
    #[orm(references = Clerk.id, on_delete = set_null)]
    mentor_id: Option<i64>,
    mentor: BelongsTo<Option<Self>>,
    #[orm(version)]
    version: i64,
}

/// Belongs to a clerk, always.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "circle_desks")]
struct Desk {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Clerk.id)]
    clerk_id: i64,
    clerk: BelongsTo<Clerk>,
}

/// Is in another one, the root in itself.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "circle_chests")]
struct Chest {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    #[orm(unique)]
    code: i64,
    #[orm(references = Chest.id, on_delete = cascade)]
    inside_id: i64,
    inside: BelongsTo<Self>,
}

fn session(db: &Db) -> Session {
    Metadata::of((Shop, Clerk, Desk, Chest))
        .create_all(&db.engine)
        .unwrap();
    db.session()
}

fn clerk(session: &mut Session, code: i64) -> Ref<Clerk> {
    session.add(Clerk::builder().code(code))
}

/// The codes of the clerks by key, and those of their mentors.
fn clerks(db: &Db) -> Vec<(Option<i64>, Option<i64>)> {
    let all = select(Clerk).order_by(Clerk.id.asc());
    let mut session = Session::new(&db.other_engine());
    let all = all.all(&mut session).unwrap();
    let rows = all.iter().map(|clerk| {
        let mentor = session[*clerk].mentor_id;
        let mentor = mentor.map(|id| session.get(Clerk, id).unwrap().unwrap());
        let mentor = mentor.and_then(|mentor| session[mentor].code);
        (session[*clerk].code, mentor)
    });
    rows.collect()
}

fn a_changed_row_references_the_new_one_that_takes_its_value(db: &Db) {
    let mut session = session(db);
    let old = clerk(&mut session, 6);
    session.commit().unwrap();
    let version = session[old].version;
    db.sent();
    let new = clerk(&mut session, 6);
    session[old].code = Some(7);
    session[old].mentor = new.into();
    session.flush().unwrap();
    let sent = writes(db);
    assert!(
        sent[0].starts_with(
            r#"UPDATE "circle_clerks" SET "code" = ?, "mentor_id" = ?, "version" = ?"#
        )
    );
    assert!(
        sent[1].starts_with(r#"INSERT INTO "circle_clerks""#),
        "{sent:?}"
    );
    assert_eq!(
        sent[2..],
        [r#"UPDATE "circle_clerks" SET "mentor_id" = ? WHERE "id" = ?"#]
    );
    assert_eq!(session[old].mentor_id, Some(session[new].id));
    assert_eq!(session[old].mentor.get().unwrap(), Some(new));
    assert_eq!(session[old].version, version + 1);
    assert!(!session.has_pending_work());
    session.commit().unwrap();
    assert_eq!(clerks(db), [(Some(7), Some(6)), (Some(6), None)]);
    // The session knows the row as it is.
    session[old].mentor = None.into();
    session.commit().unwrap();
    assert_eq!(clerks(db), [(Some(7), None), (Some(6), None)]);
}

fn a_row_leaves_a_deleted_one_for_the_new_one_that_takes_its_value(db: &Db) {
    let mut session = session(db);
    let old = session.add(Shop::builder().code(5));
    let mover = session.add(Clerk::builder().shop(old));
    session.commit().unwrap();
    db.sent();
    session.delete(old);
    let new = session.add(Shop::builder().code(5));
    session[mover].shop = new.into();
    session.commit().unwrap();
    let expected = [
        "UPDATE circle_clerks",
        "DELETE circle_shops",
        "INSERT circle_shops",
        "UPDATE circle_clerks",
    ];
    assert_eq!(steps(db), expected);
    assert_eq!(session[mover].shop_id, Some(session[new].id));
    assert_eq!(
        db.scalar("SELECT s.code FROM circle_shops s JOIN circle_clerks c ON c.shop_id = s.id"),
        5
    );
}

fn a_new_row_references_the_deleted_one_whose_value_it_takes(db: &Db) {
    let mut session = session(db);
    let old = clerk(&mut session, 2);
    session.commit().unwrap();
    db.sent();
    let new = clerk(&mut session, 2);
    session[new].mentor = old.into();
    session.delete(old);
    session.flush().unwrap();
    // ON DELETE SET NULL would have made it so.
    assert_eq!(steps(db), ["DELETE circle_clerks", "INSERT circle_clerks"]);
    assert_eq!(session[new].mentor_id, None);
    assert_eq!(session[new].mentor.get().unwrap(), None);
    assert!(!session.has_pending_work());
    session.commit().unwrap();
    assert_eq!(clerks(db), [(Some(2), None)]);
}

fn a_changed_row_references_a_deleted_one_whose_value_it_takes(db: &Db) {
    let mut session = session(db);
    let (old, heir) = (clerk(&mut session, 2), clerk(&mut session, 3));
    session.commit().unwrap();
    db.sent();
    session[heir].code = Some(2);
    session[heir].mentor = old.into();
    session.delete(old);
    session.commit().unwrap();
    assert_eq!(steps(db), ["DELETE circle_clerks", "UPDATE circle_clerks"]);
    assert_eq!(session[heir].mentor.get().unwrap(), None);
    assert_eq!(clerks(db), [(Some(2), None)]);
    session[heir].code = Some(4);
    session.commit().unwrap();
}

fn add_chest(session: &mut Session, id: i64, code: i64, inside: Option<Ref<Chest>>) -> Ref<Chest> {
    let new = Chest::builder().id(id).code(code);
    match inside {
        Some(inside) => session.add(new.inside(inside)),
        None => session.add(new.inside_id(id)),
    }
}

fn a_required_key_keeps_its_value_in_the_meantime(db: &Db) {
    let mut session = session(db);
    let root = add_chest(&mut session, 1, 1, None);
    let old = add_chest(&mut session, 2, 6, Some(root));
    session.commit().unwrap();
    db.sent();
    let new = add_chest(&mut session, 3, 6, Some(root));
    session[old].code = 7;
    session[old].inside = new.into();
    session.commit().unwrap();
    let expected = [
        "UPDATE circle_chests",
        "INSERT circle_chests",
        "UPDATE circle_chests",
    ];
    assert_eq!(steps(db), expected);
    assert_eq!((session[old].inside_id, session[old].code), (3, 7));
    assert_eq!(
        db.scalar("SELECT inside_id FROM circle_chests WHERE code = 7"),
        3
    );
}

fn many_circles_share_statements(db: &Db) {
    let mut session = session(db);
    let old: Vec<_> = (0..20).map(|code| clerk(&mut session, code)).collect();
    session.commit().unwrap();
    db.sent();
    for (clerk, code) in old.iter().zip(0..) {
        let new = session.add(Clerk::builder().code(code));
        session[*clerk].code = Some(100 + code);
        session[*clerk].mentor = new.into();
    }
    session.commit().unwrap();
    let expected = [
        "UPDATE circle_clerks",
        "INSERT circle_clerks",
        "UPDATE circle_clerks",
    ];
    assert_eq!(steps(db), expected);
    let taken = clerks(db).into_iter().take(20);
    assert!(
        taken
            .zip(0..)
            .all(|(row, code)| row == (Some(100 + code), Some(code)))
    );
}

fn a_rollback_undoes_a_circle_of_values(db: &Db) {
    let mut session = session(db);
    let (first, old) = (clerk(&mut session, 1), clerk(&mut session, 6));
    session[old].mentor = first.into();
    session.commit().unwrap();
    let new = clerk(&mut session, 6);
    session[old].code = None;
    session[old].mentor = new.into();
    session.delete(first);
    let last = session.add(Clerk::builder().code(1).mentor(first));
    session.flush().unwrap();
    assert_eq!(session[last].mentor.get().unwrap(), None);
    session.rollback().unwrap();
    assert_eq!(session[old].mentor.get().unwrap(), Some(first));
    assert_eq!((session[old].code, session[old].version), (Some(6), 1));
    assert_eq!(session.entity_state(new).unwrap(), EntityState::Transient);
    assert_eq!(session[last].mentor.get().unwrap(), Some(first));
    assert_eq!(clerks(db), [(Some(1), None), (Some(6), Some(1))]);
    // Again, and for good.
    session.add_again(new).unwrap();
    session[old].code = None;
    session[old].mentor = new.into();
    session.commit().unwrap();
    let expected = [(Some(1), None), (None, Some(6)), (Some(6), None)];
    assert_eq!(clerks(db), expected);
}

fn a_foreign_key_set_by_its_value_opens_a_circle(db: &Db) {
    let mut session = session(db);
    let root = add_chest(&mut session, 1, 1, None);
    let old = add_chest(&mut session, 2, 6, Some(root));
    session.commit().unwrap();
    session[old].code = 7;
    session[old].inside_id = 3;
    add_chest(&mut session, 3, 6, Some(root));
    session.commit().unwrap();
    assert_eq!(
        db.scalar("SELECT inside_id FROM circle_chests WHERE code = 7"),
        3
    );
}

fn a_circle_of_required_keys_is_an_error_that_names_its_rows(db: &Db) {
    let mut session = session(db);
    let old = clerk(&mut session, 5);
    let desk = session.add(Desk::builder().clerk(old));
    session.commit().unwrap();
    let (clerk_id, desk_id) = (session[old].id, session[desk].id);
    session.delete(old);
    let new = clerk(&mut session, 5);
    session[desk].clerk = new.into();
    let error = session.flush().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UniqueViolation, "{error}");
    assert_eq!(error.table(), Some("circle_clerks"));
    assert_eq!(error.columns(), ["code"]);
    let expected = format!(
        "a unique value of `circle_clerks.code` is taken before it is given up, since rows of this flush wait for each \
         other: the new Clerk takes a unique value of Clerk {clerk_id}; Desk {desk_id} references Clerk {clerk_id}, which \
         is deleted; Desk {desk_id} references the new Clerk"
    );
    assert!(error.to_string().starts_with(&expected), "{error}");
    let hint = error.hint().unwrap_or_default();
    let step = format!("flush in two steps: give Clerk {clerk_id} an interim value in `code`");
    assert!(hint.starts_with(&step), "{hint}");
    assert_eq!(session.entity_state(new).unwrap(), EntityState::Pending);
    // As the hint suggests.
    session.rollback().unwrap();
    session[old].code = None;
    session.flush().unwrap();
    session.delete(old);
    session.add_again(new).unwrap();
    session[desk].clerk = new.into();
    session.commit().unwrap();
    assert_eq!(clerks(db), [(Some(5), None)]);
}

fn a_row_that_a_cascade_deletes_along_keeps_the_value(db: &Db) {
    let mut session = session(db);
    let root = add_chest(&mut session, 1, 1, None);
    let old = add_chest(&mut session, 2, 6, Some(root));
    session.commit().unwrap();
    add_chest(&mut session, 3, 6, Some(old));
    session.delete(old);
    let error = session.flush().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UniqueViolation, "{error}");
    let expected = "the new Chest 3 takes a unique value of Chest 2; the new Chest 3 references Chest 2, which is deleted";
    assert!(error.to_string().contains(expected), "{error}");
    session.rollback().unwrap();
    assert_eq!(db.count("circle_chests"), 2);
}
