//! Chat rooms: every line of a member goes to all the others of its room.
//!
//! A member joins with an HTTP request (`Upgrade: lines`) and from then on the connection carries
//! nothing but lines, each ended by `\n`: the least that every client can speak.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc;

use crate::line::Socket;

/// The longest line; a member who sends a longer one is put out.
const MAX_LINE: usize = 64 << 10;

/// Lines that may wait for a member to read them; one who is further behind is put out.
const MAX_BEHIND: usize = 10_000;

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
    lines: mpsc::Sender<Bytes>,
}

/// Someone in a room, who leaves when dropped.
pub(crate) struct Member {
    rooms: Rooms,
    room: String,
    /// This member's number, to tell it from the others.
    number: u64,
    /// What the others say; ends when this member is put out.
    lines: mpsc::Receiver<Bytes>,
}

impl Rooms {
    /// Takes a seat. From here on the lines of others are kept for the member.
    pub(crate) fn join(&self, room: &str) -> Member {
        let (seat, lines) = mpsc::channel(MAX_BEHIND);
        let mut open = self.open();
        open.next_member += 1;
        let number = open.next_member;
        let seats = open.rooms.entry(room.into()).or_default();
        seats.push(Seat { member: number, lines: seat });
        Member { rooms: self.clone(), room: room.into(), number, lines }
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
                    socket.write_all(&batch.concat()).await?;
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

    /// Gives a line to all the others. One whose queue is full loses the seat, and so the room.
    fn say(&self, line: &Bytes) {
        if let Some(seats) = self.rooms.open().rooms.get_mut(&self.room) {
            seats.retain(|seat| {
                seat.member == self.number || seat.lines.try_send(line.clone()).is_ok()
            });
        }
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
