//! Bodies of the type `multipart/form-data`, as RFC 7578 has them.

/// One field of a form, or a file sent with it.
#[derive(Debug, PartialEq)]
pub(super) struct Part<'a> {
    pub(super) name: &'a str,
    /// Whether it was given a file name.
    pub(super) is_file: bool,
    pub(super) content_type: Option<&'a str>,
    pub(super) content: &'a [u8],
}

/// The boundary that a content type names, if it is that of a form in parts.
pub(super) fn boundary(content_type: &str) -> Option<&str> {
    let (kind, parameters) = content_type.split_once(';')?;
    let is_form = kind.trim_end().eq_ignore_ascii_case("multipart/form-data");
    is_form.then(|| parameter(parameters, "boundary")).flatten()
}

/// The parts of a body up to its last boundary. What is no part of a form is left out.
pub(super) fn parts<'a>(body: &'a [u8], boundary: &str) -> Vec<Part<'a>> {
    let delimiter = format!("\r\n--{boundary}");
    // The first delimiter stands at the beginning of a line, which may be that of the body.
    let first = &delimiter.as_bytes()[2..];
    let Some(start) = find(body, first) else { return Vec::new() };
    let mut rest = &body[start + first.len()..];
    let mut parts = Vec::new();
    // Two dashes follow the last one.
    while !rest.starts_with(b"--")
        && let Some(end) = find(rest, delimiter.as_bytes())
    {
        parts.extend(part(&rest[..end]));
        rest = &rest[end + delimiter.len()..];
    }
    parts
}

/// A part from after its boundary on: the end of that line, headers, an empty line, content.
fn part(bytes: &[u8]) -> Option<Part<'_>> {
    let head_end = find(bytes, b"\r\n\r\n")?;
    let content = &bytes[head_end + 4..];
    let head = std::str::from_utf8(&bytes[..head_end]).ok()?;
    let header = |name: &str| {
        let mut headers = head.split("\r\n").filter_map(|line| line.split_once(':'));
        headers.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    };
    let (_, disposition) = header("content-disposition")?.split_once(';')?;
    Some(Part {
        name: parameter(disposition, "name")?,
        is_file: parameter(disposition, "filename").is_some(),
        content_type: header("content-type"),
        content,
    })
}

/// The value of `name=value` or `name="value"` among parameters with `;` between them.
fn parameter<'a>(mut parameters: &'a str, name: &str) -> Option<&'a str> {
    loop {
        let (found, rest) = parameters.split_once('=')?;
        let (value, rest) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => rest.split_at(rest.find(';').unwrap_or(rest.len())),
        };
        if found.trim().eq_ignore_ascii_case(name) {
            return Some(value.trim_end());
        }
        parameters = rest.trim_start().trim_start_matches(';');
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boundaries_are_found() {
        for (content_type, expected) in [
            ("multipart/form-data; boundary=abc", Some("abc")),
            ("Multipart/Form-Data;charset=utf-8; Boundary=\"a b\"", Some("a b")),
            ("multipart/form-data; boundary=", Some("")),
            ("multipart/form-data", None),
            ("multipart/mixed; boundary=abc", None),
            ("text/plain", None),
        ] {
            assert_eq!(boundary(content_type), expected, "{content_type}");
        }
    }

    #[test]
    fn parts_are_read() {
        let body = b"ignored\r\n--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\none\r\n\
            --x\r\ncontent-type: text/plain\r\ncontent-disposition: form-data; name=b; \
            filename=\"c;d\"\r\n\r\nt\r\nwo\r\n--x\r\nno header\r\n\r\n\r\n--x--\r\nignored";
        let part =
            |name, is_file, content_type, content| Part { name, is_file, content_type, content };
        assert_eq!(
            parts(body, "x"),
            [
                part("a", false, None, b"one".as_slice()),
                part("b", true, Some("text/plain"), b"t\r\nwo")
            ]
        );
    }

    #[test]
    fn what_is_cut_short_or_no_form_has_no_parts() {
        let body = b"--x\r\ncontent-disposition: form-data; name=a\r\n\r\none\r\n--x--";
        for end in 0..body.len() - 5 {
            assert_eq!(parts(&body[..end], "x"), [], "{end}");
        }
        assert_eq!(parts(body, "x").len(), 1);
        assert_eq!(parts(body, "y"), []);
        assert_eq!(parts(b"--x--", "x"), []);
    }
}
