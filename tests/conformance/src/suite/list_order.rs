//! Lists with an order of their own: `order_by` of a relation.

use orm::prelude::*;

use crate::cases;
use crate::database::Db;
use crate::suite::statements::reads;

cases![
    "list_order":
    a_list_is_loaded_in_its_order,
    the_primary_key_decides_between_equals,
    appended_members_stand_at_the_end_until_the_next_load,
    siblings_of_many_batches_are_ordered,
    linked_entities_are_ordered,
    linked_entities_of_one_model_are_ordered,
    a_list_of_a_composite_key_is_ordered,
    a_removed_member_is_put_back_where_it_was,
    an_order_is_no_choice_of_columns,
];

#[derive(Model, Clone, Debug)]
#[orm(table = "reporters")]
struct Reporter {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    name: String,
    #[orm(order_by = (Report.title, Report.year.desc()))]
    reports: HasMany<Report>,
    #[orm(through = Mentor, inverse = Mentor.younger, target = Mentor.older, order_by = Reporter.name.desc())]
    mentors: ManyToMany<Reporter>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "reports")]
struct Report {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    title: String,
    year: i64,
    #[orm(references = Reporter.id, on_delete = cascade, index)]
    reporter_id: i64,
    reporter: BelongsTo<Reporter>,
    #[orm(through = ReportTopic, order_by = Topic.name)]
    topics: ManyToMany<Topic>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "report_subjects")]
struct Topic {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    name: String,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "report_subject_links")]
struct ReportTopic {
    #[orm(primary_key, references = Report.id, on_delete = cascade)]
    report_id: i64,
    #[orm(primary_key, references = Topic.id, on_delete = cascade)]
    topic_id: i64,
    report: BelongsTo<Report>,
    topic: BelongsTo<Topic>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "mentors")]
struct Mentor {
    #[orm(primary_key, references = Reporter.id, on_delete = cascade)]
    younger_id: i64,
    #[orm(primary_key, references = Reporter.id, on_delete = cascade)]
    older_id: i64,
    #[orm(key = younger_id)]
    younger: BelongsTo<Reporter>,
    #[orm(key = older_id)]
    older: BelongsTo<Reporter>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "list_harbours")]
struct Harbour {
    #[orm(primary_key)]
    country: i64,
    #[orm(primary_key)]
    number: i64,
    #[orm(order_by = Berth.depth.desc())]
    berths: HasMany<Berth>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "berths", foreign_key(country, harbour, references = (Harbour.country, Harbour.number)))]
struct Berth {
    #[orm(primary_key)]
    id: i64,
    country: i64,
    harbour: i64,
    depth: i64,
    #[orm(key(country, harbour))]
    of: BelongsTo<Harbour>,
}

const REPORTS: &str = r#"SELECT "id", "title", "year", "reporter_id" FROM "reports" WHERE "reporter_id" = ? ORDER BY "title" ASC, "year" DESC, "id" ASC"#;

fn session(db: &Db) -> Session {
    let all = Metadata::of((Reporter, Report, Topic, ReportTopic, Mentor));
    all.create_all(&db.engine).unwrap();
    db.sent();
    db.session()
}

/// A reporter with reports of these titles and years, committed by another session.
fn stored(db: &Db, reports: &[(&str, i64)]) -> i64 {
    let mut other = Session::new(&db.other_engine());
    let ada = other.add(Reporter::builder().name("ada"));
    for (title, year) in reports {
        let report = Report::builder().title(*title).year(*year);
        other.append(ada, Reporter.reports, report).unwrap();
    }
    other.commit().unwrap();
    let id = other[ada].id;
    db.sent();
    id
}

fn titles(session: &Session, reporter: Ref<Reporter>) -> Vec<String> {
    let reports = session[reporter].reports.get().unwrap();
    let title = |report: Ref<Report>| format!("{} {}", session[report].title, session[report].year);
    reports.into_iter().map(title).collect()
}

