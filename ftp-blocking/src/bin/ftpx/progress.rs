//! Bars on standard error, with rate and ETA. There are none if standard error is no terminal, with
//! `--quiet`, and with `--verbose`, whose lines would tear them.

use std::collections::HashMap;
use std::fmt::Write;
use std::io::{self, IsTerminal as _};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

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
    is_shown: bool,
    pace: Pace,
    /// `None` before the transfer has begun.
    progress: Option<Progress>,
}

/// The bars of a sync: one for all of it, and one for each file that moves for a while.
#[derive(Debug)]
pub(crate) struct SyncBars {
    bars: Bars,
    sum: ProgressBar,
    line: Line,
    files: HashMap<Box<[u8]>, Moving>,
    pace: Pace,
    /// `None` before the sync has begun.
    figures: Option<Figures>,
}

/// A file that moves in a sync.
#[derive(Debug)]
struct Moving {
    since: Instant,
    /// `None` in the first moments.
    bar: Option<FileBar>,
}

/// What the bar of a whole sync shows.
#[derive(Clone, Copy, Debug)]
struct Figures {
    files: u64,
    files_total: u64,
    bytes: u64,
    bytes_total: u64,
}

/// How often bars are drawn. A slow terminal must not slow the transfer.
const DRAWS_A_SECOND: u8 = 10;

/// A bar changes at most so often. With each change, `indicatif` asks the system several times about
/// the terminal, even if it draws nothing. A large file brings thousands of changes.
const CHANGE_EVERY: Duration = Duration::from_millis(50);

/// A file of a sync gets a bar when it has moved for so long. Nobody could read the bars of smaller
/// files.
const WORTH_A_BAR: Duration = Duration::from_millis(200);

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
            is_shown: self.is_shown,
            pace: Pace::default(),
            progress: None,
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
            pace: Pace::default(),
            figures: None,
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
        if !self.is_shown {
            return;
        }
        let begins = self.progress.replace(progress).is_none();
        if self.pace.is_due(Instant::now()) {
            self.change();
        }
        if begins {
            self.line.moved_before.store(progress.done, Relaxed);
            self.bar.reset_eta();
        }
    }

    /// Leaves the bar as it is, for a person to read.
    pub(crate) fn finish(self) {
        self.change();
        self.bar.abandon();
    }

    fn change(&self) {
        let Some(progress) = self.progress else {
            return;
        };
        if let Some(total) = progress.total {
            self.bar.set_length(total);
        }
        self.bar.set_position(progress.done);
    }
}

impl SyncBars {
    pub(crate) fn show(&mut self, progress: &SyncProgress<'_>) {
        if !self.bars.is_shown {
            return;
        }
        let now = Instant::now();
        let figures = Figures {
            files: progress.done,
            files_total: progress.total,
            bytes: progress.bytes_done,
            bytes_total: progress.bytes_total,
        };
        let begins = self.figures.replace(figures).is_none();
        if self.pace.is_due(now) {
            self.change();
        }
        if begins {
            self.line.moved_before.store(figures.bytes, Relaxed);
            self.sum.reset_eta();
        }
        let path = &progress.action.local;
        match (progress.file, progress.outcome) {
            (Some(file), None) => self.show_file(path, file, now),
            _ => {
                if let Some(Moving { bar: Some(bar), .. }) = self.files.remove(path) {
                    bar.bar.finish_and_clear();
                    self.bars.all.remove(&bar.bar);
                }
            }
        }
    }

    pub(crate) fn finish(self) {
        self.change();
        for bar in self.files.into_values().filter_map(|moving| moving.bar) {
            bar.bar.finish_and_clear();
        }
        self.sum.abandon();
    }

    fn show_file(&mut self, path: &[u8], file: Progress, now: Instant) {
        let Some(moving) = self.files.get_mut(path) else {
            let moving = Moving {
                since: now,
                bar: None,
            };
            self.files.insert(path.into(), moving);
            return;
        };
        if moving.bar.is_some() || now.duration_since(moving.since) >= WORTH_A_BAR {
            let bars = &self.bars;
            let bar = moving.bar.get_or_insert_with(|| bars.file(path));
            bar.show(file);
        }
    }

    fn change(&self) {
        let Some(figures) = self.figures else {
            return;
        };
        self.line
            .rename(format!("{} of {}", figures.files, figures.files_total));
        self.sum.set_length(figures.bytes_total.max(figures.bytes));
        self.sum.set_position(figures.bytes);
    }
}

/// How often a bar changes.
#[derive(Debug, Default)]
struct Pace {
    changed: Option<Instant>,
}

impl Pace {
    /// Returns whether the bar is to change now.
    fn is_due(&mut self, now: Instant) -> bool {
        let since = self.changed.map(|changed| now.duration_since(changed));
        let is_due = since.is_none_or(|since| since >= CHANGE_EVERY);
        if is_due {
            self.changed = Some(now);
        }
        is_due
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

#[cfg(test)]
mod tests {
    use super::{CHANGE_EVERY, Pace};
    use std::time::{Duration, Instant};

    #[test]
    fn a_bar_changes_at_once_and_then_seldom() {
        let begun = Instant::now();
        let mut pace = Pace::default();
        let calls = (0..100_000).map(|at| begun + Duration::from_micros(10 * at));
        let changes = calls.filter(|now| pace.is_due(*now)).count();
        let most = Duration::from_secs(1).as_millis() / CHANGE_EVERY.as_millis();
        assert!(pace.is_due(begun + Duration::from_secs(2)));
        assert_eq!(changes as u128, most);
    }
}
