//! `chat` (#22 of the guide): n members of one room, who hear every line that the others say.
//!
//! All have joined before anybody speaks. Every line is heard n - 1 times, each over a connection
//! of its own: tasks are woken by many small pieces that come at no time of theirs.

use std::io::{self, BufRead, BufReader, ErrorKind, Write};
use std::net::{SocketAddr, TcpStream};
use std::num::NonZero;
use std::ops::Range;
use std::process;
use std::sync::Arc;

use futures_lite::future;
use futures_lite::io::{self as aio, AsyncBufReadExt, AsyncWriteExt};
use serde::{Deserialize, Serialize};

use crate::check::{Finding, Findings};
use crate::http::Error;
use crate::runtime::Runtime;
use crate::threads::Threads;
use crate::workload::{By, Expected, ServerCounts, Servers, Shape, Workload, Wrong};

/// What the answer to a member that has joined begins with.
const JOINED: &[u8] = b"HTTP/1.1 101 ";

/// n members of one room.
pub struct Chat {
    servers: Servers,
    n: usize,
    lines: usize,
}

/// What a profile may set.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Parameters {
    /// Lines that each member says: few enough for the kernel to hold them, so that a member can
    /// speak before it listens.
    lines: NonZero<u8>,
}

impl Default for Parameters {
    fn default() -> Self {
        Parameters { lines: NonZero::new(10).unwrap_or(NonZero::<u8>::MIN) }
    }
}

/// A room that no other batch has, and what is said in it.
pub struct Input {
    addr: SocketAddr,
    /// The request to join.
    join: String,
    /// The lines of each member, e.g. `3 0`, `3 1`, ...: who says it, and its how many-eth it is.
    said: Vec<String>,
    /// How many lines each member hears.
    heard: usize,
}

/// What a member heard: the lines of all the others.
type Heard = Vec<u8>;

/// A member that has joined, on a thread, and what it has heard so far.
struct Seat {
    stream: BufReader<TcpStream>,
    heard: Heard,
}

impl Input {
    fn join_blocking(&self) -> Result<Seat, Error> {
        let mut stream = TcpStream::connect(self.addr).map_err(Error::Connect)?;
        stream.set_nodelay(true).map_err(Error::Connect)?;
        stream.write_all(self.join.as_bytes()).map_err(Error::Send)?;
        let (mut stream, mut head) = (BufReader::new(stream), Vec::new());
        while !is_whole(&head) {
            some(stream.read_until(b'\n', &mut head).map_err(Error::Receive)?)?;
        }
        joined(&head).map(|()| Seat { stream, heard: Vec::new() })
    }

    /// What a thread does that has these members: it speaks for all of them, and then listens to a
    /// line of each in turn, so that nobody is much behind.
    fn talk_blocking(&self, first: usize, mut seats: Vec<Seat>) -> Result<Vec<Heard>, Error> {
        for (said, seat) in self.said[first..].iter().zip(&mut seats) {
            for line in said.split_inclusive('\n') {
                seat.stream.get_mut().write_all(line.as_bytes()).map_err(Error::Send)?;
            }
        }
        for _ in 0..self.heard {
            for Seat { stream, heard } in &mut seats {
                some(stream.read_until(b'\n', heard).map_err(Error::Receive)?)?;
            }
        }
        Ok(seats.into_iter().map(|seat| seat.heard).collect())
    }

    async fn join<R: Runtime>(&self) -> Result<Member<R>, Error> {
        let mut stream = R::connect(self.addr).await.map_err(Error::Connect)?;
        stream.write_all(self.join.as_bytes()).await.map_err(Error::Send)?;
        let (ears, mouth) = aio::split(stream);
        let (mut ears, mut head) = (aio::BufReader::new(ears), Vec::new());
        while !is_whole(&head) {
            some(ears.read_until(b'\n', &mut head).await.map_err(Error::Receive)?)?;
        }
        joined(&head).map(|()| Member { ears, mouth })
    }

    /// A member listens while it speaks.
    async fn talk<R: Runtime>(&self, member: usize, seat: Member<R>) -> Result<Heard, Error> {
        let Member { mut ears, mut mouth } = seat;
        let speak = async {
            for line in self.said[member].split_inclusive('\n') {
                mouth.write_all(line.as_bytes()).await.map_err(Error::Send)?;
            }
            Ok(())
        };
        let listen = async {
            let mut heard = Heard::new();
            for _ in 0..self.heard {
                some(ears.read_until(b'\n', &mut heard).await.map_err(Error::Receive)?)?;
            }
            Ok(heard)
        };
        future::try_zip(speak, listen).await.map(|((), heard)| heard)
    }
}

/// A task's member that has joined: both directions of its connection.
struct Member<R: Runtime> {
    ears: aio::BufReader<aio::ReadHalf<R::TcpStream>>,
    mouth: aio::WriteHalf<R::TcpStream>,
}

/// Whether the head of an answer has ended.
fn is_whole(head: &[u8]) -> bool {
    head.ends_with(b"\r\n\r\n")
}

