//! The scenario that the program runs.

use issue_tracker::options;
use issue_tracker::scenario::run;
use orm::prelude::*;

#[orm::test(options = options)]
fn prints_the_same_on_every_database(engine: Engine) -> orm::Result<()> {
    let expected = "\
Board:
  #1 The carriage jams | open | bob | bug, mechanics, urgent | 1/2
  #2 Measure the rack | open | nobody |  | 0/0
  #3 Order a new rack | open | nobody |  | 0/0
  #4 Oil the gears | open | nobody | imported | 0/0
  #5 Write a manual | open | nobody | imported | 0/0
Parts:
  The carriage jams
    Measure the rack
    Order a new rack
bob has 1 issue to work on
Someone else has changed it: The carriage jams is in_progress
ENG-1 The rack is bent: opened, assigned, open -> in_progress
3 issues are deleted, 3 are in the trash
ENG has 2 issues and 2 members
ENG has 5 issues
ada can't be deleted: ForeignKeyViolation";
    assert_eq!(run(&engine)?.join("\n"), expected);
    Ok(())
}
