//! No two clients look alike, and each looks the same wherever it stands.

use proptest::prelude::*;

use super::*;

fn looks(clients: &[&str]) -> Vec<Series> {
    assign(clients)
}

#[test]
fn known_and_spare_series_share_no_colour_and_no_marker() {
    let known = KNOWN.iter().map(|(_, series)| *series);
    let spare = SPARE_COLOURS.iter().zip(SPARE_MARKERS);
    let spare = spare.map(|(&colour, marker)| Series { colour, marker });
    let all: Vec<Series> = known.chain(spare).collect();
    for (index, one) in all.iter().enumerate() {
        for other in &all[index + 1..] {
            assert_ne!(one.colour, other.colour);
            assert_ne!(one.marker, other.marker);
        }
    }
}

#[test]
fn a_known_client_looks_the_same_wherever_it_stands() {
    let [.., tokio] = looks(&["my-runtime", "tokio@base", "tokio"])[..] else { panic!() };
    assert_eq!([tokio], looks(&["tokio"])[..]);
    assert_eq!(tokio.hex(), "#0072B2");
}

#[test]
fn clients_that_nobody_foresaw_differ_in_colour_and_marker() {
    let mut clients: Vec<&str> = KNOWN.iter().map(|(name, _)| *name).collect();
    clients.extend(["thread-pool-8", "pool-8", "tokio@base", "tokio-current-thread"]);
    clients.extend(["my-runtime", "glommio", "monoio", "may"]);
    let series = looks(&clients);
    for (index, one) in series.iter().enumerate() {
        for (other, name) in series[index + 1..].iter().zip(&clients[index + 1..]) {
            assert_ne!(one.colour, other.colour, "{} and {name}", clients[index]);
            assert_ne!(one.marker, other.marker, "{} and {name}", clients[index]);
        }
    }
}

#[test]
fn a_client_that_nobody_foresaw_keeps_its_look_beside_known_ones() {
    let alone = looks(&["my-runtime"])[0];
    assert_eq!(looks(&["sequential", "tokio", "my-runtime"])[2], alone);
    assert_eq!(looks(&["my-runtime", "smol"])[0], alone);
}

#[test]
fn more_clients_than_can_be_told_apart_are_still_drawn() {
    let clients: Vec<String> = (0..1000).map(|client| format!("client-{client}")).collect();
    assert_eq!(assign(&clients).len(), 1000);
}

proptest! {
    #[test]
    fn no_two_of_64_unknown_clients_look_alike(
        clients in prop::collection::hash_set("[a-z@-]{1,12}", 0..64),
    ) {
        let clients: Vec<String> = clients.into_iter().collect();
        let series = assign(&clients);
        for (index, one) in series.iter().enumerate() {
            prop_assert!(!series[index + 1..].contains(one), "{clients:?}");
        }
    }
}

/// The relative luminance of a colour, as WCAG 2 defines it.
fn luminance((red, green, blue): (u8, u8, u8)) -> f64 {
    let linear = |channel: u8| match f64::from(channel) / 255.0 {
        low if low <= 0.04045 => low / 12.92,
        channel => ((channel + 0.055) / 1.055).powf(2.4),
    };
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

#[test]
fn colours_that_the_style_sheet_leaves_are_seen_on_white_and_on_dark_pages() {
    let [white, dark] = [(0xff, 0xff, 0xff), (0x14, 0x17, 0x1a)].map(luminance);
    for colour in SPARE_COLOURS.into_iter().chain([CRIMSON, BROWN]) {
        let luminance = luminance(colour);
        let contrasts = [(white + 0.05) / (luminance + 0.05), (luminance + 0.05) / (dark + 0.05)];
        assert!(contrasts.iter().all(|&contrast| contrast >= 3.0), "{colour:?}: {contrasts:?}");
    }
}