fn joined(head: &[u8]) -> Result<(), Error> {
    if head.starts_with(JOINED) {
        return Ok(());
    }
    let status = String::from_utf8_lossy(head).lines().next().unwrap_or_default().to_owned();
    let refused = format!("the room answered `{status}`");
    Err(Error::Receive(io::Error::new(ErrorKind::InvalidData, refused)))
}

/// Reading nothing is the end of the connection.
fn some(count: usize) -> Result<(), Error> {
    if count == 0 { Err(Error::Truncated) } else { Ok(()) }
}

/// The members that each of `shares` threads has, as even as can be.
fn share(n: usize, shares: usize, share: usize) -> Range<usize> {
    n * share / shares..n * (share + 1) / shares
}

impl Workload for Chat {
    const NAME: &'static str = "chat";
    const UNIT: &'static str = "member";
    const DELAYED: bool = false;

    type Parameters = Parameters;
    type Input = Input;
    type Outcome = Result<Vec<Heard>, Error>;

    fn expected(shape: &Shape<Parameters>, by: By) -> Expected {
        let joining = by.at_once(shape.n);
        let shared =
            "has no thread for each member: one speaks for several, and listens to each in turn";
        // To join takes the server no time: how many do so at once is a matter of chance.
        let server = ServerCounts { peak: 1..=joining as u64, ..ServerCounts::fresh(shape.n, 1) };
        Expected {
            server: Some(server),
            ideal: None,
            cannot: (joining < shape.n).then_some(shared),
        }
    }

    fn plan(shape: Shape<Parameters>, servers: Servers) -> Result<Self, Error> {
        Ok(Chat { servers, n: shape.n, lines: shape.params.lines.get().into() })
    }

    fn input(&self, batch: u64) -> Result<Input, Error> {
        let addr = self.servers.of(batch)?;
        let room = format!("{}-{batch}", process::id());
        let join = format!(
            "GET /chat/{room} HTTP/1.1\r\nhost: {addr}\r\nconnection: upgrade\r\nupgrade: lines\r\n\r\n"
        );
        let lines = |member| (0..self.lines).map(move |line| format!("{member} {line}\n"));
        let said = (0..self.n).map(|member| lines(member).collect()).collect();
        Ok(Input { addr, join, said, heard: (self.n - 1) * self.lines })
    }

    /// A thread for each member, or for a share of them where there are too few.
    fn blocking(&self, threads: &Threads, input: &Arc<Input>) -> Self::Outcome {
        let (n, shares) = (self.n, threads.width().get().min(self.n));
        let shared = Arc::clone(input);
        let join = move |i| share(n, shares, i).map(|_| shared.join_blocking()).collect();
        let seats: Vec<Result<Vec<Seat>, Error>> = threads.map(shares, join);
        // Nobody speaks before all have joined.
        let seats = seats.into_iter().collect::<Result<Vec<_>, _>>()?;
        let talk = |(i, seats)| {
            let input = Arc::clone(input);
            move || input.talk_blocking(share(n, shares, i).start, seats)
        };
        let heard = threads.run(seats.into_iter().enumerate().map(talk));
        let heard = heard.into_iter().collect::<Result<Vec<_>, _>>()?;
        Ok(heard.into_iter().flatten().collect())
    }

    async fn concurrent<R: Runtime>(&self, runtime: &R, input: &Arc<Input>) -> Self::Outcome {
        let join = |_| {
            let input = Arc::clone(input);
            async move { input.join::<R>().await }
        };
        // Nobody speaks before all have joined.
        let seats: Result<Vec<_>, _> = runtime.map(self.n, join).await.into_iter().collect();
        let talk = |(member, seat)| {
            let input = Arc::clone(input);
            runtime.spawn(async move { input.talk::<R>(member, seat).await })
        };
        let tasks: Vec<_> = seats?.into_iter().enumerate().map(talk).collect();
        let mut heard = Vec::with_capacity(self.n);
        for task in tasks {
            heard.push(task.await);
        }
        heard.into_iter().collect()
    }

    fn check(&self, _: &Input, outcome: &Self::Outcome) -> Result<(), Wrong> {
        let mut findings = Findings::default();
        match outcome {
            Err(error) => {
                findings.note(|| "the room".to_owned(), Err((error.kind(), error.to_string())));
            }
            Ok(members) => {
                findings.note_count("members", members.len(), self.n);
                for (member, heard) in members.iter().enumerate() {
                    let right = self.heard_all(member, heard);
                    findings.note(|| format!("member {member} of {}", self.n), right);
                }
            }
        }
        findings.result()
    }
}

