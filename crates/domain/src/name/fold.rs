//! Names as they are searched: without accents, case or punctuation, by range over a C-collated column.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Words that people write apart from, or together with, the surname that follows.
const PARTICLES: &[&str] = &[
    "da", "de", "del", "den", "der", "des", "di", "do", "dos", "du", "el", "la", "le", "mac", "mc", "st", "ten", "ter",
    "van", "von",
];

/// Lower-case, without accents or click letters, compatibility forms unified. Applying it twice changes nothing.
pub fn fold(text: &str) -> String {
    let lower = text.nfkd().flat_map(char::to_lowercase);
    lower
        .nfkd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(plain)
        .collect()
}

/// Letters that Unicode does not take apart, as people without them on the keyboard type them. Click letters vanish:
/// they are typed as `!`, `|`, `//` or not at all.
fn plain(c: char) -> impl Iterator<Item = char> {
    let (first, second) = match c {
        'ǀ'..='ǃ' => (None, None),
        'æ' => (Some('a'), Some('e')),
        'œ' => (Some('o'), Some('e')),
        'ß' => (Some('s'), Some('s')),
        'þ' => (Some('t'), Some('h')),
        'ð' | 'đ' | 'ɖ' => (Some('d'), None),
        'ø' => (Some('o'), None),
        'ł' => (Some('l'), None),
        'ı' => (Some('i'), None),
        'ŋ' => (Some('n'), None),
        'ς' => (Some('σ'), None),
        other => (Some(other), None),
    };
    first.into_iter().chain(second)
}

/// The tokens to keep for a name, sorted, each once: every part of every word, each word joined (`obrien` for O'Brien),
/// and particles joined with what follows (`vandermerwe`).
pub fn search_tokens(name: &str) -> Vec<String> {
    let folded = fold(name);
    let words: Vec<String> = folded
        .split_whitespace()
        .map(joined)
        .filter(|word| !word.is_empty())
        .collect();
    let parts = folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|part| !part.is_empty())
        .map(str::to_owned);
    let mut tokens: Vec<String> = parts.chain(surnames_written_together(&words)).collect();
    tokens.extend(words);
    // A word with both a hyphen and an apostrophe is looked for in a form that is neither part nor whole.
    tokens.extend(query_tokens(name));
    tokens.sort_unstable();
    tokens.dedup();
    tokens
}

/// The prefixes to look for when somebody types a name, in the order typed, each once: hyphens part words, apostrophes
/// do not, so that `o'brien` finds O'Brien and Obrien alike. A person matches when each prefix begins one of their tokens.
pub fn query_tokens(typed: &str) -> Vec<String> {
    let folded = fold(typed);
    let is_break = |c: char| c.is_whitespace() || matches!(c, '-' | '.' | ',' | '·' | '\u{2010}'..='\u{2015}');
    let mut tokens: Vec<String> = Vec::new();
    for token in folded.split(is_break).map(joined) {
        if !token.is_empty() && !tokens.contains(&token) {
            tokens.push(token);
        }
    }
    tokens
}

/// `[from, to)` of all texts that begin with a folded token, for a column in C collation (bytes of UTF-8). A blank token
/// covers everything: refuse it before searching.
pub fn prefix_range(token: &str) -> (String, String) {
    let mut end: Vec<char> = token.chars().collect();
    while let Some(last) = end.pop() {
        // The highest character has no successor; then the character before it moves on.
        if let Some(next) = successor(last) {
            end.push(next);
            return (token.to_owned(), end.into_iter().collect());
        }
    }
    (token.to_owned(), char::MAX.to_string())
}

fn successor(c: char) -> Option<char> {
    match c {
        '\u{D7FF}' => Some('\u{E000}'),
        char::MAX => None,
        other => char::from_u32(u32::from(other) + 1),
    }
}

fn joined(word: &str) -> String {
    word.chars().filter(|c| c.is_alphanumeric()).collect()
}

fn surnames_written_together(words: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    let mut run = String::new();
    for word in words {
        if PARTICLES.contains(&word.as_str()) {
            run.push_str(word);
        } else if !run.is_empty() {
            found.push(std::mem::take(&mut run) + word);
        }
    }
    found
}
