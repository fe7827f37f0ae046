//! Style, script and icon: served by Aloe itself, under names that carry their content's hash, compressed once.

use std::io::Write;
use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};

use crate::grid;

/// One asset, ready to send.
pub struct Asset {
    /// Its path, with the hash in it.
    pub path: String,
    content_type: &'static str,
    plain: Vec<u8>,
    gzip: Vec<u8>,
}

impl Asset {
    fn new(stem: &str, ending: &str, content_type: &'static str, plain: Vec<u8>) -> Self {
        let hash = data_encoding::HEXLOWER.encode(&Sha256::digest(&plain));
        let short = hash.get(..12).unwrap_or_default();
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        // Writing into a vector does not fail; an empty body would be served plain.
        let gzip = encoder
            .write_all(&plain)
            .and_then(|()| encoder.finish())
            .unwrap_or_default();
        Self {
            path: format!("/assets/{stem}-{short}.{ending}"),
            content_type,
            plain,
            gzip,
        }
    }
}

/// The stylesheet.
pub static STYLE: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new(
        "aloe",
        "css",
        "text/css; charset=utf-8",
        include_bytes!("../assets/aloe.css").to_vec(),
    )
});
/// The rows and lanes of the calendar, which a strict policy does not let a page place by style attributes.
pub static GRID: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new(
        "grid",
        "css",
        "text/css; charset=utf-8",
        grid::stylesheet().into_bytes(),
    )
});
/// The script.
pub static SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new(
        "aloe",
        "js",
        "text/javascript; charset=utf-8",
        include_bytes!("../assets/aloe.js").to_vec(),
    )
});
/// The icon.
pub static ICON: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new(
        "aloe",
        "svg",
        "image/svg+xml; charset=utf-8",
        include_bytes!("../assets/aloe.svg").to_vec(),
    )
});

/// Serves an asset by its hashed name: for ever, since another content has another name.
pub async fn show(Path(name): Path<String>, headers: axum::http::HeaderMap) -> Response {
    let wanted = format!("/assets/{name}");
    let Some(asset) = [&*STYLE, &*GRID, &*SCRIPT, &*ICON]
        .into_iter()
        .find(|asset| asset.path == wanted)
    else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let accepts_gzip = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains("gzip"));
    let compressed = accepts_gzip && !asset.gzip.is_empty();
    let body = if compressed {
        asset.gzip.clone()
    } else {
        asset.plain.clone()
    };
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=31536000, immutable"),
    );
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if compressed {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_changes_with_its_content() {
        let one = Asset::new("a", "css", "text/css", b"one".to_vec());
        let two = Asset::new("a", "css", "text/css", b"two".to_vec());
        assert_ne!(one.path, two.path);
        assert!(!one.gzip.is_empty());
    }
}
