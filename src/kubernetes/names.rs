//! Names that programs give themselves: which look alike, and which speak of the same program.

/// Folds letters that look alike (Unicode confusables, UTS #39, the part that occurs in such names) and case.
pub fn fold(name: &str) -> String {
    name.chars()
        .filter(|c| !is_invisible(*c) && !c.is_whitespace())
        .map(|c| match c {
            'I' | 'l' | '1' | '|' | 'і' | 'Ӏ' | 'ⅼ' => 'l',
            'а' | 'α' => 'a',
            'е' | 'ε' => 'e',
            'о' | 'ο' | '0' | 'O' => 'o',
            'р' | 'ρ' => 'p',
            'с' => 'c',
            'у' => 'y',
            'х' => 'x',
            'к' | 'κ' => 'k',
            'н' => 'h',
            'т' | 'τ' => 't',
            'ѕ' => 's',
            'ԁ' => 'd',
            'ո' => 'n',
            'г' => 'r',
            '‐' | '‑' | '‒' | '–' | '—' | '−' | '_' => '-',
            other => other.to_ascii_lowercase(),
        })
        .map(|c| if c == 'i' { 'l' } else { c })
        .collect()
}

/// Words in names that say what a program is and not which.
const COMMON_WORDS: &[&str] = &[
    "operator",
    "controller",
    "manager",
    "webhook",
    "webhooks",
    "certgen",
    "kube",
    "kubernetes",
    "k8s",
    "system",
    "server",
    "service",
    "svc",
    "io",
    "org",
    "com",
    "net",
    "dev",
    "sh",
    "example",
    "cluster",
    "managed",
    "kind",
    "v1",
    "v1beta1",
    "v1alpha1",
    "prod",
    "staging",
    "main",
    "config",
    "admission",
    "mutating",
    "validating",
    "the",
    "of",
    "app",
    "updater",
    "sync",
];

/// Whether two names share a word that tells programs apart: `keel` and `keel.sh/policy`, `shop-operator` and `shop-webhook`.
pub fn share_a_word(a: &str, b: &str) -> bool {
    let (a, b) = (words(a), words(b));
    a.iter().any(|word| b.contains(word))
}

/// The telling words of a name: `GoogleGKEGatewayController` has `google`, `gke` and `gateway`.
fn words(name: &str) -> Vec<String> {
    let characters: Vec<char> = name.chars().collect();
    let mut words = vec![String::new()];
    for (at, c) in characters.iter().enumerate() {
        let starts_word = c.is_uppercase()
            && at > 0
            && (characters[at - 1].is_lowercase() || characters.get(at + 1).is_some_and(|next| next.is_lowercase()));
        if !c.is_alphanumeric() || starts_word {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_alphanumeric()) {
            word.extend(c.to_lowercase());
        }
    }
    let tells = |word: &String| word.len() > 2 && !COMMON_WORDS.contains(&word.as_str());
    words.retain(tells);
    for word in &mut words {
        // One courier, many couriers; Datadog's domain is datadoghq.com.
        if let Some(stem) = word
            .strip_suffix("hq")
            .or_else(|| word.strip_suffix('s'))
            .filter(|stem| stem.len() > 3)
        {
            *word = stem.to_owned();
        }
    }
    words.retain(tells);
    words
}

/// Characters that take no room on a screen.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180e}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}')
        || matches!(c, '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_one_program_share_a_telling_word() {
        assert!(share_a_word("GoogleGKEGatewayController", "networking.gke.io"));
        assert!(share_a_word("shop-operator", "shop-webhook"));
        assert!(share_a_word("courier-operator", "couriers.example.org"));
        assert!(share_a_word("datadog-cluster-agent", "ad.datadoghq.com"));
        assert!(!share_a_word("shop-operator", "other-operator"));
    }

    #[test]
    fn letters_that_look_alike_fold_to_one() {
        assert_eq!(fold("kube-cоntroller"), fold("kube-controller"));
        assert_ne!(fold("keel"), fold("keda"));
    }
}
