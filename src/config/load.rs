//! The only file that touches the machine: reads the files, hands pure values on.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::flags::Flags;
use super::layers::Layers;
use super::origin::{FileLayer, Origin};
use super::paths::{ConfigFileSource, PROJECT_FILE, Paths};
use super::problem::{Problem, Problems};
use super::resolve::resolve;
use super::schema::{self, RawConfig};
use super::settings::{Settings, ViewSettings};
use super::variables::Variables;

/// Settings and where they were looked for.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// What was decided.
    pub settings: Settings,
    /// Where things lie.
    pub paths: Paths,
}

/// Finds the files without reading them.
pub fn paths(flags: &Flags, variables: &Variables, folder: &Path) -> Paths {
    Paths::find(flags.config.as_deref(), variables, find_project_file(folder))
}

/// Reads every source and decides every value.
///
/// # Errors
/// Everything that is wrong, of all files at once.
pub fn load(flags: Flags, variables: Variables, folder: &Path) -> Result<Loaded, Problems> {
    let paths = paths(&flags, &variables, folder);
    let mut problems = Vec::new();
    let must_exist = paths.config_file_source != ConfigFileSource::Default;
    let user = read(
        paths.config_file.as_deref(),
        FileLayer::User,
        must_exist,
        &paths,
        &mut problems,
    );
    let project = read(
        paths.project_file.as_deref(),
        FileLayer::Project,
        false,
        &paths,
        &mut problems,
    );
    let layers = Layers {
        user,
        project,
        variables,
        flags,
    };
    match resolve(&layers) {
        Ok(settings) if problems.is_empty() => Ok(Loaded {
            settings: Settings {
                state: paths.state.clone(),
                view: ViewSettings {
                    folder: paths.config_file.as_deref().and_then(Path::parent).map(Path::to_path_buf),
                    ..settings.view
                },
                cache: paths.cache.clone(),
                ..settings
            },
            paths,
        }),
        Ok(_) => Err(Problems(problems)),
        Err(more) => {
            problems.extend(more.0);
            Err(Problems(problems))
        }
    }
}

fn read(file: Option<&Path>, layer: FileLayer, must_exist: bool, paths: &Paths, problems: &mut Vec<Problem>) -> RawConfig {
    let Some(file) = file else { return RawConfig::default() };
    match std::fs::read_to_string(file) {
        Ok(text) => {
            let (config, found) = schema::read(&text, layer, file);
            problems.extend(found);
            config
        }
        Err(error) if error.kind() == ErrorKind::NotFound && !must_exist => RawConfig::default(),
        Err(error) => {
            let origin = match (layer, paths.config_file_source) {
                (FileLayer::User, ConfigFileSource::Flag) => Origin::Flag("--config"),
                (FileLayer::User, ConfigFileSource::Variable) => Origin::Variable("DRIFTLINE_CONFIG"),
                _ => Origin::BuiltIn,
            };
            let why = if error.kind() == ErrorKind::InvalidData {
                "it is not UTF-8 text".to_owned()
            } else {
                error.to_string()
            };
            problems.push(Problem::new(origin, "", format!("cannot read {}: {why}", file.display())));
            RawConfig::default()
        }
    }
}

/// The project file of this folder or of a folder above, up to the root of its Git checkout; outside of one, of this
/// folder only.
fn find_project_file(folder: &Path) -> Option<PathBuf> {
    let checkout = folder.ancestors().find(|above| above.join(".git").exists());
    folder
        .ancestors()
        .take_while(|above| checkout.map_or(*above == folder, |root| above.starts_with(root)))
        .map(|above| above.join(PROJECT_FILE))
        .find(|file| file.is_file())
}
