//! Names of field managers that were made to be taken for another's.

use super::managers::{DECLARATIVE_TOOLS, KNOWN_CONTROLLERS, ManagerClass, PEOPLE, SYNC, classify};
use super::names::fold;

/// From this many letters on, a name that is one letter away from a known one is no accident.
const LONG: usize = 12;

/// The known name that this one imitates: the same after look-alike letters are folded, or one letter away from a long name of a
/// controller, but not the same.
pub fn imitates(manager: &str) -> Option<&'static str> {
    let folded = fold(manager);
    // Servers and controllers spell their names in one way only, and a long name is not met by chance. Clients and tools vary.
    let is_known = matches!(classify(manager), ManagerClass::Controller(_) | ManagerClass::Sync);
    let spelt_one_way = KNOWN_CONTROLLERS.iter().map(|c| c.name).chain(SYNC.iter().copied());
    let misspelt = spelt_one_way
        .filter(|name| name.contains('-') && !name.ends_with('*'))
        .find(|name| fold(name) == folded || (name.len() >= LONG && is_one_edit_away(&fold(name), &folded)));
    if let Some(name) = misspelt.filter(|_| !is_known) {
        return Some(name);
    }
    KNOWN_CONTROLLERS
        .iter()
        .map(|c| c.name)
        .chain(SYNC.iter().copied())
        .chain(PEOPLE.iter().copied())
        .chain(DECLARATIVE_TOOLS.iter().copied())
        .chain(KUBECTL.iter().copied())
        .filter(|name| !name.ends_with('*'))
        // Short names are near to too many honest ones.
        .filter(|name| name.len() > 2)
        .find(|name| !manager.eq_ignore_ascii_case(name) && fold(name) == folded)
}

/// Whether one letter too much, one missing or one other letter is all that sets the two apart.
fn is_one_edit_away(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let start = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let (rest_a, rest_b) = (a.get(start..).unwrap_or_default(), b.get(start..).unwrap_or_default());
    let end = rest_a
        .iter()
        .rev()
        .zip(rest_b.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    rest_a.len().max(rest_b.len()) - end == 1
}

/// Names under which the commands of kubectl write (`pkg/cmd` of kubectl: `kubectl-` and the command).
const KUBECTL: &[&str] = &[
    "kubectl",
    "kubectl-edit",
    "kubectl-patch",
    "kubectl-set",
    "kubectl-create",
    "kubectl-replace",
    "kubectl-rollout",
    "kubectl-label",
    "kubectl-annotate",
    "kubectl-client-side-apply",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn look_alike_names_are_found_and_true_ones_are_not() {
        assert_eq!(imitates("kube-controlIer-manager"), Some("kube-controller-manager"));
        assert_eq!(imitates("kube-cоntroller-manager"), Some("kube-controller-manager"));
        assert_eq!(imitates("argocd-contro11er"), Some("argocd-controller"));
        assert_eq!(imitates("kubеctl-edit"), Some("kubectl-edit"));
        assert_eq!(imitates("kubect1-edit"), Some("kubectl-edit"));
        assert_eq!(imitates("he1m"), Some("helm"));
        assert_eq!(imitates("k9ѕ"), Some("k9s"));
        assert_eq!(imitates("argocd-controller "), Some("argocd-controller"));
        assert_eq!(imitates("Kube-Controller-Manager"), Some("kube-controller-manager"));
        assert_eq!(imitates("kube-controller-manager1"), Some("kube-controller-manager"));
        assert_eq!(imitates("kube-controler-manager"), Some("kube-controller-manager"));
        assert_eq!(imitates("Argocd-Controller"), Some("argocd-controller"));
        assert_eq!(imitates("Keda"), None);
        assert_eq!(imitates("reloader"), None);
        assert_eq!(imitates("cert-manager-controller"), None);
        assert_eq!(imitates("Terraform"), None);
        assert_eq!(imitates("Mozilla"), None);
        assert_eq!(imitates("kube-controller-manager"), None);
        assert_eq!(imitates("shop-controller"), None);
    }
}
