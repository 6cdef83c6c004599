//! Asking for the hash of a file.

use ftp_proto::reply::Algorithm;
use ftp_proto::{Config, flows};

use crate::support::*;

const SHA256: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
const SHA1: &str = "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d";
const MD5: &str = "5d41402abc4b2a76b9719d911017c592";

fn hash(path: &str, algorithm: Algorithm) -> flows::HashOf {
    flows::HashOf::new(path, algorithm).expect("a path")
}

fn features(lines: &str) -> [Item; 2] {
    let lines: String = lines
        .split(", ")
        .map(|line| format!(" {line}\r\n"))
        .collect();
    [
        hear("FEAT"),
        say(&format!("211-Features:\r\n{lines}211 End")),
    ]
}

#[test]
fn hash_is_first_and_its_algorithm_is_chosen_once() {
    let reply = format!("213-Computing SHA-256 digest\r\n213 SHA-256 0-5 {SHA256} a b");
    let script = [
        &features("HASH CRC32;MD5;SHA-1*;SHA-256;SHA-512;, XSHA256")[..],
        &[hear("OPTS HASH SHA-256"), say("200 SHA-256")],
        &[hear("HASH a b"), say(&reply), hear("HASH a b"), say(&reply)],
    ]
    .concat();
    let mut driver = logged_in(Config::default(), script);
    for _ in 0..2 {
        let found = driver.run(hash("a b", Algorithm::Sha256)).expect("a reply");
        let found = found.expect("a hash");
        assert_eq!(found.to_string(), SHA256);
        assert_eq!(found.algorithm(), Algorithm::Sha256);
        assert_eq!(found.range(), Some((0, 5)));
    }
    driver.server.assert_over();
}

#[test]
fn hash_without_opts_serves_its_only_algorithm() {
    for list in ["HASH SHA-1", "HASH SHA-1*;SHA-256;"] {
        let script = [
            &features(list)[..],
            &[hear("OPTS HASH SHA-1"), say("501 no options")],
            &[hear("HASH a"), say(&format!("213 SHA-1 0-5 {SHA1} a"))],
        ]
        .concat();
        let outcome = flow_outcome(hash("a", Algorithm::Sha1), script);
        assert_eq!(outcome, format!("Some(FileHash(SHA-1 {SHA1}))"));
    }
}

#[test]
fn a_hash_of_another_algorithm_does_not_count() {
    let script = [
        &features("HASH SHA-1;SHA-256*, XSHA256")[..],
        &[hear("OPTS HASH SHA-256"), say("501 no options")],
        &[hear("HASH a"), say(&format!("213 SHA-1 0-5 {SHA1} a"))],
        &[hear("XSHA256 a"), say(&format!("250 {SHA256}"))],
    ]
    .concat();
    let outcome = flow_outcome(hash("a", Algorithm::Sha256), script);
    assert_eq!(outcome, format!("Some(FileHash(SHA-256 {SHA256}))"));
}

#[test]
fn other_commands_are_sent_as_feat_lists_them() {
    for (list, algorithm, command, reply, expected) in [
        (
            "XCRC",
            Algorithm::Crc32,
            "XCRC \"a b\"",
            "250 3610A686",
            "3610a686",
        ),
        (
            "XCRC",
            Algorithm::Crc32,
            "XCRC \"a b\"",
            "250 610A686",
            "0610a686",
        ),
        (
            "XMD5, MD5",
            Algorithm::Md5,
            "XMD5 \"a b\"",
            "250 5D41402ABC4B2A76B9719D911017C592",
            MD5,
        ),
        (
            "MD5",
            Algorithm::Md5,
            "MD5 a b",
            "251 a b 5D41402ABC4B2A76B9719D911017C592",
            MD5,
        ),
        (
            "MMD5",
            Algorithm::Md5,
            "MMD5 \"a b\"",
            "252 a b 5d41402abc4b2a76b9719d911017c592",
            MD5,
        ),
        (
            "XSHA",
            Algorithm::Sha1,
            "XSHA \"a b\"",
            "250 aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d",
            SHA1,
        ),
        (
            "XSHA1, XSHA",
            Algorithm::Sha1,
            "XSHA1 \"a b\"",
            "213 aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d",
            SHA1,
        ),
    ] {
        let script = [&features(list)[..], &[hear(command), say(reply)]].concat();
        let outcome = flow_outcome(hash("a b", algorithm), script);
        let name = algorithm.name();
        assert_eq!(
            outcome,
            format!("Some(FileHash({name} {expected}))"),
            "{command}"
        );
    }
}

