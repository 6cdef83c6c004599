use std::sync::Arc;

use datafusion::prelude::{CsvReadOptions, SessionContext};
use ftp_smol::Options;
use ftp_smol::store::FtpStore;
use url::Url;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = Options::from_url("ftpes://ada@ftp.example.org")?.with_password("secret")?;
    let server = Url::parse("ftp://ftp.example.org")?;
    let context = SessionContext::new();
    context.register_object_store(&server, Arc::new(FtpStore::on_tokio(options, 4)));

    // All CSV files in this directory are one table.
    let files = "ftp://ftp.example.org/measurements/";
    context.register_csv("measurements", files, CsvReadOptions::new()).await?;
    let sql = "SELECT station, avg(value) FROM measurements GROUP BY station ORDER BY station";
    context.sql(sql).await?.show().await?;
    Ok(())
}
