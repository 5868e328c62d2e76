//! Repositories, people, pull requests, issues and Git's objects as the API tells them: every field that its published
//! description requires.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::hosted::{Comment, Hosted, Label, Pull, Ticket};
use crate::git::CommitId;
use crate::git::bare::{Commit, Signature};

/// Where the forge is found.
#[derive(Debug, Clone)]
pub(super) struct Addresses {
    /// Scheme, host and port.
    pub(super) origin: String,
}

/// Fields of a repository that are an address below its own, with what follows it.
const REPOSITORY_ADDRESSES: &[(&str, &str)] = &[
    ("archive_url", "/{archive_format}{/ref}"),
    ("assignees_url", "/assignees{/user}"),
    ("blobs_url", "/git/blobs{/sha}"),
    ("branches_url", "/branches{/branch}"),
    ("collaborators_url", "/collaborators{/collaborator}"),
    ("comments_url", "/comments{/number}"),
    ("commits_url", "/commits{/sha}"),
    ("compare_url", "/compare/{base}...{head}"),
    ("contents_url", "/contents/{+path}"),
    ("contributors_url", "/contributors"),
    ("deployments_url", "/deployments"),
    ("downloads_url", "/downloads"),
    ("events_url", "/events"),
    ("forks_url", "/forks"),
    ("git_commits_url", "/git/commits{/sha}"),
    ("git_refs_url", "/git/refs{/sha}"),
    ("git_tags_url", "/git/tags{/sha}"),
    ("hooks_url", "/hooks"),
    ("issue_comment_url", "/issues/comments{/number}"),
    ("issue_events_url", "/issues/events{/number}"),
    ("issues_url", "/issues{/number}"),
    ("keys_url", "/keys{/key_id}"),
    ("labels_url", "/labels{/name}"),
    ("languages_url", "/languages"),
    ("merges_url", "/merges"),
    ("milestones_url", "/milestones{/number}"),
    ("notifications_url", "/notifications{?since,all,participating}"),
    ("pulls_url", "/pulls{/number}"),
    ("releases_url", "/releases{/id}"),
    ("stargazers_url", "/stargazers"),
    ("statuses_url", "/statuses/{sha}"),
    ("subscribers_url", "/subscribers"),
    ("subscription_url", "/subscription"),
    ("tags_url", "/tags"),
    ("teams_url", "/teams"),
    ("trees_url", "/git/trees{/sha}"),
    ("url", ""),
];

/// Fields of a person that are an address below their own.
const USER_ADDRESSES: &[(&str, &str)] = &[
    ("events_url", "/events{/privacy}"),
    ("followers_url", "/followers"),
    ("following_url", "/following{/other_user}"),
    ("gists_url", "/gists{/gist_id}"),
    ("organizations_url", "/orgs"),
    ("received_events_url", "/received_events"),
    ("repos_url", "/repos"),
    ("starred_url", "/starred{/owner}{/repo}"),
    ("subscriptions_url", "/subscriptions"),
    ("url", ""),
];

