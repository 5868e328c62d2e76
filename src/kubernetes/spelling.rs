//! Where another spelling of an amount is the same amount, and where the spelling itself is what counts.

use serde_json::Value;

use super::quantity::{quantity_of, same_duration, same_quantity};

/// Whether two spellings at this place mean one amount. `None` when they do not, or when the place is not one for amounts.
///
/// `8.10` and `8.1` are one number and two versions, so that numbers without a unit count as amounts only where Kubernetes
/// itself reads a quantity, or where no text is involved.
pub fn same_amount<'p>(place: impl IntoIterator<Item = &'p str>, a: &Value, b: &Value) -> Option<Amount> {
    let place = Place::of(place);
    if place == Place::Text {
        return None;
    }
    if same_quantity(a, b) && (place == Place::Quantity || has_unit(a) || has_unit(b) || is_one_number(a, b)) {
        return Some(Amount::Quantity);
    }
    same_duration(a, b).then_some(Amount::Duration)
}

/// What two spellings have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// A quantity of `k8s.io/apimachinery/pkg/api/resource`.
    Quantity,
    /// A duration of Go.
    Duration,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// The API reads a quantity here.
    Quantity,
    /// The text itself matters: data, names, labels, selectors, arguments.
    Text,
    /// The schema is not known.
    Open,
}

impl Place {
    fn of<'p>(place: impl IntoIterator<Item = &'p str>) -> Self {
        const QUANTITIES: &[&str] = &[
            "requests",
            "limits",
            "hard",
            "capacity",
            "allocatable",
            "overhead",
            "sizeLimit",
            "minAllowed",
            "maxAllowed",
            "defaultRequest",
            "averageValue",
        ];
        const TEXTS: &[&str] = &[
            "metadata",
            "labels",
            "annotations",
            "matchLabels",
            "matchExpressions",
            "nodeSelector",
            "args",
            "command",
            "env",
            "image",
            "subjects",
            "serviceAccountName",
            "serviceAccount",
            "name",
            "namespace",
            "version",
            "targetRevision",
            "tag",
            "key",
        ];
        let mut found = Self::Open;
        for (depth, segment) in place.into_iter().enumerate() {
            let is_data = depth == 0 && segment.to_ascii_lowercase().ends_with("data");
            // The rules of RBAC; those of a route or an alert have durations.
            let is_rbac = depth == 0 && segment == "rules";
            if is_data || is_rbac || TEXTS.contains(&segment) || segment.to_ascii_lowercase().ends_with("selector") {
                return Self::Text;
            }
            if QUANTITIES.contains(&segment) {
                found = Self::Quantity;
            }
        }
        found
    }
}

/// `1` and `1.0`, or `"1"` and `1`: the same digits, once as text and once as a number, or two JSON numbers.
fn is_one_number(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(_), Value::Number(_)) => true,
        (Value::Number(number), Value::String(text)) | (Value::String(text), Value::Number(number)) => {
            number.to_string() == *text
        }
        _ => false,
    }
}

/// `500m`, `1Gi`: a letter that is a unit, not an exponent.
fn has_unit(value: &Value) -> bool {
    value
        .as_str()
        .is_some_and(|text| text.ends_with(|c: char| c.is_ascii_alphabetic()) && quantity_of(value).is_some())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_are_amounts_only_where_amounts_are_meant() {
        for (place, a, b, same) in [
            ("spec/cpu", json!("1000m"), json!("1"), true),
            ("spec/resources/limits/cpu", json!("1.0"), json!("1"), true),
            ("spec/hard/pods", json!("10"), json!(10), true),
            ("spec/timeout", json!("60s"), json!("1m"), true),
            ("spec/port", json!("80"), json!(80), true),
            ("spec/version", json!("8.10"), json!("8.1"), false),
            ("spec/release", json!("8.10"), json!("8.1"), false),
            ("spec/source/targetRevision", json!("1.10"), json!("1.1"), false),
            ("spec/podSelector/matchLabels/version", json!("1k"), json!("1000"), false),
            ("spec/selector/build", json!("1e3"), json!("1000"), false),
            ("spec/template/spec/serviceAccountName", json!("007"), json!("7"), false),
            ("subjects/0/name", json!("0100"), json!("100"), false),
            ("data/timeout", json!("60s"), json!("1m"), false),
        ] {
            assert_eq!(same_amount(place.split('/'), &a, &b).is_some(), same, "{place} {a} {b}");
        }
    }
}