#[test]
fn commands_that_feat_does_not_list_are_not_sent() {
    let script = features("HASH SHA-512, XMD5").to_vec();
    assert_eq!(flow_outcome(hash("a", Algorithm::Sha256), script), "None");
    // If the server has no FEAT, the client tries each command that returns an MD5 hash, but only
    // once.
    let script = [
        hear("FEAT"),
        say("500 what"),
        hear("XMD5 a"),
        say("500 what"),
        hear("MD5 a"),
        say("502 no"),
        hear("MMD5 a"),
        say("500 what"),
    ];
    let mut driver = logged_in(Config::default(), script);
    assert_eq!(driver.tell(hash("a", Algorithm::Md5)), "None");
    assert_eq!(driver.tell(hash("a", Algorithm::Md5)), "None");
    driver.server.assert_over();
}

#[test]
fn commands_that_feat_lists_and_the_server_refuses_are_remembered() {
    let script = [
        &features("HASH SHA-1*, XSHA1, XSHA")[..],
        &[hear("OPTS HASH SHA-1"), say("200 SHA-1")],
        &[
            hear("HASH a"),
            say("502 no"),
            hear("XSHA1 a"),
            say("500 what"),
        ],
        &[hear("XSHA a"), say(&format!("250 {SHA1}"))],
        &[hear("XSHA a"), say("550 no file")],
    ]
    .concat();
    let mut driver = logged_in(Config::default(), script);
    assert!(
        driver
            .tell(hash("a", Algorithm::Sha1))
            .starts_with("Some(FileHash")
    );
    assert_eq!(
        driver.tell(hash("a", Algorithm::Sha1)),
        "Permanent Some(\"XSHA\") Some(\"550 no file\") None"
    );
    driver.server.assert_over();
}

#[test]
fn replies_without_a_hash_are_errors() {
    for reply in [
        "250 done",
        "250 5D41402ABC4B2A76B9719D911017C59",
        "250 5D41402ABC4B2A76B9719D911017C5920",
        "250 GD41402ABC4B2A76B9719D911017C592",
        "250 ",
    ] {
        let script = [&features("XMD5")[..], &[hear("XMD5 a"), say(reply)]].concat();
        let outcome = flow_outcome(hash("a", Algorithm::Md5), script);
        assert_eq!(
            outcome,
            format!("Protocol Some(\"XMD5\") Some({reply:?}) None")
        );
    }
}

#[test]
fn a_name_that_looks_like_a_hash_is_not_taken_for_one() {
    let other = "00000000000000000000000000000000";
    for (list, command, reply) in [
        ("XMD5", "XMD5", format!("250 {MD5} {other}")),
        ("MD5", "MD5", format!("251 {other} {MD5}")),
        ("HASH MD5", "HASH", format!("213 MD5 0-5 {MD5} {other}")),
    ] {
        let mut script = features(list).to_vec();
        if command == "HASH" {
            script.extend([hear("OPTS HASH MD5"), say("200 MD5")]);
        }
        script.extend([hear(&format!("{command} {other}")), say(&reply)]);
        let outcome = flow_outcome(hash(other, Algorithm::Md5), script);
        assert_eq!(outcome, format!("Some(FileHash(MD5 {MD5}))"), "{command}");
    }
}
