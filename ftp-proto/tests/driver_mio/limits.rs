//! What the driver does when time matters: speed limits, and servers that send without end.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use ftp_proto::embedding::{Driver, Network, Stream};
use ftp_proto::flows::{Credentials, Greeting, Login, Noop, Open};
use ftp_proto::simulator::{Action, End, Fault, Port, Setup, Simulator, Then, World};
use ftp_proto::{
    AbortHandle, AbortSignal, Config, DataEnd, Error, ErrorKind, Flow, Misuse, Options, Timeouts,
    TransferLimits, TransferOptions, Wait,
};

/// A world in which the server sends without end after the client has ended its direction.
struct Flooded(World);

struct Flood {
    end: End,
    has_begun: bool,
}

impl Flooded {
    fn stream(end: End) -> Flood {
        let has_begun = false;
        Flood { end, has_begun }
    }
}

impl Network for Flooded {
    type Stream = Flood;
    type Listener = Port;

    fn connect(&mut self, to: SocketAddr) -> io::Result<Flood> {
        self.0.connect(to.port()).map(Self::stream)
    }

    fn listen(&mut self, beside: &Flood) -> io::Result<(Port, SocketAddr)> {
        Network::listen(&mut self.0, &beside.end)
    }

    fn accept(&mut self, port: &mut Port) -> io::Result<Flood> {
        port.accept().map(Self::stream)
    }

    fn now(&self) -> Instant {
        self.0.now()
    }
}

impl Stream for Flood {
    fn is_connected(&mut self) -> io::Result<bool> {
        self.end.is_connected()
    }

    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.has_begun {
            return self.end.read(buffer);
        }
        let world = self.end.world();
        world.advance_clock(world.now() + Duration::from_millis(1));
        Ok(buffer.len())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.end.write(bytes)
    }

    fn shutdown(&mut self) -> io::Result<()> {
        self.has_begun = true;
        Ok(())
    }

    fn reset_on_close(&mut self, reset: bool) {
        self.end.reset_on_close(reset);
    }

    fn peer(&self) -> Option<SocketAddr> {
        self.end.peer()
    }
}

struct Client(Driver<Flooded>, World);

impl Client {
    fn logged_in(setup: Setup, limits: TransferLimits) -> Result<Self, Error> {
        let world = World::new(Simulator::new(setup));
        let peer = SocketAddr::from(([127, 0, 0, 1], 21));
        let mut network = Flooded(world.clone());
        let control = network.connect(peer)?;
        let options = Options::new("localhost").with_transfer_limits(limits);
        let mut client = Self(Driver::new(network, control, peer, options)?, world);
        client.run(Greeting::new())?;
        client.run(Login::new(Credentials::new("user", "secret")?))?;
        Ok(client)
    }

    fn run<F: Flow>(&mut self, flow: F) -> Result<F::Output, Error> {
        let mut operation = self.0.start(flow);
        self.until_done(|driver| driver.turn(&mut operation))
    }

    fn until_done<T>(&mut self, mut step: impl FnMut(&mut Driver<Flooded>) -> Option<T>) -> T {
        loop {
            if let Some(done) = step(&mut self.0) {
                return done;
            }
            self.1.advance_clock(self.0.deadline());
        }
    }

    fn download(&mut self, path: &str) -> Result<Vec<u8>, Error> {
        let transfer = self.run(Open::retrieve(path)?)?;
        let mut phase = self.0.data_phase(transfer, &TransferOptions::new());
        let (mut file, mut buffer) = (Vec::new(), [0; 4096]);
        loop {
            let step = |driver: &mut Driver<_>| driver.receive(&mut phase, &mut buffer);
            match self.until_done(step) {
                0 => return phase.into_outcome().map(|_| file),
                count => file.extend_from_slice(&buffer[..count]),
            }
        }
    }

    fn upload(&mut self, path: &str, mut file: &[u8]) -> Result<(), Error> {
        let transfer = self.run(Open::store(path)?)?;
        let mut phase = self.0.data_phase(transfer, &TransferOptions::new());
        while !file.is_empty() {
            match self.until_done(|driver| driver.send(&mut phase, file)) {
                Some(count) => file = &file[count..],
                None => break,
            }
        }
        self.until_done(|driver| driver.send_rest(&mut phase));
        phase.end(DataEnd::Clean);
        self.until_done(|driver| driver.finish(&mut phase));
        phase.into_outcome().map(drop)
    }
}

#[test]
fn transfers_keep_the_rate() -> Result<(), Error> {
    let limits = TransferLimits::new().with_rate(10_000);
    let mut client = Client::logged_in(Setup::new().file("/file", [7; 50_000]), limits)?;
    let begun = client.1.now();
    assert_eq!(client.download("/file")?.len(), 50_000);
    let took = client.1.now() - begun;
    assert!(took > Duration::from_millis(4_800), "{took:?}");
    assert!(took < Duration::from_secs(6), "{took:?}");

    let setup = Setup::new();
    let mut client = Client::logged_in(setup, limits)?;
    let begun = client.1.now();
    client.upload("/new", &[7; 50_000])?;
    let took = client.1.now() - begun;
    assert!(took > Duration::from_millis(4_800), "{took:?}");
    Ok(())
}

