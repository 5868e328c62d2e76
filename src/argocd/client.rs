//! One Argo CD server behind [`crate::engine::ports::ArgoCd`].

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use super::connection::{Connection, ConnectionError};
use super::convert::{self, Answer};
use super::happening;
use super::managed;
use super::manifests;
use super::mask::ListMask;
use super::overrides::ignore_differences;
use super::request::{Call, Requests};
use super::windows;
use super::wire_types::{self, Text};
use crate::drift::raw::{ManagedResource, Rendered};
use crate::drift::{
    Application, ApplicationKey, LiveObject, ObjectEvent, ProjectWindows, RevisionMetadata, RevisionOfSource, SyncWindows,
};
use crate::engine::ports::{ArgoCd, ArgoCdError, ClusterName, ServerInfo, Sink, WatchEvent};

/// How much earlier than we the server is told to give up on managed resources, so that its own error arrives.
const SERVER_GIVES_UP_EARLIER: Duration = Duration::from_secs(5);

/// Where the control plane lives unless the server says otherwise; only a logged-in caller is told.
const USUAL_NAMESPACE: &str = "argocd";

/// Reads one Argo CD server. Cheap to clone; clones share connections and what was learnt of the server.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

struct Shared {
    context: Arc<str>,
    requests: Requests,
    /// The list mask that this server understands, once known.
    list_mask: Mutex<Option<ListMask>>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("context", &self.shared.context)
            .field("server", &self.shared.requests.server())
            .finish_non_exhaustive()
    }
}

#[derive(serde::Deserialize)]
struct Version<'a> {
    #[serde(borrow, default, rename = "Version")]
    version: Text<'a>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Settings<'a> {
    #[serde(borrow, default)]
    url: Text<'a>,
    #[serde(borrow, default)]
    controller_namespace: Text<'a>,
    /// Not told to anonymous callers since Argo CD 3.3.
    #[serde(default)]
    resource_overrides: serde_json::Value,
}

#[derive(serde::Deserialize)]
struct Clusters<'a> {
    #[serde(borrow)]
    items: Option<Vec<Cluster<'a>>>,
}

#[derive(serde::Deserialize)]
struct Cluster<'a> {
    #[serde(borrow, default)]
    server: Text<'a>,
    #[serde(borrow, default)]
    name: Text<'a>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct UserInfo<'a> {
    logged_in: Option<bool>,
    #[serde(borrow, default)]
    username: Text<'a>,
    #[serde(borrow, default)]
    iss: Text<'a>,
}

impl Client {
    /// A client on this connection. The HTTP client must not follow redirects (see `wire::http`).
    ///
    /// # Errors
    /// When the token or a header cannot be sent.
    pub fn new(connection: Connection, http: reqwest::Client) -> Result<Self, ConnectionError> {
        Ok(Self {
            shared: Arc::new(Shared {
                context: connection.context.clone(),
                requests: Requests::new(connection, http)?,
                list_mask: Mutex::new(None),
            }),
        })
    }

    pub(super) fn requests(&self) -> &Requests {
        &self.shared.requests
    }

    pub(super) fn context_name(&self) -> &Arc<str> {
        &self.shared.context
    }

    /// The list mask to begin with: what was learnt, else what the version says. A server that does not tell its version
    /// gets the oldest; one that does not answer at all is not asked a second time.
    pub(super) async fn list_mask(&self) -> Result<ListMask, ArgoCdError> {
        if let Some(mask) = *self.known_list_mask() {
            return Ok(mask);
        }
        match self.version().await {
            Ok(version) => Ok(self.learn_version(&version)),
            Err(error @ (ArgoCdError::Unreachable { .. } | ArgoCdError::Timeout { .. } | ArgoCdError::Redirect { .. })) => {
                Err(error)
            }
            Err(error) => {
                tracing::debug!(server = self.requests().server(), %error, "version not told");
                Ok(ListMask::WholeSpec)
            }
        }
    }

    pub(super) fn remember_list_mask(&self, mask: ListMask) {
        *self.known_list_mask() = Some(mask);
    }

    fn learn_version(&self, version: &str) -> ListMask {
        let mask = ListMask::for_version(version);
        self.remember_list_mask(mask);
        mask
    }

