//! The file of lines that came back: each under its reason, to be corrected and imported again. It is opened in spreadsheets,
//! so no cell of it begins like a formula, and it holds what people typed, so that nobody else may read it.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use aloe_domain::csv::neutralise;

use super::lines::RawLine;
use crate::runtime::Trouble;

/// Names tried for a file, so that corrections that somebody has begun are never written over.
const NAMES: u32 = 1000;

/// The file, made when there is something to write into it.
pub struct Rejects {
    beside: PathBuf,
    header: Vec<String>,
    open: Option<(PathBuf, BufWriter<File>)>,
}

impl Rejects {
    /// Will lie beside the imported file, under a name that nothing has yet.
    pub fn beside(file: &Path, header: Vec<String>) -> Self {
        Self {
            beside: file.to_owned(),
            header,
            open: None,
        }
    }

    /// Writes a line under its reason.
    ///
    /// # Errors
    /// When the file cannot be made or written.
    pub fn add(&mut self, line: &RawLine, reason: &str) -> Result<(), Trouble> {
        let (number, wrote) = (line.number, |e| Trouble::io("writing a rejected line", e));
        let remark = reason.replace([',', ';', '\r', '\n'], " ");
        let text = match line.cells() {
            Ok(cells) => format!("# line {number}: {remark}\r\n{}", record(&cells)).into_bytes(),
            Err(_) => kept_whole(line, &remark),
        };
        self.file()?.write_all(&text).map_err(wrote)
    }

    /// Closes the file and answers where it is, if there is one.
    ///
    /// # Errors
    /// When it cannot be written to its end.
    pub fn finish(self) -> Result<Option<PathBuf>, Trouble> {
        let Some((path, mut out)) = self.open else {
            return Ok(None);
        };
        out.flush().map_err(|e| Trouble::io("writing a rejected line", e))?;
        Ok(Some(path))
    }

    fn file(&mut self) -> Result<&mut BufWriter<File>, Trouble> {
        if self.open.is_none() {
            let (path, file) = make(&self.beside)?;
            let mut out = BufWriter::new(file);
            out.write_all(record(&self.header).as_bytes())
                .map_err(|e| Trouble::io("writing a rejected line", e))?;
            self.open = Some((path, out));
        }
        match &mut self.open {
            Some((_, out)) => Ok(out),
            None => Err(Trouble::Plain("the file of rejected lines is not open.".into())),
        }
    }
}

fn make(beside: &Path) -> Result<(PathBuf, File), Trouble> {
    let stem = beside.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    for number in 1..=NAMES {
        let mark = if number == 1 {
            String::new()
        } else {
            format!("-{number}")
        };
        let path = beside.with_file_name(format!("{stem}.rejected{mark}.csv"));
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
            Ok(file) => return Ok((path, file)),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(Trouble::io("making the file of rejected lines", error)),
        }
    }
    Err(Trouble::Plain(
        "there are a thousand files of rejected lines beside this one: move them away first.".into(),
    ))
}

/// A record with every cell in quotation marks (RFC 4180): one that begins with `#` is no remark then.
fn record(cells: &[String]) -> String {
    let cell = |text: &String| format!("\"{}\"", neutralise(text).replace('"', "\"\""));
    let cells: Vec<String> = cells.iter().map(cell).collect();
    format!("{}\r\n", cells.join(","))
}

/// A line that has no cells (a quotation mark is open, or it is no UTF-8) comes back as one cell, byte by byte.
fn kept_whole(line: &RawLine, remark: &str) -> Vec<u8> {
    let number = line.number;
    let mut text =
        format!("# line {number}: {remark}. It stands below in one cell: put its cells in order again\r\n\"> ")
            .into_bytes();
    for byte in line.content() {
        text.push(*byte);
        if *byte == b'"' {
            text.push(b'"');
        }
    }
    text.extend_from_slice(b"\"\r\n");
    text
}
