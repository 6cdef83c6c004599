//! Tests of walks through directory trees, of patterns, and of the sizes of trees.

use ftp_proto::simulator::{Action, Fault, Setup, Simulator};

use crate::face::listing::Kind;
use crate::face::tree::{Limit, Links, Note, Trouble};
use crate::face::{Client, Error, ErrorKind, Memory, Options, WalkEntry, WalkError, WalkOptions};

fn logged_in(setup: Setup) -> (Client, Memory) {
    let memory = Memory::new(Simulator::new(setup));
    let options = Options::new("localhost");
    let mut client = Client::connect_over(memory.clone(), options).expect("a session");
    client.login("user", "secret").expect("logged in");
    (client, memory)
}

fn tree() -> Setup {
    Setup::new()
        .file("/a/1.fa", "12345")
        .file("/a/b/2.fa", "12")
        .file("/a/b/notes", "1")
        .directory("/c/empty")
        .file("/c/3.fa", "123")
        .file("/top", "")
}

/// Returns an item of a walk as text: the path, with the entry's note or with what went wrong.
fn show(item: &Result<WalkEntry, WalkError>) -> String {
    match item {
        Ok(entry) => match entry.note {
            None => entry.path.to_string(),
            Some(note) => format!("{} {note:?}", entry.path),
        },
        Err(error) => error.to_string(),
    }
}

fn walk(client: &mut Client, path: &str, options: &WalkOptions) -> Vec<String> {
    let walk = client.walk(path, options).expect("a walk");
    walk.map(|item| show(&item)).collect()
}

#[track_caller]
fn walked(setup: Setup, options: &WalkOptions) -> Vec<String> {
    let (mut client, _memory) = logged_in(setup);
    let shown = walk(&mut client, "/", options);
    client.noop().expect("in step");
    shown
}

fn lists(nth: usize, lines: &str) -> Fault {
    Fault::nth("MLSD", nth, Action::Listing(lines.into()))
}

fn following() -> WalkOptions {
    WalkOptions::new().with_links(Links::Follow)
}

const TREE: [&str; 9] = [
    "/a",
    "/a/1.fa",
    "/a/b",
    "/a/b/2.fa",
    "/a/b/notes",
    "/c",
    "/c/3.fa",
    "/c/empty",
    "/top",
];

#[test]
fn a_walk_hands_out_each_directory_before_its_entries() {
    assert_eq!(walked(tree(), &WalkOptions::new()), TREE);
    assert_eq!(walked(tree().without("MLST"), &WalkOptions::new()), TREE);
}

#[test]
fn a_walk_says_depth_kind_and_size() {
    let (mut client, _memory) = logged_in(tree());
    let mut walk = client.walk("a", &WalkOptions::new()).expect("a walk");
    let mut seen = Vec::new();
    for item in &mut walk {
        let WalkEntry {
            path, depth, entry, ..
        } = item.expect("an entry");
        seen.push((path.to_string(), depth, entry.kind(), entry.size()));
    }
    let expected = [
        ("a/1.fa", 1, Kind::File, Some(5)),
        ("a/b", 1, Kind::Directory, None),
        ("a/b/2.fa", 2, Kind::File, Some(2)),
        ("a/b/notes", 2, Kind::File, Some(1)),
    ];
    assert_eq!(
        seen,
        expected.map(|(path, depth, kind, size)| (path.into(), depth, kind, size))
    );
    assert!(walk.next().is_none());
}

#[test]
fn a_walk_without_a_path_begins_in_the_current_directory() {
    let (mut client, memory) = logged_in(tree());
    client.cwd("a").expect("there");
    let walk = client.walk(None, &WalkOptions::new()).expect("a walk");
    let shown: Vec<String> = walk.map(|item| show(&item)).collect();
    assert_eq!(shown, ["1.fa", "b", "b/2.fa", "b/notes"]);
    assert_eq!(memory.server().count("MLSD"), 2);
}

