//! One operation of a session whose futures are dropped, and what it returns.

use ftp_smol::{Client, Error, TransferOptions};
use smol::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::model::State;

/// An operation. All paths are absolute, and the model has chosen them.
#[derive(Clone)]
pub(super) enum Operation {
    Pwd,
    Cwd(&'static str),
    Noop,
    Features,
    Size(String),
    Fetch(String),
    /// Reads the first bytes from an offset, and gives the download up.
    Piece {
        name: String,
        offset: u64,
        length: usize,
        ending: Ending,
    },
    /// Uploads a file by `upload`.
    Store(String, State),
    Names,
    Facts,
    MakeDirectory(String),
    RemoveDirectory(String),
    Delete(String),
    Rename(String, String),
    Reconnect,
}

/// How a download is given up.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ending {
    Abort,
    Drop,
}

/// What an operation has returned.
pub(super) enum Output {
    Nothing,
    Path(Vec<u8>),
    Size(Option<u64>),
    Bytes(Vec<u8>),
    Names(Vec<Vec<u8>>),
}

impl Operation {
    pub(super) async fn perform(&self, client: &mut Client) -> Result<Output, Error> {
        match self {
            Self::Pwd => Ok(Output::Path(client.pwd().await?.as_bytes().to_vec())),
            Self::Cwd(path) => client.cwd(*path).await.map(|_| Output::Nothing),
            Self::Noop => client.noop().await.map(|_| Output::Nothing),
            Self::Features => client.features().await.map(|_| Output::Nothing),
            Self::Size(name) => client.size(name).await.map(Output::Size),
            Self::Fetch(name) => client.fetch(name).await.map(Output::Bytes),
            Self::Piece {
                name,
                offset,
                length,
                ending,
            } => {
                let options = TransferOptions::new().with_offset(*offset);
                let mut piece = vec![0; *length];
                let mut download = client.download_with(name, &options).await?;
                download.read_exact(&mut piece).await?;
                if let Ending::Abort = ending {
                    download.abort().await?;
                }
                Ok(Output::Bytes(piece))
            }
            Self::Store(name, state) => {
                let mut upload = client.upload(name).await?;
                for piece in state.bytes().chunks(5_000) {
                    upload.write_all(piece).await?;
                }
                upload.finish().await?;
                Ok(Output::Nothing)
            }
            Self::Names => client.names(super::model::ROOM).await.map(Output::Names),
            Self::Facts => {
                let entries = client.entries(super::model::ROOM).await?;
                let names = entries.iter().map(|entry| entry.name().to_vec());
                Ok(Output::Names(names.collect()))
            }
            Self::MakeDirectory(name) => client.mkd(name).await.map(|_| Output::Nothing),
            Self::RemoveDirectory(name) => client.rmd(name).await.map(|_| Output::Nothing),
            Self::Delete(name) => client.delete(name).await.map(|_| Output::Nothing),
            Self::Rename(from, to) => client.rename(from, to).await.map(|_| Output::Nothing),
            Self::Reconnect => client.reconnect().await.map(|()| Output::Nothing),
        }
    }
}

impl std::fmt::Debug for Operation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Pwd => write!(f, "pwd"),
            Self::Cwd(path) => write!(f, "cwd {path}"),
            Self::Noop => write!(f, "noop"),
            Self::Features => write!(f, "features"),
            Self::Size(name) => write!(f, "size of {name}"),
            Self::Fetch(name) => write!(f, "fetch {name}"),
            Self::Piece {
                name,
                offset,
                length,
                ending,
            } => write!(f, "{length} bytes of {name} from {offset}, then {ending:?}"),
            Self::Store(name, state) => write!(f, "store {} bytes as {name}", state.bytes().len()),
            Self::Names => write!(f, "names"),
            Self::Facts => write!(f, "entries"),
            Self::MakeDirectory(name) => write!(f, "mkd {name}"),
            Self::RemoveDirectory(name) => write!(f, "rmd {name}"),
            Self::Delete(name) => write!(f, "delete {name}"),
            Self::Rename(from, to) => write!(f, "rename {from} to {to}"),
            Self::Reconnect => write!(f, "reconnect"),
        }
    }
}
