/// Fills the bytes from the operating system's generator.
#[expect(clippy::disallowed_methods, reason = "this crate owns the machine's randomness")]
pub(crate) fn fill_with_randomness(bytes: &mut [u8]) -> Result<(), getrandom::Error> {
    getrandom::fill(bytes)
}