    fn known_list_mask(&self) -> MutexGuard<'_, Option<ListMask>> {
        // A mask is whole at any time, so a panic elsewhere cannot have broken it.
        self.shared.list_mask.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `3.5.1` of `v3.5.1+109ca7c`; not a route of `/api/v1`, and the same for everybody.
    async fn version(&self) -> Result<String, ArgoCdError> {
        let mut call = Call::json(
            "its version",
            "/api/version",
            vec!["api", "version"],
            self.requests().timeouts().small,
        );
        call.anonymous = true;
        let body = self.requests().get(&call).await?;
        let answer: Version<'_> = self.parse(&call, &body)?;
        let version = answer.version.as_str().trim_start_matches('v');
        Ok(self.requests().scrub(version.split('+').next().unwrap_or("")))
    }

    fn parse<'a, T: serde::Deserialize<'a>>(&self, call: &Call<'_>, body: &'a [u8]) -> Result<T, ArgoCdError> {
        serde_json::from_slice(body).map_err(|error| self.requests().asked(&call.what).malformed(&error))
    }

    /// A call about one Application. `project` makes 404 (gone or moved) and 403 (no right) different answers, and both
    /// together with the namespace name exactly one Application.
    fn about<'a>(&self, what: &str, key: &'a ApplicationKey, project: &str, deadline: Duration) -> Call<'a> {
        let mut call = Call::json(
            self.requests().scrub(&format!("{what} {key}")),
            "/api/v1/applications/{name}",
            vec!["api", "v1", "applications", &key.name],
            deadline,
        );
        // An empty parameter would name the Application or project "".
        call.query = [("appNamespace", key.namespace.as_ref()), ("project", project)]
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name, value.to_owned()))
            .collect();
        call
    }
}

#[async_trait]
impl ArgoCd for Client {
    fn context(&self) -> Arc<str> {
        self.shared.context.clone()
    }

    fn address(&self) -> String {
        self.requests().server().to_owned()
    }

