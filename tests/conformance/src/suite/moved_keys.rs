//! A relation is set, or a list is changed, in the flush in which the key of the row at its other end changes: the foreign
//! keys are of the new key. What references a changed key otherwise: `natural_keys.rs`.

use orm::prelude::*;

use crate::cases;
use crate::database::Db;

cases![
    "moved_keys":
    lists_take_members_while_the_key_changes,
    a_member_leaves_while_the_key_changes,
    the_one_child_is_linked_while_the_key_changes,
    entities_are_linked_while_both_keys_change,
    entities_are_unlinked_while_both_keys_change,
    a_row_moves_to_a_composite_key_that_changes,
    a_row_moves_below_one_of_its_table_whose_key_changes,
];

#[derive(Model, Clone, Debug)]
#[orm(table = "guilds")]
struct Guild {
    #[orm(primary_key, length = 20)]
    code: String,
    smiths: HasMany<Smith>,
    seal: HasOne<Seal>,
    #[orm(through = GuildTown)]
    towns: ManyToMany<Town>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "guild_smiths")]
struct Smith {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 20, references = Guild.code, on_update = cascade)]
    guild_code: Option<String>,
    guild: BelongsTo<Option<Guild>>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "guild_seals")]
struct Seal {
    #[orm(primary_key)]
    id: i64,
    #[orm(unique, length = 20, references = Guild.code, on_update = cascade)]
    guild_code: Option<String>,
    guild: BelongsTo<Option<Guild>>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "guild_places")]
struct Town {
    #[orm(primary_key, length = 20)]
    name: String,
    #[orm(through = GuildTown)]
    guilds: ManyToMany<Guild>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "guild_place_links")]
struct GuildTown {
    #[orm(primary_key, length = 20, references = Guild.code, on_update = cascade)]
    guild_code: String,
    #[orm(primary_key, length = 20, references = Town.name, on_update = cascade)]
    town_name: String,
    guild: BelongsTo<Guild>,
    town: BelongsTo<Town>,
}

/// The guilds "a" and "x", stored and loaded.
fn guilds(db: &Db) -> (Session, [Ref<Guild>; 2]) {
    let all = Metadata::of((Guild, Smith, Seal, Town, GuildTown));
    all.create_all(&db.engine).unwrap();
    let mut session = db.session();
    let guilds = ["a", "x"].map(|code| session.add(Guild::builder().code(code)));
    session.commit().unwrap();
    (session, guilds)
}

/// The guilds of all smiths, in the database.
fn guilds_of_smiths(db: &Db) -> Vec<Option<String>> {
    select(Smith.guild_code)
        .order_by(Smith.id.asc())
        .all(&mut db.other_connection())
        .unwrap()
}

fn some(codes: &[&str]) -> Vec<Option<String>> {
    codes.iter().map(|code| Some((*code).into())).collect()
}

fn lists_take_members_while_the_key_changes(db: &Db) {
    let (mut session, [a, x]) = guilds(db);
    let free = session.add(Smith::builder());
    let taken = session.add(Smith::builder().guild(x));
    session.commit().unwrap();
    session[a].code = "b".into();
    session.link(a, Guild.smiths, free).unwrap();
    session.link(a, Guild.smiths, taken).unwrap();
    let new = session.append(a, Guild.smiths, Smith::builder()).unwrap();
    session[x].code = "y".into();
    session.commit().unwrap();
    assert_eq!(guilds_of_smiths(db), some(&["b", "b", "b"]));
    for smith in [free, taken, new] {
        assert_eq!(session[smith].guild_code.as_deref(), Some("b"));
        assert_eq!(session[smith].guild.get().unwrap(), Some(a));
    }
    // The key changes last.
    session.link(x, Guild.smiths, new).unwrap();
    session[x].code = "z".into();
    session[a].code = "c".into();
    session.commit().unwrap();
    assert_eq!(guilds_of_smiths(db), some(&["c", "c", "z"]));
}

fn a_member_leaves_while_the_key_changes(db: &Db) {
    let (mut session, [a, _]) = guilds(db);
    let [one, two] = [(); 2].map(|()| session.add(Smith::builder().guild(a)));
    session.commit().unwrap();
    session.load(a, Guild.smiths).unwrap();
    session[a].code = "b".into();
    session.unlink(a, Guild.smiths, one).unwrap();
    session.commit().unwrap();
    assert_eq!(guilds_of_smiths(db), [None, Some("b".to_owned())]);
    assert_eq!(session[a].smiths.get().unwrap(), [two]);
    assert_eq!(session[two].guild_code.as_deref(), Some("b"));
}

fn the_one_child_is_linked_while_the_key_changes(db: &Db) {
    let (mut session, [a, x]) = guilds(db);
    let seal = session.add(Seal::builder().guild(x));
    session.commit().unwrap();
    session.load_all(&[a, x], Guild.seal).unwrap();
    session.link(a, Guild.seal, seal).unwrap();
    session[a].code = "b".into();
    session[x].code = "y".into();
    session.commit().unwrap();
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM guild_seals WHERE guild_code = 'b'"),
        1
    );
    assert_eq!(session[seal].guild_code.as_deref(), Some("b"));
    assert_eq!(session[a].seal.get().unwrap(), Some(seal));
    assert_eq!(session[x].seal.get().unwrap(), None);
}

