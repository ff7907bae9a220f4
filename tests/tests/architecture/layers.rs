//! The order of the modules inside a crate: a module knows only those below it.

use std::collections::BTreeSet;

use crate::tokens::Tokens;
use crate::tree::{File, report, source_files};
use crate::uses::{Use, module_path, uses};

/// A crate's folder, and its modules from the lowest to the highest.
///
/// `a < b` means that `b` may use `a`. Names that share a step do not know each other, and neither do
/// names that no chain puts in an order. `lib.rs` stands above all: it may use every module, and no
/// module may use it.
struct Layers {
    folder: &'static str,
    chains: &'static [&'static str],
}

const LAYERS: &[Layers] = &[
    Layers {
        folder: "orm/core",
        chains: &[
            "error, civil < value < types < schema < stmt < sql < testing",
            // The driver never sees a statement or a schema.
            "error, civil < value < driver < testing",
            "transaction < sql, driver < testing",
            "error < blocking",
            "error < version < sql, driver < testing",
            "lex < schema < sql < testing",
            "error, lex, schema, driver < inspect < testing",
            "inspect < sql",
        ],
    },
    Layers {
        folder: "orm",
        chains: &[
            "mapping < engine < query < load, flush < session < testing",
            "mapping < state < load, flush < session",
        ],
    },
];

/// Uses against the order: (crate's folder, module, module used, reason).
const EXCEPTIONS: &[(&str, &str, &str, &str)] = &[];

#[test]
fn modules_know_only_what_is_below_them() {
    let mut broken = Vec::new();
    for layers in LAYERS {
        for file in source_files(layers.folder) {
            broken.extend(check_file(layers, &file));
        }
    }
    report(
        "inside a crate, a module uses only the modules below it; see LAYERS",
        &broken,
    );
}

fn check_file(layers: &Layers, file: &File) -> Vec<String> {
    let path = module_path(layers.folder, &file.path);
    let Some(from) = path.first() else {
        return Vec::new();
    };
    if !is_known(layers, from) {
        return vec![format!(
            "{}: `{from}` has no place in the order; add it to LAYERS",
            file.path
        )];
    }
    let uses = uses(&Tokens::of(file), &path);
    let mut modules = BTreeSet::new();
    let firsts = uses
        .used
        .iter()
        .filter(|to| modules.insert((to.line, to.path.first())));
    firsts
        .filter_map(|to| {
            Some(format!(
                "{}:{}: {}",
                file.path,
                to.line,
                verdict(layers, from, to)?
            ))
        })
        .collect()
}

/// What is wrong with a use, if anything is.
fn verdict(layers: &Layers, from: &str, to: &Use) -> Option<String> {
    let to = to.path.first()?.as_str();
    let is_exception = EXCEPTIONS
        .iter()
        .any(|(folder, a, b, _)| (*folder, *a, *b) == (layers.folder, from, to));
    if from == to || is_exception || layers.chains.iter().any(|chain| is_below(chain, to, from)) {
        None
    } else if is_known(layers, to) {
        Some(format!(
            "`{from}` uses `{to}`, which isn't below it; move what they share further down"
        ))
    } else {
        Some(format!(
            "`{from}` uses `crate::{to}` of lib.rs; name the module or crate that has it"
        ))
    }
}

/// The step of a module in a chain, 0 being the lowest.
fn step(chain: &str, module: &str) -> Option<usize> {
    chain
        .split('<')
        .position(|step| step.split(',').any(|name| name.trim() == module))
}

fn is_below(chain: &str, low: &str, high: &str) -> bool {
    matches!((step(chain, low), step(chain, high)), (Some(low), Some(high)) if low < high)
}

fn is_known(layers: &Layers, module: &str) -> bool {
    layers
        .chains
        .iter()
        .any(|chain| step(chain, module).is_some())
}

#[cfg(test)]
mod tests {
    use super::{File, Layers, check_file};

    const LAYERS: Layers = Layers {
        folder: "x",
        chains: &["error, value < types < sql", "error, value < driver"],
    };

    fn file(path: &str, text: &str) -> File {
        File {
            path: path.into(),
            text: text.into(),
        }
    }

    #[track_caller]
    fn check(path: &str, text: &str, expected: &[&str]) {
        let found = check_file(&LAYERS, &file(path, text));
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.contains(expected), "{found}");
        }
    }

    #[test]
    fn a_module_uses_what_is_below() {
        check(
            "x/src/sql/writer.rs",
            "use crate::{error::Error, types::{A, B}, value};",
            &[],
        );
        check(
            "x/src/sql/writer.rs",
            "use crate::sql::ddl;\nfn f(x: crate::value::Value) {}",
            &[],
        );
        check("x/src/lib.rs", "pub use crate::sql::A;", &[]);
    }

    #[test]
    fn a_module_does_not_use_what_is_above_or_beside() {
        check(
            "x/src/types/mod.rs",
            "\nuse crate::sql::A;",
            &["x/src/types/mod.rs:2: `types` uses `sql`"],
        );
        check(
            "x/src/value.rs",
            "use crate::error::Error;",
            &["`value` uses `error`"],
        );
        check(
            "x/src/driver.rs",
            "fn f(x: crate::types::A) {}",
            &["`driver` uses `types`"],
        );
        check(
            "x/src/types/a.rs",
            "use crate::{\n    value::V,\n    driver::{D, sql},\n};",
            &[":3: `types` uses `driver`"],
        );
    }

    #[test]
    fn a_module_does_not_go_through_lib() {
        let text = "use crate::Error;";
        check("x/src/types/a.rs", text, &["`crate::Error` of lib.rs"]);
    }

    #[test]
    fn every_module_has_a_place() {
        check("x/src/new/a.rs", "", &["`new` has no place"]);
    }
}
