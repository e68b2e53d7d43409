//! The scenarios of authorization go through one list of operations: this holds it against what is served.

use std::collections::BTreeSet;

use prost::Message;
use prost_types::FileDescriptorSet;
use unlockd_testkit::scenarios::Operation;

#[test]
fn every_rpc_of_the_contract_is_on_the_list_of_authorized_operations() {
    let contract = FileDescriptorSet::decode(unlockd_proto::FILE_DESCRIPTOR_SET).unwrap();
    let mut served = BTreeSet::new();
    for file in &contract.file {
        for service in &file.service {
            for method in &service.method {
                served.insert(format!("{}.{}/{}", file.package(), service.name(), method.name()));
            }
        }
    }
    let listed: BTreeSet<_> = Operation::ALL
        .iter()
        .map(|operation| operation.rpc().to_owned())
        .collect();

    assert_eq!(listed, served);
}
