//! What a server knows about many paths, asked in flights. Whatever the server does to one reply, no
//! path gets the size or the time of another one, and the session is in step afterwards.

use std::collections::VecDeque;

use ftp_proto::tree::Inspected;
use ftp_proto::{Config, ErrorKind, Pipelining, Wait, flows};

use crate::support::*;

/// What happens to one reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Lost,
    Doubled,
    /// It comes after the next one.
    Swapped,
    /// It comes only after the client has waited in vain. So does all that follows it.
    Late,
    /// Another size comes before it.
    Stray,
    /// The connection ends in its place.
    Ends,
}

const FAULTS: [Fault; 6] = [
    Fault::Lost,
    Fault::Doubled,
    Fault::Swapped,
    Fault::Late,
    Fault::Stray,
    Fault::Ends,
];

/// A server that has the files `f0`, `f1` … but not `f3`. The size of a file is 100 more than its
/// number.
struct Files {
    fault: Option<(usize, Fault)>,
    by_facts: bool,
    unknown: &'static [&'static str],
    /// Whether every byte arrives alone.
    bytes: bool,
    /// How many replies were sent, those to the login and to FEAT not counted.
    sent: usize,
    swapped: Option<String>,
    held: VecDeque<Arrival>,
    due: VecDeque<Arrival>,
    is_late: bool,
}

impl Files {
    fn new(by_facts: bool, unknown: &'static [&'static str]) -> Self {
        Self {
            fault: None,
            by_facts,
            unknown,
            bytes: false,
            sent: 0,
            swapped: None,
            held: VecDeque::new(),
            due: VecDeque::from([Arrival::Bytes(b"220 ready\r\n".to_vec())]),
            is_late: false,
        }
    }

    fn reply(&self, line: &str) -> (bool, String) {
        let (verb, path) = line.split_once(' ').unwrap_or((line, ""));
        if self.unknown.contains(&verb) {
            return (true, "502 not here".into());
        }
        let number = path.trim_start_matches("f").parse::<usize>();
        let reply = match (verb, number) {
            ("USER", _) => return (false, "331 password".into()),
            ("PASS", _) => return (false, "230 in".into()),
            ("FEAT", _) if self.by_facts => {
                return (false, "211-Features\r\n MLST size*;\r\n211 End".into());
            }
            ("FEAT", _) => return (false, "211-Features\r\n SIZE\r\n211 End".into()),
            ("TYPE", _) => "200 I".into(),
            ("PWD", _) => "257 \"/here\"".into(),
            ("SYST", _) => "215 UNIX".into(),
            (_, Ok(3)) => "550 no such file".into(),
            ("SIZE", Ok(number)) => format!("213 {}", 100 + number),
            ("MDTM", Ok(number)) => format!("213 202601020304{number:02}"),
            ("MLST", Ok(number)) => {
                let size = 100 + number;
                format!(
                    "250-Facts\r\n size={size};modify=202601020304{number:02}; {path}\r\n250 End"
                )
            }
            _ => panic!("the client sent {line:?}"),
        };
        (true, reply)
    }

    fn send(&mut self, reply: String) {
        let bytes = format!("{reply}\r\n").into_bytes();
        let target = match self.is_late {
            true => &mut self.held,
            false => &mut self.due,
        };
        match self.bytes {
            true => target.extend(bytes.into_iter().map(|byte| Arrival::Bytes(vec![byte]))),
            false => target.push_back(Arrival::Bytes(bytes)),
        }
    }
}

impl Server for Files {
    fn hear(&mut self, line: &str) {
        let (counts, reply) = self.reply(line);
        let here = self.fault.filter(|(at, _)| counts && *at == self.sent);
        self.sent += usize::from(counts);
        let again = reply.clone();
        match here.map(|(_, fault)| fault) {
            Some(Fault::Lost) => {}
            Some(Fault::Doubled) => {
                self.send(reply);
                self.send(again);
            }
            Some(Fault::Swapped) => self.swapped = Some(reply),
            Some(Fault::Late) => {
                self.is_late = true;
                self.send(reply);
            }
            Some(Fault::Stray) => {
                self.send("213 9".into());
                self.send(reply);
            }
            Some(Fault::Ends) => self.due.push_back(Arrival::Eof),
            None => {
                self.send(reply);
                if let Some(swapped) = self.swapped.take() {
                    self.send(swapped);
                }
            }
        }
    }

    fn arrival(&mut self, wait: Wait) -> Arrival {
        if let Some(arrival) = self.due.pop_front() {
            return arrival;
        }
        if wait != Wait::Arrived {
            self.due.append(&mut self.held);
            self.is_late = false;
        }
        Arrival::Silence
    }

