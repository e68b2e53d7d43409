//! What the tests know of a running server: plain HTTP, the first token, databases.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;

use sqlx::{ConnectOptions, Connection};
use unlockd_testkit::postgres::TestDatabase;

use crate::program::read;

/// An answer over HTTP/1.1.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

/// A PostgreSQL database of the test's own; none when the tests are to do without.
pub(crate) fn postgres() -> Option<TestDatabase> {
    tokio::runtime::Runtime::new().unwrap().block_on(TestDatabase::create())
}

/// Makes the database look as if a later program had brought it up to date.
pub(crate) fn apply_migration_from_the_future(file: &Path) {
    execute(
        file,
        "INSERT INTO _unlockd_migrations (version, description, success, checksum, execution_time)
         VALUES (99990101000000, 'from the future', TRUE, X'00', 0)",
    );
}

/// Makes the database look as if no program had brought it up to date.
pub(crate) fn forget_migrations(file: &Path) {
    execute(file, "DELETE FROM _unlockd_migrations");
}

fn execute(file: &Path, statement: &'static str) {
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file);
        let mut connection = options.connect().await.unwrap();
        sqlx::query(statement).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    });
}

/// The token that the first start has written.
pub(crate) fn admin_token(data_dir: &Path) -> String {
    read(&data_dir.join("admin.token")).trim_end().to_owned()
}

pub(crate) fn get(address: SocketAddr, path: &str, token: Option<&str>) -> Answer {
    request(address, "GET", path, token, "", "")
}

pub(crate) fn post(address: SocketAddr, path: &str, token: Option<&str>, body: &str) -> Answer {
    request(address, "POST", path, token, "content-type: application/json\r\n", body)
}

/// One request on a connection of its own.
pub(crate) fn request(
    address: SocketAddr,
    method: &str,
    path: &str,
    token: Option<&str>,
    headers: &str,
    body: &str,
) -> Answer {
    let authorization = token
        .map(|token| format!("authorization: Bearer {token}\r\n"))
        .unwrap_or_default();
    let mut connection = TcpStream::connect(address).unwrap();
    write!(
        connection,
        "{method} {path} HTTP/1.1\r\nhost: unlockd\r\nconnection: close\r\ncontent-length: {}\r\n{authorization}{headers}\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut bytes = Vec::new();
    connection.read_to_end(&mut bytes).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    let (head, body) = text.split_once("\r\n\r\n").expect("an answer has a head");
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .expect("an answer has a status");
    Answer {
        status,
        head: head.to_ascii_lowercase(),
        body: body.to_owned(),
    }
}
