//! THE table of commands. Dispatch, help, the hint line, key overrides and their checks all read it; nothing else
//! knows a key.

mod availability;

use availability::{
    always, can_edit_configuration, can_edit_copy, can_escape, can_suspend, has_application, has_applications, has_change,
    has_command_by_hand, has_diff, has_drift, has_drifts, has_job, has_marks, has_page, has_panes, has_proposal, has_quiet,
    has_row, has_slow_diff, has_viewer, is_ignored,
};

use super::diff::copy::Part;
use super::state::{Group, Layout, Overlay, Pane, State};

/// Section of the help, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Section {
    /// The list of Applications and drifts.
    List,
    /// What is shown of one drift.
    Drift,
    /// Finding.
    Find,
    /// The program.
    Program,
    /// Keys of the help and of questions; not listed in help.
    Dialogs,
}

impl Section {
    /// Heading in the help.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::List => "List",
            Self::Drift => "Drift",
            Self::Find => "Find",
            Self::Program => "Program",
            Self::Dialogs => "Dialogs",
        }
    }
}

/// Where a key counts. A stack of these is looked through, innermost first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Context {
    /// Everywhere.
    Always,
    /// Anywhere on the triage screen.
    Triage,
    /// The list has the focus.
    List,
    /// Reason or diff has the focus.
    Detail,
    /// The diff has the focus.
    Diff,
    /// A search in the diff is being typed.
    Search,
    /// The filter is being typed.
    Filter,
    /// The help or another page is open.
    Help,
    /// The jobs panel is open.
    Jobs,
    /// The log panel is open.
    Log,
    /// The command palette is open.
    Palette,
    /// The menu of commands to be copied is open.
    ByHand,
    /// The ignore workbench is open.
    Ignore,
    /// A value of it is chosen.
    IgnoreChoice,
    /// A text of it is typed.
    IgnoreText,
    /// "Quit?" is asked.
    Quit,
}

impl Context {
    /// Whether a character is typed here, so that no command can have it alone.
    pub(crate) fn is_typing(self) -> bool {
        matches!(self, Self::Search | Self::Filter | Self::Palette | Self::IgnoreText)
    }
}

/// Whether a command can run now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Availability {
    /// It can.
    Yes,
    /// It cannot, and this sentence says why.
    No(&'static str),
}

/// How far a movement goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// One line down.
    Down,
    /// One line up.
    Up,
    /// Half a page down.
    HalfDown,
    /// Half a page up.
    HalfUp,
    /// A page down.
    PageDown,
    /// A page up.
    PageUp,
    /// To the start.
    First,
    /// To the end.
    Last,
}

