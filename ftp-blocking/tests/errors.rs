//! What somebody gets to read whose first try fails: see `told`.

#[path = "support/certificates.rs"]
mod certificates;
#[path = "support/told.rs"]
mod told;

/// This adapter as the tests see it.
mod adapter {
    use std::io::Read as _;

    pub(crate) use ftp_blocking::Memory;
    use ftp_blocking::{Client, Error, Options, Protection};

    pub(crate) struct Tested(Client);

    impl Tested {
        pub(crate) fn connect(memory: &Memory, options: Options) -> Result<Self, Error> {
            Client::connect_over(memory.clone(), options).map(Self)
        }

        pub(crate) fn dial(options: Options) -> Result<Self, Error> {
            Client::connect(options).map(Self)
        }

        pub(crate) fn login(&mut self) -> Result<(), Error> {
            self.0.login("user", "secret").map(|_| ())
        }

        pub(crate) fn download(&mut self, path: &str) -> Result<Vec<u8>, Error> {
            let mut content = Vec::new();
            self.0.download(path)?.read_to_end(&mut content)?;
            Ok(content)
        }

        pub(crate) fn finish_early(&mut self, path: &str) -> Result<(), Error> {
            self.0.download(path)?.finish().map(|_| ())
        }

        pub(crate) fn names(&mut self) -> Result<Vec<Vec<u8>>, Error> {
            self.0.names(None::<&str>)
        }

        pub(crate) fn pwd(&mut self) -> Result<(), Error> {
            self.0.pwd().map(|_| ())
        }

        pub(crate) fn raw(&mut self, line: &str) -> Result<(), Error> {
            self.0.raw(line).map(|_| ())
        }

        pub(crate) fn secure(&mut self) -> Result<(), Error> {
            self.0.secure()
        }

        pub(crate) fn clear_control(&mut self) -> Result<(), Error> {
            self.0.clear_control()
        }

        pub(crate) fn protect_clear(&mut self) -> Result<(), Error> {
            self.0.protect(Protection::Clear)
        }

        pub(crate) fn reconnect(&mut self) -> Result<(), Error> {
            self.0.reconnect()
        }
    }
}