    fn serve(&mut self, want: &str) -> Reaction {
        panic!("the client wants {want:?}");
    }
}

fn paths(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("f{number}")).collect()
}

fn logged_in_to(files: Files, pipelining: Pipelining) -> Driver<Files> {
    let config = Config::default().with_pipelining(pipelining);
    let mut driver = Driver::new(config, files);
    driver.outcome(&Op::Greeting);
    driver.outcome(&Op::Login);
    driver.outcome(&Op::Feat);
    driver.forget();
    driver
}

/// Returns the size and the time in a result, or `550`.
fn told(inspected: &Inspected) -> String {
    match inspected {
        Inspected::Facts(entry) => {
            let time = entry.modified().map(|it| it.time().to_string());
            format!("{:?} {:?}", entry.size(), time)
        }
        Inspected::File { size, modified } => {
            format!("{size:?} {:?}", modified.map(|it| it.to_string()))
        }
        Inspected::Refused(error) => {
            let argument = error.argument().expect("a path");
            let code = error.code().expect("a reply").value();
            format!("{code} {}", String::from_utf8_lossy(argument))
        }
        other => format!("{other:?}"),
    }
}

/// Returns what is right for each path, if the server tells sizes or times.
fn right(count: usize, unknown: &[&str]) -> Vec<String> {
    let known = |verb| !unknown.contains(&verb);
    let text = |number: usize| {
        let size = known("SIZE").then_some(100 + number);
        let time = known("MDTM").then(|| format!("2026-01-02T03:04:{number:02}"));
        match (number, size, &time) {
            (_, None, None) => "Unasked".into(),
            (3, ..) => "550 f3".into(),
            _ => format!("{size:?} {time:?}"),
        }
    };
    (0..count).map(text).collect()
}

fn inspect(driver: &mut Driver<Files>, count: usize) -> Result<Vec<String>, Stop> {
    let flow = flows::InspectMany::new(paths(count)).expect("paths");
    let found = driver.try_run(flow)?;
    Ok(found.iter().map(told).collect())
}

/// The kinds of servers: whether they have MLST, and which commands they do not know.
const KINDS: [(bool, &[&str]); 5] = [
    (true, &[]),
    (false, &[]),
    (false, &["SIZE"]),
    (false, &["MDTM"]),
    (false, &["SIZE", "MDTM"]),
];

#[test]
fn every_path_gets_its_own_result_in_order() {
    for (by_facts, unknown) in KINDS {
        for pipelining in [Pipelining::always(), Pipelining::never()] {
            for count in [0, 1, 2, 5, 16, 17, 40] {
                let mut driver = logged_in_to(Files::new(by_facts, unknown), pipelining);
                let found = inspect(&mut driver, count).expect("it answers");
                assert_eq!(found, right(count, unknown), "{unknown:?}");
                assert_eq!(driver.outcome(&Op::Pwd), "/here");
                assert_eq!(driver.breaches, [""; 0]);
            }
        }
    }
}

/// Returns how many flights left, and how many commands they had.
fn flights(count: usize, by_facts: bool) -> Vec<usize> {
    let mut driver = logged_in_to(Files::new(by_facts, &[]), Pipelining::always());
    inspect(&mut driver, count).expect("it answers");
    let looks = driver.wants.iter().filter(|it| *it == "receive Arrived");
    vec![looks.count(), driver.wire.len()]
}

#[test]
fn a_flight_has_at_most_sixteen_paths() {
    // 40 paths by three flights, each with a PWD for each path. TYPE I is in the first one.
    assert_eq!(flights(40, false), [3, 1 + 40 * 3]);
    assert_eq!(flights(40, true), [3, 40 * 2]);
    assert_eq!(flights(16, true), [1, 16 * 2]);
}

#[test]
fn a_flight_has_at_most_two_kib_of_commands() {
    let mut driver = logged_in_to(Files::new(false, &[]), Pipelining::always());
    let long = format!("f{}7", "0".repeat(700));
    let flow = flows::InspectMany::new([&long, &long, &long]).expect("paths");
    let found = driver.run(flow).expect("it answers");
    assert!(found.iter().all(|it| it.size() == Some(107)), "{found:?}");
    let looks = driver.wants.iter().filter(|it| *it == "receive Arrived");
    assert_eq!(looks.count(), 3);
}

#[test]
fn one_question_needs_no_fence() {
    let mut driver = logged_in_to(Files::new(true, &[]), Pipelining::always());
    inspect(&mut driver, 1).expect("it answers");
    assert_eq!(driver.wire, ["MLST f0"]);
}