/// What a command does; `update` has one arm for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// Moves the selection, the reason or the diff, whichever has the focus; the help when it is open.
    Move(Step),
    /// Goes into what is selected.
    Enter,
    /// Opens a folded row, or goes into the drift.
    Expand,
    /// Closes an open row, or goes out.
    Collapse,
    /// The drift after this one.
    NextDrift,
    /// The drift before this one.
    PreviousDrift,
    /// The change after this one.
    NextChange,
    /// The change before this one.
    PreviousChange,
    /// Shows or folds changes that ask for nobody.
    ToggleQuiet,
    /// Shows or folds unchanged lines.
    ToggleUnchanged,
    /// The two sides beside each other, or one below the other.
    ToggleSideBySide,
    /// What of the drift is looked at: the next.
    NextView,
    /// What of the drift is looked at: the one before.
    PreviousView,
    /// The diff on the whole screen, or not.
    ToggleZoom,
    /// Waits for a diff that takes long.
    WaitForDiff,
    /// Starts typing a search in the diff.
    OpenSearch,
    /// Keeps the search.
    KeepSearch,
    /// Ends the search.
    EndSearch,
    /// Removes the last character of the search.
    DeleteSearchCharacter,
    /// Removes the last word of the search.
    DeleteSearchWord,
    /// Copies a part of the diff to the clipboard.
    Copy(Part),
    /// Copies the address of the page in Argo CD.
    CopyLink,
    /// Opens both sides in the configured viewer.
    OpenViewer,
    /// Opens a copy of what the diff shows in the person's editor.
    OpenEditor,
    /// Opens the configuration file in the person's editor.
    EditConfiguration,
    /// Stops the program until the shell wants it again.
    Suspend,
    /// Focus to the next pane.
    NextPane,
    /// Focus to the previous pane.
    PreviousPane,
    /// Lists again.
    Refresh,
    /// Marks what is selected, or takes the mark off.
    Mark,
    /// Takes every mark off.
    ClearMarks,
    /// The next order inside a section.
    NextSort,
    /// Shows one section only, or all.
    Tab(Option<Group>),
    /// Starts or stops looking into Synced Applications.
    ToggleSweep,
    /// Shows the next theme.
    NextTheme,
    /// Opens the commands that a person may run by hand.
    OpenByHand,
    /// Copies the one that is selected.
    CopyByHand,
    /// Opens the ignore workbench.
    OpenIgnore,
    /// The next or previous field of it.
    IgnoreField(bool),
    /// The next or previous value of its field.
    IgnoreValue(bool),
    /// Writes the rule.
    WriteIgnore,
    /// Copies the rule for Argo CD.
    CopyIgnore,
    /// Takes back what hides the drift.
    TakeBack,
    /// Opens the page of the rule that decided.
    OpenRule,
    /// Opens the story of the drift or Application.
    OpenTimeline,
    /// Starts typing a filter.
    OpenFilter,
    /// Keeps the filter.
    KeepFilter,
    /// Empties the filter and stops typing.
    ClearFilter,
    /// Removes the last character.
    DeleteCharacter,
    /// Removes the last word.
    DeleteWord,
    /// Opens the command palette.
    OpenPalette,
    /// Runs the command that is selected in the palette.
    RunChosen,
    /// Opens the help.
    OpenHelp,
    /// Opens the jobs panel.
    OpenJobs,
    /// Cancels the job that is shown first.
    CancelJob,
    /// Opens the log panel.
    OpenLog,
    /// Closes what is open on top.
    CloseOverlay,
    /// Esc: clears the filter, then goes back.
    Escape,
    /// `q`: goes back, asks at the root.
    Back,
    /// Leaves the program.
    Quit,
}

/// One command.
#[derive(Debug)]
pub(crate) struct Command {
    /// `area.verb-noun`, stable for ever; the name in the configuration.
    pub(crate) id: &'static str,
    /// In the help.
    pub(crate) title: &'static str,
    /// Section of the help.
    pub(crate) section: Section,
    /// Where its keys count.
    pub(crate) context: Context,
    /// Default keys, preferred one first.
    pub(crate) keys: &'static [&'static str],
    /// In the hint line; `None` never shows there.
    pub(crate) hint: Option<&'static str>,
    /// Whether it can run now.
    pub(crate) enabled: fn(&State) -> Availability,
    /// What it does.
    pub(crate) action: Action,
}

impl Command {
    /// Whether the palette offers it: nobody looks for a movement by name, or for what only means something while typing.
    pub(crate) fn is_offered(&self) -> bool {
        self.context != Context::Filter && !matches!(self.action, Action::OpenPalette | Action::Move(_))
    }
}

#[expect(clippy::too_many_arguments, reason = "one command is one line of the table")]
const fn row(
    id: &'static str,
    title: &'static str,
    section: Section,
    context: Context,
    keys: &'static [&'static str],
    hint: Option<&'static str>,
    enabled: fn(&State) -> Availability,
    action: Action,
) -> Command {
    Command {
        id,
        title,
        section,
        context,
        keys,
        hint,
        enabled,
        action,
    }
}

