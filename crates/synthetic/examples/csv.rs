//! Writes synthetic patients as CSV, two lines in a hundred damaged: `cargo run -p aloe-synthetic --example csv -- 100000`.

use std::io::Write;

use aloe_synthetic::{People, csv};

fn main() -> std::io::Result<()> {
    let many = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(1000);
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    writeln!(out, "{}\r", csv::HEADER)?;
    for line in csv::damaged_lines(1, People::new(1).take(many)) {
        out.write_all(line.bytes())?;
    }
    out.flush()
}
