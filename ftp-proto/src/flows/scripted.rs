// What the examples of the flows run against: a server whose replies are given, and the loop that
// drives a flow. This file is no module of the library: each example includes it, by a line that its
// page does not show.

use ftp_proto::files::{
    FileFact, FileOptions, FilePlan, FileReport, FileStep, GetFile, LocalFact, LocalStep,
};
use ftp_proto::flows::{Credentials, Finish, Greeting, Login};
use ftp_proto::listing::Entry;
use ftp_proto::tree::{Inspected, Outcome};
use ftp_proto::{Config, DataEnd, Error, Flow, Options, Security, Session, Step, Wait, Want};

/// A server that sends its next reply each time that the client waits for one.
pub struct Server {
    replies: std::vec::IntoIter<String>,
    heard: Vec<u8>,
}

impl Server {
    pub fn new<const N: usize>(replies: [&str; N]) -> Self {
        let replies: Vec<String> = replies.map(|reply| format!("{reply}\r\n")).into();
        Self {
            replies: replies.into_iter(),
            heard: Vec::new(),
        }
    }

    /// Returns the commands that the client has sent.
    pub fn heard(&self) -> Vec<String> {
        let text = String::from_utf8_lossy(&self.heard);
        text.lines().map(str::to_owned).collect()
    }
}

/// Runs a flow to its end, as the example of the crate's page does.
pub fn drive<F: Flow>(
    session: &mut Session,
    flow: F,
    server: &mut Server,
) -> Result<F::Output, Error> {
    let (mut running, mut answer) = session.start(flow);
    loop {
        let want = match session.step(&mut running, answer)? {
            Step::Done(output) => return Ok(output),
            Step::Want(want) => want,
        };
        server.heard.extend_from_slice(session.outgoing());
        session.advance(session.outgoing().len());
        answer = match want {
            Want::Receive(want) if want.wait() == Wait::Arrived => want.timed_out(),
            Want::Receive(want) => {
                match server.replies.next() {
                    Some(reply) => session.receive(reply.as_bytes()),
                    None => session.receive_eof(),
                }
                want.received()
            }
            Want::Connect(want) => want.connected(),
            Want::Listen(want) => want.timed_out(),
            Want::Accept(want) => want.timed_out(),
            Want::SecureControl(want) => want.secured(),
            Want::ClearControl(want) => want.cleared(),
            Want::SecureData(want) => want.secured(),
            Want::CloseData(want) => want.closed(DataEnd::Clean),
        };
    }
}

/// Returns a session that has got the greeting.
pub fn connected(config: Config) -> Result<Session, Error> {
    let mut session = Session::new(config);
    drive(
        &mut session,
        Greeting::new(),
        &mut Server::new(["220 Welcome"]),
    )?;
    Ok(session)
}

/// Returns a session in clear text that is logged in.
pub fn logged_in() -> Result<Session, Error> {
    let mut session = connected(Config::default())?;
    let login = Login::new(Credentials::new("ada", "secret")?);
    let mut server = Server::new(["331 Password?", "230 Hello"]);
    drive(&mut session, login, &mut server)?;
    Ok(session)
}

/// Returns a session under TLS that is logged in.
pub fn secured() -> Result<Session, Error> {
    let config = Config::default().with_security(Security::Explicit);
    let mut session = connected(config)?;
    let login = Login::new(Credentials::new("ada", "secret")?);
    let replies = [
        "234 Go",
        "331 Password?",
        "230 Hello",
        "200 Fine",
        "200 Private",
    ];
    drive(&mut session, login, &mut Server::new(replies))?;
    Ok(session)
}

/// Downloads a whole file of 5 bytes, and returns the report.
pub fn downloaded() -> Result<FileReport, Error> {
    let mut session = logged_in()?;
    let options = Options::new("ftp.example.org");
    let mut plan = GetFile::new("hello", &options, &FileOptions::new())?;
    loop {
        let fact = match plan.next_step() {
            FileStep::Done(result) => return result,
            FileStep::Run(_) => {
                let entry = Entry::from_facts("type=file;size=5; hello").expect("an entry");
                FileFact::Task(Outcome::Inspected(Inspected::Facts(entry)))
            }
            FileStep::Local(LocalStep::Open { .. }) => FileFact::Local(LocalFact::Opened(0)),
            FileStep::Local(LocalStep::Commit { .. }) => FileFact::Local(LocalFact::Committed {
                length: 5,
                modified: None,
            }),
            FileStep::Receive(receive) => {
                let replies = ["200 Binary", "229 Here (|||2020|)", "150 Comes", "226 Done"];
                let mut server = Server::new(replies);
                let transfer = drive(&mut session, receive.open, &mut server)?;
                let finish = Finish::new(transfer, 5, DataEnd::Clean);
                FileFact::Moved(drive(&mut session, finish, &mut server)?)
            }
            _ => FileFact::Local(LocalFact::Done),
        };
        plan.finished(Ok(fact));
    }
}
