//! Bars on standard error, with rate and ETA. There are none if standard error is no terminal, with
//! `--quiet`, and with `--verbose`, whose lines would tear them.

use std::collections::HashMap;
use std::io::{self, IsTerminal as _};
use std::time::Duration;

use console::Term;
use ftp_blocking::{Progress, SyncProgress};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

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
    has_begun: bool,
}

/// The bars of a sync: one for all of it, and one for each file that moves.
#[derive(Debug)]
pub(crate) struct SyncBars {
    bars: Bars,
    sum: ProgressBar,
    files: HashMap<Box<[u8]>, FileBar>,
    has_begun: bool,
}

/// How often bars are drawn. A slow terminal must not slow the transfer.
const DRAWS_A_SECOND: u8 = 10;

/// In a window with fewer columns there is room for the name and the percentage only.
const NARROW: u16 = 60;

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
        bar.set_style(style_of_unknown_size());
        bar.set_message(shown(last_name(name)));
        FileBar {
            bar,
            has_begun: false,
        }
    }

    /// Begins the bars of a sync.
    pub(crate) fn sync(&self) -> SyncBars {
        let sum = match self.is_shown {
            true => self.all.add(ProgressBar::no_length()),
            false => ProgressBar::hidden(),
        };
        sum.set_style(style_of_known_size());
        SyncBars {
            bars: self.clone(),
            sum,
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
            if self.bar.length() != Some(total) {
                self.bar.set_style(style_of_known_size());
                self.bar.set_length(total);
            }
        }
        self.bar.set_position(progress.done);
        if !self.has_begun {
            // What an earlier transfer has moved says nothing about the speed of this one.
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
        self.sum.set_message(format!("{done} of {total}"));
        self.sum
            .set_length(progress.bytes_total.max(progress.bytes_done));
        self.sum.set_position(progress.bytes_done);
        if !self.has_begun {
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

fn is_narrow() -> bool {
    Term::stderr().size().1 < NARROW
}

fn style_of_known_size() -> ProgressStyle {
    style(match is_narrow() {
        true => "{wide_msg} {percent:>3} %",
        false => {
            "{wide_msg} {percent:>3} % {bytes:>11} of {total_bytes:<11} {binary_bytes_per_sec:>12} \
             ETA {eta:<4}"
        }
    })
}

fn style_of_unknown_size() -> ProgressStyle {
    style(match is_narrow() {
        true => "{wide_msg} {bytes:>11}",
        false => "{wide_msg} {bytes:>11} {binary_bytes_per_sec:>12} {elapsed:>4}",
    })
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("the templates above are right")
}
