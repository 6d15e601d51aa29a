//! Texts that others wrote, made safe to print: a reason, a name of a CPU, a name in a profile.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Widest line that is printed, unless something in it that can't be broken is wider.
pub(crate) const WIDTH: usize = 100;

/// The longest text of others that an error repeats, in characters.
const SHORT: usize = 120;

/// The text in one line: space for white space, and escapes such as `\u{1b}` for what a terminal
/// would obey or what would turn the text around it.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(unprintable) {
        return text.into();
    }
    let shown = |character: char| match character {
        character if character.is_whitespace() => " ".to_owned(),
        character if unprintable(character) => character.escape_unicode().to_string(),
        character => character.to_string(),
    };
    text.chars().map(shown).collect::<String>().into()
}

/// Control characters, line breaks, and those that change the direction of the text.
pub(crate) fn unprintable(character: char) -> bool {
    let turns = matches!(character, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    character.is_control() || turns
}

/// The text in one line of Markdown, and none of it markup.
pub(crate) fn markdown(text: &str) -> String {
    let mut escaped = String::new();
    for character in printable(text).chars() {
        if matches!(character, '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '|' | '&' | '~') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// The text in one line of HTML, and none of it markup.
pub(crate) fn html(text: &str) -> String {
    printable(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The text in one line, and no more than an error needs of it.
pub(crate) fn short(text: &str) -> String {
    let text = printable(text);
    match text.char_indices().nth(SHORT) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.into_owned(),
    }
}

/// `text` after `prefix`, broken between words, with the next lines under the first's text.
pub(crate) fn wrapped(prefix: &str, text: &str) -> String {
    let mut lines = String::from(prefix);
    let mut column = prefix.chars().count();
    for (index, word) in text.split_whitespace().enumerate() {
        let length = word.chars().count();
        if index > 0 && column + 1 + length > WIDTH {
            let _ = write!(lines, "\n{:1$}", "", prefix.len());
            column = prefix.len();
        } else if index > 0 {
            lines.push(' ');
            column += 1;
        }
        lines.push_str(word);
        column += length;
    }
    lines.push('\n');
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_escaped() {
        assert_eq!(printable("thread 'main' panicked"), "thread 'main' panicked");
        assert_eq!(printable("one\ntwo\r\n\tthree"), "one two   three");
        assert_eq!(printable("\u{1b}[2Jgone\u{7}"), "\\u{1b}[2Jgone\\u{7}");
        assert_eq!(printable("\u{202e}drawkcab"), "\\u{202e}drawkcab");
        assert_eq!(printable("µs, ±, 你"), "µs, ±, 你");
    }

    #[test]
    fn markdown_stays_text() {
        assert_eq!(markdown("fan_out with 5"), "fan_out with 5");
        assert_eq!(markdown("a|b\n<img> ![x](y)"), "a\\|b \\<img\\> !\\[x\\](y)");
    }

    #[test]
    fn html_stays_text() {
        assert_eq!(html("a < b\n&amp; <img>"), "a &lt; b &amp;amp; &lt;img&gt;");
    }

    #[test]
    fn long_texts_are_cut() {
        assert_eq!(short("short"), "short");
        assert_eq!(short(&"é".repeat(3_000_000)), "é".repeat(120) + "...");
    }
}
