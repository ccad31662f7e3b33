//! Load beside what is tested: processes that do nothing, as fast as they can.

use std::io;
use std::process::{Child, Command, Stdio};

/// So many busy processes; dropping it ends them.
#[derive(Debug)]
pub struct Busy(Vec<Child>);

impl Busy {
    /// Starts them.
    pub fn start(processes: usize) -> io::Result<Busy> {
        let mut busy = Busy(Vec::new());
        for _ in 0..processes {
            let mut idle_loop = Command::new("sh");
            idle_loop.args(["-c", "while :; do :; done"]).stdin(Stdio::null());
            busy.0.push(idle_loop.spawn()?);
        }
        Ok(busy)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        for child in &mut self.0 {
            // both fail only where it has ended already
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