fn a_list_is_loaded_in_its_order(db: &Db) {
    let mut session = session(db);
    let id = stored(db, &[("c", 1), ("a", 1), ("b", 1), ("a", 2)]);
    let ada = session.get(Reporter, id).unwrap().unwrap();
    db.sent();
    session.load(ada, Reporter.reports).unwrap();
    assert_eq!(reads(db), [REPORTS]);
    assert_eq!(titles(&session, ada), ["a 2", "a 1", "b 1", "c 1"]);
    // By a query, too.
    session.clear();
    let all = select(Reporter).with(Reporter.reports).all(&mut session);
    assert_eq!(reads(db)[1], REPORTS);
    assert_eq!(titles(&session, all.unwrap()[0])[0], "a 2");
}

fn the_primary_key_decides_between_equals(db: &Db) {
    let mut session = session(db);
    let id = stored(db, &[("a", 1), ("a", 1), ("a", 1)]);
    let ada = session.get(Reporter, id).unwrap().unwrap();
    let reports = session.load(ada, Reporter.reports).unwrap();
    let ids: Vec<i64> = reports.iter().map(|report| session[*report].id).collect();
    assert!(ids.is_sorted(), "{ids:?}");
}

fn appended_members_stand_at_the_end_until_the_next_load(db: &Db) {
    let mut session = session(db);
    let id = stored(db, &[("c", 1), ("b", 1)]);
    let ada = session.get(Reporter, id).unwrap().unwrap();
    // Into a list that is not loaded, and one that is.
    let first = Report::builder().title("a").year(1);
    let loaded = session.no_autoflush(|session| {
        session.append(ada, Reporter.reports, first)?;
        session.load(ada, Reporter.reports)
    });
    assert_eq!(loaded.unwrap().len(), 3);
    assert_eq!(titles(&session, ada), ["b 1", "c 1", "a 1"]);
    let second = Report::builder().title("0").year(1);
    session.append(ada, Reporter.reports, second).unwrap();
    session.flush().unwrap();
    assert_eq!(titles(&session, ada), ["b 1", "c 1", "a 1", "0 1"]);
    session.commit().unwrap();
    assert_eq!(titles(&session, ada), ["b 1", "c 1", "a 1", "0 1"]);
    session.load(ada, Reporter.reports).unwrap();
    assert_eq!(titles(&session, ada), ["0 1", "a 1", "b 1", "c 1"]);
    assert!(!session.has_pending_work());
}

fn siblings_of_many_batches_are_ordered(db: &Db) {
    const PARENTS: usize = 1024 + 3;
    let mut other = session(db);
    for number in 0..PARENTS {
        let one = other.add(Reporter::builder().name(format!("r{number}")));
        for title in ["b", "c", "a"] {
            let report = Report::builder().title(title).year(1);
            other.append(one, Reporter.reports, report).unwrap();
        }
    }
    other.commit().unwrap();
    drop(other);
    let mut session = db.session();
    let query = select(Reporter).with(Reporter.reports);
    let all = query.all(&mut session).unwrap();
    assert_eq!(all.len(), PARENTS);
    for reporter in all {
        assert_eq!(titles(&session, reporter), ["a 1", "b 1", "c 1"]);
    }
}

fn linked_entities_are_ordered(db: &Db) {
    let mut session = session(db);
    let id = stored(db, &[("a", 1)]);
    let ada = session.get(Reporter, id).unwrap().unwrap();
    let report = session.load(ada, Reporter.reports).unwrap()[0];
    for name in ["wind", "art", "music"] {
        let topic = Topic::builder().name(name);
        session.append(report, Report.topics, topic).unwrap();
    }
    let names = |session: &Session| -> Vec<String> {
        let topics = session[report].topics.get().unwrap().into_iter();
        topics.map(|topic| session[topic].name.clone()).collect()
    };
    session.load(report, Report.topics).unwrap();
    assert_eq!(names(&session), ["art", "music", "wind"]);
    let late = Topic::builder().name("air");
    session.append(report, Report.topics, late).unwrap();
    session.commit().unwrap();
    assert_eq!(names(&session), ["art", "music", "wind", "air"]);
    db.sent();
    session.load(report, Report.topics).unwrap();
    assert_eq!(names(&session), ["air", "art", "music", "wind"]);
    let sent = reads(db).remove(0);
    let order = r#" ORDER BY "report_subjects"."name" ASC, "report_subjects"."id" ASC"#;
    assert!(sent.ends_with(order), "{sent}");
}

