//! What stands on the screen.

use std::sync::MutexGuard;

use ftp_blocking::Options;
use ftp_blocking::sync::{SessionState, SyncOptions, SyncPlan, SyncRun, SyncStep};
use ftp_proto::Direction;
use indicatif::TermLike;

use super::*;

/// A terminal with a few lines. A letter after the last column begins the next line, as on any
/// terminal.
#[derive(Clone, Debug)]
pub(super) struct Screen {
    pub(super) columns: usize,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    lines: Vec<Vec<char>>,
    row: usize,
    column: usize,
}

impl Screen {
    fn new(columns: usize) -> Self {
        let state = State {
            lines: vec![vec![' '; columns]; 12],
            row: 0,
            column: 0,
        };
        Self {
            columns,
            state: Arc::new(Mutex::new(state)),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no panic")
    }

    fn cursor(&self) -> (usize, usize) {
        let state = self.state();
        (state.row, state.column)
    }

    pub(super) fn write(&self, text: &str) {
        let state = &mut *self.state();
        for c in text.chars() {
            if c == '\r' {
                state.column = 0;
                continue;
            }
            let width = console::measure_text_width(&c.to_string());
            if c == '\n' || state.column + width > self.columns {
                (state.row, state.column) = (state.row + 1, 0);
            }
            if c != '\n' {
                // A wide letter takes two places.
                let end = state.column + width;
                state.lines[state.row][state.column..end].fill('\0');
                state.lines[state.row][state.column] = c;
                state.column = end;
            }
        }
    }

    /// Returns the lines with words, without the blanks at their ends.
    fn lines(&self) -> Vec<String> {
        let lines = self.state().lines.clone();
        let lines = lines.iter().map(|line| line.iter().collect::<String>());
        let lines = lines.map(|line| line.replace('\0', "").trim_end().to_owned());
        lines.filter(|line| !line.is_empty()).collect()
    }

    fn bars(&self, interrupt: &Interrupt) -> Bars {
        console::set_colors_enabled_stderr(false);
        let target = ProgressDrawTarget::term_like(Box::new(self.clone()));
        Bars {
            all: MultiProgress::with_draw_target(target),
            is_shown: true,
            window: Window::Screen(self.clone()),
            interrupt: interrupt.clone(),
        }
    }
}

impl TermLike for Screen {
    fn width(&self) -> u16 {
        self.columns as u16
    }

    fn move_cursor_up(&self, lines: usize) -> io::Result<()> {
        let state = &mut *self.state();
        state.row = state.row.saturating_sub(lines);
        Ok(())
    }

    fn move_cursor_down(&self, lines: usize) -> io::Result<()> {
        self.state().row += lines;
        Ok(())
    }

    fn move_cursor_right(&self, columns: usize) -> io::Result<()> {
        self.state().column += columns;
        Ok(())
    }

    fn move_cursor_left(&self, columns: usize) -> io::Result<()> {
        let state = &mut *self.state();
        state.column = state.column.saturating_sub(columns);
        Ok(())
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.write(text);
        self.write("\n");
        Ok(())
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.write(text);
        Ok(())
    }

    fn clear_line(&self) -> io::Result<()> {
        let state = &mut *self.state();
        state.lines[state.row].fill(' ');
        state.column = 0;
        Ok(())
    }

