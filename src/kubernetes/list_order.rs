//! Lists in which order means nothing.

use serde_json::Value;

use super::field::Field;

/// Names of lists whose order decides something, in any kind.
const ORDERED: &[&str] = &[
    "initContainers",
    "command",
    "args",
    "http",
    "tcp",
    "tls",
    "routes",
    "route",
    "match",
    "matches",
    "filters",
    "paths",
    "steps",
    "stages",
    "priorities",
    "tiers",
    "middlewares",
    "plugins",
    "pipeline",
    "processors",
    "order",
    "searches",
    "nameservers",
    "entrypoint",
    "cmd",
    "ipFamilies",
    "clusterIPs",
];

/// Kinds whose `rules` or `spec` lists are read from the top.
const ORDERED_RULES: &[&str] = &[
    "HTTPRoute",
    "GRPCRoute",
    "TLSRoute",
    "Ingress",
    "IngressRoute",
    "VirtualService",
    "ClusterPolicy",
    "Policy",
    "PrometheusRule",
    "AdminNetworkPolicy",
];

/// Whether another order of these items means the same.
pub fn is_set(kind: &str, field: &Field<'_>, items: &[Value]) -> bool {
    let name = field.name();
    if name == "env" {
        // A variable may use those before it.
        return !items.iter().any(|item| {
            item.get("value")
                .and_then(Value::as_str)
                .is_some_and(|value| value.contains("$("))
        });
    }
    if name == "groups" && items.iter().all(Value::is_string) {
        return true;
    }
    // Mutating webhooks are called in the order of the list, validating ones all at once; groups of alerts run side by side.
    if (name == "webhooks" && kind != "ValidatingWebhookConfiguration") || (name == "groups" && kind != "PrometheusRule") {
        return false;
    }
    let read_from_the_top = ORDERED_RULES.contains(&kind) && matches!(name, "rules" | "backends" | "ingress" | "egress");
    !ORDERED.contains(&name) && !read_from_the_top
}
