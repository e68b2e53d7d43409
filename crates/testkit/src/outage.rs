/// How a store can be lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outage {
    /// Every connection breaks, and new ones are refused.
    ConnectionsLost,
    /// Connections stay, or are accepted, and nothing answers any more.
    Silent,
}
