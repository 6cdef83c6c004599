//! Plays drivers that break the contract. Whatever they answer, a session never panics, and it never
//! asks such a driver for something without end.

mod support;

use ftp_proto::{
    Answer, Config, DataEnd, DataMode, Error, ErrorKind, Flow, Session, Step, Want, flows,
};
use proptest::prelude::*;

use crate::support::*;

/// What a driver does with a want. Most of it is wrong.
#[derive(Clone, Copy, Debug)]
enum Deed {
    SayReceived,
    SayDone,
    SayControlFirst,
    SayFailed,
    SayTimedOut,
    SayBroken,
    Feed(usize),
    FeedEnd,
    /// Answers a want that was asked for earlier, or one of another session.
    Stale,
    NeverWrite,
}

const REPLIES: [&str; 12] = [
    "200 ok\r\n",
    "226 done\r\n",
    "150 here\r\n",
    "229 port (|||2020|)\r\n",
    "227 port (127,0,0,1,7,228)\r\n",
    "257 \"/\"\r\n",
    "350 more\r\n",
    "425 no\r\n",
    "550 no\r\n",
    "421 bye\r\n",
    "213 12\r\n",
    "211-half\r\n",
];

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let deed = prop_oneof![
        2 => Just(Deed::SayReceived),
        4 => Just(Deed::SayDone),
        2 => Just(Deed::SayControlFirst),
        1 => Just(Deed::SayFailed),
        3 => Just(Deed::SayTimedOut),
        1 => Just(Deed::SayBroken),
        8 => (0..REPLIES.len()).prop_map(Deed::Feed),
        1 => Just(Deed::FeedEnd),
        1 => Just(Deed::Stale),
        1 => Just(Deed::NeverWrite),
    ];
    proptest::collection::vec(deed, 0..60)
}

/// How many wants an operation may still have after its driver feeds nothing any more.
const MOST: usize = 200;

/// Runs a flow with a driver that does these deeds, and then says `received` for ever.
fn play<F: Flow>(session: &mut Session, flow: F, deeds: &mut impl Iterator<Item = Deed>) {
    let (mut running, mut answer) = session.start(flow);
    let mut last = 0;
    loop {
        let want = match session.step(&mut running, answer) {
            Ok(Step::Want(want)) => want,
            Ok(Step::Done(_)) => return,
            Err(_) => return,
        };
        let deed = deeds.next();
        if !matches!(deed, Some(Deed::NeverWrite)) {
            drop(session.take_outgoing());
        }
        answer = match deed {
            Some(deed) => act(session, want, deed),
            None => {
                last += 1;
                assert!(last < MOST, "the same is wanted for ever: {want:?}");
                ends(want)
            }
        };
    }
}

fn act(session: &mut Session, want: Want, deed: Deed) -> Answer {
    match deed {
        Deed::SayDone => done(want),
        Deed::SayControlFirst => want.control_first().unwrap_or_else(done),
        Deed::SayFailed => want.failed(Error::new(ErrorKind::Io)),
        Deed::SayTimedOut => want.timed_out(),
        Deed::SayBroken => want.broken(Error::new(ErrorKind::Io)),
        Deed::Feed(number) => {
            session.receive(REPLIES[number].as_bytes());
            want.control_first().unwrap_or_else(done)
        }
        Deed::FeedEnd => {
            session.receive_eof();
            done(want)
        }
        Deed::Stale => Session::new(Config::default()).start(flows::Noop::new()).1,
        Deed::SayReceived | Deed::NeverWrite => ends(want),
    }
}

/// Answers that the driver has done what the want says.
fn done(want: Want) -> Answer {
    match want {
        Want::Receive(want) => want.received(),
        Want::Connect(want) => want.connected(),
        Want::Listen(want) => want.listening(([127, 0, 0, 1], 2020).into()),
        Want::Accept(want) => want.accepted(),
        Want::SecureControl(want) => want.secured(),
        Want::ClearControl(want) => want.cleared(),
        Want::SecureData(want) => want.secured(),
        Want::CloseData(want) => want.closed(DataEnd::Clean),
    }
}

/// Answers that something has come, although nothing was fed.
fn ends(want: Want) -> Answer {
    match want {
        Want::Accept(want) => want.turned_away(None),
        want => want.control_first().unwrap_or_else(done),
    }
}

proptest! {
    #[test]
    fn contract_no_driver_makes_a_session_panic_or_spin(
        deeds in deeds(), active in any::<bool>(), number in 0..8_usize,
    ) {
        let mode = [DataMode::Passive, DataMode::Active][usize::from(active)];
        let config = Config::default().with_data_mode(mode);
        let mut session = logged_in(config, []).session;
        let mut deeds = deeds.into_iter();
        match number {
            0 => play(&mut session, flows::Open::retrieve("a")?, &mut deeds),
            1 => play(&mut session, flows::Open::store("a")?, &mut deeds),
            2 => play(&mut session, flows::Rename::new("a", "b")?, &mut deeds),
            3 => play(&mut session, flows::Inspect::new("a")?, &mut deeds),
            4 => play(&mut session, flows::Login::new(credentials()), &mut deeds),
            5 => play(&mut session, flows::ReadDirectory::new(None::<&str>)?, &mut deeds),
            6 => play(&mut session, flows::Quit::new(), &mut deeds),
            _ => play(&mut session, flows::Discover::new(), &mut deeds),
        }
        // The next operation cleans up, or fails.
        play(&mut session, flows::Pwd::new(), &mut deeds);
    }
}