#[test]
fn size_and_mdtm_about_one_path_share_a_flight() {
    let mut driver = logged_in_to(Files::new(false, &[]), Pipelining::always());
    let found = driver.run(flows::Inspect::new("f1").expect("a path"));
    assert_eq!(told(&found.expect("it answers")), right(2, &[])[1]);
    assert_eq!(driver.wire, ["TYPE I", "SIZE f1", "MDTM f1", "PWD"]);
    let looks = driver.wants.iter().filter(|it| *it == "receive Arrived");
    assert_eq!(looks.count(), 1);
}

/// Only servers that are known to bear it get flights of questions.
#[test]
fn an_unknown_server_gets_one_question_at_a_time() {
    let mut driver = logged_in_to(Files::new(false, &[]), Pipelining::default());
    inspect(&mut driver, 2).expect("it answers");
    assert_eq!(
        driver.wire,
        ["TYPE I", "SIZE f0", "MDTM f0", "SIZE f1", "MDTM f1"]
    );
}

#[test]
fn invariant_no_fault_gives_a_path_the_size_of_another_one() {
    const COUNT: usize = 6;
    for (by_facts, unknown) in KINDS {
        for fault in FAULTS {
            // The replies to the questions, the fences and TYPE.
            for at in 0..=COUNT * 3 {
                for bytes in [false, true] {
                    let mut files = Files::new(by_facts, unknown);
                    files.fault = Some((at, fault));
                    files.bytes = bytes;
                    let mut driver = logged_in_to(files, Pipelining::always());
                    let case = format!("{by_facts} {unknown:?} {fault:?} {at} {bytes}");
                    check(&mut driver, COUNT, unknown, fault, &case);
                }
            }
        }
    }
}

fn check(driver: &mut Driver<Files>, count: usize, unknown: &[&str], fault: Fault, case: &str) {
    match inspect(driver, count) {
        Ok(found) => {
            let right = right(count, unknown);
            for (found, right) in found.iter().zip(&right) {
                assert_eq!(found, right, "{case}\n{:#?}", driver.wire);
            }
            assert_eq!(found.len(), count, "{case}");
        }
        Err(Stop::Failed(error)) if fault == Fault::Ends => {
            assert_eq!(error.kind(), ErrorKind::Closed, "{case}");
            return;
        }
        Err(stop) => panic!("{case}: {stop:?}\n{:#?}", driver.wire),
    }
    if fault == Fault::Ends {
        return;
    }
    let in_step = driver.outcome(&Op::Pwd) == "/here" || driver.outcome(&Op::Pwd) == "/here";
    assert!(in_step, "{case}\n{:#?}", driver.wire);
    assert_eq!(driver.breaches, [""; 0], "{case}");
}

/// After a misfit the session sends one command at a time for good.
#[test]
fn rule_a_misfit_ends_pipelining() {
    let mut files = Files::new(false, &[]);
    files.fault = Some((2, Fault::Doubled));
    let mut driver = logged_in_to(files, Pipelining::always());
    assert_eq!(inspect(&mut driver, 2).expect("it answers"), right(2, &[]));
    driver.forget();
    inspect(&mut driver, 1).expect("it answers");
    let looks = driver.wants.iter().filter(|it| *it == "receive Arrived");
    assert_eq!((looks.count(), driver.wire.len()), (2, 2));
}

/// The size of a file may look like a time. Then the replies may be swapped, and the server is asked
/// again, one question at a time.
#[test]
fn quirk_a_size_that_looks_like_a_time_is_asked_alone() {
    let script = [
        hear("TYPE I"),
        hear("SIZE a"),
        hear("MDTM a"),
        hear("PWD"),
        say("200 I"),
        say("213 20260102030405"),
        say("213 20260102030406"),
        say("257 \"/\""),
        hear("PWD"),
        say("257 \"/fence\""),
        hear("TYPE I"),
        say("200 I"),
        hear("SIZE a"),
        say("213 20260102030405"),
        hear("MDTM a"),
        say("213 20260102030406"),
    ];
    let config = Config::default().with_pipelining(Pipelining::always());
    let mut driver = logged_in(config, [hear("FEAT"), say("211-F\r\n SIZE\r\n211 End")]);
    driver.outcome(&Op::Feat);
    driver.server.extend(script);
    assert_eq!(
        driver.tell(flows::Inspect::new("a").expect("a path")),
        "File { size: Some(20260102030405), modified: Some(Timestamp(2026-01-02T03:04:06)) }"
    );
    driver.server.assert_over();
}
