//! Content encoding and framing as argocd-server does them: gzip or deflate on request, and chunks for what is long.

use std::io::Write;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use hyper::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, DATE, HeaderMap, HeaderValue, VARY};
use hyper::{Response, StatusCode};
use jiff::Timestamp;

use super::answer::{Answer, Body, BodyError, whole};

/// Answers longer than this are chunked, without `Content-Length` (recordings/facts.md §3.3; Go's `net/http` buffer).
const BUFFERED: usize = 2_048;

/// A compression that the server offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Gzip,
    /// Without the zlib header, as Go's `compress/flate` writes it.
    Deflate,
}

impl Encoding {
    /// The first one offered that the client accepts; none for exactly `Accept: text/event-stream`.
    pub(super) fn negotiate(headers: &HeaderMap) -> Option<Self> {
        if is_event_stream(headers) {
            return None;
        }
        headers
            .get_all(ACCEPT_ENCODING)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .find_map(|name| match name.trim() {
                "gzip" => Some(Self::Gzip),
                "deflate" => Some(Self::Deflate),
                _ => None,
            })
    }

    /// The word for `Content-Encoding`.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
        }
    }

    /// A compressor for a stream.
    pub(super) fn compressor(self) -> Compressor {
        match self {
            Self::Gzip => Compressor::Gzip(GzEncoder::new(Vec::new(), Compression::default())),
            Self::Deflate => Compressor::Deflate(DeflateEncoder::new(Vec::new(), Compression::default())),
        }
    }

    fn compress(self, body: &[u8]) -> std::io::Result<Bytes> {
        let mut compressor = self.compressor();
        let mut packed = compressor.push(body)?.to_vec();
        packed.extend_from_slice(&compressor.finish()?);
        Ok(packed.into())
    }
}

/// Compresses piece by piece, each piece complete on the wire.
pub(super) enum Compressor {
    Gzip(GzEncoder<Vec<u8>>),
    Deflate(DeflateEncoder<Vec<u8>>),
}

impl Compressor {
    /// The bytes for `piece`, flushed.
    pub(super) fn push(&mut self, piece: &[u8]) -> std::io::Result<Bytes> {
        let packed = match self {
            Self::Gzip(encoder) => {
                encoder.write_all(piece)?;
                encoder.flush()?;
                std::mem::take(encoder.get_mut())
            }
            Self::Deflate(encoder) => {
                encoder.write_all(piece)?;
                encoder.flush()?;
                std::mem::take(encoder.get_mut())
            }
        };
        Ok(packed.into())
    }

    fn finish(self) -> std::io::Result<Bytes> {
        match self {
            Self::Gzip(encoder) => encoder.finish(),
            Self::Deflate(encoder) => encoder.finish(),
        }
        .map(Bytes::from)
    }
}

/// Whether the client wants server-sent events: only this exact header counts.
pub(super) fn is_event_stream(headers: &HeaderMap) -> bool {
    headers.get(ACCEPT).is_some_and(|accept| accept == "text/event-stream")
}

/// Puts an answer on the wire: compressed when asked for, dated by the demo's clock, chunked when long.
pub(super) fn respond(answer: Answer, request: &HeaderMap, now: Timestamp) -> Response<Body> {
    let Answer {
        status,
        mut headers,
        body,
    } = answer;
    // Such a request goes around the compressing handler; `Vary` marks what goes through it.
    if is_event_stream(request) {
        headers.remove(VARY);
    }
    let encoding = Encoding::negotiate(request).filter(|_| headers.contains_key(VARY) && !body.is_empty());
    let packed = encoding.and_then(|encoding| Some((encoding, encoding.compress(&body).ok()?)));
    let body = match packed {
        Some((encoding, packed)) => {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding.as_str()));
            chunked(packed)
        }
        None if body.len() > BUFFERED => chunked(body),
        None => whole(body),
    };
    headers.insert(DATE, date(now));
    dated(status, headers, body)
}

/// A response of these parts.
pub(super) fn dated(status: StatusCode, headers: HeaderMap, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

/// A body whose length is not announced.
pub(super) fn chunked(body: Bytes) -> Body {
    let frame = Ok::<_, BodyError>(Frame::data(body));
    StreamBody::new(futures_util::stream::iter([frame])).boxed_unsync()
}

/// An HTTP date.
pub(super) fn date(now: Timestamp) -> HeaderValue {
    let text = now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static("Thu, 01 Jan 1970 00:00:00 GMT"))
}
