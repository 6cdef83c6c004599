//! scratch
use ftp_blocking::*;
use ftp_proto::simulator::{Setup, Simulator};
use std::io::{Read, Write};
#[test]
fn plain() {
    let server = Simulator::new(Setup::new().file("/a", vec![7u8; 300_000]));
    let m = Memory::new(server);
    let mut c = Client::connect_over(m.clone(), Options::new("localhost")).unwrap();
    c.observe(|o| eprintln!("{o:?}"));
    c.login("user", "secret").unwrap();
    println!("{:?}", c.pwd());
    println!("{:?}", c.size("/a"));
    let mut d = c.download("/a").unwrap();
    let mut v = vec![];
    d.read_to_end(&mut v).unwrap();
    println!("{:?}", d.finish());
    assert_eq!(v.len(), 300_000);
    let mut u = c.upload("/b").unwrap();
    u.write_all(&v).unwrap();
    println!("{:?}", u.finish().unwrap());
    assert!(m.server().file("/b").unwrap() == &v[..]);
    println!("{:?}", c.list(None::<&str>).unwrap());
    let mut d = c.download("/a").unwrap();
    d.read(&mut [0; 100]).unwrap();
    println!("{:?}", d.abort());
    println!("{:?}", c.pwd());
    let mut d = c.download("/a").unwrap();
    d.read(&mut [0; 100]).unwrap();
    drop(d);
    println!("{:?}", c.pwd());
    c.quit().unwrap();
    assert_eq!(m.server().open_links(), 0);
}
