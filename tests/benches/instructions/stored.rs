//! [`Figures`]: instructions by path, as the file `stored.txt` beside this one keeps them.

use std::fs;
use std::process::Command;

/// Where the figures are stored.
const FILE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/benches/instructions/stored.txt"
);

/// What was measured, and the compiler that it depends on.
pub(crate) struct Figures {
    /// The version and the host that `rustc` prints.
    pub(crate) compiler: String,
    /// The name of each path, and the instructions of a round of it.
    pub(crate) instructions: Vec<(String, u64)>,
}

impl Figures {
    /// Those of the compiler at hand, before anything is measured.
    pub(crate) fn none() -> Self {
        let said = Command::new("rustc").arg("-vV").output().unwrap();
        let said = String::from_utf8(said.stdout).unwrap();
        let word = |name: &str| said.lines().find_map(|line| line.strip_prefix(name));
        Self {
            compiler: format!(
                "rustc {} on {}",
                word("release: ").unwrap(),
                word("host: ").unwrap()
            ),
            instructions: Vec::new(),
        }
    }

    /// Those of the file: the compiler's line, then a line a path.
    pub(crate) fn stored() -> Self {
        let text = fs::read_to_string(FILE).unwrap();
        let mut lines = text.lines();
        let compiler = lines.next().unwrap().to_owned();
        let figure = |line: &str| {
            let (name, count) = line.rsplit_once(' ').unwrap();
            (name.to_owned(), count.parse().unwrap())
        };
        Self {
            compiler,
            instructions: lines.map(figure).collect(),
        }
    }

    /// The instructions of a path.
    pub(crate) fn of(&self, path: &str) -> Option<u64> {
        let mut all = self.instructions.iter();
        all.find_map(|(name, count)| (name == path).then_some(*count))
    }

    /// Writes the file.
    pub(crate) fn store(&self) {
        let lines = self.instructions.iter();
        let lines: Vec<String> = lines
            .map(|(name, count)| format!("{name} {count}"))
            .collect();
        fs::write(FILE, format!("{}\n{}\n", self.compiler, lines.join("\n"))).unwrap();
        println!("{}", lines.join("\n"));
    }
}
