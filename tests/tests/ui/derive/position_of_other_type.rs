//! The positions of a list are in an integer column of the model that it lists.

use orm::prelude::*;

#[derive(Model)]
struct Board {
    #[orm(primary_key)]
    id: i64,
    #[orm(position = Task.title)]
    tasks: HasMany<Task>,
}

#[derive(Model)]
struct Task {
    #[orm(primary_key)]
    id: i64,
    title: String,
    #[orm(references = Board.id)]
    board_id: i64,
    board: BelongsTo<Board>,
}

fn main() {}
