//! Migrations are built into the crate: a new file among them has to build it anew.

fn main() {
    println!("cargo::rerun-if-changed=migrations");
}