#[test]
fn a_walk_sends_nothing_before_it_is_asked() {
    let (mut client, memory) = logged_in(tree());
    let walk = client.walk("/", &WalkOptions::new()).expect("a walk");
    drop(walk);
    let mut walk = client.walk("/", &WalkOptions::new()).expect("a walk");
    walk.next().expect("an entry").expect("no error");
    drop(walk);
    assert_eq!(memory.server().count("MLSD"), 1);
    client.noop().expect("in step");
}

#[test]
fn a_directory_can_be_skipped() {
    let (mut client, memory) = logged_in(tree());
    let mut walk = client.walk("/", &WalkOptions::new()).expect("a walk");
    let mut shown = Vec::new();
    while let Some(item) = walk.next() {
        shown.push(show(&item));
        if shown.last().is_some_and(|path| path == "/a") {
            walk.skip_directory();
        }
    }
    assert_eq!(shown, ["/a", "/c", "/c/3.fa", "/c/empty", "/top"]);
    assert_eq!(memory.server().count("MLSD"), 3);
}

#[test]
fn an_error_in_one_directory_is_an_item() {
    let refused = Action::Reply(b"550 Permission denied.\r\n".to_vec());
    let (mut client, _memory) = logged_in(tree().fault(Fault::nth("MLSD", 1, refused)));
    let items: Vec<_> = client
        .walk("/", &WalkOptions::new())
        .expect("a walk")
        .collect();
    let shown: Vec<String> = items.iter().map(show).collect();
    assert_eq!(shown[0], "/a");
    assert!(shown[1].starts_with("/a: MLSD /a"), "{}", shown[1]);
    assert_eq!(shown[2..], ["/c", "/c/3.fa", "/c/empty", "/top"]);
    let error = items.into_iter().find_map(Result::err).expect("an error");
    assert_eq!((error.path.to_string(), error.depth), ("/a".into(), 1));
    assert!(matches!(error.trouble, Trouble::Unread(_)));
    assert_eq!(Error::from(error).kind(), ErrorKind::Permanent);
}

#[test]
fn a_transfer_that_fails_in_one_directory_is_an_item() {
    let refused = Fault::nth("CONNECT", 1, Action::RefuseConnect);
    let shown = walked(tree().fault(refused), &WalkOptions::new());
    assert_eq!(shown[0], "/a");
    assert!(shown[1].starts_with("/a: "), "{}", shown[1]);
    assert_eq!(shown[2..], ["/c", "/c/3.fa", "/c/empty", "/top"]);
}

#[test]
fn a_lost_session_ends_the_walk_with_its_error() {
    let (mut client, _memory) = logged_in(tree().fault(Fault::nth("MLSD", 2, Action::Hangup)));
    let shown = walk(&mut client, "/", &WalkOptions::new());
    assert_eq!(shown[..3], ["/a", "/a/1.fa", "/a/b"]);
    assert!(shown[3].starts_with("/a/b: "), "{}", shown[3]);
    assert_eq!(shown.len(), 4);
    assert!(client.session().is_dead());
}

#[test]
fn a_missing_directory_is_the_only_item() {
    let (mut client, _memory) = logged_in(tree());
    let shown = walk(&mut client, "none", &WalkOptions::new());
    assert_eq!(shown.len(), 1);
    assert!(shown[0].starts_with("none: MLSD none"), "{}", shown[0]);
}

#[test]
fn the_depth_is_limited() {
    let shown = walked(tree(), &WalkOptions::new().with_depth(1));
    assert_eq!(shown, ["/a TooDeep", "/c TooDeep", "/top"]);
    let shown = walked(tree(), &WalkOptions::new().with_depth(2));
    assert_eq!(shown[..4], ["/a", "/a/1.fa", "/a/b TooDeep", "/c"]);
}

