use std::net::Ipv4Addr;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::TestDatabase;

/// Stands between a client and the server of its database, and can break what runs through it. Everything ends with it.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    line: watch::Sender<Line>,
}

/// What becomes of connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    /// They work; how often all of them were cut so far.
    Open(u32),
    /// They stay, and are accepted, and nothing goes through.
    Stalled,
    /// They are broken, and new ones are refused.
    Closed,
}

impl Proxy {
    /// Listens on a free port of 127.0.0.1. Must be called within a Tokio runtime, and works as long as that runs.
    ///
    /// # Errors
    /// When there is no port to listen on.
    pub async fn start(database: &TestDatabase) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let (line, watched) = watch::channel(Line::Open(0));
        let server = (database.host().to_owned(), database.port());
        tokio::spawn(accept(listener, server, watched));
        Ok(Self { port, line })
    }

    /// The port of 127.0.0.1 that leads to the server.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Breaks all connections there are. New ones work.
    pub fn cut(&self) {
        self.line.send_modify(|line| {
            if let Line::Open(cuts) = line {
                *cuts += 1;
            }
        });
    }

    /// Nothing goes through any more, in either direction; connections stay, and are accepted.
    pub fn stall(&self) {
        self.line.send_replace(Line::Stalled);
    }

    /// Breaks all connections and refuses new ones.
    pub fn close(&self) {
        self.line.send_replace(Line::Closed);
    }
}

async fn accept(listener: TcpListener, server: (String, u16), line: watch::Receiver<Line>) {
    let mut changes = line.clone();
    loop {
        tokio::select! {
            closed = changes.wait_for(|line| *line == Line::Closed) => {
                drop(closed);
                return;
            }
            Ok((client, _)) = listener.accept() => {
                tokio::spawn(carry(client, server.clone(), line.clone()));
            }
        }
    }
}

async fn carry(mut client: TcpStream, server: (String, u16), mut line: watch::Receiver<Line>) {
    let begun = *line.borrow_and_update();
    let traffic = async {
        if let Line::Open(_) = begun
            && let Ok(mut server) = TcpStream::connect(server).await
        {
            // However the traffic ends, both sides see the connection end.
            drop(copy_bidirectional(&mut client, &mut server).await);
            return;
        }
        std::future::pending::<()>().await;
    };
    let mut changes = line.clone();
    tokio::select! {
        () = traffic => return,
        ended = changes.wait_for(|line| *line != begun) => drop(ended),
    }
    // A stalled connection stays until the proxy closes or is gone; any other is broken now.
    drop(line.wait_for(|line| *line != Line::Stalled).await);
}
