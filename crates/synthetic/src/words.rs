//! Word tables split out of one string literal by the compiler.

/// Turns `"a, b, c"` into a `&'static [&'static str]` with no work at run time.
macro_rules! words {
    ($text:expr) => {{
        const TEXT: &str = $text;
        const COUNT: usize = $crate::words::count(TEXT);
        const LIST: [&str; COUNT] = $crate::words::split(TEXT);
        &LIST
    }};
}
pub(crate) use words;

/// Number of comma-separated words in `text`.
pub(crate) const fn count(text: &str) -> usize {
    let mut bytes = text.as_bytes();
    let mut found = 1;
    while let [byte, rest @ ..] = bytes {
        if *byte == b',' {
            found += 1;
        }
        bytes = rest;
    }
    found
}

/// Splits `text` at each comma and the one space after it.
#[allow(
    clippy::indexing_slicing,
    reason = "runs in the compiler, where an index out of range is a compile error"
)]
pub(crate) const fn split<const N: usize>(text: &'static str) -> [&'static str; N] {
    let mut list = [""; N];
    let mut rest = text;
    let mut filled = 0;
    while filled < N {
        let (word, after) = rest.split_at(comma(rest));
        list[filled] = word;
        rest = after_separator(after);
        filled += 1;
    }
    list
}

const fn comma(text: &str) -> usize {
    let mut bytes = text.as_bytes();
    let mut at = 0;
    while let [byte, rest @ ..] = bytes {
        if *byte == b',' {
            return at;
        }
        at += 1;
        bytes = rest;
    }
    at
}

const fn after_separator(text: &'static str) -> &'static str {
    match text.as_bytes() {
        [b',', b' ', ..] => text.split_at(2).1,
        [b',', ..] => text.split_at(1).1,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn words_keep_spaces_and_letters_beyond_ascii() {
        let list: &[&str] = words!("van der Merwe, ǃXóõ, O'Brien");
        assert_eq!(list, ["van der Merwe", "ǃXóõ", "O'Brien"]);
    }

    #[test]
    fn one_word_makes_a_list_of_one() {
        let list: &[&str] = words!("Zodwa");
        assert_eq!(list, ["Zodwa"]);
    }

    #[test]
    fn a_separator_without_a_space_also_splits() {
        let list: &[&str] = words!("a,b, c");
        assert_eq!(list, ["a", "b", "c"]);
    }
}