#[test]
fn entries_directories_and_bytes_are_limited() {
    let limit = |options: &WalkOptions| {
        let (mut client, _memory) = logged_in(tree());
        let walk = client.walk("/", options).expect("a walk");
        let items: Vec<_> = walk.collect();
        client.noop().expect("in step");
        let error = items
            .last()
            .cloned()
            .expect("an item")
            .expect_err("a limit");
        let kind = Error::from(error.clone()).kind();
        assert_eq!(kind, ErrorKind::TooLarge);
        (items.len(), error.path.to_string(), error.trouble)
    };
    let options = WalkOptions::new();
    let (items, path, trouble) = limit(&options.with_entries(5));
    assert_eq!((items, path.as_str()), (4, "/a/b"));
    assert!(matches!(trouble, Trouble::Limit(Limit::Entries)));
    let (items, path, trouble) = limit(&options.with_directories(2));
    assert_eq!((items, path.as_str()), (4, "/a/b"));
    assert!(matches!(trouble, Trouble::Limit(Limit::Directories)));
    let (items, path, trouble) = limit(&options.with_bytes(200));
    assert_eq!((items, path.as_str()), (1, "/"));
    assert!(matches!(trouble, Trouble::Limit(Limit::Bytes)));
}

#[test]
fn a_hostile_listing_leads_nowhere_else() {
    let names = [
        "..", ".", "../x", "a/b", "/etc", r"..\x", "x\0y", "\rx", "ok",
    ];
    let lines: String = names.map(|name| format!("type=dir; {name}\r\n")).concat();
    let (mut client, memory) = logged_in(tree().fault(lists(0, &lines)));
    let items: Vec<_> = client
        .walk("/", &WalkOptions::new())
        .expect("a walk")
        .collect();
    let (entries, errors): (Vec<_>, Vec<_>) = items.into_iter().partition(Result::is_ok);
    assert_eq!(entries.iter().map(show).collect::<Vec<_>>(), ["/ok"]);
    let unsafe_names = errors.iter().filter(|error| {
        matches!(
            error,
            Err(WalkError {
                trouble: Trouble::UnsafeName(_),
                ..
            })
        )
    });
    // Every name in the list is an error, with three exceptions: the walk leaves out `..` and `.`
    // without an error, and `ok` is a safe name.
    assert_eq!(unsafe_names.count(), names.len() - 3);
    // There is one error more: the server lists `/ok`, but the directory does not exist.
    assert_eq!(errors.len(), names.len() - 2);
    assert_eq!(memory.server().count("MLSD"), 2);
    let shown = show(&errors[0]);
    assert_eq!(shown, "/: not a name of a file: `../x`");
}

#[test]
fn the_directory_itself_and_its_parent_are_left_out() {
    let lines = "type=cdir; .\r\ntype=pdir; ..\r\ntype=pdir; /\r\ntype=file; f\r\n";
    let shown = walked(tree().fault(lists(0, lines)), &WalkOptions::new());
    assert_eq!(shown, ["/f"]);
}

#[test]
fn a_name_that_comes_twice_is_reported_and_not_entered() {
    let lines = "type=OS.unix=slink:/etc; a\r\ntype=dir; c\r\ntype=dir; a\r\n";
    let expected = ["/a Duplicate", "/c", "/c/3.fa", "/c/empty", "/a Duplicate"];
    for options in [WalkOptions::new(), following()] {
        assert_eq!(walked(tree().fault(lists(0, lines)), &options), expected);
    }
}

#[test]
fn lines_of_no_dialect_are_reported() {
    let lines = "drwxr-xr-x 2 a b 4096 Jan 01  2024 a\r\nls: x: Permission denied\r\n?\r\n";
    let setup = tree().without("MLST");
    let setup = setup.fault(Fault::nth("LIST", 0, Action::Listing(lines.into())));
    let shown = walked(setup, &WalkOptions::new().with_depth(1));
    let unparsed = "/: 2 lines of no known dialect; the first is `ls: x: Permission denied`";
    assert_eq!(shown, [unparsed, "/a TooDeep"]);
}

#[test]
fn links_are_not_followed() {
    let setup = tree().link("/a/up", "..").link("/c/to", "/a");
    for setup in [setup.clone(), setup.without("MLST")] {
        let shown = walked(setup, &WalkOptions::new());
        let links = ["/a/up".to_owned(), "/c/to".to_owned()];
        assert_eq!(shown.len(), TREE.len() + links.len());
        assert!(links.iter().all(|link| shown.contains(link)));
    }
}

