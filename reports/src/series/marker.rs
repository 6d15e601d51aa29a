//! The shapes of markers: their corners, in pixels around the centre.

/// The corners of a marker.
pub(crate) type Marker = &'static [(i32, i32)];

pub(super) const CIRCLE: Marker = &[
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
pub(super) const SQUARE: Marker = &[(-5, -5), (5, -5), (5, 5), (-5, 5)];
pub(super) const WIDE: Marker = &[(-7, -3), (7, -3), (7, 3), (-7, 3)];
pub(super) const TALL: Marker = &[(-3, -7), (3, -7), (3, 7), (-3, 7)];
pub(super) const UP: Marker = &[(0, -7), (7, 5), (-7, 5)];
pub(super) const DOWN: Marker = &[(0, 7), (7, -5), (-7, -5)];
pub(super) const LEFT: Marker = &[(-7, 0), (5, -7), (5, 7)];
pub(super) const RIGHT: Marker = &[(7, 0), (-5, -7), (-5, 7)];
pub(super) const DIAMOND: Marker = &[(0, -7), (7, 0), (0, 7), (-7, 0)];
pub(super) const HOURGLASS: Marker = &[(-6, -7), (6, -7), (1, 0), (6, 7), (-6, 7), (-1, 0)];
pub(super) const BOW_TIE: Marker = &[(-7, -6), (0, -1), (7, -6), (7, 6), (0, 1), (-7, 6)];
pub(super) const ROOF: Marker = &[(0, -6), (7, 2), (7, 6), (0, 0), (-7, 6), (-7, 2)];
pub(super) const CUP: Marker = &[(0, 6), (7, -2), (7, -6), (0, 0), (-7, -6), (-7, -2)];
pub(super) const CROSS: Marker = &[
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
pub(super) const SALTIRE: Marker = &[
    (-6, -4),
    (-4, -6),
    (0, -2),
    (4, -6),
    (6, -4),
    (2, 0),
    (6, 4),
    (4, 6),
    (0, 2),
    (-4, 6),
    (-6, 4),
    (-2, 0),
];
pub(super) const STAR: Marker =
    &[(0, -7), (2, -2), (7, -2), (3, 1), (4, 6), (0, 3), (-4, 6), (-3, 1), (-7, -2), (-2, -2)];
