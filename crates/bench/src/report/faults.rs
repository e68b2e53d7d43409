use super::Report;

impl Report {
    /// What must not be: requests that did not succeed, and databases that hold something else than was acknowledged.
    pub(crate) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for store in &self.stores {
            let measured = store.samples.iter().map(|(subject, connections, rounds)| {
                let what = format!("{}, {connections} connections", subject.name());
                (what, rounds)
            });
            let grown = store
                .growth
                .iter()
                .map(|size| (format!("{} users", size.users), size.rounds.as_slice()));
            for (what, rounds) in measured.chain(grown) {
                let errors: u64 = rounds.iter().map(|sample| sample.errors).sum();
                if let Some(first) = rounds.iter().find_map(|sample| sample.first_error.as_deref()) {
                    faults.push(format!("{}, {what}: {errors} errors, such as {first}", store.store));
                }
            }
            for mismatch in &store.verification.examples {
                faults.push(format!("{}: {mismatch}", store.store));
            }
        }
        faults
    }
}
