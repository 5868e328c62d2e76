//! The closed list of what a theme can say, each with its meaning: the one place that documents them.

/// What a token is drawn with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Something to read: it needs contrast.
    Text,
    /// A line that parts things: it may be faint.
    Line,
    /// A background below text of other tokens.
    Ground,
}

macro_rules! tokens {
    ($($variant:ident $kind:ident $section:literal $name:literal $doc:literal,)*) => {
        /// One thing that has a look.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Token { $(#[doc = $doc] $variant,)* }

        impl Token {
            /// All of them, in the order of [`Token::index`].
            pub(crate) const ALL: [Self; [$(Self::$variant),*].len()] = [$(Self::$variant),*];

            /// `section.name`, as in a theme file.
            pub(crate) fn name(self) -> &'static str {
                match self { $(Self::$variant => concat!($section, ".", $name),)* }
            }

            /// What it is drawn with.
            pub(crate) fn kind(self) -> Kind {
                match self { $(Self::$variant => Kind::$kind,)* }
            }
        }
    };
}

tokens! {
    Text Text "ui" "text" "Text.",
    Dim Text "ui" "dim" "Less important text.",
    Strong Text "ui" "strong" "More important text.",
    Label Text "ui" "label" "The name of what follows.",
    Warning Text "ui" "warning" "Stale or failed.",
    Key Text "ui" "key" "A key to press.",
    Border Line "ui" "border" "Border of a pane.",
    BorderFocus Text "ui" "border-focus" "Border of the pane that has the focus.",
    Header Text "ui" "header" "The first line.",
    Product Text "ui" "product" "The product's name.",
    Footer Text "ui" "footer" "The last line.",
    Selection Ground "ui" "selection" "The selected row.",
    SelectionIdle Ground "ui" "selection-idle" "The selected row while another pane has the focus.",
    Toast Text "ui" "toast" "A short message.",
    Risky Text "verdict" "risky" "Risky.",
    NeedsReview Text "verdict" "needs-review" "Needs review.",
    Harmless Text "verdict" "harmless" "Harmless.",
    Synced Text "verdict" "synced" "Nothing differs.",
    CannotTell Text "verdict" "cannot-tell" "No comparison.",
    Pending Text "verdict" "pending" "Not judged yet.",
    Added Text "diff" "added" "A line that only the cluster has.",
    Removed Text "diff" "removed" "A line that only Git has.",
    AddedWord Text "diff" "added-word" "The part of it that differs.",
    RemovedWord Text "diff" "removed-word" "The part of it that differs.",
    Found Text "diff" "found" "What was searched for.",
    Fold Text "diff" "fold" "Folded lines.",
    Current Text "diff" "current" "Mark of the change that `n` counts from.",
    Attribution Text "diff" "attribution" "Who, at the end of a line.",
    SyntaxKey Text "syntax" "key" "A key.",
    SyntaxString Text "syntax" "string" "A string.",
    SyntaxNumber Text "syntax" "number" "A number.",
    SyntaxWord Text "syntax" "word" "`true`, `null` and the like.",
    SyntaxComment Text "syntax" "comment" "A comment.",
    SyntaxPunctuation Text "syntax" "punctuation" "Colons, dashes, brackets.",
}

impl Token {
    /// Its place in [`Token::ALL`].
    pub(crate) fn index(self) -> usize {
        self as usize
    }
}
