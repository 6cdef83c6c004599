//! CR, LF and NUL in any argument of any method are refused before a byte is sent, and the session
//! stays usable (invariant 8).

use std::collections::BTreeSet;

use ftp_proto::simulator::{Setup, Simulator};

use crate::face::{
    Client, DeleteOptions, Encoding, Error, ErrorKind, Memory, Options, SyncOptions,
    TransferOptions, TransferType, WalkOptions,
};

/// Returns the names of this adapter's public methods that take an `impl Name` argument.
fn methods_with_names() -> BTreeSet<&'static str> {
    let sources = [
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/batch.rs")),
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/client.rs")),
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/copy.rs")),
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/operations.rs")),
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/transfers.rs")),
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/trees.rs")),
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/whole_trees.rs")),
    ];
    let methods = sources
        .into_iter()
        .flat_map(|source| source.split("    pub ").skip(1));
    methods
        .filter_map(|method| {
            let method = method.strip_prefix("async ").unwrap_or(method);
            let signature = method.strip_prefix("fn ")?.split_once('{')?.0;
            let (name, _) = signature.split_once(['(', '<'])?;
            ["impl Name", "impl OptionalName", "Item: Name"]
                .iter()
                .any(|argument| signature.contains(argument))
                .then_some(name)
        })
        .collect()
}

const BAD: [&str; 6] = ["a\r\nDELE /five", "a\nb", "a\rb", "a\0b", "\n", "\0"];

#[test]
fn no_argument_of_any_call_smuggles_a_command() {
    let memory = Memory::new(Simulator::new(Setup::new().file("/five", "12345")));
    let options = Options::new("localhost").with_encoding(Encoding::Latin1);
    let mut client = Client::connect_over(memory.clone(), options).unwrap();
    client.login("user", "secret").unwrap();
    let other = Memory::new(Simulator::new(Setup::new()));
    let mut target = Client::connect_over(other, Options::new("localhost")).unwrap();
    target.login("user", "secret").unwrap();
    let nowhere = "a directory that does not exist";
    let mut called = BTreeSet::new();
    /// Returns the error of a call that must fail, and panics if the call succeeds.
    fn refused<T>(result: Result<T, Error>) -> Error {
        match result {
            Ok(_) => panic!("not refused"),
            Err(error) => error,
        }
    }
    for bad in BAD {
        macro_rules! refuses {
            ($($method:ident: $call:expr;)*) => {$(
                called.insert(stringify!($method));
                let before = memory.server().commands().len();
                let error = refused($call);
                let name = stringify!($call);
                assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{name} with {bad:?}");
                assert_eq!(memory.server().commands().len(), before, "{name} with {bad:?}");
                assert_eq!(client.pwd().unwrap().as_bytes(), b"/", "{name} with {bad:?}");
            )*};
        }
        refuses! {
            login: client.login(bad, "secret");
            login: client.login("user", bad);
            cwd: client.cwd(bad);
            mkd: client.mkd(bad);
            rmd: client.rmd(bad);
            delete: client.delete(bad);
            rename: client.rename(bad, "/five");
            rename: client.rename("/five", bad);
            size: client.size(bad);
            modified: client.modified(bad);
            mlst: client.mlst(bad);
            inspect_many: client.inspect_many(["/five", bad]);
            status: client.status(bad);
            status_entries: client.status_entries(bad);
            help: client.help(bad);
            site: client.site(bad);
            opts: client.opts(bad);
            account: client.account(bad);
            mount: client.mount(bad);
            host: client.host(bad);
            language: client.language(bad);
            client_name: client.client_name(bad);
            raw: client.raw(bad);
            raw: client.raw(format!("DELE {bad}"));
            download: client.download(bad);
            download_with: client.download_with(bad, &TransferOptions::text());
            download_lines: client.download_lines(bad);
            download_command: client.download_command(format!("NLST {bad}"), &TransferOptions::new());
            download_many: client.download_many([bad]).next().expect("an item");
            download_many_with: client
                .download_many_with([bad], &TransferOptions::text())
                .next()
                .expect("an item");
            upload: client.upload(bad);
            upload_with: client.upload_with(bad, &TransferOptions::text());
            upload_many: client.upload_many([bad]).next().expect("an item");
            upload_many_with: client
                .upload_many_with([bad], &TransferOptions::text())
                .next()
                .expect("an item");
            append: client.append(bad);
            upload_unique: client.upload_unique(bad);
            upload_command: client.upload_command(format!("STOR {bad}"), &TransferOptions::new());
            store: client.store(bad, "content");
            store_lines: client.store_lines(bad, ["line"]);
            list: client.list(bad);
            names: client.names(bad);
            mlsd: client.mlsd(bad);
            list_lines: client.list_lines(bad);
            names_lines: client.names_lines(bad);
            mlsd_lines: client.mlsd_lines(bad);
            read_dir: client.read_dir(bad);
            entries: client.entries(bad);
            metadata: client.metadata(bad);
            exists: client.exists(bad);
            walk: client.walk(bad, &WalkOptions::new());
            glob: client.glob(bad);
            glob_with: client.glob_with(bad, &WalkOptions::new());
            tree_size: client.tree_size(bad);
            make_directories: client.make_directories(bad);
            delete_tree: client.delete_tree(bad);
            delete_tree_with: client.delete_tree_with(bad, &DeleteOptions::new());
            plan_download: client.plan_download(bad, nowhere, &SyncOptions::new());
            plan_upload: client.plan_upload("src", bad, &SyncOptions::new());
            download_tree: client.download_tree(bad, nowhere);
            download_tree_with: client.download_tree_with(bad, nowhere, &SyncOptions::new());
            upload_tree: client.upload_tree("src", bad);
            upload_tree_with: client.upload_tree_with("src", bad, &SyncOptions::new());
            copy_to: client.copy_to(bad, &mut target, "/five", TransferType::Image);
            copy_to: client.copy_to("/five", &mut target, bad, TransferType::Image);
        }
    }
    assert_eq!(called, methods_with_names());
    assert_eq!(client.size("/five").unwrap(), Some(5));
}
