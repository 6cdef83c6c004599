//! A device on arrays, and a session with it.

use ftp_proto::data::DataPhase;
use ftp_proto::flows::{Credentials, Greeting, Login, Open, Quit};
use ftp_proto::{Config, Error, Session, TransferOptions, Wait};

use crate::driver::{Channel, Device, Driver};

/// What the server says, in this order: one entry after each command.
const REPLIES: [&[u8]; 8] = [
    b"220-Two\r\n220 lines\r\n",
    b"331 Password, please\r\n",
    b"230 In\r\n",
    b"200 Binary\r\n",
    b"229 Here (|||6446|)\r\n",
    b"150 Comes (5 bytes)\r\n",
    b"226 Done\r\n",
    b"221 Bye\r\n",
];

/// What the client sends.
const SENT: &[u8] = b"USER ada\r\nPASS secret\r\nTYPE I\r\nEPSV\r\nRETR a\r\nQUIT\r\n";

const FILE: &[u8] = b"a\r\nb.";

/// A network stack for one session. It holds the next reply after a wait, and not before.
struct Arrays {
    replies: core::slice::Iter<'static, &'static [u8]>,
    reply: &'static [u8],
    file: &'static [u8],
    sent: [u8; 128],
    length: usize,
}

impl Device for Arrays {
    fn start_clock(&mut self, _: Wait) {}

    fn idle(&mut self) -> bool {
        self.reply = self.replies.next().copied().unwrap_or_default();
        !self.reply.is_empty()
    }

    fn read(&mut self, from: Channel, buffer: &mut [u8]) -> Result<Option<usize>, Error> {
        let bytes = match from {
            Channel::Control if self.reply.is_empty() => return Ok(None),
            Channel::Control => &mut self.reply,
            Channel::Data => &mut self.file,
        };
        let count = bytes.len().min(buffer.len());
        let (now, later) = bytes.split_at(count);
        buffer[..count].copy_from_slice(now);
        *bytes = later;
        Ok(Some(count))
    }

    fn write(&mut self, _: Channel, bytes: &[u8]) -> Result<usize, Error> {
        let room = &mut self.sent[self.length..];
        let count = bytes.len().min(room.len());
        room[..count].copy_from_slice(&bytes[..count]);
        self.length += count;
        Ok(count)
    }

    fn connect(&mut self, port: u16) -> Result<(), Error> {
        assert_eq!(port, 6446);
        Ok(())
    }

    fn is_connected(&mut self) -> Result<bool, Error> {
        Ok(true)
    }

    fn shutdown(&mut self) {}

    fn close(&mut self, _: bool) {}
}

/// Runs a whole session. The error is the number of the step that failed.
pub(crate) fn session() -> Result<(), i32> {
    let device = Arrays {
        replies: REPLIES.iter(),
        reply: &[],
        file: FILE,
        sent: [0; 128],
        length: 0,
    };
    let mut driver = Driver {
        session: Session::new(Config::default()),
        device,
    };
    let greeting = driver.run(Greeting::new()).map_err(|_| 10)?;
    if greeting.lines().count() != 2 {
        return Err(11);
    }
    let credentials = Credentials::new("ada", "secret").map_err(|_| 20)?;
    driver.run(Login::new(credentials)).map_err(|_| 21)?;
    let open = Open::retrieve("a").map_err(|_| 30)?;
    let transfer = driver.run(open).map_err(|_| 31)?;
    if transfer.size_hint() != Some(5) {
        return Err(32);
    }
    // Each CRLF of the file becomes LF.
    let mut phase = DataPhase::new(transfer, &TransferOptions::text());
    let (mut file, mut length) = ([0; 16], 0);
    loop {
        match driver.receive(&mut phase, &mut file[length..]) {
            0 => break,
            count => length += count,
        }
    }
    if file[..length] != *b"a\nb." {
        return Err(33);
    }
    // The server has confirmed it.
    if phase.into_outcome().map_err(|_| 40)?.bytes != 5 {
        return Err(41);
    }
    driver.run(Quit::new()).map_err(|_| 50)?;
    let Arrays { sent, length, .. } = driver.device;
    match sent[..length] == *SENT {
        true => Ok(()),
        false => Err(51),
    }
}
