//! `ignore.sources`: what may be named, and what is said of the rest.

use std::path::Path;
use std::time::Duration;

use super::super::layers::Layers;
use super::super::origin::FileLayer;
use super::super::resolve::resolve;
use super::super::schema;
use super::super::settings::IgnoreSourcePlace;
use super::ignore_rules::ignored;

#[test]
fn sources_are_files_and_files_of_repositories() {
    let user = "[ignore]\nfetch_every = \"5m\"\nsources = [\n  \"team.toml\",\n  { path = \"/etc/prod.toml\", environment = \"prod*\" },\n  \
                { repository = \"https://git.example.com/a.git\", branch = \"main\", path = \"drift/ignore.toml\", environment = \"prod\" },\n  \
                { repository = \"../rules\", branch = \"main\", path = \"ignore.toml\" },\n]\n";
    let (user, problems) = schema::read(user, FileLayer::User, Path::new("/home/a/config.toml"));
    assert_eq!(problems, []);
    let settings = resolve(&Layers {
        user,
        ..Layers::default()
    })
    .unwrap();
    let sources: Vec<_> = settings
        .ignore
        .sources
        .iter()
        .map(|source| {
            let place = match &source.place {
                IgnoreSourcePlace::File(file) => file.display().to_string(),
                IgnoreSourcePlace::Repository(file) => file.to_string(),
            };
            (place, source.environment.as_ref().map(|glob| glob.as_str().to_owned()))
        })
        .collect();
    assert_eq!(
        sources,
        [
            ("/home/a/team.toml".to_owned(), None),
            ("/etc/prod.toml".to_owned(), Some("prod*".to_owned())),
            (
                "https://git.example.com/a.git@main:drift/ignore.toml".to_owned(),
                Some("prod".to_owned())
            ),
            ("/home/a/../rules@main:ignore.toml".to_owned(), None),
        ]
    );
    assert_eq!(settings.ignore.fetch_every, Duration::from_secs(300));
    let shown: Vec<String> = settings
        .effective
        .iter()
        .filter(|value| value.key.starts_with("ignore."))
        .map(|value| format!("{} = {} # {}", value.key, value.value, value.origin))
        .collect();
    assert_eq!(
        shown,
        [
            "ignore.sources = [\"team.toml\", { environment = \"prod*\", path = \"/etc/prod.toml\" }, { branch = \"main\", \
             environment = \"prod\", path = \"drift/ignore.toml\", repository = \"https://git.example.com/a.git\" }, { branch = \
             \"main\", path = \"ignore.toml\", repository = \"../rules\" }] # from user file /home/a/config.toml:3",
            "ignore.fetch_every = \"5m\" # from user file /home/a/config.toml:2",
        ]
    );
}

#[test]
fn everything_wrong_with_sources_is_said_and_no_password_repeated() {
    for (source, expected) in [
        (
            "\"https://git.example/rules.git\"",
            "`ignore.sources`: this is the address of a repository. \
             Write { repository = \"…\", branch = \"main\", path = \"ignore.toml\" }.",
        ),
        (
            "\"git@git.example:rules.git\"",
            "`ignore.sources`: this is the address of a repository. \
             Write { repository = \"…\", branch = \"main\", path = \"ignore.toml\" }.",
        ),
        ("\"\"", "`ignore.sources`: an empty name is no file."),
        (
            "7",
            "`ignore.sources`: expected a list of strings and tables, found a number.",
        ),
        (
            "{}",
            "`ignore.sources`: a source has a `path`, alone or with `repository` and `branch`.",
        ),
        (
            "{ path = \"a\", branch = \"main\" }",
            "`ignore.sources.branch`: a branch belongs to a repository. Give `repository`, or leave the branch out.",
        ),
        (
            "{ path = \"a\", environment = \"\" }",
            "`ignore.sources.environment`: an empty pattern matches nothing. Leave it out, or write \"*\".",
        ),
        (
            "{ repository = \"/r\", brunch = \"main\", branch = \"main\", path = \"a\" }",
            "`ignore.sources.brunch`: unknown key. Did you mean `branch`?",
        ),
        (
            "{ repository = \"/r\", path = \"a\" }",
            "`ignore.sources.branch`: a source in a repository has `repository`, `branch` and `path`.",
        ),
        (
            "{ repository = \"/r\", branch = \"--upload-pack=id\", path = \"a\" }",
            "`ignore.sources.branch`: a branch name does not start with `-`.",
        ),
        (
            "{ repository = \"/r\", branch = \"main\", path = \"../a\" }",
            "`ignore.sources.path`: a path in a repository has no empty parts, no `.` and no `..`.",
        ),
        (
            "{ repository = \"ext::sh -c id\", branch = \"main\", path = \"a\" }",
            "`ignore.sources.repository`: an address holds no spaces and no control characters.",
        ),
        (
            "{ repository = \"ext::id\", branch = \"main\", path = \"a\" }",
            "`ignore.sources.repository`: remote helpers (`name::address`) are not run.",
        ),
        (
            "{ repository = \"-u\", branch = \"main\", path = \"a\" }",
            "`ignore.sources.repository`: an address does not start with `-`.",
        ),
        (
            "{ repository = \"http://git.example/a.git\", branch = \"main\", path = \"a\" }",
            "`ignore.sources.repository`: over plain HTTP anybody in between could change the rules.",
        ),
        (
            "{ repository = \"https://u:hunter2@git.example/a.git\", branch = \"main\", path = \"a\" }",
            "`ignore.sources.repository`: an address holds no user and no password: a credential helper does.",
        ),
    ] {
        let said = ignored(&format!("[ignore]\nsources = [{source}]\n"));
        let [said] = &said[..] else { panic!("{source}: {said:?}") };
        let (place, said) = said.split_once(": ").unwrap();
        assert!(place.starts_with("user.toml:2:"), "{place}");
        assert_eq!(said, expected, "{source}");
    }
}
