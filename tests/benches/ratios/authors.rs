//! Authors, their articles and the remarks on these: what the benchmarks of relations load.

use orm::mapping::Entity;
use orm::prelude::*;

#[derive(Model)]
#[orm(table = "authors")]
pub(crate) struct Author {
    #[orm(primary_key)]
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) articles: HasMany<Article>,
}

#[derive(Model)]
#[orm(table = "articles")]
pub(crate) struct Article {
    #[orm(primary_key)]
    pub(crate) id: i64,
    pub(crate) title: String,
    #[orm(references = Author.id, index)]
    pub(crate) author_id: i64,
    pub(crate) author: BelongsTo<Author>,
    pub(crate) remarks: HasMany<Remark>,
}

#[derive(Model)]
#[orm(table = "remarks")]
pub(crate) struct Remark {
    #[orm(primary_key)]
    pub(crate) id: i64,
    pub(crate) text: String,
    #[orm(references = Article.id, index)]
    pub(crate) article_id: i64,
    pub(crate) article: BelongsTo<Article>,
}

pub(crate) const AUTHORS: usize = 300;

/// The tables, with five articles an author and five remarks an article.
pub(crate) fn fill(engine: &Engine) {
    Metadata::of((Author, Article, Remark))
        .create_all(engine)
        .unwrap();
    let mut session = Session::new(engine);
    for number in 0..AUTHORS {
        let author = session.add(Author::builder().name(format!("Author {number}")));
        for number in 0..5 {
            let article = Article::builder().title(format!("Article {number}"));
            let article = session.append(author, Author.articles, article).unwrap();
            for number in 0..5 {
                let remark = Remark::builder().text(format!("Remark {number}"));
                session.append(article, Article.remarks, remark).unwrap();
            }
        }
    }
    session.commit().unwrap();
}

/// All authors with their articles and the remarks on these.
pub(crate) fn query() -> Select<<Author as Model>::Entity> {
    select(Author).with(Author.articles.then(Article.remarks))
}

/// Loads all of them in a new session, and goes through the lists.
pub(crate) fn in_session(engine: &Engine, query: &Select<impl Entity<Model = Author>>) {
    let mut session = Session::new(engine);
    let mut remarks = 0;
    for author in query.all(&mut session).unwrap() {
        for article in session[author].articles.get().unwrap() {
            remarks += session[article].remarks.get().unwrap().len();
        }
    }
    assert_eq!(remarks, AUTHORS * 25);
}

/// Reads all of them without a session, and goes through the lists.
pub(crate) fn as_graph(conn: &mut Connection, query: &Select<impl Entity<Model = Author>>) {
    let graph = query.graph(conn).unwrap();
    let mut remarks = 0;
    for author in &graph {
        for article in graph[*author].articles.get().unwrap() {
            remarks += graph[article].remarks.get().unwrap().len();
        }
    }
    assert_eq!(remarks, AUTHORS * 25);
}