/// A time as GitHub writes it.
pub(super) fn time(at: Timestamp) -> String {
    TimeZone::UTC.to_datetime(at).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn seconds(at: i64) -> String {
    Timestamp::from_second(at).map(time).unwrap_or_default()
}

/// A number that is the same for the same thing, as ids of rows are.
fn id(of: &str) -> u32 {
    crc32fast::hash(of.as_bytes())
}

fn merged(into: &mut Value, more: Value) {
    if let (Value::Object(into), Value::Object(more)) = (into, more) {
        into.extend(more);
    }
}

impl Addresses {
    /// Base address of the API.
    pub(super) fn api(&self) -> String {
        format!("{}/api/v3", self.origin)
    }

    fn repository_api(&self, hosted: &Hosted) -> String {
        format!("{}/repos/{}", self.api(), hosted.full_name())
    }

    /// Address of a pull request's or an issue's page.
    pub(super) fn page(&self, hosted: &Hosted, ticket: &Ticket) -> String {
        let kind = if ticket.pull.is_some() { "pull" } else { "issues" };
        format!("{}/{}/{kind}/{}", self.origin, hosted.full_name(), ticket.number)
    }

    pub(super) fn user(&self, login: &str) -> Value {
        let own = format!("{}/users/{login}", self.api());
        let mut user: Map<String, Value> = USER_ADDRESSES
            .iter()
            .map(|(field, rest)| ((*field).to_owned(), json!(format!("{own}{rest}"))))
            .collect();
        let number = id(login);
        let facts = json!({
            "login": login, "id": number, "node_id": format!("U_{number}"), "gravatar_id": "",
            "avatar_url": format!("{}/avatars/{login}", self.origin),
            "html_url": format!("{}/{login}", self.origin),
            "type": "User", "site_admin": false,
        });
        if let Value::Object(facts) = facts {
            user.extend(facts);
        }
        Value::Object(user)
    }

    /// The account whose token it is, as it sees itself.
    pub(super) fn own_user(&self, login: &str, since: Timestamp) -> Value {
        let mut user = self.user(login);
        let facts = json!({
            "created_at": time(since), "updated_at": time(since),
            "bio": null, "blog": null, "company": null, "email": null, "hireable": null, "location": null, "name": login,
            "followers": 0, "following": 0, "public_gists": 0, "public_repos": 0, "collaborators": 0, "disk_usage": 0,
            "owned_private_repos": 0, "private_gists": 0, "total_private_repos": 0, "two_factor_authentication": true,
        });
        merged(&mut user, facts);
        user
    }

    pub(super) fn repository(&self, hosted: &Hosted) -> Value {
        let api = self.repository_api(hosted);
        let web = format!("{}/{}", self.origin, hosted.full_name());
        let number = id(&hosted.full_name());
        let open = hosted.tickets.values().filter(|ticket| ticket.is_open()).count();
        let mut repository = Value::Object(
            REPOSITORY_ADDRESSES
                .iter()
                .map(|(field, rest)| ((*field).to_owned(), json!(format!("{api}{rest}"))))
                .collect(),
        );
        let facts = json!({
            "id": number, "node_id": format!("R_{number}"), "name": hosted.name, "full_name": hosted.full_name(),
            "owner": self.user(&hosted.owner), "private": true, "description": null, "fork": false, "html_url": web,
            "clone_url": format!("{web}.git"), "git_url": format!("{web}.git"), "ssh_url": format!("{web}.git"), "svn_url": web,
        });
        merged(&mut repository, facts);
        let facts = json!({
            "default_branch": hosted.default_branch, "archived": hosted.settings.archived, "disabled": false,
            "has_issues": hosted.settings.issues, "has_projects": false, "has_wiki": false, "has_pages": false,
            "has_downloads": false, "has_discussions": false, "homepage": null, "language": null, "license": null,
            "mirror_url": null, "forks": 0, "forks_count": 0, "open_issues": open, "open_issues_count": open, "size": 0,
            "stargazers_count": 0, "watchers": 0, "watchers_count": 0, "network_count": 0, "subscribers_count": 0,
            "created_at": time(hosted.created), "updated_at": time(hosted.created), "pushed_at": time(hosted.created),
            "permissions": {"admin": false, "maintain": false, "push": true, "triage": true, "pull": true},
        });
        merged(&mut repository, facts);
        repository
    }

    pub(super) fn label(&self, hosted: &Hosted, label: &Label) -> Value {
        let number = id(&format!("{} {}", hosted.full_name(), label.name));
        json!({
            "id": number, "node_id": format!("LA_{number}"), "name": label.name, "color": label.color, "default": false,
            "description": label.description.clone().unwrap_or_default(),
            "url": format!("{}/labels/{}", self.repository_api(hosted), label.name),
        })
    }

    /// Labels of an issue or a pull request.
    pub(super) fn labels(&self, hosted: &Hosted, names: &[String]) -> Value {
        let known = names.iter().filter_map(|name| hosted.labels.get(&name.to_lowercase()));
        known.map(|label| self.label(hosted, label)).collect()
    }

    pub(super) fn pull_request(&self, hosted: &Hosted, ticket: &Ticket, pull: &Pull) -> Value {
        let api = self.repository_api(hosted);
        let number = ticket.number;
        let own = format!("{api}/pulls/{number}");
        let issue = format!("{api}/issues/{number}");
        let page = self.page(hosted, ticket);
        let statuses = format!("{api}/statuses/{}", pull.head_commit);
        let side = |branch: &str, commit: &CommitId| {
            json!({
                "label": format!("{}:{branch}", hosted.owner), "ref": branch, "sha": commit.as_str(),
                "repo": self.repository(hosted), "user": self.user(&hosted.owner),
            })
        };
        let link = |href: &str| json!({"href": href});
        let mut told = json!({
            "id": id(&own), "node_id": format!("PR_{}", id(&own)), "number": number, "state": ticket.state(),
            "title": ticket.title, "body": ticket.body, "locked": false, "draft": pull.draft,
            "user": self.user(&ticket.author), "author_association": "MEMBER", "labels": self.labels(hosted, &ticket.labels),
            "assignee": null, "assignees": [], "requested_reviewers": [], "requested_teams": [], "milestone": null,
            "auto_merge": null,
        });
        let facts = json!({
            "head": side(&pull.head, &pull.head_commit), "base": side(&pull.base, &pull.base_commit),
            "created_at": time(ticket.created), "updated_at": time(ticket.updated),
            "closed_at": ticket.closed.as_ref().map(|(at, _)| time(*at)),
            "merged_at": pull.merged.as_ref().map(|(at, ..)| time(*at)),
            "merge_commit_sha": pull.merged.as_ref().map(|(_, commit, _)| commit.as_str()),
        });
        merged(&mut told, facts);
        let addresses = json!({
            "url": own, "html_url": page, "issue_url": issue, "diff_url": format!("{page}.diff"),
            "patch_url": format!("{page}.patch"), "comments_url": format!("{issue}/comments"),
            "commits_url": format!("{own}/commits"), "review_comment_url": format!("{api}/pulls/comments{{/number}}"),
            "review_comments_url": format!("{own}/comments"), "statuses_url": statuses,
            "_links": {
                "self": link(&own), "html": link(&page), "issue": link(&issue), "comments": link(&format!("{issue}/comments")),
                "review_comments": link(&format!("{own}/comments")),
                "review_comment": link(&format!("{api}/pulls/comments{{/number}}")),
                "commits": link(&format!("{own}/commits")), "statuses": link(&statuses),
            },
        });
        merged(&mut told, addresses);
        told
    }

    /// One pull request by itself, which is told more of than those in a list.
    pub(super) fn whole_pull_request(&self, hosted: &Hosted, ticket: &Ticket, pull: &Pull) -> Value {
        let mut whole = self.pull_request(hosted, ticket, pull);
        let facts = json!({
            "merged": pull.merged.is_some(), "merged_by": pull.merged.as_ref().map(|(.., by)| self.user(by)),
            "mergeable": null, "mergeable_state": "unknown", "maintainer_can_modify": false,
            "comments": ticket.comments.len(), "review_comments": 0, "commits": 1, "additions": 0, "deletions": 0,
            "changed_files": 1,
        });
        merged(&mut whole, facts);
        whole
    }

    pub(super) fn issue(&self, hosted: &Hosted, ticket: &Ticket) -> Value {
        let api = self.repository_api(hosted);
        let own = format!("{api}/issues/{}", ticket.number);
        let reason = ticket
            .closed
            .as_ref()
            .map(|(_, reason)| reason.as_str())
            .filter(|reason| !reason.is_empty());
        let mut issue = json!({
            "id": id(&own), "node_id": format!("I_{}", id(&own)), "number": ticket.number, "state": ticket.state(),
            "state_reason": reason, "title": ticket.title, "body": ticket.body, "locked": false,
            "user": self.user(&ticket.author), "author_association": "MEMBER", "labels": self.labels(hosted, &ticket.labels),
            "assignee": null, "assignees": [], "milestone": null, "comments": ticket.comments.len(),
        });
        let facts = json!({
            "created_at": time(ticket.created), "updated_at": time(ticket.updated),
            "closed_at": ticket.closed.as_ref().map(|(at, _)| time(*at)),
            "url": own, "html_url": self.page(hosted, ticket), "comments_url": format!("{own}/comments"),
            "events_url": format!("{own}/events"), "labels_url": format!("{own}/labels{{/name}}"), "repository_url": api,
        });
        merged(&mut issue, facts);
        if ticket.pull.is_some() {
            let page = self.page(hosted, ticket);
            let pull = json!({
                "url": format!("{api}/pulls/{}", ticket.number), "html_url": page,
                "diff_url": format!("{page}.diff"), "patch_url": format!("{page}.patch"),
            });
            merged(&mut issue, json!({"pull_request": pull}));
        }
        issue
    }

    pub(super) fn comment(&self, hosted: &Hosted, ticket: &Ticket, comment: &Comment) -> Value {
        let api = self.repository_api(hosted);
        json!({
            "id": comment.id, "node_id": format!("IC_{}", comment.id), "body": comment.body, "user": self.user(&comment.author),
            "author_association": "MEMBER", "created_at": time(comment.at), "updated_at": time(comment.at),
            "url": format!("{api}/issues/comments/{}", comment.id), "issue_url": format!("{api}/issues/{}", ticket.number),
            "html_url": format!("{}#issuecomment-{}", self.page(hosted, ticket), comment.id),
        })
    }

    pub(super) fn reference(&self, hosted: &Hosted, name: &str, commit: &CommitId) -> Value {
        let api = self.repository_api(hosted);
        json!({
            "ref": name, "node_id": format!("REF_{}", id(name)), "url": format!("{api}/git/{name}"),
            "object": {"type": "commit", "sha": commit.as_str(), "url": format!("{api}/git/commits/{commit}")},
        })
    }

    pub(super) fn commit(&self, hosted: &Hosted, name: &CommitId, commit: &Commit) -> Value {
        let api = self.repository_api(hosted);
        let web = format!("{}/{}", self.origin, hosted.full_name());
        let person = |who: &Signature| json!({"name": who.name, "email": who.email, "date": seconds(who.seconds)});
        let parents: Vec<Value> = commit
            .parents
            .iter()
            .map(|parent| {
                json!({
                    "sha": parent.as_str(), "url": format!("{api}/git/commits/{parent}"),
                    "html_url": format!("{web}/commit/{parent}"),
                })
            })
            .collect();
        json!({
            "sha": name.as_str(), "node_id": format!("C_{name}"), "url": format!("{api}/git/commits/{name}"),
            "html_url": format!("{web}/commit/{name}"), "author": person(&commit.author), "committer": person(&commit.committer),
            "message": commit.message.strip_suffix('\n').unwrap_or(&commit.message),
            "tree": {"sha": commit.tree.as_str(), "url": format!("{api}/git/trees/{}", commit.tree)}, "parents": parents,
            "verification": {"verified": false, "reason": "unsigned", "signature": null, "payload": null, "verified_at": null},
        })
    }

    /// Address of an object of Git, `kind` in the plural.
    pub(super) fn object(&self, hosted: &Hosted, kind: &str, name: &CommitId) -> String {
        format!("{}/git/{kind}/{name}", self.repository_api(hosted))
    }
}
