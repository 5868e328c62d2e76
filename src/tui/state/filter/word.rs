//! What a bare word of the filter may name. Looked for in the view itself: a text for each Application to look through would
//! be a third of what a listed one takes.

use memchr::memmem;

use crate::engine::view::{ApplicationView, DriftView};

/// Whether anything of an Application that a person sees in its row or in those of its drifts holds this lower-case word.
pub(super) fn names(view: &ApplicationView, word: &str) -> bool {
    names_application(view, word)
        || view
            .drifts
            .iter()
            .chain(&view.invisible)
            .any(|drift| names_drift(drift, word))
}

/// Whether the Application itself is called so, whatever its drifts are.
pub(super) fn names_application(view: &ApplicationView, word: &str) -> bool {
    let of_application = [
        &*view.key.name,
        &*view.key.context,
        &view.project,
        &view.cluster,
        &view.environment,
        view.verdict.as_str(),
        view.sync_status.as_str(),
    ];
    of_application.iter().any(|text| holds(text, word))
}

/// Whether anything of a drift that a person sees in its row or panel is called so.
pub(super) fn names_drift(drift: &DriftView, word: &str) -> bool {
    let of_drift = [drift.cause.as_str(), drift.verdict.as_str(), drift.state.as_str()];
    of_drift.iter().any(|text| holds(text, word))
        || holds(&drift.key.resource.short(), word)
        || (drift.is_git_ahead() && holds("git ahead", word))
        || (drift.key.invisible && holds("invisible", word))
        || drift
            .changes
            .iter()
            .any(|change| holds(change.manager.as_deref().unwrap_or("unknown"), word) || holds(change.path.as_str(), word))
}

/// Whether a text, in whatever case, holds a lower-case word.
fn holds(text: &str, word: &str) -> bool {
    if text.bytes().any(|byte| byte.is_ascii_uppercase() || !byte.is_ascii()) {
        text.to_lowercase().contains(word)
    } else {
        memmem::find(text.as_bytes(), word.as_bytes()).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::fixtures;

    #[test]
    fn a_word_is_found_in_any_case() {
        for (text, word, expected) in [
            ("checkout", "check", true),
            ("Deployment/Checkout", "deployment/ch", true),
            ("checkout", "checkouts", false),
            ("LÖSUNG", "lösung", true),
            ("在庫", "庫", true),
            ("", "a", false),
            ("anything", "", true),
        ] {
            assert_eq!(holds(text, word), expected, "{word:?} in {text:?}");
        }
    }

    #[test]
    fn a_word_names_what_the_rows_show() {
        let view = fixtures::mailer_with_addition();
        let addition = &view.invisible[0];
        for word in [
            view.key.name.to_lowercase(),
            view.key.context.to_lowercase(),
            view.project.to_lowercase(),
            view.cluster.to_lowercase(),
            view.environment.to_lowercase(),
            view.verdict.as_str().to_owned(),
            view.sync_status.as_str().to_lowercase(),
            addition.key.resource.short().to_lowercase(),
            addition.cause.as_str().to_owned(),
            addition.verdict.as_str().to_owned(),
            "invisible".to_owned(),
            addition.changes[0].path.as_str().to_lowercase(),
        ] {
            assert!(names(&view, &word), "{word:?}");
        }
        assert!(!names(&view, "nowhere-to-be-found"));
    }
}
