//! Bodies of answers: at hand, or sent piece by piece at an interval.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use bytes::Bytes;
use hyper::body::{Frame, SizeHint};

use crate::answer::Serving;
use crate::timer::{Sleep, Timers};

/// The body of an answer.
pub(crate) enum Body {
    /// All at once.
    Whole(Bytes),
    /// Over time.
    Paced(Box<Paced>),
}

/// Pieces of a body, the first at once and then one each interval, none early.
pub(crate) struct Paced {
    pieces: Box<dyn Iterator<Item = Bytes> + Send>,
    /// The piece to send next. Known ahead, so that the last is known to be the last.
    next: Option<Bytes>,
    interval: Duration,
    /// The length of all pieces together, if it is to be announced.
    length: Option<u64>,
    timers: Timers,
    sleep: Option<Sleep>,
    due: Instant,
    /// The request stays in flight until the last piece is handed over.
    serving: Option<Serving>,
}

impl Body {
    /// A body of `pieces`, one each `interval`.
    pub(crate) fn paced(
        timers: &Timers,
        interval: Duration,
        length: Option<u64>,
        pieces: impl Iterator<Item = Bytes> + Send + 'static,
    ) -> Self {
        let mut pieces = Box::new(pieces);
        Self::Paced(Box::new(Paced {
            next: pieces.next(),
            pieces,
            interval,
            length,
            timers: timers.clone(),
            sleep: None,
            due: Instant::now(),
            serving: None,
        }))
    }

    /// Lets a paced body end what serving its request is. Gives it back for a body at hand.
    pub(crate) fn attach(&mut self, serving: Serving) -> Option<Serving> {
        match self {
            Self::Whole(_) => Some(serving),
            Self::Paced(paced) => {
                paced.due = Instant::now();
                paced.serving = Some(serving);
                None
            }
        }
    }
}

impl Paced {
    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        if let Some(sleep) = &mut self.sleep {
            ready!(Pin::new(sleep).poll(cx));
        }
        let piece = self.next.take();
        self.next = self.pieces.next();
        self.due += self.interval;
        if self.next.is_some() {
            self.sleep = Some(self.timers.sleep_until(self.due));
        } else if let Some(serving) = self.serving.take() {
            serving.done();
        }
        Poll::Ready(piece)
    }
}

impl hyper::body::Body for Body {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let piece = match self.get_mut() {
            Self::Whole(bytes) if bytes.is_empty() => None,
            Self::Whole(bytes) => Some(std::mem::take(bytes)),
            Self::Paced(paced) => ready!(paced.poll_piece(cx)),
        };
        Poll::Ready(piece.map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(bytes) => bytes.is_empty(),
            Self::Paced(paced) => paced.next.is_none(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Self::Paced(paced) => paced.length.map_or_else(SizeHint::default, SizeHint::with_exact),
        }
    }
}
