//! Entities of a loaded list by the value of a column: `by_key` and `keyed`.

use orm::ErrorKind;
use orm::prelude::*;

use crate::cases;
use crate::database::Db;
use crate::suite::support::fails;

cases![
    "keyed":
    an_entity_is_found_by_a_column,
    values_that_are_not_flushed_count,
    a_null_is_a_key,
    a_value_of_several_entities_is_refused,
    lists_of_linked_and_selected_entities_have_keys,
    a_list_that_is_not_loaded_is_refused,
];

#[derive(Model, Clone, Debug)]
#[orm(table = "keyed_sites")]
struct Site {
    #[orm(primary_key)]
    id: i64,
    pages: HasMany<Page>,
    #[orm(filter = Page.rank.gt(1))]
    upper: ViewOnly<Vec<Page>>,
    #[orm(link_table = "keyed_site_words")]
    words: ManyToMany<Word>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "keyed_pages")]
struct Page {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    slug: String,
    rank: i32,
    #[orm(length = 50)]
    theme: Option<String>,
    #[orm(references = Site.id)]
    site_id: i64,
    site: BelongsTo<Site>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "keyed_words")]
struct Word {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    text: String,
}

/// A site with three pages, which are loaded.
fn site(db: &Db) -> (Session, Ref<Site>, Vec<Ref<Page>>) {
    let metadata = Metadata::of((Site, Page, Word));
    metadata.create_all(&db.engine).unwrap();
    let mut session = db.session();
    let site = session.add(Site::builder());
    for (slug, rank, theme) in [("a", 1, None), ("b", 2, Some("x")), ("c", 3, Some("y"))] {
        let page = Page::builder().slug(slug).rank(rank).theme(theme);
        session.append(site, Site.pages, page).unwrap();
    }
    session.commit().unwrap();
    let pages = session.load(site, Site.pages).unwrap().to_vec();
    (session, site, pages)
}

fn an_entity_is_found_by_a_column(db: &Db) {
    let (session, site, pages) = site(db);
    db.sent();
    let find = |slug: &str| session.by_key(site, Site.pages, Page.slug, slug).unwrap();
    assert_eq!(find("b"), Some(pages[1]));
    assert_eq!(find("z"), None);
    let third = session.by_key(site, Site.pages, Page.rank, 3).unwrap();
    assert_eq!(third, Some(pages[2]));
    let keyed = session.keyed(site, Site.pages, Page.slug).unwrap();
    assert_eq!(keyed.len(), 3);
    assert_eq!((keyed["a"], keyed["c"]), (pages[0], pages[2]));
    assert_eq!(db.sent(), [""; 0]);
}

fn values_that_are_not_flushed_count(db: &Db) {
    let (mut session, site, pages) = site(db);
    session[pages[0]].slug = "new".into();
    let page = Page::builder().slug("d").rank(4);
    let added = session.append(site, Site.pages, page).unwrap();
    session.delete(pages[2]);
    let find = |slug: &str| session.by_key(site, Site.pages, Page.slug, slug).unwrap();
    assert_eq!(
        (find("new"), find("a"), find("d")),
        (Some(pages[0]), None, Some(added))
    );
    // As in the list, until the flush.
    assert_eq!(find("c"), Some(pages[2]));
    session.flush().unwrap();
    assert_eq!(
        session.by_key(site, Site.pages, Page.slug, "c").unwrap(),
        None
    );
    session.rollback().unwrap();
    let keyed = session.keyed(site, Site.pages, Page.slug).unwrap();
    assert_eq!((keyed.len(), keyed["a"]), (3, pages[0]));
}

fn a_null_is_a_key(db: &Db) {
    let (session, site, pages) = site(db);
    let find = |theme: Option<&str>| session.by_key(site, Site.pages, Page.theme, theme).unwrap();
    assert_eq!(
        (find(None), find(Some("y"))),
        (Some(pages[0]), Some(pages[2]))
    );
    let keyed = session.keyed(site, Site.pages, Page.theme).unwrap();
    assert_eq!(keyed[&None], pages[0]);
}

fn a_value_of_several_entities_is_refused(db: &Db) {
    let (mut session, site, pages) = site(db);
    session[pages[2]].slug = "b".into();
    let both = session.by_key(site, Site.pages, Page.slug, "b");
    let error = fails(both, ErrorKind::MultipleRows);
    assert_eq!(
        (error.table(), error.column()),
        (Some("keyed_pages"), Some("slug"))
    );
    assert!(error.message().contains("`Site.pages`"), "{error}");
    let keyed = session.keyed(site, Site.pages, Page.slug);
    fails(keyed, ErrorKind::MultipleRows);
    assert_eq!(
        session.by_key(site, Site.pages, Page.slug, "a").unwrap(),
        Some(pages[0])
    );
}

fn lists_of_linked_and_selected_entities_have_keys(db: &Db) {
    let (mut session, site, pages) = site(db);
    let words = ["x", "y"].map(|text| session.add(Word::builder().text(text)));
    for word in words {
        session.link(site, Site.words, word).unwrap();
    }
    session.commit().unwrap();
    session.load(site, Site.words).unwrap();
    assert_eq!(
        session.by_key(site, Site.words, Word.text, "y").unwrap(),
        Some(words[1])
    );
    session.load(site, Site.upper).unwrap();
    let keyed = session.keyed(site, Site.upper, Page.rank).unwrap();
    assert_eq!((keyed.len(), keyed[&2]), (2, pages[1]));
}

fn a_list_that_is_not_loaded_is_refused(db: &Db) {
    let (mut session, site, _) = site(db);
    let id = session[site].id;
    session.clear();
    fails(
        session.by_key(site, Site.pages, Page.slug, "a"),
        ErrorKind::StaleHandle,
    );
    let site = session.get_one(Site, id).unwrap();
    let error = fails(
        session.by_key(site, Site.pages, Page.slug, "a"),
        ErrorKind::NotLoaded,
    );
    assert!(error.message().contains("`Site.pages`"), "{error}");
    fails(
        session.keyed(site, Site.pages, Page.slug),
        ErrorKind::NotLoaded,
    );
}
