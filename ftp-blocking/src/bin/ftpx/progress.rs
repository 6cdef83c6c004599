//! Bars on standard error, with rate and ETA. There are none if standard error is no terminal, with
//! `--quiet`, and with `--verbose`, whose lines would tear them.

use std::collections::HashMap;
use std::fmt::Write;
use std::io::{self, IsTerminal as _};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use console::{Alignment, Term, measure_text_width, pad_str};
use ftp_blocking::{Progress, SyncProgress};
use indicatif::{
    BinaryBytes, HumanDuration, MultiProgress, ProgressBar, ProgressDrawTarget, ProgressState,
    ProgressStyle,
};

use crate::arguments::verbosity::Verbosity;
use crate::names::{last_name, shown};

/// The bars of a run.
#[derive(Clone, Debug)]
pub(crate) struct Bars {
    all: MultiProgress,
    is_shown: bool,
}

/// The bar of one file.
#[derive(Debug)]
pub(crate) struct FileBar {
    bar: ProgressBar,
    line: Line,
    has_begun: bool,
}

/// The bars of a sync: one for all of it, and one for each file that moves.
#[derive(Debug)]
pub(crate) struct SyncBars {
    bars: Bars,
    sum: ProgressBar,
    line: Line,
    files: HashMap<Box<[u8]>, FileBar>,
    has_begun: bool,
}

/// How often bars are drawn. A slow terminal must not slow the transfer.
const DRAWS_A_SECOND: u8 = 10;

/// In a window with fewer columns there is room for the name and the percentage only.
const NARROW: u16 = 60;

/// In a window with fewer columns there is no room for a bar besides the figures.
const MEDIUM: u16 = 76;

/// In a window with so many columns there is room for a long bar and for the size of the file.
const BROAD: u16 = 110;

impl Bars {
    pub(crate) fn new(verbosity: &Verbosity) -> Self {
        let is_wanted = !verbosity.quiet && verbosity.verbose == 0;
        let is_shown = is_wanted && io::stderr().is_terminal();
        let target = match is_shown {
            true => ProgressDrawTarget::stderr_with_hz(DRAWS_A_SECOND),
            false => ProgressDrawTarget::hidden(),
        };
        Self {
            all: MultiProgress::with_draw_target(target),
            is_shown,
        }
    }

    /// Begins the bar of a file.
    pub(crate) fn file(&self, name: &[u8]) -> FileBar {
        let bar = match self.is_shown {
            true => self.all.add(ProgressBar::no_length()),
            false => ProgressBar::hidden(),
        };
        let line = Line::default();
        bar.set_style(line.style());
        line.rename(shown(last_name(name)));
        FileBar {
            bar,
            line,
            has_begun: false,
        }
    }

    /// Begins the bars of a sync.
    pub(crate) fn sync(&self) -> SyncBars {
        let sum = match self.is_shown {
            true => self.all.add(ProgressBar::no_length()),
            false => ProgressBar::hidden(),
        };
        let line = Line::default();
        sum.set_style(line.style());
        SyncBars {
            bars: self.clone(),
            sum,
            line,
            files: HashMap::new(),
            has_begun: false,
        }
    }

    /// Begins a mark that something is under way of which nobody knows how long it takes.
    pub(crate) fn waiting(&self, what: &'static str) -> ProgressBar {
        if !self.is_shown {
            return ProgressBar::hidden();
        }
        let bar = self.all.add(ProgressBar::new_spinner());
        bar.set_message(what);
        bar.enable_steady_tick(Duration::from_millis(200));
        bar
    }
}

impl FileBar {
    pub(crate) fn show(&mut self, progress: Progress) {
        if self.bar.is_hidden() {
            return;
        }
        if let Some(total) = progress.total {
            self.bar.set_length(total);
        }
        self.bar.set_position(progress.done);
        if !self.has_begun {
            self.line.moved_before.store(progress.done, Relaxed);
            self.bar.reset_eta();
            self.has_begun = true;
        }
    }

    /// Leaves the bar as it is, for a person to read.
    pub(crate) fn finish(self) {
        self.bar.abandon();
    }
}

