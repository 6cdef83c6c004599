//! A server in memory that lists a tree, and a local tree to compare it with.

use std::collections::{BTreeMap, VecDeque};

use ftp_proto::listing::{Dialect, Parser};
use ftp_proto::reply::Timestamp;
use ftp_proto::sync::{Action, LocalKind, LocalTree, PlanSync, SyncOptions, SyncPlan};
use ftp_proto::tree::{Outcome, Plan, Todo};
use ftp_proto::{Config, DataEnd, Encoding, Error, Wait, flows};

use crate::support::{Arrival, Driver, Reaction, Server, credentials};

/// What has a path, on either side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    /// A file: its content, and its time in seconds since 1970.
    File(Vec<u8>, i64),
    Directory,
    /// A link that leads to this path.
    Link(&'static str),
    Special,
}

/// What is on one side of a sync, by relative paths.
pub(crate) type Tree = BTreeMap<Vec<u8>, Node>;

/// The directory of the sync on the server.
pub(crate) const TOP: &str = "top";

/// The time at which tests begin: 2026-01-02 12:00:00.
pub(crate) const NOW: i64 = 1_767_355_200;

/// What the server has and can do. The default server lists by MLSD.
#[derive(Debug, Default)]
pub(crate) struct Host {
    pub(crate) tree: Tree,
    /// Further lines of the listing of a directory, by its path from `top`.
    pub(crate) lines: Vec<(&'static str, String)>,
    /// The reply to each question about a path from `top`, instead of the listing or the facts.
    pub(crate) refusals: Vec<(&'static str, &'static str)>,
    /// The directories whose listings break off.
    pub(crate) broken: Vec<&'static str>,
    /// The directories whose listings are empty, since the server may not read them.
    pub(crate) unreadable: Vec<&'static str>,
    /// Whether the listing of a missing directory is a line that says so.
    pub(crate) lists_missing: bool,
    /// Whether LIST ignores its argument, and lists the current directory.
    pub(crate) ignores_argument: bool,
    /// The current directory: `top` or below it. Empty for the directory that holds `top`.
    pub(crate) directory: String,
    /// Whether the server has LIST only. It then lists the minute, in the server's zone, and no
    /// names that begin with a dot.
    pub(crate) is_old: bool,
    /// How many minutes the zone of LIST is ahead of UTC, in each half of the year.
    pub(crate) zone: [i64; 2],
    /// Whether the server has SIZE and MDTM.
    pub(crate) tells_times: bool,
    /// Whether the server has XSHA256.
    pub(crate) hashes: bool,
    /// Whether the driver gives up each step once, before it does it.
    pub(crate) gives_up: bool,
    /// The directory itself does not exist.
    pub(crate) is_missing: bool,
    /// Every command that the server has received.
    pub(crate) heard: Vec<String>,
    pub(crate) pending: VecDeque<Vec<u8>>,
    pub(crate) listed: Option<String>,
}

/// Makes a tree. A path that ends with `/` is a directory, `>` a link, and `!` something special. A
/// file has its content after a blank, and its seconds after `NOW` after another one.
pub(crate) fn tree(text: &[&str]) -> Tree {
    text.iter().map(|line| node(line)).collect()
}

fn node(line: &str) -> (Vec<u8>, Node) {
    let mut words = line.split(' ');
    let path = words.next().unwrap_or_default();
    let content = words.next().unwrap_or_default().as_bytes().to_vec();
    let seconds: i64 = words
        .next()
        .map_or(0, |word| word.parse().expect("seconds"));
    let kinds = [
        ('/', Node::Directory),
        ('>', Node::Link("elsewhere")),
        ('!', Node::Special),
    ];
    let marked = kinds
        .into_iter()
        .find_map(|(mark, node)| Some((path.strip_suffix(mark)?, node)));
    let (path, node) = marked.unwrap_or((path, Node::File(content, NOW + seconds)));
    (path.as_bytes().to_vec(), node)
}

/// Adds a local tree to `local`.
pub(crate) fn scan(mut local: LocalTree, tree: &Tree) -> LocalTree {
    local.set_root("here");
    for (path, node) in tree {
        let hides = |above: &[u8]| !local.clone().wants(above, true);
        let parts: Vec<usize> = (0..path.len()).filter(|at| path[*at] == b'/').collect();
        if parts.iter().any(|end| hides(&path[..*end])) {
            continue;
        }
        if !local.wants(path, *node == Node::Directory) {
            continue;
        }
        let (kind, size, time) = match node {
            Node::File(content, time) => (LocalKind::File, content.len() as u64, Some(*time)),
            Node::Directory => (LocalKind::Directory, 0, None),
            Node::Link(_) => (LocalKind::Link, 0, None),
            Node::Special => (LocalKind::Special, 0, None),
        };
        let time = time.map(|time| Timestamp::from_unix_time(time, 0).expect("a time"));
        local.add(path, kind, size, time).expect("no limit");
    }
    local
}

impl Host {
    /// Makes a server with this tree.
    pub(crate) fn with(lines: &[&str]) -> Self {
        Self {
            tree: tree(lines),
            tells_times: true,
            ..Self::default()
        }
    }

