//! Criteria: conditions that apply to all that a session or connection reads of a table, and what is exempt from them.

use orm::prelude::*;
use orm::query::exists;
use orm::{Criteria, EntityState, ErrorKind};

use crate::cases;
use crate::database::Db;
use crate::suite::statements::reads;
use crate::suite::support::fails;

cases![
    "criteria":
    queries_do_not_see_hidden_rows,
    joined_tables_are_filtered_in_on,
    subqueries_and_aliases_have_the_condition,
    get_does_not_find_a_hidden_row,
    lists_have_visible_members_alone,
    linked_lists_have_visible_members_alone,
    parts_are_of_visible_rows,
    a_hidden_parent_is_none_or_an_error,
    a_hidden_parent_stays_in_the_foreign_key,
    bulk_statements_write_visible_rows,
    bulk_statements_in_step_write_visible_rows,
    statements_are_exempt_by_name,
    a_session_is_exempt_for_a_while,
    a_kept_query_has_the_conditions_of_each_session,
    the_engine_gives_criteria_to_all,
    streams_have_the_condition,
    what_a_flush_does_is_exempt,
    a_cascade_takes_hidden_rows,
    get_or_create_does_not_find_a_hidden_row,
    values_of_criteria_are_binds,
    a_criterion_with_a_handle_is_refused,
    outer_sides_are_filtered_before_they_are_joined,
    both_sides_of_a_full_join_are_filtered (crate::suite::Requires::FullJoin),
    crossed_tables_are_filtered,
];

#[derive(Model, Clone, Debug)]
#[orm(table = "journals")]
struct Journal {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50, unique)]
    name: String,
    gone: bool,
    #[orm(inverse = Paper.journal, cascade = delete)]
    papers: HasMany<Paper>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "papers")]
struct Paper {
    #[orm(primary_key)]
    id: i64,
    n: i64,
    gone: bool,
    #[orm(references = Journal.id, index)]
    journal_id: i64,
    #[orm(key = journal_id)]
    journal: BelongsTo<Journal>,
    #[orm(references = Journal.id, index)]
    reprint_id: Option<i64>,
    #[orm(key = reprint_id)]
    reprint: BelongsTo<Option<Journal>>,
    #[orm(link_table = "paper_topics")]
    topics: ManyToMany<Topic>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "research_topics")]
struct Topic {
    #[orm(primary_key)]
    id: i64,
    gone: bool,
}

fn not_gone() -> Criteria {
    Criteria::new()
        .add("gone", Journal, Journal.gone.eq(false))
        .add("gone", Paper, Paper.gone.eq(false))
        .add("gone", Topic, Topic.gone.eq(false))
}

/// Two journals, of which the second is gone: of each the papers 0 to 3, of which the odd ones are gone, each with a topic that
/// is there and one that is gone.
fn stored(db: &Db) -> Session {
    let all = Metadata::of((Journal, Paper, Topic));
    all.create_all(&db.engine).unwrap();
    let mut session = db.session();
    let topics = [false, true].map(|gone| session.add(Topic::builder().gone(gone)));
    for (name, gone) in [("here", false), ("gone", true)] {
        let journal = session.add(Journal::builder().name(name).gone(gone));
        for n in 0..4 {
            let paper = Paper::builder().n(n).gone(n % 2 == 1).journal(journal);
            let paper = session.add(paper);
            for topic in topics {
                session.link(paper, Paper.topics, topic).unwrap();
            }
        }
    }
    session.commit().unwrap();
    drop(session);
    db.sent();
    db.session().criteria(&not_gone())
}

fn journal(session: &mut Session) -> Ref<Journal> {
    let here = select(Journal).filter(Journal.name.eq("here"));
    here.one(session).unwrap()
}

fn numbers(session: &Session, papers: &[Ref<Paper>]) -> Vec<i64> {
    papers.iter().map(|paper| session[*paper].n).collect()
}

fn queries_do_not_see_hidden_rows(db: &Db) {
    let mut session = stored(db);
    assert_eq!(select(Journal).all(&mut session).unwrap().len(), 1);
    assert_eq!(select(Paper).count(&mut session).unwrap(), 4);
    let odd = select(Paper.id).filter(Paper.n.eq(1));
    assert!(!odd.exists(&mut session).unwrap());
    assert_eq!(odd.first(&mut session).unwrap(), None);
    assert_eq!(
        fails(odd.one(&mut session), ErrorKind::NotFound).kind(),
        ErrorKind::NotFound
    );
    let sums = select((Paper.gone, sum(Paper.n))).group_by(Paper.gone);
    assert_eq!(sums.all(&mut session).unwrap().len(), 1);
    let last = select(Paper.n).order_by(Paper.n.desc()).limit(1).offset(1);
    assert_eq!(last.all(&mut session).unwrap(), [2]);
    // Without criteria all are there.
    assert_eq!(select(Paper).count(&mut db.session()).unwrap(), 8);
}

