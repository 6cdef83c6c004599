//! What earlier operations have left in a session must not spoil a copy from server to server.

use ftp_proto::{Config, ErrorKind, Misuse, Protection};

use crate::copy::{assert_in_step, couple, offering, retrieving, storing, told_where, vouched};
use crate::support::*;

#[test]
fn rest_that_no_transfer_used_up_is_taken_back_before_a_copy() {
    // The source still has the offset 7 of an earlier REST. Without REST 0, the copy would lack its
    // first 7 bytes, but the client would report a success.
    let armed = [hear("REST 7"), say("350 armed")];
    let off = [hear("REST 0"), say("350 off")];
    let source = [
        &armed[..],
        &offering(),
        &off,
        &[hear("RETR a"), say("150 there")],
        &vouched("226 sent"),
    ]
    .concat();
    let target = [
        &armed[..],
        &told_where(),
        &off,
        &[hear("STOR b c"), say("150 here")],
        &vouched("226 stored"),
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
    // The mode or structure of one side differs from the other side's. The headers of blocks or
    // records would then become part of the file, so the client must refuse the copy.
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
    // The target sends 226 before the client has sent RETR. So this 226 belongs to an earlier
    // command, and the target's own reply to the copy may be a refusal.
    let source = [retrieving(), vec![say("226 sent")]].concat();
    let mut target = told_where();
    target.extend([hear("STOR b c"), bytes(b"150 here\r\n226 left over\r\n")]);
    let mut couple = couple(source, target);
    let outcome = couple.copy(server_copy());
    assert!(!outcome.starts_with("226"), "{outcome}");
}

#[test]
fn copy_is_refused_where_the_answer_to_prot_p_is_still_on_its_way() {
    // The reply to PROT P, a 200, arrives only after the client has checked that data connections
    // are in clear text. The client reads this 200 when it cleans up. From then on data connections
    // are protected, so the client must refuse the copy.
    let by_choice = explicit().with_protection(Protection::Clear);
    let mut driver = scripted(by_choice, secure_login()[..8].to_vec());
    driver.outcome(&Op::Greeting);
    driver.outcome(&Op::Login);
    driver.server.extend([hear("PROT P")]);
    driver.drop_after = 4 * 2 - 1;
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

/// In a copy between servers, the client does not see the data. So a 226 confirms the copy only if
/// no other reply follows it.
#[test]
fn a_copy_whose_target_takes_its_confirmation_back_is_unconfirmed() {
    // The target first sends a 226 that belongs to an earlier transfer, and then 451, its reply to
    // this transfer.
    let source = [retrieving(), vouched("226 sent")].concat();
    let mut target = storing();
    target.extend([
        say("226 stale"),
        hear("PWD"),
        say("451 disk full"),
        say("257 \"/\""),
    ]);
    let mut both = couple(source, target);
    assert_eq!(
        both.copy(server_copy()),
        "Unconfirmed Some(\"STOR\") Some(\"226 stale\") None"
    );
    assert_in_step(&mut both);
}

#[test]
fn a_copy_whose_source_takes_its_confirmation_back_is_unconfirmed() {
    let mut source = retrieving();
    source.extend([
        say("226 stale"),
        hear("PWD"),
        say("550 no such file"),
        hear("SYST"),
    ]);
    source.extend([say("257 \"/\""), say("215 UNIX")]);
    let target = [storing(), vec![say("226 stored")]].concat();
    let mut both = couple(source, target);
    assert_eq!(
        both.copy(server_copy()),
        "Unconfirmed Some(\"RETR\") Some(\"226 stale\") None"
    );
    assert_in_step(&mut both);
}

#[test]
fn a_copy_between_servers_that_refuse_pwd_is_confirmed_after_a_fence_of_syst() {
    let refused = [hear("PWD"), say("502 what"), hear("SYST"), say("215 UNIX")];
    let source = [&retrieving()[..], &[say("226 sent")], &refused].concat();
    let target = [&storing()[..], &[say("226 stored")], &refused].concat();
    let mut both = couple(source, target);
    assert_eq!(both.copy(server_copy()), "226 sent, 226 stored");
}

#[test]
fn other_positive_replies_confirm_no_copy() {
    for reply in [
        "211 status",
        "213 12",
        "225 open",
        "227 (1,2,3,4,5,6)",
        "257 \"/\"",
    ] {
        let source = [retrieving(), vec![say("226 sent")]].concat();
        let target = [storing(), vec![say(reply)]].concat();
        let mut both = couple(source, target);
        let outcome = both.copy(server_copy());
        assert!(
            outcome.starts_with("Unconfirmed Some(\"STOR\")"),
            "{reply}: {outcome}"
        );
    }
}
