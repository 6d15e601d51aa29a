//! How each client is drawn: a colour and a marker of its own, the same in charts and legends.

mod marker;

use marker::Marker;

/// A colour and a shape. Either alone tells the known clients and up to eight others apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Series {
    /// Red, green and blue.
    pub(crate) colour: (u8, u8, u8),
    /// The corners of the marker, in pixels around its centre.
    pub(crate) marker: Marker,
}

// The palette of Okabe and Ito (2008), which people with any kind of colour vision can tell apart.
// The page's style sheet has lighter ones of the same hue for dark pages.
const GREY: (u8, u8, u8) = (0x66, 0x66, 0x66);
const VERMILION: (u8, u8, u8) = (0xd5, 0x5e, 0x00);
const BLUE: (u8, u8, u8) = (0x00, 0x72, 0xb2);
const PURPLE: (u8, u8, u8) = (0xcc, 0x79, 0xa7);
const GREEN: (u8, u8, u8) = (0x00, 0x9e, 0x73);
const ORANGE: (u8, u8, u8) = (0xe6, 0x9f, 0x00);

// The others are the same on white and on dark pages, with a contrast of 3 on both: they were
// searched for the largest distance from the above and from each other in Oklab, as seen with
// normal, protan and deutan vision.
const CRIMSON: (u8, u8, u8) = (0xc3, 0x2d, 0x5a);
const BROWN: (u8, u8, u8) = (0xa5, 0x4b, 0x0f);

const KNOWN: [(&str, Series); 8] = [
    ("sequential", Series { colour: GREY, marker: marker::CIRCLE }),
    ("thread-pool", Series { colour: VERMILION, marker: marker::SQUARE }),
    ("thread-pool-32", Series { colour: CRIMSON, marker: marker::WIDE }),
    ("thread-pool-n", Series { colour: BROWN, marker: marker::TALL }),
    ("tokio", Series { colour: BLUE, marker: marker::UP }),
    ("async-std", Series { colour: PURPLE, marker: marker::DIAMOND }),
    ("smol", Series { colour: GREEN, marker: marker::DOWN }),
    ("event-loop", Series { colour: ORANGE, marker: marker::CROSS }),
];

/// Of clients that nobody foresaw: none of these is a known client's.
const SPARE: usize = 8;
const SPARE_COLOURS: [(u8, u8, u8); SPARE] = [
    (0x00, 0x78, 0x87),
    (0xb4, 0x4b, 0xff),
    (0x78, 0x87, 0x3c),
    (0xf0, 0x5a, 0x5a),
    (0x87, 0x5a, 0xd2),
    (0xd2, 0x0f, 0xa5),
    (0x96, 0x0f, 0xf0),
    (0xa5, 0x78, 0xd2),
];
const SPARE_MARKERS: [Marker; SPARE] = [
    marker::STAR,
    marker::LEFT,
    marker::SALTIRE,
    marker::HOURGLASS,
    marker::RIGHT,
    marker::ROOF,
    marker::BOW_TIE,
    marker::CUP,
];

/// The series of each of a comparison's clients, in their order.
///
/// A known client looks the same in every report. Any other starts from a place that its name
/// gives, so that it mostly does too, and moves on where another one has that: no two of a
/// comparison's clients look the same before there are 64 unknown ones among them.
pub(crate) fn assign(clients: &[impl AsRef<str>]) -> Vec<Series> {
    let mut taken = [false; SPARE * SPARE];
    clients.iter().map(|client| of(client.as_ref(), &mut taken)).collect()
}

fn of(client: &str, taken: &mut [bool; SPARE * SPARE]) -> Series {
    if let Some((_, series)) = KNOWN.iter().find(|(name, _)| *name == client) {
        return *series;
    }
    // FNV-1a, with the high bits folded into the few that are used.
    let mix = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    let hash = client.bytes().fold(0x811c_9dc5, mix);
    let start = (hash ^ (hash >> 16)) as usize % SPARE;
    // Every eight places have each colour and each marker once, paired in another way than before.
    let mut places = (0..taken.len()).map(|step| step / SPARE * SPARE + (start + step) % SPARE);
    let place = places.find(|&place| !taken[place]).unwrap_or(start);
    taken[place] = true;
    let (pairing, colour) = (place / SPARE, place % SPARE);
    Series { colour: SPARE_COLOURS[colour], marker: SPARE_MARKERS[(colour + pairing) % SPARE] }
}

impl Series {
    /// The colour as SVG writes it, e.g. `#0072B2`.
    pub(crate) fn hex(self) -> String {
        let (red, green, blue) = self.colour;
        format!("#{red:02X}{green:02X}{blue:02X}")
    }
}

#[cfg(test)]
mod tests;
