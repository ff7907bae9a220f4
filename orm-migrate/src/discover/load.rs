//! Reads the dump from a built library in a child process, since a library may run code or crash when it is loaded.
//!
//! This is the only unsafe code of this crate. The other side is `orm/src/mapping/dump.rs`.

use std::ffi::c_void;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use orm::mapping::dump::WriteBytes;

use super::build::Library;
use super::package::Package;
use crate::error::{Error, Result};
use crate::exit::Exit;

/// The name that `orm` exports its dump under.
const SYMBOL: &str = "__orm_dump_models_v1";

/// What the line with the dump begins with: the library may print lines of its own, when it is loaded and
/// when it is unloaded.
const MARK: &str = "__orm_dump_models_v1: ";

/// The most lines of a failed child's words that are passed on.
const SAID_LINES: usize = 10;

/// What [`SYMBOL`] stands for.
type DumpModels = extern "C" fn(WriteBytes, *mut c_void);

/// The dump of the models in `library`, which `loader` loads if there is one, and else this process.
pub(super) fn dump(library: &Library, package: &Package, loader: Option<&Path>) -> Result<String> {
    let result = match loader {
        Some(program) => in_child(library, program),
        None => call(&library.path),
    };
    result.map_err(|error| {
        let name = &package.name;
        error.within(&format!("can't read the models of the package {name}"))
    })
}

/// What the hidden command `__dump` does: prints the dump of the library at `path` as one line.
pub(crate) fn print_dump(path: &Path) -> Result<()> {
    let document = call(path)?;
    let mut out = io::stdout().lock();
    // A newline in front: the library may have printed half a line.
    writeln!(out, "\n{MARK}{document}").map_err(|error| {
        Error::failed(format!("can't print the dump: {error}")).with_hint("run the command again")
    })
}

/// What to do where the package's library can't be loaded.
const OWN_PROGRAM: &str =
    "call orm_migrate::cli::run() in a program of the package instead, which loads no library";

fn in_child(library: &Library, program: &Path) -> Result<String> {
    let mut command = Command::new(program);
    command.arg("__dump").arg(&library.path);
    command.envs(library.search_path());
    let output = command.stdin(Stdio::null()).output().map_err(|error| {
        Error::failed(format!("can't start {}: {error}", program.display()))
            .with_hint("orm-migrate starts itself to load the models: grant this user permission to execute it")
    })?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(child_failed(output.status, &said));
    }
    let printed = String::from_utf8_lossy(&output.stdout);
    let document = find(&printed).map(str::to_owned);
    document.ok_or_else(|| {
        with_words(
            Error::failed("the library returned no dump").with_hint(OWN_PROGRAM),
            &said,
        )
    })
}

fn find(printed: &str) -> Option<&str> {
    printed
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix(MARK))
}

/// Adds the child's standard error: from its first panic on, or else the last lines.
fn with_words(error: Error, said: &str) -> Error {
    let lines: Vec<&str> = said.trim().lines().collect();
    let panic = lines.iter().position(|line| line.contains("panicked at"));
    let begin = panic.unwrap_or(lines.len().saturating_sub(SAID_LINES));
    let words: Vec<&str> = lines.into_iter().skip(begin).take(SAID_LINES).collect();
    if words.is_empty() {
        return error;
    }
    error.with_note("stderr", words.join("\n"))
}

// Where the child came to report it, the last words are an error of this crate's own, in the form of the
// command line.
fn child_failed(status: ExitStatus, said: &str) -> Error {
    let reported = format!("\n{said}");
    let Some((_, said)) = reported
        .rsplit_once("\nerror: ")
        .filter(|_| status.code() == Some(Exit::Failed.code().into()))
    else {
        let error = Error::failed(format!("loading the library ended with {status}"))
            .with_hint(OWN_PROGRAM);
        return with_words(error, said);
    };
    match said.split_once("\n  hint: ") {
        Some((message, hint)) => Error::failed(message.trim()).with_hint(hint.trim()),
        None => Error::failed(said.trim()).with_hint(OWN_PROGRAM),
    }
}

/// Loads a library into this process, where it stays, and calls its dump.
fn call(path: &Path) -> Result<String> {
    #[expect(
        unsafe_code,
        reason = "a library that cargo has just built is loaded and called"
    )]
    // SAFETY: loading runs the library's initialisers, which are the user's own code or that of crates
    // the user builds with; running them is what the command is for.
    let library = unsafe { libloading::Library::new(path) }.map_err(|error| {
        Error::failed(format!("can't load the library: {error}")).with_hint(
            "if cargo's configuration sets a build target, name this machine's with --target",
        )
    })?;
    let dump = {
        #[expect(unsafe_code, reason = "the type of a symbol can't be checked")]
        // SAFETY: the name carries the version of the calling convention: a library that exports it has this type.
        unsafe {
            library.get::<DumpModels>(SYMBOL.as_bytes())
        }
    }
    .map(|symbol| *symbol)
    .map_err(|_| {
        Error::failed("the library has no models, or a version of orm that this orm-migrate does not support").with_hint(
            "derive(Model) registers a struct; use the same version of orm and orm-migrate; a crate of models is linked only if code refers to it: write `use models_crate as _;`",
        )
    })?;
    // Unloading Rust code that may have left thread-locals behind is not safe; it goes with the process.
    std::mem::forget(library);
    let mut bytes: Vec<u8> = Vec::new();
    dump(collect, (&raw mut bytes).cast());
    String::from_utf8(bytes).map_err(|_| {
        Error::failed("the dump is not valid UTF-8")
            .with_hint("use the same version of orm and orm-migrate")
    })
}

/// Appends the bytes to the `Vec<u8>` behind `context`.
extern "C" fn collect(context: *mut c_void, bytes: *const u8, length: usize) {
    #[expect(
        unsafe_code,
        reason = "the dump crosses the library's border as a pointer and a length"
    )]
    // SAFETY: `context` is what `call` passed, a vector that outlives the call and that nothing else
    // refers to meanwhile; the dump gives `length` readable bytes, by its contract.
    unsafe {
        let collected = &mut *context.cast::<Vec<u8>>();
        collected.extend_from_slice(std::slice::from_raw_parts(bytes, length));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_not_be_loaded_is_told() {
        let error = call(Path::new("no-such-library.so")).unwrap_err();
        assert!(
            error.message().starts_with("can't load the library: "),
            "{error}"
        );
    }

    #[test]
    fn the_dump_is_told_from_what_the_library_prints() {
        let printed = format!("loaded\n\n{MARK}{{}}\nunloaded\n");
        assert_eq!(find(&printed), Some("{}"));
        assert_eq!(find("loaded\n{}\n"), None);
    }

    #[test]
    fn the_last_words_of_a_child_are_passed_on() {
        let note = |said: &str| {
            let error = with_words(Error::failed("a"), said);
            error.note("stderr").map(str::to_owned)
        };
        let many = "x\n".repeat(30);
        let last = note(&(many.clone() + "last")).unwrap();
        assert!(last.ends_with("last") && last.lines().count() == SAID_LINES);
        let panic = note(&format!("{many}thread 'main' panicked at a:\nwhy\n{many}")).unwrap();
        assert!(panic.starts_with("thread 'main' panicked at a:\nwhy"));
        assert_eq!(with_words(Error::failed("a"), "\n").note("stderr"), None);
    }

    #[test]
    fn bytes_are_collected_in_pieces() {
        let mut bytes: Vec<u8> = Vec::new();
        for piece in ["ab", "", "c"] {
            collect((&raw mut bytes).cast(), piece.as_ptr(), piece.len());
        }
        assert_eq!(bytes, b"abc");
    }
}
