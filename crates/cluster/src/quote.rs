//! Values in PostgreSQL's configuration files.

/// A value in single quotes, as `postgresql.conf` reads it: quotes doubled, backslashes doubled.
/// `None` for a value with control characters, which would start a line of its own.
pub(crate) fn quoted(value: &str) -> Option<String> {
    if value.chars().any(char::is_control) {
        return None;
    }
    let escaped = value.replace('\\', r"\\").replace('\'', "''");
    Some(format!("'{escaped}'"))
}

/// Whether a name can be a setting's: letters, digits, underscores, and a dot for an extension's.
pub(crate) fn is_setting_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_line_break_cannot_smuggle_in_a_setting() {
        assert_eq!(quoted("a\nfsync = off"), None);
        assert!(!is_setting_name("a = 1\nfsync"));
        assert!(!is_setting_name(""));
        assert!(is_setting_name("pg_stat_statements.track"));
    }

    proptest! {
        #[test]
        fn a_quoted_value_reads_back_as_itself(value in "[^\\p{Cc}]{0,40}") {
            let text = quoted(&value).unwrap();
            let inner = text.strip_prefix('\'').unwrap().strip_suffix('\'').unwrap();
            let mut read = String::new();
            let mut characters = inner.chars();
            while let Some(c) = characters.next() {
                if c == '\'' || c == '\\' {
                    prop_assert_eq!(characters.next(), Some(c));
                }
                read.push(c);
            }
            prop_assert_eq!(read, value);
        }
    }
}
