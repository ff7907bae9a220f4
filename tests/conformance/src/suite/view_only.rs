//! Relations that are only read: `ViewOnly` fields.

use orm::prelude::*;
use orm::{ErrorKind, Refs};

use crate::cases;
use crate::database::Db;
use crate::suite::statements::{reads, steps, writes};
use crate::suite::support::{fails, keys_a_statement};

cases![
    "view_only":
    the_latest_row_of_each_entity_comes_by_one_query,
    a_filter_and_a_limit_select_some_of_each,
    rows_are_found_by_other_columns_than_a_foreign_key,
    rows_are_found_by_several_columns,
    a_path_goes_on_from_what_is_selected,
    nothing_of_it_is_written,
    each_load_reads_it_again,
    it_is_read_after_a_rollback,
    it_is_not_loaded_at_first,
    many_owners_take_several_queries,
    it_can_lead_to_the_model_itself,
    a_filter_of_another_table_is_refused,
];

#[derive(Model, Clone, Debug)]
#[orm(table = "view_customers")]
struct Customer {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    email: Option<String>,
    #[orm(inverse = Purchase.customer)]
    purchases: HasMany<Purchase>,
    #[orm(inverse = Purchase.customer, order_by = Purchase.day.desc())]
    latest: ViewOnly<Option<Purchase>>,
    #[orm(inverse = Purchase.customer, filter = Purchase.paid & Purchase.day.gt(1))]
    #[orm(order_by = (Purchase.day.desc(), Purchase.id), limit = 2)]
    paid: ViewOnly<Vec<Purchase>>,
    /// By the address, which is no foreign key.
    #[orm(on(email = Mail.sender))]
    mails: ViewOnly<Vec<Mail>>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "view_purchases")]
struct Purchase {
    #[orm(primary_key)]
    id: i64,
    day: i32,
    paid: bool,
    #[orm(references = Customer.id)]
    customer_id: i64,
    #[orm(key = customer_id)]
    customer: BelongsTo<Customer>,
    #[orm(references = Customer.id)]
    payer_id: Option<i64>,
    #[orm(key = payer_id)]
    payer: BelongsTo<Option<Customer>>,
    /// What else was bought on that day by that customer.
    #[orm(on(customer_id = Purchase.customer_id, day = Purchase.day), order_by = Purchase.id)]
    same_day: ViewOnly<Vec<Self>>,
    items: HasMany<Item>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "view_items")]
struct Item {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Purchase.id, on_delete = cascade)]
    purchase_id: i64,
    purchase: BelongsTo<Purchase>,
    #[orm(on(id = Mail.id), filter = Purchase.paid)]
    wrong: ViewOnly<Vec<Mail>>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "view_mails")]
struct Mail {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    sender: String,
}

/// Two customers of one address, one of another address, and one without.
fn customers(db: &Db) -> (Session, [Ref<Customer>; 4]) {
    let metadata = Metadata::of((Customer, Purchase, Item, Mail));
    metadata.create_all(&db.engine).unwrap();
    let mut session = db.session();
    let emails = [Some("a@x"), Some("a@x"), Some("b@x"), None];
    let customers = emails.map(|email| {
        let email = email.map(str::to_owned);
        session.add(Customer::builder().email(email))
    });
    session.commit().unwrap();
    (session, customers)
}

fn purchase(
    session: &mut Session,
    customer: Ref<Customer>,
    (day, paid): (i32, bool),
) -> Ref<Purchase> {
    let purchase = Purchase::builder().day(day).paid(paid).customer(customer);
    session.add(purchase)
}

fn the_latest_row_of_each_entity_comes_by_one_query(db: &Db) {
    let (mut session, customers) = customers(db);
    let [one, two, ..] = customers;
    for what in [(1, true), (9, false), (3, true)] {
        purchase(&mut session, one, what);
    }
    purchase(&mut session, two, (2, false));
    session.commit().unwrap();
    session.clear();
    db.sent();
    let found = select(Customer)
        .with(Customer.latest)
        .order_by(Customer.id)
        .all(&mut session)
        .unwrap();
    assert_eq!(reads(db).len(), 2);
    let day = |customer: Ref<Customer>| {
        let latest: Option<Ref<Purchase>> = session[customer].latest.get().unwrap();
        latest.map(|latest| session[latest].day)
    };
    let days: Vec<Option<i32>> = found.into_iter().map(day).collect();
    assert_eq!(days, [Some(9), Some(2), None, None]);
}

