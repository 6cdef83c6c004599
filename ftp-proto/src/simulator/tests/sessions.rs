//! How many control connections the server accepts.

use super::*;

#[test]
fn a_server_with_a_limit_refuses_the_next_session_until_one_ends() {
    let mut bench = Bench::new(Setup::new().most_sessions(2));
    assert!(bench.text().starts_with("220 "));
    let second = open(bench.sim.connect(21));
    assert_eq!(bench.sim.open_sessions(), 2);
    let third = open(bench.sim.connect(21));
    let mut buffer = [0; 80];
    let Read::Bytes(count) = bench.sim.read(third, &mut buffer) else {
        panic!("no greeting");
    };
    assert!(buffer[..count].starts_with(b"421 "));
    assert_eq!(bench.sim.read(third, &mut buffer), Read::Eof);
    assert_eq!(bench.sim.open_sessions(), 2);
    bench.sim.close(second);
    assert_eq!(bench.sim.open_sessions(), 1);
    let fourth = open(bench.sim.connect(21));
    let Read::Bytes(count) = bench.sim.read(fourth, &mut buffer) else {
        panic!("no greeting");
    };
    assert!(buffer[..count].starts_with(b"220 "));
}
