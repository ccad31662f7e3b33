//! Documents whose commands are run: their fenced blocks, and a shell to run them in.

use std::fs;
use std::path::Path;
use std::process::Command;

use test_support::built::workspace_root;

/// The blocks of a language in one document of `docs/`, each with the heading that it is under.
///
/// # Panics
///
/// When there is no such document.
#[must_use]
pub fn blocks(document: &str, language: &str) -> Vec<(String, String)> {
    let path = workspace_root().join("docs").join(document);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let fence = format!("```{language}");
    let (mut heading, mut blocks) = (String::from("(top)"), Vec::new());
    let mut current: Option<Vec<&str>> = None;
    for line in text.lines() {
        match &mut current {
            None if line == fence => current = Some(Vec::new()),
            None => {
                if let Some(name) = line.strip_prefix("## ") {
                    name.clone_into(&mut heading);
                }
            }
            Some(lines) if line == "```" => {
                blocks.push((heading.clone(), lines.join("\n")));
                current = None;
            }
            Some(lines) => lines.push(line),
        }
    }
    blocks
}

/// Runs a program with these arguments in a folder; what it printed.
///
/// # Panics
///
/// When it fails; with what it said.
#[track_caller]
pub fn run(program: &str, arguments: &[&str], folder: &Path, environment: &[(&str, String)]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .envs(environment.iter().map(|(name, value)| (*name, value.as_str())))
        .current_dir(folder)
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}"));
    let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert!(output.status.success(), "{}\n{}\n{out}\n{err}", output.status, arguments.join(" "));
    out
}
