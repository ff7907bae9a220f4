//! Filtered, ordered and limited loads of relations to many, and that a part is never taken for the list.

use orm::ErrorKind;
use orm::prelude::*;

use crate::cases;
use crate::database::Db;
use crate::suite::statements::{reads, steps};
use crate::suite::support::fails;

cases![
    "parts":
    a_filter_selects_some_of_each,
    the_newest_of_each_come_by_one_query,
    an_order_is_that_of_the_part,
    a_part_of_an_ordered_list_keeps_its_order,
    parts_of_many_batches_are_complete,
    parts_of_composite_keys,
    parts_of_linked_entities,
    link_rows_are_filtered,
    a_path_goes_on_from_the_part,
    a_part_is_loaded_for_one_entity,
    a_part_is_not_the_list,
    a_whole_list_stays_beside_a_part,
    a_cascade_reads_the_rest,
    handles_in_a_filter_become_keys,
    pending_changes_are_selected,
    a_filter_of_another_table_is_refused,
    parts_are_of_entities_that_are_here,
];

#[derive(Model, Clone, Debug)]
#[orm(table = "threads")]
struct Thread {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    name: String,
    replies: HasMany<Reply>,
    #[orm(cascade = delete)]
    votes: HasMany<Vote>,
    #[orm(through = ThreadLabel, order_by = Label.name)]
    labels: ManyToMany<Label>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "replies")]
struct Reply {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    body: String,
    created: i64,
    published: bool,
    #[orm(references = Thread.id, on_delete = cascade, index)]
    thread_id: i64,
    thread: BelongsTo<Thread>,
    stars: HasMany<Star>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "reply_stars")]
struct Star {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Reply.id, on_delete = cascade, index)]
    reply_id: i64,
    reply: BelongsTo<Reply>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "thread_votes")]
struct Vote {
    #[orm(primary_key)]
    id: i64,
    points: i64,
    #[orm(references = Thread.id, index)]
    thread_id: i64,
    thread: BelongsTo<Thread>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "thread_labels")]
struct Label {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    name: String,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "thread_label_links")]
struct ThreadLabel {
    #[orm(primary_key, references = Thread.id, on_delete = cascade)]
    thread_id: i64,
    #[orm(primary_key, references = Label.id, on_delete = cascade)]
    label_id: i64,
    #[orm(default = 0)]
    weight: i64,
    thread: BelongsTo<Thread>,
    label: BelongsTo<Label>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "depots")]
struct Depot {
    #[orm(primary_key)]
    country: i64,
    #[orm(primary_key, length = 20)]
    code: String,
    trucks: HasMany<Truck>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "trucks", foreign_key(country, depot, references = (Depot.country, Depot.code)))]
struct Truck {
    #[orm(primary_key)]
    id: i64,
    country: i64,
    #[orm(length = 20)]
    depot: String,
    year: i64,
    #[orm(key(country, depot))]
    of: BelongsTo<Depot>,
}

fn session(db: &Db) -> Session {
    let all = Metadata::of((Thread, Reply, Star, Vote, Label, ThreadLabel));
    all.create_all(&db.engine).unwrap();
    db.sent();
    db.session()
}

/// Threads of these names, each with as many replies, of which each second one is published; committed by another session.
fn stored(db: &Db, threads: &[(&str, i64)]) {
    let mut other = Session::new(&db.other_engine());
    for (name, replies) in threads {
        let thread = other.add(Thread::builder().name(*name));
        for created in 0..*replies {
            let reply = Reply::builder()
                .body(format!("{name} {created}"))
                .created(created)
                .published(created % 2 == 0);
            let reply = other.append(thread, Thread.replies, reply).unwrap();
            other.append(reply, Reply.stars, Star::builder()).unwrap();
        }
    }
    other.commit().unwrap();
    db.sent();
}

fn threads(session: &mut Session) -> Vec<Ref<Thread>> {
    select(Thread).order_by(Thread.id).all(session).unwrap()
}

