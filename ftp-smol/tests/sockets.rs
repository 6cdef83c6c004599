//! Rows of the contract table over real sockets: what memory cannot show of `net.rs`.

#[path = "../../ftp-blocking/tests/support/hosted.rs"]
mod hosted;
mod support;

use std::io;
use std::time::Instant;

use ftp_proto::simulator::contract::{Driver, Operation, Outcome};
use ftp_proto::simulator::{Simulator, cases};
use ftp_smol::transport::{BoxFuture, Network, Stream, Target};
use ftp_smol::{Client, Error, Options, Tcp};

use hosted::Hosted;

/// TCP, with the simulated server's ports bridged to real ones.
struct Bridge {
    tcp: Tcp,
    hosted: Hosted,
}

impl Network for Bridge {
    fn dial(&mut self, target: &Target<'_>) -> BoxFuture<io::Result<Box<dyn Stream>>> {
        let port = match *target {
            Target::Server { port, .. } | Target::ControlPeer { port, .. } => port,
            Target::Address(address) => address.port(),
        };
        match self.hosted.open(port) {
            Ok(address) => self.tcp.dial(&Target::Address(address)),
            Err(error) => Box::pin(async { Err(error) }),
        }
    }

    fn sleep_until(&self, deadline: Instant) -> BoxFuture<()> {
        self.tcp.sleep_until(deadline)
    }
}

struct OverTcp {
    client: Option<Client>,
    hosted: Hosted,
}

impl Driver for OverTcp {
    fn connect(server: Simulator, options: Options) -> Result<Self, Error> {
        let hosted = Hosted::new(server);
        let network = Bridge {
            tcp: Tcp::new(),
            hosted: hosted.clone(),
        };
        // The table's second is simulated time; a busy machine may need more of the real one.
        let options = options.with_timeouts(ftp_smol::Timeouts::default());
        let client = Some(smol::block_on(Client::connect_over(network, options))?);
        Ok(Self { client, hosted })
    }

    fn perform(&mut self, operation: &Operation) -> Outcome {
        support::perform_on(&mut self.client, operation)
    }

    fn with_server<T>(&self, look: impl FnOnce(&mut Simulator) -> T) -> T {
        look(&mut self.hosted.server())
    }
}

macro_rules! over_sockets {
    ($($name:ident)*) => {$(
        #[test]
        fn $name() {
            if let Err(why) = cases::$name().run::<OverTcp>(support::tls()) {
                panic!("{why}");
            }
        }
    )*};
}

over_sockets! {
    a_whole_session
    epsv_refused_then_pasv
    command_with_connect
    refusals_leave_the_session_in_step
    hard_02_upload_refused_with_552_half_way
    hard_04_download_given_up_in_every_way
    hard_04_download_given_up_where_abor_is_heard
    hard_04_upload_given_up_in_every_way
    hard_06_final_reply_after_the_data
    hard_08_noop_answered_before_226
    hard_08_noop_answered_after_226
    hard_12_cut_between_records
    hard_12_no_close_notify
    b5_cut_inside_a_record_in_spite_of_tolerance
    no_close_notify_tolerated
    auth_ssl_as_second_try
    implicit_tls_a_whole_session
    implicit_tls_reconnect
    directories_and_files
    texts_both_ways
    uploads_of_all_kinds
    reconnected_where_it_stood
    reconnected_without_need
}
