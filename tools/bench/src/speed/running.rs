//! A target that runs: asked for one thing at a time, however it gets it.

use std::borrow::Cow;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, ensure};
use serde::Deserialize;

use super::chromium::Chromium;
use super::floor::Floor;
use super::original::Original;
use super::picture;
use super::work::{Target, Work};
use crate::card;
use crate::work::{Bench, Kind, Outcome, RENDER};

/// What an answer brought, as long as its receiver waited for it: checks of it are not part of that time.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) took: Duration,
    pub(crate) found: Result<Found>,
}

#[derive(Debug)]
pub(crate) enum Found {
    /// In base64, not judged yet.
    Picture(String),
    /// Judged already.
    Product,
}

/// What all targets of one measurement have in common.
#[derive(Debug)]
pub(crate) struct Stand {
    pub(crate) kind: Kind,
    /// As the service of that kind starts its own.
    pub(crate) chromium: Chromium,
}

impl Stand {
    pub(crate) async fn of(kind: Kind) -> Result<Stand> {
        let bench = Bench::start(kind, &[]).await?;
        Ok(Stand { kind, chromium: Chromium::of(&bench.service)? })
    }
}

#[derive(Debug)]
pub(crate) enum Running {
    Service(Box<Bench>),
    Floor(Floor),
    Original(Original),
}

/// How closely an answer is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    /// Cheap enough to be taken while others are measured.
    Short,
    Thorough,
}

impl Running {
    /// Starts a target that can do so much at once.
    pub(crate) async fn start(target: Target, stand: &Stand, at_once: usize) -> Result<Running> {
        Ok(match target {
            Target::Service => {
                let bench = Bench::start(stand.kind, &[]).await?;
                ensure!(bench.rest().await.is_some(), "the service's browsers did not all come up");
                Running::Service(Box::new(bench))
            }
            Target::Floor => Running::Floor(Floor::start(stand, 1, at_once).await?),
            Target::Floor2 => Running::Floor(Floor::start(stand, 2, at_once).await?),
            Target::Original => Running::Original(Original::start(&stand.chromium).await?),
        })
    }

    /// The processes whose trees do the work.
    pub(crate) fn roots(&self) -> Vec<u32> {
        match self {
            Running::Service(bench) => vec![bench.service.pid()],
            Running::Floor(floor) => floor.roots(),
            Running::Original(original) => original.roots(),
        }
    }

    /// Asks for one thing: how long it took, and what was wrong with it.
    pub(crate) async fn ask(&self, work: Work, number: usize, look: Look) -> (Duration, Option<String>) {
        let answer = match self {
            Running::Service(bench) if work.is_page() => extract(bench, work.nth(number)).await,
            Running::Service(bench) => render(bench, work, work.nth(number)).await,
            Running::Floor(floor) => floor.answer(work, number).await,
            Running::Original(original) => original.answer(work, number).await,
        };
        let fault = match answer.found {
            Err(error) => Some(format!("{error:#}")),
            Ok(Found::Product) => None,
            Ok(Found::Picture(picture)) if look == Look::Thorough => {
                picture::fault_when_decoded(&picture, work.encoding())
            }
            Ok(Found::Picture(picture)) => picture::fault(&picture, work.encoding()),
        };
        (answer.took, fault)
    }
}

impl Answer {
    pub(crate) fn none(why: &'static str) -> Answer {
        Answer { took: Duration::ZERO, found: Err(anyhow!(why)) }
    }
}

async fn extract(bench: &Bench, number: usize) -> Answer {
    let record = bench.job(number).send(bench.client(), Instant::now()).await;
    let found = match record.outcome {
        Outcome::Right => Ok(Found::Product),
        other => Err(anyhow!("{other:?}")),
    };
    Answer { took: record.took, found }
}

async fn render(bench: &Bench, work: Work, number: usize) -> Answer {
    let request = work.request(&card::sample(number));
    let start = Instant::now();
    let reply = bench.client().post(RENDER, &request).await;
    let took = start.elapsed();
    let found = reply.map_err(|error| anyhow!(error)).and_then(|reply| {
        ensure!(reply.status == 200, "{}: {}", reply.status, reply.text());
        rendered(&reply.body).map(Found::Picture)
    });
    Answer { took, found }
}

fn rendered(body: &[u8]) -> Result<String> {
    #[derive(Deserialize)]
    struct Rendered<'a> {
        #[serde(borrow)]
        image_base64: Cow<'a, str>,
    }
    let Rendered { image_base64 } = serde_json::from_slice(body)?;
    Ok(image_base64.into_owned())
}
