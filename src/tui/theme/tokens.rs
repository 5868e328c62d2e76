//! The closed list of what a theme can say.

macro_rules! tokens {
    ($($variant:ident $section:literal $name:literal $doc:literal,)*) => {
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
        }
    };
}

tokens! {
    Text "ui" "text" "Text.",
    Dim "ui" "dim" "Less important text.",
    Strong "ui" "strong" "More important text.",
    Label "ui" "label" "The name of what follows.",
    Warning "ui" "warning" "Stale or failed.",
    Key "ui" "key" "A key to press.",
    Border "ui" "border" "Border of a pane.",
    BorderFocus "ui" "border-focus" "Border of the pane that has the focus.",
    Title "ui" "title" "Title in a border.",
    Header "ui" "header" "The first line.",
    Product "ui" "product" "The product's name.",
    Footer "ui" "footer" "The last line.",
    Selection "ui" "selection" "The selected row.",
    SelectionIdle "ui" "selection-idle" "The selected row while another pane has the focus.",
    Toast "ui" "toast" "A short message.",
    Risky "verdict" "risky" "Risky.",
    NeedsReview "verdict" "needs-review" "Needs review.",
    Harmless "verdict" "harmless" "Harmless.",
    Synced "verdict" "synced" "Nothing differs.",
    CannotTell "verdict" "cannot-tell" "No comparison.",
    Pending "verdict" "pending" "Not judged yet.",
    Added "diff" "added" "A line that only the cluster has.",
    Removed "diff" "removed" "A line that only Git has.",
    AddedWord "diff" "added-word" "The part of it that differs.",
    RemovedWord "diff" "removed-word" "The part of it that differs.",
    Found "diff" "found" "What was searched for.",
    Fold "diff" "fold" "Folded lines.",
    Current "diff" "current" "Mark of the change that `n` counts from.",
    Attribution "diff" "attribution" "Who, at the end of a line.",
    SyntaxKey "syntax" "key" "A key.",
    SyntaxString "syntax" "string" "A string.",
    SyntaxNumber "syntax" "number" "A number.",
    SyntaxWord "syntax" "word" "`true`, `null` and the like.",
    SyntaxComment "syntax" "comment" "A comment.",
    SyntaxPunctuation "syntax" "punctuation" "Colons, dashes, brackets.",
}

impl Token {
    /// Its place in [`Token::ALL`].
    pub(crate) fn index(self) -> usize {
        self as usize
    }
}
