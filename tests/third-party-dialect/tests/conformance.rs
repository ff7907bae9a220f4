//! The conformance suite on Firebird: a file of a database for each case, on the server of `ORM_TEST_FIREBIRD_URL`.

use std::borrow::Cow;
use std::process::ExitCode;
use std::sync::Arc;

use dialect_firebird::{Attachment, FirebirdDialect, FirebirdDriver};
use orm::Result;
use orm::engine::{Connection, Target};
use orm_conformance::backend::{Control, Signal};
use orm_conformance::{Backend, Db, Requires};
use rsfbclient_core::{Dialect, FirebirdClientSqlOps, TrOp, TransactionConfiguration};

struct Firebird;

impl Firebird {
    /// The driver for a database in the server's folder.
    fn driver(name: &str) -> Result<FirebirdDriver> {
        FirebirdDriver::from_url(&Self::url(name))
    }

    fn url(name: &str) -> String {
        let folder = std::env::var("ORM_TEST_FIREBIRD_URL");
        let folder = folder.expect(
            "run the tests with tests/run, which starts a server and sets ORM_TEST_FIREBIRD_URL",
        );
        format!("{folder}/{name}.fdb")
    }
}

impl Backend for Firebird {
    fn name(&self) -> &'static str {
        "Firebird"
    }

    fn create(&self, name: &str) -> Result<String> {
        Self::driver(name)?.create_database()?;
        Ok(Self::url(name))
    }

    fn drop(&self, name: &str) -> Result<()> {
        let driver = Self::driver(name)?;
        // The engine of the case is still connected.
        let others = "DELETE FROM MON$ATTACHMENTS WHERE MON$ATTACHMENT_ID <> CURRENT_CONNECTION AND MON$SYSTEM_FLAG = 0";
        orm_core::driver::Driver::connect(&driver)?.execute(others, &[])?;
        driver.drop_database()
    }

    fn target(&self, url: &str) -> Result<Target> {
        Ok((
            Arc::new(FirebirdDriver::from_url(url)?),
            vec![&FirebirdDialect],
        ))
    }

    fn version(&self) -> &'static str {
        "SELECT RDB$GET_CONTEXT('SYSTEM', 'ENGINE_VERSION') FROM RDB$DATABASE"
    }

    fn natively(&self, conn: &mut Connection, sql: &str) {
        let native: &mut Attachment = conn.driver_mut().expect("the connection is Firebird's");
        let (client, database) = (&mut native.client, &mut native.database);
        let ended = match sql {
            "COMMIT" => Some(TrOp::Commit),
            "ROLLBACK" => Some(TrOp::Rollback),
            _ => None,
        };
        let own = native.transaction.is_none();
        if own && sql == "BEGIN" {
            let begun = client.begin_transaction(database, TransactionConfiguration::default());
            native.transaction = Some(begun.expect("the server begins a transaction"));
            return;
        }
        let mut transaction = native.transaction.take().unwrap_or_else(|| {
            let begun = client.begin_transaction(database, TransactionConfiguration::default());
            begun.expect("the server begins a transaction")
        });
        let done = match ended {
            Some(op) => client.transaction_operation(&mut transaction, op),
            None => client.exec_immediate(database, &mut transaction, Dialect::D3, sql),
        };
        done.expect("the server runs the statement");
        match ended {
            None if own => client
                .transaction_operation(&mut transaction, TrOp::Commit)
                .expect("the server commits"),
            None => native.transaction = Some(transaction),
            Some(_) => {}
        }
    }

    fn control(&self, db: &Db, conn: &mut Connection, signal: Signal) -> Control {
        assert_eq!(signal, Signal::Kill, "the client can't cancel");
        let mut id = 0;
        let own = "SELECT CURRENT_CONNECTION FROM RDB$DATABASE";
        conn.raw_query(own, &[], &mut |row| {
            id = row.get(0).map_or(0, |value| match value {
                orm_core::value::ValueRef::Int(id) => id,
                _ => 0,
            });
            Ok(())
        })
        .expect("a connection knows its number");
        let mut other = db.other_connection();
        Box::new(move || {
            let kill = format!("DELETE FROM MON$ATTACHMENTS WHERE MON$ATTACHMENT_ID = {id}");
            other
                .raw_execute(&kill, &[])
                .expect("the server ends a connection");
        })
    }

    fn limit_lock_wait(&self, conn: &mut Connection) {
        let native: &mut Attachment = conn.driver_mut().expect("the connection is Firebird's");
        native.lock_timeout = Some(1);
    }

    /// The INSERT inside of an EXECUTE BLOCK, as the dialect writes one with RETURNING.
    fn unwrapped<'s>(&self, sql: &'s str) -> Cow<'s, str> {
        let Some((_, insert)) = sql
            .strip_prefix("EXECUTE BLOCK ")
            .and_then(|sql| sql.split_once(" BEGIN "))
        else {
            return sql.into();
        };
        let insert = insert.split(" INTO :R").next().unwrap_or_default();
        let mut pieces = insert.split(":P");
        let mut plain = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            plain.push('?');
            plain.push_str(piece.trim_start_matches(|c: char| c.is_ascii_digit()));
        }
        plain.into()
    }

    fn lacks(&self, need: Requires) -> Option<&'static str> {
        match need {
            Requires::Cancel => Some("its client can't cancel a statement"),
            Requires::LockedJoins => Some("its WITH LOCK is for one table"),
            Requires::Chains => Some("it has no COMMIT AND CHAIN"),
            Requires::DeferredKeys => Some("its foreign keys are checked at once"),
            Requires::KnownReads => Some("its driver does not know which texts only read"),
            Requires::SerializableReadsDontLock => {
                Some("its SNAPSHOT TABLE STABILITY locks what it reads")
            }
            Requires::TrailingSpaces => Some("its comparisons ignore spaces behind a text"),
            Requires::WaitingWrites => Some("a row that was changed meanwhile is a conflict"),
            _ => None,
        }
    }

    fn skips(&self, case: &str) -> Option<&'static str> {
        SKIPPED
            .iter()
            .find(|(name, _)| *name == case)
            .map(|(_, reason)| *reason)
    }
}

