//! A server that follows a script.
//!
//! For each verb, the script lists what the server replies. It cannot list replies by their
//! position, because ftplib and this crate send different commands: for example, ftplib sends PASV
//! where this crate sends EPSV.

use std::collections::{HashMap, VecDeque};
use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use socket2::{Domain, SockRef, Socket, Type};

/// The time limit for each socket of the server. A busy machine does not reach it, and a wrong
/// script still fails soon.
pub(crate) const LIMIT: Duration = Duration::from_secs(10);

/// One step of a server's script.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// The server sends this reply and CRLF. A word in braces is replaced by an address or a port:
    /// for `{pasv}` and `{epsv}`, the server listens at a new port, and for `{elsewhere}`, at
    /// another address of this machine. `{closed}` and `{eclosed}` name a port where no server
    /// listens. `{misleading}` names an address that no machine has.
    Say(String),
    /// The server sends these bytes on the control connection, without adding CRLF.
    Raw(Vec<u8>),
    /// The server opens the data connection, if it is not open yet.
    Open,
    /// The server sends these bytes over the data connection.
    Send(Vec<u8>),
    /// The server reads the data connection to its end.
    Take,
    /// The server closes the data connection and the listener for it.
    End,
    /// The server resets the data connection.
    Reset,
    /// The server closes the control connection.
    HangUp,
}

pub(crate) fn say(reply: impl Into<String>) -> Step {
    Step::Say(reply.into())
}

pub(crate) fn raw(bytes: impl AsRef<[u8]>) -> Step {
    Step::Raw(bytes.as_ref().to_vec())
}

pub(crate) fn send(bytes: impl AsRef<[u8]>) -> Step {
    Step::Send(bytes.as_ref().to_vec())
}

/// Returns the steps with which the server sends a file and confirms it.
pub(crate) fn file(bytes: impl AsRef<[u8]>) -> [Step; 4] {
    [
        say("150 Here it comes"),
        send(bytes),
        Step::End,
        say("226 Done"),
    ]
}

pub(crate) fn taken() -> [Step; 3] {
    [say("150 Go on"), Step::Take, say("226 Done")]
}

/// The script of one server: for each verb or command line, the steps that the server performs.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    address: IpAddr,
    greeting: Vec<Step>,
    rounds: HashMap<String, VecDeque<Vec<Step>>>,
}

impl Default for Script {
    fn default() -> Self {
        let mut script = Self {
            address: Ipv4Addr::LOCALHOST.into(),
            greeting: vec![say("220 ready")],
            rounds: HashMap::new(),
        };
        for (verb, reply) in [
            ("USER", "331 Password?"),
            ("PASS", "230 In"),
            ("TYPE", "200 Type"),
            ("PASV", "227 Here ({pasv})."),
            ("EPSV", "229 Here ({epsv})"),
            ("PORT", "200 Port"),
            ("EPRT", "200 Port"),
            ("REST", "350 Rest"),
            ("PWD", "257 \"/here\""),
            // A client may send ABOR after the transfer is over, so every server has a reply to it.
            ("ABOR", "225 Nothing to abort"),
            ("QUIT", "221 Bye"),
        ] {
            script.add(verb, vec![say(reply)]);
        }
        script
    }
}

impl Script {
    pub(crate) fn over_ipv6(&mut self) {
        self.address = Ipv6Addr::LOCALHOST.into();
        self.set("PASV", vec![say("502 Not with you")]);
        self.set("PORT", vec![say("502 Not with you")]);
    }

    pub(crate) fn host(&self) -> IpAddr {
        self.address
    }

    pub(crate) fn greet(&mut self, steps: Vec<Step>) {
        self.greeting = steps;
    }

    /// Sets the steps for a verb or a whole command line, in place of all earlier steps. `add`
    /// appends the steps for the next time that the command comes. The last steps in the list are
    /// repeated.
    pub(crate) fn set(&mut self, command: &str, steps: Vec<Step>) {
        self.rounds.insert(command.to_owned(), [steps].into());
    }

    pub(crate) fn add(&mut self, command: &str, steps: Vec<Step>) {
        let rounds = self.rounds.entry(command.to_owned()).or_default();
        rounds.push_back(steps);
    }

    fn answer(&mut self, line: &str) -> Option<Vec<Step>> {
        let verb = line.split(' ').next().unwrap_or_default();
        let key = [line, verb]
            .into_iter()
            .find(|key| self.rounds.contains_key(*key))?;
        let rounds = self.rounds.get_mut(key)?;
        match rounds.len() {
            1 => rounds.front().cloned(),
            _ => rounds.pop_front(),
        }
    }
}