impl Chat {
    /// Checks that a member heard every line of all the others, and each one's in its order.
    fn heard_all(&self, member: usize, heard: &[u8]) -> Result<(), Finding> {
        let heard = String::from_utf8_lossy(heard);
        // The next line of each: as all lines are in order, none can come twice.
        let mut next = vec![0; self.n];
        for text in heard.lines() {
            let line = text.split_once(' ').and_then(|(by, line)| {
                let (by, line) = (by.parse::<usize>().ok()?, line.parse::<usize>().ok()?);
                (by < self.n && by != member && line < self.lines).then_some((by, line))
            });
            let Some((by, line)) = line else {
                return Err(("line", format!("heard {text:?}, which nobody said to it")));
            };
            if line != next[by] {
                let wanted = next[by];
                return Err(("order", format!("heard {by}'s line {line} instead of {wanted}")));
            }
            next[by] += 1;
        }
        let (count, wanted) = (heard.lines().count(), (self.n - 1) * self.lines);
        let few = || ("lines", format!("heard {count} lines instead of {wanted}"));
        (count == wanted).then_some(()).ok_or_else(few)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::workload::Model;

    fn shape(n: usize) -> Shape<Parameters> {
        let params = Parameters { lines: NonZero::new(2).unwrap() };
        Shape { n, delay: Duration::ZERO, params }
    }

    fn plan(n: usize) -> Chat {
        Chat::plan(shape(n), Servers([([127, 0, 0, 1], 80).into()].into())).unwrap()
    }

    #[test]
    fn what_is_expected_of_each_limit() {
        let of = |limit| {
            let by = By { model: Model::Threads, limit: NonZero::new(limit) };
            let Expected { server, cannot, ideal } = Chat::expected(&shape(10), by);
            assert_eq!(ideal, None);
            let server = server.unwrap();
            assert_eq!((server.requests, server.connections), (10..=10, 10..=10));
            assert_eq!(server.dropped, 0..=0);
            (server.peak, cannot.is_some())
        };
        assert_eq!(of(1), (1..=1, true));
        assert_eq!(of(4), (1..=4, true));
        assert_eq!([10, 32, 0].map(of), [(1..=10, false), (1..=10, false), (1..=10, false)]);
    }

    #[test]
    fn every_batch_has_a_room_of_its_own_and_its_lines_ready() {
        let plan = plan(3);
        let input = plan.input(7).unwrap();
        let room = format!("GET /chat/{}-7 HTTP/1.1\r\n", process::id());
        assert!(input.join.starts_with(&room) && input.join.ends_with("upgrade: lines\r\n\r\n"));
        assert_ne!(input.join, plan.input(8).unwrap().join);
        assert_eq!(input.said, ["0 0\n0 1\n", "1 0\n1 1\n", "2 0\n2 1\n"]);
        assert_eq!(input.heard, 4);
    }

    #[test]
    fn shares_are_even_and_leave_nobody_out() {
        for (n, shares) in [(10, 3), (5, 5), (7, 2), (1, 1)] {
            let all: Vec<_> = (0..shares).map(|i| share(n, shares, i)).collect();
            assert!(
                all.iter().all(|share| (n / shares..=n.div_ceil(shares)).contains(&share.len()))
            );
            assert_eq!(all.into_iter().flatten().collect::<Vec<_>>(), (0..n).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_room_that_does_not_switch_is_not_joined() {
        assert!(joined(b"HTTP/1.1 101 Switching Protocols\r\n\r\n").is_ok());
        let refused = joined(b"HTTP/1.1 426 Upgrade Required\r\n\r\n").unwrap_err().to_string();
        assert_eq!(refused, "receiving failed: the room answered `HTTP/1.1 426 Upgrade Required`");
        assert!(matches!(some(0), Err(Error::Truncated)) && some(1).is_ok());
    }

    #[test]
    fn lines_of_the_others_in_any_mix_are_right_and_all_else_is_wrong() {
        let plan = plan(3);
        let input = plan.input(0).unwrap();
        let all: [&[u8]; 3] =
            [b"1 0\n2 0\n2 1\n1 1\n", b"0 0\n0 1\n2 0\n2 1\n", b"1 0\n0 0\n1 1\n0 1\n"];
        let check = |first: &str| {
            let mut members = all.map(|heard| heard.to_vec());
            members[0] = first.as_bytes().to_vec();
            plan.check(&input, &Ok(members.into())).map_err(|wrong| wrong.to_string())
        };
        assert_eq!(check("1 0\n2 0\n2 1\n1 1\n"), Ok(()));
        let wrong = |text| check(text).unwrap_err();
        assert_eq!(
            wrong("1 1\n1 0\n2 0\n2 1\n"),
            "member 0 of 3: heard 1's line 1 instead of 0 (order: 1)"
        );
        assert_eq!(
            wrong("1 0\n1 0\n2 0\n2 1\n"),
            "member 0 of 3: heard 1's line 0 instead of 1 (order: 1)"
        );
        assert_eq!(
            wrong("1 0\n1 1\n2 0\n"),
            "member 0 of 3: heard 3 lines instead of 4 (lines: 1)"
        );
        for strange in ["0 0\n", "3 0\n", "1 2\n", "what\n"] {
            let said = wrong(strange);
            assert!(said.ends_with("which nobody said to it (line: 1)"), "{said}");
        }
        let gone = plan.check(&input, &Err(Error::Truncated)).unwrap_err().to_string();
        assert!(gone.starts_with("the room: ") && gone.ends_with("(truncated: 1)"), "{gone}");
        let few = plan.check(&input, &Ok(vec![b"1 0\n1 1\n2 0\n2 1\n".to_vec()])).unwrap_err();
        assert_eq!(few.to_string(), "1 members instead of 3 (count: 1)");
    }
}
