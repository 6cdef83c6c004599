//! Tests of the feature `tracing`: the span of each operation, and the events in it.
//!
//! The subscriber is the one of the whole process, because a subscriber of one thread only can miss
//! events that another thread has met first. It collects the events of each thread apart. So these
//! tests are alone in their process.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::{self, Write as _};
use std::io::Read as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock};

use ftp_proto::simulator::{Action, Fault, Setup, Simulator};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::{Interest, set_global_default};
use tracing::{Event, Metadata, Subscriber};

use crate::face::{Client, Credentials, Memory, Options};
use crate::support::tls::tls;

thread_local! {
    /// The lines of this thread, and the spans that are entered.
    static LOG: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    static ENTERED: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
}

/// Collects a line for each event, and for the beginning and the end of each span.
#[derive(Default)]
struct Collector {
    last: AtomicU64,
    /// The name of each span, and how many handles it has.
    spans: Mutex<HashMap<u64, (String, usize)>>,
}

/// Runs an action, and returns the lines that it has logged on this thread.
pub(crate) fn logged(action: impl FnOnce()) -> Vec<String> {
    static STARTED: OnceLock<()> = OnceLock::new();
    STARTED.get_or_init(|| set_global_default(Collector::default()).expect("the first one"));
    LOG.take();
    action();
    LOG.take()
}

fn log(line: String) {
    LOG.with_borrow_mut(|log| log.push(line));
}

/// The fields of an event or a span as text: the message first.
#[derive(Default)]
struct Fields {
    message: String,
    others: String,
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        match field.name() {
            "message" => self.message = format!("{value:?}"),
            name => write!(self.others, " {name}={value:?}").expect("text"),
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }
}

impl Subscriber for Collector {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("ftp_proto::")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let id = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        let mut name = Name::default();
        span.record(&mut name);
        log(format!("{} begins", name.shown()));
        let mut spans = self.spans.lock().expect("no panic");
        spans.insert(id, (name.shown(), 1));
        Id::from_u64(id)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let entered = ENTERED.with_borrow(|entered| entered.last().copied());
        let spans = self.spans.lock().expect("no panic");
        let span = entered.map_or("[]", |id| &spans[&id].0);
        let target = event.metadata().target().trim_start_matches("ftp_proto::");
        let level = event.metadata().level();
        log(format!(
            "{span} {level} {target}: {}{}",
            fields.message, fields.others
        ));
    }

    fn enter(&self, span: &Id) {
        ENTERED.with_borrow_mut(|entered| entered.push(span.into_u64()));
    }

    fn exit(&self, span: &Id) {
        let left = ENTERED.with_borrow_mut(Vec::pop);
        assert_eq!(left, Some(span.into_u64()), "spans are left in order");
    }

    fn clone_span(&self, span: &Id) -> Id {
        let mut spans = self.spans.lock().expect("no panic");
        spans.get_mut(&span.into_u64()).expect("a span").1 += 1;
        span.clone()
    }

    fn try_close(&self, span: Id) -> bool {
        let mut spans = self.spans.lock().expect("no panic");
        let (name, handles) = spans.get_mut(&span.into_u64()).expect("a span");
        *handles -= 1;
        let closed = *handles == 0;
        if closed {
            log(format!("{name} ends"));
        }
        closed
    }
}

/// The operation and the host of a span.
#[derive(Default)]
struct Name {
    operation: String,
    host: String,
}

impl Name {
    fn shown(&self) -> String {
        format!("[{}@{}]", self.operation, self.host)
    }
}

impl Visit for Name {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        panic!("{} is no text: {value:?}", field.name());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "operation" => self.operation = value.into(),
            "host" => self.host = value.into(),
            other => panic!("an unknown field {other}"),
        }
    }
}

fn connect(setup: Setup) -> Client {
    let memory = Memory::new(Simulator::new(setup.file("/f", "12345")));
    Client::connect_over(memory, Options::new("localhost")).expect("a session")
}

