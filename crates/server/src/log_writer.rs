//! Writes the log on a thread of its own, behind a bounded queue. A log that cannot be written, or whose reader stalls,
//! neither delays a request nor ends the process: lines are dropped and counted instead.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

thread_local! {
    /// The line that the writing thread itself logs. It never goes through the queue, which may be full.
    static OWN_LINE: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// Puts each line into the queue, or drops it if the queue is full. Never blocks and never fails.
#[derive(Clone)]
pub(crate) struct LogWriter(Arc<Shared>);

struct Shared {
    queue: Mutex<Queue>,
    changed: Condvar,
    max_bytes: usize,
}

#[derive(Default)]
struct Queue {
    entries: VecDeque<Entry>,
    /// Bytes of all lines in the queue.
    bytes: usize,
    is_writing: bool,
}

enum Entry {
    Line(Vec<u8>),
    /// Number of lines that were dropped at this place.
    Dropped(u64),
}

impl LogWriter {
    /// Starts the thread that writes to `output`. The queue holds up to `max_bytes`.
    ///
    /// # Errors
    /// The system's error when it gives no thread.
    pub(crate) fn start(output: impl Write + Send + 'static, max_bytes: usize) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            queue: Mutex::default(),
            changed: Condvar::new(),
            max_bytes,
        });
        let writer = Self(Arc::clone(&shared));
        thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || shared.write_entries(output))?;
        Ok(writer)
    }

    /// Waits until all lines are written, but not longer than `patience`.
    pub(crate) fn flush(&self, patience: Duration) {
        let is_busy = |queue: &mut Queue| queue.is_writing || !queue.entries.is_empty();
        let queue = self.0.lock();
        // Lines that are not written by then are lost; nothing can be done about them here.
        drop(self.0.changed.wait_timeout_while(queue, patience, is_busy));
    }
}

impl Write for LogWriter {
    /// Takes a whole line.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let is_own = OWN_LINE.with_borrow_mut(|own| own.as_mut().map(|own| own.extend_from_slice(line)).is_some());
        if !is_own {
            self.0.push(line);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Shared {
    fn push(&self, line: &[u8]) {
        let mut queue = self.lock();
        let was_empty = queue.entries.is_empty();
        if queue.bytes + line.len() > self.max_bytes {
            match queue.entries.back_mut() {
                Some(Entry::Dropped(lines)) => *lines += 1,
                Some(Entry::Line(_)) | None => queue.entries.push_back(Entry::Dropped(1)),
            }
        } else {
            queue.bytes += line.len();
            queue.entries.push_back(Entry::Line(line.to_vec()));
        }
        drop(queue);
        if was_empty {
            self.changed.notify_all();
        }
    }

    fn write_entries(&self, mut output: impl Write) {
        let mut unreported = 0;
        loop {
            let can_write = match self.pop() {
                Entry::Line(line) => {
                    let is_written = output.write_all(&line).is_ok();
                    unreported += u64::from(!is_written);
                    is_written
                }
                Entry::Dropped(lines) => {
                    unreported += lines;
                    true
                }
            };
            if can_write && unreported > 0 && output.write_all(&dropped_lines(unreported)).is_ok() {
                unreported = 0;
            }
        }
    }

    /// The next entry, once there is one.
    fn pop(&self) -> Entry {
        let mut queue = self.lock();
        queue.is_writing = false;
        loop {
            if let Some(entry) = queue.entries.pop_front() {
                if let Entry::Line(line) = &entry {
                    queue.bytes -= line.len();
                }
                queue.is_writing = true;
                return entry;
            }
            self.changed.notify_all();
            queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// No code panics while it holds the lock, so the queue is always consistent.
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The line that reports dropped lines, in the format of the log. Empty if the log does not show warnings.
fn dropped_lines(lines: u64) -> Vec<u8> {
    OWN_LINE.set(Some(Vec::new()));
    tracing::warn!(
        lines,
        "log lines dropped: they could not be written, or not fast enough"
    );
    OWN_LINE.take().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// Longer than any test waits.
    const PATIENCE: Duration = Duration::from_mins(1);

    /// An output that takes a line only when the test allows it, and says what it took.
    struct GatedOutput {
        gate: mpsc::Receiver<io::Result<()>>,
        begun: mpsc::Sender<()>,
        written: mpsc::Sender<Vec<u8>>,
    }

    impl Write for GatedOutput {
        fn write(&mut self, line: &[u8]) -> io::Result<usize> {
            let _ = self.begun.send(());
            self.gate.recv().map_err(io::Error::other)??;
            let _ = self.written.send(line.to_vec());
            Ok(line.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    struct Log {
        writer: LogWriter,
        gate: mpsc::Sender<io::Result<()>>,
        begun: mpsc::Receiver<()>,
        written: mpsc::Receiver<Vec<u8>>,
    }

    impl Log {
        fn new(max_bytes: usize) -> Self {
            let (gate, closed) = mpsc::channel();
            let (reports, begun) = mpsc::channel();
            let (write, written) = mpsc::channel();
            let output = GatedOutput {
                gate: closed,
                begun: reports,
                written: write,
            };
            Self {
                writer: LogWriter::start(output, max_bytes).unwrap(),
                gate,
                begun,
                written,
            }
        }

        fn write(&self, line: &str) {
            self.writer.clone().write_all(line.as_bytes()).unwrap();
        }

        fn next_written(&self) -> String {
            String::from_utf8(self.written.recv_timeout(PATIENCE).unwrap()).unwrap()
        }
    }

    #[test]
    fn lines_that_find_the_queue_full_are_dropped_and_the_others_are_written_in_order() {
        let log = Log::new(4);
        log.write("a\n");
        log.begun.recv_timeout(PATIENCE).unwrap();
        // The first line is on its way; these fill the queue.
        for line in ["b\n", "c\n", "d\n", "e\n"] {
            log.write(line);
        }
        for _ in 0..3 {
            log.gate.send(Ok(())).unwrap();
        }
        let written: Vec<_> = (0..3).map(|_| log.next_written()).collect();
        assert_eq!(written, ["a\n", "b\n", "c\n"]);
    }

    #[test]
    fn an_output_that_fails_is_tried_again_with_the_next_line() {
        let log = Log::new(1024);
        log.gate.send(Err(io::ErrorKind::StorageFull.into())).unwrap();
        log.gate.send(Ok(())).unwrap();
        log.write("lost\n");
        log.write("kept\n");
        assert_eq!(log.next_written(), "kept\n");
    }

    #[test]
    fn flushing_waits_for_the_lines_but_not_for_ever() {
        let log = Log::new(1024);
        log.write("a\n");
        log.writer.flush(Duration::from_millis(1));
        assert!(log.written.try_recv().is_err());
        log.gate.send(Ok(())).unwrap();
        log.writer.flush(PATIENCE);
        assert_eq!(log.written.try_recv().unwrap(), b"a\n");
    }
}
