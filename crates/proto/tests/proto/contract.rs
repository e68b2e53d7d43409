//! The descriptors of our own packages.

use std::collections::BTreeMap;

use prost::Message;
use prost_types::{DescriptorProto, EnumDescriptorProto, FileDescriptorProto, FileDescriptorSet, MessageOptions};
use unlockd_proto::FILE_DESCRIPTOR_SET;

fn files() -> impl Iterator<Item = FileDescriptorProto> {
    let contract = FileDescriptorSet::decode(FILE_DESCRIPTOR_SET).expect("descriptors");
    contract
        .file
        .into_iter()
        .filter(|file| !file.package().starts_with("google."))
}

/// Every message of these packages, also of those within others, by its full name.
pub(crate) fn messages() -> BTreeMap<String, DescriptorProto> {
    let mut found = BTreeMap::new();
    for file in files() {
        collect(file.package(), &file.message_type, &mut found);
    }
    found
}

/// The entries of maps are messages as well, but nobody sees them.
fn collect(scope: &str, messages: &[DescriptorProto], found: &mut BTreeMap<String, DescriptorProto>) {
    for message in messages {
        let is_map_entry = message.options.as_ref().is_some_and(MessageOptions::map_entry);
        if !is_map_entry {
            let name = format!("{scope}.{}", message.name());
            collect(&name, &message.nested_type, found);
            found.insert(name, message.clone());
        }
    }
}

/// Every enum of these packages, by its full name; none is within a message.
pub(crate) fn enums() -> BTreeMap<String, EnumDescriptorProto> {
    files()
        .flat_map(|file| {
            let package = file.package().to_owned();
            let named = move |it: EnumDescriptorProto| (format!("{package}.{}", it.name()), it);
            file.enum_type.into_iter().map(named)
        })
        .collect()
}
