//! A function that the macro does not name would be a rule that nobody checks.

use std::path::Path;

#[test]
fn every_function_of_the_contract_is_a_test_of_the_suite() {
    let contract = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/contract");
    let suite = std::fs::read_to_string(contract.join("suite.rs")).unwrap();
    let mut functions = 0;
    for entry in std::fs::read_dir(contract).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let source = std::fs::read_to_string(&path).unwrap();
        let public = source.lines().filter_map(|line| line.strip_prefix("pub async fn "));
        for name in public.map(|rest| rest.split('(').next().unwrap_or(rest)) {
            let names = suite
                .split(&format!(" {file} ["))
                .nth(1)
                .and_then(|rest| rest.split(']').next());
            let is_run = names.is_some_and(|names| names.split_whitespace().any(|word| word == name));
            assert!(is_run, "the suite does not run {file}::{name}");
            functions += 1;
        }
    }
    assert!(functions > 200, "the contract has shrunk to {functions} functions");
}