/// What one server has received in its session.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// The address that the control connection came from.
    pub(crate) from: Option<IpAddr>,
    /// The received command lines. Each byte has become one character, so a name in UTF-8 looks
    /// like Latin-1.
    pub(crate) commands: Vec<String>,
    /// Problems, as text: for example, a command for which the script has no steps.
    pub(crate) troubles: Vec<String>,
    /// The addresses in the PORT and EPRT commands that the server received.
    pub(crate) targets: Vec<IpAddr>,
    /// The data received over each data connection.
    pub(crate) taken: Vec<Vec<u8>>,
}

/// A running server that follows a script, in a thread.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    serving: JoinHandle<Seen>,
}

impl Server {
    pub(crate) fn start(script: Script) -> Self {
        let listener = ClosedPort::new(script.address).open();
        let address = listener.local_addr().expect("an address");
        let serving = thread::spawn(move || {
            let (control, peer) = listener.accept().expect("a client, or the end");
            drop(listener);
            limit(&control);
            // ftplib sends the last byte of ABOR with TCP's urgent mark. This option makes the
            // server read that byte in its place among the others.
            SockRef::from(&control)
                .set_out_of_band_inline(true)
                .expect("an option of every TCP socket");
            let mut session = Session {
                local: script.address,
                control,
                listener: None,
                closed: None,
                target: None,
                data: None,
                seen: Seen::default(),
            };
            session.seen.from = Some(peer.ip());
            session.serve(script);
            session.seen
        });
        Self { address, serving }
    }

    /// Ends the server, after the client has finished. Returns what the server has received.
    pub(crate) fn finish(self) -> Seen {
        // If no client has connected, the server's thread still waits in `accept`. This connection
        // ends the wait.
        let _ = TcpStream::connect(self.address);
        self.serving.join().expect("the script could be followed")
    }
}

/// A port that refuses connections: the socket is bound to it but does not listen. As long as this
/// value lives, no other program can listen there.
pub(crate) struct ClosedPort(Socket);

impl ClosedPort {
    pub(crate) fn new(address: IpAddr) -> Self {
        let address = SocketAddr::new(address, 0);
        let domain = Domain::for_address(address);
        let socket = Socket::new(domain, Type::STREAM, None).expect("a socket");
        socket.bind(&address.into()).expect("a port");
        Self(socket)
    }

    pub(crate) fn number(&self) -> u16 {
        let address = self.0.local_addr().expect("an address");
        address.as_socket().expect("of IP").port()
    }

    fn open(self) -> TcpListener {
        self.0.listen(8).expect("a listener");
        // On Linux, the read time-out of a listener also limits `accept`.
        self.0.set_read_timeout(Some(LIMIT)).expect("a limit");
        self.0.into()
    }
}

fn limit(stream: &TcpStream) {
    stream.set_nodelay(true).expect("an option of every socket");
    stream.set_read_timeout(Some(LIMIT)).expect("a limit");
    stream.set_write_timeout(Some(LIMIT)).expect("a limit");
}

struct Session {
    local: IpAddr,
    control: TcpStream,
    /// The listener for the data connection in passive mode. `None` if the client has chosen no
    /// passive mode.
    listener: Option<TcpListener>,
    closed: Option<ClosedPort>,
    /// The client's address from PORT or EPRT, in active mode. `None` in passive mode.
    target: Option<SocketAddr>,
    data: Option<TcpStream>,
    seen: Seen,
}

impl Session {
    fn serve(&mut self, mut script: Script) {
        let greeting = script.greeting.clone();
        if !self.follow(greeting) {
            return;
        }
        let reading = self.control.try_clone().expect("a second handle");
        let mut reading = BufReader::new(reading);
        loop {
            let mut line = Vec::new();
            match reading.read_until(b'\n', &mut line) {
                Ok(count) if count > 0 => {}
                _ => return,
            }
            let line: String = without_end(&line).iter().copied().map(char::from).collect();
            self.note_target(&line);
            self.seen.commands.push(line.clone());
            let steps = script.answer(&line).unwrap_or_else(|| {
                self.seen
                    .troubles
                    .push(format!("NOT IN THE SCRIPT: {line}"));
                vec![say("500 Not in the script")]
            });
            if !self.follow(steps) {
                return;
            }
        }
    }

