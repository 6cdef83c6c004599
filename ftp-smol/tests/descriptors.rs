//! Runs the test in `alone/descriptors.rs` of `ftp-blocking`: no descriptor stays open after a
//! session.

mod face;
#[path = "../../ftp-blocking/tests/support/mod.rs"]
mod support;

#[path = "../../ftp-blocking/tests/alone/descriptors.rs"]
mod alone;

use ftp_proto::simulator::Setup;
use smol::{block_on, future};

/// Begins 30 downloads, and drops each future while the download is still being opened. Each future
/// runs for one more turn of the executor than the future before.
fn drops_futures_of_downloads() {
    let hosted = alone::hosted(Setup::new());
    let mut client = alone::connect(&hosted, alone::localhost()).expect("logged in");
    for turns in 0..30 {
        block_on(future::or(
            async { drop(client.0.download("/big").await) },
            async {
                for _ in 0..turns {
                    future::yield_now().await;
                }
            },
        ));
    }
    client.noop().expect("in step");
    drop(client);
    hosted.join();
}
