//! Where things lie on this machine.

use std::path::{Path, PathBuf};

use directories::ProjectDirs;

use super::variables::Variables;

/// Name of the project file.
pub const PROJECT_FILE: &str = ".driftline.toml";

/// Who said where the configuration file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfigFileSource {
    /// `--config`: it must be there.
    Flag,
    /// `DRIFTLINE_CONFIG`: it must be there.
    Variable,
    /// The user's configuration folder: it may be missing.
    Default,
}

/// Files and folders of this program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// The person's configuration file; `None` when the machine names no home and nobody said where it is.
    pub config_file: Option<PathBuf>,
    /// Who said so.
    pub config_file_source: ConfigFileSource,
    /// The nearest project file, when there is one.
    pub project_file: Option<PathBuf>,
    /// What must survive: journal, audit log.
    pub state: Option<PathBuf>,
    /// What may be deleted at any time.
    pub cache: Option<PathBuf>,
    /// Log files.
    pub logs: Option<PathBuf>,
}

impl Paths {
    /// Finds them: `--config`, else `DRIFTLINE_CONFIG`, else the system's folders for this user.
    pub(super) fn find(config: Option<&Path>, variables: &Variables, project_file: Option<PathBuf>) -> Self {
        let folders = ProjectDirs::from("", "", "driftline");
        let state = folders
            .as_ref()
            .map(|f| f.state_dir().unwrap_or_else(|| f.data_local_dir()).to_path_buf());
        let (config_file, config_file_source) = if let Some(path) = config {
            (Some(path.to_path_buf()), ConfigFileSource::Flag)
        } else if let Some(path) = variables.get("DRIFTLINE_CONFIG") {
            (Some(PathBuf::from(path)), ConfigFileSource::Variable)
        } else {
            let path = folders.as_ref().map(|f| f.config_dir().join("config.toml"));
            (path, ConfigFileSource::Default)
        };
        Self {
            config_file,
            config_file_source,
            project_file,
            logs: state.as_ref().map(|s| s.join("log")),
            state,
            cache: folders.as_ref().map(|f| f.cache_dir().to_path_buf()),
        }
    }
}
