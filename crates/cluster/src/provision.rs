//! Writing the configuration and the certificate before a start.

use std::path::Path;
use std::time::SystemTime;

use crate::certificate::CertificatePaths;
use crate::config::{HOST_BASED_ACCESS, ServerConfig};
use crate::durable_file::{Mode, write_durably};
use crate::error::ClusterError;
use crate::machine::Machine;
use crate::options::ClusterOptions;
use crate::site::Site;
use crate::tuning::Tuning;

/// Writes everything that the server reads at start-up, so that a new Aloe's settings apply.
pub(crate) fn provision(site: &Site, options: &ClusterOptions, port: u16, socket: &Path) -> Result<(), ClusterError> {
    issue_certificate(site)?;
    let layout = &site.layout;
    let tuning = match (options.machine, options.disposable) {
        (Some(machine), _) => Tuning::of(machine),
        (None, true) => Tuning::small(),
        (None, false) => Tuning::of(Machine::detect()),
    };
    let config = ServerConfig {
        port,
        socket_folder: socket,
        data: &layout.data(),
        access_file: layout.access_rules(),
        certificate: &layout.server_certificate(),
        certificate_key: &layout.server_key(),
        log_folder: &layout.log(),
        tuning,
        extra: &options.settings,
        disposable: options.disposable,
    };
    let text = config.render()?;
    write_durably(&layout.config(), text.as_bytes(), Mode::PUBLIC)?;
    let rules = HOST_BASED_ACCESS.as_bytes();
    write_durably(&layout.access_rules(), rules, Mode::PUBLIC)
}

fn issue_certificate(site: &Site) -> Result<(), ClusterError> {
    let layout = &site.layout;
    let paths = CertificatePaths {
        authority_key: &layout.authority_key(),
        authority: &layout.authority(),
        server_key: &layout.server_key(),
        server: &layout.server_certificate(),
    };
    // PostgreSQL takes a key of root's that its own group may read (its manual, 19.9.3).
    let mode = match site.account.is_dropped() {
        true => Mode::group(site.account.gid()),
        false => Mode::PRIVATE,
    };
    paths.issue(SystemTime::now(), mode)
}
