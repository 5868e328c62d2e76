//! A repository as people and forges name it, out of whatever an Application's `repoURL` says.
//!
//! Argo CD takes many spellings of one repository (`util/git/git.go`, NormalizeGitURL: lower case, scp form, `.git`,
//! `ssh://` are all the same to it), and its webhooks also take the hosts under which forges serve ssh over port 443. Two
//! spellings are one repository here too; the path keeps its case for the forge's API.

use std::fmt;

use url::Url;

/// What serves a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ForgeKind {
    /// GitHub, or GitHub Enterprise.
    GitHub,
    /// GitLab.
    GitLab,
    /// Nothing but Git: branches can be pushed, and a link says where to go on.
    PlainGit,
}

impl ForgeKind {
    /// The word used in the configuration and in texts.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GitHub => "github",
            Self::GitLab => "gitlab",
            Self::PlainGit => "git",
        }
    }

    /// Reads [`ForgeKind::as_str`]'s word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::GitHub, Self::GitLab, Self::PlainGit]
            .into_iter()
            .find(|kind| kind.as_str() == word)
    }

    /// Of the hosts that everybody knows. Others are never probed: a probe tells a token to whoever answers.
    pub fn of_host(host: &str) -> Option<Self> {
        match host {
            "github.com" => Some(Self::GitHub),
            "gitlab.com" => Some(Self::GitLab),
            _ => None,
        }
    }
}

/// Why a `repoURL` is no repository that something can be written to. The sentences do not repeat the address, which may
/// hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoRepository {
    /// An OCI registry or a chart repository.
    #[error("the source is a chart or an artifact, not a Git repository: there is no file to change")]
    NotGit,
    /// Not understood.
    #[error("the address of the source's repository is not understood")]
    NotUnderstood,
}

/// One Git repository. Two spellings of one repository are equal; user, password and port are not part of it.
#[derive(Debug, Clone)]
pub struct Repository {
    host: String,
    path: String,
}

impl Repository {
    /// Reads an address: `https://`, `http://`, `ssh://`, `user@host:path`, or an absolute path of a folder.
    ///
    /// # Errors
    /// It is no Git repository, or not understood.
    pub fn read(address: &str) -> Result<Self, NoRepository> {
        let address = address.trim();
        if address.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(NoRepository::NotUnderstood);
        }
        if address.starts_with('/') {
            return Self::of(String::new(), address);
        }
        if let Some(folder) = address.strip_prefix("file://") {
            return Self::of(String::new(), folder);
        }
        if address.starts_with("oci://") {
            return Err(NoRepository::NotGit);
        }
        if address.contains("://") {
            let url = Url::parse(address).map_err(|_| NoRepository::NotUnderstood)?;
            if !matches!(url.scheme(), "https" | "http" | "ssh") {
                return Err(NoRepository::NotUnderstood);
            }
            let host = url.host_str().ok_or(NoRepository::NotUnderstood)?;
            return Self::of(usual_host(host), url.path());
        }
        // `user@host:path`, as scp writes it.
        let (host, path) = address.split_once(':').ok_or(NoRepository::NotUnderstood)?;
        let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
        if host.is_empty() || host.contains('/') || path.starts_with(':') {
            return Err(NoRepository::NotUnderstood);
        }
        Self::of(usual_host(host), path)
    }

    fn of(host: String, path: &str) -> Result<Self, NoRepository> {
        let path = path.trim_end_matches('/');
        let path = path.strip_suffix(".git").unwrap_or(path);
        // A folder keeps its first slash, everything else is below its host.
        let path = if host.is_empty() { path } else { path.trim_start_matches('/') };
        let is_plain = |part: &str| !matches!(part, "" | "." | "..");
        if path.is_empty() || !path.trim_start_matches('/').split('/').all(is_plain) {
            return Err(NoRepository::NotUnderstood);
        }
        Ok(Self {
            host,
            path: path.to_owned(),
        })
    }

    /// Host without port, lower case; empty for a folder of this machine.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Path below the host, in its own case, without `.git`: `owner/name`, with groups in between where a forge has them. Of
    /// a folder its absolute path.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// `owner` and `name`, where the path is just these two.
    pub fn owner_and_name(&self) -> Option<(&str, &str)> {
        self.path
            .split_once('/')
            .filter(|(owner, name)| !owner.is_empty() && !name.contains('/'))
    }

    fn key(&self) -> (&str, String) {
        // The names of folders differ by case on the systems that Argo CD and its demo run on; those of forges do not.
        let path = if self.host.is_empty() {
            self.path.clone()
        } else {
            self.path.to_lowercase()
        };
        (&self.host, path)
    }
}

/// Lower case, and the usual name of a host that only serves ssh over the port of HTTPS.
fn usual_host(host: &str) -> String {
    let host = host.to_lowercase();
    let usual = ["altssh.", "ssh."].into_iter().find_map(|prefix| host.strip_prefix(prefix));
    match usual {
        // `ssh.example` alone would be a host of its own.
        Some(rest) if rest.contains('.') => rest.to_owned(),
        _ => host,
    }
}

impl PartialEq for Repository {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Repository {}

impl PartialOrd for Repository {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Repository {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

impl std::hash::Hash for Repository {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

impl fmt::Display for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.is_empty() {
            f.write_str(&self.path)
        } else {
            write!(f, "{}/{}", self.host, self.path)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_repository_is_the_same_one() {
        let one = Repository::read("https://github.com/Shop/Platform.git").unwrap();
        for spelling in [
            "https://github.com/shop/platform",
            "https://user:hunter2@github.com/shop/platform/",
            "git@github.com:shop/platform.git",
            "ssh://git@github.com:22/shop/platform.git",
            "ssh://git@ssh.github.com:443/shop/platform.git",
            "github.com:shop/platform",
            "HTTPS://GitHub.com/shop/platform",
        ] {
            let other = Repository::read(spelling).unwrap();
            assert_eq!(other, one, "{spelling}");
            assert!(!other.to_string().contains("hunter2"));
        }
        assert_eq!(one.owner_and_name(), Some(("Shop", "Platform")));
        assert_eq!(one.to_string(), "github.com/Shop/Platform");
    }

    #[test]
    fn different_repositories_are_told_apart() {
        let read = |address: &str| Repository::read(address).unwrap();
        assert_ne!(read("https://github.com/shop/a"), read("https://gitlab.com/shop/a"));
        assert_ne!(read("https://github.com/shop/a"), read("https://github.com/shop/b"));
        assert_ne!(read("/srv/git/A"), read("/srv/git/a"));
        assert_eq!(read("file:///srv/git/a.git"), read("/srv/git/a"));
        assert_eq!(read("https://gitlab.com/group/sub/a").owner_and_name(), None);
        assert_eq!(read("ssh://git@ssh.internal/a/b").host(), "ssh.internal");
    }

    #[test]
    fn what_is_no_git_repository_is_refused_with_a_reason() {
        assert_eq!(Repository::read("oci://ghcr.io/shop/chart"), Err(NoRepository::NotGit));
        for address in [
            "",
            "word",
            "ext::sh -c x",
            "ext::sh",
            "ftp://example.com/a/b",
            "https://",
            "https://github.com",
            "https://github.com/..",
            "git@github.com:../x",
            "a b:c",
            "x/y:z",
        ] {
            assert_eq!(Repository::read(address), Err(NoRepository::NotUnderstood), "{address}");
        }
    }
}
