//! The chat: every line to all the others of the room.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;

use waitmark_server::Server;

use crate::raw::{connect, get, read_all, until};

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

/// More than the sockets and the server keep for a member, said in lines of 60 kB.
const LINES: usize = 1_000;

fn talk_on(loud: &mut Member) {
    let line = format!("{}\n", "x".repeat(60_000));
    for _ in 0..LINES {
        loud.say(&line);
    }
}

#[test]
fn a_member_who_is_far_behind_is_put_out() {
    let server = Server::start().unwrap();
    let mut deaf = Member::join(&server, "lobby", "");
    let mut loud = Member::join(&server, "lobby", "");
    talk_on(&mut loud);
    let mut heard = 0;
    while !deaf.hear().is_empty() {
        heard += 1;
    }
    assert!(heard < LINES, "{heard}");
    // Those who listen go on.
    let mut late = Member::join(&server, "lobby", "");
    late.say("hello\n");
    assert_eq!(loud.hear(), "hello\n");
}

#[test]
fn a_member_who_takes_nothing_does_not_stay() {
    let options =
        waitmark_server::Options { idle_timeout: Duration::from_secs(1), ..Default::default() };
    let server = Server::start_with(options).unwrap();
    let _deaf = Member::join(&server, "lobby", "");
    let mut loud = Member::join(&server, "lobby", "");
    talk_on(&mut loud);
    // The loud one and the connection that asks.
    until(server.addr(), "the deaf one goes", |stats| stats["open_connections"] == 2);
}