    /// Performs the steps. Returns `false` if a step has closed the control connection.
    fn follow(&mut self, steps: Vec<Step>) -> bool {
        for step in steps {
            match step {
                Step::Say(reply) => {
                    let reply = self.fill_in(&reply);
                    self.write(reply.as_bytes());
                }
                Step::Raw(bytes) => self.write(&bytes),
                Step::Open => drop(self.data()),
                Step::Send(bytes) => {
                    if let Some(mut data) = self.data() {
                        // The client may have closed the data connection already, so an error of
                        // this write does not matter.
                        let _ = data.write_all(&bytes);
                    }
                }
                Step::Take => {
                    if let Some(mut data) = self.data() {
                        let mut taken = Vec::new();
                        let _ = data.read_to_end(&mut taken);
                        self.seen.taken.push(taken);
                    }
                    self.data = None;
                }
                Step::End => (self.data, self.listener) = (None, None),
                Step::Reset => {
                    if let Some(data) = self.data() {
                        SockRef::from(&data)
                            .set_linger(Some(Duration::ZERO))
                            .expect("an option of every TCP socket");
                    }
                    self.data = None;
                }
                Step::HangUp => {
                    let _ = self.control.shutdown(Shutdown::Both);
                    return false;
                }
            }
        }
        true
    }

    fn write(&mut self, bytes: &[u8]) {
        match self.control.write_all(bytes) {
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock) => {
                panic!("the client does not read")
            }
            // If the client has closed the connection, the server's next read finds the end, so
            // this error does not matter.
            _ => {}
        }
    }

    /// Returns the data connection, and first opens it if it is not open. If that fails, notes the
    /// failure in `troubles` and returns `None`.
    fn data(&mut self) -> Option<TcpStream> {
        if self.data.is_none() {
            let made = match (&self.listener, self.target) {
                (Some(listener), _) => listener.accept().map(|(data, _)| data),
                (None, Some(target)) => TcpStream::connect_timeout(&target, LIMIT),
                (None, None) => Err(ErrorKind::NotConnected.into()),
            };
            match made {
                Ok(data) => {
                    limit(&data);
                    self.data = Some(data);
                }
                Err(error) => self
                    .seen
                    .troubles
                    .push(format!("NO DATA CONNECTION: {error}")),
            }
        }
        let data = self.data.as_ref()?;
        Some(data.try_clone().expect("a second handle"))
    }

    fn fill_in(&mut self, reply: &str) -> String {
        let Some((before, rest)) = reply.split_once('{') else {
            return format!("{reply}\r\n");
        };
        let (name, after) = rest.split_once('}').expect("a closing brace");
        let address = match name {
            "elsewhere" => Ipv4Addr::new(127, 0, 0, 2).into(),
            _ => self.local,
        };
        let bound = ClosedPort::new(address);
        let port = bound.number();
        let [high, low] = port.to_be_bytes();
        let six = |address: [u8; 4]| {
            let [a, b, c, d] = address;
            format!("{a},{b},{c},{d},{high},{low}")
        };
        let value = match (name, address) {
            ("pasv" | "closed" | "elsewhere", IpAddr::V4(address)) => six(address.octets()),
            // This address is reserved for documentation (RFC 5737), so no machine has it.
            ("misleading", _) => six([192, 0, 2, 1]),
            ("epsv" | "eclosed", _) => format!("|||{port}|"),
            ("port", _) => format!("{port}"),
            _ => panic!("{{{name}}} over {address}?"),
        };
        self.target = None;
        self.data = None;
        if name.ends_with("closed") {
            (self.listener, self.closed) = (None, Some(bound));
        } else {
            self.listener = Some(bound.open());
        }
        format!("{before}{value}{after}\r\n")
    }

    fn note_target(&mut self, line: &str) {
        let target = match line.split_once(' ') {
            Some(("PORT", argument)) => {
                let numbers: Vec<u8> = argument.split(',').flat_map(str::parse).collect();
                let Ok([a, b, c, d, high, low]) = <[u8; 6]>::try_from(numbers) else {
                    return;
                };
                let port = u16::from_be_bytes([high, low]);
                SocketAddr::from((Ipv4Addr::new(a, b, c, d), port))
            }
            Some(("EPRT", argument)) => {
                let mut parts = argument.split('|').skip(2);
                let address = parts.next().and_then(|part| part.parse::<IpAddr>().ok());
                let port = parts.next().and_then(|part| part.parse::<u16>().ok());
                let (Some(address), Some(port)) = (address, port) else {
                    return;
                };
                SocketAddr::from((address, port))
            }
            _ => return,
        };
        self.listener = None;
        self.data = None;
        self.target = Some(target);
        self.seen.targets.push(target.ip());
    }
}

fn without_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}
