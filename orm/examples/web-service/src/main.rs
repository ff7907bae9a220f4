//! The service:
//!
//! - `POST /users/ada` adds a user,
//! - `POST /users/ada/visits` counts a visit,
//! - `GET /users` lists the users.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use orm::prelude::*;
use web_service::User;

type Answer<T> = Result<Json<T>, StatusCode>;

/// Runs `work` on a thread that may block: calls of the database do.
async fn run<T: Send + 'static>(
    work: impl FnOnce() -> orm::Result<T> + Send + 'static,
) -> Answer<T> {
    let error = match tokio::task::spawn_blocking(work).await {
        Ok(Ok(value)) => return Ok(Json(value)),
        Ok(Err(error)) => error,
        Err(panicked) => orm::Error::other(panicked),
    };
    if error.is_unique_violation() {
        return Err(StatusCode::CONFLICT);
    } else if error.is_not_found() {
        return Err(StatusCode::NOT_FOUND);
    } else if error.is_invalid_value() {
        return Err(StatusCode::BAD_REQUEST);
    }
    eprintln!("{error}"); // with the SQL, so it is for the log
    Err(StatusCode::INTERNAL_SERVER_ERROR)
}

async fn list(State(engine): State<Engine>) -> Answer<Vec<User>> {
    run(move || {
        select(User)
            .order_by(User.name)
            .all(&mut engine.connection()?)
    })
    .await
}

async fn add(
    State(engine): State<Engine>,
    Path(name): Path<String>,
) -> Answer<User> {
    let work = move |session: &mut Session| {
        let user = session.add(User::builder().name(name));
        session.flush()?; // INSERT: the key is known from here on
        Ok(session[user].clone())
    };
    run(move || engine.transaction(work)).await
}

async fn visit(
    State(engine): State<Engine>,
    Path(name): Path<String>,
) -> Answer<i64> {
    let work = move |session: &mut Session| {
        let user =
            select(User).filter(User.name.eq(&name)).one(session)?;
        session[user].visits += 1;
        Ok(session[user].visits)
    };
    // Again with the new row, if another request has changed it.
    run(move || engine.retry(20).transaction(work)).await
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let engine = Engine::connect(&std::env::var("DATABASE_URL")?)?;
    let service = Router::new()
        .route("/users", get(list))
        .route("/users/{name}", post(add))
        .route("/users/{name}/visits", post(visit))
        .with_state(engine);
    let address =
        std::env::var("ADDRESS").unwrap_or("127.0.0.1:3000".to_owned());
    let listener = tokio::net::TcpListener::bind(address).await?;
    Ok(axum::serve(listener, service).await?)
}
