//! The programs of the chapter "Hooks".

use orm::prelude::*;

// ANCHOR: model
#[derive(Model, Debug)]
#[orm(table = "articles")]
struct Article {
    #[orm(primary_key)]
    id: i64,
    title: String,
    #[orm(default = String::new())]
    slug: String,
    #[orm(default = 0)]
    edits: i64,
}

impl Hooks for Article {
    fn before_insert(&mut self) -> orm::Result<()> {
        self.slug = slug(&self.title);
        Ok(())
    }

    fn before_update(&mut self, stored: &Self) -> orm::Result<()> {
        if self.title != stored.title {
            self.slug = slug(&self.title);
            self.edits += 1;
        }
        Ok(())
    }

    fn validate(&self, invalid: &mut Invalid<'_, Self>) {
        let is_given = !self.title.trim().is_empty();
        invalid.check(Article.title, is_given, "is empty");
        if self.title.len() > 80 {
            invalid.add(Article.title, "is too long");
        }
    }
}
// ANCHOR_END: model

#[derive(Model, Debug)]
#[orm(table = "audit")]
struct Audit {
    #[orm(primary_key)]
    id: i64,
    text: String,
}

fn slug(title: &str) -> String {
    title.to_lowercase().replace(' ', "-")
}

fn main() -> orm::Result<()> {
    let engine = Engine::options("sqlite://").echo().connect()?;
    orm::metadata().create_all(&engine)?;
    rules(&engine)?;
    validators(&engine)?;
    audit(&engine)?;
    reactions()
}

fn rules(engine: &Engine) -> orm::Result<()> {
    // ANCHOR: rules
    let mut session = Session::new(engine);
    let article = session.add(Article::builder().title("On Tides"));
    session.commit()?;
    // INSERT INTO "articles" ("title", "slug", "edits")
    //   VALUES (?, ?, ?)
    assert_eq!(session[article].slug, "on-tides");

    session[article].title = "On Moons".into();
    session.commit()?;
    // UPDATE "articles" SET "title" = ?, "slug" = ?, "edits" = ?
    //   WHERE "id" = ? AND "title" IS ? AND "slug" IS ?
    //   AND "edits" IS ?
    assert_eq!(session[article].edits, 1);
    // ANCHOR_END: rules
    Ok(())
}

fn validators(engine: &Engine) -> orm::Result<()> {
    // ANCHOR: validators
    let mut session = Session::new(engine);
    session.add(Article::builder().title(""));
    let error = session.commit().expect_err("empty"); // not sent
    assert!(error.is_validation());
    let field = &error.invalid_fields()[0];
    assert_eq!(field.field, Some("title"));
    assert_eq!(field.message, "is empty");
    // ANCHOR_END: validators
    session.rollback()
}

fn audit(engine: &Engine) -> orm::Result<()> {
    // ANCHOR: audit
    let mut session = Session::new(engine);
    session.add_hooks(SessionHooks::new().before_flush(|session| {
        for article in session.added(Article) {
            let text = format!("new: {}", session[article].title);
            session.add(Audit::builder().text(text));
        }
        Ok(())
    }));
    session.add(Article::builder().title("On Stars"));
    session.commit()?;
    // BEGIN IMMEDIATE
    // INSERT INTO "articles" ("title", "slug", "edits")
    //   VALUES (?, ?, ?)
    // INSERT INTO "audit" ("text") VALUES (?)
    // COMMIT
    assert!(session.added(Audit).is_empty());
    // ANCHOR_END: audit
    Ok(())
}

fn reactions() -> orm::Result<()> {
    // ANCHOR: reactions
    let (outbox, inbox) = std::sync::mpsc::channel();
    let hooks = SessionHooks::new().after_insert(
        Article,
        move |session, article| {
            let outbox = outbox.clone();
            let title = session[article].title.clone();
            // Sent when the article is stored, and never otherwise.
            session.on_commit(move || drop(outbox.send(title)));
            Ok(())
        },
    );
    let engine = Engine::options("sqlite://")
        .session_hooks(hooks)
        .connect()?;
    // ANCHOR_END: reactions
    orm::metadata().create_all(&engine)?;
    engine.transaction(|session| {
        session.add(Article::builder().title("On Tides"));
        Ok(())
    })?;
    assert_eq!(inbox.try_recv().as_deref(), Ok("On Tides"));
    Ok(())
}