#[test]
fn links_to_directories_are_followed_on_request() {
    let setup = tree()
        .link("/c/to", "../a/b")
        .link("/c/file", "3.fa")
        .link("/c/gone", "nowhere");
    for setup in [setup.clone(), setup.without("MLST")] {
        let (mut client, _memory) = logged_in(setup);
        let shown = walk(&mut client, "c", &following());
        let expected = [
            "c/3.fa",
            "c/empty",
            "c/file",
            "c/gone",
            "c/to",
            "c/to/2.fa",
            "c/to/notes",
        ];
        assert_eq!(shown, expected);
    }
}

#[test]
fn a_loop_of_links_ends_and_says_so() {
    // The links: one to its own directory, one to a directory above it, and two to each other's
    // directories.
    let setup = tree()
        .link("/a/self", ".")
        .link("/a/b/up", "../..")
        .link("/c/empty/a", "/a")
        .link("/a/b/c", "/c");
    for setup in [setup.clone(), setup.without("MLST")] {
        let shown = walked(setup, &following());
        for expected in [
            "/a/self Loop",
            "/a/b/up Loop",
            "/a/b/c",
            "/a/b/c/empty/a Loop",
        ] {
            assert!(
                shown.iter().any(|path| path == expected),
                "{expected}: {shown:?}"
            );
        }
        assert!(shown.len() < 40, "{shown:?}");
    }
}

#[test]
fn a_loop_that_the_server_hides_is_known_by_the_unique_fact() {
    let top = "type=cdir;unique=1; /\r\ntype=dir;unique=2; a\r\n";
    let below = "type=cdir;unique=2; /a\r\ntype=dir;unique=1; up\r\ntype=dir;unique=0; b\r\n";
    let setup = tree().fault(lists(0, top)).fault(lists(1, below));
    let shown = walked(setup, &WalkOptions::new());
    assert_eq!(
        shown,
        ["/a", "/a/up Loop", "/a/b", "/a/b/2.fa", "/a/b/notes"]
    );
    // This time, the entry `a` in the root's listing has no fact `unique`. But the listing of `/a`
    // has a line for `/a` itself (`cdir`), with the value 1, which is also the root's. So the walk
    // learns only there that `/a` is the root again.
    let below = "type=cdir;unique=1; /a\r\ntype=dir;unique=1; up\r\n";
    let setup = tree().fault(lists(0, top)).fault(lists(1, below));
    let setup = setup.fault(lists(0, "type=cdir;unique=1; /\r\ntype=dir; a\r\n"));
    let shown = walked(setup, &WalkOptions::new());
    assert!(shown.iter().any(|item| item.contains("loop")), "{shown:?}");
}

#[test]
fn a_hidden_loop_ends_at_the_depth() {
    let setup = tree().hidden_link("/a/b/again", "/a");
    let shown = walked(setup, &WalkOptions::new().with_depth(20));
    let deep = shown.iter().filter(|path| path.ends_with("TooDeep"));
    assert_eq!(deep.count(), 1);
}

fn globbed(client: &mut Client, pattern: &str) -> Vec<String> {
    let found = client.glob(pattern).expect("a pattern");
    found.map(|item| show(&item)).collect()
}

#[test]
fn a_pattern_finds_paths_and_reads_no_other_directories() {
    for (pattern, expected, listings) in [
        ("/a/*.fa", &["/a/1.fa"][..], 1),
        ("a/*.fa", &["a/1.fa"], 1),
        ("/*/*.fa", &["/a/1.fa", "/c/3.fa"], 3),
        ("/**/*.fa", &["/a/1.fa", "/a/b/2.fa", "/c/3.fa"], 5),
        ("/{a,c}/[0-2].fa", &["/a/1.fa"], 3),
        ("/a/b/notes", &["/a/b/notes"], 1),
        ("/?/b/2*", &["/a/b/2.fa"], 4),
        ("*/", &["a", "c"], 1),
        ("c/**", &["c/3.fa", "c/empty"], 2),
        ("/x*/**", &[], 1),
    ] {
        let (mut client, memory) = logged_in(tree());
        assert_eq!(globbed(&mut client, pattern), expected, "{pattern}");
        assert!(memory.server().count("MLSD") <= listings, "{pattern}");
    }
}

