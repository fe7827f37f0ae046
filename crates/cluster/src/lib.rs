//! Aloe's own private PostgreSQL cluster: made, tuned, started, adopted, upgraded and stopped.
//!
//! One folder holds everything: the data, the configuration, the certificate, the socket and the
//! log. PostgreSQL runs as an unprivileged user even when Aloe is started as root, listens on
//! 127.0.0.1 alone, speaks TLS 1.3 alone over TCP, and lets nobody in without SCRAM.
//!
//! As root, what PostgreSQL must write (`data`, `log`, `socket`) belongs to the unprivileged user,
//! and everything else stays with root: a broken-into server can neither rewrite its own access
//! rules nor lead root through a symbolic link.
#![forbid(unsafe_code)]

mod access;
mod account;
mod adoption;
mod binaries;
mod certificate;
mod cluster;
mod config;
mod connection;
mod durable_file;
mod error;
mod fingerprint;
mod initdb;
mod launch;
mod layout;
mod lock;
mod log_tail;
mod machine;
mod options;
mod pid_file;
mod port;
mod postmaster;
mod process;
mod provision;
mod quote;
mod secret;
mod site;
mod socket;
mod tuning;
mod upgrade;

pub use cluster::Cluster;
pub use connection::Connection;
pub use error::ClusterError;
pub use launch::Progress;
pub use machine::Machine;
pub use options::ClusterOptions;
pub use secret::Password;