/// The link rows, in the database.
fn links(db: &Db) -> Vec<(String, String)> {
    select((GuildTown.guild_code, GuildTown.town_name))
        .order_by((GuildTown.guild_code.asc(), GuildTown.town_name.asc()))
        .all(&mut db.other_connection())
        .unwrap()
}

fn entities_are_linked_while_both_keys_change(db: &Db) {
    let (mut session, [a, x]) = guilds(db);
    let [here, there] = ["here", "there"].map(|name| session.add(Town::builder().name(name)));
    session.link(a, Guild.towns, here).unwrap();
    session.commit().unwrap();
    session[a].code = "b".into();
    session.link(a, Guild.towns, there).unwrap();
    session[there].name = "far".into();
    session[here].name = "near".into();
    session.link(here, Town.guilds, x).unwrap();
    session.commit().unwrap();
    let link = |guild: &str, town: &str| (guild.to_owned(), town.to_owned());
    assert_eq!(
        links(db),
        [link("b", "far"), link("b", "near"), link("x", "near")]
    );
    let mut towns = session.load(a, Guild.towns).unwrap().to_vec();
    towns.sort_by_key(|town| session[*town].name.clone());
    assert_eq!(towns, [there, here]);
}

fn entities_are_unlinked_while_both_keys_change(db: &Db) {
    let (mut session, [a, x]) = guilds(db);
    let [here, there] = ["here", "there"].map(|name| session.add(Town::builder().name(name)));
    for guild in [a, x] {
        for town in [here, there] {
            session.link(guild, Guild.towns, town).unwrap();
        }
    }
    session.commit().unwrap();
    session.load_all(&[a, x], Guild.towns).unwrap();
    session[a].code = "b".into();
    session[here].name = "near".into();
    session.unlink(a, Guild.towns, here).unwrap();
    session.unlink(x, Guild.towns, there).unwrap();
    session.commit().unwrap();
    let link = |guild: &str, town: &str| (guild.to_owned(), town.to_owned());
    assert_eq!(links(db), [link("b", "there"), link("x", "near")]);
    assert_eq!(session[a].towns.get().unwrap(), [there]);
    assert_eq!(session[x].towns.get().unwrap(), [here]);
}

#[derive(Model, Clone, Debug)]
#[orm(table = "wards")]
struct Ward {
    #[orm(primary_key, length = 20)]
    town: String,
    #[orm(primary_key, auto_increment = false)]
    number: i32,
    houses: HasMany<House>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "ward_houses")]
#[orm(foreign_key(town, ward, references = (Ward.town, Ward.number), on_update = cascade))]
struct House {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 20)]
    town: String,
    ward: i32,
    stands_in: BelongsTo<Ward>,
}

fn a_row_moves_to_a_composite_key_that_changes(db: &Db) {
    Metadata::of((Ward, House)).create_all(&db.engine).unwrap();
    let mut session = db.session();
    let [a, x] = [("a", 1), ("x", 2)]
        .map(|(town, number)| session.add(Ward::builder().town(town).number(number)));
    let house = session.add(House::builder().stands_in(x));
    session.commit().unwrap();
    session[house].stands_in = a.into();
    session[a].number = 7;
    session[x].town = "y".into();
    let new = session.append(a, Ward.houses, House::builder()).unwrap();
    session.commit().unwrap();
    for house in [house, new] {
        assert_eq!((&*session[house].town, session[house].ward), ("a", 7));
        assert_eq!(session[house].stands_in.get().unwrap(), a);
    }
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM ward_houses WHERE town = 'a' AND ward = 7"),
        2
    );
}

#[derive(Model, Clone, Debug)]
#[orm(table = "ranks")]
struct Rank {
    #[orm(primary_key, length = 20)]
    code: String,
    #[orm(length = 20, references = Rank.code, on_update = cascade)]
    above_code: Option<String>,
    #[orm(key = above_code)]
    above: BelongsTo<Option<Self>>,
    #[orm(inverse = Rank.above)]
    below: HasMany<Self>,
}

fn a_row_moves_below_one_of_its_table_whose_key_changes(db: &Db) {
    Metadata::of((Rank,)).create_all(&db.engine).unwrap();
    let mut session = db.session();
    let [top, one, two] = ["top", "one", "two"].map(|code| session.add(Rank::builder().code(code)));
    session.commit().unwrap();
    session[one].above = top.into();
    session.link(top, Rank.below, two).unwrap();
    session[top].code = "peak".into();
    // Its own key changes as well.
    session[two].code = "second".into();
    session.commit().unwrap();
    for (rank, code) in [(one, "one"), (two, "second")] {
        assert_eq!(session[rank].code, code);
        assert_eq!(session[rank].above_code.as_deref(), Some("peak"));
        assert_eq!(session[rank].above.get().unwrap(), Some(top));
    }
    let below =
        "SELECT COUNT(*) FROM ranks WHERE above_code = 'peak' AND code IN ('one', 'second')";
    assert_eq!(db.scalar(below), 2);
}