    fn flush(&self) -> io::Result<()> {
        Ok(())
    }
}

/// Begins to upload two files of 100 bytes, and shows for a while that half of each has moved.
fn two_halves(bars: &mut SyncBars) {
    let mut plan = SyncPlan::of_files(Direction::Upload, &SyncOptions::new());
    for name in ["a.csv", "b.csv"] {
        plan.add_file(name, Ok(name));
    }
    let mut run = SyncRun::new(plan, &Options::new("ftp.test"), 1);
    let mut worker = run.worker();
    let mut jobs = 0;
    while jobs < 2 {
        match run.next_step(&mut worker, SessionState::Alive, Duration::ZERO) {
            SyncStep::Run(job) => {
                let begun = Instant::now();
                for now in [begun, begun + WORTH_A_BAR] {
                    let shown = run.moved(job.id(), Progress::new(50, Some(100)));
                    bars.show_at(now, &shown.expect("it runs"));
                }
                jobs += 1;
            }
            step => panic!("{step:?}"),
        }
    }
}

#[test]
fn a_sync_has_a_line_for_all_and_one_for_each_file() {
    let screen = Screen::new(40);
    let bars = screen.bars(&Interrupt::default());
    let mut sync = bars.sync();
    two_halves(&mut sync);
    let lines = screen.lines();
    assert_eq!(lines.len(), 3, "{lines:#?}");
    assert!(lines[0].starts_with("0 of 2 "), "{lines:#?}");
    assert!(lines[1].starts_with("a.csv ") && lines[1].ends_with(" 50 %"));
    assert!(lines[2].starts_with("b.csv ") && lines[2].ends_with(" 50 %"));
    sync.finish();
    // What comes next, such as a prompt, has a line of its own.
    assert_eq!(screen.cursor(), (1, 0));
    let lines = screen.lines();
    assert!(
        lines.len() == 1 && lines[0].starts_with("0 of 2 "),
        "{lines:#?}"
    );
}

/// The terminal itself writes `^C`, and the cursor is then in the line below the bars.
#[test]
fn no_line_stands_twice_after_ctrl_c() {
    let (screen, interrupt) = (Screen::new(40), Interrupt::default());
    let bars = screen.bars(&interrupt);
    let mut sync = bars.sync();
    two_halves(&mut sync);
    screen.write("^C");
    interrupt.stop();
    two_halves(&mut sync);
    sync.finish();
    let lines = screen.lines();
    let sums = lines.iter().filter(|line| line.starts_with("0 of 2 "));
    assert_eq!(sums.count(), 1, "{lines:#?}");
    // The bar of a single file, too.
    let (screen, interrupt) = (Screen::new(40), Interrupt::default());
    let mut file = screen.bars(&interrupt).file(b"d/a.csv");
    file.show(Progress::new(50, Some(100)));
    screen.write("^C");
    interrupt.stop();
    file.show(Progress::new(51, Some(100)));
    file.finish();
    let lines = screen.lines();
    let bars = lines.iter().filter(|line| line.starts_with("a.csv "));
    assert_eq!(bars.count(), 1, "{lines:#?}");
}

#[test]
fn a_file_keeps_its_bar_after_the_end() {
    let screen = Screen::new(30);
    let bars = screen.bars(&Interrupt::default());
    for name in [
        &b"d/a.csv"[..],
        "日本語の長い名前の長い名前.txt".as_bytes(),
        b"\x1b[2J",
    ] {
        let mut file = bars.file(name);
        file.show(Progress::new(50, Some(100)));
        file.show(Progress::new(100, Some(100)));
        file.finish();
    }
    let lines = screen.lines();
    assert_eq!(lines.len(), 3, "{lines:#?}");
    assert!(
        lines.iter().all(|line| line.ends_with(" 100 %")),
        "{lines:#?}"
    );
    assert!(lines[2].starts_with(r"\x1b[2J "), "{lines:#?}");
}

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

#[test]
fn a_small_file_of_a_sync_gets_no_bar() {
    let screen = Screen::new(40);
    let mut sync = screen.bars(&Interrupt::default()).sync();
    let mut plan = SyncPlan::of_files(Direction::Upload, &SyncOptions::new());
    plan.add_file("a.csv", Ok("a.csv"));
    let mut run = SyncRun::new(plan, &Options::new("ftp.test"), 1);
    let mut worker = run.worker();
    let SyncStep::Run(job) = run.next_step(&mut worker, SessionState::Alive, Duration::ZERO) else {
        panic!("no job")
    };
    let begun = Instant::now();
    for now in [begun, begun + WORTH_A_BAR - Duration::from_millis(1)] {
        let shown = run.moved(job.id(), Progress::new(50, Some(100)));
        sync.show_at(now, &shown.expect("it runs"));
    }
    assert_eq!(screen.lines().len(), 1, "{:#?}", screen.lines());
}
