//! Timing of two closures in turn, and the table of what came out.
//!
//! Each round times the raw closure and ours right after each other, in changing order, so that a noisy
//! machine disturbs both alike. What counts is the median of the rounds' ratios. Beside it stand two that other programs
//! disturb less: that of the fastest rounds, and that of the CPU times of this thread, which on a server are what the
//! client costs.

use std::time::{Duration, Instant};
use std::{fs, thread};

const ROUNDS: usize = 41;
const SAMPLE: Duration = Duration::from_millis(4);

/// The rows measured so far.
pub(crate) struct Table {
    wanted: Vec<String>,
    rows: Vec<Row>,
}

struct Row {
    name: String,
    raw: f64,
    ours: f64,
    /// That of the times, that of the fastest, and that of the CPU times.
    ratios: Option<[f64; 3]>,
    goal: &'static str,
}

/// What some work took.
#[derive(Clone, Copy)]
pub(crate) struct Took {
    wall: Duration,
    cpu: Duration,
}

impl Table {
    pub(crate) fn new(wanted: Vec<String>) -> Self {
        Self {
            wanted,
            rows: Vec::new(),
        }
    }

    /// Whether a row is measured; else there is nothing to prepare for it.
    pub(crate) fn is_wanted(&self, name: &str) -> bool {
        self.wanted.is_empty() || self.wanted.iter().any(|word| name.contains(word.as_str()))
    }

    /// Measures `raw` against `ours`. Both get how often to do their work.
    pub(crate) fn compare(
        &mut self,
        name: &str,
        goal: &'static str,
        raw: &mut dyn FnMut(usize) -> Took,
        ours: &mut dyn FnMut(usize) -> Took,
    ) {
        if !self.is_wanted(name) {
            return;
        }
        let times = calibrate(raw);
        ours(times);
        let mut raws = Vec::with_capacity(ROUNDS);
        let mut all = Vec::with_capacity(ROUNDS);
        let mut ratios = [Vec::with_capacity(ROUNDS), Vec::with_capacity(ROUNDS)];
        for round in 0..ROUNDS {
            let (r, o) = if round % 2 == 0 {
                let r = raw(times);
                (r, ours(times))
            } else {
                let o = ours(times);
                (raw(times), o)
            };
            raws.push(per_time(r, times));
            all.push(per_time(o, times));
            ratios[0].push(o.wall.as_secs_f64() / r.wall.as_secs_f64());
            ratios[1].push(o.cpu.as_secs_f64() / r.cpu.as_secs_f64());
        }
        let ratios = [
            median(&mut ratios[0]),
            fastest(&all) / fastest(&raws),
            median(&mut ratios[1]),
        ];
        self.push(Row {
            name: name.to_owned(),
            raw: median(&mut raws),
            ours: median(&mut all),
            ratios: Some(ratios),
            goal,
        });
    }

    /// Measures something that has no raw twin.
    pub(crate) fn alone(
        &mut self,
        name: &str,
        goal: &'static str,
        ours: &mut dyn FnMut(usize) -> Took,
    ) {
        if !self.is_wanted(name) {
            return;
        }
        let times = calibrate(ours);
        let mut all: Vec<f64> = (0..ROUNDS).map(|_| per_time(ours(times), times)).collect();
        self.push(Row {
            name: name.to_owned(),
            raw: f64::NAN,
            ours: median(&mut all),
            ratios: None,
            goal,
        });
    }

    fn push(&mut self, row: Row) {
        println!("{}", line(&row));
        self.rows.push(row);
    }

    pub(crate) fn print(&self) {
        println!(
            "\n| what | raw driver | orm | ratio | goal | fastest | CPU |\n| --- | --- | --- | --- | --- | --- | --- |"
        );
        for row in &self.rows {
            println!("{}", line(row));
        }
    }
}

fn line(row: &Row) -> String {
    let raw = if row.raw.is_nan() {
        "–".to_owned()
    } else {
        human(row.raw)
    };
    let ratio = |of: usize| {
        let ratio = row.ratios.map(|ratios| format!("{:.2}", ratios[of]));
        ratio.unwrap_or_else(|| "–".to_owned())
    };
    format!(
        "| {} | {raw} | {} | {} | {} | {} | {} |",
        row.name,
        human(row.ours),
        ratio(0),
        row.goal,
        ratio(1),
        ratio(2)
    )
}

fn human(seconds: f64) -> String {
    match seconds {
        s if s < 1e-6 => format!("{:.0} ns", s * 1e9),
        s if s < 1e-3 => format!("{:.2} µs", s * 1e6),
        s => format!("{:.2} ms", s * 1e3),
    }
}

/// How often the work fits into a sample; also warms everything up.
fn calibrate(work: &mut dyn FnMut(usize) -> Took) -> usize {
    let mut times = 1;
    loop {
        let took = work(times);
        if took.wall >= SAMPLE || times >= 1 << 20 {
            return times;
        }
        times *= 2;
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
fn per_time(took: Took, times: usize) -> f64 {
    took.wall.as_secs_f64() / times as f64
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn fastest(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::INFINITY, f64::min)
}

/// Times `work`, done `times` times.
pub(crate) fn time(times: usize, mut work: impl FnMut()) -> Took {
    let cpu = cpu_time();
    let start = Instant::now();
    for _ in 0..times {
        work();
    }
    let wall = start.elapsed();
    Took {
        wall,
        cpu: cpu_time().saturating_sub(cpu),
    }
}

/// The time of Linux, up to when the thread was scheduled last.
fn cpu_time() -> Duration {
    thread::yield_now();
    let told = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = told.split(' ').next().and_then(|first| first.parse().ok());
    Duration::from_nanos(nanoseconds.unwrap_or(0))
}
