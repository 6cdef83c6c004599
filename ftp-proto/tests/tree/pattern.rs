//! Tests of patterns such as `a/**/*.fa`. One test compares [`Pattern`] with a simple matcher that
//! tries every way to match.

use ftp_proto::tree::{InvalidPattern, Pattern};
use proptest::prelude::*;

#[track_caller]
fn fits(pattern: &str, path: &str) -> bool {
    Pattern::new(pattern).expect(pattern).matches(path)
}

#[test]
fn wildcards() {
    for (pattern, yes, no) in [
        ("a", &["a"][..], &["b", "aa", "a/a"][..]),
        ("*", &["a", ".a", "a b", "é", r"\"], &["a/b"]),
        ("*.fa", &["x.fa", ".fa"], &["x.fa.gz", "d/x.fa", "fa"]),
        ("a*b*c", &["abc", "axxbxxc", "abcbc"], &["acb", "ab"]),
        ("?", &["a", "é", "漢"], &["", "ab"]),
        ("[abc]", &["a", "c"], &["d", "ab", "[abc]"]),
        ("[a-c]x", &["ax", "bx"], &["dx", "-x"]),
        ("[!a-c]", &["d", "é"], &["a", "b"]),
        ("[^a]", &["b"], &["a"]),
        ("[]]", &["]"], &["a"]),
        ("[!]]", &["a"], &["]"]),
        ("[a-]", &["a", "-"], &["b"]),
        (r"[\]\-]", &["]", "-"], &["\\"]),
        ("[à-ü]", &["é"], &["e", "\u{7ff}"]),
        ("{a,bc,}", &["a", "bc"], &["b", "abc"]),
        ("x{a,{b,c}d}y", &["xay", "xbdy", "xcdy"], &["xby", "xy"]),
        ("x{a,}", &["xa", "x"], &["xb"]),
        ("{*.fa,*.gff}", &["a.fa", "b.gff"], &["c.gz"]),
        (r"\*\?\[\{\\", &[r"*?[{\"], &["aa"]),
        ("a,b}", &["a,b}"], &["a"]),
        ("a**b", &["ab", "axb"], &["a/b"]),
        ("**", &["a", "a/b", "a/b/c"], &[]),
        ("**/c", &["c", "a/c", "a/b/c"], &["a/b", "a/bc"]),
        ("a/**/c", &["a/c", "a/b/c", "a/b/b/c"], &["c", "b/c", "a"]),
        ("a/**", &["a/b", "a/b/c"], &["a", "ab"]),
        ("a/*/c", &["a/b/c"], &["a/c", "a/b/b/c"]),
        ("/a/*", &["/a/b"], &["a/b", "/b"]),
        ("/*", &["/a"], &["a", "/a/b"]),
        ("a//b/*", &["a/b/c"], &["a/c"]),
        ("../*", &["../a"], &["a"]),
    ] {
        for path in yes {
            assert!(fits(pattern, path), "{pattern} does not fit {path}");
        }
        for path in no {
            assert!(!fits(pattern, path), "{pattern} fits {path}");
        }
    }
}

#[test]
fn names_are_bytes() {
    let pattern = Pattern::new(b"caf\xe9*").expect("a pattern");
    assert!(pattern.matches(b"caf\xe9.txt"));
    assert!(!pattern.matches("café.txt"));
    assert!(Pattern::new("caf?").expect("a pattern").matches(b"caf\xe9"));
    let stray = Pattern::new(b"[\xe0-\xff]").expect("a pattern");
    assert!(stray.matches(b"\xe9"));
    assert!(!stray.matches("é"));
}

#[test]
fn the_parts_before_the_first_wildcard_are_the_root() {
    for (pattern, root) in [
        ("*.fa", None),
        ("a.fa", None),
        ("pub/*.fa", Some("pub")),
        ("/pub/x/*", Some("/pub/x")),
        ("/*", Some("/")),
        ("/a", Some("/")),
        ("pub/a.fa", Some("pub")),
        ("pub/*/x/y", Some("pub")),
        (r"a\*b/*", Some("a*b")),
        ("../*", Some("..")),
    ] {
        let pattern = Pattern::new(pattern).expect("a pattern");
        let found = pattern.root().and_then(|root| root.to_str());
        assert_eq!(found, root, "{pattern:?}");
    }
}

#[test]
fn what_is_no_pattern() {
    for (pattern, why) in [
        ("", InvalidPattern::Empty),
        ("//", InvalidPattern::Empty),
        ("a[", InvalidPattern::Bracket { at: 1 }),
        ("[", InvalidPattern::Bracket { at: 0 }),
        ("[!", InvalidPattern::Bracket { at: 0 }),
        ("[]", InvalidPattern::Bracket { at: 0 }),
        ("[a-", InvalidPattern::Bracket { at: 0 }),
        ("pub/[a/b]", InvalidPattern::Bracket { at: 4 }),
        ("[z-a]", InvalidPattern::Range { at: 0 }),
        ("{a,{b}", InvalidPattern::Brace { at: 0 }),
        ("é/{a/b}", InvalidPattern::Brace { at: 3 }),
        (r"a\", InvalidPattern::Escape { at: 1 }),
        ("a\nb", InvalidPattern::Byte),
        ("a\0", InvalidPattern::Byte),
    ] {
        assert_eq!(Pattern::new(pattern), Err(why), "{pattern}");
        assert!(!why.to_string().is_empty());
    }
}

/// On these patterns, a matcher that backtracks takes exponential time.
#[test]
fn no_pattern_takes_exponential_time() {
    let name = "a".repeat(1_000);
    for pattern in [
        "a*".repeat(500) + "b",
        "*a".repeat(500) + "b",
        "{a,a}".repeat(500) + "b",
        "{a,*,{a,*}}".repeat(200) + "b",
        "{".repeat(1_000) + "a" + &"}".repeat(1_000) + "b",
        "[a-z]*".repeat(300) + "[!a]",
    ] {
        assert!(!fits(&pattern, &name), "{pattern}");
    }
    let path = "a/".repeat(500) + "c";
    assert!(!fits(&("**/a/".repeat(100) + "b"), &path));
    assert!(fits(&("**/a/".repeat(100) + "**/c"), &path));
}

/// A simple matcher: returns whether `path` matches `pattern`. It tries every way to match, so that
/// a test can compare its result with that of [`Pattern`].
fn reference(pattern: &str, path: &str) -> bool {
    let parts: Vec<&str> = pattern.split('/').filter(|part| !part.is_empty()).collect();
    let names: Vec<&str> = path.split('/').collect();
    reference_parts(&parts, &names)
}

fn reference_parts(parts: &[&str], names: &[&str]) -> bool {
    match (parts, names) {
        ([], names) => names.is_empty(),
        (["**"], names) => !names.is_empty(),
        (["**", rest @ ..], names) => {
            (0..=names.len()).any(|skipped| reference_parts(rest, &names[skipped..]))
        }
        (_, []) => false,
        ([part, parts @ ..], [name, names @ ..]) => {
            let part: Vec<char> = part.chars().collect();
            let name: Vec<char> = name.chars().collect();
            reference_name(&part, &name) && reference_parts(parts, names)
        }
    }
}

fn reference_name(pattern: &[char], name: &[char]) -> bool {
    match pattern {
        [] => name.is_empty(),
        ['*', rest @ ..] => (0..=name.len()).any(|taken| reference_name(rest, &name[taken..])),
        ['?', rest @ ..] => !name.is_empty() && reference_name(rest, &name[1..]),
        ['[', '!', low, '-', high, ']', rest @ ..] => {
            name.first().is_some_and(|c| !(low..=high).contains(&c))
                && reference_name(rest, &name[1..])
        }
        ['[', low, '-', high, ']', rest @ ..] => {
            name.first().is_some_and(|c| (low..=high).contains(&c))
                && reference_name(rest, &name[1..])
        }
        ['{', rest @ ..] => {
            let (alternatives, rest) = braces(rest);
            alternatives
                .iter()
                .any(|one| reference_name(&[one.as_slice(), rest].concat(), name))
        }
        ['\\', literal, rest @ ..] | [literal, rest @ ..] => {
            name.first() == Some(literal) && reference_name(rest, &name[1..])
        }
    }
}

/// Splits `a,b}rest` into the alternatives and the rest.
fn braces(text: &[char]) -> (Vec<Vec<char>>, &[char]) {
    let mut alternatives = vec![Vec::new()];
    let mut depth = 0;
    let mut at = 0;
    loop {
        match text[at] {
            '}' if depth == 0 => return (alternatives, &text[at + 1..]),
            ',' if depth == 0 => alternatives.push(Vec::new()),
            c => {
                depth += i32::from(c == '{') - i32::from(c == '}');
                let last = alternatives.last_mut().expect("one at least");
                last.push(c);
                if c == '\\' {
                    at += 1;
                    last.push(text[at]);
                }
            }
        }
        at += 1;
    }
}

fn name_pattern() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        4 => "[abé]",
        2 => Just("*".to_owned()),
        1 => Just("?".to_owned()),
        1 => Just("[a-b]".to_owned()),
        1 => Just("[!a-b]".to_owned()),
        1 => Just(r"\*".to_owned()),
        1 => Just(r"\,".to_owned()),
    ];
    let nested = leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| parts.concat()),
            prop::collection::vec(inner, 1..4).prop_map(|parts| format!("{{{}}}", parts.join(","))),
        ]
    });
    prop::collection::vec(nested, 1..4).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn patterns_fit_what_a_simple_matcher_fits(
        parts in prop::collection::vec(prop_oneof![1 => Just("**".to_owned()), 3 => name_pattern()], 1..4),
        names in prop::collection::vec("[abé*,]{1,5}", 1..4),
    ) {
        let (pattern, path) = (parts.join("/"), names.join("/"));
        prop_assert_eq!(fits(&pattern, &path), reference(&pattern, &path), "{} {}", pattern, path);
    }

    #[test]
    fn any_bytes_are_a_pattern_or_an_error(bytes: Vec<u8>, path: Vec<u8>) {
        if let Ok(pattern) = Pattern::new(&bytes) {
            let _ = pattern.matches(&path);
        }
    }

    #[test]
    fn an_escaped_name_fits_itself_alone(name in "[^/\\x00\r\n]{1,9}", other in "[^/\\x00\r\n]{1,9}") {
        let escaped: String = name.chars().flat_map(|c| ['\\', c]).collect();
        prop_assert!(fits(&escaped, &name));
        prop_assert_eq!(fits(&escaped, &other), name == other);
    }
}
