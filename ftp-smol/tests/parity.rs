//! Both adapters offer the same operations: their public methods and parameters are equal, apart
//! from `async`.

/// Returns the signatures of the public methods in a source file, in a form that can be compared.
fn methods(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    for piece in source.split(" pub ").skip(1) {
        let Some(end) = piece.find(" {\n").or_else(|| piece.find(';')) else {
            continue;
        };
        let signature = piece[..end].replace("async ", "").replace("AsyncFn", "Fn");
        // Its argument is a function that returns a client or a future.
        if signature.starts_with("fn over") {
            continue;
        }
        if signature.starts_with("fn ") {
            let words: Vec<&str> = signature.split_whitespace().collect();
            found.push(
                words
                    .join(" ")
                    .replace("( ", "(")
                    .replace(", )", ")")
                    .replace("mut self", "self"),
            );
        }
    }
    found.sort();
    found
}

#[test]
fn both_adapters_offer_the_same_operations() {
    macro_rules! pairs {
        ($($file:literal)*) => {
            [$((
                include_str!(concat!("../../ftp-blocking/src/", $file)),
                include_str!(concat!("../src/", $file)),
            )),*]
        };
    }
    let pairs = pairs! {
        "batch.rs" "bulk.rs" "client.rs" "copy.rs" "data.rs" "drive.rs" "lines.rs" "memory.rs" "metadata.rs" "operations.rs" "parallel.rs" "pool.rs" "retrying.rs"
        "transfers.rs" "trees.rs" "whole_files.rs" "whole_trees.rs"
    };
    let mut count = 0;
    for (blocking, smol) in pairs {
        let blocking = methods(blocking);
        assert_eq!(blocking, methods(smol));
        count += blocking.len();
    }
    assert!(
        count > 70,
        "{count} methods found: is the search still right?"
    );
}

/// Both drivers contain no reply code, and are at most 290 lines long.
#[test]
fn drivers_are_loops_without_protocol() {
    for driver in [
        include_str!("../../ftp-blocking/src/drive.rs"),
        include_str!("../src/drive.rs"),
    ] {
        assert!(
            driver.lines().count() <= 290,
            "{} lines",
            driver.lines().count()
        );
        for word in ["code()", "class()", "Code::", "Class::", "Command", "Verb"] {
            assert!(!driver.contains(word), "a driver speaks of {word}");
        }
    }
}