    /// Makes a server that has LIST only.
    pub(crate) fn old(lines: &[&str]) -> Self {
        Self {
            is_old: true,
            ..Self::with(lines)
        }
    }

    /// Plans a download over a local tree.
    pub(crate) fn download(&mut self, local: &[&str], options: &SyncOptions) -> Vec<String> {
        shown(&self.plan_download(&tree(local), options))
    }

    /// Plans an upload of a local tree.
    pub(crate) fn upload(&mut self, local: &[&str], options: &SyncOptions) -> Vec<String> {
        shown(&self.plan_upload(&tree(local), options))
    }

    pub(crate) fn plan_download(&mut self, local: &Tree, options: &SyncOptions) -> SyncPlan {
        let local = scan(LocalTree::new(options), local);
        let plan = PlanSync::download(TOP, local, &Encoding::Utf8, options).expect("a path");
        self.run(plan).expect("a plan")
    }

    pub(crate) fn plan_upload(&mut self, local: &Tree, options: &SyncOptions) -> SyncPlan {
        let local = scan(LocalTree::new(options), local);
        let plan = PlanSync::upload(local, TOP, &Encoding::Utf8, options).expect("a path");
        self.run(plan).expect("a plan")
    }

    /// Carries a plan out.
    pub(crate) fn run(&mut self, mut plan: PlanSync) -> Result<SyncPlan, Error> {
        self.heard.clear();
        let directory = self.directory.clone();
        self.reply("220 ready");
        let mut driver = Driver::new(Config::default(), std::mem::take(self));
        driver.run(flows::Greeting::new()).expect("the greeting");
        driver
            .run(flows::Login::new(credentials()))
            .expect("the login");
        driver.server.heard.clear();
        let mut is_given_up = false;
        let end = loop {
            let step = plan.next_step();
            is_given_up = !is_given_up && driver.server.gives_up;
            if is_given_up && !matches!(step, Todo::Yield(_) | Todo::Done) {
                continue;
            }
            let result = match step {
                Todo::Yield(result) => break result,
                Todo::Done => panic!("the plan ended without a result"),
                Todo::Read(flow) => read(&mut driver, flow, &mut plan).map(|()| Outcome::Done),
                Todo::Run(task) => driver.run(task),
                Todo::HashLocal(file) => {
                    let path = String::from_utf8_lossy(&file.path).into_owned();
                    driver.server.heard.push(format!("hash {path}"));
                    // The local files of a test have the content of their names.
                    Ok(Outcome::LocalHash(hash(path.as_bytes())))
                }
            };
            plan.finished(result);
        };
        *self = driver.server;
        self.directory = directory;
        end
    }

    /// Whether the client has sent this command.
    pub(crate) fn has_heard(&self, line: &str) -> bool {
        self.heard.iter().any(|heard| heard == line)
    }

    fn reply(&mut self, text: &str) {
        self.reply_bytes(text.as_bytes());
    }

    fn reply_bytes(&mut self, text: &[u8]) {
        self.pending.push_back([text, b"\r\n"].concat());
    }

    fn find(&self, argument: &str) -> Option<&Node> {
        let path = argument.strip_prefix(TOP)?.strip_prefix('/')?;
        self.tree.get(&unescaped(path))
    }

    fn is_directory(&self, argument: &str) -> bool {
        argument == TOP && !self.is_missing || self.find(argument) == Some(&Node::Directory)
    }

