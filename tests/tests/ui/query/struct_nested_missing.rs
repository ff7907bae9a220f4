use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    name: String,
    email: Option<String>,
}

#[derive(FromRow)]
struct Author {
    key: i64,
    name: String,
}

#[derive(FromRow)]
struct Article {
    title: String,
    author: Author,
}

fn main() {
    let _ = select(Article.title(User.name).author(Author.name(User.name)));
}