fn bodies(session: &Session, replies: &[Ref<Reply>]) -> Vec<String> {
    let replies = replies.iter();
    replies.map(|reply| session[*reply].body.clone()).collect()
}

fn part(session: &Session, thread: Ref<Thread>) -> Vec<String> {
    bodies(session, &session[thread].replies.part().unwrap())
}

fn a_filter_selects_some_of_each(db: &Db) {
    let mut session = session(db);
    stored(db, &[("a", 3), ("b", 1), ("c", 0)]);
    let all = select(Thread)
        .with(Thread.replies.filter(Reply.published.eq(true)))
        .order_by(Thread.id)
        .all(&mut session)
        .unwrap();
    assert_eq!(reads(db).len(), 2);
    assert_eq!(part(&session, all[0]), ["a 0", "a 2"]);
    assert_eq!(part(&session, all[1]), ["b 0"]);
    assert_eq!(part(&session, all[2]), [""; 0]);
    // The other side is known.
    let reply = session[all[0]].replies.part().unwrap()[0];
    assert_eq!(session[reply].thread.get().unwrap(), all[0]);
    // Conditions of several calls must all hold.
    let both = Thread.replies.filter(Reply.published.eq(true));
    let both = both.filter(Reply.created.gt(0));
    session.load_all(&all, both).unwrap();
    assert_eq!(part(&session, all[0]), ["a 2"]);
    assert_eq!(part(&session, all[1]), [""; 0]);
}

fn the_newest_of_each_come_by_one_query(db: &Db) {
    let mut session = session(db);
    stored(db, &[("a", 5), ("b", 1), ("c", 0), ("d", 4)]);
    let newest = Thread.replies.order_by(Reply.created.desc()).limit(3);
    let query = select(Thread).with(newest).order_by(Thread.id);
    let all = query.all(&mut session).unwrap();
    assert_eq!(reads(db).len(), 2);
    assert_eq!(part(&session, all[0]), ["a 4", "a 3", "a 2"]);
    assert_eq!(part(&session, all[1]), ["b 0"]);
    assert_eq!(part(&session, all[2]), [""; 0]);
    assert_eq!(part(&session, all[3]), ["d 3", "d 2", "d 1"]);
    // Of those for which a condition holds.
    let newest = Thread.replies.filter(Reply.published.eq(true));
    let newest = newest.order_by(Reply.created.desc()).limit(1);
    session.load_all(&all, newest).unwrap();
    assert_eq!(reads(db).len(), 1);
    assert_eq!(part(&session, all[0]), ["a 4"]);
    assert_eq!(part(&session, all[3]), ["d 2"]);
    // None at all.
    session.load_all(&all, Thread.replies.limit(0)).unwrap();
    assert_eq!(part(&session, all[0]), [""; 0]);
}

fn an_order_is_that_of_the_part(db: &Db) {
    let mut session = session(db);
    stored(db, &[("a", 3)]);
    let a = threads(&mut session)[0];
    let by = Thread
        .replies
        .order_by((Reply.published, Reply.body.desc()));
    let replies = session.load(a, by).unwrap();
    assert_eq!(bodies(&session, &replies), ["a 1", "a 2", "a 0"]);
    assert_eq!(session[a].replies.part().unwrap(), replies);
    // Equal ones are in the order of keys.
    let replies = session
        .load(a, Thread.replies.order_by(Reply.thread_id))
        .unwrap();
    assert_eq!(bodies(&session, &replies), ["a 0", "a 1", "a 2"]);
}

fn a_part_of_an_ordered_list_keeps_its_order(db: &Db) {
    let mut session = session(db);
    stored(db, &[("a", 0)]);
    let a = threads(&mut session)[0];
    for name in ["c", "a", "b"] {
        session
            .append(a, Thread.labels, Label::builder().name(name))
            .unwrap();
    }
    let labels = session.load(a, Thread.labels.limit(2)).unwrap();
    let names: Vec<&str> = labels.iter().map(|label| &*session[*label].name).collect();
    assert_eq!(names, ["a", "b"]);
}

