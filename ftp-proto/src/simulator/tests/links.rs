//! Tests of the simulator's symbolic links: how listings show them, and which commands follow them.

use super::*;

fn lines(server: &Simulator, path: &str) -> String {
    let listing = server.listing(path, true).expect("a listing");
    String::from_utf8(listing).expect("text")
}

#[test]
fn a_link_is_shown_with_its_target_unless_it_is_hidden() {
    let setup = Setup::new()
        .file("/d/f", "123")
        .link("/shown", "d")
        .hidden_link("/hidden", "/d");
    let server = Simulator::new(setup);
    let lines = lines(&server, "/");
    assert!(lines.contains("lrwxrwxrwx"), "{lines}");
    assert!(lines.contains(" shown -> d\r\n"), "{lines}");
    assert!(lines.contains(" hidden\r\n"), "{lines}");
}

#[test]
fn a_listing_follows_links_and_dele_does_not() {
    let setup = Setup::new()
        .file("/d/f", "123")
        .link("/d/self", ".")
        .link("/l", "d");
    let mut b = Bench::ready(setup);
    for (command, reply) in [
        ("CWD l/self/self", "250"),
        ("SIZE f", "213 3"),
        ("PWD", "257 \"/d\""),
        ("DELE /l/self/f", "250"),
        ("SIZE f", "550"),
        ("RMD /l", "550"),
        ("DELE /l", "250"),
        ("CWD /l", "550"),
        ("CWD /d", "250"),
        ("MLST self", "250-Listing:\r\n type=OS.unix=slink:.;"),
    ] {
        let answer = b.cmd(command);
        assert!(answer.starts_with(reply), "{command}: {answer}");
    }
}

#[test]
fn a_loop_of_links_has_an_end() {
    let setup = Setup::new().link("/a", "b").link("/b", "a");
    let mut b = Bench::ready(setup);
    assert!(b.cmd("CWD a").starts_with("550"));
}
