//! A list has one order, and `position` names one column of a `HasMany`.

use orm::prelude::*;

#[derive(Model)]
struct Board {
    #[orm(primary_key)]
    id: i64,
    #[orm(position = Task.position, order_by = Task.id)]
    tasks: HasMany<Task>,
}

#[derive(Model)]
struct Task {
    #[orm(primary_key)]
    id: i64,
    position: i64,
    #[orm(references = Board.id)]
    board_id: i64,
    #[orm(position = Task.position)]
    board: BelongsTo<Board>,
}

fn main() {}
