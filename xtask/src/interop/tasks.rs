//! The operations themselves.

use std::fs;
use std::time::{Duration, SystemTime};

use ftp_blocking::wire::Escaped;
use ftp_blocking::{Entry, Error, ErrorKind, Reply, TransferOptions, TransferType};

use super::cell::{Cell, confirmed, refused, shown};
use super::operation::Operation;
use crate::job::content::{Content, compare, equal};
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
            Operation::System => {
                let reply = self.client().system().await;
                replied("SYST", reply, &[215])
            }
            Operation::Pwd => self.is_in_step("nothing").await,
            Operation::Cwd => self.cwd().await,
            Operation::Mkd => self.mkd().await,
            Operation::Rmd => self.rmd().await,
            Operation::Delete => self.delete().await,
            Operation::Rename => self.rename().await,
            Operation::Size => self.size().await,
            Operation::Modified => self.modified().await,
            Operation::Status => {
                let reply = self.client().status(None).await;
                replied("STAT", reply, &[211])
            }
            Operation::StatusOf => self.status_of().await,
            Operation::Help => {
                let reply = self.client().help().await;
                replied("HELP", reply, &[211, 214])
            }
            Operation::SiteHelp => {
                let reply = self.client().site(b"HELP").await;
                replied("SITE HELP", reply, &[200, 214])
            }
            Operation::Noop => self.noop().await,
            Operation::Opts => {
                let reply = self.client().opts(b"UTF8 ON").await;
                replied("OPTS", reply, &[200])
            }
            Operation::Unknown => {
                let reply = during("XYZZY", self.client().raw(b"XYZZY").await)?;
                equal("whether it is unknown", &true, &reply.is_not_implemented())
            }
            Operation::List => self.list().await,
            Operation::Names => self.names().await,
            Operation::Facts => self.facts().await,
            Operation::FactsOf => self.facts_of().await,
            Operation::EmptyList => self.empty_list().await,
            Operation::EmptyNames => self.empty_names().await,
            Operation::EmptyFacts => self.empty_facts().await,
            Operation::Upload => self.upload().await,
            Operation::Download => self.download().await,
            Operation::Files => self.files().await,
            Operation::Append => self.append().await,
            Operation::Unique => self.unique().await,
            Operation::Empty => self.empty().await,
            Operation::ResumeDownload => self.resume_download().await,
            Operation::ResumeUpload => self.resume_upload().await,
            Operation::TextDownload => self.text_download(b"one\n\ntwo\n").await,
            Operation::TextDownloadCrlf => self.text_download(b"one\r\n\r\ntwo\r\n").await,
            Operation::TextUpload => self.text_upload().await,
            Operation::TextUploadCrlf => self.text_upload_crlf().await,
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
            Operation::Copy => self.copy().await,
            Operation::Reconnect => self.reconnect().await,
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
        let modified = modified.map(|time| time.to_digits());
        equal("the time", &Some("20040229123456".to_owned()), &modified)?;
        refused("MDTM of nothing", self.client().modified(b"none").await)
    }

    async fn status_of(&mut self) -> Result<()> {
        self.put_directory(b"below")?;
        self.put(b"below/file", b"content")?;
        let reply = during("STAT", self.client().status(Some(b"below")).await)?;
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
        alike("NLST", &shown(&names.map(<[u8]>::to_vec)), &shown(&found))
    }

    /// The names in a directory, sorted.
    async fn listed(&mut self, path: Option<&[u8]>) -> Result<Vec<Vec<u8>>> {
        let mut found = during("NLST", self.client().names(path).await)?;
        // Pure-FTPd names the directory itself and the one above, too: a reviewed exception, once.
        found.retain(|name| !matches!(name.as_slice(), b"." | b".."));
        found.sort();
        Ok(found)
    }

    async fn facts(&mut self) -> Result<()> {
        let names = self.fixtures()?;
        let mut entries = during("MLSD", self.client().mlsd(None).await)?;
        let is_listed = |entry: &Entry| !matches!(entry.fact("type"), Some(b"cdir" | b"pdir"));
        entries.retain(is_listed);
        entries.sort_by(|a, b| a.name().cmp(b.name()));
        let found: Vec<_> = entries.iter().map(|entry| entry.name().to_vec()).collect();
        alike("MLSD", &shown(&names.map(<[u8]>::to_vec)), &shown(&found))?;
        for (name, kind, size) in [
            (&b"below"[..], &b"dir"[..], None),
            (b"one", b"file", Some(&b"1"[..])),
            (b"two words", b"file", Some(b"2")),
        ] {
            let entry = entries.iter().find(|entry| entry.name() == name);
            let entry = entry.ok_or("an entry is missing")?;
            let is_kind = entry
                .fact("type")
                .is_some_and(|found| found.eq_ignore_ascii_case(kind));
            if !is_kind || (size.is_some() && entry.fact("size") != size) {
                return Err(format!("MLSD: {}", Escaped::new(entry.line())).into());
            }
        }
        Ok(())
    }

    async fn facts_of(&mut self) -> Result<()> {
        self.put(b"one", b"1")?;
        let entry = during("MLST", self.client().mlst(Some(b"one")).await)?;
        let named = entry.name().ends_with(b"one");
        if !named || entry.fact("size") != Some(b"1") || entry.fact("modify").is_none() {
            return Err(format!("MLST: {}", Escaped::new(entry.line())).into());
        }
        let entry = during("MLST of here", self.client().mlst(None).await)?;
        if !entry
            .fact("type")
            .is_some_and(|kind| kind.ends_with(b"dir"))
        {
            return Err(format!("MLST of here: {}", Escaped::new(entry.line())).into());
        }
        refused("MLST of nothing", self.client().mlst(Some(b"none")).await)
    }

    async fn empty_facts(&mut self) -> Result<()> {
        self.put_directory(b"empty")?;
        let mut entries = during("MLSD", self.client().mlsd(Some(b"empty")).await)?;
        entries.retain(|entry| !matches!(entry.fact("type"), Some(b"cdir" | b"pdir")));
        let found: Vec<_> = entries.iter().map(|entry| entry.line().to_vec()).collect();
        alike("MLSD", "", &shown(&found))
    }

    async fn empty_list(&mut self) -> Result<()> {
        self.put_directory(b"empty")?;
        let mut lines = during("LIST", self.client().list(Some(b"empty")).await)?;
        lines.retain(|line| !line.starts_with(b"total") && !line.ends_with(b"."));
        alike("LIST", "", &shown(&lines))
    }

    async fn empty_names(&mut self) -> Result<()> {
        self.put_directory(b"empty")?;
        let mut names = during("NLST", self.client().names(Some(b"empty")).await)?;
        names.sort();
        alike("NLST", "", &shown(&names))
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

    async fn files(&mut self) -> Result<()> {
        // Beside what the server serves.
        let (here, back) = (self.disk(b"../../here"), self.disk(b"../../back"));
        fs::write(&here, &self.block[..UNDER_WAY - 11])?;
        let sent = self.client().send(&fs::File::open(&here)?, b"file").await;
        let sent = during("sending a file", sent)?;
        equal("bytes sent", &(UNDER_WAY as u64 - 11), &sent.bytes)?;
        let came = self.client().save(b"file", &fs::File::create(&back)?).await;
        let came = during("saving to a file", came)?;
        equal("bytes saved", &sent.bytes, &came.bytes)?;
        compare(
            "the file that came back",
            &fs::read(here)?,
            &fs::read(back)?,
        )
    }

    async fn append(&mut self) -> Result<()> {
        let (content, half) = (&self.block[..300_007], 123_456);
        for part in [&content[..half], &content[half..]] {
            let (how, part) = (Storing::Append(b"file"), Content::of(part));
            let moved = self.send(how, 0, part, Stop::Never).await;
            equal(
                "bytes",
                &part.length(),
                &confirmed(&during("APPE", moved)?)?,
            )?;
        }
        self.has(b"file", content)
    }

    async fn unique(&mut self) -> Result<()> {
        let mut names = Vec::new();
        for suggestion in [Some(&b"suggested"[..]), Some(b"suggested"), None] {
            let (how, content) = (
                Storing::Unique(suggestion),
                Content::of(&self.block[..1_000]),
            );
            let moved = self.send(how, 0, content, Stop::Never).await;
            let moved = during("STOU", moved)?;
            confirmed(&moved)?;
            let End::Confirmed(completion) = moved.end else {
                continue;
            };
            let name = completion.name.ok_or_else(|| {
                let reply = &completion.reply;
                format!("STOU: no name in {reply}")
            })?;
            let name = Vec::from(name);
            if names.contains(&name) {
                return Err(format!("STOU: {} twice", Escaped::new(&name)).into());
            }
            self.has(&name, &self.block[..1_000])?;
            names.push(name);
        }
        Ok(())
    }

    async fn text_download(&mut self, text: &[u8]) -> Result<()> {
        self.put(b"text", text)?;
        let lines = during("TYPE A", self.client().download_lines(b"text").await)?;
        // Three of the four leave a CRLF on their disk as it is.
        let expected = [b"one".to_vec(), b"".to_vec(), b"two".to_vec()];
        alike("the lines", &shown(&expected), &shown(&lines))?;
        // As it is on the wire.
        let options = TransferOptions::new().with_type(TransferType::TEXT);
        let mut wire = Vec::new();
        let mut into = |bytes: &[u8]| wire.extend_from_slice(bytes);
        let moved = self
            .client()
            .download(b"text", &options, Stop::Never, &mut into)
            .await;
        confirmed(&during("TYPE A", moved)?)?;
        let expected = b"one\r\n\r\ntwo\r\n".to_vec();
        alike("the wire", &shown(&[expected]), &shown(&[wire]))
    }

    async fn text_upload(&mut self) -> Result<()> {
        let lines: [&[u8]; 3] = [b"one", b"", b"two"];
        during("TYPE A", self.client().store_lines(b"text", &lines).await)?;
        self.has(b"text", b"one\n\ntwo\n")?;
        // And the next one is not a text.
        self.store(b"binary", b"one\r\n\r\ntwo\r\n").await?;
        self.has(b"binary", b"one\r\n\r\ntwo\r\n")
    }

    async fn text_upload_crlf(&mut self) -> Result<()> {
        let options = TransferOptions::new().with_type(TransferType::TEXT);
        let (how, content) = (Storing::Store(b"text"), Content::of(b"one\r\n\r\ntwo\r\n"));
        let moved = self
            .client()
            .upload(how, &options, content, Stop::Never, &|_| {})
            .await;
        confirmed(&during("TYPE A", moved)?)?;
        self.has(b"text", b"one\n\ntwo\n")
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

    /// One downloads and the other uploads, with no byte passing through here.
    async fn copy(&mut self) -> Result<()> {
        let content = &self.block[..300_007];
        self.put(b"original", content)?;
        let mut other = self.session().await?;
        let copied = self.client().copy(b"original", &mut other, b"copy").await;
        during("copying", copied)?;
        self.has(b"copy", content)?;
        self.works("a copy").await?;
        during("QUIT", other.quit().await).map(drop)
    }

    async fn reconnect(&mut self) -> Result<()> {
        self.put_directory(b"below")?;
        during("CWD", self.client().cwd(b"below").await)?;
        during("reconnecting", self.client().reconnect().await)?;
        let below = [&self.home, &b"/below"[..]].concat();
        let pwd = during("PWD", self.client().pwd().await)?;
        equal(
            "the directory after reconnecting",
            &below,
            &pwd.as_bytes().to_vec(),
        )?;
        during("CWD ..", self.client().cwd(b"..").await)?;
        self.works("reconnecting").await
    }

    // Names.

    /// The same bytes there and back.
    async fn name(&mut self, name: &[u8]) -> Result<()> {
        let content = &self.block[..100];
        self.store(name, content).await?;
        self.has(name, content)?;
        let found = self.listed(None).await?;
        alike("NLST", &shown(&[name.to_vec()]), &shown(&found))?;
        let features = during("FEAT", self.client().features().await)?;
        if features.supports("MLST") {
            let mut entries = during("MLSD", self.client().mlsd(None).await)?;
            entries.retain(|entry| entry.fact("type") == Some(b"file"));
            let found: Vec<_> = entries.iter().map(|entry| entry.name().to_vec()).collect();
            alike("MLSD", &shown(&[name.to_vec()]), &shown(&found))?;
        }
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
        alike("PWD", &shown(&[expected]), &shown(&[pwd.into()]))?;
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
        alike("NLST", &shown(&names), &shown(&found))?;
        for number in 0..THOUSAND {
            self.fetch(&name(number), &block[content(number)]).await?;
        }
        for number in 0..THOUSAND {
            during("DELE", self.client().delete(&name(number)).await)?;
        }
        alike("what is left", "", &shown(&self.entries()?))
    }
}

/// Whether it was answered with one of these.
fn replied(what: &str, reply: std::result::Result<Reply, Error>, codes: &[u16]) -> Result<()> {
    let reply = during(what, reply)?;
    if codes.contains(&reply.code().value()) {
        return Ok(());
    }
    Err(format!("{what}: {reply}").into())
}

/// Demands that two texts agree, which hold no control characters any more.
fn alike(what: &str, expected: &str, found: &str) -> Result<()> {
    if expected == found {
        return Ok(());
    }
    Err(format!("{what}: {expected} expected, {found} found").into())
}
