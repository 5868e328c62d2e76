//! The page of a pull request or an issue, for a person with a browser. Everything in it is text: nothing is rendered.

use std::fmt::Write as _;

use super::answer::{Answer, Answered};
use super::hosted::{Hosted, Ticket};
use super::objects::time;
use super::routes::Asked;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}\
pre{white-space:pre-wrap;overflow-wrap:anywhere;border:1px solid #8886;border-radius:6px;padding:1rem}\
.state{border-radius:1rem;padding:.2rem .8rem;background:#1f883d;color:#fff}.closed{background:#8250df}\
.label{border:1px solid #8886;border-radius:1rem;padding:.1rem .6rem;margin-right:.3rem}";

/// Text between tags or in a quoted attribute.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

fn document(title: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{}</title><style>{STYLE}</style></head>\n\
         <body>\n{body}</body></html>\n",
        escaped(title)
    )
}

/// Where nothing is.
pub(super) fn not_found() -> String {
    document("Not found", "<h1>Not found</h1>\n<p>The demo forge has no such page.</p>\n")
}

/// `GET OWNER/NAME/pull/NUMBER` and `GET OWNER/NAME/issues/NUMBER`
pub(super) async fn ticket(asked: &Asked, hosted: &Hosted, number: &str) -> Answered {
    let ticket = hosted.ticket(number)?;
    let mut body = head(asked, hosted, ticket);
    let _ = writeln!(body, "<pre>{}</pre>", escaped(&ticket.body));
    for comment in &ticket.comments {
        let _ = writeln!(
            body,
            "<h3>{} on {}</h3>\n<pre>{}</pre>",
            escaped(&comment.author),
            time(comment.at),
            escaped(&comment.body)
        );
    }
    if let Some(pull) = &ticket.pull {
        let difference = hosted.bare.difference(&pull.base_commit, &pull.head_commit).await?;
        let _ = writeln!(body, "<h2>Files changed</h2>\n<pre>{}</pre>", escaped(&difference));
        let _ = writeln!(
            body,
            "<p>In a terminal: <code>git --git-dir={} log {}</code></p>",
            escaped(&hosted.bare.folder().display().to_string()),
            escaped(&pull.head)
        );
    }
    Ok(Answer::html(document(&ticket.title, &body)))
}

fn head(asked: &Asked, hosted: &Hosted, ticket: &Ticket) -> String {
    let merged = ticket.pull.as_ref().is_some_and(|pull| pull.merged.is_some());
    let state = if merged { "merged" } else { ticket.state() };
    let labels: String = ticket
        .labels
        .iter()
        .map(|label| format!("<span class=\"label\">{}</span>", escaped(label)))
        .collect();
    let branches = ticket.pull.as_ref().map_or_else(String::new, |pull| {
        format!(
            " wants to merge <code>{}</code> into <code>{}</code>",
            escaped(&pull.head),
            escaped(&pull.base)
        )
    });
    format!(
        "<p>{} · <a href=\"{}\">#{}</a></p>\n<h1>{}</h1>\n<p><span class=\"state {state}\">{state}</span> {}{branches}, \
         opened on {}</p>\n<p>{labels}</p>\n",
        escaped(&hosted.full_name()),
        escaped(&asked.addresses.page(hosted, ticket)),
        ticket.number,
        escaped(&ticket.title),
        escaped(&ticket.author),
        time(ticket.created),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_markup() {
        assert_eq!(
            escaped("<script>'a' & \"b\"</script>"),
            "&lt;script&gt;&#39;a&#39; &amp; &quot;b&quot;&lt;/script&gt;"
        );
        assert!(document("</title><script>", "").contains("<title>&lt;/title&gt;&lt;script&gt;</title>"));
    }
}
