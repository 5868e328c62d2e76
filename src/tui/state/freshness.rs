//! How fresh the comparisons are: by context, and whether an Argo CD looks stuck.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::State;

/// A comparison is old after so many periods in which Argo CD should have made a new one.
const PERIODS: u32 = 3;

/// When the Applications of a context were compared with Git.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Compared {
    /// The newest comparison.
    pub(crate) newest: Timestamp,
    /// Half of the Applications were compared later than this, half of them were not.
    pub(crate) median: Timestamp,
}

impl State {
    /// Measures anew how old the comparisons of each context are. Goes through every Application, so not for each frame.
    pub(super) fn measure_comparisons(&mut self) {
        let mut times: BTreeMap<Arc<str>, Vec<Timestamp>> = BTreeMap::new();
        for entry in self.applications.values() {
            let view = entry.view();
            if let Some(at) = view.reconciled_at {
                times.entry(Arc::clone(&view.key.context)).or_default().push(at);
            }
        }
        for (name, context) in &mut self.contexts {
            context.compared = times.get_mut(name).and_then(|times| compared(times));
        }
    }

    /// Since when most Applications of this context were not compared; `None` while that is not too long. What counts is how
    /// old the comparisons were when we listed them: that our own list is old is no fault of Argo CD.
    pub(crate) fn stuck_since(&self, context: &str) -> Option<Timestamp> {
        let context = self.contexts.get(context)?;
        let median = context.compared?.median;
        let old = self.compared_every?.saturating_mul(PERIODS);
        let passed = Duration::try_from(context.listed_at?.duration_since(median)).unwrap_or_default();
        (passed > old).then_some(median)
    }

    /// The first context whose Argo CD looks stuck, and since when most of it was not compared.
    pub(crate) fn stuck(&self) -> Option<(&Arc<str>, Timestamp)> {
        self.contexts
            .keys()
            .find_map(|name| self.stuck_since(name).map(|since| (name, since)))
    }
}

fn compared(times: &mut [Timestamp]) -> Option<Compared> {
    let newest = *times.iter().max()?;
    // Of an even number the later one: half of them has to be old, not just less than half.
    let (_, median, _) = times.select_nth_unstable(times.len() / 2);
    Some(Compared { newest, median: *median })
}
