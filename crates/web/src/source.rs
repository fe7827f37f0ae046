//! Where a request comes from: the other end of the connection, or what a proxy of ours says of it.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{Extensions, HeaderMap};
use axum::middleware::Next;
use axum::response::Response;

use crate::state::Aloe;

/// Addresses that begin with the same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

/// What is no network.
#[derive(Debug, thiserror::Error)]
#[error("a network is an address, or an address and a number of bits, such as 10.0.0.0/8 or 2001:db8::/32")]
pub struct NotANetwork;

impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address: IpAddr = address.trim().parse().map_err(|_| NotANetwork)?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(most), |bits| bits.trim().parse().map_err(|_| NotANetwork))?;
        if bits > most {
            return Err(NotANetwork);
        }
        Ok(Self { address, bits })
    }
}

impl Network {
    /// Whether an address lies in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        let same = |a: u128, b: u128, width: u32| {
            let rest = width - u32::from(self.bits);
            a.checked_shr(rest).unwrap_or(0) == b.checked_shr(rest).unwrap_or(0)
        };
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(a), IpAddr::V4(b)) => same(u32::from(a).into(), u32::from(b).into(), 32),
            (IpAddr::V6(a), IpAddr::V6(b)) => same(a.into(), b.into(), 128),
            _ => false,
        }
    }
}

/// The source of a request, put there by [`find_source`].
#[derive(Clone, Copy)]
struct Source(IpAddr);

/// Finds out where a request comes from, before anything is counted or written by it.
pub async fn find_source(State(app): State<Aloe>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map_or(IpAddr::from([0, 0, 0, 0]), |info| info.0.ip().to_canonical());
    let source = behind(peer, request.headers(), &app.config.trusted_proxies);
    request.extensions_mut().insert(Source(source));
    next.run(request).await
}

/// The source of a request.
pub fn source_of(extensions: &Extensions) -> IpAddr {
    extensions
        .get::<Source>()
        .map_or(IpAddr::from([0, 0, 0, 0]), |source| source.0)
}

/// Who stands behind a chain of trusted proxies. Each of them appends whom it heard from, so the list is read from the right, and
/// the first address that is no proxy of ours is the source: what stands further left anybody may have written.
fn behind(peer: IpAddr, headers: &HeaderMap, proxies: &[Network]) -> IpAddr {
    let trusted = |address: IpAddr| proxies.iter().any(|network| network.contains(address));
    let lines: Vec<&[u8]> = headers
        .get_all("x-forwarded-for")
        .iter()
        .map(|value| value.as_bytes())
        .collect();
    let mut source = peer;
    // Each hop is read by itself: what a stranger wrote before it, in whatever bytes, changes nothing.
    for hop in lines.iter().rev().flat_map(|line| line.rsplit(|byte| *byte == b',')) {
        if !trusted(source) {
            break;
        }
        match std::str::from_utf8(hop).ok().and_then(|hop| address_in(hop.trim())) {
            Some(address) => source = address,
            None => break,
        }
    }
    source
}

/// An address, with or without a port.
fn address_in(text: &str) -> Option<IpAddr> {
    let alone = text.parse::<IpAddr>().ok();
    let with_port = || text.parse::<SocketAddr>().ok().map(|both| both.ip());
    Some(alone.or_else(with_port)?.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn seen(peer: &str, lines: &[&str]) -> IpAddr {
        let proxies: Vec<Network> = ["10.0.0.0/8", "2001:db8:1::/48"].map(|n| n.parse().unwrap()).to_vec();
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("x-forwarded-for", HeaderValue::from_bytes(line.as_bytes()).unwrap());
        }
        behind(ip(peer), &headers, &proxies)
    }

    #[test]
    fn p12_a_header_of_a_stranger_is_not_read() {
        assert_eq!(seen("192.0.2.1", &["198.51.100.7"]), ip("192.0.2.1"));
        assert_eq!(seen("192.0.2.1", &["10.0.0.1"]), ip("192.0.2.1"));
    }

    #[test]
    fn p12_behind_proxies_the_list_is_read_from_the_right() {
        assert_eq!(seen("10.0.0.1", &["198.51.100.7"]), ip("198.51.100.7"));
        assert_eq!(
            seen("10.0.0.1", &["203.0.113.9, 198.51.100.7, 10.1.2.3"]),
            ip("198.51.100.7")
        );
        assert_eq!(seen("10.0.0.1", &["203.0.113.9", "198.51.100.7"]), ip("198.51.100.7"));
        assert_eq!(seen("2001:db8:1::5", &["[2001:db8:9::7]:4711"]), ip("2001:db8:9::7"));
        assert_eq!(seen("::ffff:10.0.0.1", &["198.51.100.7:80"]), ip("198.51.100.7"));
    }

    #[test]
    fn p12_what_is_no_address_hides_nobody() {
        assert_eq!(seen("10.0.0.1", &[]), ip("10.0.0.1"));
        assert_eq!(seen("10.0.0.1", &["unknown"]), ip("10.0.0.1"));
        assert_eq!(seen("10.0.0.1", &["198.51.100.7, unknown"]), ip("10.0.0.1"));
        assert_eq!(seen("10.0.0.1", &["10.0.0.2"]), ip("10.0.0.2"));
        assert_eq!(seen("10.0.0.1", &["é, 198.51.100.77"]), ip("198.51.100.77"));
    }

    #[test]
    fn a_network_is_an_address_and_bits() {
        for wrong in ["", "x", "10.0.0.0/33", "2001:db8::/129", "10.0.0.0/", "10.0.0/8"] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
        assert!("0.0.0.0/0".parse::<Network>().unwrap().contains(ip("192.0.2.1")));
        assert!(!"192.0.2.1".parse::<Network>().unwrap().contains(ip("192.0.2.2")));
        assert!(!"10.0.0.0/8".parse::<Network>().unwrap().contains(ip("2001:db8::1")));
    }
}
