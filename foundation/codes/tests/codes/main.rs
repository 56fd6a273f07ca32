//! The rules of the standards, published examples of each, and what must hold for any text.

mod division;
mod divisions;
mod licence;
mod message;
mod properties;
mod resident_id;
mod service_code;
mod social_credit;
mod tables;

/// A list of strings of `data/id_vectors.json` (sources: `data/README.md`).
fn published(list: &str) -> Vec<String> {
    let all: serde_json::Value =
        serde_json::from_str(include_str!("../data/id_vectors.json")).expect("vectors are JSON");
    let strings: Vec<String> = serde_json::from_value(all[list].clone()).expect("a list of strings");
    assert!(!strings.is_empty(), "no vectors under {list}");
    strings
}

/// The sentence of the error that `result` must be.
fn sentence<T: std::fmt::Debug>(result: Result<T, codes::CodeError>) -> String {
    result.expect_err("must be refused").to_string()
}
