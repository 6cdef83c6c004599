//! What somebody gets to read whose first try fails: see `told`.

#[path = "../../ftp-blocking/tests/support/certificates.rs"]
mod certificates;
#[path = "../../ftp-blocking/tests/support/told.rs"]
mod told;

/// This adapter as the tests see it.
mod adapter {
    pub(crate) use ftp_smol::Memory;
    use ftp_smol::{Client, Error, Options, Protection};
    use smol::block_on;
    use smol::io::AsyncReadExt as _;

    pub(crate) struct Tested(Client);

    impl Tested {
        pub(crate) fn connect(memory: &Memory, options: Options) -> Result<Self, Error> {
            block_on(Client::connect_over(memory.clone(), options)).map(Self)
        }

        pub(crate) fn dial(options: Options) -> Result<Self, Error> {
            block_on(Client::connect(options)).map(Self)
        }

        pub(crate) fn login(&mut self) -> Result<(), Error> {
            block_on(self.0.login("user", "secret")).map(|_| ())
        }

        pub(crate) fn download(&mut self, path: &str) -> Result<Vec<u8>, Error> {
            let mut content = Vec::new();
            block_on(async { self.0.download(path).await?.read_to_end(&mut content).await })?;
            Ok(content)
        }

        pub(crate) fn finish_early(&mut self, path: &str) -> Result<(), Error> {
            let download = block_on(self.0.download(path))?;
            block_on(download.finish()).map(|_| ())
        }

        pub(crate) fn names(&mut self) -> Result<Vec<Vec<u8>>, Error> {
            block_on(self.0.names(None::<&str>))
        }

        pub(crate) fn pwd(&mut self) -> Result<(), Error> {
            block_on(self.0.pwd()).map(|_| ())
        }

        pub(crate) fn raw(&mut self, line: &str) -> Result<(), Error> {
            block_on(self.0.raw(line)).map(|_| ())
        }

        pub(crate) fn secure(&mut self) -> Result<(), Error> {
            block_on(self.0.secure())
        }

        pub(crate) fn clear_control(&mut self) -> Result<(), Error> {
            block_on(self.0.clear_control())
        }

        pub(crate) fn protect_clear(&mut self) -> Result<(), Error> {
            block_on(self.0.protect(Protection::Clear))
        }

        pub(crate) fn reconnect(&mut self) -> Result<(), Error> {
            block_on(self.0.reconnect())
        }
    }
}
