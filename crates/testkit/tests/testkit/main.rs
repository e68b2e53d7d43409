//! The store in memory keeps the contract, the suite holds all of it, and the other doubles are what they seem.

mod doubles;
mod memory;
mod postgres;
mod suite;