fn joined_tables_are_filtered_in_on(db: &Db) {
    let mut session = stored(db);
    let inner = select((Paper.n, Journal.name)).join(Paper.journal);
    assert_eq!(inner.all(&mut session).unwrap().len(), 2);
    let outer = select((Paper.n, optional(Journal.name))).left_join(Paper.journal);
    let names = outer.all(&mut session).unwrap();
    assert_eq!(names.len(), 4);
    assert_eq!(names.iter().filter(|(_, name)| name.is_none()).count(), 2);
}

fn subqueries_and_aliases_have_the_condition(db: &Db) {
    let mut session = stored(db);
    let published = select(Journal.name).filter(Journal.papers.any(Paper.n.eq(1)));
    assert!(published.all(&mut session).unwrap().is_empty());
    let empty = select(Topic).filter(exists(select(Paper.id).filter(Paper.n.eq(3))));
    assert!(empty.all(&mut session).unwrap().is_empty());
    let other = Paper.alias("other");
    let pairs = select((Paper.n, other.n)).join_on(
        other,
        Paper
            .journal_id
            .eq(other.journal_id)
            .and(Paper.n.lt(other.n)),
    );
    assert_eq!(pairs.all(&mut session).unwrap(), [(0, 2), (0, 2)]);
    let old = Journal.alias("old");
    assert_eq!(select(old.name).all(&mut session).unwrap(), ["here"]);
}

fn get_does_not_find_a_hidden_row(db: &Db) {
    let mut session = stored(db);
    let ids = select(Journal.id).order_by(Journal.id.asc());
    let ids = ids.without_all_criteria().all(&mut session).unwrap();
    let here = session.get_one(Journal, ids[0]).unwrap();
    assert_eq!(session.get(Journal, ids[1]).unwrap(), None);
    assert_eq!(session.get_for_update(Journal, ids[1]).unwrap(), None);
    assert_eq!(session.get_for_update(Journal, ids[0]).unwrap(), Some(here));
    // What is fresh in the identity map needs no statement.
    session[here].gone = true;
    session.flush().unwrap();
    db.sent();
    assert_eq!(session.get(Journal, ids[0]).unwrap(), Some(here));
    assert!(reads(db).is_empty());
    session.rollback().unwrap();
}

fn lists_have_visible_members_alone(db: &Db) {
    let mut session = stored(db);
    let here = journal(&mut session);
    let papers: Vec<_> = session
        .load(here, Journal.papers)
        .unwrap()
        .iter()
        .copied()
        .collect();
    assert_eq!(numbers(&session, &papers), [0, 2]);
    let mut session = db.session().criteria(&not_gone());
    let journals = select(Journal)
        .with(Journal.papers)
        .all(&mut session)
        .unwrap();
    db.sent();
    assert_eq!(session[journals[0]].papers.get().unwrap().len(), 2);
    session.load_all(&journals, Journal.papers).unwrap();
    assert!(reads(db).is_empty());
}

fn linked_lists_have_visible_members_alone(db: &Db) {
    let mut session = stored(db);
    let papers = select(Paper).with(Paper.topics).all(&mut session).unwrap();
    assert_eq!(papers.len(), 4);
    for paper in papers {
        assert_eq!(session[paper].topics.get().unwrap().len(), 1);
    }
}

fn parts_are_of_visible_rows(db: &Db) {
    let mut session = stored(db);
    let newest = Journal.papers.order_by(Paper.n.desc()).limit(1);
    let journals = select(Journal).with(newest).all(&mut session).unwrap();
    let part: Vec<_> = session[journals[0]]
        .papers
        .part()
        .unwrap()
        .iter()
        .copied()
        .collect();
    assert_eq!(numbers(&session, &part), [2]);
}

/// A paper of the journal that is gone, reprinted by it as well.
fn reprint(db: &Db, session: &mut Session) -> Ref<Paper> {
    let mut other = db.session();
    let gone = select(Journal)
        .filter(Journal.gone.eq(true))
        .one(&mut other)
        .unwrap();
    let papers = select(Paper)
        .filter(Paper.n.eq(0))
        .order_by(Paper.id.desc());
    let paper = papers.first(&mut other).unwrap().unwrap();
    other[paper].reprint = Some(gone).into();
    let id = other[paper].id;
    other.commit().unwrap();
    session.get_one(Paper, id).unwrap()
}

