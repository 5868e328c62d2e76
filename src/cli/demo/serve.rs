//! `driftline demo serve`: the recorded Argo CD for any client; prints what to export, serves until stopped.

use std::net::SocketAddr;
use std::path::Path;

use clap::Args;
use secrecy::ExposeSecret;

use super::super::exit::Exit;
use super::super::failure::Failure;
use super::super::output::print;
use super::super::stop::Stop;
use super::super::world::{Serving, World};

/// Flags of `demo serve`.
#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
}

/// Serves until SIGINT or SIGTERM.
pub(super) async fn run(args: &ServeArgs, recordings: Option<&Path>, world: &dyn World) -> Result<Exit, Failure> {
    loopback(args.listen)?;
    let stop = Stop::new().map_err(|error| Failure::usage(format!("cannot catch signals: {error}")))?;
    let serving = world.serve(recordings, args.listen).await?;
    print(&exports(&serving))?;
    let exit = stop.wait().await;
    drop(serving.server);
    Ok(exit)
}

/// The recordings and their token are for this machine only.
fn loopback(listen: SocketAddr) -> Result<(), Failure> {
    if listen.ip().is_loopback() {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "--listen {listen} is not on loopback: the recorded server is for this machine only. Use 127.0.0.1:PORT or [::1]:PORT."
    )))
}

/// Three lines for `eval`: nothing else may go to stdout.
fn exports(serving: &Serving) -> String {
    format!(
        "export ARGOCD_SERVER={}\nexport ARGOCD_AUTH_TOKEN={}\nexport ARGOCD_OPTS=--plaintext\n",
        serving.address,
        serving.token.expose_secret()
    )
}

#[cfg(test)]
mod tests {
    use super::loopback;

    #[test]
    fn it_listens_on_loopback_and_nowhere_else() {
        for (listen, fine) in [
            ("127.0.0.1:0", true),
            ("[::1]:8080", true),
            ("0.0.0.0:0", false),
            ("[::]:0", false),
            ("192.0.2.1:80", false),
        ] {
            assert_eq!(loopback(listen.parse().unwrap()).is_ok(), fine, "{listen}");
        }
    }
}