fn logged_in(setup: Setup) -> Client {
    let mut client = connect(setup);
    client.login("user", "secret").expect("logged in");
    client
}

fn without_host(log: &[String]) -> Vec<String> {
    let lines = log.iter();
    lines.map(|line| line.replace("@localhost]", "]")).collect()
}

/// The lines of one session, from the greeting to QUIT.
#[test]
fn a_session_has_a_span_for_each_operation_and_events_in_it() {
    let log = logged(|| {
        let mut client = logged_in(Setup::new());
        client.delete("/none").expect_err("no such file");
        let mut download = client.download("/f").expect("a download");
        download
            .read_to_end(&mut Vec::new())
            .expect("the whole file");
        drop(download);
        client.quit().expect("quit");
    });
    let expected = [
        "[] DEBUG session: connected host=localhost peer=127.0.0.1:21",
        "[Greeting] begins",
        "[Greeting] DEBUG control: received reply=220 simulator ready",
        "[Greeting] ends",
        "[Login] begins",
        "[Login] DEBUG control: sent command=USER user",
        "[Login] DEBUG control: received reply=331 Please specify the password.",
        "[Login] DEBUG control: sent command=PASS ***",
        "[Login] DEBUG control: received reply=230 Login successful.",
        "[Login] ends",
        "[Delete] begins",
        "[Delete] DEBUG control: sent command=DELE /none",
        "[Delete] DEBUG control: received reply=550 Delete operation failed.",
        "[Delete] INFO session: refused kind=Permanent dead=false error=DELE /none: the \
         server refused: 550 Delete operation failed.",
        "[Delete] ends",
        "[Open] begins",
        "[Open] DEBUG control: sent command=TYPE I",
        "[Open] DEBUG control: sent command=EPSV",
        "[Open] DEBUG control: received reply=200 Switching to Binary mode.",
        "[Open] DEBUG control: received reply=229 Entering Extended Passive Mode (|||50001|)",
        "[Open] DEBUG data: connecting endpoint=ControlPeer(50001)",
        "[Open] DEBUG data: connected",
        "[Open] DEBUG control: sent command=RETR /f",
        "[Open] DEBUG control: received reply=150 Opening BINARY mode data connection (5 bytes).",
        "[Open] DEBUG control: received reply=226 Transfer complete.",
        "[Open] DEBUG data: the data begins verb=RETR size_hint=5 protected=false resumed=false",
        "[Open] ends",
        "[Finish] begins",
        "[Finish] DEBUG data: the data ended verb=RETR bytes=5 end=clean",
        "[Finish] DEBUG data: closing how=Acknowledge",
        "[Finish] DEBUG data: closed end=clean",
        "[Finish] INFO data: the transfer is confirmed verb=RETR bytes=5",
        "[Finish] ends",
        "[Quit] begins",
        "[Quit] DEBUG control: sent command=QUIT",
        "[Quit] DEBUG control: received reply=221 Goodbye.",
        "[Quit] ends",
    ];
    assert_eq!(without_host(&log), expected);
}

/// What a handshake has negotiated, for both connections.
#[test]
fn handshakes_tell_what_they_have_negotiated() {
    let ends = &tls()[1];
    let setup = Setup::new().tls(ends.server.clone()).file("/f", "12345");
    let options = Options::new("localhost").with_tls(ends.client.clone());
    let log = logged(|| {
        let memory = Memory::new(Simulator::new(setup));
        let mut client = Client::connect_over(memory, options).expect("a session");
        client.login("user", "secret").expect("logged in");
        client
            .download("/f")
            .expect("a download")
            .read_to_end(&mut Vec::new())
            .expect("read");
    });
    let tls: Vec<_> = log.iter().filter(|line| line.contains(" tls: ")).collect();
    let expected = [
        "[Login@localhost] DEBUG tls: securing the control connection",
        "[Login@localhost] INFO tls: the handshake is done connection=control version=TLS 1.3 \
         cipher_suite=TLS_AES_256_GCM_SHA384 resumed=false",
        "[Login@localhost] DEBUG tls: secured",
        "[Open@localhost] DEBUG tls: securing the data connection",
        "[Open@localhost] INFO tls: the handshake is done connection=data version=TLS 1.3 \
         cipher_suite=TLS_AES_256_GCM_SHA384 resumed=true",
        "[Open@localhost] DEBUG tls: secured, by a resumed session",
    ];
    assert_eq!(tls, expected);
}

