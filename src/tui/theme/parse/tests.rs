//! What is wrong with a theme file, told with its line; and what an heir takes over.

use super::*;

const DARK: &str = include_str!("../../../../themes/dark.toml");

#[track_caller]
fn complaints(text: &str) -> Vec<String> {
    let Err(Problems(problems)) = parse(text, Path::new("mine.toml")) else {
        panic!("it is right")
    };
    problems.iter().map(ToString::to_string).collect()
}

/// The dark theme with one line put in the place of another: what is said, with that line's number for `LINE`.
#[track_caller]
fn instead_of(line: &str, other: &str) -> (Vec<String>, usize) {
    let number = DARK.lines().position(|l| l == line).unwrap() + 1;
    (
        complaints(&DARK.replace(&format!("\n{line}\n"), &format!("\n{other}\n"))),
        number,
    )
}

#[test]
fn what_is_wrong_is_told_with_its_line_and_what_was_meant() {
    for (line, other, expected) in [
        (
            "border = \"line\"",
            "borders = \"line\"",
            vec![
                "mine.toml:SECTION:1: `ui.border`: has no value. Give it one, or fill in the rest with `inherits = \"dark\"` at \
                 the top of the file.",
                "mine.toml:LINE:1: `ui.borders`: unknown. Did you mean `border`?",
            ],
        ),
        (
            "dim = \"faint\"",
            "dim = \"fiant\"",
            vec!["mine.toml:LINE:7: `ui.dim`: `fiant` is no colour. Did you mean `faint`?"],
        ),
        (
            "dim = \"faint\"",
            "dim = \"#fff\"",
            vec![
                "mine.toml:LINE:7: `ui.dim`: `#fff` is no colour. A colour is a name from [palette], \"#rrggbb\", an ANSI name \
                 such as \"light-red\", or \"default\".",
            ],
        ),
        (
            "dim = \"faint\"",
            "dim = 7",
            vec!["mine.toml:LINE:7: `ui.dim`: expected a colour or a table."],
        ),
        (
            "dim = \"faint\"",
            "dim = { fg = \"faint\", blod = true }",
            vec!["mine.toml:LINE:23: `ui.dim.blod`: unknown. Did you mean `bold`?"],
        ),
        (
            "dim = \"faint\"",
            "dim = { bold = 1 }",
            vec!["mine.toml:LINE:16: `ui.dim.bold`: expected true or false."],
        ),
        (
            "ground = \"dark\"",
            "ground = \"black\"",
            vec!["mine.toml:LINE:10: `ground`: expected \"dark\", \"light\" or \"any\"."],
        ),
    ] {
        let (said, number) = instead_of(line, other);
        let section = DARK.lines().position(|l| l == "[ui]").unwrap() + 1;
        let expected: Vec<String> = expected
            .into_iter()
            .map(|text| {
                text.replace("LINE", &number.to_string())
                    .replace("SECTION", &section.to_string())
            })
            .collect();
        assert_eq!(said, expected, "{other}");
    }
}

#[test]
fn an_unknown_section_and_an_unknown_parent_are_told() {
    assert_eq!(
        complaints("inherits = \"drak\"\n")[0],
        "mine.toml:1:12: `inherits`: unknown. Did you mean `dark`?"
    );
    assert_eq!(
        complaints("inherits = \"dark\"\n[verdicts]\nrisky = \"red\"\n"),
        ["mine.toml:2:2: `verdicts`: unknown. Did you mean `verdict`?"]
    );
}

#[test]
fn what_is_no_toml_is_one_problem_with_its_place() {
    let said = complaints("inherits = \"dark\"\n[ui]\ntext = \"red\n");
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].starts_with("mine.toml:3:"), "{said:?}");
}

#[test]
fn an_heir_changes_what_it_names_and_its_palette_colours_the_rest() {
    let parsed = parse(
        "inherits = \"dark\"\n[palette]\naccent = \"#010203\"\n[ui]\ndim = { fg = \"accent\", italic = true }\n",
        Path::new("mine.toml"),
    )
    .unwrap();
    let dark = parse(DARK, Path::new("dark.toml")).unwrap();
    let own = Color::Rgb(1, 2, 3);
    assert_eq!(parsed.ground, Ground::Dark);
    for token in Token::ALL {
        let (mine, before) = (parsed.styles[token.index()], dark.styles[token.index()]);
        match token {
            Token::Dim => assert_eq!(mine, Style::new().fg(own).italic()),
            Token::Key | Token::BorderFocus | Token::SyntaxKey => assert_eq!(mine.fg, Some(own), "{}", token.name()),
            Token::Product | Token::Current => assert_eq!((mine.fg, mine.bg), (Some(own), before.bg), "{}", token.name()),
            _ => assert_eq!(mine, before, "{}", token.name()),
        }
    }
}