fn a_hidden_parent_is_none_or_an_error(db: &Db) {
    let mut session = stored(db);
    let paper = reprint(db, &mut session);
    assert_eq!(session.load(paper, Paper.reprint).unwrap(), None);
    assert_eq!(session[paper].reprint.get().unwrap(), None);
    let error = fails(session.load(paper, Paper.journal), ErrorKind::NotFound);
    assert_eq!(
        error.message(),
        "the Journal that the relation references is hidden by criteria"
    );
    // Loading it for several is no error; reading this one is.
    let paths = select(Paper).with(Paper.journal).with(Paper.reprint);
    assert_eq!(paths.all(&mut session).unwrap().len(), 4);
    assert!(session[paper].journal.get().is_err());
    let journal = session.without_criteria("gone", |session| session.load(paper, Paper.journal));
    let journal = journal.unwrap();
    assert_eq!(session[journal].name, "gone");
    assert_eq!(session[paper].journal.get().unwrap(), journal);
}

fn a_hidden_parent_stays_in_the_foreign_key(db: &Db) {
    let mut session = stored(db);
    let paper = reprint(db, &mut session);
    assert_eq!(session.load(paper, Paper.reprint).unwrap(), None);
    let key = session[paper].reprint_id;
    assert!(key.is_some());
    session[paper].n = 10;
    session.commit().unwrap();
    session.refresh(paper).unwrap();
    assert_eq!((session[paper].n, session[paper].reprint_id), (10, key));
    // Assigned, it is changed.
    let here = journal(&mut session);
    session[paper].reprint = Some(here).into();
    session.commit().unwrap();
    assert_eq!(session[paper].reprint_id, Some(session[here].id));
}

fn bulk_statements_write_visible_rows(db: &Db) {
    let mut session = stored(db);
    assert_eq!(
        update(Paper).set(Paper.n, 9).execute(&mut session).unwrap(),
        4
    );
    let some = delete(Paper).filter(Paper.n.lt(9));
    assert_eq!(some.execute(&mut session).unwrap(), 0);
    assert_eq!(
        delete(Topic)
            .filter(Topic.gone.eq(true))
            .execute(&mut session)
            .unwrap(),
        0
    );
    session.commit().unwrap();
    let hidden = select(Paper).filter(Paper.n.lt(9));
    assert_eq!(hidden.count(&mut db.session()).unwrap(), 4);
    let all = some.without_criteria("gone").execute(&mut session).unwrap();
    assert_eq!(all, 4);
    session.rollback().unwrap();
}

fn bulk_statements_in_step_write_visible_rows(db: &Db) {
    let mut session = stored(db);
    let hidden = select(Paper).filter(Paper.n.eq(1)).without_all_criteria();
    let hidden = hidden.first(&mut session).unwrap().unwrap();
    let visible = select(Paper)
        .filter(Paper.n.eq(0))
        .first(&mut session)
        .unwrap()
        .unwrap();
    let ten = update(Paper).set(Paper.n, 10).synchronize();
    assert_eq!(ten.execute(&mut session).unwrap(), 4);
    assert_eq!(numbers(&session, &[hidden, visible]), [1, 10]);
    session.rollback().unwrap();
}

fn statements_are_exempt_by_name(db: &Db) {
    let mut session = stored(db);
    let more = Criteria::new().add("even", Paper, Paper.n.lt(2));
    let mut session = std::mem::replace(&mut session, db.session()).criteria(&more);
    let papers = select(Paper.n).order_by(Paper.id.asc());
    let all = |query: &Select<_>, session: &mut Session| query.all(session).unwrap();
    assert_eq!(all(&papers, &mut session), [0, 0]);
    assert_eq!(
        all(&papers.clone().without_criteria("gone"), &mut session),
        [0, 1, 0, 1]
    );
    assert_eq!(
        all(&papers.clone().without_criteria("even"), &mut session),
        [0, 2, 0, 2]
    );
    assert_eq!(
        all(&papers.clone().without_criteria("other"), &mut session),
        [0, 0]
    );
    let both = papers
        .clone()
        .without_criteria("even")
        .without_criteria("gone");
    assert_eq!(both.count(&mut session).unwrap(), 8);
    assert_eq!(
        papers.without_all_criteria().count(&mut session).unwrap(),
        8
    );
    // With the relations that it loads.
    let journals = select(Journal).with(Journal.papers).without_all_criteria();
    for journal in journals.all(&mut session).unwrap() {
        assert_eq!(session[journal].papers.get().unwrap().len(), 4);
    }
    let some = update(Paper).set(Paper.n, 9).without_criteria("gone");
    assert_eq!(some.execute(&mut session).unwrap(), 4);
    session.rollback().unwrap();
}

