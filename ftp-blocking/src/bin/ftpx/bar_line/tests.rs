//! What is drawn: it fits each window, and says what is true.

use super::*;
use crate::names::shown;

const SECOND: Duration = Duration::from_secs(1);

/// Half of 3 MiB, after 3 seconds.
const HALF: Moment = Moment {
    done: 3 << 19,
    total: Some(3 << 20),
    moved_before: 0,
    each_second: 524_288.0,
    elapsed: Duration::from_secs(3),
    left: Duration::from_secs(3),
    is_finished: false,
};

fn line(moment: &Moment, name: &str, columns: usize) -> String {
    console::set_colors_enabled_stderr(false);
    moment.line(name, columns)
}

fn squeezed(moment: &Moment, columns: usize) -> String {
    let line = line(moment, "a.iso", columns);
    let words: Vec<_> = line.split_whitespace().collect();
    words.join(" ")
}

#[test]
fn the_figures_are_those_that_have_room() {
    let rows = [
        (1, "…"),
        (4, "50 %"),
        (20, "a.iso 50 %"),
        (60, "a.iso 50 % 1.50 MiB 512.00 KiB/s ETA 3s"),
        (80, "a.iso ━━━━━━────── 50 % 1.50 MiB 512.00 KiB/s ETA 3s"),
        (
            120,
            "a.iso ━━━━━━━━━━────────── 50 % 1.50 MiB of 3.00 MiB 512.00 KiB/s ETA 3s",
        ),
    ];
    for (columns, shown) in rows {
        assert_eq!(squeezed(&HALF, columns), shown, "{columns} columns");
    }
}

#[test]
fn without_a_size_there_is_no_percentage() {
    let moment = Moment {
        total: None,
        ..HALF
    };
    assert_eq!(squeezed(&moment, 80), "a.iso 1.50 MiB 512.00 KiB/s 3s");
    assert_eq!(squeezed(&moment, 20), "a.iso 1.50 MiB");
    assert_eq!(squeezed(&moment, 8), "1.50 MiB");
}

#[test]
fn what_is_finished_shows_the_speed_of_this_transfer() {
    let moment = Moment {
        done: 3 << 20,
        moved_before: 1 << 20,
        elapsed: 2 * SECOND,
        is_finished: true,
        ..HALF
    };
    let text = line(&moment, "a", 80);
    assert!(text.contains("100 %"), "{text}");
    assert!(text.contains("1.00 MiB/s  in 2s"), "{text}");
    // A transfer that takes no time at all has no endless speed.
    let moment = Moment {
        done: 1000,
        total: Some(1000),
        moved_before: 0,
        elapsed: Duration::ZERO,
        is_finished: true,
        ..HALF
    };
    let text = line(&moment, "a", 80);
    assert!(text.contains("976.56 KiB/s"), "{text}");
}

#[test]
fn what_is_more_than_the_whole_is_the_whole() {
    let rows = [(5, 3, "100 %"), (0, 0, "100 %"), (0, 3, "0 %")];
    for (done, total, percent) in rows {
        let moment = Moment {
            done,
            total: Some(total),
            ..HALF
        };
        for columns in [30, 80, 120] {
            let text = line(&moment, "a", columns);
            assert!(text.contains(percent), "{text}");
            assert_eq!(measure_text_width(&text), columns);
        }
    }
}

#[test]
fn a_time_that_nobody_waits_for_is_not_shown() {
    for left in [Duration::MAX, Duration::from_secs(u64::MAX), 2 * LONGEST] {
        let moment = Moment {
            each_second: 0.0,
            left,
            ..HALF
        };
        assert!(line(&moment, "a", 80).trim_end().ends_with("ETA --"));
    }
}

/// Names as servers send them, and figures of any size.
#[test]
fn a_line_fills_the_window_and_moves_no_cursor() {
    let long = "x".repeat(300);
    let names: [&[u8]; 9] = [
        b"",
        b"a",
        b"two words.txt",
        long.as_bytes(),
        "日本語の名前.txt".as_bytes(),
        "e\u{301}\u{301}\u{301} zero width\u{200b}".as_bytes(),
        "👩‍👩‍👧 family".as_bytes(),
        b"\x1b[2J\x1b[31mred\nline\r\x08 \x9b \xff",
        "txt.\u{202e}exe".as_bytes(),
    ];
    let rates = [0.0, 1.0, 1e30, f64::INFINITY, f64::NAN];
    let sizes = [0, 1, 1023, 1 << 20, (1 << 30) - 1, u64::MAX];
    for name in names.map(shown) {
        for (done, total) in sizes.into_iter().flat_map(|done| {
            let totals = sizes.map(Some).into_iter().chain([None]);
            totals.map(move |total| (done, total))
        }) {
            for each_second in rates {
                for is_finished in [false, true] {
                    let moment = Moment {
                        done,
                        total,
                        each_second,
                        is_finished,
                        ..HALF
                    };
                    for columns in [
                        0, 1, 2, 3, 4, 5, 6, 9, 10, 11, 15, 20, 59, 60, 75, 76, 80, 110, 250,
                    ] {
                        let text = line(&moment, &name, columns);
                        let context = || format!("{columns} columns: {text:?}");
                        assert_eq!(measure_text_width(&text), columns, "{}", context());
                        assert!(!text.chars().any(char::is_control), "{}", context());
                        assert!(!text.contains('\u{202e}'), "{}", context());
                    }
                }
            }
        }
    }
}

#[test]
fn a_figure_is_never_cut() {
    for columns in 0..80 {
        let text = line(&HALF, "name", columns);
        let figures: Vec<_> = text
            .split_whitespace()
            .filter(|word| word.contains(|c: char| c.is_ascii_digit()))
            .collect();
        for figure in figures {
            assert!(
                ["50", "1.50", "512.00", "3s"].contains(&figure),
                "{columns}: {text:?}"
            );
        }
    }
}
