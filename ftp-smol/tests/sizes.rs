//! How many bytes a client and its futures have, asserted at compile time. A task keeps room for
//! its largest future as long as it lives, so the size of a future counts like that of a client.
#![cfg(target_pointer_width = "64")]

use std::mem::size_of;

use ftp_proto::Session;
use ftp_smol::{Client, Options};

/// A function that makes a future from a client.
type Call<F> = fn(&'static mut Client) -> F;

const fn future<A, F>(_: fn(A) -> F) -> usize {
    size_of::<F>()
}

const fn call<F>(_: Call<F>) -> usize {
    size_of::<F>()
}

const _: () = {
    assert!(size_of::<Session>() <= 1500);
    assert!(size_of::<Client>() <= 1900);
    assert!(future(Client::connect as fn(Options) -> _) <= 4100);
    assert!(call(|it| it.login("ada", "secret")) <= 1300);
    assert!(call(|it| it.pwd()) <= 450);
    assert!(call(|it| it.download("a.txt")) <= 1500);
    assert!(call(|it| it.entries("pub")) <= 4500);
    assert!(call(|it| it.fetch("a.txt")) <= 128);
    assert!(call(|it| it.get_file("a.txt", "b.txt")) <= 256);
    assert!(call(|it| it.put_file("a.txt", "b.txt")) <= 256);
    assert!(call(|it| it.download_tree("pub", "data")) <= 3200);
};