    fn answer(&mut self, verb: &str, argument: &str) -> String {
        let below = argument.strip_prefix(TOP).unwrap_or(argument);
        let refusal = self.refusals.iter().find(|(path, _)| *path == below);
        match verb {
            "USER" => "331 password".into(),
            "PASS" => "230 in".into(),
            "TYPE" => "200 fine".into(),
            "PWD" => "257 \"/\"".into(),
            "CWD" if argument == "/" || self.is_directory(argument) => {
                self.directory = argument.trim_start_matches('/').into();
                "250 there".into()
            }
            "CWD" => "550 no such directory".into(),
            "EPSV" => "229 (|||6446|)".into(),
            "FEAT" if self.is_old => "211-Features\r\n SIZE\r\n MDTM\r\n211 End".into(),
            "FEAT" => "211-Features\r\n MLST type*;size*;modify*;\r\n XSHA256\r\n211 End".into(),
            "MLSD" | "LIST" => match refusal {
                Some((_, reply)) => (*reply).into(),
                // The directory that holds `top`.
                None if argument.is_empty() => {
                    self.listed = Some(String::new());
                    "150 here".into()
                }
                None if self.unreadable.contains(&below)
                    || self.lists_missing
                    || self.is_directory(argument)
                    || self.leads_to_directory(argument) =>
                {
                    self.listed = Some(argument.into());
                    "150 here".into()
                }
                None => "550 no such directory".into(),
            },
            "MLST" | "SIZE" | "MDTM" => match refusal {
                Some((_, reply)) if self.is_old => (*reply).into(),
                _ => self.facts(verb, argument),
            },
            "XSHA256" if self.hashes => match self.find(argument) {
                Some(Node::File(content, _)) => {
                    let digits: String = hash(content)
                        .iter()
                        .map(|byte| format!("{byte:02x}"))
                        .collect();
                    format!("250 {digits}")
                }
                _ => "550 no such file".into(),
            },
            _ => "500 what".into(),
        }
    }

    fn leads_to_directory(&self, argument: &str) -> bool {
        matches!(self.find(argument), Some(Node::Link(target)) if self.is_directory(target))
    }

    fn facts(&self, verb: &str, argument: &str) -> String {
        if !self.tells_times || (verb == "MLST") == self.is_old {
            return "500 what".into();
        }
        let found = match self.find(argument) {
            Some(Node::Link(target)) => self.find(target),
            found => found,
        };
        match (verb, found) {
            ("MLST", Some(Node::Directory)) => {
                format!("250-Facts\r\n type=dir; {argument}\r\n250 End")
            }
            (_, Some(Node::File(content, time))) => {
                let (size, time) = (content.len(), digits(*time));
                match verb {
                    "MLST" => format!(
                        "250-Facts\r\n type=file;size={size};modify={time}; {argument}\r\n250 End"
                    ),
                    "SIZE" => format!("213 {size}"),
                    _ => format!("213 {time}"),
                }
            }
            ("MLST", None) if argument == TOP && !self.is_missing => {
                "250-Facts\r\n type=dir; top\r\n250 End".into()
            }
            _ => "550 no such file".into(),
        }
    }

    /// Returns the listing of a directory.
    fn listing(&self, argument: &str) -> Vec<u8> {
        let mut listing = Vec::new();
        let Some(below) = argument.strip_prefix(TOP) else {
            if !self.is_missing {
                let facts = match self.is_old {
                    true => self.of_list(&Node::Directory),
                    false => of_mlsd(&Node::Directory),
                };
                listing.extend_from_slice(format!("{facts}{TOP}\r\n").as_bytes());
            }
            return listing;
        };
        if self.unreadable.contains(&below) {
            return listing;
        }
        if self.lists_missing && !self.is_directory(argument) {
            return format!("{argument}: No such file or directory\r\n").into_bytes();
        }
        let directory = match self.find(argument) {
            Some(Node::Link(target)) => target.strip_prefix("top/").unwrap_or(target),
            _ => below.strip_prefix('/').unwrap_or(below),
        };
        for (path, node) in &self.tree {
            let (above, name) = match path.iter().rposition(|byte| *byte == b'/') {
                Some(at) => (&path[..at], &path[at + 1..]),
                None => (&b""[..], &path[..]),
            };
            if *above == unescaped(directory) && !(self.is_old && name.starts_with(b".")) {
                let facts = match self.is_old {
                    true => self.of_list(node),
                    false => of_mlsd(node),
                };
                listing.extend_from_slice(facts.as_bytes());
                listing.extend_from_slice(name);
                if let (Node::Link(target), true) = (node, self.is_old) {
                    listing.extend_from_slice(format!(" -> /{target}").as_bytes());
                }
                listing.extend_from_slice(b"\r\n");
            }
        }
        for (path, line) in &self.lines {
            if *path == below {
                listing.extend_from_slice(line.as_bytes());
                listing.extend_from_slice(b"\r\n");
            }
        }
        listing
    }