impl SyncBars {
    pub(crate) fn show(&mut self, progress: &SyncProgress<'_>) {
        if !self.bars.is_shown {
            return;
        }
        let (done, total) = (progress.done, progress.total);
        self.line.rename(format!("{done} of {total}"));
        self.sum
            .set_length(progress.bytes_total.max(progress.bytes_done));
        self.sum.set_position(progress.bytes_done);
        if !self.has_begun {
            self.line.moved_before.store(progress.bytes_done, Relaxed);
            self.sum.reset_eta();
            self.has_begun = true;
        }
        let path = &progress.action.local;
        match (progress.file, progress.outcome) {
            (Some(file), None) => {
                let bars = &self.bars;
                let bar = self.files.entry(path.clone());
                bar.or_insert_with(|| bars.file(path)).show(file);
            }
            _ => {
                if let Some(file) = self.files.remove(path) {
                    file.bar.finish_and_clear();
                    self.bars.all.remove(&file.bar);
                }
            }
        }
    }

    pub(crate) fn finish(self) {
        for file in self.files.into_values() {
            file.bar.finish_and_clear();
        }
        self.sum.abandon();
    }
}

/// The line of a bar: a name, and figures. The window counts as it is when the line is drawn, since a
/// person may make it smaller meanwhile.
#[derive(Clone, Debug, Default)]
struct Line {
    name: Arc<Mutex<String>>,
    /// What an earlier transfer has moved. It says nothing about the speed of this one.
    moved_before: Arc<AtomicU64>,
}

impl Line {
    fn rename(&self, name: String) {
        *self.name.lock().unwrap_or_else(PoisonError::into_inner) = name;
    }

    fn style(&self) -> ProgressStyle {
        let line = self.clone();
        let style = ProgressStyle::with_template("{line}").expect("the template is right");
        style.with_key("line", move |state: &ProgressState, to: &mut dyn Write| {
            let columns = Term::stderr().size().1;
            let figures = line.figures(state, columns);
            let taken = measure_text_width(&figures) + 1;
            let room = usize::from(columns).saturating_sub(taken);
            let name = line.name.lock().unwrap_or_else(PoisonError::into_inner);
            let name = pad_str(&name, room, Alignment::Left, Some("…"));
            let _ = write!(to, "{name} {figures}");
        })
    }

    fn figures(&self, state: &ProgressState, columns: u16) -> String {
        let done = BinaryBytes(state.pos()).to_string();
        let Some(total) = state.len() else {
            return match columns < NARROW {
                true => format!("{done:>11}"),
                false => format!("{done:>11} {}", self.speed(state)),
            };
        };
        let percent = format!("{:>3.0} %", state.fraction() * 100.0);
        let speed = || self.speed(state);
        match columns {
            ..NARROW => percent,
            NARROW..MEDIUM => format!("{percent} {done:>11} {}", speed()),
            MEDIUM..BROAD => format!("{} {percent} {done:>11} {}", bar(state, 12), speed()),
            BROAD.. => {
                let total = BinaryBytes(total).to_string();
                format!(
                    "{} {percent} {done:>11} of {total:<11} {}",
                    bar(state, 20),
                    speed()
                )
            }
        }
    }

    /// Returns bytes in a second, and the time that is left or that it took.
    fn speed(&self, state: &ProgressState) -> String {
        let elapsed = state.elapsed();
        let (each_second, what, time) = match (state.is_finished(), state.len()) {
            (true, _) => {
                let moved = state.pos().saturating_sub(self.moved_before.load(Relaxed));
                (moved as f64 / elapsed.as_secs_f64(), "in", elapsed)
            }
            (false, Some(_)) => (state.per_sec(), "ETA", state.eta()),
            (false, None) => (state.per_sec(), "", elapsed),
        };
        let each_second = format!("{}/s", BinaryBytes(each_second as u64));
        let time = format!("{:#}", HumanDuration(time));
        format!("{each_second:>13} {what:>3} {time:<4}")
    }
}

/// Draws how much of the whole is done.
fn bar(state: &ProgressState, columns: u16) -> String {
    let done = (state.fraction() * f32::from(columns)) as usize;
    let left = usize::from(columns).saturating_sub(done);
    let done = console::style("━".repeat(done)).for_stderr().cyan();
    let left = console::style("─".repeat(left)).for_stderr().dim();
    format!("{done}{left}")
}
