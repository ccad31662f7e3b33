//! Where the process is on its way out; known to the health endpoints, the edge and the server alike.

use tokio_util::sync::CancellationToken;

/// Shared by clones. Only ever goes forward: serving, draining, cut.
#[derive(Debug, Clone, Default)]
pub struct Lifecycle {
    draining: CancellationToken,
    cut: CancellationToken,
}

impl Lifecycle {
    pub fn new() -> Self {
        Self::default()
    }

    /// Not ready from now on; requests are still answered.
    pub fn drain(&self) {
        self.draining.cancel();
    }

    /// What is in flight is answered with 503 from now on.
    pub fn cut(&self) {
        self.draining.cancel();
        self.cut.cancel();
    }

    pub fn is_draining(&self) -> bool {
        self.draining.is_cancelled()
    }

    pub(crate) async fn cut_short(&self) {
        self.cut.cancelled().await;
    }
}