#[test]
fn a_transfer_below_the_least_speed_fails_before_its_time_limit() -> Result<(), Error> {
    let stalls = Fault::on(
        "RETR",
        Action::At {
            after: 1000,
            control: Vec::new(),
            then: Then::Stall,
        },
    );
    let limits = TransferLimits::new().with_low_speed(1000, Duration::from_secs(10));
    let setup = Setup::new().file("/file", [7; 50_000]).fault(stalls);
    let mut client = Client::logged_in(setup, limits)?;
    let begun = client.1.now();
    let error = client.download("/file").expect_err("too slow");
    assert_eq!(error.kind(), ErrorKind::TooSlow);
    let took = client.1.now() - begun;
    assert!(took < Duration::from_secs(30), "{took:?}");
    Ok(())
}

/// Without a pause, the driver would read for ever and never look at the clock.
#[test]
fn a_server_that_sends_without_end_meets_the_time_limit() -> Result<(), Error> {
    let mut client = Client::logged_in(Setup::new(), TransferLimits::new())?;
    let begun = client.1.now();
    client.upload("/new", b"hello")?;
    let took = client.1.now() - begun;
    let limit = Timeouts::default().of(Wait::DataClose);
    assert!(took >= limit && took < limit * 2, "{took:?}");
    Ok(())
}

/// Makes a driver with these options. The world's greeting has come.
fn greeted(options: Options) -> Result<(Driver<World>, World), Error> {
    let fault = Fault::on("NOOP", Action::Silent);
    let world = World::new(Simulator::new(Setup::new().fault(fault)));
    let peer = SocketAddr::from(([127, 0, 0, 1], 21));
    let control = world.connect(21)?;
    let mut driver = Driver::new(world.clone(), control, peer, options)?;
    let mut greeting = driver.start(Greeting::new());
    while driver.turn(&mut greeting).is_none() {
        world.advance_clock(driver.deadline());
    }
    Ok((driver, world))
}

#[test]
fn the_total_time_ends_an_operation_and_all_later_ones() -> Result<(), Error> {
    let begun = Options::new("localhost").with_total_time(Duration::from_secs(5));
    let (mut driver, world) = greeted(begun)?;
    let begun = world.now();
    for _ in 0..2 {
        let mut operation = driver.start(Noop::new());
        let result = loop {
            match driver.turn(&mut operation) {
                Some(result) => break result,
                None => world.advance_clock(driver.deadline()),
            };
        };
        assert_eq!(
            result.map_err(|error| error.kind()).err(),
            Some(ErrorKind::OutOfTime)
        );
    }
    assert_eq!(world.now() - begun, Duration::from_secs(5));
    Ok(())
}

/// The operation stops within 100 ms. After `reset`, the session goes on.
#[test]
fn an_abort_handle_ends_an_operation() -> Result<(), Error> {
    let handle = AbortHandle::new();
    let options = Options::new("localhost").with_abort_handle(handle.clone());
    let (mut driver, world) = greeted(options)?;
    let mut operation = driver.start(Noop::new());
    assert!(driver.turn(&mut operation).is_none());
    handle.abort();
    let begun = world.now();
    world.advance_clock(driver.deadline());
    assert!(world.now() - begun <= Duration::from_millis(100));
    let result = driver.turn(&mut operation);
    let kind = result
        .and_then(|result| result.err())
        .map(|error| error.kind());
    assert_eq!(kind, Some(ErrorKind::Aborted));
    handle.reset();
    assert!(!driver.session().is_dead());
    Ok(())
}

/// The default of a network refuses the option that needs urgent data, and does not ignore it.
#[test]
fn a_network_without_urgent_data_refuses_the_telnet_synch() {
    let world = World::new(Simulator::new(Setup::new()));
    let peer = SocketAddr::from(([127, 0, 0, 1], 21));
    let synch = |config: Config| config.with_abort_signal(AbortSignal::TelnetSynch);
    let options = Options::new("localhost").with_config(synch);
    let mut network = Flooded(world.clone());
    let control = network.connect(peer).expect("there is a server");
    let refused = Driver::new(network, control, peer, options.clone());
    let kind = refused.map_err(|error| error.kind()).err();
    assert_eq!(kind, Some(ErrorKind::Misuse(Misuse::Option)));
    let control = world.connect(21).expect("there is a server");
    assert!(Driver::new(world, control, peer, options).is_ok());
}

/// A world has no sockets, so the driver does not ignore these options: it refuses them.
#[test]
fn options_that_the_network_cannot_follow_are_refused() {
    let options = || Options::new("localhost");
    for options in [
        options().with_source_address(([127, 0, 0, 1], 0)),
        options().with_active_ports(50_000..=50_001),
        options().with_keep_alive(Duration::from_secs(60)),
        options().with_send_buffer(4096),
        options().with_total_time(Duration::ZERO),
    ] {
        let kind = greeted(options).map_err(|error| error.kind()).err();
        assert!(matches!(kind, Some(ErrorKind::Misuse(_))), "{kind:?}");
    }
}
