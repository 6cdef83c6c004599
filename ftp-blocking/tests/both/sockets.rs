//! Runs some cases of the contract table (`ftp-proto`'s test cases for all adapters) over real
//! sockets. Most other tests use the network `Memory`, so they do not test the network `Tcp`.

use ftp_proto::simulator::contract::{Driver, Operation, Outcome};
use ftp_proto::simulator::{Setup, Simulator, cases};

use crate::examples::Resolved;
use crate::face::{Bridge, Client, Error, Options, Timeouts};
use crate::support::contract::perform_on;
use crate::support::tcp_server::TcpServer;
use crate::support::tls::tls;

struct OverTcp {
    client: Option<Client>,
    hosted: TcpServer,
}

impl Driver for OverTcp {
    fn connect(server: Simulator, options: Options) -> Result<Self, Error> {
        let hosted = TcpServer::new(server);
        // The contract table limits each wait to one second, but of simulated time. Real sockets on
        // a busy machine need more.
        let options = options.with_timeouts(Timeouts::default());
        let client = Some(Client::connect_over(Bridge::to(&hosted), options)?);
        Ok(Self { client, hosted })
    }

    fn perform(&mut self, operation: &Operation) -> Outcome {
        perform_on(&mut self.client, operation)
    }

    fn with_server<T>(&self, look: impl FnOnce(&mut Simulator) -> T) -> T {
        look(&mut self.hosted.server())
    }
}

macro_rules! over_sockets {
    ($($name:ident)*) => {$(
        #[test]
        fn $name() {
            if let Err(why) = cases::$name().run::<OverTcp>(tls()) {
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

#[test]
fn the_network_of_the_example_resolves_any_name_to_its_address() {
    let hosted = TcpServer::new(Simulator::new(Setup::new()));
    let address = hosted.open(21).expect("a port");
    let options = Options::new("new.invalid").with_port(address.port());
    let network = Resolved::new(address.ip());
    let mut client = Client::connect_over(network, options).expect("connected");
    client.login("user", "secret").expect("logged in");
    client.quit().expect("said goodbye");
}