    fn of_list(&self, node: &Node) -> String {
        let (mode, size, time) = match node {
            Node::File(content, time) => ("-rw-r--r--", content.len(), *time),
            Node::Directory => ("drwxr-xr-x", 4096, NOW),
            Node::Link(_) => ("lrwxrwxrwx", 9, NOW),
            Node::Special => ("crw-rw-rw-", 0, NOW),
        };
        // The second half of the year has daylight saving time.
        let half = usize::from(digits(time)[4..6].parse::<u8>().expect("a month") > 6);
        let time = digits(time + self.zone[half] * 60);
        let (year, month, day) = (&time[..4], &time[4..6], &time[6..8]);
        let (hour, minute) = (&time[8..10], &time[10..12]);
        format!("{mode} 1 0 0 {size} {year}-{month}-{day} {hour}:{minute} ")
    }
}

/// Returns the bytes of a path that the driver has escaped.
fn unescaped(path: &str) -> Vec<u8> {
    let mut parts = path.split(r"\x");
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at(2);
        bytes.push(u8::from_str_radix(digits, 16).expect("two digits"));
        bytes.extend_from_slice(rest.as_bytes());
    }
    bytes
}

fn of_mlsd(node: &Node) -> String {
    match node {
        Node::File(content, time) => {
            format!(
                "type=file;size={};modify={}; ",
                content.len(),
                digits(*time)
            )
        }
        Node::Directory => "type=dir; ".into(),
        Node::Link(target) => format!("type=OS.unix=slink:/{target}; "),
        Node::Special => "type=OS.unix=chr; ".into(),
    }
}

fn digits(time: i64) -> String {
    let time = Timestamp::from_unix_time(time, 0).expect("a time");
    time.to_digits()
}

/// Something like a SHA-256, which differs for the texts of a test.
pub(crate) fn hash(content: &[u8]) -> Vec<u8> {
    let mut bytes = content.to_vec();
    bytes.resize(32, 0);
    bytes
}

/// Opens a listing and hands its lines to the plan.
fn read(
    driver: &mut Driver<Host>,
    flow: flows::ReadDirectory,
    plan: &mut PlanSync,
) -> Result<(), Error> {
    let (transfer, parser): (_, Parser) = driver.run(flow)?;
    let mut parser = match driver.server.is_old {
        true => parser.with_now("20260103000000".parse().expect("a time")),
        false => parser.with_dialect(Dialect::Mlsx),
    };
    let argument = driver.server.listed.take().expect("a listing");
    let listing = driver.server.listing(&argument);
    let mut rest = &listing[..];
    while let Some(line) = parser.next_line(&mut rest) {
        plan.take_line(line)?;
    }
    let below = argument.strip_prefix(TOP).unwrap_or_default();
    let is_broken = driver.server.broken.contains(&below);
    driver.server.reply(match is_broken {
        true => "426 broken",
        false => "226 done",
    });
    let finish = flows::Finish::new(transfer, listing.len() as u64, DataEnd::Clean);
    driver.run(finish).map(drop)
}

/// Returns the lines of a plan: its actions, also those that change nothing, and its failures.
pub(crate) fn shown(plan: &SyncPlan) -> Vec<String> {
    let actions = plan.actions().iter().map(Action::to_string);
    let failures = plan.failures().iter();
    let failures = failures.map(|failure| format!("failed  {failure}"));
    let shorter = |line: String| line.split_whitespace().collect::<Vec<_>>().join(" ");
    actions.chain(failures).map(shorter).collect()
}

impl Server for Host {
    fn hear(&mut self, line: &str) {
        self.heard.push(line.into());
        let (verb, argument) = line.split_once(' ').unwrap_or((line, ""));
        let answer = match verb == "LIST" && (self.ignores_argument || argument.is_empty()) {
            true => self.answer(verb, &self.directory.clone()),
            false => self.answer(verb, argument),
        };
        self.reply(&answer);
    }

    fn arrival(&mut self, _: Wait) -> Arrival {
        let bytes: Vec<u8> = self.pending.drain(..).flatten().collect();
        match bytes.is_empty() {
            true => Arrival::Silence,
            false => Arrival::Bytes(bytes),
        }
    }

    fn serve(&mut self, _: &str) -> Reaction {
        Reaction::Done
    }
}
