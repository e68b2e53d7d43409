use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Unexpected, Visitor};

/// An object whose names the client makes up: a `map` of the proto. No name may be given twice.
pub(crate) struct Entries<V>(pub(crate) BTreeMap<String, V>);

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Entries<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor(PhantomData))
    }
}

struct EntriesVisitor<V>(PhantomData<V>);

impl<'de, V: Deserialize<'de>> Visitor<'de> for EntriesVisitor<V> {
    type Value = Entries<V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object that has no name twice")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Entries<V>, A::Error> {
        let mut entries = BTreeMap::new();
        while let Some((name, value)) = members.next_entry()? {
            if entries.insert(name, value).is_some() {
                return Err(A::Error::invalid_value(Unexpected::Other("a name given twice"), &self));
            }
        }
        Ok(Entries(entries))
    }
}
