//! The example file and the schema are the same list of keys.

use super::*;

/// The example with its comment signs before keys taken off.
fn uncommented_example() -> String {
    include_str!("../../../config.example.toml")
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(code) if !code.starts_with(' ') => code,
            _ => line,
        })
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn the_example_names_every_key_and_only_keys_that_exist() {
    let example = uncommented_example();
    let table: toml::Table = example.parse().unwrap();
    for key in schema::keys() {
        let mut at = Some(&toml::Value::Table(table.clone())).cloned();
        for part in key.split('.') {
            at = at.and_then(|v| match v {
                toml::Value::Array(items) => items.into_iter().next(),
                other => Some(other),
            });
            at = at.and_then(|v| v.get(part).cloned());
        }
        assert!(at.is_some(), "config.example.toml lacks `{key}`");
    }
    let (_, problems) = schema::read(&example, FileLayer::User, Path::new("config.example.toml"));
    assert_eq!(problems, []);
}

#[test]
fn the_example_holds_the_built_in_defaults() {
    // Sample blocks have no default: they show what one could look like.
    let example = uncommented_example()
        .replace("token_command =", "# token_command =")
        .replace("\njq =", "\n# jq =")
        .replace("\ndangerous =", "\n# dangerous =")
        .replace("\nsources =", "\n# sources =");
    let with_example = settle(Sources {
        user: &example,
        ..Sources::default()
    })
    .unwrap();
    let built_in = settle(Sources::default()).unwrap();
    assert_eq!(with_example.poll, built_in.poll);
    let themes = |view: &ViewSettings| [&view.theme, &view.light_theme, &view.dark_theme].map(|theme| theme.value.clone());
    assert_eq!(themes(&with_example.view), themes(&built_in.view));
    assert_eq!(with_example.scan.fail_on, built_in.scan.fail_on);
    assert_eq!(with_example.log, built_in.log);
    assert_eq!(with_example.ignore.sources, built_in.ignore.sources);
    assert_eq!(with_example.ignore.fetch_every, built_in.ignore.fetch_every);
    let context = &with_example.contexts[0];
    assert_eq!(
        (
            context.plaintext,
            context.insecure,
            context.root_path.as_str(),
            context.projects.len(),
            context.selector.as_str()
        ),
        (false, false, "", 0, "")
    );
}
