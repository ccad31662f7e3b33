//! The network that a hostile test plays in: two namespaces with a wire between them, and nothing else.
//!
//! *Inside* are the services, their browsers and the test. *Outside*, behind the default route, are public, private and
//! metadata addresses, all of them ours: whatever leaves is seen, whether somebody listens for it or not, and nothing
//! reaches a real network. The wire's own address is what WebRTC needs to show anything at all: with loopback alone it
//! gathers no candidate, and every test of it would pass.
//!
//! Namespaces belong to threads: the test's own enters one and everything that it starts inherits it.

pub(crate) mod dns;
pub(crate) mod recorder;
pub(crate) mod request;

use std::any::type_name_of_val;
use std::env;
use std::process::Command;
use std::sync::mpsc;
use std::thread;

use nix::sched::{CloneFlags, unshare};
use nix::unistd::gettid;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::oneshot;

/// Where the services are.
pub(crate) const INSIDE: &str = "10.200.0.2";
/// A public address: reachable with no pair allowed.
pub(crate) const PUBLIC: &str = "93.184.215.14";
/// Another one.
pub(crate) const PUBLIC_TOO: &str = "93.184.215.15";
/// What somebody inside must not be made to reach.
pub(crate) const PRIVATE: &str = "10.77.0.5";
/// Where clouds keep a machine's credentials.
pub(crate) const METADATA: &str = "169.254.169.254";
/// The same, by IPv6.
pub(crate) const METADATA_V6: &str = "fd00:ec2::254";
/// Where the DNS server of the services listens.
pub(crate) const DNS: &str = "10.77.0.53";

const OUTSIDE_ADDRESSES: [&str; 8] = [
    "10.200.0.1/24",
    "93.184.215.14/32",
    "93.184.215.15/32",
    "10.77.0.5/32",
    "10.77.0.53/32",
    "169.254.169.254/32",
    "fd00:77::1/64",
    "fd00:ec2::254/128",
];

/// Set where a test runs again inside namespaces that `unshare` made for it.
const ENTERED: &str = "HOSTILE_GROUND_ENTERED";

/// The world outside. Dropping it ends what runs there.
pub(crate) struct Ground {
    outside: Handle,
    _end: oneshot::Sender<()>,
}

/// Runs a test in namespaces of its own.
///
/// # Panics
///
/// Where the machine allows none: a test that could not fail would be worse than none.
pub(crate) fn play<T, F>(test: T)
where
    T: FnOnce(Ground) -> F,
    F: Future<Output = ()>,
{
    if !nix::unistd::getuid().is_root() && env::var_os(ENTERED).is_none() {
        return play_in_user_namespace(type_name_of_val(&test));
    }
    let ground = Ground::make();
    runtime().block_on(test(ground));
}

/// An ordinary user may have namespaces too, but a program with threads cannot enter a user namespace: the test runs
/// once more, as the child of one that can.
fn play_in_user_namespace(closure: &str) {
    let name = closure.split("::").skip(1).take_while(|part| !part.starts_with('{')).collect::<Vec<_>>();
    let own = env::current_exe().expect("the path of the running test");
    let status = Command::new("unshare")
        .args(["--map-current-user", "--net", "--keep-caps"])
        .arg(own)
        .args(["--exact", &name.join("::"), "--nocapture"])
        .env(ENTERED, "1")
        .status()
        .expect("`unshare` of util-linux can be run");
    assert!(
        status.success(),
        "failed in a user namespace (or none is to be had: run the hostile tests as root)"
    );
}

impl Ground {
    fn make() -> Self {
        unshare(CloneFlags::CLONE_NEWNET).expect(
            "a network namespace: run the hostile tests as root, or where user namespaces are allowed",
        );
        ip("link set lo up");
        let (started, outside) = mpsc::channel();
        let (wired, wire) = mpsc::channel();
        let (end, ended) = oneshot::channel();
        thread::spawn(move || live_outside(&started, &wire, ended));
        let (thread_id, handle) = outside.recv().expect("the thread outside starts");
        ip(&format!("link add inside0 type veth peer name outside0 netns {thread_id}"));
        ip(&format!("address add {INSIDE}/24 dev inside0"));
        ip("address add fd00:77::2/64 dev inside0 nodad");
        ip("link set inside0 up");
        wired.send(()).expect("the thread outside lives");
        outside.recv().expect("the addresses outside can be had");
        ip("route add default via 10.200.0.1");
        ip("-6 route add default via fd00:77::1");
        Self { outside: handle, _end: end }
    }

    /// Does something outside, such as beginning to listen there.
    pub(crate) async fn outside<T: Send + 'static>(
        &self,
        what: impl Future<Output = T> + Send + 'static,
    ) -> T {
        self.outside.spawn(what).await.expect("what runs outside does not panic")
    }

    /// The same, at an address of its own.
    pub(crate) async fn outside_at(&self, address: &str, what: impl Future<Output = ()> + Send + 'static) {
        let command = format!("address add {address}/32 dev outside0");
        self.outside(async move {
            ip(&command);
            what.await;
        })
        .await;
    }
}

type Started = mpsc::Sender<(i32, Handle)>;

fn live_outside(started: &Started, wire: &mpsc::Receiver<()>, ended: oneshot::Receiver<()>) {
    unshare(CloneFlags::CLONE_NEWNET).expect("a second network namespace");
    let runtime = runtime();
    let hello = || started.send((gettid().as_raw(), runtime.handle().clone())).expect("the test waits");
    hello();
    wire.recv().expect("the wire comes");
    ip("link set lo up");
    for address in OUTSIDE_ADDRESSES {
        let nodad = if address.contains(':') { " nodad" } else { "" };
        ip(&format!("address add {address} dev outside0{nodad}"));
    }
    ip("link set outside0 up");
    hello();
    // an error is the test's end, too
    let _ = runtime.block_on(ended);
}

fn runtime() -> Runtime {
    // one thread, in the namespace of whoever calls
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

fn ip(arguments: &str) {
    let output = Command::new("ip").args(arguments.split(' ')).output();
    let output = output.expect("`ip` can be run: install iproute2");
    assert!(output.status.success(), "ip {arguments}: {}", String::from_utf8_lossy(&output.stderr));
}
