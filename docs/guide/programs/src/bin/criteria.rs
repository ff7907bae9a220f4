//! The programs of the chapter "Criteria".

use orm::prelude::*;

// ANCHOR: model
#[derive(Model, Debug)]
#[orm(table = "projects")]
struct Project {
    #[orm(primary_key)]
    id: i64,
    tenant: i64,
    name: String,
    #[orm(cascade = delete)]
    tasks: HasMany<Task>,
}

#[derive(Model, Debug)]
#[orm(table = "tasks")]
struct Task {
    #[orm(primary_key)]
    id: i64,
    title: String,
    #[orm(default = false)]
    deleted: bool,
    #[orm(references = Project.id, index)]
    project_id: i64,
    project: BelongsTo<Project>,
}
// ANCHOR_END: model

fn main() -> orm::Result<()> {
    let engine = connect()?;
    tables(&engine)?;
    let mut session = of_tenant(&engine, 7);
    rows(&mut session)?;
    queries(&mut session)?;
    exempt(&mut session)?;
    soft_delete(&mut session)
}

// ANCHOR: engine
fn connect() -> orm::Result<Engine> {
    let not_deleted =
        Criteria::new().add("deleted", Task, Task.deleted.eq(false));
    Engine::options("sqlite://")
        .echo()
        .criteria(&not_deleted)
        .connect()
}
// ANCHOR_END: engine

fn tables(engine: &Engine) -> orm::Result<()> {
    Metadata::of((Project, Task)).create_all(engine)
}

// ANCHOR: session
fn of_tenant(engine: &Engine, tenant: i64) -> Session {
    let own = Criteria::new().add(
        "tenant",
        Project,
        Project.tenant.eq(tenant),
    );
    Session::new(engine).criteria(&own)
}
// ANCHOR_END: session

fn rows(session: &mut Session) -> orm::Result<()> {
    let project = Project::builder().tenant(7).name("roof");
    let project = session.add(project);
    for title in ["measure", "order", "build"] {
        let task = Task::builder().title(title).project(project);
        session.add(task);
    }
    session.commit()?;
    // BEGIN IMMEDIATE
    // INSERT INTO "projects" ("tenant", "name") VALUES (?, ?)
    // INSERT INTO "tasks" ("title", "deleted", "project_id")
    //     VALUES (?, ?, ?)
    // COMMIT
    session.clear();
    Ok(())
}

// ANCHOR: queries
fn queries(session: &mut Session) -> orm::Result<()> {
    let open = Project.tasks.any(Task.title.eq("order"));
    let projects = select(Project)
        .filter(open)
        .with(Project.tasks)
        .all(session)?;
    // BEGIN
    // SELECT "id", "tenant", "name" FROM "projects" WHERE EXISTS (
    //     SELECT 1 FROM "tasks" WHERE
    //     "tasks"."project_id" = "projects"."id" AND
    //     "tasks"."title" = ? AND "tasks"."deleted" = ?)
    //     AND "tenant" = ?
    // SELECT "id", "title", "deleted", "project_id" FROM "tasks"
    //     WHERE "project_id" IN (?) AND "deleted" = ? ORDER BY "id" ASC
    // COMMIT
    assert_eq!(projects.len(), 1);
    Ok(())
}
// ANCHOR_END: queries

// ANCHOR: exempt
fn exempt(session: &mut Session) -> orm::Result<()> {
    let all =
        select(Project).without_criteria("tenant").count(session)?;
    // SELECT COUNT(*) FROM "projects"
    assert_eq!(all, 1);

    let tasks = session.without_criteria("deleted", |session| {
        select(Task).count(session)
    })?;
    // SELECT COUNT(*) FROM "tasks"
    assert_eq!(tasks, 3);
    Ok(())
}
// ANCHOR_END: exempt

// ANCHOR: soft_delete
fn soft_delete(session: &mut Session) -> orm::Result<()> {
    let task = session.get_one(Task, 2)?;
    session[task].deleted = true;
    session.commit()?;
    // UPDATE "tasks" SET "deleted" = ?
    //     WHERE "id" = ? AND "deleted" IS ?
    session.clear();
    assert_eq!(session.get(Task, 2)?, None);
    // SELECT "id", "title", "deleted", "project_id" FROM "tasks"
    //     WHERE "id" IN (?) AND "deleted" = ? ORDER BY "id" ASC
    Ok(())
}
// ANCHOR_END: soft_delete
