//! What goes wrong on demand, before or after the work is done.

use std::sync::{Mutex, PoisonError};

/// What goes wrong with one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ForgeFault {
    /// The connection is closed before anything happens.
    Dropped,
    /// The connection is closed after the work is done.
    DroppedAfterwards,
    /// Another answer, and nothing happens.
    Instead {
        /// HTTP status.
        status: u16,
        /// The `message`.
        message: String,
        /// Headers besides the usual.
        headers: Vec<(String, String)>,
    },
    /// Another answer although the work is done.
    Afterwards {
        /// HTTP status.
        status: u16,
        /// The `message`.
        message: String,
    },
    /// Somebody else pushes a commit to this branch just before.
    Pushed {
        /// Which branch.
        branch: String,
    },
}

/// Which requests a fault hits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForgeFaultRule {
    method: Option<String>,
    path: String,
    skip: usize,
    times: Option<usize>,
    fault: ForgeFault,
}

impl ForgeFaultRule {
    /// Every request.
    pub fn always(fault: ForgeFault) -> Self {
        Self {
            method: None,
            path: String::new(),
            skip: 0,
            times: None,
            fault,
        }
    }

    /// Every request with this method whose path contains this.
    pub fn on(method: &str, path: &str, fault: ForgeFault) -> Self {
        Self {
            method: Some(method.to_owned()),
            path: path.to_owned(),
            ..Self::always(fault)
        }
    }

    /// Lets the first matching ones through.
    #[must_use]
    pub fn after(self, skip: usize) -> Self {
        Self { skip, ..self }
    }

    /// Hits so often only.
    #[must_use]
    pub fn times(self, times: usize) -> Self {
        Self {
            times: Some(times),
            ..self
        }
    }

    fn matches(&self, method: &str, path: &str) -> bool {
        self.method.as_deref().is_none_or(|wanted| wanted == method) && path.contains(&self.path)
    }
}

/// The faults of one forge. The first one that matches and is not used up decides.
#[derive(Debug, Default)]
pub struct ForgeFaults(Mutex<Vec<ForgeFaultRule>>);

impl ForgeFaults {
    /// Adds one.
    pub fn add(&self, rule: ForgeFaultRule) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(rule);
    }

    /// Removes all.
    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub(super) fn next(&self, method: &str, path: &str) -> Option<ForgeFault> {
        let mut rules = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for rule in rules.iter_mut().filter(|rule| rule.matches(method, path)) {
            if rule.skip > 0 {
                rule.skip -= 1;
                continue;
            }
            match &mut rule.times {
                Some(0) => continue,
                Some(left) => *left -= 1,
                None => {}
            }
            return Some(rule.fault.clone());
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_hits_what_it_names_and_as_often_as_it_says() {
        let faults = ForgeFaults::default();
        faults.add(ForgeFaultRule::on("POST", "/pulls", ForgeFault::Dropped).after(1).times(1));
        let hits: Vec<bool> = [
            ("GET", "/pulls"),
            ("POST", "/git"),
            ("POST", "/pulls"),
            ("POST", "/pulls"),
            ("POST", "/pulls"),
        ]
        .iter()
        .map(|(method, path)| faults.next(method, path).is_some())
        .collect();
        assert_eq!(hits, [false, false, false, true, false]);
    }
}
