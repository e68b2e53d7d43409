//! Migrations are built into the crate: a new file among them, or another name for their table, has to build it anew.

fn main() {
    println!("cargo::rerun-if-changed=migrations");
    println!("cargo::rerun-if-changed=sqlx.toml");
}
