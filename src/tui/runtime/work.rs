//! What each effect does in the world. Reads the engine; heavy work goes to blocking threads.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::mpsc;

use super::comparison::{BUDGET, Comparison, Parked};
use super::jobs::Job;
use super::keeper::Keeping;
use super::themes::{Themes, in_a_line};
use crate::engine::ports::ErrorView;
use crate::engine::{Engine, EngineCommand};
use crate::tui::RecentLog;
use crate::tui::diff::highlight::Highlighter;
use crate::tui::diff::{Plan, Shown};
use crate::tui::update::{Effect, Msg, Patience};

/// So long an Application has to stay shown before Argo CD is asked for its commits.
const STAYS: Duration = Duration::from_millis(300);

/// What effects act on.
pub(super) struct World {
    engine: Arc<Engine>,
    commands: mpsc::Sender<EngineCommand>,
    /// Loaded when the first diff is open.
    highlighter: Arc<OnceLock<Highlighter>>,
    themes: Arc<Themes>,
    log: Arc<RecentLog>,
    /// `None` when the view is not kept.
    keeping: Option<Keeping>,
    parked: Parked<Shown>,
    /// So long a comparison may take before the fields are shown instead.
    budget: Duration,
}

impl World {
    pub(super) fn new(
        engine: Arc<Engine>,
        commands: mpsc::Sender<EngineCommand>,
        themes: Arc<Themes>,
        log: Arc<RecentLog>,
        keeping: Option<Keeping>,
    ) -> Self {
        Self {
            engine,
            commands,
            highlighter: Arc::new(OnceLock::new()),
            themes,
            log,
            keeping,
            parked: Parked::default(),
            budget: BUDGET,
        }
    }

    /// The job of an effect.
    pub(super) fn job(&self, effect: Effect) -> Job {
        match effect {
            Effect::Refresh => self.command(EngineCommand::Refresh),
            Effect::Sweep(on) => self.command(EngineCommand::Sweep(on)),
            Effect::NextTheme => {
                let themes = Arc::clone(&self.themes);
                Box::pin(async move {
                    let next = tokio::task::spawn_blocking(move || themes.next());
                    match next.await {
                        Ok(Ok((name, said))) => Msg::Themed { name, said },
                        Ok(Err(wrong)) => Msg::Said(in_a_line(&wrong)),
                        Err(_) => Msg::JobFailed(Effect::NextTheme.purpose()),
                    }
                })
            }
            Effect::Pace(pace) => self.command(EngineCommand::Pace(pace)),
            Effect::ReadLog(known) => {
                let log = Arc::clone(&self.log);
                Box::pin(async move {
                    let (page, revision) = log.after(known).await;
                    Msg::Log { page, revision }
                })
            }
            Effect::Remember(text) => {
                if let Some(keeping) = &self.keeping {
                    keeping.keep(text);
                }
                Box::pin(std::future::ready(Msg::Done))
            }
            Effect::Open(key) => self.command(EngineCommand::Open(key)),
            Effect::CommandsByHand(key) => {
                let engine = Arc::clone(&self.engine);
                Box::pin(async move {
                    let result = engine.commands_by_hand(&key).await;
                    Msg::CommandsByHand { key, result }
                })
            }
            Effect::Workbench { key, path, generation } => {
                let engine = Arc::clone(&self.engine);
                Box::pin(async move {
                    let result = engine.ignore_workbench(&key, path.as_ref()).await;
                    Msg::Workbench {
                        generation,
                        result: result.map(Box::new),
                    }
                })
            }
            Effect::Ignore(plan) => {
                let engine = Arc::clone(&self.engine);
                Box::pin(async move {
                    let result = engine.ignore(&plan).await;
                    Msg::Ignored {
                        key: plan.key().clone(),
                        result,
                    }
                })
            }
            Effect::StopIgnoring(key) => {
                let engine = Arc::clone(&self.engine);
                Box::pin(async move {
                    let result = engine.stop_ignoring(&key).await;
                    Msg::StoppedIgnoring { key, result }
                })
            }
            Effect::Compare {
                key,
                pair,
                shape,
                generation,
                patience,
            } => {
                let engine = Arc::clone(&self.engine);
                let parked = self.parked.clone();
                let budget = self.budget;
                Box::pin(async move {
                    let comparison = match parked.take(generation) {
                        Some(comparison) => comparison,
                        None => match engine.document(&key, pair).await {
                            Ok(document) => Comparison::start(move |stop| Shown::compute(document, shape, stop)),
                            Err(error) => {
                                let result = Err(error);
                                return Msg::Compared { key, generation, result };
                            }
                        },
                    };
                    if patience == Patience::Long {
                        let result = comparison.wait().await;
                        return Msg::Compared { key, generation, result };
                    }
                    match comparison.within(budget).await {
                        Ok(result) => Msg::Compared { key, generation, result },
                        Err(comparison) => {
                            parked.put(generation, comparison);
                            Msg::TakesLong { key, generation }
                        }
                    }
                })
            }
            Effect::Timeline {
                application,
                drift,
                generation,
            } => {
                let engine = Arc::clone(&self.engine);
                Box::pin(async move {
                    let result = engine.timeline(&application, drift.as_ref()).await;
                    Msg::TimelineTold { generation, result }
                })
            }
            Effect::GitSide(application) => {
                let engine = Arc::clone(&self.engine);
                Box::pin(async move {
                    let told = match engine.known_git_side(&application) {
                        Some(told) => told,
                        None => {
                            // Who only passes by costs the server nothing: the next request cancels this one.
                            tokio::time::sleep(STAYS).await;
                            engine.git_side(&application).await
                        }
                    };
                    Msg::GitSideTold {
                        key: application.key.clone(),
                        revisions: application.revisions.clone(),
                        told,
                    }
                })
            }
            Effect::LayOut { diff, shape } => Box::pin(async move {
                let text = Arc::clone(&diff);
                match blocking(move || Arc::new(Plan::new(&text, shape))).await {
                    Ok(plan) => Msg::LaidOut { diff, plan },
                    Err(_) => Msg::JobFailed("Laying out the diff"),
                }
            }),
            // The loop does these itself: it holds the terminal.
            Effect::Terminal(_) | Effect::Cancel(_) => Box::pin(std::future::ready(Msg::Done)),
            Effect::Colour { diff, side, block } => {
                let highlighter = Arc::clone(&self.highlighter);
                Box::pin(async move {
                    let text = Arc::clone(&diff);
                    let pieces = blocking(move || highlighter.get_or_init(Highlighter::new).block(&text, side, block)).await;
                    Msg::Coloured {
                        diff,
                        side,
                        block,
                        // Without colours the text is there all the same.
                        pieces: pieces.unwrap_or_default(),
                    }
                })
            }
        }
    }

    fn command(&self, command: EngineCommand) -> Job {
        let commands = self.commands.clone();
        Box::pin(async move {
            match commands.send(command).await {
                Ok(()) => Msg::Done,
                Err(_) => Msg::EngineStopped,
            }
        })
    }
}

/// Runs on a blocking thread; a panic there is an error here.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, ErrorView> {
    tokio::task::spawn_blocking(work).await.map_err(|_| ErrorView {
        title: "Comparing broke".to_owned(),
        detail: "This is a bug of driftline; the log has the report.".to_owned(),
        hint: "The rest goes on; please report it.".to_owned(),
    })
}
