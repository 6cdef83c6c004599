//! The server's side of TLS, without sockets. Without the feature `rustls`, the same types exist
//! but cannot have a value, so the simulator compiles and never uses TLS.

#[cfg(feature = "rustls")]
pub(super) use with_rustls::{Config, Origins, Tls};
#[cfg(not(feature = "rustls"))]
pub(super) use without_rustls::{Config, Origins, Tls};

/// The error if TLS fails on a connection. The server may still have an alert to send to the
/// client.
#[derive(Clone, Copy, Debug)]
pub(super) struct Failed;

#[cfg(feature = "rustls")]
mod with_rustls {
    use std::boxed::Box;
    use std::collections::BTreeMap;
    use std::io::{Read as _, Write as _};
    use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
    use std::vec::Vec;

    use rustls::server::StoresServerSessions;
    use rustls::{HandshakeKind, ServerConfig, ServerConnection};

    use super::Failed;

    pub(in crate::simulator) type Config = Arc<ServerConfig>;

    /// The server's TLS on one connection. It decrypts one record at a time. So the bytes that come
    /// after the client's `close_notify` stay in `raw`, and can be read as clear text after CCC.
    #[derive(Debug)]
    pub(in crate::simulator) struct Tls {
        connection: Box<ServerConnection>,
        /// Bytes from the client that are not decrypted yet.
        raw: Vec<u8>,
        peer_closed: bool,
    }

    impl Tls {
        /// Begins TLS on this control connection, or on one of its data connections.
        pub(in crate::simulator) fn begin(
            config: &Config,
            origins: &Origins,
            control: usize,
        ) -> Option<Self> {
            let config = origins.config(config, control);
            let mut connection =
                ServerConnection::new(config).expect("a usable server configuration");
            connection.set_buffer_limit(None);
            Some(Self {
                connection: Box::new(connection),
                raw: Vec::new(),
                peer_closed: false,
            })
        }

        /// Takes encrypted bytes that have come from the client. Appends what they contain to
        /// `plain`, and what must be sent to the client to `out`.
        pub(in crate::simulator) fn feed(
            &mut self,
            raw: &[u8],
            plain: &mut Vec<u8>,
            out: &mut Vec<u8>,
        ) -> Result<(), Failed> {
            self.raw.extend_from_slice(raw);
            let mut result = Ok(());
            while let (false, Some(length)) = (self.peer_closed, record(&self.raw)) {
                let bytes: Vec<u8> = self.raw.drain(..length).collect();
                let mut left = bytes.as_slice();
                while !left.is_empty() {
                    self.connection.read_tls(&mut left).expect("a slice reads");
                    match self.connection.process_new_packets() {
                        Ok(state) => self.peer_closed = state.peer_has_closed(),
                        Err(_) => result = Err(Failed),
                    }
                }
                if result.is_err() {
                    break;
                }
                let mut buffer = [0; 4096];
                while let Ok(n @ 1..) = self.connection.reader().read(&mut buffer) {
                    plain.extend_from_slice(&buffer[..n]);
                }
            }
            self.drain(out);
            result
        }

        pub(in crate::simulator) fn send(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
            self.connection
                .writer()
                .write_all(bytes)
                .expect("an unlimited buffer");
            self.drain(out);
        }

        pub(in crate::simulator) fn close_notify(&mut self, out: &mut Vec<u8>) {
            self.connection.send_close_notify();
            self.drain(out);
        }

        pub(in crate::simulator) fn is_handshaking(&self) -> bool {
            self.connection.is_handshaking()
        }

        pub(in crate::simulator) fn resumed(&self) -> bool {
            self.connection.handshake_kind() == Some(HandshakeKind::Resumed)
        }

        /// Returns whether the client has sent a `close_notify`.
        pub(in crate::simulator) fn peer_closed(&self) -> bool {
            self.peer_closed
        }

        /// Returns the bytes from the client that are not decrypted. After a `close_notify`, all
        /// further bytes stay here.
        pub(in crate::simulator) fn rest(&mut self) -> &mut Vec<u8> {
            &mut self.raw
        }

        fn drain(&mut self, out: &mut Vec<u8>) {
            while self.connection.wants_write() {
                self.connection.write_tls(out).expect("a vector writes");
            }
        }
    }

    /// To which control connection each TLS session belongs: the one on which it has begun, or for
    /// whose data connection it has begun.
    #[derive(Clone, Debug, Default)]
    pub(in crate::simulator) struct Origins {
        /// Whether a session is resumed only for its own control connection, as ProFTPD does it.
        keeps_apart: bool,
        noted: Arc<Mutex<Noted>>,
    }

