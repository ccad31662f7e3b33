//! A lease ends, and everything of it ends with it.

use std::time::Duration;

use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio::time::{sleep, timeout};

use crate::site::Site;
use crate::world::{PATIENCE, World};

fn open_files() -> usize {
    std::fs::read_dir("/proc/self/fd").expect("procfs").count()
}

/// Waits, within bounds, for a number to be what it was.
async fn eventually(what: &str, expected: usize, current: impl Fn() -> usize) {
    let settled = async {
        while current() > expected {
            sleep(Duration::from_millis(5)).await;
        }
    };
    let settled = timeout(PATIENCE, settled).await;
    assert!(settled.is_ok(), "{what}: {} instead of {expected}", current());
}

fn tasks() -> usize {
    Handle::current().metrics().num_alive_tasks()
}

#[tokio::test]
async fn dropping_a_lease_closes_its_listener_and_connections() {
    let silent = Site::start(|mut visit| async move {
        visit.read_head().await;
        visit.read_head().await;
    })
    .await;
    let echo = Site::echo().await;
    let world = World::allowing(&[&silent.address().to_string(), &echo.address().to_string()]).await;
    let lease = world.egress.open().await.expect("a port");
    let address = lease.address();
    assert!(address.ip().is_loopback());
    assert_eq!(lease.proxy_url(), format!("http://{address}"));

    let mut tunnel = crate::world::Browser::to(address).await;
    assert_eq!(tunnel.connect(&echo.address().to_string()).await.status, 200);
    let mut waiting = crate::world::Browser::to(address).await;
    waiting.send(&format!("GET http://{}/ HTTP/1.1\r\nHost: x\r\n\r\n", silent.address())).await;
    let mut idle = crate::world::Browser::to(address).await;
    drop(lease);
    for browser in [&mut tunnel, &mut waiting, &mut idle] {
        assert_eq!(browser.rest().await, b"");
    }
    assert!(TcpStream::connect(address).await.is_err());
    assert_eq!(world.get("http://10.0.0.1/").await.status, 403, "other leases go on");
}

#[tokio::test]
async fn nothing_is_left_of_many_leases() {
    let site = Site::replying("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
    let echo = Site::echo().await;
    let world = World::allowing(&[&site.address().to_string(), &echo.address().to_string()]).await;
    let (tasks_before, files_before) = (tasks(), open_files());
    for _ in 0..200 {
        let lease = world.egress.open().await.expect("a port");
        let mut browser = crate::world::Browser::to(lease.address()).await;
        assert_eq!(browser.get(&format!("http://{}/", site.address())).await.text(), "ok");
        let mut tunnel = crate::world::Browser::to(lease.address()).await;
        assert_eq!(tunnel.connect(&echo.address().to_string()).await.status, 200);
    }
    eventually("tasks", tasks_before, tasks).await;
    eventually("files", files_before, open_files).await;
}

#[tokio::test]
async fn a_browser_that_hangs_up_frees_the_site() {
    let (told, mut hung_up) = tokio::sync::mpsc::unbounded_channel();
    let site = Site::start(move |mut visit| {
        let told = told.clone();
        async move {
            visit.read_head().await;
            assert!(visit.read_head().await.is_none(), "the proxy closes");
            told.send(()).expect("the test waits");
        }
    })
    .await;
    let world = World::allowing(&[&site.address().to_string()]).await;
    let mut browser = world.browser().await;
    browser.send(&format!("GET http://{}/ HTTP/1.1\r\nHost: x\r\n\r\n", site.address())).await;
    eventually("requests not yet arrived", 0, || 1 - site.heads().len()).await;
    drop(browser);
    timeout(PATIENCE, hung_up.recv()).await.expect("in time").expect("told");
}
