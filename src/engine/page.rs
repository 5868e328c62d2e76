//! Where Argo CD's own pages are, for links. Pure.

use url::Url;

use super::event::ContextView;
use crate::drift::{ApplicationKey, ResourceKey};

impl ContextView {
    /// Address of the page of an Application in Argo CD's web interface, opened on one of its resources when one is named.
    /// `None` when the server's own address is no web address.
    ///
    /// The interface reads `node` as group, kind, namespace, name and the index of a container, joined by slashes.
    pub fn page(&self, application: &ApplicationKey, resource: Option<&ResourceKey>) -> Option<String> {
        let mut page = Url::parse(&self.pages)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https"))?;
        page.set_query(None);
        page.set_fragment(None);
        page.path_segments_mut()
            .ok()?
            .pop_if_empty()
            .extend(["applications", &application.namespace, &application.name]);
        if let Some(ResourceKey {
            group,
            kind,
            namespace,
            name,
        }) = resource
        {
            let node = format!("{group}/{kind}/{namespace}/{name}/0");
            page.query_pairs_mut().append_pair("node", &node);
        }
        Some(page.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::fixtures;

    #[test]
    fn a_page_is_the_applications_or_its_resources() {
        let view = fixtures::checkout();
        let resource = &view.drifts[0].key.resource;
        for (pages, named, expected) in [
            (
                "https://argocd.example.com",
                None,
                Some("https://argocd.example.com/applications/argocd/checkout"),
            ),
            (
                "https://ops.example.com/argo-cd/?x=1#top",
                None,
                Some("https://ops.example.com/argo-cd/applications/argocd/checkout"),
            ),
            (
                "http://127.0.0.1:8080",
                Some(resource),
                Some("http://127.0.0.1:8080/applications/argocd/checkout?node=apps%2FDeployment%2Fshop%2Fweb%2F0"),
            ),
            ("javascript:alert(1)", None, None),
            ("argocd.example.com", None, None),
            ("", None, None),
        ] {
            let context = ContextView {
                pages: pages.to_owned(),
                ..fixtures::context()
            };
            assert_eq!(context.page(&view.key, named).as_deref(), expected, "{pages}");
        }
    }

    #[test]
    fn a_name_that_is_no_name_leads_nowhere_else() {
        let key = ApplicationKey::new("prod", "argocd", "../../login?next=//evil#x");
        let page = fixtures::context().page(&key, None);
        assert_eq!(
            page.as_deref(),
            Some("https://argocd.example.com/applications/argocd/..%2F..%2Flogin%3Fnext=%2F%2Fevil%23x")
        );
    }
}