/// Every command there is.
#[rustfmt::skip]
pub(crate) static COMMANDS: &[Command] = {
    use self::Action as A;
    use self::Context as C;
    use self::Section as S;
    &[
        row("list.open", "Go in: open the row, then its drift", S::List, C::List, &["enter"], Some("open"), has_row, A::Enter),
        row("list.expand", "Open a row with several drifts", S::List, C::List, &["l", "right"], None, has_row, A::Expand),
        row("list.collapse", "Close it again", S::List, C::List, &["h", "left"], None, has_row, A::Collapse),
        row("list.down", "Down", S::List, C::List, &["j", "down"], None, has_row, A::Move(Step::Down)),
        row("list.up", "Up", S::List, C::List, &["k", "up"], None, has_row, A::Move(Step::Up)),
        row("list.first", "First row", S::List, C::List, &["g", "home"], None, has_row, A::Move(Step::First)),
        row("list.last", "Last row", S::List, C::List, &["G", "end"], None, has_row, A::Move(Step::Last)),
        row("list.half-page-down", "Half a page down", S::List, C::List, &["ctrl-d"], None, has_row, A::Move(Step::HalfDown)),
        row("list.half-page-up", "Half a page up", S::List, C::List, &["ctrl-u"], None, has_row, A::Move(Step::HalfUp)),
        row("list.page-down", "Page down", S::List, C::List, &["pagedown"], None, has_row, A::Move(Step::PageDown)),
        row("list.page-up", "Page up", S::List, C::List, &["pageup"], None, has_row, A::Move(Step::PageUp)),
        row("list.mark", "Mark, or take the mark off", S::List, C::List, &["space"], None, has_row, A::Mark),
        row("list.clear-marks", "Take every mark off", S::List, C::List, &["M"], None, has_marks, A::ClearMarks),
        row("list.next-sort", "Order: worst, newest, oldest, name, environment", S::List, C::Triage, &["o"], None, has_applications, A::NextSort),
        row("view.risky", "Risky only", S::List, C::Triage, &["1"], None, always, A::Tab(Some(Group::Risky))),
        row("view.needs-review", "Needs review only", S::List, C::Triage, &["2"], None, always, A::Tab(Some(Group::NeedsReview))),
        row("view.harmless", "Harmless only", S::List, C::Triage, &["3"], None, always, A::Tab(Some(Group::Harmless))),
        row("view.synced", "Synced only", S::List, C::Triage, &["4"], None, always, A::Tab(Some(Group::Synced))),
        row("view.cannot-tell", "Cannot tell only", S::List, C::Triage, &["5"], None, always, A::Tab(Some(Group::CannotTell))),
        row("view.all", "Every verdict", S::List, C::Triage, &["0"], None, always, A::Tab(None)),
        row("drift.ignore", "Ignore: the narrowest rule that hides this change, and what else it would hide", S::Drift, C::Triage, &["x"], Some("ignore"), has_drift, A::OpenIgnore),
        row("diff.next-change", "Next change", S::Drift, C::Triage, &["n"], Some("change"), has_change, A::NextChange),
        row("diff.previous-change", "Previous change", S::Drift, C::Triage, &["N"], None, has_change, A::PreviousChange),
        row("drift.next", "Next drift", S::Drift, C::Triage, &["]"], Some("next"), has_drifts, A::NextDrift),
        row("drift.previous", "Previous drift", S::Drift, C::Triage, &["["], None, has_drifts, A::PreviousDrift),
        row("diff.toggle-harmless", "Show or fold changes that are harmless, ignored or not compared by Argo CD", S::Drift, C::Triage, &["v"], Some("harmless"), has_quiet, A::ToggleQuiet),
        row("diff.toggle-unchanged", "Show or fold unchanged lines", S::Drift, C::Triage, &["C"], None, has_diff, A::ToggleUnchanged),
        row("diff.search", "Search in the diff; n and N then go between the matches", S::Drift, C::Diff, &["/"], Some("search"), has_diff, A::OpenSearch),
        row("diff.toggle-side-by-side", "Two sides beside each other, or one below the other", S::Drift, C::Diff, &["s"], Some("sides"), has_diff, A::ToggleSideBySide),
        row("diff.next-view", "Next view: what Argo CD compares, raw, Git's YAML, live YAML", S::Drift, C::Diff, &["m"], Some("view"), has_diff, A::NextView),
        row("diff.previous-view", "Previous view", S::Drift, C::Diff, &["M"], None, has_diff, A::PreviousView),
        row("diff.zoom", "The diff on the whole screen, or beside the others", S::Drift, C::Detail, &["f"], Some("full screen"), has_diff, A::ToggleZoom),
        row("diff.wait", "Wait for the text diff of large texts, where the differing fields are listed instead", S::Drift, C::Triage, &["W"], Some("wait"), has_slow_diff, A::WaitForDiff),
        row("diff.copy-line", "Copy the line that this change begins on", S::Drift, C::Diff, &["y y"], Some("line"), has_diff, A::Copy(Part::Line)),
        row("diff.copy-path", "Copy its field as a path", S::Drift, C::Diff, &["y p"], Some("path"), has_diff, A::Copy(Part::Path)),
        row("diff.copy-pointer", "Copy its field as a JSON Pointer", S::Drift, C::Diff, &["y j"], Some("JSON Pointer"), has_diff, A::Copy(Part::Pointer)),
        row("diff.copy-change", "Copy this change", S::Drift, C::Diff, &["y c"], Some("this change"), has_diff, A::Copy(Part::Change)),
        row("diff.copy-all", "Copy the whole diff, or the whole YAML", S::Drift, C::Diff, &["y a"], Some("all"), has_diff, A::Copy(Part::All)),
        row("drift.copy-link", "Copy the link to its page in Argo CD", S::Drift, C::Triage, &["y l"], Some("link"), has_page, A::CopyLink),
        row("diff.open-viewer", "Open both sides in the viewer of view.diff_viewer", S::Drift, C::Diff, &["E"], None, has_viewer, A::OpenViewer),
        row("diff.open-editor", "Open a copy of what the diff shows in $VISUAL or $EDITOR", S::Drift, C::Triage, &["e"], None, can_edit_copy, A::OpenEditor),
        row("search.keep", "Keep the search", S::Find, C::Search, &["enter", "tab"], Some("keep"), always, A::KeepSearch),
        row("search.end", "End the search", S::Find, C::Search, &["esc"], Some("end"), always, A::EndSearch),
        row("search.delete-character", "Delete a character", S::Find, C::Search, &["backspace"], None, always, A::DeleteSearchCharacter),
        row("search.delete-word", "Delete a word", S::Find, C::Search, &["ctrl-w", "alt-backspace"], None, always, A::DeleteSearchWord),
        row("view.next-pane", "Next pane: list, reason, diff", S::Drift, C::Triage, &["tab"], Some("pane"), has_panes, A::NextPane),
        row("view.previous-pane", "Previous pane", S::Drift, C::Triage, &["shift-tab"], None, has_panes, A::PreviousPane),
        row("detail.leave", "Back to the list", S::Drift, C::Detail, &["h", "left"], None, always, A::Collapse),
        row("detail.down", "Scroll down", S::Drift, C::Detail, &["j", "down"], None, always, A::Move(Step::Down)),
        row("detail.up", "Scroll up", S::Drift, C::Detail, &["k", "up"], None, always, A::Move(Step::Up)),
        row("detail.first", "To the start", S::Drift, C::Detail, &["g", "home"], None, always, A::Move(Step::First)),
        row("detail.last", "To the end", S::Drift, C::Detail, &["G", "end"], None, always, A::Move(Step::Last)),
        row("detail.half-page-down", "Half a page down", S::Drift, C::Detail, &["ctrl-d"], None, always, A::Move(Step::HalfDown)),
        row("detail.half-page-up", "Half a page up", S::Drift, C::Detail, &["ctrl-u"], None, always, A::Move(Step::HalfUp)),
        row("detail.page-down", "Page down", S::Drift, C::Detail, &["pagedown", "space"], None, always, A::Move(Step::PageDown)),
        row("detail.page-up", "Page up", S::Drift, C::Detail, &["pageup"], None, always, A::Move(Step::PageUp)),
        row("filter.open", "Filter: words, and fields as verdict:risky env:prod kind:Deployment manager:kubectl* age>1h", S::Find, C::Triage, &["/"], Some("filter"), has_applications, A::OpenFilter),
        row("filter.keep", "Keep the filter", S::Find, C::Filter, &["enter", "tab"], Some("keep"), always, A::KeepFilter),
        row("filter.clear", "Clear the filter", S::Find, C::Filter, &["esc"], Some("clear"), always, A::ClearFilter),
        row("filter.delete-character", "Delete a character", S::Find, C::Filter, &["backspace"], None, always, A::DeleteCharacter),
        row("filter.delete-word", "Delete a word", S::Find, C::Filter, &["ctrl-w", "alt-backspace"], None, always, A::DeleteWord),
        row("filter.down", "Down, while typing", S::Find, C::Filter, &["down", "ctrl-n"], None, always, A::Move(Step::Down)),
        row("filter.up", "Up, while typing", S::Find, C::Filter, &["up", "ctrl-p"], None, always, A::Move(Step::Up)),
        row("list.refresh", "List again now (reads only)", S::Program, C::Triage, &["r"], None, always, A::Refresh),
        row("list.toggle-sweep", "Look into Synced Applications too, slowly, for additions that Argo CD does not show; or stop", S::Program, C::Triage, &["S"], None, always, A::ToggleSweep),
        row("drift.rule", "What the deciding rule means, and when it is wrong", S::Drift, C::Triage, &["w"], None, has_drift, A::OpenRule),
        row("drift.timeline", "Timeline: edits, syncs, commits, events, decisions, and what happens next", S::Drift, C::Triage, &["t"], Some("timeline"), has_application, A::OpenTimeline),
        row("view.next-theme", "Next theme, or this one again when its file was edited", S::Program, C::Triage, &["T"], None, always, A::NextTheme),
        row("drift.by-hand", "Commands to copy: sync this resource, pause auto-sync, put a field back", S::Drift, C::Triage, &["c"], Some("by hand"), has_drift, A::OpenByHand),
        row("drift.take-back", "Take back: your own rule that hides this drift goes out of your list", S::Drift, C::Triage, &["u"], Some("take back"), is_ignored, A::TakeBack),
        row("app.jobs", "Jobs: what runs, how each server is doing, what failed last", S::Program, C::Triage, &["J"], None, always, A::OpenJobs),
        row("app.log", "Log: the last lines of driftline's own", S::Program, C::Triage, &["L"], None, always, A::OpenLog),
        row("app.edit-configuration", "Edit the configuration file in $VISUAL or $EDITOR; it is checked afterwards", S::Program, C::Triage, &[","], None, can_edit_configuration, A::EditConfiguration),
        row("app.palette", "Commands: find one by name", S::Program, C::Triage, &[":"], Some("commands"), always, A::OpenPalette),
        row("app.help", "Help", S::Program, C::Triage, &["?", "f1"], Some("help"), always, A::OpenHelp),
        row("app.escape", "Clear the filter, then back", S::Program, C::Triage, &["esc"], Some("back"), can_escape, A::Escape),
        row("app.back", "Back; at the root ask to quit", S::Program, C::Triage, &["q"], Some("quit"), always, A::Back),
        row("app.suspend", "Stop until the shell's `fg`", S::Program, C::Always, &["ctrl-z"], None, can_suspend, A::Suspend),
        row("app.quit", "Quit at once", S::Program, C::Always, &["ctrl-c"], None, always, A::Quit),
        row("jobs.cancel", "Cancel the job that has run for longest", S::Dialogs, C::Jobs, &["x"], Some("cancel"), has_job, A::CancelJob),
        row("jobs.close", "Close", S::Dialogs, C::Jobs, &["J"], None, always, A::CloseOverlay),
        row("log.close", "Close", S::Dialogs, C::Log, &["L"], None, always, A::CloseOverlay),
        row("help.close", "Close", S::Dialogs, C::Help, &["esc", "?", "q", "f1"], Some("close"), always, A::CloseOverlay),
        row("help.down", "Down", S::Dialogs, C::Help, &["j", "down"], Some("down"), always, A::Move(Step::Down)),
        row("help.up", "Up", S::Dialogs, C::Help, &["k", "up"], None, always, A::Move(Step::Up)),
        row("help.first", "To the start", S::Dialogs, C::Help, &["g", "home"], None, always, A::Move(Step::First)),
        row("help.last", "To the end", S::Dialogs, C::Help, &["G", "end"], None, always, A::Move(Step::Last)),
        row("help.half-page-down", "Half a page down", S::Dialogs, C::Help, &["ctrl-d"], None, always, A::Move(Step::HalfDown)),
        row("help.half-page-up", "Half a page up", S::Dialogs, C::Help, &["ctrl-u"], None, always, A::Move(Step::HalfUp)),
        row("help.page-down", "Page down", S::Dialogs, C::Help, &["pagedown", "space"], None, always, A::Move(Step::PageDown)),
        row("help.page-up", "Page up", S::Dialogs, C::Help, &["pageup"], None, always, A::Move(Step::PageUp)),
        row("by-hand.copy", "Copy it", S::Dialogs, C::ByHand, &["enter", "y"], Some("copy"), has_command_by_hand, A::CopyByHand),
        row("by-hand.close", "Close", S::Dialogs, C::ByHand, &["esc", "q", "c"], Some("close"), always, A::CloseOverlay),
        row("by-hand.down", "Down", S::Dialogs, C::ByHand, &["j", "down"], None, always, A::Move(Step::Down)),
        row("by-hand.up", "Up", S::Dialogs, C::ByHand, &["k", "up"], None, always, A::Move(Step::Up)),
        row("ignore.write", "Write the rule", S::Dialogs, C::Ignore, &["enter"], Some("write"), has_proposal, A::WriteIgnore),
        row("ignore.next-field", "Next field", S::Dialogs, C::Ignore, &["tab", "down"], Some("next field"), has_proposal, A::IgnoreField(true)),
        row("ignore.previous-field", "Previous field", S::Dialogs, C::Ignore, &["shift-tab", "up"], None, has_proposal, A::IgnoreField(false)),
        row("ignore.next-value", "Next value; wider", S::Dialogs, C::IgnoreChoice, &["right", "l"], Some("wider, next"), has_proposal, A::IgnoreValue(true)),
        row("ignore.previous-value", "Previous value; narrower", S::Dialogs, C::IgnoreChoice, &["left", "h"], Some("narrower"), has_proposal, A::IgnoreValue(false)),
        row("ignore.copy", "Copy it as Argo CD ignoreDifferences", S::Dialogs, C::IgnoreChoice, &["y"], Some("copy for Argo CD"), has_proposal, A::CopyIgnore),
        row("ignore.close", "Leave without writing", S::Dialogs, C::Ignore, &["esc"], Some("leave"), always, A::CloseOverlay),
        row("ignore.page-down", "Scroll the effect down", S::Dialogs, C::Ignore, &["pagedown", "ctrl-d"], Some("scroll"), has_proposal, A::Move(Step::HalfDown)),
        row("ignore.page-up", "Scroll the effect up", S::Dialogs, C::Ignore, &["pageup", "ctrl-u"], None, has_proposal, A::Move(Step::HalfUp)),
        row("ignore.delete-character", "Delete a character", S::Dialogs, C::IgnoreText, &["backspace"], None, always, A::DeleteCharacter),
        row("ignore.delete-word", "Delete a word", S::Dialogs, C::IgnoreText, &["ctrl-w", "alt-backspace"], None, always, A::DeleteWord),
        row("palette.run", "Run it", S::Dialogs, C::Palette, &["enter"], Some("run"), always, A::RunChosen),
        row("palette.close", "Close", S::Dialogs, C::Palette, &["esc"], Some("close"), always, A::CloseOverlay),
        row("palette.down", "Down", S::Dialogs, C::Palette, &["down", "ctrl-n"], None, always, A::Move(Step::Down)),
        row("palette.up", "Up", S::Dialogs, C::Palette, &["up", "ctrl-p"], None, always, A::Move(Step::Up)),
        row("palette.delete-character", "Delete a character", S::Dialogs, C::Palette, &["backspace"], None, always, A::DeleteCharacter),
        row("palette.clear", "Delete all", S::Dialogs, C::Palette, &["ctrl-w", "ctrl-u"], None, always, A::DeleteWord),
        row("quit.confirm", "Quit", S::Dialogs, C::Quit, &["y", "enter", "q"], Some("quit"), always, A::Quit),
        row("quit.cancel", "Stay", S::Dialogs, C::Quit, &["esc", "n"], Some("stay"), always, A::CloseOverlay),
    ]
};