/// The cases that neither a capability nor [`Requires`] excludes.
const SKIPPED: &[(&str, &str)] = &[
    (
        "bad_input::numbers_at_the_edge_of_limit_and_offset",
        "the server adds one to the largest offset, which overflows 64 bits: no row is skipped",
    ),
    ("chunks::equal_texts_and_bytes_are_continued", UNORDERED),
    (
        "keyset_pages::columns_of_every_type_have_cursors",
        UNORDERED,
    ),
    ("casts::floats_lose_their_fraction", CASTS),
    ("casts::truth_values_become_numbers", CASTS),
    ("ctes::a_cycle_ends", UNIONS),
    (
        "ctes::derived_tables_and_set_operations_bring_it_along",
        UNIONS,
    ),
    ("depths::common_table_expressions_of_each_other_end", DEPTHS),
    ("depths::tables_of_tables_end", DEPTHS),
    ("derived_tables::a_set_operation_is_a_table", UNIONS),
    ("differences::parts_of_a_set_operation_have_orders", UNIONS),
    ("differences::ranks_are_signed", SHARES),
    ("dynamic_rows::expressions_have_their_types", GROUPS),
    (
        "dynamic_rows::rows_of_queries_have_the_names_of_columns",
        GROUPS,
    ),
    (
        "dynamic_rows::set_operations_and_derived_tables_have_rows",
        UNIONS,
    ),
    ("encrypted::conditions_and_lists_find_it", LISTS),
    ("injection::in_columns_and_comparisons", BLANKS),
    ("injection::in_printed_statements", BLANKS),
    ("injection::in_raw_sql", BLANKS),
    ("intervals::durations_are_compared_and_ordered", LISTS),
    (
        "floats::results_beyond_a_double_are_infinite_or_errors",
        NUMBERS,
    ),
    (
        "limits::ten_thousand_cases_and_columns",
        "the server ends the connection for thousands of columns",
    ),
    ("literals::literals_of_floats", FLOATS),
    ("literals::literals_of_times", LITERALS),
    ("nul::a_position_of_a_page_has_it", BLANKS),
    ("other_calendars::types_come_back", LITERALS),
    (
        "other_calendars::types_of_three_crates_store_the_same",
        LITERALS,
    ),
    ("own_structs::a_derived_table_has_columns_by_name", GROUPS),
    ("own_structs::a_session_tracks_no_entity", GROUPS),
    ("own_structs::a_struct_has_a_column_for_each_field", GROUPS),
    ("own_structs::every_verb_returns_structs", GROUPS),
    ("own_structs::set_operations_of_structs", UNIONS),
    ("own_structs::structs_are_streamed", GROUPS),
    ("zones::an_instant_is_the_same_from_each_offset", LITERALS),
    (
        "number_functions::numbers_beyond_a_float_are_errors",
        NUMBERS,
    ),
    ("number_functions::roots_powers_and_logarithms", NUMBERS),
    (
        "printed_statements::literals_of_every_type_are_conditions",
        LITERALS,
    ),
    (
        "set_operations::a_query_inside_is_ordered_and_limited",
        UNIONS,
    ),
    ("set_operations::a_query_is_combined_at_run_time", UNIONS),
    (
        "set_operations::a_query_that_is_built_again_has_its_own_values",
        UNIONS,
    ),
    ("set_operations::entities_are_combined", UNIONS),
    ("set_operations::the_whole_is_ordered_and_limited", UNIONS),
    ("set_operations::they_are_streamed", UNIONS),
    ("set_operations::they_are_subqueries", UNIONS),
    ("set_operations::they_nest", UNIONS),
    ("set_operations::unions_have_the_rows_of_both", UNIONS),
    ("set_operations::values_are_bound_in_order", UNIONS),
    ("set_operations::verbs_of_the_whole", UNIONS),
    ("subqueries::any_and_all_have_three_results", QUANTIFIERS),
    ("upserts_of_many::rows_come_back", UPSERTS),
    ("labels::labels_order_a_set_operation", UNIONS),
    ("native_enums::set_operations_are_ordered_as_tables", UNIONS),
    ("native_enums::values_come_back_and_are_found", LISTS),
    ("intervals::durations_beyond_64_bits_are_refused", LISTS),
    ("floats::computed_values_are_held_to_their_columns", NUMBERS),
    ("printed_statements::raw_statements_have_literals", LENGTHS),
    (
        "printed_statements::returned_rows_of_literals_are_the_same",
        UPSERTS,
    ),
    ("stored_values::rows_of_sets_are_held", UNIONS),
];

const BLANKS: &str = "its comparisons ignore spaces behind a text";

const FLOATS: &str = "its literals have no floats as near to 0 as the least ones of 64 bits";

const GROUPS: &str =
    "it groups by all columns that are selected, not by a key that determines them";

const LISTS: &str = "its lists have a value for each bind";

const SHARES: &str = "it has no CUME_DIST";

const CASTS: &str = "it rounds numbers of 16 digits, and has no cast of a truth value to a number";

const DEPTHS: &str = "its error for queries that are nested too deeply has no kind";

const UNIONS: &str = "it orders a set operation by the numbers of columns alone, and recursive queries need UNION ALL";

const NUMBERS: &str = "its errors of computed floats have no code of their own";

const LITERALS: &str = "its times have four digits of fractional seconds";

const QUANTIFIERS: &str = "ANY and ALL of an empty query or of NULL are false on it";

const UPSERTS: &str = "its RETURNING is of one row";

const LENGTHS: &str = "a value has at most the length of the literal that it is compared with";

const UNORDERED: &str = "it returns rows with equal texts in no order of a further column, if the texts are sorted DESC";

fn main() -> ExitCode {
    orm_conformance::run(&[&Firebird], &[])
}
