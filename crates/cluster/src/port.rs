//! The cluster's port on 127.0.0.1, drawn once and kept.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;

use crate::durable_file::{Mode, write_durably};
use crate::error::ClusterError;

/// Below the range from which Linux serves outgoing connections, so that a kept port is not
/// occupied by one at the next start.
const FIRST: u16 = 20_000;
const COUNT: u16 = 10_000;
const DRAWS: usize = 100;

/// The asked port, else the kept one, else a new one; kept for the next start.
pub(crate) fn choose(path: &Path, asked: Option<u16>) -> Result<u16, ClusterError> {
    let kept = kept(path);
    let port = match asked.or(kept) {
        Some(port) if is_free(port) => port,
        Some(port) => return Err(ClusterError::PortTaken { port }),
        None => draw()?,
    };
    if kept != Some(port) {
        write_durably(path, format!("{port}\n").as_bytes(), Mode::PUBLIC)?;
    }
    Ok(port)
}

fn kept(path: &Path) -> Option<u16> {
    fs::read_to_string(path).ok()?.trim().parse().ok()
}

fn draw() -> Result<u16, ClusterError> {
    for _ in 0..DRAWS {
        let mut drawn = [0_u8; 2];
        getrandom::fill(&mut drawn).map_err(|_| ClusterError::NoRandomness)?;
        let port = FIRST + u16::from_be_bytes(drawn) % COUNT;
        if is_free(port) {
            return Ok(port);
        }
    }
    Err(ClusterError::NoFreePort)
}

fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawn_port_is_kept_for_the_next_start() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("port");
        let first = choose(&path, None).unwrap();
        assert!((FIRST..FIRST + COUNT).contains(&first));
        assert_eq!(choose(&path, None).unwrap(), first);
    }

    #[test]
    fn an_occupied_port_is_reported_and_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("port");
        let held = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = held.local_addr().unwrap().port();
        fs::write(&path, format!("{port}\n")).unwrap();
        let error = choose(&path, None).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with(&format!("Port {port} on 127.0.0.1 is used"))
        );
        assert_eq!(kept(&path), Some(port));
    }
}
