//! Kubernetes label selectors, as `selector=` takes them: `a=b`, `a!=b`, `a in (b,c)`, `a notin (b)`, `a`, `!a`.

use std::collections::BTreeMap;

/// A parsed selector: every requirement must hold.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Selector(Vec<Requirement>);

#[derive(Debug, PartialEq, Eq)]
enum Requirement {
    In { key: String, values: Vec<String> },
    NotIn { key: String, values: Vec<String> },
    Exists(String),
    Absent(String),
}

impl Selector {
    /// Parses `text`.
    ///
    /// # Errors
    /// The sentence of Kubernetes' own parser (`k8s.io/apimachinery/pkg/labels`), which Argo CD passes on.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut tokens = Tokens::of(text);
        let mut requirements = Vec::new();
        if tokens.peek().is_empty() {
            return Ok(Self::default());
        }
        loop {
            requirements.push(requirement(&mut tokens).map_err(|e| format!("unable to parse requirement: {e}"))?);
            match tokens.next() {
                "" => return Ok(Self(requirements)),
                "," => {}
                other => return Err(format!("found '{other}', expected: ',' or 'end of string'")),
            }
        }
    }

    /// Whether `labels` fulfil every requirement.
    pub(super) fn matches(&self, labels: &BTreeMap<String, String>) -> bool {
        self.0.iter().all(|requirement| match requirement {
            Requirement::In { key, values } => labels.get(key).is_some_and(|value| values.contains(value)),
            Requirement::NotIn { key, values } => labels.get(key).is_none_or(|value| !values.contains(value)),
            Requirement::Exists(key) => labels.contains_key(key),
            Requirement::Absent(key) => !labels.contains_key(key),
        })
    }
}

fn requirement(tokens: &mut Tokens<'_>) -> Result<Requirement, String> {
    if tokens.peek() == "!" {
        tokens.next();
        return identifier(tokens).map(Requirement::Absent);
    }
    let key = identifier(tokens)?;
    match tokens.peek() {
        "" | "," => return Ok(Requirement::Exists(key)),
        _ => {}
    }
    match tokens.next() {
        "=" | "==" => Ok(Requirement::In {
            key,
            values: vec![value(tokens)],
        }),
        "!=" => Ok(Requirement::NotIn {
            key,
            values: vec![value(tokens)],
        }),
        "in" => Ok(Requirement::In {
            key,
            values: values(tokens)?,
        }),
        "notin" => Ok(Requirement::NotIn {
            key,
            values: values(tokens)?,
        }),
        other => Err(format!("found '{other}', expected: in, notin, =, ==, !=, gt, lt")),
    }
}

fn identifier(tokens: &mut Tokens<'_>) -> Result<String, String> {
    match tokens.next() {
        token @ ("" | "," | "(" | ")" | "=" | "==" | "!=" | "!") => Err(format!("found '{token}', expected: identifier")),
        token => Ok(token.to_owned()),
    }
}

fn value(tokens: &mut Tokens<'_>) -> String {
    match tokens.peek() {
        "" | "," => String::new(),
        _ => tokens.next().to_owned(),
    }
}

fn values(tokens: &mut Tokens<'_>) -> Result<Vec<String>, String> {
    match tokens.next() {
        "(" => {}
        other => return Err(format!("found '{other}' expected: '('")),
    }
    let mut values = Vec::new();
    loop {
        match tokens.next() {
            ")" => return Ok(values),
            "," => {}
            token @ ("" | "(" | "=" | "==" | "!=" | "!") => return Err(format!("found '{token}', expected: ',' or ')'")),
            token => {
                values.push(token.to_owned());
                match tokens.peek() {
                    "," | ")" => {}
                    other => return Err(format!("found '{other}', expected: ',' or ')'")),
                }
            }
        }
    }
}

/// The rest of a selector, token by token; the empty token is the end.
struct Tokens<'a>(&'a str);

impl<'a> Tokens<'a> {
    fn of(text: &'a str) -> Self {
        Self(text)
    }

    fn split(&self) -> (&'a str, &'a str) {
        let text = self.0.trim_start_matches([' ', '\t', '\r', '\n']);
        for symbol in ["==", "!=", "=", "!", ",", "(", ")"] {
            if let Some(rest) = text.strip_prefix(symbol) {
                return (&text[..symbol.len()], rest);
            }
        }
        let end = text
            .find([' ', '\t', '\r', '\n', '=', '!', ',', '(', ')'])
            .unwrap_or(text.len());
        text.split_at(end)
    }

    fn peek(&self) -> &'a str {
        self.split().0
    }

    fn next(&mut self) -> &'a str {
        let (token, rest) = self.split();
        self.0 = rest;
        token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    fn selects(selector: &str, pairs: &[(&str, &str)]) -> bool {
        Selector::parse(selector).unwrap().matches(&labels(pairs))
    }

    #[test]
    fn requirements_are_joined_by_and() {
        assert!(selects("env=prod,team in (a, b)", &[("env", "prod"), ("team", "b")]));
        assert!(!selects("env=prod,team in (a, b)", &[("env", "prod"), ("team", "c")]));
    }

    #[test]
    fn a_label_that_is_absent_differs_from_every_value() {
        assert!(selects("env!=prod", &[]));
        assert!(selects("env notin (prod)", &[]));
        assert!(!selects("env", &[]));
        assert!(selects("!env", &[]));
        assert!(selects("env", &[("env", "")]));
    }

    #[test]
    fn an_empty_selector_selects_everything() {
        assert!(selects("", &[]));
    }

    #[test]
    fn a_syntax_error_reads_as_kubernetes_says_it() {
        assert_eq!(
            Selector::parse("env in (prod"),
            Err("unable to parse requirement: found '', expected: ',' or ')'".to_owned())
        );
        assert!(Selector::parse("=x").is_err());
        assert!(Selector::parse("a in b").is_err());
        assert!(Selector::parse("a b c").is_err());
    }
}
