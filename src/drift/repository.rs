//! The words of Git for where a file lies: repository, branch, path. Each is checked when it is made, because all of them end
//! up as arguments of a program, and some come from clusters and checkouts.

use std::fmt;

use url::{Host, Url};

/// How a repository is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Transport {
    /// `https://`.
    Https,
    /// `http://`: whoever stands in between can change what is read.
    Http,
    /// `ssh://`, or `user@host:path`.
    Ssh,
    /// A folder of this machine.
    Folder,
}

/// Address of a Git repository. It holds no password and no remote helper (`ext::…`), and is no option of a command.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RepositoryUrl {
    text: String,
    transport: Transport,
}

impl RepositoryUrl {
    /// Reads an address: `https://`, `http://`, `ssh://`, `user@host:path`, or an absolute path of a folder.
    ///
    /// # Errors
    /// What is wrong with it. The sentence does not repeat the address: it may hold a password.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if text.is_empty() {
            return Err("a repository has an address");
        }
        if text.starts_with('-') {
            return Err("an address does not start with `-`");
        }
        if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err("an address holds no spaces and no control characters");
        }
        let transport = if let Some((scheme, rest)) = text.split_once("://") {
            let transport = match scheme {
                "https" => Transport::Https,
                "http" => Transport::Http,
                "ssh" => Transport::Ssh,
                _ => return Err("only https, http, ssh, `user@host:path` and folders are read"),
            };
            host_is_a_host(authority(rest), transport)?;
            transport
        } else if text.starts_with('/') {
            Transport::Folder
        } else if let Some((host, path)) = text.split_once(':').filter(|(host, _)| !host.contains('/')) {
            if path.starts_with(':') {
                return Err("remote helpers (`name::address`) are not run");
            }
            host_is_a_host(host, Transport::Ssh)?;
            Transport::Ssh
        } else {
            return Err("this is no address of a repository, and no absolute path of a folder");
        };
        Ok(Self {
            text: text.to_owned(),
            transport,
        })
    }

    /// The address as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// How it is reached.
    pub fn transport(&self) -> Transport {
        self.transport
    }

    /// Whether what is read may be changed by whoever stands in between: plain HTTP to another machine.
    pub fn is_open_to_change(&self) -> bool {
        self.transport == Transport::Http
            && !Url::parse(&self.text).is_ok_and(|url| match url.host() {
                Some(Host::Domain(name)) => name == "localhost",
                Some(Host::Ipv4(address)) => address.is_loopback(),
                Some(Host::Ipv6(address)) => address.is_loopback(),
                None => false,
            })
    }
}

fn authority(rest: &str) -> &str {
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

fn host_is_a_host(authority: &str, transport: Transport) -> Result<(), &'static str> {
    let (user, host) = authority
        .rsplit_once('@')
        .map_or((None, authority), |(user, host)| (Some(user), host));
    if host.is_empty() {
        return Err("an address names a host");
    }
    // ssh would take it for an option.
    if host.starts_with('-') || user.is_some_and(|user| user.starts_with('-')) {
        return Err("neither host nor user starts with `-`");
    }
    match (user, transport) {
        // In the user's place stands a token as often as a name.
        (Some(_), Transport::Https | Transport::Http) => {
            Err("an address holds no user and no password: a credential helper does")
        }
        (Some(user), _) if user.contains(':') => Err("an address holds no password"),
        _ => Ok(()),
    }
}

impl fmt::Display for RepositoryUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Longest branch name and path that is taken, in bytes.
const LONGEST: usize = 1024;

/// Name of a branch, without `refs/heads/`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BranchName(String);

impl BranchName {
    /// Reads a name by the rules of `git check-ref-format --branch`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let wrong_part = |part: &str| part.is_empty() || part.starts_with('.') || part.ends_with(".lock");
        if text.is_empty() {
            Err("a branch has a name")
        } else if text.len() > LONGEST {
            Err("a branch name is shorter")
        } else if text.starts_with('-') {
            Err("a branch name does not start with `-`")
        } else if text == "@"
            || text.ends_with('.')
            || text.contains("..")
            || text.contains("@{")
            || text.split('/').any(wrong_part)
            || text.chars().any(|c| c.is_control() || " ~^:?*[\\".contains(c))
        {
            Err("this is no name of a branch")
        } else {
            Ok(Self(text.to_owned()))
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BranchName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Path of a file in a repository: relative, with `/`, and it leads nowhere else.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RepositoryPath(String);

impl RepositoryPath {
    /// Reads a path.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if text.is_empty() {
            Err("a file has a path")
        } else if text.len() > LONGEST {
            Err("a path is shorter")
        } else if text.starts_with('-') {
            Err("a path does not start with `-`")
        } else if text.starts_with('/') {
            Err("the path of a file in a repository does not start with `/`")
        } else if text.chars().any(char::is_control) {
            Err("a path holds no control characters")
        } else if text.split('/').any(|part| matches!(part, "" | "." | "..")) {
            Err("a path in a repository has no empty parts, no `.` and no `..`")
        } else {
            Ok(Self(text.to_owned()))
        }
    }

