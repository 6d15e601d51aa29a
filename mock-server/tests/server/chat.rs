//! The chat: every line to all the others of the room.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use waitmark_server::Server;

use crate::raw::{connect, get, read_all};

struct Member {
    stream: TcpStream,
    lines: BufReader<TcpStream>,
}

impl Member {
    /// Joins a room, saying `first` in the same breath.
    fn join(server: &Server, room: &str, first: &str) -> Self {
        let mut stream = connect(server.addr());
        let request = format!(
            "GET /chat/{room} HTTP/1.1\r\nhost: test\r\nconnection: upgrade\r\n\
             upgrade: lines\r\n\r\n{first}"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut member = Self { lines: BufReader::new(stream.try_clone().unwrap()), stream };
        assert_eq!(member.hear(), "HTTP/1.1 101 Switching Protocols\r\n");
        while member.hear() != "\r\n" {}
        member
    }

    fn say(&mut self, line: &str) {
        self.stream.write_all(line.as_bytes()).unwrap();
    }

    fn hear(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        line
    }
}

#[test]
fn lines_go_to_all_the_others() {
    let server = Server::start().unwrap();
    let mut ann = Member::join(&server, "lobby", "");
    let mut bob = Member::join(&server, "lobby", "bob is here\n");
    let mut eve = Member::join(&server, "elsewhere", "");
    assert_eq!(ann.hear(), "bob is here\n");
    let mut cat = Member::join(&server, "lobby", "");

    ann.say("one\ntwo\nthr");
    for other in [&mut bob, &mut cat] {
        assert_eq!(other.hear(), "one\n");
        assert_eq!(other.hear(), "two\n");
    }
    ann.say("ee\n");
    assert_eq!(bob.hear(), "three\n");
    bob.say("four\n");
    // Not her own lines, and in order.
    assert_eq!(ann.hear(), "four\n");

    drop(bob);
    ann.say("five\n");
    for line in ["three\n", "four\n", "five\n"] {
        assert_eq!(cat.hear(), line);
    }
    eve.say("six\n");
    drop(ann);
    drop(cat);
    assert_eq!(get(server.addr(), "/healthz").status, 200);
}

#[test]
fn threads_share_their_rooms() {
    let options = waitmark_server::Options { threads: 2, ..Default::default() };
    let server = Server::start_with(options).unwrap();
    let mut members: Vec<_> = (0..4).map(|_| Member::join(&server, "all", "")).collect();
    members[0].say("hello\n");
    for member in &mut members[1..] {
        assert_eq!(member.hear(), "hello\n");
    }
}

#[test]
fn a_line_without_an_end_is_not_kept_for_ever() {
    let server = Server::start().unwrap();
    let mut member = Member::join(&server, "lobby", "");
    // The server closes at 64 KiB: the rest may not find it there any more.
    let _ = member.stream.write_all(&vec![b'x'; 100_000]);
    assert_eq!(read_all(&mut member.stream), b"");
}
