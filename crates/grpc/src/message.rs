use bytes::{BufMut, Bytes, BytesMut};
use http_body_util::BodyExt;
use tonic::body::Body;
use unlockd_application::Error;

/// A byte that tells whether the message is compressed, and four for its length.
const PREFIX_BYTES: usize = 5;

/// How much of a body that is too large is read all the same: a client that is still sending when the connection closes
/// does not get to see the answer.
const DISCARDED_BYTES: usize = 1024 * 1024;

/// Reads the body of a request that has one message, and leaves decoding it to the codec.
///
/// # Errors
/// [`Error::BodyTooLarge`] for more than `limit` bytes; [`Error::InvalidArgument`] for a body that is anything but one
/// message behind its length. An empty body is a message without fields, if it may be missing.
pub(crate) async fn read_single(mut body: Body, limit: usize, may_be_missing: bool) -> Result<Bytes, Error> {
    let mut read = BytesMut::new();
    let mut total = 0;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| malformed("must arrive whole"))?.into_data() else {
            continue;
        };
        total += data.len();
        if total > limit + PREFIX_BYTES + DISCARDED_BYTES {
            break;
        }
        if total <= limit + PREFIX_BYTES {
            read.put(data);
        }
    }
    if total > limit + PREFIX_BYTES {
        return Err(Error::BodyTooLarge { limit });
    }
    if total == 0 && may_be_missing {
        return Ok(Bytes::from_static(&[0; PREFIX_BYTES]));
    }
    check(&read, limit)?;
    Ok(read.freeze())
}

/// What is wrong with a body that is not one message.
pub(crate) fn malformed(problem: &'static str) -> Error {
    Error::invalid("body", problem)
}

fn check(read: &[u8], limit: usize) -> Result<(), Error> {
    let Some((&[flag, ref length @ ..], message)) = read.split_first_chunk::<PREFIX_BYTES>() else {
        return Err(malformed("must be one message behind its length"));
    };
    let declared = u64::from(u32::from_be_bytes(*length));
    match flag {
        _ if declared > limit as u64 => Err(Error::BodyTooLarge { limit }),
        0 if declared == message.len() as u64 => Ok(()),
        0 => Err(malformed("must be one message behind its length")),
        _ => Err(malformed("must not be compressed")),
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::stream;
    use http_body::Frame;
    use http_body_util::StreamBody;
    use unlockd_application::ErrorReason;

    use super::*;

    const CHUNK: [u8; 1024] = [0; 1024];

    /// A body of so many chunks, and how many of them were read.
    fn chunks(number: usize) -> (Body, Arc<AtomicUsize>) {
        let read = Arc::new(AtomicUsize::new(0));
        let counter = read.clone();
        let frames = (0..number).map(move |_| {
            counter.fetch_add(1, Ordering::Relaxed);
            Ok::<_, Infallible>(Frame::data(Bytes::from_static(&CHUNK)))
        });
        (Body::new(StreamBody::new(stream::iter(frames))), read)
    }

    #[tokio::test]
    async fn a_body_that_is_too_large_is_read_to_its_end_so_that_its_sender_sees_the_answer() {
        let (body, read) = chunks(500);
        let error = read_single(body, CHUNK.len(), false).await.unwrap_err();
        assert_eq!(error.reason(), ErrorReason::BodyTooLarge);
        assert_eq!(read.load(Ordering::Relaxed), 500);
    }

    #[tokio::test]
    async fn a_body_without_an_end_is_not_read_for_ever() {
        let (body, read) = chunks(usize::MAX);
        let error = read_single(body, CHUNK.len(), false).await.unwrap_err();
        assert_eq!(error.reason(), ErrorReason::BodyTooLarge);
        assert!(read.load(Ordering::Relaxed) < 2 * DISCARDED_BYTES / CHUNK.len());
    }
}