fn a_filter_and_a_limit_select_some_of_each(db: &Db) {
    let (mut session, customers) = customers(db);
    for (customer, last) in customers.into_iter().zip([5, 6]) {
        for what in [(1, true), (2, true), (3, false), (4, true), (last, true)] {
            purchase(&mut session, customer, what);
        }
    }
    session.commit().unwrap();
    db.sent();
    session.load_all(&customers, Customer.paid).unwrap();
    assert_eq!(reads(db).len(), 1);
    let days = customers.map(|customer| {
        let paid: Refs<Purchase> = session[customer].paid.get().unwrap();
        let days = paid.into_iter().map(|purchase| session[purchase].day);
        days.collect::<Vec<_>>()
    });
    assert_eq!(days, [vec![5, 4], vec![6, 4], vec![], vec![]]);
}

fn rows_are_found_by_other_columns_than_a_foreign_key(db: &Db) {
    let (mut session, customers) = customers(db);
    for sender in ["a@x", "b@x", "a@x", "c@x"] {
        session.add(Mail::builder().sender(sender));
    }
    session.commit().unwrap();
    session.load_all(&customers, Customer.mails).unwrap();
    let mails = customers.map(|customer| session[customer].mails.get().unwrap().into_iter());
    let mails = mails.map(|mails| mails.map(|mail| session[mail].id).collect::<Vec<_>>());
    assert_eq!(mails, [vec![1, 3], vec![1, 3], vec![2], vec![]]);
    // The value that was flushed is the one that counts.
    session[customers[3]].email = Some("c@x".into());
    let mails = session.load(customers[3], Customer.mails).unwrap();
    assert_eq!(mails.len(), 1);
    assert_eq!(session[mails[0]].sender, "c@x");
}

fn rows_are_found_by_several_columns(db: &Db) {
    let (mut session, [one, two, ..]) = customers(db);
    let days = [(1, true), (1, false), (2, true)];
    let mine = days.map(|what| purchase(&mut session, one, what));
    let other = purchase(&mut session, two, (1, true));
    session.commit().unwrap();
    session
        .load_all(&[mine[0], mine[2], other], Purchase.same_day)
        .unwrap();
    assert_eq!(session[mine[0]].same_day.get().unwrap(), mine[..2]);
    assert_eq!(session[mine[2]].same_day.get().unwrap(), mine[2..]);
    assert_eq!(session[other].same_day.get().unwrap(), [other]);
}

fn a_path_goes_on_from_what_is_selected(db: &Db) {
    let (mut session, [one, ..]) = customers(db);
    let old = purchase(&mut session, one, (1, true));
    let new = purchase(&mut session, one, (2, true));
    for purchase in [old, new, new] {
        session
            .append(purchase, Purchase.items, Item::builder())
            .unwrap();
    }
    session.commit().unwrap();
    session.clear();
    let found = select(Customer)
        .with(Customer.latest.then(Purchase.items))
        .order_by(Customer.id)
        .first(&mut session)
        .unwrap();
    let latest = session[found.unwrap()].latest.get().unwrap().unwrap();
    assert_eq!(session[latest].day, 2);
    assert_eq!(session[latest].items.get().unwrap().len(), 2);
}

fn nothing_of_it_is_written(db: &Db) {
    let (mut session, [one, two, ..]) = customers(db);
    let bought = purchase(&mut session, one, (1, true));
    session.commit().unwrap();
    session.load_all(&[one, two], Customer.latest).unwrap();
    session.load(one, Customer.mails).unwrap();
    db.sent();
    assert!(!session.has_pending_work());
    // Not even if the field is changed.
    let latest = session[one].latest.clone();
    session[two].latest = latest;
    session.commit().unwrap();
    assert_eq!(writes(db), [""; 0]);
    // What is selected is not deleted with its owner.
    session.add(Mail::builder().sender("a@x"));
    assert_eq!(session.load(two, Customer.mails).unwrap().len(), 1);
    db.sent();
    session.delete(two);
    session.commit().unwrap();
    assert_eq!(steps(db), ["DELETE view_customers"]);
    assert_eq!(db.count("view_mails"), 1);
    assert_eq!(session[one].latest.get().unwrap(), Some(bought));
}

