//! Quantities and durations: other spellings of the same amount.
//!
//! Quantities: `k8s.io/apimachinery/pkg/api/resource` (decimal and binary suffixes, `m`, `u`, `n`, exponents).
//! Durations: Go's `time.ParseDuration`.

use serde_json::Value;

/// An amount in units of 10⁻⁹, exact.
type Nano = i128;

const NANO: Nano = 1_000_000_000;

const SUFFIXES: &[(&str, Nano, Nano)] = &[
    // (suffix, numerator, denominator)
    ("Ki", 1 << 10, 1),
    ("Mi", 1 << 20, 1),
    ("Gi", 1 << 30, 1),
    ("Ti", 1 << 40, 1),
    ("Pi", 1 << 50, 1),
    ("Ei", 1 << 60, 1),
    ("n", 1, 1_000_000_000),
    ("u", 1, 1_000_000),
    ("m", 1, 1_000),
    ("k", 1_000, 1),
    ("M", 1_000_000, 1),
    ("G", 1_000_000_000, 1),
    ("T", 1_000_000_000_000, 1),
    ("P", 1_000_000_000_000_000, 1),
    ("E", 1_000_000_000_000_000_000, 1),
];

/// Parses a quantity such as `1500m`, `1.5`, `2Gi`, `1e3`; `None` when it is none or too large.
pub fn parse_quantity(text: &str) -> Option<Nano> {
    let digits = text.len()
        - text
            .trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '+' | '-'))
            .len();
    let (number, suffix) = text.split_at(digits);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let unsigned = whole.trim_start_matches(['+', '-']);
    let is_number = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.len() - unsigned.len() > 1
        || (unsigned.is_empty() && fraction.is_empty())
        || !is_number(unsigned)
        || !is_number(fraction)
    {
        return None;
    }
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > 9 || unsigned.len() > 19 {
        return None;
    }
    let mut amount = format!("{unsigned}{fraction:0<9}").parse::<Nano>().ok()?;
    if whole.starts_with('-') {
        amount = -amount;
    }
    if suffix.is_empty() {
        return Some(amount);
    }
    if let Some((_, numerator, denominator)) = SUFFIXES.iter().find(|(name, ..)| *name == suffix) {
        return Some(amount.checked_mul(*numerator)? / denominator);
    }
    let exponent: i32 = suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
    let power = 10_i128.checked_pow(exponent.unsigned_abs())?;
    if exponent < 0 {
        Some(amount / power)
    } else {
        amount.checked_mul(power)
    }
}

/// Whether two different spellings (strings or numbers) are the same quantity.
pub fn same_quantity(a: &Value, b: &Value) -> bool {
    matches!((quantity_of(a), quantity_of(b)), (Some(a), Some(b)) if a == b)
}

/// The quantity that a JSON string or number spells.
pub fn quantity_of(value: &Value) -> Option<Nano> {
    match value {
        Value::String(text) => parse_quantity(text),
        Value::Number(number) => parse_quantity(&number.to_string()),
        _ => None,
    }
}

/// Parses a Go duration such as `1h30m`, `90s`, `1.5h`, in nanoseconds; `None` when it is none.
pub fn parse_duration(text: &str) -> Option<Nano> {
    const UNITS: &[(&str, Nano)] = &[
        ("ns", 1),
        ("us", 1_000),
        ("µs", 1_000),
        ("ms", 1_000_000),
        ("h", 3_600 * NANO),
        ("m", 60 * NANO),
        ("s", NANO),
    ];
    let mut rest = text.strip_prefix('-').unwrap_or(text);
    if rest == "0" {
        return Some(0);
    }
    let mut total: Nano = 0;
    let mut parts = 0;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').len();
        let amount = parse_quantity(&rest[..digits])?;
        rest = &rest[digits..];
        let (unit, scale) = UNITS.iter().find(|(unit, _)| rest.starts_with(unit))?;
        rest = &rest[unit.len()..];
        total = total.checked_add(amount.checked_mul(*scale)? / NANO)?;
        parts += 1;
    }
    (parts > 0).then_some(if text.starts_with('-') { -total } else { total })
}

/// Whether two different spellings are the same duration.
pub fn same_duration(a: &Value, b: &Value) -> bool {
    match (a.as_str().and_then(parse_duration), b.as_str().and_then(parse_duration)) {
        (Some(a), Some(b)) => a == b,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_equal_by_amount() {
        for (a, b) in [
            ("1000m", "1"),
            ("0.5", "500m"),
            ("1Gi", "1024Mi"),
            ("1e3", "1k"),
            ("2G", "2000M"),
            ("0", "0Mi"),
            ("1.50", "1.5"),
            ("100000n", "100u"),
        ] {
            assert_eq!(parse_quantity(a).unwrap(), parse_quantity(b).unwrap(), "{a} {b}");
        }
        assert_ne!(parse_quantity("1Gi"), parse_quantity("1G"));
    }

    #[test]
    fn what_is_no_quantity_is_none() {
        for text in ["", "m", "1.2.3", "1 Gi", "--1", "x1", "1Q", "1e", "9999999999999999999999"] {
            assert_eq!(parse_quantity(text), None, "{text:?}");
        }
    }

    #[test]
    fn durations_are_equal_by_length() {
        for (a, b) in [("60s", "1m"), ("1h30m", "90m"), ("1.5h", "90m0s"), ("0", "0s")] {
            assert_eq!(parse_duration(a).unwrap(), parse_duration(b).unwrap(), "{a} {b}");
        }
        for text in ["", "1", "m", "1d", "s1"] {
            assert_eq!(parse_duration(text), None, "{text:?}");
        }
    }
}
