//! A browser process that speaks the DevTools protocol over `--remote-debugging-pipe` and shows no page to anyone.
//!
//! It is for the tests of what stands around the browser: launch, supervision, queue, deadlines, cleanup. How a page
//! looks or what its scripts do is asked of the real Chromium. Its behaviour is chosen by its file name, see
//! [`test_support::fake::Mode`].

mod browser;
mod page;
mod picture;

use std::env;
use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::process::{CommandExt, parent_id};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::thread;
use std::time::Duration;

use test_support::fake::{Mode, log_path};

use crate::browser::{Browser, Next};

/// Set by the first start for the second one, which finds the pipe on its standard streams.
const PIPE_IS_ON_STDIO: &str = "FAKE_CHROMIUM_PIPE_IS_ON_STDIO";

/// What Chromium prints when user namespaces are forbidden and no setuid helper is installed.
const NO_SANDBOX: &str = "[1123/103344.112233:FATAL:content/browser/zygote_host/zygote_host_impl_linux.cc:128] No \
    usable sandbox! If this is a Debian system, please install the chromium-sandbox package to solve this problem.";

fn main() -> ExitCode {
    let arguments: Vec<OsString> = env::args_os().collect();
    let own_path = arguments.first().map(PathBuf::from).unwrap_or_default();
    let name = own_path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let Some(mode) = Mode::of_file_name(&name) else {
        eprintln!("fake-chromium: no behaviour is called {name:?}");
        return ExitCode::from(64);
    };
    let has = |flag: &str| arguments.iter().any(|argument| argument == flag);
    if has("--version") {
        let mut out = io::stdout();
        return if writeln!(out, "{}", browser::PRODUCT_LINE).is_ok() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        };
    }
    match mode {
        Mode::Exits => return ExitCode::FAILURE,
        Mode::NoSandbox if !has("--no-sandbox") => {
            eprintln!("{NO_SANDBOX}");
            return ExitCode::FAILURE;
        }
        _ => {}
    }
    if env::var_os(PIPE_IS_ON_STDIO).is_none() {
        return move_pipe_to_stdio(&own_path, &arguments);
    }
    end_with_parent();
    if mode == Mode::HangsAtBoot {
        hang();
    }
    serve(mode, &own_path, &arguments)
}

/// Starts this executable again, in this same process, with the descriptors 3 and 4 as its standard streams: taking
/// a descriptor by its number is unsafe in Rust, and reopening it through `/proc` is refused under another uid.
fn move_pipe_to_stdio(own_path: &Path, arguments: &[OsString]) -> ExitCode {
    let error = Command::new("/bin/sh")
        .args(["-c", r#"exec "$0" "$@" <&3 >&4 3<&- 4>&-"#])
        .arg(own_path)
        .args(arguments.iter().skip(1))
        .env(PIPE_IS_ON_STDIO, "1")
        .exec();
    eprintln!("fake-chromium: the pipe could not be taken over: {error}");
    ExitCode::FAILURE
}

/// The real one ends at the pipe's end of file. A mode that reads nothing must not outlive a killed test either.
fn end_with_parent() {
    let parent = parent_id();
    thread::spawn(move || {
        while parent_id() == parent {
            thread::sleep(Duration::from_millis(100));
        }
        std::process::exit(1);
    });
}

fn hang() -> ! {
    loop {
        thread::park();
    }
}

fn serve(mode: Mode, own_path: &Path, arguments: &[OsString]) -> ExitCode {
    let mut log = Log::open(own_path, arguments);
    let mut browser = Browser::new(mode, arguments);
    let mut input = BufReader::new(io::stdin().lock());
    let mut message = Vec::new();
    loop {
        message.clear();
        match input.read_until(0, &mut message) {
            Ok(0) | Err(_) => return ExitCode::SUCCESS,
            Ok(_) => {}
        }
        if message.last() == Some(&0) {
            message.pop();
        }
        let Ok(call) = serde_json::from_slice::<serde_json::Value>(&message) else {
            eprintln!("fake-chromium: received what is not JSON");
            return ExitCode::FAILURE;
        };
        log.write(call["method"].as_str().unwrap_or("?"));
        match browser.receive(&call) {
            Next::GoOn => {}
            Next::Exit(code) => return ExitCode::from(code),
            Next::Hang => hang(),
            Next::CutPipe => cut_pipe(own_path),
        }
    }
}

/// Lets go of the pipe and lives on, as the same process.
fn cut_pipe(own_path: &Path) -> ! {
    let error = Command::new(own_path)
        .arg0(own_path.with_file_name(Mode::HangsAtBoot.file_name()))
        .env(PIPE_IS_ON_STDIO, "1")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .exec();
    eprintln!("fake-chromium: could not let go of the pipe: {error}");
    std::process::exit(1)
}

/// The methods of the messages received, one a line, beside the executable and in the profile directory.
struct Log(Vec<std::fs::File>);

impl Log {
    fn open(own_path: &Path, arguments: &[OsString]) -> Log {
        let profile = arguments
            .iter()
            .find_map(|argument| argument.to_str()?.strip_prefix("--user-data-dir="))
            .map(|directory| Path::new(directory).join("messages.log"));
        let files = [Some(log_path(own_path)), profile];
        let open = |path: PathBuf| OpenOptions::new().create(true).append(true).open(path).ok();
        Log(files.into_iter().flatten().filter_map(open).collect())
    }

    fn write(&mut self, method: &str) {
        for file in &mut self.0 {
            // a test that removed the directory no longer reads it
            let _ = file.write_all(format!("{method}\n").as_bytes());
        }
    }
}
