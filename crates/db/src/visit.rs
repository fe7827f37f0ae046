//! Where a request comes from: what the trail says of every act in it.

use std::net::IpAddr;

use aloe_vault::TokenHash;
use uuid::Uuid;

/// The source and the id of one request.
#[derive(Clone, Copy, Debug)]
pub struct Visit {
    /// The address at the edge, after trusted proxies.
    pub source: IpAddr,
    /// Names the request in logs, problems and the trail.
    pub request: Uuid,
    /// The browser, where it keeps a cookie from an earlier sign-in.
    pub device: Option<TokenHash>,
}

impl Visit {
    /// A request from an address, with a fresh id.
    pub fn from(source: IpAddr) -> Self {
        Self {
            source,
            request: Uuid::now_v7(),
            device: None,
        }
    }

    /// The network it comes from, as limits count it.
    pub fn network(&self) -> String {
        network(self.source).to_string()
    }
}

/// One customer of an IPv6 provider holds a whole /64.
pub fn network(source: IpAddr) -> IpAddr {
    match source {
        IpAddr::V4(_) => source,
        IpAddr::V6(six) => IpAddr::from((u128::from(six) >> 64 << 64).to_be_bytes()),
    }
}
