//! Whether the built-in themes can be read, and their verdicts told apart, by everybody and on every terminal.

use std::path::Path;

use ratatui::style::{Color, Modifier, Style};

use super::colour::{Rgb, contrast, distance, indexed, linear, oklab};
use super::depth::Ground;
use super::parse::parse;
use super::{BUILT_IN, Depth, Kind, Theme, Token, built_in};

const DEPTHS: [Depth; 3] = [Depth::TrueColor, Depth::Indexed, Depth::Ansi];

/// What a terminal shows for the sixteen colours, and below text without a background.
pub(crate) struct Terminal {
    name: &'static str,
    ground: Rgb,
    /// In the order of ANSI: black, red, green, yellow, blue, magenta, cyan, gray; then the bright ones.
    sixteen: [u32; 16],
}

const XTERM: [u32; 16] = [
    0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00,
    0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
];
const LINUX: [u32; 16] = [
    0x000000, 0xaa0000, 0x00aa00, 0xaa5500, 0x0000aa, 0xaa00aa, 0x00aaaa, 0xaaaaaa, 0x555555, 0xff5555, 0x55ff55, 0xffff55,
    0x5555ff, 0xff55ff, 0x55ffff, 0xffffff,
];
const WINDOWS: [u32; 16] = [
    0x0c0c0c, 0xc50f1f, 0x13a10e, 0xc19c00, 0x0037da, 0x881798, 0x3a96dd, 0xcccccc, 0x767676, 0xe74856, 0x16c60c, 0xf9f1a5,
    0x3b78ff, 0xb4009e, 0x61d6d6, 0xf2f2f2,
];

impl Terminal {
    /// Terminals of that ground, from the blackest and whitest to the greyest that are common.
    fn all(ground: Ground) -> Vec<Self> {
        let dark = [
            ("xterm", (0, 0, 0), XTERM),
            ("Linux", (0, 0, 0), LINUX),
            ("Windows", (12, 12, 12), WINDOWS),
            ("One Dark", (40, 44, 52), XTERM),
        ];
        let light = [
            ("xterm", (255, 255, 255), XTERM),
            ("Linux", (255, 255, 255), LINUX),
            ("Windows", (242, 242, 242), WINDOWS),
            ("Gruvbox light", (251, 241, 199), XTERM),
        ];
        match ground {
            Ground::Dark => dark.into(),
            Ground::Light => light.into(),
            Ground::Any => dark.into_iter().chain(light).collect::<Vec<_>>(),
        }
        .into_iter()
        .map(|(name, ground, sixteen)| Self { name, ground, sixteen })
        .collect()
    }

    /// Whether it gives the sixteen colours the looks that belong on its ground.
    fn has_palette(&self) -> bool {
        matches!(self.name, "xterm" | "Linux" | "Windows")
    }

    /// `None` is the terminal's own colour of text.
    fn colour(&self, colour: Color) -> Option<Rgb> {
        let at = match colour {
            Color::Reset => return None,
            Color::Rgb(r, g, b) => return Some((r, g, b)),
            Color::Indexed(index) => return indexed(index),
            Color::Black => 0,
            Color::Red => 1,
            Color::Green => 2,
            Color::Yellow => 3,
            Color::Blue => 4,
            Color::Magenta => 5,
            Color::Cyan => 6,
            Color::Gray => 7,
            Color::DarkGray => 8,
            Color::LightRed => 9,
            Color::LightGreen => 10,
            Color::LightYellow => 11,
            Color::LightBlue => 12,
            Color::LightMagenta => 13,
            Color::LightCyan => 14,
            Color::White => 15,
        };
        let [_, r, g, b] = self.sixteen[at].to_be_bytes();
        Some((r, g, b))
    }

    /// Contrast of a look; `None` when the terminal alone decides.
    fn contrast(&self, fg: Color, bg: Color, modifier: Modifier) -> Option<f64> {
        let reversed = modifier.contains(Modifier::REVERSED);
        let (front, back) = (self.colour(fg), self.colour(bg));
        match (front, back, reversed) {
            (Some(front), back, _) => Some(contrast(front, back.unwrap_or(self.ground))),
            (None, None, _) => None,
            // The terminal's own text on a background of ours, or the other way round: nobody knows.
            (None, Some(_), _) => Some(1.0),
        }
    }
}

fn ground(name: &str) -> Ground {
    parse(built_in(name).unwrap(), Path::new(name)).unwrap().ground
}

fn theme(name: &str, depth: Depth) -> Theme {
    Theme::load(built_in(name).unwrap(), Path::new(name), depth).unwrap()
}

