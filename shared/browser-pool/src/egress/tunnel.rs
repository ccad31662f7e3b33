//! A CONNECT tunnel: bytes both ways, unread.

use std::time::Duration;

use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncWriteExt, copy_bidirectional_with_sizes};
use tokio::net::TcpStream;
use tracing::debug;

use super::wire::Wire;

/// Copy buffers. Most of a page flows down, in TLS records of at most 16 KB.
const DOWN_BUFFER: usize = 32 << 10;
const UP_BUFFER: usize = 8 << 10;

/// A tunnel that has been promised with a 200 and begins when that has been sent.
pub(crate) struct Tunnel {
    pub(crate) upgrade: OnUpgrade,
    pub(crate) wire: Wire,
}

impl Tunnel {
    /// Carries bytes until both sides have ended, one has failed, nothing moves for `idle`, or the account is
    /// used up.
    pub(crate) async fn run(self, idle: Duration) {
        let Self { upgrade, mut wire } = self;
        let Ok(upgraded) = upgrade.await else { return };
        let Ok(parts) = upgraded.downcast::<TokioIo<TcpStream>>() else {
            unreachable!("connections are served over TCP")
        };
        let mut client = parts.io.into_inner();
        let activity = wire.activity();
        activity.touch();
        let copy = async {
            // what the browser sent ahead of the 200
            wire.write_all(&parts.read_buf).await?;
            copy_bidirectional_with_sizes(&mut client, &mut wire, UP_BUFFER, DOWN_BUFFER).await
        };
        tokio::select! {
            ended = copy => if let Err(error) = ended { debug!(%error, "tunnel ended") },
            () = activity.ceased(idle) => debug!("tunnel idle"),
        }
    }
}