fn parts_of_many_batches_are_complete(db: &Db) {
    const THREADS: usize = 1024 + 2;
    let mut session = session(db);
    let all: Vec<(String, i64)> = (0..THREADS).map(|n| (format!("t{n}"), 3)).collect();
    let all: Vec<(&str, i64)> = all.iter().map(|(name, n)| (&**name, *n)).collect();
    stored(db, &all);
    let newest = Thread.replies.order_by(Reply.created.desc()).limit(2);
    let query = select(Thread).with(newest).order_by(Thread.id);
    let found = query.all(&mut session).unwrap();
    assert_eq!(found.len(), THREADS);
    for (number, thread) in found.into_iter().enumerate() {
        let expected = [format!("t{number} 2"), format!("t{number} 1")];
        assert_eq!(part(&session, thread), expected);
    }
}

fn parts_of_composite_keys(db: &Db) {
    Metadata::of((Depot, Truck)).create_all(&db.engine).unwrap();
    let mut session = db.session();
    let depots = [(1, "x"), (1, "y"), (2, "x")];
    let depots =
        depots.map(|(country, code)| session.add(Depot::builder().country(country).code(code)));
    for (index, depot) in depots.into_iter().enumerate() {
        for year in [2001, 2009, 2005] {
            let year = year + i64::try_from(index).unwrap();
            session
                .append(depot, Depot.trucks, Truck::builder().year(year))
                .unwrap();
        }
    }
    session.commit().unwrap();
    db.sent();
    let newest = Depot.trucks.order_by(Truck.year.desc()).limit(2);
    session.load_all(&depots, newest).unwrap();
    assert_eq!(reads(db).len(), 1);
    for (index, depot) in depots.into_iter().enumerate() {
        let trucks = session[depot].trucks.part().unwrap().into_iter();
        let years: Vec<i64> = trucks.map(|truck| session[truck].year).collect();
        let more = i64::try_from(index).unwrap();
        assert_eq!(years, [2009 + more, 2005 + more]);
    }
}

fn parts_of_linked_entities(db: &Db) {
    let mut session = session(db);
    stored(db, &[("a", 0), ("b", 0)]);
    let all = threads(&mut session);
    let [art, bees, cats] = ["art", "bees", "cats"].map(|name| {
        let label = session.add(Label::builder().name(name));
        session.flush().unwrap();
        label
    });
    for (thread, label) in [
        (all[0], art),
        (all[0], bees),
        (all[0], cats),
        (all[1], bees),
    ] {
        session.link(thread, Thread.labels, label).unwrap();
    }
    session.commit().unwrap();
    db.sent();
    let last = Thread.labels.order_by(Label.name.desc()).limit(2);
    session.load_all(&all, last).unwrap();
    assert_eq!(reads(db).len(), 1);
    assert_eq!(session[all[0]].labels.part().unwrap(), [cats, bees]);
    assert_eq!(session[all[1]].labels.part().unwrap(), [bees]);
    let filtered = Thread.labels.filter(Label.name.ne("bees"));
    session.load_all(&all, filtered).unwrap();
    assert_eq!(session[all[0]].labels.part().unwrap(), [art, cats]);
    assert!(session[all[1]].labels.part().unwrap().is_empty());
    let error = fails(session[all[0]].labels.get(), ErrorKind::NotLoaded);
    assert!(error.to_string().contains("in part"), "{error}");
    assert_eq!(
        session.load(all[0], Thread.labels).unwrap(),
        [art, bees, cats]
    );
}