fn a_session_is_exempt_for_a_while(db: &Db) {
    let mut session = stored(db);
    let count = |session: &mut Session| select(Journal).count(session).unwrap();
    assert_eq!(session.without_criteria("gone", count), 2);
    assert_eq!(count(&mut session), 1);
    session.begin().unwrap();
    assert_eq!(session.without_all_criteria(count), 2);
    assert_eq!(count(&mut session), 1);
    let failed: orm::Result<()> = session.without_all_criteria(|session| {
        session.get_one(Journal, -1)?;
        Ok(())
    });
    assert!(failed.is_err());
    assert_eq!(count(&mut session), 1);
    session.rollback().unwrap();
    let here = journal(&mut session);
    let list =
        session.without_all_criteria(|session| session.load(here, Journal.papers).unwrap().len());
    assert_eq!(list, 4);
}

fn a_kept_query_has_the_conditions_of_each_session(db: &Db) {
    let mut session = stored(db);
    let mut other = db
        .session()
        .criteria(&Criteria::new().add("even", Paper, Paper.n.lt(1)));
    let mut plain = db.session();
    let papers = select(Paper).filter(Paper.n.lt(3));
    for _ in 0..3 {
        assert_eq!(papers.count(&mut plain).unwrap(), 6);
        assert_eq!(papers.count(&mut session).unwrap(), 4);
        assert_eq!(papers.count(&mut other).unwrap(), 2);
    }
}

fn the_engine_gives_criteria_to_all(db: &Db) {
    drop(stored(db));
    let engine = db.engine_with(&db.options().criteria(&not_gone()));
    assert_eq!(
        select(Journal)
            .count(&mut engine.connection().unwrap())
            .unwrap(),
        1
    );
    assert_eq!(
        select(Journal).count(&mut Session::new(&engine)).unwrap(),
        1
    );
    let counted = engine
        .transaction(|session| select(Paper).count(session))
        .unwrap();
    assert_eq!(counted, 4);
    // A session adds its own.
    let more = Criteria::new().add("even", Paper, Paper.n.eq(0));
    let mut session = Session::new(&engine).criteria(&more);
    assert_eq!(select(Paper).count(&mut session).unwrap(), 2);
    assert_eq!(
        session
            .without_criteria("gone", |session| select(Paper).count(session))
            .unwrap(),
        2
    );
    assert_eq!(
        session
            .without_criteria("even", |session| select(Paper).count(session))
            .unwrap(),
        4
    );
    let mut conn = engine.connection().unwrap();
    conn.add_criteria(&more);
    assert_eq!(select(Paper).count(&mut conn).unwrap(), 2);
}

fn streams_have_the_condition(db: &Db) {
    drop(stored(db));
    let mut conn = db.engine.connection().unwrap();
    conn.add_criteria(&not_gone());
    let journals = select(Journal).stream(&mut conn).unwrap();
    let names: Vec<String> = journals.map(|journal| journal.unwrap().name).collect();
    assert_eq!(names, ["here"]);
}

fn what_a_flush_does_is_exempt(db: &Db) {
    let mut session = stored(db);
    let here = journal(&mut session);
    session[here].gone = true;
    session.commit().unwrap();
    assert_eq!(select(Journal).count(&mut session).unwrap(), 0);
    session.refresh(here).unwrap();
    session[here].name = "renamed".into();
    session.commit().unwrap();
    session.refresh_attributes(here, Journal.name).unwrap();
    assert_eq!(session[here].name, "renamed");
    session.delete(here);
    session.commit().unwrap();
    assert_eq!(db.count("journals"), 1);
}

fn a_cascade_takes_hidden_rows(db: &Db) {
    let mut session = stored(db);
    let here = journal(&mut session);
    assert_eq!(session.load(here, Journal.papers).unwrap().len(), 2);
    session.delete(here);
    session.flush().unwrap();
    assert_eq!(session.entity_state(here).unwrap(), EntityState::Deleted);
    session.rollback().unwrap();
    // The rows that were read to be deleted are hidden again.
    assert_eq!(session.load(here, Journal.papers).unwrap().len(), 2);
    session.delete(here);
    session.commit().unwrap();
    assert_eq!((db.count("journals"), db.count("papers")), (1, 4));
}