/// The least contrast of a theme: what WCAG asks for, AA or AAA. Sixteen colours have no three that reach AAA.
fn least(name: &str, depth: Depth) -> f64 {
    if name.starts_with("high-contrast") && depth != Depth::Ansi {
        7.0
    } else {
        4.5
    }
}

/// Every built-in theme in every depth.
pub(crate) fn every_theme() -> Vec<(&'static str, Depth, Theme)> {
    BUILT_IN
        .into_iter()
        .flat_map(|(name, _)| DEPTHS.map(|depth| (name, depth, theme(name, depth))))
        .collect()
}

/// What is hard to read of a look of a theme, in words; one line for each terminal.
pub(crate) fn hard_to_read(name: &str, depth: Depth, (fg, bg, modifier): (Color, Color, Modifier)) -> Vec<String> {
    let of_terminal = |colour: Color| !matches!(colour, Color::Rgb(..) | Color::Indexed(_) | Color::Reset);
    Terminal::all(ground(name))
        .into_iter()
        .filter(|terminal| terminal.has_palette() || !(of_terminal(fg) || of_terminal(bg)))
        .filter_map(|terminal| {
            let contrast = terminal.contrast(fg, bg, modifier)?;
            (contrast < least(name, depth)).then(|| format!("{name} {depth:?} {}: {fg} on {bg}: {contrast:.2}", terminal.name))
        })
        .collect()
}

fn look(style: Style) -> (Color, Color, Modifier) {
    (style.fg.unwrap_or_default(), style.bg.unwrap_or_default(), style.add_modifier)
}

const VERDICTS: [Token; 6] = [
    Token::Risky,
    Token::NeedsReview,
    Token::Harmless,
    Token::Synced,
    Token::CannotTell,
    Token::Pending,
];
const SYNTAX: [Token; 6] = [
    Token::SyntaxKey,
    Token::SyntaxString,
    Token::SyntaxNumber,
    Token::SyntaxWord,
    Token::SyntaxComment,
    Token::SyntaxPunctuation,
];

/// What is drawn on top of what, besides on the terminal's own background.
fn layers() -> Vec<(Token, Vec<Token>)> {
    let row = [&[Token::Text, Token::Dim, Token::Strong, Token::Key][..], &VERDICTS].concat();
    let line = [&[Token::Attribution, Token::Fold, Token::Current][..], &SYNTAX].concat();
    vec![
        (Token::Header, [&[Token::Warning][..], &VERDICTS].concat()),
        (Token::Footer, vec![Token::Key, Token::Strong, Token::Risky]),
        (Token::Selection, row.clone()),
        (Token::SelectionIdle, row),
        (Token::Added, line.clone()),
        (Token::Removed, line),
    ]
}

