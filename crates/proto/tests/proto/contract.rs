//! The descriptors of our own packages.

use std::collections::BTreeMap;

use prost::Message;
use prost_types::{DescriptorProto, EnumDescriptorProto, FileDescriptorProto, FileDescriptorSet};
use unlockd_proto::FILE_DESCRIPTOR_SET;

fn files() -> impl Iterator<Item = FileDescriptorProto> {
    let contract = FileDescriptorSet::decode(FILE_DESCRIPTOR_SET).expect("descriptors");
    contract
        .file
        .into_iter()
        .filter(|file| !file.package().starts_with("google."))
}

/// Every message of these packages, by its name, which is unique among them.
pub(crate) fn messages() -> BTreeMap<String, DescriptorProto> {
    files()
        .flat_map(|file| file.message_type)
        .map(|message| (message.name().to_owned(), message))
        .collect()
}

/// Every enum of these packages, by its name.
pub(crate) fn enums() -> BTreeMap<String, EnumDescriptorProto> {
    files()
        .flat_map(|file| file.enum_type)
        .map(|it| (it.name().to_owned(), it))
        .collect()
}
