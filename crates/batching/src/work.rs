/// What is done in batches.
pub trait BatchWork: Send + Sync + 'static {
    /// What is asked for.
    type Item: Send + 'static;
    /// What comes of it.
    type Answer: Send + 'static;

    /// What no two items of one batch may have in common; none for an item that goes with every other.
    fn key<'item>(&self, item: &'item Self::Item) -> Option<&'item str>;

    /// How much memory an item takes, about, in bytes.
    fn size(&self, item: &Self::Item) -> usize;

    /// Does one batch, of one item at least. There must be an answer for each item, in the same order: whoever gets none is told
    /// [`SubmitError::Lost`](crate::SubmitError::Lost).
    fn run(&self, items: Vec<Self::Item>) -> impl Future<Output = Vec<Self::Answer>> + Send;
}
