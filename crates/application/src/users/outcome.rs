/// The answer to a request that is safe to repeat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome<T> {
    /// The answer.
    pub answer: T,
    /// Whether the request was done before, and this is the answer from then.
    pub replayed: bool,
}

impl<T> Outcome<T> {
    pub(crate) fn new(answer: T) -> Self {
        Self {
            answer,
            replayed: false,
        }
    }

    pub(crate) fn replayed(answer: T) -> Self {
        Self { answer, replayed: true }
    }

    /// The same outcome with another answer.
    pub fn map<U>(self, answer: impl FnOnce(T) -> U) -> Outcome<U> {
        Outcome {
            answer: answer(self.answer),
            replayed: self.replayed,
        }
    }
}
