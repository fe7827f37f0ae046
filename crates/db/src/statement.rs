//! One SQL statement: its name and its text, from a file under `sql/`.

/// A statement of the folder `sql/`. Its first parameter is the organisation of the transaction,
/// which the transaction itself binds: no caller can name another one.
#[derive(Clone, Copy, Debug)]
pub struct Statement {
    pub(crate) name: &'static str,
    pub(crate) text: &'static str,
}

impl Statement {
    /// Names the text of a statement. Use the `sql!` macro, which reads it from its file.
    pub(crate) const fn from_file(name: &'static str, text: &'static str) -> Self {
        Self { name, text }
    }

    /// The path under `sql/`, without the ending.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The text to prepare. The sabotage of the application's safeguard takes the predicate on the
    /// organisation out of every statement alike, so that a new one is covered without a list.
    pub(crate) fn text(&self) -> std::borrow::Cow<'static, str> {
        if cfg!(feature = "sabotage") && crate::sabotage::is_on("P6-application") {
            return std::borrow::Cow::Owned(without_organisation_predicate(self.text));
        }
        std::borrow::Cow::Borrowed(self.text)
    }
}

/// The statement with each `organisation_id = $1` made true for every organisation.
pub fn without_organisation_predicate(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("organisation_id = $1") {
        let (before, after) = rest.split_at(at);
        // The column may carry its table's alias: the alias goes with it.
        let start = before
            .rfind(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'))
            .map_or(0, |i| i + 1);
        out.push_str(before.get(..start).unwrap_or(before));
        out.push_str("($1::uuid IS NOT NULL)");
        rest = after.get("organisation_id = $1".len()..).unwrap_or("");
    }
    out.push_str(rest);
    out
}

/// The statement in the file `sql/<name>.sql`.
macro_rules! sql {
    ($name:literal) => {
        $crate::statement::Statement::from_file(
            $name,
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/sql/", $name, ".sql")),
        )
    };
}

pub(crate) use sql;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sabotage_removes_each_predicate_and_its_alias() {
        let text = "SELECT 1 FROM a, b WHERE a.organisation_id = $1 AND b.organisation_id = $1 AND a.x = $2";
        assert_eq!(
            without_organisation_predicate(text),
            "SELECT 1 FROM a, b WHERE ($1::uuid IS NOT NULL) AND ($1::uuid IS NOT NULL) AND a.x = $2"
        );
    }
}
