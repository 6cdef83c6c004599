//! The operations themselves.

use std::fs;
use std::time::{Duration, SystemTime};

use ftp_blocking::wire::Escaped;
use ftp_blocking::{ErrorKind, TransferType};

use super::cell::{Cell, confirmed, refused, shown};
use super::operation::Operation;
use crate::job::content::{Content, equal};
use crate::job::driver::{Driver, End, Stop, Storing};
use crate::job::during;
use crate::servers::Result;

/// More than socket buffers hold, so that a transfer is really under way when it is given up.
const UNDER_WAY: usize = 16 * 1024 * 1024;

const LARGE: u64 = 256 * 1024 * 1024;

const THOUSAND: usize = 1_000;

impl<D: Driver> Cell<'_, D> {
    pub(super) async fn perform(&mut self, operation: Operation) -> Result<()> {
        match operation {
            Operation::Login => self.login().await,
            Operation::LoginRefused => self.login_refused().await,
            Operation::Features => self.features().await,
            Operation::System => self.replied("SYST", b"", &[215]).await,
            Operation::Pwd => self.is_in_step("nothing").await,
            Operation::Cwd => self.cwd().await,
            Operation::Mkd => self.mkd().await,
            Operation::Rmd => self.rmd().await,
            Operation::Delete => self.delete().await,
            Operation::Rename => self.rename().await,
            Operation::Size => self.size().await,
            Operation::Modified => self.modified().await,
            Operation::Status => self.replied("STAT", b"", &[211]).await,
            Operation::StatusOf => self.status_of().await,
            Operation::Help => self.replied("HELP", b"", &[211, 214]).await,
            Operation::SiteHelp => self.replied("SITE", b"HELP", &[200, 214]).await,
            Operation::Noop => self.noop().await,
            Operation::Opts => self.replied("OPTS", b"UTF8 ON", &[200]).await,
            Operation::List => self.list().await,
            Operation::Names => self.names().await,
            Operation::EmptyList => self.empty_list().await,
            Operation::EmptyNames => self.empty_names().await,
            Operation::Upload => self.upload().await,
            Operation::Download => self.download().await,
            Operation::Empty => self.empty().await,
            Operation::ResumeDownload => self.resume_download().await,
            Operation::ResumeUpload => self.resume_upload().await,
            Operation::AbortDownload => {
                self.give_up_download(Stop::After(UNDER_WAY as u64 / 8))
                    .await
            }
            Operation::AbortUpload => self.give_up_upload(Stop::After(UNDER_WAY as u64 / 2)).await,
            Operation::DropDownload => {
                self.give_up_download(Stop::DropAfter(UNDER_WAY as u64 / 8))
                    .await
            }
            Operation::DropUpload => {
                self.give_up_upload(Stop::DropAfter(UNDER_WAY as u64 / 2))
                    .await
            }
            Operation::NoDirectory => self.refused_upload(b"none/file").await,
            Operation::NoPermission => self.refused_upload(b"../file").await,
            Operation::NoFile => self.refused_download().await,
            Operation::TwoSessions => self.two_sessions().await,
            Operation::NameBlanks => self.name(b"a name  with blanks").await,
            Operation::NameQuotes => self.name(b"a \"quoted\" 'name'").await,
            Operation::NameLeading => self.name(b" leading").await,
            Operation::NameTrailing => self.name(b"trailing ").await,
            Operation::NameSemicolon => self.name(b"a;b=c; d").await,
            Operation::NameDash => self.name(b"-la").await,
            Operation::NameUtf8 => self.name("käse-奶酪".as_bytes()).await,
            Operation::NameLatin1 => self.name(b"caf\xe9").await,
            Operation::NameIac => self.name(b"a\xffb").await,
            Operation::DirectoryIac => self.directory(b"a\xffb").await,
            Operation::Large => self.large().await,
            Operation::Thousand => self.thousand().await,
            Operation::Idle => Err("is done beside the others".into()),
        }
    }

    // Commands.

    async fn login(&mut self) -> Result<()> {
        let client = self.session().await?;
        let goodbye = during("QUIT", client.quit().await)?;
        equal(
            "the reply to QUIT",
            &Some(221),
            &goodbye.map(|reply| reply.code().value()),
        )
    }

    async fn login_refused(&mut self) -> Result<()> {
        let mut client = self.connected().await?;
        let login = client.login("stranger", "wrong").await;
        match login {
            Err(error) if error.kind() == ErrorKind::Permanent => {
                let code = error.reply().map(|reply| reply.code().value());
                equal("the refusal", &Some(530), &code)?;
            }
            other => {
                return Err(format!("a stranger: {other:?}").into());
            }
        }
        let login = client.login(self.server.user(), self.server.password());
        during("logging in after a refusal", login.await)?;
        during("QUIT", client.quit().await).map(drop)
    }

    async fn features(&mut self) -> Result<()> {
        let features = during("FEAT", self.client().features().await)?;
        for name in ["SIZE", "mdtm", "REST", "EPSV"] {
            if !features.supports(name) {
                return Err(format!("{name} is not listed: {features:?}").into());
            }
        }
        Ok(())
    }

    /// A command that is answered with one of these.
    async fn replied(&mut self, verb: &str, argument: &[u8], codes: &[u16]) -> Result<()> {
        let reply = during(verb, self.client().command(verb, argument).await)?;
        if codes.contains(&reply.code().value()) {
            return Ok(());
        }
        Err(format!("{verb}: {reply}").into())
    }

    async fn cwd(&mut self) -> Result<()> {
        self.put_directory(b"below")?;
        during("CWD", self.client().cwd(b"below").await)?;
        let below = [&self.home, &b"/below"[..]].concat();
        let pwd = during("PWD", self.client().pwd().await)?;
        equal("the directory below", &below, &pwd.as_bytes().to_vec())?;
        during("CWD ..", self.client().cwd(b"..").await)?;
        self.is_in_step("CWD ..").await?;
        refused("CWD to nowhere", self.client().cwd(b"nowhere").await)
    }

    async fn mkd(&mut self) -> Result<()> {
        let made = during("MKD", self.client().mkd(b"made").await)?;
        let made = made.ok_or("MKD: no path in the reply")?;
        if !made.as_bytes().ends_with(b"made") {
            return Err(format!("MKD: made {made}").into());
        }
        if !self.disk(b"made").is_dir() {
            return Err("MKD: nothing was made".into());
        }
        refused("MKD of what is there", self.client().mkd(b"made").await)
    }

    async fn rmd(&mut self) -> Result<()> {
        self.put_directory(b"doomed")?;
        during("RMD", self.client().rmd(b"doomed").await)?;
        self.has_not(b"doomed")?;
        refused("RMD of nothing", self.client().rmd(b"doomed").await)
    }

    async fn delete(&mut self) -> Result<()> {
        self.put(b"doomed", b"content")?;
        during("DELE", self.client().delete(b"doomed").await)?;
        self.has_not(b"doomed")?;
        refused("DELE of nothing", self.client().delete(b"doomed").await)
    }

    async fn rename(&mut self) -> Result<()> {
        self.put(b"old", b"content")?;
        self.put_directory(b"below")?;
        during("renaming", self.client().rename(b"old", b"below/new").await)?;
        self.has_not(b"old")?;
        self.has(b"below/new", b"content")?;
        refused(
            "renaming nothing",
            self.client().rename(b"old", b"new").await,
        )
    }

    async fn size(&mut self) -> Result<()> {
        let text = b"one\ntwo\n";
        self.put(b"text", text)?;
        // TYPE A is in force after a listing, and sizes are not those of TYPE A.
        during("NLST", self.client().names(None).await)?;
        let size = during("SIZE", self.client().size(b"text").await)?;
        equal("the size", &Some(text.len() as u64), &size)?;
        refused("SIZE of nothing", self.client().size(b"none").await)
    }

    async fn modified(&mut self) -> Result<()> {
        self.put(b"old", b"content")?;
        // 2004-02-29 12:34:56 UTC.
        let when = SystemTime::UNIX_EPOCH + Duration::from_secs(1_078_058_096);
        fs::File::options()
            .write(true)
            .open(self.disk(b"old"))?
            .set_modified(when)?;
        let modified = during("MDTM", self.client().modified(b"old").await)?;
        equal("the time", &"20040229123456".to_owned(), &modified)?;
        refused("MDTM of nothing", self.client().modified(b"none").await)
    }

    async fn status_of(&mut self) -> Result<()> {
        self.put_directory(b"below")?;
        self.put(b"below/file", b"content")?;
        let reply = during("STAT", self.client().command("STAT", b"below").await)?;
        if reply.text_lines().any(|line| line.ends_with(b"file")) {
            return Ok(());
        }
        Err(format!("STAT: {reply}").into())
    }

    async fn noop(&mut self) -> Result<()> {
        during("NOOP", self.client().noop().await).map(drop)
    }

    // Listings.

    fn fixtures(&self) -> Result<[&'static [u8]; 4]> {
        self.put(b"one", b"1")?;
        self.put(b"two words", b"22")?;
        self.put("drei-ß".as_bytes(), b"333")?;
        self.put_directory(b"below")?;
        Ok([b"below", "drei-ß".as_bytes(), b"one", b"two words"])
    }

    async fn list(&mut self) -> Result<()> {
        let names = self.fixtures()?;
        let lines = during("LIST", self.client().list(None).await)?;
        for name in names {
            // The one thing that all formats of listings agree on.
            if !lines.iter().any(|line| line.ends_with(name)) {
                let name = Escaped::new(name);
                return Err(format!("LIST lacks {name}: {}", shown(&lines)).into());
            }
        }
        let lines = during("LIST of one", self.client().list(Some(b"one")).await)?;
        equal("lines of LIST of one", &1, &lines.len())
    }

    async fn names(&mut self) -> Result<()> {
        let names = self.fixtures()?;
        let found = self.listed(None).await?;
        equal("NLST", &shown(&names.map(<[u8]>::to_vec)), &shown(&found))
    }

    /// The names in a directory, sorted.
    async fn listed(&mut self, path: Option<&[u8]>) -> Result<Vec<Vec<u8>>> {
        let mut found = during("NLST", self.client().names(path).await)?;
        // Pure-FTPd names the directory itself and the one above, too: a reviewed exception, once.
        found.retain(|name| !matches!(name.as_slice(), b"." | b".."));
        found.sort();
        Ok(found)
    }

    async fn empty_list(&mut self) -> Result<()> {
        self.put_directory(b"empty")?;
        let mut lines = during("LIST", self.client().list(Some(b"empty")).await)?;
        lines.retain(|line| !line.starts_with(b"total") && !line.ends_with(b"."));
        equal("LIST", &String::new(), &shown(&lines))
    }

    async fn empty_names(&mut self) -> Result<()> {
        self.put_directory(b"empty")?;
        let mut names = during("NLST", self.client().names(Some(b"empty")).await)?;
        names.sort();
        equal("NLST", &String::new(), &shown(&names))
    }

    // Transfers.

    async fn upload(&mut self) -> Result<()> {
        let content = &self.block[..300_007];
        self.store(b"file", content).await?;
        self.has(b"file", content)?;
        // Over what is there, and shorter.
        self.store(b"file", &content[7..1_007]).await?;
        self.has(b"file", &content[7..1_007])
    }

    async fn download(&mut self) -> Result<()> {
        let content = &self.block[..300_007];
        self.put(b"file", content)?;
        self.fetch(b"file", content).await?;
        let type_now = self.client().session().transfer_type();
        equal("the type", &Some(TransferType::Image), &type_now)
    }

    async fn empty(&mut self) -> Result<()> {
        self.store(b"empty", b"").await?;
        self.has(b"empty", b"")?;
        self.fetch(b"empty", b"").await
    }

    async fn resume_download(&mut self) -> Result<()> {
        let (content, offset) = (&self.block[..3_000_017], 1_234_567);
        self.put(b"file", content)?;
        let rest = Content::of(&content[offset..]);
        self.fetch_content(b"file", offset as u64, rest).await?;
        // And the next one begins at the beginning.
        self.fetch(b"file", content).await
    }

    async fn resume_upload(&mut self) -> Result<()> {
        let (content, offset) = (&self.block[..3_000_017], 1_234_567);
        self.put(b"file", &content[..offset])?;
        let how = Storing::Store(b"file");
        let rest = Content::of(&content[offset..]);
        let moved = self.send(how, offset as u64, rest, Stop::Never).await;
        let moved = during("resuming an upload", moved)?;
        equal("bytes sent", &rest.length(), &confirmed(&moved)?)?;
        self.has(b"file", content)?;
        self.store(b"file", &content[..9]).await?;
        self.has(b"file", &content[..9])
    }

    async fn give_up_download(&mut self, stop: Stop) -> Result<()> {
        self.put(b"file", &self.block[..UNDER_WAY])?;
        let moved = self.fetch_part(b"file", stop).await?;
        self.given_up(&moved.end)?;
        self.works("it was given up").await?;
        // Twice in a row.
        self.fetch_part(b"file", stop).await?;
        self.fetch_part(b"file", stop).await?;
        self.works("it was given up twice").await
    }

    async fn give_up_upload(&mut self, stop: Stop) -> Result<()> {
        let content = Content::of(&self.block[..UNDER_WAY]);
        let how = Storing::Store(b"file");
        let moved = during("uploading in part", self.send(how, 0, content, stop).await)?;
        self.given_up(&moved.end)?;
        self.works("it was given up").await?;
        // What became of it is the server's choice, but it is a part.
        let part = fs::read(self.disk(b"file")).unwrap_or_default();
        if part.len() >= UNDER_WAY || part[..] != self.block[..part.len()] {
            return Err(format!("{} bytes are left, not a part", part.len()).into());
        }
        Ok(())
    }

    fn given_up(&self, end: &End) -> Result<()> {
        match end {
            End::Confirmed(_) => Err("it came to its end before it was given up".into()),
            End::Aborted(aborted) => {
                let reply = aborted.reply.as_ref().map(ToString::to_string);
                self.dialogue.line(format!("  # aborted: {reply:?}"));
                Ok(())
            }
            End::Dropped => Ok(()),
        }
    }

    async fn refused_upload(&mut self, name: &[u8]) -> Result<()> {
        let content = Content::of(&self.block[..1_000]);
        let how = Storing::Store(name);
        refused("uploading", self.send(how, 0, content, Stop::Never).await)?;
        self.works("a refused upload").await
    }

    async fn refused_download(&mut self) -> Result<()> {
        self.put_directory(b"below")?;
        for name in [b"none", &b"below"[..]] {
            let moved = self.fetch_part(name, Stop::Never).await;
            match moved {
                Ok(_) => return Err(format!("{} came", Escaped::new(name)).into()),
                Err(error) if error.to_string().contains("the server refused") => {}
                Err(error) => return Err(error),
            }
            self.works("a refused download").await?;
        }
        Ok(())
    }

    /// One uploads while the other downloads.
    async fn two_sessions(&mut self) -> Result<()> {
        let content = &self.block[..UNDER_WAY];
        self.put(b"down", content)?;
        let mut other = self.session().await?;
        std::thread::scope(|scope| {
            let upload = scope.spawn(|| {
                smol::block_on(async {
                    let (how, options) = (Storing::Store(b"up"), Default::default());
                    let content = Content::of(content);
                    let moved = other
                        .upload(how, &options, content, Stop::Never, &|_| {})
                        .await;
                    let moved = moved.map_err(|error| error.to_string())?;
                    confirmed(&moved).map_err(|error| error.to_string())?;
                    other.quit().await.map_err(|error| error.to_string())
                })
            });
            let download = smol::block_on(self.fetch(b"down", content));
            let upload = upload.join().unwrap_or_else(|_| Err("panicked".to_owned()));
            upload.map_err(|error| format!("the other session: {error}"))?;
            download
        })?;
        self.has(b"up", content)
    }

    // Names.

    /// The same bytes there and back.
    async fn name(&mut self, name: &[u8]) -> Result<()> {
        let content = &self.block[..100];
        self.store(name, content).await?;
        self.has(name, content)?;
        let found = self.listed(None).await?;
        equal("NLST", &shown(&[name.to_vec()]), &shown(&found))?;
        self.fetch(name, content).await?;
        let size = during("SIZE", self.client().size(name).await)?;
        equal("SIZE", &Some(100), &size)?;
        during("DELE", self.client().delete(name).await)?;
        self.has_not(name)
    }

    /// The same for a directory, which PWD names.
    async fn directory(&mut self, name: &[u8]) -> Result<()> {
        during("MKD", self.client().mkd(name).await)?;
        if !self.disk(name).is_dir() {
            let there = self.entries()?;
            return Err(format!("MKD: there is {}", shown(&there)).into());
        }
        during("CWD", self.client().cwd(name).await)?;
        let expected = [&self.home, &b"/"[..], name].concat();
        let pwd = during("PWD", self.client().pwd().await)?;
        during("CWD ..", self.client().cwd(b"..").await)?;
        equal("PWD", &shown(&[expected]), &shown(&[pwd.into()]))?;
        during("RMD", self.client().rmd(name).await)?;
        self.has_not(name)
    }

    // Much of it.

    async fn large(&mut self) -> Result<()> {
        // No multiple of anything, so that a piece that is lost or doubled shows.
        let block = &self.block[..UNDER_WAY - 4_099];
        let content = Content::repeated(block, LARGE);
        let how = Storing::Store(b"large");
        let moved = self.send(how, 0, content, Stop::Never).await;
        let moved = during("uploading 256 MiB", moved)?;
        equal("bytes sent", &LARGE, &confirmed(&moved)?)?;
        let size = during("SIZE", self.client().size(b"large").await)?;
        equal("SIZE", &Some(LARGE), &size)?;
        self.fetch_content(b"large", 0, content).await
    }

    async fn thousand(&mut self) -> Result<()> {
        let name = |number: usize| format!("file-{number:04}").into_bytes();
        // Of every length from nothing on, each with a content of its own.
        let content = |number: usize| number * 31..number * 31 + number * 7 % 2_000;
        let block = self.block;
        for number in 0..THOUSAND {
            self.store(&name(number), &block[content(number)]).await?;
        }
        let found = self.listed(None).await?;
        let names: Vec<_> = (0..THOUSAND).map(name).collect();
        equal("NLST", &shown(&names), &shown(&found))?;
        for number in 0..THOUSAND {
            self.fetch(&name(number), &block[content(number)]).await?;
        }
        for number in 0..THOUSAND {
            during("DELE", self.client().delete(&name(number)).await)?;
        }
        equal("what is left", &String::new(), &shown(&self.entries()?))
    }
}
