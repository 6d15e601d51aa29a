//! How each client is drawn: a colour and a marker of its own, the same in charts and legends.

/// A colour and a shape. Either alone tells the clients apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Series {
    /// Red, green and blue, from the palette of Okabe and Ito (2008), which people with any kind
    /// of colour vision can tell apart.
    pub(crate) colour: (u8, u8, u8),
    /// The corners of the marker, in pixels around its centre.
    pub(crate) marker: &'static [(i32, i32)],
}

const CIRCLE: &[(i32, i32)] = &[
    (6, 0),
    (5, 3),
    (3, 5),
    (0, 6),
    (-3, 5),
    (-5, 3),
    (-6, 0),
    (-5, -3),
    (-3, -5),
    (0, -6),
    (3, -5),
    (5, -3),
];
const SQUARE: &[(i32, i32)] = &[(-5, -5), (5, -5), (5, 5), (-5, 5)];
const UP: &[(i32, i32)] = &[(0, -7), (7, 5), (-7, 5)];
const DOWN: &[(i32, i32)] = &[(0, 7), (7, -5), (-7, -5)];
const DIAMOND: &[(i32, i32)] = &[(0, -7), (7, 0), (0, 7), (-7, 0)];
const CROSS: &[(i32, i32)] = &[
    (-2, -6),
    (2, -6),
    (2, -2),
    (6, -2),
    (6, 2),
    (2, 2),
    (2, 6),
    (-2, 6),
    (-2, 2),
    (-6, 2),
    (-6, -2),
    (-2, -2),
];

const GREY: (u8, u8, u8) = (0x66, 0x66, 0x66);
const VERMILION: (u8, u8, u8) = (0xd5, 0x5e, 0x00);
const BLUE: (u8, u8, u8) = (0x00, 0x72, 0xb2);
const PURPLE: (u8, u8, u8) = (0xcc, 0x79, 0xa7);
const GREEN: (u8, u8, u8) = (0x00, 0x9e, 0x73);
const ORANGE: (u8, u8, u8) = (0xe6, 0x9f, 0x00);

const KNOWN: [(&str, Series); 6] = [
    ("sequential", Series { colour: GREY, marker: CIRCLE }),
    ("thread-pool", Series { colour: VERMILION, marker: SQUARE }),
    ("tokio", Series { colour: BLUE, marker: UP }),
    ("async-std", Series { colour: PURPLE, marker: DIAMOND }),
    ("smol", Series { colour: GREEN, marker: DOWN }),
    ("event-loop", Series { colour: ORANGE, marker: CROSS }),
];

impl Series {
    /// The series of this client, the same in every report; a client that is not known takes its
    /// place in the list instead.
    pub(crate) fn of(client: &str, place: usize) -> Self {
        let known = KNOWN.iter().find(|(name, _)| *name == client);
        known.unwrap_or(&KNOWN[place % KNOWN.len()]).1
    }

    /// The colour as SVG writes it, e.g. `#0072B2`.
    pub(crate) fn hex(self) -> String {
        let (red, green, blue) = self.colour;
        format!("#{red:02X}{green:02X}{blue:02X}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_known_clients_share_a_colour_or_a_marker() {
        for (index, (_, one)) in KNOWN.iter().enumerate() {
            for (_, other) in &KNOWN[index + 1..] {
                assert_ne!(one.colour, other.colour);
                assert_ne!(one.marker, other.marker);
            }
        }
    }

    #[test]
    fn a_client_looks_the_same_wherever_it_stands() {
        assert_eq!(Series::of("tokio", 0), Series::of("tokio", 5));
        assert_eq!(Series::of("tokio", 0).hex(), "#0072B2");
        assert_eq!(Series::of("my-runtime", 7), Series::of("thread-pool", 0));
    }
}
