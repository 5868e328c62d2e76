//! What an ignore rule would do, as lines: what it hides here and elsewhere, the rule itself, the same for Argo CD.

use crate::engine::ignoring::RuleEffect;
use crate::engine::view::ApplicationVerdict;
use crate::ignore::edit;
use crate::ignore::export::entry;
use crate::tui::state::ignoring::Ignoring;
use crate::tui::text::{Line, Tone, wrap};
use crate::tui::verdict_sign;

/// What the rule does, how it is written and how Argo CD would be told, on so many columns.
pub(crate) fn lines(ignoring: &Ignoring, columns: usize) -> Vec<Line> {
    let (Some(workbench), Some(rule)) = (ignoring.ready(), &ignoring.rule) else {
        return Vec::new();
    };
    let mut lines = counted(&ignoring.effect);
    if ignoring.effect.held_back > 0 {
        let text = format!("{} more guard something: they stay", ignoring.effect.held_back);
        lines.push(vec![(Tone::Label, "never    ".to_owned()), (Tone::Plain, text)]);
    }
    lines.push(match workbench.guarded {
        true => vec![
            (Tone::Label, "word     ".to_owned()),
            (Tone::Warning, "this rule hides what guards something".to_owned()),
        ],
        false => vec![
            (Tone::Label, "never    ".to_owned()),
            (
                Tone::Dim,
                "securityContext, RBAC, hostile text: they need the word".to_owned(),
            ),
        ],
    });
    lines.push(Vec::new());
    let mut block = |title: &str, text: &str| {
        lines.push(vec![(Tone::Dim, title.to_owned())]);
        lines.extend(text.lines().map(|line| vec![(Tone::Plain, format!("  {line}"))]));
        lines.push(Vec::new());
    };
    block("as it is written", &edit::text(rule));
    let exported = entry(rule);
    block("as Argo CD ignoreDifferences (y copies)", &exported.yaml);
    let advice = match workbench.respects {
        true => "RespectIgnoreDifferences=true is set: a sync leaves it alone too.",
        false => {
            "RespectIgnoreDifferences=true is missing in this Application: in Argo CD's own ignoreDifferences it only stops \
                  the comparison, and a sync would still overwrite the field."
        }
    };
    let notes = exported.notes.iter().map(|note| (Tone::Dim, note.as_str()));
    for (tone, text) in notes.chain([(Tone::Warning, advice)]) {
        lines.extend(wrap(text, columns, 4).into_iter().map(|line| vec![(tone, line)]));
    }
    lines
}

fn counted(effect: &RuleEffect) -> Vec<Line> {
    let changes = |count: usize| {
        if count == 1 {
            "1 change".to_owned()
        } else {
            format!("{count} changes")
        }
    };
    let mut lines: Vec<Line> = vec![vec![
        (Tone::Label, "here     ".to_owned()),
        (Tone::Strong, changes(effect.here)),
        (Tone::Plain, " in this resource".to_owned()),
    ]];
    let elsewhere = match (effect.elsewhere, effect.applications) {
        (0, _) => "nothing that drifts now".to_owned(),
        (count, 1) => format!("{} in 1 Application", changes(count)),
        (count, many) => format!("{} in {many} Applications", changes(count)),
    };
    lines.push(vec![(Tone::Label, "besides  ".to_owned()), (Tone::Strong, elsewhere)]);
    for line in &effect.lines {
        let verdict = ApplicationVerdict::from(line.verdict);
        let count = if line.count > 1 {
            format!("{} ", line.count)
        } else {
            String::new()
        };
        lines.push(vec![
            (Tone::Verdict(verdict), format!("  {} ", verdict_sign::glyph(verdict))),
            (Tone::Plain, format!("{count}{}", line.what)),
            (Tone::Verdict(verdict), format!("  {}", verdict_sign::word(verdict))),
        ]);
    }
    if effect.already > 0 {
        lines.push(vec![(
            Tone::Dim,
            format!("  {} of these are ignored by other rules already", effect.already),
        )]);
    }
    if effect.unsure > 0 {
        let text = format!("  {} of these may stay: their manifests are not at hand", effect.unsure);
        lines.push(vec![(Tone::Warning, text)]);
    }
    lines
}
