//! Chat rooms: every line of a member goes to all the others of its room.
//!
//! A member joins with an HTTP request (`Upgrade: lines`) and from then on the connection carries
//! nothing but lines, each ended by `\n`: the least that every client can speak.

use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc;

use crate::line::Socket;

/// The longest line; a member who sends a longer one is put out.
const MAX_LINE: usize = 64 << 10;

/// Bytes that may wait for a member to read them; one who is further behind is put out.
const MAX_BEHIND: usize = 4 << 20;

/// Lines that are sent to a member in one write.
const BATCH: usize = 64;

/// The head of the answer to a member that joins.
const SWITCHING: &[u8] =
    b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: lines\r\n\r\n";

/// All rooms with someone in them, by name.
#[derive(Clone, Default)]
pub(crate) struct Rooms {
    open: Arc<Mutex<Open>>,
}

#[derive(Default)]
struct Open {
    rooms: HashMap<String, Vec<Seat>>,
    next_member: u64,
}

/// Where the lines for one member go.
struct Seat {
    member: u64,
    lines: mpsc::UnboundedSender<Bytes>,
    behind: Arc<AtomicUsize>,
}

/// Someone in a room, who leaves when dropped.
pub(crate) struct Member {
    rooms: Rooms,
    room: String,
    /// This member's number, to tell it from the others.
    number: u64,
    /// What the others say; ends when this member is put out.
    lines: mpsc::UnboundedReceiver<Bytes>,
    /// The bytes of the lines that this member has not taken yet.
    behind: Arc<AtomicUsize>,
}

impl Rooms {
    /// Takes a seat. From here on the lines of others are kept for the member.
    pub(crate) fn join(&self, room: &str) -> Member {
        let (seat, lines) = mpsc::unbounded_channel();
        let behind = Arc::new(AtomicUsize::new(0));
        let mut open = self.open();
        open.next_member += 1;
        let number = open.next_member;
        let seats = open.rooms.entry(room.into()).or_default();
        seats.push(Seat { member: number, lines: seat, behind: behind.clone() });
        Member { rooms: self.clone(), room: room.into(), number, lines, behind }
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Member {
    /// Answers the request to join, then passes lines on in both directions until either side ends.
    pub(crate) async fn talk(mut self, socket: &mut Socket, read: Bytes) -> io::Result<()> {
        socket.write_all(SWITCHING).await?;
        let mut unsent = BytesMut::from(&read[..]);
        let mut batch = Vec::with_capacity(BATCH);
        while self.say_lines(&mut unsent) {
            tokio::select! {
                read = socket.read_buf(&mut unsent) => if read? == 0 { break },
                heard = self.lines.recv_many(&mut batch, BATCH) => {
                    if heard == 0 { break }
                    let lines = batch.concat();
                    write(socket, &lines).await?;
                    self.behind.fetch_sub(lines.len(), Relaxed);
                    batch.clear();
                }
            }
        }
        Ok(())
    }

    /// Says the whole lines among `unsent`; false if this member has to go.
    fn say_lines(&self, unsent: &mut BytesMut) -> bool {
        while let Some(end) = unsent.iter().position(|&byte| byte == b'\n') {
            self.say(&unsent.split_to(end + 1).freeze());
        }
        unsent.len() <= MAX_LINE
    }

    /// Gives a line to all the others. One who is too far behind loses the seat, and so the room.
    fn say(&self, line: &Bytes) {
        if let Some(seats) = self.rooms.open().rooms.get_mut(&self.room) {
            seats.retain(|seat| seat.member == self.number || seat.take(line));
        }
    }
}

impl Seat {
    /// Keeps a line for the member; false if that is too far behind or gone.
    fn take(&self, line: &Bytes) -> bool {
        let behind = self.behind.fetch_add(line.len(), Relaxed) + line.len();
        behind <= MAX_BEHIND && self.lines.send(line.clone()).is_ok()
    }
}

/// Sends lines to a member, who has to take them before the limit for idle connections is over.
async fn write(socket: &mut Socket, lines: &[u8]) -> io::Result<()> {
    let worker = socket.line.worker.clone();
    let limit = Instant::now() + worker.server.options.idle_timeout;
    tokio::select! {
        biased;
        written = socket.write_all(lines) => written,
        () = worker.timers.sleep_until(limit) => Err(io::ErrorKind::TimedOut.into()),
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        let mut open = self.rooms.open();
        if let Some(seats) = open.rooms.get_mut(&self.room) {
            seats.retain(|seat| seat.member != self.number);
            if seats.is_empty() {
                open.rooms.remove(&self.room);
            }
        }
    }
}
