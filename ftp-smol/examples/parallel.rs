//! Downloads files to this directory, four at a time.
//!
//! ```text
//! cargo run --example parallel-smol -- ftp://ftp.example.org logs/01.gz logs/02.gz logs/03.gz
//! ```

use ftp_smol::{Error, Options, Pool};

fn main() -> Result<(), Error> {
    smol::block_on(async {
        let mut arguments = std::env::args().skip(1);
        let pool = Pool::new(Options::from_url(&arguments.next().unwrap_or_default())?, 4);
        let report = pool.get_files(arguments.map(|path| (path, "."))).await;
        report.into_result().map(|report| print!("{report}"))
    })
}
