//! What every step of a start needs to know.

use std::path::PathBuf;
use std::process::Command;

use crate::account::Account;
use crate::binaries::Binaries;
use crate::error::{ClusterError, Doing};
use crate::layout::Layout;
use crate::log_tail::tail;
use crate::process::Server;

/// The superuser's name.
pub(crate) const SUPERUSER: &str = "postgres";

/// A folder, the user that runs PostgreSQL in it, and the programs it runs.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    pub(crate) layout: Layout,
    pub(crate) account: Account,
    pub(crate) binaries: Binaries,
}

impl Site {
    /// How to know this cluster's processes.
    pub(crate) fn server(&self) -> Server {
        Server::new(self.layout.data(), self.account.uid())
    }

    /// A command for one of PostgreSQL's programs, as the unprivileged user.
    pub(crate) fn command(&self, program: &str) -> Command {
        self.account.command(self.binaries.program(program))
    }

    /// Runs one of PostgreSQL's programs to its end.
    pub(crate) fn run(&self, program: &'static str, prepare: impl FnOnce(&mut Command)) -> Result<(), ClusterError> {
        let mut command = self.command(program);
        prepare(&mut command);
        let path = PathBuf::from(command.get_program());
        let output = command.output().doing("run", &path)?;
        if output.status.success() {
            return Ok(());
        }
        let mut said = output.stdout;
        said.extend(output.stderr);
        Err(ClusterError::Tool {
            tool: program,
            output: tail(&String::from_utf8_lossy(&said)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_program_is_named_with_its_last_words() {
        let base = tempfile::tempdir().unwrap();
        let account = Account::choose(None).unwrap();
        let site = Site {
            layout: Layout::make(base.path()).unwrap(),
            binaries: Binaries::newest(None, &account).unwrap(),
            account,
        };
        let error = site.run("initdb", |command| {
            command.arg("--no-such-option");
        });
        let text = error.unwrap_err().to_string();
        assert!(text.starts_with("initdb failed") && text.contains("no-such-option"));
        assert!(
            site.run("initdb", |command| {
                command.arg("--version");
            })
            .is_ok()
        );
    }
}
