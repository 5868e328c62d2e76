//! What Git says of the Application that is shown: asked for when it stays shown, kept while it does.

use crate::drift::ApplicationKey;
use crate::engine::commits::GitSide;
use crate::engine::view::ApplicationView;

/// The commits of the shown Application.
#[derive(Debug, Default)]
pub(crate) struct ShownGitSide {
    of: Option<(ApplicationKey, Vec<String>)>,
    told: Option<GitSide>,
}

impl ShownGitSide {
    /// What was told of this Application at these revisions.
    pub(crate) fn of(&self, view: &ApplicationView) -> Option<&GitSide> {
        self.told.as_ref().filter(|_| self.is_about(&view.key, &view.revisions))
    }

    fn is_about(&self, key: &ApplicationKey, revisions: &[String]) -> bool {
        self.of
            .as_ref()
            .is_some_and(|(asked, at)| asked == key && at.as_slice() == revisions)
    }

    /// This Application is shown now. Whether its commits are to be asked for.
    pub(in crate::tui) fn show(&mut self, view: &ApplicationView) -> bool {
        if self.is_about(&view.key, &view.revisions) {
            return false;
        }
        self.of = Some((view.key.clone(), view.revisions.clone()));
        self.told = None;
        !view.revisions.is_empty()
    }

    /// Takes an answer about what is still shown. Whether it was taken.
    pub(in crate::tui) fn take(&mut self, key: &ApplicationKey, revisions: &[String], told: GitSide) -> bool {
        let wanted = self.is_about(key, revisions);
        if wanted {
            self.told = Some(told);
        }
        wanted
    }
}
