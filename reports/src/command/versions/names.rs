//! The names of variants, which become a part of their clients' names: `tokio@1.44.2`.

use std::path::Path;

use anyhow::{Result, ensure};

/// The longest name: a client's may have 40 characters with it.
const LONGEST: usize = 20;

/// How long a commit's full name is at least, and how much of it is shown.
const COMMIT: usize = 40;
const SHORT: usize = 7;

/// Whether a name could be made of these characters.
pub(super) fn is_made_of_allowed(text: &str) -> bool {
    !text.is_empty() && text.chars().all(is_allowed)
}

fn is_allowed(character: char) -> bool {
    character.is_ascii_alphanumeric() || "._+-".contains(character)
}

/// A name that somebody gave.
pub(super) fn checked(name: &str) -> Result<String> {
    ensure!(
        is_made_of_allowed(name) && name.len() <= LONGEST,
        "{name:?} is not allowed as a name: up to {LONGEST} letters, digits and ._+-"
    );
    Ok(name.to_owned())
}

/// A name made of a version or of a revision, which is cut if it is a commit.
pub(super) fn of(text: &str) -> String {
    let commit = text.len() >= COMMIT && text.chars().all(|c| c.is_ascii_hexdigit());
    allowed(if commit { &text[..SHORT] } else { text })
}

/// A name made of a folder's.
pub(super) fn of_folder(path: &Path) -> String {
    path.file_name().map_or_else(|| "path".to_owned(), |name| allowed(&name.to_string_lossy()))
}

/// As much of the text as can be a name.
fn allowed(text: &str) -> String {
    let plain: String = text.chars().map(|c| if is_allowed(c) { c } else { '-' }).collect();
    let plain = plain.trim_matches('-');
    let cut = plain[..plain.len().min(LONGEST)].trim_end_matches('-');
    if cut.is_empty() { "variant".to_owned() } else { cut.to_owned() }
}

/// Gives each variant a name of its own: the one it was given, or else its default one, numbered
/// where that is taken.
pub(super) fn unique(names: &[(Option<String>, String)]) -> Result<Vec<String>> {
    let given: Vec<&String> = names.iter().filter_map(|(given, _)| given.as_ref()).collect();
    for (i, name) in given.iter().enumerate() {
        ensure!(!given[..i].contains(name), "two variants are named {name}: each needs its own");
    }
    let mut taken: Vec<String> = Vec::new();
    for (own, default) in names {
        let name = own.clone().unwrap_or_else(|| {
            let numbered = (2..).map(|number| {
                let end = format!("-{number}");
                format!("{}{end}", &default[..default.len().min(LONGEST - end.len())])
            });
            let is_free = |name: &String| !taken.contains(name) && !given.contains(&name);
            std::iter::once(default.clone()).chain(numbered).find(is_free).unwrap_or_default()
        });
        taken.push(name);
    }
    Ok(taken)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn default_names_say_where_the_code_comes_from() {
        assert_eq!(of("1.44.2"), "1.44.2");
        assert_eq!(of("9a1a3b3f1c9e6c8f8c2f3c5f4f8b7a6d5e4c3b2a"), "9a1a3b3");
        assert_eq!(of("feature/faster timers"), "feature-faster-timer");
        assert_eq!(of("///"), "variant");
        assert_eq!(of_folder(Path::new("/src/tokio")), "tokio");
        assert_eq!(of_folder(Path::new("/")), "path");
    }

    #[test]
    fn equal_names_are_numbered_and_given_ones_stay() {
        let names = |names: &[(Option<&str>, &str)]| {
            let owned = |&(own, default): &(Option<&str>, &str)| {
                (own.map(str::to_owned), default.to_owned())
            };
            unique(&names.iter().map(owned).collect::<Vec<_>>())
        };
        assert_eq!(names(&[(None, "1.0.0"), (None, "1.0.0")]).unwrap(), ["1.0.0", "1.0.0-2"]);
        assert_eq!(names(&[(None, "a"), (Some("a"), "b")]).unwrap(), ["a-2", "a"]);
        assert_eq!(names(&[(None, "feature-faster-timer"); 2]).unwrap()[1], "feature-faster-tim-2");
        let refused = names(&[(Some("a"), "b"), (Some("a"), "c")]).unwrap_err().to_string();
        assert_eq!(refused, "two variants are named a: each needs its own");
    }

    proptest! {
        #[test]
        fn any_text_gives_a_name_that_is_allowed(text in ".{0,60}") {
            prop_assert!(checked(&of(&text)).is_ok(), "{text}");
        }

        #[test]
        fn any_names_become_different(texts in proptest::collection::vec("[a-b]{0,25}", 1..12)) {
            let names = unique(&texts.iter().map(|text| (None, of(text))).collect::<Vec<_>>()).unwrap();
            for (i, name) in names.iter().enumerate() {
                prop_assert!(checked(name).is_ok() && !names[..i].contains(name), "{names:?}");
            }
        }
    }
}
