//! Servers that cannot be trusted, or do TLS badly: see `hostile`.

#[path = "../../ftp-blocking/tests/support/certificates.rs"]
mod certificates;
#[path = "../../ftp-blocking/tests/support/hostile/mod.rs"]
mod hostile;

/// This adapter as the tests see it.
mod adapter {
    use ftp_proto::tls::TlsInfo;
    pub(crate) use ftp_smol::Memory;
    use ftp_smol::{Client, Error, Options};
    use smol::block_on;
    use smol::io::{AsyncReadExt as _, AsyncWriteExt as _};

    pub(crate) struct Tested(Client);

    impl Tested {
        pub(crate) fn connect(memory: &Memory, options: Options) -> Result<Self, Error> {
            block_on(Client::connect_over(memory.clone(), options)).map(Self)
        }

        pub(crate) fn login(&mut self) -> Result<(), Error> {
            block_on(self.0.login("user", "secret")).map(|_| ())
        }

        pub(crate) fn download(&mut self, path: &str) -> Result<Vec<u8>, Error> {
            let mut content = Vec::new();
            block_on(async { self.0.download(path).await?.read_to_end(&mut content).await })?;
            Ok(content)
        }

        /// Of the data connection.
        pub(crate) fn info_of_download(&mut self, path: &str) -> Result<Option<TlsInfo>, Error> {
            let mut download = block_on(self.0.download(path))?;
            let info = download.tls_info().cloned();
            block_on(download.read_to_end(&mut Vec::new()))?;
            assert_eq!(info.as_ref(), download.tls_info(), "kept to the end");
            Ok(info)
        }

        pub(crate) fn abort_upload(&mut self, path: &str) -> Result<(), Error> {
            let mut upload = block_on(self.0.upload(path))?;
            block_on(upload.write_all(b"half"))?;
            block_on(upload.abort()).map(|_| ())
        }

        pub(crate) fn store(&mut self, path: &str, content: &[u8]) -> Result<(), Error> {
            block_on(self.0.store(path, content)).map(|_| ())
        }

        pub(crate) fn names(&mut self) -> Result<Vec<Vec<u8>>, Error> {
            block_on(self.0.names(None::<&str>))
        }

        pub(crate) fn pwd(&mut self) -> Result<(), Error> {
            block_on(self.0.pwd()).map(|_| ())
        }

        pub(crate) fn raw(&mut self, line: &str) -> Result<u16, Error> {
            block_on(self.0.raw(line)).map(|reply| reply.code().value())
        }

        pub(crate) fn secure(&mut self) -> Result<(), Error> {
            block_on(self.0.secure())
        }

        pub(crate) fn clear_control(&mut self) -> Result<(), Error> {
            block_on(self.0.clear_control())
        }

        pub(crate) fn reconnect(&mut self) -> Result<(), Error> {
            block_on(self.0.reconnect())
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
