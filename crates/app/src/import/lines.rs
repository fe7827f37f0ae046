//! Lines of a CSV file (RFC 4180), one by one, so that a broken one does not swallow those after it.

use std::borrow::Cow;
use std::collections::HashMap;

use super::Source;
use crate::runtime::Trouble;

/// Lines that a quoted cell may run over, at most.
const LONGEST_CELL: usize = 6;

/// One record as it stood in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawLine {
    /// Number of its first line, from 1.
    pub number: u64,
    /// Its bytes, line end included.
    pub bytes: Vec<u8>,
}

impl RawLine {
    /// The bytes without the line end.
    pub fn content(&self) -> &[u8] {
        let end = self
            .bytes
            .iter()
            .rposition(|b| !matches!(b, b'\n' | b'\r'))
            .map_or(0, |at| at + 1);
        self.bytes.get(..end).unwrap_or_default()
    }

    /// What makes two lines the same, however their cells are quoted and spaced; nothing for a line that cannot be read.
    pub fn meaning(&self) -> Option<Vec<u8>> {
        let cells = self.cells().ok()?;
        let trimmed: Vec<&str> = cells.iter().map(|cell| restored(cell).trim()).collect();
        Some(trimmed.join("\u{1f}").into_bytes())
    }

    /// The cells, or why they cannot be read.
    pub fn cells(&self) -> Result<Vec<String>, String> {
        if quotes(&self.bytes) % 2 == 1 {
            return Err("a quotation mark is opened and not closed".to_owned());
        }
        let text = std::str::from_utf8(self.content())
            .map_err(|_| "the letters are not UTF-8: save the file as UTF-8".to_owned())?;
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        match reader.records().next() {
            Some(Ok(record)) => Ok(record.iter().map(str::to_owned).collect()),
            Some(Err(_)) => Err("the line cannot be read as CSV".to_owned()),
            None => Ok(Vec::new()),
        }
    }
}

fn quotes(bytes: &[u8]) -> usize {
    bytes.iter().filter(|b| **b == b'"').count()
}

/// The records of a file. Blank lines are left out, and the remarks that Aloe puts above a line that it returns.
pub struct Lines<R> {
    source: R,
    number: u64,
    waiting: Vec<Vec<u8>>,
}

impl<R: Source> Lines<R> {
    /// Reads from a source.
    pub fn new(source: R) -> Self {
        Self {
            source,
            number: 0,
            waiting: Vec::new(),
        }
    }

    fn physical(&mut self) -> Result<Option<Vec<u8>>, Trouble> {
        if let Some(line) = self.waiting.pop() {
            return Ok(Some(line));
        }
        let mut bytes = Vec::new();
        let read = self
            .source
            .read_until(b'\n', &mut bytes)
            .map_err(|e| Trouble::io("reading the file", e))?;
        Ok((read > 0).then_some(bytes))
    }

    fn record(&mut self) -> Result<Option<RawLine>, Trouble> {
        loop {
            let Some(first) = self.physical()? else { return Ok(None) };
            self.number += 1;
            let number = self.number;
            if is_remark(&first) || first.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            if quotes(&first).is_multiple_of(2) {
                return Ok(Some(RawLine { number, bytes: first }));
            }
            return self.joined(number, first).map(Some);
        }
    }

    /// A quoted cell may hold line ends. When no later line closes it soon, the first line alone is broken.
    fn joined(&mut self, number: u64, first: Vec<u8>) -> Result<RawLine, Trouble> {
        let mut taken = vec![first];
        while taken.len() < LONGEST_CELL {
            let Some(next) = self.physical()? else { break };
            let closes = quotes(&next) % 2 == 1;
            taken.push(next);
            if closes && likely_cell(&taken) {
                self.number += taken.len() as u64 - 1;
                return Ok(RawLine {
                    number,
                    bytes: taken.concat(),
                });
            }
        }
        self.waiting.extend(taken.drain(1..).rev());
        Ok(RawLine {
            number,
            bytes: taken.concat(),
        })
    }
}

/// Whether a line is a remark of Aloe's own, `# line 12: why`. Any other that begins with `#` may be somebody's file number.
fn is_remark(line: &[u8]) -> bool {
    // A spreadsheet that saves the file again may put the remark between quotation marks.
    let Some(rest) = line.strip_prefix(b"\"").unwrap_or(line).strip_prefix(b"# line ") else {
        return false;
    };
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    digits > 0 && rest.get(digits..).is_some_and(|rest| rest.starts_with(b": "))
}

/// Two broken lines near each other look like one cell over several lines. A cell that holds whole records is none.
fn likely_cell(lines: &[Vec<u8>]) -> bool {
    let commas = |line: &[u8]| line.iter().filter(|b| **b == b',').count();
    let inner = lines.get(1..lines.len().saturating_sub(1)).unwrap_or_default();
    inner.iter().all(|line| commas(line) < 4) && lines.last().is_some_and(|last| commas(last) < 12)
}

impl<R: Source> Iterator for Lines<R> {
    type Item = Result<RawLine, Trouble>;
    fn next(&mut self) -> Option<Self::Item> {
        self.record().transpose()
    }
}

/// Which column holds what.
pub struct Columns {
    at: HashMap<&'static str, usize>,
    header: Vec<String>,
}

