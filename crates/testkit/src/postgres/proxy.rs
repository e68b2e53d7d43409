use std::io;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::TestDatabase;

/// Stands between a client and the server of its database, and can break what runs through it. Everything ends with it.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    line: watch::Sender<Line>,
    trap: Trap,
}

/// What goes wrong with one message of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The connection breaks, and the server never gets the message.
    MessageLost,
    /// The server gets the message and answers; then the connection breaks, and the client never gets the answer.
    AnswerLost,
    /// The first byte of the answer is another one when the client gets it. The connection stays.
    AnswerGarbled,
}

/// What a message must contain for something to go wrong with it, once.
type Trap = Arc<Mutex<Option<(Vec<u8>, Fault)>>>;

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
    pub async fn start(database: &TestDatabase) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let (line, watched) = watch::channel(Line::Open(0));
        let server = (database.host().to_owned(), database.port());
        let trap = Trap::default();
        tokio::spawn(accept(listener, server, watched, Arc::clone(&trap)));
        Ok(Self { port, line, trap })
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

    /// Lets something go wrong with the next message that contains these bytes, and with no other.
    pub fn fail_once(&self, bytes: impl Into<Vec<u8>>, fault: Fault) {
        *self.trap.lock().unwrap_or_else(PoisonError::into_inner) = Some((bytes.into(), fault));
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

async fn accept(listener: TcpListener, server: (String, u16), line: watch::Receiver<Line>, trap: Trap) {
    let mut changes = line.clone();
    loop {
        tokio::select! {
            closed = changes.wait_for(|line| *line == Line::Closed) => {
                drop(closed);
                return;
            }
            Ok((client, _)) = listener.accept() => {
                tokio::spawn(carry(client, server.clone(), line.clone(), Arc::clone(&trap)));
            }
        }
    }
}

async fn carry(mut client: TcpStream, server: (String, u16), mut line: watch::Receiver<Line>, trap: Trap) {
    let begun = *line.borrow_and_update();
    let traffic = async {
        if let Line::Open(_) = begun
            && let Ok(mut server) = TcpStream::connect(server).await
        {
            // However the traffic ends, both sides see the connection end.
            drop(talk(&mut client, &mut server, &trap).await);
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

/// PostgreSQL's clients and servers take turns, so it is enough to do one thing at a time.
async fn talk(client: &mut TcpStream, server: &mut TcpStream, trap: &Trap) -> io::Result<()> {
    const BUFFER_BYTES: usize = 64 * 1024;
    let (mut said, mut answered) = (vec![0; BUFFER_BYTES], vec![0; BUFFER_BYTES]);
    let mut is_garbled = false;
    loop {
        tokio::select! {
            length = client.read(&mut said) => {
                let message = &said[..length?];
                let fault = sprung(trap, message);
                if message.is_empty() || fault == Some(Fault::MessageLost) {
                    return Ok(());
                }
                server.write_all(message).await?;
                if fault == Some(Fault::AnswerLost) {
                    let _length = server.read(&mut answered).await?;
                    return Ok(());
                }
                is_garbled = fault == Some(Fault::AnswerGarbled);
            }
            length = server.read(&mut answered) => {
                let answer = &mut answered[..length?];
                let Some(first) = answer.first_mut() else {
                    return Ok(());
                };
                if std::mem::take(&mut is_garbled) {
                    *first = !*first;
                }
                client.write_all(answer).await?;
            }
        }
    }
}

fn sprung(trap: &Trap, message: &[u8]) -> Option<Fault> {
    let mut trap = trap.lock().unwrap_or_else(PoisonError::into_inner);
    let sprung = trap.take_if(|(bytes, _)| message.windows(bytes.len()).any(|part| part == bytes.as_slice()));
    sprung.map(|(_, fault)| fault)
}