fn linked_entities_of_one_model_are_ordered(db: &Db) {
    let mut session = session(db);
    let [ada, bob, cy] =
        ["ada", "bob", "cy"].map(|name| session.add(Reporter::builder().name(name)));
    session.flush().unwrap();
    session.link(ada, Reporter.mentors, bob).unwrap();
    session.link(ada, Reporter.mentors, cy).unwrap();
    session.commit().unwrap();
    let mentors = session.load(ada, Reporter.mentors).unwrap();
    assert_eq!(mentors, [cy, bob]);
}

fn a_list_of_a_composite_key_is_ordered(db: &Db) {
    Metadata::of((Harbour, Berth))
        .create_all(&db.engine)
        .unwrap();
    let mut session = db.session();
    let harbours = [(1, 1), (1, 2), (2, 1)];
    let harbours = harbours
        .map(|(country, number)| session.add(Harbour::builder().country(country).number(number)));
    for (index, harbour) in harbours.into_iter().enumerate() {
        for depth in [3, 9, 5] {
            let berth = Berth::builder().depth(depth + i64::try_from(index).unwrap());
            session.append(harbour, Harbour.berths, berth).unwrap();
        }
    }
    session.commit().unwrap();
    session.load_all(&harbours, Harbour.berths).unwrap();
    for (index, harbour) in harbours.into_iter().enumerate() {
        let berths = session[harbour].berths.get().unwrap().into_iter();
        let depths: Vec<i64> = berths.map(|berth| session[berth].depth).collect();
        let more = i64::try_from(index).unwrap();
        assert_eq!(depths, [9 + more, 5 + more, 3 + more]);
    }
}

fn a_removed_member_is_put_back_where_it_was(db: &Db) {
    let mut session = session(db);
    let id = stored(db, &[("c", 1), ("a", 1), ("b", 1)]);
    let ada = session.get(Reporter, id).unwrap().unwrap();
    let reports = session.load(ada, Reporter.reports).unwrap();
    session.delete(reports[1]);
    session.flush().unwrap();
    assert_eq!(titles(&session, ada), ["a 1", "c 1"]);
    session.rollback().unwrap();
    assert_eq!(titles(&session, ada), ["a 1", "b 1", "c 1"]);
}

/// The rows of a sheet are found by their own primary key.
#[derive(Model, Clone, Debug)]
#[orm(table = "score_sheets")]
struct Sheet {
    #[orm(primary_key)]
    id: i64,
    #[orm(order_by = (Score.id, Score.first.desc()))]
    scores: HasMany<Score>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "sheet_scores")]
struct Score {
    #[orm(primary_key, references = Sheet.id)]
    id: i64,
    first: i64,
    second: i64,
    third: i64,
    sheet: BelongsTo<Sheet>,
}

fn an_order_is_no_choice_of_columns(db: &Db) {
    Metadata::of((Sheet, Score)).create_all(&db.engine).unwrap();
    let mut session = db.session();
    let sheet = session.add(Sheet::builder());
    session.flush().unwrap();
    let score = Score::builder().id(session[sheet].id);
    let score = session.add(score.first(1).second(2).third(3));
    session.commit().unwrap();
    // Both are statements about rows by one primary key.
    session.load(sheet, Sheet.scores).unwrap();
    let (id, third) = (Score.id, Score.third);
    session.refresh_attributes(score, (id, third)).unwrap();
    assert_eq!((session[score].first, session[score].third), (1, 3));
}
