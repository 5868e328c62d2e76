//! Which rows a diff has, folded and unfolded, in every form.

use super::super::Unfolding;
use super::*;
use crate::engine::fixtures;

fn flagship() -> Diff {
    Diff::of(fixtures::document(&fixtures::payments_api().drifts[0]))
}

fn texts(diff: &Diff, shape: Shape) -> Vec<String> {
    let plan = Plan::new(diff, shape);
    let text = |side, line: Option<usize>| line.map_or("", |line| diff.side(side).line(line));
    (0..plan.rows())
        .map(|index| {
            let row = plan.row(index).unwrap();
            let (left, right) = (text(Side::Desired, row.desired), text(Side::Live, row.live));
            match row.kind {
                RowKind::Same => format!("  {right}"),
                RowKind::Addition => format!("a {right}"),
                RowKind::Changed if plan.shape().form == Form::SideBySide => format!("{left} | {right}"),
                RowKind::Changed if row.live.is_none() => format!("- {left}"),
                RowKind::Changed => format!("+ {right}"),
                RowKind::Fold(fold) => format!("⋯ {} ○ {}", fold.unchanged, fold.harmless),
            }
        })
        .collect()
}

#[test]
fn a_diff_is_folded_to_its_changes_with_three_lines_around() {
    assert_eq!(
        texts(&flagship(), Shape::default()),
        [
            "⋯ 15 ○ 2",
            "    J_URL: http://J.example.com/v1",
            "    K_URL: http://K.example.com/v1",
            "    LOG_LEVEL: info",
            "-   MAX_CONNECTIONS: \"100\"",
            "+   MAX_CONNECTIONS: \"400\"",
            "    N_TIMEOUT: 30s",
            "    O_TIMEOUT: 30s",
            "    P_TIMEOUT: 30s",
            "⋯ 6 ○ 0",
        ]
    );
}

#[test]
fn side_by_side_a_pair_is_one_row() {
    let shape = Shape {
        form: Form::SideBySide,
        ..Shape::default()
    };
    let rows = texts(&flagship(), shape);
    assert!(
        rows.contains(&"  MAX_CONNECTIONS: \"100\" |   MAX_CONNECTIONS: \"400\"".to_owned()),
        "{rows:#?}"
    );
}

#[test]
fn unfolded_everything_shows_every_line_of_both_sides_once() {
    let diff = flagship();
    let all = Unfolding {
        quiet: true,
        unchanged: true,
    };
    let lines = diff.side(Side::Live).len();
    for (form, rows) in [
        (Form::Unified, lines + 1),
        (Form::SideBySide, lines),
        (Form::One(Side::Live), lines),
        (Form::One(Side::Desired), diff.side(Side::Desired).len()),
    ] {
        let shape = Shape {
            form,
            unfolding: all,
            search: String::new(),
        };
        assert_eq!(texts(&diff, shape).len(), rows, "{form:?}");
    }
}

#[test]
fn what_is_searched_for_is_shown_and_found_wherever_it_is_folded() {
    let shape = Shape {
        search: "_timeout".to_owned(),
        ..Shape::default()
    };
    let diff = flagship();
    let plan = Plan::new(&diff, shape);
    assert_eq!(plan.matches().len(), 9);
    for found in plan.matches() {
        let row = plan.row(found.row).unwrap();
        assert_eq!(row.live, Some(found.line));
        assert!(diff.side(Side::Live).line(found.line).contains("_TIMEOUT"));
    }
    let harmless = Plan::new(
        &diff,
        Shape {
            search: "checked-at".to_owned(),
            ..Shape::default()
        },
    );
    assert_eq!((harmless.matches().len(), harmless.changes().len()), (1, 2));
}

#[test]
fn lines_that_folding_would_not_save_stay_open() {
    for (length, before, after, matches, expected) in [
        (10, 3, 3, vec![], vec![(0, 3), (7, 10)]),
        (7, 3, 3, vec![], vec![(0, 7)]),
        (4, 3, 0, vec![], vec![(0, 4)]),
        (9, 0, 0, vec![], vec![]),
        (9, 0, 0, vec![2], vec![(0, 4)]),
        (20, 3, 3, vec![10], vec![(0, 3), (9, 12), (17, 20)]),
        (0, 3, 3, vec![], vec![]),
    ] {
        let open = open_lines(length, before, after, matches.into_iter());
        let open: Vec<(usize, usize)> = open.iter().map(|lines| (lines.start, lines.end)).collect();
        assert_eq!(open, expected, "{length} {before} {after}");
    }
}

#[test]
fn a_row_past_the_end_is_none() {
    let plan = Plan::new(&flagship(), Shape::default());
    assert_eq!(plan.row(plan.rows()), None);
    assert_eq!(Plan::default().row(0), None);
}
