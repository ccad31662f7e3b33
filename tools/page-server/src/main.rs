//! Serves a folder of saved pages on loopback, so that they can be fetched through the running service.
//!
//! With a manifest and `--dns`, every page is found under the host and path that it was saved from; the
//! service is pointed at both servers with the two variables that `--list` prints. Nothing here reads a page
//! or talks to anything but loopback.

mod listing;
mod manifest;
mod names;
mod pages;

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, ensure};
use clap::Parser;
use tokio::net::{TcpListener, UdpSocket};

use crate::listing::Servers;
use crate::manifest::Manifest;
use crate::pages::Pages;

/// Serve a folder of saved pages on loopback.
#[derive(Debug, Parser)]
#[command(version, about, long_about = None)]
struct Options {
    /// The folder with `<id>.html` or `pages/<id>.html`
    #[arg(long, value_name = "DIR")]
    folder: PathBuf,

    /// A JSON array of objects with `id`, `url` and, where known, `encoding`; without it pages have no address
    /// of their own and no declared encoding
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,

    /// Where to answer HTTP: a loopback address; port 0 takes a free one
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8090")]
    http: SocketAddr,

    /// Where to answer DNS, every name with 127.0.0.1; without it pages are reached by address only
    #[arg(long, value_name = "ADDR:PORT")]
    dns: Option<SocketAddr>,

    /// With --list: hosts whose pages, and those of the hosts under them, are to be asked for by address,
    /// because browsers refuse to speak plain HTTP with them, with or without `www.`
    #[arg(long, value_name = "HOST", value_delimiter = ',', default_value = "wikipedia.org")]
    by_address: Vec<String>,

    /// Print each page's id and the URL to ask for, and the service's settings, as JSON; then exit
    #[arg(long)]
    list: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    for address in [Some(options.http), options.dns].into_iter().flatten() {
        ensure!(
            address.ip().is_loopback(),
            "{address} is not a loopback address, for example 127.0.0.1:8090"
        );
    }
    let manifest = match &options.manifest {
        Some(file) => Manifest::read(file)?,
        None => Manifest::of_folder(&options.folder)?,
    };
    let pages = Pages::find(&options.folder, manifest)?;
    if options.list { list(&pages, &options) } else { serve(pages, &options).await }
}

fn list(pages: &Pages, options: &Options) -> anyhow::Result<()> {
    let fixed = [Some(options.http), options.dns].into_iter().flatten().all(|address| address.port() != 0);
    ensure!(fixed, "--list needs the ports: give --http and --dns a port other than 0");
    let servers = Servers { http: options.http, dns: options.dns, by_address: &options.by_address };
    let listing = listing::of(pages, &servers);
    say(&serde_json::to_string_pretty(&listing)?)
}

async fn serve(pages: Pages, options: &Options) -> anyhow::Result<()> {
    let listener = TcpListener::bind(options.http)
        .await
        .with_context(|| format!("cannot listen on {}", options.http))?;
    say(&format!("http {} pages {}", listener.local_addr()?, pages.len()))?;
    if let Some(address) = options.dns {
        let socket = UdpSocket::bind(address).await.with_context(|| format!("cannot listen on {address}"))?;
        say(&format!("dns {}", socket.local_addr()?))?;
        let http = axum::serve(listener, pages::router(Arc::new(pages)));
        tokio::select! {
            ended = http => ended.context("the HTTP server ended"),
            ended = names::serve(socket) => ended.context("the DNS server ended"),
        }
    } else {
        axum::serve(listener, pages::router(Arc::new(pages))).await.context("the HTTP server ended")
    }
}

fn say(line: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()?;
    Ok(())
}
