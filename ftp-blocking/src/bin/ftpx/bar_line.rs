//! The line of a bar: a name and figures, as many as the window has room for.

use std::time::Duration;

use console::{Alignment, measure_text_width, pad_str};
use indicatif::{BinaryBytes, HumanDuration};

/// What is known about bytes that move.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Moment {
    pub(crate) done: u64,
    /// `None`: nobody knows how many there will be.
    pub(crate) total: Option<u64>,
    /// What an earlier transfer has moved. It says nothing about the speed of this one.
    pub(crate) moved_before: u64,
    pub(crate) each_second: f64,
    pub(crate) elapsed: Duration,
    /// The time that is left.
    pub(crate) left: Duration,
    pub(crate) is_finished: bool,
}

/// In a window with fewer columns there is room for the name and the percentage only.
const NARROW: usize = 60;

/// In a window with fewer columns there is no room for a bar besides the figures.
const MEDIUM: usize = 76;

/// In a window with so many columns there is room for a long bar and for the size of the file.
const BROAD: usize = 110;

/// A name with fewer columns says nothing.
const SHORTEST_NAME: usize = 4;

/// A longer time is no time that somebody waits for.
const LONGEST: Duration = Duration::from_secs(99 * 24 * 60 * 60);

impl Moment {
    /// Returns the line for a window with so many columns. It fills them, and takes no more. The name
    /// must be safe to show.
    pub(crate) fn line(&self, name: &str, columns: usize) -> String {
        let figures = self.figures(columns);
        let taken = measure_text_width(&figures) + 1;
        let room = columns.saturating_sub(taken);
        if room >= SHORTEST_NAME {
            let name = pad_str(name, room, Alignment::Left, Some("…"));
            // A name that is cut before a wide letter lacks a column.
            let name = pad_str(&name, room, Alignment::Left, None);
            return format!("{name} {figures}");
        }
        // A figure that is cut would be another figure.
        let figures = match figures.trim_start() {
            figures if measure_text_width(figures) <= columns => figures,
            _ if columns > 0 => "…",
            _ => "",
        };
        pad_str(figures, columns, Alignment::Left, None).into_owned()
    }

    fn figures(&self, columns: usize) -> String {
        let done = BinaryBytes(self.done).to_string();
        let Some(total) = self.total else {
            return match columns < NARROW {
                true => format!("{done:>11}"),
                false => format!("{done:>11} {}", self.speed()),
            };
        };
        let percent = format!("{:>3.0} %", self.fraction(total) * 100.0);
        match columns {
            ..NARROW => percent,
            NARROW..MEDIUM => format!("{percent} {done:>11} {}", self.speed()),
            MEDIUM..BROAD => {
                let bar = self.bar(total, 12);
                format!("{bar} {percent} {done:>11} {}", self.speed())
            }
            BROAD.. => {
                let (bar, of) = (self.bar(total, 20), BinaryBytes(total).to_string());
                let speed = self.speed();
                format!("{bar} {percent} {done:>11} of {of:<11} {speed}")
            }
        }
    }

    /// Returns bytes in a second, and the time that is left or that it took.
    fn speed(&self) -> String {
        let (each_second, what, time) = match (self.is_finished, self.total) {
            (true, _) => {
                let moved = self.done.saturating_sub(self.moved_before);
                let seconds = self.elapsed.as_secs_f64().max(0.001);
                (moved as f64 / seconds, "in", self.elapsed)
            }
            (false, Some(_)) => (self.each_second, "ETA", self.left),
            (false, None) => (self.each_second, "", self.elapsed),
        };
        let each_second = format!("{}/s", BinaryBytes(each_second as u64));
        let time = match time > LONGEST {
            true => "--".into(),
            false => format!("{:#}", HumanDuration(time)),
        };
        format!("{each_second:>13} {what:>3} {time:<4}")
    }

    /// Draws how much of the whole is done.
    fn bar(&self, total: u64, columns: usize) -> String {
        let done = (self.fraction(total) * columns as f64) as usize;
        let left = columns.saturating_sub(done);
        let done = console::style("━".repeat(done)).for_stderr().cyan();
        let left = console::style("─".repeat(left)).for_stderr().dim();
        format!("{done}{left}")
    }

    /// Returns how much is done, from 0 to 1. An empty file is done.
    fn fraction(&self, total: u64) -> f64 {
        match total {
            0 => 1.0,
            total => (self.done as f64 / total as f64).min(1.0),
        }
    }
}

#[cfg(test)]
mod tests;