/// Contexts that count together, innermost first: every stack that [`contexts`] gives.
pub(crate) const STACKS: &[&[Context]] = &[
    LIST,
    REASON,
    DIFF,
    FILTER,
    SEARCH,
    PAGE,
    JOBS,
    LOG,
    PALETTE,
    BY_HAND,
    IGNORE_CHOICE,
    IGNORE_TEXT,
    QUIT,
    UNSEEN,
];

const LIST: &[Context] = &[Context::List, Context::Triage, Context::Always];
const REASON: &[Context] = &[Context::Detail, Context::Triage, Context::Always];
const DIFF: &[Context] = &[Context::Diff, Context::Detail, Context::Triage, Context::Always];
const FILTER: &[Context] = &[Context::Filter, Context::Always];
const SEARCH: &[Context] = &[Context::Search, Context::Always];
const PAGE: &[Context] = &[Context::Help, Context::Always];
const JOBS: &[Context] = &[Context::Jobs, Context::Help, Context::Always];
const LOG: &[Context] = &[Context::Log, Context::Help, Context::Always];
const PALETTE: &[Context] = &[Context::Palette, Context::Always];
const BY_HAND: &[Context] = &[Context::ByHand, Context::Always];
const IGNORE_CHOICE: &[Context] = &[Context::IgnoreChoice, Context::Ignore, Context::Always];
const IGNORE_TEXT: &[Context] = &[Context::IgnoreText, Context::Ignore, Context::Always];
const QUIT: &[Context] = &[Context::Quit, Context::Always];