fn get_or_create_does_not_find_a_hidden_row(db: &Db) {
    let mut session = stored(db);
    let row = |name: &str| Journal::builder().name(name).gone(false);
    let (_, created) = session.get_or_create(Journal.name, row("here")).unwrap();
    assert!(!created);
    let taken = session.get_or_create(Journal.name, row("gone"));
    assert_eq!(taken.unwrap_err().kind(), ErrorKind::UniqueViolation);
    session.rollback().unwrap();
    let found =
        session.without_all_criteria(|session| session.get_or_create(Journal.name, row("gone")));
    assert!(!found.unwrap().1);
}

fn values_of_criteria_are_binds(db: &Db) {
    drop(stored(db));
    let of = |name: &str| Criteria::new().add("name", Journal, Journal.name.eq(name));
    let mut session = db.session().criteria(&of("' OR 1 = 1 --"));
    assert_eq!(select(Journal).count(&mut session).unwrap(), 0);
    assert_eq!(format!("{:?}", of("s3cret")), r#"{"name": "journals"}"#);
    let misses = db.engine.statement_cache_status().misses;
    for name in ["here", "gone", "other"] {
        let mut session = db.session().criteria(&of(name));
        let found = select(Journal.name).all(&mut session).unwrap();
        assert_eq!(found.len(), usize::from(name != "other"));
    }
    // One text for all of them.
    assert_eq!(db.engine.statement_cache_status().misses, misses + 1);
}

fn a_criterion_with_a_handle_is_refused(db: &Db) {
    let mut session = stored(db);
    let here = journal(&mut session);
    let criteria = Criteria::new().add("of", Paper, Paper.journal.eq(here));
    let mut session = session.criteria(&criteria);
    let error = fails(select(Paper).all(&mut session), ErrorKind::Usage);
    assert_eq!(
        error.message(),
        "the criterion \"of\" of papers compares with a handle, which is known to one session only"
    );
}

fn outer_sides_are_filtered_before_they_are_joined(db: &Db) {
    let mut session = stored(db);
    // The visible papers of the journal that is gone have no journal.
    let papers = select((optional(Journal.name), Paper.n)).from(Journal);
    let papers = papers
        .right_join(Journal.papers)
        .order_by((Paper.id, Journal.id));
    let rows = papers.all(&mut session).unwrap();
    let here = || Some("here".to_owned());
    assert_eq!(rows, [(here(), 0), (here(), 2), (None, 0), (None, 2)]);
    // A journal whose papers are hidden is still there.
    let none = Paper.journal_id.eq(Journal.id) & Paper.n.eq(1);
    let journals = select((optional(Paper.n), Journal.name)).from(Paper);
    let journals = journals.right_join_on(Journal, none);
    assert_eq!(
        journals.all(&mut session).unwrap(),
        [(None, "here".to_owned())]
    );
    // Under an alias, and in a join after it.
    let old = Journal.alias("old");
    let chain = select((optional(old.name), optional(Paper.n), optional(Topic.id)))
        .from(old)
        .right_join_on(Paper, Paper.journal_id.eq(old.id))
        .left_join(Paper.topics);
    // Each paper has a topic that is hidden.
    let rows = chain.all(&mut session).unwrap();
    assert_eq!(rows.len(), 8);
    let topics = rows.iter().filter(|(_, _, topic)| topic.is_some());
    assert_eq!(topics.count(), 4);
    let named = rows.iter().filter(|(name, _, _)| name.is_some());
    assert_eq!(named.count(), 4);
    let all = papers.without_all_criteria().all(&mut session).unwrap();
    assert_eq!(all.len(), 8);
}

fn both_sides_of_a_full_join_are_filtered(db: &Db) {
    let mut session = stored(db);
    let on = Paper.journal_id.eq(Journal.id) & Paper.n.eq(Journal.id - 1);
    let both = select((optional(Journal.name), optional(Paper.n))).full_join_on(Paper, on);
    let both = both.order_by((Journal.id.coalesce(9), Paper.n, Paper.id));
    let rows = both.all(&mut session).unwrap();
    let here = Some("here".to_owned());
    let expected = [
        (here, Some(0)),
        (None, Some(0)),
        (None, Some(2)),
        (None, Some(2)),
    ];
    assert_eq!(rows, expected);
}

fn crossed_tables_are_filtered(db: &Db) {
    let mut session = stored(db);
    let pairs = select((Journal.name, Topic.id)).cross_join(Topic);
    assert_eq!(pairs.all(&mut session).unwrap().len(), 1);
}
