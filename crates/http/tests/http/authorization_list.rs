//! The scenarios of authorization go through one list of operations: this holds it against what is served.

use std::collections::BTreeSet;

use serde_json::json;
use unlockd_testkit::scenarios::Operation;

use crate::service::Service;

#[tokio::test]
async fn every_route_that_needs_a_token_is_on_the_list_of_authorized_operations() {
    let service = Service::new().await;
    let document = service.get("/openapi.json").await.json();
    let mut served = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            if operation["security"] != json!([{}]) {
                served.insert((method.to_uppercase(), path.clone()));
            }
        }
    }
    let mut listed = BTreeSet::new();
    for operation in Operation::ALL {
        let (method, template) = operation.route();
        for path in operation.aliases().iter().chain([&template]) {
            listed.insert((method.to_owned(), (*path).to_owned()));
        }
    }

    assert_eq!(listed, served);
}
