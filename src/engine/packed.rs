//! The manifests of one drift, compressed: its sides are mostly the same, so a tenth of their bytes holds them.

use std::io::{self, Read as _, Write as _};
use std::ops::Range;
use std::sync::Arc;

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde_json::Value;

use super::core::BUG;
use super::document::ManifestPair;
use super::ports::ErrorView;
use super::yaml;

/// Two manifests, desired and live. `None` where there is none.
pub(super) type Sides<'a> = [Option<&'a Value>; 2];

/// Where in the unpacked text each side is.
type Places = [Option<Range<usize>>; 2];

/// What was compared, and what Git and the cluster say where that is something else; as redacted JSON text, in the
/// order in which it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PackedManifests {
    /// All texts, one after the other; one that occurs twice is there once.
    deflated: Arc<[u8]>,
    compared: Places,
    raw: Option<Places>,
}

impl PackedManifests {
    /// Packs both pairs.
    pub(super) fn new(compared: Sides<'_>, raw: Option<Sides<'_>>) -> Self {
        let mut texts = Texts::default();
        let mut places = |sides: Sides<'_>| sides.map(|side| side.map(|side| texts.place(yaml::json(side))));
        let (compared, raw) = (places(compared), raw.map(places));
        // Writing to memory does not fail; if it ever did, reading would say so.
        let deflated = texts.deflate().unwrap_or_else(|error| {
            tracing::error!(%error, "manifests cannot be packed");
            Vec::new()
        });
        Self {
            deflated: deflated.into(),
            compared,
            raw,
        }
    }

    /// Bytes that it takes.
    pub(super) fn len(&self) -> usize {
        self.deflated.len()
    }

    /// Whether these are what Git and the cluster say, and not what was compared for want of them.
    pub(super) fn is_raw(&self, pair: ManifestPair) -> bool {
        pair == ManifestPair::Raw && self.raw.is_some()
    }

    /// The desired side of a pair as JSON text.
    ///
    /// # Errors
    /// What was packed cannot be read, which is a mistake of ours.
    pub(super) fn desired(&self, pair: ManifestPair) -> Result<Option<String>, ErrorView> {
        let [desired, _] = self.places(pair);
        self.text(desired.as_ref())
    }

    /// The live side of a pair as JSON text.
    ///
    /// # Errors
    /// As [`PackedManifests::desired`].
    pub(super) fn live(&self, pair: ManifestPair) -> Result<Option<String>, ErrorView> {
        let [_, live] = self.places(pair);
        self.text(live.as_ref())
    }

    fn places(&self, pair: ManifestPair) -> &Places {
        match (pair, &self.raw) {
            (ManifestPair::Raw, Some(raw)) => raw,
            (ManifestPair::Compared | ManifestPair::Raw, _) => &self.compared,
        }
    }

    fn text(&self, place: Option<&Range<usize>>) -> Result<Option<String>, ErrorView> {
        let Some(place) = place else { return Ok(None) };
        let text = self.inflate(place).map_err(|error| ErrorView {
            title: "What was kept of this drift cannot be read".to_owned(),
            detail: format!("Unpacking it broke: {error}."),
            hint: BUG.to_owned(),
        })?;
        Ok(Some(text))
    }

    fn inflate(&self, place: &Range<usize>) -> io::Result<String> {
        let bytes = |count: usize| u64::try_from(count).map_err(io::Error::other);
        let mut inflated = DeflateDecoder::new(&*self.deflated);
        io::copy(&mut inflated.by_ref().take(bytes(place.start)?), &mut io::sink())?;
        let mut text = String::with_capacity(place.len());
        inflated.take(bytes(place.len())?).read_to_string(&mut text)?;
        if text.len() == place.len() {
            Ok(text)
        } else {
            Err(io::ErrorKind::UnexpectedEof.into())
        }
    }
}

/// Texts on their way into a pack.
#[derive(Default)]
struct Texts {
    texts: Vec<String>,
    length: usize,
}

impl Texts {
    fn place(&mut self, text: String) -> Range<usize> {
        let mut start = 0;
        for known in &self.texts {
            if *known == text {
                return start..start + text.len();
            }
            start += known.len();
        }
        self.length += text.len();
        self.texts.push(text);
        start..self.length
    }

    fn deflate(&self) -> io::Result<Vec<u8>> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
        for text in &self.texts {
            encoder.write_all(text.as_bytes())?;
        }
        encoder.finish()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn text(side: &Value) -> Option<String> {
        Some(yaml::json(side))
    }

    #[test]
    fn every_side_comes_out_as_it_went_in() {
        let (desired, live, target) = (
            json!({"a": "ü 在庫"}),
            json!({"a": 2, "b": "x".repeat(70_000)}),
            json!({"a": 1}),
        );
        use ManifestPair::{Compared, Raw};
        for (why, compared, raw, wanted_raw) in [
            (
                "only compared",
                [Some(&desired), Some(&live)],
                None,
                [Some(&desired), Some(&live)],
            ),
            (
                "all apart",
                [Some(&desired), Some(&live)],
                Some([Some(&target), Some(&desired)]),
                [Some(&target), Some(&desired)],
            ),
            (
                "the sides swapped",
                [Some(&desired), Some(&live)],
                Some([Some(&live), Some(&desired)]),
                [Some(&live), Some(&desired)],
            ),
            (
                "missing",
                [Some(&desired), None],
                Some([Some(&target), None]),
                [Some(&target), None],
            ),
            ("extra", [None, Some(&live)], Some([None, Some(&live)]), [None, Some(&live)]),
        ] {
            let packed = PackedManifests::new(compared, raw);
            let sides = |pair| [packed.desired(pair).unwrap(), packed.live(pair).unwrap()];
            assert_eq!(sides(Compared), compared.map(|side| side.and_then(text)), "{why}");
            assert_eq!(sides(Raw), wanted_raw.map(|side| side.and_then(text)), "{why}");
            assert_eq!((packed.is_raw(Compared), packed.is_raw(Raw)), (false, raw.is_some()), "{why}");
        }
    }

    #[test]
    fn a_pair_that_differs_little_takes_a_tenth() {
        let settings: Vec<String> = (0..200).map(|n| format!("SETTING_{n}=value-{}", n * 7_919 % 1_000)).collect();
        let (desired, live) = (
            json!({"replicas": 3, "env": settings}),
            json!({"replicas": 5, "env": settings}),
        );
        let bytes = 4 * desired.to_string().len();
        let packed = PackedManifests::new([Some(&desired), Some(&live)], Some([Some(&desired), Some(&live)]));
        assert!(packed.len() * 10 < bytes, "{} of {bytes}", packed.len());
    }

    #[test]
    fn what_cannot_be_read_says_so() {
        let (desired, live) = (json!({"a": "a long enough text"}), json!({}));
        let mut packed = PackedManifests::new([Some(&desired), Some(&live)], None);
        packed.deflated = Arc::from(&packed.deflated[..4]);
        assert!(packed.desired(ManifestPair::Compared).is_err());
        assert!(packed.live(ManifestPair::Compared).is_err());
    }
}
