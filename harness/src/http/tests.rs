//! The exchange, fed byte by byte, split anywhere, cut short and with garbage.

use proptest::prelude::*;

use super::*;

fn exchange() -> Exchange {
    let addr = SocketAddr::from(([127, 0, 0, 1], 80));
    let mut exchange = Exchange::new(&get(addr, "/delay/0?id=7").unwrap()).unwrap();
    exchange.request();
    exchange
}

/// Feeds `pieces` one by one, then the end of the stream.
fn feed<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Result<Response, Error> {
    let mut exchange = exchange();
    for mut piece in pieces {
        while !piece.is_empty() {
            let space = exchange.space()?;
            let count = space.len().min(piece.len());
            space[..count].copy_from_slice(&piece[..count]);
            if let Some(response) = exchange.received(count)? {
                return Ok(response);
            }
            piece = &piece[count..];
        }
    }
    exchange.received(0)?.ok_or(Error::Truncated)
}

fn chunked(body: &[u8], size: usize) -> Vec<u8> {
    let mut answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for chunk in body.chunks(size) {
        answer.extend(format!("{:x}\r\n", chunk.len()).bytes());
        answer.extend(chunk);
        answer.extend(b"\r\n");
    }
    answer.extend(b"0\r\n\r\n");
    answer
}

fn with_length(body: &[u8]) -> Vec<u8> {
    let mut answer =
        format!("HTTP/1.1 404 Not Found\r\nContent-Length: {}\r\n\r\n", body.len()).into_bytes();
    answer.extend(body);
    answer
}

#[test]
fn the_request_on_the_wire() {
    let addr = SocketAddr::from(([127, 0, 0, 1], 8080));
    let mut exchange = Exchange::new(&get(addr, "/delay/0.01?id=7").unwrap()).unwrap();
    assert_eq!(
        String::from_utf8_lossy(exchange.request()),
        "GET /delay/0.01?id=7 HTTP/1.1\r\nhost: 127.0.0.1:8080\r\nconnection: close\r\n\r\n"
    );
}

#[test]
fn a_target_with_a_space_is_refused() {
    let addr = SocketAddr::from(([127, 0, 0, 1], 80));
    assert!(matches!(get(addr, "/a b"), Err(Error::Request(_))));
}

#[test]
fn byte_by_byte() {
    let want = Response { status: 404, body: b"gone".to_vec() };
    assert_eq!(feed(with_length(b"gone").chunks(1)).unwrap(), want);
    assert_eq!(feed(chunked(b"gone", 3).chunks(1)).unwrap().body, b"gone");
}

#[test]
fn interim_answers_are_passed_over() {
    let answer = [b"HTTP/1.1 100 Continue\r\n\r\n".as_slice(), &with_length(b"x")].concat();
    assert_eq!(feed([answer.as_slice()]).unwrap().status, 404);
    assert_eq!(feed(answer.chunks(1)).unwrap().status, 404);
}

#[test]
fn a_body_may_end_with_the_stream() {
    let answer = b"HTTP/1.1 200 OK\r\n\r\nto the end".as_slice();
    assert_eq!(feed([answer]).unwrap().body, b"to the end");
}

#[test]
fn an_answer_without_a_body_is_whole_at_its_head() {
    assert_eq!(feed([b"HTTP/1.1 204 No Content\r\n\r\n".as_slice()]).unwrap().status, 204);
}

#[test]
fn a_head_without_end_is_refused() {
    let answer = [b"HTTP/1.1 200 OK\r\nA: ".as_slice(), &[b'a'; 2 * MAX_BUFFER]].concat();
    assert!(matches!(feed([answer.as_slice()]), Err(Error::TooLong)));
}

#[test]
fn garbage_is_refused() {
    assert!(matches!(feed([b"\x16\x03\x01\x02\r\n\r\n".as_slice()]), Err(Error::Protocol(_))));
    let bad_chunk = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n".as_slice();
    assert!(matches!(feed([bad_chunk]), Err(Error::Protocol(_))));
    let two_lengths = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab";
    assert!(matches!(feed([two_lengths.as_slice()]), Err(Error::Protocol(_))));
}

/// An answer with its body, in one of the two framings, and places to split it at.
fn answers() -> impl Strategy<Value = (Vec<u8>, Vec<u8>, Vec<usize>)> {
    (prop::collection::vec(any::<u8>(), 1..6000), any::<bool>(), 1usize..500).prop_flat_map(
        |(body, in_chunks, size)| {
            let answer = if in_chunks { chunked(&body, size) } else { with_length(&body) };
            let splits = prop::collection::vec(0..answer.len(), 0..8);
            (Just(answer), Just(body), splits)
        },
    )
}

proptest! {
    #[test]
    fn split_anywhere((answer, body, mut splits) in answers()) {
        splits.extend([0, answer.len()]);
        splits.sort_unstable();
        let pieces = splits.windows(2).map(|pair| &answer[pair[0]..pair[1]]);
        prop_assert_eq!(feed(pieces).unwrap().body, body);
    }

    #[test]
    fn truncated_anywhere((answer, _, splits) in answers()) {
        let end = splits.first().copied().unwrap_or(answer.len() / 2);
        prop_assert!(matches!(feed([&answer[..end]]), Err(Error::Truncated)));
    }

    #[test]
    fn garbage_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = feed([bytes.as_slice()]);
        let _ = feed([b"HTTP/1.1 200 OK\r\n".as_slice(), &bytes]);
        let _ = feed([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", &bytes[..]]);
    }
}
