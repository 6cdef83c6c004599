//! Commands that are answered in words.

use crate::support::*;

#[test]
fn noop_takes_any_2xx() {
    assert_eq!(plain(Op::Noop, [hear("NOOP"), say("250 ok")]), "250 ok");
    assert!(plain(Op::Noop, [hear("NOOP"), say("500 what")]).starts_with("Permanent"));
}