/// A window too small to draw in: a key must not act on what nobody sees.
const UNSEEN: &[Context] = &[Context::Always];

/// The contexts that count in this state, innermost first.
pub(crate) fn contexts(state: &State) -> &'static [Context] {
    if Layout::of(state).too_small {
        return UNSEEN;
    }
    match (&state.overlay, state.pane) {
        (Some(Overlay::Help { .. } | Overlay::Rule { .. } | Overlay::Timeline { .. }), _) => PAGE,
        (Some(Overlay::Jobs { .. }), _) => JOBS,
        (Some(Overlay::Log { .. }), _) => LOG,
        (Some(Overlay::Palette), _) => PALETTE,
        (Some(Overlay::ByHand), _) => BY_HAND,
        (Some(Overlay::Ignore), _) if state.ignoring.is_typing() => IGNORE_TEXT,
        (Some(Overlay::Ignore), _) => IGNORE_CHOICE,
        (Some(Overlay::Quit), _) => QUIT,
        (None, _) if state.filter.typing => FILTER,
        (None, Pane::List) => LIST,
        (None, Pane::Reason) => REASON,
        (None, Pane::Diff) if state.detail.search.typing => SEARCH,
        (None, Pane::Diff) => DIFF,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::COMMANDS;

    #[test]
    fn ids_are_unique_and_have_an_area_and_a_verb() {
        let ids: BTreeSet<_> = COMMANDS.iter().map(|c| c.id).collect();
        assert_eq!(ids.len(), COMMANDS.len());
        assert!(ids.iter().all(|id| id.split('.').count() == 2));
    }
}
