//! How you write a driver: the contract between the core and the code that owns the sockets.
//!
//! You need this page if you embed `ftp-proto` in a runtime, an event loop or a device of your own.
//! If you only want to move files, take one of the adapters, `ftp-blocking` or `ftp-smol`.
//!
//! If your connections never wait (mio, tokio, completions of io_uring), you need not write one:
//! [`Driver`](https://docs.rs/ftp-proto/latest/ftp_proto/embedding/struct.Driver.html) is a whole
//! driver with TLS, both data modes and the data phase (feature `rustls`). You implement two traits:
//! `Network` connects, listens, accepts and tells the time, and `Stream` reads, writes and closes.
//! For these, [what a look is](#a-look) matters, and the rest of this page is done for you.
//!
//! A driver owns the control connection, the data connection and the clock. It feeds a
//! [`Session`] the bytes that the server sends, writes the bytes that the session hands out, and
//! serves the [`Want`]s of one [`Flow`] at a time. The [page of the crate](crate) shows a whole
//! driver on arrays.
//!
//! # The loop
//!
//! ```
//! # use ftp_proto::{Error, Flow, Session, Step, Want, Answer};
//! # struct Driver { session: Session }
//! # impl Driver {
//! # fn flush(&mut self) -> Result<(), Error> { Ok(()) }
//! # fn serve(&mut self, want: Want) -> Answer { want.timed_out() }
//! fn run<F: Flow>(&mut self, flow: F) -> Result<F::Output, Error> {
//!     let (mut running, mut answer) = self.session.start(flow);
//!     loop {
//!         let want = match self.session.step(&mut running, answer)? {
//!             Step::Done(output) => return Ok(output),
//!             Step::Want(want) => want,
//!         };
//!         answer = match self.flush() {
//!             Ok(()) => self.serve(want),
//!             Err(error) => want.broken(error),
//!         };
//!     }
//! }
//! # }
//! ```
//!
//! 1. **Write before you serve.** `flush` writes all of [`Session::outgoing`] to the control
//!    connection and reports it by [`advance`](Session::advance). If your system takes whole buffers,
//!    such as io_uring, use [`take_outgoing`](Session::take_outgoing). The byte at
//!    [`urgent`](Session::urgent), if there is one, goes out as urgent data (`MSG_OOB`): ask for it
//!    before you take the bytes. It comes only with [`AbortSignal::TelnetSynch`](crate::AbortSignal).
//!    Writing has a limit of its own, [`Wait::Send`].
//! 2. **Feed in order.** Give every byte of the control connection to [`Session::receive`], and its
//!    end to [`Session::receive_eof`]. Under TLS, feed what you have decrypted. An end without
//!    close_notify (`PlainRead::Cut`) is an end too, and not `broken`. If a `Receive` comes after
//!    the end, feed the end again and answer `received`.
//! 3. **Answer each want once.** The want makes its answer, so the compiler keeps most of this rule.
//!    An answer to another want is [`Misuse::StaleAnswer`] and changes nothing.
//! 4. **Keep the clock.** Each want has a [`Wait`], and your [`Timeouts`] say how long it may last.
//!    [`Clock::Starts`] begins a new limit. [`Clock::Continues`] goes on with the limit that runs.
//!    [`Wait::Arrived`] has a limit of zero, but a look must still be done: see [below](#a-look).
//! 5. **You may drop a flow at any point**, also in the middle of a want. Drop nothing else: keep
//!    the data connection, because the next flow closes it in the right way.
//!
//! # The wants
//!
//! "Again" is the same want with [`Clock::Continues`]. Do not begin anew then: a second attempt to
//! connect to a passive port fails on servers that accept one connection. `SecureData` may also come
//! again with [`Clock::Starts`], when the server has said that the transfer begins. It means the
//! same handshake, with a new time limit. So ask whether this connection is under TLS already.
//!
//! | want | at first | again | answers |
//! |---|---|---|---|
//! | [`Receive`] with [`Wait::Arrived`] | take a [look](#a-look) | look again | `received` if you have fed something, else `timed_out` |
//! | [`Receive`] | wait until something comes, and feed it | go on waiting | `received` |
//! | [`Connect`] | drop an old data connection, begin to connect | go on with this attempt | `connected`, `failed`, `control_first` |
//! | [`Listen`] | bind a port at the local address of the control connection | does not come again | `listening`, `failed` |
//! | [`Accept`] | accept one connection | go on accepting | `accepted`, `turned_away`, `failed`, `control_first` |
//! | [`SecureControl`] | TLS handshake with your host name | go on | `secured` |
//! | [`ClearControl`] | exchange close_notify | go on | `cleared` |
//! | [`SecureData`] | TLS handshake with the sessions of this login | go on with this handshake | `secured_with` (without rustls: `resumed` or `secured`), `kept_last_ticket`, `failed`, `control_first` |
//! | [`CloseData`] | end the data connection as [`Closing`] says | go on | `closed`, `control_first` |
//!
//! If the want is done and bytes of the control connection are there too, answer that it is done:
//! the next look finds the bytes. `Connect`, `Accept`, `SecureData` and `CloseData` also have
//! `interrupted`. It takes the way in which an attempt has ended without a result
//! ([`Interruption`](crate::data::Interruption)), and makes the answer for it.
//!
//! Call [`Session::set_peer`] after you have connected: errors and logs name this address, and
//! [`Accept::admits`] compares with it. Under TLS, call `Session::note_tls` after each handshake, for
//! the [logs](crate#logs).
//!
//! Every want also has `timed_out` and `broken`. `broken` means that the *control* connection has
//! failed, and ends the session. [`Want::failed`] fits every want.
//!
//! While you serve `Connect`, `Accept`, `SecureData` or `CloseData`, watch the control connection
//! too. If something comes there, feed it and answer `control_first`: the server may have refused
//! the transfer. Leave out the control connection of a session that [is dead](Session::is_dead). Do
//! not answer `control_first` if you have fed nothing. After eight such answers in a row, the
//! next one fails the operation with [`Misuse::NothingFed`].
//!
//! # How a data connection ends
//!
//! This decides whether a server keeps half a file and takes it for the whole.
//!
//! | [`Closing`] | TLS | socket | then |
//! |---|---|---|---|
//! | `SendEnd` | write everything, then close_notify | half-close (FIN) | the connection stays open |
//! | `AwaitEnd` | read to the end, keep tickets | read to the end | close it |
//! | `Acknowledge` | close_notify | close (FIN) | it is gone |
//! | `Harvest` | read until a ticket comes | nothing | the connection stays open |
//! | `Abandon` | nothing | **reset** (RST): SO_LINGER with zero seconds | it is gone |
//! | `Discard` | nothing | close (FIN) | it is gone |
//!
//! If your program ends in the middle of an upload, the operating system closes the socket. So set
//! SO_LINGER with zero seconds on every data connection as soon as it is made, because no want says
//! whether an upload follows. `SendEnd`, `Acknowledge` and `Discard` take it back.
//!
//! Under TLS 1.3, read once without waiting before you do `Abandon` or `Discard`. A session ticket may
//! have come already, and the next data connection may need it. With `TlsChannel`: call `harvest`,
//! give it what one read of the socket brings, call it again, and ignore its result. `filled` alone
//! keeps no ticket.
//!
//! `AwaitEnd` on a slow line: the system may still send for minutes after you have written all. So
//! when the limit is over, ask [`Backlog`](crate::data::Backlog) for more time, with the number of
//! bytes that the server has not acknowledged. Without it, an upload that the system sends for
//! longer than [`Timeouts::final_reply`] fails.
//!
//! # A look
//!
//! Before the session sends a command, it wants a look ([`Wait::Arrived`]): everything that has
//! arrived on the control connection must be fed now. A reply that came unasked is found in this
//! way. If your driver looks too late, the session takes this reply for the reply to the next
//! command, and a failed transfer can look like a success.
//!
//! A look **asks the kernel** until a read would block, or the connection ends. A readiness flag that
//! an earlier event has left is not enough. Under TLS, go on until no whole record is left in your
//! buffers either. Feed what you read, and answer `received` if there was something. The same want
//! then comes again. Answer `timed_out` as soon as a read would block.
//!
//! * **Blocking sockets**: `recv` with `MSG_DONTWAIT`, or a socket in non-blocking mode.
//! * **mio, polling**: `read` on the non-blocking socket. Do not ask the poller.
//! * **tokio**: `TcpStream::try_read` answers from a cache of readiness. It says `WouldBlock`
//!   without a system call if tokio has not seen the event yet. So call `recv` on the socket itself
//!   (`socket2::SockRef::from(&stream).recv_with_flags`, with `MSG_DONTWAIT`, or
//!   `rustix::net::recv`).
//! * **Completions** (io_uring, compio): keep one receive under way, and never drop its result. A
//!   look enters the ring with a time limit of zero, until no completion is left in it, and then
//!   takes what the receive has brought. If you cancel a receive, it may have brought something all
//!   the same. A completion that lies in the ring counts as arrived. A send may take a part of its
//!   buffer: send the rest also while you wait for something else, because the server may wait for
//!   it.
//!   * Do not read by another call while a receive is under way: it overtakes the receive, and the
//!     bytes come in the wrong order. If you need that, cancel the receive and wait for its result.
//!     This wait is short, but it is one. So do not put the limit of [`Wait::Arrived`], which is
//!     zero, on it: the look would see nothing.
//!   * An operation under way keeps the socket open. RST and FIN leave only after you have cancelled
//!     it and taken its result.
//!   * Copy `TlsChannel::outgoing` into a buffer of the kernel, but call `advance` only when the send
//!     is complete. Otherwise `close` and `flush` are done before the bytes have left, and `SendEnd`
//!     half-closes too early. No call takes the buffer out, because TLS would need a new one: the
//!     copy is about 3 % of the CPU time of an upload, and clearing a new buffer half of that.
//!   * Keep the bytes of [`take_outgoing`](Session::take_outgoing), and a send that is half done, in
//!     the driver, and not in a future that may be dropped.
//! * **A device without a system**: everything that the network stack holds for the connection.
//!
//! # The data phase
//!
//! After [`Open`](crate::flows::Open) you have a [`Transfer`](crate::Transfer). Its bytes do not pass
//! through the core. Make a [`DataPhase`](crate::data::DataPhase), and call its
//! [`step`](crate::data::DataPhase::step) until it is `Over`. It says when to move bytes, when to look,
//! and when to run [`Finish`](crate::flows::Finish). Its page shows a whole download. Watch the control
//! connection while you wait for the data connection, as above.
//!
//! | step | what to do |
//! |---|---|
//! | [`Move`](crate::data::DataStep::Move) | [flush](Session::outgoing), then move bytes. The limit is that of the [`Wait`] in it. It begins again with each byte of data and if the `Wait` is another one, but goes on after looks and bytes of the control connection |
//! | [`Look`](crate::data::DataStep::Look) | feed what has come on the control connection, without waiting |
//! | [`Rest`](crate::data::DataStep::Rest) | move nothing for this time, and watch the control connection |
//! | [`TakeIn`](crate::data::DataStep::TakeIn) | move what has come, without waiting; if nothing has, report a time-out |
//! | [`Finish`](crate::data::DataStep::Finish) | run this flow, and report its result. The step comes once, so do not throw it away |
//! | [`Over`](crate::data::DataStep::Over) | ask for the outcome |
//!
//! **Flush while data moves.** [`DataPhase::keep_alive`](crate::data::DataPhase::keep_alive) only
//! queues a NOOP. Write [`Session::outgoing`] before each `Move`, or the NOOP leaves after the data,
//! when the router has already dropped the idle control connection.
//!
//! **Speed limits** are kept if you do this. Call
//! [`or_limits`](crate::data::DataPhase::or_limits) with the limits of your [`Options`], and
//! [`tick`](crate::data::DataPhase::tick) before each `step`. Move at most
//! [`most`](crate::data::DataPhase::most) bytes, and report them by
//! [`paced`](crate::data::DataPhase::paced) too. Wait no longer than
//! [`patience`](crate::data::DataPhase::patience), and then call `step` again: only so does a
//! transfer below its least speed fail. A driver that does not do this calls
//! [`stop`](crate::data::DataPhase::stop) at a `Rest`, and keeps no least speed.
//!
//! # What the options ask of you
//!
//! The caller sets [`Options`] and expects that you follow them. Do what this table says, or refuse
//! the option before you connect. Do not ignore it.
//!
//! | option | how |
//! |---|---|
//! | `host`, `port`, `ftp_proxy` | connect to [`Options::control_peer`] |
//! | `config`, `capabilities`, `observer`, `encoding` | [`Session::with_options`] |
//! | `config.abort_signal` | send the byte at [`Session::urgent`] as urgent data, or refuse [`AbortSignal::TelnetSynch`](crate::AbortSignal) |
//! | `credentials` | run [`Login`](crate::flows::Login) after the greeting |
//! | `timeouts` | [`Timeouts::of`]; add the limit to an error by [`Error::with_limits`](crate::Error::with_limits) |
//! | `tls` | `Options::tls_login`, and `Session::successor_tls_login` for a new control connection |
//! | `resumption` | answer by `SecureData::secured_with`. The session refuses `secured` if resumption is required |
//! | `transfer_limits` | [`DataPhase::or_limits`](crate::data::DataPhase::or_limits), and the calls [above](#the-data-phase) |
//! | `total_time`, `abort_handle` | `Stop`: ask its `reason` before an operation and at each wait. If there is one, drop the flow or call [`DataPhase::stop`](crate::data::DataPhase::stop) |
//! | `source_address`, `active_ports`, `keep_alive`, `send_buffer`, `receive_buffer`, `proxy` | set them on your sockets, or call [`Options::check_without_sockets`], which refuses them |
//! | `listing_limits` | [`LineCollector`](crate::data::LineCollector), if you return whole listings |
//! | `fetch_limit` | if you return whole files |
//!
//! [`Options::check`] finds mistakes in all of them. `check_without_sockets` calls it too. It does not
//! refuse `total_time` and `abort_handle`, because they need no sockets. `Driver` follows the whole
//! table, except that you connect and log in. What your network cannot do is refused by `Driver::new`.
//!
//! # A new control connection
//!
//! If the control connection is lost, replace it in this order. If a step before the last fails, the
//! old session is as it was.
//!
//! 1. [`Restore::of`](crate::flows::Restore::of) makes the flow that restores the directory and the
//!    settings. Without a login it fails with [`Misuse::NotLoggedIn`].
//! 2. `Session::successor_tls_login` makes the TLS login. Do not go on with the old one: some servers
//!    refuse its tickets.
//! 3. Connect.
//! 4. [`Session::successor`] makes the new session. Put it, the TLS login and the connection in place
//!    of the old ones, drop the data connection and all bytes that were not sent, and call
//!    [`set_peer`](Session::set_peer).
//! 5. Run [`Greeting`](crate::flows::Greeting), and then the flow of step 1.
//!
//! `Driver::replace` does the steps 1, 2 and 4.
//!
//! # TLS
//!
//! With the feature `rustls`, [`TlsChannel`](https://docs.rs/ftp-proto/latest/ftp_proto/tls/struct.TlsChannel.html)
//! is a TLS connection without a socket. `Options::tls_login` begins the TLS setup of a login, and
//! `TlsLogin::connection` makes each of its connections. They share the session tickets, which the
//! data connections need. Each operation of a channel returns a `Next`:
//!
//! | `Next` | what to do |
//! |---|---|
//! | `Done` | nothing: the operation is done |
//! | `Write` | write [the encrypted bytes], wait for room if there is none, and call the operation again |
//! | `Read` | write as much as there is room for, read, and call the operation again |
//! | `Yield` | check the time limit, let other tasks run, and call the operation again. A server has sent 1 MiB, and none of it was data |
//!
//! After an error, too, write the encrypted bytes: they are the alert for the server.
//!
//! [the encrypted bytes]: https://docs.rs/ftp-proto/latest/ftp_proto/tls/struct.TlsChannel.html#method.outgoing
//!
//! # Flows of your own
//!
//! A flow calls `step` of the flows in it, returns their wants, and passes each answer in: see the
//! example of [`Flow`]. If it begins with `Finish` or `Abort`, it must say so by
//! [`adopts`](Flow::adopts), because the session otherwise aborts the open transfer before the flow
//! starts. A `Box<dyn Flow<Output = T>>` is a flow too.
//!
//! # How you test a driver
//!
//! With the feature `simulator`, `simulator::contract` is a table of test cases for drivers, and
//! `contract_tests!` makes a test of each. If you implement `simulator::RunsFlows`, `ByFlows` maps the
//! operations of the table to flows. The server in it is a value without sockets
//! (`simulator::World`), so your driver needs connections that read and write such a world. A
//! [`Write::Full`](https://docs.rs/ftp-proto/latest/ftp_proto/simulator/enum.Write.html) means that
//! the connection takes no more bytes now: wait as for a socket that is not writable.
//!
//! Each row runs three times. In the last run, every connection is *reluctant*
//! ([`Setup::reluctant`](https://docs.rs/ftp-proto/latest/ftp_proto/simulator/struct.Setup.html#method.reluctant)):
//! what the server sends arrives only when the driver waits, and each write, connect and accept would
//! block once. This finds a driver that begins anew where it must go on, or that asks a cache of
//! readiness.
//!
//! If your driver lacks something, say so, and the rows that need it are left out: `supports` of
//! `RunsFlows` for TLS, active mode and urgent data, `knows_backlog` for slow lines, `reconnect` for
//! new control connections.
//!
//! # Examples
//!
//! The repository has programs that pass the table, in `ftp-proto/examples`: `tokio`, `mio` (1,000
//! sessions on one thread), `io_uring` (completions and owned buffers) and `no_std` (for devices,
//! with a driver of its own). `docs/EMBEDDING.md` leads you through them.

#[cfg(feature = "rustls")]
mod driver;
#[cfg(feature = "rustls")]
mod link;
#[cfg(feature = "rustls")]
mod moving;
#[cfg(feature = "rustls")]
mod network;
#[cfg(feature = "rustls")]
mod serve;

#[cfg(feature = "rustls")]
pub use self::{
    driver::{DataSide, Driver, Operation},
    network::{Network, Stream},
};
#[cfg(doc)]
use crate::{
    Accept, ClearControl, Clock, CloseData, Closing, Connect, Flow, Listen, Misuse, Options,
    Receive, SecureControl, SecureData, Session, Timeouts, Wait, Want,
};