    async fn clusters(&self) -> Result<Vec<ClusterName>, ArgoCdError> {
        let call = Call::json(
            "its clusters",
            "/api/v1/clusters",
            vec!["api", "v1", "clusters"],
            self.requests().timeouts().small,
        );
        let body = self.requests().get(&call).await?;
        let answer: Clusters<'_> = self.parse(&call, &body)?;
        let named = |cluster: Cluster<'_>| ClusterName {
            server: self.requests().scrub(cluster.server.as_str()),
            name: self.requests().scrub(cluster.name.as_str()),
        };
        Ok(answer.items.unwrap_or_default().into_iter().map(named).collect())
    }

    async fn server(&self) -> Result<ServerInfo, ArgoCdError> {
        let version = self.version().await?;
        self.learn_version(&version);
        let call = Call::json(
            "its settings",
            "/api/v1/settings",
            vec!["api", "v1", "settings"],
            self.requests().timeouts().small,
        );
        let body = self.requests().get(&call).await?;
        let settings: Settings<'_> = self.parse(&call, &body)?;
        let url = settings.url.as_str().trim_end_matches('/');
        let identity = if url.is_empty() { self.requests().address() } else { url };
        let namespace = settings.controller_namespace.as_str();
        Ok(ServerInfo {
            address: self.requests().server().to_owned(),
            identity: self.requests().scrub(identity),
            version,
            controller_namespace: self
                .requests()
                .scrub(if namespace.is_empty() { USUAL_NAMESPACE } else { namespace }),
            ignore_differences: ignore_differences(&settings.resource_overrides),
        })
    }

    async fn list(&self, page: Sink<'_, Vec<Application>>) -> Result<String, ArgoCdError> {
        self.list_pages(page).await
    }

    async fn application(&self, key: &ApplicationKey, project: &str) -> Result<Application, ArgoCdError> {
        let call = self.about("Application", key, project, self.requests().timeouts().small);
        let body = self.requests().get(&call).await?;
        let answer: wire_types::Application<'_> = self.parse(&call, &body)?;
        convert::application(&self.shared.context, &answer, Answer::Single)
            .filter(|application| application.key == *key)
            .ok_or_else(|| self.requests().asked(&call.what).protocol("it is about another Application"))
    }

    async fn managed_resources(&self, key: &ApplicationKey, project: &str) -> Result<Vec<ManagedResource>, ArgoCdError> {
        let deadline = self.requests().timeouts().managed_resources;
        let mut call = self.about("managed resources of", key, project, deadline);
        call.template = "/api/v1/applications/{name}/managed-resources";
        call.segments.push("managed-resources");
        call.server_deadline = Some(deadline.saturating_sub(SERVER_GIVES_UP_EARLIER));
        let body = self.requests().get(&call).await?;
        managed::managed_resources(&self.requests().asked(&call.what), &body)
    }

    async fn manifests(&self, key: &ApplicationKey, project: &str, revisions: &[String]) -> Result<Rendered, ArgoCdError> {
        let deadline = self.requests().timeouts().manifests;
        let mut call = self.about("manifests of", key, project, deadline);
        call.template = "/api/v1/applications/{name}/manifests";
        call.segments.push("manifests");
        call.server_deadline = Some(deadline.saturating_sub(SERVER_GIVES_UP_EARLIER));
        // What cannot be rendered stays so: another try costs the server as much.
        call.final_500 = true;
        call.query.extend(manifests::revisions(revisions));
        let body = self.requests().get(&call).await?;
        manifests::rendered(&self.requests().asked(&call.what), &body)
    }

    async fn sync_windows(&self, key: &ApplicationKey, project: &str) -> Result<SyncWindows, ArgoCdError> {
        let mut call = self.about("sync windows of", key, project, self.requests().timeouts().small);
        call.template = "/api/v1/applications/{name}/syncwindows";
        call.segments.push("syncwindows");
        let body = self.requests().get(&call).await?;
        windows::of_application(&self.requests().asked(&call.what), &body)
    }

    async fn project_windows(&self) -> Result<Vec<ProjectWindows>, ArgoCdError> {
        let mut call = Call::json(
            "the sync windows of its projects",
            "/api/v1/projects",
            vec!["api", "v1", "projects"],
            self.requests().timeouts().small,
        );
        call.query = vec![("fields", windows::PROJECT_FIELDS.to_owned())];
        let body = self.requests().get(&call).await?;
        windows::of_projects(&self.requests().asked(&call.what), &body)
    }

    async fn revision(
        &self,
        key: &ApplicationKey,
        project: &str,
        of: &RevisionOfSource,
    ) -> Result<RevisionMetadata, ArgoCdError> {
        let what = format!("revision {} of", of.revision);
        let mut call = self.about(&what, key, project, self.requests().timeouts().small);
        call.template = "/api/v1/applications/{name}/revisions/{revision}/metadata";
        call.segments.extend(["revisions", &of.revision, "metadata"]);
        // What cannot be resolved stays so: another try would fetch the repository again.
        call.final_500 = true;
        call.query
            .extend(of.source.map(|position| ("sourceIndex", position.to_string())));
        let body = self.requests().get(&call).await?;
        happening::metadata(&self.requests().asked(&call.what), &body)
    }

    async fn events(
        &self,
        key: &ApplicationKey,
        project: &str,
        of: Option<&LiveObject>,
    ) -> Result<Vec<ObjectEvent>, ArgoCdError> {
        let mut call = self.about("events of", key, project, self.requests().timeouts().small);
        call.template = "/api/v1/applications/{name}/events";
        call.segments.push("events");
        if let Some(object) = of {
            let named = [
                ("resourceNamespace", &object.namespace),
                ("resourceName", &object.name),
                ("resourceUID", &object.uid),
            ];
            // Argo CD takes an absent namespace for that of the whole cluster.
            let filled = named.into_iter().filter(|(_, value)| !value.is_empty());
            call.query.extend(filled.map(|(name, value)| (name, value.clone())));
        }
        let body = self.requests().get(&call).await?;
        happening::events(&self.requests().asked(&call.what), &body)
    }

    async fn watch(&self, event: Sink<'_, WatchEvent>) -> Result<(), ArgoCdError> {
        self.follow(event).await
    }

    async fn probe(&self) -> Result<String, ArgoCdError> {
        let call = Call::json(
            "its session",
            "/api/v1/session/userinfo",
            vec!["api", "v1", "session", "userinfo"],
            self.requests().timeouts().small,
        );
        let body = self.requests().get(&call).await?;
        let user: UserInfo<'_> = self.parse(&call, &body)?;
        if user.logged_in == Some(true) {
            let name = format!("{} ({})", user.username.as_str(), user.iss.as_str());
            return Ok(self.requests().scrub(&name));
        }
        if self.requests().has_token() {
            // A broken token is silently treated as anonymous here: 200 and `{}`.
            let message = "it is expired, revoked, or of another server".to_owned();
            return Err(self.requests().asked(&call.what).unauthorized(message));
        }
        // Whether anonymous callers may read anything is told only by a call that needs a session.
        let call = Call::json(
            "what an anonymous caller may do",
            "/api/v1/account/can-i/applications/get/{project}/{name}",
            vec!["api", "v1", "account", "can-i", "applications", "get", "*", "*"],
            self.requests().timeouts().small,
        );
        self.requests().get(&call).await?;
        Ok("anonymous".to_owned())
    }
}
