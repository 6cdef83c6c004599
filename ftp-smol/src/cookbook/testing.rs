//! Test your own program, without a server and without waiting.
//!
//! The feature `simulator` has a server in memory. Write your code for a
//! [`Client`](crate::Client), and let your tests connect that client to `Memory`:
//!
//! ```toml
//! [dev-dependencies]
//! ftp-smol = { version = "0.1", features = ["simulator"] }
//! ftp-proto = { version = "0.1", features = ["simulator"] }
//! ```
//!
//! # A test
//!
//! ```
//! use ftp_smol::{Client, Error, Memory, Options};
//! use ftp_proto::simulator::{Setup, Simulator};
//!
//! /// The code under test: moves all files of `in` to `done`.
//! async fn take_in(client: &mut Client) -> Result<u32, Error> {
//!     let mut moved = 0;
//!     for entry in client.entries("in").await?.entries() {
//!         let name = [b"in/", entry.name()].concat();
//!         client.rename(name, [b"done/", entry.name()].concat()).await?;
//!         moved += 1;
//!     }
//!     Ok(moved)
//! }
//!
//! // Call it by `smol::block_on` in a #[test].
//! async fn takes_in_all_files() -> Result<(), Error> {
//!     let setup = Setup::new()
//!         .user("ada", "secret")
//!         .file("/in/1.csv", "a,b")
//!         .file("/in/2.csv", "c,d")
//!         .directory("/done");
//!     let memory = Memory::new(Simulator::new(setup));
//!     let mut client = Client::connect_over(memory.clone(), Options::new("localhost")).await?;
//!     client.login("ada", "secret").await?;
//!     assert_eq!(take_in(&mut client).await?, 2);
//!     assert_eq!(memory.server().file("/done/2.csv"), Some(&b"c,d"[..]));
//!     Ok(())
//! }
//! # smol::block_on(takes_in_all_files()).unwrap();
//! ```
//!
//! # What if the server does something wrong?
//!
//! A [`Fault`] says what happens at which command. Time is simulated: a time-out of a minute takes
//! no time.
//!
//! ```
//! use std::time::Duration;
//!
//! use ftp_smol::{Client, Error, ErrorKind, Memory, Options};
//! use ftp_proto::simulator::{Action, Fault, Setup, Simulator, Then};
//!
//! async fn connect(fault: Fault) -> Result<Client, Error> {
//!     let setup = Setup::new().user("ada", "secret").file("/a", "0123456789").fault(fault);
//!     let mut client = Client::connect_over(
//!         Memory::new(Simulator::new(setup)),
//!         Options::new("localhost").with_timeout(Duration::from_secs(60)),
//!     ).await?;
//!     client.login("ada", "secret").await?;
//!     Ok(client)
//! }
//!
//! # smol::block_on(async {
//! // The server refuses.
//! let full = Fault::on("STOR", Action::Reply(b"452 No room.\r\n".to_vec()));
//! let error = connect(full).await?.store("b", "content").await.unwrap_err();
//! assert_eq!(error.kind(), ErrorKind::Transient);
//!
//! // The server does not answer.
//! let error = connect(Fault::on("SIZE", Action::Silent)).await?.size("a").await.unwrap_err();
//! assert!(matches!(error.kind(), ErrorKind::Timeout(_)));
//!
//! // The data connection breaks after 4 bytes, once.
//! let broken = Action::At { after: 4, control: Vec::new(), then: Then::Reset };
//! let mut client = connect(Fault::nth("RETR", 0, broken)).await?;
//! assert!(client.fetch("a").await.is_err());
//! assert_eq!(client.fetch("a").await?, b"0123456789");
//! # Ok::<(), Error>(())
//! # })?;
//! # Ok::<(), Error>(())
//! ```
//!
//! [`Setup`] also makes servers without MLSD, with TLS, with links, and more.
//!
//! # Other networks
//!
//! To let your code choose, take the client as an argument, as above, or take a
//! [`Network`](crate::transport::Network) and call
//! [`connect_over`](crate::Client::connect_over): [`Tcp`](crate::Tcp) in the program, `Memory` in a
//! test.
//!
//! [`Fault`]: https://docs.rs/ftp-proto/latest/ftp_proto/simulator/struct.Fault.html
//! [`Setup`]: https://docs.rs/ftp-proto/latest/ftp_proto/simulator/struct.Setup.html