/// What can be imported. `surname` is needed; the rest may be missing.
pub const KNOWN: [&str; 14] = [
    "given_names",
    "surname",
    "birth_date",
    "sex",
    "id_type",
    "id_country",
    "id_number",
    "phone",
    "email",
    "address",
    "scheme",
    "member_number",
    "dependant_code",
    "language",
];

impl Columns {
    /// Reads the header. `map` holds `ours=theirs` for columns of another name.
    ///
    /// # Errors
    /// A sentence that names what is missing.
    pub fn read(header: &RawLine, map: &[String]) -> Result<Self, String> {
        let cells = header.cells()?;
        let cells: Vec<String> = cells
            .iter()
            .map(|cell| cell.trim().trim_start_matches('\u{feff}').to_owned())
            .collect();
        let mut renamed: HashMap<&str, &str> = HashMap::new();
        for pair in map {
            let (ours, theirs) = pair
                .split_once('=')
                .ok_or_else(|| format!("--map reads OURS=THEIRS, such as phone=Cell; {pair} has no =."))?;
            if !cells.iter().any(|cell| cell.eq_ignore_ascii_case(theirs)) {
                return Err(format!(
                    "--map {pair}: the file has no column {theirs}. It has: {}.",
                    cells.join(", ")
                ));
            }
            renamed.insert(ours, theirs);
        }
        if let Some(unknown) = renamed.keys().find(|ours| !KNOWN.contains(ours)) {
            return Err(format!(
                "--map: there is no column {unknown}. There are: {}.",
                KNOWN.join(", ")
            ));
        }
        let find = |ours: &'static str| {
            let theirs = renamed.get(ours).copied().unwrap_or(ours);
            cells
                .iter()
                .position(|cell| cell.eq_ignore_ascii_case(theirs))
                .map(|at| (ours, at))
        };
        let at: HashMap<&'static str, usize> = KNOWN.into_iter().filter_map(find).collect();
        if !at.contains_key("surname") {
            return Err("the file has no column surname. Name it with --map surname=THEIRS.".to_owned());
        }
        Ok(Self { at, header: cells })
    }

    /// The names of all columns, in their order.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// Columns that nothing is read from.
    pub fn left_out(&self) -> impl Iterator<Item = &str> {
        let read = |index: &usize| self.at.values().any(|at| at == index);
        let unread = self.header.iter().enumerate().filter(move |(index, _)| !read(index));
        unread.map(|(_, name)| name.as_str())
    }

    /// The cells of a line by name, or why it does not fit.
    pub fn of(&self, line: &RawLine) -> Result<HashMap<&'static str, String>, String> {
        let cells = line.cells()?;
        if cells.len() != self.header.len() {
            return Err(format!("{} cells instead of {}", cells.len(), self.header.len()));
        }
        Ok(self
            .at
            .iter()
            .filter_map(|(name, at)| Some((*name, restored(cells.get(*at)?).trim().to_owned())))
            .collect())
    }
}

/// A cell without the apostrophe that keeps a spreadsheet from running it as a formula.
fn restored(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if matches!(aloe_domain::csv::neutralise(rest), Cow::Owned(_)) => rest,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<RawLine> {
        Lines::new(text.as_bytes())
            .map(|line| {
                line.unwrap_or_else(|_| RawLine {
                    number: 0,
                    bytes: Vec::new(),
                })
            })
            .collect()
    }

    #[test]
    fn a_line_with_an_open_quotation_mark_swallows_none_after_it() {
        let lines = all("a,b,c,d,e\n\"x,b,c,d,e\ny,b,c,d,e\nz,b,c,d,e\n");
        assert_eq!(lines.iter().map(|l| l.number).collect::<Vec<_>>(), [1, 2, 3, 4]);
        assert!(lines[1].cells().is_err() && lines[2].cells().is_ok());
    }

    #[test]
    fn a_quoted_cell_may_run_over_lines() {
        let lines = all("a,b\n\"x\ny\",2\nlast,3\n");
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[1].cells(), Ok(vec!["x\ny".to_owned(), "2".to_owned()]));
    }

    #[test]
    fn remarks_and_blank_lines_are_left_out() {
        let lines = all("a,b\n# line 2: why\n\n1,2\n");
        assert_eq!(lines.iter().map(|l| l.number).collect::<Vec<_>>(), [1, 4]);
    }

    #[test]
    fn what_begins_like_a_remark_and_is_none_is_a_line() {
        let lines = all("#,surname\n#1001,Dlamini\n# a comment,x\n\"# line 2: a, b\",\n# line x: 1,2\n");
        assert_eq!(lines.iter().map(|l| l.number).collect::<Vec<_>>(), [1, 2, 3, 5]);
    }

    #[test]
    fn columns_are_found_by_their_own_names_or_by_those_given() {
        let header = &all("LastName,Phone\n")[0];
        assert!(Columns::read(header, &[]).is_err());
        let columns = Columns::read(header, &["surname=LastName".to_owned()]).unwrap_or_else(|e| panic!("{e}"));
        let cells = columns.of(&all("Dlamini,082\n")[0]);
        assert_eq!(cells.map(|c| c["surname"].clone()), Ok("Dlamini".to_owned()));
        assert!(columns.of(&all("too,many,cells\n")[0]).is_err());
    }
}
