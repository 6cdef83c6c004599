//! Bars on standard error, with rate and ETA. There are none if standard error is no terminal, with
//! `--quiet`, and with `--verbose`, whose lines would tear them.

use std::collections::HashMap;
use std::fmt::Write;
use std::io::{self, IsTerminal as _};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use console::Term;
use ftp_blocking::{Progress, SyncProgress};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::arguments::verbosity::Verbosity;
use crate::bar_line::Moment;
use crate::interrupt::Interrupt;
use crate::names::{last_name, shown};
use crate::streams::tell;

/// The bars of a run.
#[derive(Clone, Debug)]
pub(crate) struct Bars {
    all: MultiProgress,
    is_shown: bool,
    window: Window,
    interrupt: Interrupt,
}

/// Where bars are drawn.
#[derive(Clone, Debug)]
enum Window {
    StandardError,
    #[cfg(test)]
    Screen(tests::Screen),
}

/// The bar of one file.
#[derive(Debug)]
pub(crate) struct FileBar {
    bars: Bars,
    bar: ProgressBar,
    line: Line,
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

impl Bars {
    pub(crate) fn new(verbosity: &Verbosity, interrupt: Interrupt) -> Self {
        let is_wanted = !verbosity.quiet && verbosity.verbose == 0;
        let is_shown = is_wanted && io::stderr().is_terminal();
        let target = match is_shown {
            true => ProgressDrawTarget::stderr_with_hz(DRAWS_A_SECOND),
            false => ProgressDrawTarget::hidden(),
        };
        Self {
            all: MultiProgress::with_draw_target(target),
            is_shown,
            window: Window::StandardError,
            interrupt,
        }
    }

    /// Begins the bar of a file.
    pub(crate) fn file(&self, name: &[u8]) -> FileBar {
        let (bar, line) = self.add();
        line.rename(shown(last_name(name)));
        FileBar {
            bars: self.clone(),
            bar,
            line,
            pace: Pace::default(),
            progress: None,
        }
    }

    /// Begins the bars of a sync.
    pub(crate) fn sync(&self) -> SyncBars {
        let (sum, line) = self.add();
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

    fn add(&self) -> (ProgressBar, Line) {
        let bar = match self.is_shown {
            true => self.all.add(ProgressBar::no_length()),
            false => ProgressBar::hidden(),
        };
        let line = Line::default();
        bar.set_style(line.style(&self.window));
        (bar, line)
    }

    /// Whether Ctrl-C came, after which the bars stay as they are. The terminal has then written
    /// `^C` into the line below them, so that they would be drawn a line too low, and stand twice.
    fn are_left(&self) -> bool {
        let are_left = self.is_shown && self.interrupt.has_come();
        if are_left && !self.all.is_hidden() {
            self.all.set_draw_target(ProgressDrawTarget::hidden());
            self.window.end_line();
        }
        are_left
    }
}

impl Window {
    fn columns(&self) -> usize {
        match self {
            Self::StandardError => Term::stderr().size().1.into(),
            #[cfg(test)]
            Self::Screen(screen) => screen.columns,
        }
    }

    /// Begins another line. The cursor stands at the end of the last bar, which the next prompt of a
    /// shell would write over.
    fn end_line(&self) {
        match self {
            Self::StandardError => tell("\n"),
            #[cfg(test)]
            Self::Screen(screen) => screen.write("\n"),
        }
    }
}

impl FileBar {
    pub(crate) fn show(&mut self, progress: Progress) {
        self.show_at(Instant::now(), progress);
    }

    fn show_at(&mut self, now: Instant, progress: Progress) {
        if !self.bars.is_shown || self.bars.are_left() {
            return;
        }
        let begins = self.progress.replace(progress).is_none();
        if self.pace.is_due(now) {
            self.change();
        }
        if begins {
            self.line.moved_before.store(progress.done, Relaxed);
            self.bar.reset_eta();
        }
    }

    /// Leaves the bar as it is, for a person to read.
    pub(crate) fn finish(self) {
        if self.bars.is_shown && !self.bars.are_left() {
            self.change();
            self.bar.abandon();
            // The bar is a line as any other now.
            drop(self.bar);
            self.bars.window.end_line();
        }
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
        self.show_at(Instant::now(), progress);
    }

    fn show_at(&mut self, now: Instant, progress: &SyncProgress<'_>) {
        if !self.bars.is_shown || self.bars.are_left() {
            return;
        }
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
            (Some(file), None) => self.show_file(now, path, file),
            _ => {
                if let Some(Moving { bar: Some(bar), .. }) = self.files.remove(path) {
                    bar.bar.finish_and_clear();
                    self.bars.all.remove(&bar.bar);
                }
            }
        }
    }

    pub(crate) fn finish(self) {
        if self.bars.are_left() {
            return;
        }
        self.change();
        for bar in self.files.into_values().filter_map(|moving| moving.bar) {
            bar.bar.finish_and_clear();
        }
        self.sum.abandon();
        drop(self.sum);
        if self.bars.is_shown {
            self.bars.window.end_line();
        }
    }

    fn show_file(&mut self, now: Instant, path: &[u8], file: Progress) {
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
            bar.show_at(now, file);
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

/// The name of a bar. The window counts as it is when the line is drawn, since a person may make it
/// smaller meanwhile.
#[derive(Clone, Debug, Default)]
struct Line {
    name: Arc<Mutex<String>>,
    moved_before: Arc<AtomicU64>,
}

impl Line {
    fn rename(&self, name: String) {
        *self.name.lock().unwrap_or_else(PoisonError::into_inner) = name;
    }

    fn style(&self, window: &Window) -> ProgressStyle {
        let (line, window) = (self.clone(), window.clone());
        let style = ProgressStyle::with_template("{line}").expect("the template is right");
        style.with_key("line", move |state: &ProgressState, to: &mut dyn Write| {
            let moment = Moment {
                done: state.pos(),
                total: state.len(),
                moved_before: line.moved_before.load(Relaxed),
                each_second: state.per_sec(),
                elapsed: state.elapsed(),
                left: state.eta(),
                is_finished: state.is_finished(),
            };
            let name = line.name.lock().unwrap_or_else(PoisonError::into_inner);
            let _ = to.write_str(&moment.line(&name, window.columns()));
        })
    }
}

#[cfg(test)]
mod tests;