#[test]
fn a_pattern_that_is_wrong_sends_nothing() {
    let (mut client, memory) = logged_in(tree());
    for pattern in ["a[", "{a", "", "a\nb"] {
        let error = client.glob(pattern).expect_err("no pattern");
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{pattern}");
    }
    assert_eq!(memory.server().count("MLSD"), 0);
}

#[test]
fn a_pattern_goes_through_links_on_request_only() {
    let setup = tree().link("/link", "/a/b");
    let (mut client, _memory) = logged_in(setup);
    assert!(globbed(&mut client, "/l*/*.fa").is_empty());
    let found = client
        .glob_with("/l*/*.fa", &following())
        .expect("a pattern");
    let found: Vec<String> = found.map(|item| show(&item)).collect();
    assert_eq!(found, ["/link/2.fa"]);
}

#[test]
fn the_size_of_a_tree() {
    let setup = tree().link("/c/to", "/a");
    let (mut client, _memory) = logged_in(setup);
    let size = client.tree_size("/").expect("a size");
    assert_eq!((size.files, size.directories, size.links), (5, 4, 1));
    assert_eq!(
        (size.bytes, size.unknown_sizes, size.error_count),
        (11, 0, 0)
    );
    assert!(size.is_exact());
    let here = client.tree_size(None).expect("a size");
    assert_eq!(here.bytes, 11);
    let error = client.tree_size("none").expect_err("no such directory");
    assert_eq!(error.kind(), ErrorKind::Permanent);
}

#[test]
fn the_size_of_a_tree_says_what_is_unknown() {
    let lines = "type=dir; a\r\ntype=file; x\r\ntype=file;size=7; y\r\ntype=OS.unix=chr; z\r\n";
    let setup = tree().fault(lists(0, lines));
    let setup = setup.fault(Fault::nth("MLSD", 1, Action::Reply(b"550 no\r\n".to_vec())));
    let (mut client, _memory) = logged_in(setup);
    let size = client.tree_size("/").expect("a size");
    assert_eq!((size.files, size.bytes, size.unknown_sizes), (2, 7, 1));
    assert_eq!((size.directories, size.others), (1, 1));
    assert_eq!((size.error_count, size.errors.len()), (1, 1));
    assert_eq!(size.errors[0].path.to_string(), "/a");
    assert!(!size.is_exact());
}

#[test]
fn a_size_is_not_exact_where_a_directory_was_not_read() {
    let deepest = "/d".repeat(130);
    let (mut client, _memory) = logged_in(tree().directory(deepest));
    let size = client.tree_size("/d").expect("a size");
    assert_eq!((size.directories, size.error_count), (128, 1));
    assert!(!size.is_exact());
    let error = Error::from(size.errors[0].clone());
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    let twice = "type=dir; a\r\ntype=file;size=1; a\r\n";
    let (mut client, _memory) = logged_in(tree().fault(lists(0, twice)));
    assert!(!client.tree_size("/").expect("a size").is_exact());
}

#[test]
fn sizes_that_overflow_do_not_wrap() {
    let line = |name| format!("type=file;size=18446744073709551615; {name}\r\n");
    let setup = tree().fault(lists(0, &(line("x") + &line("y"))));
    let (mut client, _memory) = logged_in(setup);
    assert_eq!(client.tree_size("/").expect("a size").bytes, u64::MAX);
}

#[test]
fn notes_are_data() {
    let (mut client, _memory) = logged_in(tree());
    let shallow = WalkOptions::new().with_depth(1);
    let mut walk = client.walk("/", &shallow).expect("a walk");
    let first = walk.next().expect("an entry").expect("no error");
    assert_eq!(first.note, Some(Note::TooDeep));
}