fn link_rows_are_filtered(db: &Db) {
    let mut session = session(db);
    stored(db, &[("a", 0)]);
    let a = threads(&mut session)[0];
    let [art, bees] = ["art", "bees"].map(|name| session.add(Label::builder().name(name)));
    for (label, weight) in [(art, 1), (bees, 7)] {
        session.add(ThreadLabel::builder().thread(a).label(label).weight(weight));
    }
    let heavy = Thread.labels.filter(ThreadLabel.weight.gt(5));
    assert_eq!(session.load(a, heavy).unwrap(), [bees]);
    let by_weight = Thread.labels.order_by(ThreadLabel.weight.desc()).limit(5);
    assert_eq!(session.load(a, by_weight).unwrap(), [bees, art]);
}

fn a_path_goes_on_from_the_part(db: &Db) {
    let mut session = session(db);
    stored(db, &[("a", 3), ("b", 2)]);
    let newest = Thread.replies.order_by(Reply.created.desc()).limit(1);
    let query = select(Thread)
        .with(newest.then(Reply.stars))
        .order_by(Thread.id);
    let all = query.all(&mut session).unwrap();
    assert_eq!(reads(db).len(), 3);
    for thread in all {
        let newest = session[thread].replies.part().unwrap()[0];
        assert_eq!(session[newest].stars.get().unwrap().len(), 1);
    }
    let others = select(Reply).all(&mut session).unwrap();
    let loaded = others
        .iter()
        .filter(|reply| session[**reply].stars.is_loaded());
    assert_eq!(loaded.count(), 2);
    // A part of what a whole list has.
    let path = Thread.replies.then(Reply.stars.limit(1));
    let all = select(Thread).with(path).all(&mut session).unwrap();
    for reply in session[all[0]].replies.get().unwrap() {
        assert_eq!(session[reply].stars.part().unwrap().len(), 1);
    }
}

fn a_part_is_loaded_for_one_entity(db: &Db) {
    let mut session = session(db);
    stored(db, &[("a", 3), ("b", 2)]);
    let all = threads(&mut session);
    db.sent();
    let published = Thread.replies.filter(Reply.published.eq(true));
    let replies = session.load(all[0], published.clone()).unwrap();
    assert_eq!(bodies(&session, &replies), ["a 0", "a 2"]);
    assert_eq!(session[all[0]].replies.part().unwrap(), replies);
    fails(session[all[1]].replies.part(), ErrorKind::NotLoaded);
    // It is asked for each time, since the condition may hold for others by now.
    db.outside("DELETE FROM reply_stars");
    db.outside("DELETE FROM replies WHERE body = 'a 0'");
    let replies = session.load(all[0], published).unwrap();
    assert_eq!(bodies(&session, &replies), ["a 2"]);
    assert_eq!(reads(db).len(), 2);
}

fn a_part_is_not_the_list(db: &Db) {
    let mut session = session(db);
    stored(db, &[("a", 3)]);
    let a = threads(&mut session)[0];
    session.load(a, Thread.replies.limit(1)).unwrap();
    assert!(!session[a].replies.is_loaded());
    let error = fails(session[a].replies.get(), ErrorKind::NotLoaded);
    assert!(error.to_string().contains("`Thread.replies`"), "{error}");
    assert!(error.hint().unwrap().contains("part()"), "{error:?}");
    // A verb leaves it so.
    let new = Reply::builder().body("new").created(9).published(true);
    session.append(a, Thread.replies, new).unwrap();
    assert!(!session[a].replies.is_loaded());
    assert_eq!(part(&session, a), ["a 0"]);
    session.commit().unwrap();
    // A load reads the whole.
    assert_eq!(session.load(a, Thread.replies).unwrap().len(), 4);
    assert_eq!(session[a].replies.get().unwrap().len(), 4);
    assert_eq!(part(&session, a), ["a 0"]);
}

