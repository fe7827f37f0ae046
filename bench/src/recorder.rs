//! What Aloe sent to the database for a request, as the database itself logged it.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use crate::installation::Installation;
use crate::trouble::Trouble;

/// Logins whose statements belong to requests; those of jobs and housekeeping do not.
const OF_REQUESTS: [&str; 3] = ["aloe_member", "aloe_public", "aloe_auth"];

/// One statement as it was executed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Executed {
    /// Its text, with `$1` and on.
    pub text: String,
    /// Its parameters in the database's own writing; nothing for NULL.
    pub parameters: Vec<Option<String>>,
}

/// Writes down every statement while it lives.
pub struct Recorder<'a> {
    installation: &'a Installation,
    log: PathBuf,
    from: u64,
}

impl<'a> Recorder<'a> {
    /// Begins.
    ///
    /// # Errors
    /// What the database said.
    pub fn begin(installation: &'a Installation) -> Result<Self, Trouble> {
        installation.database.rows(
            "ALTER SYSTEM SET log_statement = 'all'; ALTER SYSTEM SET log_error_verbosity = 'default';
             ALTER SYSTEM SET log_parameter_max_length = -1; ALTER SYSTEM SET log_line_prefix = E'\\x01%u|';
             SELECT pg_reload_conf();",
        )?;
        std::thread::sleep(Duration::from_millis(500));
        let log = newest(installation.database_log())?;
        let from = fs::metadata(&log)
            .map_err(|e| Trouble::io("finding the database's log", &e))?
            .len();
        Ok(Self {
            installation,
            log,
            from,
        })
    }

    /// Ends, and answers what each of `requests` like requests sent.
    ///
    /// # Errors
    /// When the requests did not send the same statements.
    pub fn end(self, requests: usize) -> Result<Vec<Vec<Executed>>, Trouble> {
        std::thread::sleep(Duration::from_millis(500));
        let whole = fs::read(&self.log).map_err(|e| Trouble::io("reading the database's log", &e))?;
        let from = usize::try_from(self.from).unwrap_or(0);
        let text = String::from_utf8_lossy(whole.get(from..).unwrap_or_default()).into_owned();
        self.installation
            .database
            .rows("ALTER SYSTEM RESET ALL; SELECT pg_reload_conf();")?;
        in_requests(&executed(&text), requests)
    }
}

fn newest(folder: PathBuf) -> Result<PathBuf, Trouble> {
    let files = fs::read_dir(&folder).map_err(|e| Trouble::io("reading the database's log folder", &e))?;
    let mut dated: Vec<_> = files
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            Some((fs::metadata(&path).ok()?.modified().ok()?, path))
        })
        .collect();
    dated.sort();
    dated
        .pop()
        .map(|(_, path)| path)
        .ok_or_else(|| Trouble::Plain("the database keeps no log".into()))
}

fn executed(log: &str) -> Vec<Executed> {
    let mut all: Vec<Executed> = Vec::new();
    for entry in log.split('\u{1}') {
        let Some((user, line)) = entry.split_once('|') else {
            continue;
        };
        if !OF_REQUESTS.contains(&user) {
            continue;
        }
        // A statement of several lines is logged with a tab before each further line.
        let line = line.replace("\n\t", "\n");
        if let Some(text) = line.strip_prefix("LOG:  statement: ") {
            all.push(Executed {
                text: text.trim().to_owned(),
                parameters: Vec::new(),
            });
        } else if let Some(rest) = line.strip_prefix("LOG:  execute ") {
            let text = rest.split_once(": ").map(|(_, text)| text).unwrap_or_default();
            all.push(Executed {
                text: text.trim().to_owned(),
                parameters: Vec::new(),
            });
        } else if let Some(list) = line.strip_prefix("DETAIL:  parameters: ")
            && let Some(last) = all.last_mut()
        {
            last.parameters = parameters(list.trim_end());
        }
    }
    all
}

/// Reads `$1 = 'it''s', $2 = NULL`.
fn parameters(list: &str) -> Vec<Option<String>> {
    let mut found = Vec::new();
    let mut rest = list;
    while let Some((_, after)) = rest.split_once(" = ") {
        if let Some(after) = after.strip_prefix("NULL") {
            found.push(None);
            rest = after;
            continue;
        }
        let mut value = String::new();
        let mut letters = after.strip_prefix('\'').unwrap_or(after).char_indices().peekable();
        let mut end = after.len();
        while let Some((at, letter)) = letters.next() {
            if letter != '\'' {
                value.push(letter);
            } else if letters.peek().is_some_and(|(_, next)| *next == '\'') {
                value.push('\'');
                letters.next();
            } else {
                end = at + 2;
                break;
            }
        }
        found.push(Some(value));
        rest = after.get(end..).unwrap_or_default();
    }
    found
}

fn in_requests(all: &[Executed], requests: usize) -> Result<Vec<Vec<Executed>>, Trouble> {
    let each = all.len() / requests.max(1);
    let cut: Vec<Vec<Executed>> = all.chunks(each.max(1)).map(<[Executed]>::to_vec).collect();
    let texts = |request: &[Executed]| request.iter().map(|e| e.text.clone()).collect::<Vec<_>>();
    let first = cut.first().map(|request| texts(request)).unwrap_or_default();
    if cut.len() == requests && cut.iter().all(|request| texts(request) == first) {
        return Ok(cut);
    }
    Err(Trouble::Plain(format!(
        "{requests} like requests sent {} statements, not the same ones each",
        all.len()
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_and_their_parameters_are_read_from_the_log() {
        let log = "\u{1}aloe_public|LOG:  statement: BEGIN\n\u{1}aloe_job|LOG:  statement: BEGIN\n\
                   \u{1}aloe_public|LOG:  execute s1: SELECT 1\n\tWHERE $1 = $2\n\
                   \u{1}aloe_public|DETAIL:  parameters: $1 = 'it''s = ''', $2 = NULL, $3 = ''\n";
        let all = executed(log);
        assert_eq!(all.len(), 2);
        assert_eq!(all.last().map(|e| e.text.as_str()), Some("SELECT 1\nWHERE $1 = $2"));
        let expected = vec![Some("it's = '".to_owned()), None, Some(String::new())];
        assert_eq!(all.last().map(|e| e.parameters.clone()), Some(expected));
    }

    #[test]
    fn requests_that_differ_are_no_sample() {
        let one = |text: &str| Executed {
            text: text.into(),
            parameters: Vec::new(),
        };
        assert!(in_requests(&[one("a"), one("b"), one("a"), one("b")], 2).is_ok());
        assert!(in_requests(&[one("a"), one("b"), one("b"), one("a")], 2).is_err());
    }
}
