//! What somebody reads who has configured nothing yet: what was looked for, where, and three ways on.

use crate::config::{ConfigFileSource, Paths};

/// The text, without a final line break.
pub(super) fn text(paths: &Paths) -> String {
    let file = match &paths.config_file {
        Some(path) if path.exists() => format!("{} (there, without a [[context]])", path.display()),
        Some(path) => format!("{} (not there)", path.display()),
        None => "a configuration file (this machine names no home folder)".to_owned(),
    };
    let said = match paths.config_file_source {
        ConfigFileSource::Flag => ", from --config",
        ConfigFileSource::Variable => ", from DRIFTLINE_CONFIG",
        ConfigFileSource::Default => "",
    };
    format!(
        "no Argo CD is configured.

Looked for:
  {file}{said}
  ARGOCD_SERVER (not set)
  --server (not given)

To look around without a server:
  driftline demo

To use your Argo CD, name it and give a token that may read Applications:
  argocd login argocd.example.com
  export ARGOCD_SERVER=argocd.example.com
  export ARGOCD_AUTH_TOKEN=$(argocd account generate-token)
  driftline

To keep several servers, write [[context]] blocks into the file above; config.example.toml shows every key."
    )
}
