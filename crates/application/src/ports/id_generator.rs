/// New ids.
pub trait IdGenerator: Send + Sync {
    /// An id that was never given out before, by no replica: 1 to 200 ASCII characters.
    fn generate(&self) -> String;
}