    #[derive(Debug, Default)]
    struct Noted {
        /// The index of the control connection, by the key of the session.
        owners: BTreeMap<Vec<u8>, usize>,
        has_mixed: bool,
    }

    impl Origins {
        pub(in crate::simulator) fn new(keeps_apart: bool) -> Self {
            let noted = Arc::default();
            Self { keeps_apart, noted }
        }

        /// Returns the configuration for this control connection and its data connections.
        fn config(&self, config: &Config, owner: usize) -> Config {
            if !self.keeps_apart {
                return config.clone();
            }
            let mut own = ServerConfig::clone(config);
            own.session_storage = Arc::new(Own {
                all: own.session_storage.clone(),
                noted: self.noted.clone(),
                owner,
            });
            Arc::new(own)
        }

        /// Returns whether a client has offered a session of another control connection.
        pub(in crate::simulator) fn has_mixed(&self) -> bool {
            lock(&self.noted).has_mixed
        }
    }

    /// The sessions of one control connection. Those of the others are in the same storage, but are
    /// not found.
    #[derive(Debug)]
    struct Own {
        all: Arc<dyn StoresServerSessions>,
        noted: Arc<Mutex<Noted>>,
        owner: usize,
    }

    impl Own {
        fn is_own(&self, key: &[u8]) -> bool {
            let mut noted = lock(&self.noted);
            let is_own = noted.owners.get(key).is_none_or(|it| *it == self.owner);
            noted.has_mixed |= !is_own;
            is_own
        }
    }

    impl StoresServerSessions for Own {
        fn put(&self, key: Vec<u8>, value: Vec<u8>) -> bool {
            lock(&self.noted).owners.insert(key.clone(), self.owner);
            self.all.put(key, value)
        }

        fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
            self.is_own(key).then(|| self.all.get(key))?
        }

        fn take(&self, key: &[u8]) -> Option<Vec<u8>> {
            self.is_own(key).then(|| self.all.take(key))?
        }

        fn can_cache(&self) -> bool {
            self.all.can_cache()
        }
    }

    /// Locks the notes. If a test has panicked meanwhile, the other tests go on.
    fn lock(noted: &Mutex<Noted>) -> MutexGuard<'_, Noted> {
        noted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the length of the first TLS record. `None` if the record is not complete. If the
    /// bytes are no TLS record, returns the length of all of them, so that rustls reads them and
    /// reports an error.
    fn record(raw: &[u8]) -> Option<usize> {
        match *raw {
            [] => None,
            [20..=24, _, _, high, low, ..] => {
                let length = 5 + usize::from(u16::from_be_bytes([high, low]));
                (raw.len() >= length).then_some(length)
            }
            [20..=24, ..] => None,
            _ => Some(raw.len()),
        }
    }
}

#[cfg(not(feature = "rustls"))]
mod without_rustls {
    use std::vec::Vec;

    use super::Failed;

    #[derive(Clone, Debug)]
    pub(in crate::simulator) enum Config {}

    #[derive(Debug)]
    pub(in crate::simulator) enum Tls {}

    #[derive(Clone, Debug, Default)]
    pub(in crate::simulator) struct Origins;

    impl Origins {
        pub(in crate::simulator) fn new(_keeps_apart: bool) -> Self {
            Self
        }

        pub(in crate::simulator) fn has_mixed(&self) -> bool {
            false
        }
    }

    impl Tls {
        pub(in crate::simulator) fn begin(config: &Config, _: &Origins, _: usize) -> Option<Self> {
            match *config {}
        }

        pub(in crate::simulator) fn feed(
            &mut self,
            _raw: &[u8],
            _plain: &mut Vec<u8>,
            _out: &mut Vec<u8>,
        ) -> Result<(), Failed> {
            match *self {}
        }

        pub(in crate::simulator) fn send(&mut self, _bytes: &[u8], _out: &mut Vec<u8>) {
            match *self {}
        }

        pub(in crate::simulator) fn close_notify(&mut self, _out: &mut Vec<u8>) {
            match *self {}
        }

        pub(in crate::simulator) fn is_handshaking(&self) -> bool {
            match *self {}
        }

        pub(in crate::simulator) fn resumed(&self) -> bool {
            match *self {}
        }

        pub(in crate::simulator) fn peer_closed(&self) -> bool {
            match *self {}
        }

        pub(in crate::simulator) fn rest(&mut self) -> &mut Vec<u8> {
            match *self {}
        }
    }
}
