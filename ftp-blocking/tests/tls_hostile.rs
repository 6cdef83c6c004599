//! Servers that cannot be trusted, or do TLS badly: see `hostile`.

#[path = "support/certificates.rs"]
mod certificates;
#[path = "support/hostile/mod.rs"]
mod hostile;

/// This adapter as the tests see it.
mod adapter {
    use std::io::{Read as _, Write as _};

    pub(crate) use ftp_blocking::Memory;
    use ftp_blocking::{Client, Error, Options};
    use ftp_proto::tls::TlsInfo;

    pub(crate) struct Tested(Client);

    impl Tested {
        pub(crate) fn connect(memory: &Memory, options: Options) -> Result<Self, Error> {
            Client::connect_over(memory.clone(), options).map(Self)
        }

        pub(crate) fn login(&mut self) -> Result<(), Error> {
            self.0.login("user", "secret").map(|_| ())
        }

        pub(crate) fn download(&mut self, path: &str) -> Result<Vec<u8>, Error> {
            let mut content = Vec::new();
            self.0.download(path)?.read_to_end(&mut content)?;
            Ok(content)
        }

        /// Of the data connection.
        pub(crate) fn info_of_download(&mut self, path: &str) -> Result<Option<TlsInfo>, Error> {
            let mut download = self.0.download(path)?;
            let info = download.tls_info().cloned();
            download.read_to_end(&mut Vec::new())?;
            assert_eq!(info.as_ref(), download.tls_info(), "kept to the end");
            Ok(info)
        }

        pub(crate) fn abort_upload(&mut self, path: &str) -> Result<(), Error> {
            let mut upload = self.0.upload(path)?;
            upload.write_all(b"half")?;
            upload.abort().map(|_| ())
        }

        pub(crate) fn store(&mut self, path: &str, content: &[u8]) -> Result<(), Error> {
            self.0.store(path, content).map(|_| ())
        }

        pub(crate) fn names(&mut self) -> Result<Vec<Vec<u8>>, Error> {
            self.0.names(None::<&str>)
        }

        pub(crate) fn pwd(&mut self) -> Result<(), Error> {
            self.0.pwd().map(|_| ())
        }

        pub(crate) fn raw(&mut self, line: &str) -> Result<u16, Error> {
            self.0.raw(line).map(|reply| reply.code().value())
        }

        pub(crate) fn secure(&mut self) -> Result<(), Error> {
            self.0.secure()
        }

        pub(crate) fn clear_control(&mut self) -> Result<(), Error> {
            self.0.clear_control()
        }

        pub(crate) fn reconnect(&mut self) -> Result<(), Error> {
            self.0.reconnect()
        }

        pub(crate) fn tls_info(&self) -> Option<TlsInfo> {
            self.0.tls_info()
        }

        /// Of the last data connection.
        pub(crate) fn data_tls_info(&self) -> Option<&TlsInfo> {
            self.0.data_tls_info()
        }
    }
}