fn each_load_reads_it_again(db: &Db) {
    let (mut session, [one, ..]) = customers(db);
    let first = purchase(&mut session, one, (1, true));
    assert_eq!(session.load(one, Customer.latest).unwrap(), Some(first));
    let second = purchase(&mut session, one, (2, true));
    // The result of the query that was sent.
    assert_eq!(session[one].latest.get().unwrap(), Some(first));
    assert_eq!(session.load(one, Customer.latest).unwrap(), Some(second));
    session[first].day = 3;
    assert_eq!(session.load(one, Customer.latest).unwrap(), Some(first));
    session.delete(first);
    assert_eq!(session.load(one, Customer.latest).unwrap(), Some(second));
    session.refresh_attributes(one, Customer.latest).unwrap();
    assert_eq!(session[one].latest.get().unwrap(), Some(second));
    // What is not inserted has no rows.
    let new = session.add(Customer::builder());
    let latest = session.no_autoflush(|session| session.load(new, Customer.latest));
    assert_eq!(latest.unwrap(), None);
}

fn it_is_read_after_a_rollback(db: &Db) {
    let (mut session, [one, ..]) = customers(db);
    let bought = purchase(&mut session, one, (1, true));
    session.commit().unwrap();
    session.load(one, Customer.latest).unwrap();
    session[one].email = None;
    session.flush().unwrap();
    session.rollback().unwrap();
    assert_eq!(session[one].email.as_deref(), Some("a@x"));
    assert_eq!(session[one].latest.get().unwrap(), Some(bought));
}

fn it_is_not_loaded_at_first(db: &Db) {
    let (mut session, [one, ..]) = customers(db);
    assert!(!session[one].latest.is_loaded());
    let error = fails(session[one].latest.get(), ErrorKind::NotLoaded);
    assert!(error.to_string().contains("`Customer.latest`"), "{error}");
    let error = fails(session[one].mails.get(), ErrorKind::NotLoaded);
    let hint = error.hint().unwrap_or_default();
    assert!(
        hint.contains("session.load(handle, Customer.mails)"),
        "{hint}"
    );
    session.load(one, Customer.latest).unwrap();
    assert!(session[one].latest.is_loaded());
}

fn many_owners_take_several_queries(db: &Db) {
    let (mut session, [one, ..]) = customers(db);
    let count = i32::try_from(keys_a_statement(db)).unwrap() / 2 + 10;
    let what: Vec<Ref<Purchase>> = (0..count)
        .map(|day| purchase(&mut session, one, (day, true)))
        .collect();
    session.commit().unwrap();
    session.load_all(&what, Purchase.same_day).unwrap();
    let all = what.iter().all(|purchase| {
        let same = session[*purchase].same_day.get().unwrap();
        same == [*purchase]
    });
    assert!(all);
}

fn it_can_lead_to_the_model_itself(db: &Db) {
    let (mut session, [one, ..]) = customers(db);
    let days = [(1, true), (1, false)].map(|what| purchase(&mut session, one, what));
    session.commit().unwrap();
    let found = select(Purchase)
        .with(Purchase.same_day.then(Purchase.same_day))
        .order_by(Purchase.id)
        .all(&mut session)
        .unwrap();
    assert_eq!(found, days);
    assert_eq!(session[days[1]].same_day.get().unwrap(), days);
}

fn a_filter_of_another_table_is_refused(db: &Db) {
    let (mut session, [one, ..]) = customers(db);
    let bought = purchase(&mut session, one, (1, true));
    let item = session
        .append(bought, Purchase.items, Item::builder())
        .unwrap();
    session.commit().unwrap();
    let error = fails(session.load(item, Item.wrong), ErrorKind::Usage);
    assert!(error.to_string().contains("view_purchases"), "{error}");
}