    /// The path.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RepositoryPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One file of one branch of a repository. It is written `repository@branch:path`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RepositoryFile {
    /// Which repository.
    pub repository: RepositoryUrl,
    /// Which branch.
    pub branch: BranchName,
    /// Which file.
    pub path: RepositoryPath,
}

impl fmt::Display for RepositoryFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}:{}", self.repository, self.branch, self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_git_reaches_without_running_anything_are_taken() {
        for (text, transport) in [
            ("https://git.example.com/team/drift.git", Transport::Https),
            ("https://git.example.com:8443/a@b", Transport::Https),
            ("http://127.0.0.1:3000/a.git", Transport::Http),
            ("ssh://git@git.example.com:2222/team/drift.git", Transport::Ssh),
            ("git@git.example.com:team/drift.git", Transport::Ssh),
            ("git.example.com:team/drift.git", Transport::Ssh),
            ("/srv/git/drift.git", Transport::Folder),
            ("/srv/a:b.git", Transport::Folder),
        ] {
            assert_eq!(RepositoryUrl::parse(text).map(|url| url.transport()), Ok(transport), "{text}");
        }
    }

    #[test]
    fn addresses_that_run_programs_hold_secrets_or_are_options_are_refused() {
        for text in [
            "",
            "-u",
            "--upload-pack=touch /tmp/x",
            "ext::sh -c touch% /tmp/x",
            "ext::sh",
            "fd::17",
            "file:///srv/git",
            "git://git.example.com/a.git",
            "ftp://git.example.com/a.git",
            "transport::https://git.example.com/a",
            "ssh://-oProxyCommand=id/a",
            "ssh://-oProxyCommand=id@host/a",
            "-oProxyCommand=id@host:a",
            "git@-oProxyCommand=id:a",
            "https://",
            "https:///a",
            "https://user:hunter2@git.example.com/a",
            "https://ghp_0123456789@git.example.com/a",
            "ssh://git:hunter2@git.example.com/a",
            "https://git.example.com/a b",
            "https://git.example.com/a\nb",
            "relative/folder",
            "../rules",
            "word",
        ] {
            let refused = RepositoryUrl::parse(text).map(|url| url.to_string());
            assert!(
                refused.as_ref().is_err_and(|why| !why.contains("hunter2")),
                "{text:?} {refused:?}"
            );
        }
    }

    #[test]
    fn plain_http_is_safe_on_this_machine_only() {
        for (text, expected) in [
            ("http://git.example.com/a", true),
            ("http://localhost.example.com/a", true),
            ("http://localhost:3000/a", false),
            ("http://127.0.0.1/a", false),
            ("http://[::1]:80/a", false),
            ("https://git.example.com/a", false),
            ("git@git.example.com:a", false),
        ] {
            assert_eq!(RepositoryUrl::parse(text).unwrap().is_open_to_change(), expected, "{text}");
        }
    }

    #[test]
    fn branches_are_named_as_git_names_them() {
        for fine in ["main", "release/1.2", "a-b", "größe", "v1.lockx", "feature/@x", "refs"] {
            assert!(BranchName::parse(fine).is_ok(), "{fine}");
        }
        for wrong in [
            "",
            "-d",
            "--upload-pack=x",
            "a..b",
            "a b",
            "a~1",
            "a^",
            "a:b",
            "+a:b",
            "a?",
            "a*",
            "[a",
            "a\\b",
            "/a",
            "a/",
            "a//b",
            ".a",
            "a/.b",
            "a.lock",
            "a.lock/b",
            "a.",
            "@",
            "a@{1}",
            "a\nb",
            "a\u{7f}",
        ] {
            assert!(BranchName::parse(wrong).is_err(), "{wrong:?}");
        }
        assert!(BranchName::parse(&"a".repeat(LONGEST + 1)).is_err());
    }

    #[test]
    fn a_path_stays_in_the_repository_and_is_no_option() {
        for fine in ["ignore.toml", "a/b c/d.toml", ".drift/x", "a/..b", ":(top)x"] {
            assert!(RepositoryPath::parse(fine).is_ok(), "{fine}");
        }
        for wrong in ["", "-p", "/etc/passwd", "a/../b", "..", "./a", "a//b", "a/", "a\0b", "a\nb"] {
            assert!(RepositoryPath::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
