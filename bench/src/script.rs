//! A `pgbench` script out of recorded requests: the same statements, with new values where the requests differed.

use std::fmt::Write;

use crate::psql::Login;
use crate::recorder::Executed;
use crate::trouble::Trouble;

/// Values that the bench itself chose for each recorded request, and the SQL that makes the next one.
pub struct Known {
    /// The value in each recorded request, in the database's writing.
    pub values: Vec<String>,
    /// The expression for the script.
    pub expression: String,
}

/// How values that differ from request to request are made.
pub struct Rules {
    /// Commands before the statements: `\set` of what the expressions use. `:u` must be new for each transaction.
    pub preamble: String,
    /// What the bench chose.
    pub known: Vec<Known>,
    /// A moment that each request turns on, in seconds since 1970, and the expression for the next one. Other moments are
    /// made by their distance from it.
    pub moment: Option<(Vec<i64>, String)>,
    /// Take what was recorded, chosen by `:i`, instead of making new values.
    pub choose: bool,
}

/// The parameters at one place of the statements, over all recorded requests.
type Column = Vec<Option<String>>;

/// Writes the script.
///
/// # Errors
/// When the database does not know a statement.
pub fn write(requests: &[Vec<Executed>], rules: &Rules, login: &Login) -> Result<String, Trouble> {
    let first = requests
        .first()
        .ok_or_else(|| Trouble::Plain("nothing was recorded".into()))?;
    let mut writer = Writer {
        rules,
        made: Vec::new(),
    };
    let mut script = rules.preamble.clone();
    for (at, executed) in first.iter().enumerate() {
        let types = types_of(login, &executed.text)?;
        let expressions: Vec<String> = types
            .iter()
            .enumerate()
            .map(|(place, kind)| {
                let column: Column = requests
                    .iter()
                    .map(|request| request.get(at).and_then(|e| e.parameters.get(place)).cloned().flatten())
                    .collect();
                format!("({}::{kind})", writer.expression(&column, kind))
            })
            .collect();
        let _ = writeln!(script, "{};", filled(&executed.text, &expressions));
    }
    Ok(script)
}

struct Writer<'a> {
    rules: &'a Rules,
    made: Vec<(Column, String)>,
}

impl Writer<'_> {
    fn expression(&mut self, column: &Column, kind: &str) -> String {
        let first = column.first().cloned().flatten();
        if column.iter().all(|value| *value == first) {
            return first.map_or_else(|| "NULL".into(), |value| literal(&value));
        }
        let chosen = self.rules.known.iter().find(|known| same(&known.values, column));
        if let Some(known) = chosen {
            return known.expression.clone();
        }
        if let Some((_, expression)) = self.made.iter().find(|(made, _)| made == column) {
            return expression.clone();
        }
        let expression = self.fresh(column, kind, &first.unwrap_or_default());
        self.made.push((column.clone(), expression.clone()));
        expression
    }

    fn fresh(&self, column: &Column, kind: &str, first: &str) -> String {
        let class = self.made.len() + 1;
        match kind {
            "uuid" => format!(
                "('00000000-0000-7000-8' || lpad(to_hex({class}), 3, '0') || '-' || lpad(to_hex(:u::bigint), 12, '0'))"
            ),
            _ if self.rules.choose => chosen(column),
            "bytea" if first.len() == 66 => format!("sha256(('{class} ' || :u::text)::bytea)"),
            "timestamp with time zone" => self.moment(column).unwrap_or_else(|| literal(first)),
            "text" => self
                .text(first)
                .unwrap_or_else(|| "lpad(upper(to_hex(:u::bigint % 4294967296)), 8, '0')".into()),
            _ => literal(first),
        }
    }

    /// A moment at a fixed distance from the one that each request turns on.
    fn moment(&self, column: &Column) -> Option<String> {
        let (moments, expression) = self.rules.moment.as_ref()?;
        let seconds = |value: &Option<String>| value.as_deref().and_then(epoch);
        let distances: Vec<i64> = column
            .iter()
            .zip(moments)
            .filter_map(|(value, at)| Some(seconds(value)? - at))
            .collect();
        let first = distances.first()?;
        let steady = distances.len() == column.len() && distances.iter().all(|d| d == first);
        steady.then(|| format!("({expression} + {first} * interval '1 second')"))
    }

    /// A text that holds a value which was made or chosen: a key such as `booked <id> 1`.
    fn text(&self, first: &str) -> Option<String> {
        let made = self
            .made
            .iter()
            .filter_map(|(column, expression)| Some((column.first()?.clone()?, expression)));
        let known = self
            .rules
            .known
            .iter()
            .filter_map(|k| Some((k.values.first()?.clone(), &k.expression)));
        for (value, expression) in made.chain(known) {
            if let Some((before, after)) = first.split_once(value.as_str()).filter(|_| value.len() >= 8) {
                return Some(format!("({} || {expression} || {})", literal(before), literal(after)));
            }
        }
        None
    }
}

fn same(values: &[String], column: &Column) -> bool {
    values.len() == column.len() && values.iter().zip(column).all(|(a, b)| Some(a) == b.as_ref())
}

/// One of the recorded values, chosen by `:i`.
fn chosen(column: &Column) -> String {
    let all: Vec<String> = column
        .iter()
        .map(|value| value.as_deref().map_or_else(|| "NULL".into(), literal))
        .collect();
    format!("(ARRAY[{}])[:i::int]", all.join(", "))
}

/// A quoted text in which `pgbench` finds no variable.
pub fn literal(text: &str) -> String {
    let quoted = text.replace('\'', "''").replace('\\', "\\\\").replace(':', "\\072");
    format!("E'{quoted}'")
}

/// Seconds since 1970 of a moment as the database writes it.
fn epoch(text: &str) -> Option<i64> {
    let text = text.replace(' ', "T");
    let text = if text.ends_with("+00") {
        text.replace("+00", "Z")
    } else {
        text
    };
    text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_second)
}

/// The types of a statement's parameters.
fn types_of(login: &Login, text: &str) -> Result<Vec<String>, Trouble> {
    if !text.contains('$') {
        return Ok(Vec::new());
    }
    let query = format!(
        "PREPARE recorded AS {text};\nSELECT array_to_string(parameter_types, '|') FROM pg_prepared_statements WHERE name = 'recorded';"
    );
    Ok(login.value(&query)?.split('|').map(str::to_owned).collect())
}

/// The text with each `$n` replaced by an expression.
fn filled(text: &str, expressions: &[String]) -> String {
    let mut out = String::with_capacity(text.len() * 4);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
        let expression = digits
            .parse::<usize>()
            .ok()
            .and_then(|n| expressions.get(n.checked_sub(1)?));
        match expression {
            Some(expression) => out.push_str(expression),
            None => {
                out.push('$');
                out.push_str(&digits);
            }
        }
        rest = after.get(digits.len()..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_parameter_is_filled_in_by_its_number() {
        let expressions: Vec<String> = (1..=12).map(|n| format!("<{n}>")).collect();
        assert_eq!(
            filled("a $1 b $12 c $2::text", &expressions),
            "a <1> b <12> c <2>::text"
        );
    }

    #[test]
    fn a_literal_hides_what_pgbench_would_take_for_a_variable() {
        assert_eq!(literal("it's 10:30 \\x"), "E'it''s 10\\07230 \\\\x'");
    }

    #[test]
    fn moments_are_read_as_the_database_writes_them() {
        assert_eq!(epoch("2026-11-24 08:00:00+00"), epoch("2026-11-24T08:00:00Z"));
    }
}
