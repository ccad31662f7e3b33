//! Reading the command line and the environment with messages that name the variable.

use std::ffi::OsString;
use std::io::Write;

use clap::builder::Resettable;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Args, Command, Parser};

/// The prefix of this project's variables.
const PREFIX: &str = "PLAYWRIGHT_";

/// Variables that callers of the services have, which may be in the same environment file.
const OF_CALLERS: [&str; 2] = ["PLAYWRIGHT_INGESTION_URL", "PLAYWRIGHT_IMAGE_URL"];

/// A command line or a variable that is not valid; the message is complete, with how to get help.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Refused {
    message: String,
    code: i32,
}

/// The settings of this process, or the end of it with a message (also for `--help` and `--version`).
pub fn parse<T: Parser>() -> T {
    parse_from(std::env::args_os()).unwrap_or_else(|refused| {
        if refused.code == 0 {
            // Help or version was asked for: clap prints it, on stdout, and exits.
            with_valid_values(T::command()).get_matches();
        }
        let _ = writeln!(std::io::stderr(), "{refused}");
        std::process::exit(refused.code)
    })
}

/// The same from given arguments (the first is the program's name), without ending the process.
pub fn parse_from<T: Parser>(arguments: impl IntoIterator<Item = OsString>) -> Result<T, Refused> {
    let command = without_empty_variables(T::command());
    let parsed =
        command.clone().try_get_matches_from(arguments).and_then(|matches| T::from_arg_matches(&matches));
    parsed.map_err(|error| Refused {
        message: explain(&command, &error).unwrap_or_else(|| error.render().to_string()),
        code: error.exit_code(),
    })
}

/// A section of settings at its defaults, whatever the environment says; for tests and for building on.
pub fn defaults<T: Args>() -> T {
    let command = T::augment_args(Command::new("defaults")).mut_args(without_variable);
    let matches = command.get_matches_from(["defaults"]);
    T::from_arg_matches(&matches).expect("the defaults of settings are valid")
}

/// Variables with our prefix that set nothing: mistyped ones, most likely.
pub fn unknown_variables<T: Parser>() -> Vec<String> {
    let command = T::command();
    let known: Vec<_> = command.get_arguments().filter_map(Arg::get_env).collect();
    let mut unknown: Vec<String> = std::env::vars_os()
        .filter_map(|(name, _)| name.into_string().ok())
        .filter(|name| name.starts_with(PREFIX) && !OF_CALLERS.contains(&name.as_str()))
        .filter(|name| !known.iter().any(|known| *known == name.as_str()))
        .collect();
    unknown.sort();
    unknown
}

/// Help that says of every setting what is valid, in its parser's own words.
pub(super) fn with_valid_values(command: Command) -> Command {
    let plain = command.clone();
    command
        .mut_args(|arg| {
            let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
            // Clap lists the values of a closed list itself.
            let is_open = arg.get_possible_values().is_empty();
            let flag = arg.get_env().and(arg.get_long()).filter(|_| is_open);
            match flag.and_then(|flag| valid_values(&plain, flag)) {
                Some(valid) => arg.help(format!("{help} [valid: {valid}]")),
                None => arg,
            }
        })
        .mut_subcommands(with_valid_values)
}

/// What the parser of a flag says would be valid, by giving it what never is; none where anything is.
pub(super) fn valid_values(command: &Command, flag: &str) -> Option<String> {
    let never_valid = format!("--{flag}=\u{1}");
    let error = command.clone().try_get_matches_from([command.get_name(), &never_valid]).err()?;
    expected(&error).map(|expected| expected.trim_start_matches("expected ").to_owned())
}

/// `NAME=` in a compose file means that the variable is not set.
fn without_empty_variables(command: Command) -> Command {
    let is_empty = |arg: &Arg| {
        arg.get_env()
            .and_then(std::env::var_os)
            .is_some_and(|value| value.to_string_lossy().trim().is_empty())
    };
    command
        .mut_args(|arg| if is_empty(&arg) { without_variable(arg) } else { arg })
        .mut_subcommands(without_empty_variables)
}

fn without_variable(arg: Arg) -> Arg {
    arg.env(Resettable::Reset)
}

/// `PLAYWRIGHT_MAX_QUEUE (or --max-queue): expected an integer from 0 to 65536, got "many"`; without what was got
/// where it is a secret.
fn explain(command: &Command, error: &clap::Error) -> Option<String> {
    if !matches!(error.kind(), ErrorKind::ValueValidation | ErrorKind::InvalidValue) {
        return None;
    }
    let Some(ContextValue::String(named)) = error.get(ContextKind::InvalidArg) else { return None };
    let Some(ContextValue::String(got)) = error.get(ContextKind::InvalidValue) else { return None };
    let flag = named.split([' ', '=', '[']).next()?;
    let arg = arguments(command)
        .into_iter()
        .find(|arg| arg.get_long().is_some_and(|long| flag == format!("--{long}")))?;
    let name = arg.get_env().map_or(flag.to_owned(), |env| format!("{} (or {flag})", env.to_string_lossy()));
    let expected = expected(error)?;
    if arg.is_hide_env_values_set() {
        return Some(format!("{name}: {expected}"));
    }
    Some(format!("{name}: {expected}, got \"{got}\""))
}

/// What would have been valid, from the parser that refused.
fn expected(error: &clap::Error) -> Option<String> {
    if let Some(ContextValue::Strings(values)) = error.get(ContextKind::ValidValue) {
        return Some(format!("expected {}", values.join(", ")));
    }
    std::error::Error::source(error).map(ToString::to_string)
}

fn arguments(command: &Command) -> Vec<&Arg> {
    let below = command.get_subcommands().flat_map(Command::get_arguments);
    command.get_arguments().chain(below).collect()
}