/// No secret is in any line, even if the server repeats it.
#[test]
fn no_secret_is_logged() {
    let secrets = [
        "hush",
        "research",
        "oldword",
        "newword",
        "rawword",
        "rawaccount",
        "urlword",
    ];
    let log = logged(|| {
        let repeats = Action::Before(b"331-so it is hush\r\n331 of research\r\n".to_vec());
        let setup = Setup::new().user("ada", "hush").account("research");
        let mut client = connect(setup.fault(Fault::nth("PASS", 1, repeats)));
        let credentials = Credentials::new("ada", "hush").expect("valid");
        let credentials = credentials.with_account("research").expect("valid");
        client.login_with(credentials.clone()).expect("logged in");
        client.site("PSWD oldword newword").expect_err("unknown");
        client.raw("PASS rawword").expect("a reply");
        client.raw("ACCT rawaccount").expect("a reply");
        let _ = client.login_with(credentials);
        let _ = client.pwd();
        // The host is a mistake, which `Memory` does not notice.
        let memory = Memory::new(Simulator::new(Setup::new()));
        let options = Options::new("ftp://ada:urlword@localhost");
        Client::connect_over(memory, options).expect("a session");
    });
    for secret in secrets {
        let shown = log.iter().find(|line| line.contains(secret));
        assert_eq!(shown, None, "{secret}");
    }
    assert!(
        log.iter().any(|line| line.ends_with("command=PASS ***")),
        "{log:#?}"
    );
    assert!(
        log.iter()
            .any(|line| line.ends_with("command=SITE PSWD ***")),
        "{log:#?}"
    );
}

/// What a person wants to find in a log without reading all of it: warnings and second tries.
#[test]
fn second_tries_and_strays_stand_out() {
    let refused = Action::Reply(b"500 What?\r\n".to_vec());
    let stray = Action::Stray(b"200 Too many\r\n".to_vec());
    let log = logged(|| {
        let setup = Setup::new()
            .fault(Fault::on("EPSV", refused))
            .fault(Fault::nth("PWD", 0, stray));
        let mut client = logged_in(setup);
        client.names(None).expect("listed by PASV");
        client.pwd().expect("a directory");
        client.noop().expect("in step again");
        client.reconnect().expect("connected again");
    });
    let marked = |line: &&String| line.contains(" INFO ") || line.contains(" WARN ");
    let marked: Vec<_> = log.iter().filter(marked).collect();
    let expected = [
        "[Open@localhost] INFO control: does not work here, so another way is tried capability=EPSV",
        "[Finish@localhost] INFO data: the transfer is confirmed verb=NLST bytes=3",
        "[Noop@localhost] WARN control: a reply belongs to no command code=200",
        "[Noop@localhost] WARN control: replies and commands may not match any more",
        "[] INFO session: replacing the control connection host=localhost",
    ];
    assert_eq!(marked, expected);
}

/// A plan runs tasks. Each has the name of the operation that it stands for.
#[test]
fn the_operations_of_a_plan_have_their_own_names() {
    let log = logged(|| {
        let setup = Setup::new().file("/tree/a", "1");
        let mut client = logged_in(setup);
        client.delete_tree("/tree").expect("deleted");
    });
    let begins = log
        .iter()
        .filter_map(|line| line.strip_suffix("@localhost] begins"));
    let names: Vec<_> = begins.collect();
    let expected = [
        "[Greeting",
        "[Login",
        "[Inspect",
        "[Delete",
        "[ReadDirectory",
        "[Finish",
        "[Delete",
        "[RemoveDirectory",
    ];
    assert_eq!(names, expected);
}
