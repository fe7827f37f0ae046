//! Where a request comes from: what the trail says of every act in it.

use std::net::IpAddr;

use uuid::Uuid;

/// The source and the id of one request.
#[derive(Clone, Copy, Debug)]
pub struct Visit {
    /// The address at the edge, after trusted proxies.
    pub source: IpAddr,
    /// Names the request in logs, problems and the trail.
    pub request: Uuid,
}

impl Visit {
    /// A request from an address, with a fresh id.
    pub fn from(source: IpAddr) -> Self {
        Self {
            source,
            request: Uuid::now_v7(),
        }
    }
}
