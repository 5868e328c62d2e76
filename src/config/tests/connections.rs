//! Which server is meant, and which token it gets.

use super::*;

#[test]
fn the_variables_of_demo_serve_make_one_context() {
    let settings = settle(Sources {
        variables: &[
            ("ARGOCD_SERVER", "127.0.0.1:4711"),
            ("ARGOCD_AUTH_TOKEN", "t"),
            ("ARGOCD_OPTS", "--plaintext"),
        ],
        ..Sources::default()
    })
    .unwrap();
    assert_eq!(contexts(&settings), [context("127.0.0.1", "127.0.0.1:4711", true, Some("t"))]);
}

#[test]
fn another_server_never_gets_a_configured_contexts_token() {
    let variables = [("PROD", "prod-token"), ("DEV", "dev-token"), ("ARGOCD_SERVER", "elsewhere")];
    for user in [ONE, TWO] {
        let settings = settle(Sources {
            user,
            variables: &variables,
            ..Sources::default()
        })
        .unwrap();
        assert_eq!(contexts(&settings), [context("elsewhere", "elsewhere", false, None)]);
    }
    // The same host without TLS is not the same server either.
    let settings = settle(Sources {
        user: ONE,
        variables: &[
            ("PROD", "prod-token"),
            ("ARGOCD_SERVER", "argo.prod"),
            ("ARGOCD_OPTS", "--plaintext"),
        ],
        ..Sources::default()
    })
    .unwrap();
    assert_eq!(contexts(&settings), [context("argo.prod", "argo.prod", true, None)]);
}

#[test]
fn a_server_given_in_another_spelling_is_the_configured_context() {
    let settings = settle(Sources {
        user: TWO,
        variables: &[("PROD", "prod-token"), ("ARGOCD_SERVER", "https://ARGO.prod:443/")],
        ..Sources::default()
    })
    .unwrap();
    assert_eq!(
        contexts(&settings),
        [context("prod", "https://ARGO.prod:443/", false, Some("prod-token"))]
    );
    let settings = settle(Sources {
        user: TWO,
        variables: &[("DEV", "dev-token")],
        flags: server_flag("argo.dev:8080"),
        ..Sources::default()
    });
    // `http://` in the file and nothing in the flag: the flag means HTTPS, so no token.
    assert_eq!(
        contexts(&settings.unwrap()),
        [context("argo.dev", "argo.dev:8080", false, None)]
    );
}

#[test]
fn a_server_flag_does_not_get_the_token_of_the_variables_server() {
    let sources = |server: &str| Sources {
        variables: &[("ARGOCD_SERVER", "a.example"), ("ARGOCD_AUTH_TOKEN", "token-of-a")],
        flags: server_flag(server),
        ..Sources::default()
    };
    let other = settle(sources("b.example")).unwrap();
    assert_eq!(contexts(&other), [context("b.example", "b.example", false, None)]);
    assert_eq!(
        other.notes.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["ARGOCD_SERVER: ARGOCD_* variables are not used, because they belong to another server than --server names."]
    );
    let same = settle(sources("A.example:443")).unwrap();
    assert_eq!(
        contexts(&same),
        [context("a.example", "A.example:443", false, Some("token-of-a"))]
    );
}

#[test]
fn a_token_without_a_server_replaces_no_token_that_a_context_has() {
    let variables = [("ARGOCD_AUTH_TOKEN", "t"), ("PROD", "p"), ("DEV", "d")];
    let one = settle(Sources {
        user: ONE,
        variables: &variables,
        ..Sources::default()
    })
    .unwrap();
    assert_eq!(contexts(&one), [context("prod", "argo.prod", false, Some("p"))]);
    assert_eq!(one.notes.len(), 1);

    let without = settle(Sources {
        user: "[[context]]\nname = \"prod\"\nserver = \"argo.prod\"\n",
        variables: &variables,
        ..Sources::default()
    })
    .unwrap();
    assert_eq!(contexts(&without), [context("prod", "argo.prod", false, Some("t"))]);

    let two = settle(Sources {
        user: TWO,
        variables: &variables,
        ..Sources::default()
    })
    .unwrap();
    assert_eq!(
        contexts(&two),
        [
            context("prod", "argo.prod", false, Some("p")),
            context("dev", "http://argo.dev:8080", false, Some("d"))
        ]
    );
    assert_eq!(two.notes.len(), 1);
}

#[test]
fn a_variable_left_behind_does_not_weaken_a_configured_contexts_transport() {
    let settings = settle(Sources {
        user: ONE,
        variables: &[("PROD", "p"), ("ARGOCD_OPTS", "--plaintext --insecure")],
        ..Sources::default()
    })
    .unwrap();
    assert_eq!(contexts(&settings), [context("prod", "argo.prod", false, Some("p"))]);
    assert!(!settings.contexts[0].insecure);
    assert_eq!(settings.notes.len(), 1);
}

#[test]
fn a_named_context_wins_over_the_servers_variables() {
    let settings = settle(Sources {
        user: TWO,
        variables: &[
            ("PROD", "p"),
            ("ARGOCD_SERVER", "elsewhere"),
            ("ARGOCD_AUTH_TOKEN", "token-of-elsewhere"),
        ],
        flags: Flags {
            contexts: vec!["prod".to_owned()],
            ..Flags::default()
        },
        ..Sources::default()
    })
    .unwrap();
    assert_eq!(contexts(&settings), [context("prod", "argo.prod", false, Some("p"))]);
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let named = |name: &str, connection: Connection| Flags {
        contexts: vec![name.to_owned()],
        connection,
        ..Flags::default()
    };
    assert_eq!(
        complaints(Sources {
            user: TWO,
            flags: named("prd", Connection::default()),
            ..Sources::default()
        }),
        ["--context: no context is called `prd`. Did you mean `prod`?"]
    );
    assert_eq!(
        complaints(Sources {
            user: TWO,
            flags: named("prod", server_flag("elsewhere").connection),
            ..Sources::default()
        }),
        ["--server: --context prod is another server. Give one of the two."]
    );
    let token = Connection {
        token: Some(At::new(SecretString::from("t"), Origin::Flag("--auth-token"))),
        ..Connection::default()
    };
    assert_eq!(
        complaints(Sources {
            user: TWO,
            flags: Flags {
                connection: token,
                ..Flags::default()
            },
            ..Sources::default()
        }),
        ["--auth-token: several contexts are configured (prod, dev), and this belongs to one. Name it with --context."]
    );
}

#[test]
fn an_address_with_https_and_plaintext_is_refused() {
    assert_eq!(
        complaints(Sources {
            user: "[[context]]\nname = \"a\"\nserver = \"https://host\"\nplaintext = true\n",
            ..Sources::default()
        }),
        ["user.toml:4:13: `context.plaintext`: the server address says https. Remove one of the two."]
    );
}