fn a_whole_list_stays_beside_a_part(db: &Db) {
    let mut session = session(db);
    stored(db, &[("a", 3)]);
    let a = threads(&mut session)[0];
    let whole = session.load(a, Thread.replies).unwrap();
    session.load(a, Thread.replies.limit(1)).unwrap();
    assert_eq!(session[a].replies.get().unwrap(), whole);
    assert_eq!(part(&session, a), ["a 0"]);
    session.delete(whole[1]);
    session.flush().unwrap();
    assert_eq!(session[a].replies.get().unwrap(), [whole[0], whole[2]]);
    session.rollback().unwrap();
    assert_eq!(session[a].replies.get().unwrap(), whole);
    assert_eq!(part(&session, a), ["a 0"]);
    // An entity that is read again keeps both.
    session.refresh(a).unwrap();
    assert_eq!(session[a].replies.get().unwrap(), whole);
    assert_eq!(part(&session, a), ["a 0"]);
}

fn a_cascade_reads_the_rest(db: &Db) {
    let mut session = session(db);
    stored(db, &[("a", 0)]);
    let a = threads(&mut session)[0];
    for points in [1, 2, 3] {
        session
            .append(a, Thread.votes, Vote::builder().points(points))
            .unwrap();
    }
    session.commit().unwrap();
    session.clear();
    let query = select(Thread).with(Thread.votes.filter(Vote.points.gt(2)));
    let a = query.first(&mut session).unwrap().unwrap();
    assert_eq!(session[a].votes.part().unwrap().len(), 1);
    db.sent();
    session.delete(a);
    session.commit().unwrap();
    assert_eq!(steps(db), ["DELETE thread_votes", "DELETE threads"]);
    assert_eq!(db.count("thread_votes"), 0);
}

fn handles_in_a_filter_become_keys(db: &Db) {
    let mut session = session(db);
    stored(db, &[("a", 2)]);
    let a = threads(&mut session)[0];
    let new = Reply::builder().body("new").created(9).published(true);
    let new = session.append(a, Thread.replies, new).unwrap();
    let star = session.append(new, Reply.stars, Star::builder()).unwrap();
    let starred = Thread.replies.filter(Reply.stars.contains(star));
    assert_eq!(session.load(a, starred).unwrap(), [new]);
}

fn pending_changes_are_selected(db: &Db) {
    let mut session = session(db);
    let a = session.add(Thread::builder().name("a"));
    let reply = Reply::builder().body("x").created(1).published(true);
    let reply = session.append(a, Thread.replies, reply).unwrap();
    assert_eq!(session.load(a, Thread.replies.limit(5)).unwrap(), [reply]);
    session[reply].published = false;
    let published = Thread.replies.filter(Reply.published.eq(true));
    assert!(session.load(a, published).unwrap().is_empty());
    // What has no row references nothing yet.
    let b = session.add(Thread::builder().name("b"));
    let found = session.no_autoflush(|session| session.load(b, Thread.replies.limit(1)));
    assert!(found.unwrap().is_empty());
}

fn a_filter_of_another_table_is_refused(db: &Db) {
    let mut session = session(db);
    stored(db, &[("a", 1)]);
    let other = Thread.replies.filter(Vote.points.eq(1));
    let query = select(Thread).with(other);
    let error = fails(query.all(&mut session), ErrorKind::Usage);
    assert!(error.to_string().contains("thread_votes"), "{error}");
    let a = threads(&mut session)[0];
    let other = Thread.replies.order_by(Vote.points);
    fails(session.load(a, other), ErrorKind::Usage);
    // Owners are among them: the part is of each on its own.
    fails(
        session.load(a, Thread.replies.filter(Thread.name.eq("a"))),
        ErrorKind::Usage,
    );
    assert!(!session.in_transaction());
}

fn parts_are_of_entities_that_are_here(db: &Db) {
    let mut session = session(db);
    stored(db, &[("a", 2)]);
    let all = select(Reply).order_by(Reply.id).all(&mut session).unwrap();
    session[all[0]].body = "edited".into();
    let a = threads(&mut session)[0];
    let replies = session.load(a, Thread.replies.order_by(Reply.id)).unwrap();
    assert_eq!(replies, [all[0], all[1]]);
    assert_eq!(session[all[0]].body, "edited");
}
