use std::env;
use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{ConnectOptions, Connection};
use tokio::runtime;

use super::programs::ServerPrograms;

/// How long a server may take to start, on a machine that is busy with other tests.
const START_TIMEOUT: Duration = Duration::from_mins(1);

/// A free port may be taken by someone else before the server has it.
const START_ATTEMPTS: u32 = 5;

/// A server of this process. Its supervisor stops it and removes its folder as soon as standard input ends, so also when
/// this process is killed.
#[derive(Debug)]
pub(super) struct LocalServer {
    options: PgConnectOptions,
    supervisor: Child,
}

impl LocalServer {
    /// Starts a server with settings of the form `name=value`, without blanks.
    pub(super) fn start(programs: &ServerPrograms, settings: &[&str]) -> Result<Self, String> {
        let mut last_failure = String::new();
        for _ in 0..START_ATTEMPTS {
            match Self::start_once(programs, settings) {
                Ok(server) => return Ok(server),
                Err(failure) => last_failure = failure,
            }
        }
        Err(format!(
            "The PostgreSQL server in {} does not start: {last_failure}",
            programs.folder.display()
        ))
    }

    fn start_once(programs: &ServerPrograms, settings: &[&str]) -> Result<Self, String> {
        let port = free_port().map_err(|error| error.to_string())?;
        let mut supervisor = supervise(programs, port, settings).map_err(|error| error.to_string())?;
        let mut output = BufReader::new(supervisor.stdout.take().ok_or("no output")?);
        let mut data_folder = String::new();
        output.read_line(&mut data_folder).map_err(|error| error.to_string())?;
        let mut server = Self {
            options: PgConnectOptions::new_without_pgpass()
                .host("127.0.0.1")
                .port(port)
                .username("postgres")
                .database("postgres")
                .ssl_mode(PgSslMode::Disable),
            supervisor,
        };
        server.wait_until_it_answers(data_folder.trim_end(), output)?;
        Ok(server)
    }

    pub(super) fn options(&self) -> &PgConnectOptions {
        &self.options
    }

    fn wait_until_it_answers(&mut self, data_folder: &str, mut output: BufReader<ChildStdout>) -> Result<(), String> {
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| error.to_string())?;
        let deadline = Instant::now() + START_TIMEOUT;
        loop {
            // Someone else's server may have got the port: it does not have our folder.
            if let Ok(folder) = runtime.block_on(data_folder_of(&self.options)) {
                return if folder == data_folder {
                    Ok(())
                } else {
                    Err("the port was taken".to_owned())
                };
            }
            if self.supervisor.try_wait().map_err(|error| error.to_string())?.is_some() {
                let mut explanation = String::new();
                output
                    .read_to_string(&mut explanation)
                    .map_err(|error| error.to_string())?;
                return Err(explanation);
            }
            if Instant::now() > deadline {
                return Err("it does not answer".to_owned());
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for LocalServer {
    fn drop(&mut self) {
        drop(self.supervisor.stdin.take());
        if let Err(error) = self.supervisor.wait() {
            eprintln!("the test server could not be stopped: {error}");
        }
    }
}

fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

fn supervise(programs: &ServerPrograms, port: u16, settings: &[&str]) -> std::io::Result<Child> {
    let mut command = Command::new("sh");
    command
        .args(["-c", include_str!("supervise.sh"), "unlockd-test-postgres"])
        .arg(&programs.folder)
        .arg(port.to_string())
        .args(settings)
        // The unprivileged account may not be allowed to be where we are.
        .current_dir("/")
        .env_clear()
        .envs(["PATH", "TMPDIR"].iter().filter_map(|name| Some((name, env::var_os(name)?))))
        .env("LC_ALL", "C")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        // Ctrl-C is for the tests; the supervisor outlives them for as long as it takes to clean up.
        .process_group(0);
    if let Some((user, group)) = programs.account {
        command.uid(user).gid(group);
    }
    command.spawn()
}

async fn data_folder_of(options: &PgConnectOptions) -> Result<String, sqlx::Error> {
    let mut connection = options.connect().await?;
    let folder = sqlx::query_scalar("SHOW data_directory")
        .fetch_one(&mut connection)
        .await?;
    connection.close().await?;
    Ok(folder)
}