#[test]
fn every_text_can_be_read_on_every_background_that_it_is_drawn_on() {
    let mut found = Vec::new();
    for (name, depth, theme) in every_theme() {
        let mut check = |what: String, style: Style| {
            let hard = hard_to_read(name, depth, look(style));
            found.extend(hard.into_iter().map(|hard| format!("{what}: {hard}")));
        };
        for token in Token::ALL.into_iter().filter(|token| token.kind() == Kind::Text) {
            check(token.name().to_owned(), theme.style(token));
        }
        for (under, over) in layers() {
            let ground = theme.style(under);
            for token in over {
                let shade = Style { fg: None, ..ground };
                let style = theme.style(token).patch(shade);
                check(format!("{} over {}", token.name(), under.name()), style);
            }
        }
    }
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn the_mark_of_the_focus_can_be_seen() {
    for (name, depth, theme) in every_theme() {
        assert_ne!(
            look(theme.style(Token::Border)),
            look(theme.style(Token::BorderFocus)),
            "{name} {depth:?}"
        );
    }
}

#[test]
fn monochrome_has_no_colour_in_any_depth_and_no_theme_has_one_without_depth() {
    let colourless = |theme: &Theme| {
        Token::ALL.into_iter().all(|token| {
            let (fg, bg, _) = look(theme.style(token));
            fg == Color::Reset && bg == Color::Reset
        })
    };
    for depth in DEPTHS {
        assert!(colourless(&theme("monochrome", depth)), "{depth:?}");
    }
    for (name, _) in BUILT_IN {
        let theme = theme(name, Depth::Monochrome);
        assert!(colourless(&theme), "{name}");
        let selected = theme.style(Token::Selection).add_modifier;
        assert!(
            selected.contains(Modifier::REVERSED),
            "{name}: the selection is seen all the same"
        );
    }
}

#[test]
fn the_sixteen_colours_of_the_terminal_stay_its_own_in_every_depth() {
    let own = theme("terminal-16", Depth::TrueColor);
    for depth in DEPTHS {
        assert_eq!(theme("terminal-16", depth), own, "{depth:?}");
    }
    let foreign = |colour| matches!(colour, Color::Rgb(..) | Color::Indexed(_));
    for token in Token::ALL {
        let (fg, bg, _) = look(own.style(token));
        assert!(!foreign(fg) && !foreign(bg), "{}", token.name());
    }
}

/// What eyes without one kind of cones make of a colour (Machado, Oliveira and Fernandes 2009, severity 1, in linear light).
const EYES: [(&str, [[f64; 3]; 3]); 4] = [
    ("all cones", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
    (
        "protanopia",
        [
            [0.152_286, 1.052_583, -0.204_868],
            [0.114_503, 0.786_281, 0.099_216],
            [-0.003_882, -0.048_116, 1.051_998],
        ],
    ),
    (
        "deuteranopia",
        [
            [0.367_322, 0.860_646, -0.227_968],
            [0.280_085, 0.672_501, 0.047_413],
            [-0.011_820, 0.042_940, 0.968_881],
        ],
    ),
    (
        "tritanopia",
        [
            [1.255_528, -0.076_749, -0.178_779],
            [-0.078_411, 0.930_809, 0.147_602],
            [0.004_733, 0.691_367, 0.303_900],
        ],
    ),
];

fn seen(colour: Rgb, cones: &[[f64; 3]; 3]) -> [f64; 3] {
    let light = linear(colour);
    oklab(cones.map(|row| {
        let sum: f64 = row.iter().zip(light).map(|(weight, part)| weight * part).sum();
        sum.clamp(0.0, 1.0)
    }))
}

#[test]
fn eyes_that_do_not_tell_red_from_green_tell_the_verdicts_apart() {
    // 0.02 is about the least that one sees side by side; these stand in different rows.
    let least = |depth| if depth == Depth::Ansi { 0.06 } else { 0.08 };
    let all = [
        Token::Risky,
        Token::NeedsReview,
        Token::Harmless,
        Token::CannotTell,
        Token::Synced,
    ];
    let mut found = Vec::new();
    for name in ["colour-blind", "colour-blind-light"] {
        for (depth, (eyes, cones)) in DEPTHS
            .into_iter()
            .flat_map(|depth| EYES.iter().map(move |eyes| (depth, eyes)))
        {
            let theme = theme(name, depth);
            // Of the sixteen no five can be read on every terminal: what asks for nothing looks alike there.
            let verdicts = if depth == Depth::Ansi { &all[..3] } else { &all };
            for terminal in Terminal::all(ground(name)).iter().filter(|terminal| terminal.has_palette()) {
                let colour = |token| seen(terminal.colour(look(theme.style(token)).0).unwrap(), cones);
                for (at, a) in verdicts.iter().enumerate() {
                    for b in &verdicts[at + 1..] {
                        let apart = distance(colour(*a), colour(*b));
                        if apart < least(depth) {
                            let (a, b) = (a.name(), b.name());
                            found.push(format!("{name} {depth:?} {} {eyes}: {a} and {b}: {apart:.3}", terminal.name));
                        }
                    }
                }
            }
        }
    }
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn the_other_themes_tell_the_verdicts_that_matter_apart_for_all_cones() {
    for (name, depth, theme) in every_theme() {
        if matches!(name, "monochrome") {
            continue;
        }
        let terminal = &Terminal::all(ground(name))[0];
        let colour = |token| oklab(linear(terminal.colour(look(theme.style(token)).0).unwrap()));
        for (a, b) in [
            (Token::Risky, Token::NeedsReview),
            (Token::NeedsReview, Token::Harmless),
            (Token::Risky, Token::Harmless),
        ] {
            let apart = distance(colour(a), colour(b));
            assert!(apart >= 0.08, "{name} {depth:?}: {} and {}: {apart:.3}", a.name(), b.name());
        }
    }
}

fn below(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            below(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn colours_stand_in_the_themes_and_glyphs_of_verdicts_in_one_file() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    below(&root, &mut files);
    let mut found = Vec::new();
    for file in files {
        let name = file.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
        let text = std::fs::read_to_string(&file).unwrap();
        // What tests expect to see is written out in them.
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        if name.contains("tests") || name.starts_with("tui/theme/") || name == "tui/verdict_sign.rs" {
            continue;
        }
        let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
        for line in lines.filter(|line| line.contains("Color::") || line.contains(['●', '◐', '○'])) {
            found.push(format!("{name}: {}", line.trim()));
        }
    }
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}
