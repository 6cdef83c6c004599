//! What a copy from server to server must not take over from what went before it.

use ftp_proto::{Config, ErrorKind, Misuse, Protection};

use crate::copy::{assert_in_step, couple, offering, retrieving, storing, told_where};
use crate::support::*;

#[test]
fn rest_that_no_transfer_used_up_is_taken_back_before_a_copy() {
    // Else a file without its beginning is a success, as `Open` knows (hard case 9).
    let armed = [hear("REST 7"), say("350 armed")];
    let off = [hear("REST 0"), say("350 off")];
    let source = [
        &armed[..],
        &offering(),
        &off,
        &[hear("RETR a"), say("150 there"), say("226 sent")],
    ]
    .concat();
    let target = [
        &armed[..],
        &told_where(),
        &off,
        &[hear("STOR b c"), say("150 here"), say("226 stored")],
    ]
    .concat();
    let mut couple = couple(source, target);
    couple.source.outcome(&Op::Raw("REST 7"));
    couple.target.outcome(&Op::Raw("REST 7"));
    assert_eq!(couple.copy(server_copy()), "226 sent, 226 stored");
    assert_in_step(&mut couple);
}

#[test]
fn copy_in_another_mode_or_structure_is_refused_before_a_byte() {
    // One in blocks and the other as a stream: the headers would be part of the file.
    for line in ["MODE B", "STRU R"] {
        let framed = || {
            let mut driver = logged_in(Config::default(), [hear(line), say("200 ok")]);
            driver.outcome(&Op::Raw(line));
            driver.forget();
            driver
        };
        let plain = || logged_in(Config::default(), []);
        for (source, target) in [(framed(), plain()), (plain(), framed())] {
            let mut couple = Couple::new(source, target);
            let mut copy = server_copy();
            let [source, target] =
                [&mut couple.source, &mut couple.target].map(|side| &mut side.session);
            match copy.step(source, target, None) {
                Err(error) => assert_eq!(error.kind(), ErrorKind::Misuse(Misuse::Framing)),
                Ok(step) => panic!("{line}: {step:?}"),
            }
        }
    }
}

#[test]
fn copy_is_no_success_where_the_target_confirmed_it_before_retr_was_sent() {
    // Nothing had been sent to it: the 226 is another one's, and its own may be a refusal.
    let source = [retrieving(), vec![say("226 sent")]].concat();
    let mut target = told_where();
    target.extend([hear("STOR b c"), bytes(b"150 here\r\n226 left over\r\n")]);
    let mut couple = couple(source, target);
    let outcome = couple.copy(server_copy());
    assert!(!outcome.starts_with("226"), "{outcome}");
}

#[test]
fn copy_is_refused_where_the_answer_to_prot_p_is_still_on_its_way() {
    // Settling brings it into force, behind the check.
    let by_choice = explicit().with_protection(Protection::Clear);
    let mut driver = scripted(by_choice, secure_login()[..8].to_vec());
    driver.outcome(&Op::Greeting);
    driver.outcome(&Op::Login);
    driver.server.extend([hear("PROT P")]);
    driver.fuse = 4 * 2 - 1;
    assert_eq!(driver.outcome(&Op::Raw("PROT P")), "dropped");
    driver.server.extend(
        [
            [say("200 private")].to_vec(),
            retrieving(),
            vec![say("226 sent")],
        ]
        .concat(),
    );
    let target = [storing(), vec![say("226 stored")]].concat();
    let mut couple = Couple::new(driver, logged_in(Config::default(), target));
    let outcome = couple.copy(server_copy());
    assert!(outcome.starts_with("Misuse(Protected)"), "{outcome}");
}
