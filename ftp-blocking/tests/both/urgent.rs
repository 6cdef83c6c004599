//! The server sends a byte with TCP's urgent mark in the middle of a download. This byte is not
//! part of the file, and the client must not take it for the end of the file.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use socket2::SockRef;

use crate::face::{Client, Download, Timeouts};
use crate::support::files;
use crate::support::options::options_to;

/// Starts a server with one file, and returns a client of it. `send` writes the file to the data
/// connection.
fn serve(send: impl FnOnce(TcpStream) + Send + 'static) -> Client {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        let (mut control, _) = listener.accept().unwrap();
        let mut lines = BufReader::new(control.try_clone().unwrap());
        let passive = TcpListener::bind("127.0.0.1:0").unwrap();
        let passive_port = passive.local_addr().unwrap().port();
        control.write_all(b"220 Ready.\r\n").unwrap();
        let mut send = Some(send);
        let mut line = String::new();
        while lines.read_line(&mut line).is_ok_and(|length| length > 0) {
            let reply = match &line[..4] {
                "USER" | "PASS" => "230 In.\r\n".to_owned(),
                "TYPE" => "200 Fine.\r\n".to_owned(),
                "EPSV" => format!("229 (|||{passive_port}|)\r\n"),
                "RETR" => {
                    control.write_all(b"150 Here.\r\n").unwrap();
                    let (stream, _) = passive.accept().unwrap();
                    send.take().expect("one file")(stream);
                    "226 Done.\r\n".to_owned()
                }
                _ => "500 Unknown.\r\n".to_owned(),
            };
            if control.write_all(reply.as_bytes()).is_err() {
                return;
            }
            line.clear();
        }
    });
    let timeouts = Timeouts::default().with_all(Duration::from_secs(2));
    let options = options_to("127.0.0.1").with_port(port);
    let mut client = Client::connect(options.with_timeouts(timeouts)).unwrap();
    client.login("user", "secret").unwrap();
    client
}

/// Writes a thousand bytes, a byte with the urgent mark, and another thousand bytes.
fn with_an_urgent_byte(stream: &mut TcpStream) {
    stream.write_all(&[b'A'; 1000]).unwrap();
    SockRef::from(&*stream).send_out_of_band(b"!").unwrap();
    stream.write_all(&[b'B'; 1000]).unwrap();
}

fn read(mut download: Download<'_>) -> usize {
    let mut all = Vec::new();
    download.read_to_end(&mut all).unwrap();
    all.len()
}

fn saved(download: Download<'_>) -> usize {
    let file = files::holding(b"");
    let completion = download.save_to(&file, |_| {}).unwrap();
    let length = files::content(&file).len();
    assert_eq!(length as u64, completion.bytes);
    length
}

/// Before an urgent byte, the system call splice stops and returns 0, as it does at the end of the
/// data. The client must also download the bytes after the urgent byte.
#[test]
fn urgent_data_does_not_cut_a_download_short() {
    for length in [read, saved] {
        let mut client = serve(|mut stream| with_an_urgent_byte(&mut stream));
        assert_eq!(length(client.download("file").unwrap()), 2000);
    }
}

/// Before an urgent byte, splice may also report again and again that no data has arrived. The
/// client must not call it in an endless loop. Only Linux has splice.
#[cfg(target_os = "linux")]
#[test]
fn urgent_data_does_not_make_a_download_spin() {
    use std::fs::File;
    use std::sync::mpsc;

    let (finish, finished) = mpsc::channel::<()>();
    let mut client = serve(move |mut stream| {
        with_an_urgent_byte(&mut stream);
        let _ = finished.recv();
    });
    let before = ticks();
    let file = File::create("/dev/null").unwrap();
    let error = client.download("file").unwrap().save_to(&file, |_| {});
    let spent = ticks() - before;
    drop(finish);
    assert_eq!(error.unwrap_err().transferred(), Some(2000));
    // The client waits for two seconds. If it called splice all the time, it would use up 200
    // ticks.
    assert!(spent < 50, "{spent} ticks of work while there was none");
}

/// Returns the processor time of this thread, in hundredths of a second.
#[cfg(target_os = "linux")]
fn ticks() -> u64 {
    let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
    let fields = stat.rsplit(')').next().unwrap().split_whitespace();
    fields
        .skip(11)
        .take(2)
        .map(|n| n.parse::<u64>().unwrap())
        .sum()
}
