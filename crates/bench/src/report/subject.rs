use serde::Serialize;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Subject {
    Json,
    Grpc,
    GrpcWeb,
    OpenLoop,
    Reference(Reference),
    Find,
    SignIn,
}

/// Bare SQL that does the same changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Reference {
    OneStatementSame,
    OneStatementBare,
    FiveStatementsSame,
    FiveStatementsBare,
    LoopSame,
    LoopBare,
}

impl Subject {
    /// For people.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Json => "unlock and lock, JSON",
            Self::Grpc => "unlock and lock, gRPC",
            Self::GrpcWeb => "unlock and lock, gRPC-Web",
            Self::OpenLoop => "unlock and lock, JSON, open loop",
            Self::Reference(reference) => reference.name(),
            Self::Find => "find, JSON",
            Self::SignIn => "sign-in, JSON, without the hash",
        }
    }

    /// Whether it does what bare SQL does beside it.
    pub(crate) fn has_ratios(self) -> bool {
        match self {
            Self::Json | Self::Grpc | Self::GrpcWeb => true,
            Self::OpenLoop | Self::Reference(_) | Self::Find | Self::SignIn => false,
        }
    }
}

impl Reference {
    /// For people.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::OneStatementSame => "pgbench, one statement, same tables",
            Self::OneStatementBare => "pgbench, one statement, bare tables",
            Self::FiveStatementsSame => "pgbench, five statements, same tables",
            Self::FiveStatementsBare => "pgbench, five statements, bare tables",
            Self::LoopSame => "bare SQL in a loop, same tables",
            Self::LoopBare => "bare SQL in a loop, bare tables",
        }
    }

    /// For the head of a column.
    pub(crate) fn short_name(self) -> &'static str {
        match self {
            Self::OneStatementSame => "/ one, same",
            Self::OneStatementBare => "/ one, bare",
            Self::FiveStatementsSame => "/ five, same",
            Self::FiveStatementsBare => "/ five, bare",
            Self::LoopSame => "/ loop, same",
            Self::LoopBare => "/ loop, bare",
        }
    }

    /// Whether it has one connection, however many there are beside it.
    pub(crate) fn is_loop(self) -> bool {
        match self {
            Self::LoopSame | Self::LoopBare => true,
            Self::OneStatementSame | Self::OneStatementBare | Self::FiveStatementsSame | Self::FiveStatementsBare => {
                false
            }
        }
    }
}
